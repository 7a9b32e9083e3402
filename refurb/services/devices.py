"""Devices from the scan to the bench: receive, register, look for, give back, start, stop, correct."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Case, When
from django.utils import timezone

from donations.enums import DonorKind
from donations.models.donation import Donation, DonationLine
from donations.serials import same_serial
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import lock
from lifecycle.machine import Reason
from network.models import Epci
from refurb.enums import ENDED, IN_THE_WORKSHOP, DeviceState, DeviceType
from refurb.machine.tag_rules import TAG_FREE
from refurb.models.device import Device
from refurb.models.tag_shape import TagShape
from refurb.services.inventory import facts_of, unit_for
from refurb.services.locked_devices import held_device, held_devices
from refurb.tags import normal
from typography.french import in_a_sentence

NO_FREE_UNIT = Reason(
    "no_free_unit",
    "Toutes les unités attendues de cette ligne sont déjà là\u00a0: enregistrez l’appareil comme inattendu.",
    field="tag",
)
TAG_TAKEN = Reason("tag_free", TAG_FREE.sentence, field="tag")
OLDEST = 1985
"""The first year that may be read on a device; the same as in the inventory of its donor."""
WHY_TWO = Reason("why_two", "Dites pourquoi deux appareils portent ce numéro.", field="comment")
FACTS = ("serial", "manufacturer", "model", "processor", "memory_gb", "unread", "year", "place")
"""What is read on the device and may be corrected at any time: no verb hangs on it."""
INSIDE = ("processor", "memory_gb")
"""Those of a computer alone."""


@gate.one_transaction
def receive_device(
    *,
    actor: Actor,
    tag: str,
    line: DonationLine | None = None,
    device: Device | None = None,
    number: str = "",
    at: datetime | None = None,
    comment: str = "",
    **facts: Any,
) -> Device:
    """Receive one scanned device: any free unit of ``line``, or this very ``device`` (found again, or known).

    ``facts``: those of ``FACTS``. ``number``: the donor's own, or the maker's, by which the machine is found in the
    inventory of the lot, as it is by the serial number. A unit already picked up is taken before one that is not.
    Raises Unknown, PermissionDenied, Refused.
    """
    if (line is None) == (device is None):
        raise TypeError("one of line and device")
    stuck = _spelt(actor, tag)
    unit = device or _free_unit(actor, line, stuck)  # type: ignore[arg-type]
    received = gate.apply(unit, "receive", actor=actor, at=at, comment=comment, tag=stuck)
    return _write_facts(received, facts, number)


@gate.one_transaction
def receive_devices(
    *,
    actor: Actor,
    line: DonationLine,
    tags: Sequence[str],
    at: datetime | None = None,
    comment: str = "",
    place: str = "",
    facts: Mapping[str, Mapping[str, Any]] | None = None,
) -> gate.Outcome:
    """Receive as many free units of a line as there are tags, in one set.

    ``facts``: what was read on each, by tag: those of ``FACTS`` (``place`` is for all). A tag
    that cannot be used comes back refused with its unit. Raises Unknown, PermissionDenied, and Refused when
    the line has not enough free units.
    """
    units = _free_units(actor, line, len(tags))
    kept = TagShape.objects.spell(actor.organisation_id, tags)
    per_row = {unit.pk: {"tag": kept[tag]} for unit, tag in zip(units, tags, strict=True)}
    outcome = gate.apply_many(
        Device.objects.filter(pk__in=per_row), "receive", actor=actor, at=at, comment=comment, per_row=per_row
    )
    if place:
        Device.objects.filter(pk__in=outcome.moved).update(place=place.strip())
    if facts:
        read = {normal(tag): said for tag, said in facts.items()}
        described = [Device(pk=pk, **_known(read[normal(per_row[pk]["tag"])])) for pk in outcome.moved]
        Device.objects.bulk_update(described, sorted({name for said in facts.values() for name in said}))
    return outcome


@gate.one_transaction
def register_device(
    *,
    actor: Actor,
    type: DeviceType | str,  # noqa: A002
    tag: str,
    donation: Donation | None = None,
    at: datetime | None = None,
    comment: str = "",
    are_two: bool = False,
    **facts: Any,
) -> Device:
    """Register a device nobody announced, in the actor's workshop; of unknown origin unless it came with a lot.

    ``facts``: those of ``FACTS``. ``are_two``: somebody looked, and another device really bears its serial number;
    ``comment`` says why. Raises Unknown, PermissionDenied, Refused, ValidationError (a year that cannot be).
    """
    if donation is not None and not Donation.objects.visible_to(actor).filter(pk=donation.pk).exists():
        raise Unknown
    found = Device(
        type=DeviceType(type),
        workshop_id=actor.organisation_id,  # type: ignore[misc]  # a workshop always acts as an organisation
        donation=donation,
        donor_kind=donation.donor_kind if donation else DonorKind.UNKNOWN,
        origin_epci=donation.origin_epci.today if donation and donation.origin_epci else None,
        **_known(facts),
    )
    _judge_twin(actor, found, comment, are_two=are_two)
    registered: Device = gate.create(found, "register", actor=actor, at=at, comment=comment, tag=_spelt(actor, tag))
    return registered


def twin_of(actor: Actor, serial: str) -> Device | None:
    """The device that this actor follows under this serial number, one that a household has first; one query."""
    key = same_serial(serial)
    if not key:
        return None
    twins = Device.objects.visible_to(actor).filter(serial_key=key).exclude(state__in=ENDED).select_related("point")
    return twins.order_by(Case(When(state=DeviceState.HANDED_OVER, then=0), default=1), "pk").first()


def _judge_twin(actor: Actor, found: Device, comment: str, *, are_two: bool) -> None:
    """A number that is followed already is this very device, unless somebody who looked says why it is not."""
    twin = twin_of(actor, found.serial)
    if twin is None:
        return
    if not are_two:
        raise Refused({0: (_followed(twin),)})
    if not comment.strip():
        raise Refused({0: (WHY_TWO,)})


def _followed(twin: Device) -> Reason:
    name = twin.tag or twin.reference
    if twin.state == DeviceState.HANDED_OVER:
        point = f" ({twin.point})" if twin.point else ""
        sentence = f"C’est {name}, remis à un foyer\u00a0: reprenez-le au point{point}, rien n’est à enregistrer."
    else:
        sentence = (
            f"Ce numéro est celui de {name} ({in_a_sentence(twin.get_state_display())})\u00a0: prenez-le par sa page."
        )
    return Reason("serial_followed", sentence, field="serial")


def _spelt(actor: Actor, tag: str) -> str:
    """A label as the actor's workshop keeps it."""
    return TagShape.objects.spell(actor.organisation_id, [tag])[tag]


