"""The pace of an EPCI is what published months say: it comes, it stays, it goes, and it tells no hidden number."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import SYSTEM
from network.enums import OrganisationKind, Role, RolloutState
from network.models import Rollout
from reference.models import Parameter
from reports.models import Report
from reports.months import bounds, month_of, next_month
from reports.pace import last_published
from reports.parameters import CRUISE_MONTHS
from reports.services import compute_report, freeze_report
from tests.distribution.shelves import Shelf
from tests.network.factories import make_membership
from tests.pages import acting, read

pytestmark = pytest.mark.django_db
S = RolloutState


class Paced:
    """An EPCI where so many devices are held for households; months follow each other, two in a row make a pace."""

    def __init__(self, held: int) -> None:
        self.shelf, self.month = Shelf(), month_of(timezone.now())
        self.held = [self.shelf.reserved() for _ in range(held)]
        today = timezone.localdate()
        Parameter.objects.filter(code=CRUISE_MONTHS.code).delete()
        Parameter.objects.create(
            code=CRUISE_MONTHS.code, value=2, valid_from=date(2021, 1, 1), source="essai", checked_on=today
        )

    def live(self, handed: int) -> str:
        """Hand over so many devices in the month, and publish it the next day; returns where the EPCI is then."""
        for _ in range(handed):
            self.shelf.hand_over(self.held.pop())
        following = next_month(self.month)
        at = bounds(following).start + timedelta(days=1)
        frozen = freeze_report(
            actor=self.shelf.pilot, report=compute_report(actor=SYSTEM, month=self.month, at=at), at=at
        )
        gate.apply(frozen, "publish", actor=self.shelf.pilot, at=at)
        self.month, self.shelf.at = following, at + timedelta(hours=1)
        return self.state

    @property
    def rollout(self) -> Rollout:
        return Rollout.objects.get(epci=self.shelf.convention.epci)

    @property
    def state(self) -> str:
        return str(self.rollout.state)


def test_a_pace_comes_with_every_month_told_and_goes_with_none(days_to_come: Any) -> None:
    epci = Paced(10)
    assert epci.live(5) == S.AGREED, "one month is no pace"
    assert epci.live(5) == S.CRUISING
    assert epci.live(0) == S.CRUISING, "of the last two, one is told"
    assert epci.live(0) == S.AGREED
    assert list(epci.rollout.journal.order_by("seq").values_list("verb", "cause_machine")) == [
        ("enter", "convention"),
        ("agree", "convention"),
        ("settle", "report"),
        ("slow", "report"),
    ]


def test_a_number_that_is_hidden_makes_no_pace_and_is_read_by_nobody_there(days_to_come: Any) -> None:
    epci = Paced(6)
    assert (epci.live(3), epci.live(3)) == (S.AGREED, S.AGREED)
    address = reverse("network:rollout_detail", args=[epci.rollout.reference])
    for reader in (
        epci.shelf.pilot,
        make_membership(Role.OBSERVER, OrganisationKind.PREFECTURE),
        make_membership(Role.MANAGER, OrganisationKind.EPCI, epci.shelf.convention.epci_party),
    ):
        page = read(acting(reader), address)
        panel = page.partition("Son rythme")[2].partition("</section>")[0]
        assert "au titre de la convention" in panel
        assert "convention : 3" not in panel.replace("\u00a0", " ")


def test_months_that_do_not_follow_each_other_make_no_pace(days_to_come: Any) -> None:
    epci = Paced(10)
    epci.live(5)
    epci.month = next_month(epci.month)
    epci.shelf.at = bounds(epci.month).start + timedelta(hours=12)
    assert epci.live(5) == S.AGREED
    assert Report.objects.count() == 2
    assert last_published(timezone.localdate()) == []
