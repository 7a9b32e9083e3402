"""Offer a file to another prescriber; read what is offered, without a name, before one takes it."""

from collections.abc import Iterable

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lifecycle.acting import Step, asks_then_acts, may, posted
from lifecycle.actors import Actor
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.enums import LIVE_STATES, NeedState, TransferState
from prescriptions.expecting import expected
from prescriptions.forms.actions import TransferForm
from prescriptions.machine.transfer_rules import NONE_ASKED, PRESCRIPTION_LIVE
from prescriptions.models import Need, Prescription, Transfer
from prescriptions.permissions import can_answer_transfer, can_ask_transfer, can_offer_prescription, works
from prescriptions.services.transfers import ask_transfer
from prescriptions.unattended import is_left, sentence_on_answering
from prescriptions.views.rows import is_veiled, visible_prescription
from prescriptions.views.saving import saved
from typography.french import of

S = TransferState
WARNING = (
    "Rien ne change avant sa réponse\u00a0: vous suivez le dossier jusque-là. S’il accepte, le dossier du foyer part"
    " avec la demande et vous ne le verrez plus. La situation que vous avez écrite reste chez vous."
)


NOBODY_LEFT = (
    "Plus personne n’agit pour {}\u00a0: proposez ce dossier à qui peut le suivre. Rien ne change avant sa réponse."
    " S’il accepte, le dossier du foyer part avec la demande\u00a0; la situation écrite par l’ancien prescripteur ne"
    " suit pas."
)


def offers(prescription: Prescription, actor: Actor) -> bool:
    """Whether the actor may offer it to another prescriber."""
    scope = can_offer_prescription(actor)
    return scope is not None and Prescription.objects.filter(scope, pk=prescription.pk).exists()


def _impossible(prescription: Prescription) -> str:
    """Why it cannot be offered now, whoever is asked; empty when it can."""
    if prescription.state not in LIVE_STATES:
        return PRESCRIPTION_LIVE.sentence
    asked = Transfer.objects.filter(prescription__household=prescription.household_id, state=S.ASKED)
    return NONE_ASKED.sentence if asked.exists() else ""


def visible_transfer(request: Request, reference: str) -> Transfer:
    """The transfer, if the person may see it; else a 404. It names no household: no file is opened."""
    around = ("prescription__commune__epci", "prescription__distributor", "sender", "receiver", "asked_by__user")
    seen = Transfer.objects.visible_to(request.membership).select_related(*around)
    return get_object_or_404(seen, reference=reference)


def transfer_step(transfer: Transfer, actor: Actor) -> Step:
    """Who acts next on a transfer; no query."""
    if transfer.state != S.ASKED:
        return Step(f"{S(transfer.state).label}\u00a0: plus rien n’est attendu")
    awaited = f"En attente de la réponse {of(transfer.receiver)}"
    answers = can_answer_transfer(actor) is not None and transfer.receiver_id == actor.organisation_id
    if answers:
        return Step(awaited, "acceptez ce dossier, ou dites pourquoi non", "accept")
    if can_ask_transfer(actor) is not None and transfer.sender_id == actor.organisation_id:
        return Step(f"{awaited}\u00a0: vous suivez le dossier jusque-là")
    return Step(awaited)


def _taken_with(transfer: Transfer) -> QuerySet[Need]:
    """The needs that come with a file: those of each request that its sender follows for the household, until it is
    answered; then those of the one that was offered.
    """
    offered = Q(prescription=transfer.prescription_id)
    if transfer.state == S.ASKED:
        household = transfer.prescription.household_id
        followed = Q(prescription__household=household, prescription__prescriber=transfer.sender_id)
        offered |= followed & Q(prescription__state__in=LIVE_STATES)
    return Need.objects.filter(offered).select_related("prescription__distributor").order_by("prescription", "pk")


def _told_of(needs: Iterable[Need]) -> list[tuple[Need, str]]:
    """Each need, with what its household was told to expect of it: an hour, a choice, an answer to wait for."""
    return [(need, expected(need) if need.state == NeedState.IN_PROGRESS else "") for need in needs]


@require_safe
def transfer_detail(request: Request, reference: str) -> HttpResponse:
    """One transfer: what is asked, where, since when, by whom; no name."""
    transfer = visible_transfer(request, reference)
    actor = request.membership
    follows = works(actor) and transfer.prescription.prescriber_id == actor.organisation_id
    reads = follows or transfer.state == S.ASKED or is_pilot(actor)
    context = {
        "transfer": transfer,
        "prescription": transfer.prescription,
        "needs": _told_of(_taken_with(transfer)) if reads else [],
        "reads": reads,
        "step": transfer_step(transfer, actor),
        "follows": follows,
        "hushed": is_veiled(transfer.prescription.household_id, actor),
    }
    return render(request, "prescriptions/transfer_detail.html", context)


@asks_then_acts
def prescription_transfer(request: Request, reference: str) -> HttpResponse:
    """Offer the prescription, and the household's file with it, to another prescriber."""
    prescription = visible_prescription(request, reference)
    actor = request.membership
    may(offers(prescription, actor))
    form = TransferForm(posted(request), prescription=prescription)
    if request.method == "POST" and form.is_valid():
        transfer = saved(form, lambda: ask_transfer(actor=actor, prescription=prescription, **form.cleaned_data))
        if transfer is not None:
            follows = "\u00a0: vous le suivez jusqu’à sa réponse" if works(actor) else ""
            messages.success(request, f"Dossier proposé à {transfer.receiver}{follows}.")
            if is_left(form.cleaned_data["prescriber"]):
                messages.warning(request, sentence_on_answering(transfer.receiver, to_pilot=is_pilot(actor)))
            return redirect("prescriptions:prescription_detail", reference=reference)
    context = {
        "form": form,
        "prescription": prescription,
        "row": prescription,
        "title": "Proposer à un autre prescripteur",
        "submit": "Proposer",
        "impossible": _impossible(prescription),
        "warning": WARNING if works(actor) else NOBODY_LEFT.format(prescription.prescriber),
        "back": reverse("prescriptions:prescription_detail", args=[reference]),
    }
    return render(request, "prescriptions/actions/_prescription.html", context)
