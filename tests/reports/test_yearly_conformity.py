"""The non-conformity of each convention in the yearly report: what its own page says of its quarters, all at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from conventions.models import Convention
from distribution.enums import SendBackReason
from lifecycle import gate
from network.enums import OrganisationKind, Role
from refurb.models import Device
from reports.conformity import Quarter, quarters_of, rows_counted, year_quarters
from reports.months import PARIS
from reports.yearly_steering import SteeringTable
from tests.costs import assert_same_queries
from tests.distribution.shelves import Shelf
from tests.refurb.pages import acting
from tests.reports.stories import member
from tests.reports.test_volumes import span
from tests.reports.test_volumes import told as told_in_a_year

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Shelf:
    """A shelf whose convention is in force."""
    shelf = Shelf()
    assert shelf.convention
    return shelf


def send_back(shelf: Shelf, device: Device, reason: SendBackReason = SendBackReason.BROKEN) -> Device:
    return gate.apply(device, "send_back", actor=shelf.adviser, at=shelf.at, reason=reason)


def of_year(convention: Convention, until: datetime, year: int) -> list[tuple[int, int, bool]]:
    """What each quarter of the year counts, and whether it is over."""
    quarters: list[Quarter] = year_quarters([convention.pk], year, until)[convention.pk]
    return [(one.delivered, one.returned, one.is_over) for one in quarters]


def test_a_set_of_conventions_is_told_what_each_one_is_told_alone(shelf: Shelf) -> None:
    other, never = shelf.another_convention(), shelf.another_convention()
    send_back(shelf, shelf.available())
    shelf.available(convention=other)
    today, until = timezone.localdate(), span().until
    found = year_quarters([shelf.convention.pk, other.pk, never.pk], today.year, until)
    assert found == {one.pk: quarters_of(one, today) for one in (shelf.convention, other, never)}
    assert [[(one.delivered, one.returned) for one in some] for some in found.values()] == [[(1, 1)], [(1, 0)], []]


def test_what_comes_after_the_period_changes_nothing_of_it(shelf: Shelf, days_to_come: Any) -> None:
    kept, year = shelf.available(), timezone.localdate().year
    until = span(1).until
    before = of_year(shelf.convention, until, year)
    shelf.at = until
    send_back(shelf, kept)
    assert of_year(shelf.convention, until, year) == before == [(1, 0, before[0][2])]


def test_the_year_is_parted_at_midnight_in_paris(shelf: Shelf, days_to_come: Any) -> None:
    year = timezone.localdate().year
    midnight = datetime(year + 1, 1, 1, tzinfo=PARIS)
    for at in (midnight - timedelta(seconds=1), midnight):
        shelf.at = at
        send_back(shelf, shelf.available())
    until = midnight + timedelta(days=40)
    assert [of_year(shelf.convention, until, one) for one in (year, year + 1)] == [[(1, 1, True)], [(1, 1, False)]]
    assert of_year(shelf.convention, midnight, year) == [(1, 1, True)]


def test_the_year_says_the_rate_of_each_convention_and_its_numbers_open_their_devices(
    shelf: Shelf, days_to_come: Any
) -> None:
    for reason in (SendBackReason.BROKEN, SendBackReason.CONDITION, SendBackReason.UNSOLD):
        send_back(shelf, shelf.available(), reason)
    send_back(shelf, shelf.shipped())
    shelf.available()
    shelf.shipped()
    other = shelf.another_convention()
    send_back(shelf, shelf.available(convention=other))
    year, _, tables = told_in_a_year(shelf)
    table: SteeringTable = tables["nonconformity"]

    (allowed,) = {str(line[4]) for line in table.lines[:-1]}
    over = all(one.is_over for one in quarters_of(shelf.convention, timezone.localdate(year.period.until)))
    above = str(quarters_of(shelf.convention, timezone.localdate())[0]) if over else "aucun"
    assert {str(line[0]).partition(", ")[2]: line[1:] for line in table.lines[:-1]} == {
        shelf.convention.reference: (5, 3, "60\u00a0%", allowed, above),
        other.reference: (1, 1, "–", allowed, "aucun"),
    }
    assert table.lines[-1] == ("Total", 6, 4, "66,7\u00a0%", "–", "–")
    client, followed = acting(shelf.pilot), 0
    for line, urls in zip(table.lines, table.leads, strict=True):
        for cell, url in zip(line[1:], urls, strict=True):
            if url:
                assert client.get(url).context["listing"].count == cell
                followed += 1
    assert followed == 4


def test_the_rows_are_the_pilots_alone(shelf: Shelf, days_to_come: Any) -> None:
    send_back(shelf, shelf.available())
    year, _, _ = told_in_a_year(shelf)
    address = reverse("reports:year_conformity", args=[year.year, shelf.convention.reference, "renvoyes"])
    assert acting(shelf.pilot).get(address).status_code == 200
    assert acting(shelf.pilot).get(address.replace("renvoyes", "perdus")).status_code == 404
    assert acting(shelf.pilot).get(address.replace(shelf.convention.reference, "C-0")).status_code == 404
    for role, kind in ((Role.OBSERVER, OrganisationKind.PREFECTURE), (Role.SIGNATORY, OrganisationKind.EPCI)):
        assert acting(member(role, kind)).get(address).status_code == 403
    for one in (shelf.adviser, shelf.manager):
        assert acting(one).get(address).status_code == 403


def test_the_rows_are_as_many_as_the_quarters_count(shelf: Shelf) -> None:
    send_back(shelf, shelf.shipped())
    send_back(shelf, shelf.available(), SendBackReason.UNSOLD)
    (quarter,) = quarters_of(shelf.convention, timezone.localdate())
    asked = (shelf.convention.pk, quarter.first, quarter.first, span().until)
    found = [len(rows_counted(*asked, of_returned=of_returned)) for of_returned in (False, True)]
    assert found == [quarter.delivered, quarter.returned] == [2, 1]


def test_conventions_cost_the_same_one_or_many(shelf: Shelf) -> None:
    year, until = timezone.localdate().year, span().until

    def more(count: int) -> None:
        for _ in range(count):
            send_back(shelf, shelf.available(convention=shelf.another_convention()))

    every = Convention.objects.values_list("pk", flat=True)
    assert_same_queries(more, lambda: year_quarters(list(every), year, until), rows=3)
