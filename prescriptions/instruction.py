"""How long a request has been instructed, in working days, without the time when something was asked of its prescriber;
and who holds what today, replacements included.

Worked out from the journal each time it is read: no column counts days (ADR 42).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from calendars.working_days import working_days_between
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.enums import PrescriptionState
from prescriptions.machine.instruction_rules import INSTRUCTING
from prescriptions.models import AdviserAbsence, PrescriptionEntry
from prescriptions.parameters import INSTRUCT_DAYS
from typography.french import day as told_day
from typography.french import plural

RUNS, STOPS, GOES_ON = ("submit", "unask_completion"), "ask_completion", "unask_completion"
ENDS = ("accept", "refuse", "withdraw", "revoke", "expire")
"""The verbs after which nothing is instructed any more."""


@dataclass(frozen=True)
class InstructionClock:
    """Working days that instruction took so far, those it should take, and since when it waits for somebody else."""

    days: int
    limit: int
    stopped_on: date | None = None
    is_over: bool = False

    @property
    def is_late(self) -> bool:
        """Whether it took longer than it should; what stands still is not made later by waiting."""
        return self.days > self.limit

    @property
    def in_words(self) -> str:
        """« 4 jours ouvrés sur 10 », « 4 jours ouvrés sur 10, arrêtée depuis le 12 nov. »."""
        counted = f"{self.days}\u00a0jour{plural(self.days)} ouvré{plural(self.days)} sur {self.limit}"
        return f"{counted}, arrêtée depuis le {told_day(self.stopped_on)}" if self.stopped_on else counted


def clocks_of(
    prescriptions: Iterable[int] | QuerySet[Any], day: date, limit: int | None = None
) -> dict[int, InstructionClock]:
    """``{prescription: its clock}`` of those that were submitted; one query, and one for ``limit`` if not given."""
    asked = prescriptions if isinstance(prescriptions, QuerySet) else list(prescriptions)
    rows = PrescriptionEntry.objects.filter(object__in=asked, verb__in=(*RUNS, STOPS, *ENDS))
    acts: dict[int, list[tuple[str, date]]] = {}
    for pk, verb, at in rows.order_by("object_id", "seq").values_list("object_id", "verb", "at"):
        acts.setdefault(pk, []).append((verb, timezone.localdate(at)))
    if not acts:
        return {}
    limit = INSTRUCT_DAYS.on(day) if limit is None else limit
    return {pk: _clock(told, limit, day) for pk, told in acts.items() if any(verb in RUNS for verb, _ in told)}


def _clock(acts: Iterable[tuple[str, date]], limit: int, day: date) -> InstructionClock:
    total, since, stopped, is_over = 0, None, None, False
    for verb, on in acts:
        if since is not None:
            total += working_days_between(since, on)
        before, since, stopped, is_over = stopped, None, None, verb in ENDS
        if verb in RUNS:  # taken back, what was asked stopped nothing: the household waited for its distributor
            since = (before if verb == GOES_ON else None) or on
        elif verb == STOPS:
            stopped = on
    if since is not None and day > since:
        total += working_days_between(since, day)
    return InstructionClock(total, limit, stopped, is_over)


def late_ones(rows: QuerySet[Any], day: date, limit: int | None = None) -> list[int]:
    """The keys of the submitted requests among these whose instruction is late."""
    submitted = rows.filter(state=PrescriptionState.SUBMITTED).order_by().values("pk")
    return [pk for pk, clock in clocks_of(submitted, day, limit).items() if clock.is_late]


# --- who holds what


def colleagues_of(distributor: int | None) -> QuerySet[Membership]:
    """Those who may hold a request at this distributor, by name."""
    team = Membership.objects.open().filter(
        organisation=distributor, kind=OrganisationKind.DISTRIBUTOR, role__in=INSTRUCTING
    )
    return team.select_related("user").order_by("user__last_name", "user__first_name", "pk")


def absences_of(actor: Membership, day: date) -> list[AdviserAbsence]:
    """Those of the team that are not over, each with ``is_uncovered``; one query."""
    rows = AdviserAbsence.objects.visible_to(actor).standing().filter(last_on__gte=day)
    return list(rows.told_uncovered(day).select_related("adviser__user", "replaced_by__user"))


def replaced_by(actor: Membership, absences: Iterable[AdviserAbsence], day: date) -> Mapping[int, AdviserAbsence]:
    """``{user away: his absence}`` of those whom this person replaces today.

    Where no manager shares out what waits for somebody whom nobody replaces, each of his colleagues does.
    """
    today = [row for row in absences if row.first_on <= day <= row.last_on]
    mine = [row for row in today if row.replaced_by is not None and row.replaced_by.user_id == actor.user_id]
    uncovered = [row for row in today if row.is_uncovered]
    if uncovered and not colleagues_of(actor.organisation_id).filter(role=Role.MANAGER).exists():
        mine += uncovered
    return {row.adviser.user_id: row for row in mine}


def to_read(actor: Membership, away: Iterable[int]) -> Q:
    """The requests that wait for this adviser: his own, nobody's, those of whoever he replaces, those that are held by
    somebody who has left."""
    gone = ~Q(adviser__in=colleagues_of(actor.organisation_id).order_by().values("pk"))
    return Q(adviser=None) | Q(adviser__user=actor.user_id) | Q(adviser__user__in=list(away)) | gone
