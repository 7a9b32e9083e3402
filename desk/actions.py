"""What is done of the meeting of a committee, from its opening to its minutes: one page each."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from desk.enums import Typed
from desk.models import Meeting
from desk.services import meetings
from desk.views.meetings import meeting_decide, visible_meeting
from donations.enums import DonationState
from lifecycle.pages import Page, Pages
from network.requests import Request
from typography.french import plural


def _what_is_left(request: Request, meeting: Meeting) -> Mapping[str, Any]:
    """How many lots of the agenda go to the next meeting, to be decided or to be ratified: as it will find them."""
    waiting = Q(donation__state=DonationState.ANNOUNCED)  # else it was decided elsewhere, or withdrawn
    left = meeting.lots.filter(waiting, outcome="", progress__in=(Typed.NOTHING, Typed.POSTPONED)).count()
    decided, silent = meeting.lots.values("donation"), meeting.ratifications.filter(answer="").values("donation")
    unanswered = meetings.to_ratify().filter(Q(pk__in=decided) | Q(pk__in=silent)).count()
    told = "Tout l’ordre du jour a été examiné."
    if left or unanswered:
        parts = [
            f"{left} lot{plural(left)} à décider" if left else "",
            f"{unanswered} lot{plural(unanswered)} à ratifier" if unanswered else "",
        ]
        told = f"Reviennent à la prochaine séance\u00a0: {' et '.join(part for part in parts if part)}."
    return {"warning": f"{told} Le compte rendu est figé\u00a0: ni une présence, ni une décision ne changeront plus."}


PAGES: tuple[Page[Request], ...] = (
    Page("decide", "appliquer", view=meeting_decide),
    Page(
        "close",
        "clore",
        service=meetings.close_meeting,
        done="Séance close. Le compte rendu est prêt",
        context=_what_is_left,
    ),
)

urlpatterns = Pages(Meeting, visible_meeting).urls("seances", PAGES)
