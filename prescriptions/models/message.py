"""What a household was written: each SMS, mail and letter, with the text it was made from."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf, Upper

from documents.enums import MessageChannel, MessageCode, MessageLanguage, SendState
from documents.models import Document, Mail, MessageText, Sms, why_stopped
from lifecycle.actors import SYSTEM, Actor
from network.models import Membership, Organisation
from network.permissions import is_pilot
from prescriptions.enums import HouseholdState
from prescriptions.enums.letters import CAME_BACK, NOT_READ, SAID_TO_LEAVE, SENT_OFF, MessageFate
from prescriptions.models.household import Household, OfHouseholdQuerySet
from prescriptions.permissions import posts_letters, works

PRINTED = "printed"
"""What became of a letter: somebody posts it."""
TOLD_NOTHING = (*NOT_READ, MessageFate.MISNOTED)
FATES = [*SendState.choices, (PRINTED, "Imprimée, à poster"), *MessageFate.choices]


class HouseholdMessageQuerySet(OfHouseholdQuerySet["HouseholdMessage"]):
    """Reads of what households were written."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the households one follows, and all for the pilot, who reads no name there."""
        if actor is SYSTEM:
            return self.all()
        return super().visible_to(actor) if works(actor) or is_pilot(actor) else self.none()

    def with_fate(self) -> Self:
        """With what became of each: how far it has gone, when it left, what stopped it."""
        noted = Subquery(MessageNote.objects.filter(message=OuterRef("pk")).order_by("-pk").values("fate")[:1])
        printed = Coalesce(NullIf(noted, Value(MessageFate.MISNOTED)), Value(PRINTED))
        letter = When(channel=MessageChannel.LETTER, then=printed)
        sent = Coalesce("mail__delivery", "sms__delivery")
        fate = Case(letter, default=Coalesce(noted, sent, output_field=CharField()), output_field=CharField())
        return self.annotate(
            fate=fate,
            left_at=Coalesce("mail__sent_at", "sms__sent_at"),
            leaves_at=F("sms__leaves_at"),
            error=Coalesce("mail__error", "sms__error", Value("")),
        )

    def letters_of(self, actor: Actor) -> Self:
        """The letters that one's organisation prints and posts: it signs them, or somebody of it made them."""
        if not posts_letters(actor):
            return self.none()
        ours = Q(sender=actor.organisation_id) | Q(written_by__organisation=actor.organisation_id)
        return self.filter(ours, channel=MessageChannel.LETTER, letter__forgotten_at=None)

    def of_file(self, reference: str) -> Self:
        """The letters that bear this reference of a file, however it is typed."""
        said = Upper(KeyTextTransform("reference", "letter__values"))
        return self.annotate(said_reference=said).filter(said_reference=reference.upper())

    def to_post(self) -> Self:
        """The letters of which nobody said what they became, and that no other replaces since; of open files."""
        about = {name: OuterRef(name) for name in ("letter__owner_machine", "letter__owner_pk")}
        later = HouseholdMessage._base_manager.filter(**about, pk__gt=OuterRef("pk"))
        open_file = Q(household__state=HouseholdState.OPEN) | Q(household__joined_into__state=HouseholdState.OPEN)
        letters = self.filter(open_file, channel=MessageChannel.LETTER, letter__forgotten_at=None)
        return letters.filter(~Exists(_noted()), ~Exists(later))

    def may_come_back(self) -> Self:
        """The letters that were posted, and did not come back."""
        posted, back = _noted().filter(fate=MessageFate.POSTED), _noted().filter(fate__in=CAME_BACK)
        return self.filter(Exists(posted), ~Exists(back), channel=MessageChannel.LETTER, letter__forgotten_at=None)

    def sent_off(self) -> Self:
        """The letters of which somebody said that they left, were given or put aside; none that told nothing since."""
        noted = self.filter(Exists(_noted().filter(fate__in=SENT_OFF)), channel=MessageChannel.LETTER)
        return noted.filter(~Exists(_noted().not_read()), letter__forgotten_at=None)

    def with_note(self) -> Self:
        """With what was noted of it last (``fate``), and when (``noted_at``)."""
        last = _noted().order_by("-pk")
        return self.annotate(fate=Subquery(last.values("fate")[:1]), noted_at=Subquery(last.values("noted_at")[:1]))

    def read(self) -> Self:
        """Those that did not come back, nor went where the household is not."""
        return self.filter(~Exists(MessageNote.objects.not_read().filter(message=OuterRef("pk"))))


