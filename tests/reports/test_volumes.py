"""What conventions promised and what was handed over of it: no act, no correction and no date makes it more."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from conventions.services.drafting import DraftTerms, Plan
from conventions.services.quotas import set_reserve
from distribution.enums import SettlementKind
from distribution.services.returns import settle_return
from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.services.mergers import declare_merger
from refurb.enums import DeviceType
from refurb.models import Device
from reports.months import PARIS, bounds, month_of, next_month
from reports.services import compute_report, freeze_report
from reports.standing import TimeSpan
from reports.volumes import Volume, Which, conventions_at, rows_handed_over, volumes_of
from reports.yearly import Year, year_of, year_of_readers
from reports.yearly_steering import SteeringTable, steering_of
from tests.conventions.conventions import Treaty, again
from tests.costs import assert_same_queries
from tests.distribution.shelves import Shelf
from tests.network.factories import make_epci, make_organisation
from tests.refurb.devices import fresh
from tests.refurb.pages import acting
from tests.reports.stories import member

pytestmark = pytest.mark.django_db
ONE_DAY, ONE_SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def shelf() -> Shelf:
    """A shelf whose convention is in force since today, for a year."""
    shelf = Shelf(quotas={"laptop": 20, "desktop": 5})
    assert shelf.convention
    return shelf


def span(days: int = 1, since: int = 0) -> TimeSpan:
    """From so many days after today to so many days after, at midnight."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return TimeSpan(midnight + since * ONE_DAY, midnight + days * ONE_DAY)


def volume(period: TimeSpan | None = None, convention: Any = None) -> Volume:
    """The only year that is told, or that of a convention."""
    (found,) = (one for one in volumes_of(period or span()) if convention is None or one.convention == convention.pk)
    return found


def numbers(period: TimeSpan | None = None, convention: Any = None) -> tuple[int, int, int]:
    """Handed over in the period, before the end of the year of the convention, after it."""
    found = volume(period, convention)
    return found.within, found.in_time, found.late


def test_what_is_promised_is_the_quota_of_all_types_and_only_what_is_handed_over_counts(shelf: Shelf) -> None:
    shelf.handed_over()
    shelf.reserved()
    shelf.shipped()
    assert (volume().promised, numbers()) == (25, (1, 1, 0))


def test_a_screen_goes_with_its_computer(shelf: Shelf) -> None:
    shelf.handed_over(shelf.reserved(shelf.on_the_shelf(shelf.desktop())))
    assert Device.objects.filter(type=DeviceType.SCREEN, state="handed_over").exists()
    assert numbers() == (1, 1, 0)


def test_a_hand_over_that_is_undone_is_none_and_done_again_is_one(shelf: Shelf) -> None:
    handed = shelf.handed_over()
    gate.apply(handed, "undo_hand_over", actor=shelf.adviser, reason="entry")
    assert numbers() == (0, 0, 0)
    shelf.hand_over(fresh(handed))
    assert numbers() == (1, 1, 0)


def test_a_return_takes_nothing_off_and_its_undoing_adds_nothing(shelf: Shelf) -> None:
    returned = shelf.returned()
    assert numbers() == (1, 1, 0)
    gate.apply(returned, "undo_take_back", actor=shelf.adviser, reason="entry")
    assert numbers() == (1, 1, 0)


def test_an_exchange_hands_over_no_device_more(shelf: Shelf) -> None:
    returned = shelf.returned()
    shelf.exchange(shelf.available(), returned)
    assert Device.objects.filter(state="handed_over").count() == 1
    assert numbers() == (1, 1, 0)


def test_the_same_device_handed_over_twice_under_the_same_places_is_one(shelf: Shelf) -> None:
    returned = shelf.returned()
    settle_return(actor=shelf.adviser, device=returned, kind=SettlementKind.GIVEN_UP)
    on_the_bench = gate.apply(fresh(returned), "start", actor=shelf.technician)
    ready = shelf.bench.recondition(shelf.bench.prepared(on_the_bench))
    twice = shelf.handed_over(shelf.reserved(shelf.on_the_shelf(ready)))
    assert (twice.pk, twice.quota_id) == (returned.pk, returned.quota_id)
    assert numbers() == (1, 1, 0)


def test_a_device_counts_under_the_convention_that_it_was_last_allotted_to(shelf: Shelf) -> None:
    other = shelf.another_convention()
    moved = gate.apply(shelf.allotted(), "release_allotment", actor=shelf.manager, reason="balance")
    shelf.handed_over(shelf.reserved(shelf.on_the_shelf(fresh(moved), other)))
    assert (numbers(convention=shelf.convention), numbers(convention=other)) == ((0, 0, 0), (1, 1, 0))


def test_the_reserve_of_the_pilot_keeps_no_promise_of_a_convention(shelf: Shelf) -> None:
    from_the_reserve(shelf)
    assert Device.objects.filter(state="handed_over", quota__convention=None).exists()
    assert numbers() == (0, 0, 0)


def from_the_reserve(shelf: Shelf) -> None:
    set_reserve(actor=shelf.pilot, type="laptop", year=timezone.localdate().year, total=3)
    allotted = shelf.allotted(actor=shelf.pilot, reserve=True)
    shipped = shelf.shipped(allotted)
    shelf.handed_over(shelf.reserved(gate.apply(shipped, "stock_in", actor=shelf.adviser)))


# --- dates


def test_what_was_handed_over_before_the_period_counts_for_its_year_alone(shelf: Shelf, days_to_come: Any) -> None:
    shelf.handed_over()
    shelf.at = span(40).until + timedelta(hours=10)
    shelf.handed_over()
    assert numbers(span(1)) == (1, 1, 0)
    assert numbers(span(60, since=30)) == (1, 2, 0)


