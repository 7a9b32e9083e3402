"""The household’s own page, behind the QR code of its sheet and a year of birth: where its request stands."""

from datetime import date

from allauth.core.internal import ratelimit
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from documents.addresses import typed_code
from lifecycle.acting import asks_then_acts, posted
from lifecycle.actors import SignedLink
from prescriptions.models import PrescriptionPaper
from prescriptions.models.household import OWN_SHEET
from prescriptions.services.households import record_access
from prescriptions.telling import telling_of

TRIES = {"own_page": "5/h/key,10/d/key,20/h/ip"}
"""Wrong years that one sheet, and one address of the network, may be tried with: of some sixty, ten a day."""
PAGE = "prescriptions/own_page.html"


class BirthYearForm(forms.Form):
    """The year that the person of reference was born in."""

    year = forms.RegexField(
        r"^\s*(19|20)[0-9]{2}\s*$",
        label="Votre année de naissance",
        max_length=8,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="4 chiffres, par exemple 1984.",
        error_messages={"invalid": "Tapez les 4 chiffres de votre année de naissance."},
    )


@login_not_required
@never_cache
@asks_then_acts
@sensitive_post_parameters("year")
def own_page(request: HttpRequest, code: str) -> HttpResponse:
    """Opening it says nothing: it asks for a year of birth, and answers a POST. No account, nothing kept in a session.

    The answer is the same for a code that no sheet has, another’s sheet, a wrong year and a file without any.
    """
    form = BirthYearForm(posted(request))
    if not form.is_valid():
        return _hidden(render(request, PAGE, {"form": form, "said": "", "code": code}))
    sheet = typed_code(code) or code
    tried = ratelimit.consume(request, app="prescriptions", action="own_page", config=TRIES, key=sheet)
    if not tried:
        return _hidden(render(request, PAGE, {"form": form, "said": "too_many"}, status=429))
    paper = _paper(code, int(form.cleaned_data["year"]))
    if paper is None:
        return _hidden(render(request, PAGE, {"form": form, "said": "unknown", "code": code}))
    tried.rollback()
    prescription = paper.prescription
    link = SignedLink(f"{OWN_SHEET}{paper.pk}", opens=("prescription", prescription.pk))
    record_access(actor=link, household=prescription.household, what="own_page")
    context = {"said": "told", "telling": telling_of(prescription), "prescription": prescription}
    return _hidden(render(request, PAGE, context))


def _paper(code: str, year: int) -> PrescriptionPaper | None:
    """The sheet with this code, if it still says something and its household was born that year."""
    born = {
        "prescription__household__birth_date__gte": date(year, 1, 1),
        "prescription__household__birth_date__lte": date(year, 12, 31),
    }
    papers = PrescriptionPaper.objects.filter(document__public_code=typed_code(code), document__forgotten_at=None)
    around = ("document", "prescription__household", "prescription__prescriber", "prescription__distributor")
    return papers.filter(**born).select_related(*around).first()


def _hidden(response: HttpResponse) -> HttpResponse:
    """No search engine keeps the page, and no other site learns its address."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
