"""The verbs of a report: each prepares the month, the gate counts and writes."""

from datetime import date, datetime

from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import SYSTEM, Actor
from lifecycle.verification import Fault
from lifecycle.verification import Report as Tell
from reports.balance import UnbalancedJournal
from reports.begun import months_begun
from reports.enums import ReportState
from reports.figures import VERSION, reckon
from reports.models import Report
from reports.months import month_of, previous_month
from reports.secrecy.choosing import audit
from reports.secrecy.keys import MEASURES, key_in_words
from reports.secrecy.system import Inconsistent
from reports.summary import Summary

OPENING, CLOSING = MEASURES.index("opening"), MEASURES.index("closing")
REPORTS = "reports"
"""The subject of a verification of every kept month."""


def compute_report(*, actor: Actor, month: date, at: datetime | None = None) -> Report:
    """Count the figures of ``month`` (any of its days) from the journal.

    Raises PermissionDenied, Refused (the month has a report, or has not begun), UnbalancedJournal.
    """
    return gate.create(Report(), "compute", actor=actor, at=at, month=month.replace(day=1))


def recompute_report(*, actor: Actor, report: Report, at: datetime | None = None, comment: str = "") -> Report:
    """Count again a month that is not frozen. Raises Unknown, PermissionDenied, Refused, UnbalancedJournal."""
    return gate.apply(report, "recompute", actor=actor, at=at, comment=comment, month=report.month)


def freeze_report(*, actor: Actor, report: Report, at: datetime | None = None, comment: str = "") -> Report:
    """Count a month one last time and close it. Raises Unknown, PermissionDenied, Refused, UnbalancedJournal."""
    return gate.apply(report, "freeze", actor=actor, at=at, comment=comment, month=report.month)


@gate.one_transaction
def compute_due_months(*, at: datetime | None = None) -> list[Report]:
    """What the clock does: the report of every month that is over, from the first row of the journals on.

    Months that already have a report are left alone, but for one counted before its end, which is counted again:
    a month is whole or to come, whatever the days off. Returns the reports that were computed.
    """
    now = at or timezone.now()
    known = {report.month: report for report in Report.objects.defer("figures")}
    computed = []
    for month in months_begun(now):
        report = known.get(month)
        if month == month_of(now) or (report is not None and report.is_whole):
            continue
        if report is None:
            computed.append(compute_report(actor=SYSTEM, month=month, at=at))
        else:
            computed.append(recompute_report(actor=SYSTEM, report=report, at=at))
    return computed


def months_to_compute(*, at: datetime | None = None) -> list[date]:
    """The months that have begun, from the first row of the journals on, and have no report: the last one first."""
    known = set(Report.objects.values_list("month", flat=True))
    return [month for month in reversed(months_begun(at or timezone.now())) if month not in known]


def verify_report(report: Report) -> bool:
    """Whether the journal, read again now, still gives the figures that were kept. Names of places may change.

    True for figures made with earlier definitions: nothing here can count them again.
    """
    if report.figures["version"] != VERSION:
        return True
    today = reckon(report.month, report.as_of).figures
    return _counted(today) == _counted(report.figures)


def fault_of_report(report: Report) -> str:
    """What is wrong with a kept month, or nothing."""
    try:
        if not verify_report(report):
            return "le journal donne d’autres chiffres"
    except UnbalancedJournal as error:
        return f"le journal ne s’équilibre pas ({error})"
    return "le début n’est pas la fin du mois précédent" if differences(report) else ""


def verify_reports(tell: Tell) -> int:
    """Verify every kept month, hand each fault to ``tell``; return how many months were read."""
    count = 0
    for report in Report.objects.order_by("month"):
        count += 1
        if fault := fault_of_report(report):
            tell(Fault(Report.machine.name, report.reference, None, f"{fault}."))
    for reference, sentence in found_out(exactly=True):
        tell(Fault(Report.machine.name, reference, None, f"{sentence}."))
    return count


def found_out(*, exactly: bool = False) -> list[tuple[str, str]]:
    """What readers of all frozen months can know too closely of a hidden number: the reference, and a sentence.

    ``exactly``: only those of which one value is left, which is a fault. The sentence does not say the number.
    """
    frozen = {report.figures["month"]: report for report in Report.objects.exclude(state=ReportState.COMPUTED)}
    told = []
    try:
        for one in audit([report.figures for report in frozen.values()]):
            if exactly and not one.is_found_out:
                continue
            said = "se retrouve" if one.is_found_out else "se connaît de trop près"
            told.append((frozen[one.cell.month].reference, f"un nombre caché {said} ({key_in_words(one.cell.key)})"))
    except Inconsistent:
        told = [(report.reference, "ce que les mois figés montrent se contredit") for report in frozen.values()]
    return told


def differences(report: Report) -> list[str]:
    """Where the opening is not the closing of the month before, when that one is frozen: none, or it is a fault."""
    before = Report.objects.exclude(state=ReportState.COMPUTED).filter(month=previous_month(report.month)).first()
    if before is None:
        return []
    told = Summary(before.figures), Summary(report.figures)
    found = []
    for name, width, say in (("buckets", 4, Summary.place), ("needs", 3, Summary.need_place)):
        if name not in before.figures or name not in report.figures:
            continue
        closing = {tuple(row[:width]): row[width + CLOSING] for row in before.figures[name]}
        opening = {tuple(row[:width]): row[width + OPENING] for row in report.figures[name]}
        found += [
            say(told[bucket in opening], bucket)
            for bucket in sorted(closing.keys() | opening.keys())
            if closing.get(bucket, 0) != opening.get(bucket, 0)
        ]
    return found


def _counted(figures: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in figures.items() if name not in ("territories", "secrets")}
