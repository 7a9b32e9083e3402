"""« À faire »: the first page of whoever is signed in, and the whole of one of its blocks: both name households."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.services.visits import note_visit
from desk.todo.blocks import arranged, in_turn, lines_of
from desk.todo.changes import changes_since
from desk.todo.pages import page_for
from desk.views.public import welcome
from lifecycle.unkept import unkept
from network.middleware import without_role
from network.requests import OpenRequest, Request, acts

PER_PAGE = 50
MOST_SENTENCES = 5
"""Of blocks with nothing in them: more are folded under what is to do."""
FIRST_TIME = timedelta(days=7)
"""What a person who comes for the first time is told of."""


@login_not_required
@require_safe
def home(request: OpenRequest) -> HttpResponse:
    """The public page for a visitor, « À faire » for whoever is signed in and acts in a role."""
    if not request.user.is_authenticated:
        return welcome(request)
    if not acts(request):
        return without_role(request)
    return todo(request)


def todo(request: Request) -> HttpResponse:
    """What waits for whoever acts, what is late first; what changed since the last visit."""
    actor, at = request.membership, timezone.now()
    visit = note_visit(membership=actor, at=at)
    page = page_for(actor, at)
    shown = arranged(page.blocks)
    blocks, quiet = [one for one in shown if one.count], [one for one in shown if not one.count]
    foldable = [one for one in quiet if not one.block.is_wanted_empty]
    folded = foldable if blocks and len(foldable) > MOST_SENTENCES else []
    context = {
        "page": page,
        "blocks": blocks,
        "quiet": quiet,
        "unfolded": [one for one in quiet if one not in folded],
        "folded": folded,
        "changes": changes_since(actor, page.changes, visit or at - FIRST_TIME, at),
        "visit": visit,
        "above": [(part.template, part.make()) for part in page.above],
        "below": [(part.template, part.make()) for part in page.below],
    }
    return unkept(render(request, "desk/todo.html", context))


@require_safe
def block(request: Request, key: str) -> HttpResponse:
    """All the rows of one block: of those that no other list shows."""
    blocks = page_for(request.membership, timezone.now()).blocks
    found = next((one for one in blocks if one.key == key and not one.url), None)
    if found is None:
        raise Http404
    rows = in_turn(found) if isinstance(found.rows, QuerySet) else found.rows()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = lines_of(found, page) if isinstance(found.rows, QuerySet) else [found.line(row) for row in page]
    return unkept(render(request, "desk/block.html", {"found": found, "page": page, "lines": lines}))
