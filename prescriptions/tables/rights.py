"""Requests to exercise a right, the first due first."""

from typing import Any

import django_tables2 as tables

from lists.columns import WHOLE, StateColumn
from prescriptions.enums import RightsState
from prescriptions.models import RightsRequest
from typography.french import day, days_left

S = RightsState


class RightsTable(tables.Table):
    """Which, what is asked, since when, by when; nobody is named."""

    caption = "Demandes d’exercice de droits"

    reference = tables.Column(
        linkify=("prescriptions:rights_request_detail", {"reference": tables.A("reference")}), attrs=WHOLE
    )
    kind = tables.Column(verbose_name="Droit exercé")
    received_on = tables.Column(verbose_name="Reçue le", attrs=WHOLE)
    due_on = tables.Column(verbose_name="Réponse due")  # with the days left: too long to hold on one line
    state = StateColumn()
    prescriber = tables.Column(verbose_name="Prescripteur", accessor="household__prescriber", orderable=False)

    class Meta:
        model = RightsRequest
        fields = ("reference", "kind", "received_on", "due_on", "state", "prescriber")
        order_by = ("due_on",)

    def render_due_on(self, value: Any, record: RightsRequest) -> str:
        return f"{day(value)}, {days_left(value)}" if record.state == S.RECEIVED else day(value)
