"""What was done of an incident: written down by the pilot, who keeps the register of breaches."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from network.models import Membership
from refurb.enums import FollowUpKind
from refurb.models.incident import Incident, IncidentFollowUp
from refurb.permissions import can_note_incident

TO_COME = Reason("done_on", "Ce jour est à venir\u00a0: notez la suite une fois donnée.", field="done_on")
BEFORE_KNOWN = Reason("done_on", "Ce jour précède celui où l’incident a été connu.", field="done_on")
RISK_JUDGED = Reason(
    "words",
    "Écrivez pourquoi aucun risque n’est à craindre\u00a0: le registre des violations le demande.",
    field="words",
)


@gate.one_transaction
def note_incident(
    *,
    actor: Membership,
    incident: Incident,
    kind: FollowUpKind | str,
    done_on: date,
    number: str = "",
    words: str = "",
    at: datetime | None = None,
) -> IncidentFollowUp:
    """Write down what was done of an incident on a day; another may complete it later (RGPD, art. 33, 4 and 5).

    Raises Unknown, PermissionDenied, Refused.
    """
    if can_note_incident(actor) is None:
        raise PermissionDenied
    held = Incident.objects.visible_to(actor).filter(pk=incident.pk).first()
    if held is None:
        raise Unknown
    instant, followed = at or timezone.now(), FollowUpKind(kind)
    reasons = []
    if done_on > timezone.localdate(instant):
        reasons.append(TO_COME)
    if done_on < timezone.localdate(held.known_at):
        reasons.append(BEFORE_KNOWN)
    if followed == FollowUpKind.NO_RISK and not words.strip():
        reasons.append(RISK_JUDGED)
    if reasons:
        raise Refused({held.pk: tuple(reasons)})
    return IncidentFollowUp.objects.create(
        incident=held,
        kind=followed,
        done_on=done_on,
        number=number.strip(),
        words=words.strip(),
        recorded_at=instant,
        recorded_by=actor,
    )
