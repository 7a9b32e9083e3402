"""Flows count acts: what corrections, releases, undoing and doing again move is told apart, and a month adds up."""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from desk.todo.figures import month_links, territory
from distribution.enums import UndoHandOverReason
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.machine import SAME, machines, verbs_of
from prescriptions.models import Need
from refurb.enums import DeviceType, ReclassifyReason
from refurb.models import Device
from refurb.services import devices
from reports.acts import JournalRow, _Life
from reports.definitions import definitions
from reports.documents import paper_values
from reports.enums import Counting, Stage, Variation
from reports.figures import VERSION
from reports.household_tables import NeedSummary
from reports.models import Report
from reports.secrecy.suppression import Rule
from reports.services import compute_report, recompute_report, verify_report
from reports.summary import SHOWN, Summary
from reports.workbook import write_workbook
from tests.distribution.shelves import Shelf
from tests.donations.scene import laptops
from tests.network.factories import make_epci
from tests.pages import acting
from tests.refurb.devices import fresh
from tests.reports.stories import DECEMBER, NOVEMBER, Story, numbers, paris


def this_month() -> Report:
    return compute_report(actor=SYSTEM, month=timezone.localdate())


def recounted(report: Report) -> Report:
    return recompute_report(actor=SYSTEM, report=report)


def recycled(shelf: Shelf) -> Device:
    bench = shelf.bench
    return bench.recycle(bench.unusable(bench.proven(bench.in_process())))


def needs_of(report: Report) -> dict[str, tuple[Any, ...]]:
    """Opening, entered, left, what else varied, closing of each state of needs."""
    return {row.label: row.cells for row in NeedSummary(report.figures, hides_small=False).needs_by_state().rows}


# --- the enemy: what is legal, and is no act


@pytest.mark.django_db
def test_a_merger_reclassified_row_by_row_recycles_nothing() -> None:
    shelf = Shelf()
    gone = [recycled(shelf) for _ in range(3)]
    for epci in (make_epci(), make_epci()):
        for device in gone:
            given = {"origin_epci": epci, "reason": ReclassifyReason.MERGER}
            devices.reclassify_device(actor=shelf.pilot, device=fresh(device), **given)
    report = this_month()
    assert Summary(report.figures).recycled == 3
    assert numbers(report, Stage.RECYCLED) == (0, 3, 0, 0, 3)
    lines = [line for line in Summary(report.figures).variations() if line[0] == "Reclassé"]
    assert sum(count for *_, count in lines) == 6
    assert all(old.startswith("Recyclés, ") for _, old, _, _ in lines)


@pytest.mark.django_db
def test_a_released_allotment_makes_nothing_reconditioned_and_is_no_allotment() -> None:
    shelf = Shelf()
    device = shelf.allotted()
    gate.apply(device, "release_allotment", actor=shelf.manager, reason="other", comment="Dit")
    report = this_month()
    assert numbers(report, Stage.RECONDITIONED) == (0, 1, 0, 0, 1)
    assert numbers(report, Stage.ALLOTTED) == (0, 0, 0, 0, 0)
    assert [(what, old, count) for what, old, _, count in Summary(report.figures).variations()] == [
        ("Affecté à une convention, annulé dans le mois", "Reconditionnés, Origine inconnue", 1),
        ("Retiré de l’affectation", f"Affectés, {shelf.epci.short_name}", 1),
    ]
    shelf.allotted(fresh(device))
    assert numbers(recounted(report), Stage.ALLOTTED) == (0, 1, 0, 0, 1)


@pytest.mark.django_db
def test_a_hand_over_undone_and_done_again_is_one_and_so_is_its_need() -> None:
    shelf = Shelf()
    device = shelf.handed_over()
    shelf.handed_over()
    undo = {"reason": UndoHandOverReason.values[0]}
    gate.apply(fresh(device), "undo_hand_over", actor=shelf.adviser, **undo)
    report = this_month()
    assert Summary(report.figures).handed_over == NeedSummary(report.figures, hides_small=False).met == 1
    shelf.hand_over(fresh(device))
    report = recounted(report)
    assert Summary(report.figures).handed_over == NeedSummary(report.figures, hides_small=False).met == 2
    assert numbers(report, Stage.HANDED_OVER) == (0, 2, 0, 0, 2)
    assert needs_of(report)["Satisfait"] == (0, 2, 0, 0, 2)


@pytest.mark.django_db
def test_a_reservation_released_puts_nothing_on_a_shelf_nor_in_waiting() -> None:
    shelf = Shelf()
    device = shelf.reserved()
    gate.apply(fresh(device), "release", actor=shelf.adviser)
    report = this_month()
    assert numbers(report, Stage.AVAILABLE) == (0, 1, 0, 0, 1)
    assert numbers(report, Stage.RESERVED) == (0, 0, 0, 0, 0)
    assert needs_of(report)["En attente"] == (0, 1, 0, 0, 1)
    assert needs_of(report)["En cours"] == (0, 0, 0, 0, 0)
    assert [count for *_, count in NeedSummary(report.figures, hides_small=False).variations()] == [1, 1]


