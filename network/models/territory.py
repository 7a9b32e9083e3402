"""The territory: arrondissements, EPCI, communes and what became of the communes that merged."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifecycle.actors import Actor
from network.enums import CommuneStatus


class Alphabetical(models.Func):
    """A name as a dictionary sorts it: capitals and accents count for nothing, « œ » is « oe ».

    The database sorts by the numbers of the characters: « Écaillon » would come after « Zuydcoote ».
    """

    arity = 1
    output_field = models.TextField()
    template = (
        "lower(regexp_replace(normalize(replace(replace(%(expressions)s, 'œ', 'oe'), 'Œ', 'Oe'), NFD),"
        " '[^ -~]', '', 'g'))"
    )


class PublicQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows that are public facts, each with a name: whoever acts sees them all."""

    def alphabetical(self, name: str = "name") -> Self:
        """In the order in which a French reader looks for a name, or for what is shown in its place."""
        return self.order_by(Alphabetical(name), "pk")

    def visible_to(self, actor: Actor | None) -> Self:
        """All of them: the territory is public."""
        return self.all()


class Arrondissement(models.Model):
    """One of the arrondissements of the Nord."""

    code = models.CharField("code Insee", max_length=3, unique=True)
    name = models.CharField("nom", max_length=80)

    objects = PublicQuerySet["Arrondissement"].as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{3}$"), name="network_arrondissement_code"),
        )

    def __str__(self) -> str:
        return self.name


class EpciQuerySet(PublicQuerySet["Epci"]):
    """Reads of EPCI: each keeps its row for the months in which it was, whatever it became."""

    def living(self) -> Self:
        """Those of today."""
        return self.filter(succeeded_by=None)

    def between(self, start: datetime, until: datetime) -> Self:
        """Those that were there at some instant of a period."""
        began, ended = Q(since=None) | Q(since__lt=until), Q(succeeded_at=None) | Q(succeeded_at__gt=start)
        return self.filter(began & ended)


class Epci(models.Model):
    """An intercommunal body. Its population is of another year than the communes': never add the two."""

    siren = models.CharField("SIREN", max_length=9, unique=True)
    name = models.CharField("nom", max_length=120)
    short_name = models.CharField("nom court", max_length=60)
    arrondissement = models.ForeignKey(
        Arrondissement, models.PROTECT, related_name="epcis", verbose_name="arrondissement principal"
    )
    population = models.PositiveIntegerField(
        "population", help_text="Population municipale de l’EPCI entier, habitants."
    )
    population_year = models.PositiveSmallIntegerField("année de la population")
    since = models.DateTimeField(
        "existe depuis", null=True, editable=False, help_text="Vide\u00a0: depuis toujours, pour ce qui est compté ici."
    )
    succeeded_by = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="succeeds", verbose_name="EPCI qui succède"
    )
    succeeded_at = models.DateTimeField("réuni depuis", null=True, editable=False)

    objects = EpciQuerySet.as_manager()

    class Meta:
        verbose_name = "EPCI"
        verbose_name_plural = "EPCI"
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=Q(siren__regex=r"^[0-9]{9}$"), name="network_epci_siren"),
            models.CheckConstraint(condition=~Q(succeeded_by=F("id")), name="network_epci_not_into_itself"),
            models.CheckConstraint(
                condition=Q(succeeded_by=None, succeeded_at=None)
                | Q(succeeded_by__isnull=False, succeeded_at__isnull=False),
                name="network_epci_succeeded",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def today(self) -> "Epci":
        """What it is now: itself, or the one that succeeds to it, merger after merger."""
        return self if self.succeeded_by is None else self.succeeded_by.today


class CommuneQuerySet(PublicQuerySet["Commune"]):
    """Reads of communes."""

    def current(self) -> Self:
        """The communes of today: one row per code."""
        return self.filter(status=CommuneStatus.CURRENT)

    def in_departement(self) -> Self:
        """The communes of today that lie in the Nord: the figures of the département count these."""
        return self.current().filter(in_departement=True)


class Commune(models.Model):
    """A commune, or one that merged into another (``merged_into``).

    A merged commune keeps its row, with the EPCI and arrondissement of the one that took it over. Key: the
    code and the status, as in the COG (the delegated commune Téteghem has the code of the commune
    Téteghem-Coudekerque-Village). Counting or choosing communes starts from ``Commune.objects.current()``.
    """

    code = models.CharField("code Insee", max_length=5)
    status = models.CharField("statut", max_length=20, choices=CommuneStatus, default=CommuneStatus.CURRENT)
    name = models.CharField("nom", max_length=80)
    postcodes = ArrayField(models.CharField(max_length=5), verbose_name="codes postaux", default=list, blank=True)
    population = models.PositiveIntegerField(
        "population", null=True, blank=True, help_text="Population municipale, habitants."
    )
    population_year = models.PositiveSmallIntegerField("année de la population", null=True, blank=True)
    epci = models.ForeignKey(Epci, models.PROTECT, related_name="communes", verbose_name="EPCI")
    arrondissement = models.ForeignKey(
        Arrondissement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="communes",
        verbose_name="arrondissement",
    )
    in_departement = models.BooleanField("dans le Nord", default=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="réunie à"
    )

    objects = CommuneQuerySet.as_manager()

    class Meta:
        ordering = ("name", "code")
        constraints = (
            models.UniqueConstraint(fields=("code", "status"), name="network_commune_once"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9][0-9AB][0-9]{3}$"), name="network_commune_code"),
            models.CheckConstraint(
                condition=Q(status=CommuneStatus.CURRENT, merged_into=None)
                | (~Q(status=CommuneStatus.CURRENT) & Q(merged_into__isnull=False)),
                name="network_commune_merged",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="network_commune_not_into_itself"),
            models.CheckConstraint(
                condition=Q(in_departement=True, arrondissement__isnull=False)
                | Q(in_departement=False, arrondissement=None),
                name="network_commune_arrondissement",
            ),
            models.CheckConstraint(
                condition=Q(population=None, population_year=None)
                | Q(population__isnull=False, population_year__isnull=False),
                name="network_commune_population_year",
            ),
        )
        indexes = (GinIndex(fields=("postcodes",), name="network_commune_postcodes"),)

    def __str__(self) -> str:
        return self.name
