"""Prescriptions, needs in the order they are served, households."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from lists.columns import WHOLE, StateColumn
from prescriptions.forms.filing import need_in_one_line
from prescriptions.models import Household, Need, Prescription
from typography.french import HARD, day, days_ago


class PrescriptionTable(tables.Table):
    """Which, for whom, what for, how far, since when, by whom."""

    caption = "Prescriptions"

    reference = tables.Column(
        linkify=("prescriptions:prescription_detail", {"reference": tables.A("reference")}), attrs=WHOLE
    )
    household = tables.Column(verbose_name="Foyer", accessor="household__name", order_by=("household__last_name",))
    commune = tables.Column(
        verbose_name="Commune", accessor="household__commune", order_by=("household__commune__name",), default="–"
    )
    needs = tables.Column(verbose_name="Besoins", accessor="pk", orderable=False)
    state = StateColumn()
    moved_at = tables.Column(verbose_name="Dernier mouvement", accessor="last_move", attrs=WHOLE)
    prescriber = tables.Column(verbose_name="Prescripteur", order_by=("prescriber__name",))
    worker = tables.Column(
        verbose_name="Suivie par", accessor="worker__user", order_by=("worker__user__last_name",), default="personne"
    )
    adviser = tables.Column(
        verbose_name="Instruite par",
        accessor="adviser__user",
        order_by=("adviser__user__last_name",),
        default="personne",
    )
    distributor = tables.Column(verbose_name="Distributeur", order_by=("distributor__name",), default="–")

    class Meta:
        model = Prescription
        fields = (
            "reference",
            "household",
            "commune",
            "needs",
            "state",
            "moved_at",
            "prescriber",
            "worker",
            "adviser",
            "distributor",
        )

    def render_needs(self, record: Any) -> SafeString | str:
        return (
            format_html_join("", "<div>{}</div>", ((need_in_one_line(need),) for need in record.needs.all())) or "aucun"
        )

    def value_needs(self, record: Any) -> str:
        return f"{HARD}; ".join(need_in_one_line(need) for need in record.needs.all())

    def render_moved_at(self, value: Any) -> str:
        return days_ago(value)


class NeedTable(tables.Table):
    """Needs, the first to be served first, with what makes the rank."""

    caption = "Besoins, dans l’ordre où ils se servent"

    reference = tables.Column(linkify=("prescriptions:need_detail", {"reference": tables.A("reference")}), attrs=WHOLE)
    kind = tables.Column(verbose_name="Besoin")
    use = tables.Column(verbose_name="Usage")
    household = tables.Column(verbose_name="Foyer", accessor="prescription__household__name", orderable=False)
    epci = tables.Column(verbose_name="EPCI", accessor="epci__short_name", default="–")
    state = StateColumn()
    accepted_at = tables.Column(verbose_name="Accepté")
    points = tables.Column(verbose_name="Rang", accessor="points", order_by=("-points", "accepted_at", "pk"))

    class Meta:
        model = Need
        fields = ("reference", "kind", "use", "household", "epci", "state", "accepted_at", "points")

    def render_accepted_at(self, value: Any) -> str:
        return f"{day(value)} ({days_ago(value)})"

    def render_points(self, record: Any) -> str:
        waited = record.points - record.territory_points - record.use_points
        parts = (("territoire", record.territory_points), ("usage", record.use_points), ("attente", waited))
        counted = ", ".join(f"{label}\u00a0{points}" for label, points in parts)
        return f"{record.points}\u00a0point{'s' if record.points > 1 else ''} ({counted})"


class HouseholdTable(tables.Table):
    """Who is followed, where, by whom, since when."""

    caption = "Foyers"

    reference = tables.Column(
        linkify=("prescriptions:household_detail", {"reference": tables.A("reference")}), attrs=WHOLE
    )
    household = tables.Column(verbose_name="Foyer", accessor="name", order_by=("last_name", "first_name"))
    commune = tables.Column(order_by=("commune__name",), default="–")
    prescriber = tables.Column(verbose_name="Prescripteur", order_by=("prescriber__name",))
    state = StateColumn()
    contacted_at = tables.Column(verbose_name="Dernier contact", attrs=WHOLE)

    class Meta:
        model = Household
        fields = ("reference", "household", "commune", "prescriber", "state", "contacted_at")

    def render_contacted_at(self, value: Any) -> str:
        return days_ago(value)
