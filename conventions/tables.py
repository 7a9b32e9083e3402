"""The lists of conventions."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conventions.enums import ConventionState
from conventions.models import Convention
from conventions.models.convention import ConventionQuerySet
from conventions.views.sheet import QuotaLine
from lists.columns import WHOLE, StateColumn
from typography.french import day, grouped, plural


class ConventionTable(tables.Table):
    """Conventions: which, between whom, how far, until when."""

    caption = "Conventions"

    reference = tables.Column(
        linkify=("conventions:convention_detail", {"reference": tables.A("reference")}), attrs=WHOLE
    )
    title = tables.Column(verbose_name="Titre")
    epci_party = tables.Column(verbose_name="EPCI", order_by=("epci_party__name",))
    workshop = tables.Column(verbose_name="Reconditionneur", order_by=("workshop__name",), default="à désigner")
    distributor = tables.Column(verbose_name="Distributeur", order_by=("distributor__name",), default="à désigner")
    state = StateColumn()
    ends_on = tables.Column(verbose_name="Durée", empty_values=())

    class Meta:
        model = Convention
        fields: tuple[str, ...] = ("reference", "title", "epci_party", "workshop", "distributor", "state", "ends_on")

    def render_title(self, value: str, record: Any) -> SafeString:
        marks = ["avenant"] if record.amends_id else []
        marks += ["test"] if record.is_test else []
        told = ", ".join(marks)
        return format_html('{} <span class="tag">{}</span>', value, told) if told else format_html("{}", value)

    def render_ends_on(self, value: date | None, record: Any) -> str:
        if record.starts_on is None or value is None:
            return "à fixer"
        return f"du {day(record.starts_on)} au {day(value)}"

    def value_ends_on(self, value: date | None, record: Any) -> str:
        return self.render_ends_on(value, record)

    def order_ends_on(self, rows: ConventionQuerySet, is_descending: bool) -> tuple[ConventionQuerySet, bool]:
        """What has no end yet comes last."""
        column = F("ends_on").desc(nulls_last=True) if is_descending else F("ends_on").asc(nulls_last=True)
        return rows.order_by(column, "-pk"), True


class EndingTable(ConventionTable):
    """Conventions that end soon, or whose quota is nearly used or soon lost."""

    caption = "Conventions qui finissent, quotas qui s’épuisent ou qui se perdent"

    left = tables.Column(verbose_name="Fin", accessor="ends_on", order_by=("ends_on",))
    used = tables.Column(verbose_name="Quota de l’année le plus affecté", accessor="pk", orderable=False)

    to_allot = tables.Column(verbose_name="À affecter avant la fin de l’année", default="–")

    class Meta(ConventionTable.Meta):
        fields: tuple[str, ...] = (
            *("reference", "title", "epci_party", "workshop", "distributor", "state", "left", "used", "to_allot"),
        )
        exclude: tuple[str, ...] = ("ends_on",)
        sequence: tuple[str, ...] = fields

    def render_left(self, value: date, record: Any) -> str:
        if record.alone_on is None:
            return _still(value)
        return f"Une partie peut la résilier dès le {_still(record.alone_on)}\u00a0; sinon {_still(value)}"

    def render_to_allot(self, value: int, record: Any) -> str:
        return told_to_allot(record, _still(record.allot_by))

    def value_to_allot(self, value: int) -> int:
        return value

    def value_used(self, record: Any) -> str:
        fullest = _fullest(record)
        return f"{fullest.type}\u00a0: {fullest.used} sur {fullest.total}" if fullest else "aucun quota cette année"

    def render_used(self, record: Any) -> SafeString | str:
        """The type that is nearest to its quota."""
        line = _fullest(record)
        if line is None:
            return "aucun quota cette année"
        return format_html("{}\u00a0: {}", line.type, render_to_string("conventions/_bar.html", {"line": line}))


class EndingFileTable(EndingTable):
    """The same in a file: how many places, and until which day, each in its cell."""

    allot_by = tables.Column(verbose_name="Au plus tard le", default="–")

    class Meta(EndingTable.Meta):
        fields = (*EndingTable.Meta.fields, "allot_by")
        sequence = fields


def told_to_allot(convention: Any, last: str) -> str:
    """« 363 appareils à affecter d’ici le … »; of one that is suspended, that they are lost if it stays so."""
    places = convention.to_allot
    devices = f"{grouped(places)} appareil{plural(places)}"
    if convention.state == ConventionState.SUSPENDED:
        return f"{devices} perdu{plural(places)} si elle n’est pas reprise d’ici le {last}"
    return f"{devices} à affecter d’ici le {last}"


def _still(last: date) -> str:
    days = (last - timezone.localdate()).days
    told = f"dans {days}\u00a0jour{plural(days)}" if days > 0 else "aujourd’hui" if days == 0 else "passée"
    return f"{day(last)} ({told})"


def _fullest(record: Any) -> QuotaLine | None:
    quotas = [quota for quota in record.current if quota.total]
    if not quotas:
        return None
    fullest = max(quotas, key=lambda quota: quota.used / quota.total)
    return QuotaLine(fullest.get_type_display(), 0, None, None, fullest.total, fullest.used)
