"""Labels that were printed: for devices, or blank and numbered in advance, and the sheets a workshop prints on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, Max, Q

from lifecycle.actors import SYSTEM, Actor
from network.models import Membership, Organisation
from refurb.enums import ReprintReason
from refurb.models.device import Device
from refurb.permissions import can_work_on_device
from refurb.sheets import SheetLayout
from refurb.tags import LONGEST, SPELT_OUT

MILLIMETRES = {"max_digits": 5, "decimal_places": 2}


class OwnLabelQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Reads of what belongs to a workshop and serves its labels."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of one's workshop."""
        if actor is SYSTEM:
            return self.all()
        scope = None if actor is None else can_work_on_device(actor)
        return self.none() if scope is None else self.filter(scope)


class LabelSheet(models.Model):
    """A sheet of labels that a workshop buys and that is not ready made; of one name the latest counts. Append-only."""

    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="label_sheets", verbose_name="atelier")
    name = models.CharField("nom", max_length=60, help_text="Tel qu’il est sur le paquet.")
    page_width = models.DecimalField("largeur de la page (mm)", **MILLIMETRES)
    page_height = models.DecimalField("hauteur de la page (mm)", **MILLIMETRES)
    columns = models.PositiveSmallIntegerField("étiquettes en largeur", validators=[MinValueValidator(1)])
    rows = models.PositiveSmallIntegerField("étiquettes en hauteur", validators=[MinValueValidator(1)])
    width = models.DecimalField("largeur d’une étiquette (mm)", **MILLIMETRES)
    height = models.DecimalField("hauteur d’une étiquette (mm)", **MILLIMETRES)
    left = models.DecimalField("du bord gauche à la première (mm)", **MILLIMETRES, validators=[MinValueValidator(0)])
    top = models.DecimalField("du haut à la première (mm)", **MILLIMETRES, validators=[MinValueValidator(0)])
    across = models.DecimalField("d’un bord gauche au suivant (mm)", **MILLIMETRES, validators=[MinValueValidator(0)])
    down = models.DecimalField("d’un haut au suivant (mm)", **MILLIMETRES, validators=[MinValueValidator(0)])
    set_at = models.DateTimeField("décrite le")
    set_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    objects = OwnLabelQuerySet.as_manager()

    class Meta:
        verbose_name = "planche d’étiquettes d’un atelier"
        verbose_name_plural = "planches d’étiquettes"
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=Q(columns__gte=1, rows__gte=1), name="refurb_label_sheet_has_labels"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def sheet(self) -> SheetLayout:
        """Its measures."""
        return SheetLayout(
            self.page_width,
            self.page_height,
            self.columns,
            self.rows,
            self.width,
            self.height,
            self.left,
            self.top,
            self.across,
            self.down,
        )

    def clean(self) -> None:
        """Refuse what no printer could do, field by field."""
        if all(getattr(self, name) is not None for name in SheetLayout.__dataclass_fields__):
            wrong = self.sheet.faults()
            if wrong:
                raise ValidationError(wrong)


class LabelRunQuerySet(OwnLabelQuerySet):
    """Reads of printings."""

    def counted(self) -> Self:
        """Each with ``total``, how many labels, and ``again``, how many had been printed before; the latest first."""
        counted = self.annotate(total=Count("labels"), again=Count("labels", filter=Q(labels__again=True)))
        return counted.order_by("-pk")


class LabelRun(models.Model):
    """One printing: on what sheet, from which place on, by whom, why again. Append-only."""

    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="label_runs", verbose_name="atelier")
    sheet_name = models.CharField("planche", max_length=80)
    sheet = models.JSONField("mesures de la planche")
    skipped = models.PositiveSmallIntegerField("étiquettes déjà utilisées", default=0)
    reason = models.CharField("réimprimées car", max_length=12, choices=ReprintReason, blank=True)
    printed_at = models.DateTimeField("imprimées le")
    printed_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    objects = LabelRunQuerySet.as_manager()

    class Meta:
        verbose_name = "impression d’étiquettes"
        verbose_name_plural = "impressions d’étiquettes"
        ordering = ("-pk",)
        indexes = (models.Index(fields=("workshop", "-printed_at"), name="refurb_label_run_latest"),)

    def __str__(self) -> str:
        return f"Impression {self.pk}"

    @property
    def measures(self) -> SheetLayout:
        """The sheet, as it was then."""
        return SheetLayout.read(self.sheet)

    @property
    def pages(self) -> int:
        """How many pages come out of the printer."""
        return -(-self._filled // self.measures.on_a_page)

    @property
    def used_of_last_page(self) -> int:
        """How many places of its last page are gone: where the next printing may begin; 0 when it is full."""
        return self._filled % self.measures.on_a_page

    @property
    def _filled(self) -> int:
        return self.skipped + len(self.labels.all())


class LabelQuerySet(OwnLabelQuerySet):
    """Reads of labels."""

    def last_of(self, devices: Iterable[Device]) -> dict[int, tuple[int, datetime]]:
        """``{device: (how many times, when last)}`` its present label was printed, in advance or for it; one query."""
        bearers = {(device.workshop_id, device.tag_key): device.pk for device in devices}
        alike = self.filter(tag_key__in=[key for _, key in bearers]).order_by()
        told = alike.values_list("workshop", "tag_key", "device")
        found: dict[int, tuple[int, datetime]] = {}
        for workshop, key, device, times, last in told.annotate(times=Count("pk"), last=Max("run__printed_at")):
            bearer = bearers.get((workshop, key))
            if bearer is not None and device in (bearer, None):
                before = found.get(bearer, (0, last))
                found[bearer] = (before[0] + times, max(before[1], last))
        return found


class Label(models.Model):
    """One label as it came out of the printer: its words stay what they were. Append-only.

    ``device``: None for a label printed in advance, whose number no other printing may draw.
    """

    run = models.ForeignKey(LabelRun, models.PROTECT, related_name="labels", verbose_name="impression")
    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="atelier")
    rank = models.PositiveSmallIntegerField("rang")
    device = models.ForeignKey(
        Device, models.PROTECT, null=True, blank=True, related_name="labels", verbose_name="appareil"
    )
    tag = models.CharField("étiquette", max_length=LONGEST)
    tag_key = models.GeneratedField(
        expression=SPELT_OUT,
        output_field=models.CharField(max_length=LONGEST),
        db_persist=True,
        verbose_name="étiquette, sans casse, espaces ni tirets",
    )
    said = models.CharField("description", max_length=200, blank=True)
    grade = models.CharField("grade", max_length=12, blank=True)
    again = models.BooleanField("réimprimée", default=False)

    objects = LabelQuerySet.as_manager()

    class Meta:
        verbose_name = "étiquette imprimée"
        verbose_name_plural = "étiquettes imprimées"
        ordering = ("run", "rank")
        constraints = (
            models.UniqueConstraint(fields=("run", "rank"), name="refurb_label_rank_once"),
            models.UniqueConstraint(
                fields=("workshop", "tag_key"), condition=Q(device=None), name="refurb_label_blank_once"
            ),
            models.CheckConstraint(condition=~Q(tag=""), name="refurb_label_has_tag"),
            models.CheckConstraint(
                condition=Q(device__isnull=False) | Q(again=False), name="refurb_label_blank_is_new"
            ),
        )

    def __str__(self) -> str:
        return self.tag
