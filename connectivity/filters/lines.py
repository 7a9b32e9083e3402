"""What narrows the list of recharges."""

import django_filters
from django.db.models import Q
from django.utils import timezone

from connectivity.models import Recharge
from connectivity.models.line import RechargeQuerySet

MONTHS = (("this", "Ce mois-ci"), ("last", "Le mois dernier"))
STANDS = (("sold", "Vendues"), ("cancelled", "Annulées"))


class RechargeFilter(django_filters.FilterSet):
    """By month, and whether they stand."""

    month = django_filters.ChoiceFilter(label="Mois", choices=MONTHS, empty_label="Tous", method="of_month")
    stands = django_filters.ChoiceFilter(label="Suite", choices=STANDS, empty_label="Toutes", method="standing")

    class Meta:
        model = Recharge
        fields = ("month", "stands")

    def of_month(self, rows: RechargeQuerySet, name: str, value: str) -> RechargeQuerySet:
        first = timezone.localdate().replace(day=1)
        if value == "last":
            first = (
                (first.replace(year=first.year - 1, month=12))
                if first.month == 1
                else first.replace(month=first.month - 1)
            )
        return rows.in_month(first)

    def standing(self, rows: RechargeQuerySet, name: str, value: str) -> RechargeQuerySet:
        return rows.filter(Q(cancelled_at=None) if value == "sold" else Q(cancelled_at__isnull=False))
