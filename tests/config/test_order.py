"""The order in which the tests are run."""

from pathlib import Path

from django.conf import settings

from tests.order import DEVICES, LONGEST, longest_first

OTHERS = [f"tests/a/test_{number}.py::test" for number in range(20)]
LONG = [f"{start}test_x.py::test_{number}" for start in LONGEST if start.endswith("/") for number in range(5)]


def test_each_process_begins_with_some_of_the_longest_and_nothing_is_lost() -> None:
    addresses = [*OTHERS, *LONG]
    order = longest_first(addresses, processes=2)
    assert sorted(order) == list(range(len(addresses)))
    half = len(addresses) // 2
    heads = [addresses[rank] for part in (order[:2], order[half : half + 2]) for rank in part]
    assert set(heads) <= set(LONG)
    assert [rank for rank in order if rank < len(OTHERS)] == list(range(len(OTHERS)))


def test_what_begins_with_devices_is_in_one_process_and_what_begins_with_households_in_another() -> None:
    addresses = [
        f"{start}test_{number}.py::test" for number in range(9) for start in (DEVICES[0], "tests/prescriptions/")
    ]
    order = longest_first(addresses, processes=2)
    assert not any(addresses[rank].startswith(DEVICES) for rank in order[:9])
    assert all(addresses[rank].startswith(DEVICES) for rank in order[9:])
    assert [addresses[rank] for rank in order] == sorted(addresses, key=lambda one: one.startswith(DEVICES))


def test_the_tests_of_the_departement_stay_with_one_process() -> None:
    whole = [f"tests/demo/test_departement.py::{number}" for number in range(6)]
    order = longest_first([*OTHERS, *whole], processes=2)
    ranks = [order.index(len(OTHERS) + number) for number in range(6)]
    assert ranks == list(range(ranks[0], ranks[0] + 6))


def test_one_process_and_few_tests_have_an_order_too() -> None:
    assert longest_first([], processes=2) == []
    assert longest_first(LONG[:1], processes=2) == [0]
    assert sorted(longest_first([*LONG, "x"], processes=1)) == list(range(len(LONG) + 1))


def test_the_longest_are_there() -> None:
    assert all((Path(settings.BASE_DIR) / start).exists() for start in (*LONGEST, *DEVICES))
