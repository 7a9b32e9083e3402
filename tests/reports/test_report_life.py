"""A report is computed, computed again, frozen once its month is over, published; a frozen month never changes."""

from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from documents.models import Document
from documents.services import verify_document
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.exceptions import Refused, Unknown
from lifecycle.journal import chained_hash, hashed_columns
from lifecycle.models import ClosedPeriod, Verification
from lifecycle.verification import FaultsFound
from network.enums import OrganisationKind, Role
from network.models import Membership
from refurb.enums import DeviceType
from refurb.models import Device, DeviceEntry
from reports import machine as rules
from reports.enums import Stage
from reports.figures import digest
from reports.models import Report, ReportEntry
from reports.months import PARIS, bounds, previous_month
from reports.secrecy import choosing, frozen
from reports.services import (
    REPORTS,
    compute_due_months,
    compute_report,
    differences,
    fault_of_report,
    freeze_report,
    months_to_compute,
    recompute_report,
    verify_report,
)
from reports.tasks import compute_over_months, verify
from tests.forging import forge_move
from tests.reports.stories import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    Story,
    member,
    numbers,
    observers,
    paris,
    strangers,
    without_wall,
)

SEPTEMBER = date(2025, 9, 1)
LATER = paris(12, 31)
pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return Story()


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


# --- compute


def test_the_pilot_and_the_system_compute_a_month(story: Story) -> None:
    story.register(paris(10, 5))
    for month, actor in ((OCTOBER, story.pilot), (NOVEMBER, SYSTEM)):
        report = compute_report(actor=actor, month=month, at=LATER)
        assert (report.state, report.month, report.computed_at) == ("computed", month, LATER)
        assert (report.computed_by_id, report.as_of) == (actor.pk, bounds(month).end)
        assert report.reference.startswith("R-")
        assert report.figures_sha256 == digest(report.figures)


def test_any_day_of_the_month_names_it(story: Story) -> None:
    assert compute_report(actor=story.pilot, month=date(2025, 10, 17), at=LATER).month == OCTOBER


def test_a_month_has_one_report(story: Story) -> None:
    story.computed()
    with pytest.raises(Refused) as refused:
        story.computed()
    assert codes(refused) == {rules.ONE_PER_MONTH.code}
    assert refused.value.all[0].sentence == "Le rapport de ce mois existe déjà."


def test_a_month_to_come_is_refused(story: Story) -> None:
    with pytest.raises(Refused) as refused:
        compute_report(actor=story.pilot, month=DECEMBER, at=paris(11, 30, 23, 59, 59))
    assert codes(refused) == {rules.MONTH_BEGUN.code}
    assert compute_report(actor=story.pilot, month=DECEMBER, at=paris(12, 1, 0, 0)).as_of == paris(12, 1, 0, 0)


def test_the_first_day_only_is_a_month(story: Story) -> None:
    with pytest.raises(DatabaseError, match="reports_report_first_day"), transaction.atomic():
        gate.create(Report(), "compute", actor=story.pilot, at=LATER, month=date(2025, 10, 2))


def test_recompute_counts_what_came_since(story: Story) -> None:
    report = story.computed(DECEMBER, paris(12, 10))
    story.register(paris(12, 12))
    again = recompute_report(actor=story.pilot, report=report, at=paris(12, 13))
    assert numbers(report, Stage.RECEIVED)[-1] == 0
    assert numbers(again, Stage.RECEIVED)[-1] == 1
    assert again.as_of == again.computed_at == paris(12, 13)
    assert [entry.figures_sha256 for entry in again.journal.order_by("seq")] == [
        report.figures_sha256,
        again.figures_sha256,
    ]


def test_nobody_gives_the_figures(story: Story) -> None:
    story.register(paris(10, 5))
    report = story.computed()
    forged = {"figures": {"buckets": []}, "figures_sha256": "0" * 64, "as_of": paris(9, 9)}
    again = gate.apply(report, "recompute", actor=story.pilot, at=LATER, month=OCTOBER, **forged)
    assert again.figures == report.figures
    assert again.as_of == report.as_of


