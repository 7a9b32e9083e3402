"""What narrows the lists of distribution."""

from typing import Any

import django_filters
from django.db.models import Value

from distribution.permissions import can_serve_device
from network.forms.communes import folded
from network.models import Arrondissement, Epci
from network.requests import Request
from prescriptions.enums import EQUIPMENT_KINDS, NeedKind
from prescriptions.models import Need
from refurb.enums import ARRIVED, DeviceState, DeviceType
from refurb.models import Delivery, Device, DistributionPoint
from refurb.models.device import DeviceQuerySet


def points_of(request: Request) -> Any:
    """The points whose shelf one keeps."""
    scope = can_serve_device(request.membership)
    devices = Device.objects.none() if scope is None else Device.objects.filter(scope)
    return DistributionPoint.objects.filter(pk__in=devices.values("point"))


class ShelfFilter(django_filters.FilterSet):
    """By tag, type, state, point."""

    text = django_filters.CharFilter(label="Étiquette, référence, n°\u00a0de série", method="search")
    type = django_filters.ChoiceFilter(label="Type", choices=DeviceType, empty_label="Tous")
    state = django_filters.ChoiceFilter(
        label="État",
        choices=[(one.value, one.label) for one in (DeviceState.SHIPPED, *ARRIVED, DeviceState.MISSING)],
        empty_label="Tous",
    )
    point = django_filters.ModelChoiceFilter(label="Point", queryset=points_of, empty_label="Tous")

    class Meta:
        model = Device
        fields = ("text", "type", "state", "point")

    def search(self, rows: DeviceQuerySet, name: str, value: str) -> DeviceQuerySet:
        return rows.named(value, begun=True)


class PointFilter(django_filters.FilterSet):
    """By type and point, for lists of one state."""

    type = django_filters.ChoiceFilter(label="Type", choices=DeviceType, empty_label="Tous")
    point = django_filters.ModelChoiceFilter(label="Point", queryset=points_of, empty_label="Tous")

    class Meta:
        model = Device
        fields = ("type", "point")


class DeliveryFilter(django_filters.FilterSet):
    """Those still to be ticked off, or all."""

    standing = django_filters.ChoiceFilter(
        label="Réception", choices=[("open", "À pointer")], empty_label="Toutes", method="by_standing"
    )

    class Meta:
        model = Delivery
        fields = ("standing",)

    def by_standing(self, rows: Any, name: str, value: str) -> Any:
        return rows.open()


def places_of_queue(request: Request) -> list[Any]:
    """Where the needs of equipment wait that one may see: points in service, EPCI, arrondissements; one query."""
    waiting = Need.objects.visible_to(request.membership).waiting().filter(kind__in=EQUIPMENT_KINDS)
    serving = DistributionPoint.objects.filter(
        is_active=True, distributor__in=waiting.values("prescription__distributor")
    )
    epcis = Epci.objects.filter(pk__in=waiting.values("epci"))
    arrondissements = Arrondissement.objects.filter(pk__in=waiting.values("epci__arrondissement"))
    groups = {"point": "Point où vient le foyer", "epci": "EPCI", "arrondissement": "Arrondissement"}
    queries: tuple[Any, ...] = (serving, epcis, arrondissements)
    rows = [
        queryset.order_by().annotate(group=Value(group)).values_list("group", "pk", "name")
        for group, queryset in zip(groups, queries, strict=True)
    ]
    found = sorted(rows[0].union(*rows[1:], all=True), key=lambda row: folded(row[2]))
    told = {"arrondissement": " (arrondissement)"}
    listed = {
        label: [(f"{group}-{pk}", f"{name}{told.get(group, '')}") for of, pk, name in found if of == group]
        for group, label in groups.items()
    }
    return [(label, places) for label, places in listed.items() if places]


class WaitingNeedFilter(django_filters.FilterSet):
    """Those that the shelf can serve today (``is_today``) or not; by kind, by the point of the household, by place."""

    served = django_filters.ChoiceFilter(
        label="Appareil",
        choices=[("today", "Un appareil du rayon convient"), ("later", "Pas aujourd’hui")],
        empty_label="Avec ou sans",
        method="by_shelf",
    )
    kind = django_filters.ChoiceFilter(
        label="Besoin",
        choices=[(kind.value, kind.label) for kind in NeedKind if kind in EQUIPMENT_KINDS],
        empty_label="Tous",
    )
    where = django_filters.ChoiceFilter(label="Point ou territoire", empty_label="Partout", method="waiting_there")

    class Meta:
        model = Need
        fields = ("served", "kind", "where")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["where"].extra["choices"] = places_of_queue(self.request)

    def by_shelf(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(is_today=value == "today")

    def waiting_there(self, rows: Any, name: str, value: str) -> Any:
        """Those of this EPCI or arrondissement, or whose household is told, on its sheet, to come to this point."""
        group, _, key = value.partition("-")
        if group == "epci":
            return rows.filter(epci=key)
        if group == "arrondissement":
            return rows.filter(epci__arrondissement=key)
        point = DistributionPoint.objects.get(pk=key)
        communes = DistributionPoint.objects.communes_of(point)
        return rows.filter(prescription__distributor=point.distributor_id, prescription__commune__in=communes)


class ReadyFilter(django_filters.FilterSet):
    """By tag and type, among the devices that wait for a convention."""

    text = django_filters.CharFilter(label="Étiquette, référence, n°\u00a0de série", method="search")
    type = django_filters.ChoiceFilter(label="Type", choices=DeviceType, empty_label="Tous")

    class Meta:
        model = Device
        fields = ("text", "type")

    search = ShelfFilter.search
