"""The pages of reviewers: give an opinion, answer a point."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from conventions.enums import Party, ReviewState
from conventions.forms.circuit import (
    UNFAVOURABLE,
    PointAnswerForm,
    ReviewAnswerForm,
)
from conventions.models import (
    WHOLE_TEXT,
    Article,
    Convention,
    Review,
    ReviewPoint,
    TextVersion,
    articles_of,
)
from conventions.opinions import former_points, last_reopened
from conventions.permissions import (
    can_answer_review,
    can_hand_on_review,
    can_replace_review,
    can_write_convention,
)
from conventions.services.circuit import answer_points, answer_review, keep_notes
from conventions.views.changes import changes_since
from conventions.views.conventions import visible_convention
from conventions.views.remarks import remarks_of
from conventions.views.rows import back_to, of_its_convention, visible_row
from conventions.views.sheet import prices_of, quotas_of
from conventions.views.steps import named, step_of
from lifecycle.acting import answer, asks_then_acts, may, posted, refuse
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.pages import Pages
from network.requests import Request

# --- review


def visible_review(request: Request, reference: str) -> Review:
    """The review with who is asked, if the person may see it; else a 404."""
    return visible_row(Review, request, reference, "asked_of__user")


REVIEW_PAGES = Pages(
    Review,
    visible_review,
    "conventions/actions/_convention.html",
    back=lambda review: back_to(review, "reviews"),
    context=of_its_convention,
    step=lambda review, actor: step_of(review.convention, actor),
)
"""What the pages of the verbs of a review share."""


@asks_then_acts
def review_answer(request: Request, reference: str) -> HttpResponse:
    """The whole text with a box under each article, then the opinion."""
    review = visible_row(Review, request, reference, "asked_of__user", "reviewer__user")
    if not _acts_on(review, can_answer_review(request.membership)) and _was_asked(review, request.membership.pk):
        return _asked_of_another(request, review)
    convention = review.convention
    articles = articles_of(convention)
    kept = list(review.notes.select_related("by__user"))
    own = next((notes for notes in kept if notes.by_id == request.membership.pk), None)
    form = ReviewAnswerForm(posted(request), articles=articles, initial=own.said if own else {})
    over = review.state != ReviewState.ASKED
    if request.method == "POST" and "put_aside" in request.POST and _put_aside(request, review, form):
        return redirect(back_to(review, "reviews"))

    def opinion(form: ReviewAnswerForm) -> dict[str, Any]:
        data = form.cleaned_data
        return {
            "favourable": data["opinion"] != UNFAVOURABLE,
            "points": form.points(),
            "comment": data["comment"],
        }

    return REVIEW_PAGES.act(
        request,
        review,
        "answer",
        form,
        answer_review,
        values=opinion,
        done="Avis enregistré. Merci\u00a0: l’EPCI le voit dès maintenant",
        names={"points": "opinion"},
        template="conventions/actions/review_answer.html",
        prices=prices_of(convention),
        quotas=quotas_of(convention, request.membership),
        former=(former := _former_points(review, articles)),
        former_rounds=_of_rounds(former),
        hands_on=_acts_on(review, can_hand_on_review(request.membership)),
        replaces=_acts_on(review, can_replace_review(request.membership)),
        reopened=None if over else last_reopened(convention),
        changes=changes_since(convention, articles, request.membership),
        beside=[form.shown_notes(notes) for notes in kept if notes is not own],
        outrun=form.shown_notes(own) if own and review.reviewer_id else None,
        text_read=version_read(review, request.membership) if over else None,
        given_points=_points_given(review) if over else {},
    )


def _acts_on(review: Review, scope: Q | None) -> bool:
    """Whether a permission lets act on this review."""
    return scope is not None and Review.objects.filter(scope, pk=review.pk).exists()


def _was_asked(review: Review, member: int) -> bool:
    """Whether somebody was asked for this opinion: named by the EPCI, or instead of another since."""
    if review.asked_before_id == member:
        return True
    named = review.convention.reviewers_named.filter(subject=review.subject, membership=member)
    asked = review.journal.filter(verb__in=("hand_on", "replace"), values__to=member)
    return (review.party == Party.EPCI and named.exists()) or asked.exists()


def _asked_of_another(request: Request, review: Review) -> HttpResponse:
    """To one who was asked before: of whom it is asked now, and why."""
    context = {
        "review": review,
        "convention": review.convention,
        "step": step_of(review.convention, request.membership),
        "back": back_to(review, "reviews"),
    }
    return render(request, "conventions/actions/review_of_another.html", context)


def version_read(review: Review, actor: Actor) -> TextVersion | None:
    """The text as it stood in the round of a review, whatever it became; None when it was not kept."""
    versions = TextVersion.objects.visible_to(actor)
    return versions.filter(convention=review.convention_id, round=review.round).first()


def _points_given(review: Review) -> dict[str, list[ReviewPoint]]:
    """What an opinion asked to change, by the code of the article; "" is the whole text."""
    given: dict[str, list[ReviewPoint]] = {}
    for point in review.points.order_by("pk"):
        given.setdefault(point.clause, []).append(point)
    return given


def _put_aside(request: Request, review: Review, form: ReviewAnswerForm) -> bool:
    """A quarter of an hour of reading is not lost when the telephone rings; else the page keeps what it holds.

    Raises PermissionDenied.
    """
    try:
        keep_notes(actor=request.membership, review=review, notes=form.notes())
    except Refused as refused:
        form.errors.clear()
        refuse(form, refused, review, request.membership)
        return False
    messages.success(request, "Vos notes sont gardées. Votre avis n’est pas encore donné.")
    return True


def _former_points(review: Review, articles: list[Article]) -> list[ReviewPoint]:
    """What the same reviewer asked for in the rounds before, with the answers."""
    found = list(former_points(review))
    headings = {article.code: article.heading for article in articles}
    for point in found:
        point.about = headings.get(point.clause, WHOLE_TEXT)
    return found


def _of_rounds(points: list[ReviewPoint]) -> str:
    """Of which rounds they are: « de la relecture n° 1 », « des relectures n° 1 et 2 »."""
    rounds = sorted({point.review.round for point in points})
    told = named(str(one) for one in rounds)
    return f"des relectures n°\u00a0{told}" if len(rounds) > 1 else f"de la relecture n°\u00a0{told}"


@require_safe
def convention_points(request: Request, reference: str) -> HttpResponse:
    """The points of the last round, each with its own form."""
    convention = visible_convention(request, reference)
    may(can_write_convention(request.membership))
    return _points_page(request, convention)


@require_http_methods(["POST"])
def point_answer(request: Request, reference: str, pk: int) -> HttpResponse:
    """Answer the points that are typed, at least this one; while the text is being changed, they may be again."""
    convention = visible_convention(request, reference)
    may(can_write_convention(request.membership))
    points = ReviewPoint.objects.filter(review__convention=convention).select_related("review")
    point = get_object_or_404(points, pk=pk)
    form = PointAnswerForm(request.POST, prefix=f"point-{point.pk}")
    done = answer(
        request,
        form,
        lambda data: answer_points(
            actor=request.membership, answers=[(point, data["answer"]), *_typed_beside(request, point)]
        ),
        convention,
    )
    if done is None:
        return _points_page(request, convention, form, pk)
    messages.success(request, "Réponse enregistrée." if done == 1 else f"{done} réponses enregistrées.")
    return redirect(reverse("conventions:convention_points", args=[reference]) + f"#point-{pk}")


def _typed_beside(request: Request, point: ReviewPoint) -> list[tuple[ReviewPoint, str]]:
    """What the page holds for the other points: one button saves it all, nothing typed is lost."""
    others = ReviewPoint.objects.filter(
        review__convention=point.review.convention_id, review__round=point.review.round
    ).exclude(pk=point.pk)
    typed = [(other, PointAnswerForm(request.POST, prefix=f"point-{other.pk}")) for other in others]
    said = [(other, form.cleaned_data) for other, form in typed if form.is_valid()]
    return [(other, told["answer"]) for other, told in said if told["answer"] != told["was"]]


def _points_page(
    request: Request, convention: Convention, wrong: PointAnswerForm | None = None, pk: int = 0
) -> HttpResponse:
    found = list(
        ReviewPoint.objects.filter(review__convention=convention, review__round=convention.round)
        .select_related("review__organisation", "review__convention")
        .order_by("review", "pk")
    )
    articles = {article.code: article for article in articles_of(convention)}
    shown = []
    for point in found:
        known = {name: request.POST.get(f"point-{point.pk}-{name}", point.answer) for name in ("answer", "was")}
        form = wrong if wrong and point.pk == pk else PointAnswerForm(prefix=f"point-{point.pk}", initial=known)
        shown.append((point, articles.get(point.clause), form))
    context = {
        "convention": convention,
        "points": shown,
        "remarks": remarks_of(convention, request.membership),
        "left": sum(1 for point in found if point.answered_at is None),
        "open": convention.state == "changes_requested",
        "form": wrong or PointAnswerForm(),
        "back": reverse("conventions:convention_detail", args=[convention.reference]),
    }
    return render(request, "conventions/convention_points.html", context)
