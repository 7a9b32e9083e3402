"""Numbers and texts with a date: how long a reservation holds, what the warranty says, how fast a drive may be."""

from django.db import models

from network.models import Dated, DatedNumber, known_codes
from refurb.enums import LimitCode, TermCode


class DistributionTerm(DatedNumber):
    """A duration of distribution, in the unit its code says: days of a reservation, months of warranty."""

    code = models.CharField("durée", max_length=20, choices=TermCode)

    class Meta(DatedNumber.Meta):
        verbose_name = "durée de la distribution"
        verbose_name_plural = "durées de la distribution"
        constraints = (*DatedNumber.Meta.constraints, known_codes(TermCode))


class ErasureLimit(DatedNumber):
    """What a run of erasure cannot exceed: the rate of each kind of drive, how late a wrong clock is told of."""

    code = models.CharField("limite", max_length=20, choices=LimitCode)

    class Meta(DatedNumber.Meta):
        verbose_name = "limite des effacements"
        verbose_name_plural = "limites des effacements"
        constraints = (*DatedNumber.Meta.constraints, known_codes(LimitCode))


class WarrantyText(Dated):
    """What the warranty covers and what it does not, as the hand-over note says it."""

    version = models.CharField("version", max_length=20, unique=True)
    body = models.TextField("texte")

    class Meta(Dated.Meta):
        verbose_name = "texte de la garantie"
        verbose_name_plural = "textes de la garantie"
        ordering = ("-valid_from", "-pk")

    def __str__(self) -> str:
        return f"Garantie, version {self.version}"
