"""Certificates of erasure of lots: where the data that a donor left stand, device by device."""

from collections import Counter
from datetime import datetime
from enum import Enum, auto
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from documents.locks import hold
from donations.documents import arrivals_told, freeze_donation_paper, header_of
from donations.enums import DonationPaperKind, DonationState
from donations.models.donation import Donation, DonationPaper, DonationPaperQuerySet, DonationQuerySet
from lifecycle import gate
from lifecycle.actors import SYSTEM, Actor
from lifecycle.registry import Move
from refurb.arrivals import CAME
from refurb.certificates import Backing, fallen, named
from refurb.donor_data import (
    ERASED,
    GIVEN_BACK,
    HANDED_IN,
    NO_STORAGE,
    STANDINGS,
    STILL_TO_DO,
    DataStanding,
    DonorData,
    data_standing_of,
    donor_data_of,
    told_of,
)
from refurb.emails import certificate_renewed_for_donor as renewed
from refurb.enums import DevicePaperKind
from refurb.models.device import Device, DeviceEntry, DeviceQuerySet
from refurb.models.device_paper import DevicePaper
from refurb.models.drive import Destruction, Drive, DriveRemoval, StorageAbsence
from refurb.models.erasure import Erasure
from refurb.models.evidence import Evidence

SAID_BY = (
    *("report_missing", "receive", "find", "reopen", "send_back"),
    *("return_to_donor", "recycle", "dismantle", "undo_register"),
)
"""The verbs after which what is known of the data of a device may be another."""
DATA_EVIDENCE: tuple[type[Evidence], ...] = (Drive, StorageAbsence, DriveRemoval, Erasure, Destruction)
"""And the evidence."""
TOLD_AS = {
    Backing.COPIED: "chiffres recopiés d’un rapport gardé",
    Backing.WORD: "sur la parole de l’atelier",
}
"""How the line of a device tells what stands behind it, when Maillon did not read it itself."""


def certify_lot(donation: Donation, *, by: Actor, at: datetime) -> DonationPaper:
    """Freeze the certificate of a lot: each device that came to a workshop, and what remains to be proven."""
    return _freeze(donation, _told(donation), by=by, at=at)


def _told(donation: Donation) -> dict[str, Any]:
    latest = DevicePaper.objects.filter(device=OuterRef("pk"), kind=DevicePaperKind.ERASURE).order_by("-pk")
    certified = Subquery(latest.values("document__public_code")[:1])
    came = Device.objects.filter(CAME, donation=donation).annotate(certificate=certified)
    devices = list(came.select_related("workshop").order_by("workshop__name", "pk"))
    data = donor_data_of(Device.objects.filter(pk__in=[device.pk for device in devices]))
    stood = [(device, data_standing_of(device, data[device.pk])) for device in devices]
    counts = Counter(standing for _, standing in stood)
    backing = {device.pk: _backing(device, standing, data[device.pk]) for device, standing in stood}
    backed = Counter(backing.values())
    return {
        **header_of(donation),
        **arrivals_told(donation),
        "never_collected": Device.objects.filter(~CAME, donation=donation, unannounced=False).count(),
        "pending": _pending(donation).count(),
        "remaining": sum(standing.remains for _, standing in stood),
        "settled": counts[ERASED] + counts[NO_STORAGE],
        "seen": counts[ERASED] + counts[NO_STORAGE] - backed[Backing.COPIED] - backed[Backing.WORD],
        "copied": backed[Backing.COPIED],
        "on_a_word": backed[Backing.WORD],
        "left_unproven": counts[GIVEN_BACK] + counts[HANDED_IN],
        "standings": [{"label": one.label, "devices": counts[one]} for one in STANDINGS if counts[one]],
        "devices": [
            {
                **named(device),
                "workshop": device.workshop.name,
                "standing": standing.label,
                "remains": standing.remains,
                "backing": TOLD_AS.get(backing[device.pk], ""),
                "drives": told_of(data[device.pk]),
                "stay": device.stay,
                "proofs": [list(one) for one in data[device.pk].proofs],
                "unproven": [list(one) for one in data[device.pk].still_named],
                "certificate": device.certificate or "",
            }
            for device, standing in stood
        ],
    }


def _backing(device: Device, standing: DataStanding, data: DonorData) -> Backing | None:
    """What stands behind its holding nothing any more; None of one that may, and of what was always a screen."""
    settled = standing in (ERASED, NO_STORAGE) and not data.never_held
    return data.backing if settled else None


def _freeze(donation: Donation, values: dict[str, Any], *, by: Actor, at: datetime) -> DonationPaper:
    return freeze_donation_paper(DonationPaperKind.ERASURE, donation, values, by=by, at=at)


