"""Two EPCI merge: what is open follows in one act, what is over and the months that are past stay where they were."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectivity.models import ConnectionFile
from conventions.models import Convention
from donations.services.donations import qualify_donation
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.exceptions import Refused
from lifecycle.verification import verify_journal
from network.enums import OrganisationKind, Role
from network.models import Commune, Epci, Merger, Organisation
from network.services.mergers import declare_merger
from prescriptions.models import Need, Prescription
from refurb.enums import WithdrawalReason
from refurb.models import Device, DeviceEntry
from reports.enums import Stage
from reports.figures import reckon
from reports.months import month_of, next_month
from reports.services import compute_report
from reports.summary import Summary
from tests.distribution.shelves import Shelf
from tests.donations.scene import laptops
from tests.network.factories import make_epci, make_membership, make_organisation
from tests.refurb.devices import fresh
from tests.refurb.pages import acting, read
from tests.reports.stories import Story, buckets, numbers

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def successor_of(name: str = "Communauté qui reste") -> tuple[Epci, Organisation]:
    """An EPCI with the organisation that acts for it."""
    epci = make_epci(name=name, short_name=name)
    return epci, make_organisation(OrganisationKind.EPCI, epci=epci)


def merge(actor: Any, epci: Epci, **given: Any) -> tuple[Epci, Merger]:
    successor, organisation = successor_of()
    merger = declare_merger(actor=actor, epci=epci, successor=successor, organisation=organisation, **given)
    return successor, merger


# --- the months


def thirteen_months() -> list[date]:
    months = [date(2025, 1, 1)]
    while len(months) < 13:
        months.append(next_month(months[-1]))
    return months


def recounted() -> dict[date, dict[str, Any]]:
    return {month: reckon(month, LATER).figures for month in thirteen_months()}


def test_thirteen_months_are_recounted_the_same_after_two_epci_merged() -> None:
    story = Story()
    first, kept = story.epci, make_epci()
    lived = []
    for rank, month in enumerate(thirteen_months()):
        at = datetime(month.year, month.month, 10, 12, tzinfo=UTC)
        device = story.receive(story.lot(at, laptops(2))[0], at + timedelta(days=1))
        if rank % 3 == 0:
            device = story.reject(story.start(device, at + timedelta(days=2)), at + timedelta(days=3))
        if rank % 4 == 0:
            story.move_to(device, kept, at + timedelta(days=4))
        lived.append(device)
    before = recounted()
    organisation = make_organisation(OrganisationKind.EPCI, epci=kept)
    merged_at = datetime(2026, 1, 20, 12, tzinfo=UTC)
    declare_merger(actor=story.pilot, epci=first, successor=kept, organisation=organisation, at=merged_at)
    after = recounted()
    past, merged = thirteen_months()[:-1], thirteen_months()[-1]
    for month in past:
        assert after[month] == before[month], month
    assert after[merged]["variations"]
    for stage, place, type_, kind, opening, entered, left, closing, other in after[merged]["buckets"]:
        assert opening + entered - left + other == closing, (stage, place, type_, kind)
        assert place != first.siren or closing == 0 or stage in ("recycled", "withdrawn")
    for rank in (5, 6):
        told = [sum(row[rank] for row in figures[merged]["buckets"]) for figures in (before, after)]
        assert told[0] == told[1], "a merger is no act of the month"
    closing = {row[1] for row in after[merged]["buckets"] if row[7]}
    assert kept.siren in closing
    assert first.siren not in closing
    assert after[merged]["new_devices"] == before[merged]["new_devices"]


def test_the_territories_of_a_month_are_those_of_its_day() -> None:
    story = Story()
    old = story.epci
    story.register(datetime(2025, 9, 2, tzinfo=UTC))
    new, _ = merge(story.pilot, old, at=datetime(2025, 11, 15, tzinfo=UTC))

    def told(month: date) -> set[str]:
        return {row[0] for row in reckon(month, LATER).figures["territories"]}

    assert old.siren in told(date(2025, 10, 1))
    assert new.siren not in told(date(2025, 10, 1)), "a new EPCI begins with the merger"
    assert {old.siren, new.siren} <= told(date(2025, 11, 1))
    assert old.siren not in told(date(2025, 12, 1))


# --- what is open follows


def test_conventions_needs_lots_and_devices_that_are_open_follow_and_what_is_over_stays() -> None:
    shelf = Shelf()
    old = shelf.epci
    waiting, reserved = shelf.need(), shelf.reserved()
    handed, shelved, gone = shelf.handed_over(), shelf.available(), shelf.bench.unusable()
    allotted = shelf.allotted()
    new, merger = merge(shelf.pilot, old)
    assert Epci.objects.get(pk=old.pk).succeeded_by == new
    assert not Commune.objects.filter(epci=old).exists()
    convention = Convention.objects.get(pk=shelf.convention.pk)
    assert (convention.epci, convention.succeeded_by) == (new, merger.organisation)
    for device in (reserved, handed, shelved, allotted):
        assert fresh(device).convention_epci == new
        assert fresh(device).journal.latest("seq").verb == "follow_merger"
        assert fresh(device).journal.latest("seq").cause_machine == "merger"
    assert fresh(gone).convention_epci is None
    assert Need.objects.get(pk=waiting.pk).epci == new
    assert Need.objects.get(pk=fresh(reserved).need_id).epci == new
    assert Need.objects.get(pk=fresh(handed).need_id).epci == old, "a need that is met is over"
    assert set(Prescription.objects.live().values_list("epci", flat=True)) == {new.pk}
    assert not ConnectionFile.objects.filter(epci=old).exists()
    faults: list[Any] = []
    for model in (Device, Need, Prescription, Convention, Merger):
        verify_journal(model, faults.append)
    assert faults == []
    shelf.hand_over(fresh(reserved))
    report = compute_report(actor=SYSTEM, month=month_of(timezone.now()))
    assert Summary(report.figures).handed_over == 2
    opening, entered, left, other, closing = numbers(report, Stage.HANDED_OVER)
    assert (opening, entered, left, other, closing) == (0, 2, 0, 0, 2)
    places = {key[1]: row for key, row in buckets(report).items() if key[0] == Stage.HANDED_OVER}
    assert places == {old.siren: [0, 1, 0, 0, -1], new.siren: [0, 1, 0, 2, 1]}


def test_a_lot_under_way_gives_its_devices_to_the_successor_and_recycled_ones_stay() -> None:
    story = Story()
    at = datetime(2025, 10, 2, 12, tzinfo=UTC)
    donation = story.announced(at, laptops(2))
    ended = story.lot(at, laptops(1))[0]
    gate.apply(ended, "withdraw", actor=story.pilot, reason=WithdrawalReason.values[0], at=at)
    new, _ = merge(story.pilot, story.epci, at=datetime(2025, 11, 3, tzinfo=UTC))
    donation.refresh_from_db()
    assert donation.origin_epci == new
    assert fresh(ended).origin_epci == story.epci
    rulings = story.scene.rulings(donation)
    qualify_donation(actor=story.pilot, donation=donation, rulings=rulings, at=datetime(2025, 11, 4, tzinfo=UTC))
    assert set(Device.objects.filter(donation=donation).values_list("origin_epci", flat=True)) == {new.pk}


def test_one_convention_succeeded_by_hand_takes_its_devices_along() -> None:
    shelf = Shelf()
    device = shelf.available()
    new, organisation = successor_of()
    gate.apply(shelf.convention, "succeed", actor=shelf.pilot, successor=organisation)
    assert fresh(device).convention_epci == new == Convention.objects.get(pk=shelf.convention.pk).epci


# --- who, once, and what it costs


def test_the_pilot_alone_establishes_a_merger_and_once() -> None:
    story = Story()
    new, organisation = successor_of()
    given = {"epci": story.epci, "successor": new, "organisation": organisation}
    for actor in (story.technician, make_membership(Role.MANAGER, OrganisationKind.EPCI)):
        with pytest.raises(PermissionDenied):
            declare_merger(actor=actor, **given)
    with pytest.raises(Refused, match="ne se succède pas"):
        declare_merger(actor=story.pilot, **given | {"epci": new})
    lies_in_it = make_organisation(OrganisationKind.PRESCRIBER, epci=new)
    for other in (make_organisation(OrganisationKind.EPCI), lies_in_it):
        with pytest.raises(Refused, match="organisation active"):
            declare_merger(actor=story.pilot, **given | {"organisation": other})
    declare_merger(actor=story.pilot, **given)
    merged = Epci.objects.get(pk=story.epci.pk)
    with pytest.raises(Refused, match="déjà constatée"):
        declare_merger(actor=story.pilot, **given | {"epci": merged})


def test_a_merger_costs_the_same_whatever_the_devices() -> None:
    story = Story()
    at = datetime(2025, 10, 2, 12, tzinfo=UTC)

    def cost(count: int) -> int:
        story.lot(at, laptops(count))
        epci = Epci.objects.get(pk=Device.objects.latest("pk").origin_epci_id)
        given = dict(zip(("successor", "organisation"), successor_of(f"Réunie {count}"), strict=True))
        with CaptureQueriesContext(connection) as seen:
            declare_merger(actor=story.pilot, epci=epci, **given)
        return len(seen)

    cost(3)
    assert cost(2) == cost(12)
    assert DeviceEntry.objects.filter(verb="follow_merger").exists()


def test_the_pilot_merges_two_epci_on_a_page_that_says_what_follows() -> None:
    story = Story()
    old = story.epci
    story.lot(datetime(2025, 10, 2, 12, tzinfo=UTC), laptops(3))
    new, organisation = successor_of()
    client = acting(story.pilot)
    page = reverse("network:merger_declare")
    assert "Les mois passés restent à l’EPCI de leur jour" in read(client, page)
    assert page in read(client, reverse("desk:epci_list"))
    answer = client.post(page, {"epci": old.pk, "successor": old.pk, "organisation": organisation.pk, "comment": ""})
    assert "Un EPCI ne se succède pas à lui-même." in answer.content.decode()
    given = {"epci": old.pk, "successor": new.pk, "organisation": organisation.pk, "comment": ""}
    foreseen = client.post(page, given).content.decode()
    assert "Rien n’est encore fait" in foreseen
    assert "<strong>3 appareils</strong>, dont la vie n’est pas finie" in foreseen
    assert "Les mois passés et leurs rapports" in foreseen
    assert not Merger.objects.exists()
    assert Epci.objects.get(pk=old.pk).succeeded_by is None
    result = client.post(page, given | {"confirm": "1"}).content.decode()
    assert f"{old} est réuni à {new} depuis le" in result
    assert "<strong>3</strong> appareils" in result
    late = client.post(page, given | {"confirm": "1"}).content.decode()
    assert Merger.objects.count() == 1
    assert "parmi ceux d’aujourd’hui" in late
    assert f"{old} est réuni à {new} depuis le" in read(client, page)
    assert acting(story.technician).get(page).status_code == 403
