"""A household takes its agreement back (RGPD, article 7, 3)."""

from datetime import datetime

from lifecycle import gate
from lifecycle.actors import Actor
from prescriptions.models import Prescription
from prescriptions.nir import refuse_nir


def revoke_prescription(
    *, actor: Actor, prescription: Prescription, channel: str, at: datetime | None = None, comment: str = ""
) -> Prescription:
    """The household takes its agreement back, told by ``channel`` (RGPD, article 7, 3): the distributor reads no more.

    Raises Unknown, PermissionDenied, Refused.
    """
    refuse_nir(comment=comment)
    revoked: Prescription = gate.apply(prescription, "revoke", actor=actor, at=at, comment=comment, channel=channel)
    return revoked
