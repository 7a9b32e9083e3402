"""What narrows the lists of campaigns of calls."""

import django_filters
from django.db.models import Q

from connectivity.enums import CallResult
from connectivity.models import CampaignHousehold, CopperCampaign
from connectivity.models.campaign import CampaignHouseholdQuerySet, CampaignQuerySet, still_to_call

STANDS = (("open", "En cours"), ("ended", "Terminées"))
WAITS = (("to_call", "À appeler"), ("settled", "Réglés"))


class CampaignFilter(django_filters.FilterSet):
    """Whether they go on."""

    stands = django_filters.ChoiceFilter(label="Suite", choices=STANDS, empty_label="Toutes", method="standing")

    class Meta:
        model = CopperCampaign
        fields = ("stands",)

    def standing(self, rows: CampaignQuerySet, name: str, value: str) -> CampaignQuerySet:
        return rows.filter(Q(ended_at=None) if value == "open" else Q(ended_at__isnull=False))


class CallFilter(django_filters.FilterSet):
    """Those still to call, and what the last call gave."""

    waits = django_filters.ChoiceFilter(label="Reste à faire", choices=WAITS, empty_label="Tous", method="waiting")
    result = django_filters.ChoiceFilter(label="Dernier appel", choices=CallResult, empty_label="Tous")

    class Meta:
        model = CampaignHousehold
        fields = ("waits", "result")

    def waiting(self, rows: CampaignHouseholdQuerySet, name: str, value: str) -> CampaignHouseholdQuerySet:
        return rows.filter(still_to_call() if value == "to_call" else ~still_to_call())
