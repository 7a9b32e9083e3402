"""What a report says of households: needs, tension, and small counts that are not shown."""

from typing import Any

import pytest

from prescriptions.enums import NeedKind, NeedState
from refurb.enums import DeviceType
from reports.enums import Stage
from reports.household_tables import NeedSummary, tension
from reports.secrecy.choosing import choose
from reports.secrecy.covering import HIDDEN
from reports.secrecy.suppression import Rule
from reports.summary import Summary

TERRITORIES = [["1", "CA du Nord", "Nord"], ["2", "CC du Sud", "Sud"], ["outside", "Hors département", "Hors"]]


def figures(*needs: list[Any], buckets: tuple[list[Any], ...] = ()) -> dict[str, Any]:
    return {
        "version": 3,
        "month": "2025-10-01",
        "as_of": "2025-10-31T23:00:00+00:00",
        "territories": TERRITORIES,
        "buckets": list(buckets),
        "needs": list(needs),
        "new_devices": 0,
        "missing_erasures": {"drives": 0, "devices": 0},
        "incidents": 0,
        "corrections": [],
        "variations": [],
        "quantities": [],
    }


def waiting(place: str, count: int, kind: NeedKind = NeedKind.COMPUTER) -> list[Any]:
    return [NeedState.WAITING.value, place, kind.value, 0, count, 0, count]


def on_offer(place: str, stage: Stage, count: int, type_: DeviceType = DeviceType.LAPTOP) -> list[Any]:
    return [stage.value, place, type_.value, "public", 0, count, 0, count]


def cells(table: Any) -> dict[str, tuple[Any, ...]]:
    return {row.label: row.cells for row in table.rows}


def test_needs_are_counted_by_kind_for_the_whole_departement() -> None:
    served = NeedSummary(
        figures(
            waiting("1", 7),
            waiting("2", 2),
            [NeedState.MET.value, "1", NeedKind.COMPUTER.value, 3, 4, 1, 6],
            [NeedState.UNMET.value, "1", NeedKind.COMPUTER.value, 0, 1, 0, 1],
            [NeedState.IN_PROGRESS.value, "2", NeedKind.FIXED_CONNECTION.value, 1, 1, 0, 2],
        ),
        hides_small=False,
    )
    assert cells(served.needs_by_kind())[NeedKind.COMPUTER.label] == (0, 9, 0, 0, 9, 0, 4, 1)
    assert cells(served.needs_by_kind())[NeedKind.FIXED_CONNECTION.label] == (0, 0, 0, 0, 0, 2, 0, 0)
    assert (served.met, served.waiting) == (4, 9)


