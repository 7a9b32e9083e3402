"""Devices that households give back are restarted in workshops, whose numbers are all told: what that gives away."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from typing import Any

import django
import pytest

from prescriptions.enums import NeedKind
from refurb.enums import DeviceType
from reports.enums import Stage
from reports.household_tables import NeedSummary
from reports.models import Report
from reports.months import bounds
from reports.secrecy import choosing
from reports.secrecy.audit import narrow_cells
from reports.secrecy.believed import believed_of
from reports.secrecy.choosing import audit, choose, look, looked_for_elsewhere, question_of
from reports.secrecy.covering import HIDDEN
from reports.secrecy.edges import Tie, passages_of_workshops
from reports.secrecy.suppression import Rule, hide
from reports.secrecy.system import Cell, Equations
from reports.summary import NOT_SUMMED
from reports.workbook import write_workbook
from tests.reports.attacker import Attacker
from tests.reports.invented import ENTERED, LEFT, Invented
from tests.reports.test_report_pages import sheets_of
from tests.reports.test_what_readers_find_out import by_caption

RULE = Rule(threshold=5, width=5)
MONTH = "2026-01-01"
PLACES = ["1", "2", "3", "4", "5"]


@dataclass
class Returning(Invented):
    """The same département, where some households give back a device that a workshop begins again at once."""

    restarted: int = 0

    def _be_born(self) -> int:
        born = super()._be_born()
        held = [device for device in self.devices if device.stage == Stage.HANDED_OVER]
        for device in held[: self.restarted]:
            self._move(device, Stage.RETURNED)
            self._move(device, Stage.IN_PROCESS)
        return born


def months_of(invented: Returning, restarted: tuple[int, ...]) -> list[dict[str, Any]]:
    """Months frozen one after the other, each with what it hides beside those before."""
    frozen: list[dict[str, Any]] = []
    for number, count in enumerate(restarted, 1):
        invented.restarted = count
        figures = invented.month(f"2026-{number:02}-01")
        frozen.append(figures | {"secrets": choose(figures, frozen, RULE)})
    return frozen


def total(figures: dict[str, Any], stage: Stage, measure: int) -> int:
    return sum(row[4 + measure] for row in figures["buckets"] if row[0] == stage.value)


@pytest.fixture(scope="module")
def months() -> list[dict[str, Any]]:
    return months_of(Returning(11, PLACES, pace=25), (0, 0, 0, 0, 1, 2))


def test_nothing_hidden_is_narrow_when_one_or_two_devices_are_given_back_and_begun_again(
    months: list[dict[str, Any]],
) -> None:
    assert [total(figures, Stage.RETURNED, LEFT) for figures in months[4:]] == [1, 2]
    assert all(believed_of(figures).tie == Tie.UPSTREAM for figures in months)
    assert all(figures["secrets"]["hidden"] for figures in months)
    assert audit(months) == []


def test_who_counts_what_workshops_began_again_finds_nothing_else(months: list[dict[str, Any]]) -> None:
    """He subtracts: what entered « En traitement » and did not leave « Reçus à l’atelier » was given back."""
    labels = [[str(one.label) for one in kinds] for kinds in (NeedKind, DeviceType)]
    attacker = Attacker([f"EPCI {place}" for place in PLACES], *labels)
    for figures in months:
        month = date.fromisoformat(figures["month"])
        end = bounds(month).end
        report = Report(month=month, figures=figures, as_of=end, computed_at=end)
        sheet = sheets_of(write_workbook(report, hides_small=True))["Synthèse"]
        attacker.read(figures["month"], dict(by_caption(sheet)))
        begun = total(figures, Stage.IN_PROCESS, ENTERED) - total(figures, Stage.RECEIVED, LEFT)
        attacker.told.append(({("stage", figures["month"], "Sorties", "Retours SAV"): 1}, begun))
    assert len(attacker.secrets) > 100
    assert not {
        where: found for where, found in attacker.intervals().items() if found[1] - found[0] < RULE.width - 1e-6
    }


def test_what_leaves_returns_is_the_number_of_workshops_and_what_enters_them_that_of_households() -> None:
    assert passages_of_workshops() == {(Stage.ALLOTTED, "entered"), (Stage.RETURNED, "left")}


def test_where_there_are_too_few_devices_to_hide_no_hidden_number_can_be_computed() -> None:
    """One household has the only device: nothing makes that as uncertain as the rule says, but it is not told."""
    frozen = months_of(Returning(1, PLACES, pace=2), (0, 0, 0, 0, 0))
    assert 0 < total(frozen[3], Stage.HANDED_OVER, ENTERED) < RULE.threshold
    assert f"devices/{Stage.HANDED_OVER}/entered//" in frozen[3]["secrets"]["hidden"]
    assert not [one for one in audit(frozen) if one.is_found_out]


def known(value: int, *, exactly: bool) -> Equations:
    """Three numbers of households and their total; of the first one anyone knows the value, or that it is at most 3."""
    system = Equations()
    first, second, third = (system.unknown(name, number) for name, number in (("a", value), ("b", 2), ("c", 30)))
    if exactly:
        system.relate([(1, first)], value)
    else:
        system.relate([(1, first), (1, system.unknown("others"))], 3)
    sums = {"a": {first: 1}, "b": {second: 1}, "c": {third: 1}, "*": {first: 1, second: 1, third: 1}}
    for key, terms in sums.items():
        system.show(Cell(MONTH, key, terms, system.value_of(terms), True, 1))
    return system


def test_a_number_that_everyone_can_compute_is_told_and_the_others_are_hidden_knowing_it() -> None:
    system = known(3, exactly=True)
    hidden = hide(system, MONTH, set(), RULE)
    assert "a" not in hidden
    assert "b" in hidden
    assert hidden & {"c", "*"}
    assert not narrow_cells(system, {(MONTH, key) for key in hidden}, RULE.width)


def test_a_small_number_that_keeps_several_values_stays_hidden_though_less_wide_than_the_rule() -> None:
    system = known(2, exactly=False)
    hidden = hide(system, MONTH, set(), RULE)
    assert {"a", "b"} <= hidden
    narrow = narrow_cells(system, {(MONTH, key) for key in hidden}, RULE.width)
    assert [(one.cell.key, one.low, one.high) for one in narrow] == [("a", 0, 3)]


def test_needs_in_progress_of_each_kind_are_told_to_the_pilot_alone(months: list[dict[str, Any]]) -> None:
    """At most as many as there are tablets in the distribution, by type: one or two."""
    kind, rank = str(NeedKind.COMPUTER.label), 5
    pilot, reader = (NeedSummary(months[-1], hides_small=hides).needs_by_kind() for hides in (False, True))
    assert {row.cells[rank] for row in reader.rows} == {NOT_SUMMED}
    assert next(row.cells[rank] for row in pilot.rows if row.label == kind) != NOT_SUMMED
    assert reader.total.cells[rank] in (HIDDEN, pilot.total.cells[rank])


# --- what an earlier count of the same month chose


@pytest.fixture
def looked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The months of which what to hide was looked for, not kept."""
    found: list[str] = []

    def look(system: Any, month: str, *asked: Any) -> set[str]:
        found.append(month)
        return hide(system, month, *asked)

    monkeypatch.setattr(choosing, "hide", look)
    return found


