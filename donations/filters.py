"""What narrows the lists of lots and of those who may give."""

from typing import Any

import django_filters
from django.utils import timezone

from donations.enums import DonationState, ProspectState
from donations.models import Donation, Prospect
from donations.models.donation import DonationQuerySet
from donations.models.prospect import ProspectQuerySet
from lifecycle.forms import day_input
from network.enums import OrganisationKind
from network.models import Epci, Organisation
from network.requests import Request

OUTSIDE = "outside"


def donors(request: Request) -> Any:
    """Those who offered a lot that one may see."""
    return Organisation.objects.filter(pk__in=Donation.objects.visible_to(request.membership).values("donor"))


class DonationFilter(django_filters.FilterSet):
    """By state, donor (for those who see several), EPCI of the pick-up, days of the announcement."""

    state = django_filters.ChoiceFilter(label="État", choices=DonationState, empty_label="Tous")
    donor = django_filters.ModelChoiceFilter(label="Donateur", queryset=donors, empty_label="Tous")
    epci = django_filters.ModelChoiceFilter(
        label="EPCI de l’enlèvement",
        queryset=Epci.objects.alphabetical(),
        empty_label="Tous",
        null_label="Hors du département",
        null_value=OUTSIDE,
        method="from_epci",
    )
    since = django_filters.DateFilter(
        label="Annoncé depuis le", field_name="announced_at", lookup_expr="date__gte", widget=day_input()
    )
    until = django_filters.DateFilter(
        label="Annoncé jusqu’au", field_name="announced_at", lookup_expr="date__lte", widget=day_input()
    )

    class Meta:
        model = Donation
        fields = ("state", "donor", "epci", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request.membership.kind == OrganisationKind.DONOR:
            del self.filters["donor"]

    def from_epci(self, rows: DonationQuerySet, name: str, value: Any) -> DonationQuerySet:
        return rows.filter(outside=True) if value == OUTSIDE else rows.filter(origin_epci=value)


MINE, LATE = "mine", "late"


class ProspectFilter(django_filters.FilterSet):
    """By state, EPCI (for those who see several), whose next step it is, and whether it is late."""

    state = django_filters.ChoiceFilter(label="État", choices=ProspectState, empty_label="Tous")
    epci = django_filters.ModelChoiceFilter(
        label="EPCI", queryset=Epci.objects.alphabetical(), field_name="commune__epci", empty_label="Tous"
    )
    owner = django_filters.ChoiceFilter(
        label="Prochaine étape", choices=((MINE, "À moi"), (LATE, "En retard")), empty_label="Toutes", method="owned"
    )

    class Meta:
        model = Prospect
        fields = ("state", "epci", "owner")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request.membership.kind == OrganisationKind.EPCI:
            del self.filters["epci"]

    def owned(self, rows: ProspectQuerySet, name: str, value: str) -> ProspectQuerySet:
        if value == MINE:
            return rows.filter(next_owner=self.request.membership.pk)
        today = timezone.localdate()
        return rows.due(today).exclude(next_on=today)
