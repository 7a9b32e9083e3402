"""The pages of devices: who sees what, at what cost, and what they say."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lifecycle import gate
from refurb.enums import (
    CheckResult,
    DeviceType,
    DriveKind,
    MissingReason,
    RemovalDestination,
    ReportDifference,
    WithdrawalReason,
)
from refurb.models import Device
from refurb.services import devices, evidence
from tests.donations.scene import Scene, public_scene
from tests.network.factories import make_membership
from tests.refurb.devices import BOTH_READ, Bench, from_lot, given_to, load_numbers, new_tag
from tests.refurb.pages import acting, page_of, read

pytestmark = pytest.mark.django_db
LISTS = ("device_list", "bench", "reception", "missing_erasure_list", "incident_list")


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def with_a_drive(bench: Bench) -> Device:
    device = bench.in_process()
    bench.drive(device)
    return device


def failing(bench: Bench) -> Device:
    device = bench.proven(bench.in_process(tag=new_tag()))
    bench.test(device, webcam=CheckResult.FAIL)
    return device


# --- lists


def test_the_list_shows_the_workshop_its_own_devices_and_the_pilot_all(bench: Bench) -> None:
    mine, other = bench.received(tag="ICI-1"), Bench().received(tag="AILLEURS-1")

    seen = read(acting(bench.technician), reverse("refurb:device_list"))
    assert mine.reference in seen
    assert other.reference not in seen
    assert "Atelier</a>" not in seen

    everything = read(acting(bench.pilot), reverse("refurb:device_list"))
    assert mine.reference in everything
    assert other.reference in everything
    assert str(other.workshop) in everything


def test_a_donor_sees_the_devices_of_its_lots_without_anything_to_tick() -> None:
    scene = public_scene()
    device = from_lot(scene)
    given_to(scene).received(tag="INATTENDU")

    seen = read(acting(scene.contact), reverse("refurb:device_list"))

    assert device.reference in seen
    assert "INATTENDU" not in seen
    assert "checkbox" not in seen


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "in_process"}, {"P-1"}),
        ({"type": "tablet"}, {"T-1"}),
        ({"text": "p-"}, {"P-1", "P-2"}),
        ({"text": "sn-exacte"}, {"P-2"}),
        ({"lot": "D-AAAA-AAAA"}, set()),
    ],
)
def test_the_list_is_narrowed(bench: Bench, query: dict[str, str], found: set[str]) -> None:
    bench.in_process(tag="P-1")
    bench.received(tag="P-2", serial="SN-EXACTE")
    bench.received(DeviceType.TABLET, tag="T-1")

    seen = read(acting(bench.technician), reverse("refurb:device_list"), **query)

    assert {tag for tag in ("P-1", "P-2", "T-1") if f"Choisir {tag}<" in seen} == found


def test_the_pilot_narrows_the_list_by_workshop_and_the_workshop_has_no_such_filter(bench: Bench) -> None:
    mine, other = bench.received(), Bench().received()
    url = reverse("refurb:device_list")

    seen = read(acting(bench.pilot), url, workshop=str(mine.workshop_id))
    assert mine.reference in seen
    assert other.reference not in seen
    assert "id_workshop" not in read(acting(bench.technician), url)


def test_the_list_is_sorted_by_age_in_state(bench: Bench) -> None:
    first, second = bench.received(), bench.received()
    gate.apply(first, "start", actor=bench.technician)

    oldest_first = read(acting(bench.technician), reverse("refurb:device_list"), sort="since")

    assert oldest_first.index(second.reference) < oldest_first.index(first.reference)


def test_an_empty_list_says_what_will_come(bench: Bench) -> None:
    client = acting(bench.technician)
    assert "Un appareil apparaît ici quand son lot est accepté" in read(client, reverse("refurb:device_list"))
    assert "Rien n’est attendu" in read(client, reverse("refurb:reception"))
    assert "l’objectif est tenu" in read(client, reverse("refurb:missing_erasure_list"))
    assert "Aucun incident" in read(client, reverse("refurb:incident_list"))


@pytest.mark.parametrize("name", ["bench", "reception"])
def test_a_page_of_the_workshop_costs_the_same_with_one_row_and_with_many(
    name: str, django_assert_max_num_queries: Callable[..., object]
) -> None:
    scene = public_scene()
    scene.collected()
    bench = given_to(scene)
    client = acting(bench.technician)
    url = reverse(f"refurb:{name}")

    def one_more() -> None:
        lost = bench.in_process()
        bench.drive(lost)
        gate.apply(lost, "report_missing", actor=bench.technician, reason=MissingReason.THEFT)
        drive = bench.drive(bench.in_process())
        evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
        bench.recycle(bench.proven(bench.unusable()))
        bench.unusable()
        bench.received()

    one_more()
    read(client, url)
    with django_assert_max_num_queries(13) as one:
        read(client, url)
    for _ in range(4):
        one_more()
    assert Device.objects.count() > 25
    with django_assert_max_num_queries(13) as many:
        read(client, url)
    assert len(one) == len(many)


# --- one device


def test_the_page_of_a_device_tells_its_names_its_facts_its_proofs_and_its_life() -> None:
    scene = public_scene()
    bench = given_to(scene)
    device = bench.prepared(gate.apply(from_lot(scene), "start", actor=bench.technician))
    bench.recondition(device, 45)

    told = read(acting(bench.technician), page_of(device, "device_detail"))

    for part in (
        device.reference,
        device.tag,
        "Reconditionné",
        "Donateur public",
        "Effacement prouvé",
        "Preuve acceptée",
        "nwipe.log",
        "SHA-256",
        "En état de marche",
        "Grade A",
        "Mémoire vive",
        "45\u00a0€",
        "180\u00a0€",
        "Décret n° 2022-1413",
        "Reçu à l’atelier",
        "Remettre en traitement",
    ):
        assert part in told, part


def test_the_page_costs_the_same_with_one_drive_and_with_five(
    bench: Bench, django_assert_max_num_queries: Callable[..., object]
) -> None:
    device = bench.prepared()
    client = acting(bench.technician)
    read(client, page_of(device, "device_detail"))
    with django_assert_max_num_queries(37) as one:
        read(client, page_of(device, "device_detail"))
    for _ in range(4):
        bench.erase(bench.drive(device))
    with django_assert_max_num_queries(37) as five:
        read(client, page_of(device, "device_detail"))
    assert len(one) == len(five)


def test_an_erasure_that_proves_nothing_says_what_its_report_claims_and_why_they_differ(bench: Bench) -> None:
    device = bench.in_process(at=timezone.now() - timedelta(hours=2))
    drive = bench.drive(device)
    bench.erase(drive, bytes_erased=1000, claimed_seconds=60)

    told = read(acting(bench.technician), page_of(device, "device_evidence"))

    assert "Preuve refusée" in told
    assert "Tous les octets n’ont pas été effacés." in told
    assert ReportDifference.CLAIMS_ERASED.label in told
    assert ReportDifference.DURATION.label in told


def test_the_proofs_of_an_earlier_stay_are_shown_apart(bench: Bench) -> None:
    device = bench.proven(bench.in_process())
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.OTHER, comment="Dit")
    devices.receive_device(actor=bench.technician, device=device, tag=device.tag)

    told = read(acting(bench.technician), page_of(device, "device_detail"))

    assert "Passages précédents" in told
    assert "elles ne comptent plus" in told
    assert "Rien n’est inventorié depuis l’arrivée" in told


def test_a_device_given_back_is_on_no_shelf_and_nobody_is_to_inventory_it() -> None:
    scene = public_scene()
    bench = given_to(scene)
    device = from_lot(scene)
    Device.objects.filter(pk=device.pk).update(place="Étagère A2")
    gate.apply(device, "return_to_donor", actor=bench.manager, reason=WithdrawalReason.LEASED)

    told = read(acting(scene.contact), page_of(device, "device_detail"))

    assert "Étagère A2" not in told
    assert "c’est à l’atelier de le faire" not in told
    assert "Rien n’a été inventorié avant que l’appareil quitte l’atelier." in told


def test_a_donor_reads_the_proofs_of_its_device_and_no_name_of_the_workshop() -> None:
    scene = public_scene()
    bench = given_to(scene)
    device = gate.apply(from_lot(scene), "start", actor=bench.technician)
    bench.prepared(device)
    worker = str(bench.technician.user)

    told = read(acting(scene.contact), page_of(device, "device_detail"))
    assert "Preuve acceptée" in told
    assert worker not in told
    assert f"par {bench.technician.organisation} (technicien)" in told
    for colleague in (bench.manager, scene.pilot):
        assert worker in read(acting(colleague), page_of(device, "device_detail"))


def test_an_attested_absence_of_storage_is_told_with_its_reason(bench: Bench) -> None:
    device = bench.in_process()
    bench.no_storage(device)
    assert "Absence de stockage attestée" in read(acting(bench.technician), page_of(device, "device_detail"))


def test_nothing_is_attested_of_the_storage_of_a_screen_that_was_announced(bench: Bench) -> None:
    screen = bench.announced_screen()
    for name in ("device_detail", "device_evidence"):
        page = read(acting(bench.technician), page_of(screen, name))
        assert "Un écran ne contient pas de stockage" in page
        assert page_of(screen, "device_attest_no_storage") not in page


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda bench: bench.received(), "prenez-le en traitement"),
        (lambda bench: bench.in_process(), "inventoriez le stockage"),
        (with_a_drive, "effacez ou détruisez chaque disque"),
        (lambda bench: bench.proven(bench.in_process()), "testez les fonctions"),
        (failing, "réparez ce qui est en défaut"),
        (lambda bench: bench.prepared(), "tout est prouvé\u00a0: déclarez-le reconditionné"),
        (lambda bench: bench.unusable(), "inventoriez le stockage"),
        (lambda bench: bench.unusable(bench.proven(bench.received())), "remettez-le au recycleur, ou démontez-le"),
    ],
)
def test_the_page_tells_the_technician_what_to_do_next(
    bench: Bench, prepare: Callable[[Bench], Device], told: str
) -> None:
    page = read(acting(bench.technician), page_of(prepare(bench), "device_detail"))
    assert "À vous d’agir" in page
    assert told in page


def test_the_page_tells_others_whom_the_device_waits_for(bench: Bench) -> None:
    page = read(acting(bench.pilot), page_of(bench.received(), "device_detail"))
    assert "En attente de prise en traitement" in page
    assert "aujourd’hui" in page
    assert "À vous d’agir" not in page


def test_what_is_not_possible_yet_says_why_and_where(bench: Bench) -> None:
    device = bench.in_process()
    page = read(acting(bench.technician), page_of(device, "device_detail"))
    assert "Pourquoi" in page
    assert "Le stockage n’a pas été inventorié depuis l’arrivée" in page
    assert page_of(device, "device_evidence") in page


# --- the bench and the lists of what is wrong


def test_the_bench_shows_each_state_with_what_each_device_waits_for(bench: Bench) -> None:
    bench.received(tag="RECU")
    failing(bench)
    waiting = bench.in_process(tag="ATTEND")
    devices.await_part_device(actor=bench.technician, device=waiting, part_wanted="Batterie 45 Wh")
    ready = bench.prepared()

    page = read(acting(bench.technician), reverse("refurb:bench"))

    for part in (
        "RECU",
        "Prendre en traitement",
        "Bloqué",
        "Attend\u00a0: Batterie 45 Wh",
        "Réparez ce qui est en défaut",
    ):
        assert part in page, part
    assert page_of(ready, "device_recondition") in page


def test_a_missing_erasure_is_red_until_the_storage_is_destroyed(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device, kind=DriveKind.HDD, serial="A-DETRUIRE")
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    url = reverse("refurb:missing_erasure_list")

    page = read(acting(bench.manager), url)
    assert "1 effacement manquant<" in page
    assert "tag--danger" in page
    assert "A-DETRUIRE" in page
    assert "A-DETRUIRE" in read(acting(bench.pilot), url)
    assert "A-DETRUIRE" not in read(acting(bench.stranger), url)

    bench.erase(drive)
    assert "0 effacement manquant<" in read(acting(bench.manager), url)


def test_a_device_lost_with_its_data_is_an_incident_for_the_workshop_the_pilot_and_the_donor() -> None:
    scene = public_scene()
    bench = given_to(scene)
    device = from_lot(scene)
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.THEFT)
    url = reverse("refurb:incident_list")

    for membership in (bench.technician, bench.pilot, scene.contact):
        page = read(acting(membership), url)
        assert "Violation de données personnelles" in page
        assert device.reference in page
    assert device.reference not in read(acting(bench.stranger), url)


@pytest.mark.parametrize("named", ["tag", "reference", "serial"])
def test_a_scan_opens_the_device(bench: Bench, named: str) -> None:
    device = bench.received(serial="SN-42", tag="E-42")
    found = acting(bench.technician).post(reverse("refurb:device_find"), {"text": getattr(device, named).lower()})
    assert found.headers["Location"] == page_of(device, "device_detail")


def test_a_scan_that_finds_nothing_says_so_and_several_show_the_list(bench: Bench) -> None:
    Bench().received(tag="AILLEURS")
    client = acting(bench.technician)
    url = reverse("refurb:device_find")
    assert (
        "Aucun appareil ne porte "
        "«\u00a0AILLEURS\u00a0»." in client.post(url, {"text": "AILLEURS"}, follow=True).content.decode()
    )
    bench.received(serial="MEME")
    bench.received(serial="MEME", **BOTH_READ)
    assert client.post(url, {"text": "MEME"}).headers["Location"].endswith("?text=MEME")
    assert client.get(url).status_code == 405


# --- walls


@pytest.mark.parametrize("name", ["device_detail", "device_evidence", "device_start", "device_record_drive"])
def test_a_device_of_others_does_not_exist(bench: Bench, name: str) -> None:
    assert acting(bench.stranger).get(page_of(bench.received(), name)).status_code == 404


def test_a_report_of_erasure_opens_to_those_who_see_the_device(bench: Bench) -> None:
    device = bench.in_process()
    erasure = bench.erase(bench.drive(device))
    url = reverse("refurb:erasure_report", args=[device.reference, erasure.pk])

    served = acting(bench.pilot).get(url)
    assert b"".join(served.streaming_content).startswith(b"nwipe")
    assert "attachment" in served.headers["Content-Disposition"]
    assert acting(bench.stranger).get(url).status_code == 404
    other = bench.received()
    assert (
        acting(bench.pilot).get(reverse("refurb:erasure_report", args=[other.reference, erasure.pk])).status_code == 404
    )


@pytest.mark.parametrize("name", LISTS)
def test_a_role_without_devices_is_refused(name: str) -> None:
    worker = make_membership("worker", "prescriber")
    assert acting(worker).get(reverse(f"refurb:{name}")).status_code == 403


def test_the_bench_and_the_reception_are_the_workshops_own() -> None:
    scene = Scene()
    for membership in (scene.contact, scene.pilot):
        for name in ("bench", "reception", "device_register"):
            assert acting(membership).get(reverse(f"refurb:{name}")).status_code == 403
    assert acting(scene.contact).get(reverse("refurb:missing_erasure_list")).status_code == 403


def test_an_anonymous_is_asked_to_sign_in(bench: Bench) -> None:
    device = bench.received()
    for url in (
        *(reverse(f"refurb:{name}") for name in LISTS),
        page_of(device, "device_detail"),
        page_of(device, "device_start"),
    ):
        assert Client().get(url).status_code == 302


def test_a_drive_gone_with_its_device_is_red_until_the_certificate_is_in(bench: Bench) -> None:
    device = with_a_drive(bench)
    bench.recycle(bench.unusable(device), destruction_awaited=True)
    page = read(acting(bench.technician), page_of(device, "device_detail"))
    assert "Parti avec l’appareil, certificat de destruction attendu" in page
    assert "Prix solidaire" not in page


def test_the_bench_offers_to_dismantle_only_what_is_proven_and_to_recycle_only_what_is_inventoried(
    bench: Bench,
) -> None:
    client = acting(bench.technician)
    device = bench.unusable()
    dismantle, recycle = page_of(device, "device_dismantle"), page_of(device, "device_recycle")
    page = read(client, reverse("refurb:bench"))
    assert "Inventoriez le stockage" in page
    assert dismantle not in page
    assert recycle not in page

    drive = bench.drive(device)
    page = read(client, reverse("refurb:bench"))
    assert "Effacez ou détruisez chaque disque" in page
    assert dismantle not in page
    assert recycle in page, "the recycler may certify the destruction of what was found"

    bench.erase(drive)
    page = read(client, reverse("refurb:bench"))
    assert dismantle in page
    assert recycle in page
