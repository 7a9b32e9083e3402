"""A donor reads how far his devices went, on which day: neither who acted nor at what hour, wherever it is told."""

import csv
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone

from distribution.enums import SettlementKind
from distribution.services.returns import settle_return
from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Membership
from refurb.models import Device
from tests.distribution.shelves import Shelf
from tests.network.factories import make_membership
from tests.refurb.devices import fresh, from_lot, given_to, private_lot
from tests.refurb.pages import acting, page_of, read
from tests.reports.test_mergers import merge
from typography.french import day, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def given() -> tuple[Shelf, Device, Membership]:
    """A device of a donor that is on the shelf of a point, and the contact who gave it."""
    scene = private_lot()
    shelf = Shelf(given_to(scene))
    started = gate.apply(from_lot(scene), "start", actor=scene.north.technician)
    device = shelf.on_the_shelf(shelf.bench.recondition(shelf.bench.prepared(started), 30))
    assert device.donation is not None
    return shelf, device, make_membership(Role.CONTACT, OrganisationKind.DONOR, device.donation.donor)


def moves_read(device: Device, actor: Membership) -> str:
    page = read(acting(actor), page_of(device, "device_detail"))
    timeline = page.partition('id="timeline"')[2]
    return timeline.partition('id="fin-de-session"')[0]


def test_of_a_device_lost_at_a_point_no_later_move_names_the_point_nor_the_hour(
    given: tuple[Shelf, Device, Membership],
) -> None:
    shelf, device, contact = given
    device = fresh(shelf.missing(device))
    gate.apply(device, "tell_stolen", actor=shelf.adviser)
    gate.apply(fresh(device), "find", actor=shelf.adviser, quota=device.quota_id)
    told, known = moves_read(device, contact), moves_read(device, shelf.pilot)
    entries = list(device.journal.order_by("seq"))
    since = next(entry.seq for entry in entries if entry.verb == "allot")
    late = [entry for entry in entries if entry.seq >= since]
    assert {"report_missing", "tell_stolen", "find"} <= {entry.verb for entry in late}
    assert str(shelf.adviser.organisation) in known
    assert str(shelf.adviser.organisation) not in told
    for entry in late:
        assert entry.at.isoformat() not in told
        assert entry.sentence() in told, "that it happened, and on which day, is told"
    assert told.count(f'<time datetime="{timezone.localdate(late[0].at)}">') == len(late)
    early = [entry for entry in entries if entry.seq < since]
    assert moment(early[0].at) in told, "what the workshop did before is told whole"


def test_how_a_return_was_settled_is_told_to_no_donor(given: tuple[Shelf, Device, Membership]) -> None:
    shelf, device, contact = given
    back = shelf.returned(shelf.hand_over(shelf.reserved(device)))
    settle_return(actor=shelf.adviser, device=back, kind=SettlementKind.GIVEN_UP)
    assert "Retour réglé" in moves_read(back, shelf.pilot)
    assert "Retour réglé" not in moves_read(back, contact)


def test_no_fact_of_the_page_tells_the_hour_that_the_moves_keep(given: tuple[Shelf, Device, Membership]) -> None:
    shelf, device, contact = given
    gate.apply(device, "send_back", actor=shelf.adviser, reason="broken")
    back = fresh(device)
    assert back.received_at is not None
    assert back.stay > 1
    page = read(acting(contact), page_of(back, "device_detail"))
    facts = page.partition('id="timeline"')[0]
    assert day(back.received_at) in facts
    assert f"<dd>{moment(back.received_at)} (" not in facts


def test_the_day_of_the_merger_of_the_territory_that_a_device_serves_is_not_told_to_its_donor(
    given: tuple[Shelf, Device, Membership],
) -> None:
    shelf, device, contact = given
    before = moves_read(device, contact)
    merge(shelf.pilot, shelf.epci)
    entry = device.journal.latest("seq")
    assert entry.verb == "follow_merger"
    assert entry.sentence() in moves_read(device, shelf.pilot)
    assert moves_read(device, contact) == before


def test_the_list_and_its_file_tell_a_donor_the_day_of_a_hand_over_and_its_workshop_the_hour(
    given: tuple[Shelf, Device, Membership],
) -> None:
    shelf, device, contact = given
    handed = fresh(shelf.hand_over(shelf.reserve(device)))
    at = handed.handed_over_at
    assert at is not None
    devices = reverse("refurb:device_list")

    def files(actor: Membership) -> list[str]:
        answered = acting(actor).get(devices, {"export": "csv", "state": "handed_over"})
        text = b"".join(answered).decode("utf-8-sig")  # type: ignore[call-overload]
        rows = list(csv.reader(StringIO(text), delimiter=";"))
        return [row[rows[0].index("Depuis")] for row in rows[1:]]

    pages = [read(acting(one), f"{devices}?state=handed_over") for one in (contact, shelf.technician)]
    assert moment(at) in pages[1]
    assert moment(at) not in pages[0]
    assert at.isoformat() not in pages[0]
    assert f'title="{day(at)}"' in pages[0]
    assert files(contact) == [files(shelf.technician)[0][:10]]
    assert len(files(shelf.technician)[0]) > 10
