"""What is done of a review: an opinion, or the way out when the circuit is stuck; one page each."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from conventions.enums import ReviewSubject
from conventions.forms.people import HandOnForm, PassOverForm, ReplaceForm
from conventions.models import Review
from conventions.parameters import PASS_OVER_DAYS
from conventions.permissions import can_pass_over_review
from conventions.views.circuit import REVIEW_PAGES
from conventions.views.rows import others_to_ask
from lifecycle.pages import Page
from network.requests import Request


def _days(request: Request, review: Review) -> Mapping[str, Any]:
    return {"days": PASS_OVER_DAYS.on(timezone.localdate())}


def _way_out(request: Request, review: Review) -> Mapping[str, Any]:
    """Whether the page leads whoever replaces to passing over the opinion, and after how many days that is done."""
    scope = can_pass_over_review(request.membership)
    passable = review.subject != ReviewSubject.DATA_PROTECTION and review.due_on < timezone.localdate()
    passes = passable and scope is not None and Review.objects.filter(scope, pk=review.pk).exists()
    return {"passes": passes, **_days(request, review)}


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
        context=_days,
        template="conventions/actions/review_pass_over.html",
    ),
)

urlpatterns = REVIEW_PAGES.urls("relectures", PAGES)
