"""The rate of non-conformity of a convention: what its model says is what is counted, for whom may know it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone

from conventions.enums import ConventionState
from conventions.models import Convention
from distribution.enums import SendBackReason
from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Membership
from refurb.enums import DeviceType
from refurb.models import Device
from reports import conformity
from reports.conformity import (
    FEWEST,
    TOLD_FROM,
    Count,
    Quarter,
    exceeds_twice,
    judged,
    quarter_of,
    quarters_of,
    told_outside,
)
from tests.conventions.pages import acting, answered, done, page_of, read
from tests.distribution.shelves import Shelf
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db
WINTER, SPRING, SUMMER, AUTUMN = (date(2026, month, 1) for month in (1, 4, 7, 10))
FIVE = [(date(2025, 1, 1), Decimal(5))]


@pytest.fixture
def shelf() -> Shelf:
    """A shelf whose convention is in force."""
    shelf = Shelf()
    assert shelf.convention
    return shelf


def this_quarter(convention: Convention) -> tuple[int, int]:
    """How many were delivered and sent back."""
    found = quarters_of(convention, timezone.localdate())
    return (found[-1].delivered, found[-1].returned) if found else (0, 0)


def send_back(shelf: Shelf, device: Device, reason: SendBackReason = SendBackReason.BROKEN) -> Device:
    return gate.apply(device, "send_back", actor=shelf.adviser, reason=reason)


def page_of_convention(shelf: Shelf, actor: Membership) -> str:
    page = read(acting(actor), page_of(shelf.convention, "convention_detail"))
    return page.partition("renvoyés non conformes, par trimestre")[2].partition("</section>")[0]


def test_what_arrives_is_delivered_and_only_a_fault_is_a_non_conformity(shelf: Shelf) -> None:
    shelf.allotted()
    shelf.shipped()
    assert this_quarter(shelf.convention) == (0, 0)
    kept, unsold, broken = (shelf.available() for _ in range(3))
    assert kept.state == "available"
    send_back(shelf, unsold, SendBackReason.UNSOLD)
    send_back(shelf, broken, SendBackReason.CONDITION)
    assert this_quarter(shelf.convention) == (3, 1)


def test_what_is_sent_back_from_the_lorry_was_delivered(shelf: Shelf) -> None:
    send_back(shelf, shelf.shipped())
    assert this_quarter(shelf.convention) == (1, 1)


def test_what_is_lost_on_its_way_is_delivered_the_day_it_is_found_and_what_is_lost_there_is_not_twice(
    shelf: Shelf,
) -> None:
    shelf.missing(shelf.shipped())
    lost = Device.objects.get(state="missing")
    assert this_quarter(shelf.convention) == (0, 0)
    gate.apply(lost, "find", actor=shelf.adviser, quota=lost.quota_id)
    assert this_quarter(shelf.convention) == (1, 0)
    again = shelf.missing(Device.objects.get(pk=lost.pk))
    gate.apply(again, "find", actor=shelf.adviser, quota=again.quota_id)
    assert this_quarter(shelf.convention) == (1, 0)


def test_a_screen_counts_with_its_computer(shelf: Shelf) -> None:
    desktop = shelf.on_the_shelf(shelf.desktop())
    send_back(shelf, desktop)
    assert this_quarter(shelf.convention) == (1, 1)


def test_a_device_counts_under_the_convention_that_brought_it(shelf: Shelf) -> None:
    other = shelf.another_convention()
    send_back(shelf, shelf.available())
    shelf.available(convention=other, type=DeviceType.TABLET)
    assert this_quarter(shelf.convention) == (1, 1)
    assert this_quarter(other) == (1, 0)


def test_a_quarter_is_judged_by_the_rate_that_held_on_its_last_day() -> None:
    allowed = [(date(2025, 1, 1), Decimal(5)), (date(2026, 6, 30), Decimal(20))]
    counts = {WINTER: Count(10, 1), SPRING: Count(10, 1), SUMMER: Count(10, 3)}
    assert [quarter.finding for quarter in judged(counts, allowed, AUTUMN)] == [
        "au-dessus",
        "dans la limite",
        "au-dessus",
    ]


def test_two_quarters_in_a_row_are_said_and_one_between_breaks_the_row() -> None:
    running = judged({WINTER: Count(10, 1), SPRING: Count(10, 1), SUMMER: Count(10, 1)}, FIVE, AUTUMN)
    assert [quarter.finding for quarter in running] == ["au-dessus", *["au-dessus, deux trimestres de suite"] * 2]
    broken = judged({WINTER: Count(10, 1), SUMMER: Count(10, 1)}, FIVE, AUTUMN)
    assert [(quarter.delivered, quarter.finding) for quarter in broken] == [
        (10, "au-dessus"),
        (0, f"pas de taux, moins de {FEWEST} livrés"),
        (10, "au-dessus"),
    ]


def test_a_quarter_that_runs_is_not_judged_and_few_devices_have_no_rate() -> None:
    few, running = judged({SUMMER: Count(FEWEST - 1, 2), AUTUMN: Count(10, 9)}, FIVE, date(2026, 12, 31))
    assert (few.rate, few.exact_rate, few.exceeds) == (None, "–", False)
    assert (running.finding, running.exceeds) == ("en cours", False)
    assert judged({AUTUMN: Count(10, 9)}, FIVE, date(2027, 1, 1))[0].exceeds


def test_exactly_the_rate_is_within_it() -> None:
    assert not judged({SUMMER: Count(20, 1)}, FIVE, AUTUMN)[0].exceeds


@pytest.mark.parametrize(
    ("delivered", "returned", "told"),
    [(49, 5, "–"), (50, 5, "10 %"), (76, 4, "6 %"), (79, 4, "6 %"), (82, 4, "5 %"), (60, 0, "0 %")],
)
def test_a_rounded_rate_stays_on_its_side_of_what_is_allowed(delivered: int, returned: int, told: str) -> None:
    quarter = judged({SUMMER: Count(delivered, returned)}, FIVE, AUTUMN)[0]
    assert quarter.rounded_rate.replace("\u00a0", " ") == told


@pytest.mark.parametrize("allowed", ["0", "1", "2.5", "5", "7.5", "10", "20", "33.3"])
def test_whatever_an_outsider_is_told_leaves_five_possible_numbers_of_devices(allowed: str) -> None:
    told: dict[tuple[str, str], set[int]] = {}
    for delivered in range(121):
        for returned in range(2 * delivered + 1):
            quarter = Quarter(SUMMER, delivered, returned, Decimal(allowed), is_over=True)
            told.setdefault((quarter.rounded_rate, quarter.finding), set()).add(delivered)
    assert min(map(len, told.values())) >= 5


def test_an_outsider_is_told_of_no_quarter_before_it_is_over_nor_whether_anything_arrived_in_it(shelf: Shelf) -> None:
    convention = shelf.convention
    epci = make_membership(Role.MANAGER, OrganisationKind.EPCI, convention.epci_party)
    before = read(acting(epci), page_of(convention, "convention_detail"))
    for device in [shelf.available() for _ in range(6)][:2]:
        send_back(shelf, device)
    assert this_quarter(convention) == (6, 2)
    after = read(acting(epci), page_of(convention, "convention_detail"))
    title = "Non-conformité constatée"
    assert [page.partition(title)[2].partition("</section>")[0] for page in (before, after)] == [
        before.partition(title)[2].partition("</section>")[0]
    ] * 2
    assert told_outside(convention, timezone.localdate()) == []
    later = timezone.localdate() + timedelta(days=400)
    quarters = told_outside(convention, later)
    assert quarters[0].finding == "au-dessus"
    assert len(quarters) >= 4, "those in which nothing arrived are told too"
    assert all(quarter.is_over for quarter in quarters)


@pytest.mark.parametrize(
    ("returned", "suspends"),
    [((), False), ((2,), False), ((2, 2), True), ((2, 2, 2), True), ((2, 0, 2), False), ((2, 2, 0), False)],
    ids=["no quarter", "one", "two in a row", "three in a row", "one between", "put right since"],
)
def test_a_convention_is_suspended_for_its_rate_only_when_the_last_two_quarters_are_above(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, returned: tuple[int, ...], suspends: bool
) -> None:
    """``returned``: of ten devices in each of the last quarters that are over, the oldest first."""
    today = timezone.localdate()
    firsts = [quarter_of(today)]
    for _ in returned:
        firsts.append(quarter_of(firsts[-1] - timedelta(days=1)))
    counts = {first: Count(10, back) for first, back in zip(firsts[:0:-1], returned, strict=True)}
    counts[firsts[0]] = Count(0, 0)
    monkeypatch.setattr(conformity, "quarters_of", lambda *_: judged(counts, FIVE, today))
    client = acting(make_membership(Role.MANAGER, OrganisationKind.EPCI, shelf.convention.epci_party))
    url = page_of(shelf.convention, "convention_suspend")

    offered = 'value="quality"' in read(client, url)
    assert offered is suspends
    if suspends:
        done(client, url, reason="quality")
    else:
        assert "n’a pas dépassé la limite deux trimestres de suite" in answered(client, url, reason="quality")
        done(client, url, reason="supply")

    assert Convention.objects.get(pk=shelf.convention.pk).state == ConventionState.SUSPENDED


def test_nothing_that_arrived_suspends_no_convention(shelf: Shelf) -> None:
    assert not exceeds_twice(shelf.convention, timezone.localdate())
    assert not exceeds_twice(shelf.convention, timezone.localdate() + timedelta(days=400))


def test_the_model_says_from_how_many_devices_on_an_epci_is_told_the_rate() -> None:
    for path in ("conventions/data/clauses/nonconformity.txt", "docs/spec/domaine.md", "docs/guide/epci.md"):
        text = (settings.BASE_DIR / path).read_text().replace("\u00a0", " ")
        assert f"à partir de {TOLD_FROM} appareils" in text, path


def test_the_two_who_send_and_receive_and_the_pilot_read_the_numbers_and_the_epci_none(shelf: Shelf) -> None:
    devices = [shelf.available() for _ in range(7)]
    send_back(shelf, devices[0])
    convention = shelf.convention
    epci = make_membership(Role.MANAGER, OrganisationKind.EPCI, convention.epci_party)
    exact = ('class="num">7<', 'class="num">1<', "14,3")
    for actor in (
        shelf.pilot,
        shelf.manager,
        make_membership(Role.MANAGER, OrganisationKind.DISTRIBUTOR, shelf.distributor),
    ):
        page = page_of_convention(shelf, actor)
        assert all(word in page for word in exact), actor
    page = page_of_convention(shelf, epci)
    assert page == "", "no table before a quarter is over"


def test_the_model_says_the_number_under_which_there_is_no_rate_and_the_reasons_that_do_not_count() -> None:
    text = (settings.BASE_DIR / "conventions/data/clauses/nonconformity.txt").read_text().replace("\u00a0", " ")
    assert f"moins de {FEWEST} appareils" in text
    assert SendBackReason.UNSOLD.label in text
    assert SendBackReason.CONVENTION_ENDED.label in text
