"""What proves what was done to a device: rows that are added, never edited; a newer one may supersede an older one."""

from typing import Self

from django.db import models
from django.db.models import F, Func, OuterRef, Q

from network.models import Membership


class EvidenceQuerySet[E: "Evidence"](models.QuerySet[E]):
    """Reads of evidence."""

    def current(self) -> Self:
        """The rows that no newer row supersedes."""
        return self.filter(superseded_by=None)

    def of_this_stay(self) -> Self:
        """The current rows of the present stay of the device of an outer query."""
        return self.current().filter(device=OuterRef("pk"), stay=OuterRef("stay"))


class Evidence(models.Model):
    """What all evidence says of itself: of which device, in which stay, recorded when and by whom.

    Evidence counts in its own stay and in no other. Append-only by trigger.
    """

    # Whether no newer row supersedes it; read by the sheet of its device, never stored.
    is_current: bool

    device = models.ForeignKey("refurb.Device", models.PROTECT, related_name="%(class)ss", verbose_name="appareil")
    stay = models.PositiveSmallIntegerField("passage")
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", verbose_name="enregistré par"
    )
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name="remplace"
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(supersedes=None) | ~Q(supersedes=F("id")), name="%(app_label)s_%(class)s_supersedes"
            ),
        )
        indexes = (models.Index(fields=("device", "stay"), name="%(app_label)s_%(class)s_stay"),)


def serial_key_of(name: str) -> models.GeneratedField:
    """The number in the column ``name`` as it is compared, computed by the database: see ``donations.serials``."""
    return models.GeneratedField(
        expression=Func(F(name), function="refurb_serial_key"),
        output_field=models.CharField(max_length=80),
        db_persist=True,
        verbose_name="numéro comparable",
    )
