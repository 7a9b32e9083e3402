"""Messages to households, letters, mails and SMS together: nobody is named, no text is shown."""

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from documents.enums import SendState
from lists.columns import WHOLE
from prescriptions.enums.letters import MessageFate
from prescriptions.models import HouseholdMessage
from prescriptions.models.message import FATES, PRINTED
from typography.french import moment

NAMES: dict[str, str] = dict(FATES)
TONES: dict[str, str] = {
    SendState.SENT: "tag--done",
    SendState.KEPT: "tag--done",
    SendState.FAILED: "tag--danger",
    PRINTED: "tag--todo",
    MessageFate.POSTED: "tag--done",
    MessageFate.GIVEN: "tag--done",
    MessageFate.UNKNOWN: "tag--danger",
    MessageFate.UNCLAIMED: "tag--danger",
    MessageFate.ASTRAY: "tag--danger",
}


class MessageTable(tables.Table):
    """When, about what, by which channel, in which file, what became of it."""

    caption = "Messages aux foyers"

    written_at = tables.Column(verbose_name="Écrit le")
    code = tables.Column(verbose_name="À propos de")
    channel = tables.Column(verbose_name="Par")
    household = tables.Column(
        verbose_name="Dossier",
        accessor="household__reference",
        orderable=False,
        linkify=("prescriptions:household_detail", {"reference": tables.A("household__reference")}),
        attrs=WHOLE,
    )
    fate = tables.Column(verbose_name="Suite")
    left_at = tables.Column(verbose_name="Parti le", default="–", orderable=False)
    stopped = tables.Column(verbose_name="Ce qui l’a arrêté", default="–", orderable=False)

    class Meta:
        model = HouseholdMessage
        fields = ("written_at", "code", "channel", "household", "fate", "left_at", "stopped")
        order_by = ("-written_at",)

    def render_written_at(self, value: datetime) -> str:
        return moment(value)

    def order_written_at(self, rows: Any, is_descending: bool) -> tuple[Any, bool]:
        sign = "-" if is_descending else ""
        return rows.order_by(f"{sign}written_at", f"{sign}pk"), True

    def render_left_at(self, value: datetime) -> str:
        return moment(value)

    def render_fate(self, value: str) -> SafeString:
        return format_html('<span class="tag {}">{}</span>', TONES.get(value, ""), NAMES[value])

    def value_fate(self, value: str) -> str:
        return NAMES[value]
