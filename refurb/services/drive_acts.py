"""Undo a destruction or a withdrawal that is written of the wrong drive: what it proved is proven no more.

Nothing is taken away: another row says who undid it, when and why, and the first one counts no longer.
"""

from collections.abc import Iterator
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from network.permissions import is_pilot
from refurb.enums import CONTESTED, IN_THE_WORKSHOP, DeviceState, UndoneReason
from refurb.models.device import Device, DeviceEntry
from refurb.models.drive import Destruction, Drive, DriveRemoval, StorageAbsence
from refurb.models.erasure import Erasure
from refurb.permissions import can_manage_device, can_record_evidence, can_settle_drive
from refurb.services import claims, gone
from refurb.services.locked_devices import about, held_device
from refurb.services.resorting import SORTED_AGAIN_IN

type Act = Destruction | DriveRemoval

UNDONE_ALREADY = Reason("undone_already", "C’est déjà annulé, ou remplacé par un enregistrement plus récent.")
OF_WHO_WROTE_IT = Reason(
    "of_who_wrote_it",
    "C’est un autre que vous qui l’a enregistré.",
    "qui l’a enregistré, ou le responsable de l’atelier",
)
OPEN_FIRST = Reason(
    "open_first", "Cet appareil est déclaré reconditionné d’après cela\u00a0: remettez-le d’abord en traitement."
)
LEFT_ON_IT = Reason("left_on_it", "L’appareil a quitté l’atelier d’après cela\u00a0: cela ne s’annule plus.")
OF_AN_EARLIER_STAY = Reason(
    "of_an_earlier_stay",
    "Cela date d’un passage précédent\u00a0: cela ne s’annule plus. Si le disque est dans l’appareil, inventoriez-le de"
    " nouveau\u00a0; sinon, enregistrez son effacement ou sa destruction.",
)
DESTROYED_SINCE = Reason(
    "destroyed_since", "La destruction de ce disque est enregistrée depuis\u00a0: annulez-la d’abord."
)
ATTESTED_SINCE = Reason(
    "attested_since",
    "Une absence de stockage a été attestée depuis\u00a0: si le disque est dans l’appareil, ajoutez-le de nouveau.",
)
IN_THE_STOCK = Reason(
    "in_the_stock", "Ce disque est entré au stock de pièces depuis\u00a0: montez-le de nouveau dans l’appareil."
)


@gate.one_transaction
def undo_destruction(
    *, actor: Actor, destruction: Destruction, reason: UndoneReason | str, at: datetime | None = None
) -> Destruction:
    """The drive was not destroyed: it is to be proven again. Not once its device went further on that proof.

    By who recorded it, or the manager. Raises Unknown, PermissionDenied, Refused.
    """
    why, drive = _said_of_it(reason), destruction.drive
    held = _held(actor, destruction)
    refused = [*_standing(actor, held, destruction)]
    if Drive.objects.in_place().filter(pk=drive.pk).exists():
        refused += _leaning(held, destruction)
    _refuse(held, refused)
    with gone.lost_again(at or timezone.now()):
        return undone_by(destruction, held, actor, why, at)


def undone_by(
    destruction: Destruction, device: Device, actor: Actor, why: UndoneReason, at: datetime | None
) -> Destruction:
    """The row that says of a destruction that it was none: all it said, why, and by whom."""
    return Destruction.objects.create(
        **about(device, actor, at, stay=destruction.stay),
        drive=destruction.drive,
        kind=destruction.kind,
        method=destruction.method,
        destroyed_at=destruction.destroyed_at,
        recycler=destruction.recycler,
        certificate=destruction.certificate,
        certificate_names=destruction.certificate_names,
        confirmed=destruction.confirmed,
        supersedes=destruction,
        undone=why,
    )


