"""What will be archived or erased: by when, and which of the two."""

from typing import Any

import django_filters
from django.utils import timezone

from prescriptions.enums import Fate
from prescriptions.foreseen import foreseen
from prescriptions.machine.household_rules import shifted
from prescriptions.models import Household

HORIZONS = [("1", "un mois"), ("3", "trois mois"), ("6", "six mois"), ("12", "un an")]
"""In how many months."""


class ForeseenFilter(django_filters.FilterSet):
    """By horizon first, since it chooses the rows; then by what happens to them."""

    within = django_filters.ChoiceFilter(
        label="D’ici", choices=HORIZONS, empty_label="Cette nuit", method="by_then", required=False
    )
    fate = django_filters.ChoiceFilter(label="Sera", choices=Fate, empty_label="Tout")

    class Meta:
        model = Household
        fields = ("within", "fate")

    def by_then(self, rows: Any, name: str, value: str) -> Any:
        now = timezone.now()
        return foreseen(now, until=shifted(timezone.localdate(now), int(value)))
