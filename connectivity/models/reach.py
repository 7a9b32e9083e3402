"""What can be had at an address: shares of premises and mobile coverage by commune; what was checked, what was told."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from connectivity.enums import Access, CheckedWith, CoverageLevel, OperatorRefusalCode, ProblemCode
from connectivity.models.connection import ConnectionEntry, ConnectionFile, taken_back
from connectivity.models.evidence import Transmission
from connectivity.models.offer import Offer
from connectivity.reach import REACHED_BY, AccessShare, CheckedAddress, OperatorWord, ReceptionLevel
from imports.models import Import
from lifecycle.actors import Actor
from network.models import Commune, Membership
from prescriptions.models import HouseholdCorrection, HouseholdEntry
from reference.dated import Dated, DatedQuerySet
from typography.french import day as told_day

SHARE = {
    "max_digits": 5,
    "decimal_places": 2,
    "validators": [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
}


class ByCommuneQuerySet[M: Dated](DatedQuerySet[M]):
    """Reads of what is known commune by commune."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All of it: the regulator publishes it."""
        return self.all()


class TechnologyShare(Dated):
    """How many premises of a commune one kind of access reaches, in per cent, as it was on ``observed_on``."""

    commune = models.ForeignKey(Commune, models.PROTECT, related_name="technology_shares", verbose_name="commune")
    access = models.CharField("technologie", max_length=10, choices=Access)
    share = models.DecimalField("part des logements", **SHARE)
    observed_on = models.DateField("état au")

    objects: "ByCommuneQuerySet[TechnologyShare]" = ByCommuneQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Dated.Meta):
        verbose_name = "technologie dans une commune"
        verbose_name_plural = "technologies par commune"
        ordering = ("commune", "access")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=("commune", "access", "valid_from"), name="connectivity_technologyshare_once"
            ),
            models.CheckConstraint(condition=Q(access__in=Access.values), name="connectivity_technologyshare_access"),
            models.CheckConstraint(
                condition=Q(share__gte=0, share__lte=100), name="connectivity_technologyshare_share"
            ),
        )

    def __str__(self) -> str:
        return f"{self.commune}, {self.get_access_display()}\u00a0: {self.share}\u00a0%"

    @property
    def for_rules(self) -> AccessShare:
        """As the rules take it."""
        return AccessShare(self.share, self.observed_on, self.source)


class MobileCoverage(Dated):
    """How well an operator is received in a commune, in a word, as it was on ``observed_on``."""

    commune = models.ForeignKey(Commune, models.PROTECT, related_name="mobile_coverages", verbose_name="commune")
    operator_name = models.CharField("opérateur", max_length=80)
    level = models.CharField("couverture", max_length=10, choices=CoverageLevel)
    observed_on = models.DateField("état au")

    objects: "ByCommuneQuerySet[MobileCoverage]" = ByCommuneQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Dated.Meta):
        verbose_name = "couverture mobile d’une commune"
        verbose_name_plural = "couverture mobile par commune"
        ordering = ("commune", "operator_name")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=("commune", "operator_name", "valid_from"), name="connectivity_mobilecoverage_once"
            ),
            models.CheckConstraint(
                condition=Q(level__in=CoverageLevel.values), name="connectivity_mobilecoverage_level"
            ),
        )

    def __str__(self) -> str:
        return f"{self.commune}, {self.operator_name}\u00a0: {self.get_level_display()}"

    @property
    def for_rules(self) -> ReceptionLevel:
        """As the rules take it."""
        return ReceptionLevel(self.level, self.observed_on, self.source)


class ImportedShare(models.Model):
    """One line of a file of shares, as it was read: nobody reads it before the import is whole."""

    import_of = models.ForeignKey(Import, models.PROTECT, related_name="+", verbose_name="import")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    access = models.CharField("technologie", max_length=10, choices=Access)
    share = models.DecimalField("part des logements", **SHARE)
    observed_on = models.DateField("état au")
    said_by = models.CharField("source", max_length=250)

    class Meta:
        verbose_name = "technologie importée"
        verbose_name_plural = "technologies importées"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("import_of", "commune", "access"), name="connectivity_importedshare_once"),
        )

    def __str__(self) -> str:
        return f"{self.commune}, {self.get_access_display()}"


class ImportedCoverage(models.Model):
    """One line of a file of mobile coverage, as it was read: nobody reads it before the import is whole."""

    import_of = models.ForeignKey(Import, models.PROTECT, related_name="+", verbose_name="import")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    operator_name = models.CharField("opérateur", max_length=80)
    level = models.CharField("couverture", max_length=10, choices=CoverageLevel)
    observed_on = models.DateField("état au")
    said_by = models.CharField("source", max_length=250)

    class Meta:
        verbose_name = "couverture importée"
        verbose_name_plural = "couvertures importées"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("import_of", "commune", "operator_name"), name="connectivity_importedcoverage_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.commune}, {self.operator_name}"


MOVES = ("move", "locate", "correct_commune")
"""The verbs after which a household lives elsewhere than was noted."""


def _readdressed() -> QuerySet[HouseholdCorrection]:
    return HouseholdCorrection.objects.filter(columns__overlap=["address", "postcode"])


