"""The lists of connection files: those one follows, those an operator answers, the needs that wait for a line."""

from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from connectivity.models import ConnectionFile, CopperClosure, Offer
from connectivity.prices import checked_since, price_of, reliability_of
from lists.columns import WHOLE, StateColumn
from prescriptions.models import Need
from typography.french import day, days_ago


def aged(instant: datetime | None) -> SafeString | str:
    """The day, with how long ago: « 24 nov. 2026 (il y a 3 jours) »."""
    if instant is None:
        return "–"
    return format_html('<time datetime="{}">{}</time> ({})', instant.isoformat(), day(instant), days_ago(instant))


class ConnectionTable(tables.Table):
    """Files: which, for whom, what offer, how far, since when."""

    caption = "Dossiers de connexion"

    reference = tables.Column(
        linkify=("connectivity:connection_detail", {"reference": tables.A("reference")}), attrs=WHOLE
    )
    household = tables.Column(
        verbose_name="Foyer", accessor="need__prescription__household__name", orderable=False, default="–"
    )
    kind = tables.Column(verbose_name="Besoin")
    offer = tables.Column(verbose_name="Offre", accessor="offer__name", default="à choisir")
    state = StateColumn()
    moved_at = tables.Column(verbose_name="Dernier mouvement", accessor="last_move")
    epci = tables.Column(verbose_name="EPCI", accessor="epci__short_name", default="–")

    class Meta:
        model = ConnectionFile
        fields = ("reference", "household", "kind", "offer", "state", "moved_at", "epci")
        order_by = ("-moved_at",)

    def render_moved_at(self, value: datetime) -> SafeString | str:
        return aged(value)


class QueueTable(tables.Table):
    """What an operator has to answer, the oldest first: only what it was told."""

    caption = "Demandes à traiter"

    reference = tables.Column(
        verbose_name="Référence",
        linkify=("connectivity:connection_detail", {"reference": tables.A("reference")}),
        attrs=WHOLE,
    )
    offer = tables.Column(verbose_name="Offre", accessor="offer__name")
    person = tables.Column(verbose_name="Personne", accessor="told", orderable=False, default="–")
    state = StateColumn()
    sent_at = tables.Column(verbose_name="Transmise le")
    corrected_at = tables.Column(verbose_name="Corrigée le", orderable=False, default="–")
    appointment_on = tables.Column(verbose_name="Raccordement", default="–")

    class Meta:
        model = ConnectionFile
        fields = ("reference", "offer", "person", "state", "sent_at", "corrected_at", "appointment_on")

    def render_corrected_at(self, value: datetime) -> str:
        return day(timezone.localdate(value))

    def render_sent_at(self, value: datetime) -> SafeString | str:
        return aged(value)

    def render_appointment_on(self, value: date) -> str:
        return day(value)


class WaitingNeedTable(tables.Table):
    """The needs of connection that wait: the first accepted first."""

    caption = "Besoins de connexion qui attendent"

    reference = tables.Column(
        linkify=("connectivity:connection_propose", {"reference": tables.A("reference")}), attrs=WHOLE
    )
    household = tables.Column(verbose_name="Foyer", accessor="prescription__household__name", orderable=False)
    kind = tables.Column(verbose_name="Besoin")
    use = tables.Column(verbose_name="Usage")
    accepted_at = tables.Column(verbose_name="Attend depuis")
    epci = tables.Column(verbose_name="EPCI", accessor="epci__short_name", default="–")

    class Meta:
        model = Need
        fields = ("reference", "household", "kind", "use", "accepted_at", "epci")

    def render_accepted_at(self, value: datetime) -> SafeString | str:
        return aged(value)


class OfferTable(tables.Table):
    """The offers in force: what, for whom, how, at what price, how sure."""

    caption = "Offres du jour"

    name = tables.Column(verbose_name="Offre", linkify=("connectivity:offer_detail", {"code": tables.A("code")}))
    operator_name = tables.Column(verbose_name="Opérateur")
    technology = tables.Column(verbose_name="Technologie")
    channel = tables.Column(verbose_name="Comment l’obtenir", orderable=False)
    price = tables.Column(verbose_name="Prix", empty_values=())
    conditions = tables.Column(verbose_name="Conditions", accessor="asked", orderable=False, empty_values=())
    reliability = tables.Column(verbose_name="Fiabilité")
    source = tables.Column(verbose_name="Source", orderable=False)

    class Meta:
        model = Offer
        fields = ("name", "operator_name", "technology", "channel", "price", "conditions", "reliability", "source")

    def render_channel(self, record: Any, value: str) -> str:
        return f"{value}, qui n’est plus en activité" if record.is_unanswered else value

    def render_price(self, record: Any) -> str:
        return price_of(record)

    def render_conditions(self, record: Any) -> str:
        return "\N{NO-BREAK SPACE}; ".join(str(condition) for condition in record.conditions.all()) or "aucune"

    def before_render(self, request: Any) -> None:
        self.since = checked_since(timezone.localdate())

    def render_reliability(self, record: Any) -> str:
        return reliability_of(record, getattr(self, "since", None) or checked_since(timezone.localdate()))

    def render_source(self, record: Any) -> str:
        return f"{record.source}. Vérifié le {day(record.checked_on)}."


class ClosureTable(tables.Table):
    """The end of copper, commune by commune."""

    caption = "Fermeture du cuivre"

    commune = tables.Column(verbose_name="Commune", order_by=("commune__name",))
    epci = tables.Column(verbose_name="EPCI", accessor="commune__epci__short_name")
    lot = tables.Column(verbose_name="Lot")
    commercial_on = tables.Column(verbose_name="Plus vendu depuis le")
    technical_on = tables.Column(verbose_name="Arrêté le")

    class Meta:
        model = CopperClosure
        fields = ("commune", "epci", "lot", "commercial_on", "technical_on")
        order_by = ("technical_on", "commune")

    def render_commercial_on(self, value: date) -> str:
        return day(value)

    def render_technical_on(self, value: date) -> str:
        return day(value)
