"""What is said of a line to come on the sheet of the request and on the household's own page, in its language.

What the household does once its offer is chosen is on its sheet of connection; the day of a visit is here too, as long
as it stands.
"""

from collections.abc import Mapping

from django.utils import timezone

from connectivity.called_off import called_off_day
from connectivity.enums import ConnectionState
from connectivity.models import ConnectionFile
from lifecycle.actors import SignedLink
from lifecycle.registry import Move, on_transition
from prescriptions.enums import CONNECTION_KINDS, ContactAbout, NeedKind
from prescriptions.expecting import expected_from
from prescriptions.models import Need, Prescription, RightsRequest
from prescriptions.own_parts import OwnPart, own_part
from prescriptions.saying import WEEKDAY, TranslatableDay, translatable
from prescriptions.services.contacts import overtake_contacts
from prescriptions.sheets import renew_sheets_of
from typography.french import in_a_sentence

PART = "connectivity/own_line.html"
TO_CHOOSE = "Des offres sont à choisir\u00a0: voyez votre travailleur social."
AT_HOME = "Soyez chez vous {day}, {slot}\u00a0: on vient raccorder votre logement."
IN_DOUBT = (
    "Vous avez déménagé\u00a0: le raccordement prévu {day}, {slot}, n’est pas encore confirmé à votre nouvelle adresse."
    " Demandez à votre travailleur social s’il a lieu."
)
NO_TECHNICIAN = "Votre ligne est prévue {day}, {slot}. D’ici là, vous n’avez rien à faire."
NOBODY_COMES = "N’attendez personne le {day}\u00a0: le raccordement prévu n’aura pas lieu ce jour-là."


def to_choose(need: Need) -> str | None:
    """What its household does while offers are proposed and none is chosen; None otherwise. One query for a line."""
    if need.kind not in CONNECTION_KINDS:
        return None
    waits = ConnectionFile.objects.filter(need=need, state=ConnectionState.PROPOSED)
    return TO_CHOOSE if waits.exists() else None


def visit_told(file: ConnectionFile) -> str:
    """The day of its visit and what the household does then, or that nobody comes; empty when no day is to come."""
    now = timezone.now()
    off = called_off_day(file, now)
    if off is not None:
        return translatable(NOBODY_COMES, day=TranslatableDay.of(off, WEEKDAY))
    planned = file.appointment_on if file.state == ConnectionState.SCHEDULED else None
    if planned is None or planned < timezone.localdate(now):
        return ""
    if file.need.kind == NeedKind.MOBILE_CONNECTION:
        said = NO_TECHNICIAN
    else:
        said = IN_DOUBT if file.is_visit_to_confirm() else AT_HOME
    slot = in_a_sentence(file.get_appointment_slot_display())
    return translatable(said, day=TranslatableDay.of(planned, WEEKDAY), slot=slot)


def line_part(prescription: Prescription, actor: SignedLink, asked: Mapping[str, str]) -> OwnPart | None:
    """The visit of each line to come: what is to be done first of all on the page, but of a household that asked that
    its data be kept and used for nothing, which reads it below: whoever was asked to come may come.
    """
    files = (
        ConnectionFile.objects.filter(need__prescription=prescription).order_by("need_id", "-pk").distinct("need_id")
    )
    looked_for = files.select_related("need")
    told = [said for file in looked_for if (said := visit_told(file))]
    if not told:
        return None
    limited = RightsRequest.objects.limits(prescription.household_id)
    return OwnPart(PART, {"visits": told}, todo="" if limited else told[0])


def tell_chosen(move: Move) -> None:
    """An offer is chosen, with the household: its sheet says so, and nobody has offers to tell it of any more, unless
    its other line has some.
    """
    first = [row.pk for row in move.rows if row.source == ConnectionState.PROPOSED]
    needs = Need.objects.filter(connections__in=first)
    renew_sheets_of(needs.values_list("pk", flat=True), move)
    waits = ConnectionFile.objects.filter(state=ConnectionState.PROPOSED).values("need__prescription")
    told = needs.exclude(prescription__in=waits).values_list("prescription", flat=True)
    overtake_contacts(told, move.at, about=ContactAbout.OFFERS)


def register() -> None:
    """The registrations of this subject."""
    expected_from(to_choose)
    own_part(line_part)
    on_transition("connection", "choose", tell_chosen)
