"""Prescriptions: write one, submit it, examine it, decide, keep it up, give it up."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from conventions.models import Convention
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locked_rows import held_row
from lifecycle.machine import Reason
from network.enums import OrganisationKind
from network.models import Membership, Organisation
from prescriptions.enums import EQUIPMENT_KINDS, CodePurpose, HouseholdState, PrescriptionState
from prescriptions.hearing import objection_of
from prescriptions.machine.prescription_rules import HOUSEHOLD_OPEN
from prescriptions.models import (
    Agreement,
    AgreementText,
    CodedReason,
    Evaluation,
    Fact,
    FactBand,
    Household,
    Prescription,
    SocialStory,
)
from prescriptions.nir import refuse_nir
from prescriptions.permissions import can_edit_prescription
from prescriptions.services.needs import ask_need
from prescriptions.unattended import examined_by_nobody, telling_left
from prescriptions.unnamed import refuse_named
from typography.french import day

OBJECTED = (
    "Ce foyer s’est opposé le {} à l’usage de ses informations\u00a0: ne commencez une prescription que s’il la "
    "demande lui-même, et cochez-le."
)
SUBMITTED = Reason(
    "submitted", "La prescription est déposée\u00a0: elle ne change plus, sauf si un complément est demandé."
)
NO_AGREEMENT_TEXT = Reason("no_agreement_text", "Aucun texte d’accord n’est en vigueur.", "le pilote")
TEXT_CHANGED = Reason("text_changed", "Le texte a changé depuis son affichage\u00a0: relisez-le avec le foyer.")
NOT_TO_COME = Reason("not_to_come", "Cette date est dans le futur.")
UNKNOWN_BAND = Reason("band", "Choisissez la tranche dans la liste du jour.", field="band")
WRITTEN_IN = (PrescriptionState.DRAFT, PrescriptionState.INCOMPLETE)


@gate.one_transaction
def create_prescription(
    *,
    actor: Actor,
    household: Household,
    needs: Iterable[tuple[str, str]] = (),
    story: str = "",
    asked_again: bool = False,
    at: datetime | None = None,
    comment: str = "",
) -> Prescription:
    """Begin a draft for a household one follows, with its needs as (kind, use).

    One that objected asks for it itself (``asked_again``). Raises PermissionDenied, Refused, ValidationError.
    """
    refuse_nir(comment=comment, story=story)
    if actor.organisation_id is None:
        raise PermissionDenied
    refuse_named(actor, Household.objects.filter(pk=household.pk), comment=comment)
    row = Prescription(household=household, prescriber_id=actor.organisation_id)
    created: Prescription = gate.create(row, "create", actor=actor, at=at, comment=comment)
    if not asked_again and (objection := objection_of(household)) is not None:
        raise Refused({row.pk: (Reason("objected", OBJECTED.format(day(objection.received_on))),)})
    for kind, use in needs:
        ask_need(actor=actor, prescription=created, kind=kind, use=use, at=at)
    if story:
        SocialStory.objects.create(**_whose(actor, created), **_words(actor, story, at))
    return created


def _whose(actor: Actor, prescription: Prescription) -> dict[str, Any]:
    """Whose words they are, and about what."""
    return {"prescription": prescription, "prescriber_id": actor.organisation_id}


def _words(actor: Actor, text: str, at: datetime | None) -> dict[str, Any]:
    return {"text": text.strip(), "written_at": at or timezone.now(), "written_by_id": actor.pk}


def held_prescription(
    actor: Actor, prescription: Prescription, can: Callable[[Actor], Q | None] = can_edit_prescription
) -> Prescription:
    """The prescription, locked until the end of the transaction, if the actor sees it and may act on it.

    Raises Unknown, PermissionDenied.
    """
    return held_row(Prescription.objects.visible_to(actor), prescription, actor=actor, can=can)


def _being_written(actor: Actor, prescription: Prescription) -> Prescription:
    row = held_prescription(actor, prescription)
    if row.state not in WRITTEN_IN:
        raise Refused({row.pk: (SUBMITTED,)})
    return row


@gate.one_transaction
def write_story(*, actor: Actor, prescription: Prescription, text: str, at: datetime | None = None) -> SocialStory:
    """Write what one knows of the household's situation, while its file is open; it stays with one's own prescriber.

    Raises Unknown, PermissionDenied, Refused once the file is archived, ValidationError.
    """
    refuse_nir(story=text)
    row = held_prescription(actor, prescription)
    if not Household.objects.filter(pk=row.household_id, state=HouseholdState.OPEN).exists():
        raise Refused({row.pk: (HOUSEHOLD_OPEN.reason,)})
    assert actor.pk is not None
    written, _ = SocialStory.objects.update_or_create(**_whose(actor, row), defaults=_words(actor, text, at))
    return written


def agreement_text(*, at: datetime | None = None) -> AgreementText | None:
    """The text to be read to the household at ``at``; None when none is in force."""
    found: AgreementText | None = AgreementText.objects.on(timezone.localdate(at)).first()
    return found


@gate.one_transaction
def record_agreement(
    *,
    actor: Actor,
    prescription: Prescription,
    how: str,
    sha256: str = "",
    given_on: date | None = None,
    at: datetime | None = None,
) -> Agreement:
    """The household was told and agreed: ``sha256`` names the exact text that was shown (the one of the day if empty).

    Raises Unknown, PermissionDenied, Refused (submitted, no text, text changed, a day to come), ValidationError.
    """
    row = _being_written(actor, prescription)
    assert actor.pk is not None
    text, day = agreement_text(at=at), timezone.localdate(at)
    if text is None:
        raise Refused({row.pk: (NO_AGREEMENT_TEXT,)})
    if sha256 and sha256 != text.sha256:
        raise Refused({row.pk: (TEXT_CHANGED,)})
    if given_on is not None and given_on > day:
        raise Refused({row.pk: (NOT_TO_COME,)})
    agreement = Agreement(
        prescription=row,
        text=text,
        exact_text=text.body,
        sha256=text.sha256,
        informed=True,
        how=how,
        given_on=given_on or day,
        recorded_at=at or timezone.now(),
        recorded_by_id=actor.pk,
    )
    agreement.full_clean(exclude=("prescription", "text", "recorded_by"), validate_constraints=False)
    agreement.save()
    return agreement


@gate.one_transaction
def record_fact(
    *,
    actor: Actor,
    prescription: Prescription,
    kind: str,
    seen_on: date | None = None,
    band: str = "",
    proof: str = "",
    dated_on: date | None = None,
    note: str = "",
    replaces: Fact | None = None,
    at: datetime | None = None,
) -> Fact:
    """Note what was seen, on which day; ``band`` is a code of the bands of the day. Never the document itself.

    Raises Unknown, PermissionDenied, Refused, ValidationError.
    """
    row = _being_written(actor, prescription)
    refuse_named(actor, Household.objects.filter(pk=row.household_id), proof=proof, note=note)
    assert actor.pk is not None
    day = timezone.localdate(at)
    bands = FactBand.objects.of_kind(kind, day)
    chosen = bands.get(band)
    if chosen is None and (band or bands):
        raise Refused({row.pk: (UNKNOWN_BAND,)})
    if (seen_on or day) > day:
        raise Refused({row.pk: (NOT_TO_COME,)})
    if replaces is not None and replaces.prescription_id != row.pk:
        raise Unknown
    fact = Fact(
        prescription=row,
        kind=kind,
        proof=proof.strip(),
        band=chosen.label if chosen else "",
        at_most=chosen.at_most if chosen else None,
        dated_on=dated_on,
        seen_on=seen_on or day,
        note=note.strip(),
        recorded_at=at or timezone.now(),
        recorded_by_id=actor.pk,
        replaces=replaces,
    )
    fact.full_clean(exclude=("prescription", "recorded_by", "replaces"), validate_constraints=False)
    try:
        with transaction.atomic():
            fact.save()
    except IntegrityError:
        fact.validate_constraints()  # the database says no: this says why, one query per constraint
        raise
    return fact


def distributors_for(*, prescription: Prescription, at: datetime | None = None) -> list[Organisation]:
    """The distributors a prescription may go to, the likeliest first.

    First those of a convention in force in the household's EPCI, then those that say they serve its commune, then the
    others in activity. Each tells whether nobody examines there (``unattended.is_left``).
    """
    active = Organisation.objects.active().of_kind(OrganisationKind.DISTRIBUTOR)
    known = list(telling_left(active, examined_by_nobody()).order_by("name", "pk"))
    commune = prescription.household.commune
    if commune is None:
        return known
    agreed = set(
        Convention.objects.in_force_on(timezone.localdate(at))
        .filter(epci=commune.epci_id)
        .values_list("distributor", flat=True)
    )
    serving = set(commune.served_by.values_list("pk", flat=True))
    return sorted(known, key=lambda row: (row.pk not in agreed, row.pk not in serving))


@gate.one_transaction
def submit_prescription(
    *,
    actor: Actor,
    prescription: Prescription,
    distributor: Organisation | None = None,
    photos_left: Iterable[str] = (),
    at: datetime | None = None,
    comment: str = "",
) -> Prescription:
    """Send a draft, or a file that was completed, to its distributor: the one given, the same as before, or the only
    one of the territory.

    ``photos_left``: references of photos that the household sent, which are deleted though nobody looked at them.

    Raises Unknown, PermissionDenied, Refused, ValidationError.
    """
    refuse_nir(comment=comment)
    receiver = distributor or prescription.distributor or _only(distributors_for(prescription=prescription, at=at))
    left = list(photos_left)
    told: dict[str, Any] = {"distributor": receiver} | ({"photos_left": left} if left else {})
    submitted: Prescription = gate.apply(prescription, "submit", actor=actor, at=at, comment=comment, **told)
    return submitted


def _only(found: list[Organisation]) -> Organisation | None:
    return found[0] if len(found) == 1 else None


def evaluate(*, prescription: Prescription, at: datetime | None = None) -> Evaluation:
    """What the rules of the day say of a prescription, line by line."""
    day = timezone.localdate(at)
    found: dict[int, Evaluation] = Fact.objects.evaluations([prescription.pk], day)
    return found[prescription.pk]


def ask_completion_prescription(
    *,
    actor: Actor,
    prescription: Prescription,
    missing: Iterable[str] = (),
    words: str = "",
    at: datetime | None = None,
    comment: str = "",
) -> Prescription:
    """Tell the worker what is missing: codes of the list of the day, words.

    Raises Unknown, PermissionDenied, Refused.
    """
    refuse_nir(comment=comment, words=words)
    refuse_named(actor, Household.objects.filter(pk=prescription.household_id), words=words)
    asked: Prescription = gate.apply(
        prescription, "ask_completion", actor=actor, at=at, comment=comment, missing=list(missing), words=words
    )
    return asked


def accept_prescription(
    *, actor: Actor, prescription: Prescription, motive: str = "", at: datetime | None = None, comment: str = ""
) -> Prescription:
    """Accept; against the rules of the day, ``motive`` says why. Raises Unknown, PermissionDenied, Refused."""
    refuse_nir(comment=comment, motive=motive)
    refuse_named(actor, Household.objects.filter(pk=prescription.household_id), motive=motive)
    accepted: Prescription = gate.apply(prescription, "accept", actor=actor, at=at, comment=comment, motive=motive)
    return accepted


def refuse_prescription(
    *,
    actor: Actor,
    prescription: Prescription,
    reason: str,
    next_step: str = "",
    motive: str = "",
    at: datetime | None = None,
    comment: str = "",
) -> Prescription:
    """Refuse, with a code of the list of the day and what the household can do next (that of the list if empty).

    Raises Unknown, PermissionDenied, Refused.
    """
    refuse_nir(comment=comment, motive=motive, next_step=next_step)
    refuse_named(actor, Household.objects.filter(pk=prescription.household_id), motive=motive, next_step=next_step)
    refused: Prescription = gate.apply(
        prescription,
        "refuse",
        actor=actor,
        at=at,
        comment=comment,
        reason=reason,
        next_step=next_step.strip() or _proposed(prescription, reason, timezone.localdate(at)),
        motive=motive,
    )
    return refused


def _proposed(prescription: Prescription, reason: str, day: date) -> str:
    """What the list of the day proposes instead: of a request without a device, what it says apart, if it does."""
    coded: Any = CodedReason.objects.on(day)
    row = coded.filter(purpose=CodePurpose.REFUSAL, code=reason).first()
    if row is None:
        return ""
    of_device = prescription.needs.filter(kind__in=EQUIPMENT_KINDS).exists()
    return str(row.next_step if of_device else row.next_step_without_device or row.next_step)


def withdraw_prescription(
    *, actor: Actor, prescription: Prescription, reason: str, at: datetime | None = None, comment: str = ""
) -> Prescription:
    """Give the whole prescription up, with a code of the list of the day. Raises Unknown, PermissionDenied, Refused."""
    refuse_nir(comment=comment)
    withdrawn: Prescription = gate.apply(prescription, "withdraw", actor=actor, at=at, comment=comment, reason=reason)
    return withdrawn


def confirm_prescription(
    *, actor: Actor, prescription: Prescription, at: datetime | None = None, comment: str = ""
) -> Prescription:
    """The household still needs it: validity starts again. Raises Unknown, PermissionDenied, Refused."""
    refuse_nir(comment=comment)
    confirmed: Prescription = gate.apply(prescription, "confirm", actor=actor, at=at, comment=comment)
    return confirmed


def reconsider_prescription(
    *, actor: Actor, prescription: Prescription, at: datetime | None = None, comment: str = ""
) -> Prescription:
    """The household said no, and changed its mind: it is served again, at its rank; validity starts again.

    Raises Unknown, PermissionDenied, Refused.
    """
    refuse_nir(comment=comment)
    back: Prescription = gate.apply(prescription, "reconsider", actor=actor, at=at, comment=comment)
    return back


def remind_prescription(
    *, actor: Actor, prescription: Prescription, at: datetime | None = None, comment: str = ""
) -> Prescription:
    """Recall now what is missing, or ask again « toujours d’actualité ? ».

    Raises Unknown, PermissionDenied, Refused.
    """
    refuse_nir(comment=comment)
    reminded: Prescription = gate.apply(prescription, "remind", actor=actor, at=at, comment=comment)
    return reminded


def hand_on_prescription(
    *, actor: Actor, prescription: Prescription, worker: Membership, at: datetime | None = None, comment: str = ""
) -> Prescription:
    """A colleague of the same prescriber follows the file from now on. Raises Unknown, PermissionDenied, Refused."""
    refuse_nir(comment=comment)
    followed: Prescription = gate.apply(prescription, "hand_on", actor=actor, at=at, comment=comment, worker=worker)
    return followed
