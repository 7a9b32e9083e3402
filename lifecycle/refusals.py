"""A refusal of the gate, told on the form that asked."""

from django.forms import Form

from lifecycle.exceptions import Refused
from lifecycle.requirements import Reason


def reasons_into(form: Form, refused: Refused) -> None:
    """Put each reason on the form's field it concerns, or above the form when it concerns none of them."""
    for reason in refused.all:
        form.add_error(reason.field if reason.field in form.fields else None, told(reason))


def told(reason: Reason) -> str:
    """What is missing, then who can do something about it: « Il manque… (Peut y remédier : le donateur). »"""
    if not reason.lifted_by:
        return reason.sentence
    return f"{reason.sentence} (Peut y remédier : {reason.lifted_by}.)"
