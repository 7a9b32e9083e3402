"""What follows the erasure of a household: what the clock would wait for is done, its names go, that it was is kept.

Who was erased is said outside of the database: a backup that is put back does not bring them back for good.
"""

from functools import partial

from django.db import transaction

from lifecycle.erased import note_erased
from lifecycle.locking import locked
from lifecycle.registry import Move, on_transition
from prescriptions import emails
from prescriptions.enums import HouseholdState
from prescriptions.followers import follow_up
from prescriptions.models import Household
from prescriptions.services.forgetting import forget_households
from prescriptions.services.reminders import cancel_notices


def erase_now(move: Move) -> None:
    """What the clock would do in its time is done at once: archived if it was not, without notice, then anonymised.

    The files joined to it, which go with it, are held before its drafts, which end with the archive.
    """
    locked(Household.objects.filter(joined_into__in=move.pks))
    follow_up(Household.objects.filter(pk__in=move.pks, state=HouseholdState.OPEN), "archive", move)
    cancel_notices(move.pks, move.at)
    follow_up(Household.objects.filter(pk__in=move.pks), "anonymise", move)


def tell_erased(move: Move) -> None:
    """The prescriber is told, by the reference alone; after the mails about the file are erased, for this one stays."""
    for household in Household.objects.filter(pk__in=move.pks).order_by("pk"):
        emails.erased_for_prescriber(household, move.at)


def erase(move: Move) -> None:
    """Names, contacts, words, papers and mails go; what counts stays."""
    forget_households(move.pks, move.at)


def keep_erased(move: Move) -> None:
    """Write it down once it is done; what cannot be written then is the night after (``note_forgotten``)."""
    erased = Household.objects.filter(pk__in=move.pks).order_by("pk").values_list("reference", flat=True)
    transaction.on_commit(partial(note_erased, "household", list(erased)), robust=True)


def register() -> None:
    """Every registration of this subject."""
    on_transition("household", "erase_on_request", erase_now)
    on_transition("household", "erase_on_request", tell_erased)
    on_transition("household", "sweep", erase_now)
    on_transition("household", "erase_again", erase_now)
    for verb in ("anonymise", "forget_joined"):
        on_transition("household", verb, erase)
        on_transition("household", verb, keep_erased)
