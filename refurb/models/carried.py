"""What is common to the machines of a lot, taken for one of them from another that was read."""

from django.db import models

from refurb.models.evidence import Evidence


class CarriedFacts(Evidence):
    """What one device took from another of the same lot, as a person accepted it: a source, until a file says more."""

    like = models.ForeignKey("refurb.Device", models.PROTECT, related_name="+", verbose_name="comme")
    filled = models.JSONField("ce qui en est repris", default=dict)

    class Meta(Evidence.Meta):
        verbose_name = "relevé repris d’un appareil semblable"
        verbose_name_plural = "relevés repris d’appareils semblables"

    def __str__(self) -> str:
        return f"comme {self.like.tag or self.like.reference}"
