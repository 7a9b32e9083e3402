"""Conventions through their life: submit, open the signature, put into force, suspend, end."""

from datetime import date, datetime

from conventions.models import Convention
from conventions.services.circuit import (
    answer_point,
    answer_review,
)
from conventions.services.drafting import (
    DraftArticle,
    DraftReviewer,
    DraftTerms,
    Plan,
    Price,
    create_amendment,
    create_convention,
    edit_convention,
)
from conventions.services.endings import (
    agree_end_convention,
    record_end_convention,
)
from conventions.services.quotas import set_reserve
from conventions.services.signatures import deposit_signature, sign_signature
from lifecycle import gate
from lifecycle.actors import Actor

__all__ = [
    "DraftArticle",
    "DraftReviewer",
    "DraftTerms",
    "Plan",
    "Price",
    "agree_end_convention",
    "answer_point",
    "answer_review",
    "create_amendment",
    "create_convention",
    "deposit_signature",
    "edit_convention",
    "open_signature_convention",
    "record_end_convention",
    "set_reserve",
    "sign_signature",
]


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
