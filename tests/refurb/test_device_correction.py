"""What is put right on a device, by whom, and who sees it."""

import re
from typing import Any

import pytest
from django.urls import reverse

from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import verbs_of
from network.enums import OrganisationKind, Role
from network.models import Membership
from refurb.enums import DeviceType, MissingReason
from refurb.machine import device_rules as rules
from refurb.models import Device, Incident
from refurb.services import devices
from tests.costs import assert_same_queries
from tests.donations.scene import Scene, laptops, screens
from tests.network.factories import make_epci, make_membership
from tests.pages import acting, read
from tests.refurb.devices import (
    Bench,
    fresh,
    load_numbers,
    private_lot,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.all]


# --- correction


def test_a_technician_corrects_the_type_and_the_past_row_stays(bench: Bench) -> None:
    device = bench.received(DeviceType.LAPTOP)

    corrected = devices.reclassify_device(actor=bench.technician, device=device, reason="audit", type=DeviceType.TABLET)

    assert (corrected.state, corrected.type, corrected.seq) == ("received", "tablet", 2)
    assert list(corrected.journal.order_by("seq").values_list("type", flat=True)) == ["laptop", "tablet"]


def test_the_pilot_corrects_the_epci_and_nothing_else(bench: Bench) -> None:
    device, epci = bench.received(), make_epci()

    corrected = devices.reclassify_device(actor=bench.pilot, device=device, reason="site", origin_epci=epci)
    assert (corrected.origin_epci, corrected.journal.latest("seq").origin_epci) == (epci, epci)

    outside = devices.reclassify_device(actor=bench.pilot, device=device, reason="site", origin_epci=None)
    assert outside.origin_epci is None

    for actor, change, code in (
        (bench.pilot, {"type": "desktop"}, "type_corrected"),
        (bench.technician, {"origin_epci": epci}, "epci_corrected"),
        (bench.technician, {}, "corrected"),
        (bench.technician, {"type": "toaster"}, "type"),
    ):
        with pytest.raises(Refused) as refused:
            devices.reclassify_device(actor=actor, device=device, reason="site", **change)
        assert code in codes(refused)


