"""Certificates of erasure of devices and lots, and the deed on paper: frozen by the verbs, drawn later."""

import json
import logging
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import page
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents.models import Document
from documents.services import open_file, render_document, verify_document
from donations.enums import DonationPaperKind
from donations.models import Donation, DonationPaper
from lifecycle import gate
from refurb.enums import (
    Claim,
    DestructionKind,
    DestructionMethod,
    DeviceState,
    DeviceType,
    ErasureVerification,
    RemovalDestination,
    ReportDifference,
)
from refurb.models import Device, DevicePaper
from refurb.services import devices, evidence, stock
from tests.donations.scene import Scene, laptops, screens
from tests.donations.test_given_back import told_by
from tests.refurb.devices import READ, Bench, given_to, load_numbers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


def certificate(device: Device) -> Document:
    """The one that holds: the newest."""
    return DevicePaper.objects.filter(device=device)[0].document


def of_lot(donation: Donation) -> Document:
    return DonationPaper.objects.filter(donation=donation, kind=DonationPaperKind.ERASURE)[0].document


def balanced(scene: Scene, *, missing: int = 0) -> Donation:
    """A lot whose devices are all at the workshop, but those that are missing, and that is balanced."""
    donation = scene.collected()
    units = list(Device.objects.filter(donation=donation, state=DeviceState.COLLECTED).order_by("pk"))
    lost = [unit.pk for unit in units[:missing]]
    tags = {unit.pk: {"tag": f"T-{unit.pk}"} for unit in units[missing:]}
    technician = scene.north.technician
    gate.apply_many(Device.objects.filter(pk__in=tags), "receive", actor=technician, per_row=tags)
    if lost:
        gate.apply_many(
            Device.objects.filter(pk__in=lost),
            "receive",
            actor=technician,
            per_row={pk: {"tag": f"T-{pk}"} for pk in lost},
        )
        gate.apply_many(Device.objects.filter(pk__in=lost), "report_missing", actor=technician, reason="stocktake")
    return gate.apply(donation, "reconcile", actor=scene.north.manager)


def received_of(donation: Donation) -> list[Device]:
    return list(Device.objects.filter(donation=donation, state=DeviceState.RECEIVED).order_by("pk"))


def reconditioned(bench: Bench, device: Device) -> Device:
    started = gate.apply(device, "start", actor=bench.technician)
    return bench.recondition(bench.prepared(started))


def words(values: Any) -> Iterable[str]:
    """Every text in frozen values."""
    inner = values.values() if isinstance(values, dict) else values if isinstance(values, list) else ()
    for value in inner:
        yield from words(value)
    if isinstance(values, str):
        yield values


