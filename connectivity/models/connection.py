"""A connection file: its stamps, what ties them to its state, how it is read."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import cached_property

from connectivity.enums import (
    HELD,
    LIVE,
    NEXT_STEP,
    TO_ANSWER,
    WITH_OPERATOR,
    WITHDRAWALS,
    AfterLoss,
    Channel,
    ConnectionAbandonReason,
    ConnectionState,
    CurrentLine,
    EndReason,
    EvidenceKind,
    OfferAgreement,
    OperatorRefusalCode,
    ProblemCode,
    RightLoss,
    TechnicianSlot,
)
from connectivity.models.offer import Offer
from connectivity.permissions import AGREED, can_answer_connection, sees_connections
from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.models import Epci, Membership, Organisation
from prescriptions.enums import NeedKind
from prescriptions.models import Need, Residence, RightsRequest
from typography.french import day

S = ConnectionState
OUT_OF_FORCE = "celle-ci n’est plus en vigueur"
CHOSEN_STATES = (S.CHOSEN, *WITH_OPERATOR, S.ACTIVE, S.ENDED, S.REFUSED)
PRICE = {"max_digits": 6, "decimal_places": 2}


def _only_in(state: ConnectionState, at: str, code: str, codes: list[str]) -> Q:
    """In this state, and in no other, there is an instant and one of these codes."""
    inside = Q(**{"state": state, f"{at}__isnull": False, f"{code}__in": codes})
    return inside | ~Q(state=state) & Q(**{f"{at}__isnull": True, code: ""})


def _lost() -> Q:
    """A right that is lost has its instant, its reason and what follows; a price, when the line goes on at another."""
    kept = Q(right_lost_at=None, right_loss="", after_loss="", price_after=None)
    full = Q(after_loss=AfterLoss.FULL_PRICE, price_after__gte=0)
    other = Q(after_loss__in=[AfterLoss.OTHER_OFFER, AfterLoss.END], price_after=None)
    lost = Q(right_lost_at__isnull=False, right_loss__in=RightLoss.values, entitlement_ends_on__isnull=False)
    return kept | lost & Q(state__in=(S.ACTIVE, S.ENDED)) & (full | other)


def moved_since_planned() -> Q:
    """Those whose visit was planned before the household told that it lives elsewhere."""
    moves = Residence.objects.filter(household=OuterRef("need__prescription__household"), corrects=None)
    return Q(Exists(moves.filter(told_at__gt=OuterRef("scheduled_at"))), state=S.SCHEDULED)


class ConnectionQuerySet(models.QuerySet["ConnectionFile"]):
    """Reads of connection files."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot and the system, those one serves, those sent to one's operator."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_connections(actor)
        return self.none() if scope is None else self.filter(scope)

    def live(self) -> Self:
        """A line is looked for, or works."""
        return self.filter(state__in=LIVE)

    def visits_to_confirm(self) -> Self:
        """Those whose operator says whether its visit stands: the household moved since it was planned."""
        return self.filter(moved_since_planned())

    def held_by(self, operator: Organisation) -> Self:
        """What an operator works on, or has the line of, and reads: not what an agreement taken back hides."""
        return self.filter(AGREED, operator=operator, state__in=HELD)

    def to_answer(self, actor: Actor) -> Self:
        """The queue of an operator: what it has to act upon, the oldest first; not whose household limits its data."""
        return self.sent_to(actor).filter(state__in=TO_ANSWER)

    def sent_to(self, actor: Actor) -> Self:
        """What an operator works on, what it stopped too, the oldest first; not whose household limits its data."""
        return self.had_by(actor).filter(state__in=WITH_OPERATOR)

    def had_by(self, actor: Actor) -> Self:
        """The same, with the lines that it has brought and that work."""
        scope = can_answer_connection(actor)
        mine = self.none() if scope is None else self.filter(scope, state__in=HELD)
        limited = RightsRequest.objects.restricting().order_by().values("household")
        return mine.exclude(need__prescription__household__in=limited).order_by("sent_at", "pk")


