"""A file that waits and shows a drive nobody inventoried: its device does not leave before it is sorted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import RemovalDestination
from refurb.enums.hardware import DismissalReason
from refurb.models import DepositedFile, Device, Drive, FileDismissal
from refurb.services import depositing, evidence
from refurb.services.corrections import correct_tag_device
from refurb.services.devices import describe_device
from refurb.services.runs import BELIED
from refurb.unsorted import unsorted_along, unsorted_drives
from tests.distribution.shelves import Shelf
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import Bench, fresh
from tests.refurb.hardware import deposit, failed, record
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def without_storage(bench: Bench) -> Device:
    """Declared reconditioned on somebody's word that nothing is in it."""
    device = bench.in_process()
    bench.no_storage(device)
    bench.test(device)
    bench.grade(device, storage_gb=0)
    return bench.recondition(bench.identified(device))


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


def set_aside_by_the_manager(bench: Bench, files: list[DepositedFile]) -> None:
    """With why: a file that holds a device back is not set aside in one click."""
    told = {"reason": DismissalReason.OTHER_WORKSHOP, "words": "La machine est celle d’à côté, vérifié sur place."}
    depositing.set_aside(actor=bench.manager, deposits=files, **told)  # type: ignore[arg-type]


def test_what_waits_and_shows_an_unknown_drive_keeps_its_device_from_being_allotted_and_shipped(shelf: Shelf) -> None:
    bench = shelf.bench
    ready, other = without_storage(bench), without_storage(bench)
    allotted = shelf.allotted(without_storage(bench))
    files = [deposit(bench, f"{one.tag}-lshw.json", machines.lshw(serial=f"S{one.pk}")) for one in (ready, allotted)]
    with pytest.raises(Refused, match="attend d’être trié") as refused:
        shelf.allotted(ready)
    assert codes(refused) == {"files_sorted"}
    with pytest.raises(Refused) as refused:
        shelf.shipped(allotted)
    assert codes(refused) == {"files_sorted"}
    assert shelf.allotted(other).state == "allotted"
    set_aside_by_the_manager(bench, files)
    assert shelf.shipped(allotted).state == "shipped"


def test_the_page_says_it_to_the_workshop_with_where_to_sort_it(shelf: Shelf) -> None:
    bench = shelf.bench
    ready = without_storage(bench)
    deposit(bench, f"{ready.tag}-lshw.json", machines.lshw())
    for name in ("device_detail", "device_evidence"):
        page = read(acting(bench.technician), page_of(ready, name))
        assert "un disque que l’inventaire de cet appareil ne connaît pas" in page
        assert reverse("refurb:hardware_sort") in page
    assert "ne connaît pas" not in read(acting(bench.pilot), page_of(ready, "device_detail")).split("Chronologie")[1]


def test_a_file_that_shows_what_is_inventoried_waits_without_holding_anything_back(shelf: Shelf) -> None:
    bench = shelf.bench
    device = bench.in_process()
    record(
        bench, device, deposit(bench, f"{device.tag}.json", machines.lshw(serial="", drives=(machines.drive_node(),)))
    )
    deposit(bench, f"{device.tag}-smart.json", machines.smartctl())
    assert not unsorted_drives([device.pk])
    deposit(bench, f"{device.tag}-new.json", machines.smartctl("ANOTHER-1"))
    assert list(unsorted_drives([device.pk])) == [device.pk]


def test_nothing_waits_costs_one_query(shelf: Shelf, django_assert_num_queries: object) -> None:
    device = shelf.bench.in_process()
    for asks in (unsorted_drives, unsorted_along):
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert not asks([device.pk])


# --- set aside


def test_a_file_that_holds_a_device_back_is_set_aside_by_the_manager_with_why_and_is_kept(shelf: Shelf) -> None:
    bench = shelf.bench
    ready = without_storage(bench)
    late = deposit(bench, f"{ready.tag}-lshw.json", machines.lshw(serial=""))
    reason = DismissalReason.OTHER_WORKSHOP
    with pytest.raises(Refused, match="revient au responsable") as refused:
        depositing.set_aside(actor=bench.technician, deposits=[late], reason=reason, words="Rien à voir.")
    assert codes(refused) == {"manager_sets_aside"}
    with pytest.raises(Refused, match="écrivez pourquoi") as refused:
        depositing.set_aside(actor=bench.manager, deposits=[late], reason=reason)
    assert codes(refused) == {"words"}
    told = {"deposit": late, "reason": reason, "set_aside_at": timezone.now()}
    for by, words in ((bench.technician, "Rien à voir."), (bench.manager, " ")):
        with pytest.raises(IntegrityError) as forced, transaction.atomic():
            FileDismissal.objects.create(**told, set_aside_by=by, words=words)
        assert refused_by(forced) == "refurb_filedismissal_said"
    page = acting(bench.technician)
    sent = {"mettre-de-cote": "1", f"ecarter-{late.pk}": "1", "reason": reason.value, "words": "Rien à voir."}
    assert "revient au responsable" in page.post(reverse("refurb:hardware_sort"), sent, follow=True).content.decode()

    acting(bench.manager).post(reverse("refurb:hardware_sort"), sent)

    assert not DepositedFile.objects.get().file.is_forgotten
    assert not unsorted_drives([ready.pk])
    assert "«\u00a0Rien à voir.\u00a0»" in read(acting(bench.technician), page_of(ready, "device_detail"))
    assert shelf.allotted(ready).state == "allotted"


