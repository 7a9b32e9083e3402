"""The lists of distribution: points, deliveries, the shelf, reservations, returns, what is to be sent back."""

from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from calendars.days import last_day
from distribution.asked_back import due_in_words
from distribution.brought_back import standing_of
from distribution.models import Derogation, Stocktake
from distribution.templatetags.distribution import day_left
from lists.columns import WHOLE, StateColumn
from prescriptions.models import Need
from refurb.enums import DeviceState
from refurb.grading import told_grade
from refurb.models import Delivery, Device, DistributionPoint
from refurb.models.returns import is_lost_in_return
from refurb.tables import DEVICE_LINK, aged
from typography.french import day, euros, moment, plural

NEXT = {
    DeviceState.SHIPPED: ("Mettre en rayon", "device_stock_in"),
    DeviceState.AVAILABLE: ("Réserver", "device_reserve"),
    DeviceState.RESERVED: ("Remettre", "device_hand_over"),
    DeviceState.MISSING: ("Retrouver", "device_find"),
}
"""What one does next with a device of one's point, and on which page."""
FOUND_IN_RETURN = ("Retrouver le retour", "device_find_returned")
"""The same of what a household had brought back."""
POINT = {"verbose_name": "Point", "accessor": "point__name", "order_by": ("point__name", "pk")}


class PointTable(tables.Table):
    """Distribution points: where, held by whom, what is on the shelf."""

    caption = "Points de distribution"

    name = tables.Column(linkify=("distribution:point_detail", {"reference": tables.A("reference")}))
    place = tables.Column(verbose_name="Adresse", accessor="place", orderable=False)
    organisation = tables.Column(order_by=("organisation__name",))
    distributor = tables.Column(order_by=("distributor__name",))
    opening = tables.Column(verbose_name="Ouverture", orderable=False, default="–")
    is_active = tables.Column(verbose_name="État")

    class Meta:
        model = DistributionPoint
        fields = ("name", "place", "organisation", "distributor", "opening", "is_active")
        order_by = ("name",)
        empty_text = "Aucun point pour l’instant. Le responsable du distributeur les inscrit, ceux des relais compris."

    def render_is_active(self, value: bool) -> SafeString:
        tone, said = ("tag--done", "En service") if value else ("", "Fermé")
        return format_html('<span class="tag {}">{}</span>', tone, said)


class StocktakeTable(tables.Table):
    """Stocktakes: of what, since when, by whom, and whether it is over."""

    caption = "Inventaires"

    reference = tables.Column(linkify=("distribution:stocktake_detail", {"reference": tables.A("reference")}))
    where = tables.Column(verbose_name="Ce qui est compté", accessor="where", orderable=False)
    state = StateColumn()
    opened_at = tables.DateTimeColumn(format="d/m/Y H:i")
    ended_at = tables.DateTimeColumn(format="d/m/Y H:i", default="–")

    class Meta:
        model = Stocktake
        fields = ("reference", "where", "state", "opened_at", "ended_at")
        order_by = ()
        empty_text = (
            "Aucun inventaire. Commencez-en un\u00a0: on peut l’interrompre, le reprendre, le faire à plusieurs."
        )


class DeliveryTable(tables.Table):
    """Deliveries: from where to where, how many, what is left to tick off."""

    caption = "Livraisons"

    reference = tables.Column(
        linkify=("distribution:delivery_detail", {"reference": tables.A("reference")}), attrs=WHOLE
    )
    prepared_at = tables.Column(verbose_name="Établie le")
    workshop = tables.Column(verbose_name="Atelier", order_by=("workshop__name",))
    point = tables.Column(verbose_name="Vers", order_by=("point__name",))
    convention = tables.Column(verbose_name="Convention", accessor="convention__reference", orderable=False)
    sent = tables.Column(verbose_name="Appareils")
    expected = tables.Column(verbose_name="Réception")

    class Meta:
        model = Delivery
        fields = ("reference", "prepared_at", "workshop", "point", "convention", "sent", "expected")
        empty_text = "Aucune livraison. Elle apparaît ici dès que l’atelier établit le bon de livraison."

    def render_prepared_at(self, value: datetime) -> SafeString:
        return aged(value)

    def render_expected(self, value: int, record: Any) -> SafeString:
        if not record.sent:
            return format_html('<span class="tag">{}</span>', "Annulée")
        if value:
            return format_html('<span class="tag tag--todo">{} à pointer</span>', value)
        if record.missing:
            lost = f"Pointée, {record.missing} manquant{plural(record.missing)}"
            return format_html('<span class="tag tag--danger">{}</span>', lost)
        return format_html('<span class="tag tag--done">{}</span>', "Pointée")

    def value_expected(self, value: int, record: Any) -> SafeString:
        return self.render_expected(value, record)


