"""The machines of a lot one by one, as their donor's inventory describes them."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from django.db import models
from django.db.models import Q

from conventions.enums import DeviceType
from conventions.models import MONEY
from donations.enums import DonationState, LineCondition
from donations.models.donation import Donation, DonationLine
from imports.models import Import
from network.models import Organisation

GONE = (DonationState.WITHDRAWN, DonationState.DECLINED)
"""The lots whose machines stay with their donor, who may offer them again."""

KEY_NAMES = ("serial_key", "donor_key")
"""The columns that tell one machine from another, as they are compared."""


def called(manufacturer: str, model: str) -> str:
    """A maker and a model on one line, the maker said once."""
    if model.casefold().startswith(manufacturer.casefold()):
        return model
    return f"{manufacturer} {model}".strip()


def alike(said: Mapping[str, Any]) -> tuple[Any, ...]:
    """What machines of one line have in common, from their columns."""
    told = called(said["manufacturer"] or "", said["model"] or "")
    return (said["type"], told.casefold(), said["year"], said["condition"], said["unit_value"])


class InventoryUnitQuerySet(models.QuerySet["InventoryUnit"]):
    """Reads of machines of inventories."""

    def offered_by(self, donor: Organisation) -> Self:
        """Those of the lots of a donor that were neither withdrawn nor declined."""
        return self.filter(line__donation__donor=donor).exclude(line__donation__state__in=GONE)

    def named(self, serials: Iterable[str], numbers: Iterable[str]) -> Self:
        """Those that bear one of these serial numbers, or of these numbers of their donor, as they are compared."""
        return self.filter(Q(serial_key__in=serials) | Q(donor_key__in=numbers))

    def of_lot(self, donation: Donation) -> Self:
        """Those of one lot, in the order of its files."""
        return self.filter(line__donation=donation).order_by("source", "number")


class InventoryUnit(models.Model):
    """One machine as its donor describes it, or several that nothing tells apart. It proves nothing of the machine.

    Without a line while its import is under way: nobody reads it yet.
    """

    line = models.ForeignKey(
        DonationLine, models.PROTECT, null=True, blank=True, related_name="inventory", verbose_name="ligne du lot"
    )
    source = models.ForeignKey(Import, models.PROTECT, related_name="+", verbose_name="import")
    number = models.PositiveIntegerField("ligne du fichier")
    quantity = models.PositiveSmallIntegerField("quantité", default=1)
    type = models.CharField("type", max_length=12, choices=DeviceType)
    year = models.PositiveSmallIntegerField("année d’achat")
    condition = models.CharField("état", max_length=12, choices=LineCondition)
    unit_value = models.DecimalField("valeur unitaire (€)", **MONEY, null=True, blank=True)
    manufacturer = models.CharField("marque", max_length=60, blank=True)
    model = models.CharField("modèle", max_length=80, blank=True)
    serial = models.CharField("numéro de série", max_length=80, blank=True)
    serial_key = models.CharField("numéro comparable", max_length=80, blank=True)
    donor_number = models.CharField("étiquette du donateur", max_length=60, blank=True)
    donor_key = models.CharField("étiquette comparable", max_length=60, blank=True)
    processor = models.CharField("processeur", max_length=80, blank=True)
    memory_gb = models.PositiveSmallIntegerField("mémoire (Go)", null=True, blank=True)
    storage = models.CharField("stockage", max_length=80, blank=True)
    remark = models.CharField("site, observations", max_length=300, blank=True)

    objects = InventoryUnitQuerySet.as_manager()

    class Meta:
        verbose_name = "machine inventoriée"
        verbose_name_plural = "machines inventoriées"
        ordering = ("source", "number")
        indexes = (
            models.Index(fields=("serial_key",), name="donations_inventory_serial", condition=~Q(serial_key="")),
            models.Index(fields=("donor_key",), name="donations_inventory_donor", condition=~Q(donor_key="")),
        )
        constraints = (
            models.UniqueConstraint(fields=("source", "number"), name="donations_inventoryunit_once"),
            models.CheckConstraint(
                condition=Q(quantity=1) | Q(quantity__gt=1, quantity__lte=5000, serial_key="", donor_key=""),
                name="donations_inventoryunit_quantity",
            ),
            models.CheckConstraint(condition=Q(type__in=DeviceType.values), name="donations_inventoryunit_type"),
            models.CheckConstraint(
                condition=Q(condition__in=LineCondition.values), name="donations_inventoryunit_condition"
            ),
        )

    def __str__(self) -> str:
        return self.maker_and_model or f"machine de la ligne {self.number}"

    @property
    def maker_and_model(self) -> str:
        """Its maker and model, as the lines of a lot say them."""
        return called(self.manufacturer, self.model)