@gate.one_transaction
def describe_device(*, actor: Actor, device: Device, **facts: Any) -> Device:
    """Write what is read on a device in the workshop or brought back, or where it is put (and so where it is repaired).

    ``facts``: those of ``FACTS``.

    Raises Unknown, PermissionDenied, Refused.
    """
    held = held_device(actor=actor, device=device, states=(*IN_THE_WORKSHOP, DeviceState.RETURNED))
    return _write_facts(held, facts)


@gate.one_transaction
def place_devices(*, actor: Actor, devices: Sequence[Device], place: str) -> int:
    """Write where devices of the workshop are put, a set at a time; how many are somewhere else than before.

    Raises Unknown, PermissionDenied, Refused as ``describe_device``.
    """
    held = held_devices(actor=actor, devices=devices, states=(*IN_THE_WORKSHOP, DeviceState.RETURNED))
    moved = Device.objects.filter(pk__in=held).exclude(place=place.strip())
    return moved.update(place=place.strip())


def await_part_device(
    *, actor: Actor, device: Device, part_wanted: str, at: datetime | None = None, comment: str = ""
) -> Device:
    """Stop until a part arrives. Raises Unknown, PermissionDenied, Refused."""
    wanted = part_wanted.strip()
    return gate.apply(device, "await_part", actor=actor, at=at, comment=comment, part_wanted=wanted)


@gate.one_transaction
def reclassify_device(
    *,
    actor: Actor,
    device: Device,
    reason: str,
    type: DeviceType | str | None = None,  # noqa: A002
    at: datetime | None = None,
    comment: str = "",
    **changed: Epci | None,
) -> Device:
    """Correct the type (technician) or the EPCI of origin (pilot: ``origin_epci=``, None for « hors département »).

    What is not given stays. Raises Unknown, PermissionDenied, Refused.
    """
    if set(changed) - {"origin_epci"}:
        raise TypeError(f"not reclassified: {', '.join(sorted(changed))}")
    lock(Device, [device.pk], "FOR NO KEY UPDATE")
    now = Device.objects.visible_to(actor).filter(pk=device.pk).first()
    if now is None:
        raise Unknown
    epci = changed.get("origin_epci", now.origin_epci)
    reclassified: Device = gate.apply(
        now,
        "reclassify",
        actor=actor,
        at=at,
        comment=comment,
        reason=reason,
        type=now.type if type is None else type,
        origin_epci=epci,
    )
    return reclassified


def _free_unit(actor: Actor, line: DonationLine, tag: str) -> Device:
    """The next free unit of a line; none is left: a tag scanned twice is told so, rather than one device too many."""
    try:
        return _free_units(actor, line, 1)[0]
    except Refused:
        if Device.objects.visible_to(actor).tagged(tag).exists():
            raise Refused({line.pk: (TAG_TAKEN,)}) from None
        raise


def _free_units(actor: Actor, line: DonationLine, count: int) -> list[Device]:
    """The next free units of a line in the actor's workshop, the lot locked: two scanners never take the same one."""
    lock(Donation, [line.donation_id], "FOR NO KEY UPDATE")
    units = Device.objects.visible_to(actor).filter(line=line)
    if not units.exists():
        raise Unknown
    free = list(units.expected()[:count])
    if len(free) < count:
        raise Refused({line.pk: (NO_FREE_UNIT,)})
    return free


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"not described here: {', '.join(sorted(unknown))}")
    if (year := facts.get("year")) is not None and not OLDEST <= year <= timezone.localdate().year:
        told = f"L’année d’achat {year} ne peut être vraie\u00a0: de {OLDEST} à cette année."
        raise ValidationError({"year": ValidationError(told, code="year")})
    return {name: fact.strip() if isinstance(fact, str) else fact for name, fact in facts.items()}


def _write_facts(device: Device, facts: Mapping[str, Any], number: str = "") -> Device:
    known = _known(facts)
    unit = unit_for(device, number or known.get("serial") or "")
    if unit is not None:
        known |= facts_of(unit, device, known) | {"inventory": unit}
    if known:
        Device.objects.filter(pk=device.pk).update(**known)
        for name, fact in known.items():
            setattr(device, name, fact)
    return device
