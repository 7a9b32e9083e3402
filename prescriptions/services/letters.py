"""Letters once they are made: posted by whoever printed them; what comes back told its household nothing.

What was noted to be known by a message that came back, or that went to a wrong place, falls: each app registers what.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from documents.enums import MessageChannel, SendState
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.locking import locked
from lifecycle.machine import Reason
from prescriptions.emails import letter_back_for_worker
from prescriptions.enums.letters import CAME_BACK, NOT_READ, SAID_TO_LEAVE, SENT_OFF, MessageFate
from prescriptions.models import Household, HouseholdMessage, MessageNote
from prescriptions.models.message import HouseholdMessageQuerySet
from prescriptions.permissions import posts_letters
from prescriptions.services.messages import on_paper, written_to

type Falls = Callable[[Sequence[HouseholdMessage], datetime], None]
_falls: list[Falls] = []
CARRIED = ("letter", "mail", "sms")
WENT_BY = {"address": MessageChannel.LETTER, "postcode": MessageChannel.LETTER, "email": MessageChannel.EMAIL}
WENT_BY |= {"phone": MessageChannel.SMS}
"""What a message goes to, and by which way."""
LEFT = (SendState.SENT, SendState.KEPT)
NOT_POSTED = Reason("not_posted", "Cette lettre n’est pas à noter revenue\u00a0: personne n’a noté qu’elle est postée.")
NOT_NOTED = Reason(
    "not_noted", "De cette lettre rien n’est noté qui se reprenne\u00a0: elle est à poster, ou elle est revenue."
)
HOW_SENT = Reason("fate", "Dites ce que ces lettres sont devenues.", field="fate")
HOW_BACK = Reason("fate", "Dites ce que porte l’enveloppe revenue.", field="fate")


def falls_with(function: Falls) -> None:
    """Call ``function(messages, at)`` in the transaction in which these messages are known to have told nothing."""
    if function not in _falls:
        _falls.append(function)


@transaction.atomic
def post_letters(*, actor: Actor, letters: Iterable[int], fate: str, at: datetime | None = None) -> int:
    """What these letters (primary keys) became: posted, given, or not needed any more; answers how many were noted.

    Those of which somebody said so already stay. Raises PermissionDenied, Refused without a fate.
    """
    if not posts_letters(actor):
        raise PermissionDenied
    if fate not in SENT_OFF:
        raise Refused({0: (HOW_SENT,)})
    rows = list(_held(actor, letters).to_post().select_related("letter").order_by("pk"))
    _note(rows, MessageFate(fate), actor, at or timezone.now())
    return len(rows)


@transaction.atomic
def take_back_note(*, actor: Actor, letter: HouseholdMessage, at: datetime | None = None) -> HouseholdMessage:
    """What was noted of it was a mistake: it did not leave, and is to be posted again.

    What was known by it falls, if it was said to have left.
    Raises PermissionDenied, Refused when nothing is noted of it, or when it came back.
    """
    if not posts_letters(actor):
        raise PermissionDenied
    row = _held(actor, [letter.pk]).sent_off().with_note().select_related("letter").first()
    if row is None:
        raise Refused({letter.pk: (NOT_NOTED,)})
    instant = at or timezone.now()
    _note([row], MessageFate.MISNOTED, actor, instant)
    if _said_to_leave(row):
        _fall([row], instant)
    return row


@transaction.atomic
def note_letter_back(
    *, actor: Actor, letter: HouseholdMessage, fate: str, at: datetime | None = None
) -> HouseholdMessage:
    """It came back: the household does not know what it said, and its address is doubted until somebody corrects it.

    Its social worker learns it by mail. Raises PermissionDenied, Refused when it was not posted, or came back already.
    """
    if not posts_letters(actor):
        raise PermissionDenied
    if fate not in CAME_BACK:
        raise Refused({letter.pk: (HOW_BACK,)})
    around = ("letter", "household__commune", "household__joined_into__commune")
    row = _held(actor, [letter.pk]).may_come_back().select_related(*around).first()
    if row is None:
        raise Refused({letter.pk: (NOT_POSTED,)})
    instant = at or timezone.now()
    household = row.household.joined_into or row.household
    if _went_to(row, household):
        Household.objects.filter(pk=household.pk).update(address_doubted_at=instant)
    _note([row], MessageFate(fate), actor, instant)
    letter_back_for_worker(row, household, MessageFate(fate), instant)
    return row


def _held(actor: Actor, letters: Iterable[int]) -> HouseholdMessageQuerySet:
    """These letters of one's organisation, held: what is noted of them is judged after, for two clerks may be at it."""
    asked = HouseholdMessage.objects.letters_of(actor).filter(pk__in=list(letters)).values("pk")
    held = locked(HouseholdMessage.objects.filter(pk__in=asked))
    return HouseholdMessage.objects.filter(pk__in=[row.pk for row in held])


def _said_to_leave(letter: HouseholdMessage) -> bool:
    """Whether what was noted of it last (``with_note``) says that it left."""
    return getattr(letter, "fate", "") in SAID_TO_LEAVE


def _went_to(letter: HouseholdMessage, household: Household) -> bool:
    """Whether it went where the file says that the household lives: it was not corrected since."""
    assert letter.letter is not None
    said = on_paper(household, "")
    return all(letter.letter.values.get(name) == said[name] for name in ("address", "town"))


def note_astray(household: Household, changed: Iterable[str], *, actor: Actor, at: datetime) -> None:
    """What had left for a number or an address that was wrong told the household nothing; ``changed``: what was."""
    ways = {WENT_BY[name] for name in changed if name in WENT_BY}
    if not ways or actor.pk is None:
        return
    noted = MessageNote.objects.not_read().values("message")
    left = Q(mail__delivery__in=LEFT) | Q(sms__delivery__in=LEFT) | Q(letter__forgotten_at=None, letter__isnull=False)
    rows = written_to([household.pk]).filter(left, channel__in=ways).exclude(pk__in=noted)
    held = [row.pk for row in locked(HouseholdMessage.objects.filter(pk__in=rows.values("pk")))]
    _note(list(rows.filter(pk__in=held).select_related(*CARRIED)), MessageFate.ASTRAY, actor, at)


def _note(rows: Sequence[HouseholdMessage], fate: MessageFate, actor: Actor, at: datetime) -> None:
    turns = dict(MessageNote.objects.turns([row.pk for row in rows]))
    MessageNote.objects.bulk_create(
        MessageNote.of(row, fate, by=actor, at=at, turn=turns.get(row.pk, 0)) for row in rows
    )
    if rows and fate in NOT_READ:
        _fall(rows, at)


def _fall(rows: Sequence[HouseholdMessage], at: datetime) -> None:
    for falls in _falls:
        falls(rows, at)
