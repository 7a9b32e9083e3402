"""Who was erased is said outside of the database: a backup that is put back does not bring them back for good."""

from functools import partial

from django.db import transaction

from lifecycle.erased import note_erased
from lifecycle.registry import Move, on_transition
from prescriptions.models import Household


def keep_erased(move: Move) -> None:
    """Write it down once it is done; what cannot be written then is the night after (``note_forgotten``)."""
    erased = Household.objects.filter(pk__in=move.pks).order_by("pk").values_list("reference", flat=True)
    transaction.on_commit(partial(note_erased, "household", list(erased)), robust=True)


def register() -> None:
    """Declare the follower; done once."""
    on_transition("household", "anonymise", keep_erased)
    on_transition("household", "forget_joined", keep_erased)