class AtPointTable(tables.Table):
    """Devices of the points of whoever reads, whatever they are there for."""

    tag = tables.Column(verbose_name="Étiquette", linkify=DEVICE_LINK, empty_values=(), attrs=WHOLE)
    type = tables.Column()
    model = tables.Column(verbose_name="Modèle", empty_values=(), order_by=("manufacturer", "model"))
    point = tables.Column(**POINT)

    def render_tag(self, record: Device) -> str:
        return record.tag or record.reference

    def render_model(self, record: Device) -> str:
        return record.called or "–"

    def render_grade(self, value: str) -> str:
        return told_grade(value)


class ShelfTable(AtPointTable):
    """The stock of one's points."""

    caption = "Rayon"

    state = StateColumn(attrs={})  # the longest state of all, beside nine columns of which the last is what one does
    grade = tables.Column(verbose_name="Grade")
    price = tables.Column(verbose_name="Prix")
    convention = tables.Column(
        verbose_name="Territoire", accessor="convention_epci__short_name", order_by=("convention_epci__name",)
    )
    available_at = tables.Column(verbose_name="En rayon")
    todo = tables.Column(verbose_name="À faire", accessor="reference", orderable=False, exclude_from_export=True)

    class Meta:
        model = Device
        fields = ("tag", "type", "model", "state", "grade", "price", "convention", "point", "available_at", "todo")
        default = "–"
        empty_text = (
            "Rien en rayon. Un appareil apparaît ici quand la livraison qui l’apporte est réceptionnée\u00a0: "
            "voir «\u00a0Livraisons\u00a0»."
        )

    def render_price(self, value: Any) -> str:
        return euros(value)

    def render_available_at(self, value: datetime) -> SafeString:
        return aged(value)

    def render_todo(self, record: Device) -> SafeString | str:
        """The next step of the device, for whoever serves the point."""
        if record.state not in NEXT:
            return "–"
        label, name = FOUND_IN_RETURN if is_lost_in_return(record) else NEXT[DeviceState(record.state)]
        return format_html(
            '<a href="{}">{}<span class="visually-hidden"> {}</span></a>',
            reverse(f"distribution:{name}", args=[record.reference]),
            label,
            record.tag,
        )


class ReservationTable(AtPointTable):
    """What is held for a household, the first to fall first."""

    caption = "Réservations"

    need = tables.Column(verbose_name="Besoin", accessor="need__reference", orderable=False)
    household = tables.Column(verbose_name="Foyer", accessor="need", orderable=False, empty_values=())
    appointment = tables.Column(verbose_name="Rendez-vous", accessor="expected_at", orderable=False)
    reserved_until = tables.Column(verbose_name="Jusqu’au")

    class Meta:
        model = Device
        fields = ("tag", "type", "model", "need", "household", "point", "appointment", "reserved_until")
        default = "–"
        empty_text = (
            "Aucune réservation. Réservez un appareil pour un besoin en attente\u00a0: voir «\u00a0Besoins\u00a0»."
        )

    def render_household(self, record: Device) -> str:
        return record.need.prescription.household.name if record.need else "–"

    def render_appointment(self, value: datetime) -> str:
        return moment(value)

    def render_reserved_until(self, value: datetime, record: Any) -> SafeString | str:
        return day_left(value) if record.lapses else "à garder sans s’en servir"

    def value_reserved_until(self, value: datetime, record: Any) -> date | None:
        return last_day(value) if record.lapses else None


class ReturnTable(AtPointTable):
    """What households brought back."""

    caption = "Retours SAV"

    reason = tables.Column(verbose_name="Motif", accessor="get_return_reason_display", orderable=False)
    returned_at = tables.Column(verbose_name="Rapporté")
    warranty_until = tables.Column(verbose_name="Garantie")
    need = tables.Column(verbose_name="Besoin", accessor="need__reference", orderable=False)
    standing = tables.Column(verbose_name="Où il en est", empty_values=(), orderable=False)

    class Meta:
        model = Device
        fields = ("tag", "type", "model", "reason", "returned_at", "warranty_until", "need", "point", "standing")
        default = "–"
        empty_text = "Aucun retour. Un appareil apparaît ici quand le foyer le rapporte."

    def render_returned_at(self, value: datetime) -> SafeString:
        return aged(value)

    def render_warranty_until(self, value: date, record: Any) -> SafeString:
        if record.settled:
            return format_html('<span class="tag">{}</span>', "terminée, retour réglé")
        covered = timezone.localdate(record.returned_at) <= value
        tone, said, until = ("tag--done", "sous garantie", "jusqu’au") if covered else ("", "hors garantie", "finie le")
        return format_html('<span class="tag {}">{}</span> {} {}', tone, said, until, day(value))

    def render_standing(self, record: Any) -> str:
        return standing_of(record)


