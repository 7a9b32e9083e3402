"""What is done of an entry of the directory and of an awareness session: one page each."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from lifecycle.forms import ReasonForm
from lifecycle.pages import Page
from network.enums import AwarenessCancelReason
from network.forms.prescribers import AttendanceForm, ConveneForm, ServiceForm, WhenForm
from network.forms.rollouts import GatherForm, RolloutExchangeForm, RolloutPlanForm
from network.machine.awareness import CANCEL_REASON
from network.models import AwarenessSession, Rollout
from network.requests import Request
from network.services import awareness, directory, rollouts
from network.views.awareness import AWARENESS_PAGES
from network.views.directory import SERVICE_PAGES
from network.views.rollouts import ROLLOUT_PAGES


def _row(request: Request, row: Any) -> Mapping[str, Any]:
    """Forms that show what is known."""
    return {"row": row}


def _of_the_way(request: Request, rollout: Rollout) -> Mapping[str, Any]:
    """Forms that ask of which EPCI, and who types."""
    return {"rollout": rollout, "by": request.membership}


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
OF_ROLLOUTS: tuple[Page[Request], ...] = (
    Page(
        "note",
        "echange",
        RolloutExchangeForm,
        rollouts.note_rollout,
        values=RolloutExchangeForm.values,
        form_kwargs=_of_the_way,
        submit="Noter cet échange",
    ),
    Page(
        "gather",
        "reunion",
        GatherForm,
        rollouts.gather_rollout,
        values=GatherForm.values,
        form_kwargs=_of_the_way,
        submit="Noter cette réunion",
    ),
    Page(
        "plan",
        "prochaine-etape",
        RolloutPlanForm,
        rollouts.plan_rollout,
        values=RolloutPlanForm.values,
        form_kwargs=_of_the_way,
        submit="Fixer cette étape",
    ),
    Page(
        "survey_again",
        "reprendre-l-etat-des-lieux",
        warning="La réunion notée reste parmi les échanges\u00a0; l’EPCI revient à «\u00a0État des lieux\u00a0».",
    ),
)
PAGES = (*OF_THE_DIRECTORY, *OF_SESSIONS, *OF_ROLLOUTS)

urlpatterns = [
    *SERVICE_PAGES.urls("annuaire", OF_THE_DIRECTORY),
    *AWARENESS_PAGES.urls("sensibilisations", OF_SESSIONS),
    *ROLLOUT_PAGES.urls("deploiement", OF_ROLLOUTS),
]
