"""The list of the outbox."""

from datetime import datetime

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from documents.enums import Delivery
from documents.models import Mail, MailQuerySet
from typography.french import moment

TAGS = {
    Delivery.SENT: "tag tag--done",
    Delivery.FAILED: "tag tag--danger",
}


class MailTable(tables.Table):
    """Mails, newest first: when, to whom, about what, and how far each has gone."""

    caption = "Courrier"

    created_at = tables.Column(verbose_name="Écrit le")
    subject = tables.Column(
        verbose_name="Sujet", empty_values=(), linkify=("documents:mail_detail", {"pk": tables.A("pk")})
    )
    to = tables.Column(verbose_name="Destinataires", orderable=False)
    delivery = tables.Column(verbose_name="Acheminement")

    class Meta:
        model = Mail
        fields = ("created_at", "subject", "to", "delivery")
        order_by = ("-created_at",)
        empty_text = (
            "Aucun courriel ici. Ceux que Maillon écrit (invitations, demandes, réponses) s’ajouteront à cette liste."
        )

    def render_created_at(self, value: datetime) -> str:
        return moment(value)

    def order_created_at(self, rows: MailQuerySet, is_descending: bool) -> tuple[MailQuerySet, bool]:
        sign = "-" if is_descending else ""
        return rows.order_by(f"{sign}created_at", f"{sign}pk"), True

    def render_subject(self, record: Mail) -> str:
        return str(record)

    def render_to(self, record: Mail) -> str:
        return ", ".join(address for address, _ in record.recipients)

    def render_delivery(self, record: Mail) -> SafeString:
        label = record.get_delivery_display()
        return format_html('<span class="{}">{}</span>', TAGS.get(Delivery(record.delivery), "tag"), label)
