"""A prescription, a need, a household, as one reads them; the papers."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from documents.enums import MessageLanguage
from documents.responses import document_response, drawn_response
from lifecycle.acting import may
from lifecycle.actors import Actor
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.documents import draw_agreement, draw_in_language, is_translated
from prescriptions.enums import AGREEMENT_WITHDRAWN, NEEDS_GIVEN_UP, CodePurpose, PrescriptionState, SheetLanguage
from prescriptions.hearing import objection_of
from prescriptions.models import (
    CodedReason,
    Household,
    Prescription,
    PrescriptionPaper,
    RightsRequest,
    Transfer,
    rank_of,
)
from prescriptions.permissions import (
    advises,
    can_attach_household,
    can_create_prescription,
    can_receive_rights_request,
    can_submit_prescription,
    works,
)
from prescriptions.services.contacts import languages_left
from prescriptions.services.hearing_back import answers_heard
from prescriptions.services.prescriptions import agreement_text
from prescriptions.views.answers import answers_of
from prescriptions.views.joining import follow_joined
from prescriptions.views.rows import visible_household, visible_need, visible_prescription
from prescriptions.views.same_household import same_household
from prescriptions.views.sheet import household_sheet, needs_of, open_needs, sheet_of
from prescriptions.views.steps import household_step, need_step, next_step
from prescriptions.views.transfers import offers

OVER = (PrescriptionState.EXPIRED, PrescriptionState.WITHDRAWN, PrescriptionState.CLOSED_UNMET)
"""How a request ends without what was asked: another one may be begun from its page."""


@require_safe
def prescription_detail(request: Request, reference: str) -> HttpResponse:
    """One prescription: who acts next, needs and rank, what the rules say, facts, agreement, papers, timeline."""
    prescription = visible_prescription(request, reference)
    actor = request.membership
    needs = needs_of(prescription)
    context = {
        "prescription": prescription,
        "household": prescription.household,
        "needs": needs,
        "step": next_step(prescription, needs, actor),
        "sheet": sheet_of(prescription, needs, actor),
        "works": works(actor),
        "letter_languages": MessageLanguage.choices,
        "languages_left": languages_left(prescription) if works(actor) and prescription.is_live else [],
        "instructs": advises(actor),
        "same": same_household(prescription.household, actor, open_needs(needs), prescription),
        "objection": _objection(prescription.household, actor),
        "end_reason": _end_reason(prescription),
        "transfer": _offered(prescription, actor),
        "more": _offers(prescription, actor),
        "can_begin": works(actor)
        and can_create_prescription(actor) is not None
        and prescription.household.state == "open",
        "over": OVER,
        "can_edit": prescription.state in ("draft", "incomplete") and can_submit_prescription(actor) is not None,
    }
    return render(request, "prescriptions/prescription_detail.html", context)


def _offered(prescription: Prescription, actor: Actor) -> Transfer | None:
    """The offer of it to another prescriber that waits for an answer."""
    if not (works(actor) or is_pilot(actor)) or not prescription.is_live:
        return None
    return (
        Transfer.objects.visible_to(actor)
        .waiting()
        .filter(prescription=prescription)
        .select_related("receiver")
        .first()
    )


def _offers(prescription: Prescription, actor: Actor) -> list[tuple[str, str]]:
    """Where its team offers it to another prescriber, or the pilot when nobody of it is left."""
    if not prescription.is_live or not (works(actor) or (is_pilot(actor) and offers(prescription, actor))):
        return []
    url = reverse("prescriptions:prescription_transfer", args=[prescription.reference])
    return [("Proposer à un autre prescripteur", url)]


def _end_reason(prescription: Prescription) -> str:
    """Why it ended, in the words of the list of that day."""
    if not prescription.end_reason or prescription.ended_at is None:
        return ""
    if prescription.end_reason == AGREEMENT_WITHDRAWN:
        return "le foyer a retiré son accord"
    if prescription.end_reason == NEEDS_GIVEN_UP:
        return "son dernier besoin est abandonné, avant que la demande soit acceptée"
    purpose = CodePurpose.REFUSAL if prescription.state == PrescriptionState.REFUSED else CodePurpose.WITHDRAWAL
    labels = CodedReason.objects.labels_on(purpose, timezone.localdate(prescription.ended_at))
    return labels.get(prescription.end_reason, "")


@require_safe
def need_detail(request: Request, reference: str) -> HttpResponse:
    """One need: its rank explained, what serves it, what may be done, its life."""
    need = visible_need(request, reference)
    actor = request.membership
    context = {
        "need": need,
        "prescription": need.prescription,
        "household": need.prescription.household,
        "same": same_household(need.prescription.household, actor, open_needs([need]), need.prescription),
        "step": need_step(need, actor),
        "rank": rank_of(need) if need.state == "waiting" else None,
        "answers": answers_of([need.prescription], actor),
    }
    return render(request, "prescriptions/need_detail.html", context)


@require_safe
def household_detail(request: Request, reference: str) -> HttpResponse:
    """One household: identity and contact, communes, prescriptions, other files, who opened it, its life."""
    if (elsewhere := follow_joined(request, reference)) is not None:
        return elsewhere
    household = visible_household(request, reference)
    actor = request.membership
    can_create = works(actor) and can_create_prescription(actor) is not None and household.state == "open"
    sheet = household_sheet(household, actor)
    more = [("Corriger l’identité ou le contact", "household_edit")] if can_create else []
    if can_attach_household(actor) is not None and household.state != "anonymised":
        more.append(("Chercher les dossiers qui ressemblent à celui-ci", "household_doubles"))
    context = {
        "household": household,
        "sheet": sheet,
        "step": household_step(household, sheet.prescriptions, actor),
        "more": [(label, reverse(f"prescriptions:{name}", args=[household.reference])) for label, name in more],
        "can_create": can_create,
        "objection": _objection(household, actor),
        "works": works(actor),
        "hears": can_receive_rights_request(actor) is not None and household.state != "anonymised",
        "same": same_household(household, actor),
        "heard": list(answers_heard(household)) if works(actor) else [],
    }
    return render(request, "prescriptions/household_detail.html", context)


def _objection(household: Household, actor: Actor) -> RightsRequest | None:
    """That it objected, for whoever follows it: the pilot is told no right; one query."""
    return None if is_pilot(actor) or household.state == "anonymised" else objection_of(household)


@require_safe
def prescription_paper(request: Request, reference: str, pk: int) -> FileResponse:
    """The PDF of the sheet for the household, or of the closing note."""
    prescription: Prescription = visible_prescription(request, reference)
    papers = PrescriptionPaper.objects.visible_to(request.membership).filter(prescription=prescription)
    return document_response(get_object_or_404(papers.select_related("document"), pk=pk).document)


@require_safe
def prescription_paper_in_language(request: Request, reference: str, pk: int, language: str) -> FileResponse:
    """The sheet that is to be given, in the language of the household; drawn when it is opened."""
    prescription: Prescription = visible_prescription(request, reference)
    papers = PrescriptionPaper.objects.visible_to(request.membership).filter(prescription=prescription)
    document = get_object_or_404(papers.select_related("document"), pk=pk).document
    if language not in SheetLanguage.values or not is_translated(document):
        raise Http404("Cette fiche n’existe pas dans cette langue.")
    return drawn_response(draw_in_language(document, SheetLanguage(language)), f"fiche-{reference}-{language}.pdf")


@require_safe
def agreement_sheet(request: Request) -> FileResponse:
    """The text in force to be signed on paper, for whoever files prescriptions; no household is named."""
    actor = request.membership
    may(can_create_prescription(actor))
    text = agreement_text()
    if text is None:
        raise Http404("Aucun texte d’accord n’est en vigueur.")
    return drawn_response(draw_agreement(text, actor.organisation), f"accord-du-foyer-{text.version}.pdf")
