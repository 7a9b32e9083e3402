"""Conventions: the three parties, their signatories, the dates, the EPCI's act, and how it ended."""

from datetime import date, datetime, timedelta
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from conventions.enums import (
    ALIVE,
    ENDED,
    ENDED_ALONE,
    ActBody,
    ConventionPaperKind,
    ConventionState,
    DraftAbandonReason,
    Party,
    ReviewSubject,
    SuspendReason,
    TerminateReason,
)
from conventions.parameters import HANDING_OVER_DAYS
from conventions.permissions import sees_conventions
from documents.models import Document
from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.models import Commune, Epci, Membership, Organisation
from reference.parameters import ValuesOfDay

S = ConventionState
PERCENT = {"max_digits": 4, "decimal_places": 1}


class ConventionQuerySet(models.QuerySet["Convention"]):
    """Reads of conventions."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot and the system; for the people of a party, theirs."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_conventions(actor)
        return self.none() if scope is None else self.filter(scope)

    def originals(self) -> Self:
        """Without the amendments."""
        return self.filter(amends=None)

    def in_force_on(self, day: date) -> Self:
        """Active, and ``day`` is one of its days: devices may be allotted to it. No amendment among them."""
        return self.originals().filter(state=S.ACTIVE, starts_on__lte=day, ends_on__gte=day)

    def handing_over(self, at: datetime, numbers: ValuesOfDay | None = None) -> Self:
        """Those under which devices may be reserved and handed over at ``at``: active, suspended, or ended for less
        than the days that follow an end (90, rule ``handing_over_days`` of the day: ``numbers``, when they are known).
        """
        day = timezone.localdate(at)
        days = numbers[HANDING_OVER_DAYS] if numbers else HANDING_OVER_DAYS.on(day)
        ended = Q(state__in=ENDED, ended_on__gt=day - timedelta(days=int(days)))
        return self.originals().filter(Q(state__in=ALIVE) | ended)

    def serving(self, place: Commune | Epci) -> Self:
        """Those whose territory is this EPCI, or the EPCI of this commune, in any state. No amendment among them."""
        epci = place.pk if isinstance(place, Epci) else place.epci_id
        return self.originals().filter(epci=epci)


class Convention(Stateful):
    """An agreement of an EPCI, a reconditioner and a distributor; or an amendment of one (``amends``).

    Of an amendment, ``starts_on`` is when it takes effect, ``ends_on`` the last day it gives to what it amends, and
    ``max_nonconformity`` is null when it leaves that rate as it is.
    """

    state = StateField("état", choices=ConventionState, default=ConventionState.DRAFT, protected=True)
    title = models.CharField("titre", max_length=160)
    epci = models.ForeignKey(Epci, models.PROTECT, related_name="conventions", verbose_name="territoire")
    epci_party = models.ForeignKey(
        Organisation, models.PROTECT, related_name="conventions_as_epci", verbose_name="EPCI"
    )
    workshop = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="conventions_as_workshop",
        verbose_name="reconditionneur",
    )
    distributor = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="conventions_as_distributor",
        verbose_name="distributeur",
    )
    epci_signatory = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="signataire de l’EPCI"
    )
    workshop_signatory = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="signataire du reconditionneur",
    )
    distributor_signatory = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="signataire du distributeur"
    )
    starts_on = models.DateField("date d’effet", null=True, blank=True)
    ends_on = models.DateField("dernier jour", null=True, blank=True, help_text="Inclus.")
    is_test = models.BooleanField(
        "test opérationnel",
        default=False,
        help_text="Une opération d’essai\u00a0: le document et les listes le disent, et «\u00a0Déploiement\u00a0»"
        " compte un essai, pas une convention.",
    )
    max_nonconformity = models.DecimalField(
        "taux maximal de non-conformité",
        **PERCENT,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="En pourcentage des appareils livrés.",
    )
    amends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="amendments", verbose_name="convention modifiée"
    )
    succeeded_by = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="conventions_inherited",
        verbose_name="EPCI qui succède",
    )
    round = models.PositiveSmallIntegerField("relecture n°", default=0, editable=False)

    created_at = models.DateTimeField("préparée le", null=True, editable=False)
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    submitted_at = models.DateTimeField("soumise le", null=True, editable=False)
    submitted_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    approved_at = models.DateTimeField("validée le", null=True, editable=False)
    act_body = models.CharField("acte de", max_length=12, choices=ActBody, blank=True, editable=False)
    act_number = models.CharField("acte n°", max_length=60, blank=True, editable=False)
    act_on = models.DateField("acte du", null=True, editable=False)
    act_executory_on = models.DateField("exécutoire le", null=True, editable=False)
    signed_at = models.DateTimeField("signée le", null=True, editable=False)
    activated_at = models.DateTimeField("en vigueur depuis", null=True, editable=False)
    suspended_at = models.DateTimeField("suspendue le", null=True, editable=False)
    suspend_reason = models.CharField(
        "motif de suspension", max_length=20, choices=SuspendReason, blank=True, editable=False
    )
    reminded_at = models.DateTimeField("échéance rappelée le", null=True, editable=False)
    end_round = models.PositiveSmallIntegerField("accord de fin n°", default=0, editable=False)
    end_proposed_at = models.DateTimeField("fin proposée le", null=True, editable=False)
    end_proposed_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    notice_on = models.DateField("préavis du", null=True, editable=False)
    end_notice = models.ForeignKey(
        "conventions.EndNotice", models.PROTECT, null=True, editable=False, related_name="+", verbose_name="finie par"
    )
    ended_at = models.DateTimeField("fin constatée le", null=True, editable=False)
    ended_on = models.DateField("dernier jour d’effet", null=True, editable=False)
    ended_because = models.CharField(
        "motif de la fin",
        max_length=20,
        choices=list({**dict(TerminateReason.choices), **dict(DraftAbandonReason.choices)}.items()),
        blank=True,
        editable=False,
    )

    objects = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = "convention"
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("state", "ends_on"), name="conventions_convention_state"),
            models.Index(fields=("epci", "state"), name="conventions_convention_epci"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=S.values), name="conventions_convention_state_known"),
            models.CheckConstraint(condition=~Q(amends=F("id")), name="conventions_convention_not_itself"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="conventions_convention_dates",
                violation_error_message="Le dernier jour vient après la date d’effet.",
            ),
            models.CheckConstraint(
                condition=Q(max_nonconformity=None) | Q(max_nonconformity__gte=0, max_nonconformity__lte=100),
                name="conventions_convention_nonconformity",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(S.DRAFT, S.ABANDONED))
                | Q(
                    round__gte=1,
                    submitted_at__isnull=False,
                    workshop__isnull=False,
                    distributor__isnull=False,
                    epci_signatory__isnull=False,
                    workshop_signatory__isnull=False,
                    distributor_signatory__isnull=False,
                    starts_on__isnull=False,
                    ends_on__isnull=False,
                ),
                name="conventions_convention_submitted",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(S.DRAFT, S.IN_REVIEW, S.CHANGES_REQUESTED), approved_at=None)
                | Q(state=S.ABANDONED)
                | ~Q(state__in=(S.DRAFT, S.IN_REVIEW, S.CHANGES_REQUESTED)) & Q(approved_at__isnull=False),
                name="conventions_convention_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(S.SIGNING, S.SIGNED, *ALIVE, *ENDED))
                | Q(act_body__in=ActBody.values, act_on__isnull=False, act_executory_on__gte=F("act_on"))
                & ~Q(act_number=""),
                name="conventions_convention_act",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(S.SIGNED, *ALIVE, *ENDED)) | Q(signed_at__isnull=False),
                name="conventions_convention_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(*ALIVE, S.EXPIRED)) | Q(activated_at__isnull=False),
                name="conventions_convention_activated",
            ),
            models.CheckConstraint(
                condition=Q(state=S.SUSPENDED, suspended_at__isnull=False, suspend_reason__in=SuspendReason.values)
                | ~Q(state=S.SUSPENDED) & Q(suspended_at=None, suspend_reason=""),
                name="conventions_convention_suspended",
            ),
            models.CheckConstraint(
                condition=Q(ended_because__in=ENDED_ALONE, end_notice__isnull=False)
                | ~Q(ended_because__in=ENDED_ALONE) & Q(end_notice=None),
                name="conventions_convention_ended_alone",
            ),
            models.CheckConstraint(
                condition=Q(state=S.TERMINATED, ended_because__in=TerminateReason.values, notice_on__isnull=False)
                | Q(state=S.ABANDONED, ended_because__in=DraftAbandonReason.values)
                | ~Q(state__in=(S.TERMINATED, S.ABANDONED)) & Q(ended_because=""),
                name="conventions_convention_ended_because",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False, ended_on__isnull=False)
                | Q(state=S.ABANDONED, ended_at__isnull=False, ended_on=None)
                | ~Q(state__in=(*ENDED, S.ABANDONED)) & Q(ended_at=None, ended_on=None),
                name="conventions_convention_ended",
            ),
        )

    def hands_over_until(self, day: date) -> date | None:
        """The last day on which what is outside when it ends is handed over, by the rule of ``day``; None before."""
        if self.state not in ENDED or self.ended_on is None or self.amends_id is not None:
            return None
        return self.ended_on + timedelta(days=max(0, int(HANDING_OVER_DAYS.on(day)) - 1))

    @property
    def is_amendment(self) -> bool:
        """Whether it modifies another convention."""
        return self.amends_id is not None

    @property
    def is_written(self) -> bool:
        """Whether its terms may still be written."""
        return self.state in (S.DRAFT, S.CHANGES_REQUESTED)

    @property
    def is_project(self) -> bool:
        """Whether its text is still to be agreed on, or agreed on and waiting for the EPCI's act."""
        return self.state in (S.DRAFT, S.IN_REVIEW, S.CHANGES_REQUESTED, S.APPROVED)

    @property
    def epci_acting(self) -> Organisation:
        """The EPCI of the convention, or the one into which it merged: it acts in its place."""
        return self.succeeded_by or self.epci_party

    def parties(self) -> list[tuple[Party, Organisation | None, Membership | None]]:
        """Each party with its organisation and the signatory it named, in the order of the text."""
        return [
            (Party.EPCI, self.epci_acting, self.epci_signatory),
            (Party.RECONDITIONER, self.workshop, self.workshop_signatory),
            (Party.DISTRIBUTOR, self.distributor, self.distributor_signatory),
        ]

    @property
    def document(self) -> Document | None:
        """The document under signature or signed; None until the signature is opened, and once the text is reopened."""
        if self.is_project:
            return None
        paper = (
            self.papers.filter(kind=ConventionPaperKind.CONVENTION, round=self.round)
            .select_related("document__rendered")
            .first()
        )
        return paper.document if paper else None

    @property
    def signature_page(self) -> Document | None:
        """The second document; None until the three parties have signed."""
        paper = (
            self.papers.filter(kind=ConventionPaperKind.SIGNATURES, round=self.round)
            .select_related("document__rendered")
            .first()
        )
        return paper.document if paper and self.state != S.SIGNING else None

    @property
    def territories(self) -> set[int | None]:
        """The EPCI whose households it serves: its own, and after a merger the one it was signed for."""
        return {self.epci_id, self.epci_party.epci_id}

    def first_day(self) -> date | None:
        """The day from which convention years run: of an amendment, that of what it amends."""
        return self.amends.starts_on if self.amends is not None else self.starts_on


