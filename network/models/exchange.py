"""One exchange with whoever is followed, as prospects and roll-outs keep it."""

from django.db import models

from network.enums import ExchangeChannel
from network.models.membership import Membership


class NotedExchange(models.Model):
    """When and how somebody was reached, what was said, which may be forgotten, and by whom it is written."""

    contacted_on = models.DateField("échange du")
    channel = models.CharField("moyen", max_length=10, choices=ExchangeChannel)
    said = models.CharField("ce qui s’est dit", max_length=500, blank=True)
    recorded_at = models.DateTimeField("inscrit le")
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    class Meta:
        abstract = True
        ordering = ("-contacted_on", "-pk")

    def __str__(self) -> str:
        return f"{self.get_channel_display()}, {self.contacted_on:%d/%m/%Y}"
