"""A circuit that is stuck moves: another person is asked, or one goes on without an opinion."""

from datetime import datetime

from conventions.models import Review, Signature
from lifecycle import gate
from lifecycle.actors import Actor
from network.models import Membership


@gate.one_transaction
def hand_on_review(
    *, actor: Actor, review: Review, to: Membership, at: datetime | None = None, comment: str = ""
) -> Review:
    """Hand a review on to a colleague, who is told. Raises Unknown, PermissionDenied, Refused."""
    handed: Review = gate.apply(review, "hand_on", actor=actor, at=at, comment=comment, to=to)
    return handed


@gate.one_transaction
def replace_review(
    *, actor: Actor, review: Review, to: Membership, reason: str, at: datetime | None = None, comment: str = ""
) -> Review:
    """Ask another reviewer, who is told, with a code of ``ReplaceReason``.

    Raises Unknown, PermissionDenied, Refused.
    """
    replaced: Review = gate.apply(review, "replace", actor=actor, at=at, comment=comment, to=to, reason=reason)
    return replaced


@gate.one_transaction
def pass_over_review(
    *, actor: Actor, review: Review, reason: str, at: datetime | None = None, comment: str = ""
) -> Review:
    """Go on without an opinion that is long overdue, with a code of ``PassOverReason``.

    The last one that is awaited concludes the reviews. Raises Unknown, PermissionDenied, Refused.
    """
    passed: Review = gate.apply(review, "pass_over", actor=actor, at=at, comment=comment, reason=reason)
    return passed


@gate.one_transaction
def hand_on_signature(
    *, actor: Actor, signature: Signature, to: Membership, at: datetime | None = None, comment: str = ""
) -> Signature:
    """Hand one's signature on to a colleague who may sign for the same party. Raises as ``hand_on_review``."""
    handed: Signature = gate.apply(signature, "hand_on", actor=actor, at=at, comment=comment, to=to)
    return handed


@gate.one_transaction
def replace_signature(
    *, actor: Actor, signature: Signature, to: Membership, reason: str, at: datetime | None = None, comment: str = ""
) -> Signature:
    """Ask another signatory of the same party, with a code of ``ReplaceReason``. Raises as ``replace_review``."""
    replaced: Signature = gate.apply(signature, "replace", actor=actor, at=at, comment=comment, to=to, reason=reason)
    return replaced
