"""The rows behind a number of the yearly report that the pilot alone is told: of a journal, or of decided lines."""

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.urls import reverse

from connectivity.models import ConnectionFile
from conventions.models import Convention
from donations.models import Donation, LineDecision
from lists.columns import WHOLE
from prescriptions.models import Need, Prescription
from refurb.models import Device
from typography.french import moment

PAGES: dict[type, str] = {
    ConnectionFile: "connectivity:connection_detail",
    Convention: "conventions:convention_detail",
    Device: "refurb:device_detail",
    Donation: "donations:donation_detail",
    Need: "prescriptions:need_detail",
    Prescription: "prescriptions:prescription_detail",
}
"""Where each thing that was refused is told."""
NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


def page_of(record: Any) -> str:
    """The page of the thing that a row of a journal is about."""
    return reverse(PAGES[type(record.object)], args=[record.object.reference])


class BehindSteeringTable(tables.Table):
    """Rows of a journal: which thing, when, why; never whose household."""

    caption = "Lignes du journal derrière le nombre"

    thing = tables.Column(
        verbose_name="Référence",
        accessor="object",
        linkify=page_of,
        orderable=False,
        attrs=WHOLE,
    )
    at = tables.Column(verbose_name="Le")
    reason = tables.Column(verbose_name="Motif", empty_values=(), orderable=False)

    class Meta:
        fields = ("thing", "at", "reason")
        order_by = ("at",)
        default = "–"
        empty_text = "Aucune ligne\u00a0: le nombre est zéro."

    def render_thing(self, record: Any) -> str:
        return str(getattr(record.object, "tag", "") or record.object.reference)

    def render_at(self, value: datetime) -> str:
        return moment(value)

    def value_at(self, value: datetime) -> datetime:
        return value

    def render_reason(self, record: Any) -> str:
        return str(record.reason)


class BehindVolumesTable(BehindSteeringTable):
    """Devices that were handed over under a convention, or moved otherwise: which, when, of which type."""

    reason = tables.Column(accessor="type", verbose_name="Type", orderable=False)

    def render_reason(self, record: Any) -> str:
        return str(record.get_type_display())


class BehindLinesTable(tables.Table):
    """Lines of lots of which units were refused: which lot, what, how many, why."""

    caption = "Lignes de lots derrière le nombre"

    lot = tables.Column(
        accessor="line__donation__reference",
        verbose_name="Lot",
        linkify=("donations:donation_detail", {"reference": tables.A("line__donation__reference")}),
        orderable=False,
        attrs=WHOLE,
    )
    decided_at = tables.Column(verbose_name="Le")
    type = tables.Column(accessor="line__get_type_display", verbose_name="Type", orderable=False)
    quantity = tables.Column(accessor="line__quantity", verbose_name="Unités annoncées", attrs=NUMBER)
    refused = tables.Column(verbose_name="Unités refusées", attrs=NUMBER)
    code = tables.Column(verbose_name="Motif", orderable=False)

    class Meta:
        model = LineDecision
        fields = ("lot", "decided_at", "type", "quantity", "refused", "code")
        order_by = ("decided_at",)
        default = "–"
        empty_text = "Aucune ligne\u00a0: le nombre est zéro."

    def render_decided_at(self, value: datetime) -> str:
        return moment(value)

    def value_decided_at(self, value: datetime) -> datetime:
        return value