def assert_drawn_well(document: Document, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        drawn = render_document(document)
    assert drawn.rendered is not None
    report = page.validate_pdf_bytes(open_file(drawn.rendered).read(), profile="ua1")
    assert [failure.message for failure in report.failures] == []
    assert caplog.messages == []


# --- a device


def test_a_device_declared_reconditioned_gets_its_certificate_drive_by_drive() -> None:
    bench = Bench()
    device = bench.in_process(serial="PC-778", manufacturer="Marque", model="Modèle 3")
    drive = bench.drive(device)
    erasure = bench.erase(drive, standard="NIST 800-88 Clear", tool_version="0.38", operator="Camille Exemple")
    bench.test(device)
    bench.grade(device)

    device = bench.recondition(device)

    (paper,) = DevicePaper.objects.filter(device=device)
    assert (paper.stay, paper.created_at, paper.document.created_at) == (1, device.ready_at, device.ready_at)
    assert (paper.document.owner_machine, paper.document.owner_pk) == ("device", device.pk)
    values = paper.document.values
    assert (values["reference"], values["tag"], values["serial"]) == (device.reference, device.tag, "PC-778")
    (told,) = values["drives"]
    assert (told["serial"], told["capacity"], told["standing"]) == (drive.serial, drive.capacity, "Effacé")
    (run,) = told["erasures"]
    assert (run["tool"], run["standard"], run["verdict"]) == ("nwipe 0.38", "NIST 800-88 Clear", "Acceptée")
    assert run["report_sha256"] == erasure.report_sha256
    assert run["recorded_by"] == f"Technicien, {bench.workshop.organisation.name}"
    assert verify_document(paper.document)


def test_a_certificate_names_nobody() -> None:
    bench = Bench()
    device = bench.in_process()
    bench.erase(bench.drive(device), operator="Camille Exemple")
    bench.test(device)
    bench.grade(device)

    told = "\n".join(words(certificate(bench.recondition(device)).values))

    technician = bench.technician.user
    for name in ("Camille Exemple", technician.first_name, technician.last_name, technician.email):
        assert name not in told


def test_a_certificate_says_what_the_report_claimed_when_maillon_says_otherwise() -> None:
    bench = Bench()
    device = bench.in_process()
    drive = bench.drive(device)
    bench.erase(drive, verification=ErasureVerification.NONE, claimed=Claim.ERASED)
    bench.erase(drive)
    bench.test(device)
    bench.grade(device)

    refused, accepted = certificate(bench.recondition(device)).values["drives"][0]["erasures"]

    assert (refused["verdict"], refused["claimed"]) == ("Refusée", "Effacé")
    assert refused["refusals"] == ["L’effacement n’a pas été vérifié."]
    assert refused["differences"] == [ReportDifference.CLAIMS_ERASED.label]
    assert (accepted["verdict"], accepted["differences"]) == ("Acceptée", [])


def test_a_removed_drive_that_nothing_proves_empty_is_said_plainly_and_a_destroyed_one_too() -> None:
    bench = Bench()
    device = bench.in_process()
    removed, destroyed, kept = (bench.drive(device) for _ in range(3))
    evidence.remove_drive(
        actor=bench.technician, drive=removed, destination=RemovalDestination.DESTRUCTION, place="Bac rouge"
    )
    evidence.record_destruction(
        actor=bench.technician, drive=destroyed, method=DestructionMethod.SHRED, destroyed_at=timezone.now()
    )
    bench.erase(kept)
    bench.test(device)
    bench.grade(device)

    values = certificate(bench.recondition(device)).values

    assert [drive["standing"] for drive in values["drives"]] == ["Retiré, à effacer ou à détruire", "Détruit", "Effacé"]
    assert [drive["proven"] for drive in values["drives"]] == [False, True, True]
    assert values["drives"][1]["destructions"][0]["method"] == "Broyage"
    assert "Bac rouge" not in json.dumps(values, ensure_ascii=False)


def test_a_drive_recorded_by_mistake_is_not_certified_and_an_attested_absence_is() -> None:
    bench = Bench()
    device = bench.in_process()
    mistaken = bench.drive(device)
    evidence.remove_drive(actor=bench.manager, drive=mistaken, destination=RemovalDestination.MISTAKE)
    bench.no_storage(device)
    bench.test(device)
    bench.grade(device, storage_gb=0)

    values = certificate(bench.recondition(device)).values

    assert values["drives"] == []
    assert values["absences"][0]["reason"] == "Cet appareil n’a jamais de stockage"


def test_a_screen_that_was_announced_holds_no_data_and_gets_no_certificate() -> None:
    bench = Bench()
    announced = bench.recondition(bench.prepared(bench.announced_screen()))
    found = bench.ready(DeviceType.SCREEN)
    assert [paper.device for paper in DevicePaper.objects.filter(device__in=[announced, found])] == [found]


def test_a_device_declared_again_gets_a_certificate_that_replaces_the_first() -> None:
    bench = Bench()
    device = bench.ready()
    first = certificate(device)
    gate.apply(device, "reopen", actor=bench.technician, reason="storage")
    found = bench.drive(device)
    bench.erase(found)
    bench.test(device)
    bench.grade(device)

    device = bench.recondition(device)

    assert DevicePaper.objects.filter(device=device, stay=1).count() == 2
    assert len(first.values["drives"]) == 1
    assert len(certificate(device).values["drives"]) == 2


def test_a_set_is_certified_in_as_many_queries_as_one_device() -> None:
    bench = Bench()

    def cost(count: int) -> int:
        prepared = [bench.prepared() for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            outcome = stock.recondition_devices(
                actor=bench.technician, prices={device.pk: Decimal(25) for device in prepared}
            )
        assert len(outcome.moved) == count
        assert DevicePaper.objects.filter(device__in=prepared).count() == count
        return len(queries)

    cost(1)
    assert cost(2) == cost(7)


def test_papers_of_devices_are_only_added_to() -> None:
    Bench().ready()

    with pytest.raises(IntegrityError, match="que par ajout"), transaction.atomic():
        DevicePaper.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_the_certificate_of_a_device_is_drawn_as_pdf_ua(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    device = bench.in_process(serial="PC-778")
    refused, removed = bench.drive(device), bench.drive(device)
    bench.erase(refused, verification=ErasureVerification.NONE)
    bench.erase(refused)
    evidence.remove_drive(actor=bench.technician, drive=removed, destination=RemovalDestination.STOCK)
    bench.test(device)
    bench.grade(device)

    assert_drawn_well(certificate(bench.recondition(device)), caplog)


# --- a lot


def test_the_certificate_of_a_lot_says_what_is_proven_and_what_is_not() -> None:
    scene = Scene(lines=(laptops(3), screens(1)))
    donation = balanced(scene, missing=1)

    values = of_lot(donation).values

    assert (values["units"], values["settled"], values["remaining"], values["pending"]) == (4, 1, 3, 2)
    assert {line["label"]: line["devices"] for line in values["standings"]} == {
        "Sans stockage": 1,
        "À l’atelier, pas encore effacé": 2,
        "Manquant, sans preuve d’effacement": 1,
    }
    assert scene.contact.user.last_name not in "\n".join(words(values))


def test_the_certificate_of_a_lot_says_what_stands_behind_it_when_maillon_did_not_read_it_itself() -> None:
    """Copied from a report that is kept; attested, or destroyed without a certificate: a word, and no more."""
    scene = Scene(lines=(laptops(4), screens(1)))
    bench, donation = given_to(scene), balanced(scene)
    laptop = [one for one in received_of(donation) if one.type == DeviceType.LAPTOP]
    copied, empty, crushed, shredded = (gate.apply(one, "start", actor=bench.technician) for one in laptop)
    bench.erase(bench.drive(copied))
    bench.no_storage(empty)
    now = {"actor": bench.technician, "destroyed_at": timezone.now()}
    evidence.record_destruction(drive=bench.drive(crushed), method=DestructionMethod.CRUSH, **now)
    drive = bench.drive(shredded)
    given = {"recycler": bench.recycler, "certificate": bench.report(drive), "kind": DestructionKind.RECYCLER, **now}
    evidence.record_destruction(drive=drive, method=DestructionMethod.SHRED, **given)
    for device in (copied, empty, crushed, shredded):
        bench.recycle(bench.unusable(device))

    document = of_lot(donation)

    counted = [document.values[name] for name in ("settled", "remaining", "copied", "on_a_word")]
    assert counted == [5, 0, 1, 2]
    backing = {device["reference"]: device["backing"] for device in document.values["devices"]}
    assert (backing[copied.reference], backing[shredded.reference]) == ("chiffres recopiés d’un rapport gardé", "")
    assert backing[empty.reference] == backing[crushed.reference] == "sur la parole de l’atelier"
    told = " ".join(told_by(document).split())
    assert "5 appareils sur 5 sont sans donnée.</strong> Rapport que Maillon a lu, certificat de destruction" in told
    assert "ou écran : 2. Chiffres recopiés" in told
    assert "ne sait pas lire : 1. Seule parole" in told
    assert "destruction sans certificat, ou au certificat non lu) : 2." in told


def test_a_balanced_lot_gets_its_last_certificate_when_its_last_device_leaves_the_bench() -> None:
    scene = Scene(lines=(laptops(2),))
    bench = given_to(scene)
    donation = balanced(scene)
    first, second = received_of(donation)

    reconditioned(bench, first)
    assert DonationPaper.objects.filter(donation=donation, kind=DonationPaperKind.ERASURE).count() == 1
    second = gate.apply(second, "start", actor=bench.technician)
    drive = bench.drive(second)
    evidence.record_destruction(
        actor=bench.technician, drive=drive, method=DestructionMethod.CRUSH, destroyed_at=timezone.now()
    )
    bench.recycle(bench.unusable(second))

    assert DonationPaper.objects.filter(donation=donation, kind=DonationPaperKind.ERASURE).count() == 2
    values = of_lot(donation).values
    assert (values["settled"], values["remaining"], values["pending"]) == (2, 0, 0)
    assert values["devices"][0]["certificate"] == certificate(first).public_code
    assert values["devices"][1]["drives"][0].endswith("détruit")


def test_a_lot_done_before_it_is_balanced_gets_one_certificate() -> None:
    scene = Scene(lines=(laptops(1),))
    bench = given_to(scene)
    donation = scene.collected()
    device = devices.receive_device(actor=bench.technician, line=donation.lines.get(), tag="T-1")
    reconditioned(bench, device)

    gate.apply(donation, "reconcile", actor=scene.north.manager)
    stock.cede_device(actor=bench.manager, device=device, recipient="École inventée", reason="association")

    assert DonationPaper.objects.filter(donation=donation, kind=DonationPaperKind.ERASURE).count() == 1
    assert of_lot(donation).values["pending"] == 0


def test_a_device_recycled_with_its_drives_waits_for_the_recycler_s_certificate() -> None:
    scene = Scene(lines=(laptops(1),))
    bench = given_to(scene)
    donation = balanced(scene)
    device = gate.apply(received_of(donation)[0], "start", actor=bench.technician)
    bench.drive(device)

    bench.recycle(bench.unusable(device), destruction_awaited=True)

    assert of_lot(donation).values["devices"][0]["standing"] == "Parti au recyclage, certificat de destruction attendu"
    assert of_lot(donation).values["remaining"] == 1


@pytest.mark.django_db(transaction=True)
def test_the_certificate_of_a_lot_is_drawn_as_pdf_ua(caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene(lines=(laptops(3), screens(1)))
    donation = balanced(scene, missing=1)
    reconditioned(given_to(scene), received_of(donation)[0])

    assert_drawn_well(of_lot(donation), caplog)


# --- the deed


def test_the_accepted_deed_is_a_paper_with_its_exact_text() -> None:
    scene = Scene()
    donation = scene.qualified()

    scene.accept(donation)
    scene.accept(donation)

    document = DonationPaper.objects.get(donation=donation, kind=DonationPaperKind.DEED).document
    accepted = donation.deeds.get()
    assert (document.values["text"], document.values["text_sha256"]) == (accepted.exact_text, accepted.sha256)
    assert document.values["accepted_by"] == str(scene.contact.user)
    assert document.created_at == accepted.accepted_at


@pytest.mark.django_db(transaction=True)
def test_the_deed_is_drawn_as_pdf_ua(caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene()
    donation = scene.qualified()
    scene.accept(donation)

    assert_drawn_well(DonationPaper.objects.get(donation=donation, kind=DonationPaperKind.DEED).document, caplog)


def test_a_drive_that_moved_inside_a_lot_is_said_to_have_been_taken_out_of_the_first_device() -> None:
    scene = Scene(lines=(laptops(2),))
    bench, donation = given_to(scene), balanced(scene)
    first, second = (gate.apply(one, "start", actor=bench.technician) for one in received_of(donation))
    drive = bench.drive(first, serial="MOVED-1")
    bench.erase(drive)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.OTHER_DEVICE)
    bench.erase(bench.drive(second, serial="MOVED-1"))
    for device in (first, second):
        bench.test(device)
        bench.grade(device, **({"storage_gb": 0} if device == first else {}))
        devices.describe_device(actor=bench.technician, device=device, **READ)
        bench.recondition(device)

    told = {device["reference"]: device["drives"] for device in of_lot(donation).values["devices"]}

    assert told[first.reference] == ["SSD (SATA) n°\u00a0MOVED-1\u00a0: effacé, saisi à la main, puis retiré"]
    assert told[second.reference] == ["SSD (SATA) n°\u00a0MOVED-1\u00a0: effacé, saisi à la main"]
