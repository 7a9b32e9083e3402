"""What a household was told, as its page lists it: by Maillon or by its worker; no text, which is not kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from documents.enums import SendState
from lifecycle.actors import Actor
from prescriptions.enums import ContactOutcome
from prescriptions.models import Household, HouseholdMessage, PromisedContact
from prescriptions.tables.messages import NAMES, TONES
from typography.french import in_a_sentence, moment

MOST_LISTED = 30
"""How many are listed."""


@dataclass(frozen=True)
class SentMessage:
    """One thing that the household was told: when, how, about what, what became of it; its letter."""

    at: datetime
    how: str
    about: str
    fate: str
    tone: str = ""
    letter: int | None = None


def messages_told_to(household: Household, actor: Actor) -> list[SentMessage]:
    """What it was written, and what its worker told it, the newest first; two queries.

    With what was written under a file that was joined to this one, for whoever followed it.
    """
    under = Q(household=household) | Q(household__joined_into=household)
    messages = HouseholdMessage.objects.visible_to(actor).with_fate().filter(under)
    told = PromisedContact.objects.visible_to(actor).filter(
        prescription__household=household, outcome=ContactOutcome.TOLD
    )
    rows = [_written(one) for one in messages[:MOST_LISTED]]
    for one in told.select_related("settled_by__organisation").order_by("-settled_at")[:MOST_LISTED]:
        assert one.settled_at is not None
        assert one.settled_by is not None  # so once somebody said it
        by = f"{one.settled_by.get_role_display()}, {one.settled_by.organisation}"
        how = f"{one.get_channel_display()} ({in_a_sentence(by)})"
        rows.append(SentMessage(one.settled_at, how, one.told_about, "Dit", "tag--done"))
    return sorted(rows, key=lambda one: one.at, reverse=True)


def _written(message: Any) -> SentMessage:
    fate = NAMES[message.fate]
    if message.stopped:
        fate = f"{fate}\u00a0: {message.stopped}"
    elif message.fate == SendState.QUEUED and message.leaves_at:
        fate = f"Part à partir du {moment(message.leaves_at)}"
    at = message.left_at or message.written_at
    how, about = message.get_channel_display(), message.get_code_display()
    return SentMessage(at, how, about, fate, TONES.get(message.fate, ""), message.pk if message.letter_id else None)
