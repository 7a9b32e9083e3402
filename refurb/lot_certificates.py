"""Certificates of erasure of lots: where the data that a donor left stand, device by device."""

from collections import Counter

from django.db.models import IntegerField, OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from documents.locks import hold
from donations.documents import arrivals_told, freeze_donation_paper, header_of
from donations.enums import DonationPaperKind, DonationState
from donations.models.donation import Donation, DonationPaper, DonationQuerySet
from lifecycle.registry import Move
from refurb.arrivals import CAME
from refurb.certificates import named
from refurb.donor_data import ERASED, NO_STORAGE, STANDINGS, STILL_TO_DO, donor_data_of, standing_of, told_of
from refurb.enums import DevicePaperKind, DeviceType
from refurb.models.device import Device, DeviceQuerySet
from refurb.models.device_paper import DevicePaper


def certify_lot(donation: Donation, move: Move) -> DonationPaper:
    """Freeze the certificate of a lot: each device that came to a workshop, and what remains to be proven."""
    latest = DevicePaper.objects.filter(device=OuterRef("pk"), kind=DevicePaperKind.ERASURE).order_by("-pk")
    certified = Subquery(latest.values("document__public_code")[:1])
    came = Device.objects.filter(CAME, donation=donation).annotate(certificate=certified)
    devices = list(came.select_related("workshop").order_by("workshop__name", "pk"))
    data = donor_data_of(Device.objects.filter(pk__in=[device.pk for device in devices]))
    stood = [(device, standing_of(device, data[device.pk])) for device in devices]
    counts = Counter(standing for _, standing in stood)
    values = {
        **header_of(donation),
        **arrivals_told(donation),
        "never_collected": Device.objects.filter(~CAME, donation=donation, unannounced=False).count(),
        "pending": _pending(donation).count(),
        "remaining": sum(standing.remains for _, standing in stood),
        "settled": counts[ERASED] + counts[NO_STORAGE],
        "standings": [{"label": one.label, "devices": counts[one]} for one in STANDINGS if counts[one]],
        "devices": [
            {
                **named(device),
                "workshop": device.workshop.name,
                "standing": standing.label,
                "remains": standing.remains,
                "drives": told_of(data[device.pk]),
                "certificate": device.certificate or "",
            }
            for device, standing in stood
        ],
    }
    return freeze_donation_paper(DonationPaperKind.ERASURE, donation, values, by=move.actor, at=move.at)


def complete_lots(move: Move) -> None:
    """A lot balanced while devices were still on the bench gets its last certificate when none is left there.

    Two workshops may end at the same instant: a lock of its own makes the second one see what the first one did.
    """
    of_these = Device.objects.filter(pk__in=move.pks, donation__isnull=False).values("donation")
    for pk in _awaiting().filter(pk__in=of_these).order_by("pk").values_list("pk", flat=True):
        hold(f"refurb.certificate:{pk}")
        donation = _awaiting().filter(pk=pk).select_related("donor").first()
        if donation is not None and not _pending(donation).exists():
            certify_lot(donation, move)


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
    return Device.objects.filter(donation=donation, state__in=STILL_TO_DO).exclude(type=DeviceType.SCREEN)