# --- over two months


@pytest.mark.django_db
def test_what_a_later_month_undoes_stays_counted_and_counts_no_more_when_done_again() -> None:
    story = Story()
    device = story.reject(story.start(story.register(paris(10, 1)), paris(10, 2)), paris(10, 3))
    october = story.frozen()
    story.undo_reject(device, paris(11, 3))
    assert numbers(story.computed(NOVEMBER), Stage.UNUSABLE) == (1, 0, 0, -1, 0)
    story.reject(device, paris(12, 3))
    december = story.computed(DECEMBER)
    assert numbers(october, Stage.UNUSABLE) == (0, 1, 0, 0, 1)
    assert numbers(december, Stage.UNUSABLE) == (0, 0, 0, 1, 1)
    assert [line[0] for line in Summary(december.figures).variations()] == ["Déclaré non réemployable, de nouveau"]


@pytest.mark.django_db
@pytest.mark.parametrize("corrected", ["place", "merger", "type"])
def test_what_is_done_again_counts_no_more_though_its_place_or_its_type_was_set_right_in_between(
    corrected: str,
) -> None:
    """A legal correction between the two inflates no month."""
    story = Story()
    device = story.reject(story.start(story.register(paris(10, 1)), paris(10, 2)), paris(10, 3))
    story.frozen()
    device = story.undo_reject(device, paris(11, 3))
    if corrected == "type":
        device = story.retype(device, DeviceType.TABLET, paris(11, 4))
    else:
        device = story.move_to(device, make_epci(), paris(11, 4))
        if corrected == "merger":
            device = story.move_to(device, make_epci(), paris(11, 5))
    story.reject(device, paris(12, 3))

    december = story.computed(DECEMBER)

    assert numbers(december, Stage.UNUSABLE) == (0, 0, 0, 1, 1)
    assert verify_report(december)


@pytest.mark.django_db
def test_a_lot_that_its_donor_withdraws_in_its_month_is_neither_announced_nor_accepted() -> None:
    """The same machines announced again are announced once."""
    story = Story()
    given_up = story.lot(paris(10, 2), laptops(5))[0].donation
    assert given_up is not None
    gate.apply(given_up, "withdraw", actor=story.scene.contact, reason="kept", at=paris(10, 3))
    story.lot(paris(10, 4), laptops(5))
    later = story.lot(paris(10, 5), laptops(2))[0].donation
    assert later is not None
    october = story.frozen()
    gate.apply(later, "withdraw", actor=story.scene.contact, reason="kept", at=paris(11, 3))

    assert Summary(october.figures).quantities_by_donor().total.cells == (7, 7, 0)
    assert Summary(story.computed(NOVEMBER).figures).quantities_by_donor().total.cells == (0, 0, 0)
    assert verify_report(october)
    rows = acting(story.pilot).get(
        reverse("reports:report_lots", args=[october.reference]), {"mesure": Counting.ANNOUNCED}
    )
    assert rows.context["found"] == rows.context["figure"] == 7


# --- every undoing says what it undoes


def test_each_verb_that_undoes_says_which_verb_of_its_machine() -> None:
    for model in machines().values():
        verbs = verbs_of(model)
        for name, verb in verbs.items():
            assert set(verb.undoes) <= set(verbs), f"{model.machine.name}.{name}"
            for undone in verb.undoes:
                assert verbs[undone].is_act
                left_in = {verbs[undone].target} if verbs[undone].target is not SAME else {*verbs[undone].sources}
                assert left_in <= {*verb.sources}


@pytest.mark.parametrize("model", [Device, Need])
def test_a_verb_named_after_an_undoing_is_declared_as_one(model: Any) -> None:
    named = [verb for name, verb in verbs_of(model).items() if name.startswith(("undo_", "cancel_", "unmeet"))]
    assert named
    assert all(verb.undoes for verb in named)


# --- an object's life, at random

VERBS = {"make": (), "unmake": ("make",), "sell": (), "unsell": ("sell",), "move": ()}
UNDOINGS = {name: undone for name, undone in VERBS.items() if undone}


def lived(steps: Iterable[tuple[str, int]]) -> list[JournalRow]:
    """Rows in the order of their instants, some in each of three months."""
    at = [paris(10, 1), paris(11, 1), paris(12, 1)]
    ordered = sorted(steps, key=lambda step: step[1])
    return [JournalRow(pk, verb, at[month], "here") for pk, (verb, month) in enumerate(ordered)]


