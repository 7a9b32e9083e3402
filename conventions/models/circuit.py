"""Reviews with their points, signatures with what was deposited: the truth of the circuit."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from conventions.enums import (
    FoundOnDeposit,
    Party,
    PassOverReason,
    RefuseDepositReason,
    ReplaceReason,
    ReviewState,
    ReviewSubject,
    SignatureMethod,
    SignatureState,
)
from conventions.models.articles import WHOLE_TEXT, articles_of
from conventions.models.convention import Convention
from documents.models import Document, StoredFile
from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.models import Membership, Organisation

R = ReviewState
G = SignatureState


class _OfConventionQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows that are seen with their convention."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the conventions one may see."""
        if actor is SYSTEM:
            return self.all()
        return self.filter(convention__in=Convention.objects.visible_to(actor).values("pk"))


class ReviewQuerySet(_OfConventionQuerySet["Review"]):
    """Reads of reviews."""

    def awaited(self) -> Self:
        """Those that are asked and not answered."""
        return self.filter(state=R.ASKED)


class Review(Stateful):
    """One opinion, of one organisation (or of one person of it: ``asked_of``), on one subject, in one round."""

    # What the sheet of its convention says of it to whoever reads; set there, never stored.
    is_mine: bool
    hands_on: bool
    replaces: bool
    passes: bool
    passes_from: date | None
    task: models.Model | None
    task_is_mine: bool
    is_named: bool
    by: str
    to: str
    before: str
    is_by_author: bool
    said: list["ReviewPoint"]
    remark: str | None = None
    """The comment of the opinion, None when there is none that may be read; empty once it is erased."""

    state = StateField("état", choices=ReviewState, default=ReviewState.ASKED, protected=True)
    convention = models.ForeignKey(Convention, models.PROTECT, related_name="reviews", verbose_name="convention")
    round = models.PositiveSmallIntegerField("relecture n°")
    subject = models.CharField("sujet", max_length=20, choices=ReviewSubject)
    party = models.CharField("pour", max_length=14, choices=Party)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="reviews", verbose_name="organisation")
    asked_of = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="reviews_asked", verbose_name="demandée à"
    )
    asked_before = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="demandée avant à"
    )
    due_on = models.DateField("attendue pour le")
    asked_at = models.DateTimeField("demandée le", null=True, editable=False)
    answered_at = models.DateTimeField("répondue le", null=True, editable=False)
    reviewer = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="reviews_answered", verbose_name="par"
    )
    reminded_at = models.DateTimeField("rappelée le", null=True, editable=False)
    replaced_because = models.CharField(
        "motif du remplacement", max_length=20, choices=ReplaceReason, blank=True, editable=False
    )
    passed_over_at = models.DateTimeField("passée outre le", null=True, editable=False)
    passed_over_because = models.CharField(
        "motif pour passer outre", max_length=20, choices=PassOverReason, blank=True, editable=False
    )
    cancelled_at = models.DateTimeField("annulée le", null=True, editable=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "relecture"
        ordering = ("convention_id", "round", "pk")
        indexes = (models.Index(fields=("organisation", "state"), name="conventions_review_organis"),)
        constraints = (
            models.UniqueConstraint(fields=("convention", "round", "subject", "party"), name="conventions_review_once"),
            models.CheckConstraint(condition=Q(state__in=R.values), name="conventions_review_state"),
            models.CheckConstraint(
                condition=Q(state__in=(R.FAVOURABLE, R.UNFAVOURABLE), answered_at__isnull=False)
                | Q(state__in=(R.ASKED, R.CANCELLED, R.PASSED_OVER), answered_at=None),
                name="conventions_review_answered",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=R.PASSED_OVER,
                    passed_over_at__isnull=False,
                    passed_over_because__in=PassOverReason.values,
                )
                | ~Q(state=R.PASSED_OVER) & Q(passed_over_at=None, passed_over_because=""),
                name="conventions_review_passed_over",
            ),
        )

    @property
    def name(self) -> str:
        """What it is, as people say it: « Relecture juridique », « Relecture par Atelier du Nord »."""
        named = {
            ReviewSubject.LEGAL: "Relecture juridique",
            ReviewSubject.DATA_PROTECTION: "Relecture sur la protection des données",
            ReviewSubject.DIGITAL: "Relecture numérique",
        }
        return named.get(ReviewSubject(self.subject), f"Relecture par {self.organisation}")

    @property
    def whose(self) -> str:
        """Its name and the organisation it is asked of, which the name of a party’s own says already."""
        return self.name if str(self.organisation) in self.name else f"{self.name}, {self.organisation}"

    def passes_on(self, days: int) -> date | None:
        """From which day one goes on without it, more than ``days`` after its deadline; never for personal data."""
        passable = self.subject != ReviewSubject.DATA_PROTECTION
        return self.due_on + timedelta(days=days + 1) if passable else None


