"""Devices that arrive: scanned one after another against a line of a lot, or registered when nobody announced them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from donations.models import DonationLine, InventoryUnit
from lifecycle import references
from lifecycle.acting import answer, asks_then_acts, posted
from lifecycle.exceptions import Refused
from lifecycle.forms import retype
from network.models import Membership
from network.requests import Request
from refurb.arrivals import lines_awaited, lines_for
from refurb.enums import ENDED, DeviceState, WithdrawalReason
from refurb.forms.devices import DeviceRegisterForm, DeviceScanForm
from refurb.machine.return_rules import RETURN_SETTLED
from refurb.machine.tag_rules import TAG_FREE
from refurb.models import Device, DeviceEntry
from refurb.models.returns import is_lost_in_return
from refurb.permissions import can_receive_device, can_register_device
from refurb.services.devices import receive_device, register_device
from refurb.services.inventory import NotOfLine, unit_scanned, units_named
from refurb.stolen import STILL_STOLEN
from refurb.tags import normal

LAST = 10
"""How many scans stay under the eyes."""


@require_safe
def reception(request: Request) -> HttpResponse:
    """The lines of lots whose devices have not all arrived: choose one, once, then scan."""
    _may_receive(request)
    lines = lines_awaited(request.membership)
    return render(request, "refurb/reception.html", {"lines": lines, "last": _last_received(request.membership)})


@asks_then_acts
def device_scan(request: Request, pk: int) -> HttpResponse:
    """One tag after another: each takes a free unit of the line. The box is empty and ready again after each.

    A number that the inventory of the lot knows says which machine it is; its tag comes next.
    """
    _may_receive(request)
    actor = request.membership
    line = get_object_or_404(lines_for(actor), pk=pk)
    here = reverse("refurb:device_scan", args=[line.pk])
    scanned, held = request.POST.get("tag", "").strip(), None
    form = DeviceScanForm(posted(request), initial={"place": request.GET.get("place", "")})
    unit = None
    if form.is_bound and form.is_valid():
        unit = _named(form, actor, line)
        place = form.cleaned_data["place"]
        facts = {"place": place} if place else {}
        if not unit and not form.errors and (held := _scanned_code(actor, scanned)):
            form.add_error(None, _already(held, line, "ce code est celui d’un"))
        elif not unit and not form.errors and (held := _known(actor, scanned)):
            form.add_error(None, _already(held, line, "ce numéro de série est celui d’un"))
        if unit is None and not form.errors:
            try:
                number = form.cleaned_data["number"]
                device = receive_device(actor=actor, line=line, tag=scanned, number=number, **facts)
            except Refused as refused:
                held = (
                    _device_tagged(actor, scanned)
                    if any(reason.code == TAG_FREE.code for reason in refused.all)
                    else None
                )
                said = _already(held, line) if held else " ".join(reason.sentence for reason in refused.all)
                form.add_error(None, said)
            else:
                messages.success(request, _received(device))
                return redirect(f"{here}?{urlencode(facts)}" if facts else here)
    if form.is_bound:
        # A scanner types after what is there: the box is emptied, the error says what was in it.
        retype(form, {"tag": ""} | ({"number": scanned} if unit else {}))
    context = {
        "form": form,
        "line": line,
        "scanned": scanned,
        "is_there": held is not None and held.line_id == line.pk and held.state != DeviceState.MISSING,
        "is_taken": held is not None,
        "unit": unit or _unit(line, form["number"].value() or ""),
        "has_inventory": _numbered(line).exists(),
        "last": _last_received(actor, line),
    }
    return render(request, "refurb/device_scan.html", context)


def _numbered(line: DonationLine) -> Any:
    """The machines of a line that a number may find, not received yet."""
    return InventoryUnit.objects.filter(line=line, device=None).exclude(serial_key="", donor_key="")


def _unit(line: DonationLine, text: str) -> InventoryUnit | None:
    """The only machine of the inventory of this lot that bears this number, on whatever line of it."""
    found = list(units_named(line.donation_id, text)[:2]) if text else []
    return found[0] if len(found) == 1 else None


def _named(form: DeviceScanForm, actor: Membership, line: DonationLine) -> InventoryUnit | None:
    """The machine that was scanned instead of a label: its label comes next. One of another line is an error."""
    try:
        return unit_scanned(actor=actor, line=line, text=form.cleaned_data["tag"], number=form.cleaned_data["number"])
    except NotOfLine as wrong:
        said = format_html("{}", str(wrong))
        if wrong.unit is not None and wrong.unit.line_id:
            url = reverse("refurb:device_scan", args=[wrong.unit.line_id])
            said = format_html('{} <a href="{}">Scanner sur cette ligne</a>', wrong, url)
        form.add_error(None, said)
        return None


def _received(device: Device) -> SafeString:
    """What is said of a scan that is done, with what the inventory said of the machine."""
    told = format_html("Étiquette <strong>{}</strong>\u00a0: reçu à l’atelier", device.tag)
    if device.inventory is None:
        return format_html("{}.", told)
    said = ", ".join(filter(None, (device.inventory.maker_and_model, device.inventory.serial)))
    return format_html("{}. Inventaire du donateur\u00a0: {}.", told, said or device.inventory.donor_number)


@asks_then_acts
def device_register(request: Request) -> HttpResponse:
    """A device that nobody announced."""
    actor = request.membership
    if can_register_device(actor) is None:
        raise PermissionDenied
    form = DeviceRegisterForm(posted(request), by=actor)
    device = answer(
        request,
        form,
        lambda data: register_device(
            actor=actor,
            type=data["type"],
            tag=data["tag"],
            donation=data["donation"],
            comment=data["comment"],
            are_two=data.get("are_two", False),
            **form.facts(),
        ),
        None,
    )
    if device is not None:
        messages.success(request, f"{device}\u00a0: enregistré à l’atelier.")
        return redirect("refurb:device_detail", reference=device.reference)
    return render(request, "refurb/actions/device_register.html", {"form": form})


def _device_tagged(actor: Membership, tag: str) -> Device | None:
    devices = Device.objects.visible_to(actor).tagged(tag).exclude(state__in=ENDED)
    return devices.select_related("donation").order_by("-received_at").first()


def _scanned_code(actor: Membership, text: str) -> Device | None:
    """The device whose printed label was scanned by its square: a code that opens a page, in the place of its tag."""
    if "://" not in text:
        return None
    seen = Device.objects.visible_to(actor).filter(reference=references.scanned(text))
    return seen.exclude(tag="").exclude(state__in=ENDED).select_related("donation").first()


def _known(actor: Membership, text: str) -> Device | None:
    """The device of the workshop whose serial number was scanned in place of a label."""
    known = Device.objects.visible_to(actor).named(text).filter(serial__iexact=text).exclude(state__in=ENDED)
    return known.exclude(tag_key=normal(text)).select_related("donation").first()


def _already(held: Device, line: DonationLine, told: str = "cette étiquette est déjà sur un autre") -> SafeString:
    """Scanned twice, nothing is wrong; on another device, which one; looked for, where it is received."""
    link = format_html('<a href="{}">{}</a>', reverse("refurb:device_detail", args=[held.reference]), held)
    if held.state == DeviceState.MISSING:
        if is_lost_in_return(held):
            return format_html("cet appareil est cherché, {}. {}", link, RETURN_SETTLED.sentence)
        page = reverse("refurb:device_receive", args=[held.reference])
        stolen = f" {STILL_STOLEN}" if held.is_said_stolen else ""
        return format_html(
            'cet appareil est cherché, {}. Il est devant vous\u00a0? <a href="{}">Réceptionnez-le</a>.{}',
            link,
            page,
            stolen,
        )
    if held.line_id == line.pk:
        return format_html("déjà reçu dans ce lot, {}. Passez au suivant.", link)
    where = f", lot {held.donation}" if held.donation else ""
    return format_html("{} appareil de l’atelier\u00a0: {}{}.", told, link, where)


def _may_receive(request: Request) -> None:
    if can_receive_device(request.membership) is None:
        raise PermissionDenied


def _last_received(actor: Membership, line: DonationLine | None = None) -> Any:
    """The last arrivals of the workshop, or those of one line."""
    moves = DeviceEntry.objects.filter(
        verb__in=("receive", "register"),
        at=F("object__received_at"),
        object__in=Device.objects.visible_to(actor).values("pk"),
    ).select_related("object")
    moves = moves.exclude(object__withdrawal_reason=WithdrawalReason.ENTRY)
    return (moves.filter(object__line=line) if line else moves).order_by("-at", "-pk")[:LAST]
