"""The same verbs as one by one, for a set: what is refused comes back with its reasons. Raises PermissionDenied.

What people write may hold no social security number: ValidationError, naming the field.
"""

from datetime import datetime

from django.db.models import QuerySet

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.previews import Outcome
from prescriptions.enums import GIVEN_BY_PEOPLE
from prescriptions.machine.need_rules import DROP_REASON
from prescriptions.models import Household, Need, Prescription
from prescriptions.nir import refuse_nir
from prescriptions.unnamed import refuse_named


def accept_prescriptions(
    *,
    actor: Actor,
    prescriptions: QuerySet[Prescription],
    motive: str = "",
    at: datetime | None = None,
    comment: str = "",
) -> Outcome:
    """Accept a set; those that the rules of the day are against stay to be decided one by one, unless ``motive``."""
    refuse_nir(comment=comment, motive=motive)
    refuse_named(actor, Household.objects.filter(pk__in=prescriptions.order_by().values("household")), motive=motive)
    return gate.apply_many(prescriptions, "accept", actor=actor, at=at, comment=comment, motive=motive)


def confirm_prescriptions(
    *, actor: Actor, prescriptions: QuerySet[Prescription], at: datetime | None = None, comment: str = ""
) -> Outcome:
    """These households still need it: validity starts again."""
    refuse_nir(comment=comment)
    return gate.apply_many(prescriptions, "confirm", actor=actor, at=at, comment=comment)


def remind_prescriptions(
    *, actor: Actor, prescriptions: QuerySet[Prescription], at: datetime | None = None, comment: str = ""
) -> Outcome:
    """Recall now what is missing, or ask again « toujours d’actualité ? », for a set."""
    refuse_nir(comment=comment)
    return gate.apply_many(prescriptions, "remind", actor=actor, at=at, comment=comment)


def withdraw_prescriptions(
    *,
    actor: Actor,
    prescriptions: QuerySet[Prescription],
    reason: str,
    at: datetime | None = None,
    comment: str = "",
) -> Outcome:
    """Give a set up, with a code of the list of the day."""
    refuse_nir(comment=comment)
    return gate.apply_many(prescriptions, "withdraw", actor=actor, at=at, comment=comment, reason=reason)


def drop_needs(
    *, actor: Actor, needs: QuerySet[Need], reason: str, at: datetime | None = None, comment: str = ""
) -> Outcome:
    """Give needs up, with a reason of ``GIVEN_BY_PEOPLE``; what was held for them is released."""
    refuse_nir(comment=comment)
    if reason not in GIVEN_BY_PEOPLE:
        return Outcome(refused=dict.fromkeys(needs.values_list("pk", flat=True), (DROP_REASON.reason,)))
    return gate.apply_many(needs, "drop", actor=actor, at=at, comment=comment, reason=reason)
