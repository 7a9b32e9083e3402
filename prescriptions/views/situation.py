"""Steps 3 and 4 of a prescription: needs in terms of use; facts seen, agreement, story."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from lifecycle import gate
from lifecycle.acting import asks_then_acts, may, posted
from lifecycle.forms import Rows, leave_unjudged
from lifecycle.typed import whole
from network.models import Membership
from network.requests import Request
from prescriptions.enums import DropReason, NeedState
from prescriptions.forms.filing import (
    FIRST_ROWS,
    MOST_FACTS,
    MOST_NEEDS,
    AgreementForm,
    FactRows,
    KeptNeedsForm,
    NeedRows,
    StoryForm,
    fact_choices,
)
from prescriptions.models import Agreement, Fact, FactBand, Prescription
from prescriptions.permissions import can_edit_prescription
from prescriptions.services.needs import ask_need, drop_need
from prescriptions.services.prescriptions import agreement_text, record_agreement, record_fact, write_story
from prescriptions.views.rows import visible_prescription
from prescriptions.views.saving import saved
from prescriptions.views.sheet import story_of
from prescriptions.views.stages import being_written, leave, stages_of


@asks_then_acts
def prescription_needs(request: Request, reference: str) -> HttpResponse:
    """Step 3: what the household lacks, and what for."""
    prescription = visible_prescription(request, reference)
    actor = request.membership
    may(can_edit_prescription(actor))
    if not being_written(request, prescription):
        return redirect("prescriptions:prescription_detail", reference=reference)
    asked = prescription.needs.filter(state=NeedState.ASKED).order_by("pk")
    kept = KeptNeedsForm(posted(request), needs=asked)
    rows = rows_of(request, NeedRows, MOST_NEEDS, blank=1 if asked else FIRST_ROWS, prefix="needs")
    if asks_to_save(request, kept, rows):
        done = saved(kept, lambda: _save_needs(actor, prescription, kept, rows))
        if done is not None:
            return leave(request, prescription, "needs")
    context = {
        "form": kept,
        "rows": rows,
        "asked": list(asked),
        "is_wrong": rows.is_wrong or (kept.is_bound and bool(kept.errors)),
        "can_add": rows.total_form_count() < MOST_NEEDS,
        "stages": stages_of(prescription, "needs", actor),
        "prescription": prescription,
    }
    return render(request, "prescriptions/filing/needs.html", context)


@gate.one_transaction
def _save_needs(actor: Membership, prescription: Prescription, kept: KeptNeedsForm, rows: Rows) -> bool:
    for need in kept.cleaned_data["taken_back"]:
        drop_need(actor=actor, need=need, reason=DropReason.NO_LONGER_NEEDED)
    for row in rows.filled_rows:
        ask_need(actor=actor, prescription=prescription, kind=row.cleaned_data["kind"], use=row.cleaned_data["use"])
    return True


@asks_then_acts
def prescription_situation(request: Request, reference: str) -> HttpResponse:
    """Step 4: dated facts seen, the household’s agreement on the exact text, and the story in its own box."""
    prescription = visible_prescription(request, reference)
    actor = request.membership
    may(can_edit_prescription(actor))
    if not being_written(request, prescription):
        return redirect("prescriptions:prescription_detail", reference=reference)
    known = list(Fact.objects.visible_to(actor).current().filter(prescription=prescription))
    facts = rows_of(
        request,
        FactRows,
        MOST_FACTS,
        blank=1,
        prefix="facts",
        form_kwargs={"choices": fact_choices(FactBand.objects.on(timezone.localdate())), "known": known},
    )
    text, written = agreement_text(), story_of(prescription, actor)
    agreement = AgreementForm(posted(request), text=text)
    story = StoryForm(posted(request), initial={"story": written.text if written else ""})
    if asks_to_save(request, agreement, story, facts):
        before = written.text if written else ""
        done = saved(agreement, lambda: _save_situation(actor, prescription, (facts, agreement, story), before))
        if done is not None:
            return leave(request, prescription, "situation")
    wrong = facts.is_wrong or (agreement.is_bound and bool(agreement.errors or story.errors))
    context = {
        "form": agreement,
        "story": story,
        "rows": facts,
        "known": known,
        "given": Agreement.objects.visible_to(actor).filter(prescription=prescription).first(),
        "text": text,
        "is_wrong": wrong,
        "can_add": facts.total_form_count() < MOST_FACTS,
        "stages": stages_of(prescription, "situation", actor),
        "prescription": prescription,
    }
    return render(request, "prescriptions/filing/situation.html", context)


@gate.one_transaction
def _save_situation(
    actor: Membership, prescription: Prescription, forms: tuple[Rows, AgreementForm, StoryForm], before: str
) -> bool:
    facts, agreement, story = forms
    for row in facts.filled_rows:
        record_fact(actor=actor, prescription=prescription, **row.fact())
    if agreement.cleaned_data.get("agreed"):
        given = {name: agreement.cleaned_data[name] for name in ("how", "given_on", "sha256")}
        record_agreement(actor=actor, prescription=prescription, **given)
    if story.cleaned_data["story"] != before:
        write_story(actor=actor, prescription=prescription, text=story.cleaned_data["story"])
    return True


# --- rows that may be added


def rows_of(request: Request, formset: Any, most: int, *, prefix: str, blank: int, **options: Any) -> Rows:
    """The rows of a step; « ajouter une ligne » posts the page and gives one more."""
    data = posted(request)
    if data is None:
        opened: Rows = formset(prefix=prefix, blank=blank, **options)
        return opened
    if "add_row" in data:
        data = data.copy()
        typed = whole(data.get(f"{prefix}-TOTAL_FORMS"))
        data[f"{prefix}-TOTAL_FORMS"] = str(min(blank if typed is None else typed + 1, most))
    bound: Rows = formset(data, prefix=prefix, **options)
    return bound


def asks_to_save(request: Request, *forms: Any) -> bool:
    """Whether the step was posted and is right; one more row is not yet a question."""
    if request.method != "POST":
        return False
    if "add_row" in request.POST:
        for form in forms:
            form.leave_unjudged() if isinstance(form, Rows) else leave_unjudged(form)
        return False
    judged = [form.is_valid() for form in forms]
    return all(judged)
