"""The verbs of a prescription: submit, examine, decide, keep up, hand on, give up."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lifecycle.acting import act, posted
from prescriptions.enums import Verdict
from prescriptions.forms.actions import (
    AcceptForm,
    AskCompletionForm,
    HandOnForm,
    RefuseForm,
    SubmitForm,
    TransferForm,
    WithdrawForm,
    today,
)
from prescriptions.forms.asking import CommentForm
from prescriptions.models import Fact, Prescription
from prescriptions.services import prescriptions as services
from prescriptions.views.rows import asks_then_acts, visible_prescription
from prescriptions.views.saving import checked
from prescriptions.views.sheet import evaluation_of, needs_of, sheet_of
from prescriptions.views.stages import lacking, stages_of

PLAIN = "prescriptions/actions/_prescription.html"


def act_on(
    request: HttpRequest,
    prescription: Prescription,
    verb: str,
    form: Form,
    do: Callable[[dict[str, Any]], Any],
    **said: Any,
) -> HttpResponse:
    """The page of one verb of a prescription."""
    said.setdefault("template", PLAIN)
    back = reverse("prescriptions:prescription_detail", args=[prescription.reference])
    return act(request, prescription, verb, form, checked(form, do), back=back, prescription=prescription, **said)


@asks_then_acts
def prescription_submit(request: HttpRequest, reference: str) -> HttpResponse:
    """The summary, then the submission: everything on one page, and a way back to each step."""
    prescription = visible_prescription(request, reference)
    actor = request.membership
    receivers = services.distributors_for(prescription=prescription)
    needs = needs_of(prescription)
    return act_on(
        request,
        prescription,
        "submit",
        SubmitForm(posted(request), prescription=prescription, receivers=receivers),
        lambda data: services.submit_prescription(actor=actor, prescription=prescription, **data),
        done=f"Prescription {reference} déposée. La fiche pour le foyer est prête, plus bas dans « Papiers ».",
        template="prescriptions/filing/summary.html",
        stages=stages_of(prescription, "summary", actor),
        household=prescription.household,
        sheet=sheet_of(prescription, needs, actor),
        asked=[need for need in needs if need.state == "asked"],
        lacks=bool(lacking(prescription, actor)),
    )


@asks_then_acts
def prescription_ask_completion(request: HttpRequest, reference: str) -> HttpResponse:
    """Tell the worker what is missing, from the list or in words."""
    prescription = visible_prescription(request, reference)
    return act_on(
        request,
        prescription,
        "ask_completion",
        AskCompletionForm(posted(request), day=today()),
        lambda data: services.ask_completion_prescription(actor=request.membership, prescription=prescription, **data),
        done=f"Complément demandé à {prescription.prescriber}.",
    )


@asks_then_acts
def prescription_accept(request: HttpRequest, reference: str) -> HttpResponse:
    """Accept: the rules of the day are shown; against them, a written reason."""
    prescription = visible_prescription(request, reference)
    evaluation = evaluation_of(prescription)
    return act_on(
        request,
        prescription,
        "accept",
        AcceptForm(posted(request), against=evaluation.verdict == Verdict.AGAINST),
        lambda data: services.accept_prescription(actor=request.membership, prescription=prescription, **data),
        done=f"Prescription {reference} acceptée. Ses besoins attendent, au rang de ce jour.",
        template="prescriptions/actions/decide.html",
        **_examined(request, prescription, evaluation),
    )


@asks_then_acts
def prescription_refuse(request: HttpRequest, reference: str) -> HttpResponse:
    """Refuse: why, and what the household can do next."""
    prescription = visible_prescription(request, reference)
    return act_on(
        request,
        prescription,
        "refuse",
        RefuseForm(posted(request), day=today()),
        lambda data: services.refuse_prescription(actor=request.membership, prescription=prescription, **data),
        done=f"Prescription {reference} refusée. Le travailleur social est prévenu.",
        template="prescriptions/actions/decide.html",
        warning="Ses besoins sont abandonnés et ses rappels s’arrêtent. Le foyer pourra faire l’objet d’une nouvelle"
        " prescription.",
        **_examined(request, prescription, evaluation_of(prescription)),
    )


def _examined(request: HttpRequest, prescription: Prescription, evaluation: Any) -> dict[str, Any]:
    """What whoever decides reads first."""
    facts = Fact.objects.visible_to(request.membership).current().filter(prescription=prescription)
    return {"evaluation": evaluation, "facts": list(facts), "needs": needs_of(prescription)}


@asks_then_acts
def prescription_withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the whole prescription up."""
    prescription = visible_prescription(request, reference)
    return act_on(
        request,
        prescription,
        "withdraw",
        WithdrawForm(posted(request), day=today()),
        lambda data: services.withdraw_prescription(actor=request.membership, prescription=prescription, **data),
        done=f"Prescription {reference} abandonnée.",
        warning="Ses besoins sont abandonnés, et ce qui était réservé ou en cours pour eux est libéré.",
    )


@asks_then_acts
def prescription_confirm(request: HttpRequest, reference: str) -> HttpResponse:
    """The household still needs it."""
    prescription = visible_prescription(request, reference)
    return act_on(
        request,
        prescription,
        "confirm",
        CommentForm(posted(request)),
        lambda data: services.confirm_prescription(actor=request.membership, prescription=prescription, **data),
        done="C’est noté : la demande est toujours d’actualité, et sa validité repart de ce jour.",
    )


@asks_then_acts
def prescription_remind(request: HttpRequest, reference: str) -> HttpResponse:
    """Recall now what is missing, or ask again whether it is still needed."""
    prescription = visible_prescription(request, reference)
    return act_on(
        request,
        prescription,
        "remind",
        CommentForm(posted(request)),
        lambda data: services.remind_prescription(actor=request.membership, prescription=prescription, **data),
        done="Relance faite.",
        submit="Relancer maintenant",
        template="prescriptions/actions/prescription_remind.html",
    )


@asks_then_acts
def prescription_hand_on(request: HttpRequest, reference: str) -> HttpResponse:
    """A colleague of the team follows it from now on."""
    prescription = visible_prescription(request, reference)
    return act_on(
        request,
        prescription,
        "hand_on",
        HandOnForm(posted(request), prescription=prescription),
        lambda data: services.hand_on_prescription(actor=request.membership, prescription=prescription, **data),
        done=f"Prescription {reference} confiée : elle est sur la page « À faire » de qui la suit désormais.",
    )


@asks_then_acts
def prescription_transfer(request: HttpRequest, reference: str) -> HttpResponse:
    """Another prescriber takes over; the story stays with whoever wrote it."""
    prescription = visible_prescription(request, reference)
    return act_on(
        request,
        prescription,
        "transfer",
        TransferForm(posted(request), prescription=prescription),
        lambda data: services.transfer_prescription(actor=request.membership, prescription=prescription, **data),
        done=f"Prescription {reference} transférée.",
        after=reverse("prescriptions:prescription_list"),
        warning="Le dossier du foyer part avec elle : vous ne le verrez plus. La situation que vous avez écrite reste "
        "chez vous et n’est pas transmise.",
    )