def complete_lots(move: Move) -> None:
    """A lot balanced while devices were still on the bench gets its last certificate when none is left there.

    Two workshops may end at the same instant: a lock of its own makes the second one see what the first one did.
    """
    of_these = Device.objects.filter(pk__in=move.pks, donation__isnull=False).values("donation")
    for pk in _awaiting().filter(pk__in=of_these).order_by("pk").values_list("pk", flat=True):
        hold(f"refurb.certificate:{pk}")
        donation = _awaiting().filter(pk=pk).select_related("donor").first()
        if donation is not None and not _pending(donation).exists():
            renewed(donation, certify_lot(donation, by=move.actor, at=move.at), move.at)


def renew_lots(*, at: datetime) -> int:
    """A balanced lot gets another certificate when what is known of its data is not what the last one says.

    Another one comes by itself while devices are on the bench: such a lot gets one before only when a proof that the
    last one tells has fallen. Returns how many were made.
    """
    return sum(_renew(pk, at) for pk in _changed().order_by("pk").values_list("pk", flat=True))


@gate.one_transaction
def _renew(pk: int, at: datetime) -> bool:
    hold(f"refurb.certificate:{pk}")
    donation = _changed().filter(pk=pk).select_related("donor").first()
    if donation is None:
        return False
    values, last = _told(donation), _last().filter(donation=donation).select_related("document").get()
    since = _since(last.document.values, values)
    if since == Since.SAME or (since == Since.MOVED and _awaiting().filter(pk=pk).exists()):
        return False
    renewed(donation, _freeze(donation, values, by=SYSTEM, at=at), at)
    return True


class Since(Enum):
    """What has become of what a certificate says."""

    SAME = auto()
    MOVED = auto()
    """Something else is known of a device, and no proof fell."""
    BELIED = auto()
    """A device that it said to hold nothing, or a drive that it said to be proven, is so no more."""


def since_last(donation: Donation) -> Since:
    """What has become, at this very instant, of what the last certificate of a lot says."""
    return _since(_last().filter(donation=donation).select_related("document").get().document.values, _told(donation))


def _since(before: dict[str, Any], now: dict[str, Any]) -> Since:
    told = {device["reference"]: device for device in before["devices"]}
    both = [(told[one["reference"]], one) for one in now["devices"] if one["reference"] in told]
    if any(_is_belied(former, one) for former, one in both):
        return Since.BELIED
    fell = any(fallen(former["proofs"], one["proofs"]) for former, one in both)
    return Since.SAME if not fell and _standings(before) == _standings(now) else Since.MOVED


def _is_belied(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether a proof of it fell, or storage was found in what was said to hold nothing; not that it came back, and
    nobody looked into it yet.
    """
    if not now["remains"] or fallen(before["proofs"], now["proofs"]):
        return bool(now["remains"])
    found = any(one not in before["proofs"] for one in now["unproven"])
    return not before["remains"] and (found or before["stay"] == now["stay"])


def _standings(values: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """``{device: where its data stand, and on what}``: a proven drive that goes elsewhere is no news to its donor."""
    return {device["reference"]: (device["standing"], device["backing"]) for device in values["devices"]}


def _last() -> DonationPaperQuerySet:
    """The certificate that holds of each lot."""
    kept = DonationPaper.objects.filter(kind=DonationPaperKind.ERASURE)
    return kept.filter(~Exists(kept.filter(donation=OuterRef("donation"), pk__gt=OuterRef("pk"))))


def _changed() -> DonationQuerySet:
    """The balanced lots of whose devices something was said since their last certificate."""
    since = OuterRef("certified_at")
    here = {"device__donation": OuterRef("pk"), "recorded_at__gt": since}
    said = [Exists(model.objects.filter(**here)) for model in DATA_EVIDENCE]
    entries = DeviceEntry.objects.filter(object__donation=OuterRef("pk"), verb__in=SAID_BY)
    said.append(Exists(entries.filter(Q(at__gt=since) | Q(recorded_at__gt=since))))
    certified = _last().filter(donation=OuterRef("pk")).values("document__created_at")[:1]
    return (
        Donation.objects.filter(state=DonationState.RECONCILED)
        .alias(certified_at=Subquery(certified))
        .filter(reduce(or_, map(Q, said)))
    )


def _awaiting() -> DonationQuerySet:
    """The balanced lots whose last certificate says that devices were still on the bench."""
    last = DonationPaper.objects.filter(donation=OuterRef("pk"), kind=DonationPaperKind.ERASURE).order_by("-pk")
    pending = Cast(KeyTextTransform("pending", "document__values"), IntegerField())
    return (
        Donation.objects.filter(state=DonationState.RECONCILED)
        .alias(pending=Subquery(last.annotate(pending=pending).values("pending")[:1]))
        .filter(pending__gt=0)
    )


def _pending(donation: Donation) -> DeviceQuerySet:
    """The devices of a lot that hold data and are still on the bench."""
    return Device.objects.filter(donation=donation, state__in=STILL_TO_DO).holding_data()
