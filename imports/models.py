"""Imports: a file, how it was read, how far it has gone, and the lines that were left out."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from documents.models import StoredFile
from imports.enums import LEFT_OUT, STANDING, ImportOutcome, ImportStage
from imports.kinds import ImportKind, kind_of
from imports.permissions import sees_imports
from lifecycle.actors import Actor
from network.models import Membership, Organisation


class ImportQuerySet(models.QuerySet["Import"]):
    """Reads of imports."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the kinds that let the actor see them."""
        scope = sees_imports(actor)
        return self.none() if scope is None else self.filter(scope)


class Import(models.Model):
    """One file for one organisation. The same file with the same columns is applied once (``print``).

    ``with_known``: whether a person said that what is known already is to be taken all the same.
    ``headings``: those of a file that names people, whose content is erased once it is applied.
    ``done``: how many lines of the table are dealt with, so that what was cut goes on from there.
    """

    kind = models.CharField("nature", max_length=40)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="imports", verbose_name="organisation")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="fichier")
    stage = models.CharField("avancement", max_length=10, choices=ImportStage, default=ImportStage.CHECKED)
    sheet = models.CharField("feuille", max_length=120, blank=True)
    columns = models.JSONField("colonnes", default=dict)
    fills = models.JSONField("valeurs pour toutes les lignes", default=dict)
    headings = ArrayField(
        models.TextField(blank=True), verbose_name="titres des colonnes", default=list, blank=True, editable=False
    )
    with_known = models.BooleanField("avec ce qui est déjà connu", default=False)
    print = models.CharField("empreinte", max_length=64, blank=True)
    into = models.BigIntegerField("ajouté à", null=True, blank=True)
    result = models.BigIntegerField("devenu", null=True, blank=True)
    total = models.PositiveIntegerField("lignes", default=0)
    done = models.PositiveIntegerField("lignes traitées", default=0)
    created = models.PositiveIntegerField("lignes reprises", default=0)
    error = models.CharField("arrêté car", max_length=300, blank=True)
    started_at = models.DateTimeField("déposé le")
    started_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="déposé par")
    applied_at = models.DateTimeField("lancé le", null=True, blank=True)
    applied_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lancé par"
    )
    ended_at = models.DateTimeField("fini le", null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = "import"
        ordering = ("-pk",)
        indexes = (models.Index(fields=("organisation", "kind"), name="imports_import_of"),)
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "organisation", "print"),
                condition=Q(stage__in=STANDING),
                name="imports_import_once",
            ),
            models.UniqueConstraint(
                fields=("kind", "organisation"),
                condition=Q(stage=ImportStage.APPLYING),
                name="imports_import_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(stage__in=ImportStage.values), name="imports_import_stage"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="imports_import_done"),
            models.CheckConstraint(
                condition=~Q(stage=ImportStage.DONE) | Q(done=F("total"), ended_at__isnull=False) & ~Q(print=""),
                name="imports_import_whole",
            ),
            models.CheckConstraint(
                condition=Q(stage=ImportStage.FAILED) & ~Q(error="") | ~Q(stage=ImportStage.FAILED) & Q(error=""),
                name="imports_import_failed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.declared.label}, {self.file}"

    @property
    def declared(self) -> ImportKind:
        """The declaration of its kind; raises KeyError."""
        return kind_of(self.kind)


class LeftLine(models.Model):
    """A line that was left out of an import, as it stood in the file, and why. Its number is that of the file."""

    source = models.ForeignKey(Import, models.CASCADE, related_name="left", verbose_name="import")
    number = models.PositiveIntegerField("ligne")
    cells = ArrayField(models.TextField(blank=True), verbose_name="cases")
    outcome = models.CharField("ce qu’elle devient", max_length=10, choices=ImportOutcome)
    reasons = ArrayField(models.TextField(), verbose_name="raisons")

    class Meta:
        verbose_name = "ligne laissée de côté"
        verbose_name_plural = "lignes laissées de côté"
        ordering = ("source", "number")
        constraints = (
            models.UniqueConstraint(fields=("source", "number"), name="imports_leftline_once"),
            models.CheckConstraint(condition=Q(outcome__in=LEFT_OUT), name="imports_leftline_outcome"),
        )

    def __str__(self) -> str:
        return f"ligne {self.number}"


class KeptColumns(models.Model):
    """How an organisation heads the columns of one kind of file: ``{field: heading}``, from its last import."""

    kind = models.CharField("nature", max_length=40)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name="organisation")
    headings = models.JSONField("titres")

    class Meta:
        verbose_name = "colonnes retenues"
        verbose_name_plural = "colonnes retenues"
        constraints = (models.UniqueConstraint(fields=("kind", "organisation"), name="imports_keptcolumns_once"),)

    def __str__(self) -> str:
        return f"colonnes retenues pour {self.organisation}"
