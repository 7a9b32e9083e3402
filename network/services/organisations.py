"""Create and edit organisations."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from lifecycle.actors import SYSTEM, Actor
from network.models import Commune, Membership, Organisation
from network.permissions import can_edit_organisation
from network.services.memberships import refuse_last_pilot


def save_organisation(
    *, organisation: Organisation, communes_served: Iterable[Commune] | None = None, by: Actor = SYSTEM
) -> Organisation:
    """Write an organisation, new or not, and the communes it serves (None: as they are).

    Raises ``PermissionDenied`` when ``by`` may not, ``ValidationError`` when people still act in a kind that
    is taken away, or when no pilot would be left.
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
        if "network_organisation_kind_in_use" not in _constraint(error):
            raise
        raise ValidationError(
            {"kinds": "Des personnes agissent encore à ce titre\u00a0: fermez d’abord leurs rattachements."}
        ) from error
    return organisation


def _constraint(error: IntegrityError) -> str:
    """The name of the database constraint that refused, as the driver reports it."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or "")
