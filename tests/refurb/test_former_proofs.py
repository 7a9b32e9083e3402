"""What was proven once, and what is found since: the certificate of a lot, and who is told of a loss."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from distribution.enums import SendBackReason, SettlementKind
from distribution.services import returns
from documents.kinds import standing_of
from documents.models import Document, Mail
from donations.enums import DonationPaperKind
from donations.models import Donation, DonationPaper
from lifecycle import gate
from network.enums import OrganisationKind
from refurb.enums import CorrectTagReason, DestructionKind, DestructionMethod, RemovalDestination, UndoneReason
from refurb.lot_certificates import renew_lots
from refurb.models import Device, Incident
from refurb.services import corrections, devices, evidence
from refurb.services.contesting import contest_destruction
from refurb.tasks import renew_certificates
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene, laptops
from tests.network.factories import make_organisation
from tests.refurb.devices import Bench, fresh, given_to, load_numbers
from tests.refurb.test_certificates import of_lot, reconditioned
from tests.refurb.test_contested_destructions import certify, confirm, of_recycler

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
    gate.apply(device, "report_missing", actor=bench.technician, reason="stocktake")
    lost_again = Incident.objects.order_by("pk").last()
    assert lost_again is not None
    assert lost_again.donation == donation, "what was found in the stay before was never proven empty"


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


def lost_and_found(bench: Bench, device: Device) -> Device:
    """A new stay: nobody but the workshop and thieves had it in hand."""
    gate.apply(device, "report_missing", actor=bench.technician, reason="stocktake")
    return gate.apply(device, "receive", actor=bench.technician, tag="T-2")


def told_of(donation: Donation) -> Any:
    """What the lot's certificate says of its only device, and how many are settled."""
    values = of_lot(donation).values
    (device,) = values["devices"]
    return device["standing"], device["drives"], values["settled"]


def drives_of(donation: Donation) -> list[str]:
    (line,) = of_lot(donation).values["devices"]
    return list(line["drives"])


def one_device(scene: Scene) -> tuple[Bench, Donation, Device]:
    bench = given_to(scene)
    donation = scene.collected()
    return bench, donation, devices.receive_device(actor=bench.technician, line=donation.lines.get(), tag="T-1")


def test_a_drive_that_nobody_had_seen_is_its_donors_until_a_household_had_the_device() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    found = lost_and_found(bench, reconditioned(bench, device))
    bench.drive(found, serial="NEVER-SEEN-1")
    gate.apply(donation, "reconcile", actor=bench.manager)

    standing, drives, settled = told_of(donation)
    assert (standing, settled) == ("À l’atelier, pas encore effacé", 0)
    assert [drive.rpartition("\u00a0: ")[2] for drive in drives] == ["sans preuve"]

    gate.apply(found, "report_missing", actor=bench.technician, reason="stocktake")
    assert [incident.donation for incident in Incident.objects.order_by("pk")] == [donation]


def test_a_drive_that_an_earlier_erasure_names_holds_nothing_of_the_donor_in_a_later_stay() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    ready = reconditioned(bench, device)
    (erased,) = ready.drives.all()
    found = lost_and_found(bench, ready)
    bench.drive(found, serial=erased.serial.lower())
    gate.apply(donation, "reconcile", actor=bench.manager)

    standing, drives, settled = told_of(donation)
    assert (standing, settled) == ("Effacé ou détruit", 1)
    assert drives == [f"SSD (SATA) n°\u00a0{erased.serial.lower()}\u00a0: effacé lors d’un passage précédent"]

    gate.apply(found, "report_missing", actor=bench.technician, reason="stocktake")
    assert Incident.objects.get().donation is None


def test_a_drive_taken_out_in_an_earlier_stay_is_followed_until_it_is_proven() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    drive = bench.drive(device, serial="TAKEN-OUT-1")
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.STOCK)
    found = lost_and_found(bench, reconditioned(bench, device))
    gate.apply(donation, "reconcile", actor=bench.manager)

    standing, drives, settled = told_of(donation)
    assert (standing, settled) == ("Disque retiré, à effacer ou à détruire", 0)
    assert [line for line in drives if "TAKEN-OUT-1" in line] == [
        "SSD (SATA) n°\u00a0TAKEN-OUT-1\u00a0: retiré, sans preuve"
    ]

    gate.apply(found, "report_missing", actor=bench.technician, reason="stocktake")
    assert Incident.objects.get().donation is None, "the drive is not in what is lost"


