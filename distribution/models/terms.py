"""Texts with a date: what the warranty says."""

from django.db import models

from reference.dated import Dated


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
