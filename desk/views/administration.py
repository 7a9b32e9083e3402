"""Administration for the pilot: the families of reference data, their rows along time, and who changed them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from connectivity.models import CopperClosure, MobileCoverage, TechnologyShare
from desk.models import ReferenceChange
from desk.organisations import state_of_play
from desk.reference.lines import told_lines
from desk.reference.reading import by_group, cards, counts_of, leaning, named_like, traces
from network.models import Commune, Epci, Invitation
from network.parameters import INVITATION_DAYS
from network.permissions import is_pilot
from network.requests import Request
from reference.dated import Dated
from reference.families import STATES, Family, families, state_of
from refurb.models import ProcessorScore

PER_PAGE = 50
LATEST = 8
TONES = {"en-vigueur": "done", "a-venir": "todo", "passe": ""}
FROM_A_FILE: Mapping[type[Model], str] = MappingProxyType(
    {
        ProcessorScore: "desk:scores_import",
        CopperClosure: "desk:closures_import",
        TechnologyShare: "desk:shares_import",
        MobileCoverage: "desk:coverages_import",
    }
)
"""The page that imports rows of a family from a file, for those that have one."""


@require_safe
def home(request: Request) -> HttpResponse:
    """What the pilot keeps: people, places, and every family of reference data with what asks for attention."""
    pilot_only(request)
    found = cards(timezone.localdate())
    latest = ReferenceChange.objects.visible_to(request.membership).select_related("by__user")[:LATEST]
    context = {
        "groups": by_group(found),
        "expired": sum(card.expired for card in found),
        "ending": sum(card.ending for card in found),
        "unconfirmed": sum(card.unconfirmed for card in found),
        "unchecked": sum(card.unchecked for card in found),
        "traces": traces(latest),
    }
    return render(request, "desk/administration/home.html", context)


@require_safe
def reference_list(request: Request, family: str) -> HttpResponse:
    """The rows of a family: in force, to come, past, ending soon, to check again."""
    kept, today = family_of(request, family), timezone.localdate()
    state = request.GET.get("etat", "en-vigueur")
    if state not in STATES:
        raise Http404
    counts = counts_of(kept, today)
    typed = " ".join(request.GET.get("nom", "").split())
    rows = related(kept, named_like(kept, typed, kept.among(state, today)))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "family": kept,
        "page": page,
        "rows": [
            {"row": row, "name": kept.name(row), "cells": kept.cells(row), "soon": _ends_soon(row, today)}
            for row in page
        ],
        "heads": [kept.label(name) for name in kept.told],
        "state": state,
        "typed": typed,
        "states": [(code, label, counts[code]) for code, label in STATES.items() if _is_told(kept, code)],
        "from_file": FROM_A_FILE.get(kept.model, ""),
        "checks": state in ("en-vigueur", "bientot", "a-confirmer", "a-relire"),
    }
    return render(request, "desk/administration/reference_list.html", context)


@require_safe
def reference_detail(request: Request, family: str, pk: int) -> HttpResponse:
    """One version: what it says, who says so, what leans on it, the others along time, who changed it."""
    kept, today = family_of(request, family), timezone.localdate()
    row = row_of(kept, pk)
    state = state_of(row, today)
    versions = list(kept.versions(row))
    changes = ReferenceChange.objects.visible_to(request.membership).of(row).select_related("by__user")
    context = {
        "family": kept,
        "row": row,
        "name": kept.name(row),
        "state": STATES[state],
        "tone": TONES[state],
        "facts": kept.facts(row),
        "lines": [told_lines(kept, declared, row) for declared in kept.lines],
        "versions": [
            {"row": one, "name": kept.name(one), "cells": kept.cells(one), "state": STATES[state_of(one, today)]}
            for one in versions
        ],
        "leans": bool(row.keys_to_it()),
        "leaning": leaning(row),
        "is_used": kept.is_used(row, today),
        "is_past": state == "passe",
        "is_to_come": state == "a-venir",
        "traces": traces(changes),
    }
    return render(request, "desk/administration/reference_detail.html", context)


@require_safe
def territory(request: Request) -> HttpResponse:
    """The communes that merged and the EPCI, as loaded from the official files: to be read."""
    pilot_only(request)
    merged = Commune.objects.filter(merged_into__isnull=False).select_related("merged_into", "epci").alphabetical()
    context = {
        "epcis": Epci.objects.select_related("arrondissement").alphabetical(),
        "merged": merged,
        "communes": Commune.objects.in_departement().count(),
    }
    return render(request, "desk/administration/territory.html", context)


@require_safe
def competences(request: Request) -> HttpResponse:
    """The state of play of actors: who knows how to do what, and where nobody does."""
    pilot_only(request)
    known, silent = state_of_play()
    return render(request, "desk/administration/competences.html", {"competences": known, "silent": silent})


@require_safe
def invitations(request: Request) -> HttpResponse:
    """The invitations of every organisation that nobody answered, the oldest first."""
    pilot_only(request)
    now = timezone.now()
    waiting = Invitation.objects.visible_to(request.membership).pending().select_related("organisation")
    context = {
        "page": Paginator(waiting.order_by("sent_at", "pk"), PER_PAGE).get_page(request.GET.get("page")),
        "expired": waiting.filter(expires_at__lt=now).count(),
        "days": INVITATION_DAYS.on(timezone.localdate(now)),
        "now": now,
    }
    return render(request, "desk/administration/invitations.html", context)


def pilot_only(request: Request) -> None:
    """Raise PermissionDenied unless whoever acts steers for the Département."""
    if not is_pilot(request.membership):
        raise PermissionDenied


def family_of(request: Request, slug: str) -> Family:
    """The family of that address, for the pilot; raises PermissionDenied, Http404."""
    pilot_only(request)
    found = next((family for family in families() if family.slug == slug), None)
    if found is None:
        raise Http404
    return found


def related(family: Family, rows: Any) -> Any:
    """Rows with what their names need, in one query."""
    keys = [name for name in (*family.named, *family.told) if family.model._meta.get_field(name).is_relation]
    return rows.select_related(*keys) if keys else rows


def row_of(family: Family, pk: int) -> Dated:
    """The row of that key; a 404 when there is none."""
    row: Dated = get_object_or_404(related(family, family.rows), pk=pk)
    return row


def _is_told(family: Family, state: str) -> bool:
    return state != "a-confirmer" or family.confirms


def _ends_soon(row: Dated, today: Any) -> bool:
    return row.valid_to is not None and today <= row.valid_to
