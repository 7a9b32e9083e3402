"""What the files of a machine read of its drives: a person does not say that a hard disk is another kind of storage."""

from collections.abc import Collection

from donations.serials import same_serial
from lifecycle.machine import Reason
from refurb.enums import DriveKind
from refurb.enums.hardware import OF_NWIPE
from refurb.models.device import Device
from refurb.models.drive import Drive
from refurb.models.hardware import HardwareReport

type KindsRead = dict[tuple[int, str], tuple[DriveKind, str]]
"""``{(device, number of the drive): (its kind, the file that read it)}``."""


def kinds_read(devices: Collection[Device]) -> KindsRead:
    """What the files that stand read in the present stay of these devices, by the number of each drive; one query."""
    stays = {device.pk: device.stay for device in devices}
    reports = HardwareReport.objects.standing().filter(device__in=stays).exclude(kind__in=OF_NWIPE)
    return {
        (report.device_id, drive.key): (DriveKind(drive.kind), report.get_kind_display())
        for report in reports.order_by("-pk")
        if report.stay == stays[report.device_id]
        for drive in report.hardware_facts.fitted
        if drive.key and drive.kind
    }


def contradicted(
    read: KindsRead, device: Device, kind: DriveKind | str, serial: str, former: Drive | None = None
) -> Reason | None:
    """Why a drive is not of this kind: a file read another one of its number; None when none does."""
    numbers = {same_serial(serial), former.serial_key if former is not None else ""}
    for number in numbers - {""}:
        told, source = read.get((device.pk, number), (DriveKind(kind), ""))
        if kind not in (told, DriveKind.INTERNAL) and (told, kind) != (DriveKind.EMMC, DriveKind.CARD):
            sentence = (
                f"Le fichier {source} de cette machine lit un autre type pour ce disque,"
                f" «\u00a0{told.label}\u00a0»\u00a0: gardez-le."
                " Si ce fichier est d’une autre machine, retirez-le d’abord."
            )
            return Reason("kind_read", sentence, field="kind")
    return None
