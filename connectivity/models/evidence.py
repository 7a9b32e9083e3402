"""What hangs from a connection file: proofs that were seen, what an operator was told, its links, the papers."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from connectivity.eligibility import Seen
from connectivity.enums import (
    HELD,
    WITH_OPERATOR,
    ConditionRule,
    ConnectionPaperKind,
    ProblemCode,
    ProofKind,
)
from connectivity.models.connection import ConnectionFile
from connectivity.permissions import can_answer_connection, can_serve_connection
from documents.models import Document
from lifecycle.actors import SYSTEM, Actor
from network.models import Membership, Organisation
from network.permissions import is_pilot
from prescriptions.models import Household
from prescriptions.nir import validate_no_nir


class ProofSeenQuerySet(models.QuerySet["ProofSeen"]):
    """Reads of proofs."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the files one serves, and all for the pilot; an operator only reads that they were seen."""
        if actor is None:
            return self.none()
        scope = Q() if actor is SYSTEM or is_pilot(actor) else can_serve_connection(actor)
        return self.none() if scope is None else self.filter(file__in=ConnectionFile.objects.filter(scope).values("pk"))


class ProofSeen(models.Model):
    """A proof that was looked at with the household, and not kept: what, of which day, what it shows. Append-only.

    ``ceiling`` is the figure it was held to: no income is written anywhere.
    """

    file = models.ForeignKey(ConnectionFile, models.PROTECT, related_name="proofs", verbose_name="dossier")
    rule = models.CharField("condition", max_length=20, choices=ConditionRule)
    proof = models.CharField("pièce", max_length=20, choices=ProofKind)
    dated_on = models.DateField("datée du")
    holds = models.BooleanField("la condition est remplie")
    ceiling = models.DecimalField("plafond", max_digits=8, decimal_places=2, null=True, blank=True)
    seen_at = models.DateTimeField("vue le")
    seen_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")

    objects = ProofSeenQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce vue"
        verbose_name_plural = "pièces vues"
        ordering = ("-seen_at", "-pk")
        indexes = (models.Index(fields=("file", "rule", "-dated_on"), name="connectivity_proofseen_of"),)

    def __str__(self) -> str:
        return self.get_proof_display()

    @property
    def seen(self) -> Seen:
        """The proof as the rules of eligibility take it."""
        return Seen(self.rule, self.proof, self.dated_on, self.holds, self.ceiling)


class TransmissionQuerySet(models.QuerySet["Transmission"]):
    """Reads of what operators were told."""

    def visible_to(self, actor: Actor | None) -> Self:
        """What was sent for the files one serves; for an operator, while it works on the file or has the line."""
        if actor is None:
            return self.none()
        if actor is SYSTEM:
            return self.all()
        if is_pilot(actor):
            return self.filter(file__need__prescription__household__in=Household.objects.named_to(actor).values("pk"))
        answering = can_answer_connection(actor)
        if answering is not None:
            held = answering & Q(state__in=HELD)
            mine = self.filter(operator=actor.organisation_id)
            return mine.filter(file__in=ConnectionFile.objects.filter(held).values("pk"))
        serving = can_serve_connection(actor)
        return (
            self.none()
            if serving is None
            else self.filter(file__in=ConnectionFile.objects.filter(serving).values("pk"))
        )


