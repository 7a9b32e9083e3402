"""Awareness sessions: structures are told how to prescribe; which were invited, which came and how many people."""

from datetime import datetime
from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.enums import AwarenessCancelReason, AwarenessState
from network.models.membership import Membership
from network.models.organisation import Organisation
from network.models.territory import Commune
from network.permissions import can_lead_awareness
from typography.french import day, hour

S = AwarenessState
MOST_PEOPLE = 500
"""How many people of one structure may have come."""


class AwarenessSessionQuerySet(models.QuerySet["AwarenessSession"]):
    """Reads of sessions."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot and the system: who is invited reads the mail, and no account is needed for it."""
        if actor is SYSTEM:
            return self.all()
        return self.none() if actor is None or can_lead_awareness(actor) is None else self.all()

    def to_record(self, at: datetime) -> Self:
        """Those that are over, and of which nobody has said who came."""
        return self.filter(state=S.PLANNED, ends_at__lte=at)


class AwarenessSession(Stateful):
    """A meeting at which structures learn what Maillon is for, and how one prescribes."""

    state = StateField("état", choices=AwarenessState, default=S.PLANNED, protected=True)
    title = models.CharField("sujet", max_length=120)
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    place = models.CharField("lieu", max_length=200, editable=False)
    starts_at = models.DateTimeField("commence le", editable=False)
    ends_at = models.DateTimeField("finit le", editable=False)

    planned_at = models.DateTimeField("prévue le", editable=False)
    planned_by = models.ForeignKey(Membership, models.PROTECT, editable=False, related_name="+")
    held_at = models.DateTimeField("présence notée le", null=True, editable=False)
    held_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    cancelled_at = models.DateTimeField("annulée le", null=True, editable=False)
    cancel_reason = models.CharField("motif", max_length=10, choices=AwarenessCancelReason, blank=True, editable=False)

    objects = AwarenessSessionQuerySet.as_manager()

    class Meta:
        verbose_name = "session de sensibilisation"
        verbose_name_plural = "sessions de sensibilisation"
        ordering = ("-starts_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(state__in=S.values), name="network_awareness_state_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="network_awareness_order"),
            models.CheckConstraint(
                condition=Q(state=S.HELD, held_at__isnull=False, held_by__isnull=False)
                | ~Q(state=S.HELD) & Q(held_at=None, held_by=None),
                name="network_awareness_held",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=S.CANCELLED, cancelled_at__isnull=False, cancel_reason__in=AwarenessCancelReason.values
                )
                | ~Q(state=S.CANCELLED) & Q(cancelled_at=None, cancel_reason=""),
                name="network_awareness_cancelled",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}, {day(self.starts_at)}"

    @property
    def when(self) -> str:
        """« 12 janv. 2027, de 9 h 30 à 11 h »."""
        return f"{day(self.starts_at)}, de {hour(self.starts_at)} à {hour(self.ends_at)}"


class AwarenessEntry(Entry):
    """The journal of sessions."""

    object = models.ForeignKey(AwarenessSession, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des sensibilisations"
        verbose_name_plural = "journal des sensibilisations"


class AwarenessGuest(models.Model):
    """One structure of a session: told of it or not yet, how many of its people came. It names no person."""

    session = models.ForeignKey(AwarenessSession, models.PROTECT, related_name="guests", verbose_name="session")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="organisation"
    )
    name = models.CharField("structure", max_length=160)
    email = models.EmailField("courriel", blank=True)
    invited_at = models.DateTimeField("prévenue le", null=True, editable=False)
    people = models.PositiveSmallIntegerField(
        "personnes venues", null=True, blank=True, validators=[MaxValueValidator(MOST_PEOPLE)]
    )

    class Meta:
        verbose_name = "structure invitée"
        verbose_name_plural = "structures invitées"
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("session", "name"), name="network_awarenessguest_once"),
            models.CheckConstraint(
                condition=Q(people=None) | Q(people__lte=MOST_PEOPLE), name="network_awarenessguest_people"
            ),
        )

    def __str__(self) -> str:
        return self.name
