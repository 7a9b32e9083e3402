"""What is done of a prescription: submit, examine, decide, keep up, hand on, give up; one page each."""

from collections.abc import Mapping
from typing import Any

from lifecycle.pages import Page
from network.requests import Request
from prescriptions.completion import rounds_of
from prescriptions.forms.actions import (
    AskCompletionForm,
    HandOnForm,
    RefuseForm,
    RevokeForm,
    SubmitForm,
    WithdrawForm,
    today,
)
from prescriptions.forms.asking import CommentForm
from prescriptions.forms.instruction import AssignForm
from prescriptions.machine.completion_rules import PHOTOS_SEEN
from prescriptions.models import Prescription
from prescriptions.services import prescriptions
from prescriptions.services.doubles import look_elsewhere
from prescriptions.services.instruction import assign_prescription
from prescriptions.services.revoking import revoke_prescription
from prescriptions.unattended import examined_by_nobody, sentence_on_examining
from prescriptions.views.deciding import PRESCRIPTION_PAGES, examined, prescription_accept
from prescriptions.views.same_household import same_household
from prescriptions.views.sheet import evaluation_of, needs_of, open_needs, sheet_of
from prescriptions.views.stages import lacking, stages_of


def _receivers(request: Request, prescription: Prescription) -> Mapping[str, Any]:
    return {"prescription": prescription, "receivers": prescriptions.distributors_for(prescription=prescription)}


def _summary(request: Request, prescription: Prescription) -> Mapping[str, Any]:
    """Everything on one page, and a way back to each step."""
    actor, needs = request.membership, needs_of(prescription)
    return {
        "stages": stages_of(prescription, "summary", actor),
        "household": prescription.household,
        "sheet": sheet_of(prescription, needs, actor),
        "same": same_household(prescription.household, actor, open_needs(needs), prescription),
        "asked": [need for need in needs if need.state == "asked"],
        "lacks": any(reason.code != PHOTOS_SEEN.code for reason in lacking(prescription, actor)),
        "elsewhere": look_elsewhere(actor=actor, household=prescription.household),
    }


def _submitted(before: Prescription, submitted: Prescription) -> str:
    """That it is submitted, and that nobody examines there, when it is so."""
    sheet = "La fiche pour le foyer est prête, plus bas dans «\u00a0Papiers et rappels\u00a0»."
    told = f"Prescription {before} déposée. {sheet}"
    where = examined_by_nobody().filter(pk=submitted.distributor_id or 0).first()
    return told if where is None else f"{told} {sentence_on_examining(where)}"


def _of_today(request: Request, prescription: Prescription) -> Mapping[str, Any]:
    return {"day": today()}


def _colleagues(request: Request, prescription: Prescription) -> Mapping[str, Any]:
    return {"prescription": prescription}


def _advisers(request: Request, prescription: Prescription) -> Mapping[str, Any]:
    return {"distributor": prescription.distributor_id, "but": prescription.adviser_id}


PAGES: tuple[Page[Request], ...] = (
    Page(
        "submit",
        "deposer",
        SubmitForm,
        prescriptions.submit_prescription,
        done=_submitted,
        form_kwargs=_receivers,
        context=_summary,
        template="prescriptions/filing/summary.html",
    ),
    Page(
        "ask_completion",
        "complement",
        AskCompletionForm,
        prescriptions.ask_completion_prescription,
        done="Complément demandé à {row.prescriber}",
        form_kwargs=_of_today,
        context=lambda request, prescription: {"rounds": rounds_of(prescription, request.membership)},
        template="prescriptions/actions/ask_completion.html",
        warning="Le délai d’instruction s’arrête, et le travailleur social est prévenu. Demandé par erreur, un"
        " complément se retire\u00a0: «\u00a0Retirer la demande de complément\u00a0», sur la page de la demande.",
    ),
    Page(
        "unask_completion",
        "retirer-complement",
        CommentForm,
        done="Demande de complément retirée\u00a0: {row.prescriber} est prévenu",
        warning="Le travailleur social apprend que rien ne manque. Le délai d’instruction compte comme s’il ne s’était"
        " pas arrêté, les rappels s’arrêtent, et une photo envoyée par le foyer est effacée.",
    ),
    Page("accept", "accepter", view=prescription_accept),
    Page(
        "refuse",
        "refuser",
        RefuseForm,
        prescriptions.refuse_prescription,
        done="Prescription {row} refusée. Le travailleur social est prévenu",
        form_kwargs=_of_today,
        context=lambda request, prescription: examined(request, prescription, evaluation_of(prescription)),
        template="prescriptions/actions/decide.html",
        warning="Ses besoins sont abandonnés et ses rappels s’arrêtent. Le foyer pourra faire l’objet d’une nouvelle"
        " prescription.",
    ),
    Page(
        "withdraw",
        "abandonner",
        WithdrawForm,
        prescriptions.withdraw_prescription,
        done="Prescription {row} abandonnée",
        form_kwargs=_of_today,
        warning="Ses besoins sont abandonnés, et ce qui était réservé ou en cours pour eux est libéré. Une nouvelle"
        " demande reste possible\u00a0: l’identité, l’adresse et le moyen de joindre le foyer y sont déjà\u00a0; les"
        " besoins, ce qui a été vu et l’accord se redonnent, et l’attente repart de sa nouvelle acceptation.",
    ),
    Page(
        "revoke",
        "retirer-l-accord",
        RevokeForm,
        revoke_prescription,
        done="C’est noté\u00a0: le foyer retire son accord. Le distributeur ne lit plus la demande {row}",
        warning="La demande s’arrête, ce qui était réservé ou en cours est libéré, et le distributeur n’en lit plus"
        " rien. Une nouvelle demande sera possible, avec un nouvel accord.",
    ),
    Page(
        "confirm",
        "confirmer",
        CommentForm,
        prescriptions.confirm_prescription,
        done="C’est noté\u00a0: la demande est toujours d’actualité, et sa validité repart de ce jour",
    ),
    Page(
        "reconsider",
        "changer-d-avis",
        CommentForm,
        prescriptions.reconsider_prescription,
        done="C’est noté\u00a0: le foyer a changé d’avis. Ses besoins attendent de nouveau, à leur rang",
    ),
    Page(
        "remind",
        "relancer",
        CommentForm,
        prescriptions.remind_prescription,
        done="Relance faite",
        template="prescriptions/actions/prescription_remind.html",
        submit="Relancer maintenant",
    ),
    Page(
        "hand_on",
        "confier",
        HandOnForm,
        prescriptions.hand_on_prescription,
        done="Prescription {row} confiée\u00a0: elle est sur la page «\u00a0À faire\u00a0» de qui la suit désormais",
        form_kwargs=_colleagues,
    ),
)

INSTRUCTION: tuple[Page[Request], ...] = (
    Page(
        "take_up",
        "m-en-occuper",
        CommentForm,
        done="Vous vous en occupez\u00a0: elle est sur votre page «\u00a0À faire\u00a0»",
    ),
    Page(
        "assign",
        "confier-a-un-conseiller",
        AssignForm,
        assign_prescription,
        form_kwargs=_advisers,
        done="Prescription {row} confiée\u00a0: elle est dans «\u00a0À faire\u00a0» de qui s’en occupe désormais",
    ),
    Page("give_back", "rendre", CommentForm, done="Prescription {row} rendue à l’équipe\u00a0: qui est libre la prend"),
)

PAGES = (*PAGES, *INSTRUCTION)
urlpatterns = PRESCRIPTION_PAGES.urls("prescriptions", PAGES)
