"""What is done of a review: an opinion, or the way out when the circuit is stuck; one page each."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from conventions.forms.people import HandOnForm, PassOverForm, ReplaceForm
from conventions.models import Review
from conventions.parameters import PASS_OVER_DAYS
from conventions.permissions import can_pass_over_review
from conventions.views.circuit import REVIEW_PAGES
from conventions.views.rows import others_to_ask
from lifecycle.pages import Page
from network.requests import Request


def _from_when(request: Request, review: Review) -> Mapping[str, Any]:
    """From which day one goes on without this opinion, and whether it has come."""
    today = timezone.localdate()
    passes_on = review.passes_on(PASS_OVER_DAYS.on(today))
    return {"passes_on": passes_on, "passes": passes_on is not None and passes_on <= today}


def _way_out(request: Request, review: Review) -> Mapping[str, Any]:
    """Whether the page leads whoever replaces to passing over the opinion, or says from which day it will."""
    scope = can_pass_over_review(request.membership)
    may = review.due_on < timezone.localdate() and scope is not None
    may = may and Review.objects.filter(scope, pk=review.pk).exists()
    return _from_when(request, review) if may else {}


PAGES: tuple[Page[Request], ...] = (
    Page(
        "hand_on",
        "confier",
        HandOnForm,
        done="Relecture confiée\u00a0: votre collègue reçoit un courriel",
        form_kwargs=others_to_ask,
    ),
    Page(
        "replace",
        "remplacer",
        ReplaceForm,
        done="Relecteur remplacé\u00a0: la nouvelle personne reçoit un courriel",
        form_kwargs=others_to_ask,
        context=_way_out,
        template="conventions/actions/review_replace.html",
    ),
    Page(
        "pass_over",
        "passer-outre",
        PassOverForm,
        done="Le circuit continue sans cet avis. La personne qui devait le donner est prévenue",
        context=_from_when,
        template="conventions/actions/review_pass_over.html",
    ),
)

urlpatterns = REVIEW_PAGES.urls("relectures", PAGES)
