"""What the search box finds here: files, their needs, rights that are exercised, behind the walls of domaine §6.1.

A household is found by its name by those who follow or serve it; the pilot, who reads totals, finds none by its name.
"""

from collections.abc import Iterator

from django.urls import reverse

from lifecycle.actors import Actor
from lifecycle.registry import LOOKED_FOR, SHOWN_OF_A_KIND, Found, find
from network.permissions import is_pilot
from prescriptions.models import Household, Need, Prescription, RightsRequest
from prescriptions.permissions import sees_households, sees_rights_requests, works
from prescriptions.services.households import record_sightings
from prescriptions.views.lists import matching

PAGE = "search"
"""How the log of accesses calls an answer that names households."""


def register_finders() -> None:
    """Answer the search box."""
    find("prescriptions.households", households)
    find("prescriptions.prescriptions", prescriptions)
    find("prescriptions.needs", needs)
    find("prescriptions.rights", rights_requests)


def households(text: str, actor: Actor) -> Iterator[Found]:
    """By reference; by name, telephone or e-mail for those who follow or serve them, which is logged; two queries."""
    if sees_households(actor) is None:
        return
    seen = Household.objects.visible_to(actor)
    found = list(matching(seen, text, actor).select_related("commune", "prescriber")[:LOOKED_FOR])
    if found and not works(actor) and not is_pilot(actor):
        record_sightings(actor=actor, households=[household.pk for household in found[:SHOWN_OF_A_KIND]], what=PAGE)
    for household in found:
        named = household.reference if is_pilot(actor) else household.name
        place = household.commune or "commune non renseignée"
        yield Found(
            kind="Foyers",
            title=f"Foyer {named}",
            said=f"{household.reference}, {place}, suivi par {household.prescriber}",
            url=reverse("prescriptions:household_detail", args=[household.reference]),
            row=household,
            is_exact=_is(household.reference, text),
        )


def prescriptions(text: str, actor: Actor) -> Iterator[Found]:
    """By reference; one query."""
    rows = Prescription.objects.visible_to(actor).filter(reference__iexact=text).select_related("prescriber")
    for prescription in rows[:LOOKED_FOR]:
        yield Found(
            kind="Prescriptions",
            title=f"Prescription {prescription}",
            said=str(prescription.prescriber),
            url=reverse("prescriptions:prescription_detail", args=[prescription.reference]),
            row=prescription,
            is_exact=True,
        )


def needs(text: str, actor: Actor) -> Iterator[Found]:
    """By reference; one query."""
    rows = Need.objects.visible_to(actor).filter(reference__iexact=text).select_related("prescription")
    for need in rows[:LOOKED_FOR]:
        yield Found(
            kind="Besoins",
            title=f"{need.get_kind_display()}, besoin {need}",
            said=f"Prescription {need.prescription}",
            url=reverse("prescriptions:need_detail", args=[need.reference]),
            row=need,
            is_exact=True,
        )


def rights_requests(text: str, actor: Actor) -> Iterator[Found]:
    """By the number that whoever asked keeps; nobody is named; one query for those who may see some."""
    if sees_rights_requests(actor) is None:
        return
    for asked in RightsRequest.objects.visible_to(actor).filter(reference__iexact=text)[:LOOKED_FOR]:
        yield Found(
            kind="Demandes de droits",
            title=f"{asked.get_kind_display()}, demande {asked}",
            said=asked.get_state_display(),
            url=reverse("prescriptions:rights_request_detail", args=[asked.reference]),
            row=asked,
            is_exact=True,
        )


def _is(reference: str, text: str) -> bool:
    return reference.casefold() == text.casefold()
