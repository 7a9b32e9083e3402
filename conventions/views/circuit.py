"""The pages of reviewers and signatories: give an opinion, answer a point, sign, deposit, confirm."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from conventions.forms.circuit import (
    UNFAVOURABLE,
    PointAnswerForm,
    ReviewAnswerForm,
    SignatureConfirmForm,
    SignatureDepositForm,
    SignatureSignForm,
)
from conventions.models import (
    WHOLE_TEXT,
    Article,
    Convention,
    ConventionPaper,
    Review,
    ReviewPoint,
    Signature,
    SignatureDeposit,
    articles_of,
)
from conventions.permissions import can_deposit_signature, can_write_convention
from conventions.services.circuit import (
    answer_points,
    answer_review,
    deposit_signature,
    keep_notes,
    sign_signature,
)
from conventions.views.changes import changes_since
from conventions.views.conventions import SHOWN, may, visible_convention
from conventions.views.sheet import prices_of, quotas_of
from documents.responses import file_response
from documents.services import open_file
from lifecycle.acting import act, answer, deposited, posted, refuse
from lifecycle.exceptions import Refused
from network.models import Membership

asks_then_acts = require_http_methods(["GET", "HEAD", "POST"])
WITH_CONVENTION = tuple(f"convention__{name}" for name in SHOWN)


def _visible[M: (Review, Signature)](model: type[M], request: HttpRequest, reference: str, *related: str) -> M:
    """The review or signature, if the person may see it; else a 404."""
    seen = model.objects.visible_to(request.membership).select_related("organisation", *related, *WITH_CONVENTION)
    found: M = get_object_or_404(seen, reference=reference)
    return found


def _back(row: Review | Signature, anchor: str) -> str:
    return reverse("conventions:convention_detail", args=[row.convention.reference]) + f"#{anchor}"


# --- review


@asks_then_acts
def review_answer(request: HttpRequest, reference: str) -> HttpResponse:
    """The whole text with a box under each article, then the opinion."""
    review = _visible(Review, request, reference, "asked_of__user", "reviewer__user")
    convention = review.convention
    articles = articles_of(convention)
    kept = list(review.notes.select_related("by__user"))
    own = next((notes for notes in kept if notes.by_id == request.membership.pk), None)
    form = ReviewAnswerForm(posted(request), articles=articles, initial=own.said if own else {})
    if request.method == "POST" and "put_aside" in request.POST and _put_aside(request, review, form):
        return redirect(_back(review, "reviews"))

    def give(data: dict[str, Any]) -> Review:
        favourable = data["opinion"] != UNFAVOURABLE
        return answer_review(
            actor=request.membership,
            review=review,
            favourable=favourable,
            points=form.points(),
            comment=data["comment"],
        )

    return act(
        request,
        review,
        "answer",
        form,
        give,
        done="Avis enregistré. Merci : l’EPCI le voit dès maintenant.",
        back=_back(review, "reviews"),
        names={"points": "opinion"},
        template="conventions/actions/review_answer.html",
        review=review,
        convention=convention,
        prices=prices_of(convention),
        quotas=quotas_of(convention, request.membership),
        former=_former_points(review, articles),
        changes=changes_since(convention, articles, request.membership),
        beside=[form.told(notes) for notes in kept if notes is not own],
        outrun=form.told(own) if own and review.reviewer_id else None,
    )


def _put_aside(request: HttpRequest, review: Review, form: ReviewAnswerForm) -> bool:
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
    points = ReviewPoint.objects.filter(
        review__convention=review.convention_id,
        review__subject=review.subject,
        review__party=review.party,
        review__round__lt=review.round,
    )
    found = list(points.order_by("review__round", "pk"))
    headings = {article.code: article.heading for article in articles}
    for point in found:
        point.about = headings.get(point.clause, WHOLE_TEXT)
    return found


@require_safe
def convention_points(request: HttpRequest, reference: str) -> HttpResponse:
    """The points of the last round, each with its own form."""
    convention = visible_convention(request, reference)
    may(can_write_convention(request.membership))
    return _points_page(request, convention)


@require_http_methods(["POST"])
def point_answer(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
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


def _typed_beside(request: HttpRequest, point: ReviewPoint) -> list[tuple[ReviewPoint, str]]:
    """What the page holds for the other points: one button saves it all, nothing typed is lost."""
    others = ReviewPoint.objects.filter(
        review__convention=point.review.convention_id, review__round=point.review.round
    ).exclude(pk=point.pk)
    typed = [(other, PointAnswerForm(request.POST, prefix=f"point-{other.pk}")) for other in others]
    said = [(other, form.cleaned_data) for other, form in typed if form.is_valid()]
    return [(other, told["answer"]) for other, told in said if told["answer"] != told["was"]]


def _points_page(
    request: HttpRequest, convention: Convention, wrong: PointAnswerForm | None = None, pk: int = 0
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
        "left": sum(1 for point in found if point.answered_at is None),
        "open": convention.state == "changes_requested",
        "form": wrong or PointAnswerForm(),
        "back": reverse("conventions:convention_detail", args=[convention.reference]),
    }
    return render(request, "conventions/convention_points.html", context)


# --- signature


def _paper(signature: Signature) -> ConventionPaper | None:
    return ConventionPaper.objects.filter(document=signature.document_id).first()


def _hash(signature: Signature) -> str:
    rendered = signature.document.rendered
    return rendered.sha256 if rendered else ""


@asks_then_acts
def signature_sign(request: HttpRequest, reference: str) -> HttpResponse:
    """The document and its fingerprint, then a box, a name: the signature on screen of the named signatory."""
    signature = _visible(Signature, request, reference, "signatory__user", "document__rendered")
    if signature.signatory_id != request.membership.pk:
        raise PermissionDenied
    form = SignatureSignForm(posted(request), by=request.membership)
    return act(
        request,
        signature,
        "sign",
        form,
        lambda data: sign_signature(actor=request.membership, signature=signature, sha256=data["sha256"]),
        done=f"{'Avenant signé' if signature.convention.is_amendment else 'Convention signée'}."
        " Les autres parties le voient.",
        back=_back(signature, "signatures"),
        names={"sha256": "agreed", "method": "agreed"},
        template="conventions/actions/signature_sign.html",
        signature=signature,
        convention=signature.convention,
        paper=_paper(signature),
        sha256=_hash(signature),
    )


@asks_then_acts
def signature_deposit(request: HttpRequest, reference: str) -> HttpResponse:
    """Deposit what one's party signed on paper or in a signature book."""
    signature = _to_deposit(request, reference)
    awaited = signature.state == "asked" and signature.convention.state == "signing"
    today = timezone.localdate()
    form = SignatureDepositForm(
        posted(request),
        deposited(request),
        by=request.membership,
        earliest=timezone.localdate(signature.asked_at) if signature.asked_at else today,
        latest=today,
    )

    def keep(data: dict[str, Any]) -> SignatureDeposit:
        stored = data["deposit"]
        with open_file(stored) as content:
            return deposit_signature(
                actor=request.membership,
                signature=signature,
                method=data["method"],
                content=content.read(),
                name=stored.name,
                signed_on=data["signed_on"],
            )

    if awaited and answer(request, form, keep, signature) is not None:
        messages.success(request, "Document déposé. Une autre partie le vérifie et confirme la signature.")
        return redirect(_back(signature, "signatures"))
    context = {
        "form": form,
        "row": signature,
        "signature": signature,
        "convention": signature.convention,
        "title": "Déposer un document signé",
        "submit": "Déposer",
        "paper": _paper(signature),
        "sha256": _hash(signature),
        "impossible": "" if awaited else "Cette signature n’est plus attendue.",
        "back": _back(signature, "signatures"),
    }
    return render(request, "conventions/actions/signature_deposit.html", context)


