"""The share of ready devices: the least served first, exactly, within what stock, places and households allow."""

import itertools
from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from distribution.fairness import Demand, PlacesLeft, Stock, first_come, rates, share

COMPUTER = "computer"


def place(convention: int, type_: str, room: int, territory: int | None = None, workshop: int = 1) -> PlacesLeft:
    return PlacesLeft(convention, workshop, type_, room, territory or convention, COMPUTER)


def test_two_territories_that_wait_alike_are_served_alike() -> None:
    places = [place(1, "laptop", 99), place(2, "laptop", 99)]
    demands = [Demand(1, COMPUTER, 30), Demand(2, COMPUTER, 10)]

    assert share([Stock(1, "laptop", 20)], places, demands) == {(1, "laptop"): 15, (2, "laptop"): 5}


def test_what_is_on_its_way_already_counts() -> None:
    places = [place(1, "laptop", 99), place(2, "laptop", 99)]
    demands = [Demand(1, COMPUTER, 10, covered=6), Demand(2, COMPUTER, 10)]

    assert share([Stock(1, "laptop", 6)], places, demands) == {(2, "laptop"): 6}


def test_no_more_than_the_places_of_a_convention_and_the_rest_goes_to_the_others() -> None:
    places = [place(1, "laptop", 2), place(2, "laptop", 99)]
    demands = [Demand(1, COMPUTER, 50), Demand(2, COMPUTER, 10)]

    assert share([Stock(1, "laptop", 8)], places, demands) == {(1, "laptop"): 2, (2, "laptop"): 6}


def test_nothing_is_sent_that_nobody_waits_for() -> None:
    assert share([Stock(1, "laptop", 50)], [place(1, "laptop", 99)], [Demand(1, COMPUTER, 3)]) == {(1, "laptop"): 3}
    assert share([Stock(1, "laptop", 50)], [place(1, "laptop", 99)], []) == {}


def test_laptops_are_left_to_who_takes_nothing_else() -> None:
    """The first takes both types, the second laptops alone: a greedy hand would give it the laptops."""
    places = [place(1, "laptop", 99), place(1, "desktop", 99), place(2, "laptop", 99)]
    demands = [Demand(1, COMPUTER, 5), Demand(2, COMPUTER, 5)]

    shared = share([Stock(1, "laptop", 5), Stock(1, "desktop", 5)], places, demands)

    assert shared == {(1, "desktop"): 5, (2, "laptop"): 5}


def test_a_workshop_serves_its_own_conventions_only() -> None:
    places = [place(1, "laptop", 99, workshop=1), place(2, "laptop", 99, workshop=2)]
    demands = [Demand(1, COMPUTER, 5), Demand(2, COMPUTER, 5)]

    assert share([Stock(2, "laptop", 9)], places, demands) == {(2, "laptop"): 5}


def test_two_conventions_of_one_territory_serve_the_same_households_once() -> None:
    places = [place(1, "laptop", 99, territory=7), place(2, "laptop", 99, territory=7, workshop=2)]

    shared = share([Stock(1, "laptop", 9), Stock(2, "laptop", 9)], places, [Demand(7, COMPUTER, 10)])

    assert sum(shared.values()) == 10


def test_points_of_a_territory_serve_it_a_little_further() -> None:
    places = [place(1, "laptop", 999), place(2, "laptop", 999)]
    demands = [Demand(1, COMPUTER, 1000, points=8), Demand(2, COMPUTER, 1000)]

    shared = share([Stock(1, "laptop", 208)], places, demands)

    assert shared == {(1, "laptop"): 108, (2, "laptop"): 100}


def test_a_tie_goes_to_whoever_has_waited_longest() -> None:
    places = [place(1, "laptop", 9), place(2, "laptop", 9)]
    demands = [Demand(1, COMPUTER, 4, oldest=date(2026, 5, 1)), Demand(2, COMPUTER, 4, oldest=date(2026, 3, 1))]

    assert share([Stock(1, "laptop", 1)], places, demands) == {(2, "laptop"): 1}


small = st.integers(0, 3)


