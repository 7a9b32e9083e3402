"""What connection adds to the pages of prescriptions: the files of a need, of a prescription, of a household."""

from django.db.models import QuerySet
from django.utils import timezone

from connectivity.models import ConnectionFile, CopperClosure
from connectivity.permissions import can_answer_connection, can_propose_connection, sees_connections, sees_offers
from connectivity.services.offers import facts_of, offers_for
from connectivity.services.reach import here_of
from lifecycle.actors import Actor
from lifecycle.registry import Panel, panel
from prescriptions.enums import CONNECTION_KINDS, NeedKind, NeedState
from prescriptions.models import Household, Need, Prescription
from prescriptions.noted import tell_noted

TITLE = "Connexion"


def of_need(need: Need, actor: Actor) -> Panel | None:
    """The files of a need of connection, and the way to open one when it waits."""
    return _panel(Need.objects.filter(pk=need.pk), actor)


def of_prescription(prescription: Prescription, actor: Actor) -> Panel | None:
    """The files of the needs of connection of a prescription."""
    return _panel(Need.objects.filter(prescription=prescription), actor)


def of_household(household: Household, actor: Actor) -> Panel | None:
    """Every file of a household, whatever its prescription."""
    return _panel(Need.objects.filter(prescription__household=household), actor)


def _panel(among: "QuerySet[Need]", actor: Actor) -> Panel | None:
    """None when there is no need of connection, or for an actor to whom files are closed."""
    if sees_connections(actor) is None or can_answer_connection(actor) is not None:
        return None
    needs = list(among.filter(kind__in=CONNECTION_KINDS).select_related("prescription").order_by("pk"))
    if not needs:
        return None
    files = ConnectionFile.objects.visible_to(actor).filter(need__in=[need.pk for need in needs])
    serves = can_propose_connection(actor) is not None
    own = {need.pk: _serves(need, actor) and serves and _waits(need) for need in needs}
    wanted = {need.pk for need in needs if need.prescription.declined_at is None}
    shown = list(files.select_related("offer", "operator").order_by("-pk"))
    context = {
        "files": shown,
        "stopped": {file.pk for file in shown if serves and file.need_id in wanted and file.next_step},
        "waiting": [need for need in needs if own[need.pk]],
    }
    return {"title": TITLE, "template": "connectivity/_panel.html", "context": context}


def _waits(need: Need) -> bool:
    """Whether offers may be proposed: its household has not answered that it needs it no more."""
    return need.state == NeedState.WAITING and need.prescription.declined_at is None


def _serves(need: Need, actor: Actor) -> bool:
    return actor.organisation_id in (need.prescription.prescriber_id, need.prescription.distributor_id)


def of_noted(prescription: Prescription, actor: Actor) -> Panel | None:
    """What the facts noted so far say of the offers of the day, for each need of connection that is asked."""
    if not sees_offers(actor):
        return None
    needs = list(prescription.needs.unsettled().filter(kind__in=CONNECTION_KINDS).order_by("pk"))
    if not needs:
        return None
    day = timezone.localdate()
    commune = prescription.commune_id or prescription.household.commune_id
    closure, here = CopperClosure.objects.of(commune, day), here_of(commune, day, household=prescription.household_id)
    seen = facts_of(needs[0])
    copper = None if closure is None else closure.copper
    kinds = dict.fromkeys(need.kind for need in needs)
    told = [(NeedKind(kind).label, offers_for(kind, seen, copper, day, here)) for kind in kinds]
    return {"title": TITLE, "template": "connectivity/_offers_told.html", "context": {"told": told, "is_short": True}}


def register_panels() -> None:
    """Add the panels, in the order of the pages."""
    tell_noted(of_noted)
    panel("prescriptions.Need", of_need)
    panel("prescriptions.Prescription", of_prescription)
    panel("prescriptions.Household", of_household)
