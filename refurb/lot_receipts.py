"""The data of the tax receipt of lots, made again when a device they count was given back since."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from documents.locks import hold
from donations.documents import freeze_tax_receipt, tax_receipt_told
from donations.emails import tax_receipt_renewed_for_donor as renewed
from donations.enums import DonationPaperKind
from donations.models import DonationPaper, PickUp
from lifecycle import gate
from lifecycle.actors import SYSTEM
from refurb.arrivals import NOT_GIVEN
from refurb.models.device import Device


def renew_tax_receipts(*, at: datetime) -> int:
    """A company gets other data of its tax receipt when they count what is no gift any more.

    Returns how many were made.
    """
    return sum(_renew(pk, at) for pk in list(_to_read_again().values_list("pk", flat=True)))


def _to_read_again() -> QuerySet[PickUp]:
    """The pick-ups whose data were stated, and of which a device was given back, or kept; none by its date, which may
    be that of the paper itself.
    """
    stated = DonationPaper.objects.filter(
        kind=DonationPaperKind.TAX_RECEIPT, donation=OuterRef("donation"), workshop=OuterRef("workshop")
    )
    left_out = Device.objects.filter(
        withdrawal_reason__in=NOT_GIVEN,
        donation=OuterRef("donation"),
        workshop=OuterRef("workshop"),
    )
    return PickUp.objects.done().filter(Exists(stated), Exists(left_out)).order_by("donation", "pk")


@gate.one_transaction
def _renew(pk: int, at: datetime) -> bool:
    pick_up = PickUp.objects.select_related("donation__donor", "workshop").get(pk=pk)
    hold(f"refurb.tax_receipt:{pk}")
    values = tax_receipt_told(pick_up)
    stated = DonationPaper.objects.filter(
        donation=pick_up.donation_id, workshop=pick_up.workshop_id, kind=DonationPaperKind.TAX_RECEIPT
    )
    if _counted(stated.select_related("document").latest("pk").document.values) == _counted(values):
        return False
    renewed(pick_up.donation, freeze_tax_receipt(pick_up, values, by=SYSTEM, at=at), at)
    return True


def _counted(values: dict[str, Any]) -> tuple[list[int], Any]:
    """What such a paper says of quantities."""
    return [line["quantity"] for line in values["lines"]], values.get("not_given_because", [])