def test_what_a_household_brings_back_keeps_the_proofs_that_it_had_when_it_was_handed_over() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    shelf, ready = Shelf(bench), reconditioned(bench, device)
    (erased,) = ready.drives.all()
    returned = shelf.returned(shelf.handed_over(shelf.reserved(shelf.on_the_shelf(ready))))
    returns.settle_return(actor=shelf.adviser, device=returned, kind=SettlementKind.GIVEN_UP)
    back = gate.apply(returned, "start", actor=bench.technician)
    bench.drive(back, serial="OF-THE-HOUSEHOLD")
    gate.apply(donation, "reconcile", actor=bench.manager)

    standing, drives, settled = told_of(donation)
    assert (standing, settled) == ("Effacé ou détruit", 1)
    assert drives == [f"SSD (SATA) n°\u00a0{erased.serial}\u00a0: effacé, saisi à la main"]

    gate.apply(fresh(back), "report_missing", actor=bench.technician, reason="stocktake")
    assert Incident.objects.get().donation is None


# --- a lot's certificate is made again when it is no longer what is known


def certificates(donation: Donation) -> int:
    return DonationPaper.objects.filter(donation=donation, kind=DonationPaperKind.ERASURE).count()


def renewals_told(scene: Scene) -> list[str]:
    mails = Mail.objects.filter(to__contains=[scene.contact.user.email], subject__contains="un nouveau certificat")
    return list(mails.order_by("pk").values_list("body", flat=True))


def test_a_donor_gets_another_certificate_once_the_recycler_has_certified_what_was_awaited() -> None:
    scene = Scene(lines=(laptops(1),))
    bench, donation, device = one_device(scene)
    drive = bench.drive(gate.apply(device, "start", actor=bench.technician))
    bench.recycle(bench.unusable(fresh(device)), destruction_awaited=True)
    gate.apply(donation, "reconcile", actor=bench.manager)
    assert told_of(donation)[::2] == ("Parti au recyclage, certificat de destruction attendu", 0)
    assert renew_lots(at=timezone.now()) == 0, "nothing more is known"

    given = {"recycler": bench.recycler, "certificate": bench.report(drive), "kind": DestructionKind.RECYCLER}
    evidence.record_destruction(
        actor=bench.technician, drive=drive, method=DestructionMethod.SHRED, destroyed_at=timezone.now(), **given
    )
    renew_certificates(0)
    assert told_of(donation)[::2] == ("Effacé ou détruit", 1)
    (told,) = renewals_told(scene)
    assert "1 appareil sur 1 est sans donnée, preuves à l’appui\u00a0; aucun ne reste à prouver." in told
    assert renew_lots(at=timezone.now()) == 0
    assert certificates(donation) == 2


def test_a_donor_is_told_when_a_drive_is_found_on_what_its_certificate_says_erased() -> None:
    scene = Scene(lines=(laptops(1),))
    bench, donation, device = one_device(scene)
    ready = reconditioned(bench, device)
    gate.apply(donation, "reconcile", actor=bench.manager)
    bench.drive(ready)
    assert renew_lots(at=timezone.now()) == 1
    assert told_of(donation)[::2] == ("Déclaré reconditionné, sa preuve est tombée", 0)
    assert "il en reste 1 dont rien ne prouve encore que les données sont effacées." in renewals_told(scene)[0]


def test_what_becomes_of_a_device_that_is_proven_makes_no_other_certificate() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    shelf, ready = Shelf(bench), reconditioned(bench, device)
    gate.apply(donation, "reconcile", actor=bench.manager)
    returned = shelf.returned(shelf.handed_over(shelf.reserved(shelf.on_the_shelf(ready))))
    gate.apply(returned, "report_missing", actor=bench.technician, reason="stocktake")
    assert renew_lots(at=timezone.now()) == 0


def test_a_lot_of_which_devices_are_on_the_bench_waits_for_its_last_certificate() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    gate.apply(donation, "reconcile", actor=bench.manager)
    bench.drive(gate.apply(device, "start", actor=bench.technician))
    assert renew_lots(at=timezone.now()) == 0
    assert certificates(donation) == 1


# --- whoever verifies a certificate reads what came after it


def of_device(device: Device) -> list[str]:
    """What is read of each certificate of a device, the oldest first."""
    documents = Document.objects.filter(device_paper__device=device).order_by("pk")
    return [standing_of(document.kind, document.pk) for document in documents]


