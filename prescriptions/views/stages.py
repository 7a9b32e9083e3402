"""The steps of a prescription being written: where one is, what each still lacks, where one goes next."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.machine import Reason
from network.requests import Request
from prescriptions.enums import PrescriptionState
from prescriptions.machine.completion_rules import COMPLETION_ANSWERED
from prescriptions.models import Prescription
from prescriptions.services.prescriptions import WRITTEN_IN


@dataclass(frozen=True)
class FilingStep:
    """One step: its title, its page, and the requirements of « déposer » that it answers."""

    title: str
    url: str
    answers: tuple[str, ...] = ()


STAGES = {
    "person": FilingStep("La personne", "prescriptions:prescription_person", ("named", "reachable", "doubles")),
    "home": FilingStep("Le foyer", "prescriptions:prescription_home", ("residence", "members_counted")),
    "needs": FilingStep("Les besoins", "prescriptions:prescription_needs", ("needs", "need_stands")),
    "situation": FilingStep("La situation", "prescriptions:prescription_situation", ("facts", "agreement")),
    "summary": FilingStep("Relire et déposer", "prescriptions:prescription_submit"),
}
ORDER = list(STAGES)


@dataclass(frozen=True)
class StageShown:
    """A step as the pages show it: ``url`` is empty when it cannot be opened yet."""

    number: int
    title: str
    url: str
    is_current: bool
    is_done: bool


def lacking(prescription: Prescription, actor: Actor) -> tuple[Reason, ...]:
    """What « déposer » still lacks; one query."""
    seen = Prescription.objects.filter(pk=prescription.pk)
    return gate.preview(seen, "submit", actor=actor).refused.get(prescription.pk, ())


def stages_of(prescription: Prescription | None, current: str, actor: Actor) -> list[StageShown]:
    """The five steps, those that lack nothing marked; before the first is saved, the others are closed."""
    missing = {reason.code for reason in lacking(prescription, actor)} if prescription else set()
    return [
        StageShown(
            number=number,
            title=stage.title,
            url=reverse(stage.url, args=[prescription.reference]) if prescription else "",
            is_current=name == current,
            is_done=prescription is not None and bool(stage.answers) and not missing.intersection(stage.answers),
        )
        for number, (name, stage) in enumerate(STAGES.items(), start=1)
    ]


def first_lacking(prescription: Prescription, actor: Actor) -> str:
    """The page of the first step that lacks something, what was asked first; that of the summary when none does."""
    missing = {reason.code for reason in lacking(prescription, actor)}
    if COMPLETION_ANSWERED.code in missing:
        return reverse("prescriptions:prescription_completion", args=[prescription.reference])
    if missing == {"doubles"}:
        return reverse("prescriptions:prescription_doubles", args=[prescription.reference])
    for stage in STAGES.values():
        if missing.intersection(stage.answers):
            return reverse(stage.url, args=[prescription.reference])
    return reverse(STAGES["summary"].url, args=[prescription.reference])


def being_written(request: Request, prescription: Prescription) -> bool:
    """Whether the steps may be filled in; else the person is told why not."""
    if PrescriptionState(prescription.state) in WRITTEN_IN:
        return True
    messages.info(request, "La prescription est déposée\u00a0: elle ne change plus, sauf si un complément est demandé.")
    return False


def leave(request: Request, prescription: Prescription, stage: str) -> HttpResponse:
    """Once saved: the next step, unless the draft is put aside; of a file to complete, back to what was asked."""
    if "put_aside" in request.POST:
        messages.success(request, "C’est enregistré. Vous pourrez reprendre où vous en étiez.")
        return redirect("prescriptions:prescription_detail", reference=prescription.reference)
    if prescription.state == PrescriptionState.INCOMPLETE:
        messages.success(request, "C’est enregistré.")
        return redirect("prescriptions:prescription_completion", reference=prescription.reference)
    following = STAGES[ORDER[ORDER.index(stage) + 1]]
    return redirect(following.url, reference=prescription.reference)
