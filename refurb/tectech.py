"""The CSV of tec.tech, the tool of LaCollecte.tech: what each of its columns says of a device, both ways.

Source: the field list of its import screen (types, statuses, categories, required fields). What Maillon does not hold
is left empty; what is tec.tech's own (id, idLot, idStock, idGroupe) goes back as it came.
"""

from collections.abc import Iterable, Iterator, Mapping

from django.db.models import F, QuerySet

from conventions.enums import DeviceType
from lists.spreadsheets import Row
from refurb.enums import CheckResult, DeviceState, DriveKind, OperatingSystem
from refurb.models import Device, Drive, HardwareReport, TecTechRow, TestRun

S, T = DeviceState, DeviceType
COLUMNS = (
    *("id", "statut", "typeMateriel", "numeroSerie", "IMEI1", "IMEI2", "idMaterielReconditionneur", "idEsn", "model"),
    *("marque", "processeur", "typeDisqueDur1", "tailleDisqueDur1", "typeDisqueDur2", "tailleDisqueDur2", "RAM"),
    *("categorie", "lecteurDVD", "webcam", "commentaire", "idLot", "systemeExploitation", "idStock", "idGroupe"),
    *("createdAt", "updatedAt", "reconditionneur"),
)
TYPES = {
    T.DESKTOP: "ORDINATEUR_FIXE",
    T.LAPTOP: "ORDINATEUR_PORTABLE",
    T.SMARTPHONE: "SMARTPHONE",
    T.TABLET: "TABLETTE",
}
"""A screen is not followed there."""
STATUSES = {
    S.RECEIVED: "A_TRAITER",
    S.IN_PROCESS: "EN_COURS_DE_TRAITEMENT",
    S.AWAITING_PART: "EN_COURS_DE_TRAITEMENT",
    S.READY: "PRET_A_COMMANDER",
    S.ALLOTTED: "PRET_A_COMMANDER",
    S.SHIPPED: "EN_COURS_DE_LIVRAISON",
    S.AVAILABLE: "PRET_A_DISTRIBUER",
    S.RESERVED: "PRET_A_DISTRIBUER",
    S.HANDED_OVER: "DISTRIBUE",
    S.RETURNED: "SAV",
    S.UNUSABLE: "NON_REEMPLOYABLE",
}
"""What is not there is not told to tec.tech: expected, gone for good, looked for."""
SYSTEMS = {
    OperatingSystem.WINDOWS_10: "Windows",
    OperatingSystem.WINDOWS_11: "Windows",
    OperatingSystem.LINUX: "Linux",
    OperatingSystem.MACOS: "MacOS",
}
CATEGORIES = ("PREMIUM", "A", "B", "C", "D")
DISKS = {DriveKind.HDD: "HDD", DriveKind.SSD: "SSD", DriveKind.NVME: "SSD", DriveKind.EMMC: "SSD"}
WEBCAM = "webcam"
GIGABYTE = 10**9
REST = ("IMEI1", "IMEI2", "idEsn", "lecteurDVD", "systemeExploitation", "createdAt", "updatedAt")
"""Columns that go back as they came, where Maillon says nothing of them."""
COMPARED = (
    *("categorie", "webcam", "systemeExploitation", "IMEI1", "IMEI2"),
    *("typeDisqueDur1", "tailleDisqueDur1", "typeDisqueDur2", "tailleDisqueDur2"),
)
"""Columns of which Maillon says by its own acts (grade, tests, drives, files): what differs is told, never written."""
YES_OR_NO = {CheckResult.OK: "OUI", CheckResult.FAIL: "NON"}


def followed_by_tectech(devices: "QuerySet[Device]") -> "QuerySet[Device]":
    """Those that tec.tech is told of: of a type it follows, in a state it has a word for."""
    return devices.filter(type__in=TYPES, state__in=STATUSES, attached_to=None)


def rows_of(devices: Iterable[Device]) -> Iterator[Row]:
    """One row a device, in the order of ``COLUMNS``; as many queries whatever their number."""
    for said in said_of(devices).values():
        yield [said.get(column, "") for column in COLUMNS]


def said_of(devices: Iterable[Device]) -> dict[int, Mapping[str, str]]:
    """``{device: {column: what is said}}``, be tec.tech told of it or not; four queries, whatever their number."""
    known = list(devices)
    pks = [device.pk for device in known]
    latest: dict[int, TecTechRow] = {}
    for row in TecTechRow.objects.filter(device__in=pks).order_by("pk"):
        latest[row.device_id] = row
    drives: dict[int, list[Drive]] = {}
    for drive in Drive.objects.in_place().filter(device__in=pks, stay=F("device__stay")).order_by("pk"):
        drives.setdefault(drive.device_id, []).append(drive)
    webcams, imeis = _webcams(pks), _imeis(known)
    return {
        device.pk: _tectech_columns(
            device,
            latest.get(device.pk),
            drives.get(device.pk, []),
            {WEBCAM: webcams.get(device.pk, "")} | imeis.get(device.pk, {}),
        )
        for device in known
    }


def _tectech_columns(
    device: Device, row: TecTechRow | None, drives: list[Drive], more: Mapping[str, str]
) -> Mapping[str, str]:
    system = device.grading.measures.get("os", "") if device.grading else ""
    said = {
        "statut": STATUSES.get(S(device.state), ""),
        "typeMateriel": TYPES.get(T(device.type), ""),
        "numeroSerie": device.serial if device.serial_key else "",
        "idMaterielReconditionneur": device.tag,
        "model": device.model,
        "marque": device.manufacturer,
        "processeur": device.processor,
        "RAM": str(device.memory_gb or ""),
        "categorie": device.grade.upper() if device.grade.upper() in CATEGORIES else "",
        "systemeExploitation": SYSTEMS.get(system, ""),
        "reconditionneur": device.workshop.name,
        **more,
    }
    for rank, drive in enumerate(drives[:2], 1):
        said[f"typeDisqueDur{rank}"] = DISKS.get(DriveKind(drive.kind), "")
        said[f"tailleDisqueDur{rank}"] = str(round(drive.capacity / GIGABYTE)) if drive.capacity else ""
    if row is not None:
        said |= {column: row.rest[column] for column in REST if row.rest.get(column) and not said.get(column)}
        said |= {"id": row.number, "idLot": row.lot, "idStock": row.stock, "idGroupe": row.group}
    return said


def _webcams(pks: list[int]) -> dict[int, str]:
    """Whether the webcam of each works, by its last tests of this stay; not a word where it was not looked at."""
    runs = TestRun.objects.current().filter(device__in=pks, stay=F("device__stay"), results__function=WEBCAM)
    found = runs.order_by("pk").values_list("device", "results__result")
    return {device: YES_OR_NO.get(result, "") for device, result in found}


def _imeis(devices: list[Device]) -> dict[int, dict[str, str]]:
    """The numbers that a file of the machine tells, in this stay: the latest one that tells any."""
    stays = {device.pk: device.stay for device in devices}
    found: dict[int, dict[str, str]] = {}
    for report in HardwareReport.objects.standing().filter(device__in=stays).order_by("pk"):
        if report.stay == stays[report.device_id] and report.hardware_facts.imeis:
            found[report.device_id] = {
                f"IMEI{rank}": one for rank, one in enumerate(report.hardware_facts.imeis[:2], 1)
            }
    return found
