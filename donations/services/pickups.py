"""Pick-ups: plan one, record what was counted, sign the slip."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from documents.models import StoredFile
from donations.enums import DonationState, SlipProof
from donations.models.decision import Allocation
from donations.models.donation import Donation
from donations.models.pick_up import PickUp, PickUpCount
from donations.permissions import can_collect_donation
from donations.services.donations import held_donation
from donations.units import units
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason

DEFAULT_SLOT = timedelta(hours=1)

NOT_SCHEDULED = Reason("not_scheduled", "L’enlèvement de ce lot n’est pas planifié.", "le responsable de l’atelier")
ALREADY_DONE = Reason("already_done", "Cet enlèvement est déjà inscrit.")
NOT_DONE = Reason("not_done", "Le bordereau se signe quand l’enlèvement est inscrit.")
ALREADY_SIGNED = Reason("already_signed", "Le bordereau est déjà signé.")
IN_THE_FUTURE = Reason("in_the_future", "Un enlèvement ne s’inscrit pas avant d’avoir eu lieu.", field="done_on")
BEFORE_THE_OFFER = Reason(
    "before_the_offer", "Un enlèvement ne précède pas l’annonce du lot\u00a0: vérifiez le jour.", field="done_on"
)
NO_FILE = Reason("signature", "Un accord attesté par l’atelier n’a pas de fichier joint.", field="signature")
EVERY_LINE = Reason("every_line", "Comptez chaque ligne confiée à votre atelier, zéro compris.", field="counts")
FEWER_THAN_RECEIVED = Reason(
    "fewer_than_received",
    "Des appareils sont déjà reçus à l’atelier\u00a0: ils ont quitté le donateur, et comptent dans l’enlèvement.",
    field="counts",
)
SIGNER_NAMED = Reason("signer_name", "Nommez la personne qui signe pour le donateur.", field="signer_name")
PROOF_KIND = Reason("proof", "Choisissez comment le bordereau est signé.", field="proof")
FILE_GIVEN = Reason("signature", "Joignez la signature tracée ou le bordereau numérisé.", field="signature")


@gate.one_transaction
def schedule_donation(
    *,
    actor: Actor,
    donation: Donation,
    starts_at: datetime,
    carrier: str,
    contact_name: str,
    ends_at: datetime | None = None,
    contact_phone: str = "",
    instructions: str = "",
    at: datetime | None = None,
    comment: str = "",
) -> Donation:
    """Plan, or plan again, the pick-up of the actor's workshop; one hour long unless ``ends_at`` is given.

    Raises Unknown, PermissionDenied, Refused.
    """
    scheduled: Donation = gate.apply(
        donation,
        "schedule",
        actor=actor,
        at=at,
        comment=comment,
        starts_at=starts_at,
        ends_at=ends_at or (starts_at + DEFAULT_SLOT if starts_at else None),
        carrier=carrier.strip(),
        contact_name=contact_name.strip(),
        contact_phone=contact_phone.strip(),
        instructions=instructions.strip(),
    )
    return scheduled


@gate.one_transaction
def record_pick_up(
    *,
    actor: Actor,
    pick_up: PickUp,
    counts: Mapping[int, int],
    done_on: date,
    peripherals: int = 0,
    proof: str = "",
    signer_name: str = "",
    signature: StoredFile | None = None,
    at: datetime | None = None,
    comment: str = "",
) -> PickUp:
    """Record that the workshop took the machines away: ``{line pk: counted}``, on the real day ``done_on``.

    The slip may be signed at once (``proof`` and what it needs, see ``sign_pick_up``) or later. The
    workshop's devices are collected at once, up to the counts; when it was the last workshop and every slip
    is signed, the donation is collected. What is counted beyond what was accepted stays in the counts: such
    machines are registered at the workshop as unannounced. What the workshop has received already is part of the
    counts, which are refused below it. Raises Unknown, PermissionDenied, Refused.
    """
    row = _locked_pick_up(actor, pick_up)
    now = at or timezone.now()
    refused = _what_refuses_count(row, counts, done_on, now)
    if proof:
        refused += _what_refuses_proof(proof, signer_name, signature)
    if refused:
        raise Refused({row.donation_id: tuple(refused)})
    row.done_on, row.done_at, row.done_by_id, row.peripherals = done_on, now, actor.pk, peripherals
    if proof:
        row.proof, row.signer_name, row.signature = proof, signer_name.strip(), signature
        row.signed_at, row.signed_by_id = now, actor.pk
    row.save()
    PickUpCount.objects.bulk_create(
        PickUpCount(pick_up=row, line_id=line, quantity=quantity) for line, quantity in counts.items()
    )
    units().collect([row.donation_id], actor=actor, at=at, workshop=row.workshop_id)
    _collect_when_complete(row.donation, actor, at, comment)
    return row


@gate.one_transaction
def sign_pick_up(
    *,
    actor: Actor,
    pick_up: PickUp,
    proof: str,
    signer_name: str = "",
    signature: StoredFile | None = None,
    at: datetime | None = None,
    comment: str = "",
) -> PickUp:
    """Sign the slip of a pick-up already recorded: drawn on screen or scanned (``signature`` is then the
    file), or attested by the workshop. Whoever signs for the donor is named, but on a scan.

    When every workshop is done and every slip signed, the donation is collected. Raises Unknown,
    PermissionDenied, Refused.
    """
    row = _locked_pick_up(actor, pick_up)
    refused = _what_refuses_proof(proof, signer_name, signature)
    if row.done_at is None:
        refused = [NOT_DONE]
    elif row.proof:
        refused = [ALREADY_SIGNED]
    if refused:
        raise Refused({row.donation_id: tuple(refused)})
    row.proof, row.signer_name, row.signature = proof, signer_name.strip(), signature
    row.signed_at, row.signed_by_id = at or timezone.now(), actor.pk
    row.save()
    _collect_when_complete(row.donation, actor, at, comment)
    return row


def _locked_pick_up(actor: Actor, pick_up: PickUp) -> PickUp:
    """The pick-up, with its donation locked. Raises Unknown, PermissionDenied."""
    seen = PickUp.objects.visible_to(actor).filter(pk=pick_up.pk).select_related("donation", "workshop")
    row = seen.first()
    if row is None:
        raise Unknown
    held_donation(actor=actor, donation=row.donation, can=can_collect_donation)
    return seen.get()


def _what_refuses_count(row: PickUp, counts: Mapping[int, int], done_on: date, now: datetime) -> list[Reason]:
    lines = set(row.donation.lines.values_list("pk", flat=True))
    if set(counts) - lines:
        raise Unknown
    refused = []
    if row.done_at is not None:
        return [ALREADY_DONE]
    if row.cancelled_at is not None or row.donation.state != DonationState.SCHEDULED:
        return [NOT_SCHEDULED]
    if done_on > timezone.localdate(now):
        refused.append(IN_THE_FUTURE)
    offered = row.donation.announced_at
    if offered is not None and done_on < timezone.localdate(offered):
        refused.append(BEFORE_THE_OFFER)
    shares = Allocation.objects.filter(donation=row.donation, workshop=row.workshop_id).current()
    if set(shares.values_list("line", flat=True)) - set(counts):
        refused.append(EVERY_LINE)
    here = units().before_pick_up(row.donation, row.workshop_id)
    if any(quantity < here[line].received for line, quantity in counts.items() if line in here):
        refused.append(FEWER_THAN_RECEIVED)
    return refused


def _what_refuses_proof(proof: str, signer_name: str, signature: StoredFile | None) -> list[Reason]:
    if proof not in SlipProof.values:
        return [PROOF_KIND]
    refused = []
    if (proof == SlipProof.ATTESTED) != (signature is None):
        refused.append(FILE_GIVEN if signature is None else NO_FILE)
    if proof != SlipProof.SCANNED and not signer_name.strip():
        refused.append(SIGNER_NAMED)
    return refused


def _collect_when_complete(donation: Donation, actor: Actor, at: datetime | None, comment: str) -> None:
    """Collect the donation when no assigned workshop is still to come or to have its slip signed."""
    done = PickUp.objects.done().filter(donation=donation, workshop=OuterRef("workshop")).exclude(proof="")
    waiting = Allocation.objects.filter(donation=donation).current().exclude(Exists(done))
    if not waiting.exists():
        gate.apply(donation, "collect", actor=actor, at=at, comment=comment)
