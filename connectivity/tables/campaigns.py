"""The lists of campaigns of calls, and of the households of one."""

from datetime import date
from typing import Any

import django_tables2 as tables

from connectivity.models import CampaignHousehold, CopperCampaign
from lists.columns import WHOLE
from typography.french import day


class CampaignTable(tables.Table):
    """Campaigns: where, by which day, how far, as the reader may count."""

    caption = "Campagnes d’appels du cuivre"

    title = tables.Column(
        verbose_name="Campagne", linkify=("connectivity:campaign_detail", {"pk": tables.A("pk")}), attrs=WHOLE
    )
    where = tables.Column(verbose_name="Où", orderable=False)
    closes_by = tables.Column(verbose_name="Cuivre arrêté d’ici le")
    listed = tables.Column(verbose_name="Foyers")
    to_call = tables.Column(verbose_name="À appeler")
    reached = tables.Column(verbose_name="Joints")
    ended_at = tables.Column(verbose_name="Terminée le", default="–")

    class Meta:
        model = CopperCampaign
        fields = ("title", "where", "closes_by", "listed", "to_call", "reached", "ended_at")
        order_by = ("closes_by",)

    def render_closes_by(self, value: date) -> str:
        return day(value)

    def render_ended_at(self, value: date) -> str:
        return day(value)


class CallTable(tables.Table):
    """The households of a campaign: who, where, what came of the last call, when the next is, who calls."""

    caption = "Foyers de la campagne"

    household = tables.Column(verbose_name="Foyer", accessor="household__name", orderable=False)
    commune = tables.Column(verbose_name="Commune", accessor="commune__name")
    line = tables.Column(verbose_name="Ligne")
    result = tables.Column(verbose_name="Dernier appel", empty_values=())
    calls = tables.Column(verbose_name="Appels")
    next_on = tables.Column(verbose_name="À rappeler le", default="–")
    caller = tables.Column(verbose_name="Appelé par", accessor="caller__user", orderable=False, default="–")
    note = tables.Column(
        verbose_name="Page",
        accessor="pk",
        orderable=False,
        linkify=("connectivity:call_note", {"pk": tables.A("pk")}),
    )

    class Meta:
        model = CampaignHousehold
        fields = ("household", "commune", "line", "result", "calls", "next_on", "caller", "note")
        order_by = ("next_on",)

    def render_result(self, record: Any) -> str:
        return str(record.get_result_display() or "jamais appelé")

    def render_next_on(self, value: date) -> str:
        return day(value)

    def render_note(self) -> str:
        return "Appeler"