def test_what_a_count_chose_is_kept_where_the_same_numbers_are_counted_again(
    months: list[dict[str, Any]], looked_for: list[str]
) -> None:
    *before, last = months
    later = {name: last[name] for name in last if name != "secrets"} | {"as_of": "2026-07-09T06:00:00+00:00"}
    chosen = choose(later, before, RULE, last)
    assert looked_for == []
    assert {name: chosen[name] for name in ("hidden", "beside")} == {
        name: last["secrets"][name] for name in ("hidden", "beside")
    }
    assert chosen == choose(later, before, RULE)
    assert looked_for == [last["month"]]


def test_it_is_looked_for_again_as_soon_as_anything_else_is_another(
    months: list[dict[str, Any]], looked_for: list[str]
) -> None:
    *before, last = months
    counted = {name: last[name] for name in last if name != "secrets"}
    first, *rows = last["buckets"]
    more = [[*first[:4], *(one + 1 for one in first[4:])], *rows]
    for figures, others, rule, earlier in (
        (counted, before, RULE, None),
        (counted, before[:-1], RULE, last),
        (counted, before, Rule(RULE.threshold + 1, RULE.width), last),
        (counted, before, RULE, counted),
        (counted | {"buckets": more}, before, RULE, last),
    ):
        looked_for.clear()
        choose(figures, others, rule, earlier)
        assert looked_for == [last["month"]]


# --- what another process looked for


def test_what_was_looked_for_elsewhere_is_not_looked_for_again(
    months: list[dict[str, Any]], looked_for: list[str]
) -> None:
    *before, last = months
    asked = {name: last[name] for name in last if name != "secrets"}
    found = look(asked, before, RULE)
    looked_for.clear()
    later = asked | {"as_of": "2026-07-09T06:00:00+00:00"}
    with looked_for_elsewhere(question_of(asked, before, RULE), lambda: found):
        chosen = choose(later, before, RULE)
        assert looked_for == []
    assert chosen == choose(later, before, RULE)
    assert looked_for == [last["month"]]


def test_another_question_than_the_one_asked_elsewhere_is_looked_for_here(
    months: list[dict[str, Any]], looked_for: list[str]
) -> None:
    *before, last = months
    counted = {name: last[name] for name in last if name != "secrets"}
    first, *rows = last["buckets"]
    more = [[*first[:4], *(one + 1 for one in first[4:])], *rows]
    with looked_for_elsewhere(question_of(counted, before, RULE), lambda: {"false"}):
        for figures, others, rule in (
            (counted, before[:-1], RULE),
            (counted, before, Rule(RULE.threshold + 1, RULE.width)),
            (counted, before, Rule(RULE.threshold, RULE.width + 1)),
            (counted | {"buckets": more}, before, RULE),
        ):
            looked_for.clear()
            assert "false" not in choose(figures, others, rule)["hidden"]
            assert looked_for == [last["month"]]
        assert choose(counted, before, RULE)["hidden"] == ["false"]


def test_another_process_finds_the_same(months: list[dict[str, Any]]) -> None:
    *before, last = months
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        assert sorted(pool.submit(look, last, before, RULE).result(timeout=120)) == last["secrets"]["hidden"]
