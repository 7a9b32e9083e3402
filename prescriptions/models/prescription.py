"""Prescriptions: a household's file, what was agreed, seen and decided, and its papers."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q

from documents.models import Document
from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.enums import OrganisationKind
from network.models import Commune, Epci, Membership, Organisation
from prescriptions.enums import (
    ABOUT_FACTS,
    ENDED_STATES,
    LIVE_STATES,
    AgreementHow,
    EligibilityVerdict,
    FactKind,
    PrescriptionPaperKind,
    PrescriptionState,
)
from prescriptions.models.household import Household
from prescriptions.models.reference import EligibilityRule, Evaluation, weigh
from prescriptions.nir import validate_no_nir
from prescriptions.permissions import sees_facts, sees_prescriptions, sees_stories
from reference.dated import Dated
from typography import french

S = PrescriptionState


class PrescriptionQuerySet(models.QuerySet["Prescription"]):
    """Reads of prescriptions."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Walls (domaine §6.1): a prescriber's own, those submitted to a distributor, those accepted around a relay."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_prescriptions(actor)
        return self.none() if scope is None else self.filter(scope)

    def live(self) -> Self:
        """Those that someone is dealing with."""
        return self.filter(state__in=LIVE_STATES)

    def followed_by(self, actor: Membership) -> Self:
        """Those that the actor follows, and those that nobody follows any more: whoever did has left its prescriber."""
        still = Membership.objects.open().filter(
            user=OuterRef("worker__user"), organisation=OuterRef("prescriber"), kind=OrganisationKind.PRESCRIBER
        )
        return self.filter(Q(worker__user=actor.user_id) | ~Exists(still))

    def recent_communes(self, worker: Actor, most: int = 5) -> list[int]:
        """The keys of the communes of the files this person opened or follows, the last one first; one query."""
        own = self.filter(worker=worker.pk, household__commune__isnull=False).order_by()
        last = own.values("household__commune").annotate(last=Max("pk")).order_by("-last")
        return list(last.values_list("household__commune", flat=True)[:most])


class Prescription(Stateful):
    """What a social worker asks for a household, and what becomes of it. Its story is apart: ``SocialStory``."""

    state = StateField("état", choices=PrescriptionState, default=PrescriptionState.DRAFT, protected=True)
    household = models.ForeignKey(Household, models.PROTECT, related_name="prescriptions", verbose_name="foyer")
    prescriber = models.ForeignKey(
        Organisation, models.PROTECT, related_name="prescriptions", verbose_name="prescripteur"
    )
    worker = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="prescriptions",
        verbose_name="travailleur social",
    )
    worker_before = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="suivie avant par"
    )
    distributor = models.ForeignKey(
        Organisation, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="distributeur"
    )
    adviser = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="instruite par"
    )
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="commune"
    )
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="EPCI")

    created_at = models.DateTimeField("créée le", null=True, editable=False)
    submitted_at = models.DateTimeField("déposée le", null=True, editable=False)
    complete_by = models.DateTimeField("à compléter avant le", null=True, editable=False)
    accepted_at = models.DateTimeField("acceptée le", null=True, editable=False)
    confirmed_at = models.DateTimeField("confirmée le", null=True, editable=False)
    declined_at = models.DateTimeField("le foyer a répondu non le", null=True, editable=False)
    valid_until = models.DateTimeField("valable jusqu’au", null=True, editable=False)
    contacted_at = models.DateTimeField("dernier contact le", null=True, editable=False)
    ended_at = models.DateTimeField("close le", null=True, editable=False)
    end_reason = models.CharField("motif", max_length=24, blank=True, editable=False)

    objects = PrescriptionQuerySet.as_manager()

    class Meta:
        verbose_name = "prescription"
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("state", "moved_at"), name="prescriptions_prescr_state"),
            models.Index(fields=("state", "valid_until"), name="prescriptions_prescr_valid"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=PrescriptionState.values), name="prescriptions_prescription_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=(S.DRAFT, S.WITHDRAWN))
                | Q(submitted_at__isnull=False, distributor__isnull=False, commune__isnull=False, epci__isnull=False),
                name="prescriptions_prescription_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(S.ACCEPTED, S.FULFILLED, S.CLOSED_UNMET)) | Q(accepted_at__isnull=False),
                name="prescriptions_prescription_accepted",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED_STATES, ended_at__isnull=False)
                | ~Q(state__in=ENDED_STATES) & Q(ended_at=None),
                name="prescriptions_prescription_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(S.REFUSED, S.WITHDRAWN)) | ~Q(end_reason=""),
                name="prescriptions_prescription_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=S.INCOMPLETE) | Q(complete_by=None), name="prescriptions_prescription_complete_by"
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None) | Q(accepted_at__isnull=False), name="prescriptions_prescription_declined"
            ),
        )

    @property
    def is_live(self) -> bool:
        """Whether someone is dealing with it."""
        return self.state in LIVE_STATES


