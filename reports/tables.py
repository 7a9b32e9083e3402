"""The list of monthly reports, and the rows of the journal behind one of their numbers."""

from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.formats import date_format

from donations.models import DonationEntry
from lifecycle.machine import verbs_of
from lists.columns import WHOLE, StateColumn
from prescriptions.enums import NeedState
from prescriptions.models import NeedEntry
from refurb.enums import DeviceState
from refurb.models import Device, DeviceEntry
from reports.enums import OF_A_CONVENTION
from reports.models import Report
from typography.french import moment


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
            "Aucun rapport à lire ici. Celui d’un mois est calculé le 1er du mois suivant\u00a0; "
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


class BehindTable(tables.Table):
    """Stays of devices: which device, in which state, from when to when, for which EPCI."""

    caption = "Appareils derrière le nombre"
    opens = True

    device = tables.Column(
        verbose_name="Appareil",
        accessor="object",
        linkify=lambda table, record: table.device_url(record),
        orderable=False,
        attrs=WHOLE,
    )
    target = tables.Column(verbose_name="État")
    verb = tables.Column(verbose_name="Par l’acte")
    at = tables.Column(verbose_name="Depuis le")
    ended = tables.Column(verbose_name="Jusqu’au")
    type = tables.Column()
    epci = tables.Column(verbose_name="EPCI", empty_values=(), orderable=False)
    donor_kind = tables.Column(verbose_name="Donateur")

    class Meta:
        model = DeviceEntry
        fields = ("device", "target", "verb", "at", "ended", "type", "epci", "donor_kind")
        order_by = ("at",)
        default = "–"
        empty_text = "Aucun appareil\u00a0: le nombre est zéro."

    def device_url(self, record: Any) -> str | None:
        """Where the device is told; nowhere for who may not open it."""
        return reverse("refurb:device_detail", args=[record.object.reference]) if self.opens else None

    def render_device(self, record: Any) -> str:
        return str(record.object.tag or record.object.reference)

    def render_target(self, value: str) -> str:
        return str(DeviceState(value).label)

    def value_target(self, value: str) -> str:
        return self.render_target(value)

    def render_verb(self, value: str) -> str:
        """What led there: a hand-over is told from an exchange."""
        return str(verbs_of(Device)[value].label)

    def value_verb(self, value: str) -> str:
        return self.render_verb(value)

    def render_at(self, value: datetime) -> str:
        return moment(value)

    def value_at(self, value: datetime) -> datetime:
        return value

    def render_ended(self, value: datetime) -> str:
        return moment(value)

    def value_ended(self, value: datetime) -> datetime:
        return value

    def render_epci(self, record: Any) -> str:
        epci = record.convention_epci if record.target in OF_A_CONVENTION else record.origin_epci
        return epci.short_name if epci else "aucun"


class BehindOfEpci(BehindTable):
    """The same for the people of an EPCI, who open no device, and read no act."""

    opens = False
    verb = None


class BehindEvidenceTable(tables.Table):
    """Devices with drives that nothing or the word of a person proves erased, missing, or that had an incident."""

    caption = "Appareils derrière le nombre"

    device = tables.Column(
        verbose_name="Appareil",
        accessor="reference",
        linkify=("refurb:device_detail", {"reference": tables.A("reference")}),
        orderable=False,
        attrs=WHOLE,
    )
    type = tables.Column()
    quantity = tables.Column(
        verbose_name="Compte pour", orderable=False, attrs={"td": {"class": "num"}, "th": {"class": "num"}}
    )

    class Meta:
        model = Device
        fields = ("device", "type", "quantity")
        order_by = ("reference",)
        default = "–"
        empty_text = "Aucun appareil\u00a0: le nombre est zéro."

    def render_device(self, record: Any) -> str:
        return str(record.tag or record.reference)


class BehindNeedsTable(tables.Table):
    """Stays of needs: which one, in which state, from when to when, where; never whose."""

    caption = "Besoins derrière le nombre"

    need = tables.Column(
        verbose_name="Besoin",
        accessor="object",
        linkify=("prescriptions:need_detail", {"reference": tables.A("object__reference")}),
        orderable=False,
        attrs=WHOLE,
    )
    target = tables.Column(verbose_name="État")
    at = tables.Column(verbose_name="Depuis le")
    ended = tables.Column(verbose_name="Jusqu’au")
    kind = tables.Column(verbose_name="Nature")
    epci = tables.Column(verbose_name="EPCI", accessor="epci__short_name", orderable=False)

    class Meta:
        model = NeedEntry
        fields = ("need", "target", "at", "ended", "kind", "epci")
        order_by = ("at",)
        default = "–"
        empty_text = "Aucun besoin\u00a0: le nombre est zéro."

    def render_need(self, record: Any) -> str:
        return str(record.object.reference)

    def render_target(self, value: str) -> str:
        return str(NeedState(value).label)

    def value_target(self, value: str) -> str:
        return self.render_target(value)

    def render_at(self, value: datetime) -> str:
        return moment(value)

    def value_at(self, value: datetime) -> datetime:
        return value

    def render_ended(self, value: datetime) -> str:
        return moment(value)

    def value_ended(self, value: datetime) -> datetime:
        return value


class BehindLotsTable(tables.Table):
    """Lots that were announced or qualified: which one, when, from which donor, how many units count."""

    caption = "Lots derrière le nombre"

    lot = tables.Column(
        verbose_name="Lot",
        accessor="object",
        linkify=("donations:donation_detail", {"reference": tables.A("object__reference")}),
        orderable=False,
        attrs=WHOLE,
    )
    at = tables.Column(verbose_name="Le")
    donor_kind = tables.Column(verbose_name="Donateur")
    quantity = tables.Column(verbose_name="Unités", attrs={"td": {"class": "num"}, "th": {"class": "num"}})

    class Meta:
        model = DonationEntry
        fields = ("lot", "at", "donor_kind", "quantity")
        order_by = ("at",)
        default = "–"
        empty_text = "Aucun lot\u00a0: le nombre est zéro."

    def render_lot(self, record: Any) -> str:
        return str(record.object.reference)

    def render_at(self, value: datetime) -> str:
        return moment(value)

    def value_at(self, value: datetime) -> datetime:
        return value
