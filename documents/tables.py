"""The list of the outbox."""

from datetime import datetime

import django_tables2 as tables
from django.utils.formats import date_format
from django.utils.timezone import localtime

from documents.models import Mail


class MailTable(tables.Table):
    """Mails, newest first: when, to whom, about what, and how far each has gone."""

    created_at = tables.Column(verbose_name="Écrit le")
    to = tables.Column(verbose_name="Destinataires", orderable=False)
    subject = tables.Column(verbose_name="Sujet", linkify=("documents:mail_detail", {"pk": tables.A("pk")}))
    delivery = tables.Column(verbose_name="Acheminement")
    attempts = tables.Column(verbose_name="Essais", attrs={"td": {"class": "text-end"}})

    class Meta:
        model = Mail
        fields = ("created_at", "subject", "to", "delivery", "attempts")
        order_by = ("-created_at",)
        empty_text = (
            "Aucun courriel ici. Ceux que Maillon écrit (invitations, demandes, réponses) "
            "s’ajouteront à cette liste."
        )

    def render_created_at(self, value: datetime) -> str:
        return date_format(localtime(value), "j M Y à H:i")

    def render_to(self, value: list[str]) -> str:
        return ", ".join(value)

    def render_subject(self, record: Mail) -> str:
        return str(record)