class PrescriptionEntry(Entry):
    """The journal of prescriptions."""

    object = models.ForeignKey(Prescription, models.PROTECT, related_name="journal", db_constraint=True)
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, related_name="+")

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des prescriptions"
        verbose_name_plural = "journal des prescriptions"
        indexes = (models.Index(fields=("at", "object"), name="prescriptions_prentry_at"),)


class OfPrescriptionQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows that hang from a prescription."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the prescriptions one may see."""
        return self.filter(prescription__in=Prescription.objects.visible_to(actor).values("pk"))


class InstructionQuerySet[M: models.Model](OfPrescriptionQuerySet[M]):
    """Rows that belong to whoever examines a prescription: a relay sees need and contact only."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the prescriptions one may see, for whoever may see facts."""
        return super().visible_to(actor) if actor is SYSTEM or sees_facts(actor) else self.none()


class SocialStoryQuerySet(models.QuerySet["SocialStory"]):
    """Reads of stories."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those that one's own prescriber wrote: nobody else reads any, the pilot no more than the others."""
        scope = sees_stories(actor)
        return self.none() if scope is None else self.filter(scope)


class SocialStory(models.Model):
    """What the worker knows of the household's situation. It never leaves the prescriber that wrote it."""

    prescription = models.ForeignKey(Prescription, models.PROTECT, related_name="stories", verbose_name="prescription")
    prescriber = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="écrit par")
    text = models.TextField("situation", blank=True, validators=[validate_no_nir])
    written_at = models.DateTimeField("écrit le")
    written_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    objects = SocialStoryQuerySet.as_manager()

    class Meta:
        verbose_name = "situation sociale"
        verbose_name_plural = "situations sociales"
        constraints = (models.UniqueConstraint(fields=("prescription", "prescriber"), name="prescriptions_story_once"),)

    def __str__(self) -> str:
        return f"Situation, {self.prescription}"


class AgreementText(Dated):
    """One version of what is read to a household before its file goes anywhere. A new wording is a new version."""

    version = models.CharField("version", max_length=20, unique=True)
    title = models.CharField("titre", max_length=120)
    body = models.TextField("texte")
    sha256 = models.CharField("empreinte", max_length=64)

    class Meta(Dated.Meta):
        verbose_name = "texte d’information et d’accord"
        verbose_name_plural = "textes d’information et d’accord"
        ordering = ("-valid_from", "version")
        constraints = (
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="prescriptions_agreementtext_sha256"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


class Agreement(models.Model):
    """The household was told this exact text and agreed: how, when, before whom. Append-only."""

    prescription = models.ForeignKey(
        Prescription, models.PROTECT, related_name="agreements", verbose_name="prescription"
    )
    text = models.ForeignKey(AgreementText, models.PROTECT, related_name="+", verbose_name="version du texte")
    exact_text = models.TextField("texte exact")
    sha256 = models.CharField("empreinte du texte exact", max_length=64)
    informed = models.BooleanField("information donnée")
    how = models.CharField("comment", max_length=8, choices=AgreementHow)
    given_on = models.DateField("donné le")
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    objects = InstructionQuerySet["Agreement"].as_manager()

    class Meta:
        verbose_name = "accord d’un foyer"
        verbose_name_plural = "accords des foyers"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(how__in=AgreementHow.values), name="prescriptions_agreement_how"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="prescriptions_agreement_sha256"),
        )

    def __str__(self) -> str:
        return f"Accord du {self.given_on:%d/%m/%Y}"


