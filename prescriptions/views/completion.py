"""What the distributor asks for, point by point: where each is brought, what changed since, and the answer to give."""

from dataclasses import dataclass

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lifecycle import gate
from lifecycle.acting import asks_then_acts, may, posted
from network.models import Membership
from network.requests import Request
from prescriptions.completion import CompletionPoint, rounds_of
from prescriptions.enums import FilePart, PrescriptionState
from prescriptions.forms.completion import CompletionForm
from prescriptions.models import Prescription, ProofPhoto
from prescriptions.permissions import can_edit_prescription
from prescriptions.services.completion import answer_point
from prescriptions.views.rows import visible_prescription
from prescriptions.views.saving import saved
from typography.french import plural

PLACES = {
    FilePart.IDENTITY: ("prescriptions:prescription_person", "id_last_name"),
    FilePart.CONTACT: ("prescriptions:prescription_person", "id_phone"),
    FilePart.ADDRESS: ("prescriptions:prescription_home", "id_address"),
    FilePart.MEMBERS: ("prescriptions:prescription_home", "id_adults"),
    FilePart.NEEDS: ("prescriptions:prescription_needs", ""),
    FilePart.FACTS: ("prescriptions:prescription_situation", "id_facts-0-what"),
    FilePart.AGREEMENT: ("prescriptions:prescription_situation", "id_agreed"),
    FilePart.DOUBLES: ("prescriptions:prescription_doubles", ""),
}
"""Where each part of a file is completed: a page, and a spot on it."""


@dataclass(frozen=True)
class CompletionQuestion:
    """A point with the page that answers it, and the two fields of its answer."""

    point: CompletionPoint
    said: BoundField
    words: BoundField
    url: str
    place: str


@asks_then_acts
def prescription_completion(request: Request, reference: str) -> HttpResponse:
    """While a file is to be completed: an answer to each point, all at once or some; then it is filed again."""
    prescription = visible_prescription(request, reference)
    actor = request.membership
    may(can_edit_prescription(actor))
    rounds = rounds_of(prescription, actor)
    if prescription.state != PrescriptionState.INCOMPLETE or not rounds:
        return redirect("prescriptions:prescription_detail", reference=reference)
    form = CompletionForm(posted(request), asked=rounds[0])
    if request.method == "POST" and form.is_valid() and saved(form, lambda: _answer(actor, prescription, form)):
        return _after(request, prescription)
    context = {
        "prescription": prescription,
        "form": form,
        "asked": rounds[0],
        "earlier": rounds[1:],
        "questions": [_question(prescription, *row) for row in form.rows()],
        "photos": ProofPhoto.objects.visible_to(actor).waiting().filter(prescription=prescription),
        "back": reverse("prescriptions:prescription_detail", args=[reference]),
    }
    return render(request, "prescriptions/filing/completion.html", context)


@gate.one_transaction
def _answer(actor: Membership, prescription: Prescription, form: CompletionForm) -> bool:
    for code, said, words in form.answers():
        answer_point(actor=actor, prescription=prescription, code=code, said=said, words=words)
    return True


def _after(request: Request, prescription: Prescription) -> HttpResponse:
    """To the summary once every point has its answer."""
    left = rounds_of(prescription, request.membership)[0].left
    if left:
        told = f"Réponses enregistrées. Il reste {left} point{plural(left)} sans réponse."
        messages.success(request, told)
        return redirect("prescriptions:prescription_completion", reference=prescription.reference)
    messages.success(request, "Réponses enregistrées. Relisez, puis déposez de nouveau.")
    return redirect("prescriptions:prescription_submit", reference=prescription.reference)


def _question(
    prescription: Prescription, point: CompletionPoint, said: BoundField, words: BoundField
) -> CompletionQuestion:
    """Where a point is answered: at the spot of its part, or on the summary, from which every part is reached."""
    name, anchor = PLACES[point.part] if point.part else ("prescriptions:prescription_submit", "")
    url = reverse(name, args=[prescription.reference])
    place = point.part.label if point.part else "Relire tout le dossier"
    return CompletionQuestion(point, said, words, f"{url}#{anchor}" if anchor else url, place)
