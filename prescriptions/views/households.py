"""What is corrected in a household’s file, apart from its verbs: identity and contact."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from lifecycle.acting import asks_then_acts, may, posted
from lifecycle.requests import own_address
from network.requests import Request
from prescriptions.forms.households import HouseholdForm
from prescriptions.models import Household
from prescriptions.permissions import can_follow_household
from prescriptions.services import households as services
from prescriptions.services.hearing_back import read_household_answers
from prescriptions.views.rows import visible_household
from prescriptions.views.saving import saved

PLAIN = "prescriptions/actions/_household.html"


def from_where(request: Request, household: Household) -> dict[str, str]:
    """The page of the household, and the one that is gone back to: ``?suite=``, where one came from, else the same."""
    page = reverse("prescriptions:household_detail", args=[household.reference])
    return {"page": page, "back": own_address(request, request.GET.get("suite", ""), page)}


@asks_then_acts
def household_edit(request: Request, reference: str) -> HttpResponse:
    """Identity, contact, members: what was mistyped or has changed. ``?suite=``: the page one came from to do so."""
    household = visible_household(request, reference)
    actor = request.membership
    may(can_follow_household(actor))
    form = HouseholdForm(posted(request), instance=Household.objects.get(pk=household.pk))
    around = from_where(request, household)
    page, back = around["page"], around["back"]
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data[name] for name in form.changed_data}
        edited = saved(form, lambda: services.edit_household(actor=actor, household=household, **data))
        if edited is not None:
            messages.success(request, " ".join(("Dossier corrigé.", *edited.told_to)))
            return redirect(back)
    query = {"suite": back} if back != page else None
    context = around | {
        "form": form,
        "row": household,
        "household": household,
        "title": "Corriger l’identité ou le contact",
        "submit": "Enregistrer",
        "impossible": "" if household.state == "open" else services.NOT_OPEN.sentence,
        "elsewhere": reverse("prescriptions:household_move", args=[reference], query=query),
        "mistaken": reverse("prescriptions:household_correct_commune", args=[reference], query=query),
    }
    return render(request, PLAIN, context)


@require_POST
def household_heard(request: Request, reference: str) -> HttpResponse:
    """What the household answered by SMS is read."""
    household = visible_household(request, reference)
    may(can_follow_household(request.membership))
    if read_household_answers(actor=request.membership, household=household):
        messages.success(request, "C’est noté\u00a0: sa réponse est lue, le texte est effacé.")
    return redirect("prescriptions:household_detail", reference=reference)
