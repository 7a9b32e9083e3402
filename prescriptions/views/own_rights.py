"""The household exercises a right by its own page: behind the square code of its sheet and its year of birth."""

from allauth.core.internal import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from documents.addresses import typed_code
from lifecycle.acting import asks_then_acts, posted
from lifecycle.actors import SignedLink
from lifecycle.exceptions import Refused
from prescriptions.enums import Requester, RightsChannel
from prescriptions.forms.rights import OwnRightsForm
from prescriptions.models import Prescription, RightsRequest
from prescriptions.models.household import OWN_SHEET
from prescriptions.own_papers import request_of
from prescriptions.own_visit import SEEN, OwnVisit, leads_on, shown, visit_of
from prescriptions.services.households import record_access
from prescriptions.services.rights import add_to_rights_request, receive_rights_request
from prescriptions.views.own_page import TRIES, BirthYearForm, born_in, hidden

PAGE = "prescriptions/own_rights.html"
OWN_RIGHTS = "prescriptions:own_rights"


class AskForm(BirthYearForm, OwnRightsForm):
    """What is asked, and the year that says that the sheet is one's own."""

    field_order = ("kind", "words", "year")


@login_not_required
@never_cache
@asks_then_acts
@sensitive_post_parameters("year", "kind", "words")
def own_rights(request: HttpRequest, code: str) -> HttpResponse:
    """It says how one exercises a right, and notes what is asked; the same answer for a wrong sheet and a wrong year.

    Its tries are those of the page of the request. Nobody has verified who asks: the officer is told so.
    """
    form, visit = AskForm(posted(request)), visit_of(request, code)
    if request.method != "POST" and visit is not None and (made := _made(visit)) is not None:
        said, late = visit.told["said"], made.is_late(timezone.localdate())
        page = hidden(render(request, PAGE, {"said": said, "asked": made, "late": late, "code": code}))
        return shown(page, code, visit)
    if not form.is_valid():
        return hidden(render(request, PAGE, {"form": form, "said": "", "code": code}))
    opened = request_of(code)
    key = f"prescription {opened[1]}" if opened else typed_code(code) or code
    tried = ratelimit.consume(request, app="prescriptions", action="own_page", config=TRIES, key=key)
    if not tried:
        return hidden(render(request, PAGE, {"form": form, "said": "too_many", "code": code}, status=429))
    prescription = opened and born_in(int(form.cleaned_data["year"]), opened[1])
    if not opened or not prescription:
        return hidden(render(request, PAGE, {"form": form, "said": "unknown", "code": code}))
    tried.rollback()
    said, asked = _asked(prescription, opened[0], form.cleaned_data["kind"], form.cleaned_data["words"])
    return leads_on(request, code, opened, SEEN | {"said": said, "asked_for": asked.pk}, OWN_RIGHTS)


def _made(visit: OwnVisit) -> RightsRequest | None:
    """What was just asked, if that is what the visit is to tell."""
    if "said" not in visit.told:
        return None
    own = RightsRequest.objects.filter(household__prescriptions=visit.opened[1])
    return own.filter(pk=visit.told["asked_for"]).first()


def _asked(prescription: Prescription, paper: int, kind: str, words: str) -> tuple[str, RightsRequest]:
    """What it asks, noted; the one that waits already when it asks the same again, with what it writes now.

    « noted », « already », « added », or « left » when no more words are kept.
    """
    link = SignedLink(f"{OWN_SHEET}{paper}", opens=("prescription", prescription.pk))
    record_access(actor=link, household=prescription.household, what="own_rights")
    own = RightsRequest.objects.open().filter(household=prescription.household_id, kind=kind)
    if (known := own.first()) is not None:
        return _known(known, words)
    try:
        return "noted", receive_rights_request(
            actor=link,
            household=prescription.household,
            kind=kind,
            requester=Requester.PERSON,
            channel=RightsChannel.PAGE,
            received_on=timezone.localdate(),
            words=words,
        )
    except Refused:  # the same was asked in another window meanwhile
        return _known(own.get(), words)


def _known(asked: RightsRequest, words: str) -> tuple[str, RightsRequest]:
    """The request that waits already, and what became of the words that came after it."""
    if not words.strip():
        return "already", asked
    return "added" if add_to_rights_request(rights_request=asked, words=words) else "left", asked
