"""The rows a page is about: fetched among those one may see, and each opening written in the log of accesses."""

from typing import Any

from django.shortcuts import get_object_or_404

from lifecycle.actors import Actor
from lists.parts import Named
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.enums import HouseholdState
from prescriptions.models import Household, Need, Prescription
from prescriptions.permissions import relays, works
from prescriptions.services.households import record_access, record_accesses, record_sightings


def visible_household(request: Request, reference: str) -> Household:
    """The household, if the person may see it; else a 404. The opening is recorded."""
    seen = Household.objects.visible_to(request.membership).select_related("prescriber", "commune__epci", "same_as")
    household = get_object_or_404(seen, reference=reference)
    return opened(request, household, household)


def visible_prescription(request: Request, reference: str) -> Prescription:
    """The prescription, if the person may see it; else a 404. The opening of its household’s file is recorded."""
    seen = Prescription.objects.visible_to(request.membership).select_related(
        "household__commune", "prescriber", "worker__user", "adviser__user", "distributor", "commune", "epci"
    )
    prescription = get_object_or_404(seen, reference=reference)
    return opened(request, prescription.household, prescription)


def visible_need(request: Request, reference: str) -> Need:
    """The need, if the person may see it; else a 404. The opening of its household’s file is recorded."""
    seen = Need.objects.visible_to(request.membership).select_related(
        "prescription__household", "prescription__prescriber", "prescription__distributor", "mediation", "epci"
    )
    need = get_object_or_404(seen, reference=reference)
    return opened(request, need.prescription.household, need)


def named_by(request: Request, path: str) -> Named | None:
    """What a list logs that names the households at the end of ``path``: none for the pilot, to whom it names none.

    A worker’s own list is no opening; a list that leaves as a file is one for everybody.
    """
    actor = request.membership
    if is_pilot(actor):
        return None
    match: Any = request.resolver_match
    page = match.url_name
    return Named(
        path,
        shown=None if works(actor) else lambda pks: record_sightings(actor=actor, households=pks, what=page),
        taken=lambda pks: record_accesses(actor=actor, households=pks, what=f"{page}_export"),
    )


def opened[R](request: Request, household: Household, row: R) -> R:
    """The row, once it is written who opened which page of the household’s file, emptied of what he is not to read."""
    match: Any = request.resolver_match
    record_access(actor=request.membership, household=household, what=match.url_name)
    veil(household, request.membership)
    return row


def is_veiled(household: int, actor: Actor) -> bool:
    """Whether this household is not named to this reader; no query but for a pilot."""
    return is_pilot(actor) and not Household.objects.named_to(actor).filter(pk=household).exists()


def veil(household: Household, actor: Actor) -> None:
    """Leave in this copy what its reader needs: no name for a pilot who gave no reason, no birth date for a relay."""
    if is_pilot(actor):
        named = household.state == HouseholdState.ANONYMISED or Household.objects.named_to(actor).contains(household)
        if not named:
            household.veil()
    elif relays(actor):
        household.birth_date = household.emancipated_on = None