class AddressCheckQuerySet(models.QuerySet["AddressCheck"]):
    """Reads of what was checked."""

    def of_the_address(self) -> Self:
        """Those noted since the household lives there: one that moved, or of another address, is checked anew."""
        household, noted = OuterRef("file__need__prescription__household"), OuterRef("recorded_at")
        moved = HouseholdEntry.objects.filter(object=household, verb__in=MOVES, at__gt=noted)
        corrected = _readdressed().filter(household=household, corrected_at__gt=noted)
        return self.filter(~Exists(moved), ~Exists(corrected))


class AddressCheck(models.Model):
    """What somebody found for the address of a household: it wins over what is known of its commune. Append-only."""

    file = models.ForeignKey(ConnectionFile, models.PROTECT, related_name="address_checks", verbose_name="dossier")
    access = models.CharField("technologie", max_length=10, choices=Access)
    reached = models.BooleanField("arrive à l’adresse")
    checked_on = models.DateField("vérifié le")
    how = models.CharField("d’après", max_length=10, choices=CheckedWith)
    recorded_at = models.DateTimeField("noté le")
    checked_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="noté par")

    objects = AddressCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "vérification à l’adresse"
        verbose_name_plural = "vérifications à l’adresse"
        ordering = ("-checked_on", "-pk")

    def __str__(self) -> str:
        return f"{self.get_access_display()}\u00a0: {'oui' if self.reached else 'non'}, {told_day(self.checked_on)}"

    @property
    def for_rules(self) -> CheckedAddress:
        """As the rules take it."""
        return CheckedAddress(self.reached, self.checked_on, self.how)


class ReachTold(models.Model):
    """What was known of where an offer comes, the day it was chosen: kept as it was told. Append-only."""

    file = models.ForeignKey(ConnectionFile, models.PROTECT, related_name="reach_told", verbose_name="dossier")
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="+", verbose_name="offre")
    sentence = models.CharField("ce qui était su", max_length=600)
    told_at = models.DateTimeField("dit le")

    class Meta:
        verbose_name = "desserte dite au foyer"
        verbose_name_plural = "dessertes dites au foyer"
        ordering = ("-told_at", "-pk")

    def __str__(self) -> str:
        return self.sentence


def latest_checks(file: ConnectionFile | None) -> dict[str, CheckedAddress]:
    """The last check of each kind of access where the household lives, by its own day; one query."""
    if file is None:
        return {}
    rows = AddressCheck.objects.of_the_address().filter(file=file).order_by("checked_on", "pk")
    return {row.access: row.for_rules for row in rows}


NOT_SERVED = Q(verb="report_problem", values__problem=ProblemCode.NO_COVERAGE) | Q(
    verb="refuse", values__refusal=OperatorRefusalCode.NO_COVERAGE
)
"""What an operator says of a home that its network does not reach."""
BRINGING = ("accept", "schedule", "activate")
BRINGS = Q(verb__in=BRINGING)


def words_of_operators(households: Collection[int]) -> dict[int, dict[tuple[int, str], OperatorWord]]:
    """For each household, the last « non desservi » of each operator for each technology, while it holds.

    It does until the household moved or its address was corrected after what that operator was told, until somebody
    noted that it does arrive there, or that operator brings it. Three queries at most.
    """
    own = OuterRef("object__need__prescription__household")
    chosen = (
        ConnectionEntry.objects.filter(object=OuterRef("object"), seq__lt=OuterRef("seq"), values__has_key="offer")
        .order_by("-seq")
        .values(pk_of_offer=Cast(KeyTextTransform("offer", "values"), BigIntegerField()))[:1]
    )
    told = Transmission.objects.filter(file=OuterRef("object"), sent_at__lte=OuterRef("at"))
    since = OuterRef("about")
    said: QuerySet[Any, dict[str, Any]] = (
        ConnectionEntry.objects.filter(NOT_SERVED | BRINGS, object__need__prescription__household__in=households)
        .annotate(
            offer=Subquery(chosen),
            about=Coalesce(Subquery(told.order_by("-sent_at", "-pk").values("sent_at")[:1]), "at"),
        )
        .exclude(taken_back())
        .exclude(Exists(HouseholdEntry.objects.filter(object=own, verb__in=MOVES, at__gt=since)))
        .exclude(Exists(_readdressed().filter(household=own, corrected_at__gt=since)))
        .order_by("at", "pk")
        .values("offer", "at", "verb", household=F("object__need__prescription__household"))
    )
    rows = list(said)
    if all(row["verb"] in BRINGING for row in rows):
        return {}
    offers = Offer.objects.select_related("operator").in_bulk({row["offer"] for row in rows})
    checks = AddressCheck.objects.of_the_address().filter(
        file__need__prescription__household__in=households, reached=True
    )
    noted = checks.order_by("recorded_at").values_list("file__need__prescription__household", "access", "recorded_at")
    arrives = {(household, access): at for household, access, at in noted}
    found: dict[int, dict[tuple[int, str], OperatorWord]] = {}
    for row in rows:
        offer = offers[row["offer"]]
        if offer.operator is None or offer.technology not in REACHED_BY:
            continue  # taken without an operator, or of what no check of an address says that it comes
        words = found.setdefault(row["household"], {})
        key = (offer.operator.pk, offer.technology)
        arrived = any(
            (row["household"], one) in arrives and arrives[row["household"], one] > row["at"]
            for one in REACHED_BY[offer.technology]
        )
        if row["verb"] in BRINGING:
            words.pop(key, None)
        elif not arrived:
            words[key] = OperatorWord(str(offer.operator), timezone.localdate(row["at"]))
    return found
