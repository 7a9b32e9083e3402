"""What is worn and stays so: the words of technicians, their sentences for a household, what each device has."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from reference.dated import Dated
from refurb.enums import DeviceType, MendedReason, PartKind
from refurb.models.evidence import Evidence, EvidenceQuerySet
from refurb.models.stock import Repair


class DefectWord(Dated):
    """One defect that does not keep a device from serving: how the bench calls it, how a household reads it."""

    code = models.SlugField("code", max_length=40)
    word = models.CharField("mot de l’établi", max_length=60)
    sentence = models.CharField("phrase pour le foyer", max_length=160)
    types = ArrayField(models.CharField(max_length=12, choices=DeviceType), verbose_name="types")
    part = models.CharField("pièce qui le répare", max_length=12, choices=PartKind, blank=True)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta(Dated.Meta):
        verbose_name = "défaut à dire"
        verbose_name_plural = "défauts à dire"
        ordering = ("position", "code", "-valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("code", "valid_from"), name="refurb_defectword_once"),
            models.CheckConstraint(condition=Q(types__contained_by=DeviceType.values), name="refurb_defectword_types"),
            models.CheckConstraint(condition=Q(part__in=["", *PartKind.values]), name="refurb_defectword_part"),
        )

    def __str__(self) -> str:
        return self.word


class DefectQuerySet(EvidenceQuerySet["Defect"]):
    """Reads of defects."""

    def standing(self) -> Self:
        """Those that nobody mended, whatever the stay in which they were seen: a hinge stays loose at a household's."""
        return self.current().filter(mended=None).select_related("word").order_by("word__position", "pk")


class Defect(Evidence):
    """A defect seen on a device, with the word and the sentence of that day; it stands until it is mended."""

    word = models.ForeignKey(DefectWord, models.PROTECT, related_name="defects", verbose_name="défaut à dire")

    objects = DefectQuerySet.as_manager()

    class Meta(Evidence.Meta):
        verbose_name = "défaut"

    def __str__(self) -> str:
        return self.word.word


class DefectMended(Evidence):
    """A defect that is not there any more, and why: its row stays, and is shown no more to the household."""

    defect = models.OneToOneField(Defect, models.PROTECT, related_name="mended", verbose_name="défaut")
    reason = models.CharField("motif", max_length=10, choices=MendedReason)
    repair = models.ForeignKey(
        Repair, models.PROTECT, null=True, blank=True, related_name="mends", verbose_name="réparation"
    )

    class Meta(Evidence.Meta):
        verbose_name = "défaut réparé"
        verbose_name_plural = "défauts réparés"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(condition=Q(reason__in=MendedReason.values), name="refurb_defectmended_reason"),
        )

    def __str__(self) -> str:
        return self.get_reason_display()
