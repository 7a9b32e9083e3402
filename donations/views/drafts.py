"""Propose a lot: describe it, on one page that works without script, then announce it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from donations.enums import DonationState
from donations.forms.donations import MOST_LINES, DonationForm, DonationLines, LineFormSet
from donations.gift_law import gift_law
from donations.models import Donation
from donations.parameters import DEVICE_AGE
from donations.permissions import can_create_donation, can_edit_donation
from donations.reuse_duty import reuse_gauge
from donations.services.donations import create_donation, edit_donation
from donations.services.inventory import machines_of
from donations.views.donations import visible_donation
from lifecycle.acting import asks_then_acts, may, posted, refuse
from lifecycle.exceptions import Refused
from lifecycle.forms import leave_unjudged
from lifecycle.typed import whole
from network.enums import LegalNature
from network.models import Organisation
from network.requests import Request

FIRST_ROWS = 3
NOTHING_SAID = (
    "Dites ce que vous proposez\u00a0: au moins une ligne de matériel (type, quantité, année d’achat, état), ou ce que"
    " vous en savez déjà, dans la description."
)
LINE_COLUMNS = ("type", "quantity", "purchase_year", "condition", "model_name", "unit_value")


@asks_then_acts
def donation_create(request: Request) -> HttpResponse:
    """A new lot, by a contact of the donor, or by the pilot on behalf of one."""
    may(can_create_donation(request.membership))
    form = DonationForm(posted(request), by=request.membership, initial=_at_the_donors(request))
    lines = _lines(request, form, blank=FIRST_ROWS)
    if _is_right(request, form, lines) and _says_something(form, lines):
        donor = form.donor_known() or form.cleaned_data["donor"]
        donation = _saved(
            form, lambda: create_donation(actor=request.membership, donor=donor, lines=lines.lines(), **form.site())
        )
        if donation is not None:
            return _saved_to(request, donation)
    return _page(request, form, lines)


@asks_then_acts
def donation_edit(request: Request, reference: str) -> HttpResponse:
    """A draft described again."""
    donation = visible_donation(request, reference)
    may(can_edit_donation(request.membership))
    if donation.state != DonationState.DRAFT:
        if donation.state == DonationState.ANNOUNCED:
            messages.info(request, "Le lot est annoncé\u00a0: vous pouvez encore corriger ses lignes.")
            return redirect("donations:donation_correct_lines", reference=reference)
        messages.info(request, "Le lot est annoncé\u00a0: sa description ne change plus.")
        return redirect("donations:donation_detail", reference=reference)
    form = DonationForm(posted(request), by=request.membership, instance=donation)
    known = list(donation.lines.filter(inventory=None).order_by("pk").values(*LINE_COLUMNS))
    lines = _lines(request, form, blank=1 if known else FIRST_ROWS, initial=known)
    if _is_right(request, form, lines):
        edited = _saved(
            form,
            lambda: edit_donation(actor=request.membership, donation=donation, lines=lines.lines(), **form.site()),
        )
        if edited is not None:
            return _saved_to(request, edited)
    return _page(request, form, lines, donation)


def _at_the_donors(request: Request) -> dict[str, Any]:
    """Where the donor is: most lots are picked up there."""
    if request.membership.kind != "donor":
        return {}
    home = request.membership.organisation
    return {"pick_up_address": home.address, "pick_up_postcode": home.postcode, "commune": home.commune_id}


def _lines(request: Request, form: DonationForm, **options: Any) -> DonationLines:
    """The rows of the lot; « ajouter une ligne » posts the page and gives one more."""
    donor = form.donor_known() or _donor_posted(form)
    public = None if donor is None else donor.legal_nature == LegalNature.PUBLIC
    data, said = posted(request), {"public": public, "law": gift_law(timezone.localdate())}
    if data is not None and "add_line" in data:
        data = data.copy()
        data["lines-TOTAL_FORMS"] = str(min(_total(data) + 1, MOST_LINES))
    lines = LineFormSet(data, prefix="lines", form_kwargs=said, **({} if data is not None else options))
    assert isinstance(lines, DonationLines)
    return lines


def _total(data: Any) -> int:
    typed = whole(data.get("lines-TOTAL_FORMS"))
    return FIRST_ROWS if typed is None else typed


def _donor_posted(form: DonationForm) -> Organisation | None:
    """The donor the pilot chose on the page just posted."""
    if not form.is_bound:
        return None
    try:
        donor: Organisation | None = form.fields["donor"].clean(form["donor"].data)
    except ValidationError:
        return None
    return donor


def _is_right(request: Request, form: DonationForm, lines: DonationLines) -> bool:
    if request.method != "POST":
        return False
    if "add_line" in request.POST:
        leave_unjudged(form)
        lines.leave_unjudged()
        lines.forms[-1].fields["type"].widget.attrs["autofocus"] = True
        return False
    return all([form.is_valid(), lines.is_valid()])


def _says_something(form: DonationForm, lines: DonationLines) -> bool:
    """A draft may be incomplete; of a page left as it opened, none is made."""
    if lines.filled_rows or form.says_something:
        return True
    form.add_error(None, NOTHING_SAID)
    return False


def _saved(form: BaseForm, save: Any) -> Donation | None:
    """The draft, or None with what refused it on the form."""
    try:
        saved: Donation = save()
    except Refused as refused:
        refuse(form, refused, None, None)
    except ValidationError as error:
        form.add_error(None, error)
    else:
        return saved
    return None


def _saved_to(request: Request, donation: Donation) -> HttpResponse:
    """Next, the announcement, unless the draft is put aside."""
    messages.success(request, f"Brouillon {donation.reference} enregistré.")
    page = "donation_detail" if "put_aside" in request.POST else "donation_announce"
    return redirect(f"donations:{page}", reference=donation.reference)


def _gauge(form: DonationForm) -> dict[str, Any]:
    """The gauge of the donor, and whether it is its own people who read it."""
    donor = form.donor_known()
    if donor is None:
        return {"gauge": None, "is_own": False}
    return {"gauge": reuse_gauge(donor, timezone.localdate()), "is_own": donor.pk == form.by.organisation_id}


def _page(request: Request, form: DonationForm, lines: DonationLines, donation: Donation | None = None) -> HttpResponse:
    context = {
        "form": form,
        "lines": lines,
        "donation": donation,
        "inventoried": machines_of(donation) if donation else 0,
        "can_add": lines.total_form_count() < MOST_LINES,
        **_gauge(form),
        "oldest": DEVICE_AGE.on(timezone.localdate()),
        "is_wrong": lines.is_wrong or (form.is_bound and bool(form.errors)),
    }
    return render(request, "donations/donation_form.html", context)
