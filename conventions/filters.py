"""What narrows the list of conventions."""

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from calendars.days import day_start
from conventions.enums import ConventionState
from conventions.models import Convention, ConventionEntry
from conventions.models.convention import ConventionQuerySet
from lifecycle.forms import day_input
from network.models import Epci, Organisation
from network.permissions import is_pilot
from network.requests import Request

AMENDMENTS = "amendments"
ORIGINALS = "originals"


def _named(request: Request, column: str) -> Any:
    seen = Convention.objects.visible_to(request.membership).order_by()
    return Organisation.objects.filter(pk__in=seen.exclude(**{column: None}).values(column))


def workshops(request: Request) -> Any:
    """The workshops of the conventions one may see."""
    return _named(request, "workshop")


def distributors(request: Request) -> Any:
    """The distributors of the conventions one may see."""
    return _named(request, "distributor")


def territories(request: Request) -> Any:
    """The territories of the conventions one may see."""
    return Epci.objects.filter(
        pk__in=Convention.objects.visible_to(request.membership).order_by().values("epci")
    ).alphabetical()


class ConventionFilter(django_filters.FilterSet):
    """By state, territory, other parties, nature, and those in force on a day."""

    state = django_filters.ChoiceFilter(label="État", choices=ConventionState, empty_label="Tous")
    epci = django_filters.ModelChoiceFilter(label="Territoire", queryset=territories, empty_label="Tous")
    workshop = django_filters.ModelChoiceFilter(label="Reconditionneur", queryset=workshops, empty_label="Tous")
    distributor = django_filters.ModelChoiceFilter(label="Distributeur", queryset=distributors, empty_label="Tous")
    nature = django_filters.ChoiceFilter(
        label="Nature",
        choices=((ORIGINALS, "Conventions"), (AMENDMENTS, "Avenants")),
        method="of_nature",
        empty_label="Toutes",
    )
    on = django_filters.DateFilter(label="En vigueur le", method="in_force", widget=day_input())

    class Meta:
        model = Convention
        fields = ("state", "epci", "workshop", "distributor", "nature", "on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_pilot(self.request.membership):
            own = {"reconditioner": "workshop", "distributor": "distributor"}.get(self.request.membership.kind, "epci")
            del self.filters[own]

    def of_nature(self, rows: ConventionQuerySet, name: str, value: str) -> ConventionQuerySet:
        return rows.filter(amends__isnull=value == ORIGINALS)

    def in_force(self, rows: ConventionQuerySet, name: str, value: Any) -> ConventionQuerySet:
        today = timezone.localdate()
        if value >= today:
            return rows.in_force_on(value)
        alive = Q(ended_on=None) | Q(ended_on__gte=value)
        entries = ConventionEntry.objects.filter(object=OuterRef("pk"), at__lt=day_start(value + timedelta(days=1)))
        stood = rows.originals().annotate(stood=Subquery(entries.order_by("-seq").values("target")[:1]))
        there = stood.filter(alive, activated_at__isnull=False, starts_on__lte=value, ends_on__gte=value)
        return there.exclude(stood=ConventionState.SUSPENDED)
