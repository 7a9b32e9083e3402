"""The lists of the network."""

import django_tables2 as tables
from django.db.models import QuerySet

from network.models import Organisation
from network.models.territory import Alphabetical


class OrganisationTable(tables.Table):
    """Organisations: who, what, where."""

    caption = "Organisations"

    name = tables.Column(linkify=("network:organisation_detail", {"reference": tables.A("reference")}))
    kinds = tables.Column(verbose_name="Rôles dans la filière", orderable=False)
    commune = tables.Column(order_by=("commune__name",))
    epci = tables.Column(verbose_name="EPCI", empty_values=(), order_by=("epci__name", "commune__epci__name"))
    is_active = tables.Column(verbose_name="État")

    class Meta:
        model = Organisation
        fields = ("name", "reference", "kinds", "commune", "epci", "is_active")
        order_by = ("name",)
        empty_text = "Aucune organisation pour l’instant. Le pilote inscrit ici celles de la filière."

    def order_name(self, rows: QuerySet[Organisation], is_descending: bool) -> tuple[QuerySet[Organisation], bool]:
        name = Alphabetical("name")
        return rows.order_by(name.desc() if is_descending else name.asc(), "pk"), True

    def render_kinds(self, record: Organisation) -> str:
        return ", ".join(record.kind_labels)

    def render_epci(self, record: Organisation) -> str:
        """The one it is or serves, else the one where it stands: those of the filter."""
        return str(record.epci or (record.commune and record.commune.epci) or "—")

    def render_is_active(self, value: bool) -> str:
        return "Active" if value else "Inactive"
