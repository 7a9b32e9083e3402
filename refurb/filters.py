"""What narrows the list of devices."""

from typing import Any

import django_filters

from network.enums import OrganisationKind
from network.models import Organisation
from network.permissions import is_pilot
from network.requests import Request
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device
from refurb.models.device import DeviceQuerySet


def workshops(request: Request) -> Any:
    """The workshops, for those who see the devices of several."""
    return Organisation.objects.visible_to(request.membership).of_kind(OrganisationKind.RECONDITIONER)


class DeviceFilter(django_filters.FilterSet):
    """By tag, reference or serial, state, type, lot; by workshop for the pilot."""

    text = django_filters.CharFilter(label="Étiquette, référence, n°\u00a0de série", method="search")
    state = django_filters.ChoiceFilter(label="État", choices=DeviceState, empty_label="Tous")
    type = django_filters.ChoiceFilter(label="Type", choices=DeviceType, empty_label="Tous")
    lot = django_filters.CharFilter(label="Référence du lot", method="in_lot")
    workshop = django_filters.ModelChoiceFilter(label="Atelier", queryset=workshops, empty_label="Tous")

    class Meta:
        model = Device
        fields = ("text", "state", "type", "lot", "workshop")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_pilot(self.request.membership):
            del self.filters["workshop"]

    def search(self, rows: DeviceQuerySet, name: str, value: str) -> DeviceQuerySet:
        return rows.named(value, begun=True)

    def in_lot(self, rows: DeviceQuerySet, name: str, value: str) -> DeviceQuerySet:
        return rows.filter(donation__reference__iexact=value.strip())
