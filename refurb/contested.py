"""What is said of a destruction that its recycler contests, to whoever follows it: since when, who answers, by when."""

from typing import Any

from django.utils import timezone

from refurb.enums import UndoneReason
from refurb.models import Destruction
from typography.french import day

WHY = {UndoneReason.DENIED: "pas détruit", UndoneReason.NOT_RECEIVED: "pas reçu"}


def contest_told(drive: Any) -> str:
    """Of a drive with ``contested_at`` and ``answer_by``, in a sentence; nothing while nobody contests it."""
    if drive.contested_at is None:
        return ""
    since, until = day(timezone.localdate(drive.contested_at)), day(timezone.localdate(drive.answer_by))
    return f"Destruction contestée par le recycleur le {since}\u00a0: l’atelier répond avant le {until}."


def answer_told(row: Destruction) -> str:
    """Of a destruction ``with_answer`` that its recycler contested, to that recycler: why, and who answers by when."""
    contested = row.undone_by
    assert contested is not None
    why = WHY[UndoneReason(contested.undone)]
    if not row.is_pending:
        return f"{why}, avez-vous dit\u00a0: une autre preuve est enregistrée depuis"
    return f"{why}, avez-vous dit\u00a0: {row.device.workshop} répond avant le {day(timezone.localdate(row.answer_by))}"
