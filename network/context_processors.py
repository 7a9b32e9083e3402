"""What every page shows around its content."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from lifecycle.actors import Actor
from network.enums import OrganisationKind, Role
from network.permissions import (
    acts_as,
    follows_conventions,
    follows_equipment,
    is_pilot,
    protects_data,
    reads_reports,
    seeks_donors,
)
from network.sessions import end_told

TECHNICIAN = (Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
ALLOTS = (Role.MANAGER, OrganisationKind.RECONDITIONER)
WORKER = (Role.WORKER, OrganisationKind.PRESCRIBER)
ADVISERS = ((Role.ADVISER, OrganisationKind.DISTRIBUTOR), (Role.ADVISER, OrganisationKind.RELAY))
CONNECTS = (WORKER, (Role.ADVISER, OrganisationKind.DISTRIBUTOR))

NAVIGATION: tuple[tuple[str, str, Callable[[Actor], bool]], ...] = (
    ("À faire", "desk:home", lambda actor: True),
    ("Établi", "refurb:bench", lambda actor: acts_as(actor, TECHNICIAN)),
    ("Lots", "donations:donation_list", follows_equipment),
    ("Prospection", "donations:prospect_list", seeks_donors),
    ("Appareils", "refurb:device_list", follows_equipment),
    ("À affecter", "distribution:allotment", lambda actor: acts_as(actor, ALLOTS)),
    ("Rayon", "distribution:shelf", lambda actor: acts_as(actor, *ADVISERS)),
    (
        "Livraisons",
        "distribution:delivery_list",
        lambda actor: is_pilot(actor) or acts_as(actor, TECHNICIAN, *ADVISERS),
    ),
    ("Conventions", "conventions:convention_list", follows_conventions),
    ("Prescriptions", "prescriptions:prescription_list", lambda actor: is_pilot(actor) or acts_as(actor, WORKER)),
    ("Demandes", "prescriptions:prescription_list", lambda actor: acts_as(actor, *ADVISERS)),
    ("Besoins", "prescriptions:need_list", is_pilot),
    ("Foyers", "prescriptions:household_list", lambda actor: acts_as(actor, WORKER)),
    ("Demandes de droits", "prescriptions:rights_request_list", protects_data),
    ("Incidents", "refurb:incident_list", protects_data),
    ("Connexions", "connectivity:connection_list", lambda actor: is_pilot(actor) or acts_as(actor, *CONNECTS)),
    ("Offres", "connectivity:offer_list", lambda actor: acts_as(actor, (Role.ADVISER, OrganisationKind.RELAY))),
    ("Demandes", "connectivity:queue", lambda actor: acts_as(actor, (Role.AGENT, OrganisationKind.OPERATOR))),
    ("Déploiement", "network:rollout_list", reads_reports),
    ("Rapports", "reports:report_list", reads_reports),
    ("Organisations", "network:organisation_list", lambda actor: True),
    ("Courrier", "documents:mail_list", is_pilot),
    ("Administration", "desk:administration", is_pilot),
)
"""Label, URL name, and who finds the entry in his navigation: nobody is led to a page that refuses him."""
MOST = 9
"""How many entries fit in one line; of more, those of ``BEHIND`` are under « Plus »."""
BEHIND = frozenset({"Prospection", "Déploiement", "Organisations", "Courrier", "Administration"})
"""What keeps the house rather than what goes through it, for whoever has many entries."""


def site(request: HttpRequest) -> dict[str, Any]:
    """``demo``: is it one; ``navigation``: the main links; ``navigation_behind``: the rest.

    ``session_end``: when the session of whoever is signed in ends.
    """
    entries = navigation(request)
    behind = [entry for entry in entries if entry["behind"]]
    signed_in = hasattr(request, "session") and hasattr(request, "user") and request.user.is_authenticated
    ends = end_told(request) if signed_in else None
    return {"demo": settings.DEMO, "navigation": entries, "navigation_behind": behind, "session_end": ends}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries the acting person may use, with the one he is in; of many, some are ``behind`` « Plus »."""
    membership = getattr(request, "membership", None)
    if membership is None:
        return []
    entries = [(label, reverse(name)) for label, name, is_for in NAVIGATION if is_for(membership)]
    shown: list[dict[str, Any]] = [
        {"label": label, "url": url, "current": _is_within(request.path, url)} for label, url in entries
    ]
    current = [entry for entry in shown if entry["current"]]
    for entry in current:
        entry["current"] = len(entry["url"]) == max(len(other["url"]) for other in current)
    for entry in shown:
        entry["behind"] = len(shown) > MOST and entry["label"] in BEHIND
    return shown


def _is_within(path: str, url: str) -> bool:
    """Every page is under the first one, which is only the current entry on itself."""
    return path == url if url == "/" else path.startswith(url)
