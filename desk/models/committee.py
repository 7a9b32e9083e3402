"""The committees: their dates, and who is convened."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from desk.enums import CommitteeKind, Presence
from desk.permissions import sees_committees
from lifecycle.actors import SYSTEM, Actor
from network.models import Membership
from typography.french import day as told_day


class CommitteeQuerySet(models.QuerySet["Committee"]):
    """Reads of committees."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the system and the pilot; for the others, those to which they were convened."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_committees(actor)
        return self.none() if scope is None else self.filter(scope)

    def not_cancelled(self) -> Self:
        """Those that were not called off."""
        return self.filter(cancelled_at=None)

    def to_come(self, day: date) -> Self:
        """Those of today and of later, the next one first."""
        return self.not_cancelled().filter(meets_on__gte=day).order_by("meets_on", "pk")

    def awaited(self, day: date) -> Self:
        """Those that are not over: one that sits still, however late, then those to come."""
        still = Q(meeting__isnull=False, meeting__closed_at=None) | Q(meeting=None, meets_on__gte=day)
        return self.not_cancelled().filter(still).order_by("meets_on", "pk")

    def with_meetings(self) -> Self:
        """Each with ``meeting_state``, the state of its meeting; None before it sits."""
        return self.annotate(meeting_state=F("meeting__state"))


class Committee(models.Model):
    """A committee on the day that the pilot wrote down; when it sits, it has a ``Meeting``."""

    # Read by ``with_meetings``, never stored.
    meeting_state: str | None

    kind = models.CharField("comité", max_length=10, choices=CommitteeKind)
    meets_on = models.DateField("date")
    place = models.CharField("heure et lieu", max_length=120, blank=True)
    planned_at = models.DateTimeField("écrit le")
    planned_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="écrit par")
    cancelled_at = models.DateTimeField("annulé le", null=True)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = "comité"
        ordering = ("-meets_on", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=CommitteeKind.values), name="desk_committee_kind"),
            models.UniqueConstraint(
                fields=("kind", "meets_on"), condition=Q(cancelled_at=None), name="desk_committee_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {told_day(self.meets_on)}"

    def may_change(self, day: date) -> bool:
        """Whether it is still to come on ``day``, and was not called off."""
        return self.cancelled_at is None and self.meets_on >= day


class Seat(models.Model):
    """A member of a committee: convened, then there or not. His name stays in his account."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="seats", verbose_name="comité")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="membre")
    presence = models.CharField("présence", max_length=10, choices=Presence, default=Presence.CONVENED)

    class Meta:
        verbose_name = "membre d’un comité"
        verbose_name_plural = "membres des comités"
        ordering = ("membership__organisation__name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("committee", "membership"), name="desk_seat_once"),
            models.CheckConstraint(condition=Q(presence__in=Presence.values), name="desk_seat_presence"),
        )

    def __str__(self) -> str:
        return f"{self.membership.organisation} ({self.membership.get_role_display().lower()})"
