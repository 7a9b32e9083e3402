"""Requests to exercise a right by state and by right: nobody is named."""

import django_filters

from prescriptions.enums import RightKind, RightsState
from prescriptions.models import RightsRequest


class RightsFilter(django_filters.FilterSet):
    """By state and by right."""

    state = django_filters.ChoiceFilter(label="État", choices=RightsState, empty_label="Tous")
    kind = django_filters.ChoiceFilter(label="Droit exercé", choices=RightKind, empty_label="Tous")

    class Meta:
        model = RightsRequest
        fields = ("state", "kind")
