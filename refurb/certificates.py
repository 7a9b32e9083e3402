"""Certificates of erasure: what proves, drive by drive, that a device holds no data any more.

They name no person: who recorded a proof is said by his role and his organisation.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.db.models import F, Prefetch

from documents.kinds import register_kind
from documents.services import IN_THE_BACKGROUND, Draft, freeze_documents
from donations.documents import KINDS
from donations.enums import DonationPaperKind
from lifecycle.in_order import by_key
from lifecycle.registry import Move
from lifecycle.templatetags.lifecycle import moment
from network.models import Membership
from refurb.enums import DevicePaperKind, ErasureOutcome, ToolClock
from refurb.models.device import Device, DeviceQuerySet
from refurb.models.device_paper import DevicePaper
from refurb.models.drive import Destruction, Drive, DriveRemoval, StorageAbsence
from refurb.models.erasure import Erasure
from typography.french import HARD, grouped, lasting, storage, to_the_second

DEVICE_KINDS = {
    DevicePaperKind.ERASURE: "device_erasure_certificate",
}


def register_certificates() -> None:
    """Declare the certificates and their templates: that of a lot is one of its papers."""
    for kind, code in ((DonationPaperKind.ERASURE, KINDS[DonationPaperKind.ERASURE]), *DEVICE_KINDS.items()):
        register_kind(code, str(kind.label), f"documents/refurb/{code}.html")


# --- one device


def certify_devices(move: Move) -> list[DevicePaper]:
    """Freeze the certificate of each device that is declared reconditioned, a screen excepted: it holds no data.

    It replaces the one of an earlier declaration in the same stay. A constant number of queries.
    """
    return _certify(Device.objects.filter(pk__in=move.pks), move)


def certify_again(move: Move) -> list[DevicePaper]:
    """The label of a reconditioned device is corrected: its certificate names it by the one that is on it."""
    return _certify(Device.objects.filter(pk__in=move.pks, ready_at__isnull=False), move)


def _certify(certified: DeviceQuerySet, move: Move) -> list[DevicePaper]:
    devices = by_key(certified.holding_data().select_related("workshop", "donation"))
    proofs = proofs_of(Device.objects.filter(pk__in=[device.pk for device in devices]))
    drafts = [
        Draft(
            kind=DEVICE_KINDS[DevicePaperKind.ERASURE],
            owner=("device", device.pk),
            values=_certified(device, proofs[device.pk]),
            title=f"{_title(proofs[device.pk])} {device.tag or device.reference}",
        )
        for device in devices
    ]
    documents = freeze_documents(drafts, by=move.actor, at=move.at, priority=IN_THE_BACKGROUND)
    return DevicePaper.objects.bulk_create(
        DevicePaper(
            device=device, kind=DevicePaperKind.ERASURE, stay=device.stay, document=document, created_at=move.at
        )
        for device, document in zip(devices, documents, strict=True)
    )


def _title(proofs: "Proofs") -> str:
    """Nothing is erased where there is no drive: then it says what a person attests, and no more."""
    return (
        "Attestation d’absence de stockage" if proofs.absences and not proofs.drives else DevicePaperKind.ERASURE.label
    )


def _certified(device: Device, proofs: "Proofs") -> dict[str, Any]:
    return {
        **named(device),
        "workshop": device.workshop.name,
        "workshop_siret": device.workshop.spaced_siret,
        "donation": device.donation.reference if device.donation else "",
        "stay": device.stay,
        "received_at": device.received_at,
        "received": moment(device.received_at) if device.received_at else "",
        "ready_at": device.ready_at,
        "ready": moment(device.ready_at) if device.ready_at else "",
        "drives": [_drive(drive) for drive in proofs.drives],
        "absences": [_absence(absence) for absence in proofs.absences],
    }


def named(device: Device) -> dict[str, Any]:
    """What tells a device from another on a certificate."""
    return {
        "reference": device.reference,
        "tag": device.tag,
        "type": device.get_type_display(),
        "model": device.called,
        "serial": device.serial if device.serial_key else "",
    }


# --- what is proven in the present stay


@dataclass(frozen=True)
class Proofs:
    """The current evidence of one device, in its present stay unless it is said otherwise."""

    drives: Sequence[Drive] = ()
    absences: Sequence[StorageAbsence] = ()


def proofs_of(devices: DeviceQuerySet) -> Mapping[int, Proofs]:
    """``{device: its proofs}``, in six queries whatever their number."""
    return _proofs({"device__in": devices, "stay": F("device__stay")})


def proofs_in(device: int, stay: int) -> Proofs:
    """Those of one stay of one device, be it over."""
    return _proofs({"device": device, "stay": stay})[device]


def every_proof_of(devices: DeviceQuerySet) -> Mapping[int, Proofs]:
    """The same, with those of its earlier stays."""
    return _proofs({"device__in": devices})


def _proofs(here: Mapping[str, Any]) -> Mapping[int, Proofs]:
    by = "recorded_by__organisation"
    drives = (
        Drive.objects.current()
        .real()
        .filter(**here)
        .prefetch_related(
            Prefetch("erasures", Erasure.objects.current().select_related(by).order_by("pk")),
            Prefetch("destructions", Destruction.objects.current().select_related(by, "recycler", "certificate")),
            Prefetch("removals", DriveRemoval.objects.current().select_related(by)),
        )
        .order_by("pk")
    )
    found: dict[int, list[Drive]] = defaultdict(list)
    for drive in drives:
        found[drive.device_id].append(drive)
    attested: dict[int, list[StorageAbsence]] = defaultdict(list)
    for absence in StorageAbsence.objects.current().filter(**here).with_denial().select_related(by).order_by("pk"):
        if not absence.is_denied:
            attested[absence.device_id].append(absence)
    return defaultdict(Proofs, {pk: Proofs(found[pk], attested[pk]) for pk in {*found, *attested}})


def proven(drive: Drive) -> bool:
    """Destroyed, or erased after the arrival of its device with a favourable verdict."""
    return any(drive.destructions.all()) or any(proves(row, drive) for row in drive.erasures.all())


def named_proofs(drives: Iterable[Drive]) -> list[tuple[str, str]]:
    """Of the drives that are proven empty, the kind and the number of each, as a paper tells them; in order."""
    return sorted((drive.get_kind_display(), drive.serial) for drive in drives if proven(drive))


def fallen(told: Iterable[Sequence[str]], still: Iterable[Sequence[str]]) -> bool:
    """Whether a drive that a paper tells to be proven is among those that still are no more, each counted once."""
    return bool(Counter(map(tuple, told)) - Counter(map(tuple, still)))


def proves(erasure: Erasure, drive: Drive) -> bool:
    """Whether it was accepted, and finished after the arrival of its device."""
    finished = erasure.finished_at
    return erasure.outcome == ErasureOutcome.ACCEPTED and finished is not None and finished >= drive.arrived_at


class Backing(IntEnum):
    """What stands behind a proof, the least first."""

    WORD = 1
    """The word of a person of the workshop, and no more."""
    COPIED = 2
    """Figures that a person copied from the report of a tool, which is kept and which Maillon cannot read."""
    SEEN = 3
    """A log that Maillon read, or the certificate of a destruction that names what was destroyed."""


def backing_of(drive: Drive) -> Backing | None:
    """The most that stands behind what proves a drive; None when nothing proves it."""
    destroyed = [_behind(row) for row in drive.destructions.all()]
    erased = [_backing(row) for row in drive.erasures.all() if proves(row, drive)]
    return max((*destroyed, *erased), default=None)


def _behind(destruction: Destruction) -> Backing:
    return Backing.WORD if not destruction.certificate_id or destruction.is_unread else Backing.SEEN


def _backing(erasure: Erasure) -> Backing:
    if not erasure.is_unread:
        return Backing.SEEN
    return Backing.COPIED if erasure.report_id else Backing.WORD


def _drive(drive: Drive) -> dict[str, Any]:
    destroyed, removed = list(drive.destructions.all()), list(drive.removals.all())
    return {
        "kind": drive.get_kind_display(),
        "model": drive.called,
        "serial": drive.serial,
        "source": drive.get_source_display() if drive.serial else "",
        "capacity": drive.capacity,
        "size": storage(drive.capacity),
        "standing": "Détruit" if destroyed else "Effacé" if proven(drive) else "Retiré, à effacer ou à détruire",
        "proven": proven(drive),
        "erasures": [_erasure(row) for row in drive.erasures.all()],
        "destructions": [_destruction(row) for row in destroyed],
        "removals": [_removal(row) for row in removed],
    }


def _erasure(row: Erasure) -> dict[str, Any]:
    return {
        "origin": row.get_origin_display(),
        "method": row.get_method_display(),
        "tool": " ".join(filter(None, (row.tool, row.tool_version))),
        "standard": row.standard,
        "started_at": row.started_at,
        "started": to_the_second(row.started_at),
        "finished_at": row.finished_at,
        "finished": to_the_second(row.finished_at),
        "duration": lasting(row.duration),
        "rate": f"{grouped(row.rate)}{HARD}Mo/s" if row.rate else "",
        "entry": row.get_entry_display(),
        "typed_by": _capacity(row.recorded_by) if row.is_typed else "",
        "clock": _clock(row),
        "attribution": row.get_attribution_display(),
        "serial_read": row.serial_read,
        "bytes_expected": row.bytes_expected,
        "bytes_erased": row.bytes_erased,
        "passes_asked": row.passes_asked,
        "passes_done": row.passes_done,
        "verification": row.get_verification_display(),
        "hidden_sectors": row.get_hidden_sectors_display(),
        "verdict": row.get_outcome_display(),
        "refusals": row.refusal_labels,
        "claimed": row.get_claimed_display(),
        "differences": row.difference_labels,
        "report_sha256": row.report_sha256,
        "recorded_by": _capacity(row.recorded_by),
    }


def _clock(row: Erasure) -> str:
    """What a person said of the clock of the computer; empty when it told the time of here."""
    if row.clock == ToolClock.LOCAL:
        return ""
    why = row.get_clock_reason_display().lower()
    return f"{row.get_clock_display()}, {why}\u00a0; le journal dit\u00a0: {to_the_second(row.printed_end)}"


def _destruction(row: Destruction) -> dict[str, Any]:
    return {
        "kind": row.get_kind_display(),
        "method": row.get_method_display(),
        "destroyed_at": row.destroyed_at,
        "destroyed": moment(row.destroyed_at),
        "recycler": row.recycler.name if row.recycler else "",
        "certificate_sha256": row.certificate.sha256 if row.certificate else "",
        "certificate_unread": row.is_unread,
        "certificate_confirmed": row.confirmed,
        "recorded_by": _capacity(row.recorded_by),
    }


def _removal(row: DriveRemoval) -> dict[str, Any]:
    return {
        "destination": row.get_destination_display(),
        "removed_at": row.removed_at,
        "removed": moment(row.removed_at),
        "recorded_by": _capacity(row.recorded_by),
    }


def _absence(row: StorageAbsence) -> dict[str, Any]:
    return {
        "reason": row.get_reason_display(),
        "attested_at": row.recorded_at,
        "attested": moment(row.recorded_at),
        "recorded_by": _capacity(row.recorded_by),
    }


def _capacity(actor: Membership | None) -> str:
    """The role and the organisation, never the name."""
    return f"{actor.get_role_display()}, {actor.organisation.name}" if actor else "Maillon"
