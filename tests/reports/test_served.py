"""What a report says of households: needs, tension, and small counts that are not shown."""

from typing import Any

import pytest

from prescriptions.enums import NeedKind, NeedState
from refurb.enums import DeviceType
from reports.enums import Stage
from reports.served import ALSO_HIDDEN, HIDDEN, Served, hide_small, tension
from reports.summary import Summary

TERRITORIES = [["1", "CA du Nord", "Nord"], ["2", "CC du Sud", "Sud"], ["outside", "Hors département", "Hors"]]


def figures(*needs: list[Any], buckets: tuple[list[Any], ...] = ()) -> dict[str, Any]:
    return {
        "territories": TERRITORIES,
        "buckets": list(buckets),
        "needs": list(needs),
        "new_devices": 0,
        "missing_erasures": {"drives": 0, "devices": 0},
        "incidents": 0,
        "corrections": [],
        "quantities": [],
    }


def waiting(place: str, count: int, kind: NeedKind = NeedKind.COMPUTER) -> list[Any]:
    return [NeedState.WAITING.value, place, kind.value, 0, count, 0, count]


def on_offer(place: str, stage: Stage, count: int, type_: DeviceType = DeviceType.LAPTOP) -> list[Any]:
    return [stage.value, place, type_.value, "public", 0, count, 0, count]


def cells(table: Any) -> dict[str, tuple[Any, ...]]:
    return {row.label: row.cells for row in table.rows}


def test_needs_are_counted_by_kind_for_the_whole_departement() -> None:
    served = Served(
        figures(
            waiting("1", 7),
            waiting("2", 2),
            [NeedState.MET.value, "1", NeedKind.COMPUTER.value, 3, 4, 1, 6],
            [NeedState.UNMET.value, "1", NeedKind.COMPUTER.value, 0, 1, 0, 1],
            [NeedState.IN_PROGRESS.value, "2", NeedKind.FIXED_CONNECTION.value, 1, 1, 0, 2],
        ),
        hides_small=True,
    )
    assert cells(served.needs_by_kind())[NeedKind.COMPUTER.label] == (0, 9, 0, 0, 9, 0, 4, 1)
    assert cells(served.needs_by_kind())[NeedKind.FIXED_CONNECTION.label] == (0, 0, 0, 0, 0, 2, 0, 0)
    assert (served.met, served.waiting) == (4, 9)


def test_tension_is_needs_that_wait_for_one_device_on_offer() -> None:
    served = Served(
        figures(
            waiting("1", 10),
            waiting("2", 6, NeedKind.TABLET),
            buckets=(on_offer("1", Stage.AVAILABLE, 3), on_offer("1", Stage.SHIPPED, 1)),
        ),
        hides_small=True,
    )
    assert cells(served.tension_by_territory()) == {"Nord": (10, 1, 3, "2,5"), "Sud": (6, 0, 0, "sans offre")}
    assert cells(served.tension_by_kind())[NeedKind.COMPUTER.label] == (10, 1, 3, "2,5")


@pytest.mark.parametrize(
    ("waits", "offered", "available", "said"),
    [(0, 3, 0, "–"), (4, 0, 0, "sans offre"), (3, 1, 1, "1,5"), (1, 2, 2, "0,3")],
)
def test_tension_reads_as_a_number_or_a_word(waits: int, offered: int, available: int, said: str) -> None:
    assert tension(waits, offered, available) == said


def test_a_screen_and_a_reserved_device_answer_no_need() -> None:
    served = Served(
        figures(
            waiting("1", 6),
            buckets=(
                on_offer("1", Stage.AVAILABLE, 5, DeviceType.SCREEN),
                on_offer("1", Stage.RESERVED, 4),
            ),
        ),
        hides_small=True,
    )
    assert cells(served.tension_by_territory()) == {"Nord": (6, 0, 0, "sans offre")}


def test_a_small_count_of_households_is_hidden_with_what_would_give_it_away() -> None:
    told = figures(waiting("1", 3), waiting("2", 9))
    shown, kept = Served(told, hides_small=False), Served(told, hides_small=True)
    rank = list(NeedKind).index(NeedKind.COMPUTER)
    assert [row.cells[rank] for row in shown.needs_by_territory().rows] == [3, 9]
    assert [row.cells[rank] for row in kept.needs_by_territory().rows] == [HIDDEN, ALSO_HIDDEN]
    assert cells(kept.tension_by_territory())["Nord"] == (HIDDEN, 0, 0, ALSO_HIDDEN)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([0, 5, 12], [0, 5, 12]),
        ([4, 5, 12], [HIDDEN, ALSO_HIDDEN, 12]),
        ([4, 1, 12], [HIDDEN, HIDDEN, 12]),
        ([4], [HIDDEN]),
        ([], []),
    ],
)
def test_what_is_hidden_cannot_be_worked_out_from_the_total(counts: list[int], shown: list[Any]) -> None:
    assert hide_small(counts) == shown


def test_the_sum_of_the_kinds_does_not_give_away_the_one_that_is_hidden() -> None:
    told = figures(
        waiting("1", 12),
        waiting("1", 3, NeedKind.TABLET),
        waiting("2", 20),
        waiting("2", 7, NeedKind.TABLET),
        waiting("outside", 30),
        buckets=(on_offer("1", Stage.AVAILABLE, 5),),
    )
    kept = Served(told, hides_small=True).tension_by_territory()
    assert cells(kept) == {
        "Nord": (ALSO_HIDDEN, 0, 5, ALSO_HIDDEN),
        "Sud": (ALSO_HIDDEN, 0, 0, ALSO_HIDDEN),
        "Hors": (30, 0, 0, "sans offre"),
    }
    assert cells(Served(told, hides_small=False).tension_by_territory())["Nord"] == (15, 0, 5, "3,0")


def test_distribution_is_told_by_the_epci_of_the_convention() -> None:
    summary = Summary(figures(buckets=(on_offer("1", Stage.ALLOTTED, 4), on_offer("2", Stage.HANDED_OVER, 2))))
    table = summary.distribution_at("closing")
    assert cells(table) == {"Nord": (4, 0, 0, 0, 0, 0), "Sud": (0, 0, 0, 0, 2, 0)}
    assert table.total.cells == (4, 0, 0, 0, 2, 0)
    assert summary.handed_over == 2


def test_figures_of_before_the_needs_were_counted_still_read() -> None:
    told = figures()
    del told["needs"]
    served = Served(told, hides_small=True)
    assert not served.is_counted
    assert served.waiting == 0
    assert Summary(told).distribution_at("closing").total.cells == (0,) * 6
