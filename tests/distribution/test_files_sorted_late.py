"""Files sorted once their device left: what they show unproven takes its proofs down, and everybody learns it."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from distribution.enums import SendBackReason
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from refurb.enums import GONE, AbsenceReason, DeviceState, IncidentKind
from refurb.models import DepositedFile, Device, Drive, HardwareReport, Incident, StorageAbsence
from refurb.services import evidence, gone
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene, laptops
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.hardware import confirm, deposit, here_now, nwipe, record
from tests.refurb.test_certificates import reconditioned
from tests.refurb.test_files_unsorted import failed, typed_ready, without_storage
from tests.refurb.test_former_proofs import one_device

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def shown_late(bench: Bench, device: Device) -> DepositedFile:
    """A file that came once the device was away, and that shows a drive nobody knows."""
    return deposit(bench, f"{device.tag}-late.json", machines.smartctl("UNKNOWN-9"))


def test_a_drive_that_a_late_file_shows_is_told_to_whoever_must_act_and_takes_the_proofs_down() -> None:
    load_numbers()
    scene = Scene(lines=(laptops(1),))
    bench, donation, device = one_device(scene)
    officer, manager = make_membership(Role.DPO, OrganisationKind.DEPARTEMENT), bench.manager
    pilot, shelf = bench.pilot, Shelf(bench)
    away = shelf.on_the_shelf(reconditioned(bench, device))
    late = shown_late(bench, away)
    before = set(Mail.objects.values_list("pk", flat=True))

    typed = {f"etiquette-{late.pk}": away.tag}
    page = acting(bench.technician).post(reverse("refurb:hardware_sort"), typed).content.decode()
    assert gone.TOLD in page
    assert not Incident.objects.exists()
    assert gone.TOLD in confirm(acting(bench.technician), (late, away), **typed)

    incident = Incident.objects.get()
    assert (incident.kind, incident.device, incident.donation) == (IncidentKind.DATA_SHOWN, away, donation)
    assert (incident.lost_from, incident.reason) == ("available", "")
    told = [email for mail in Mail.objects.exclude(pk__in=before) if str(away) in mail.body for email in mail.to]
    for person in (scene.contact, manager, pilot, officer, shelf.adviser):
        assert told.count(person.user.email) == 1
    for person in (scene.contact, manager, pilot, officer):
        assert "Disque vu dans un fichier, après le départ" in read(acting(person), reverse("refurb:incident_list"))
    assert "À rappeler, disque non prouvé effacé" in read(acting(shelf.adviser), reverse("desk:home"))
    with pytest.raises(Refused, match="preuves d’effacement ne tiennent plus"):
        shelf.reserve(fresh(away))


def test_it_is_not_handed_over_and_comes_back_where_no_word_is_enough(shelf: Shelf) -> None:
    bench = shelf.bench
    reserved = shelf.reserved(shelf.on_the_shelf(without_storage(bench)))
    record(bench, reserved, shown_late(bench, reserved))
    with pytest.raises(Refused, match="preuves d’effacement ne tiennent plus"):
        shelf.hand_over(fresh(reserved))
    free = gate.apply(fresh(reserved), "release", actor=shelf.adviser)
    back = gate.apply(free, "send_back", actor=shelf.adviser, reason=SendBackReason.NOT_ERASED)
    assert Incident.objects.get().kind == IncidentKind.DATA_SHOWN, "the same breach is told once"
    with pytest.raises(Refused):
        evidence.attest_no_storage(actor=bench.technician, device=back, reason=AbsenceReason.EMPTY_BAY)
    said = {"device": back, "stay": back.stay, "recorded_at": timezone.now(), "reason": AbsenceReason.EMPTY_BAY}
    with pytest.raises(IntegrityError), transaction.atomic():
        StorageAbsence.objects.create(**said, recorded_by=bench.technician)


def test_a_household_that_has_it_is_called_back(shelf: Shelf) -> None:
    bench = shelf.bench
    handed = shelf.handed_over(shelf.reserved(shelf.on_the_shelf(without_storage(bench))))
    record(bench, handed, shown_late(bench, handed))
    assert "appelez le foyer" in read(acting(shelf.adviser), reverse("desk:home"))
    assert Incident.objects.get().lost_from == "handed_over"
    back = shelf.take_back(fresh(handed))
    assert Device.objects.filter(pk=back.pk, state="returned").exists()
    assert Drive.objects.left_behind().filter(device=back).exists(), "it is still looked for on the bench"


def test_a_failure_that_a_late_log_tells_of_a_typed_erasure_opens_an_incident(shelf: Shelf) -> None:
    bench = shelf.bench
    away = shelf.shipped(shelf.allotted(typed_ready(bench)))
    record(bench, away, deposit(bench, "nwipe.log", failed()))
    assert Incident.objects.get().kind == IncidentKind.DATA_SHOWN
    with pytest.raises(Refused, match="preuves d’effacement ne tiennent plus"):
        gate.apply(fresh(away), "stock_in", actor=shelf.adviser)


def test_a_drive_that_its_late_log_proves_erased_is_written_and_nobody_is_alarmed(shelf: Shelf) -> None:
    bench = shelf.bench
    device = bench.in_process(at=timezone.now() - timedelta(hours=5))
    bench.no_storage(device)
    bench.test(device)
    bench.grade(device, storage_gb=0)
    away = shelf.on_the_shelf(bench.recondition(bench.identified(device)))
    told = record(bench, away, deposit(bench, f"{away.tag}-nwipe.log", nwipe("LATE-1", end=here_now())))
    assert gone.STANDS in told.notes
    assert not Incident.objects.exists()
    assert shelf.reserve(fresh(away)).state == "reserved"


def test_what_a_late_file_says_of_drives_already_known_is_refused_and_waits(shelf: Shelf) -> None:
    bench = shelf.bench
    away = shelf.on_the_shelf(typed_ready(bench))
    late = deposit(bench, f"{away.tag}-smart.json", machines.smartctl())
    with pytest.raises(Refused, match="rien de nouveau"):
        record(bench, away, late)
    assert not HardwareReport.objects.exists()
    assert not Incident.objects.exists()


def test_a_second_late_file_completes_the_incident_and_opens_none(shelf: Shelf) -> None:
    bench = shelf.bench
    away = shelf.on_the_shelf(without_storage(bench))
    record(bench, away, shown_late(bench, away))
    told = record(bench, away, deposit(bench, f"{away.tag}-b.json", machines.smartctl("UNKNOWN-10")))
    assert gone.TOLD_BEFORE in told.notes
    assert Incident.objects.count() == 1


@pytest.mark.parametrize("state", GONE)
def test_the_page_that_sorts_takes_the_label_of_a_device_wherever_it_went(shelf: Shelf, state: str) -> None:
    bench = shelf.bench
    away = shelf.shipped(shelf.allotted(without_storage(bench)))
    steps = (partial(gate.apply, verb="stock_in", actor=shelf.adviser), shelf.reserved, shelf.handed_over)
    for step in steps[: GONE.index(DeviceState(state))]:
        away = step(away)
    assert away.state == state
    late = deposit(bench, "sans-nom.json", machines.smartctl("UNKNOWN-9"))
    typed = {f"etiquette-{late.pk}": away.tag}
    assert gone.TOLD in confirm(acting(bench.technician), (late, away), **typed)
    assert Drive.objects.filter(device=away, serial_key="UNKNOWN9").exists()
    assert not DepositedFile.objects.waiting().exists()