@pytest.mark.parametrize("ticked", ["the file that follows", "the file that it follows"])
def test_a_file_that_holds_a_device_back_because_it_goes_with_another_is_not_set_aside_alone(
    shelf: Shelf, ticked: str
) -> None:
    bench = shelf.bench
    ready = without_storage(bench)
    first = deposit(bench, f"{ready.tag}-lshw.json", machines.lshw(serial="ZZ99X", drives=()))
    second = deposit(bench, "other-lshw.json", machines.lshw(serial="ZZ99X"))
    apart = deposit(bench, "apart-lshw.json", machines.lshw(serial="ELSEWHERE", drives=()))
    assert unsorted_drives([ready.pk]) == {ready.pk: [second]}
    one = {"the file that follows": second, "the file that it follows": first}[ticked]
    with pytest.raises(Refused, match="revient au responsable"):
        depositing.set_aside(actor=bench.technician, deposits=[one], reason=DismissalReason.TWICE)
    assert depositing.set_aside(actor=bench.technician, deposits=[apart], reason=DismissalReason.TWICE) == 1
    set_aside_by_the_manager(bench, [one])
    assert not unsorted_drives([ready.pk])
    assert "vérifié sur place" in read(acting(bench.technician), page_of(ready, "device_detail"))


def test_a_file_with_the_number_of_a_device_is_not_said_to_be_of_another_workshop(shelf: Shelf) -> None:
    bench = shelf.bench
    ready = without_storage(bench)
    describe_device(actor=bench.technician, device=ready, serial="MACHINE-88")
    late = deposit(bench, "x.json", machines.lshw(serial="machine 88"))
    told = {"deposit": late, "reason": "elsewhere", "words": "Ailleurs.", "set_aside_at": timezone.now()}
    with pytest.raises(Refused, match="bien une machine de cet atelier"):
        depositing.set_aside(actor=bench.manager, deposits=[late], reason="elsewhere", words="Ailleurs.")
    with pytest.raises(IntegrityError) as forced, transaction.atomic():
        FileDismissal.objects.create(**told, set_aside_by=bench.manager)
    assert refused_by(forced) == "refurb_filedismissal_said"
    assert depositing.set_aside(actor=bench.manager, deposits=[late], reason="useless", words="Disque de test.") == 1


@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.parametrize("is_home", [False, True])
def test_the_point_that_has_the_device_learns_that_the_file_is_set_aside_and_what_is_left(
    shelf: Shelf, is_home: bool, others: int
) -> None:
    bench = shelf.bench
    away = shelf.on_the_shelf(without_storage(bench))
    if is_home:
        away = shelf.handed_over(shelf.reserved(away))
    late = deposit(bench, f"{away.tag}-lshw.json", machines.lshw(serial=""))
    for rank in range(others):
        deposit(bench, f"{away.tag}-other.json", machines.smartctl(f"ANOTHER-{rank}"))
    set_aside_by_the_manager(bench, [late])
    mails = Mail.objects.filter(subject__contains="est écarté")
    assert shelf.adviser.user.email in {to for mail in mails for to in mail.to}
    assert all("vérifié sur place" not in mail.body for mail in mails)
    assert "vérifié sur place" not in read(acting(shelf.adviser), page_of(away, "device_detail"))
    told = " ".join(f"{mails[0].subject} {mails[0].body}".split())
    assert ("n’est plus retenu" in told) == (not is_home and not others)
    assert ("ne le remettez pas avant" in told, "avant de le remettre" in told) == (
        not is_home and bool(others),
        not is_home and not others,
    )
    assert ("chez son foyer" in told, "rien à lui demander" in told) == (is_home, is_home and not others)


