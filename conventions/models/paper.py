"""The papers of a convention: the document that is signed, and the page of signatures."""

from typing import Self

from django.db import models
from django.db.models import Q

from conventions.enums import ConventionPaperKind
from conventions.models.convention import Convention
from documents.models import Document
from lifecycle.actors import SYSTEM, Actor


class ConventionPaperQuerySet(models.QuerySet["ConventionPaper"]):
    """Reads of papers."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the conventions one may see."""
        if actor is SYSTEM:
            return self.all()
        return self.filter(convention__in=Convention.objects.visible_to(actor).values("pk"))


class ConventionPaper(models.Model):
    """A paper of one round: its values are frozen in ``documents``. Append-only.

    A round has one convention; its page of signatures is made again when a signature was contested and given anew.
    """

    # Whether another one has taken its place; set by the page that lists it, never stored.
    is_replaced: bool
    is_declined: bool

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="papers", verbose_name="convention")
    kind = models.CharField("nature", max_length=12, choices=ConventionPaperKind)
    round = models.PositiveSmallIntegerField("relecture n°")
    document = models.OneToOneField(Document, models.PROTECT, related_name="convention_paper", verbose_name="document")

    objects = ConventionPaperQuerySet.as_manager()

    class Meta:
        verbose_name = "papier d’une convention"
        verbose_name_plural = "papiers des conventions"
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("convention", "kind", "round"),
                condition=Q(kind=ConventionPaperKind.CONVENTION),
                name="conventions_paper_once",
            ),
        )

    def __str__(self) -> str:
        return str(self.document)