def acts(lines: list[JournalRow], start: datetime) -> list[JournalRow]:
    """The acts of the months up to that of ``start`` and which of them are counted in it, by the code under test."""
    life = _Life(UNDOINGS, dict.fromkeys([*UNDOINGS, "move"], Variation.VARIES))
    for line in lines:
        life.live(line)
    undone, again = life.apart(start)
    counted = {line.pk for line in lines} - {*undone, *again}
    return [line for line in lines if line.pk in counted and line.at >= start and line.verb in ("make", "sell")]


@given(st.lists(st.tuples(st.sampled_from([*VERBS]), st.integers(0, 2)), max_size=14))
def test_the_act_of_an_object_counts_once_a_month_and_once_for_all_if_it_was_undone(steps: Any) -> None:
    lines = lived(steps)
    total: dict[str, int] = {"make": 0, "sell": 0}
    for month in (10, 11, 12):
        so_far = [line for line in lines if line.at <= paris(month, 1)]
        counted = acts(so_far, paris(month, 1))
        for verb in total:
            here = [line for line in counted if line.verb == verb]
            assert len(here) <= 1
            total[verb] += len(here)
            if not any(line.verb == f"un{verb}" for line in so_far):
                assert len(here) == any(line.verb == verb and line.at == paris(month, 1) for line in so_far)
    for verb, times in total.items():
        done = sum(line.verb == verb for line in lines)
        assert times <= done
        assert bool(times) <= bool(done)


def test_what_is_counted_is_what_its_definition_says_in_each_version() -> None:
    now, before = (dict(definitions({"version": version})) for version in (VERSION, 2))
    assert not any(meaning.startswith("Passages") for meaning in now.values())
    assert before["Entrées"].startswith("Passages vers l’étape")
    assert "reconditionné\u00a0: sans donnée, testé, classé" in now["Actes comptés comme entrées"]
    assert "Reclassé" not in now["Actes comptés comme entrées"]
    assert {"Autres variations", "Distribution"} <= set(now)


# --- the same numbers everywhere


@pytest.mark.django_db
def test_the_public_page_the_paper_the_workbook_and_the_dashboard_say_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reports.secrecy.frozen.rule_on", lambda day: Rule(1, 5))
    shelf = Shelf()
    shelf.handed_over()
    gate.apply(fresh(shelf.reserved()), "release", actor=shelf.adviser)
    gate.apply(shelf.allotted(), "release_allotment", actor=shelf.manager, reason="other", comment="Dit")
    recycled(shelf)
    report = this_month()
    summary, paper = Summary(report.figures), paper_values(report)
    served = NeedSummary(report.figures, hides_small=False)
    sheets = CalamineWorkbook.from_filelike(BytesIO(write_workbook(report, hides_small=False)))
    told = {line[0]: line[1] for line in sheets.get_sheet_by_name("Synthèse").to_python() if len(line) > 1}
    links = {link.label: link.number for link in month_links(report, hides_small=False)}
    assert summary.reconditioned == paper["reconditioned"] == told["Appareils reconditionnés dans le mois"] == 3
    assert summary.handed_over == paper["handed_over"] == told["Appareils remis à un foyer dans le mois"] == 1
    assert summary.recycled == paper["recycled"] == told["Appareils remis au recycleur dans le mois"] == 1
    assert served.met == paper["met"] == told["Besoins satisfaits dans le mois"] == 1
    assert links == {
        "Donateur": "0",
        "Atelier": str(summary.reconditioned),
        "Convention": "2",
        "Point de distribution": "2",
        "Foyer": str(summary.handed_over),
    }
    stages = {row.label: dict(zip(SHOWN, row.cells, strict=True)) for row in summary.stages().rows}
    assert stages["Affectés"]["entered"] == stages["Disponibles"]["entered"] == 2
    facts = {fact.label: fact.number for fact in territory(report, shelf.epci)}
    assert facts["Appareils remis à un foyer, au titre de la convention"] == "1"
    for row in served.needs_by_state().rows:
        opening, entered, left, other, closing = row.cells
        assert opening + entered - left + other == closing, row.label


@pytest.mark.django_db
def test_one_device_that_passes_the_whole_distribution_is_told_in_no_sum_of_passages() -> None:
    shelf = Shelf()
    shelf.handed_over()
    summary = Summary(this_month().figures)
    entered, standing = summary.territories_at("entered"), summary.territories_at("closing")
    assert "Distribution" not in [name.replace("\u00ad", "") for name in entered.head]
    assert "Total" not in entered.head
    rank = entered.head.index("Remis") - 1
    assert entered.total.cells[rank] == 1
    assert standing.total.cells[list(standing.plain_head).index("Distribution") - 1] == 1
    assert summary.stages().total.cells[1:4] == ("–", "–", "–")