@pytest.mark.parametrize("changed", ["the label", "the number"])
def test_what_waits_still_holds_a_device_whose_label_is_corrected_or_whose_number_is_emptied(
    shelf: Shelf, changed: str
) -> None:
    bench = shelf.bench
    ready = without_storage(bench)
    if changed == "the label":
        late = deposit(bench, f"{ready.tag}-lshw.json", machines.lshw(serial=""))
        correct_tag_device(actor=bench.technician, device=ready, tag="NEUVE1", reason="replaced")
    else:
        describe_device(actor=bench.technician, device=ready, serial="MACHINE-99")
        late = deposit(bench, "x.json", machines.lshw(serial="MACHINE-99"))
        describe_device(actor=bench.technician, device=ready, serial="")
    assert unsorted_drives([ready.pk]) == {ready.pk: [late]}
    with pytest.raises(Refused) as refused:
        shelf.allotted(fresh(ready))
    assert codes(refused) == {"files_sorted"}
    with pytest.raises(IntegrityError) as forced:
        moved_by_force(ready, "allotted")
    assert refused_by(forced) == "refurb_device_files_sorted"
    set_aside_by_the_manager(bench, [late])
    assert "vérifié sur place" in read(acting(bench.technician), page_of(ready, "device_detail"))
    assert shelf.allotted(fresh(ready)).state == "allotted"


def test_a_device_at_which_a_file_pointed_once_is_not_said_to_have_been_held_back_by_it(shelf: Shelf) -> None:
    bench = shelf.bench
    other, ready = bench.in_process(), without_storage(bench)
    bench.drive(other, serial=machines.DRIVE)
    late = deposit(bench, f"{other.tag}-{ready.tag}-lshw.json", machines.lshw(serial=""))
    correct_tag_device(actor=bench.technician, device=other, tag="NEUVE2", reason="replaced")
    assert unsorted_drives([other.pk, ready.pk]) == {ready.pk: [late]}
    set_aside_by_the_manager(bench, [late])
    for device, was_held in ((ready, True), (other, False)):
        page = read(acting(bench.technician), page_of(device, "device_detail"))
        assert ("vérifié sur place" in page) == was_held


def renumbered(bench: Bench, drive: Drive) -> Drive:
    told: dict[str, Any] = {"serial": "AUTRE123456", "capacity": drive.capacity, "supersedes": drive}
    return evidence.record_drive(actor=bench.technician, device=drive.device, kind=drive.kind, **told)


def taken_out(bench: Bench, drive: Drive) -> Drive:
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    return bench.drive(drive.device, kind="ssd")


@pytest.mark.parametrize("changed", [renumbered, taken_out])
def test_what_waits_still_holds_a_device_whose_drive_is_corrected_or_taken_out(
    shelf: Shelf, changed: Callable[[Bench, Drive], Drive]
) -> None:
    bench = shelf.bench
    device = bench.in_process(at=timezone.now() - timedelta(hours=5))
    drive, then = bench.drive(device, serial=machines.DRIVE, kind="ssd"), timezone.now() - timedelta(hours=2)
    bench.erase(drive, finished_at=then)
    late = deposit(bench, "nwipe.log", failed())
    bench.erase(changed(bench, drive), finished_at=then)
    assert unsorted_drives([device.pk]) == {device.pk: [late]}
    bench.test(device)
    bench.grade(device)
    with pytest.raises(Refused) as refused:
        bench.recondition(bench.identified(device))
    assert codes(refused) == {"files_sorted"}
    with pytest.raises(IntegrityError) as forced:
        moved_by_force(device, "ready")
    assert refused_by(forced) == "refurb_device_files_sorted"
    set_aside_by_the_manager(bench, [late])
    assert bench.recondition(fresh(device)).state == "ready"


# --- what the database holds


def refused_by(refused: pytest.ExceptionInfo[IntegrityError]) -> str | None:
    name: str | None = refused.value.__cause__.diag.constraint_name  # type: ignore[union-attr]
    return name


def moved_by_force(device: Device, state: str) -> None:
    with transaction.atomic():
        Device.objects.filter(pk=device.pk).update(state=state)


def test_the_database_holds_back_what_a_waiting_file_tells_of_by_its_label_its_number_or_its_drive(
    shelf: Shelf,
) -> None:
    bench = shelf.bench
    by_label, by_number, by_drive, other = [without_storage(bench) for _ in range(3)] + [bench.ready()]
    describe_device(actor=bench.technician, device=by_number, serial="MACHINE-77")
    bench.drive(by_drive, serial="KNOWN-1")
    deposit(bench, f"{by_label.tag}-lshw.json", machines.lshw(serial=""))
    deposit(bench, "sans-nom.json", machines.lshw(serial="machine 77", drives=(machines.drive_node("OTHER-2"),)))
    deposit(
        bench, "x.json", machines.lshw(serial="", drives=[machines.drive_node(one) for one in ("KNOWN-1", "NEW-1")])
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM refurb_device WHERE refurb_device_files_wait(id, stay) AND id = ANY(%s) ORDER BY id",
            [[by_label.pk, by_number.pk, by_drive.pk, other.pk]],
        )
        assert [pk for (pk,) in cursor.fetchall()] == [by_label.pk, by_number.pk, by_drive.pk]
    assert set(unsorted_drives([by_label.pk, by_number.pk, by_drive.pk, other.pk])) == {
        by_label.pk,
        by_number.pk,
        by_drive.pk,
    }
    for state in ("allotted", "shipped", "ceded", "dismantled", "recycled"):
        with pytest.raises(IntegrityError) as refused:
            moved_by_force(by_label, state)
        assert refused_by(refused) == "refurb_device_files_sorted"


