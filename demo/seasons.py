"""The seasons: what a month brings beside the others."""

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate
from random import Random

GOLDEN = 0.618034
"""Steps of this share of a whole never heap up."""
GIFTS: Mapping[int, float] = {
    1: 1.2, 2: 1.1, 3: 1.2, 4: 0.9, 5: 0.8, 6: 1.3, 7: 0.8, 8: 0.35, 9: 1.0, 10: 1.1, 11: 1.0, 12: 0.7,
}  # fmt: skip
"""Lots that are offered: many when budgets begin and before summer, few in August."""
MEETINGS: Mapping[int, float] = {
    1: 1.1, 2: 1.0, 3: 1.0, 4: 0.9, 5: 0.8, 6: 0.9, 7: 0.7, 8: 0.5, 9: 1.5, 10: 1.3, 11: 1.1, 12: 0.8,
}  # fmt: skip
"""Households that are met: many when school begins."""


def in_season(days: Sequence[date], season: Mapping[int, float], rng: Random) -> date:
    """One of the days, those of a busy month more often."""
    return rng.choices(days, [season[day.month] for day in days])[0]


def spread(days: Sequence[date], season: Mapping[int, float], rng: Random) -> Iterator[date]:
    """Days without end, spread so that a month has what its season says whatever chance brings."""
    reached = list(accumulate(season[day.month] for day in days))
    share = rng.random()
    while True:
        share = (share + GOLDEN + rng.uniform(-0.02, 0.02)) % 1
        yield days[min(bisect(reached, share * reached[-1]), len(days) - 1)]
