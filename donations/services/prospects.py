"""Prospecting: find who may give, note each exchange with its next step, follow what really happens."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError

from donations.enums import ProspectState
from donations.models import Prospect, ProspectContact
from donations.permissions import can_prospect
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.locked_rows import held_row
from lifecycle.machine import Reason
from network.models import Commune, Membership
from network.services import next_step
from network.services.next_step import NOTHING_NEXT, Exchange, Then

DESCRIBED = (*("name", "legal_nature", "size", "siret", "commune", "contact_name", "contact_phone", "contact_email"),)
"""The columns that may be described again."""
CONTACT = ("contact_name", "contact_phone", "contact_email")
NOT_YOURS = "Cette commune n’est pas dans votre EPCI."
IS_CLOSED = Reason("prospect_closed", "Ce donateur possible est sans suite\u00a0: reprenez-le d’abord.")
OWNER_ELSEWHERE = (
    "La prochaine étape est confiée à quelqu’un qui ne suit pas cette commune\u00a0: fixez-la d’abord avec un autre."
)
NOT_HIS = "Cette personne ne suit pas les donateurs possibles de ce territoire."


@gate.one_transaction
def create_prospect(
    *,
    actor: Membership,
    then: Then = NOTHING_NEXT,
    at: datetime | None = None,
    comment: str = "",
    **described: Any,
) -> Prospect:
    """Write down who may give. Raises PermissionDenied, Refused, ValidationError."""
    row = Prospect(**_described(actor, described))
    row.clean_fields(exclude=["state", "reference", "moved_at"])
    step = _step(row.commune, then)
    created: Prospect = gate.create(row, "create", actor=actor, at=at, comment=comment, **step)
    return created


@gate.one_transaction
def edit_prospect(*, actor: Membership, prospect: Prospect, **described: Any) -> Prospect:
    """Describe it again. Raises Unknown, PermissionDenied, Refused once it is closed, ValidationError."""
    row = held_row(Prospect.objects.visible_to(actor), prospect, actor=actor, can=can_prospect)
    if row.state == ProspectState.CLOSED:
        raise Refused({row.pk: (IS_CLOSED,)})
    changed = _described(actor, described)
    _keeps_its_owner(row, changed.get("commune"))
    for name, value in changed.items():
        setattr(row, name, value)
    row.clean_fields(exclude=["state", "reference", "moved_at"])
    row.save(update_fields=list(changed))
    return row


def _described(actor: Membership, given: dict[str, Any]) -> dict[str, Any]:
    """The columns given, cleaned of spaces; the commune is one of the actor's territory."""
    if unknown := set(given) - set(DESCRIBED):
        raise TypeError(f"not described here: {', '.join(sorted(unknown))}")
    if can_prospect(actor) is None:
        raise PermissionDenied
    commune: Commune | None = given.get("commune")
    if commune is not None and not followers_of(commune).filter(pk=actor.pk).exists():
        raise ValidationError({"commune": NOT_YOURS})
    return {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}


def _keeps_its_owner(row: Prospect, commune: Commune | None) -> None:
    """Whoever has the next step follows the commune too, or nobody would do it. Raises ValidationError."""
    if commune is None or row.next_owner_id is None:
        return
    if not followers_of(commune).filter(pk=row.next_owner_id).exists():
        raise ValidationError({"commune": OWNER_ELSEWHERE})


def followers_of(commune: Commune) -> Any:
    """Who may follow a prospect of this commune: the pilots, the managers of its EPCI."""
    return next_step.followers_of(commune.epci_id)


def _step(commune: Commune, then: Then) -> dict[str, Any]:
    """The next step, whose owner follows prospects of this territory. Raises ValidationError."""
    return next_step.given_next(then, followers_of(commune), NOT_HIS)


def _exchange(
    verb: str,
    *,
    actor: Membership,
    prospect: Prospect,
    exchange: Exchange,
    at: datetime | None,
    comment: str,
    **given: Any,
) -> Prospect:
    """One exchange, written down, and what it changes."""
    row = held_row(Prospect.objects.visible_to(actor), prospect, actor=actor, can=can_prospect)
    exchange.written(ProspectContact, by=actor, at=at, prospect=row)
    given |= {"contacted_on": exchange.contacted_on, **_step(row.commune, exchange.then)}
    moved: Prospect = gate.apply(row, verb, actor=actor, at=at, comment=comment, **given)
    return moved


@gate.one_transaction
def note_prospect(
    *, actor: Membership, prospect: Prospect, exchange: Exchange, at: datetime | None = None, comment: str = ""
) -> Prospect:
    """An exchange that does not change how far one is. Raises Unknown, PermissionDenied, Refused, ValidationError."""
    return _exchange("note", actor=actor, prospect=prospect, exchange=exchange, at=at, comment=comment)


@gate.one_transaction
def meet_prospect(
    *, actor: Membership, prospect: Prospect, exchange: Exchange, at: datetime | None = None, comment: str = ""
) -> Prospect:
    """Somebody there was spoken to. Raises Unknown, PermissionDenied, Refused, ValidationError."""
    return _exchange("meet", actor=actor, prospect=prospect, exchange=exchange, at=at, comment=comment)


@gate.one_transaction
def promise_prospect(
    *,
    actor: Membership,
    prospect: Prospect,
    devices: int,
    exchange: Exchange,
    at: datetime | None = None,
    comment: str = "",
) -> Prospect:
    """So many devices are promised. Raises Unknown, PermissionDenied, Refused, ValidationError."""
    return _exchange(
        "promise", actor=actor, prospect=prospect, exchange=exchange, at=at, comment=comment, devices=devices
    )


@gate.one_transaction
def plan_prospect(
    *, actor: Membership, prospect: Prospect, then: Then, at: datetime | None = None, comment: str = ""
) -> Prospect:
    """What is to be done, for when, by whom. Raises Unknown, PermissionDenied, Refused, ValidationError."""
    row = held_row(Prospect.objects.visible_to(actor), prospect, actor=actor, can=can_prospect)
    moved: Prospect = gate.apply(row, "plan", actor=actor, at=at, comment=comment, **_step(row.commune, then))
    return moved
