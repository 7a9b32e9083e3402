"""Numbers with a date that a convention is held to. Rows with their source, never constants."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Q

from conventions.enums import DeviceType
from reference.dated import Dated, DatedQuerySet, read_once

MONEY = {"max_digits": 8, "decimal_places": 2}


class PriceCeilingQuerySet(DatedQuerySet["PriceCeiling"]):
    """Reads of price ceilings."""

    @read_once
    def amounts_on(self, day: date) -> dict[str, Decimal]:
        """The ceiling in force on ``day`` of each type, in euros, VAT included; one query."""
        return dict(reversed(list(self.on(day).values_list("type", "amount"))))


class PriceCeiling(Dated):
    """The highest solidarity price of a type of equipment given by a public body, VAT included.

    Source: décret n° 2022-1413 du 7 novembre 2022.
    """

    type = models.CharField("type", max_length=12, choices=DeviceType)
    amount = models.DecimalField("plafond TTC", **MONEY)
    condition = models.CharField("pour", max_length=160, blank=True)

    objects = PriceCeilingQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "plafond de prix"
        verbose_name_plural = "plafonds de prix"
        ordering = ("type", "-valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("type", "valid_from"), name="conventions_priceceiling_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="conventions_priceceiling_positive"),
        )

    def __str__(self) -> str:
        return f"{self.get_type_display()}\u00a0: {self.amount}\u00a0€"


class ClauseText(Dated):
    """One article of the model of conventions, in one wording. A new wording is a new row.

    ``position`` orders the articles. The mandatory ones are those a convention may not leave out.
    """

    code = models.SlugField("code", max_length=30)
    title = models.CharField("titre", max_length=120)
    body = models.TextField("texte")
    mandatory = models.BooleanField("obligatoire", default=False)
    position = models.PositiveSmallIntegerField("rang")

    class Meta(Dated.Meta):
        verbose_name = "article du modèle"
        verbose_name_plural = "articles du modèle"
        ordering = ("position", "-valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("code", "valid_from"), name="conventions_clausetext_once"),
        )

    def __str__(self) -> str:
        return self.title
