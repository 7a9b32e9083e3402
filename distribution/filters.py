"""What narrows the lists of distribution."""

from typing import Any

import django_filters

from distribution.permissions import can_serve_device
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


class NeedFilter(django_filters.FilterSet):
    """By kind of equipment."""

    kind = django_filters.ChoiceFilter(
        label="Besoin",
        choices=[(kind.value, kind.label) for kind in NeedKind if kind in EQUIPMENT_KINDS],
        empty_label="Tous",
    )

    class Meta:
        model = Need
        fields = ("kind",)


class ReadyFilter(django_filters.FilterSet):
    """By tag and type, among the devices that wait for a convention."""

    text = django_filters.CharFilter(label="Étiquette, référence, n°\u00a0de série", method="search")
    type = django_filters.ChoiceFilter(label="Type", choices=DeviceType, empty_label="Tous")

    class Meta:
        model = Device
        fields = ("text", "type")

    search = ShelfFilter.search