@gate.one_transaction
def undo_removal(
    *, actor: Actor, removal: DriveRemoval, reason: UndoneReason | str, at: datetime | None = None
) -> DriveRemoval:
    """The drive was not taken out, or is one after all: it is in its device again, where it is to be proven.

    Not once something rests on its absence. By who recorded it, or the manager. Raises Unknown, PermissionDenied,
    Refused.
    """
    why, drive = _said_of_it(reason), removal.drive
    held = _held(actor, removal)
    refused = [*_standing(actor, held, removal)]
    if not refused:
        refused = [*_leaning(held, removal), *_resting_on_its_absence(held, removal)]
    if not refused and (taken := claims.claimed([drive], actor)):
        refused += taken.values()
    _refuse(held, refused)
    with gone.lost_again(at or timezone.now()):
        undone = DriveRemoval.objects.create(
            **about(held, actor, at, stay=removal.stay),
            drive=drive,
            removed_at=removal.removed_at,
            destination=removal.destination,
            place=removal.place,
            supersedes=removal,
            undone=why,
        )
    # In its place again, its report proves it, and no other drive any more.
    if used := claims.used(list(Erasure.objects.accepted().filter(drive=drive)), actor):
        raise Refused({pk: (one,) for pk, one in used.items()})
    return undone


def may_undo(actor: Actor, act: Act) -> bool:
    """Whether he wrote it, or manages who did; nothing is read."""
    return act.recorded_by_id == actor.pk or can_manage_device(actor) is not None


def _said_of_it(reason: UndoneReason | str) -> UndoneReason:
    """What a recycler alone says, of a destruction in its name (``contest_destruction``), is nobody else's to say."""
    if (why := UndoneReason(reason)) in CONTESTED:
        raise PermissionDenied
    return why


def _held(actor: Actor, act: Act) -> Device:
    """Its device, locked, wherever it is now. The pilot undoes what he wrote himself, and nothing else."""
    if is_pilot(actor) and act.recorded_by_id != actor.pk:
        raise PermissionDenied
    can = can_settle_drive if is_pilot(actor) else can_record_evidence
    return held_device(actor=actor, device=act.device, states=tuple(DeviceState), can=can)


def _standing(actor: Actor, held: Device, act: Act) -> Iterator[Reason]:
    if act.device_id != held.pk:
        raise Unknown
    standing = Destruction if isinstance(act, Destruction) else DriveRemoval
    if not standing.objects.current().filter(pk=act.pk).exists():
        yield UNDONE_ALREADY
    elif not may_undo(actor, act):
        yield OF_WHO_WROTE_IT


def _leaning(held: Device, act: Act) -> Iterator[Reason]:
    """Whether the device went further on it: only the bench, and waste still there, are before anything rests on it."""
    is_of_now = act.stay == held.stay or (held.received_at is not None and act.recorded_at >= held.received_at)
    if held.state in IN_THE_WORKSHOP and not is_of_now:
        yield OF_AN_EARLIER_STAY
        return
    if held.state in SORTED_AGAIN_IN and is_of_now:
        return
    if held.state in (DeviceState.READY, DeviceState.ALLOTTED) and is_of_now:
        yield OPEN_FIRST
        return
    handed_in = DeviceEntry.objects.filter(object=held, verb="recycle").order_by("-seq").first()
    is_after = handed_in is not None and max(handed_in.at, handed_in.recorded_at) < act.recorded_at
    if not (isinstance(act, Destruction) and held.state == DeviceState.RECYCLED and act.stay == held.stay and is_after):
        yield LEFT_ON_IT


def _resting_on_its_absence(held: Device, removal: DriveRemoval) -> Iterator[Reason]:
    drive = removal.drive
    if Destruction.objects.current().filter(drive=drive, recorded_at__gte=removal.recorded_at).exists():
        yield DESTROYED_SINCE
    stocked = Q()
    for way in ("", "supersedes__", "supersedes__supersedes__"):
        stocked |= Q(**{f"{way}part__isnull": False}) | Q(**{f"{way}fitted_by__taken_out__isnull": False})
    if Drive.objects.filter(stocked, pk=drive.pk).exists():
        yield IN_THE_STOCK
    attested = StorageAbsence.objects.current().filter(device=held, stay=held.stay)
    if attested.filter(recorded_at__gte=removal.recorded_at).exists():
        yield ATTESTED_SINCE


def _refuse(held: Device, reasons: list[Reason]) -> None:
    if reasons:
        raise Refused({held.pk: tuple(reasons)})
