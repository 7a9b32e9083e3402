"""The verbs of a household’s file: describe again, move, attach, detach, reopen, erase."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lifecycle.acting import act, posted
from prescriptions.enums import HouseholdState
from prescriptions.forms.asking import CommentForm
from prescriptions.forms.doubles import DoublesForm
from prescriptions.forms.households import AttachForm, ErasureForm, HouseholdForm, MoveForm
from prescriptions.models import Household
from prescriptions.permissions import can_attach_household, can_follow_household
from prescriptions.services import households as services
from prescriptions.views.rows import asks_then_acts, may, visible_household
from prescriptions.views.saving import answering, checked, saved

PLAIN = "prescriptions/actions/_household.html"


def act_on(
    request: HttpRequest, household: Household, verb: str, form: Form, do: Callable[[dict[str, Any]], Any], **said: Any
) -> HttpResponse:
    """The page of one verb of a household’s file."""
    back = reverse("prescriptions:household_detail", args=[household.reference])
    said = {"template": PLAIN, "household": household} | said
    return act(request, household, verb, form, checked(form, do), back=back, **said)


@asks_then_acts
def household_edit(request: HttpRequest, reference: str) -> HttpResponse:
    """Identity, contact, members: what was mistyped or has changed."""
    household = visible_household(request, reference)
    actor = request.membership
    may(can_follow_household(actor))
    form = HouseholdForm(posted(request), instance=Household.objects.get(pk=household.pk))
    back = reverse("prescriptions:household_detail", args=[reference])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if saved(form, lambda: services.edit_household(actor=actor, household=household, **data)) is not None:
            messages.success(request, "Dossier corrigé.")
            return redirect(back)
    context = {
        "form": form,
        "row": household,
        "household": household,
        "title": "Corriger l’identité ou le contact",
        "submit": "Enregistrer",
        "impossible": "" if household.state == "open" else services.NOT_OPEN.sentence,
        "back": back,
    }
    return render(request, PLAIN, context)


@asks_then_acts
def household_move(request: HttpRequest, reference: str) -> HttpResponse:
    """Where the household lives now, since when; its live prescriptions follow it."""
    household = visible_household(request, reference)
    return act_on(
        request,
        household,
        "move",
        MoveForm(posted(request)),
        lambda data: services.move_household(actor=request.membership, household=household, **data),
        done="Déménagement noté.",
        submit="Enregistrer",
        warning="Ses demandes en cours le suivent dans son nouveau territoire.",
    )


@asks_then_acts
def household_attach(request: HttpRequest, reference: str) -> HttpResponse:
    """Two files of the same household: nothing is merged, and it can be undone."""
    household = visible_household(request, reference)
    actor = request.membership
    form = AttachForm(posted(request), seen=Household.objects.visible_to(actor))
    return act_on(
        request,
        household,
        "attach",
        form,
        lambda data: services.attach_household(actor=actor, household=household, **data),
        done="Dossiers rattachés. Rien n’est fusionné : chacun garde sa vie.",
        submit="Rattacher",
    )


@asks_then_acts
def household_doubles(request: HttpRequest, reference: str) -> HttpResponse:
    """The files that look like this one, for whoever sees both: the same household, or not?"""
    household = visible_household(request, reference)
    actor = request.membership
    may(can_attach_household(actor))
    form = DoublesForm(posted(request), doubles=services.possible_doubles(actor=actor, household=household))
    back = reverse("prescriptions:household_detail", args=[reference])
    if request.method == "POST" and form.is_valid() and saved(form, answering(form, household, actor)) is not None:
        messages.success(request, "Réponses retenues.")
        return redirect(back)
    context = {
        "form": form,
        "row": household,
        "household": household,
        "title": "Dossiers qui se ressemblent",
        "back": back,
    }
    return render(request, "prescriptions/actions/household_doubles.html", context)


@asks_then_acts
def household_detach(request: HttpRequest, reference: str) -> HttpResponse:
    """They were not the same household after all."""
    household = visible_household(request, reference)
    return act_on(
        request,
        household,
        "detach",
        CommentForm(posted(request)),
        lambda data: services.detach_household(actor=request.membership, household=household, **data),
        done="Dossiers détachés.",
    )


@asks_then_acts
def household_reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """The household came back: nothing will be erased, and the delay starts again."""
    household = visible_household(request, reference)
    return act_on(
        request,
        household,
        "reopen",
        CommentForm(posted(request)),
        lambda data: services.reopen_household(actor=request.membership, household=household, **data),
        done="Dossier rouvert.",
    )


@asks_then_acts
def household_erase_on_request(request: HttpRequest, reference: str) -> HttpResponse:
    """The household asked to be forgotten: what goes, what stays and why, then once and for all."""
    household = visible_household(request, reference)
    actor = request.membership
    same = Household.objects.visible_to(actor).filter(Q(same_as=household) | Q(pk=household.same_as_id))
    return act_on(
        request,
        household,
        "erase_on_request",
        ErasureForm(posted(request)),
        lambda data: services.erase_on_request_household(actor=actor, household=household, **data),
        done="Rendu anonyme : tout ce qui nomme ce foyer est effacé. Le prescripteur est prévenu.",
        template="prescriptions/actions/household_erase_on_request.html",
        others=list(same.exclude(state=HouseholdState.ANONYMISED).order_by("pk")),
        submit="Effacer ce qui nomme le foyer",
    )
