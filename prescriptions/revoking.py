"""What follows when a household takes its agreement back, in the gate's transaction."""

from lifecycle.registry import Move, on_transition
from prescriptions import emails
from prescriptions.followers import drop_needs, end_reminders, prescriptions_of


def tell_revoked(move: Move) -> None:
    """The distributor is told, by the reference alone: it reads nothing of it any more."""
    for prescription in prescriptions_of(move):
        emails.revoked_for_distributor(prescription, move.at)


def register() -> None:
    """Every registration of this subject."""
    on_transition("prescription", "revoke", drop_needs)
    on_transition("prescription", "revoke", end_reminders)
    on_transition("prescription", "revoke", tell_revoked)
