"""The lists of lots and of those who may give."""

from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.db.models import F
from django.utils.safestring import SafeString

from donations.models import Donation, Prospect
from donations.models.donation import DonationQuerySet
from lists.columns import WHOLE, StateColumn
from network.tables import day_to_come
from typography.french import day, grouped


class DonationTable(tables.Table):
    """Lots: which, whose, how many, how far, since when, where they go."""

    caption = "Lots"

    reference = tables.Column(linkify=("donations:donation_detail", {"reference": tables.A("reference")}), attrs=WHOLE)
    donor = tables.Column(verbose_name="Donateur", order_by=("donor__name",))
    units = tables.Column(verbose_name="Appareils")
    state = StateColumn()
    announced_at = tables.Column(verbose_name="Annoncé le", empty_values=(), attrs=WHOLE)
    workshops = tables.Column(verbose_name="Atelier", accessor="workshop_names", orderable=False, default="–")

    class Meta:
        model = Donation
        fields = ("reference", "donor", "units", "state", "announced_at", "workshops")

    def render_units(self, record: Any) -> str:
        accepted = record.accepted
        told = grouped(record.units)
        if accepted is None or accepted == record.units:
            return told
        return f"{told}, dont {grouped(accepted)} accepté{'s' if accepted > 1 else ''}"

    def render_announced_at(self, value: datetime | None) -> str:
        return day(value) if value else "pas encore"

    def order_announced_at(self, rows: DonationQuerySet, is_descending: bool) -> tuple[DonationQuerySet, bool]:
        """Drafts are the newest of all."""
        column = F("announced_at").desc(nulls_first=True) if is_descending else F("announced_at").asc(nulls_last=True)
        return rows.order_by(column, "-pk" if is_descending else "pk"), True


class ProspectTable(tables.Table):
    """Whom to call: which, where, how far, since when nothing was said, what is next and for when."""

    caption = "Donateurs possibles"

    name = tables.Column(linkify=("donations:prospect_detail", {"reference": tables.A("reference")}))
    epci = tables.Column(verbose_name="EPCI", accessor="commune__epci__short_name", default="–")
    state = StateColumn()
    last_contact_on = tables.Column(verbose_name="Dernier échange", default="aucun", attrs=WHOLE)
    next_step = tables.Column(verbose_name="Prochaine étape", orderable=False, default="aucune")
    next_on = tables.Column(verbose_name="Pour le", default="–")
    next_owner = tables.Column(verbose_name="Par", accessor="next_owner__organisation", orderable=False, default="–")

    class Meta:
        model = Prospect
        fields = ("name", "epci", "state", "last_contact_on", "next_step", "next_on", "next_owner")

    def render_last_contact_on(self, value: date) -> str:
        return day(value)

    def render_next_on(self, value: date, record: Any) -> SafeString:
        return day_to_come(value, record)

    def value_next_on(self, value: date) -> str:
        return day(value)