class ReviewEntry(Entry):
    """The journal of reviews."""

    object = models.ForeignKey(Review, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des relectures"
        verbose_name_plural = "journal des relectures"


class ReviewPoint(models.Model):
    """What must change: on one article (``clause`` is its code), or on the whole when it is empty; and the answer."""

    # The heading of its article; set by the pages that show it, never stored.
    about: str

    review = models.ForeignKey(Review, models.PROTECT, related_name="points", verbose_name="relecture")
    clause = models.CharField("article", max_length=30, blank=True)
    text = models.TextField("ce qui doit changer")
    answer = models.TextField("réponse de l’EPCI", blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, editable=False)
    answered_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")

    class Meta:
        verbose_name = "point de relecture"
        verbose_name_plural = "points de relecture"
        ordering = ("review_id", "pk")

    def __str__(self) -> str:
        return self.text

    @property
    def clause_title(self) -> str:
        """The title of the article, or what stands for the whole."""
        articles = articles_of(self.review.convention) if self.clause else []
        return next((article.title for article in articles if article.code == self.clause), WHOLE_TEXT)


class SignatureQuerySet(_OfConventionQuerySet["Signature"]):
    """Reads of signatures."""

    def awaited(self) -> Self:
        """Those that are asked and not given."""
        return self.filter(state=G.ASKED)

    def refused(self) -> Self:
        """Those whose signatory does not sign the text as it stands, and was not answered yet."""
        return self.awaited().exclude(answer_due_on=None)


class Signature(Stateful):
    """The signature of one party, by the signatory it named, on one document, quoted by the hash of its PDF.

    ``acknowledged_at``: when the signatory said she knows what was deposited in her name. ``answer_due_on``: until when
    whoever writes the text answers the signatory who does not sign it; it stays on what the text opened again voids,
    until another version is submitted.
    """

    # What the sheet of its convention says of it to whoever reads; set there, never stored.
    deposes: bool
    replaces: bool
    is_told: bool
    to_confirm: bool
    is_retyped: bool
    signs: bool
    confirms: bool
    deposited: list["SignatureDeposit"]
    answers: bool
    refusals: list["RefusalToSign"]

    state = StateField("état", choices=SignatureState, default=SignatureState.ASKED, protected=True)
    convention = models.ForeignKey(Convention, models.PROTECT, related_name="signatures", verbose_name="convention")
    round = models.PositiveSmallIntegerField("relecture n°")
    party = models.CharField("partie", max_length=14, choices=Party)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="signatures", verbose_name="organisation"
    )
    signatory = models.ForeignKey(Membership, models.PROTECT, related_name="signatures", verbose_name="signataire")
    document = models.ForeignKey(Document, models.PROTECT, related_name="signatures", verbose_name="document")
    asked_before = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="demandée avant à"
    )
    due_on = models.DateField("attendue pour le", null=True)
    asked_at = models.DateTimeField("demandée le", null=True, editable=False)
    reminded_at = models.DateTimeField("rappelée le", null=True, editable=False)
    answer_due_on = models.DateField("réponse au refus attendue pour le", null=True, editable=False)
    replaced_because = models.CharField(
        "motif du remplacement", max_length=20, choices=ReplaceReason, blank=True, editable=False
    )
    acknowledged_at = models.DateTimeField("connue du signataire le", null=True, editable=False)
    contested_at = models.DateTimeField("contestée le", null=True, editable=False)
    signed_at = models.DateTimeField("enregistrée le", null=True, editable=False)
    signed_on = models.DateField("signée le", null=True, editable=False)
    method = models.CharField("mode", max_length=16, choices=SignatureMethod, blank=True, editable=False)
    quoted_sha256 = models.CharField("empreinte du document signé", max_length=64, blank=True, editable=False)
    scan = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="document signé"
    )
    confirmed_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="confirmée par"
    )
    voided_at = models.DateTimeField("caduque depuis le", null=True, editable=False)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = "signature"
        ordering = ("convention_id", "round", "pk")
        constraints = (
            models.UniqueConstraint(fields=("convention", "round", "party"), name="conventions_signature_once"),
            models.CheckConstraint(condition=Q(state__in=G.values), name="conventions_signature_state"),
            models.CheckConstraint(
                condition=Q(state=G.ASKED, signed_at=None)
                | Q(state=G.VOID, voided_at__isnull=False)
                | Q(
                    state=G.SIGNED,
                    signed_at__isnull=False,
                    signed_on__isnull=False,
                    method__in=SignatureMethod.values,
                    quoted_sha256__regex=r"^[0-9a-f]{64}$",
                ),
                name="conventions_signature_signed",
            ),
            models.CheckConstraint(
                condition=Q(method__in=("", SignatureMethod.SCREEN), scan=None, confirmed_by=None)
                | Q(
                    method__in=(SignatureMethod.PAPER, SignatureMethod.SIGNATURE_BOOK),
                    scan__isnull=False,
                    confirmed_by__isnull=False,
                ),
                name="conventions_signature_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(answer_due_on=None) | ~Q(state=G.SIGNED), name="conventions_signature_refused"
            ),
        )

    @property
    def refusal(self) -> "RefusalToSign | None":
        """The last of its ``refusals``."""
        return self.refusals[-1] if self.refusals else None


