"""Needs: ask, drop; digital skills are referred to a mediation place and met by the worker."""

from datetime import datetime
from typing import Any

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from network.models import Organisation
from prescriptions.enums import GIVEN_BY_PEOPLE
from prescriptions.enums.undone import UnmetReason
from prescriptions.machine.need_rules import DROP_REASON
from prescriptions.models import Household, Need, Prescription
from prescriptions.nir import refuse_nir
from prescriptions.unnamed import refuse_named


def ask_need(
    *,
    actor: Actor,
    prescription: Prescription,
    kind: str,
    use: str,
    at: datetime | None = None,
    comment: str = "",
) -> Need:
    """Add a need to a prescription being written. Raises PermissionDenied, Refused, ValidationError."""
    refuse_nir(comment=comment)
    refuse_named(actor, Household.objects.filter(pk=prescription.household_id), comment=comment)
    row = Need(prescription=prescription, kind=kind, use=use)
    row.clean_fields(exclude=["state", "reference", "moved_at", "prescription"])
    asked: Need = gate.create(row, "ask", actor=actor, at=at, comment=comment)
    return asked


def drop_need(*, actor: Actor, need: Need, reason: str, at: datetime | None = None, comment: str = "") -> Need:
    """Give one need up, with a reason of ``GIVEN_BY_PEOPLE``. Raises Unknown, PermissionDenied, Refused."""
    refuse_nir(comment=comment)
    if reason not in GIVEN_BY_PEOPLE:
        raise Refused({need.pk: (DROP_REASON.reason,)})
    return _moved(need, "drop", actor, at, comment, reason=reason)


def start_need(
    *, actor: Actor, need: Need, mediation: Organisation, at: datetime | None = None, comment: str = ""
) -> Need:
    """Refer the household to a mediation place: digital skills alone. Raises Unknown, PermissionDenied, Refused."""
    return _moved(need, "start", actor, at, comment, mediation=mediation)


def wait_again_need(*, actor: Actor, need: Need, at: datetime | None = None, comment: str = "") -> Need:
    """The mediation place could not: it waits for another one. Raises Unknown, PermissionDenied, Refused."""
    return _moved(need, "wait_again", actor, at, comment)


def meet_need(*, actor: Actor, need: Need, at: datetime | None = None, comment: str = "") -> Need:
    """The household learned what it needed: digital skills alone. Raises Unknown, PermissionDenied, Refused."""
    return _moved(need, "meet", actor, at, comment)


def unmeet_need(*, actor: Actor, need: Need, at: datetime | None = None, comment: str = "") -> Need:
    """It was said by mistake: digital skills alone. Raises Unknown, PermissionDenied, Refused."""
    return _moved(need, "unmeet", actor, at, comment, reason=UnmetReason.ENTRY.value)


def reopen_need(*, actor: Actor, need: Need, at: datetime | None = None, comment: str = "") -> Need:
    """The household has no more what had met it: it waits again, with the weeks it had waited.

    Raises Unknown, PermissionDenied, Refused.
    """
    return _moved(need, "reopen", actor, at, comment)


def let_be_need(*, actor: Actor, need: Need, reason: str, at: datetime | None = None, comment: str = "") -> Need:
    """The household has no more what had met it, and does not wait: why, among ``LEFT_BECAUSE``.

    Raises Unknown, PermissionDenied, Refused.
    """
    return _moved(need, "let_be", actor, at, comment, reason=reason)


def _moved(need: Need, verb: str, actor: Actor, at: datetime | None, comment: str, **values: Any) -> Need:
    refuse_nir(comment=comment)
    moved: Need = gate.apply(need, verb, actor=actor, at=at, comment=comment, **values)
    return moved
