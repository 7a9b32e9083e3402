"""« À faire » of those who instruct requests: what is to be read, replacements included; who is away unreplaced."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import Block, BlockRow, since
from desk.todo.limits import Limits
from network.models import Membership
from network.permissions import is_manager
from prescriptions.enums import PrescriptionState
from prescriptions.instruction import absences_of, late_ones, replaced_by, to_read
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import AdviserAbsence, CompletionRequest, Prescription
from prescriptions.parameters import INSTRUCT_DAYS
from typography.french import day


def instruction_blocks(actor: Membership, at: datetime, limits: Limits) -> tuple[Block, ...]:
    """An adviser reads his own requests, nobody's, and those of whoever he replaces; the lead, those of the team."""
    today = timezone.localdate(at)
    absences = absences_of(actor, today)
    away = replaced_by(actor, absences, today)
    asked = Prescription.objects.visible_to(actor).filter(unrestricted("household"), state=PrescriptionState.SUBMITTED)
    if not is_manager(actor):
        asked = asked.filter(to_read(actor, away))
    answered = CompletionRequest.objects.filter(prescription=OuterRef("pk"), asked_at__lt=OuterRef("submitted_at"))
    demands = Block(
        "demandes",
        "Demandes à examiner",
        asked.select_related("household", "prescriber", "adviser__user")
        .annotate(comes_back=Exists(answered))
        .order_by("submitted_at", "pk"),
        lambda prescription: _demand(prescription, actor, away),
        "Toutes les demandes ont reçu une réponse.",
        f"{reverse('prescriptions:prescription_list')}?state={PrescriptionState.SUBMITTED}",
        late=Q(pk__in=late_ones(asked, today, limits[INSTRUCT_DAYS])),
    )
    return (demands, _uncovered(absences, today)) if is_manager(actor) else (demands,)


def _demand(prescription: Any, actor: Membership, away: Mapping[int, AdviserAbsence]) -> BlockRow:
    url = reverse("prescriptions:prescription_detail", args=[prescription.reference])
    by = f"{prescription.prescriber}{_for_whom(prescription, actor, away)}"
    done = "a répondu, renvoyée" if prescription.comes_back else "déposée"
    return BlockRow(prescription.household.name, url, by, since(prescription.submitted_at, done))


def _for_whom(prescription: Any, actor: Membership, away: Mapping[int, AdviserAbsence]) -> str:
    """For whom one reads it, or who does; nothing when it is one's own, or nobody's."""
    adviser = prescription.adviser
    if adviser is None or adviser.user_id == actor.user_id:
        return ""
    if (absence := away.get(adviser.user_id)) is not None:
        return f", pour {adviser.user}, qui s’absente jusqu’au {day(absence.last_on)}"
    return f", {adviser.user} s’en occupe" if adviser.is_held else f", tenue par {adviser.user}, qui n’agit plus ici"


def _uncovered(absences: Sequence[AdviserAbsence], today: date) -> Block:
    """Who is away, or will be, and is replaced by nobody."""
    return Block(
        "absences",
        "Absences que personne ne remplace",
        lambda: [row for row in absences if row.is_uncovered],
        lambda row: _absence(row, today),
        "Toutes les absences sont remplacées.",
    )


def _absence(absence: AdviserAbsence, today: date) -> BlockRow:
    when = f"du {day(absence.first_on)} au {day(absence.last_on)}"
    about = "arrêtez-la et notez-la de nouveau avec un remplaçant, ou confiez ses demandes"
    url = reverse("prescriptions:absence_list")
    return BlockRow(str(absence.adviser.user), url, about, when, is_late=absence.first_on <= today)