@given(
    laptops=small,
    desktops=small,
    rooms=st.lists(st.tuples(small, small), min_size=2, max_size=3),
    waits=st.lists(st.tuples(st.integers(1, 4), small), min_size=3, max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_no_other_share_serves_the_least_served_better(
    laptops: int, desktops: int, rooms: list[tuple[int, int]], waits: list[tuple[int, int]]
) -> None:
    """Held against every share there is: whatever the rate, none sends more devices to who is still under it.

    Which makes the least served as well served as can be, and all that can go, go. Between two that are even, the one
    that waited longest has the device, even where one device would carry a smaller territory further.
    """
    places = [
        place(number, type_, room)
        for number, pair in enumerate(rooms, 1)
        for type_, room in zip(("laptop", "desktop"), pair, strict=True)
    ]
    demands = [
        Demand(number, COMPUTER, waiting, covered=covered)
        for number, (waiting, covered) in enumerate(waits[: len(rooms)], 1)
    ]
    stocks = [Stock(1, "laptop", laptops), Stock(1, "desktop", desktops)]

    found = share(stocks, places, demands)

    assert _is_possible(found, stocks, places, demands)
    every = [
        one
        for counts in itertools.product(*(range(one.room + 1) for one in places))
        if _is_possible(one := _named(places, counts), stocks, places, demands)
    ]
    levels = sorted({one.rate(more) for one in demands for more in range(one.left + 1)})
    for level in levels:
        assert _sent_under(level, found, places, demands) == max(
            _sent_under(level, other, places, demands) for other in every
        )
    assert sum(found.values()) == max(sum(other.values()) for other in every)
    assert _least(found, places, demands) == max(_least(other, places, demands) for other in every)
    assert _least(first_come(stocks, places, demands), places, demands) <= _least(found, places, demands)


def test_between_two_that_are_even_the_longest_wait_wins_over_the_smallest_territory() -> None:
    places = [place(1, "laptop", 9), place(2, "laptop", 9)]
    demands = [Demand(1, COMPUTER, 2, oldest=date(2026, 3, 1)), Demand(2, COMPUTER, 1, oldest=date(2026, 5, 1))]

    assert share([Stock(1, "laptop", 1)], places, demands) == {(1, "laptop"): 1}


def _named(places: list[PlacesLeft], counts: tuple[int, ...]) -> dict[tuple[int, str], int]:
    return {(one.convention, one.type): count for one, count in zip(places, counts, strict=True)}


def _is_possible(
    shared: dict[tuple[int, str], int], stocks: list[Stock], places: list[PlacesLeft], demands: list[Demand]
) -> bool:
    of_type = {one.type: sum(n for (_, type_), n in shared.items() if type_ == one.type) for one in stocks}
    room = {(one.convention, one.type): one.room for one in places}
    left = {one.territory: one.left for one in demands}
    to = {number: sum(n for (convention, _), n in shared.items() if convention == number) for number in left}
    return (
        all(of_type[one.type] <= one.count for one in stocks)
        and all(count <= room[key] for key, count in shared.items())
        and all(to[number] <= left[number] for number in left)
    )


def _more(shared: dict[tuple[int, str], int], places: list[PlacesLeft]) -> dict[int, int]:
    more: dict[int, int] = {}
    for one in places:
        more[one.territory] = more.get(one.territory, 0) + shared.get((one.convention, one.type), 0)
    return more


def _sent_under(
    level: Fraction, shared: dict[tuple[int, str], int], places: list[PlacesLeft], demands: list[Demand]
) -> int:
    """How many devices went to a territory whose rate, before it had this one, was under ``level``."""
    more = _more(shared, places)
    return sum(one.rate(nth) < level for one in demands for nth in range(more.get(one.territory, 0)))


def _least(shared: dict[tuple[int, str], int], places: list[PlacesLeft], demands: list[Demand]) -> Fraction:
    more = _more(shared, places)
    return min((one.rate(more.get(one.territory, 0)) for one in demands if one.left), default=Fraction(1))


def test_the_rates_say_which_part_of_those_who_wait_would_have_theirs() -> None:
    places, demands = [place(1, "laptop", 9)], [Demand(1, COMPUTER, 8, covered=2)]

    assert rates({(1, "laptop"): 2}, places, demands) == {(1, COMPUTER): Fraction(1, 2)}