def test_tension_is_needs_that_wait_for_one_device_on_offer() -> None:
    served = NeedSummary(
        figures(
            waiting("1", 10),
            waiting("2", 6, NeedKind.TABLET),
            buckets=(on_offer("1", Stage.AVAILABLE, 3), on_offer("1", Stage.SHIPPED, 1)),
        ),
        hides_small=False,
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
    served = NeedSummary(
        figures(
            waiting("1", 6),
            buckets=(
                on_offer("1", Stage.AVAILABLE, 5, DeviceType.SCREEN),
                on_offer("1", Stage.RESERVED, 4),
            ),
        ),
        hides_small=False,
    )
    assert cells(served.tension_by_territory()) == {"Nord": (6, 0, 0, "sans offre")}


def kept(told: dict[str, Any]) -> dict[str, Any]:
    """The same figures, with what they hide."""
    return told | {"secrets": choose(told, [], Rule(5, 5))}


def test_a_small_count_of_households_is_hidden_with_what_would_give_it_away() -> None:
    told = kept(figures(waiting("1", 3), waiting("2", 9)))
    pilot, reader = NeedSummary(told, hides_small=False), NeedSummary(told, hides_small=True)
    rank = list(NeedKind).index(NeedKind.COMPUTER)
    assert [row.cells[rank] for row in pilot.needs_by_territory().rows] == [3, 9]
    assert [row.cells[rank] for row in reader.needs_by_territory().rows] == [HIDDEN, HIDDEN]
    assert cells(reader.tension_by_territory())["Nord"] == (HIDDEN, 0, 0, HIDDEN)


def test_a_single_count_is_not_told_by_its_own_total() -> None:
    """It once was: the line « Total » said the number that its only line did not."""
    served = NeedSummary(kept(figures(waiting("1", 4))), hides_small=True)
    rank = list(NeedKind).index(NeedKind.COMPUTER)
    table = served.needs_by_territory()
    assert (table.rows[0].cells[rank], table.total.cells[rank]) == (HIDDEN, HIDDEN)
    assert served.waiting == HIDDEN
    assert cells(served.needs_by_kind())[NeedKind.COMPUTER.label][4] == HIDDEN
    assert served.tension_by_territory().total.cells == (HIDDEN, 0, 0, HIDDEN)


def test_the_sum_of_the_kinds_does_not_give_away_the_one_that_is_hidden() -> None:
    told = kept(
        figures(
            waiting("1", 12),
            waiting("1", 3, NeedKind.TABLET),
            waiting("2", 20),
            waiting("2", 7, NeedKind.TABLET),
            waiting("outside", 30),
            buckets=(on_offer("1", Stage.AVAILABLE, 5),),
        )
    )
    ranks = [list(NeedKind).index(kind) for kind in (NeedKind.COMPUTER, NeedKind.TABLET)]
    rows = cells(NeedSummary(told, hides_small=True).needs_by_territory())
    sums = cells(NeedSummary(told, hides_small=True).tension_by_territory())
    for place in ("Nord", "Sud"):
        computers, tablets = (rows[place][rank] for rank in ranks)
        assert tablets == HIDDEN
        assert HIDDEN in (computers, sums[place][0])
    assert cells(NeedSummary(told, hides_small=False).tension_by_territory())["Nord"] == (15, 0, 5, "3,0")


def test_a_ratio_does_not_tell_the_number_that_it_is_made_of() -> None:
    told = kept(figures(waiting("1", 3), waiting("2", 40), buckets=(on_offer("1", Stage.AVAILABLE, 10),)))
    lines = cells(NeedSummary(told, hides_small=True).tension_by_territory())
    assert lines["Nord"][0] == lines["Nord"][3] == HIDDEN


def test_figures_that_never_chose_what_they_hide_tell_no_number_of_households() -> None:
    served = NeedSummary(figures(waiting("1", 300), waiting("2", 90)), hides_small=True)
    assert served.waiting == served.met == HIDDEN
    assert {cell for row in served.needs_by_territory().rows for cell in row.cells} == {HIDDEN}
    summary = Summary(figures(buckets=(on_offer("1", Stage.HANDED_OVER, 70),)), hides_small=True)
    assert summary.handed_over == HIDDEN
    assert {row.cells[-1] for row in summary.territories_at("closing").rows} == {HIDDEN}


def test_distribution_is_told_by_the_epci_of_the_convention() -> None:
    summary = Summary(figures(buckets=(on_offer("1", Stage.ALLOTTED, 4), on_offer("2", Stage.HANDED_OVER, 2))))
    table = summary.distribution_at("closing")
    assert cells(table) == {"Nord": (4, 0, 0, 0, 0, 0), "Sud": (0, 0, 0, 0, 2, 0)}
    assert table.total.cells == (4, 0, 0, 0, 2, 0)
    assert summary.handed_over == 2


def test_figures_of_before_the_needs_were_counted_still_read() -> None:
    told = figures()
    del told["needs"]
    served = NeedSummary(told, hides_small=False)
    assert not served.is_counted
    assert served.waiting == 0
    assert Summary(told).distribution_at("closing").total.cells == (0,) * 6