def test_whoever_verifies_the_certificate_of_a_lot_reads_that_another_one_replaces_it() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    ready = reconditioned(bench, device)
    gate.apply(donation, "reconcile", actor=bench.manager)
    first = of_lot(donation)
    assert standing_of(first.kind, first.pk) == ""
    bench.drive(ready)
    renew_lots(at=timezone.now())
    assert "un autre, du " in standing_of(first.kind, first.pk)
    assert standing_of(first.kind, of_lot(donation).pk) == ""


def test_whoever_verifies_a_lot_reads_at_once_that_a_proof_fell_though_devices_are_on_the_bench() -> None:
    scene = Scene(lines=(laptops(2),))
    bench, donation, device = one_device(scene)
    devices.receive_device(actor=bench.technician, line=donation.lines.get(), tag="T-STAYS")
    drive = bench.drive(gate.apply(device, "start", actor=bench.technician))
    bench.recycle(bench.unusable(fresh(device)), destruction_awaited=True)
    row = certify(bench, drive)
    gate.apply(donation, "reconcile", actor=bench.manager)
    first = of_lot(donation)
    address = reverse("documents:authenticity", args=[first.public_code])
    assert "alert-warning" not in Client().get(address).content.decode()

    contest_destruction(actor=of_recycler(bench), destruction=row, reason=UndoneReason.DENIED)

    assert "ce qu’il dit ne tient plus\u00a0: une preuve dont il parle" in Client().get(address).content.decode()
    assert renew_lots(at=timezone.now()) == 1, "a donor does not wait for the last device of the bench"
    assert "il en reste 2 dont rien ne prouve" in renewals_told(scene)[0]
    second = of_lot(donation)
    assert standing_of(second.kind, second.pk) == ""
    assert renew_lots(at=timezone.now()) == 0

    confirmed = confirm(bench, row)

    assert "a changé depuis" in standing_of(second.kind, second.pk)
    assert renew_lots(at=timezone.now()) == 0, "a proof that is found waits for the last certificate"
    assert certificates(donation) == 2
    gate.apply(Device.objects.get(tag="T-STAYS"), "report_missing", actor=bench.technician, reason="stocktake")
    third = of_lot(donation)
    assert third.pk > second.pk
    contest_destruction(actor=of_recycler(bench), destruction=confirmed, reason=UndoneReason.DENIED)
    for paper in (first, second):
        told = standing_of(paper.kind, paper.pk)
        assert "un autre, du " in told
        assert "Celui-ci ne tient plus non plus\u00a0: une preuve dont il parle est tombée depuis." in told


def test_a_proof_that_fell_is_read_though_another_drive_of_the_same_device_is_proven_since() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    started = gate.apply(device, "start", actor=bench.technician)
    first, second = bench.drive(started), bench.drive(started)
    bench.recycle(bench.unusable(fresh(device)), destruction_awaited=True)
    row = certify(bench, first)
    gate.apply(donation, "reconcile", actor=bench.manager)
    told = of_lot(donation)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=UndoneReason.DENIED)
    certify(bench, second)
    assert "ce qu’il dit ne tient plus" in standing_of(told.kind, told.pk)
    assert renew_lots(at=timezone.now()) == 1
    assert ["détruit" in line for line in drives_of(donation)] == [False, True]
    assert standing_of(told.kind, of_lot(donation).pk) == ""


def test_no_proof_fell_of_what_was_lost_and_came_once_more_before_anybody_looked_into_it() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    bench.erase(bench.drive(gate.apply(device, "start", actor=bench.technician)))
    gate.apply(donation, "reconcile", actor=bench.manager)
    gate.apply(fresh(device), "report_missing", actor=bench.technician, reason="stocktake")
    told = of_lot(donation)
    assert standing_of(told.kind, told.pk) == ""
    devices.receive_device(actor=bench.technician, device=fresh(device), tag=fresh(device).tag)
    assert fresh(device).stay > 1
    assert "a changé depuis" in standing_of(told.kind, told.pk)
    assert "ne tient plus" not in standing_of(told.kind, told.pk)


def test_whoever_verifies_a_device_that_left_reads_that_the_proof_of_a_drive_taken_out_of_it_fell() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    drive = bench.drive(gate.apply(device, "start", actor=bench.technician))
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    row = certify(bench, drive)
    shelf = Shelf(bench)
    shelf.on_the_shelf(bench.recondition(bench.identified(bench.prepared(fresh(device)))))
    gate.apply(donation, "reconcile", actor=bench.manager)
    assert of_device(device) == [""]
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=UndoneReason.DENIED)
    assert ["ne tient plus\u00a0: la preuve d’un disque est tombée" in told for told in of_device(device)] == [True]
    assert "ne tient plus" in standing_of(of_lot(donation).kind, of_lot(donation).pk)
    certify(bench, drive, recycler=make_organisation(OrganisationKind.RECYCLER))
    assert of_device(device) == [""]
    assert standing_of(of_lot(donation).kind, of_lot(donation).pk) == ""


