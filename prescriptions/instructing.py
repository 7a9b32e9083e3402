"""What follows a request that is sent to another distributor than before: nobody holds it there."""

from django.db.models import F

from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.registry import Move, on_transition
from prescriptions.models import Prescription


def release_elsewhere(move: Move) -> None:
    """Whoever held it works for the distributor of before."""
    held = Prescription.objects.filter(pk__in=move.pks, adviser__isnull=False)
    pks = list(held.exclude(adviser__organisation=F("distributor")).values_list("pk", flat=True))
    if not pks:
        return
    rows = Prescription.objects.filter(pk__in=pks)
    outcome = gate.apply_many(rows, "give_back", actor=move.actor, at=move.at, cause=move)
    if outcome.refused:
        raise Refused(outcome.refused)


def register() -> None:
    """Every registration of this subject."""
    on_transition("prescription", "submit", release_elsewhere)
