"""The household’s own page, behind the QR code of its sheet and a year of birth: where its request stands."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from allauth.core.internal import ratelimit
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from documents.addresses import typed_code
from lifecycle.acting import asks_then_acts, posted
from lifecycle.actors import SignedLink
from prescriptions.enums import HouseholdState, RightKind, SheetLanguage
from prescriptions.models import Prescription, RightsRequest, SheetTranslation
from prescriptions.models.household import OWN_SHEET
from prescriptions.own_papers import pass_for, request_of
from prescriptions.own_parts import parts_of
from prescriptions.own_visit import SEEN, OwnVisit, leads_on, let_go, shown, visit_of
from prescriptions.rights_told import KINDS
from prescriptions.saying import Tongue, TranslatableDay, from_parts, in_other_words, translatable
from prescriptions.services.households import record_access
from prescriptions.telling import limited, telling_of

TRIES = {"own_page": "20/h/ip,5/h/key,10/d/key"}
"""Wrong years that one address of the network, and all the sheets of one request, may be tried with: of some sixty,
ten a day. The address comes first: one that is tired out takes no try from a request."""
PAGE = "prescriptions/own_page.html"


YEAR_TYPED = "Tapez les 4 chiffres de votre année de naissance."


class BirthYearForm(forms.Form):
    """The year that the person of reference was born in."""

    year = forms.RegexField(
        r"^\s*(19|20)[0-9]{2}\s*$",
        label="Votre année de naissance",
        max_length=8,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="4 chiffres, par exemple 1984.",
        error_messages={"invalid": YEAR_TYPED, "required": YEAR_TYPED},
    )

    def __init__(self, *args: Any, tongue: Tongue | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if tongue is not None:
            year = self.fields["year"]
            year.label, year.help_text = tongue.say(year.label), tongue.say(year.help_text)
            year.error_messages = {code: tongue.say(said) for code, said in year.error_messages.items()}


@login_not_required
@never_cache
@asks_then_acts
@sensitive_post_parameters("year")
def own_page(request: HttpRequest, code: str) -> HttpResponse:
    """Opening it says nothing: it asks for a year of birth, then tells. No account, no session (``own_visit``).

    The answer is the same for a code that no sheet has, another’s sheet, a wrong year and a file without any.
    """
    if "close" in request.POST:
        return let_go(request, code)
    if request.method != "POST" and (visit := visit_of(request, code)) is not None:
        return _visited(request, code, visit)
    tongue = tongue_of(request)
    form = BirthYearForm(posted(request), tongue=tongue)
    context = {"form": form, "code": code, "tongue": tongue}
    if not form.is_valid():
        return hidden(render(request, PAGE, context | {"said": ""}))
    opened = request_of(code)
    key = f"prescription {opened[1]}" if opened else typed_code(code) or code
    tried = ratelimit.consume(request, app="prescriptions", action="own_page", config=TRIES, key=key)
    if not tried:
        return hidden(render(request, PAGE, context | {"said": "too_many"}, status=429))
    prescription = opened and born_in(int(form.cleaned_data["year"]), opened[1])
    if not opened or not prescription:
        return hidden(render(request, PAGE, context | {"said": "unknown"}))
    tried.rollback()
    record_access(actor=link_of(opened), household=prescription.household, what="own_page")
    return leads_on(request, code, opened, SEEN)


def _visited(request: HttpRequest, code: str, visit: OwnVisit) -> HttpResponse:
    """The page as it is now, with what became of what was just asked; the log has it once."""
    prescription, told = asked_for(visit.opened[1]), visit.told
    if prescription is None:
        return let_go(request, code)
    if not told:
        record_access(actor=link_of(visit.opened), household=prescription.household, what="own_page")
    said = {name: from_parts(told.get(name, "")) for name in ("done", "refused")}
    page = told_page(request, code, visit.opened, prescription, asked=told.get("asked", {}), **said)
    return shown(page, code, visit)


def tongue_of(request: HttpRequest) -> Tongue | None:
    """The language that the address asks for (``?langue=ar``); None for French, and for what is no language here."""
    asked = request.GET.get("langue", "")
    if asked not in SheetLanguage.values:
        return None
    return Tongue(SheetLanguage(asked), SheetTranslation.objects.texts_on(asked, timezone.localdate()))


def link_of(opened: tuple[int, int]) -> SignedLink:
    """Whoever opened the page: the journal and the log of accesses keep the key of the paper."""
    return SignedLink(f"{OWN_SHEET}{opened[0]}", opens=("prescription", opened[1]))


def told_page(
    request: HttpRequest,
    code: str,
    opened: tuple[int, int],
    prescription: Prescription,
    *,
    done: str = "",
    refused: str = "",
    asked: Mapping[str, str] | None = None,
) -> HttpResponse:
    """What the household is told; ``done`` or ``refused``: what became of what it has just asked on this page."""
    telling, parts = telling_of(prescription), parts_of(prescription, link_of(opened), asked or {})
    if (prescription.is_live or parts) and RightsRequest.objects.limits(prescription.household_id):
        telling = limited(telling)
    words = {written: here for part in parts for written, here in part.words.items()}
    telling = replace(telling, sentences=tuple(in_other_words(said, words) for said in telling.sentences))
    context = {
        "said": "told",
        "telling": telling,
        "prescription": prescription,
        "code": code,
        "pass": pass_for(opened),
        "parts": parts,
        "todo": next((part.todo for part in parts if part.todo), telling.todo),
        "done": done,
        "refused": refused,
        "tongue": tongue_of(request),
        "agreement": agreement_of(prescription),
        "rights": rights_of(prescription),
    }
    return hidden(render(request, PAGE, context))


def rights_of(prescription: Prescription) -> list[RightsRequest]:
    """The rights that this household exercises and that wait for an answer, in the words of its letters."""
    asked = list(RightsRequest.objects.open().filter(household=prescription.household_id).order_by("received_on", "pk"))
    for one in asked:
        one.told_kind = KINDS[RightKind(one.kind)]  # type: ignore[attr-defined]
        one.late = one.is_late(timezone.localdate())  # type: ignore[attr-defined]
    return asked


def agreement_of(prescription: Prescription) -> Mapping[str, str] | None:
    """The agreement that holds, the text that was read, and since when; None once nobody deals with the request."""
    given = prescription.agreements.first() if prescription.is_live else None
    if given is None:
        return None
    since = translatable("Vous avez donné votre accord le {day}.", day=TranslatableDay.of(given.given_on))
    return {"since": since, "text": given.exact_text}


def born_in(year: int, prescription: int) -> Prescription | None:
    """This request, if the person of reference of its household was born that year, by its file or by one joined to it.

    The sheet was handed out under either: it stays good.
    """
    days = (date(year, 1, 1), date(year, 12, 31))
    joined = Q(household__joined__birth_date__range=days, household__joined__state=HouseholdState.JOINED)
    return asked_for(prescription, Q(household__birth_date__range=days) | joined)


def asked_for(prescription: int, which: Q | None = None) -> Prescription | None:
    """The request of this key, with what its page says of it."""
    around = ("household", "prescriber", "distributor")
    return Prescription.objects.filter(which or Q(), pk=prescription).select_related(*around).first()


def hidden(response: HttpResponse) -> HttpResponse:
    """No search engine keeps the page."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