def test_what_is_handed_over_after_the_end_is_apart_and_midnight_parts_them(days_to_come: Any) -> None:
    ends = timezone.localdate() + 30 * ONE_DAY
    shelf = Shelf(quotas={"laptop": 2})
    shelf.convention = shelf.another_convention(ends_on=ends)
    devices = [shelf.available(), shelf.available()]
    last = datetime(ends.year, ends.month, ends.day, 23, 59, 59, tzinfo=PARIS)
    for device, at in zip(devices, (last, last + ONE_SECOND), strict=True):
        shelf.at = at - timedelta(hours=1)
        reserved = shelf.reserved(device)
        shelf.at = at
        shelf.handed_over(reserved)
    assert (volume(span(60)).promised, numbers(span(60))) == (2, (2, 1, 1))
    assert numbers(span(31)) == (1, 1, 0), "the period ends that very midnight"
    assert numbers(span(60, since=31)) == (1, 1, 1), "a year that is over is told when something of it moves"
    assert volumes_of(span(90, since=61)) == []
    convention = shelf.convention.pk
    assert [len(rows_handed_over(span(60), convention, 1, which)) for which in Which] == [2, 1, 1]


def test_a_promise_is_what_its_last_dated_change_made_of_it_before_the_end_of_the_period(days_to_come: Any) -> None:
    treaty = Treaty()
    convention = treaty.active()
    treaty.at = span(10).until + timedelta(hours=12)
    treaty.amended(again(convention), DraftTerms(quotas=[Plan("laptop", 1, 30)]))
    assert [volume(span(days)).promised for days in (1, 10, 12)] == [20, 20, 30]


def test_a_year_of_a_convention_that_has_not_begun_promises_nothing_yet(days_to_come: Any) -> None:
    today = timezone.localdate()
    Treaty(quotas={"laptop": 7}, starts_on=today, ends_on=today.replace(year=today.year + 2) - ONE_DAY).active()
    assert [(one.year, one.promised) for one in volumes_of(span(1))] == [(1, 7)]
    both = volumes_of(span(400))
    assert [(one.year, one.promised) for one in both] == [(1, 7), (2, 7)]
    assert both[0].ends_on + ONE_DAY == both[1].starts_on


def test_a_convention_is_of_the_epci_that_it_served_at_the_end_of_the_period(shelf: Shelf, days_to_come: Any) -> None:
    successor = make_epci(name="Communauté qui reste", short_name="Communauté qui reste")
    party = make_organisation(OrganisationKind.EPCI, epci=successor)
    before = conventions_at(timezone.now())[shelf.convention.pk]
    at = span(20).until
    declare_merger(actor=shelf.pilot, epci=shelf.epci, successor=successor, organisation=party, at=at)
    assert conventions_at(span(10).until)[shelf.convention.pk] == before
    assert conventions_at(at + ONE_DAY)[shelf.convention.pk].epci == "Communauté qui reste"


# --- the year


def told(shelf: Shelf) -> tuple[Year, Year, dict[str, SteeringTable]]:
    """The year of the pilot and that of readers once this month is published, and what the former says besides."""
    month = month_of(timezone.now())
    at = bounds(next_month(month)).start + ONE_DAY
    frozen = freeze_report(actor=shelf.pilot, report=compute_report(actor=shelf.pilot, month=month, at=at), at=at)
    gate.apply(frozen, "publish", actor=shelf.pilot, at=at)
    pilot, readers = year_of(shelf.pilot, month.year, [month], at), year_of_readers(month.year, [month], at)
    return pilot, readers, {table.code: table for part in steering_of(pilot) for table in part.tables}


def test_the_year_says_it_by_convention_and_by_epci_and_each_number_opens_as_many_devices(
    shelf: Shelf, days_to_come: Any
) -> None:
    shelf.handed_over()
    shelf.handed_over()
    other = shelf.another_convention(quotas={"laptop": 5})
    year, readers, tables = told(shelf)

    by_convention, by_epci = tables["by_convention"], tables["by_epci"]
    assert sorted(line[1:] for line in by_convention.lines) == [
        (5, 0, 0, "0\u00a0%", 0), (25, 2, 2, "8\u00a0%", 0), (30, 2, 2, "6,7\u00a0%", 0),
    ]  # fmt: skip
    assert {str(line[0]).partition(",")[0] for line in by_convention.lines} == {shelf.epci.short_name, "Total"}
    assert sum(other.reference in str(line[0]) for line in by_convention.lines) == 1
    assert by_epci.lines == [
        (shelf.epci.short_name, 30, 2, 2, "6,7\u00a0%", 0),
        ("Total", *by_convention.lines[-1][1:]),
    ]
    client, followed = acting(shelf.pilot), 0
    for line, urls in zip(by_convention.lines, by_convention.leads, strict=True):
        for cell, url in zip(line[1:], urls, strict=True):
            if url:
                assert client.get(url).context["listing"].count == cell
                followed += 1
    assert followed == 2
    assert steering_of(readers) == []
    for what in ("1-autre", "x-periode", "11-periode", "\u0661-periode"):
        assert (
            client.get(f"/rapports/annees/{year.year}/volumes/{shelf.convention.reference}/{what}/").status_code == 404
        )
    address = reverse("reports:year_volumes", args=[year.year, shelf.convention.reference, "1-periode"])
    for role, kind in ((Role.OBSERVER, OrganisationKind.PREFECTURE), (Role.MANAGER, OrganisationKind.EPCI)):
        assert acting(member(role, kind)).get(address).status_code == 403


def test_volumes_cost_the_same_whatever_was_promised_and_handed_over(shelf: Shelf) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            shelf.another_convention()
            shelf.handed_over()

    assert_same_queries(more, lambda: (volumes_of(span()), conventions_at(span().until)), rows=3)
