"""What the potential of an EPCI is estimated from: how many organisations of each size, and what each may give."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from donations.enums import SizeClass
from network.models import Epci
from reference.dated import Dated


class SizeEstimate(Dated):
    """Of an organisation of one size: how many people, how many devices each, what part is renewed in a year."""

    size = models.CharField("taille", max_length=12, choices=SizeClass)
    employees = models.PositiveIntegerField("salariés en moyenne", validators=[MinValueValidator(1)])
    devices_per_employee = models.DecimalField(
        "appareils par salarié", max_digits=4, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    renewal_rate = models.DecimalField(
        "part renouvelée chaque année",
        max_digits=4,
        decimal_places=1,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )

    class Meta(Dated.Meta):
        verbose_name = "estimation par taille d’organisation"
        verbose_name_plural = "estimations par taille d’organisation"
        ordering = ("size", "-valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("size", "valid_from"), name="donations_sizeestimate_once"),
            models.CheckConstraint(condition=Q(size__in=SizeClass.values), name="donations_sizeestimate_size"),
            models.CheckConstraint(
                condition=Q(renewal_rate__gte=0, renewal_rate__lte=100, devices_per_employee__gte=0),
                name="donations_sizeestimate_rates",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_size_display()}\u00a0: {self.employees}"


class OrganisationCount(Dated):
    """How many organisations of one size an EPCI has."""

    epci = models.ForeignKey(Epci, models.PROTECT, related_name="+", verbose_name="EPCI")
    size = models.CharField("taille", max_length=12, choices=SizeClass)
    organisations = models.PositiveIntegerField("organisations")

    class Meta(Dated.Meta):
        verbose_name = "nombre d’organisations d’un EPCI"
        verbose_name_plural = "nombres d’organisations des EPCI"
        ordering = ("epci", "size", "-valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("epci", "size", "valid_from"), name="donations_organisationcount_once"),
            models.CheckConstraint(condition=Q(size__in=SizeClass.values), name="donations_organisationcount_size"),
        )

    def __str__(self) -> str:
        return f"{self.epci}, {self.get_size_display()}\u00a0: {self.organisations}"
