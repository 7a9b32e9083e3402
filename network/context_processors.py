"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.permissions import acts_as, is_pilot

EVERYONE = frozenset(Kind)
NAVIGATION: tuple[tuple[str, str, frozenset[Kind]], ...] = (
    (
        "Lots",
        "refurb:donation_list",
        frozenset({Kind.DEPARTEMENT, Kind.DONOR, Kind.RECONDITIONER, Kind.EPCI, Kind.HUB}),
    ),
    (
        "Appareils",
        "refurb:device_list",
        frozenset({Kind.DEPARTEMENT, Kind.DONOR, Kind.RECONDITIONER, Kind.DISTRIBUTOR, Kind.RELAY}),
    ),
    ("Rapports", "reports:report_list", EVERYONE),
    ("Organisations", "network:organisation_list", EVERYONE),
)
"""Label, URL name, and the kinds whose people find the entry in their navigation."""
FOR_THE_PILOT = (("Courrier", "documents:mail_list"),)
FOR_THE_WORKSHOP = ("Établi", "refurb:bench")


def site(request: HttpRequest) -> dict[str, Any]:
    """``demo``: whether this is the demonstration; ``navigation``: the main links of whoever acts."""
    return {"demo": settings.DEMO, "navigation": navigation(request)}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries the acting person may use, with the one he is in; an app that is not there is left out."""
    membership = getattr(request, "membership", None)
    if membership is None:
        return []
    entries = [(label, name) for label, name, kinds in NAVIGATION if membership.kind in kinds]
    if acts_as(membership, (Role.TECHNICIAN, Kind.RECONDITIONER)):
        entries.insert(0, FOR_THE_WORKSHOP)
    if is_pilot(membership):
        entries += FOR_THE_PILOT
    shown = []
    for label, name in entries:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        shown.append({"label": label, "url": url, "current": request.path.startswith(url)})
    current = [entry for entry in shown if entry["current"]]
    for entry in current:
        entry["current"] = len(entry["url"]) == max(len(other["url"]) for other in current)
    return shown
