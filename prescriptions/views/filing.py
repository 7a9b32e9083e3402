"""File a prescription: four short steps, each saved as one goes, then the doubles and the summary."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from lifecycle import gate
from lifecycle.acting import asks_then_acts, may, posted
from network.models import Membership
from network.requests import Request
from prescriptions.enums import PrescriptionState
from prescriptions.forms.filing import HomeForm, PersonForm, StoryForm
from prescriptions.models import Household, Prescription
from prescriptions.permissions import can_create_prescription, can_edit_prescription
from prescriptions.services.doubles import look_elsewhere, possible_doubles
from prescriptions.services.households import create_household, edit_household
from prescriptions.services.prescriptions import create_prescription, write_story
from prescriptions.views.rows import visible_household, visible_prescription
from prescriptions.views.saving import saved
from prescriptions.views.sheet import story_of
from prescriptions.views.stages import being_written, first_lacking, leave, stages_of


@asks_then_acts
def prescription_create(request: Request) -> HttpResponse:
    """The first step, for a household nobody in the team follows yet: its file and a draft are opened together."""
    actor = request.membership
    may(can_create_prescription(actor))
    form = PersonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        draft = saved(form, lambda: _begin(actor, form.cleaned_data))
        if draft is not None:
            messages.success(request, f"Brouillon {draft.reference} enregistré.")
            return _after_person(request, draft)
    context = {"form": form, "stages": stages_of(None, "person", actor), "prescription": None}
    return render(request, "prescriptions/filing/person.html", context)


@gate.one_transaction
def _begin(actor: Membership, person: dict[str, Any]) -> Prescription:
    """A household’s file with its first draft: both or none."""
    household = create_household(actor=actor, **person)
    return create_prescription(actor=actor, household=household)


@require_POST
def prescription_begin(request: Request, reference: str) -> HttpResponse:
    """A draft for a household already followed."""
    household = visible_household(request, reference)
    may(can_create_prescription(request.membership))
    form, again = Form({}), "asks_again" in request.POST
    draft = saved(form, lambda: create_prescription(actor=request.membership, household=household, asked_again=again))
    if draft is None:
        messages.error(request, " ".join(str(error) for error in form.non_field_errors()))
        return redirect("prescriptions:household_detail", reference=reference)
    messages.success(request, f"Brouillon {draft.reference} commencé. Vérifiez l’identité et le contact.")
    return redirect("prescriptions:prescription_person", reference=draft.reference)


@require_safe
def prescription_edit(request: Request, reference: str) -> HttpResponse:
    """To the first step that lacks something, or to the summary."""
    prescription = visible_prescription(request, reference)
    may(can_edit_prescription(request.membership))
    if not being_written(request, prescription):
        return redirect("prescriptions:prescription_detail", reference=reference)
    return redirect(first_lacking(prescription, request.membership))


@asks_then_acts
def prescription_person(request: Request, reference: str) -> HttpResponse:
    """Step 1: who, and how to reach her."""
    return _household_step(request, reference, "person", PersonForm)


@asks_then_acts
def prescription_home(request: Request, reference: str) -> HttpResponse:
    """Step 2: where the household lives, and how many it is."""
    recent = Prescription.objects.visible_to(request.membership).recent_communes(request.membership)
    return _household_step(request, reference, "home", partial(HomeForm, recent=recent))


def _household_step(request: Request, reference: str, stage: str, form_of: Callable[..., Any]) -> HttpResponse:
    prescription = visible_prescription(request, reference)
    actor = request.membership
    may(can_edit_prescription(actor))
    if not being_written(request, prescription):
        return redirect("prescriptions:prescription_detail", reference=reference)
    form = form_of(posted(request), instance=Household.objects.get(pk=prescription.household_id))
    if request.method == "POST" and form.is_valid():
        household = prescription.household
        done = saved(form, lambda: edit_household(actor=actor, household=household, **form.cleaned_data))
        if done is not None:
            return _after_person(request, prescription) if stage == "person" else leave(request, prescription, stage)
    context = {"form": form, "stages": stages_of(prescription, stage, actor), "prescription": prescription}
    return render(request, f"prescriptions/filing/{stage}.html", context)


def _after_person(request: Request, prescription: Prescription) -> HttpResponse:
    """A file that looks like this one is looked at first, unless something else was asked of a file to complete."""
    if prescription.state == PrescriptionState.INCOMPLETE:
        return leave(request, prescription, "person")
    actor, household = request.membership, Household.objects.get(pk=prescription.household_id)
    waits = any(double.answer is None for double in possible_doubles(actor=actor, household=household))
    if "put_aside" not in request.POST and (waits or look_elsewhere(actor=actor, household=household)):
        return redirect("prescriptions:prescription_doubles", reference=prescription.reference)
    return leave(request, prescription, "person")


@asks_then_acts
def prescription_story(request: Request, reference: str) -> HttpResponse:
    """The story alone, at any time: it never leaves its prescriber."""
    prescription = visible_prescription(request, reference)
    actor = request.membership
    may(can_edit_prescription(actor))
    known = story_of(prescription, actor)
    form = StoryForm(posted(request), initial={"story": known.text if known else ""})
    back = reverse("prescriptions:prescription_detail", args=[reference])
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["story"]
        if saved(form, lambda: write_story(actor=actor, prescription=prescription, text=text)) is not None:
            messages.success(request, "Situation enregistrée. Elle reste chez vous.")
            return redirect(back)
    context = {"form": form, "prescription": prescription, "back": back}
    return render(request, "prescriptions/filing/story.html", context)
