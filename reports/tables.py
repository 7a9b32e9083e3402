"""The list of monthly reports."""

from datetime import date, datetime

import django_tables2 as tables
from django.utils.formats import date_format

from lifecycle.templatetags.lifecycle import moment
from network.columns import StateColumn
from reports.models import Report


class ReportTable(tables.Table):
    """Reports, the last month first: which month, how far, until when."""

    caption = "Rapports mensuels"

    month = tables.Column(linkify=("reports:report_detail", {"reference": tables.A("reference")}))
    reference = tables.Column()
    state = StateColumn()
    as_of = tables.Column(verbose_name="Chiffres")
    published_at = tables.Column(verbose_name="Publié le")

    class Meta:
        model = Report
        fields = ("month", "reference", "state", "as_of", "published_at")
        order_by = ("-month",)
        default = "–"
        empty_text = (
            "Aucun rapport à lire ici. Celui d’un mois est calculé le 1er du mois suivant ; "
            "il se lit une fois publié par le Département."
        )

    def render_month(self, value: date) -> str:
        return date_format(value, "F Y").capitalize()

    def value_month(self, value: date) -> str:
        return self.render_month(value)

    def render_as_of(self, value: datetime, record: Report) -> str:
        return "mois entier" if record.is_whole else f"arrêtés au {moment(value)}"

    def render_published_at(self, value: datetime) -> str:
        return moment(value)
