"""The meeting of a committee: its lots, what was typed and decided of each line, what it ratifies."""

from typing import Self

from django.db import models
from django.db.models import Q

from desk.enums import LineChoice, LotOutcome, MeetingState, ObjectionCode, RatificationAnswer, Typed
from desk.models.committee import Committee
from desk.permissions import sees_meetings
from donations.enums import DeclineReason, Destination, DonationState, LineRefusalCode
from donations.models import Donation, DonationLine
from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.models import Membership

S = MeetingState
A = RatificationAnswer


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Reads of meetings."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the system and the pilot; for the others, those to which they were convened."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_meetings(actor)
        return self.none() if scope is None else self.filter(scope)


class Meeting(Stateful):
    """A committee that sits: what is typed is kept as typed, what is closed does not change any more."""

    state = StateField("état", choices=MeetingState, default=S.OPEN, protected=True)
    committee = models.OneToOneField(Committee, models.PROTECT, related_name="meeting", verbose_name="comité")
    opened_at = models.DateTimeField("ouverte le", null=True, editable=False)
    opened_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="ouverte par"
    )
    closed_at = models.DateTimeField("close le", null=True, editable=False)
    closed_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="close par"
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "séance"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=S.values), name="desk_meeting_state_known"),
            models.CheckConstraint(
                condition=Q(state=S.OPEN, closed_at=None) | Q(state=S.CLOSED, closed_at__isnull=False),
                name="desk_meeting_closed",
            ),
        )

    def __str__(self) -> str:
        return f"Séance {self.reference}"


class MeetingEntry(Entry):
    """The journal of meetings."""

    object = models.ForeignKey(Meeting, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des séances"
        verbose_name_plural = "journal des séances"


class MeetingLot(models.Model):
    """A lot of the agenda. ``typed``: what was typed of it, by the names of the fields, right or wrong.

    It changes while the meeting is open and nothing became of the lot; then never again.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="lots", verbose_name="séance")
    donation = models.ForeignKey(Donation, models.PROTECT, related_name="+", verbose_name="lot")
    typed = models.JSONField("saisi", default=dict, blank=True)
    progress = models.CharField("saisie", max_length=10, choices=Typed, default=Typed.NOTHING)
    outcome = models.CharField("suite", max_length=12, choices=LotOutcome, blank=True)
    decline_reason = models.CharField("motif", max_length=20, choices=DeclineReason, blank=True)
    found_state = models.CharField("état trouvé", max_length=20, choices=DonationState, blank=True)
    settled_at = models.DateTimeField("réglé le", null=True, blank=True)

    class Meta:
        verbose_name = "lot d’une séance"
        verbose_name_plural = "lots des séances"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("meeting", "donation"), name="desk_meetinglot_once"),
            models.CheckConstraint(condition=Q(progress__in=Typed.values), name="desk_meetinglot_progress"),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at=None) | Q(outcome__in=LotOutcome.values, settled_at__isnull=False),
                name="desk_meetinglot_outcome",
            ),
            models.CheckConstraint(
                condition=Q(outcome=LotOutcome.DECLINED, decline_reason__in=DeclineReason.values)
                | ~Q(outcome=LotOutcome.DECLINED) & Q(decline_reason=""),
                name="desk_meetinglot_declined",
            ),
        )

    def __str__(self) -> str:
        return str(self.donation)


class MeetingLine(models.Model):
    """What a committee said of one line of a lot, once the lot is settled. Append-only.

    ``shares``: ``[[workshop pk, quantity], …]``.
    """

    lot = models.ForeignKey(MeetingLot, models.PROTECT, related_name="lines", verbose_name="lot de la séance")
    line = models.ForeignKey(DonationLine, models.PROTECT, related_name="+", verbose_name="ligne")
    choice = models.CharField("décision", max_length=10, choices=LineChoice)
    accepted = models.PositiveIntegerField("quantité acceptée", default=0)
    destination = models.CharField("destination", max_length=10, choices=Destination, default=Destination.REUSE)
    code = models.CharField("motif du refus", max_length=12, choices=LineRefusalCode, blank=True)
    shares = models.JSONField("parts", default=list, blank=True)

    class Meta:
        verbose_name = "décision d’une séance"
        verbose_name_plural = "décisions des séances"
        ordering = ("line",)
        constraints = (
            models.UniqueConstraint(fields=("lot", "line"), name="desk_meetingline_once"),
            models.CheckConstraint(
                condition=Q(choice=LineChoice.ACCEPT, accepted__gt=0)
                | Q(choice=LineChoice.DECLINE, accepted=0) & ~Q(code="")
                | Q(choice=LineChoice.POSTPONE, accepted=0, code=""),
                name="desk_meetingline_said",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line}\u00a0: {self.get_choice_display().lower()}"


class Ratification(models.Model):
    """A lot that the pilot decided alone, put before a committee; without an answer it comes back at the next one."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="ratifications", verbose_name="séance")
    donation = models.ForeignKey(Donation, models.PROTECT, related_name="+", verbose_name="lot")
    answer = models.CharField("réponse", max_length=10, choices=RatificationAnswer, blank=True)
    code = models.CharField("objection", max_length=10, choices=ObjectionCode, blank=True)
    answered_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="répondu par une autre séance"
    )

    class Meta:
        verbose_name = "lot à ratifier"
        verbose_name_plural = "lots à ratifier"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("meeting", "donation"), name="desk_ratification_once"),
            models.CheckConstraint(
                condition=Q(answer__in=("", A.RATIFIED), code="")
                | Q(answer=A.OBJECTION, code__in=ObjectionCode.values),
                name="desk_ratification_answer",
                violation_error_message="Dites quelle est l’objection.",
            ),
            models.CheckConstraint(condition=Q(answered_by=None) | Q(answer=""), name="desk_ratification_one_answer"),
        )

    @property
    def answer_in_words(self) -> str:
        """What was answered, in words; empty when nothing was. By another meeting, which one."""
        if self.answered_by is not None:
            other = self.answered_by
            return f"déjà répondu en séance {other.meeting.reference}\u00a0: {other.answer_in_words}"
        said = self.get_answer_display().lower()
        return f"{said} ({self.get_code_display().lower()})" if self.code else said

    def __str__(self) -> str:
        return f"{self.donation}\u00a0: {self.get_answer_display() or 'pas encore examiné'}"
