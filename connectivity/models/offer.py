"""The offers of operators, as dated data with their source: nothing about an offer is written in code."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from connectivity.eligibility import AskedCondition
from connectivity.enums import (
    OTHER_THAN_INTERNET,
    Channel,
    ConditionRule,
    LineGives,
    PricePeriod,
    ProofKind,
    Reliability,
    Technology,
)
from connectivity.permissions import sees_offers
from lifecycle.actors import SYSTEM, Actor
from network.models import Organisation
from prescriptions.enums import CONNECTION_KINDS, NeedKind
from reference.dated import Dated, DatedQuerySet

MONEY = {"max_digits": 6, "decimal_places": 2, "validators": [MinValueValidator(0)]}
KINDS = [str(kind) for kind in CONNECTION_KINDS]


class OfferQuerySet(DatedQuerySet["Offer"]):
    """Reads of offers."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All to those who steer, prescribe, advise or operate; none to the others."""
        return self.all() if actor is SYSTEM or sees_offers(actor) else self.none()

    def for_kind(self, kind: str) -> Self:
        """The offers that answer one kind of need."""
        return self.filter(kinds__contains=[kind])


class Offer(Dated):
    """What an operator sells at a reduced price, to whom, how one gets it.

    ``operator`` is the organisation whose agents answer: an offer with a desk has one, the others may have none.
    ``checked_at``: when someone said last that its source was read; its operator may say it closed the same day.
    """

    code = models.SlugField("code", max_length=40)
    name = models.CharField("nom", max_length=80)
    operator_name = models.CharField("opérateur", max_length=80)
    operator = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="offers", verbose_name="qui y répond"
    )
    technology = models.CharField("technologie", max_length=12, choices=Technology)
    kinds = ArrayField(models.CharField(max_length=20, choices=NeedKind), verbose_name="besoins")
    gives = models.CharField("ce que donne la ligne", max_length=8, choices=LineGives, default=LineGives.INTERNET)
    channel = models.CharField("canal", max_length=20, choices=Channel)
    price = models.DecimalField(
        "prix", **MONEY, null=True, blank=True, help_text="TTC\u00a0; vide s’il est à confirmer."
    )
    price_max = models.DecimalField("prix maximal", **MONEY, null=True, blank=True)
    period = models.CharField("paie", max_length=10, choices=PricePeriod, default=PricePeriod.MONTH)
    commitment_months = models.PositiveSmallIntegerField("engagement (mois)", default=0)
    setup_fee = models.DecimalField(
        "frais de mise en service", **MONEY, null=True, blank=True, help_text="Vide s’ils sont à confirmer."
    )
    needs_bank_account = models.BooleanField("demande un compte bancaire", default=False)
    entitlement_months = models.PositiveSmallIntegerField(
        "durée du droit (mois)", null=True, blank=True, help_text="Vide si le droit n’a pas de terme."
    )
    how_to = models.TextField("ce que la famille fait")
    how_to_unphoned = models.TextField("ce qu’elle fait sans téléphone", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    url = models.URLField("site", blank=True)
    reliability = models.CharField("fiabilité", max_length=8, choices=Reliability)
    checked_at = models.DateTimeField("vérifiée à", null=True, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "offre"
        verbose_name_plural = "offres"
        ordering = ("name", "-valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("code", "valid_from"), name="connectivity_offer_once"),
            models.CheckConstraint(
                condition=~Q(channel=Channel.DESK) | Q(operator__isnull=False), name="connectivity_offer_desk"
            ),
            models.CheckConstraint(
                condition=Q(price_max=None) | Q(price_max__gte=F("price")), name="connectivity_offer_prices"
            ),
            models.CheckConstraint(
                condition=Q(kinds__len__gte=1, kinds__contained_by=KINDS), name="connectivity_offer_kinds"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.operator_name})"

    @property
    def other_than_internet(self) -> str:
        """What its line gives where that is not internet, which a need of connection asks; empty for the others."""
        return OTHER_THAN_INTERNET.get(self.gives, "")

    def told_to(self, *, called: bool) -> str:
        """What a family does; ``called``: whether a number is known, else it is told what happens instead of a call."""
        return self.how_to if called else self.how_to_unphoned or self.how_to

    @property
    def is_unanswered(self) -> bool:
        """Whether it is asked of an operator that is closed: nobody would answer."""
        return self.channel == Channel.DESK and self.operator is not None and not self.operator.is_active

    @property
    def is_to_confirm(self) -> bool:
        """Whether nobody may yet promise its price: it is unknown, or its source is not sure enough."""
        return self.price is None or self.reliability == Reliability.CHECK


class OfferCondition(models.Model):
    """What an offer asks: a rule, the proof of it, how old the proof may be on the day."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="conditions", verbose_name="offre")
    rule = models.CharField("condition", max_length=20, choices=ConditionRule)
    proof = models.CharField("pièce", max_length=20, choices=ProofKind, default=ProofKind.NONE)
    ceiling = models.DecimalField("plafond", max_digits=8, decimal_places=2, null=True, blank=True)
    fresh_days = models.PositiveSmallIntegerField("fraîcheur (jours)", null=True, blank=True)
    detail = models.CharField("en clair", max_length=200, blank=True)

    class Meta:
        verbose_name = "condition d’une offre"
        verbose_name_plural = "conditions des offres"
        ordering = ("offer", "pk")
        constraints = (models.UniqueConstraint(fields=("offer", "rule"), name="connectivity_offercondition_once"),)

    def __str__(self) -> str:
        return self.asked.label

    @property
    def asked(self) -> AskedCondition:
        """The condition as the rules of eligibility take it."""
        return AskedCondition(self.rule, self.proof, self.ceiling, self.fresh_days, self.detail)
