"""What a reviewer typed and does not give yet."""

from django.db import models

from conventions.models.circuit import Review
from network.models import Membership


class ReviewNotes(models.Model):
    """What one person typed and does not give yet: several may share a review, none writes over another's notes."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="notes", verbose_name="relecture")
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")
    kept_at = models.DateTimeField("gardées le")
    said = models.JSONField("par champ de la page", default=dict)

    class Meta:
        verbose_name = "notes de relecture"
        verbose_name_plural = "notes de relecture"
        ordering = ("review_id", "kept_at")
        constraints = (models.UniqueConstraint(fields=("review", "by"), name="conventions_notes_once"),)

    def __str__(self) -> str:
        return f"{self.review.reference}, {self.by.user}"