class HouseholdMessage(models.Model):
    """One message to a household: about what, by which channel, in which language, until it is forgotten. Append-only.

    Its words are in the mail, the SMS or the paper, which forget them; here is none.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="messages", verbose_name="foyer")
    code = models.CharField("à propos de", max_length=24, choices=MessageCode)
    channel = models.CharField("par", max_length=8, choices=MessageChannel)
    language = models.CharField("langue", max_length=2, choices=MessageLanguage)
    text = models.ForeignKey(
        MessageText, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="d’après le texte"
    )
    written_at = models.DateTimeField("écrit le")
    written_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="écrit par"
    )
    sender = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lettre signée de"
    )
    mail = models.OneToOneField(Mail, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="courriel")
    sms = models.OneToOneField(Sms, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="SMS")
    letter = models.OneToOneField(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lettre"
    )

    objects = HouseholdMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message à un foyer"
        verbose_name_plural = "messages aux foyers"
        ordering = ("-written_at", "-pk")
        indexes = (models.Index(fields=("-written_at", "-id"), name="prescriptions_message_newest"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(channel=MessageChannel.EMAIL, mail__isnull=False, sms=None, letter=None)
                | Q(channel=MessageChannel.SMS, mail=None, sms__isnull=False, letter=None)
                | Q(channel=MessageChannel.LETTER, mail=None, sms=None, letter__isnull=False),
                name="prescriptions_message_carried",
            ),
            models.CheckConstraint(
                condition=Q(code__in=MessageCode.values, language__in=[*MessageLanguage.values, ""]),
                name="prescriptions_message_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_code_display()}, {self.get_channel_display()}"

    @property
    def about(self) -> tuple[str, int]:
        """The machine and the key of what it is about, as its mail, its SMS or its letter says."""
        if self.letter is not None:
            return self.letter.owner_machine, self.letter.owner_pk
        carried = self.mail or self.sms
        assert carried is not None
        return carried.about_machine, carried.about_pk

    @property
    def noted(self) -> str:
        """What was noted of it last, in words (``with_note``)."""
        return MessageFate(getattr(self, "fate", "")).label

    @property
    def may_return(self) -> bool:
        """Whether it was posted, as was noted last (``with_note``)."""
        return getattr(self, "fate", "") == MessageFate.POSTED

    @property
    def stopped(self) -> str:
        """Why it did not leave, in words; empty when nothing stopped it (``with_fate``)."""
        error: str = getattr(self, "error", "")
        return why_stopped(error) if error and getattr(self, "fate", "") == SendState.FAILED else ""


class MessageNoteQuerySet(models.QuerySet["MessageNote"]):
    """Reads of what is noted of messages."""

    def standing(self) -> Self:
        """Those that nobody took back as noted by mistake."""
        taken = MessageNote._base_manager.filter(message=OuterRef("message"), fate=MessageFate.MISNOTED)
        return self.filter(~Exists(taken.filter(pk__gte=OuterRef("pk"))))

    def turns(self, messages: Iterable[int]) -> Any:
        """``(message, how many times what was noted of it was taken back)``, of those of which it was."""
        taken = self.filter(message__in=list(messages), fate=MessageFate.MISNOTED).order_by("message")
        return taken.values_list("message").annotate(count=Count("pk"))

    def not_read(self) -> Self:
        """Those after which the household does not know what the message said."""
        return self.filter(fate__in=NOT_READ)

    def told_nothing(self) -> Self:
        """Those after which what the message said is to be said again: not read, or it did not leave."""
        left = MessageNote._base_manager.filter(
            message=OuterRef("message"), turn=OuterRef("turn"), fate__in=SAID_TO_LEAVE
        )
        return self.filter(Q(fate__in=NOT_READ) | Q(Exists(left), fate=MessageFate.MISNOTED), fate__in=TOLD_NOTHING)


class MessageNote(models.Model):
    """What became of a message that Maillon cannot know: somebody says so, once for each kind. Append-only.

    ``turn``: how many times it was taken back before, as noted by mistake; in each turn it is sent off once.
    ``subject``, ``subject_key``: the machine and the key of what the message is about, as it says itself.
    """

    message = models.ForeignKey(HouseholdMessage, models.PROTECT, related_name="notes", verbose_name="message")
    fate = models.CharField("suite", max_length=9, choices=MessageFate)
    subject = models.CharField("objet", max_length=40)
    subject_key = models.BigIntegerField("clé de l’objet")
    turn = models.PositiveSmallIntegerField("tour", default=0)
    noted_at = models.DateTimeField("noté le")
    noted_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="noté par")

    objects = MessageNoteQuerySet.as_manager()

    class Meta:
        verbose_name = "suite d’un message"
        verbose_name_plural = "suites de messages"
        ordering = ("pk",)
        indexes = (
            models.Index(
                fields=("subject", "subject_key"),
                condition=Q(fate__in=TOLD_NOTHING),
                name="prescriptions_note_nothing",
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(fate__in=MessageFate.values), name="prescriptions_note_fate"),
            models.UniqueConstraint(
                fields=("message", "turn"), condition=Q(fate__in=SENT_OFF), name="prescriptions_note_sent_off_once"
            ),
            models.UniqueConstraint(
                fields=("message", "turn"),
                condition=Q(fate=MessageFate.MISNOTED),
                name="prescriptions_note_taken_back_once",
            ),
            models.UniqueConstraint(
                fields=("message",), condition=Q(fate__in=CAME_BACK), name="prescriptions_note_back_once"
            ),
            models.UniqueConstraint(
                fields=("message",), condition=Q(fate=MessageFate.ASTRAY), name="prescriptions_note_astray_once"
            ),
        )

    def __str__(self) -> str:
        return self.get_fate_display()

    @classmethod
    def of(cls, message: HouseholdMessage, fate: MessageFate, *, by: Actor, at: datetime, turn: int = 0) -> Self:
        """That this message became this; not yet saved. Its letter, mail or SMS is read."""
        (machine, key), noted = message.about, {"noted_at": at, "noted_by_id": by.pk, "turn": turn}
        return cls(message=message, fate=fate, subject=machine, subject_key=key, **noted)


def _noted() -> MessageNoteQuerySet:
    """What is noted of a message, and stands."""
    return MessageNote.objects.standing().filter(message=OuterRef("pk"))
