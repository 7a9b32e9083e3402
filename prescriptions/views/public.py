"""The household’s own page, opened by the link it was sent: is what it asked for still needed?"""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from lifecycle.acting import asks_then_acts
from lifecycle.exceptions import Refused
from prescriptions.enums import LinkAnswer
from prescriptions.models import ConfirmationLink
from prescriptions.own_visit import COOKIE, held_in, hold
from prescriptions.services.confirmation import (
    actor_of,
    answer_link,
    ask_link_again,
    is_open,
    link_for,
    only_expired,
    still_waits,
)
from prescriptions.services.households import record_access
from prescriptions.telling import without_an_answer

PAGE = "prescriptions/still_current.html"
GONE = ("over", "replaced", "ended")


@login_not_required
@never_cache
@asks_then_acts
def still_current(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing: it asks, and takes an answer by POST. A link that is over can be asked again.

    Of the household it says the first name alone, and each opening is in the log of accesses.
    """
    if request.method == "POST":
        return _led_on(request, token)
    told, link = _told(request, token), link_for(token=token)
    said = told.get("said") or ("ask" if is_open(link) else _closed(link))
    household = link.prescription.household
    context = {
        "said": said,
        "first_name": household.first_name,
        "link": link,
        "without_an_answer": without_an_answer(link.prescription) if said == "ask" else "",
        "is_other": (told.get("answer") or link.answer) != link.answer,
    }
    record_access(actor=actor_of(link), household=household, what="still_current")
    response = render(request, PAGE, context, status=410 if said in GONE and not told else 200)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response.delete_cookie(COOKIE, path=request.path, samesite="Strict")
    return response


def _led_on(request: HttpRequest, token: str) -> HttpResponse:
    """To the page itself, which tells once what became of the answer: loading it again answers nothing."""
    told = {"link": token, "said": _answered(request, token), "answer": request.POST.get("answer", "")}
    response = redirect("prescriptions:still_current", token=token)
    hold(response, request.path, told)
    return response


def _told(request: HttpRequest, token: str) -> Mapping[str, Any]:
    held = held_in(request)
    return held if held.get("link") == token else {}


def _answered(request: HttpRequest, token: str) -> str:
    """What became of what was posted; nothing when it was no answer."""
    if "again" in request.POST:
        ask_link_again(token=token)
        return "sent"
    given = request.POST.get("answer", "")
    if given not in LinkAnswer.values:
        return ""
    try:
        answer_link(token=token, answer=given)
    except Refused:
        return ""
    return "yes" if given == LinkAnswer.STILL_CURRENT else "no"


def _closed(link: ConfirmationLink) -> str:
    """Why it opens no more; another link is proposed to whom it would be sent."""
    if link.answered_at:
        return "answered"
    if not still_waits(link):
        return "ended"
    return "over" if only_expired(link) else "replaced"
