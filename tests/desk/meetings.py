"""A committee that sits, its members and the lots on its table, for the tests of meetings."""

import json
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone

from desk.deciding import line_name, lot_name
from desk.enums import LotOutcome, Presence
from desk.models import Meeting, MeetingLot
from desk.services.committees import plan_committee
from desk.services.meetings import (
    close_meeting,
    convene,
    decide_meeting,
    keep_typed,
    open_meeting,
)
from donations.enums import LineRefusalCode
from donations.models import Donation, DonationLine
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from tests.donations.scene import Scene, laptops, load_law, screens
from tests.network.factories import make_membership

TODAY = timezone.localdate


class Table:
    """A technical committee that sits today, its members, and lots on its agenda."""

    def __init__(self, lots: int = 1, ratify: int = 0) -> None:
        load_law()
        self.scene = Scene(lines=(laptops(), screens()))
        self.pilot, self.north, self.south = self.scene.pilot, self.scene.north, self.scene.south
        self.decided = [self.scene.qualified() for _ in range(ratify)]
        self.lots = [self.scene.announced() for _ in range(lots)]
        self.committee = plan_committee(actor=self.pilot, kind="technical", meets_on=TODAY())
        self.member = make_membership(Role.MANAGER, OrganisationKind.EPCI)
        self.stranger = make_membership(Role.OBSERVER, OrganisationKind.DEPARTEMENT)
        convene(actor=self.pilot, committee=self.committee, presences={self.member.pk: Presence.PRESENT})
        self.meeting = open_meeting(actor=self.pilot, committee=self.committee)

    def lines(self, lot: Donation) -> list[DonationLine]:
        return list(lot.lines.order_by("pk"))

    def on_agenda(self, lot: Donation) -> MeetingLot:
        return MeetingLot.objects.get(meeting=self.meeting, donation=lot)

    def typed(self, lot: Donation, *choices: str, **fields: str) -> dict[str, str]:
        """What is typed of a lot: a choice per line, all for the north."""
        typed = {lot_name("workshop", self.on_agenda(lot).pk): str(self.north.pk)}
        for line, choice in zip(self.lines(lot), choices, strict=True):
            typed[line_name("choice", line.pk)] = choice
            if choice == "decline":
                typed[line_name("code", line.pk)] = LineRefusalCode.CONDITION
        return typed | fields

    def keep(self, *typed: dict[str, str]) -> None:
        posted: dict[str, Any] = {}
        for one in typed:
            posted |= one
        keep_typed(actor=self.pilot, meeting=self.meeting, posted=posted)

    def decide(self) -> dict[int, LotOutcome | None]:
        settled = decide_meeting(actor=self.pilot, meeting=self.meeting)[1]
        return {one.read.donation.pk: one.outcome for one in settled}

    def close(self) -> Meeting:
        self.meeting = close_meeting(actor=self.pilot, meeting=self.meeting)
        return self.meeting

    def page(self, name: str) -> str:
        return reverse(f"desk:{name}", args=[self.meeting.reference])


def codes(refused: Refused) -> set[str]:
    return {reason.code for reason in refused.all}


def states(lots: Iterable[Donation]) -> list[str]:
    return [Donation.objects.get(pk=lot.pk).state for lot in lots]


def shown_on(answer: Any) -> dict[str, str]:
    """All the fields of a page as it shows them, as a browser posts them."""
    assert 'name="shown"' in answer.content.decode()
    shown: str = answer.context["shown"]
    return json.loads(shown) | {"shown": shown}
