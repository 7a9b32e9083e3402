"""What was proven once, and what is found since: the certificate of a lot, and who is told of a loss."""

import pytest

from documents.models import Mail
from donations.enums import DonationPaperKind
from donations.models import DonationPaper
from lifecycle import gate
from refurb.models import Device, Incident
from refurb.services import devices
from tests.donations.scene import Scene, laptops
from tests.refurb.devices import given_to, load_numbers
from tests.refurb.test_certificates import of_lot, reconditioned

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


def test_a_drive_found_after_the_declaration_is_not_said_erased_though_the_device_was_certified_before() -> None:
    scene = Scene(lines=(laptops(1),))
    bench = given_to(scene)
    donation = scene.collected()
    device = devices.receive_device(actor=bench.technician, line=donation.lines.get(), tag="T-1")
    reopened = gate.apply(reconditioned(bench, device), "reopen", actor=bench.technician, reason="storage")
    bench.drive(reopened)
    gate.apply(donation, "reconcile", actor=bench.manager)
    values = of_lot(donation).values
    assert (values["settled"], values["remaining"]) == (0, 1)
    assert values["devices"][0]["standing"] == "À l’atelier, pas encore effacé"

    gate.apply(device, "report_missing", actor=bench.technician, reason="stocktake")
    values = of_lot(donation).values
    assert (values["settled"], values["remaining"]) == (0, 1)
    assert values["devices"][0]["standing"] == "Manquant, sans preuve d’effacement"
    (incident,) = Incident.objects.all()
    assert incident.donation == donation, "the data are those of its donor, who is told"
    assert Mail.objects.filter(to__contains=[scene.contact.user.email], subject__contains="introuvable").exists()

    gate.apply(device, "receive", actor=bench.technician, tag="T-2")
    found = Device.objects.with_former_proof().get(pk=device.pk)
    assert not found.was_emptied, "what was found in the stay before was never proven empty"


def test_what_comes_back_from_a_household_holds_nothing_of_its_donor_any_more() -> None:
    scene = Scene(lines=(laptops(1),))
    bench = given_to(scene)
    donation = scene.collected()
    device = devices.receive_device(actor=bench.technician, line=donation.lines.get(), tag="T-1")
    gate.apply(reconditioned(bench, device), "report_missing", actor=bench.technician, reason="stocktake")
    gate.apply(device, "receive", actor=bench.technician, tag="T-2")
    gate.apply(donation, "reconcile", actor=bench.manager)
    values = of_lot(donation).values
    assert (values["settled"], values["remaining"]) == (1, 0)
    gate.apply(device, "report_missing", actor=bench.technician, reason="stocktake")
    assert Incident.objects.get().donation is None


def test_a_drive_found_on_what_was_declared_takes_its_word_back_on_the_certificate_of_the_lot() -> None:
    scene = Scene(lines=(laptops(1),))
    bench = given_to(scene)
    donation = scene.collected()
    device = devices.receive_device(actor=bench.technician, line=donation.lines.get(), tag="T-1")
    ready = reconditioned(bench, device)
    bench.drive(ready)
    gate.apply(donation, "reconcile", actor=bench.manager)
    values = of_lot(donation).values
    assert (values["settled"], values["remaining"]) == (0, 1)
    assert values["devices"][0]["standing"] == "Déclaré reconditionné, sa preuve est tombée"


def test_a_lot_gets_its_last_certificate_when_what_was_registered_in_it_by_mistake_is_taken_out() -> None:
    scene = Scene(lines=(laptops(1),))
    bench = given_to(scene)
    donation = scene.collected()
    device = devices.receive_device(actor=bench.technician, line=donation.lines.get(), tag="T-1")
    gate.apply(donation, "reconcile", actor=bench.manager)
    late = bench.received(donation=donation)
    reconditioned(bench, device)
    assert of_lot(donation).values["pending"] == 1

    gate.apply(late, "undo_register", actor=bench.technician, reason="twice")

    assert of_lot(donation).values["pending"] == 0
    assert DonationPaper.objects.filter(donation=donation, kind=DonationPaperKind.ERASURE).count() == 2
