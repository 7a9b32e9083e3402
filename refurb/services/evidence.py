"""Evidence of storage: inventory drives, destroy them, remove them. Rows are added to a locked device, never edited."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from documents.models import StoredFile
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from network.models import Organisation
from network.permissions import is_pilot
from refurb.enums import (
    EXPECTED,
    IN_THE_WORKSHOP,
    SETTLED_FROM_AFAR,
    SOLDERED_STORAGE,
    AbsenceReason,
    CertificateNames,
    DestructionKind,
    DestructionMethod,
    DeviceState,
    DriveKind,
    DriveSource,
    RemovalDestination,
)
from refurb.models.device import Device
from refurb.models.drive import Destruction, Drive, DriveRemoval, StorageAbsence
from refurb.permissions import can_record_evidence, can_settle_drive
from refurb.report_words import read_ahead
from refurb.services import belied, certifying, claims, gone
from refurb.services.kinds_read import contradicted, kinds_read
from refurb.services.locked_devices import (
    NOT_IN_THE_WORKSHOP,
    OTHER_STAY,
    about,
    held_device,
    held_devices,
    held_drive,
    left_for_recycling_at,
    left_the_workshop_at,
    may_supersede,
    paper_of_what_left,
)
from typography.french import day, moment

STORAGE_SOLDERED = Reason(
    "storage_soldered", "Un téléphone ou une tablette a toujours un stockage interne\u00a0: inventoriez-le."
)
ONLY_SOLDERED = Reason(
    "only_soldered",
    "Seul un téléphone ou une tablette a un stockage interne\u00a0: dites de quel disque il s’agit (SSD, NVMe, eMMC…).",
    field="kind",
)
ALWAYS_INTERNAL = Reason(
    "always_internal",
    "Le stockage d’un téléphone ou d’une tablette est un stockage interne, pas un disque d’ordinateur. Si c’est un"
    " ordinateur, reclassez d’abord l’appareil.",
    field="kind",
)
STORAGE_STAYS = Reason(
    "storage_stays", "Le stockage interne d’un téléphone ou d’une tablette ne se retire pas\u00a0: effacez-le."
)
HAD_A_DRIVE = Reason(
    "had_a_drive",
    "Un disque y a été trouvé ici, depuis son arrivée ou lors d’un passage précédent\u00a0: dites que l’emplacement est"
    " vide, non qu’il n’en a jamais ou que le donateur l’a retiré.",
    field="reason",
)
LEFT_BEHIND = Reason(
    "left_behind",
    "Un disque inventorié lors d’un passage précédent n’est ni prouvé vide ni retrouvé\u00a0: dites d’abord, sous"
    " «\u00a0Passages précédents\u00a0», ce qu’il est devenu (effacement, destruction ou retrait).",
)
NOT_MAGNETIC = Reason(
    "not_magnetic",
    "Une mémoire flash ne se démagnétise pas\u00a0: ses données restent. Broyez-la, percez-en les puces ou brûlez-la.",
    field="method",
)
DRIVES_PRESENT = Reason("drives_present", "Des disques sont inventoriés sur cet appareil.")
ALREADY_REMOVED = Reason("already_removed", "Ce disque est déjà retiré.")
ERASE_FIRST = Reason("erase_first", "Effacez le disque avant de le monter dans un autre appareil.", field="destination")
CONTESTED_THERE = Reason(
    "contested_there",
    "Un recycleur conteste avoir détruit ce disque\u00a0: dire qu’il n’a pas été là revient au pilote, qui suit"
    " l’incident. Prouvez-le, ou demandez-le-lui.",
    "le pilotage départemental",
    field="destination",
)
CERTIFICATE_NEEDED = Reason(
    "certificate", "La destruction par un recycleur demande son nom et son certificat.", field="certificate"
)
ARRIVED_ONCE = tuple(state for state in DeviceState if state not in EXPECTED)
IN_THE_FUTURE = Reason("in_the_future", "Cette date est dans le futur.", field="destroyed_at")


@gate.one_transaction
def record_drive(
    *,
    actor: Actor,
    device: Device,
    kind: DriveKind | str,
    serial: str = "",
    source: DriveSource | str = DriveSource.UNSAID,
    manufacturer: str = "",
    model: str = "",
    capacity: int | None = None,
    slot: str = "",
    supersedes: Drive | None = None,
    came_at: datetime | None = None,
    by_file: bool = False,
    states: Collection[DeviceState] = IN_THE_WORKSHOP,
    at: datetime | None = None,
) -> Drive:
    """Inventory one drive found in this stay; ``capacity`` in bytes. A drive found late takes the proofs down.

    Its number is borne by no other device: a drive that moved is removed there first. ``source``: how it is known;
    ``came_at``: when it came, if that is after its device did. ``by_file``: a file of the machine says all of it, in
    ``states`` beyond the workshop too. Raises Unknown, PermissionDenied, Refused.
    """
    held = held_device(actor=actor, device=device, states=states)
    if supersedes is not None:
        may_supersede(held, supersedes)
    read = {} if by_file else kinds_read([held])
    misnamed = misnamed_in(held, kind) or contradicted(read, held, kind, serial, supersedes)
    if misnamed is not None:
        raise Refused({held.pk: (misnamed,)})
    drive = Drive(
        **about(held, actor, at),
        kind=DriveKind(kind),
        serial=serial.strip(),
        source=DriveSource(source),
        manufacturer=manufacturer.strip(),
        model=model.strip(),
        capacity=capacity,
        slot=slot.strip(),
        arrived_at=came_at or held.received_at,  # type: ignore[misc]  # known in all these states
        supersedes=supersedes,
    )
    if nameless := belied.may_not_be_nameless([drive]):
        raise Refused(nameless)
    if taken := claims.claimed([drive], actor):
        raise Refused({pk: (reason,) for pk, reason in taken.items()})
    claims.date_arrivals([drive])
    drive.save(force_insert=True)
    return drive


def misnamed_in(device: Device, kind: DriveKind | str) -> Reason | None:
    """Why a device of this type holds no such storage; None when it may."""
    soldered, internal = device.type in SOLDERED_STORAGE, kind == DriveKind.INTERNAL
    if soldered == internal or kind == DriveKind.CARD:
        return None
    return ALWAYS_INTERNAL if soldered else ONLY_SOLDERED


@gate.one_transaction
def attest_no_storage(
    *, actor: Actor, device: Device, reason: AbsenceReason | str, at: datetime | None = None
) -> StorageAbsence:
    """Attest, in person and with a reason, that the device holds no drive.

    Raises Unknown, PermissionDenied, Refused (a phone or a tablet always holds one).
    """
    return attest_no_storages(actor=actor, devices=[device], reason=reason, at=at)[0]


@gate.one_transaction
def attest_no_storages(
    *, actor: Actor, devices: Iterable[Device], reason: AbsenceReason | str, at: datetime | None = None
) -> list[StorageAbsence]:
    """The same for several devices looked at together (screens); all or none."""
    held = held_devices(actor=actor, devices=devices)
    soldered = {pk: (STORAGE_SOLDERED,) for pk, row in held.items() if row.type in SOLDERED_STORAGE}
    if soldered:
        raise Refused(soldered)
    if belying := belied.may_not_attest(held, actor):
        raise Refused(belying)
    found = Drive.objects.in_place().filter(device__in=held, stay=F("device__stay"))
    if holding := dict.fromkeys(found.values_list("device", flat=True), (DRIVES_PRESENT,)):
        raise Refused(holding)
    behind = Drive.objects.left_behind().filter(device__in=held).values_list("device", flat=True)
    if lost := dict.fromkeys(behind, (LEFT_BEHIND,)):
        raise Refused(lost)
    if AbsenceReason(reason) != AbsenceReason.EMPTY_BAY:
        had = Drive.objects.real().filter(device__in=held).exclude(kind=DriveKind.CARD).values_list("device", flat=True)
        if refused := dict.fromkeys(had, (HAD_A_DRIVE,)):
            raise Refused(refused)
    return StorageAbsence.objects.bulk_create(
        StorageAbsence(**about(row, actor, at), reason=AbsenceReason(reason)) for row in held.values()
    )


@gate.one_transaction
def record_destruction(
    *,
    actor: Actor,
    drive: Drive,
    method: DestructionMethod | str,
    destroyed_at: datetime,
    kind: DestructionKind | str = DestructionKind.WORKSHOP,
    recycler: Organisation | None = None,
    certificate: StoredFile | None = None,
    supersedes: Destruction | None = None,
    confirmed: bool = False,
    at: datetime | None = None,
) -> Destruction:
    """Record that a drive was destroyed, by the workshop or by a recycler who certifies it by a paper that names it.

    ``confirmed``: whoever records it read again a paper that has words of failure. Also for a drive that was removed,
    or that left with a recycled device, by its recycler then. Raises Unknown, PermissionDenied, Refused.
    """
    read_ahead(certificate)
    held, stamp = held_drive(actor=actor, drive=drive), at or timezone.now()
    if supersedes is not None:
        may_supersede(held, supersedes, stay=drive.stay)
    return keep_destruction(
        held,
        drive,
        actor=actor,
        kind=DestructionKind(kind),
        method=DestructionMethod(method),
        destroyed_at=destroyed_at,
        recycler=recycler,
        certificate=certificate,
        supersedes=supersedes,
        confirmed=confirmed,
        at=stamp,
    )


def keep_destruction(
    held: Device,
    drive: Drive,
    *,
    actor: Actor,
    kind: DestructionKind,
    method: DestructionMethod,
    destroyed_at: datetime,
    recycler: Organisation | None,
    certificate: StoredFile | None,
    at: datetime,
    supersedes: Destruction | None = None,
    confirmed: bool = False,
) -> Destruction:
    """Write it of a drive whose device is locked, when nothing speaks against it. Raises Refused."""
    refused, names, doubt = [], CertificateNames.UNREAD, None
    if kind == DestructionKind.RECYCLER:
        if recycler is None or certificate is None:
            refused.append(CERTIFICATE_NEEDED)
        else:
            names, wrong = certifying.named_by(certificate, held, drive)
            doubt = certifying.doubts_of(certificate, held, drive)
            refused += [*wrong, *([doubt] if doubt and not (confirmed and doubt == certifying.FAILURE_WORDS) else [])]
            refused += certifying.word_awaited(recycler, drive, actor, supersedes)
    if destroyed_at > at:
        refused.append(IN_THE_FUTURE)
    refused += _where_it_was_not(held, drive, kind, destroyed_at, recycler, certificate=certificate)
    if method == DestructionMethod.DEGAUSS and drive.kind != DriveKind.HDD:
        refused.append(NOT_MAGNETIC)
    if refused:
        raise Refused({held.pk: tuple(refused)})
    with gone.watched(held, at):
        return Destruction.objects.create(
            **about(held, actor, at, stay=drive.stay),
            drive=drive,
            kind=kind,
            method=method,
            destroyed_at=destroyed_at,
            recycler=recycler,
            certificate=certificate,
            certificate_names=names,
            confirmed=doubt is not None,
            supersedes=supersedes,
        )


def _where_it_was_not(
    held: Device,
    drive: Drive,
    kind: DestructionKind,
    destroyed_at: datetime,
    recycler: Organisation | None,
    *,
    certificate: StoredFile | None,
) -> Iterator[Reason]:
    """A drive is destroyed once it arrived; one that left with its device, where that went and not before, unless a
    paper shows that the workshop did it first.

    A drive that was taken out first stayed: the workshop, or whoever it was brought to, destroys it at any time. Hours
    are compared to the minute; a certificate often bears a day alone.
    """
    if destroyed_at < drive.arrived_at.replace(second=0, microsecond=0):
        yield Reason(
            "before_arrival",
            f"L’appareil est arrivé le {moment(drive.arrived_at)}\u00a0: son disque n’a pas été détruit avant.",
            field="destroyed_at",
        )
    if kind == DestructionKind.WORKSHOP:
        yield from _once_it_left(held, drive, destroyed_at, certificate)
        return
    left_at = left_for_recycling_at(held, drive)
    if left_at is None:
        return
    if recycler is not None and recycler.pk != held.recycler_id:
        yield Reason(
            "another_recycler",
            f"L’appareil est parti chez {held.recycler}\u00a0: lui seul certifie. Si ce n’est pas le bon,"
            " «\u00a0Corriger le bordereau\u00a0» d’abord.",
            field="recycler",
        )
    if timezone.localdate(destroyed_at) < timezone.localdate(left_at):
        yield Reason(
            "before_hand_over",
            f"L’appareil a été remis au recycleur le {day(left_at)}\u00a0: il n’en a pas détruit le disque avant.",
            field="destroyed_at",
        )


def _once_it_left(
    held: Device, drive: Drive, destroyed_at: datetime, certificate: StoredFile | None
) -> Iterator[Reason]:
    """Of a drive that left inside its device, a workshop says what it did before, and shows it."""
    left_at = left_the_workshop_at(held, drive)
    if left_at is None:
        return
    if destroyed_at > left_at:
        to = " au recycleur" if held.state == DeviceState.RECYCLED else ""
        yield Reason(
            "left_by_then",
            f"Ce disque est parti{to} avec l’appareil, le {moment(left_at)}\u00a0: l’atelier ne l’a pas détruit après.",
            field="destroyed_at",
        )
        return
    yield from paper_of_what_left(left_at, certificate, "certificate")
    yield from certifying.speaks_against(certificate, held, drive) if certificate is not None else ()


@gate.one_transaction
def remove_drive(
    *,
    actor: Actor,
    drive: Drive,
    destination: RemovalDestination | str,
    place: str = "",
    removed_at: datetime | None = None,
    at: datetime | None = None,
) -> DriveRemoval:
    """Take a drive out of its device: it is followed among missing erasures until it is erased or destroyed.

    The storage of a phone or tablet does not come out; its memory card does. « Inventorié par erreur » is for the
    manager or the pilot, who also say of a device that left, or of an earlier stay, that a drive is not in it: another
    device may bear it then. The pilot says nothing else: what is put on a shelf or set apart to be destroyed is in the
    hands of the workshop.
    Whoever is at the bench says what became of the drive of an earlier stay that was not found again.
    Raises Unknown, PermissionDenied, Refused.
    """
    where, stamp = RemovalDestination(destination), at or timezone.now()
    settles = can_settle_drive(actor) is not None and (where in SETTLED_FROM_AFAR or not is_pilot(actor))
    can = can_settle_drive if settles or where == RemovalDestination.MISTAKE else can_record_evidence
    held = held_device(actor=actor, device=drive.device, states=ARRIVED_ONCE if settles else IN_THE_WORKSHOP, can=can)
    refused = []
    if held.state not in IN_THE_WORKSHOP and where in (RemovalDestination.STOCK, RemovalDestination.DESTRUCTION):
        refused.append(NOT_IN_THE_WORKSHOP)
    stays = held.type in SOLDERED_STORAGE or drive.kind == DriveKind.INTERNAL
    if where != RemovalDestination.MISTAKE and stays and drive.kind != DriveKind.CARD:
        refused.append(STORAGE_STAYS)
    if drive.stay != held.stay and not settles and not Drive.objects.left_behind().filter(pk=drive.pk).exists():
        refused.append(OTHER_STAY)
    if not Drive.objects.in_place().filter(pk=drive.pk).exists():
        refused.append(ALREADY_REMOVED)
    if where == RemovalDestination.MISTAKE and not is_pilot(actor) and Drive.objects.contested().filter(pk=drive.pk):
        refused.append(CONTESTED_THERE)
    if where == RemovalDestination.OTHER_DEVICE and Drive.objects.unproven().filter(pk=drive.pk).exists():
        refused.append(ERASE_FIRST)
    if refused:
        raise Refused({held.pk: tuple(refused)})
    with gone.watched(held, stamp):
        return DriveRemoval.objects.create(
            **about(held, actor, stamp, stay=drive.stay),
            drive=drive,
            removed_at=removed_at or stamp,
            destination=where,
            place=place.strip(),
        )
