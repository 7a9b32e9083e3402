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
from network.models import Membership
from refurb.enums import GONE, AbsenceReason, DeviceState, IncidentKind, RemovalDestination
from refurb.models import DepositedFile, Device, Drive, HardwareReport, Incident, StorageAbsence
from refurb.services import evidence, gone, hardware
from reports.evidence import count_evidence
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene, laptops
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.hardware import confirm, deposit, failed, here_now, nwipe, record
from tests.refurb.test_certificates import reconditioned
from tests.refurb.test_files_unsorted import typed_ready, without_storage
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
    assert gone.WILL_TELL in page, "nothing is done yet"
    assert gone.TOLD not in page
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


def test_the_incident_counts_when_it_is_known_and_not_when_the_device_last_moved(shelf: Shelf) -> None:
    away = shelf.on_the_shelf(without_storage(shelf.bench))
    moved = away.journal.latest("seq").at
    known = moved + timedelta(seconds=1)
    late = shown_late(shelf.bench, away)
    hardware.record_files(actor=shelf.bench.technician, device=away, deposits=[late], at=known)
    assert Incident.objects.get().known_at == known
    assert count_evidence(moved - timedelta(days=30), known)["incidents"] == 0
    assert count_evidence(known, known + timedelta(days=30))["incidents"] == 1


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


def away_since_today(shelf: Shelf) -> Device:
    """On the shelf, without storage, after hours at the bench in which a log may say that it erased a drive."""
    bench = shelf.bench
    device = bench.in_process(at=timezone.now() - timedelta(hours=5))
    bench.no_storage(device)
    bench.test(device)
    bench.grade(device, storage_gb=0)
    return shelf.on_the_shelf(bench.recondition(bench.identified(device)))


def test_a_drive_that_its_late_log_proves_erased_is_written_and_nobody_is_alarmed(shelf: Shelf) -> None:
    bench, away = shelf.bench, away_since_today(shelf)
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


def back_and_away_again(shelf: Shelf) -> Device:
    """A point found data on it and sent it back; the workshop reconditioned it and it left again."""
    bench = shelf.bench
    away = shelf.on_the_shelf(without_storage(bench))
    back = gate.apply(away, "send_back", actor=shelf.adviser, reason=SendBackReason.NOT_ERASED)
    bench_again = gate.apply(back, "start", actor=bench.manager)
    evidence.attest_no_storage(actor=bench.manager, device=bench_again, reason=AbsenceReason.EMPTY_BAY)
    bench.test(bench_again)
    bench.grade(bench_again, storage_gb=0)
    return shelf.on_the_shelf(bench.recondition(bench.identified(fresh(bench_again))))


def test_a_second_breach_of_a_device_that_a_point_had_sent_back_is_told_as_the_first(shelf: Shelf) -> None:
    away = back_and_away_again(shelf)
    assert Incident.objects.get().kind == IncidentKind.DATA_LEFT
    before = Mail.objects.count()
    told = record(shelf.bench, away, shown_late(shelf.bench, away))
    assert gone.TOLD in told.notes
    assert [one.kind for one in Incident.objects.order_by("pk")] == [IncidentKind.DATA_LEFT, IncidentKind.DATA_SHOWN]
    assert Mail.objects.count() > before
    assert list(Device.objects.to_recall()) == [away]


def mails_to(person: Membership, since: set[int]) -> list[Mail]:
    address = person.user.email
    return [mail for mail in Mail.objects.exclude(pk__in=since).order_by("pk") if address in mail.to]


def shown_unproven(shelf: Shelf) -> Device:
    """A late file shows a drive of it, and an incident is open: a log may still prove that drive."""
    bench, away = shelf.bench, away_since_today(shelf)
    record(bench, away, deposit(bench, f"{away.tag}-late.json", machines.smartctl(machines.DRIVE)))
    return away


def test_a_recall_ends_when_a_later_file_proves_the_drive_and_whoever_was_alarmed_learns_it(shelf: Shelf) -> None:
    bench, away = shelf.bench, shown_unproven(shelf)
    assert list(Device.objects.to_recall()) == [away]
    since = set(Mail.objects.values_list("pk", flat=True))
    told = record(bench, away, deposit(bench, f"{away.tag}.log", nwipe(end=here_now())))
    assert gone.OVER in told.notes
    assert not Device.objects.to_recall().exists()
    for person in (bench.manager, shelf.adviser, bench.pilot):
        (mail,) = mails_to(person, since)
        assert "n’est plus à rappeler" in mail.subject
        assert str(away) in mail.body
    assert shelf.reserve(fresh(away)).state == "reserved"


def test_what_is_shown_once_the_recall_is_over_is_told_anew(shelf: Shelf) -> None:
    bench, away = shelf.bench, shown_unproven(shelf)
    record(bench, away, deposit(bench, f"{away.tag}.log", nwipe(end=here_now())))
    told = record(bench, away, shown_late(bench, away))
    assert gone.TOLD in told.notes
    assert Incident.objects.filter(kind=IncidentKind.DATA_SHOWN).count() == 2
    assert list(Device.objects.to_recall()) == [away]


def test_a_drive_that_the_manager_says_was_never_there_ends_the_recall_as_well(shelf: Shelf) -> None:
    bench = shelf.bench
    shown_unproven(shelf)
    since = set(Mail.objects.values_list("pk", flat=True))
    evidence.remove_drive(actor=bench.manager, drive=Drive.objects.get(), destination=RemovalDestination.MISTAKE)
    assert not Device.objects.to_recall().exists()
    (mail,) = mails_to(shelf.adviser, since)
    assert "n’est plus à rappeler" in mail.subject


def test_data_that_a_point_finds_once_the_recall_is_over_open_another_incident(shelf: Shelf) -> None:
    bench, away = shelf.bench, shown_unproven(shelf)
    record(bench, away, deposit(bench, f"{away.tag}.log", nwipe(end=here_now())))
    gate.apply(fresh(away), "send_back", actor=shelf.adviser, reason=SendBackReason.NOT_ERASED)
    assert [one.kind for one in Incident.objects.order_by("pk")] == [IncidentKind.DATA_SHOWN, IncidentKind.DATA_LEFT]