@pytest.mark.parametrize("verb", ["recompute", "freeze"])
def test_the_month_counted_is_that_of_the_report(story: Story, verb: str) -> None:
    report = story.computed()
    for given in ({}, {"month": NOVEMBER}):
        with pytest.raises(Refused) as refused:
            gate.apply(report, verb, actor=story.pilot, at=LATER, **given)
        assert codes(refused) == {rules.SAME_MONTH.code}


# --- freeze


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (paris(10, 31, 23, 59, 59), False),
        (paris(11, 1, 0, 30), False),
        (paris(11, 1, 0, 59, 59), False),
        (paris(11, 1, 1, 0), True),
    ],
)
def test_a_month_is_frozen_from_one_hour_after_its_end(story: Story, at: datetime, allowed: bool) -> None:
    report = story.computed(OCTOBER, paris(10, 20))
    if allowed:
        frozen = freeze_report(actor=story.pilot, report=report, at=at)
        assert (frozen.state, frozen.frozen_at, frozen.frozen_by) == ("frozen", at, story.pilot)
        return
    with pytest.raises(Refused) as refused:
        freeze_report(actor=story.pilot, report=report, at=at)
    assert [reason.sentence for reason in refused.value.all] == [
        "Un mois se fige à partir d’une heure après sa fin, quand plus rien ne peut s’y inscrire."
    ]


def test_freezing_counts_one_last_time(story: Story) -> None:
    report = story.computed(OCTOBER, paris(10, 10))
    story.register(paris(10, 11))
    frozen = freeze_report(actor=story.pilot, report=report, at=LATER)
    assert numbers(frozen, Stage.RECEIVED) == (0, 1, 0, 0, 1)
    assert frozen.as_of == bounds(OCTOBER).end


