"""The board of a phone or a tablet is its storage: it leaves proven empty, and is to be proven where it is fitted."""

from datetime import datetime

from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from refurb.enums import SOLDERED_STORAGE, DeviceState, DriveKind, PartKind
from refurb.machine.storage_rules import inventoried
from refurb.models.device import Device
from refurb.models.drive import Destruction, Drive
from refurb.models.predicates import unproven
from refurb.models.stock import Part, Repair
from refurb.services import evidence

BOARD_UNPROVEN = Reason(
    "board_unproven",
    "La carte mère d’un téléphone ou d’une tablette porte son stockage\u00a0: inventoriez-le et prouvez son effacement"
    " avant de la prélever.",
    field="kind",
)
BOARD_DESTROYED = Reason(
    "board_destroyed",
    "Le stockage que porte cette carte mère est détruit\u00a0: elle n’entre pas au stock.",
    field="kind",
)
FORMER_BOARD = Reason(
    "former_board",
    "La carte mère qui sort d’ici porte son stockage\u00a0: inventoriez-le, puis prouvez son effacement ou sa"
    " destruction, avant d’en monter une autre.",
)
FITTED_BOARD_UNPROVEN = Reason(
    "fitted_board_unproven",
    "Cette carte mère porte le stockage de l’appareil\u00a0: prouvez son effacement avant de la reprendre.",
)
KEEPS_ITS_BOARD = Reason(
    "keeps_its_board",
    "Un appareil rapporté garde sa carte mère, qui porte le stockage de son foyer. Pour en changer, le point sert"
    " d’abord le foyer autrement, puis «\u00a0Prendre en traitement\u00a0».",
    field="kind",
)
ONE_BOARD = Reason("one_board", "Une carte mère se monte une par une.", field="quantity")
NAMED_BOARD = Reason(
    "named_board",
    "La carte mère d’un téléphone ou d’une tablette porte son stockage, à prouver de nouveau\u00a0: «\u00a0Monter une"
    " pièce\u00a0», une fois entrée au stock. Rien n’a été monté\u00a0? Choisissez «\u00a0Autre pièce\u00a0».",
    field="kind",
)
FITTED = "Carte mère montée"
PUT_BACK = "Carte mère remise"


def holds_its_storage(device: Device, kind: PartKind | str) -> bool:
    """Whether a part of this kind is the storage of this device: the board of a phone, of a tablet."""
    return kind == PartKind.MOTHERBOARD and device.type in SOLDERED_STORAGE


def check_taken(held: Device) -> None:
    """Before a board leaves what will not serve: its storage is proven empty, and is not destroyed. Raises Refused."""
    if not _is_proven(held):
        raise Refused({held.pk: (BOARD_UNPROVEN,)})
    if not Drive.objects.working().filter(device=held, stay=held.stay, kind=DriveKind.INTERNAL).exists():
        raise Refused({held.pk: (BOARD_DESTROYED,)})


def fit(actor: Actor, held: Device, part: Part, quantity: int, at: datetime) -> Drive:
    """The storage that comes with a board, to be proven here; what the former board bears is proven or destroyed.

    Raises Refused.
    """
    refused = []
    if held.state == DeviceState.RETURNED:
        refused.append(KEEPS_ITS_BOARD)
    elif not _is_proven(held):
        refused.append(FORMER_BOARD)
    if quantity != 1:
        refused.append(ONE_BOARD)
    if refused:
        raise Refused({held.pk: tuple(refused)})
    return _to_prove(actor, held, FITTED, at, called=str(part))


def take_out(actor: Actor, held: Device, repair: Repair, at: datetime) -> None:
    """A board leaves proven empty, and not destroyed; what is put back in its place is to be proven. Raises Refused."""
    if repair.drive is not None and Destruction.objects.current().filter(drive=repair.drive).exists():
        raise Refused({held.pk: (BOARD_DESTROYED,)})
    if not _is_proven(held):
        raise Refused({held.pk: (FITTED_BOARD_UNPROVEN,)})
    if held.state != DeviceState.UNUSABLE:
        _to_prove(actor, held, PUT_BACK, at, called=PUT_BACK)


def _is_proven(held: Device) -> bool:
    return Device.objects.filter(inventoried(), ~unproven(), pk=held.pk).exists()


def _to_prove(actor: Actor, held: Device, slot: str, at: datetime, *, called: str) -> Drive:
    drive: Drive = evidence.record_drive(
        actor=actor, device=held, kind=DriveKind.INTERNAL, model=called[:80], slot=slot, came_at=at, at=at
    )
    return drive
