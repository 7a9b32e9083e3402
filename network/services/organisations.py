"""Create and edit organisations."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from lifecycle.actors import SYSTEM, Actor
from network.models import Commune, Membership, Organisation
from network.permissions import can_edit_organisation
from network.services.memberships import refuse_last_pilot

REFUSED_BY = {
    "network_organisation_kind_in_use": {
        "kinds": "Des personnes agissent encore à ce titre\u00a0: fermez d’abord leurs rattachements."
    },
    "network_organisation_siret_once": {"siret": "Une organisation a déjà ce SIRET."},
}
"""What the database refuses at the last moment, whatever a form saw before: its constraint, the field, the sentence."""


def save_organisation(
    *, organisation: Organisation, communes_served: Iterable[Commune] | None = None, by: Actor = SYSTEM
) -> Organisation:
    """Write an organisation, new or not, and the communes it serves (None: as they are).

    Raises ``PermissionDenied`` when ``by`` may not, ``ValidationError`` when people still act in a kind that
    is taken away, when another organisation has its SIRET, or when no pilot would be left.
    """
    if by is not SYSTEM and can_edit_organisation(by) is None:
        raise PermissionDenied
    try:
        with transaction.atomic():
            if not organisation.is_active:
                refuse_last_pilot(Membership.objects.filter(organisation_id=organisation.pk))
            organisation.save()
            if communes_served is not None:
                organisation.communes_served.set(communes_served)
    except IntegrityError as error:
        if (told := REFUSED_BY.get(_constraint(error))) is None:
            raise
        raise ValidationError(told) from error
    return organisation


def _constraint(error: IntegrityError) -> str:
    """The name of the database constraint that refused, as the driver reports it."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or "")