class SignatureEntry(Entry):
    """The journal of signatures."""

    object = models.ForeignKey(Signature, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des signatures"
        verbose_name_plural = "journal des signatures"


@dataclass
class RefusalToSign:
    """That a signatory did not sign the text as it stood, and what was answered; their words as far as one reads them.

    ``remark``, ``words``: the comment of each, None when there is none that may be read; empty once it is erased.
    """

    entry: SignatureEntry
    answer: SignatureEntry | None = None
    remark: str | None = None
    words: str | None = None

    @property
    def by(self) -> Membership:
        """Who refused: the signatory of that day, whoever signs since."""
        assert self.entry.actor is not None
        return self.entry.actor


class SignatureDepositQuerySet(models.QuerySet["SignatureDeposit"]):
    """Reads of deposits."""

    def standing(self) -> Self:
        """Those that nobody refused."""
        return self.filter(refusal=None)

    def unknown(self) -> Self:
        """Those made by somebody else than the signatory, who has not said since that she knows; none refused."""
        by_another = self.standing().exclude(deposited_by__user=F("signature__signatory__user"))
        unsaid = Q(signature__acknowledged_at=None) | Q(deposited_at__gt=F("signature__acknowledged_at"))
        return by_another.filter(unsaid)

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the signatures one may see."""
        return self.filter(signature__in=Signature.objects.visible_to(actor).values("pk"))


class SignatureDeposit(models.Model):
    """What a party signed elsewhere, deposited by it, for another party to confirm. Append-only.

    ``found`` is what was read on it before it was taken, ``reading`` what is told of it: ``pages`` and ``frozen_pages``
    of a scan, ``signers`` of an electronic signature (``documents.readers.signed``).
    """

    # Why it was refused, or nothing; set by the sheet of its convention, never stored.
    refusal_told: str

    signature = models.ForeignKey(Signature, models.PROTECT, related_name="deposits", verbose_name="signature")
    method = models.CharField("mode", max_length=16, choices=SignatureMethod)
    signed_on = models.DateField("signée le")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="document signé")
    found = models.CharField(
        "lu sur le document", max_length=12, choices=FoundOnDeposit, default=FoundOnDeposit.NOTHING
    )
    reading = models.JSONField("lecture", default=dict)
    deposited_at = models.DateTimeField("déposé le")
    deposited_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    objects = SignatureDepositQuerySet.as_manager()

    class Meta:
        verbose_name = "signature déposée"
        verbose_name_plural = "signatures déposées"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(method__in=(SignatureMethod.PAPER, SignatureMethod.SIGNATURE_BOOK)),
                name="conventions_deposit_method",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_method_display()}, {self.signed_on:%d/%m/%Y}"


class DepositRefusal(models.Model):
    """A deposited document that is no signature: who says so and why. Append-only."""

    deposit = models.OneToOneField(
        SignatureDeposit, models.PROTECT, related_name="refusal", verbose_name="signature déposée"
    )
    reason = models.CharField("motif", max_length=20, choices=RefuseDepositReason)
    refused_at = models.DateTimeField("refusé le")
    refused_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "refus d’un document déposé"
        verbose_name_plural = "refus de documents déposés"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.get_reason_display()
