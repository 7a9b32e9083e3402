"""What follows the « non » of a household, and its change of mind, in the gate's transaction."""

from lifecycle.registry import Move, on_transition
from prescriptions import emails
from prescriptions.followers import answering, plan_still_current
from prescriptions.models import Prescription
from prescriptions.services.confirmation import close_links
from prescriptions.services.reminders import cancel_reminders


def stop_asking(move: Move) -> None:
    """The household answered: it is not asked again."""
    cancel_reminders(move.pks, move.at)
    close_links(move.pks, move.at, but=answering(move))


def tell_declined(move: Move) -> None:
    """The worker is told, who gives it up or finds out; the distributor too, whose reservation is over."""
    told = Prescription.objects.filter(pk__in=move.pks).order_by("pk")
    for prescription in told.select_related("prescriber", "distributor"):
        emails.not_any_more_for_worker(prescription, move.at)
        emails.declined_for_distributor(prescription, move.at)


def register() -> None:
    """Registrations of this subject. Followers of one verb run in this order."""
    on_transition("prescription", "decline", stop_asking)
    on_transition("prescription", "decline", tell_declined)
    on_transition("prescription", "reconsider", plan_still_current)
