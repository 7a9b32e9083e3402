"""What a workshop and its people know how to do: the page that says it, the forms that note it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lifecycle.acting import answer, asks_then_acts, posted
from network.enums import OrganisationKind
from network.forms.skills import SkillForm, TrainingForm
from network.models import Organisation, Skill, TrainingSession
from network.permissions import can_note_skills
from network.requests import Request
from network.services.skills import note_skill, record_training
from network.views.organisations import sees_people, visible_organisation


@require_safe
def skills(request: Request, reference: str) -> HttpResponse:
    """The skills of a workshop; to its own and to the pilot, those of its people and their sessions."""
    workshop = _workshop(request, reference)
    seen = Skill.objects.visible_to(request.membership).filter(organisation=workshop).latest().with_holders()
    inside = sees_people(request, workshop)
    sessions = TrainingSession.objects.filter(organisation=workshop) if inside else TrainingSession.objects.none()
    context = {
        "organisation": workshop,
        "today": timezone.localdate(),
        "own": seen.of_workshops(),
        "people": seen.of_people().order_by("membership__user__last_name", "membership__user__first_name", "kind"),
        "sessions": sessions.prefetch_related("skills__membership__user"),
        "sees_people": inside,
        "may_note": may_note(request, workshop),
    }
    return render(request, "network/skills.html", context)


@dataclass(frozen=True)
class Note:
    """What may be noted of a workshop: what is typed, which service writes it, what is said."""

    form: type[Any]
    service: Callable[..., object]
    title: str
    done: str


SKILL = Note(SkillForm, note_skill, "Noter une compétence", "Compétence notée.")
TRAINING = Note(TrainingForm, record_training, "Noter une formation", "Formation notée.")


@asks_then_acts
def skill_note(request: Request, reference: str) -> HttpResponse:
    """Note one skill."""
    return _noted(request, reference, SKILL)


@asks_then_acts
def training_record(request: Request, reference: str) -> HttpResponse:
    """Note a training session and who followed it."""
    return _noted(request, reference, TRAINING)


def _noted(request: Request, reference: str, note: Note) -> HttpResponse:
    actor, workshop = request.membership, _workshop(request, reference)
    if not may_note(request, workshop):
        raise PermissionDenied
    form = note.form(posted(request), organisation=workshop)
    if answer(request, form, lambda data: note.service(actor=actor, organisation=workshop, **data), None) is not None:
        messages.success(request, note.done)
        return redirect("network:skills", reference=workshop.reference)
    return render(request, "network/skill_form.html", {"form": form, "organisation": workshop, "title": note.title})


def may_note(request: Request, organisation: Organisation) -> bool:
    """Whether one may note the skills of this workshop."""
    scope = can_note_skills(request.membership)
    return scope is not None and (not scope or organisation.pk == request.membership.organisation_id)


def _workshop(request: Request, reference: str) -> Organisation:
    """The workshop, if the person may see it; a 404 for anything else."""
    organisation = visible_organisation(request, reference)
    if OrganisationKind.RECONDITIONER not in organisation.kinds:
        raise Http404("Les compétences se notent pour un atelier.")
    return organisation
