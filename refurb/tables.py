"""The lists of devices, of storages still to be erased, of incidents."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from donations.models import Donation
from lifecycle.machine import state_label
from lifecycle.templatetags.lifecycle import state_badge
from lists.columns import WHOLE, StateColumn
from network.enums import OrganisationKind
from refurb.contested import contest_told
from refurb.enums import DeviceState, IncidentKind, WrittenOffReason
from refurb.grading import told_grade
from refurb.models import Device, Drive, Incident, Part
from refurb.models.device import DeviceQuerySet
from refurb.outcomes import COLUMNS
from refurb.permissions import sees_devices
from typography.french import day, days_ago, euros, moment, storage

DEVICE_LINK = ("refurb:device_detail", {"reference": tables.A("reference")})
ITS_DEVICE = ("refurb:device_detail", {"reference": tables.A("device__reference")})


def _seen_device(record: Any, table: tables.Table) -> str | None:
    """The page of its device, for whoever opens it."""
    if sees_devices(table.request.membership) is None:
        return None
    return reverse("refurb:device_detail", args=[record.device.reference])


def badge(device: Device) -> SafeString:
    """The state of a device, as on its own page."""
    return render_to_string("lifecycle/state_badge.html", state_badge(device))


class LotOutcomeTable(tables.Table):
    """Lots: how many of their devices are at each link of the chain, and the proof that their data are gone."""

    caption = "Ce que sont devenus les appareils, lot par lot"

    reference = tables.Column(
        verbose_name="Lot", linkify=("donations:donation_detail", {"reference": tables.A("reference")}), attrs=WHOLE
    )
    donor = tables.Column(verbose_name="Donateur", order_by=("donor__name",))
    announced_at = tables.Column(verbose_name="Annoncé le", default="pas encore")
    certificate = tables.Column(verbose_name="Preuve", orderable=False, exclude_from_export=True, default="pas encore")

    class Meta:
        model = Donation
        fields = ("reference", "donor", "announced_at")
        sequence = ("reference", "donor", "announced_at", "...", "certificate")
        attrs: ClassVar[dict[str, str]] = {
            "class": "table table-cards table-sm small"
        }  # twelve columns, for whoever reads all donors

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        counts = [(code, tables.Column(verbose_name=label)) for code, label, _ in COLUMNS]
        super().__init__(*args, extra_columns=[*counts, *kwargs.pop("extra_columns", ())], **kwargs)

    def render_announced_at(self, value: datetime) -> str:
        return day(value)

    def render_certificate(self, value: int, record: Donation) -> SafeString:
        url = reverse("donations:donation_paper", args=[record.reference, value])
        return format_html('<a href="{}">PDF<span class="visually-hidden">, lot {}</span></a>', url, record.reference)


class DeviceTable(tables.Table):
    """Devices: which, what, how far, since when."""

    caption = "Appareils"

    tag = tables.Column(verbose_name="Étiquette", empty_values=(), linkify=DEVICE_LINK, attrs=WHOLE)
    reference = tables.Column(attrs=WHOLE)
    type = tables.Column()
    model = tables.Column(verbose_name="Modèle", empty_values=(), order_by=("manufacturer", "model"))
    state = StateColumn()
    since = tables.Column(verbose_name="Depuis")
    grade = tables.Column(verbose_name="Grade")
    workshop = tables.Column(verbose_name="Atelier", order_by=("workshop__name",))

    class Meta:
        model = Device
        fields: tuple[str, ...] = ("tag", "reference", "type", "model", "state", "since", "grade", "workshop")
        default = "–"
        empty_text = (
            "Aucun appareil pour l’instant. Un appareil apparaît ici quand son lot est accepté, "
            "ou quand l’atelier en enregistre un d’inattendu."
        )

    def render_tag(self, record: Device) -> str:
        return record.tag or "sans étiquette"

    def value_tag(self, record: Device) -> str:
        return record.tag

    def render_model(self, record: Device) -> str:
        return record.called or "–"

    def render_state(self, record: Device) -> SafeString:
        """What a point sent back is nowhere in the workshop yet, until it is put away or taken in hand."""
        back = record.state == DeviceState.RECEIVED and getattr(record, "moved_by", "") == "send_back"
        shown = badge(record)
        return format_html("{}<br>renvoyé, en route", shown) if back and not record.place else shown

    def value_state(self, record: Device) -> str:
        return state_label(Device, record.state)

    def render_since(self, value: datetime) -> SafeString:
        """For a donor, the day alone: the hour of a hand-over would tell whose it is (domaine §6.4)."""
        return aged_in_days(value) if self._reads_days() else aged(value)

    def value_since(self, value: datetime) -> datetime | date:
        return timezone.localdate(value) if self._reads_days() else value

    def _reads_days(self) -> bool:
        return bool(self.request.membership.kind == OrganisationKind.DONOR)

    def render_grade(self, value: str) -> str:
        return told_grade(value)

    def order_since(self, rows: DeviceQuerySet, is_descending: bool) -> tuple[DeviceQuerySet, bool]:
        """By age: the oldest first when ascending."""
        column = F("since").desc() if is_descending else F("since").asc()
        return rows.order_by(column, "pk"), True


class MissingErasureTable(tables.Table):
    """Storages that left the bench and that nothing proves empty."""

    caption = "Effacements manquants"

    tag = tables.Column(verbose_name="Appareil", accessor="device__reference", linkify=ITS_DEVICE)
    kind = tables.Column(verbose_name="Stockage")
    serial = tables.Column(verbose_name="N° de série", empty_values=())
    state = tables.Column(verbose_name="État de l’appareil", accessor="device__state", orderable=False)
    why = tables.Column(verbose_name="Ce qui manque", empty_values=(), orderable=False)
    workshop = tables.Column(verbose_name="Atelier", accessor="device__workshop")

    class Meta:
        model = Drive
        fields = ("tag", "kind", "serial", "state", "why", "workshop")
        empty_text = "Aucun effacement ne manque\u00a0: l’objectif est tenu."

    def render_tag(self, record: Drive) -> str:
        return record.device.tag or record.device.reference

    def render_kind(self, record: Drive) -> str:
        return " ".join(filter(None, (record.get_kind_display(), storage(record.capacity))))

    def render_serial(self, record: Drive) -> str:
        return record.serial or "–"

    def render_state(self, record: Drive) -> SafeString:
        return badge(record.device)

    def value_state(self, record: Drive) -> str:
        return state_label(Device, record.device.state)

    def render_why(self, record: Drive) -> str:
        if record.is_in_place and record.stay < record.device.stay:
            return "Pas retrouvé au retour de l’appareil\u00a0: à inventorier, ou à dire effacé, détruit ou retiré."
        if record.contested_at:
            return contest_told(record)
        if record.device.destruction_awaited and record.is_in_place:
            since = day(record.device.ended_at)
            return f"Certificat du recycleur attendu depuis le {since} (bordereau {record.device.bsd_number})."
        if record.gone:
            off = record.gone[0]
            word = "volé" if off.reason == WrittenOffReason.STOLEN else "perdu"
            return f"Dit {word} le {day(off.recorded_at)}, avec ses données\u00a0: à chercher, puis à détruire."
        return "Retiré de l’appareil\u00a0: à effacer ou à détruire."


class PartTable(tables.Table):
    """The parts of a workshop: what, how many are left, where they come from."""

    caption = "Stock de pièces"

    label = tables.Column(
        verbose_name="Pièce",
        empty_values=(),
        order_by=("kind", "label"),
        linkify=("refurb:part_detail", [tables.A("pk")]),
    )
    left = tables.Column(verbose_name="Reste")
    quantity = tables.Column(verbose_name="Entrées")
    fits = tables.Column(verbose_name="Convient à")
    origin = tables.Column(verbose_name="D’où elle vient")
    device = tables.Column(
        verbose_name="Appareil", accessor="device__reference", linkify=ITS_DEVICE, orderable=False, attrs=WHOLE
    )
    unit_price = tables.Column(verbose_name="Prix d’achat")
    place = tables.Column(verbose_name="Rangée à")
    stored_at = tables.Column(verbose_name="Entrée le", attrs=WHOLE)
    workshop = tables.Column(verbose_name="Atelier", order_by=("workshop__name",))

    class Meta:
        model = Part
        fields = (
            *("label", "left", "quantity", "fits", "origin", "device", "unit_price", "place", "stored_at"),
            "workshop",
        )
        default = "–"
        order_by = ("-stored_at",)
        empty_text = (
            "Aucune pièce pour l’instant\u00a0: elles entrent ici quand on les achète, ou quand on les prend sur un"
            " appareil qui ne servira pas."
        )

    def render_label(self, record: Part) -> str:
        kind = record.get_kind_display()
        return f"{kind}\u00a0: {record.label}" if record.label else kind

    def render_device(self, record: Part) -> str:
        return "–" if record.device is None else record.device.tag or record.device.reference

    def render_unit_price(self, value: Decimal) -> str:
        return euros(value, cents=True)

    def value_unit_price(self, value: Decimal) -> Decimal:
        return value

    def render_stored_at(self, value: datetime) -> str:
        return day(value)

    def value_stored_at(self, value: datetime) -> datetime:
        return value


JUDGED_AGAIN = "volé depuis\u00a0: à juger de nouveau"
TO_COMPLETE = "vol démenti depuis\u00a0: notification à compléter"


FOUND = {
    IncidentKind.DATA_LEFT: "Renvoyé par un point",
    IncidentKind.DATA_SHOWN: "Disque vu dans un fichier, après le départ",
    IncidentKind.DATA_DENIED: "Destruction contestée par le recycleur, après le départ",
    IncidentKind.DRIVE_LOST: "Disque que le recycleur dit n’avoir pas reçu",
}


class IncidentTable(tables.Table):
    """Devices lost, sent back by a point, or of which a drive is not proven any more, with data on them."""

    caption = "Incidents"

    known_at = tables.Column(verbose_name="Connu le")
    device = tables.Column(verbose_name="Appareil", accessor="device__reference", linkify=_seen_device, orderable=False)
    kind = tables.Column(verbose_name="Nature")
    reason = tables.Column(verbose_name="Motif", empty_values=())
    lost_from = tables.Column(verbose_name="Depuis l’état")
    workshop = tables.Column(verbose_name="Atelier", order_by=("workshop__name",))
    notify_before = tables.Column(verbose_name="À notifier à la CNIL avant le", orderable=False)
    followed = tables.Column(verbose_name="Suite donnée", empty_values=(), orderable=False)

    class Meta:
        model = Incident
        fields = ("known_at", "device", "kind", "reason", "lost_from", "workshop", "notify_before", "followed")
        order_by = ("-known_at",)
        empty_text = "Aucun incident. Un appareil perdu sans preuve d’effacement apparaîtrait ici."

    def render_device(self, record: Incident) -> str:
        return str(record.device)

    def render_reason(self, record: Incident) -> str:
        told = record.get_reason_display() or FOUND[IncidentKind(record.kind)]
        return f"{told}, {record.theft}" if record.theft else told

    def render_known_at(self, value: datetime) -> str:
        return moment(value)

    def render_notify_before(self, value: datetime) -> str:
        return moment(value)

    def render_followed(self, record: Incident) -> str:
        again = [JUDGED_AGAIN] if record.judged_again_before else []
        again += [TO_COMPLETE] if record.completed_before else []
        return ", ".join([*map(str, record.follow_ups.all()), *again]) or "à noter"

    def value_notify_before(self, value: datetime) -> datetime:
        return value


def aged(value: datetime) -> SafeString:
    """How long ago, with the moment itself for whoever asks the browser."""
    exact: dict[str, Any] = {"iso": value.isoformat(), "said": days_ago(value), "full": moment(value)}
    return format_html('<time datetime="{iso}" title="{full}">{said}</time>', **exact)


def aged_in_days(value: datetime) -> SafeString:
    """How long ago, with the day for whoever asks the browser."""
    exact: dict[str, Any] = {"iso": timezone.localdate(value).isoformat(), "said": days_ago(value), "full": day(value)}
    return format_html('<time datetime="{iso}" title="{full}">{said}</time>', **exact)
