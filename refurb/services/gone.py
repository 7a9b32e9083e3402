"""Drives of a device that left, when nothing proves them empty any more: a breach, told at once, and its end.

Its proofs fall, so that nobody puts it on a shelf, reserves it or hands it over; whoever has it is told what to do, and
when there is nothing left to do. A file that is sorted late shows it, or a recycler who contests a destruction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import OuterRef, Subquery

from donations.models.donation import Donation
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from refurb import emails
from refurb.donor_data import donor_data_of
from refurb.enums import GONE, IN_THE_WORKSHOP, RECALLED, IncidentKind, UndoneReason
from refurb.models.device import Device
from refurb.models.drive import Destruction, Drive
from refurb.models.incident import Incident
from refurb.models.predicates import left_behind, unproven

NOTHING_NEW = Reason(
    "nothing_new",
    "Cet appareil a quitté l’atelier, et ces fichiers ne disent rien de nouveau de ses disques\u00a0: écartez-les.",
)
TOLD = (
    "Cet appareil a quitté l’atelier, et un de ses disques n’est pas prouvé effacé\u00a0: un incident est ouvert. Le"
    " donateur (si ce sont ses données), le responsable de l’atelier, le point qui a l’appareil et le pilote sont"
    " prévenus aussitôt."
)
WILL_TELL = (
    "Cet appareil a quitté l’atelier, et un de ses disques n’est pas prouvé effacé\u00a0: quand vous enregistrerez, un"
    " incident s’ouvrira. Le donateur (si ce sont ses données), le responsable de l’atelier, le point qui a l’appareil"
    " et le pilote seront prévenus aussitôt."
)
"""The same, before the files are written."""
WILL_BE_OVER = (
    "Cet appareil a quitté l’atelier\u00a0: quand vous enregistrerez, tous ses disques seront prouvés vides, il ne sera"
    " plus à rappeler. Ceux qui avaient été prévenus de l’incident le seront aussi de sa fin."
)
TOLD_BEFORE = "Un incident est déjà ouvert pour cet appareil\u00a0: ce fichier le complète."
STANDS = "Cet appareil a quitté l’atelier\u00a0: le disque est inventorié, et prouvé effacé."
OVER = (
    "Cet appareil a quitté l’atelier\u00a0: tous ses disques sont maintenant prouvés vides, il n’est plus à rappeler."
    " Ceux qui avaient été prévenus de l’incident le sont aussi de sa fin."
)

FORESEEN = {TOLD: WILL_TELL, OVER: WILL_BE_OVER}
"""How what would be told is said before it is done."""


def is_recalled(held: Device) -> bool:
    """Whether it is out of the workshop with a drive that nothing proves, and everybody was told."""
    return held.state in GONE and Device.objects.to_recall().filter(pk=held.pk).exists()


def tell(held: Device, *, at: datetime, is_news: bool, was_recalled: bool) -> list[str]:
    """What follows of what files wrote on a device that left, in words. Raises Refused when they wrote nothing."""
    if not is_news:
        raise Refused({held.pk: (NOTHING_NEW,)})
    if not _is_unproven(held):
        if was_recalled:
            _tell_over(held, at)
        return [OVER if was_recalled else STANDS]
    if was_recalled:
        return [TOLD_BEFORE]
    alarm(held, IncidentKind.DATA_SHOWN, at)
    return [TOLD]


@contextmanager
def watched(held: Device, at: datetime) -> Iterator[None]:
    """Tell that a recall is over, when what is recorded inside proves the last drive of a device that left.

    And what ``found`` tells.
    """
    was_recalled = is_recalled(held)
    with found(at):
        yield
    if was_recalled and not _is_unproven(held):
        _tell_over(held, at)


def alarm(held: Device, kind: IncidentKind, at: datetime) -> bool:
    """Open an incident, and tell who must act, when a drive of a device that left is not proven; whether it is so."""
    if held.state not in GONE or not _is_unproven(held):
        return False
    incident = _open(held, kind, at)
    for tell_them in (
        emails.data_shown_for_donors,
        emails.data_shown_for_workshops,
        emails.data_shown_for_points,
        emails.data_shown_for_pilots,
    ):
        tell_them([incident], at)
    return True


@contextmanager
def found(at: datetime) -> Iterator[None]:
    """Tell those who learnt that nobody had received a drive when what is recorded inside proves it, wherever it is."""
    lost = _lost()
    yield
    if lost:
        emails.drive_found([lost[drive] for drive in sorted(lost.keys() - _lost().keys())], at)


@contextmanager
def lost_again(at: datetime) -> Iterator[None]:
    """Tell the same people that a drive of which they read that it is proven is to be looked for again, when what is
    undone inside was its proof.
    """
    before = _lost().keys()
    yield
    if again := _lost():
        emails.drive_lost_again([again[drive] for drive in sorted(again.keys() - before)], at)


def alarm_of_drive(contested: Destruction, at: datetime) -> bool:
    """Open an incident, and tell its donor, when a drive that nobody received is in no device of the workshop either.

    Whether it is so: not when something else proves it. The workshop, the pilots and the officer read that it is
    contested; its donor, when its data were on it, whatever its device has lived since.
    """
    drive = Drive.objects.contested_by(contested).select_related("device").last()
    if drive is None:
        return False
    if drive.device.state in IN_THE_WORKSHOP and Drive.objects.in_place().filter(pk=drive.pk).exists():
        return False
    held = contested.device
    data = donor_data_of(Device.objects.filter(pk=held.pk))[held.pk]
    is_of_donor = any(
        one == drive or (one.serial_key and one.serial_key == drive.serial_key) for one in (*data.drives, *data.astray)
    )
    donation = held.donation if is_of_donor else None
    emails.drive_not_received_for_donors([_written(held, IncidentKind.DRIVE_LOST, donation, at)], at)
    return True


def _open(held: Device, kind: IncidentKind, at: datetime) -> Incident:
    data = donor_data_of(Device.objects.filter(pk=held.pk))[held.pk]
    return _written(held, kind, None if data.gone else held.donation, at)


def _written(held: Device, kind: IncidentKind, donation: Donation | None, at: datetime) -> Incident:
    return Incident.objects.create(
        device=held,
        stay=held.stay,
        kind=kind,
        known_at=at,
        lost_from=held.state,
        donation=donation,
        workshop=held.workshop,
        entry=held.journal.latest("seq"),
    )


def _lost() -> dict[int, Incident]:
    """``{drive: the last incident that says that nobody received it}`` of those that nothing proves since.

    A recycler said so when the incident was known: one query when there is none.
    """
    said = Destruction.objects.filter(
        device=OuterRef("device"), recorded_at=OuterRef("known_at"), undone=UndoneReason.NOT_RECEIVED
    )
    lost = Subquery(said.unanswered().order_by("-pk").values("drive")[:1])
    rows = Incident.objects.filter(kind=IncidentKind.DRIVE_LOST).annotate(lost=lost).exclude(lost=None).order_by("pk")
    known: dict[int, Incident] = {row.lost: row for row in rows}
    for drive in Drive.objects.filter(pk__in=known) if known else ():
        known[drive.pk].drive = drive
    return known


def _is_unproven(held: Device) -> bool:
    return Device.objects.filter(unproven() | left_behind(), pk=held.pk).exists()


def _tell_over(held: Device, at: datetime) -> None:
    emails.recall_over(
        list(Incident.objects.filter(device=held, stay=held.stay, kind__in=RECALLED).order_by("-pk")[:1]), at
    )
