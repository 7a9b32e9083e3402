"""« À affecter » : a set of ready devices to a convention, with the places that are left; then the result."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from conventions.models import Convention, Quota
from distribution.filters import ReadyFilter
from distribution.forms.deliveries import AllotForm, conventions_to_allot
from distribution.permissions import can_allot_device, can_ship_device
from distribution.services.allotment import allot_devices, places_on
from distribution.tables import ReadyTable
from lifecycle import gate
from lifecycle.acting import asks_then_acts, posted
from lifecycle.machine import verbs_of
from lifecycle.sets import Selection, done, foreseen
from lists.listing import ACT, Listing
from network.models import Membership
from network.permissions import is_pilot
from network.requests import Request
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device
from refurb.views.device_sets import DEVICE_BOX
from typography.french import Noun

READY = Noun("appareil prêt", "appareils prêts")
DEVICE = Noun("appareil", "appareils")
PER_PAGE = 50


@dataclass
class ConventionPlaces:
    """One convention, with the places of each type this year, and the ready devices that could take them."""

    convention: Convention | None
    quotas: list[Quota] = field(default_factory=list)
    ready: Counter[str] = field(default_factory=Counter)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [{"quota": quota, "ready": self.ready[quota.type]} for quota in self.quotas]

    @property
    def year(self) -> Quota | None:
        """Any of its quotas: they share the convention year."""
        return self.quotas[0] if self.quotas else None


@asks_then_acts
def allotment(request: Request) -> HttpResponseBase:
    """The places to serve and the devices that are ready; a selection is foreseen, then confirmed."""
    actor = request.membership
    if can_allot_device(actor) is None:
        raise PermissionDenied
    ready = ready_seen_by(request)
    page = Listing(
        request,
        rows=ready.annotate(with_screen=Count("screens")).select_related("workshop"),
        table=ReadyTable,
        noun=READY,
        filters=ReadyFilter,
        exclude=[] if is_pilot(actor) else ["workshop"],
        selectable=True,
        box=DEVICE_BOX,
        per_page=PER_PAGE,
    )
    if (answered := page.answered()) is not None:
        return answered
    if ACT in request.POST:
        form = AllotForm(by=actor, initial=request.POST.dict())
    else:
        form = AllotForm(posted(request), by=actor, initial={"convention": request.GET.get("convention")})
    if form.is_bound:
        references = page.chosen()
        if form.is_valid() and references:
            return _decided(request, form, references)
        if not references:
            form.add_error(None, "Cochez au moins un appareil.")
    return page.shown("distribution/allotment.html", form=form, places=places_to_serve(request, ready))


def ready_seen_by(request: Request) -> Any:
    """The devices that wait for a convention; a screen goes with a desktop, or waits for one."""
    ready = Device.objects.visible_to(request.membership).main().filter(state=DeviceState.READY)
    return ready.exclude(type=DeviceType.SCREEN)


def places_to_serve(request: Request, ready: Any) -> list[ConventionPlaces]:
    """The conventions in force with their quotas of the year, then the départemental reserve; four queries."""
    conventions = list(conventions_to_allot(request.membership))
    counted: dict[int, Counter[str]] = {}
    for workshop, type_, count in ready.order_by().values_list("workshop", "type").annotate(Count("pk")):
        counted.setdefault(workshop, Counter())[type_] = count
    quotas: dict[int | None, list[Quota]] = {}
    for quota in Quota.objects.visible_to(request.membership).on(timezone.localdate()).order_by("type"):
        quotas.setdefault(quota.convention_id, []).append(quota)
    rows = [
        ConventionPlaces(one, quotas.get(one.pk, []), counted.get(one.workshop_id or 0, Counter()))
        for one in conventions
    ]
    if is_pilot(request.membership) and None in quotas:
        rows.append(ConventionPlaces(None, quotas[None], sum(counted.values(), Counter())))
    return rows


def _delivery_of(actor: Membership, convention: Convention) -> tuple[str, str] | None:
    """What follows for those who ship what was allotted."""
    if can_ship_device(actor) is None:
        return None
    return "Préparer la livraison", f"{reverse('distribution:delivery_prepare')}?convention={convention.pk}"


def _decided(request: Request, form: AllotForm, references: list[str]) -> HttpResponse:
    """What would happen; once confirmed, what did. The surplus over a quota is refused by rank."""
    actor, data = request.membership, form.cleaned_data
    devices = ready_seen_by(request).filter(reference__in=references)
    given = {"convention": data["convention"], "reserve": data.get("reserve", False)}
    selection = Selection(
        f"{verbs_of(Device)['allot'].label} à {data['convention'].reference}",
        DEVICE,
        devices,
        references,
        action=reverse("distribution:allotment"),
        back=reverse("distribution:allotment"),
        kept_open={"convention": data["convention"].pk, **({"reserve": "on"} if given["reserve"] else {})},
        box=DEVICE_BOX,
        then=_delivery_of(actor, data["convention"]),
    )
    if "confirm" in request.POST:
        given["comment"] = data["comment"]
        return done(request, selection, lambda: allot_devices(actor=actor, devices=devices, **given))
    outcome = gate.preview(devices, "allot", actor=actor, per_row=places_on(devices, **given))
    form = AllotForm(by=actor, initial={"comment": data["comment"]})
    for name in ("convention", "reserve"):
        form.fields.pop(name, None)
    return foreseen(request, selection, outcome, form)
