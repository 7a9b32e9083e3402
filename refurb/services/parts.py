"""The parts of a workshop: bought, taken from what will be recycled, fitted in a device, taken out again.

A part that is a drive is inventoried in the device where it is fitted: its erasure is then to be proven as any other.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locked_rows import held_row
from lifecycle.locking import locked
from lifecycle.machine import Reason
from network.models import Membership
from refurb.enums import (
    COMPUTERS,
    ON_THE_BENCH,
    DeviceState,
    MendedReason,
    PartKind,
    PartOrigin,
    RemovalDestination,
    TakenOutReason,
    WrittenOffReason,
)
from refurb.models.defects import Defect, DefectMended
from refurb.models.device import Device
from refurb.models.drive import Destruction, Drive, DriveRemoval, came_out_of
from refurb.models.stock import Part, PartTakenOut, PartWrittenOff, Repair, said_lost
from refurb.part_words import name_a_drive
from refurb.permissions import can_keep_parts
from refurb.services import boards, evidence
from refurb.services.locked_devices import about, held_device

NOT_ENOUGH_PARTS = Reason("not_enough_parts", "Il ne reste pas assez de cette pièce en stock.", field="quantity")
DRIVE_SAID = Reason(
    "drive_said",
    "Un disque qui se monte s’inventorie\u00a0: dites lequel, son effacement est ensuite à prouver.",
    field="kind",
)
ONE_DRIVE = Reason("one_drive", "Un disque se monte un par un\u00a0: chacun a son numéro.", field="quantity")
COMPUTERS_ALONE = Reason("computers_alone", "Un disque ne se monte que dans un ordinateur.", field="kind")
KEEPS_ITS_DRIVE = Reason(
    "keeps_its_drive",
    "Un appareil rapporté garde le disque de son foyer, dont l’effacement n’est pas redemandé. Pour en changer, le"
    " point sert d’abord le foyer autrement, puis «\u00a0Prendre en traitement\u00a0».",
    field="kind",
)
CALLED_A_DRIVE = Reason(
    "called_a_drive",
    "Cette désignation est celle d’un stockage\u00a0: choisissez «\u00a0Disque\u00a0», il sera suivi jusqu’à sa"
    " preuve. Un câble ou un support\u00a0? Commencez par ce mot.",
    field="kind",
)
DRIVE_CHOSEN = Reason("drive_chosen", "Dites quel disque de l’appareil entre au stock.", field="drive")
NOT_A_DRIVE = Reason(
    "not_a_drive",
    "Vous avez choisi un disque\u00a0: mettez «\u00a0Disque\u00a0» comme pièce, ou «\u00a0Ce n’est pas un"
    " disque\u00a0».",
    field="drive",
)
NO_SUCH_DRIVE = Reason("no_such_drive", "Ce disque n’est pas dans cet appareil.", field="drive")
TAKEN_OUT_ALREADY = Reason("taken_out_already", "Cette pièce a déjà été reprise.")
FITTED_BEFORE = Reason(
    "fitted_before",
    "Ce disque a été monté dans un passage précédent\u00a0: retirez-le par sa ligne, sur la fiche d’établi.",
)
DESTROYED = Reason("destroyed", "Ce disque est détruit\u00a0: il n’entre ni ne revient au stock.", field="drive")
NOT_ON_THE_SHELF = Reason(
    "not_on_the_shelf",
    "Ce disque a quitté l’appareil pour être détruit, ou pour un autre appareil\u00a0: il ne revient pas au stock.",
)
GONE_FOR_GOOD = (RemovalDestination.DESTRUCTION, RemovalDestination.OTHER_DEVICE)
"""Where a drive that left its device is on no shelf."""
TO_BE_DESTROYED = Reason(
    "to_be_destroyed",
    "Un disque de cette entrée est sorti d’un appareil sans preuve d’effacement\u00a0: notez sa destruction sur la"
    " fiche d’établi de cet appareil, il quittera le stock de lui-même.",
    field="reason",
)
NOT_THERE = (WrittenOffReason.LOST, WrittenOffReason.STOLEN)
"""Why a drive that is still to be proven may leave the stock: nobody has it any more."""
NOT_ON_THIS_SHELF = Reason("not_on_this_shelf", "Ce disque n’est pas parmi ceux de cette entrée.", field="drive")
LEAVES_ALONE = Reason("leaves_alone", "Un disque que l’on nomme sort seul\u00a0: mettez 1.", field="quantity")
UNDONE_ALREADY = Reason("undone_already", "Cette sortie est déjà annulée.")
NO_PART = Reason("no_part", "Aucune pièce du stock n’a été montée par cette réparation.")
REPAIRED_IN = (*ON_THE_BENCH, DeviceState.RETURNED)
"""States in which a device is repaired."""
TAKEN_OUT_IN = (*REPAIRED_IN, DeviceState.UNUSABLE)
"""States in which a part comes out again: what is reconditioned was tested with it, and is opened again first."""


@gate.one_transaction
def buy_part(
    *,
    actor: Actor,
    kind: PartKind | str,
    label: str,
    quantity: int,
    unit_price: Decimal,
    fits: str = "",
    place: str = "",
    at: datetime | None = None,
) -> Part:
    """Parts that were bought enter the stock of the actor's workshop; ``unit_price`` in euros, VAT included.

    Raises PermissionDenied, Refused (words that name a drive, of what is said to be none).
    """
    if can_keep_parts(actor) is None:
        raise PermissionDenied
    if _is_called_a_drive(kind, label):
        raise Refused({0: (CALLED_A_DRIVE,)})
    return Part.objects.create(
        origin=PartOrigin.BOUGHT,
        workshop_id=actor.organisation_id,  # type: ignore[misc]  # a workshop always acts as an organisation
        kind=PartKind(kind),
        quantity=quantity,
        unit_price=unit_price,
        **_part_values(actor, label, fits, place, at),
    )


@gate.one_transaction
def take_part(
    *,
    actor: Actor,
    device: Device,
    kind: PartKind | str,
    label: str = "",
    quantity: int = 1,
    fits: str = "",
    place: str = "",
    drive: Drive | None = None,
    at: datetime | None = None,
) -> Part:
    """A part is taken from a device that will not serve. A drive is one of the device: removed, followed till proven.

    The board of a phone or a tablet, which is its storage, is taken once it is proven empty.

    Raises Unknown, PermissionDenied, Refused.
    """
    held = held_device(actor=actor, device=device, states=(DeviceState.UNUSABLE,), can=can_keep_parts)
    if PartKind(kind) != PartKind.STORAGE:
        if drive is not None:
            raise Refused({held.pk: (NOT_A_DRIVE,)})
        if _is_called_a_drive(kind, label):
            raise Refused({held.pk: (CALLED_A_DRIVE,)})
        if boards.holds_its_storage(held, kind):
            boards.check_taken(held)
    elif drive is None:
        raise Refused({held.pk: (DRIVE_CHOSEN,)})
    elif drive.device_id != held.pk:
        raise Refused({held.pk: (NO_SUCH_DRIVE,)})
    elif _is_destroyed(drive):
        raise Refused({held.pk: (DESTROYED,)})
    else:
        evidence.remove_drive(actor=actor, drive=drive, destination=RemovalDestination.STOCK, place=place, at=at)
        quantity, label = 1, label or str(drive)
    return Part.objects.create(
        origin=PartOrigin.TAKEN,
        device=held,
        drive=drive,
        workshop_id=held.workshop_id,
        kind=PartKind(kind),
        quantity=quantity,
        **_part_values(actor, label, fits, place, at),
    )


@gate.one_transaction
def fit_part(
    *,
    actor: Actor,
    device: Device,
    part: Part,
    quantity: int = 1,
    work: str = "",
    minutes: int = 0,
    drive: Mapping[str, Any] | None = None,
    mends: Iterable[Defect] = (),
    at: datetime | None = None,
) -> Repair:
    """Fit a part of the stock: it leaves the stock, its price goes with the device, and ``mends`` are defects no more.

    ``drive``: what ``record_drive`` takes of the drive that is fitted, when the part is one; a drive that left a device
    is proven empty first, and is to be proven here again; so is the board of a phone or a tablet.

    Raises Unknown, PermissionDenied, Refused.
    """
    held, stamp = held_device(actor=actor, device=device, states=REPAIRED_IN), at or timezone.now()
    stored = _stored(held, part, quantity)
    fitted = None
    if stored.kind == PartKind.STORAGE:
        if quantity != 1:
            raise Refused({held.pk: (ONE_DRIVE,)})
        fitted = _fit_drive(actor, held, stored, drive, stamp)
    elif boards.holds_its_storage(held, stored.kind):
        fitted = boards.fit(actor, held, stored, quantity, stamp)
    repair = Repair.objects.create(
        **about(held, actor, stamp),
        kind=stored.kind,
        work=work.strip() or f"Pose\u00a0: {stored}"[:250],
        part=stored,
        quantity=quantity,
        cost=None if stored.unit_price is None else stored.unit_price * quantity,
        minutes=minutes,
        drive=fitted,
    )
    gone = Defect.objects.standing().filter(device=held, pk__in=[defect.pk for defect in mends])
    DefectMended.objects.bulk_create(
        DefectMended(**about(held, actor, stamp), defect=defect, reason=MendedReason.PART, repair=repair)
        for defect in gone
    )
    return repair


@gate.one_transaction
def take_out_part(
    *, actor: Actor, repair: Repair, reason: TakenOutReason | str, at: datetime | None = None
) -> PartTakenOut:
    """Take a part out of its device: it is in the stock again. A drive is removed, and followed until it is proven.

    Raises Unknown, PermissionDenied, Refused.
    """
    held = held_device(actor=actor, device=repair.device, states=TAKEN_OUT_IN)
    if repair.part_id is None:
        raise Refused({held.pk: (NO_PART,)})
    if not Repair.objects.standing().filter(pk=repair.pk).exists():
        raise Refused({held.pk: (TAKEN_OUT_ALREADY,)})
    if boards.holds_its_storage(held, repair.kind):
        boards.take_out(actor, held, repair, at or timezone.now())
    elif repair.drive is not None:
        _take_out_drive(actor, held, repair, repair.drive, at)
    return PartTakenOut.objects.create(**about(held, actor, at), repair=repair, reason=TakenOutReason(reason))


@gate.one_transaction
def write_off_part(
    *,
    actor: Membership,
    part: Part,
    reason: WrittenOffReason | str,
    quantity: int = 1,
    drive: Drive | None = None,
    at: datetime | None = None,
) -> PartWrittenOff:
    """Parts are in the stock no more, and in no device: lost, stolen, broken. A drive to be proven stays to be proven.

    ``drive``: which one, of those of the entry that came out of a device. Raises Unknown, PermissionDenied, Refused.
    """
    held = held_row(Part.objects.visible_to(actor), part, actor=actor, can=can_keep_parts)
    why = WrittenOffReason(reason)
    if quantity < 1 or not Part.objects.in_stock(quantity).filter(pk=held.pk).exists():
        raise Refused({held.pk: (NOT_ENOUGH_PARTS,)})
    shelf = {one.pk: one for one in on_the_shelf(held)}
    if drive is not None and drive.pk not in shelf:
        raise Refused({held.pk: (NOT_ON_THIS_SHELF,)})
    if drive is not None and quantity != 1:
        raise Refused({held.pk: (LEAVES_ALONE,)})
    if drive is None and len(shelf) == quantity and not Part.objects.in_stock(quantity + 1).filter(pk=held.pk).exists():
        drive = next(iter(shelf.values())) if quantity == 1 else None
    if why not in NOT_THERE and held.kind == PartKind.STORAGE and _out_and_unproven(held):
        raise Refused({held.pk: (TO_BE_DESTROYED,)})
    return PartWrittenOff.objects.create(
        part=held, quantity=quantity, reason=why, drive=drive, recorded_at=at or timezone.now(), recorded_by=actor
    )


def on_the_shelf(part: Part) -> list[Drive]:
    """The drives of an entry that came out of a device, as corrected; neither destroyed nor written off. One query.

    One that was fitted again, or inventoried again, is where the later row says.
    """
    if part.kind != PartKind.STORAGE:
        return []
    later = Drive.objects.real().filter(device__workshop=part.workshop_id, pk__gt=OuterRef("pk"))
    again = later.filter(serial_key=OuterRef("serial_key")).exclude(serial_key="")
    destroyed = Destruction.objects.current().filter(drive=OuterRef("pk"))
    out = Drive.objects.current().filter(came_out_of(part), ~Exists(again), ~Exists(destroyed), ~said_lost())
    return list(out.exclude(pk__in=Drive.objects.in_place().values("pk")).select_related("device").order_by("pk"))


@gate.one_transaction
def undo_write_off(*, actor: Membership, written_off: PartWrittenOff, at: datetime | None = None) -> PartWrittenOff:
    """What was written off by mistake, or is found again, is in the stock again; both stay told.

    Raises Unknown, PermissionDenied, Refused.
    """
    held = held_row(Part.objects.visible_to(actor), written_off.part, actor=actor, can=can_keep_parts)
    standing = PartWrittenOff.objects.standing().filter(pk=written_off.pk).first()
    if standing is None:
        raise Refused({held.pk: (UNDONE_ALREADY,)})
    standing.undone_at, standing.undone_by = at or timezone.now(), actor
    standing.save(update_fields=["undone_at", "undone_by"])
    return standing


def parts_for(device: Device, actor: Actor) -> list[Part]:
    """What is left in the stock of a device's workshop: what is said to fit it, what nobody said of, then the rest.

    No drive where none can be fitted: in what a household brought back, in what is no computer; nor, of a household,
    the board that would be its storage. One query.
    """
    parts = Part.objects.visible_to(actor).filter(workshop=device.workshop_id).in_stock().select_related("device")
    if device.state == DeviceState.RETURNED or device.type not in COMPUTERS:
        parts = parts.exclude(kind=PartKind.STORAGE)
    if device.state == DeviceState.RETURNED and boards.holds_its_storage(device, PartKind.MOTHERBOARD):
        parts = parts.exclude(kind=PartKind.MOTHERBOARD)
    rank = {True: 0, None: 1, False: 2}
    return sorted(parts, key=lambda part: (rank[part.suits(device.manufacturer, device.model)], part.kind, -part.pk))


def _is_called_a_drive(kind: PartKind | str, label: str) -> bool:
    """Whether what is said to be no drive is named as one; a board is named after what it bears."""
    if kind in (PartKind.STORAGE, PartKind.MOTHERBOARD):
        return False
    return name_a_drive(label, is_radio=kind == PartKind.WIFI)


def _part_values(actor: Actor, label: str, fits: str, place: str, at: datetime | None) -> dict[str, Any]:
    return {
        "label": label.strip(),
        "fits": fits.strip(),
        "place": place.strip(),
        "stored_at": at or timezone.now(),
        "stored_by_id": actor.pk,
    }


def _stored(held: Device, part: Part, quantity: int) -> Part:
    """The part, locked: two technicians never take the same one. Raises Unknown, Refused."""
    ours = Part.objects.filter(workshop=held.workshop_id, pk=part.pk)
    if not locked(ours):
        raise Unknown
    found = ours.in_stock(quantity).first()
    if found is None or quantity < 1:
        raise Refused({held.pk: (NOT_ENOUGH_PARTS,)})
    return found


def _fit_drive(actor: Actor, held: Device, part: Part, drive: Mapping[str, Any] | None, at: datetime) -> Drive:
    refused = []
    if held.state == DeviceState.RETURNED:
        refused.append(KEEPS_ITS_DRIVE)
    if held.type not in COMPUTERS:
        refused.append(COMPUTERS_ALONE)
    if drive is None:
        refused.append(DRIVE_SAID)
    if _out_and_unproven(part):
        refused.append(evidence.ERASE_FIRST)
    if refused or drive is None:
        raise Refused({held.pk: tuple(refused)})
    return evidence.record_drive(actor=actor, device=held, at=at, **drive)


def _out_and_unproven(part: Part) -> bool:
    """Whether a drive of this part left a device, and nothing proves it empty: it is the one on the shelf, perhaps."""
    its = Drive.objects.filter(Q(fitted_by__part=part) | Q(pk=part.drive_id))
    now = [_as_corrected(drive).pk for drive in its]
    return Drive.objects.missing_erasures().filter(pk__in=now).exists()


def _take_out_drive(actor: Actor, held: Device, repair: Repair, drive: Drive, at: datetime | None) -> None:
    """Remove the drive that was fitted, as it is inventoried now; nothing when it is out already. Raises Refused."""
    now = _as_corrected(drive)
    if _is_destroyed(now):
        raise Refused({held.pk: (DESTROYED,)})
    if not Drive.objects.in_place().filter(pk=now.pk).exists():
        if DriveRemoval.objects.current().filter(drive=now, destination__in=GONE_FOR_GOOD).exists():
            raise Refused({held.pk: (NOT_ON_THE_SHELF,)})
        return
    if repair.stay != held.stay:
        raise Refused({held.pk: (FITTED_BEFORE,)})
    evidence.remove_drive(actor=actor, drive=now, destination=RemovalDestination.STOCK, at=at)


def _is_destroyed(drive: Drive) -> bool:
    return Destruction.objects.current().filter(drive=drive).exists()


def _as_corrected(drive: Drive) -> Drive:
    """The row that stands for a drive whose inventory was corrected."""
    while (newer := Drive.objects.filter(supersedes=drive).first()) is not None:
        drive = newer
    return drive
