"""The lists of the outbox: mails, SMS."""

from datetime import datetime

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from documents.enums import STOPPED, SendState
from documents.models import Mail, MailQuerySet, Sms, SmsQuerySet
from typography.french import moment

TAGS = {
    SendState.SENT: "tag tag--done",
    SendState.FAILED: "tag tag--danger",
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
        return format_html('<span class="{}">{}</span>', TAGS.get(SendState(record.delivery), "tag"), label)


class SmsTable(tables.Table):
    """SMS, newest first: when, and how far each has gone; neither number nor text, which are a household's."""

    caption = "SMS aux foyers"

    created_at = tables.Column(verbose_name="Écrit le")
    leaves_at = tables.Column(verbose_name="Part à partir du", orderable=False)
    delivery = tables.Column(verbose_name="Acheminement")
    attempts = tables.Column(verbose_name="Essais", orderable=False)
    error = tables.Column(verbose_name="Ce qui l’a arrêté", orderable=False, default="–")

    class Meta:
        model = Sms
        fields = ("created_at", "leaves_at", "delivery", "attempts", "error")
        order_by = ("-created_at",)
        empty_text = "Aucun SMS. Il n’en part que si le service d’envoi est branché\u00a0: sinon, quelqu’un appelle."

    def render_created_at(self, value: datetime) -> str:
        return moment(value)

    def render_error(self, value: str) -> str:
        return STOPPED.get(value, value)

    def value_error(self, value: str) -> str:
        return self.render_error(value)

    def order_created_at(self, rows: SmsQuerySet, is_descending: bool) -> tuple[SmsQuerySet, bool]:
        sign = "-" if is_descending else ""
        return rows.order_by(f"{sign}created_at", f"{sign}pk"), True

    def render_leaves_at(self, value: datetime) -> str:
        return moment(value)

    def render_delivery(self, record: Sms) -> SafeString:
        label = record.get_delivery_display()
        return format_html('<span class="{}">{}</span>', TAGS.get(SendState(record.delivery), "tag"), label)