def test_a_longer_label_in_the_name_of_a_file_is_not_that_of_another_device(shelf: Shelf) -> None:
    bench = shelf.bench
    short = without_storage(bench)
    longer = bench.received(tag=f"{short.tag}9")
    deposit(bench, f"{longer.tag}-lshw.json", machines.lshw(serial=""))
    with connection.cursor() as cursor:
        cursor.execute("SELECT refurb_device_files_wait(%s, 1)", [short.pk])
        assert cursor.fetchone() == (False,)
    assert shelf.allotted(short).state == "allotted"


def test_what_waits_keeps_a_device_from_being_ceded_dismantled_or_given_to_the_recycler(shelf: Shelf) -> None:
    bench = shelf.bench
    ready = without_storage(bench)
    deposit(bench, f"{ready.tag}-lshw.json", machines.lshw())
    with pytest.raises(Refused) as refused:
        gate.apply(ready, "cede", actor=bench.manager, recipient="Une association", reason="no_demand")
    assert codes(refused) == {"files_sorted"}
    unusable = bench.unusable(ready)
    with pytest.raises(Refused) as refused:
        bench.recycle(unusable)
    assert codes(refused) == {"files_sorted"}
    with pytest.raises(Refused) as refused:
        gate.apply(unusable, "dismantle", actor=bench.technician)
    assert codes(refused) == {"files_sorted"}


def test_what_waits_keeps_a_device_out_of_the_stock_until_it_is_sorted_or_set_aside(shelf: Shelf) -> None:
    bench = shelf.bench
    device = bench.in_process()
    bench.no_storage(device)
    bench.test(device)
    bench.grade(device, storage_gb=0)
    late = deposit(bench, f"{bench.identified(device).tag}-lshw.json", machines.lshw())
    with pytest.raises(Refused) as refused:
        bench.recondition(device)
    assert codes(refused) == {"files_sorted"}
    assert "attend d’être trié" in read(acting(bench.technician), page_of(device, "device_evidence"))
    with pytest.raises(IntegrityError) as forced:
        moved_by_force(device, "ready")
    assert refused_by(forced) == "refurb_device_files_sorted"
    set_aside_by_the_manager(bench, [late])
    assert bench.recondition(fresh(device)).state == "ready"


def test_what_waits_does_not_keep_a_device_from_coming_back_to_the_stock(shelf: Shelf) -> None:
    bench = shelf.bench
    allotted, away = [shelf.allotted(without_storage(bench)) for _ in range(2)]
    away = shelf.shipped(away)
    for one in (allotted, away):
        deposit(bench, f"{one.tag}-lshw.json", machines.lshw(serial=f"S{one.pk}"))
    assert gate.apply(away, "cancel_shipment", actor=bench.technician).state == "allotted"
    assert gate.apply(allotted, "release_allotment", actor=bench.manager, reason="balance").state == "ready"


# --- a failure that the tool wrote of what a person typed


def typed_ready(bench: Bench) -> Device:
    """Reconditioned on an erasure that a person typed."""
    device = bench.in_process(at=timezone.now() - timedelta(hours=5))
    bench.erase(bench.drive(device, serial=machines.DRIVE, kind="ssd"), finished_at=timezone.now() - timedelta(hours=2))
    bench.test(device)
    bench.grade(device)
    return bench.recondition(bench.identified(device))


def test_a_log_that_waits_and_says_the_failure_of_a_typed_erasure_holds_its_device_back(shelf: Shelf) -> None:
    bench = shelf.bench
    device = typed_ready(bench)
    late = deposit(bench, "nwipe.log", failed())
    with pytest.raises(Refused) as refused:
        shelf.allotted(device)
    assert codes(refused) == {"files_sorted"}
    with pytest.raises(IntegrityError) as forced:
        moved_by_force(device, "allotted")
    assert refused_by(forced) == "refurb_device_files_sorted"
    told = record(bench, device, late)
    assert told.runs[0].why[0] == BELIED
    with pytest.raises(Refused) as refused:
        shelf.allotted(device)
    assert codes(refused) == {"proofs_stand"}


def test_a_failure_that_was_over_before_the_erasure_that_was_typed_changes_nothing(shelf: Shelf) -> None:
    bench = shelf.bench
    device = typed_ready(bench)
    told = record(bench, device, deposit(bench, "nwipe.log", failed(hours=4)))
    assert told.runs[0].is_proof
    assert shelf.allotted(device).state == "allotted"
