"""How far each EPCI is in the plan of the roadmap: what was done there, what is to be done next and by whom."""

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.enums import ExchangeChannel, OrganisationKind, RolloutState, RolloutStep
from network.models.exchange import NotedExchange
from network.models.membership import Membership
from network.models.territory import Epci
from network.permissions import sees_rollouts

S = RolloutState
ADVANCING = (S.SURVEY, S.GATHERED, S.TRIED, S.AGREED, S.CRUISING)
"""The states in which an EPCI is followed, in the order of the roadmap."""


class RolloutQuerySet(models.QuerySet["Rollout"]):
    """Reads of roll-outs."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the system, the pilot and observers; its own for the people of an EPCI."""
        if actor is SYSTEM:
            return self.all()
        scope = None if actor is None else sees_rollouts(actor)
        return self.none() if scope is None else self.filter(scope)

    def due(self, day: date) -> Self:
        """Those whose next step is of this day, or late."""
        return self.filter(state__in=ADVANCING, next_on__lte=day)


class Rollout(Stateful):
    """One EPCI on its way. ``next_…``: what is to be done, for when, by whom; all three or none."""

    state = StateField("étape", choices=RolloutState, default=S.SURVEY, protected=True)
    epci = models.ForeignKey(Epci, models.PROTECT, related_name="rollouts", verbose_name="EPCI")
    begun_at = models.DateTimeField("engagé le", null=True, editable=False)
    begun_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    reached_at = models.DateTimeField("à cette étape depuis le", null=True, editable=False)
    gathered_on = models.DateField("acteurs réunis le", null=True, editable=False)
    last_contact_on = models.DateField("dernier échange", null=True, editable=False)
    next_step = models.CharField("prochaine étape", max_length=10, choices=RolloutStep, blank=True, editable=False)
    next_on = models.DateField("pour le", null=True, editable=False)
    next_owner = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="par"
    )

    objects = RolloutQuerySet.as_manager()

    class Meta:
        verbose_name = "déploiement d’un EPCI"
        verbose_name_plural = "déploiements des EPCI"
        ordering = ("epci__short_name", "pk")
        indexes = (models.Index(fields=("next_owner", "next_on"), name="network_rollout_next"),)
        constraints = (
            models.UniqueConstraint(fields=("epci",), name="network_rollout_once"),
            models.CheckConstraint(condition=Q(state__in=S.values), name="network_rollout_state_known"),
            models.CheckConstraint(
                condition=Q(next_step="", next_on=None, next_owner=None)
                | Q(next_step__in=RolloutStep.values, next_on__isnull=False, next_owner__isnull=False),
                name="network_rollout_next_whole",
                violation_error_message="Une prochaine étape a son jour et quelqu’un pour la faire.",
            ),
            models.CheckConstraint(condition=~Q(state=S.MERGED) | Q(next_step=""), name="network_rollout_merged"),
        )

    def __str__(self) -> str:
        return self.epci.short_name

    @property
    def is_followed(self) -> bool:
        """Whether its EPCI is still one."""
        return self.state in ADVANCING


class RolloutEntry(Entry):
    """The journal of roll-outs."""

    object = models.ForeignKey(Rollout, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des déploiements"
        verbose_name_plural = "journal des déploiements"


class RolloutExchange(NotedExchange):
    """One exchange about a roll-out; ``present``: who sat there, by kind, when actors were gathered.

    Append-only, but for its words, emptied when somebody whom they name is forgotten.
    """

    rollout = models.ForeignKey(Rollout, models.PROTECT, related_name="exchanges", verbose_name="déploiement")
    present = ArrayField(
        models.CharField(max_length=20, choices=OrganisationKind), default=list, verbose_name="qui était là"
    )

    class Meta(NotedExchange.Meta):
        verbose_name = "échange sur un déploiement"
        verbose_name_plural = "échanges sur les déploiements"
        constraints = (
            models.CheckConstraint(
                condition=Q(channel__in=ExchangeChannel.values), name="network_rolloutexchange_channel"
            ),
            models.CheckConstraint(
                condition=Q(present__contained_by=OrganisationKind.values), name="network_rolloutexchange_present"
            ),
        )

    @property
    def present_labels(self) -> list[str]:
        """Who sat there, in the order of the chain."""
        return [label for code, label in OrganisationKind.choices if code in self.present]