def test_what_to_hide_is_looked_for_beside_what_the_count_before_chose(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A freezing holds the journals: it does not look again for what a count has just found."""
    report = compute_report(actor=story.pilot, month=NOVEMBER)
    earlier: list[Any] = []

    def choose(figures: Any, others: Any, rule: Any, before: Any) -> Any:
        earlier.append(before)
        return choosing.choose(figures, others, rule, before)

    monkeypatch.setattr(frozen, "choose", choose)
    freeze_report(actor=story.pilot, report=report)
    compute_report(actor=story.pilot, month=DECEMBER)
    assert earlier == [report.figures, None]


def test_freezing_closes_the_month_and_what_lies_before(story: Story) -> None:
    story.frozen(OCTOBER)
    periods = [(period.starts_at, period.ends_at) for period in ClosedPeriod.objects.order_by("starts_at")]
    assert periods[-1] == tuple(bounds(OCTOBER))
    assert periods[0][1] == bounds(OCTOBER).start
    story.frozen(NOVEMBER)
    assert ClosedPeriod.objects.count() == 3
    story.frozen(SEPTEMBER)
    assert ClosedPeriod.objects.filter(starts_at=bounds(SEPTEMBER).start, ends_at=bounds(SEPTEMBER).end).exists()


@pytest.mark.parametrize(
    ("at", "closed"),
    [
        (paris(9, 15), True),
        (paris(10, 1, 0, 0), True),
        (paris(10, 31, 23, 59, 59), True),
        (paris(11, 1, 0, 0), False),
    ],
)
def test_nothing_enters_a_frozen_month(story: Story, at: datetime, closed: bool) -> None:
    story.frozen(OCTOBER)
    if not closed:
        assert story.register(at).state == "received"
        return
    with pytest.raises(Refused) as refused:
        story.register(at)
    assert [reason.sentence for reason in refused.value.all] == ["Ce mois est clos\u00a0: plus rien ne s’y inscrit."]
    assert not Device.objects.exists()


def test_a_month_that_was_skipped_is_frozen_later(story: Story) -> None:
    """The month after it closed it already: its own period is there."""
    story.frozen(OCTOBER, LATER)
    story.frozen(DECEMBER, datetime(2026, 1, 2, 12, tzinfo=PARIS))
    assert story.frozen(NOVEMBER, datetime(2026, 1, 2, 13, tzinfo=PARIS)).state == "frozen"


def test_a_frozen_report_is_neither_computed_nor_frozen_again(story: Story) -> None:
    report = story.frozen()
    for service in (recompute_report, freeze_report):
        with pytest.raises(Refused) as refused:
            service(actor=story.pilot, report=report, at=LATER)
        assert codes(refused) == {"state"}


def forged(report: Report, verb: str, target: str, sha256: str = "a" * 64) -> ReportEntry:
    """A journal row of other figures, or of these, with the right rank and hash."""
    last = report.journal.latest("seq")
    columns = {name: getattr(last, name) for name in hashed_columns(ReportEntry)}
    columns |= {"seq": last.seq + 1, "verb": verb, "source": "frozen", "target": target, "figures_sha256": sha256}
    return ReportEntry(**columns, hash=chained_hash(last.hash, columns))


@pytest.mark.parametrize(("verb", "target"), [("recompute", "frozen"), ("publish", "published")])
def test_the_database_refuses_other_figures_for_a_frozen_month_even_with_a_journal_row(
    story: Story, verb: str, target: str
) -> None:
    row = forged(story.frozen(), verb, target)
    with pytest.raises(DatabaseError, match="ses chiffres ne changent plus"), transaction.atomic():
        forge_move(row, figures={}, figures_sha256="a" * 64)


def test_no_verb_leads_from_a_frozen_month_to_other_figures(story: Story) -> None:
    report = story.frozen()
    with pytest.raises(DatabaseError, match="Aucun verbe"), transaction.atomic():
        forge_move(forged(report, "recompute", "frozen", report.figures_sha256))
    with pytest.raises(DatabaseError, match="Aucun verbe"), transaction.atomic():
        forge_move(forged(report, "recompute", "frozen"))


def publish(row: ReportEntry) -> None:
    """Move the report as its verb would, with what this forged row says."""
    forge_move(row, published_at=row.at, published_by_id=row.actor_id)


def test_a_journal_row_tells_the_figures_of_its_report_and_no_others(story: Story) -> None:
    report = story.frozen()
    with pytest.raises(DatabaseError, match="Aucun mouvement"), transaction.atomic():
        publish(forged(report, "publish", "published"))
    publish(forged(report, "publish", "published", report.figures_sha256))
    assert Report.objects.get(pk=report.pk).state == "published"


@pytest.mark.parametrize("column", ["figures", "figures_sha256", "as_of", "month", "computed_at", "frozen_at"])
def test_no_column_of_a_report_is_written_without_its_journal(story: Story, column: str) -> None:
    report = story.computed()
    other = {"figures": {}, "figures_sha256": "b" * 64, "month": NOVEMBER}.get(column, LATER + timedelta(days=1))
    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**{column: other})


def test_a_frozen_month_never_changes_whatever_is_corrected_later(story: Story) -> None:
    device = story.lot(paris(10, 2))[0]
    story.receive(device, paris(10, 3))
    before = story.frozen()
    story.retype(device, DeviceType.TABLET, paris(11, 2))
    story.move_to(device, None, paris(11, 3))
    story.lose(device, paris(11, 4))
    after = Report.objects.get(pk=before.pk)
    assert after.figures == before.figures
    assert verify_report(after)
    november = story.computed(NOVEMBER)
    assert differences(november) == []
    assert len(november.figures["variations"]) == 2


def test_an_opening_that_is_not_the_frozen_closing_is_told(story: Story) -> None:
    story.register(paris(10, 3))
    story.frozen()
    november = story.computed(NOVEMBER)
    assert differences(november) == []
    with without_wall("reports_report"):
        Report.objects.filter(month=NOVEMBER).update(figures=november.figures | {"buckets": []})
    assert differences(Report.objects.get(month=NOVEMBER)) == [
        "Reçus à l’atelier, Origine inconnue, Ordinateur portable, Origine inconnue"
    ]


def test_an_opening_of_needs_that_is_not_the_frozen_closing_is_told(story: Story) -> None:
    frozen, november = story.frozen(), story.computed(NOVEMBER)
    with without_wall("reports_report"):
        needs = [["waiting", "outside", "computer", 0, 2, 0, 2, 0]]
        Report.objects.filter(month=OCTOBER).update(figures=frozen.figures | {"needs": needs})
    assert differences(november) == ["Besoins, En attente, Hors département, Ordinateur"]
    assert fault_of_report(november) == "le début n’est pas la fin du mois précédent"


def test_figures_made_with_earlier_definitions_are_neither_counted_again_nor_compared(story: Story) -> None:
    story.register(paris(10, 3))
    frozen, november = story.frozen(), story.computed(NOVEMBER)
    earlier = {name: value for name, value in frozen.figures.items() if name != "needs"}
    with without_wall("reports_report"):
        Report.objects.filter(month=OCTOBER).update(figures=earlier | {"version": 0, "new_devices": 7})
    assert verify_report(Report.objects.get(month=OCTOBER))
    assert differences(november) == []
    assert fault_of_report(november) == ""


def test_a_report_that_was_tampered_with_is_found(story: Story) -> None:
    story.register(paris(10, 3))
    report = story.frozen()
    assert verify_report(report)
    with without_wall("reports_report"):
        Report.objects.update(figures=report.figures | {"new_devices": 7})
    assert not verify_report(Report.objects.get())


# --- publish


def test_publishing_issues_the_paper_once(story: Story) -> None:
    frozen = story.frozen()
    assert frozen.paper is None
    report = gate.apply(frozen, "publish", actor=story.pilot, at=LATER)
    assert (report.state, report.published_at, report.published_by) == ("published", LATER, story.pilot)
    paper = Document.objects.get()
    assert report.paper == paper
    assert paper.title == "Gisement du Nord – octobre 2025"
    assert paper.values["sha256"] == report.published_sha256
    assert verify_document(paper)
    with pytest.raises(Refused):
        gate.apply(report, "publish", actor=story.pilot, at=LATER)
    assert Document.objects.count() == 1


def test_what_is_not_frozen_is_not_published(story: Story) -> None:
    with pytest.raises(Refused) as refused:
        gate.apply(story.computed(), "publish", actor=story.pilot, at=LATER)
    assert codes(refused) == {"state"}


# --- who


@pytest.mark.parametrize(("role", "kind"), [*observers(), *strangers()])
def test_the_others_do_none_of_it(story: Story, role: Role, kind: OrganisationKind) -> None:
    actor = member(role, kind)
    with pytest.raises(PermissionDenied):
        compute_report(actor=actor, month=OCTOBER, at=LATER)
    report = story.computed()
    for service in (recompute_report, freeze_report):
        with pytest.raises((PermissionDenied, Unknown)):
            service(actor=actor, report=report, at=LATER)
    with pytest.raises((PermissionDenied, Unknown)):
        gate.apply(report, "publish", actor=actor, at=LATER)


def test_the_system_freezes_and_publishes_nothing(story: Story) -> None:
    with pytest.raises(PermissionDenied):
        freeze_report(actor=SYSTEM, report=story.computed(), at=LATER)


def seen_by(actor: Membership) -> set[str]:
    return set(Report.objects.visible_to(actor).values_list("state", flat=True))


@pytest.mark.parametrize(
    ("people", "seen"),
    [
        (observers(), {"published"}),
        (strangers(), set()),
        ([(Role.PILOT, OrganisationKind.DEPARTEMENT)], {"computed", "frozen", "published"}),
    ],
)
def test_each_role_sees_its_reports(story: Story, people: list[tuple[Role, OrganisationKind]], seen: set[str]) -> None:
    story.published(SEPTEMBER)
    story.frozen(OCTOBER)
    story.computed(NOVEMBER)
    for role, kind in people:
        assert seen_by(member(role, kind)) == seen, (role, kind)
    assert len(seen_by(SYSTEM)) == 3
    assert not Report.objects.visible_to(None).exists()


# --- the clock


def test_the_clock_computes_every_month_that_is_over_and_catches_up(story: Story) -> None:
    story.register(paris(10, 5))
    assert [report.month for report in compute_due_months(at=paris(12, 2))] == [OCTOBER, NOVEMBER]
    assert compute_due_months(at=paris(12, 3)) == []
    assert {report.computed_by for report in Report.objects.all()} == {None}


def test_the_clock_completes_a_month_counted_before_its_end_and_leaves_a_frozen_one(story: Story) -> None:
    story.register(paris(10, 5))
    early = story.computed(OCTOBER, paris(10, 20))
    (again,) = compute_due_months(at=paris(11, 1, 3, 10))
    assert again.pk == early.pk
    assert again.is_whole
    freeze_report(actor=story.pilot, report=again, at=paris(11, 2))
    assert compute_due_months(at=paris(11, 3)) == []


def test_a_month_where_lots_were_announced_and_nothing_more_has_its_report(story: Story) -> None:
    story.announced(paris(10, 30))
    assert [report.month for report in compute_due_months(at=paris(11, 3))] == [OCTOBER]


def test_where_nothing_happened_there_is_nothing_to_compute(db: None) -> None:
    assert compute_due_months(at=LATER) == []
    assert months_to_compute(at=LATER) == [DECEMBER]


def test_the_months_to_choose_from_are_those_without_a_report(story: Story) -> None:
    story.register(paris(10, 5))
    story.computed(NOVEMBER)
    assert months_to_compute(at=LATER) == [DECEMBER, OCTOBER]


def test_the_daily_task_computes_the_last_month(story: Story) -> None:
    last = previous_month(timezone.localdate().replace(day=1))
    story.register(bounds(last).start + timedelta(days=3))
    compute_over_months(timestamp=0)
    assert Report.objects.get().month == last


def test_a_stated_clock_is_the_database_s_own_otherwise(story: Story) -> None:
    report = compute_report(actor=story.pilot, month=timezone.localdate())
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        assert report.as_of == report.computed_at <= cursor.fetchone()[0]


# --- the command


def test_the_command_counts_every_month_again_and_names_the_one_at_fault(story: Story) -> None:
    story.register(paris(10, 3))
    reports = [story.frozen(OCTOBER), story.computed(NOVEMBER)]
    out = StringIO()
    call_command("verify_reports", stdout=out)
    assert [line.rpartition(": ")[2] for line in out.getvalue().splitlines()] == ["conforme", "conforme", "0"]
    with without_wall("reports_report"):
        Report.objects.filter(month=OCTOBER).update(figures=reports[0].figures | {"new_devices": 7})
    with pytest.raises(CommandError, match="1 rapport"):
        call_command("verify_reports", stdout=out)
    assert f"{reports[0].reference}  octobre 2025\u00a0: le journal donne d’autres chiffres" in out.getvalue()


def test_the_command_tells_a_journal_that_lost_a_row(story: Story) -> None:
    device = story.start(story.register(paris(9, 1)), paris(10, 2))
    story.reject(device, paris(10, 3))
    story.computed()
    with without_wall("refurb_deviceentry"):
        DeviceEntry.objects.filter(seq=2).delete()
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_reports", stdout=out)
    assert "ne s’équilibre pas" in out.getvalue()


def test_every_night_the_kept_months_are_counted_again(story: Story) -> None:
    story.register(paris(10, 3))
    report = story.frozen(OCTOBER)
    verify(timestamp=0)
    with without_wall("reports_report"):
        Report.objects.filter(month=OCTOBER).update(figures=report.figures | {"new_devices": 7})
    with pytest.raises(FaultsFound):
        verify(timestamp=0)
    noted, before = Verification.objects.filter(subject=REPORTS)
    assert (before.rows_count, before.faults_count, noted.faults_count) == (1, 0, 1)
    assert report.reference in noted.faults[0]
