"""Conventions through their life: submit, open the signature, put into force, suspend, end."""

from datetime import date, datetime

from conventions.models import Convention
from conventions.services.circuit import (
    answer_point,
    answer_review,
)
from conventions.services.drafting import (
    Article,
    Named,
    Plan,
    Price,
    Terms,
    create_amendment,
    create_convention,
    edit_convention,
)
from conventions.services.endings import (
    agree_end_convention,
    decline_end_convention,
    propose_end_convention,
    record_end_convention,
)
from conventions.services.people import pass_over_review
from conventions.services.quotas import set_reserve
from conventions.services.signatures import deposit_signature, sign_signature
from lifecycle import gate
from lifecycle.actors import Actor
from network.models import Organisation

__all__ = [
    "Article",
    "Named",
    "Plan",
    "Price",
    "Terms",
    "abandon_convention",
    "activate_convention",
    "agree_end_convention",
    "answer_point",
    "answer_review",
    "create_amendment",
    "create_convention",
    "decline_end_convention",
    "deposit_signature",
    "edit_convention",
    "open_signature_convention",
    "pass_over_review",
    "propose_end_convention",
    "record_end_convention",
    "reopen_convention",
    "resume_convention",
    "set_reserve",
    "sign_signature",
    "submit_convention",
    "succeed_convention",
    "suspend_convention",
    "terminate_convention",
]


@gate.one_transaction
def submit_convention(
    *, actor: Actor, convention: Convention, at: datetime | None = None, comment: str = ""
) -> Convention:
    """Ask for the reviews. Raises Unknown, PermissionDenied, Refused."""
    submitted: Convention = gate.apply(convention, "submit", actor=actor, at=at, comment=comment)
    return submitted


@gate.one_transaction
def reopen_convention(
    *, actor: Actor, convention: Convention, reason: str, at: datetime | None = None, comment: str = ""
) -> Convention:
    """Open an agreed text again, with a code of ``ReopenReason``: its signatures are void.

    Raises Unknown, PermissionDenied, Refused.
    """
    reopened: Convention = gate.apply(convention, "reopen", actor=actor, at=at, comment=comment, reason=reason)
    return reopened


@gate.one_transaction
def open_signature_convention(
    *,
    actor: Actor,
    convention: Convention,
    act_body: str,
    act_number: str,
    act_on: date | None,
    act_executory_on: date | None,
    at: datetime | None = None,
    comment: str = "",
) -> Convention:
    """Record the EPCI's act (a code of ``ActBody``), freeze the document and ask for the three signatures.

    Source of the rule: CGCT, art. L. 2131-1 and L. 5211-3, an act is executory once published and sent to the State.
    Raises Unknown, PermissionDenied, Refused.
    """
    opened: Convention = gate.apply(
        convention,
        "open_signature",
        actor=actor,
        at=at,
        comment=comment,
        act_body=act_body,
        act_number=act_number.strip(),
        act_on=act_on,
        act_executory_on=act_executory_on,
    )
    return opened


@gate.one_transaction
def activate_convention(
    *, actor: Actor, convention: Convention, at: datetime | None = None, comment: str = ""
) -> Convention:
    """Put it into force without waiting for the clock. Raises Unknown, PermissionDenied, Refused."""
    activated: Convention = gate.apply(convention, "activate", actor=actor, at=at, comment=comment)
    return activated


@gate.one_transaction
def succeed_convention(
    *, actor: Actor, convention: Convention, successor: Organisation, at: datetime | None = None, comment: str = ""
) -> Convention:
    """Record that the EPCI merged into another, which acts in its place. Raises Unknown, PermissionDenied, Refused."""
    succeeded: Convention = gate.apply(convention, "succeed", actor=actor, at=at, comment=comment, successor=successor)
    return succeeded


@gate.one_transaction
def suspend_convention(
    *, actor: Actor, convention: Convention, reason: str, at: datetime | None = None, comment: str = ""
) -> Convention:
    """Allot nothing more for a time, with a code of ``SuspendReason``. Raises Unknown, PermissionDenied, Refused."""
    suspended: Convention = gate.apply(convention, "suspend", actor=actor, at=at, comment=comment, reason=reason)
    return suspended


@gate.one_transaction
def resume_convention(
    *, actor: Actor, convention: Convention, reason: str, at: datetime | None = None, comment: str = ""
) -> Convention:
    """Allot again, with a code of ``ResumeReason``. Raises Unknown, PermissionDenied, Refused."""
    resumed: Convention = gate.apply(convention, "resume", actor=actor, at=at, comment=comment, reason=reason)
    return resumed


@gate.one_transaction
def terminate_convention(
    *,
    actor: Actor,
    convention: Convention,
    reason: str,
    notice_on: date | None,
    at: datetime | None = None,
    comment: str = "",
) -> Convention:
    """End it before its last day, with a code of ``TerminateReason`` and the day the notice was given.

    Raises Unknown, PermissionDenied, Refused.
    """
    terminated: Convention = gate.apply(
        convention, "terminate", actor=actor, at=at, comment=comment, reason=reason, notice_on=notice_on
    )
    return terminated


@gate.one_transaction
def abandon_convention(
    *, actor: Actor, convention: Convention, reason: str, at: datetime | None = None, comment: str = ""
) -> Convention:
    """Go no further with a draft, with a code of ``AbandonReason``. Raises Unknown, PermissionDenied, Refused."""
    abandoned: Convention = gate.apply(convention, "abandon", actor=actor, at=at, comment=comment, reason=reason)
    return abandoned
