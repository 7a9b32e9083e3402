"""Those who may give: how far each is, what was said and when, what is to be done next and by whom."""

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from donations.enums import GiveUpReason, NextStep, ProspectState, SizeClass
from donations.permissions import can_prospect
from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.forms import validate_telephone
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.enums import ExchangeChannel, LegalNature
from network.models import Commune, Membership, NotedExchange, Organisation
from network.siret import validate_siret

S = ProspectState
FOLLOWED = (S.TO_CONTACT, S.MET, S.PROMISED, S.SILENT)
"""The states in which somebody is still to be called."""


class ProspectQuerySet(models.QuerySet["Prospect"]):
    """Reads of prospects."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the system and the pilot; those of its communes for the manager of an EPCI."""
        if actor is SYSTEM:
            return self.all()
        scope = None if actor is None else can_prospect(actor)
        return self.none() if scope is None else self.filter(scope)

    def due(self, day: date) -> Self:
        """Those whose next step is of this day, or late."""
        return self.filter(state__in=FOLLOWED, next_on__lte=day)


class Prospect(Stateful):
    """An organisation that may give. ``next_…``: what is to be done, for when, by whom; all three or none."""

    state = StateField("état", choices=ProspectState, default=S.TO_CONTACT, protected=True)
    name = models.CharField("nom", max_length=160)
    legal_nature = models.CharField("nature juridique", max_length=12, choices=LegalNature)
    size = models.CharField("taille", max_length=12, choices=SizeClass, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[validate_siret])
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    contact_name = models.CharField("personne à joindre", max_length=120, blank=True)
    contact_phone = models.CharField("son téléphone", max_length=20, blank=True, validators=[validate_telephone])
    contact_email = models.EmailField("son adresse électronique", blank=True)

    created_at = models.DateTimeField("repéré le", null=True, editable=False)
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    last_contact_on = models.DateField("dernier échange", null=True, editable=False)
    next_step = models.CharField("prochaine étape", max_length=10, choices=NextStep, blank=True, editable=False)
    next_on = models.DateField("pour le", null=True, editable=False)
    next_owner = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="par"
    )
    promised_devices = models.PositiveIntegerField(
        "appareils promis",
        null=True,
        editable=False,
        validators=[MinValueValidator(1), MaxValueValidator(50_000)],
    )
    # Several may have spotted the same one: to refuse the second would tell him that somebody else follows it.
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="prospects",
        verbose_name="organisation donatrice",
    )
    announced_at = models.DateTimeField("premier lot annoncé le", null=True, editable=False)
    closed_reason = models.CharField("motif", max_length=12, choices=GiveUpReason, blank=True, editable=False)

    objects = ProspectQuerySet.as_manager()

    class Meta:
        verbose_name = "donateur possible"
        verbose_name_plural = "donateurs possibles"
        ordering = ("name", "pk")
        indexes = (models.Index(fields=("next_owner", "next_on"), name="donations_prospect_next"),)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=S.values), name="donations_prospect_state_known"),
            models.CheckConstraint(condition=Q(legal_nature__in=LegalNature.values), name="donations_prospect_nature"),
            models.CheckConstraint(condition=Q(size="") | Q(size__in=SizeClass.values), name="donations_prospect_size"),
            models.CheckConstraint(
                condition=Q(next_step="", next_on=None, next_owner=None)
                | Q(next_step__in=NextStep.values, next_on__isnull=False, next_owner__isnull=False),
                name="donations_prospect_next_whole",
                violation_error_message="Une prochaine étape a son jour et quelqu’un pour la faire.",
            ),
            models.CheckConstraint(
                condition=Q(state=S.CLOSED, closed_reason__in=GiveUpReason.values, next_step="")
                | ~Q(state=S.CLOSED) & Q(closed_reason=""),
                name="donations_prospect_closed",
            ),
            models.CheckConstraint(
                condition=Q(state=S.ANNOUNCED, announced_at__isnull=False, organisation__isnull=False, next_step="")
                | ~Q(state=S.ANNOUNCED) & Q(announced_at=None),
                name="donations_prospect_announced",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.PROMISED) | Q(promised_devices__gt=0), name="donations_prospect_promised"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_followed(self) -> bool:
        """Whether somebody is still to call it."""
        return self.state in FOLLOWED


class ProspectEntry(Entry):
    """The journal of prospects."""

    object = models.ForeignKey(Prospect, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des donateurs possibles"
        verbose_name_plural = "journal des donateurs possibles"


class ProspectContact(NotedExchange):
    """One exchange with a prospect: when, how, what was said, which may be forgotten. Append-only."""

    prospect = models.ForeignKey(Prospect, models.PROTECT, related_name="contacts", verbose_name="donateur possible")

    class Meta(NotedExchange.Meta):
        verbose_name = "échange"
        verbose_name_plural = "échanges"
        constraints = (
            models.CheckConstraint(
                condition=Q(channel__in=ExchangeChannel.values), name="donations_prospectcontact_channel"
            ),
        )
