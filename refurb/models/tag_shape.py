"""The form a workshop fixed for its labels: the newest row counts."""

from collections.abc import Iterable
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from lifecycle.actors import SYSTEM, Actor
from network.models import Membership, Organisation
from refurb.permissions import can_work_on_device
from refurb.tags import LONGEST, SHAPE_MADE_OF, spelt

WRONG_SHAPE = (
    "Une forme compte des lettres sans accent, des chiffres, des espaces, les signes - . / _, et # pour un chiffre,"
    " @ pour une lettre, * pour l’un ou l’autre."
)


def validate_shape(shape: str) -> None:
    """Refuse what no label could ever have."""
    if not SHAPE_MADE_OF.fullmatch(shape):
        raise ValidationError(WRONG_SHAPE, code="tag_shape")


class TagShapeQuerySet(models.QuerySet["TagShape"]):
    """Reads of forms."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of one's workshop."""
        if actor is SYSTEM:
            return self.all()
        scope = None if actor is None else can_work_on_device(actor)
        return self.none() if scope is None else self.filter(scope)

    def of_workshops(self, workshops: Iterable[int]) -> dict[int, str]:
        """``{workshop: the form of its labels}`` for those that have one; one query."""
        newest = self.filter(workshop__in=set(workshops)).order_by("workshop", "-pk").distinct("workshop")
        return {workshop: shape for workshop, shape in newest.values_list("workshop", "shape") if shape}

    def spell(self, workshop: int | None, tags: Iterable[str]) -> dict[str, str]:
        """``{label as it was typed: as it is kept}`` in a workshop, in the form it fixed; one query."""
        shape = self.of_workshops([workshop]).get(workshop, "") if workshop else ""
        return {tag: spelt(tag, shape) for tag in tags}


class TagShape(models.Model):
    """« PRH-#### », or nothing: any label will do. Append-only."""

    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="tag_shapes", verbose_name="atelier")
    shape = models.CharField(
        "forme des étiquettes",
        max_length=LONGEST,
        blank=True,
        validators=[validate_shape],
        help_text="Exemple\u00a0: PRH-####. Un # tient la place d’un chiffre, un @ celle d’une lettre, un * celle de"
        " l’un ou de l’autre. Laissez vide pour accepter toutes les étiquettes.",
    )
    set_at = models.DateTimeField("fixée le")
    set_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    objects = TagShapeQuerySet.as_manager()

    class Meta:
        verbose_name = "forme des étiquettes d’un atelier"
        verbose_name_plural = "formes des étiquettes"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(shape="") | Q(shape__regex=f"^{SHAPE_MADE_OF.pattern.replace('?:', '')}$"),
                name="refurb_tagshape_made_right",
            ),
        )

    def __str__(self) -> str:
        return self.shape or "toutes les étiquettes"
