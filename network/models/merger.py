"""Mergers of EPCI, and their journal."""

from typing import Self

from django.db import models
from django.db.models import Q

from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.enums import MergerState
from network.models.membership import Membership
from network.models.organisation import Organisation
from network.models.territory import Epci
from network.permissions import is_pilot


class MergerQuerySet(models.QuerySet["Merger"]):
    """Reads of mergers."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot and the system; none for the others, who see what became of what is theirs."""
        return self.all() if actor is SYSTEM or is_pilot(actor) else self.none()


class Merger(Stateful):
    """``epci`` is no more since ``declared_at``; ``organisation`` acts for the one that succeeds to it."""

    state = StateField("état", choices=MergerState, default=MergerState.DECLARED, protected=True)
    epci = models.ForeignKey(Epci, models.PROTECT, related_name="+", verbose_name="EPCI qui disparaît")
    successor = models.ForeignKey(Epci, models.PROTECT, related_name="+", verbose_name="EPCI qui succède")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="qui agit pour lui")
    declared_at = models.DateTimeField("constatée le", editable=False)
    declared_by = models.ForeignKey(Membership, models.PROTECT, editable=False, related_name="+")

    objects = MergerQuerySet.as_manager()

    class Meta:
        verbose_name = "fusion d’EPCI"
        verbose_name_plural = "fusions d’EPCI"
        ordering = ("-declared_at",)
        constraints = (
            models.UniqueConstraint(fields=("epci",), name="network_merger_once"),
            models.CheckConstraint(condition=Q(state__in=MergerState.values), name="network_merger_state_known"),
            models.CheckConstraint(condition=~Q(epci=models.F("successor")), name="network_merger_two"),
        )


class MergerEntry(Entry):
    """The journal of mergers."""

    object = models.ForeignKey(Merger, models.PROTECT, related_name="journal", verbose_name="fusion")
    epci = models.ForeignKey(Epci, models.PROTECT, related_name="+")
    successor = models.ForeignKey(Epci, models.PROTECT, related_name="+")

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des fusions"
        verbose_name_plural = "journal des fusions"
