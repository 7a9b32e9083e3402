"""The share of 5,000 ready devices between 17 EPCI, held against each convention taking in its turn all that it may."""

import statistics
import time
from random import Random

from distribution.fairness import Demand, PlacesLeft, Stock, first_come, rates, share

DEVICES = {"laptop": 2600, "desktop": 1200, "tablet": 600, "smartphone": 600}
KINDS = {"laptop": "computer", "desktop": "computer", "tablet": "tablet", "smartphone": "smartphone"}
EPCIS, WORKSHOPS, RUNS = 17, 3, 5


def main() -> None:
    rng = Random(1)
    stocks = [
        Stock(workshop, type_, count // WORKSHOPS) for type_, count in DEVICES.items() for workshop in range(WORKSHOPS)
    ]
    places = [
        PlacesLeft(epci, epci % WORKSHOPS, type_, rng.randint(50, 400), epci, kind)
        for epci in range(EPCIS)
        for type_, kind in KINDS.items()
    ]
    demands = [
        Demand(epci, kind, rng.randint(20, 600), covered=rng.randint(0, 40), points=rng.choice((0, 0, 4, 8)))
        for epci in range(EPCIS)
        for kind in sorted(set(KINDS.values()))
    ]
    seconds = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        shared = share(stocks, places, demands)
        seconds.append(time.perf_counter() - begun)
    naive = first_come(stocks, places, demands)
    print(f"devices {sum(DEVICES.values())}, shared {sum(shared.values())}, first come {sum(naive.values())}")
    print(f"share: {statistics.median(seconds):.2f} s (median of {RUNS})")
    for name, found in (("max–min", shared), ("first come", naive)):
        parts = sorted(float(rate) for rate in rates(found, places, demands).values())
        tenth, median = parts[len(parts) // 10], statistics.median(parts)
        print(f"{name}: least served {parts[0]:.0%}, tenth {tenth:.0%}, median {median:.0%}")


if __name__ == "__main__":
    main()
