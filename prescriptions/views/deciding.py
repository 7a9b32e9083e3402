"""The decision on a prescription: what whoever decides reads first, then accepts."""

from typing import Any

from django.http import HttpResponse

from lifecycle.acting import asks_then_acts, posted
from lifecycle.pages import Pages
from network.requests import Request
from prescriptions.completion import rounds_of
from prescriptions.enums import EligibilityVerdict
from prescriptions.forms.actions import AcceptForm
from prescriptions.models import Fact, Prescription
from prescriptions.services.prescriptions import accept_prescription
from prescriptions.views.rows import visible_prescription
from prescriptions.views.same_household import same_household
from prescriptions.views.sheet import evaluation_of, needs_of, open_needs
from prescriptions.views.told_apart import told_apart

PRESCRIPTION_PAGES = Pages(Prescription, visible_prescription, "prescriptions/actions/_prescription.html")
"""What the pages of the verbs of a prescription share."""


@asks_then_acts
def prescription_accept(request: Request, reference: str) -> HttpResponse:
    """Accept: the rules of the day are shown; against them, a written reason."""
    prescription = visible_prescription(request, reference)
    evaluation = evaluation_of(prescription)
    return PRESCRIPTION_PAGES.act(
        request,
        prescription,
        "accept",
        AcceptForm(posted(request), against=evaluation.verdict == EligibilityVerdict.AGAINST),
        accept_prescription,
        done="Prescription {row} acceptée. Ses besoins attendent, au rang de ce jour",
        template="prescriptions/actions/decide.html",
        warning="Une acceptation ne se reprend pas\u00a0: le travailleur social est prévenu, et les besoins attendent."
        " Ensuite, un besoin s’abandonne, ou le travailleur social abandonne la demande.",
        **examined(request, prescription, evaluation),
    )


def examined(request: Request, prescription: Prescription, evaluation: Any) -> dict[str, Any]:
    """What whoever decides reads first."""
    facts = Fact.objects.visible_to(request.membership).current().filter(prescription=prescription)
    needs = needs_of(prescription)
    same = same_household(prescription.household, request.membership, open_needs(needs), prescription)
    rounds = rounds_of(prescription, request.membership)
    return {
        "evaluation": evaluation,
        "facts": list(facts),
        "needs": needs,
        "same": same,
        "apart": told_apart(prescription.household, request.membership),
        "rounds": rounds,
    }
