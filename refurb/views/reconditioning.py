"""Declare a device reconditioned: storage, tests, grade and price on one page, with what is still missing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Min
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from conventions.models import PriceCeiling
from lifecycle.acting import asks_then_acts, deposited, refuse, settled, what_is_missing
from lifecycle.exceptions import Refused
from network.requests import Request
from refurb.forms.reconditioning import PriceForm
from refurb.machine.device_rules import NO_PRICE
from refurb.models import Device
from refurb.pricing import doubted_over
from refurb.services import stock
from refurb.usual import grade_of, usual_price
from refurb.views.devices import visible_device
from refurb.views.workbench import BLOCKS, IDENTITY, PRICE, BenchBlock, Workbench, lacking, tell
from typography.french import euros

TYPED = "reconditioning"
"""The key of the session under which a price typed and not yet declared waits, by device."""


@asks_then_acts
def device_recondition(request: Request, reference: str) -> HttpResponse:
    """Each press records what is filled in; its button, or Enter beside the price, declares it reconditioned."""
    device = visible_device(request, reference)
    missing = what_is_missing(device, "recondition", request.membership)
    impossible = next((reason.sentence for reason in missing if reason.code == "state"), "")
    if impossible:
        context = {"device": device, "impossible": impossible, "bench": Workbench(request, device)}
        context |= settled(device, "recondition")
        return render(request, "refurb/reconditioning.html", context)
    if request.method != "POST":
        kept = request.session.get(TYPED, {}).get(device.reference, {})
        return _page(request, device, _price_form(device, initial=kept))
    work = Workbench(request, device, request.POST, deposited(request), accepts=_accepts(request))
    filled = work.filled()
    wrong = _record(request, work, filled)
    if not _declares(request, filled):
        if wrong:
            return _page(request, device, _price_form(device, initial=_typed(request)), wrong)
        request.session[TYPED] = request.session.get(TYPED, {}) | {device.reference: _typed(request)}
        return redirect(f"{request.path}#{_next(request, device)}")
    price = _price_form(device, _priced(request.POST, device))
    if not wrong and _declared(request, device, price):
        return redirect("refurb:bench")
    return _page(request, device, price, wrong)


def _priced(posted: QueryDict, device: Device) -> QueryDict:
    """What is posted, with the usual price where none was typed: as long as it is the one that the page told."""
    told = posted.get(USUAL)
    usual = (
        usual_price(Device.objects.get(pk=device.pk), grade_of(device)) if told and not posted.get("price") else None
    )
    if usual is None or usual.posted != told:
        return posted
    typed = posted.copy()
    typed["price"] = usual.posted
    return typed


def _declares(request: Request, filled: dict[str, BenchBlock]) -> bool:
    """The button declares, or the key Enter in the block of the price; any other press only records.

    Without scripts nobody knows where Enter was pressed: it declares when nothing else is typed than a price, never at
    the usual one.
    """
    pressed = request.POST
    if "declare" in pressed or "save" in pressed:
        return "declare" in pressed
    if pressed.get(ENTERED):
        return pressed[ENTERED] == PRICE
    return not filled and bool(pressed.get("price") or not pressed.get(USUAL))


def _accepts(request: Request) -> bool:
    """Whether this press accepts the identity that is proposed: from its own block, or by declaring."""
    pressed = request.POST
    if "save" in pressed:
        return pressed["save"] == IDENTITY
    return "declare" in pressed or pressed.get(ENTERED) in (IDENTITY, PRICE)


@require_POST
def device_recondition_missing(request: Request, reference: str) -> HttpResponse:
    """What would still be missing once what is typed is recorded: it is recorded, asked of the gate, and undone."""
    device = visible_device(request, reference)
    what_is_missing(device, "recondition", request.membership)
    with transaction.atomic():
        work = Workbench(request, device, request.POST)
        for block in work.filled().values():
            work.record(block)
        price = _price_form(device, _priced(request.POST, device))
        context = _standing(request, device, price) | {"computed": work.computed()}
        transaction.set_rollback(True)
    return render(request, "refurb/_reconditioning_standing.html", context | {"device": device, "sheet": work.sheet})


def _record(request: Request, work: Workbench, filled: dict[str, BenchBlock]) -> dict[str, BenchBlock]:
    """Record each block that was filled in; those that are wrong."""
    wrong = {}
    for name, block in filled.items():
        if said := work.record(block):
            tell(request, said)
        else:
            wrong[name] = block
    return wrong


def _declared(request: Request, device: Device, price: PriceForm) -> bool:
    if not price.is_valid():
        return False
    try:
        ready = stock.recondition_device(actor=request.membership, device=device, **price.cleaned_data)
    except Refused as refused:
        refuse(price, refused, device, request.membership)
        return False
    request.session.get(TYPED, {}).pop(device.reference, None)
    request.session.modified = True
    messages.success(request, f"{ready}\u00a0: reconditionné, à {euros(ready.price)}. Scannez le suivant.")
    return True


def _typed(request: Request) -> dict[str, str]:
    """A price typed too early is there again when the page comes back."""
    return {name: request.POST.get(name, "") for name in ("price", "comment")}


def _next(request: Request, device: Device) -> str:
    """Where the page opens again: the first block that still lacks something, else the price."""
    reasons = lacking(device, request.membership, None, None)
    return reasons[0][0] if reasons else PRICE


def _page(
    request: Request, device: Device, price: PriceForm, wrong: dict[str, BenchBlock] | None = None
) -> HttpResponse:
    """The page as things are now, each wrong block as it was typed."""
    wrong = wrong or {}
    work = Workbench(request, device)
    for name, block in wrong.items():
        block.form.line = block.line  # type: ignore[attr-defined]
        work.blocks[name] = block
    judged = price if price.is_bound or not price.initial.get("price") else _price_form(device, price.initial)
    context = _standing(request, device, judged) | {
        "device": device,
        "impossible": "",
        "computed": None,
        "oob": False,
        "bench": work,
        "price": price,
        "form": price,
        "wrong": [block.form for block in wrong.values()],
        "done": BLOCKS - {block.anchor for block in wrong.values()},
        "is_wrong": bool(wrong) or (price.is_bound and bool(price.errors)),
        "identity": work.form_of("identity"),
        "new": work.form_of("new"),
        "none": work.form_of("none"),
        "checks": work.form_of("checks"),
        "defects": work.form_of("defects"),
        "grade": work.form_of("grade"),
        "seen_prices": _seen_prices(device),
    }
    context["done"] -= {anchor for anchor, _ in context["missing"]} | ({IDENTITY} if work.alike.facts else set())
    return render(request, "refurb/reconditioning.html", context)


def _standing(request: Request, device: Device, price: PriceForm) -> dict[str, Any]:
    """What is still missing, with the price as it is typed."""
    amount = price.cleaned_data.get("price") if price.is_bound and price.is_valid() else None
    reasons = lacking(device, request.membership, amount, _binding(device))
    if price.is_bound and not price.is_valid():
        reasons += [(PRICE, str(sentence)) for sentence in price.errors.get("price", ())]
    elif amount is None:
        reasons.append((PRICE, NO_PRICE))
    usual = usual_price(Device.objects.get(pk=device.pk), grade_of(device))
    if usual is not None and not price.data.get("price"):
        reasons = [reason for reason in reasons if reason[0] != PRICE]
    return {
        "missing": list(dict.fromkeys(reasons)),
        "url": reverse(MISSING, args=[device.reference]),
        "usual": usual,
        "asked": amount if amount is not None or price.data.get("price") or usual is None else usual.price,
    }


MISSING = "refurb:device_recondition_missing"
ENTERED = "entered"
"""The box in which the page says in which block Enter was pressed."""
USUAL = "usual_price"
"""The box of the page that says which price was told as the usual one."""


def _price_form(device: Device, data: Any = None, initial: Any = None) -> PriceForm:
    return PriceForm(data, initial=initial, ceiling=doubted_over(device.type, device.donor_kind, timezone.localdate()))


def _ceiling(device: Device) -> Decimal | None:
    """The legal ceiling of the type, whether it binds this device or not."""
    return PriceCeiling.objects.amounts_on(timezone.localdate()).get(device.type)


def _binding(device: Device) -> Decimal | None:
    return _ceiling(device) if device.is_under_ceiling_rule else None


def _seen_prices(device: Device) -> list[Mapping[str, Any]]:
    """What the workshop asks for this type, by grade, the dearest first."""
    priced = Device.objects.filter(workshop=device.workshop_id, type=device.type, price__isnull=False)
    graded = priced.filter(grading__isnull=False).order_by().values("grading__label")
    seen = graded.annotate(lowest=Min("price"), highest=Max("price"), how_many=Count("pk"))
    return [*seen.order_by("-highest", "-lowest", "-how_many", "grading__label")]