class FactQuerySet(InstructionQuerySet["Fact"]):
    """Reads of facts."""

    def current(self) -> Self:
        """Those that no later fact replaces."""
        return self.filter(replaced_by=None)

    def evaluations(self, pks: Iterable[int], day: date) -> dict[int, Evaluation]:
        """``{prescription pk: what the rules in force on day say of its facts}``, in two queries."""
        rules = EligibilityRule.objects.rules_on(day)
        seen: dict[int, list[Fact]] = {pk: [] for pk in pks}
        for fact in self.current().filter(prescription__in=list(seen)).order_by("-seen_on", "-pk"):
            seen[fact.prescription_id].append(fact)
        return {pk: weigh(rules, facts, day) for pk, facts in seen.items()}

    def verdicts(self, pks: Iterable[int], day: date) -> dict[int, str]:
        """``{prescription pk: verdict of the day}``."""
        wanted = list(pks)
        found = self.evaluations(wanted, day) if wanted else {}
        return {pk: evaluation.verdict for pk, evaluation in found.items()}


class Fact(models.Model):
    """What was seen of the household's situation: its kind, its band, its date, by whom. Never the document.

    Append-only; a mistake is replaced by another row.
    """

    prescription = models.ForeignKey(Prescription, models.PROTECT, related_name="facts", verbose_name="prescription")
    kind = models.CharField("fait", max_length=20, choices=FactKind)
    proof = models.CharField("justificatif vu", max_length=80, blank=True, validators=[validate_no_nir])
    band = models.CharField("tranche", max_length=80, blank=True)
    at_most = models.PositiveIntegerField("au plus (€ par mois)", null=True, blank=True)
    dated_on = models.DateField("daté du", null=True, blank=True)
    seen_on = models.DateField("vu le")
    note = models.CharField("remarque", max_length=200, blank=True, validators=[validate_no_nir])
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="remplace"
    )

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = "fait daté"
        verbose_name_plural = "faits datés"
        ordering = ("-seen_on", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=FactKind.values), name="prescriptions_fact_kind"),
            models.CheckConstraint(
                condition=Q(dated_on=None) | Q(dated_on__lte=F("seen_on")), name="prescriptions_fact_dates"
            ),
        )

    def __str__(self) -> str:
        return self.in_one_line

    @property
    def in_one_line(self) -> str:
        """The fact in one line: what, in which band, by a document of which day, seen when."""
        band = f", {self.band}" if self.band else ""
        dated = f", document du {french.day(self.dated_on)}" if self.dated_on else ""
        return f"{self.get_kind_display()}{band}{dated}, vu le {french.day(self.seen_on)}"


class Decision(models.Model):
    """What was decided, with what the rules of that day said, line by line. Append-only."""

    prescription = models.ForeignKey(
        Prescription, models.PROTECT, related_name="decisions", verbose_name="prescription"
    )
    verb = models.CharField("décision", max_length=10)
    rules_on = models.DateField("règles du")
    verdict = models.CharField("ce que disent les règles", max_length=12, choices=EligibilityVerdict)
    lines = models.JSONField("ligne par ligne", default=list)
    motive = models.TextField("pourquoi", blank=True)
    next_step = models.TextField("suite proposée", blank=True)
    decided_at = models.DateTimeField("décidé le")
    decided_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")

    objects = InstructionQuerySet["Decision"].as_manager()

    class Meta:
        verbose_name = "décision"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(verdict__in=EligibilityVerdict.values), name="prescriptions_decision_verdict"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}, {self.decided_at:%d/%m/%Y}"


class PaperQuerySet(OfPrescriptionQuerySet["PrescriptionPaper"]):
    """Reads of papers."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the prescriptions one may see, for they name the household; a relay reads none that says what was
        missed, or why it was no.
        """
        if actor is SYSTEM:
            return self.all()
        seen = (
            super().visible_to(actor).filter(prescription__household__in=Household.objects.named_to(actor).values("pk"))
        )
        return seen if sees_facts(actor) else seen.exclude(kind__in=ABOUT_FACTS)


class PrescriptionPaper(models.Model):
    """A paper of a prescription: its values are frozen in ``documents``. The last one made replaces the others.

    Append-only.
    """

    # Whether another one has taken its place: read with the rows by the page that lists them, never stored.
    is_replaced: bool

    prescription = models.ForeignKey(Prescription, models.PROTECT, related_name="papers", verbose_name="prescription")
    kind = models.CharField("nature", max_length=8, choices=PrescriptionPaperKind)
    document = models.OneToOneField(
        Document, models.PROTECT, related_name="prescription_paper", verbose_name="document"
    )

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = "papier d’une prescription"
        verbose_name_plural = "papiers des prescriptions"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=PrescriptionPaperKind.values), name="prescriptions_paper_kind"),
        )

    def __str__(self) -> str:
        return self.get_kind_display()
