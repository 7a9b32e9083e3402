"""Files that look alike, side by side: the same household, or not? Both answers are remembered and can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lifecycle.acting import asks_then_acts, may, posted
from lifecycle.actors import Actor
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.enums import OPEN_NEED_STATES, Compared, IdentityReason, NeedState
from prescriptions.forms.doubles import DoublesForm
from prescriptions.likeness import Name, swapped
from prescriptions.models import Household, Need
from prescriptions.permissions import can_attach_household, can_decide_prescription, can_edit_prescription
from prescriptions.services.doubles import Double, look_elsewhere, possible_doubles
from prescriptions.services.households import record_sightings
from prescriptions.views.identity import identity_url
from prescriptions.views.rows import visible_household, visible_prescription
from prescriptions.views.saving import answering, saved
from prescriptions.views.stages import STAGES, being_written, leave, stages_of
from typography.french import day, plural

ASKED = (*OPEN_NEED_STATES, NeedState.MET)
"""The needs that tell who a household is: those it waits for, those that were met."""
TITLE = "Dossiers qui se ressemblent"


@dataclass(frozen=True)
class ComparedRow:
    """One line of a comparison: what both files say, and how close that is."""

    label: str
    mine: str
    other: str
    compared: Compared


@dataclass(frozen=True)
class DoubleQuestion:
    """A file that looks like this one: both side by side, what it asks for, and the choice to make."""

    double: Double
    answer: BoundField
    rows: list[ComparedRow]
    needs: list[Need] = field(default_factory=list)


def questions(form: DoublesForm, household: Household, actor: Actor, page: str) -> list[DoubleQuestion]:
    """What is asked of each file, read beside this one, which its log of accesses says; three queries at most."""
    others = [double.household for double in form.doubles]
    reason = IdentityReason.DOUBLE.value if is_pilot(actor) else ""
    record_sightings(actor=actor, households=[other.pk for other in others], what=page, reason=reason)
    needs: dict[int, list[Need]] = {}
    asked = Need.objects.visible_to(actor).filter(prescription__household__in=others, state__in=ASKED)
    for need in asked.select_related("prescription").order_by("pk"):
        needs.setdefault(need.prescription.household_id, []).append(need)
    return [
        DoubleQuestion(double, answer, side_by_side(household, double.household), needs.get(double.household.pk, []))
        for double, answer in form.rows()
    ]


def side_by_side(one: Household, other: Household) -> list[ComparedRow]:
    """The columns that tell whether two files are of one household."""
    return [
        _named("Nom", one.last_name, other.last_name),
        _named("Prénom", one.first_name, other.first_name),
        _born(one, other),
        _same("Téléphone", one.phone, other.phone, one.phone_key == other.phone_key),
        _same("Courriel", one.email, other.email),
        _same("Adresse", _address(one), _address(other), one.address_key == other.address_key),
        _same("Commune", _commune(one), _commune(other)),
        _same("Foyer", _members(one), _members(other)),
    ]


def _named(label: str, mine: str, theirs: str) -> ComparedRow:
    one, other = Name.of(mine), Name.of(theirs)
    if one.whole == other.whole or not one.whole or not other.whole:
        return _same(label, mine, theirs, is_same=True)
    return ComparedRow(label, mine, theirs, Compared.NEAR if one.is_near(other) else Compared.DIFFERENT)


def _born(one: Household, other: Household) -> ComparedRow:
    row = _same("Date de naissance", day(one.birth_date), day(other.birth_date))
    turned = one.birth_date is not None and swapped(one.birth_date) == other.birth_date
    return ComparedRow(row.label, row.mine, row.other, Compared.NEAR) if turned else row


def _same(label: str, mine: str, theirs: str, is_same: bool | None = None) -> ComparedRow:
    if not mine or not theirs:
        return ComparedRow(label, mine, theirs, Compared.UNKNOWN)
    alike = mine == theirs if is_same is None else is_same
    return ComparedRow(label, mine, theirs, Compared.SAME if alike else Compared.DIFFERENT)


def _address(household: Household) -> str:
    return f"{household.address} {household.postcode}".strip() if household.address else ""


def _commune(household: Household) -> str:
    return str(household.commune or "")


def _members(household: Household) -> str:
    if household.adults is None:
        return ""
    adults = f"{household.adults} adulte{plural(household.adults)}"
    children = household.children or 0
    return f"{adults}, {children} enfant{plural(children)}" if children else adults


# --- the three pages that ask


@asks_then_acts
def prescription_doubles(request: Request, reference: str) -> HttpResponse:
    """While a prescription is written: the files of one's own team; of the others, only that there is one."""
    prescription = visible_prescription(request, reference)
    may(can_edit_prescription(request.membership))
    if not being_written(request, prescription):
        return redirect("prescriptions:prescription_detail", reference=reference)
    household = prescription.household
    form = _form(request, household)
    if _is_answered(request, form, household):
        return leave(request, prescription, "person")
    context = {
        "prescription": prescription,
        "stages": stages_of(prescription, "person", request.membership),
        "next_url": reverse(STAGES["home"].url, args=[reference]),
        "elsewhere": look_elsewhere(actor=request.membership, household=household),
    }
    return _page(request, "prescriptions/filing/doubles.html", form, household, context)


@asks_then_acts
def prescription_compare(request: Request, reference: str) -> HttpResponse:
    """Before a prescription is accepted: every file that whoever decides sees, whichever prescriber follows it."""
    prescription = visible_prescription(request, reference)
    may(can_decide_prescription(request.membership))
    back = reverse("prescriptions:prescription_detail", args=[reference])
    return _compare(request, prescription.household, back, reference)


@asks_then_acts
def household_doubles(request: Request, reference: str) -> HttpResponse:
    """From a household's file: those that look like it, for whoever sees both."""
    household = visible_household(request, reference)
    may(can_attach_household(request.membership))
    return _compare(request, household, reverse("prescriptions:household_detail", args=[reference]), reference)


def _compare(request: Request, household: Household, back: str, subject: str) -> HttpResponse:
    if household.veiled:
        return redirect(identity_url(household, IdentityReason.DOUBLE))
    form = _form(request, household)
    if _is_answered(request, form, household):
        messages.success(request, "Réponses retenues.")
        return redirect(back)
    context = {"row": household, "title": TITLE, "back": back, "subject": subject}
    return _page(request, "prescriptions/actions/household_doubles.html", form, household, context)


def _form(request: Request, household: Household) -> DoublesForm:
    doubles: Sequence[Double] = possible_doubles(actor=request.membership, household=household)
    return DoublesForm(posted(request), doubles=doubles)


def _is_answered(request: Request, form: DoublesForm, household: Household) -> bool:
    if request.method != "POST" or not form.is_valid():
        return False
    return saved(form, answering(form, household, request.membership)) is not None


def _page(
    request: Request, template: str, form: DoublesForm, household: Household, context: Mapping[str, Any]
) -> HttpResponse:
    match: Any = request.resolver_match
    asked = questions(form, household, request.membership, match.url_name)
    return render(request, template, {"form": form, "household": household, "questions": asked, **context})
