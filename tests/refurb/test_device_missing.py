"""A device that is not found: the reason, the incident, who is told, and the day it comes back."""

from datetime import timedelta
from typing import Any

import pytest

from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import MissingReason
from refurb.machine import device_rules as rules
from refurb.models import Device, Incident
from refurb.services import devices
from tests.refurb.devices import (
    Bench,
    from_lot,
    given_to,
    load_numbers,
    private_lot,
)
from tests.refurb.pages import acting, page_of, read
from typography.french import moment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.all]


# --- missing, and the incident


def missing(bench: Bench, device: Device, **given: Any) -> Device:
    return gate.apply(device, "report_missing", actor=bench.technician, **{"reason": MissingReason.STOCKTAKE} | given)


def test_a_device_is_reported_missing_with_a_reason(bench: Bench) -> None:
    device = bench.received()
    for reason in ("", "perdu"):
        with pytest.raises(Refused) as refused:
            missing(bench, device, reason=reason)
        assert [reason.sentence for reason in refused.value.all] == [rules.MISSING_REASON.sentence]

    lost = missing(bench, device)

    assert (lost.state, lost.missing_reason, lost.missing_at) == ("missing", "stocktake", lost.moved_at)


def test_lost_without_a_proof_it_is_an_incident_and_people_are_told_at_once() -> None:
    scene = private_lot()
    bench, device = given_to(scene), from_lot(scene)
    people = {person.user.email for person in (scene.contact, bench.manager, scene.pilot)}

    lost = missing(bench, device)

    incident = Incident.objects.get()
    assert (incident.device, incident.stay, incident.lost_from) == (lost, 1, "received")
    assert (incident.known_at, incident.donation) == (lost.moved_at, lost.donation)
    assert incident.entry == lost.journal.latest("seq")
    mails = Mail.objects.about("device", lost.pk)
    assert {address for mail in mails for address in mail.to} == people
    assert all(len(mail.to) == 1 for mail in mails)
    assert all(device.tag in mail.body for mail in mails)
    told = mails.get(to=[scene.contact.user.email])
    assert device.donation.reference in told.subject
    assert "72" in told.body


def test_the_page_of_what_is_lost_says_until_when_the_cnil_may_be_told() -> None:
    scene = private_lot()
    lost = missing(given_to(scene), from_lot(scene))
    until = moment(lost.moved_at + timedelta(hours=72))
    for actor in (scene.pilot, scene.contact):
        assert f"à notifier à la CNIL avant le {until}" in read(acting(actor), page_of(lost, "device_detail"))


def test_lost_on_the_way_from_the_donor_it_is_an_incident_too() -> None:
    scene = private_lot()
    unit = Device.objects.get(donation=scene.collected())

    missing(given_to(scene), unit, reason=MissingReason.COUNT)

    assert Incident.objects.get().lost_from == "collected"


def test_lost_before_custody_had_passed_it_is_none() -> None:
    scene = private_lot()
    unit = Device.objects.get(donation=scene.qualified())

    missing(given_to(scene), unit)

    assert not Incident.objects.exists()


def test_lost_after_its_erasure_it_is_none(bench: Bench) -> None:
    missing(bench, bench.proven(bench.in_process()))
    missing(bench, bench.ready())

    assert not Incident.objects.exists()


def test_lost_with_one_of_two_drives_erased_it_is_an_incident(bench: Bench) -> None:
    device = bench.proven(bench.in_process())
    bench.drive(device)

    missing(bench, device)

    assert Incident.objects.count() == 1


def test_a_lost_screen_is_no_incident(bench: Bench) -> None:
    missing(bench, bench.announced_screen())

    assert not Incident.objects.exists()


def test_a_lost_device_of_unknown_origin_is_told_to_workshop_and_pilot(bench: Bench) -> None:
    addresses = {bench.manager.user.email, bench.pilot.user.email}

    lost = missing(bench, bench.received())

    assert {address for mail in Mail.objects.about("device", lost.pk) for address in mail.to} == addresses


def test_a_stocktake_writes_one_mail_per_organisation_whatever_the_number_of_devices() -> None:
    scene = private_lot(3)
    bench, donation = given_to(scene), scene.collected()
    people = [scene.contact, bench.manager, scene.pilot]

    outcome = gate.apply_many(
        Device.objects.filter(donation=donation), "report_missing", actor=bench.technician, reason=MissingReason.THEFT
    )

    assert len(outcome.moved) == 3
    assert Incident.objects.count() == 3
    assert Mail.objects.filter(about_machine="device").count() == len(people)


def test_every_state_where_a_device_may_be_lost_is_a_source() -> None:
    sources = gate.verbs_of(Device)["report_missing"].sources

    assert set(sources) == {
        "declared", "collected", "received", "in_process", "awaiting_part", "ready", "allotted", "shipped",
        "available", "reserved", "returned", "unusable",
    }  # fmt: skip


def test_found_again_it_is_received_in_a_new_stay_with_nothing_of_the_former(bench: Bench) -> None:
    lost = missing(bench, bench.ready())

    found = devices.receive_device(actor=bench.technician, device=lost, tag=lost.tag)

    assert (found.state, found.stay, found.tag) == ("received", 2, lost.tag)
    assert (found.missing_at, found.missing_reason) == (None, "")
    assert (found.grade, found.grading, found.price, found.price_ceiling, found.ready_at) == (
        "",
        None,
        None,
        None,
        None,
    )
