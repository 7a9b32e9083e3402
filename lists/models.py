"""What a person keeps of a list: the filter he used last, and the views he named."""

from django.conf import settings
from django.db import models

LAST = ""
"""The name of the filter used last: nobody gave it one."""


class SavedView(models.Model):
    """A filter of a list, as its address says it: for one membership alone, and without any free text."""

    membership = models.ForeignKey(
        settings.LIFECYCLE_ACTOR_MODEL, models.CASCADE, related_name="saved_views", verbose_name="rattachement"
    )
    page = models.CharField("page", max_length=60)
    name = models.CharField("nom", max_length=40, blank=True)
    query = models.CharField("critères", max_length=500)

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        ordering = ("name", "pk")
        constraints = (models.UniqueConstraint(fields=("membership", "page", "name"), name="lists_savedview_once"),)

    def __str__(self) -> str:
        return self.name or "dernier filtre"
