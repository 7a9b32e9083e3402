"""Scores of processors that a file brings, before all of them are there."""

from django.db import models

from imports.models import Import


class ImportedScore(models.Model):
    """One line of a file of scores, as it was read: nobody reads it before the import is whole."""

    import_of = models.ForeignKey(Import, models.PROTECT, related_name="+", verbose_name="import")
    name = models.CharField("processeur", max_length=80)
    score = models.PositiveIntegerField("score (PassMark CPU Mark)")
    said_by = models.CharField("source", max_length=250)

    class Meta:
        verbose_name = "score importé"
        verbose_name_plural = "scores importés"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("import_of", "name"), name="desk_importedscore_once"),)

    def __str__(self) -> str:
        return f"{self.name}\u00a0: {self.score}"
