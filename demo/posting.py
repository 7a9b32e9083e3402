"""Letters to households, once they are printed: whoever signs them posts them within the week."""

from collections import defaultdict
from datetime import timedelta

from demo.agenda import Thread
from demo.calendar import working_day
from demo.context import Story
from network.models import Membership
from prescriptions.enums.letters import MessageFate
from prescriptions.models import HouseholdMessage
from prescriptions.permissions import posts_letters
from prescriptions.services.letters import post_letters

WEEK = 5
"""Working days between two goes to the letter box."""
PRINTED_BEFORE = timedelta(days=2)
"""How long a letter lies there at least; those of the last days are still to be posted when the story ends."""


def posting(story: Story) -> Thread:
    """Each week, what was printed before is posted."""
    day = working_day(story.first, WEEK)
    while day < story.last:
        now = story.moment(day)
        yield now
        by_sender: dict[Membership, list[int]] = defaultdict(list)
        for letter in HouseholdMessage.objects.to_post().filter(written_at__lt=now - PRINTED_BEFORE).order_by("pk"):
            if (sender := _sender(letter)) is not None:
                by_sender[sender].append(letter.pk)
        for sender, letters in by_sender.items():
            post_letters(actor=sender, letters=letters, fate=MessageFate.POSTED, at=now)
        day = working_day(day, WEEK)


def _sender(letter: HouseholdMessage) -> Membership | None:
    """Whoever made it, or else the first of the organisation that signs it."""
    people = Membership.objects.open().filter(organisation=letter.sender_id).order_by("pk")
    made = Membership.objects.open().filter(pk=letter.written_by_id)
    return next((one for one in (*made, *people) if posts_letters(one)), None)