class ConnectionFile(Stateful):
    """One need of connection served by one offer at a time."""

    state = StateField("état", choices=ConnectionState, default=ConnectionState.PROPOSED, protected=True)
    need = models.ForeignKey(Need, models.PROTECT, related_name="connections", verbose_name="besoin")
    kind = models.CharField("nature du besoin", max_length=20, choices=NeedKind, editable=False)
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="EPCI")
    current_line = models.CharField(
        "ligne fixe actuelle", max_length=10, choices=CurrentLine, default=CurrentLine.UNKNOWN
    )

    offer = models.ForeignKey(
        Offer, models.PROTECT, null=True, editable=False, related_name="files", verbose_name="offre"
    )
    operator = models.ForeignKey(
        Organisation, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="opérateur"
    )
    channel = models.CharField("canal", max_length=20, choices=Channel, blank=True, editable=False)
    agreement = models.CharField("accord du foyer", max_length=12, choices=OfferAgreement, blank=True, editable=False)

    proposed_at = models.DateTimeField("offres proposées le", null=True, editable=False)
    proposed_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    touched_at = models.DateTimeField("dernier choix le", null=True, editable=False)
    chosen_at = models.DateTimeField("offre choisie le", null=True, editable=False)
    chosen_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    sent_at = models.DateTimeField("transmis le", null=True, editable=False)
    sent_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    waiting_since = models.DateTimeField("réponse attendue depuis le", null=True, editable=False)
    reminders = models.PositiveSmallIntegerField("relances", default=0, editable=False)
    problem = models.CharField("problème", max_length=20, choices=ProblemCode, blank=True, editable=False)
    operator_note = models.CharField("précision de l’opérateur", max_length=300, blank=True, editable=False)
    problem_at = models.DateTimeField("problème signalé le", null=True, editable=False)
    operator_reference = models.CharField("référence de l’opérateur", max_length=40, blank=True, editable=False)
    accepted_at = models.DateTimeField("accepté le", null=True, editable=False)
    scheduled_at = models.DateTimeField("planifié le", null=True, editable=False)
    appointment_on = models.DateField("raccordement le", null=True, editable=False)
    appointment_slot = models.CharField(
        "moment", max_length=10, choices=TechnicianSlot, default=TechnicianSlot.DAY, editable=False
    )

    active_at = models.DateTimeField("déclarée active le", null=True, editable=False)
    activated_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    started_on = models.DateField("début de la ligne", null=True, editable=False)
    monthly_price = models.DecimalField("prix payé", **PRICE, null=True, editable=False)
    entitlement_ends_on = models.DateField("droit jusqu’au", null=True, editable=False)
    evidence_kind = models.CharField("preuve", max_length=10, choices=EvidenceKind, blank=True, editable=False)
    evidence_on = models.DateField("preuve du", null=True, editable=False)
    evidence_reference = models.CharField("référence de la preuve", max_length=60, blank=True, editable=False)
    renewed_at = models.DateTimeField("droit renouvelé le", null=True, editable=False)
    renewed_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    renewal_told_at = models.DateTimeField("fin du droit annoncée le", null=True, editable=False)
    right_lost_at = models.DateTimeField("droit perdu le", null=True, editable=False)
    right_lost_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    right_loss = models.CharField("motif de la perte", max_length=20, choices=RightLoss, blank=True, editable=False)
    after_loss = models.CharField("ce qui suit", max_length=12, choices=AfterLoss, blank=True, editable=False)
    price_after = models.DecimalField("prix ensuite", **PRICE, null=True, editable=False)
    copper_told_at = models.DateTimeField("fermeture du cuivre annoncée le", null=True, editable=False)
    ended_at = models.DateTimeField("terminée le", null=True, editable=False)
    end_reason = models.CharField("motif de fin", max_length=20, choices=EndReason, blank=True, editable=False)
    refused_at = models.DateTimeField("refusé le", null=True, editable=False)
    refusal = models.CharField("motif de refus", max_length=20, choices=OperatorRefusalCode, blank=True, editable=False)
    abandoned_at = models.DateTimeField("abandonné le", null=True, editable=False)
    abandon_reason = models.CharField(
        "motif d’abandon", max_length=20, choices=ConnectionAbandonReason, blank=True, editable=False
    )

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier de connexion"
        verbose_name_plural = "dossiers de connexion"
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("state", "moved_at"), name="connectivity_connection_state"),
            models.Index(fields=("operator", "state", "sent_at"), name="connectivity_connection_queue"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=ConnectionState.values), name="connectivity_connection_state_known"
            ),
            models.UniqueConstraint(
                fields=("need",), condition=Q(state__in=LIVE), name="connectivity_connection_one_live"
            ),
            models.CheckConstraint(
                condition=Q(state=S.ABANDONED)
                | Q(state=S.PROPOSED, offer=None, channel="")
                | Q(state__in=CHOSEN_STATES, offer__isnull=False, chosen_at__isnull=False)
                & ~Q(channel="")
                & ~Q(agreement=""),
                name="connectivity_connection_chosen",
            ),
            models.CheckConstraint(
                condition=~Q(channel=Channel.DESK) | Q(operator__isnull=False), name="connectivity_connection_desk"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(*WITH_OPERATOR, S.REFUSED))
                | Q(sent_at__isnull=False, channel=Channel.DESK, operator__isnull=False),
                name="connectivity_connection_sent",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(S.SENT, S.PROBLEM)) | Q(waiting_since__isnull=False),
                name="connectivity_connection_waiting",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.PROBLEM) | Q(problem__in=ProblemCode.values, problem_at__isnull=False),
                name="connectivity_connection_problem",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(S.ACCEPTED, S.SCHEDULED))
                | ~Q(operator_reference="") & Q(accepted_at__isnull=False),
                name="connectivity_connection_accepted",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.SCHEDULED) | Q(appointment_on__isnull=False, scheduled_at__isnull=False),
                name="connectivity_connection_scheduled",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(S.ACTIVE, S.ENDED),
                    active_at__isnull=False,
                    started_on__isnull=False,
                    monthly_price__gte=0,
                    evidence_kind__in=EvidenceKind.values,
                    evidence_on__isnull=False,
                )
                | ~Q(state__in=(S.ACTIVE, S.ENDED)) & Q(active_at=None, started_on=None),
                name="connectivity_connection_active",
            ),
            models.CheckConstraint(
                condition=Q(entitlement_ends_on=None) | Q(entitlement_ends_on__gt=F("started_on")),
                name="connectivity_connection_entitlement",
            ),
            models.CheckConstraint(condition=_lost(), name="connectivity_connection_right_lost"),
            models.CheckConstraint(
                condition=_only_in(S.REFUSED, "refused_at", "refusal", OperatorRefusalCode.values),
                name="connectivity_connection_refused",
            ),
            models.CheckConstraint(
                condition=_only_in(S.ENDED, "ended_at", "end_reason", EndReason.values),
                name="connectivity_connection_ended",
            ),
            models.CheckConstraint(
                condition=_only_in(S.ABANDONED, "abandoned_at", "abandon_reason", ConnectionAbandonReason.values),
                name="connectivity_connection_abandoned",
            ),
        )

    def is_visit_to_confirm(self) -> bool:
        """Whether its operator says if the visit stands: the household moved since it was planned; one query."""
        return type(self).objects.visits_to_confirm().filter(pk=self.pk).exists()

    @property
    def next_step(self) -> str:
        """What the worker does about the problem that was reported; empty without one."""
        if self.state != S.PROBLEM:
            return ""
        if self.is_replaced:
            return f"Dites à la personne ce qui change, puis choisissez de nouveau\u00a0: {self.dead_end}."
        if self.dead_end:
            return f"Choisissez une autre offre avec la personne, {self.dead_end}."
        return NEXT_STEP.get(self.problem, "")

    @property
    def dead_end(self) -> str:
        """Why the offer that is chosen can be asked for no more, as a piece of sentence; empty when it can."""
        if self.state not in (S.CHOSEN, S.PROBLEM) or self.channel != Channel.DESK or self.offer is None:
            return ""
        if self.is_unanswered:
            return "l’opérateur de celle-ci n’est plus en activité"
        if self.offer.is_on(timezone.localdate()):
            return ""
        since = self.newer_from
        return f"une nouvelle version de celle-ci vaut depuis le {day(since)}" if since else OUT_OF_FORCE

    @cached_property
    def newer_from(self) -> date | None:
        """Since when another version of its offer holds; one query, none where a list annotates it."""
        files = type(self).objects.filter(pk=self.pk)
        return files.values_list(newer_version(timezone.localdate()), flat=True).first()

    @property
    def is_replaced(self) -> bool:
        """Whether the offer that is chosen goes on, by a version that the household did not agree to yet."""
        return self.dead_end not in ("", OUT_OF_FORCE) and not self.is_unanswered and self.newer_from is not None

    @property
    def is_unanswered(self) -> bool:
        """Whether its operator is closed: nobody there answers."""
        return self.operator is not None and not self.operator.is_active


def newer_version(today: date) -> Subquery:
    """The first day of the version in force of the offer of each file."""
    return Subquery(Offer.objects.on(today).filter(code=OuterRef("offer__code")).values("valid_from")[:1])


def taken_back() -> Q:
    """The rows of the journal that tell of a problem which its operator took back: it was another request's."""
    rows = ConnectionEntry.objects.filter(object=OuterRef("object"))
    between = rows.filter(
        object=OuterRef("object"),
        seq__gt=OuterRef(OuterRef("seq")),
        seq__lt=OuterRef("seq"),
        verb__in=("report_problem", "send", "choose"),
    )
    back = rows.filter(~Exists(between), seq__gt=OuterRef("seq"), verb__in=WITHDRAWALS)
    return Q(Exists(back), verb="report_problem")


class ConnectionEntry(Entry):
    """The journal of connection files."""

    object = models.ForeignKey(ConnectionFile, models.PROTECT, related_name="journal", db_constraint=True)
    kind = models.CharField(max_length=20, choices=NeedKind)
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, related_name="+")

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des connexions"
        verbose_name_plural = "journal des connexions"
        indexes = (models.Index(fields=("at", "object"), name="connectivity_entry_at"),)
