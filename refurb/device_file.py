"""The list of devices as a file, for those who keep the stock: all that the page of each device says of it."""

import django_tables2 as tables
from django.db.models import Prefetch

from refurb.models import Device, Drive, HardwareReport
from refurb.models.device import DeviceQuerySet
from refurb.services.hardware import besides
from refurb.tables import DeviceTable
from typography.french import storage

BESIDES = {"battery": "Batterie", "screen": "Écran", "webcam": "Webcam", "imei": "IMEI"}
"""What no field of a device holds and a file of the machine tells, by column."""


def with_what_is_read(rows: DeviceQuerySet) -> DeviceQuerySet:
    """The same, with the drives in place and what files told of each: two more queries a chunk of the file."""
    return rows.select_related("grading", "origin_epci").prefetch_related(
        Prefetch("drives", Drive.objects.in_place().order_by("pk"), to_attr="fitted"),
        Prefetch("hardwarereports", HardwareReport.objects.standing().order_by("-pk"), to_attr="told"),
    )


class DeviceFileTable(DeviceTable):
    """One row a device; its rows come from ``with_what_is_read``."""

    serial = tables.Column(verbose_name="N° de série")
    year = tables.Column(verbose_name="Année d’achat")
    processor = tables.Column(verbose_name="Processeur")
    memory_gb = tables.Column(verbose_name="Mémoire (Go)")
    storage = tables.Column(verbose_name="Stockage", empty_values=(), orderable=False)
    battery = tables.Column(verbose_name=BESIDES["battery"], empty_values=(), orderable=False)
    screen = tables.Column(verbose_name=BESIDES["screen"], empty_values=(), orderable=False)
    webcam = tables.Column(verbose_name=BESIDES["webcam"], empty_values=(), orderable=False)
    imei = tables.Column(verbose_name=BESIDES["imei"], empty_values=(), orderable=False)
    unread = tables.Column(verbose_name="Non relevé car")
    cosmetic = tables.Column(verbose_name="Aspect", accessor="grading__cosmetic")
    place = tables.Column(verbose_name="Rangé à")
    price = tables.Column(verbose_name="Prix solidaire")
    lot = tables.Column(verbose_name="Lot", accessor="donation__reference")
    donor_kind = tables.Column(verbose_name="Nature du donateur")
    origin_epci = tables.Column(verbose_name="EPCI d’origine")
    stay = tables.Column(verbose_name="Passage à l’atelier")
    collected_at = tables.Column(verbose_name="Enlevé le")
    received_at = tables.Column(verbose_name="Arrivé le")
    ready_at = tables.Column(verbose_name="Reconditionné le")
    convention = tables.Column(verbose_name="Convention", accessor="convention__reference")
    point = tables.Column(verbose_name="Point", accessor="point__name")
    warranty_until = tables.Column(verbose_name="Garanti jusqu’au")
    unusable_reason = tables.Column(verbose_name="Non réemployable car")
    missing_reason = tables.Column(verbose_name="Manquant car")
    missing_at = tables.Column(verbose_name="Manquant depuis le")
    withdrawal_reason = tables.Column(verbose_name="Retiré car")
    recycler = tables.Column(verbose_name="Recycleur", accessor="recycler__name")
    bsd_number = tables.Column(verbose_name="Bordereau (BSD)")
    recipient = tables.Column(verbose_name="Cédé à")
    cede_reason = tables.Column(verbose_name="Cédé pour")
    ended_at = tables.Column(verbose_name="Sorti le")

    class Meta(DeviceTable.Meta):
        fields = (
            *DeviceTable.Meta.fields,
            *("serial", "year", "processor", "memory_gb", "storage", "battery", "screen", "webcam", "imei", "unread"),
            *("cosmetic", "place", "price", "lot", "donor_kind", "origin_epci", "stay", "collected_at", "received_at"),
            *("ready_at", "convention", "point", "warranty_until", "unusable_reason", "missing_reason", "missing_at"),
            *("withdrawal_reason", "recycler", "bsd_number", "recipient", "cede_reason", "ended_at"),
        )

    def value_storage(self, record: Device) -> str:
        drives = [one for one in record.fitted if one.stay == record.stay]  # type: ignore[attr-defined]
        return ", ".join(" ".join(filter(None, (one.get_kind_display(), storage(one.capacity)))) for one in drives)

    def value_battery(self, record: Device) -> str:
        return _from_files(record, "battery")

    def value_screen(self, record: Device) -> str:
        return _from_files(record, "screen")

    def value_webcam(self, record: Device) -> str:
        return _from_files(record, "webcam")

    def value_imei(self, record: Device) -> str:
        return _from_files(record, "imei")


def _from_files(record: Device, column: str) -> str:
    """What the latest file of this stay that tells of it says, as the page of the device does."""
    reports = [one for one in record.told if one.stay == record.stay]  # type: ignore[attr-defined]
    said = (words for one in reports for label, words in besides(one.hardware_facts) if label == BESIDES[column])
    return next(said, "")
