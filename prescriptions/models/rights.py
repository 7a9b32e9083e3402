"""Requests by which a household exercises a right over what is written of it, and their journal."""

from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.models import Membership
from prescriptions.enums import (
    OPEN_RIGHTS,
    Doubt,
    Prolongation,
    Requester,
    RightKind,
    RightsChannel,
    RightsRefusal,
    RightsState,
    ToldBy,
)
from prescriptions.models.household import Household
from prescriptions.nir import validate_no_nir
from prescriptions.permissions import sees_rights_requests

S = RightsState


class RightsRequestQuerySet(models.QuerySet["RightsRequest"]):
    """Reads of requests."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the officer, those it noted or those of its households for the rest; none for the pilot."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_rights_requests(actor)
        return self.none() if scope is None else self.filter(scope)

    def open(self) -> Self:
        """Those that wait for an answer."""
        return self.filter(state__in=OPEN_RIGHTS)

    def restricting(self) -> Self:
        """The limitations that hold: what is written is kept, and used for nothing."""
        return self.filter(kind=RightKind.RESTRICTION, state=S.ANSWERED, lifted_at=None)

    def limits(self, household: int) -> bool:
        """Whether such a limitation holds for this household (primary key); one query."""
        return self.restricting().filter(household=household).exists()


class RightsRequest(Stateful):
    """A household asks to read, correct or erase what is written of it, or that it is used no more.

    It names nobody but by its household: once this one is anonymous, what was asked and when is all that is left.
    While the identity is awaited, the clock stops: ``due_on`` moves on by as many days once it is established.
    """

    state = StateField("état", choices=RightsState, default=RightsState.RECEIVED, protected=True)
    household = models.ForeignKey(Household, models.PROTECT, related_name="rights_requests", verbose_name="foyer")
    kind = models.CharField("droit exercé", max_length=14, choices=RightKind)
    requester = models.CharField("demandé par", max_length=14, choices=Requester)
    channel = models.CharField("arrivée", max_length=8, choices=RightsChannel)
    received_on = models.DateField("reçue le")
    words = models.TextField("ce qui est demandé", blank=True, validators=[validate_no_nir])
    truth = models.TextField("ce qui est vrai", blank=True, validators=[validate_no_nir])
    reply = models.TextField("ce qui est répondu", blank=True, validators=[validate_no_nir])

    received_at = models.DateTimeField("notée le", null=True, editable=False)
    received_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="notée par"
    )
    due_on = models.DateField("réponse due le", null=True, editable=False)
    doubt = models.CharField("doute", max_length=10, choices=Doubt, blank=True, editable=False)
    identity_asked_at = models.DateTimeField("identité demandée le", null=True, editable=False)
    prolonged_at = models.DateTimeField("prolongée le", null=True, editable=False)
    prolongation = models.CharField("prolongée car", max_length=8, choices=Prolongation, blank=True, editable=False)
    reminded_at = models.DateTimeField("rappelée le", null=True, editable=False)
    overdue_at = models.DateTimeField("retard dit le", null=True, editable=False)
    settled_at = models.DateTimeField("réglée le", null=True, editable=False)
    settled_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="réglée par"
    )
    refusal = models.CharField("motif du refus", max_length=10, choices=RightsRefusal, blank=True, editable=False)
    told_by = models.CharField("réponse dite", max_length=8, choices=ToldBy, blank=True, editable=False)
    told_on = models.DateField("réponse remise ou envoyée le", null=True, editable=False)
    lift_told_at = models.DateTimeField("fin de la limitation annoncée le", null=True, editable=False)
    lifted_at = models.DateTimeField("limitation levée le", null=True, editable=False)

    objects = RightsRequestQuerySet.as_manager()
    corrected_at: datetime | None = None
    """When its file was last written again since, where it was read with that (``rights_rules.with_correction``)."""

    class Meta:
        verbose_name = "demande d’exercice de droits"
        verbose_name_plural = "demandes d’exercice de droits"
        ordering = ("due_on", "pk")
        indexes = (models.Index(fields=("state", "due_on"), name="prescriptions_rights_due"),)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=RightsState.values), name="prescriptions_rights_state_known"),
            models.CheckConstraint(condition=Q(kind__in=RightKind.values), name="prescriptions_rights_kind"),
            models.CheckConstraint(condition=Q(requester__in=Requester.values), name="prescriptions_rights_requester"),
            models.CheckConstraint(condition=Q(channel__in=RightsChannel.values), name="prescriptions_rights_channel"),
            models.CheckConstraint(condition=Q(due_on__gt=F("received_on")), name="prescriptions_rights_due_after"),
            models.UniqueConstraint(
                fields=("household", "kind"), condition=Q(state__in=OPEN_RIGHTS), name="prescriptions_rights_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_RIGHTS, settled_at=None) | ~Q(state__in=OPEN_RIGHTS) & ~Q(settled_at=None),
                name="prescriptions_rights_settled",
            ),
            models.CheckConstraint(
                condition=Q(state=S.REFUSED, refusal__in=RightsRefusal.values) | ~Q(state=S.REFUSED) & Q(refusal=""),
                name="prescriptions_rights_refusal",
            ),
            models.CheckConstraint(
                condition=Q(state=S.IDENTITY, identity_asked_at__isnull=False)
                | ~Q(state=S.IDENTITY) & Q(identity_asked_at=None),
                name="prescriptions_rights_identity",
            ),
            models.CheckConstraint(
                condition=Q(prolonged_at=None, prolongation="")
                | Q(prolonged_at__isnull=False, prolongation__in=Prolongation.values),
                name="prescriptions_rights_prolonged",
            ),
            models.CheckConstraint(
                condition=Q(lift_told_at=None, lifted_at=None)
                | Q(kind=RightKind.RESTRICTION, state=S.ANSWERED, lift_told_at__isnull=False)
                & (Q(lifted_at=None) | Q(lifted_at__gt=F("lift_told_at"))),
                name="prescriptions_rights_lifted",
            ),
        )

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state in OPEN_RIGHTS

    def is_late(self, day: date) -> bool:
        """Whether the day of the answer has passed; not while the identity is awaited."""
        return self.state == S.RECEIVED and self.due_on is not None and self.due_on < day


class RightsRequestEntry(Entry):
    """The journal of requests."""

    object = models.ForeignKey(RightsRequest, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des demandes d’exercice de droits"
        verbose_name_plural = "journal des demandes d’exercice de droits"
        indexes = (models.Index(fields=("at", "object"), name="prescriptions_rightsentry_at"),)