class ConventionEntry(Entry):
    """The journal of conventions, with the territory each row counted for."""

    object = models.ForeignKey(Convention, models.PROTECT, related_name="journal", db_constraint=True)
    epci = models.ForeignKey(Epci, models.PROTECT, related_name="+")

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des conventions"
        verbose_name_plural = "journal des conventions"


class ReviewerNamed(models.Model):
    """Whom the EPCI asks for an opinion on a subject: an organisation, or one person of it.

    The organisation is the EPCI itself, or another that shares its officer. One person may hold several subjects.
    """

    convention = models.ForeignKey(
        Convention, models.PROTECT, related_name="reviewers_named", verbose_name="convention"
    )
    subject = models.CharField(
        "sujet", max_length=20, choices=[choice for choice in ReviewSubject.choices if choice[0] != ReviewSubject.PARTY]
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="organisation")
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="personne"
    )

    class Meta:
        verbose_name = "relecteur désigné"
        verbose_name_plural = "relecteurs désignés"
        ordering = ("convention_id", "pk")
        constraints = (
            models.UniqueConstraint(fields=("convention", "subject"), name="conventions_reviewer_once"),
            models.CheckConstraint(
                condition=Q(subject__in=(ReviewSubject.LEGAL, ReviewSubject.DATA_PROTECTION, ReviewSubject.DIGITAL)),
                name="conventions_reviewer_subject",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_subject_display()}\u00a0: {self.membership or self.organisation}"
