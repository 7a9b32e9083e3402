"""When a circuit is stuck: hand on to a colleague, ask another person, go on without an opinion."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from conventions.forms.people import HandOnForm, PassOverForm, ReplaceForm
from conventions.models import Review, Signature
from conventions.parameters import PASS_OVER_DAYS
from conventions.services import people as services
from conventions.views.rows import back_to, visible_row
from lifecycle.acting import act, posted
from network.enums import Role
from network.models import Membership

asks_then_acts = require_http_methods(["GET", "HEAD", "POST"])
ROLES = {"review": (Role.REVIEWER, Role.MANAGER), "signature": (Role.SIGNATORY, Role.MANAGER)}


ANCHORS = {"review": "reviews", "signature": "signatures"}


def _others(row: Review | Signature) -> list[Membership]:
    """Those of the organisation that is asked who may be asked instead."""
    present = row.asked_of_id if isinstance(row, Review) else row.signatory_id
    people = Membership.objects.open().filter(organisation=row.organisation_id, role__in=ROLES[row.machine_name])
    return list(people.exclude(pk=present).select_related("user").order_by("user__last_name", "pk"))


def _ask_another(
    request: HttpRequest, row: Review | Signature, verb: str, *, done: str, **context: Any
) -> HttpResponse:
    """The page on which somebody else is asked: handed on by whoever is asked, replaced (with a reason) by another."""
    machine = row.machine_name
    service = getattr(services, f"{verb}_{machine}")
    form = {"hand_on": HandOnForm, "replace": ReplaceForm}[verb](posted(request), people=_others(row))
    return act(
        request,
        row,
        verb,
        form,
        lambda data: service(actor=request.membership, **{machine: row}, **data),
        done=done,
        back=back_to(row, ANCHORS[machine]),
        convention=row.convention,
        **{"template": "conventions/actions/_convention.html"} | context,
    )


@asks_then_acts
def review_hand_on(request: HttpRequest, reference: str) -> HttpResponse:
    """Somebody of the same organisation gives the opinion instead."""
    review = visible_row(Review, request, reference, "asked_of__user")
    return _ask_another(request, review, "hand_on", done="Relecture confiée : votre collègue reçoit un courriel.")


@asks_then_acts
def review_replace(request: HttpRequest, reference: str) -> HttpResponse:
    """The manager or the pilot asks somebody else, and says why."""
    review = visible_row(Review, request, reference, "asked_of__user")
    return _ask_another(
        request,
        review,
        "replace",
        done="Relecteur remplacé : la nouvelle personne reçoit un courriel.",
        template="conventions/actions/review_replace.html",
        review=review,
    )


@asks_then_acts
def review_pass_over(request: HttpRequest, reference: str) -> HttpResponse:
    """Go on without an opinion that is long overdue, and say why."""
    review = visible_row(Review, request, reference, "asked_of__user")
    return act(
        request,
        review,
        "pass_over",
        PassOverForm(posted(request)),
        lambda data: services.pass_over_review(actor=request.membership, review=review, **data),
        done="Le circuit continue sans cet avis. La personne qui devait le donner est prévenue.",
        back=back_to(review, "reviews"),
        template="conventions/actions/review_pass_over.html",
        convention=review.convention,
        review=review,
        days=PASS_OVER_DAYS.on(timezone.localdate()),
    )


@asks_then_acts
def signature_hand_on(request: HttpRequest, reference: str) -> HttpResponse:
    """Somebody else who may sign for the same party signs instead."""
    signature = visible_row(Signature, request, reference, "signatory__user")
    return _ask_another(
        request,
        signature,
        "hand_on",
        done="Signature confiée : votre collègue reçoit un courriel.",
        warning="Le document garde votre nom ; la page de signatures dira qui a signé à votre place."
        " Vérifiez que cette personne a reçu délégation.",
    )


@asks_then_acts
def signature_replace(request: HttpRequest, reference: str) -> HttpResponse:
    """The manager of the party or the pilot asks another signatory, and says why."""
    signature = visible_row(Signature, request, reference, "signatory__user")
    return _ask_another(
        request,
        signature,
        "replace",
        done="Signataire remplacé : la nouvelle personne reçoit un courriel.",
        warning=f"Le document garde le nom de {signature.signatory.user} ; la page de signatures dira qui a signé, et"
        " pourquoi. Si le texte doit nommer quelqu’un d’autre, rouvrez-le plutôt.",
    )
