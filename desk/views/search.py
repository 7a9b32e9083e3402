"""The search box of every page: it is posted, so that no name is in an address; a scanner types in it too."""

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lifecycle.actors import Actor
from lifecycle.once import only_reads
from lifecycle.references import scanned
from lifecycle.registry import SHOWN_OF_A_KIND, Found, registry
from network.requests import Request

FIELD = "recherche"
LONGEST = 120
"""Beyond that many characters, nothing is searched either: what is typed comes back whole, with a sentence."""
SHORTEST = 2
"""Under this many characters, nothing is searched."""


@only_reads
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: Request) -> HttpResponse:
    """Go straight to what has this reference, label or serial number; list what else is found, by kind."""
    typed = " ".join(request.POST.get(FIELD, "").split())
    is_long = len(typed) > LONGEST
    wanted = scanned(typed)
    found = [] if is_long else found_by(wanted, request.membership)
    if not found and not is_long and wanted != typed:  # a name may be made as a reference is
        found = found_by(typed, request.membership)
    exact = {one.url for one in found if one.is_exact}
    if len(exact) == 1:
        return redirect(exact.pop())
    groups = [(kind, list(rows)) for kind, rows in groupby(found, lambda one: one.kind)]
    context = {
        "searched": typed,
        "is_long": is_long,
        "longest": LONGEST,
        "is_short": 0 < len(typed) < SHORTEST,
        "count": sum(len(rows[:SHOWN_OF_A_KIND]) for _, rows in groups),
        "has_more": any(len(rows) > SHOWN_OF_A_KIND for _, rows in groups),
        "groups": [(kind, rows[:SHOWN_OF_A_KIND], len(rows) > SHOWN_OF_A_KIND) for kind, rows in groups],
    }
    return render(request, "desk/search.html", context)


def found_by(wanted: str, actor: Actor) -> list[Found]:
    """What every app finds for this person, in the order of its registration; one query or two per finder."""
    if len(wanted) < SHORTEST:
        return []
    return [one for finder in registry.finders.values() for one in finder(wanted, actor)]
