"""What is said of a destruction that its recycler contests, to whoever follows it: since when, who answers, by when."""

from datetime import datetime
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
    since = day(timezone.localdate(drive.contested_at))
    return f"Destruction contestée par le recycleur le {since}\u00a0: {_awaited('l’atelier', drive.answer_by)}."


def why_contested(row: Destruction) -> str:
    """« pas reçu », of a destruction that its recycler contested."""
    contested = row.undone_by
    assert contested is not None
    return WHY[UndoneReason(contested.undone)]


def answer_told(row: Destruction) -> str:
    """Of a destruction ``with_answer`` that its recycler contested, to that recycler: who answers by when, or that it
    is done.
    """
    if not row.is_pending:
        return "Une autre preuve est enregistrée depuis"
    return _awaited(str(row.device.workshop), row.answer_by)


def _awaited(whom: str, by: datetime) -> str:
    """« l’atelier répond avant le … », or since when it has not."""
    until = timezone.localdate(by)
    if until < timezone.localdate():
        return f"{whom} n’a pas répondu, en retard depuis le {day(until)}"
    return f"{whom} répond avant le {day(until)}"
