"""The lists of the network."""

from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lifecycle.templatetags.lifecycle import state_badge
from lists.columns import WHOLE, StateColumn
from network.models import AwarenessSession, Organisation, PublicService, Rollout
from network.models.territory import Alphabetical
from network.rollouts_told import told_of
from typography.french import by_pairs, day, days_left, plural


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


FIRST_COMMUNES = 3
"""How many communes a line of the directory names on a page; a file has them all."""


class ServiceTable(tables.Table):
    """The directory: which service, of whom, for which communes, how one reaches it."""

    caption = "Annuaire des prescripteurs"

    name = tables.Column(
        verbose_name="Service", linkify=("network:public_service_detail", {"reference": tables.A("reference")})
    )
    structure = tables.Column(verbose_name="Structure")
    kind = tables.Column(verbose_name="Sorte")
    places = tables.Column(verbose_name="Communes", orderable=False)
    phone = tables.Column(verbose_name="Téléphone", orderable=False, default="–")
    email = tables.Column(verbose_name="Courriel", orderable=False, default="–")
    confirmed_at = tables.Column(verbose_name="Vérifiée le")

    class Meta:
        model = PublicService
        fields: tuple[str, ...] = ("name", "structure", "kind", "places", "phone", "email", "confirmed_at")
        order_by = ("structure", "name")

    def render_places(self, value: list[str]) -> str:
        shown, more = value[:FIRST_COMMUNES], len(value) - FIRST_COMMUNES
        return ", ".join(shown) + (f" et {more} autre{plural(more)}" if more > 0 else "")

    def value_places(self, value: list[str]) -> str:
        return ", ".join(value)

    def render_phone(self, value: str) -> str:
        return by_pairs(value)

    def render_confirmed_at(self, value: datetime, record: Any) -> SafeString | str:
        told = format_html('<span class="text-nowrap">{}</span>', day(value))
        return format_html('{} <span class="tag tag--todo">à confirmer</span>', told) if value < record.stale else told

    def value_confirmed_at(self, value: datetime) -> str:
        return day(value)


class ServiceFileTable(ServiceTable):
    """The same in a file, with the hours: words of several lines, that a page tells of one service at a time."""

    hours = tables.Column(verbose_name="Accueil", orderable=False, default="–")

    class Meta(ServiceTable.Meta):
        fields = (*ServiceTable.Meta.fields, "hours")


class AwarenessTable(tables.Table):
    """Sessions: when, where, how many structures were invited and came, how many people."""

    caption = "Sessions de sensibilisation"

    starts_at = tables.Column(
        verbose_name="Date", linkify=("network:awareness_detail", {"reference": tables.A("reference")})
    )
    title = tables.Column(verbose_name="Sujet")
    commune = tables.Column(verbose_name="Commune", accessor="commune__name")
    epci = tables.Column(verbose_name="EPCI", accessor="commune__epci__short_name")
    state = StateColumn()
    structures = tables.Column(verbose_name="Structures")
    came = tables.Column(verbose_name="Venues")
    people = tables.Column(verbose_name="Personnes")

    class Meta:
        model = AwarenessSession
        fields = ("starts_at", "title", "commune", "epci", "state", "structures", "came", "people")

    def render_starts_at(self, value: datetime) -> str:
        return day(value)


class RolloutTable(tables.Table):
    """The EPCI on their way: which, how far, since when; what comes next, for whoever follows them."""

    caption = "Déploiement, EPCI par EPCI"

    epci = tables.Column(
        verbose_name="EPCI",
        accessor="epci__short_name",
        linkify=("network:rollout_detail", {"reference": tables.A("reference")}),
    )
    state = StateColumn()
    reached_at = tables.Column(verbose_name="Depuis le", attrs=WHOLE)
    last_contact_on = tables.Column(verbose_name="Dernier échange", default="aucun", attrs=WHOLE)
    next_step = tables.Column(verbose_name="Prochaine étape", orderable=False, empty_values=())
    next_on = tables.Column(verbose_name="Pour le", default="–")
    next_owner = tables.Column(verbose_name="Par", accessor="next_owner__organisation", orderable=False, default="–")

    class Meta:
        model = Rollout
        fields = ("epci", "state", "reached_at", "last_contact_on", "next_step", "next_on", "next_owner")

    def render_state(self, record: Rollout) -> SafeString:
        return render_to_string("lifecycle/state_badge.html", standing(record))

    def value_state(self, record: Rollout) -> str:
        return standing(record)["label"]

    def render_next_step(self, record: Rollout) -> str:
        """What is planned; failing that, the convention that is on its way: only those who follow it read this."""
        if record.next_step:
            return record.get_next_step_display()
        told = told_of(record, record.state)
        return f"{told.coming} ({told.reference})" if told.coming else "aucune"

    def render_reached_at(self, value: datetime) -> str:
        return day(value)

    def render_last_contact_on(self, value: date) -> str:
        return day(value)

    def render_next_on(self, value: date, record: Any) -> SafeString:
        return day_to_come(value, record)

    def value_next_on(self, value: date) -> str:
        return day(value)


def standing(rollout: Rollout) -> dict[str, str]:
    """The badge of a roll-out read ``with_told``: its step, and what qualifies it, as « Convention, suspendue »."""
    badge = state_badge(rollout)
    told = told_of(rollout, rollout.state)
    return badge | {"label": f"{badge['label']}, {told.stands}", "tone": "todo"} if told.stands else badge


def day_to_come(value: date, record: Any) -> SafeString:
    """A day is never cut; how late it is goes to the line below where there is no room."""
    whole = format_html('<span class="text-nowrap">{}</span>', day(value))
    if record.is_followed and value < record.today:
        return format_html('{} <span class="tag tag--danger">{}</span>', whole, days_left(value))
    return whole
