"""The longest tests first: no process is still busy with one of them when the others have nothing left to do."""

from collections.abc import Sequence
from itertools import islice

LONGEST = (
    "tests/demo/test_any_day.py",
    "tests/demo/test_departement.py",
    "tests/desk/test_agreement_tells_the_truth.py",
    "tests/desk/test_numbers_of_thousands_of_figures.py",
    "tests/desk/test_walls_of_all_pages.py",
    "tests/desk/test_house_pages.py",
    "tests/desk/test_lists.py",
    "tests/desk/test_technical_admin.py",
    "tests/journeys/",
)
"""How their addresses begin, the longest before."""
DEVICES = tuple(
    f"tests/{app}/" for app in ("conventions", "distribution", "donations", "lifecycle", "refurb", "reports")
)
"""Half of the others: what they begin with is devices, where it is households for the rest.

In one process, each step on the way to them is taken once (``tests.remembered``).
"""


def longest_first(addresses: Sequence[str], processes: int) -> list[int]:
    """The order of these tests, as ranks in ``addresses``: each process gets one part of it, in equal parts.

    Each part begins with some of the longest; the others keep their order, households before devices. A process that is
    done takes what is at the end of another’s part.
    """
    begins: list[list[int]] = [[] for _ in range(processes)]
    for number, start in enumerate(LONGEST):
        found = [rank for rank, address in enumerate(addresses) if address.startswith(start)]
        is_whole = start.endswith("test_departement.py")  # one département for all its tests
        for turn, rank in enumerate(found):
            begins[(number if is_whole else number + turn) % processes].append(rank)
    first = {rank for part in begins for rank in part}
    left = [rank for rank in range(len(addresses)) if rank not in first]
    others = iter(sorted(left, key=lambda rank: addresses[rank].startswith(DEVICES)))
    size = len(addresses) // processes
    order: list[int] = []
    for part in begins:
        order += part
        order += islice(others, max(0, size - len(part)))
    return [*order, *others]
