"""What follows when a household has no more what had met its need, in the gate's transaction."""

from django.db.models import QuerySet

from lifecycle.registry import Move, on_transition
from prescriptions import emails
from prescriptions.enums import Loss
from prescriptions.followers import reopen_prescriptions
from prescriptions.models import Need


def _needs(move: Move) -> QuerySet[Need]:
    rows = Need.objects.filter(pk__in=move.pks).order_by("pk")
    return rows.select_related("prescription__distributor", "prescription__prescriber")


def tell_lost(move: Move) -> None:
    """The worker is told that the device came back: why a line ended, he is told with its file."""
    for need in _needs(move).filter(loss=Loss.DEVICE_BACK):
        emails.lost_for_worker(need, move.at)


def tell_reopened(move: Move) -> None:
    """Those of the two who did not do it are told: the worker, the distributor."""
    for need in _needs(move):
        if move.actor.organisation_id != need.prescription.prescriber_id:
            emails.reopened_for_worker(need, move.at)
        if move.actor.organisation_id != need.prescription.distributor_id:
            emails.reopened_for_distributor(need, move.at)


def register() -> None:
    """Every registration of this subject."""
    on_transition("need", "lose", tell_lost)
    on_transition("need", "reopen", reopen_prescriptions)
    on_transition("need", "reopen", tell_reopened)
