"""The list of recharges that were sold."""

from datetime import date
from decimal import Decimal

import django_tables2 as tables

from connectivity.models import Recharge
from lists.columns import WHOLE
from typography.french import day, euros


class RechargeTable(tables.Table):
    """Which line, for whom, how much, when, by whom, whether it stands."""

    caption = "Recharges vendues"

    file = tables.Column(
        verbose_name="Dossier",
        linkify=("connectivity:connection_detail", {"reference": tables.A("file__reference")}),
        attrs=WHOLE,
    )
    household = tables.Column(
        verbose_name="Foyer", accessor="file__need__prescription__household__name", orderable=False, default="–"
    )
    sold_on = tables.Column(verbose_name="Vendue le")
    amount = tables.Column(verbose_name="Montant")
    sold_by = tables.Column(verbose_name="Par", accessor="sold_by__user", orderable=False)
    distributor = tables.Column(verbose_name="Point de vente", orderable=False)
    cancel_reason = tables.Column(verbose_name="Annulée", orderable=False)

    class Meta:
        model = Recharge
        fields = ("file", "household", "sold_on", "amount", "sold_by", "distributor", "cancel_reason")
        order_by = ("-sold_on",)

    def render_sold_on(self, value: date) -> str:
        return day(value)

    def render_amount(self, value: Decimal) -> str:
        return euros(value)
