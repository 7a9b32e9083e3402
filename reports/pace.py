"""The pace of an EPCI: what the last published months say of the devices handed over there, read as observers read it.

Whoever reads the pace so learns no number that the reports hide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format

from calendars.working_days import add_months
from conventions.followers import all_moved
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.registry import Move, Panel, on_transition, panel
from network.enums import RolloutState
from network.models import Rollout
from network.permissions import reads_reports
from reports.enums import ReportState, Stage
from reports.models import Report
from reports.parameters import CRUISE_MONTHS
from reports.summary import Summary


@dataclass(frozen=True)
class PublishedMonth:
    """What one published month says of one EPCI; a word in the place of a number that is hidden."""

    report: Report
    handed_over: int | str

    @property
    def month(self) -> str:
        """« octobre 2026 »."""
        return date_format(self.report.month, "F Y")

    @property
    def is_reached(self) -> bool:
        """Whether a number is published, and is not zero."""
        return isinstance(self.handed_over, int) and self.handed_over > 0


def last_published(day: date) -> list[Report]:
    """The last months of the rule of this day, in a row and all published, the latest first; none if one is missing."""
    months = int(CRUISE_MONTHS.on(day))
    last = list(Report.objects.filter(state=ReportState.PUBLISHED).order_by("-month")[:months])
    awaited = [add_months(one.month, -rank) for rank, one in enumerate(last[:1] * months)]
    return last if [one.month for one in last] == awaited else []


def told_of(reports: Sequence[Report], sirens: Sequence[str]) -> Mapping[str, list[PublishedMonth]]:
    """``{siren: what each of these months says}``."""
    read = [(report, Summary(report.figures, hides_small=True)) for report in reports]
    return {
        siren: [PublishedMonth(report, summary.number("entered", Stage.HANDED_OVER, siren)) for report, summary in read]
        for siren in sirens
    }


def follow_pace(move: Move) -> None:
    """A month is published: the EPCI that have a convention are in steady pace, or no more."""
    reports = last_published(timezone.localdate(move.at))
    if not reports:
        return
    rollouts = Rollout.objects.filter(state__in=(RolloutState.AGREED, RolloutState.CRUISING))
    places = list(rollouts.values_list("pk", "state", "epci__siren"))
    told = told_of(reports, [siren for _, _, siren in places])
    settled = [pk for pk, state, siren in places if state == RolloutState.AGREED and all(_reached(told[siren]))]
    slowed = [pk for pk, state, siren in places if state == RolloutState.CRUISING and not any(_reached(told[siren]))]
    last = replace(move, rows=move.rows[-1:])  # of several at once, the last is what they are judged by
    for verb, pks in (("settle", settled), ("slow", slowed)):
        if pks:
            rows = Rollout.objects.filter(pk__in=pks)
            all_moved(gate.apply_many(rows, verb, actor=move.actor, at=move.at, cause=last))


def _reached(told: Sequence[PublishedMonth]) -> list[bool]:
    return [one.is_reached for one in told]


def pace_panel(rollout: Rollout, actor: Actor) -> Panel | None:
    """What each of the last published months says there, for whoever reads reports."""
    if not reads_reports(actor):
        return None
    today = timezone.localdate()
    siren = rollout.epci.siren
    context = {"told": told_of(last_published(today), [siren])[siren], "months": int(CRUISE_MONTHS.on(today))}
    return {"title": "Son rythme, d’après les rapports publiés", "template": "reports/_pace.html", "context": context}


def register() -> None:
    """After the report itself."""
    on_transition("report", "publish", follow_pace)
    panel("network.Rollout", pace_panel)
