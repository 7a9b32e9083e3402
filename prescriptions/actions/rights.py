"""What is done of a request to exercise a right: one page each."""

from collections.abc import Mapping
from typing import Any

from lifecycle.pages import Page, Pages
from network.requests import Request
from prescriptions.enums import RightKind
from prescriptions.forms.rights import DoubtForm, ProlongForm, ReplyForm, RightsCommentForm, RightsRefusalForm, ToldForm
from prescriptions.models import RightsRequest
from prescriptions.services import rights
from prescriptions.views.rights import binding, visible_rights_request


def _asked(request: Request, asked: RightsRequest) -> Mapping[str, Any]:
    return {"asked": asked}


def _what_follows(request: Request, asked: RightsRequest) -> Mapping[str, Any]:
    """What answering does at once, and what of the law holds an erasure back."""
    binds = binding(asked) if asked.kind == RightKind.ERASURE and asked.is_open else []
    return {"asked": asked, "binds": binds}


PAGES: tuple[Page[Request], ...] = (
    Page(
        "ask_identity",
        "identite",
        DoubtForm,
        form_kwargs=_asked,
        done="Le délai s’arrête jusqu’à ce que vous notiez l’identité établie",
    ),
    Page("identify", "identifiee", RightsCommentForm, rights.identify_rights_request, done="Le délai reprend"),
    Page(
        "prolong",
        "prolonger",
        ProlongForm,
        rights.prolong_rights_request,
        form_kwargs=_asked,
        done="Deux mois de plus\u00a0: la personne doit le savoir aujourd’hui",
    ),
    Page(
        "answer",
        "repondre",
        ReplyForm,
        rights.answer_rights_request,
        form_kwargs=_asked,
        context=_what_follows,
        template="prescriptions/actions/rights_request_answer.html",
    ),
    Page("refuse", "refuser", RightsRefusalForm, rights.refuse_rights_request, form_kwargs=_asked),
    Page(
        "announce_lifting",
        "annoncer-la-fin",
        ToldForm,
        form_kwargs=_asked,
        done="Fin de la limitation annoncée\u00a0: la personne doit le savoir aujourd’hui",
    ),
    Page("lift", "lever", RightsCommentForm, done="Limitation levée\u00a0: le dossier sert de nouveau"),
    Page("withdraw", "retirer", RightsCommentForm, done="Demande retirée"),
)

urlpatterns = Pages(RightsRequest, visible_rights_request, "prescriptions/actions/_rights_request.html").urls(
    "droits", PAGES
)
