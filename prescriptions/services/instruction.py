"""Advisers share requests out, say when they are away and who replaces them, and note what they find."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import locked
from lifecycle.machine import Reason
from lifecycle.previews import Outcome
from network.models import Membership
from network.permissions import is_manager
from prescriptions import emails_instruction as emails
from prescriptions.enums import NoteAudience
from prescriptions.instruction import colleagues_of
from prescriptions.models import AdviserAbsence, FileNote, Prescription
from prescriptions.nir import refuse_nir
from prescriptions.permissions import advises, can_take_up_prescription
from prescriptions.services.prescriptions import held_prescription

LONGEST = 366
"""Days of the longest absence: a longer one is somebody who has left."""
ORDER = Reason("order", "Le dernier jour vient avant le premier.", field="last_on")
TOO_LONG = Reason("too_long", "Une absence dure un an au plus.", field="last_on")
OVER = Reason("over", "Cette absence est déjà passée.", field="last_on")
NOT_A_COLLEAGUE = Reason("not_a_colleague", "Choisissez un autre conseiller de votre structure.", field="replaced_by")
AWAY_TOO = Reason(
    "away_too",
    "Ce conseiller est absent lui aussi pendant ces jours\u00a0: choisissez-en un autre.",
    field="replaced_by",
)
AWAY_ALREADY = Reason("away_already", "Une absence est déjà déclarée pendant ces jours.", field="first_on")
SAY_WHO_READS = Reason("audience", "Dites qui lit cette note.", field="audience")
NOTHING_WRITTEN = Reason("text", "Écrivez la note.", field="text")


def assign_prescription(
    *, actor: Actor, prescription: Prescription, adviser: Membership, at: datetime | None = None, comment: str = ""
) -> Prescription:
    """Give a request to a colleague of the distributor. Raises Unknown, PermissionDenied, Refused."""
    refuse_nir(comment=comment)
    given: Prescription = gate.apply(prescription, "assign", actor=actor, at=at, comment=comment, adviser=adviser)
    return given


def assign_prescriptions(
    *,
    actor: Actor,
    prescriptions: QuerySet[Prescription],
    adviser: Membership,
    at: datetime | None = None,
    comment: str = "",
) -> Outcome:
    """Give a set to a colleague. Raises PermissionDenied."""
    refuse_nir(comment=comment)
    return gate.apply_many(prescriptions, "assign", actor=actor, at=at, comment=comment, adviser=adviser)


@gate.one_transaction
def declare_absence(
    *,
    actor: Membership,
    adviser: Membership,
    first_on: date,
    last_on: date,
    replaced_by: Membership | None = None,
    at: datetime | None = None,
) -> AdviserAbsence:
    """Say that one is away, or that somebody of one's team is: from when, to when, who replaces. The lead is told when
    nobody does.

    Raises Unknown (not of one's team), PermissionDenied, Refused.
    """
    if not advises(actor):
        raise PermissionDenied
    team = colleagues_of(actor.organisation_id)
    if not team.filter(pk=adviser.pk).exists():
        raise Unknown
    if adviser.pk != actor.pk and not is_manager(actor):
        raise PermissionDenied
    list(locked(Membership.objects.filter(pk=adviser.pk)))  # two declarations at once are told one after the other
    day = timezone.localdate(at)
    if reason := _refused(adviser, replaced_by, first_on, last_on, day):
        raise Refused({adviser.pk: (reason,)})
    declared = AdviserAbsence.objects.create(
        adviser=adviser,
        replaced_by=replaced_by,
        first_on=first_on,
        last_on=last_on,
        declared_at=at or timezone.now(),
        declared_by=actor,
    )
    for one in AdviserAbsence.objects.uncovered(day).filter(pk__in=_touched(declared)):
        emails.absence_without_replacement_for_manager(one, at or timezone.now())
    return declared


def _touched(declared: AdviserAbsence) -> Iterable[int]:
    """The absence itself, and those that it leaves without their replacement."""
    replaces = AdviserAbsence.objects.standing().filter(
        replaced_by=declared.adviser_id, first_on__lte=declared.last_on, last_on__gte=declared.first_on
    )
    return [declared.pk, *replaces.values_list("pk", flat=True)]


def _refused(
    adviser: Membership, replaced_by: Membership | None, first_on: date, last_on: date, day: date
) -> Reason | None:
    if last_on < first_on:
        return ORDER
    if last_on < day:
        return OVER
    if (last_on - first_on).days > LONGEST:
        return TOO_LONG
    meanwhile = AdviserAbsence.objects.standing().filter(first_on__lte=last_on, last_on__gte=first_on)
    if meanwhile.filter(adviser=adviser).exists():
        return AWAY_ALREADY
    if replaced_by is None:
        return None
    if replaced_by.pk == adviser.pk or not colleagues_of(adviser.organisation_id).filter(pk=replaced_by.pk).exists():
        return NOT_A_COLLEAGUE
    return AWAY_TOO if meanwhile.filter(adviser=replaced_by).exists() else None


@gate.one_transaction
def call_off_absence(*, actor: Membership, absence: AdviserAbsence, at: datetime | None = None) -> AdviserAbsence:
    """The absence ends before its day, or was declared by mistake. Raises Unknown, PermissionDenied."""
    found = locked(AdviserAbsence.objects.visible_to(actor).standing().filter(pk=absence.pk))
    if not found:
        raise Unknown
    (row,) = found
    if row.adviser_id != actor.pk and not is_manager(actor):
        raise PermissionDenied
    row.called_off_at = at or timezone.now()
    row.save(update_fields=["called_off_at"])
    return row


@gate.one_transaction
def write_file_note(
    *, actor: Actor, prescription: Prescription, audience: str, text: str, at: datetime | None = None
) -> FileNote:
    """Note something of a request: who reads it is said each time, and never chosen for whoever writes.

    Raises Unknown, PermissionDenied, Refused, ValidationError.
    """
    refuse_nir(text=text)
    row = held_prescription(actor, prescription, can=can_take_up_prescription)
    if audience not in NoteAudience.values:
        raise Refused({row.pk: (SAY_WHO_READS,)})
    if not text.strip():
        raise Refused({row.pk: (NOTHING_WRITTEN,)})
    assert actor.pk is not None
    assert actor.organisation_id is not None
    return FileNote.objects.create(
        prescription=row,
        organisation_id=actor.organisation_id,
        audience=audience,
        text=text.strip(),
        written_at=at or timezone.now(),
        written_by_id=actor.pk,
    )
