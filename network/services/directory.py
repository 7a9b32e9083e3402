"""The directory of those who prescribe: what each structure says of its services, and keeps right."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.forms import refuse_unwritable
from lifecycle.locked_rows import held_row
from network.machine.directory import ONCE
from network.models import Commune, Invitation, Organisation, PublicService, User
from network.permissions import can_keep_service

DESCRIBED = ("kind", "name", "address", "phone", "email", "hours")
"""The columns that a structure says of a service."""
WRITTEN_BY_THE_GATE = ["state", "reference", "moved_at", "confirmed_at", "confirmed_by"]
UNREACHABLE = "Donnez un téléphone ou un courriel\u00a0: sans eux, personne ne joint ce service."
NO_COMMUNE = "Dites quelles communes ce service reçoit."
OF_A_PERSON = (
    "Cette adresse est celle d’une personne qui a un compte\u00a0: donnez celle du service, ou cochez qu’elle est"
    " publique."
)


@gate.one_transaction
def publish_public_service(
    *,
    actor: Actor,
    organisation: Organisation,
    communes: Iterable[Commune],
    is_public: bool = False,
    at: datetime | None = None,
    comment: str = "",
    **described: Any,
) -> PublicService:
    """Put a service in the directory. ``is_public``: its address, which is also that of an account, is a public one.

    Raises PermissionDenied, Refused, ValidationError.
    """
    served = _served(communes)
    row = PublicService(organisation=organisation, **_described(described, is_public=is_public))
    row.clean_fields(exclude=WRITTEN_BY_THE_GATE)
    made: PublicService = gate.create(row, "publish", actor=actor, at=at, comment=comment)
    made.communes.set(served)
    return made


@gate.one_transaction
def correct_public_service(
    *,
    actor: Actor,
    public_service: PublicService,
    communes: Iterable[Commune],
    is_public: bool = False,
    at: datetime | None = None,
    comment: str = "",
    **described: Any,
) -> PublicService:
    """Say a service again. Raises Unknown, PermissionDenied, Refused, ValidationError."""
    served = _served(communes)
    row = held_row(PublicService.objects.visible_to(actor), public_service, actor=actor, can=can_keep_service)
    changed = _described(described, is_public=is_public)
    for name, value in changed.items():
        setattr(row, name, value)
    row.clean_fields(exclude=WRITTEN_BY_THE_GATE)
    try:
        with transaction.atomic():
            row.save(update_fields=list(changed))
    except IntegrityError as error:  # the only one that what is typed may break
        raise ValidationError({"name": ONCE.sentence}) from error
    row.communes.set(served)
    moved: PublicService = gate.apply(row, "correct", actor=actor, at=at, comment=comment)
    return moved


def _served(communes: Iterable[Commune]) -> list[Commune]:
    served = list(communes)
    if not served:
        raise ValidationError({"communes": NO_COMMUNE})
    return served


def _described(given: dict[str, Any], *, is_public: bool) -> dict[str, Any]:
    """The columns given, cleaned of spaces: reachable, and by no address of a person unless it is a public one."""
    if unknown := set(given) - set(DESCRIBED):
        raise TypeError(f"not described here: {', '.join(sorted(unknown))}")
    cleaned = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
    email = cleaned.get("email", "")
    if not email and not cleaned.get("phone"):
        raise ValidationError({"phone": UNREACHABLE})
    refuse_unwritable(email)
    if email and not is_public and _is_of_a_person(email):
        raise ValidationError({"email": OF_A_PERSON})
    return cleaned


def _is_of_a_person(email: str) -> bool:
    """Whether somebody signs in by it, is changing to it, or was invited at it."""
    known = User.objects.filter(Q(email__iexact=email) | Q(emailaddress__email__iexact=email)).exists()
    return known or Invitation.objects.pending().filter(email__iexact=email).exists()
