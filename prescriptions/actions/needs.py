"""What a person does here of a need: give it up; refer digital skills, and say what came of it; one page each."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from lifecycle.pages import Page, Pages
from network.requests import Request
from prescriptions.enums import PrescriptionState
from prescriptions.forms.actions import NeedDropForm, NeedLetBeForm, NeedReferForm
from prescriptions.forms.asking import CommentForm
from prescriptions.models import Need
from prescriptions.services import needs
from prescriptions.views.rows import visible_need

LAST = defaultdict(
    str,
    {
        PrescriptionState.SUBMITTED: " C’est le dernier besoin ouvert\u00a0: la demande s’arrête, sans être acceptée.",
        PrescriptionState.ACCEPTED: " C’est le dernier besoin ouvert\u00a0: la demande est close.",
    },
)
"""What becomes of the request when no other need of it is open, by its state."""


def _what_is_lost(request: Request, need: Need) -> Mapping[str, Any]:
    """While its prescription is being written, nothing: it is added again."""
    if need.prescription.state in (PrescriptionState.DRAFT, PrescriptionState.INCOMPLETE):
        return {"warning": "Il peut être ajouté de nouveau tant que la demande n’est pas déposée."}
    told = (
        "Cela ne se défait pas\u00a0: ce qui est réservé ou en cours pour ce besoin est libéré, et ce qu’il a déjà"
        " attendu est perdu. Pour le redemander, il faudra une nouvelle prescription."
    )
    return {"warning": told + ("" if _others_open(need) else LAST[need.prescription.state])}


def _others_open(need: Need) -> bool:
    return Need.objects.unsettled().filter(prescription=need.prescription).exclude(pk=need.pk).exists()


PAGES: tuple[Page[Request], ...] = (
    Page(
        "drop",
        "abandonner",
        NeedDropForm,
        needs.drop_need,
        done=lambda need, dropped: f"{need.get_kind_display()}\u00a0: besoin abandonné.",
        context=_what_is_lost,
    ),
    Page(
        "start",
        "orienter",
        NeedReferForm,
        needs.start_need,
        done="Foyer orienté vers le lieu de médiation",
        submit="Orienter",
    ),
    Page(
        "wait_again",
        "remettre-en-attente",
        CommentForm,
        needs.wait_again_need,
        done="Le besoin attend de nouveau\u00a0; son rang n’a pas changé",
    ),
    Page(
        "meet",
        "satisfait",
        CommentForm,
        needs.meet_need,
        done=lambda need, met: f"{need.get_kind_display()}\u00a0: besoin satisfait.",
    ),
    Page(
        "unmeet",
        "annuler",
        CommentForm,
        needs.unmeet_need,
        done="Erreur corrigée\u00a0: le besoin est de nouveau en cours",
    ),
    Page(
        "reopen",
        "rouvrir",
        CommentForm,
        needs.reopen_need,
        done="Besoin rouvert\u00a0: il attend de nouveau, avec les semaines déjà attendues",
        warning="Le foyer reprend sa place dans la file\u00a0; si la demande était close, elle se rouvre.",
    ),
    Page(
        "let_be",
        "ne-pas-rouvrir",
        NeedLetBeForm,
        needs.let_be_need,
        done="C’est noté\u00a0: ce besoin n’est pas rouvert",
    ),
)

urlpatterns = Pages(
    Need,
    visible_need,
    "prescriptions/actions/_need.html",
    after=lambda need: reverse("prescriptions:prescription_detail", args=[need.prescription.reference]),
).urls("besoins", PAGES)
