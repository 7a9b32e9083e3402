"""Donations: a lot offered by one donor, its lines, what was decided of them, and who takes them."""

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from conventions.enums import DeviceType
from conventions.models import MONEY
from documents.models import Document
from donations.enums import (
    DeclineReason,
    Destination,
    DifferenceCode,
    DonationPaperKind,
    DonationState,
    DonorKind,
    LineCondition,
    WithdrawReason,
)
from donations.permissions import sees_donations
from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.enums import OrganisationKind
from network.models import Commune, Epci, Membership, Organisation

QUALIFIED_STATES = (
    DonationState.QUALIFIED,
    DonationState.SCHEDULED,
    DonationState.COLLECTED,
    DonationState.RECONCILED,
)
"""The states in which a lot has been decided upon and is still taken."""
S = DonationState


def _both_or_none(column: str, states: tuple[DonationState, ...]) -> Q:
    """``column`` is set in these states, and in no other."""
    inside = Q(state__in=states)
    return inside & Q(**{f"{column}__isnull": False}) | ~inside & Q(**{f"{column}__isnull": True})


class DonationQuerySet(models.QuerySet["Donation"]):
    """Reads of donations."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot and the system, its own for a donor, those assigned to it for a workshop."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_donations(actor)
        return self.none() if scope is None else self.filter(scope)


class Donation(Stateful):
    """A lot offered by one donor."""

    state = StateField("état", choices=DonationState, default=DonationState.DRAFT, protected=True)
    donor = models.ForeignKey(Organisation, models.PROTECT, related_name="donations", verbose_name="donateur")
    donor_kind = models.CharField("nature du donateur", max_length=10, choices=DonorKind)
    donor_legal_form = models.CharField(
        "forme juridique du donateur",
        max_length=60,
        blank=True,
        help_text="Entreprise\u00a0: SA, SARL, SAS… (reçu fiscal).",
    )
    description = models.TextField("description du lot", blank=True)
    peripherals = models.PositiveIntegerField(
        "périphériques", default=0, help_text="Claviers, souris, chargeurs…\u00a0: comptés, pas suivis un par un."
    )
    pick_up_address = models.CharField("adresse d’enlèvement", max_length=200, blank=True)
    pick_up_postcode = models.CharField(
        "code postal",
        max_length=5,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{5}$", "Un code postal compte 5 chiffres.")],
    )
    pick_up_city = models.CharField("ville", max_length=80, blank=True)
    commune = models.ForeignKey(
        Commune,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="commune de l’enlèvement",
    )
    outside = models.BooleanField("hors du département", default=False)
    access = models.TextField("accès au site", blank=True, help_text="Étage, quai, badge, stationnement…")
    contact_name = models.CharField(
        "personne à joindre sur place", max_length=120, blank=True, help_text="Un nom ou un service."
    )
    contact_phone = models.CharField("son téléphone", max_length=20, blank=True)
    ready_on = models.DateField("prêt à partir du", null=True, blank=True)
    windows = models.CharField(
        "jours et heures possibles",
        max_length=200,
        blank=True,
        help_text="Exemple\u00a0: du lundi au jeudi, de 9 h à 16 h.",
    )
    origin_epci = models.ForeignKey(
        Epci, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="EPCI d’origine"
    )
    transfer_reference = models.CharField(
        "décision de cession",
        max_length=80,
        blank=True,
        help_text="Donateur public\u00a0: référence de la décision.",
    )
    transfer_decided_on = models.DateField("décision prise le", null=True, blank=True)

    created_at = models.DateTimeField("créé le", null=True, editable=False)
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    announced_at = models.DateTimeField("annoncée le", null=True, editable=False)
    announced_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    qualified_at = models.DateTimeField("qualifiée le", null=True, editable=False)
    qualified_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    to_ratify = models.BooleanField("à ratifier par le comité", default=False, editable=False)
    allocation_round = models.PositiveSmallIntegerField("répartition n°", default=0, editable=False)
    scheduled_at = models.DateTimeField("planifiée le", null=True, editable=False)
    scheduled_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    collected_at = models.DateTimeField("enlevée le", null=True, editable=False)
    collected_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    reconciled_at = models.DateTimeField("soldée le", null=True, editable=False)
    reconciled_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    declined_at = models.DateTimeField("écartée le", null=True, editable=False)
    declined_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    decline_reason = models.CharField(
        "motif de refus", max_length=20, choices=DeclineReason, blank=True, editable=False
    )
    withdrawn_at = models.DateTimeField("retirée le", null=True, editable=False)
    withdrawn_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    withdraw_reason = models.CharField(
        "motif de retrait", max_length=20, choices=WithdrawReason, blank=True, editable=False
    )

    objects = DonationQuerySet.as_manager()

    class Meta:
        verbose_name = "donation"
        ordering = ("-pk",)
        indexes = (models.Index(fields=("state", "moved_at"), name="donations_donation_state"),)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=DonationState.values), name="donations_donation_state_known"),
            models.CheckConstraint(
                condition=Q(donor_kind__in=(DonorKind.PUBLIC, DonorKind.PRIVATE)),
                name="donations_donation_donor_kind",
            ),
            models.CheckConstraint(
                condition=Q(state=S.WITHDRAWN)
                | Q(state=S.DRAFT, announced_at=None)
                | ~Q(state=S.DRAFT) & Q(announced_at__isnull=False),
                name="donations_donation_announced",
            ),
            models.CheckConstraint(
                condition=Q(announced_at=None)
                | ~Q(pick_up_address="")
                & ~Q(pick_up_postcode="")
                & ~Q(pick_up_city="")
                & (Q(commune=None, outside=True, origin_epci=None) | Q(commune__isnull=False, outside=False)),
                name="donations_donation_site_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(S.DECLINED, S.WITHDRAWN))
                | Q(state__in=QUALIFIED_STATES, qualified_at__isnull=False, allocation_round__gt=0)
                | Q(state__in=(S.DRAFT, S.ANNOUNCED), qualified_at=None, allocation_round=0),
                name="donations_donation_qualified",
            ),
            models.CheckConstraint(
                condition=Q(qualified_at=None) | ~Q(donor_kind=DonorKind.PUBLIC) | ~Q(transfer_reference=""),
                name="donations_donation_transfer_decided",
            ),
            models.CheckConstraint(
                condition=Q(state=S.WITHDRAWN)
                | _both_or_none("scheduled_at", (S.SCHEDULED, S.COLLECTED, S.RECONCILED)),
                name="donations_donation_scheduled",
            ),
            models.CheckConstraint(
                condition=_both_or_none("collected_at", (S.COLLECTED, S.RECONCILED)),
                name="donations_donation_collected",
            ),
            models.CheckConstraint(
                condition=_both_or_none("reconciled_at", (S.RECONCILED,)), name="donations_donation_reconciled"
            ),
            models.CheckConstraint(
                condition=Q(state=S.DECLINED, declined_at__isnull=False, decline_reason__in=DeclineReason.values)
                | ~Q(state=S.DECLINED) & Q(declined_at=None, decline_reason=""),
                name="donations_donation_declined",
            ),
            models.CheckConstraint(
                condition=Q(state=S.WITHDRAWN, withdrawn_at__isnull=False, withdraw_reason__in=WithdrawReason.values)
                | ~Q(state=S.WITHDRAWN) & Q(withdrawn_at=None, withdraw_reason=""),
                name="donations_donation_withdrawn",
            ),
        )

    @property
    def site(self) -> str:
        """The pick-up address on one line."""
        return f"{self.pick_up_address}, {self.pick_up_postcode} {self.pick_up_city}".strip(", ")

    def workshops(self) -> models.QuerySet[Organisation]:
        """The workshops that have a share in the allocation of today."""
        return Organisation.objects.filter(pk__in=self.allocations.current().values("workshop"))


class DonationEntry(Entry):
    """The journal of donations; the rows of announce and qualify keep the quantities per type."""

    object = models.ForeignKey(Donation, models.PROTECT, related_name="journal", db_constraint=True)
    donor_kind = models.CharField(max_length=10, choices=DonorKind)
    origin_epci = models.ForeignKey(Epci, models.PROTECT, null=True, related_name="+")

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des donations"
        verbose_name_plural = "journal des donations"


class DonationLineQuerySet(models.QuerySet["DonationLine"]):
    """Reads of lines."""

    def _total(self, **total: models.Aggregate) -> Coalesce:
        """A total over what hangs from each line, in a query of its own so that several do not multiply."""
        own = self.model._default_manager.filter(pk=OuterRef("pk")).order_by().values("pk")
        return Coalesce(Subquery(own.annotate(**total).values(*total)), Value(0))

    def reckoned(self) -> Self:
        """Each line with what was ``accepted``, ``collected`` (counted at the pick-ups), ``received`` (seen), and, of
        what was received, ``given_back`` since.
        """
        return self.annotate(
            accepted=Coalesce(F("decision__accepted"), Value(0)),
            collected=self._total(total_collected=Sum("counts__quantity")),
            received=self._total(total_received=Count("devices", filter=Q(devices__stay__gt=0))),
            given_back=self._total(
                total_given_back=Count("devices", filter=Q(devices__stay__gt=0) & ~Q(devices__withdrawal_reason=""))
            ),
        )

    def differing(self) -> Self:
        """The lines where what was accepted, collected and received are not one number."""
        return self.reckoned().exclude(accepted=F("collected"), collected=F("received"))

    def unexplained(self) -> Self:
        """The lines that differ, without an explanation of these very numbers.

        What was announced and not accepted is explained by the decision, which carries its code.
        """
        said = LineExplanation.objects.filter(
            line=OuterRef("pk"),
            accepted=OuterRef("accepted"),
            collected=OuterRef("collected"),
            received=OuterRef("received"),
        )
        return self.differing().exclude(Exists(said))


class DonationLine(models.Model):
    """So many machines of one type, one year and one condition. Frozen by the database once the lot is
    announced.
    """

    # What ``reckoned`` counts.
    accepted: int
    collected: int
    received: int
    given_back: int
    # What the pages of its lot say of it; set there, never stored.
    differs: bool
    explanation: "LineExplanation | None"
    decided: models.Model | None
    refused: list[str]
    unskilled: tuple[str, ...] = ()

    donation = models.ForeignKey(Donation, models.PROTECT, related_name="lines", verbose_name="donation")
    type = models.CharField("type", max_length=12, choices=DeviceType)
    quantity = models.PositiveIntegerField("quantité", validators=[MinValueValidator(1), MaxValueValidator(5000)])
    purchase_year = models.PositiveSmallIntegerField("année d’achat", validators=[MinValueValidator(1985)])
    condition = models.CharField("état", max_length=12, choices=LineCondition)
    model_name = models.CharField("marque et modèle", max_length=120, blank=True)
    unit_value = models.DecimalField(
        "valeur unitaire (€)",
        **MONEY,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Donateur public\u00a0: valeur d’un appareil au jour du don.",
    )

    objects = DonationLineQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne de donation"
        verbose_name_plural = "lignes de donation"
        ordering = ("donation", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=5000), name="donations_line_quantity"),
            models.CheckConstraint(condition=Q(purchase_year__gte=1985), name="donations_line_purchase_year"),
            models.CheckConstraint(condition=Q(type__in=DeviceType.values), name="donations_line_type"),
            models.CheckConstraint(condition=Q(condition__in=LineCondition.values), name="donations_line_condition"),
            models.CheckConstraint(
                condition=Q(unit_value=None) | Q(unit_value__gte=0), name="donations_line_unit_value"
            ),
        )

    @property
    def destination(self) -> Destination:
        """For what its accepted machines are, once it is decided: what was decided, unless they are used after all."""
        redirected = hasattr(self, "redirection")
        return Destination.REUSE if redirected else Destination(self.decision.destination)  # type: ignore[attr-defined]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.get_type_display().lower()}, {self.purchase_year}"


class LineExplanation(models.Model):
    """Why the three numbers of a line differ. It holds for these numbers only. Append-only."""

    line = models.ForeignKey(DonationLine, models.PROTECT, related_name="explanations", verbose_name="ligne")
    code = models.CharField("explication", max_length=16, choices=DifferenceCode)
    accepted = models.PositiveIntegerField("accepté")
    collected = models.PositiveIntegerField("enlevé")
    received = models.PositiveIntegerField("reçu")
    explained_at = models.DateTimeField("expliqué le")
    explained_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "explication d’un écart"
        verbose_name_plural = "explications des écarts"
        ordering = ("line", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(code__in=DifferenceCode.values), name="donations_lineexplanation_code"),
        )

    def __str__(self) -> str:
        return self.get_code_display()


class DonationPaperQuerySet(models.QuerySet["DonationPaper"]):
    """Reads of papers."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the donations one may see, less the papers of another workshop."""
        seen = self.filter(donation__in=Donation.objects.visible_to(actor).values("pk"))
        if actor is not None and actor.kind == OrganisationKind.RECONDITIONER:
            return seen.filter(Q(workshop=None) | Q(workshop=actor.organisation_id))
        return seen


class DonationPaper(models.Model):
    """A paper of a donation: its values are frozen in ``documents``. Append-only."""

    # Whether another one has taken its place; set by the page that lists it, never stored.
    is_replaced: bool

    donation = models.ForeignKey(Donation, models.PROTECT, related_name="papers", verbose_name="donation")
    kind = models.CharField("nature", max_length=12, choices=DonationPaperKind)
    workshop = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="atelier"
    )
    document = models.OneToOneField(Document, models.PROTECT, related_name="donation_paper", verbose_name="document")

    objects = DonationPaperQuerySet.as_manager()

    class Meta:
        verbose_name = "papier d’une donation"
        verbose_name_plural = "papiers des donations"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=DonationPaperKind.values), name="donations_donationpaper_kind"),
        )

    def __str__(self) -> str:
        return self.get_kind_display()
