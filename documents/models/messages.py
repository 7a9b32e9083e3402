"""What is said in messages to households: dated rows, one for each subject, channel and language."""

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from documents.emails import TOLD, compose
from documents.enums import MessageChannel, MessageCode, MessageLanguage
from documents.messages import (
    SUBJECTS,
    Subject,
    Values,
    fault_of_text,
    filled,
    first_texts,
    holes_of,
    invented,
    links_elsewhere,
)
from documents.parameters import MOST_PARTS
from documents.texting import is_basic, length_of, parts_of, simpler
from network.models import User
from reference.dated import Dated, DatedQuerySet, read_once
from typography.french import grouped, plural

LONGEST = 3000
FR = MessageLanguage.FRENCH
NAMING = "prenom"
NAMED_OUTSIDE = (
    "L’objet se lit dans le courrier de Maillon et sur un écran verrouillé\u00a0: n’y mettez pas {prenom}, qui va dans"
    " le texte."
)

ELSEWHERE = "Ce texte mène hors de Maillon"
ELSEWHERE_IS_SEEN = "Ouvrez chaque adresse avant d’enregistrer\u00a0: les foyers la recevront."


class MessageTextQuerySet(DatedQuerySet["MessageText"]):
    """Reads of the texts of messages."""

    @read_once
    def by_code_on(self, day: date) -> "dict[tuple[str, str, str], MessageText]":
        """``{(code, channel, language): text}`` in force on ``day``; one query."""
        found = reversed(list(self.on(day)))
        return {(one.code, one.channel, one.language): one for one in found}

    def text_for(self, code: str, channel: str, day: date, language: str = FR) -> "MessageText":
        """The text of a day in a language; in French where that language has none, and the first one ever written
        where no row says otherwise. Raises KeyError for a channel by which this is not told.
        """
        here = self.by_code_on(day)
        for spoken in (language, FR):
            if found := here.get((code, channel, spoken)):
                return found
        subject, body = first_texts()[code, channel]
        return MessageText(code=code, channel=channel, language=FR, subject=subject, body=body)


class MessageText(Dated):
    """What one message says, by one channel, in one language, from a day on (domaine §7.10).

    What is put in it stands between braces. ``subject``: of a mail, and the title of a letter.
    """

    code = models.CharField("message", max_length=24, choices=MessageCode)
    channel = models.CharField("par", max_length=8, choices=MessageChannel)
    language = models.CharField("langue", max_length=2, choices=MessageLanguage, default=FR)
    subject = models.CharField("objet", max_length=120, blank=True)
    body = models.TextField("texte", max_length=LONGEST)

    objects = MessageTextQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "texte d’un message"
        verbose_name_plural = "textes des messages"
        ordering = ("code", "channel", "language", "valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=("code", "channel", "language", "valid_from"), name="documents_messagetext_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    code__in=MessageCode.values,
                    channel__in=MessageChannel.values,
                    language__in=MessageLanguage.values,
                ),
                name="documents_messagetext_known",
            ),
            models.CheckConstraint(
                condition=Q(channel=MessageChannel.SMS, subject="") | ~Q(channel=MessageChannel.SMS) & ~Q(subject=""),
                name="documents_messagetext_subject",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_code_display()}, {self.get_channel_display()}, {self.get_language_display()}"

    def clean(self) -> None:
        """Every hole is known, none that is needed is missing, nobody is named, an SMS is not too long."""
        subject = SUBJECTS.get(self.code)
        if subject is None or not self.channel or not self.body or self._is_as_written():
            return
        if self.channel not in subject.channels:
            by = ", ".join(str(one.label) for one in subject.channels)
            raise ValidationError(f"Ce message ne part pas par ce moyen. Il part par\u00a0: {by}.")
        wrong = self._faults(subject)
        if wrong:
            raise ValidationError(wrong)

    def _faults(self, subject: Subject) -> dict[str, str]:
        wrong: dict[str, str] = {}
        whole = f"{self.subject}\n{self.body}"
        people = list(User.objects.exclude(last_name="").values_list("first_name", "last_name"))
        if said := fault_of_text(whole, subject, subject.asked(self.channel), people):
            in_title = fault_of_text(self.subject, subject, frozenset(), people)
            wrong["subject" if in_title else "body"] = said
        if NAMING in holes_of(self.subject):
            wrong["subject"] = NAMED_OUTSIDE
        if self.channel == MessageChannel.SMS and self.subject:
            wrong["subject"] = "Un SMS n’a pas d’objet\u00a0: laissez cette case vide."
        if self.channel != MessageChannel.SMS and not self.subject.strip():
            wrong["subject"] = "Écrivez l’objet du courriel, ou le titre de la lettre."
        if self.channel == MessageChannel.SMS and not wrong:
            most = MOST_PARTS.on(timezone.localdate())
            if parts_of(self.for_example()) > most:
                wrong["body"] = f"{self.counted()} Il en faut {most} au plus\u00a0: raccourcissez ce texte."
        return wrong

    def _is_as_written(self) -> bool:
        """Whether it was judged already: its end, its source alone are written again."""
        same = {"pk": self.pk, "subject": self.subject, "body": self.body}
        return not self._state.adding and MessageText.objects.filter(**same).exists()

    # --- what it says

    def subject_and_body(self, values: Values) -> tuple[str, str]:
        """The object and the text, for a household."""
        subject = " ".join(filled(self.subject, values, MessageChannel.EMAIL).split())
        body = filled(self.body, values, self.channel)
        return subject, simpler(body) if self.channel == MessageChannel.SMS else body

    def for_example(self) -> str:
        """The text, for a household that does not exist."""
        return self.subject_and_body(invented(holes_of(self.body)))[1]

    def counted(self) -> str:
        """Of an SMS: in which alphabet it leaves, how many signs it counts, into how many SMS it is cut."""
        text = self.for_example()
        parts, signs = parts_of(text), length_of(text)
        alphabet = "alphabet simple (GSM-7)" if is_basic(text) else "alphabet étendu (UCS-2), à cause d’un signe rare"
        cut = f"{grouped(parts)}\u00a0SMS"
        return f"Pour ce foyer inventé\u00a0: {grouped(signs)}\u00a0signe{plural(signs)}, {alphabet}, {cut}."

    def preview(self) -> list[tuple[str, str]]:
        """What a household that does not exist would receive, before anything is kept."""
        subject, body = self.subject_and_body(
            invented(holes_of(f"{self.subject} {self.body}") & SUBJECTS[self.code].holes)
        )
        if self.channel == MessageChannel.EMAIL:  # as it leaves: with its greeting and its footer
            subject, body = compose(TOLD, {"subject": subject, "body": body})
        told = [("Objet", subject)] if subject else []
        told.append(("Texte", body))
        if self.channel == MessageChannel.SMS:
            told.append(("Longueur", self.counted()))
        if elsewhere := links_elsewhere(f"{self.subject} {self.body}", settings.SITE_URL):
            told.append(("Adresses à ouvrir", f"{ELSEWHERE}\u00a0: {', '.join(elsewhere)}. {ELSEWHERE_IS_SEEN}"))
        return told
