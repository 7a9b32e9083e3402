"""Households exercise their rights: some requests are over, one is near its day, one in doubt, one comes by a page."""

from datetime import datetime, timedelta

from django.utils import timezone

from demo.agenda import Thread
from demo.calendar import local
from demo.context import Story
from lifecycle import gate
from lifecycle.actors import Actor, SignedLink
from network.enums import Role
from network.models import Membership
from prescriptions.enums import Doubt, HouseholdState, Requester, RightKind, RightsChannel, RightsRefusal, ToldBy
from prescriptions.models import Household, PrescriptionPaper, RightsRequest
from prescriptions.models.household import OWN_SHEET
from prescriptions.services.known import export_known
from prescriptions.services.rights import answer_rights_request, receive_rights_request, refuse_rights_request

ANSWERED, REFUSED, WITHDRAWN, NEAR, DOUBTED, LAST = 45, 38, 30, 19, 9, 2
"""Working days before the end when each request comes."""
FALSE, TRUE = "Le numéro de la rue est faux.", "C’est le 12, pas le 21."


def rights(story: Story) -> Thread:
    """The officer has something to read on his first page, and something that he answered."""
    officer = story.cast.people["departement", Role.DPO][0]
    yield (at := local(story.back(ANSWERED), 10, 40))
    asked = _noted(story, RightKind.ACCESS, 0, at)
    yield (at := local(story.back(ANSWERED - 4), 14, 40))
    export_known(actor=officer, rights_request=asked, at=at)
    answer_rights_request(actor=officer, rights_request=asked, told_by=ToldBy.LETTER, at=at + timedelta(minutes=30))
    yield (at := local(story.back(REFUSED), 14, 20))
    asked = _noted(story, RightKind.RECTIFICATION, 1, at)
    yield (at := local(story.back(REFUSED - 4), 15, 20))
    given = {"refusal": RightsRefusal.EXACT, "told_by": ToldBy.LETTER, "reply": "Relu avec la famille."}
    refuse_rights_request(actor=officer, rights_request=asked, at=at, **given)
    yield (at := local(story.back(WITHDRAWN), 15, 10))
    asked = _noted(story, RightKind.OBJECTION, 1, at)
    yield (at := local(story.back(WITHDRAWN - 1), 15, 10))
    gate.apply(asked, "withdraw", actor=officer, at=at)
    yield (at := local(story.back(NEAR), 11, 5))
    _noted(story, RightKind.RECTIFICATION, 1, at)
    yield (at := local(story.back(DOUBTED), 9, 50))
    doubted = _received(officer, _household(story, 2), RightKind.OBJECTION, RightsChannel.EMAIL, at)
    values = {"doubt": Doubt.CONTACT, "told_by": ToldBy.LETTER}
    gate.apply(doubted, "ask_identity", actor=officer, at=at + timedelta(hours=2), **values)
    yield (at := local(story.back(LAST), 18, 15))
    _by_its_page(at)


def _noted(story: Story, kind: RightKind, rank: int, at: datetime) -> RightsRequest:
    household = _household(story, rank)
    worker: Membership = story.cast.people[story.cast.code_of(household.prescriber_id), Role.WORKER][0]
    return _received(worker, household, kind, RightsChannel.PLACE, at)


def _household(story: Story, rank: int) -> Household:
    """One that is followed, the oldest files first."""
    followed = Household.objects.filter(state=HouseholdState.OPEN, rights_requests=None).followed()
    return followed.filter(prescriptions__submitted_at__isnull=False).distinct().order_by("pk")[rank]


def _received(
    actor: Actor, household: Household, kind: RightKind, channel: RightsChannel, at: datetime
) -> RightsRequest:
    said = {"words": FALSE, "truth": TRUE} if kind == RightKind.RECTIFICATION else {}
    return receive_rights_request(
        actor=actor,
        household=household,
        kind=kind,
        requester=Requester.PERSON,
        channel=channel,
        received_on=timezone.localdate(at),
        at=at,
        **said,
    )


def _by_its_page(at: datetime) -> None:
    """The last family that was given a sheet asks to read what is written of it, from the page of that sheet."""
    papers = PrescriptionPaper.objects.filter(prescription__household__rights_requests=None)
    paper = papers.latest("document__created_at", "pk")
    link = SignedLink(f"{OWN_SHEET}{paper.document_id}", opens=("prescription", paper.prescription_id))
    _received(link, paper.prescription.household, RightKind.ACCESS, RightsChannel.PAGE, at)
