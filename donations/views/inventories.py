"""The inventory of a donor: its file, the machines that a lot has from it, its taking away from a draft."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from donations.enums import DonationState
from donations.forms.inventory import InventoryForm
from donations.inventory import CODE, INVENTORY
from donations.models import Donation, InventoryUnit
from donations.permissions import can_create_donation, can_edit_donation
from donations.services.inventory import inventories_of, remove_inventory
from donations.views.donations import visible_donation
from imports.enums import ImportStage
from imports.models import Import
from imports.readers.sheets import SheetRefused
from imports.services import deposit_import
from imports.views import say_already
from lifecycle.acting import asks_then_acts, deposited, may, posted
from network.requests import Request

BY_PAGE = 50
LAST = 5
"""How many files of before are told."""


@asks_then_acts
def inventory_deposit(request: Request) -> HttpResponse:
    """A file that becomes a new draft, by a contact of the donor, or by the pilot on behalf of one."""
    may(can_create_donation(request.membership))
    return _deposit(request, None)


@asks_then_acts
def inventory_add(request: Request, reference: str) -> HttpResponse:
    """A file whose machines are added to a draft."""
    donation = visible_donation(request, reference)
    may(can_edit_donation(request.membership))
    if donation.state != DonationState.DRAFT:
        messages.info(request, "Le lot est annoncé\u00a0: son matériel ne change plus. Un inventaire en fait un autre.")
        return redirect("donations:donation_detail", reference=reference)
    return _deposit(request, donation)


def _deposit(request: Request, donation: Donation | None) -> HttpResponse:
    donor = donation.donor if donation else None
    form = InventoryForm(posted(request), deposited(request), by=request.membership, donor=donor)
    if form.is_bound and form.is_valid():
        try:
            source = deposit_import(
                actor=request.membership,
                kind=INVENTORY,
                organisation=form.donor_given,
                file=form.file,
                into=donation.pk if donation else None,
            )
        except SheetRefused as refused:
            form.add_error("deposit", str(refused))
        else:
            if source.stage != ImportStage.CHECKED:
                return say_already(request, source)
            lacks = any(one.asked and one.name not in source.columns for one in INVENTORY.fields)
            return redirect("imports:import_columns" if lacks else "imports:import_detail", pk=source.pk)
    before = Import.objects.visible_to(request.membership).filter(kind=CODE).select_related("file", "organisation")
    if form.known is not None:
        before = before.filter(organisation=form.known)
    context = {"form": form, "donation": donation, "before": before.exclude(stage=ImportStage.DROPPED)[:LAST]}
    return render(request, "donations/inventory_deposit.html", context)


@require_safe
def inventory_units(request: Request, reference: str) -> HttpResponse:
    """The machines of a lot one by one, as the inventory of its donor describes them."""
    donation = visible_donation(request, reference)
    units = InventoryUnit.objects.of_lot(donation)
    if not units.exists():
        raise Http404
    page = Paginator(units, BY_PAGE).get_page(request.GET.get("page"))
    is_draft = donation.state == DonationState.DRAFT and can_edit_donation(request.membership) is not None
    context = {"donation": donation, "page": page, "files": list(inventories_of(donation)), "is_draft": is_draft}
    return render(request, "donations/inventory_units.html", context)


@asks_then_acts
def inventory_remove(request: Request, reference: str, pk: int) -> HttpResponse:
    """Take the machines of one file out of a draft."""
    donation = visible_donation(request, reference)
    may(can_edit_donation(request.membership))
    if donation.state != DonationState.DRAFT:
        messages.info(request, "Le lot est annoncé\u00a0: son matériel ne change plus.")
        return redirect("donations:donation_detail", reference=reference)
    source = get_object_or_404(inventories_of(donation), pk=pk)
    if request.method == "POST":
        remove_inventory(actor=request.membership, donation=donation, source=source)
        messages.success(request, f"Les machines de «\u00a0{source.file}\u00a0» sont retirées du brouillon.")
        return redirect("donations:donation_detail", reference=reference)
    return render(request, "donations/inventory_remove.html", {"donation": donation, "source": source})