def chronology(actor: Membership, device: Device) -> str:
    """The chronology of its page, as one reads it."""
    page = read(acting(actor), reverse("refurb:device_detail", args=[device.reference]))
    told = page[page.index('<ol class="timeline"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", told[: told.index("</ol>")]).split())


def test_the_chronology_says_why_a_device_is_reclassified_and_from_which_place_to_which(bench: Bench) -> None:
    device, first, then = bench.received(), make_epci(), make_epci()
    for epci in (first, then, None):
        devices.reclassify_device(actor=bench.pilot, device=device, reason="site", origin_epci=epci)
    devices.reclassify_device(actor=bench.technician, device=device, reason="audit", type=DeviceType.TABLET)

    for reader in (bench.pilot, bench.technician):
        told = chronology(reader, device)
        assert "Reclassé : lieu d’enlèvement corrigé" in told
        assert f"EPCI d’origine : {first} (avant : hors du département ou inconnu)." in told
        assert f"EPCI d’origine : {then} (avant : {first})." in told
        assert f"EPCI d’origine : hors du département ou inconnu (avant : {then})." in told
        assert "Reclassé : constaté à l’audit de l’appareil" in told
        assert "Type : Tablette (avant : Ordinateur portable)." in told
        assert told.count("(avant :") == 4


def test_the_chronology_says_why_a_device_goes_back_to_the_bench(bench: Bench) -> None:
    device = gate.apply(bench.ready(), "reopen", actor=bench.technician, reason="grade")
    assert "Remis en traitement : grade à revoir" in chronology(bench.technician, device)
    gate.apply(device, "reject", actor=bench.technician, reason="unerasable")
    assert "Déclaré non réemployable : stockage impossible à effacer" in chronology(bench.technician, device)
    gate.apply(device, "undo_reject", actor=bench.manager, reason="wrong_device")
    assert "mauvais appareil scanné" in chronology(bench.technician, device)


def test_every_coded_reason_of_the_bench_is_told_and_a_code_of_another_time_is_not_an_error() -> None:
    mute = []
    for verb in verbs_of(Device).values():
        if verb.app != "refurb" or "reason" not in verb.journal:
            continue
        told = verb.recalls
        if not callable(told) and "{was}" not in told:
            mute.append(verb.name)
        elif callable(told):
            assert told({}) == told({"reason": "of_another_time"}) == ""
    assert not mute


def test_the_chronology_costs_the_same_however_many_times_a_device_was_reclassified(bench: Bench) -> None:
    made: list[Device] = []

    def make(count: int) -> None:
        made.append(bench.received())
        for _ in range(count):
            devices.reclassify_device(actor=bench.pilot, device=made[-1], reason="site", origin_epci=make_epci())

    client = acting(bench.pilot)
    assert_same_queries(make, lambda: read(client, reverse("refurb:device_detail", args=[made[-1].reference])), rows=5)


def test_a_correction_given_per_row_is_held_to_the_same_rules(bench: Bench) -> None:
    device = bench.received()

    for actor, given, code in (
        (bench.pilot, {"type": "desktop", "origin_epci": None}, "type_corrected"),
        (bench.technician, {"type": "laptop", "origin_epci": make_epci().pk}, "epci_corrected"),
        (bench.technician, {"type": "desktop"}, "corrected"),
    ):
        outcome = gate.apply_many(
            Device.objects.all(), "reclassify", actor=actor, per_row={device.pk: {"reason": "audit", **given}}
        )
        assert code in [reason.code for reason in outcome.refused[device.pk]]


def test_a_correction_has_a_reason(bench: Bench) -> None:
    with pytest.raises(Refused) as refused:
        devices.reclassify_device(actor=bench.technician, device=bench.received(), reason="", type="desktop")

    assert [reason.sentence for reason in refused.value.all] == [rules.RECLASSIFY_REASON.sentence]


def test_the_type_of_a_reconditioned_device_is_not_corrected_before_it_is_reopened(bench: Bench) -> None:
    with pytest.raises(Refused) as refused:
        devices.reclassify_device(actor=bench.technician, device=bench.ready(), reason="audit", type="desktop")

    assert codes(refused) == ["type_corrected"]


def test_what_is_read_on_a_device_is_corrected_without_a_verb(bench: Bench) -> None:
    device = devices.describe_device(actor=bench.technician, device=bench.received(), place=" D4 ", year=2018)

    assert (fresh(device).place, fresh(device).year, fresh(device).seq) == ("D4", 2018, 1)
    with pytest.raises(Unknown):
        devices.describe_device(actor=bench.stranger, device=device, place="ailleurs")
    with pytest.raises(TypeError):
        devices.describe_device(actor=bench.technician, device=device, price=3)


# --- who sees what


def test_each_sees_the_devices_it_acts_for(bench: Bench) -> None:
    scene = Scene(lines=(laptops(1), screens(1)))
    scene.collected()
    bench.received()
    other_donor = private_lot()
    other_donor.collected()

    def seen(actor: Any) -> int:
        return Device.objects.visible_to(actor).count()

    assert seen(scene.contact) == 2
    assert seen(scene.north.technician) == seen(scene.north.manager) == 2
    assert seen(bench.technician) == 1
    assert seen(bench.pilot) == 4
    assert seen(None) == 0
    for role, kind in (
        (Role.MANAGER, OrganisationKind.EPCI),
        (Role.ADVISER, OrganisationKind.DISTRIBUTOR),
        (Role.WORKER, OrganisationKind.PRESCRIBER),
        (Role.OBSERVER, OrganisationKind.DEPARTEMENT),
        (Role.SIGNATORY, OrganisationKind.RECONDITIONER),
    ):
        assert seen(make_membership(role, kind)) == 0


def test_incidents_and_parts_are_seen_as_their_devices(bench: Bench) -> None:
    lost = gate.apply(bench.received(), "report_missing", actor=bench.technician, reason=MissingReason.THEFT)

    assert Incident.objects.visible_to(bench.technician).get().device == lost
    assert Incident.objects.visible_to(bench.pilot).exists()
    assert not Incident.objects.visible_to(bench.stranger).exists()