def _to_deposit(request: HttpRequest, reference: str) -> Signature:
    """The signature, if the person deposits for the party that gives it. Raises PermissionDenied."""
    signature = _visible(Signature, request, reference, "signatory__user", "document__rendered")
    scope = can_deposit_signature(request.membership)
    if scope is None or not Signature.objects.filter(scope, pk=signature.pk).exists():
        raise PermissionDenied
    return signature


@asks_then_acts
def signature_confirm(request: HttpRequest, reference: str) -> HttpResponse:
    """Another party looks at what was deposited and confirms that it is the document, signed."""
    signature = _visible(Signature, request, reference, "signatory__user", "document__rendered")
    if signature.organisation_id == request.membership.organisation_id:
        raise PermissionDenied
    deposit = signature.deposits.select_related("file", "deposited_by__organisation").order_by("-pk").first()
    if deposit is None and signature.state == "asked":
        messages.info(request, "Rien n’est encore déposé pour cette signature.")
        return redirect(_back(signature, "signatures"))
    form = SignatureConfirmForm(posted(request))
    return act(
        request,
        signature,
        "sign",
        form,
        lambda data: _confirm(request.membership, signature, data),
        done="Signature confirmée.",
        back=_back(signature, "signatures"),
        names={"sha256": "checked", "scan": "checked", "signed_on": "checked", "method": "checked"},
        template="conventions/actions/signature_confirm.html",
        signature=signature,
        convention=signature.convention,
        paper=_paper(signature),
        deposit=deposit,
        sha256=_hash(signature),
        submit="Confirmer la signature",
    )


def _confirm(actor: Membership, signature: Signature, data: dict[str, Any]) -> Signature:
    """The deposit that was on the page, not one that came since."""
    found = (
        signature.deposits.select_related("file").filter(pk=data["deposit"]) if data["deposit"].isdecimal() else None
    )
    deposit = found.first() if found is not None else None
    if deposit is None:
        raise Http404
    return sign_signature(actor=actor, signature=signature, sha256=data["sha256"], deposit=deposit)


@require_safe
def signature_deposited(request: HttpRequest, reference: str, pk: int) -> FileResponse:
    """What was deposited, as it was."""
    deposits = SignatureDeposit.objects.visible_to(request.membership).filter(signature__reference=reference)
    return file_response(get_object_or_404(deposits.select_related("file"), pk=pk).file, as_attachment=False)
