"""Who is told, of a household that was corrected or moved: the operators that work on a request of it."""

from datetime import datetime

from connectivity import emails
from connectivity.documents import freeze_operator_file
from connectivity.enums import TO_ANSWER
from connectivity.models import ConnectionFile, Transmission
from connectivity.services.links import send_link
from connectivity.services.transmissions import AROUND, to_tell, transmit
from lifecycle.actors import Actor
from lifecycle.in_order import by_key
from lifecycle.registry import Move
from prescriptions.models import Household, RightsRequest
from typography.french import day


def tell_correction_to_operators(household: Household, actor: Actor, at: datetime) -> list[str]:
    """An operator that works on a request of this household is told anew what it was told otherwise.

    Not of a household that limits its data: what it agreed to is suspended.
    """
    files = ConnectionFile.objects.filter(
        need__prescription__household=household.pk, state__in=TO_ANSWER, operator__is_active=True
    )
    seen = set(ConnectionFile.objects.visible_to(actor).filter(pk__in=files.values("pk")).values_list("pk", flat=True))
    said = []
    for file in by_key(files.select_related(*AROUND)):
        told = Transmission.objects.filter(file=file, operator=file.operator_id).first()
        now = to_tell(file)
        if told is None or all(getattr(told, name) == now[name] for name in Transmission.PERSONAL):
            continue
        if RightsRequest.objects.restricting().filter(household=household.pk).exists():
            return []
        move = Move("household", "edit", actor, at, None, {})
        freeze_operator_file(file, transmit(file=file, at=at), move)
        told_it = emails.corrected_for_operator(file, at) or send_link(connection=file, at=at, corrected=True)
        if file.pk in seen:
            said.append(
                f"Demande {file.reference}\u00a0: l’opérateur reçoit la correction ({file.operator}){_visit_of(file)}."
                if told_it
                else f"Demande {file.reference}\u00a0: {file.operator} n’a pas d’adresse, dites-lui la correction."
            )
    return said


def _visit_of(file: ConnectionFile) -> str:
    """What its operator is asked of the visit that was planned before."""
    if not file.is_visit_to_confirm():
        return ""
    return f", et confirme ou change le raccordement du {day(file.appointment_on)}"
