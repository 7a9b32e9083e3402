"""What is done of an entry of the directory and of an awareness session: one page each."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from lifecycle.forms import ReasonForm
from lifecycle.pages import Page
from network.enums import AwarenessCancelReason
from network.forms.prescribers import AttendanceForm, ConveneForm, ServiceForm, WhenForm
from network.machine.awareness import CANCEL_REASON
from network.models import AwarenessSession
from network.requests import Request
from network.services import awareness, directory
from network.views.awareness import AWARENESS_PAGES
from network.views.directory import SERVICE_PAGES


def _row(request: Request, row: Any) -> Mapping[str, Any]:
    """Forms that show what is known."""
    return {"row": row}


def _who_learns_of_the_end(request: Request, row: AwarenessSession) -> Mapping[str, Any]:
    """Whom a mail reaches: nobody once the session has begun, which a mail would say does not take place."""
    if row.starts_at <= timezone.now():
        return {"warning": "La session a commencé\u00a0: personne n’est prévenu."}
    told = "celles qui ont un courriel sont prévenues, et la date sort de leur agenda"
    return {"warning": f"Structures invitées\u00a0: {told}\u00a0; les autres sont à rappeler."}


OF_THE_DIRECTORY: tuple[Page[Request], ...] = (
    Page("confirm", "confirmer", submit="Tout est juste"),
    Page(
        "correct",
        "corriger",
        ServiceForm,
        directory.correct_public_service,
        values=ServiceForm.values,
        form_kwargs=_row,
        submit="Enregistrer",
    ),
    Page("withdraw", "retirer"),
    Page("restore", "remettre"),
)
OF_SESSIONS: tuple[Page[Request], ...] = (
    Page("convene", "inviter", ConveneForm, awareness.convene_awareness, form_kwargs=_row, submit="Inviter"),
    Page(
        "move",
        "deplacer",
        WhenForm,
        values=WhenForm.values,
        form_kwargs=_row,
        warning="Structures invitées\u00a0: celles qui ont un courriel reçoivent la nouvelle date\u00a0; les autres"
        " sont à rappeler.",
        submit="Changer",
    ),
    Page(
        "hold",
        "presence",
        AttendanceForm,
        awareness.hold_awareness,
        values=AttendanceForm.values,
        form_kwargs=_row,
        submit="Noter la présence",
    ),
    Page("reopen", "reprendre"),
    Page(
        "cancel",
        "annuler",
        ReasonForm.asking(AwarenessCancelReason.choices, CANCEL_REASON, (AwarenessCancelReason.OTHER,)),
        context=_who_learns_of_the_end,
    ),
)
PAGES = (*OF_THE_DIRECTORY, *OF_SESSIONS)

urlpatterns = [
    *SERVICE_PAGES.urls("annuaire", OF_THE_DIRECTORY),
    *AWARENESS_PAGES.urls("sensibilisations", OF_SESSIONS),
]
