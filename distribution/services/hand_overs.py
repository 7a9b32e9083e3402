"""From the shelf to a household: derogation, reservation, note, hand-over, exchange."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from distribution import emails
from distribution.documents import HandOverTerms, prepare_note
from distribution.enums import SERVES, ClosedBecause, DerogationKind, HandOverKind, HandOverProof
from distribution.machine import household_rules as rules
from distribution.machine.return_rules import TO_EXCHANGE
from distribution.models.hand_over import Derogation, DerogationRequest, HandOver
from distribution.permissions import can_exchange_device, can_grant_derogation, can_hand_over_device
from documents.models import StoredFile
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import lock
from lifecycle.machine import Context, Reason
from lifecycle.registry import Move
from network.models import Organisation
from prescriptions.enums import OrderReason
from prescriptions.models import Household, Need
from prescriptions.sheets import renew_sheets_of
from prescriptions.unnamed import refuse_named
from refurb.enums import DeviceState
from refurb.models.device import Device
from refurb.services.locked_devices import held_device

REASON_WRITTEN = Reason("reason", "Écrivez pourquoi la dérogation est accordée.", field="reason")
ALREADY_GRANTED = Reason("already_granted", "Une dérogation est déjà accordée pour ce besoin.")
OTHER_WRITTEN = Reason(
    "order_words",
    "Écrivez en commentaire pourquoi ce besoin passe avant son tour, sans nommer personne.",
    field="comment",
)
NOT_EQUIPMENT = Reason("not_equipment", "Ce besoin ne se sert pas par un appareil.")
FELL = (ClosedBecause.RELEASED, ClosedBecause.LOST)
"""Why a note counts no more while what was agreed on with the household stands."""
NOT_RESERVED = Reason("not_reserved", "La fiche se prépare pour un appareil réservé.")
NOT_AVAILABLE = Reason("not_available", "L’échange se fait avec un appareil disponible au point de distribution.")
NO_NOTE = Reason(
    "no_note",
    "Aucune fiche d’échange n’est prête\u00a0: choisissez l’appareil rapporté, puis son remplaçant.",
    field="replaces",
)


@gate.one_transaction
def grant_derogation(
    *, actor: Actor, need: Need, kind: DerogationKind | str, reason: str, at: datetime | None = None
) -> Derogation:
    """Let a device of any territory serve this need, in writing: another territory, an emergency.

    A request that waits is answered by it. Raises Unknown, PermissionDenied, Refused.
    """
    if can_grant_derogation(actor) is None:
        raise PermissionDenied
    if not Need.objects.visible_to(actor).filter(pk=need.pk).exists():
        raise Unknown
    lock(Need, [need.pk], "FOR NO KEY UPDATE")
    if need.kind not in SERVES:
        raise Refused({need.pk: (NOT_EQUIPMENT,)})
    if not reason.strip():
        raise Refused({need.pk: (REASON_WRITTEN,)})
    refuse_named(actor, Household.objects.filter(prescriptions__needs=need), reason=reason)
    if Derogation.objects.filter(need=need).exists():
        raise Refused({need.pk: (ALREADY_GRANTED,)})
    now, words = at or timezone.now(), reason.strip()
    granted = Derogation.objects.create(
        need=need,
        kind=DerogationKind(kind),
        reason=words,
        granted_at=now,
        granted_by_id=actor.pk,  # type: ignore[misc]  # a pilot is a membership
    )
    answer_request(actor=actor, need=need, granted=True, words=words, at=now)
    return granted


def answer_request(*, actor: Actor, need: Need, granted: bool, words: str, at: datetime) -> bool:
    """Write the answer on the request that waits for this need, and tell who asked; False when none waits.

    For a caller that holds the lock of the need.
    """
    asked = DerogationRequest.objects.pending().filter(need=need).first()
    if asked is None:
        return False
    same = DerogationRequest.objects.filter(pk=asked.pk)
    same.update(granted=granted, answer=words, answered_at=at, answered_by=actor.pk)
    emails.derogation_answered_for_adviser(need, asked.asked_by_id, granted=granted, at=at)
    return True


@gate.one_transaction
def reserve_device(
    *,
    actor: Actor,
    device: Device,
    need: Need,
    price: Decimal | None = None,
    co_funding: Decimal | int | None = None,
    funder: Organisation | None = None,
    out_of_order: OrderReason | str = "",
    at: datetime | None = None,
    comment: str = "",
) -> Device:
    """Hold a device for a need, and prepare its hand-over note: what is paid, and by whom, in euros.

    ``price``: the device's own unless given; ``co_funding`` is the part that ``funder`` pays: unless given, what was
    agreed on for a device that was released. ``out_of_order``: why the need is served before its turn, which is asked
    when needs with a better rank could be given this device.
    Raises Unknown (the need too), PermissionDenied, Refused.
    """
    _see(actor, need)
    if out_of_order == OrderReason.OTHER and not comment.strip():
        raise Refused({device.pk: (OTHER_WRITTEN,)})
    asked = device.price if price is None else price
    kept = co_funding_kept([need.pk]) if co_funding is None and funder is None else {}
    return gate.apply(
        device,
        "reserve",
        actor=actor,
        at=at,
        comment=comment,
        need=need.pk,
        price=asked,
        **part_paid(co_funding, funder, asked, kept.get(need.pk)),
        **told_why(out_of_order),
    )


def co_funding_kept(needs: Collection[int]) -> dict[int, HandOver]:
    """``{need pk: the note that says it}``: what others pay for needs whose device was released, or lost.

    What was paid for a device that was handed over is spent; whoever left pays nothing any more. Where the whole price
    was paid, it may have held the part down: the note before says what it was. One query.
    """
    sales = HandOver.objects.filter(need__in=needs, kind=HandOverKind.SALE).order_by("need", "-pk")
    kept = {}
    for need, notes in groupby(sales.select_related("funder"), key=lambda note: note.need_id):
        found: HandOver | None = None
        for note in notes:
            if note.handed_over_at is not None or (found is None and note.closed_because not in FELL):
                break
            if note.closed_because not in FELL:
                continue  # corrected meanwhile: it says nothing any more
            if found is not None and found.funder_id is not None and found.funder_id != note.funder_id:
                break
            found = note if found is None or note.co_funding > found.co_funding else found
            if note.to_pay > 0:
                break
        if found is not None and found.funder is not None and found.funder.is_active:
            kept[need] = found
    return kept


def part_paid(
    co_funding: Decimal | int | None, funder: Organisation | None, price: Decimal | None, kept: HandOver | None
) -> dict[str, Any]:
    """What the gate is given of what another pays: as typed, else as it was kept, never more than the price."""
    if co_funding is None and funder is None and kept is not None:
        part = min(kept.co_funding, price or Decimal(0))
        return {"co_funding": part, "funder": kept.funder_id if part > 0 else None}
    return {"co_funding": Decimal(co_funding or 0), "funder": funder.pk if funder else None}


def told_why(out_of_order: str) -> dict[str, Any]:
    """What the gate is given of why a need is served before its turn: nothing when it is not."""
    return {"out_of_order": str(out_of_order)} if out_of_order else {}


@gate.one_transaction
def prepare_hand_over(
    *,
    actor: Actor,
    device: Device,
    price: Decimal,
    co_funding: Decimal | int = 0,
    funder: Organisation | None = None,
    at: datetime | None = None,
) -> HandOver:
    """Prepare the note of a reserved device again: another price, another share, a new ceiling.

    Raises Unknown, PermissionDenied, Refused.
    """
    held = held_device(actor=actor, device=device, states=tuple(DeviceState), can=can_hand_over_device)
    if held.state != DeviceState.RESERVED or held.attached_to_id is not None:
        raise Refused({held.pk: (NOT_RESERVED,)})
    given: dict[str, Any] = {
        "price": price,
        "co_funding": Decimal(co_funding),
        "funder": funder.pk if funder else None,
    }
    stamp = at or timezone.now()
    _agreed(held, Context(stamp, actor, given), given)
    current = HandOver.objects.current().get(device=held)
    close_notes([held.pk], ClosedBecause.REPLACED, stamp)
    terms = HandOverTerms(**given, kind=HandOverKind.SALE)
    note = prepare_note(held, current.need_id, terms, actor=actor, at=stamp)
    renew_sheets_of([current.need_id], Move("device", "prepare", actor, stamp, None, {}))
    return note


def hand_over_device(
    *,
    actor: Actor,
    device: Device,
    proof: HandOverProof | str,
    signature: StoredFile | None = None,
    collected_by: str = "",
    by_mandate: bool = False,
    at: datetime | None = None,
    comment: str = "",
) -> Device:
    """Hand a reserved device over: the note is signed on screen or on paper; the price is the one it says.

    ``signature``: the signature drawn or the scanned note; none for a paper that the adviser attests.
    ``collected_by``: who came in the household's place, once its mandate and an identity document were seen
    (``by_mandate``); nothing is kept of them. Raises Unknown, PermissionDenied, Refused.
    """
    signed = _signed(proof, signature, collected_by, by_mandate=by_mandate)
    return gate.apply(device, "hand_over", actor=actor, at=at, comment=comment, **signed)


@gate.one_transaction
def prepare_exchange(*, actor: Actor, device: Device, replaces: Device, at: datetime | None = None) -> HandOver:
    """Prepare the note by which ``device``, on the shelf, replaces one that its household brought back.

    It takes the place of the exchange that was prepared before for the same one.
    Raises Unknown, PermissionDenied, Refused.
    """
    earlier = Device.objects.visible_to(actor).filter(pk=replaces.pk).first()
    if earlier is None:
        raise Unknown
    stamp = at or timezone.now()
    if earlier.need_id is None:
        raise Refused({device.pk: (TO_EXCHANGE.reason,)})
    lock(Need, [earlier.need_id], "FOR SHARE")
    lock(Device, [device.pk, earlier.pk], "FOR NO KEY UPDATE")
    # Read once it is held: a colleague may just have prepared another exchange for it.
    others = list(HandOver.objects.prepared_exchanges().filter(replaces=earlier).values_list("device", flat=True))
    lock(Device, others, "FOR NO KEY UPDATE")
    held = held_device(actor=actor, device=device, states=tuple(DeviceState), can=can_exchange_device)
    if held.state != DeviceState.AVAILABLE or held.attached_to_id is not None:
        raise Refused({held.pk: (NOT_AVAILABLE,)})
    close_notes([held.pk, *others], ClosedBecause.REPLACED, stamp)
    terms = HandOverTerms(Decimal(0), Decimal(0), None, HandOverKind.EXCHANGE, earlier.pk)
    note = prepare_note(held, earlier.need_id, terms, actor=actor, at=stamp)
    _would_do(held, note, actor, stamp)
    return note


@gate.one_transaction
def exchange_device(
    *,
    actor: Actor,
    device: Device,
    proof: HandOverProof | str,
    signature: StoredFile | None = None,
    collected_by: str = "",
    by_mandate: bool = False,
    at: datetime | None = None,
    comment: str = "",
) -> Device:
    """Hand over ``device`` in exchange, as its note was prepared and signed: no price, a new warranty.

    ``collected_by``, ``by_mandate``: as ``hand_over_device``. Raises Unknown, PermissionDenied, Refused.
    """
    note = HandOver.objects.current().filter(device=device, kind=HandOverKind.EXCHANGE).first()
    if note is None:
        if not Device.objects.visible_to(actor).filter(pk=device.pk).exists():
            raise Unknown
        raise Refused({device.pk: (NO_NOTE,)})
    return gate.apply(
        device,
        "exchange",
        actor=actor,
        at=at,
        comment=comment,
        need=note.need_id,
        replaces=note.replaces_id,
        **_signed(proof, signature, collected_by, by_mandate=by_mandate),
    )


def close_notes(devices: list[int], because: ClosedBecause, at: datetime) -> list[HandOver]:
    """Close the notes in force of these devices and return them."""
    notes = list(HandOver.objects.current().filter(device__in=devices).order_by("pk"))
    HandOver.objects.filter(pk__in=[note.pk for note in notes]).update(closed_at=at, closed_because=because)
    return notes


def _see(actor: Actor, need: Need) -> None:
    if not Need.objects.visible_to(actor).filter(pk=need.pk).exists():
        raise Unknown


def _signed(
    proof: HandOverProof | str, signature: StoredFile | None, collected_by: str, *, by_mandate: bool
) -> dict[str, Any]:
    """What the gate is given of a signature; nothing of a mandate where the household came itself."""
    signed: dict[str, Any] = {"proof": proof, "signature": signature.pk if signature is not None else None}
    if collected_by.strip() or by_mandate:
        signed |= {"collected_by": collected_by.strip(), "by_mandate": by_mandate}
    return signed


def _agreed(device: Device, ctx: Context, given: dict[str, Any]) -> None:
    """The price and the shares, as ``reserve`` asks them. Raises Refused."""
    reasons = [rule.refusals(ctx, {device.pk: given}).get(device.pk) for rule in rules.TERMS]
    wrong = tuple(reason for reason in reasons if reason is not None)
    if wrong:
        raise Refused({device.pk: wrong})


def _would_do(device: Device, note: HandOver, actor: Actor, at: datetime) -> None:
    """The note says what the exchange will ask, less the signature. Raises Refused, which takes the note back."""
    rows = Device.objects.filter(pk=device.pk)
    outcome = gate.preview(rows, "exchange", actor=actor, at=at, need=note.need_id, replaces=note.replaces_id)
    if outcome.refused:
        raise Refused(outcome.refused)
