"""Deliveries: the list, one of them, its note, undoing it; taking it in, line by line."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, When
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from distribution.filters import DeliveryFilter
from distribution.forms.deliveries import ReceiptForm
from distribution.permissions import can_cancel_shipment_device, can_ship_device, can_stock_in_device
from distribution.services.allotment import cancel_shipment_devices
from distribution.services.point_stock import send_back_devices, stock_in_devices
from distribution.tables import DeliveryTable, counted
from documents.responses import document_response
from lifecycle import gate
from lifecycle.acting import Step, asks_then_acts, posted
from lifecycle.actors import Actor
from lifecycle.forms import CommentForm
from lifecycle.sets import told_of
from lists.listing import Listing, lists
from network.requests import Request
from refurb.enums import LineOutcome, MissingReason
from refurb.models import Delivery, Device
from refurb.models.device import DeviceQuerySet
from refurb.permissions import sees_deliveries
from refurb.stolen import STILL_STOLEN
from typography.french import Noun, plural

DELIVERY = Noun("livraison", "livraisons", feminine=True)
OUTCOME_TONES = {
    LineOutcome.EXPECTED: "tag--todo",
    LineOutcome.STOCKED: "tag--done",
    LineOutcome.MISSING: "tag--danger",
}


@lists
def delivery_list(request: Request) -> HttpResponseBase:
    """The deliveries of one's workshop, or to one's points: what is still to come in first, then the newest."""
    actor = request.membership
    if sees_deliveries(actor) is None:
        raise PermissionDenied
    rows = Delivery.objects.visible_to(actor).counted().select_related("workshop", "point", "convention")
    rows = rows.order_by(Case(When(expected__gt=0, then=0), default=1), "-prepared_at", "-pk")
    ships = can_ship_device(actor) is not None
    page = Listing(
        request,
        rows=rows,
        table=DeliveryTable,
        noun=DELIVERY,
        filters=DeliveryFilter,
        exclude=["workshop"] if ships else [],
    )
    return page.respond("distribution/delivery_list.html", ships=ships)


@require_safe
def delivery_detail(request: Request, reference: str) -> HttpResponse:
    """One delivery: its lines and what became of each; who acts next."""
    delivery = visible_delivery(request, reference)
    actor = request.membership
    lines = list(delivery.lines.select_related("device", "settled_by__organisation").order_by("pk"))
    seen = set(
        Device.objects.visible_to(actor).filter(pk__in=[line.device_id for line in lines]).values_list("pk", flat=True)
    )
    expected = sum(line.outcome == LineOutcome.EXPECTED for line in lines)
    context = {
        "delivery": delivery,
        "lines": [(line, line.device_id in seen, OUTCOME_TONES.get(LineOutcome(line.outcome), "")) for line in lines],
        "step": _step(delivery, actor, expected),
        "more": _more(delivery, actor, expected),
    }
    return render(request, "distribution/delivery_detail.html", context)


def _step(delivery: Delivery, actor: Actor, expected: int) -> Step:
    """Who acts next: those who receive it, until every line is ticked off."""
    if not expected:
        return Step("Livraison pointée\u00a0: chaque ligne dit ce qu’il en est")
    awaited = "En attente de réception au point de distribution"
    if can_stock_in_device(actor) is None:
        return Step(awaited, since=delivery.prepared_at)
    yours = f"pointez ce qui est arrivé, {expected} ligne{plural(expected)} à voir"
    url = reverse("distribution:delivery_reconcile", args=[delivery.reference])
    return Step(awaited, yours, url=url, label="Réceptionner la livraison")


def _more(delivery: Delivery, actor: Actor, expected: int) -> list[dict[str, str]]:
    """What may be done besides: undoing the shipment of what has not arrived."""
    if not expected or can_cancel_shipment_device(actor) is None:
        return []
    url = reverse("distribution:delivery_cancel", args=[delivery.reference])
    return [{"label": "Annuler l’expédition", "url": url}]


@require_safe
def delivery_note(request: Request, reference: str) -> FileResponse:
    """The PDF that goes with the parcel."""
    delivery = visible_delivery(request, reference)
    if delivery.document is None:
        raise Http404
    return document_response(delivery.document)


@asks_then_acts
def delivery_cancel(request: Request, reference: str) -> HttpResponse:
    """It did not leave: what has not been ticked off at the point is back among what is allotted."""
    delivery = visible_delivery(request, reference)
    if can_cancel_shipment_device(request.membership) is None:
        raise PermissionDenied
    form = CommentForm(posted(request))
    back = reverse("distribution:delivery_detail", args=[delivery.reference])
    expected = expected_of(delivery)
    if request.method == "POST" and form.is_valid():
        outcome = cancel_shipment_devices(
            actor=request.membership, devices=Device.objects.filter(pk__in=expected), **form.cleaned_data
        )
        _tell_refused(request, outcome)
        if outcome.moved:
            messages.success(
                request, f"Expédition annulée\u00a0: {counted(len(outcome.moved), 'appareil')} à l’atelier."
            )
        return redirect(back)
    context = {
        "form": form,
        "row": delivery,
        "title": "Annuler l’expédition",
        "back": back,
        "impossible": "" if expected else "Tout a déjà été pointé à l’arrivée\u00a0: plus rien n’est à annuler.",
        "warning": f"{counted(len(expected), 'appareil')} de cette livraison reviendront parmi les appareils affectés.",
    }
    return render(request, "distribution/actions/_delivery.html", context)


@asks_then_acts
def delivery_reconcile(request: Request, reference: str) -> HttpResponse:
    """What is there, what is missing, what goes back: ticked by hand or by scanning, then written at once.

    « Pointer » (and the Enter key of a scanner) only ticks a line in the page; « Enregistrer » writes.
    """
    delivery = visible_delivery(request, reference)
    if can_stock_in_device(request.membership) is None:
        raise PermissionDenied
    lines = delivery.lines.filter(outcome=LineOutcome.EXPECTED).select_related("device").order_by("device__tag", "pk")
    form = ReceiptForm(posted(request), lines=lines)
    back = reverse("distribution:delivery_detail", args=[delivery.reference])
    context: dict[str, Any] = {"form": form, "delivery": delivery, "back": back}
    if request.method == "POST":
        if "save" in request.POST:
            if form.is_valid():
                _receive(request, form)
                return redirect(back)
        else:
            context |= _scanned(form, request.POST, request.membership)
    return render(request, "distribution/delivery_reconcile.html", context)


def _scanned(form: ReceiptForm, data: Any, actor: Actor) -> dict[str, Any]:
    """Tick the line of the tag, or all of them; nothing is judged yet, and the box is ready for the next.

    What is not expected is told to be said stolen, when it is.
    """
    tag = data.get("tag", "").strip()
    if "all_present" in data:
        told = form.tick_the_rest()
        said = f"Présent\u00a0: {counted(told, 'ligne')} de plus." if told else "Tout est déjà pointé."
        return {"ticked": said}
    line = form.ticked(tag) if tag else None
    form.empty("tag")
    if line is not None:
        return {"ticked": f"{line.device}\u00a0: présent."}
    if not tag:
        return {"wrong": "Scannez une étiquette."}
    seen = Device.objects.visible_to(actor).named(tag)
    stolen = f" {STILL_STOLEN}" if seen.filter(missing_reason=MissingReason.THEFT).exists() else ""
    return {"wrong": f"«\u00a0{tag}\u00a0» n’est pas attendu dans cette livraison.{stolen}"}


THERE = "en rayon"


def _receive(request: Request, form: ReceiptForm) -> None:
    """Write the three answers, and tell each set with what was refused."""
    for outcome, word, ending in _received(request.membership, form.sorted(), form.cleaned_data["comment"]):
        _tell_refused(request, outcome)
        if outcome.moved:
            several = ending if len(outcome.moved) > 1 else ""
            level = messages.SUCCESS if word == THERE else messages.WARNING
            messages.add_message(request, level, f"{counted(len(outcome.moved), 'appareil')} {word}{several}.")


@gate.one_transaction
def _received(actor: Actor, said: Mapping[str, Any], comment: str) -> list[tuple[gate.Outcome, str, str]]:
    """What is missing first, then what goes back, then what is there: all of it, or nothing."""
    given: dict[str, Any] = {"actor": actor, "comment": comment}
    done = []
    if said["absent"]:
        lost = gate.apply_many(_rows(said["absent"]), "report_missing", reason=MissingReason.DELIVERY, **given)
        done.append((lost, "manquant", "s"))
    for reason in sorted(set(said["sent_back"].values())):
        back = [device for device, why in said["sent_back"].items() if why == reason]
        done.append((send_back_devices(devices=_rows(back), reason=reason, **given), "à renvoyer", ""))
    if said["present"]:
        there = _rows(said["present"])
        done.append((stock_in_devices(devices=there.main(), **given), THERE, ""))
        alone = there.filter(attached_to__isnull=False, state="shipped")
        if alone.exists():
            done.append((gate.apply_many(alone, "stock_in", **given), THERE, ""))
    return done


def _rows(devices: list[Device]) -> DeviceQuerySet:
    return Device.objects.filter(pk__in=[device.pk for device in devices])


def _tell_refused(request: Request, outcome: gate.Outcome) -> None:
    """Each reason once, with the devices it keeps."""
    for reason, devices in told_of(Device, outcome).kept:
        named = ", ".join(str(device) for device in devices)
        messages.error(request, f"{named}\u00a0: {reason.sentence}")


def expected_of(delivery: Delivery) -> list[int]:
    """The keys of the devices that the point has not ticked off."""
    return list(delivery.lines.filter(outcome=LineOutcome.EXPECTED).values_list("device", flat=True))


def visible_delivery(request: Request, reference: str) -> Delivery:
    """The delivery, if the person may see it; else a 404."""
    seen = Delivery.objects.visible_to(request.membership).select_related(
        "workshop", "point__commune", "point__organisation", "convention__epci", "document", "prepared_by__user"
    )
    return get_object_or_404(seen, reference=reference)
