"""A device of another territory for a need: an adviser asks in writing, the pilot says why not, or grants it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from distribution.enums import SERVES, DerogationKind
from distribution.machine.household_rules import out_of_territory
from distribution.models.hand_over import Derogation, DerogationRequest
from distribution.permissions import can_ask_derogation, can_grant_derogation
from distribution.services.hand_overs import ALREADY_GRANTED, NOT_EQUIPMENT, answer_request
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import lock
from lifecycle.machine import Reason
from prescriptions.enums import NeedState
from prescriptions.models import Household, Need
from prescriptions.unnamed import refuse_named
from refurb.enums import DeviceState
from refurb.models import Device

REASON_ASKED = Reason("reason", "Écrivez pourquoi vous demandez une dérogation.", field="reason")
REASON_REFUSED = Reason("reason", "Écrivez pourquoi la dérogation est refusée.", field="reason")
ALREADY_ASKED = Reason("already_asked", "Une demande attend déjà la réponse du pilote pour ce besoin.")
NOT_ASKED = Reason("not_asked", "Aucune demande n’attend de réponse pour ce besoin.")
NOT_WAITING = Reason("not_waiting", "Ce besoin n’attend pas d’appareil.")


@gate.one_transaction
def ask_derogation(
    *, actor: Actor, need: Need, kind: DerogationKind | str, reason: str, at: datetime | None = None
) -> DerogationRequest:
    """Ask the pilot to let a device of another territory serve a need: what waits, or what is put aside for a household
    that moved.

    Raises Unknown, PermissionDenied, Refused.
    """
    allowed = can_ask_derogation(actor)
    if allowed is None:
        raise PermissionDenied
    held = _locked(actor, need)
    if not Need.objects.filter(allowed, pk=need.pk).exists():
        raise PermissionDenied
    moved = Device.objects.main().filter(out_of_territory(), need=need, state=DeviceState.RESERVED)
    if held.state != NeedState.WAITING and not moved.exists():
        raise Refused({need.pk: (NOT_WAITING,)})
    if not reason.strip():
        raise Refused({need.pk: (REASON_ASKED,)})
    refuse_named(actor, Household.objects.filter(prescriptions__needs=need), reason=reason)
    if DerogationRequest.objects.pending().filter(need=need).exists():
        raise Refused({need.pk: (ALREADY_ASKED,)})
    return DerogationRequest.objects.create(
        need=need,
        kind=DerogationKind(kind),
        reason=reason.strip(),
        asked_at=at or timezone.now(),
        asked_by_id=actor.pk,  # type: ignore[misc]  # an adviser is a membership
    )


@gate.one_transaction
def refuse_derogation(*, actor: Actor, need: Need, reason: str, at: datetime | None = None) -> int:
    """Answer the request that waits: no, and why. It may be asked again. Returns 1.

    Raises Unknown, PermissionDenied, Refused.
    """
    if can_grant_derogation(actor) is None:
        raise PermissionDenied
    _locked(actor, need)
    if not reason.strip():
        raise Refused({need.pk: (REASON_REFUSED,)})
    refuse_named(actor, Household.objects.filter(prescriptions__needs=need), reason=reason)
    if not answer_request(actor=actor, need=need, granted=False, words=reason.strip(), at=at or timezone.now()):
        raise Refused({need.pk: (NOT_ASKED,)})
    return 1


def _locked(actor: Actor, need: Need) -> Need:
    """The need, locked: of equipment, and without a derogation yet. Raises Unknown, Refused."""
    if not Need.objects.visible_to(actor).filter(pk=need.pk).exists():
        raise Unknown
    lock(Need, [need.pk], "FOR NO KEY UPDATE")
    if need.kind not in SERVES:
        raise Refused({need.pk: (NOT_EQUIPMENT,)})
    if Derogation.objects.filter(need=need).exists():
        raise Refused({need.pk: (ALREADY_GRANTED,)})
    return Need.objects.get(pk=need.pk)
