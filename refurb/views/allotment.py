"""« À affecter » : a set of ready devices to a convention, with the places that are left; then the result."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_tables2 import RequestConfig

from conventions.models import Convention, Quota
from lifecycle import gate
from lifecycle.acting import posted
from lifecycle.exceptions import Refused
from lifecycle.machine import verbs_of
from network.permissions import is_pilot
from refurb.enums import DeviceState
from refurb.filters.distribution import ReadyFilter
from refurb.forms.distribution import AllotForm, conventions_to_allot
from refurb.models import Device
from refurb.permissions import can_allot_device
from refurb.services.allotment import allot_devices, places_on
from refurb.tables.distribution import ReadyTable
from refurb.views.device_sets import MOST, told_of

PER_PAGE = 100


@dataclass
class Served:
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


@require_http_methods(["GET", "HEAD", "POST"])
def allotment(request: HttpRequest) -> HttpResponse:
    """The places to serve and the devices that are ready; a selection is foreseen, then confirmed."""
    actor = request.membership
    if can_allot_device(actor) is None:
        raise PermissionDenied
    form = AllotForm(posted(request), by=actor, initial={"convention": request.GET.get("convention")})
    references = list(dict.fromkeys(request.POST.getlist("device")))[:MOST]
    if request.method == "POST":
        if form.is_valid() and references:
            return _decided(request, form, references)
        if not references:
            form.add_error(None, "Cochez au moins un appareil.")
    ready = ready_seen_by(request)
    chosen = ReadyFilter(request.GET, queryset=ready.annotate(with_screen=Count("screens")), request=request)
    table = ReadyTable(
        chosen.qs.select_related("workshop"), ticked=references, exclude=[] if is_pilot(actor) else ["workshop"]
    )
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    context = {"form": form, "filter": chosen, "table": table, "served": served(request, ready)}
    return render(request, "refurb/allotment.html", context)


def ready_seen_by(request: HttpRequest) -> Any:
    """The devices that wait for a convention, the screens that go with a desktop left out."""
    return Device.objects.visible_to(request.membership).main().filter(state=DeviceState.READY)


def served(request: HttpRequest, ready: Any) -> list[Served]:
    """The conventions in force with their quotas of the year, then the départemental reserve; four queries."""
    conventions = list(conventions_to_allot(request.membership))
    counted: dict[int, Counter[str]] = {}
    for workshop, type_, count in ready.order_by().values_list("workshop", "type").annotate(Count("pk")):
        counted.setdefault(workshop, Counter())[type_] = count
    quotas: dict[int | None, list[Quota]] = {}
    for quota in Quota.objects.visible_to(request.membership).on(timezone.localdate()).order_by("type"):
        quotas.setdefault(quota.convention_id, []).append(quota)
    rows = [Served(one, quotas.get(one.pk, []), counted.get(one.workshop_id or 0, Counter())) for one in conventions]
    if is_pilot(request.membership) and None in quotas:
        rows.append(Served(None, quotas[None], sum(counted.values(), Counter())))
    return rows


def _decided(request: HttpRequest, form: AllotForm, references: list[str]) -> HttpResponse:
    """What would happen; once confirmed, what did. The surplus over a quota is refused by rank."""
    actor, data = request.membership, form.cleaned_data
    devices = ready_seen_by(request).filter(reference__in=references)
    given = {"convention": data["convention"], "reserve": data.get("reserve", False)}
    verb = verbs_of(Device)["allot"]
    context: dict[str, Any] = {
        "title": f"{verb.label} à {data['convention'].reference}",
        "set_url": reverse("refurb:allotment"),
        "back": reverse("refurb:allotment"),
        "kept_open": {"convention": data["convention"].pk, **({"reserve": "on"} if given["reserve"] else {})},
    }
    if "confirm" in request.POST:
        try:
            outcome = allot_devices(actor=actor, devices=devices, comment=data["comment"], **given)
        except Refused as refused:
            outcome = gate.Outcome(refused=refused.reasons)
        return render(request, "refurb/device_set_result.html", context | told_of(outcome))
    foreseen = gate.preview(devices, "allot", actor=actor, per_row=places_on(devices, **given))
    form = AllotForm(by=actor, initial={"comment": data["comment"]})
    for name in ("convention", "reserve"):
        form.fields.pop(name, None)
    context |= told_of(foreseen) | {"form": form, "references": references}
    return render(request, "refurb/device_set.html", context)
