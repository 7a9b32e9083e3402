"""The lines of lists of people: what each says until its draft is there, and which file it became."""

from django.db import models
from django.db.models import Q

from imports.models import Import
from prescriptions.models.household import Household, OfHouseholdQuerySet


class ImportedPerson(models.Model):
    """One person of a list. ``said`` goes once her household’s file is open: that alone says who she is."""

    import_of = models.ForeignKey(Import, models.PROTECT, related_name="+", verbose_name="import")
    number = models.PositiveIntegerField("ligne du fichier")
    said = models.JSONField("ce que dit la ligne", default=dict)
    household = models.OneToOneField(
        Household, models.PROTECT, null=True, related_name="import_line", verbose_name="foyer"
    )

    objects = OfHouseholdQuerySet["ImportedPerson"].as_manager()

    class Meta:
        verbose_name = "personne d’une liste"
        verbose_name_plural = "personnes des listes"
        ordering = ("import_of", "number")
        constraints = (
            models.UniqueConstraint(fields=("import_of", "number"), name="prescriptions_importedperson_once"),
            models.CheckConstraint(
                condition=Q(household=None) | Q(said={}), name="prescriptions_importedperson_said_once"
            ),
        )

    def __str__(self) -> str:
        return f"ligne {self.number}"