class Transmission(models.Model):
    """What an operator was told of a household, at one sending: what its form asks, and nothing else. Append-only.

    A sending after a correction is another row; the names and addresses are erased with the household.
    """

    file = models.ForeignKey(ConnectionFile, models.PROTECT, related_name="transmissions", verbose_name="dossier")
    operator = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="opérateur")
    sent_at = models.DateTimeField("transmis le")
    offer_name = models.CharField("offre", max_length=80)
    proofs_seen = models.BooleanField("pièces vues", default=True)
    last_name = models.CharField("nom", max_length=80, blank=True)
    first_name = models.CharField("prénom", max_length=80, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.CharField("courriel", max_length=254, blank=True)
    address = models.CharField("adresse", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("commune", max_length=80, blank=True)
    contact = models.CharField("à joindre par", max_length=60, blank=True)
    forgotten_at = models.DateTimeField("effacé le", null=True)

    objects = TransmissionQuerySet.as_manager()

    PERSONAL = ("last_name", "first_name", "phone", "email", "address", "postcode", "city", "contact")
    """What is erased with the household."""

    class Meta:
        verbose_name = "transmission à un opérateur"
        verbose_name_plural = "transmissions aux opérateurs"
        ordering = ("-sent_at", "-pk")

    @property
    def name(self) -> str:
        """The person to connect, as everywhere else people are named."""
        return f"{self.first_name} {self.last_name}".strip()

    def __str__(self) -> str:
        return f"{self.offer_name}, {self.sent_at:%d/%m/%Y}"


class ProblemAnswerQuerySet(models.QuerySet["ProblemAnswer"]):
    """Reads of what was answered to operators."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the files one serves; for an operator, what it was answered while it has the file.

        They are words about people: for the pilot, those of the households that are named to him.
        """
        if actor is None:
            return self.none()
        if actor is SYSTEM:
            return self.all()
        if is_pilot(actor):
            return self.filter(file__need__prescription__household__in=Household.objects.named_to(actor).values("pk"))
        answering = can_answer_connection(actor)
        if answering is not None:
            held = answering & Q(state__in=WITH_OPERATOR)
            mine = self.filter(operator=actor.organisation_id)
            return mine.filter(file__in=ConnectionFile.objects.filter(held).values("pk"))
        serving = can_serve_connection(actor)
        files = ConnectionFile.objects.none() if serving is None else ConnectionFile.objects.filter(serving)
        return self.filter(file__in=files.values("pk"))


class ProblemAnswer(models.Model):
    """What whoever serves a file answers to a problem that the operator reported, before sending it again. Append-only.

    The problem is kept as it was reported: its code, the words of the operator, when. All words are erased with the
    household.
    """

    file = models.ForeignKey(ConnectionFile, models.PROTECT, related_name="problem_answers", verbose_name="dossier")
    operator = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="opérateur")
    problem = models.CharField("problème", max_length=20, choices=ProblemCode)
    note = models.CharField("précision", max_length=300, blank=True)
    problem_at = models.DateTimeField("problème signalé le")
    words = models.TextField("ce qui a été fait", blank=True, validators=[validate_no_nir])
    answered_at = models.DateTimeField("répondu le")
    answered_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    objects = ProblemAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "réponse à un problème signalé"
        verbose_name_plural = "réponses aux problèmes signalés"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(problem__in=ProblemCode.values), name="connectivity_problemanswer_problem"
            ),
        )

    def __str__(self) -> str:
        return self.get_problem_display()


class OperatorLinkQuerySet(models.QuerySet["OperatorLink"]):
    """Reads of signed links."""

    def usable(self, at: datetime) -> Self:
        """Those that still open at ``at``: the file is with the operator the link was sent for."""
        return self.filter(
            expires_at__gt=at,
            closed_at=None,
            file__state__in=WITH_OPERATOR,
            file__operator=F("operator"),
            operator__is_active=True,
        )


class OperatorLink(models.Model):
    """A link by which an operator answers one file without an account. Only the digest of its token is kept."""

    file = models.ForeignKey(ConnectionFile, models.PROTECT, related_name="links", verbose_name="dossier")
    operator = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="opérateur")
    email = models.EmailField("envoyé à")
    token_digest = models.CharField("empreinte du lien", max_length=64, unique=True, editable=False)
    sent_at = models.DateTimeField("envoyé le")
    expires_at = models.DateTimeField("expire le")
    closed_at = models.DateTimeField("fermé le", null=True)

    objects = OperatorLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "lien d’un opérateur"
        verbose_name_plural = "liens des opérateurs"
        ordering = ("-sent_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="connectivity_operatorlink_dates"),
            models.UniqueConstraint(
                fields=("file",), condition=Q(closed_at=None), name="connectivity_operatorlink_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.operator}, {self.sent_at:%d/%m/%Y}"


class ConnectionPaperQuerySet(models.QuerySet["ConnectionPaper"]):
    """Reads of papers."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the files one serves; an operator, the file it was sent, while it works on it."""
        if actor is None:
            return self.none()
        if can_answer_connection(actor) is not None:
            told = Transmission.objects.visible_to(actor).values("file")
            return self.filter(kind=ConnectionPaperKind.OPERATOR, operator=actor.organisation_id, file__in=told)
        named = Household.objects.named_to(actor).values("pk")
        seen = ConnectionFile.objects.visible_to(actor).filter(need__prescription__household__in=named)
        return self.filter(file__in=seen.values("pk"))


class ConnectionPaper(models.Model):
    """A paper of a connection file: its values are frozen in ``documents``. Append-only."""

    file = models.ForeignKey(ConnectionFile, models.PROTECT, related_name="papers", verbose_name="dossier")
    kind = models.CharField("nature", max_length=10, choices=ConnectionPaperKind)
    operator = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="opérateur"
    )
    document = models.OneToOneField(Document, models.PROTECT, related_name="connection_paper", verbose_name="document")

    objects = ConnectionPaperQuerySet.as_manager()

    class Meta:
        verbose_name = "papier d’un dossier de connexion"
        verbose_name_plural = "papiers des dossiers de connexion"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.get_kind_display()
