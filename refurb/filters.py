"""What narrows the list of devices."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django.utils import timezone

from lifecycle.forms import day_input
from lifecycle.references import as_typed
from network.enums import OrganisationKind, Role
from network.models import Organisation
from network.permissions import acts_as, is_pilot
from network.requests import Request
from refurb.enums import DeviceState, DeviceType
from refurb.grading import best_first, told_grade
from refurb.models import Device, GradingLevel, WasteNote
from refurb.models.device import DeviceQuerySet
from refurb.models.waste import WasteNoteQuerySet
from refurb.permissions import can_work_on_device

LONGEST = 3_650
"""Days: nothing is looked for that has stood still for longer."""


def workshops(request: Request) -> Any:
    """The workshops, for those who see the devices of several."""
    return Organisation.objects.visible_to(request.membership).of_kind(OrganisationKind.RECONDITIONER)


def recyclers(request: Request) -> Any:
    """The recyclers of the directory."""
    return Organisation.objects.visible_to(request.membership).of_kind(OrganisationKind.RECYCLER)


def grades() -> list[tuple[str, str]]:
    """The grades that the scales give, the best first."""
    given = GradingLevel.objects.order_by("grade").values_list("grade", flat=True).distinct()
    return [(grade, told_grade(grade)) for grade in sorted(given, key=best_first)]


class DeviceFilter(django_filters.FilterSet):
    """By tag, reference or serial, state, type, lot; by workshop for the pilot."""

    text = django_filters.CharFilter(label="Étiquette, référence, n°\u00a0de série", method="search")
    state = django_filters.ChoiceFilter(label="État", choices=DeviceState, empty_label="Tous")
    type = django_filters.ChoiceFilter(label="Type", choices=DeviceType, empty_label="Tous")
    lot = django_filters.CharFilter(label="Référence du lot", method="in_lot")
    grade = django_filters.ChoiceFilter(label="Grade", choices=(), empty_label="Tous")
    place = django_filters.CharFilter(label="Rangé à", lookup_expr="icontains")
    since = django_filters.NumberFilter(
        label="Dans son état depuis (jours)", method="standing", min_value=0, max_value=LONGEST
    )
    price = django_filters.NumberFilter(label="Prix, au plus (€)", lookup_expr="lte", min_value=0)
    workshop = django_filters.ModelChoiceFilter(label="Atelier", queryset=workshops, empty_label="Tous")

    class Meta:
        model = Device
        fields = ("text", "state", "type", "grade", "place", "since", "price", "lot", "workshop")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = self.request.membership
        self.filters["grade"].extra["choices"] = grades()
        if not is_pilot(actor):
            del self.filters["workshop"]
            if can_work_on_device(actor) is None:
                del self.filters["place"]
            if acts_as(actor, (Role.CONTACT, OrganisationKind.DONOR)):
                del self.filters["price"]

    def search(self, rows: DeviceQuerySet, name: str, value: str) -> DeviceQuerySet:
        return rows.named(value, begun=True)

    def standing(self, rows: DeviceQuerySet, name: str, value: int) -> DeviceQuerySet:
        """Those that have been in their state for so many days at least."""
        return rows.filter(**{f"{name}__lte": timezone.now() - timedelta(days=int(value))})

    def in_lot(self, rows: DeviceQuerySet, name: str, value: str) -> DeviceQuerySet:
        return rows.filter(donation__reference=as_typed(value))


class WasteFilter(django_filters.FilterSet):
    """By number, by day of departure, by recycler, by what is still missing; by workshop for the pilot."""

    text = django_filters.CharFilter(
        label="Numéro de bordereau (BSD)", field_name="bsd_number", lookup_expr="icontains"
    )
    since = django_filters.DateFilter(label="Expédié à partir du", method="from_day", widget=day_input())
    until = django_filters.DateFilter(label="Jusqu’au", method="to_day", widget=day_input())
    recycler = django_filters.ModelChoiceFilter(label="Recycleur", queryset=recyclers, empty_label="Tous")
    standing = django_filters.ChoiceFilter(
        label="Ce qui manque",
        choices=(("incomplete", "Il manque quelque chose"),),
        method="standing_so",
        empty_label="Tous",
    )
    workshop = django_filters.ModelChoiceFilter(label="Atelier", queryset=workshops, empty_label="Tous")

    class Meta:
        model = WasteNote
        fields = ("text", "since", "until", "recycler", "standing", "workshop")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_pilot(self.request.membership):
            del self.filters["workshop"]

    def from_day(self, rows: WasteNoteQuerySet, name: str, value: date) -> WasteNoteQuerySet:
        return rows.filter(taken_on__gte=value)

    def to_day(self, rows: WasteNoteQuerySet, name: str, value: date) -> WasteNoteQuerySet:
        """That day included."""
        return rows.filter(taken_on__lte=value)

    def standing_so(self, rows: WasteNoteQuerySet, name: str, value: str) -> WasteNoteQuerySet:
        return rows.incomplete()