class SendBackTable(AtPointTable):
    """What workshops ask for, then what stayed on the shelf of a convention that has been over for too long."""

    caption = "À renvoyer"

    state = StateColumn()
    convention = tables.Column(verbose_name="Convention", accessor="convention__reference", orderable=False)
    ended_on = tables.Column(verbose_name="Terminée le", accessor="convention__ended_on")
    why = tables.Column(verbose_name="Pourquoi", accessor="asked_back_at", empty_values=())

    class Meta:
        model = Device
        fields = ("tag", "type", "model", "state", "why", "convention", "ended_on", "point")
        default = "–"
        empty_text = (
            "Rien à renvoyer. Un appareil apparaît ici quand son atelier demande son retour, ou quand sa convention "
            "est terminée depuis trop longtemps pour qu’il soit encore remis."
        )

    def render_why(self, value: datetime | None) -> str:
        return due_in_words(value) if value is not None else "Convention terminée"

    def render_ended_on(self, value: date) -> str:
        return day(value)


class ReadyTable(tables.Table):
    """Reconditioned devices that wait for a convention."""

    caption = "Appareils prêts"

    tag = tables.Column(verbose_name="Étiquette", linkify=DEVICE_LINK, empty_values=())
    type = tables.Column()
    model = tables.Column(verbose_name="Modèle", empty_values=(), order_by=("manufacturer", "model"))
    grade = tables.Column(verbose_name="Grade")
    price = tables.Column(verbose_name="Prix")
    ready_at = tables.Column(verbose_name="Prêt")
    workshop = tables.Column(verbose_name="Atelier", order_by=("workshop__name",))

    class Meta:
        model = Device
        fields = ("tag", "type", "model", "grade", "price", "ready_at", "workshop")
        order_by = ("ready_at",)
        default = "–"
        empty_text = "Aucun appareil prêt. Il apparaît ici dès que l’atelier le déclare reconditionné."

    render_tag = AtPointTable.render_tag
    render_model = AtPointTable.render_model
    render_grade = AtPointTable.render_grade

    def render_type(self, record: Any) -> str:
        told: str = record.get_type_display()
        return f"{told}, avec son écran" if record.with_screen else told

    def render_price(self, value: Any) -> str:
        return euros(value)

    def render_ready_at(self, value: datetime) -> SafeString:
        return aged(value)


class QueuedNeedTable(tables.Table):
    """The needs of equipment in the order they are served, as a file says them."""

    caption = "Besoins en attente"

    reference = tables.Column()
    kind = tables.Column(verbose_name="Besoin")
    use = tables.Column(verbose_name="Usage")
    household = tables.Column(verbose_name="Foyer", accessor="prescription__household__name")
    epci = tables.Column(verbose_name="EPCI", accessor="epci__short_name")
    accepted_at = tables.Column(verbose_name="Accepté le")
    points = tables.Column(verbose_name="Points", accessor="points")
    derogated = tables.Column(verbose_name="Dérogation", accessor="derogated")

    class Meta:
        model = Need
        orderable = False
        fields = ("reference", "kind", "use", "household", "epci", "accepted_at", "points", "derogated")
        empty_text = "Aucun besoin n’attend. Un besoin apparaît ici quand sa prescription est acceptée."

    def render_derogated(self, value: bool) -> str:
        return "oui" if value else "non"


class DerogationTable(tables.Table):
    """Derogations: for which need, why, since when."""

    caption = "Dérogations accordées"

    need = tables.Column(verbose_name="Besoin", accessor="need__reference", orderable=False)
    epci = tables.Column(verbose_name="Territoire du foyer", accessor="need__epci", order_by=("need__epci__name",))
    kind = tables.Column(verbose_name="Motif")
    reason = tables.Column(verbose_name="Raison", orderable=False, default="effacée")
    granted_at = tables.Column(verbose_name="Accordée")

    class Meta:
        model = Derogation
        fields = ("need", "epci", "kind", "reason", "granted_at")
        empty_text = (
            "Aucune dérogation. Un conseiller qui ne trouve rien dans le territoire donne au pilote la référence du "
            "besoin."
        )

    def render_granted_at(self, value: datetime) -> str:
        return moment(value)


def counted(figure: int, word: str) -> str:
    """« 3 appareils »."""
    return f"{figure}\u00a0{word}{plural(figure)}"
