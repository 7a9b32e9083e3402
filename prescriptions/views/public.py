"""The household’s own page, opened by the link it was sent: is what it asked for still needed?"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from lifecycle.acting import asks_then_acts
from lifecycle.exceptions import Refused
from prescriptions.enums import LinkAnswer
from prescriptions.models import ConfirmationLink
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
    said = _answered(request, token) if request.method == "POST" else ""
    link = link_for(token=token)
    if not said:
        said = "ask" if is_open(link) else _closed(link)
    household = link.prescription.household
    told = {
        "said": said,
        "first_name": household.first_name,
        "link": link,
        "without_an_answer": without_an_answer(link.prescription) if said == "ask" else "",
        "is_other": request.POST.get("answer", link.answer) != link.answer,
    }
    record_access(actor=actor_of(link), household=household, what="still_current")
    response = render(request, PAGE, told, status=_status(request, said))
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


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


def _status(request: HttpRequest, said: str) -> int:
    """A link that is over is gone, and says so to machines too."""
    return 410 if said in GONE and request.method != "POST" else 200