def test_whoever_verifies_the_certificate_of_a_device_reads_when_it_says_nothing_of_today() -> None:
    bench, _, device = one_device(Scene(lines=(laptops(1),)))
    ready = reconditioned(bench, device)
    assert of_device(device) == [""]
    drive = bench.drive(ready)
    assert ["un stockage y a été trouvé depuis" in told for told in of_device(device)] == [True]
    bench.erase(drive)
    assert of_device(device) == [""], "all that is known of it is proven again"
    corrections.correct_tag_device(actor=bench.technician, device=ready, tag="T-3", reason=CorrectTagReason.TYPED)
    assert ["un autre, du " in told for told in of_device(device)] == [True, False]
    lost_and_found(bench, device)
    assert "il ne dit rien de ce que l’appareil contient aujourd’hui" in of_device(device)[1]


def test_a_drive_that_nobody_had_seen_stays_its_donors_when_the_device_comes_once_more() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    found = lost_and_found(bench, reconditioned(bench, device))
    bench.drive(found, serial="NEVER-SEEN-1")
    found = lost_and_found(bench, found)
    gate.apply(donation, "reconcile", actor=bench.manager)

    assert (told_of(donation)[0], told_of(donation)[2]) == ("À l’atelier, pas encore effacé", 0)

    gate.apply(found, "report_missing", actor=bench.technician, reason="stocktake")
    assert {incident.donation for incident in Incident.objects.all()} == {donation}


def test_what_was_handed_over_and_noted_as_a_return_by_mistake_was_had_by_no_household() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    shelf, ready = Shelf(bench), reconditioned(bench, device)
    returned = shelf.returned(shelf.handed_over(shelf.reserved(shelf.on_the_shelf(ready))))
    home = gate.apply(returned, "undo_take_back", actor=shelf.adviser, reason="entry")
    reserved = gate.apply(home, "undo_hand_over", actor=shelf.adviser, reason="entry")
    shelf.missing(reserved, actor=shelf.adviser)
    found = gate.apply(fresh(reserved), "receive", actor=bench.technician, tag="T-2")
    bench.drive(found, serial="NEVER-SEEN-1")
    gate.apply(donation, "reconcile", actor=bench.manager)

    assert (told_of(donation)[0], told_of(donation)[2]) == ("À l’atelier, pas encore effacé", 0)


def test_a_hand_over_and_a_return_that_were_both_undone_are_no_household_that_had_the_device() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    shelf = Shelf(bench)
    back = shelf.returned(shelf.handed_over(shelf.reserve(shelf.on_the_shelf(reconditioned(bench, device)))))
    home = gate.apply(back, "undo_take_back", actor=shelf.adviser, reason="entry")
    reserved = gate.apply(home, "undo_hand_over", actor=shelf.adviser, reason="entry")
    free = gate.apply(reserved, "release", actor=shelf.adviser)
    found = gate.apply(free, "send_back", actor=shelf.adviser, reason="broken")
    bench.drive(found, serial="NEVER-SEEN-2")
    gate.apply(donation, "reconcile", actor=bench.manager)

    standing, _, settled = told_of(donation)
    assert (standing, settled) == ("À l’atelier, pas encore effacé", 0)
    gate.apply(found, "report_missing", actor=bench.technician, reason="stocktake")
    assert Incident.objects.get().donation == donation, "its donor is told"


def test_sent_back_because_data_are_still_there_a_device_is_not_said_erased_to_its_donor() -> None:
    bench, donation, device = one_device(Scene(lines=(laptops(1),)))
    shelf = Shelf(bench)
    on_the_shelf = shelf.on_the_shelf(reconditioned(bench, device))
    back = gate.apply(on_the_shelf, "send_back", actor=shelf.adviser, reason=SendBackReason.NOT_ERASED)
    gate.apply(donation, "reconcile", actor=bench.manager)

    standing, _, settled = told_of(donation)
    assert (standing, settled) == ("À l’atelier, pas encore effacé", 0)
    gate.apply(back, "report_missing", actor=bench.technician, reason="stocktake")
    told = Incident.objects.order_by("pk").values_list("kind", "donation")
    assert list(told) == [("data_left", donation.pk), ("data_breach", donation.pk)]
