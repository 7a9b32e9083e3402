"""The terms of a convention: its articles, its price grid and its quotas as they are written, then as they hold."""

from datetime import date
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from conventions.enums import QUOTA_TYPES, TAKES_A_PLACE, DeviceType, TermKind
from conventions.models.convention import Convention
from conventions.models.reference import MONEY

YEARS = [MinValueValidator(1), MaxValueValidator(3)]
POSITIVE = [MinValueValidator(Decimal("0.01"), "Un prix est plus grand que zéro.")]


class ConventionClause(models.Model):
    """One article. Written in a draft; frozen by the database afterwards.

    In an amendment, the new wording of the article of the same code, or a new article.
    """

    # The amendment in force that gives it its wording of today; set by the sheet of its convention, never stored.
    rewritten_by: Convention | None

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="clauses", verbose_name="convention")
    code = models.SlugField("code", max_length=30)
    title = models.CharField("titre", max_length=120)
    text = models.TextField("texte", blank=True)
    mandatory = models.BooleanField("obligatoire", default=False)
    position = models.PositiveSmallIntegerField("rang")

    class Meta:
        verbose_name = "article"
        ordering = ("convention_id", "position", "pk")
        constraints = (models.UniqueConstraint(fields=("convention", "code"), name="conventions_clause_once"),)

    def __str__(self) -> str:
        return self.title


class ConventionPrice(models.Model):
    """The highest price a household pays for a type of device, or for one grade of it (``grade``), in euros."""

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="prices", verbose_name="convention")
    type = models.CharField("type", max_length=12, choices=DeviceType)
    grade = models.CharField("grade", max_length=12, blank=True)
    amount = models.DecimalField("prix TTC", **MONEY, validators=POSITIVE)

    class Meta:
        verbose_name = "prix de la grille"
        verbose_name_plural = "grille de prix"
        ordering = ("convention_id", "type", "grade")
        constraints = (
            models.UniqueConstraint(fields=("convention", "type", "grade"), name="conventions_price_once"),
            models.CheckConstraint(condition=Q(type__in=DeviceType.values), name="conventions_price_type"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="conventions_price_positive"),
        )

    def __str__(self) -> str:
        named = " ".join(filter(None, (self.get_type_display(), self.grade)))
        return f"{named}\u00a0: {self.amount}\u00a0€"


class PlannedQuota(models.Model):
    """How many devices of a type a convention year will bring; becomes a quota when the convention is in force."""

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="planned_quotas", verbose_name="convention")
    type = models.CharField("type", max_length=12, choices=QUOTA_TYPES)
    year = models.PositiveSmallIntegerField("année de convention", validators=YEARS)
    total = models.PositiveIntegerField("quantité")

    class Meta:
        verbose_name = "quota prévu"
        verbose_name_plural = "quotas prévus"
        ordering = ("convention_id", "year", "type")
        constraints = (
            models.UniqueConstraint(fields=("convention", "type", "year"), name="conventions_plannedquota_once"),
            models.CheckConstraint(condition=Q(type__in=TAKES_A_PLACE), name="conventions_plannedquota_type"),
            models.CheckConstraint(condition=Q(year__gte=1, year__lte=3), name="conventions_plannedquota_year"),
        )

    def __str__(self) -> str:
        return f"{self.get_type_display()}, année {self.year}\u00a0: {self.total}"


class ConventionTermQuerySet(models.QuerySet["ConventionTerm"]):
    """Reads of the terms that hold."""

    def on(self, day: date) -> Self:
        """For each term, the row that holds on ``day``: the last one that has begun."""
        begun = self.filter(valid_from__lte=day)
        last = begun.order_by("convention_id", "kind", "type", "grade", "year", "-valid_from", "-pk")
        return begun.filter(pk__in=last.distinct("convention_id", "kind", "type", "grade", "year").values("pk"))

    def prices_on(self, day: date) -> dict[tuple[str, str], Decimal]:
        """``{(type, grade): euros}`` in force on ``day``; grade "" is for every grade that has no line of its own."""
        found = self.on(day).filter(kind=TermKind.PRICE).values_list("type", "grade", "amount")
        return {(type_, grade): amount for type_, grade, amount in found}


class ConventionTerm(models.Model):
    """One term, from a day on: written when the convention, then each amendment (``act``), comes into force.

    Append-only. ``amount`` is euros for a price, devices for a quota, percent for the rate of non-conformity.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="terms", verbose_name="convention")
    act = models.ForeignKey(Convention, models.PROTECT, related_name="terms_written", verbose_name="écrit par")
    kind = models.CharField("terme", max_length=14, choices=TermKind)
    type = models.CharField("type", max_length=12, choices=DeviceType, blank=True)
    grade = models.CharField("grade", max_length=12, blank=True)
    year = models.PositiveSmallIntegerField("année de convention", default=0)
    amount = models.DecimalField("valeur", max_digits=10, decimal_places=2, null=True)
    day = models.DateField("jour", null=True)
    valid_from = models.DateField("à partir du")

    objects = ConventionTermQuerySet.as_manager()

    class Meta:
        verbose_name = "terme en vigueur"
        verbose_name_plural = "termes en vigueur"
        ordering = ("convention_id", "kind", "year", "type", "grade", "valid_from", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("convention", "act", "kind", "type", "grade", "year"), name="conventions_term_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=TermKind.END, amount=None, day__isnull=False)
                | ~Q(kind=TermKind.END) & Q(amount__isnull=False, day=None),
                name="conventions_term_value",
            ),
        )

    def __str__(self) -> str:
        named = " ".join(filter(None, (self.get_kind_display(), self.get_type_display(), self.grade)))
        return f"{named}\u00a0: {self.amount if self.day is None else self.day}"
