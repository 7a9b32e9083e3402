"""A destruction or a withdrawal recorded on the wrong drive is undone; what it proved is proven no more."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from refurb.enums import DestructionMethod, PartKind, RemovalDestination, UndoneReason
from refurb.models import Destruction, Device, Drive, DriveRemoval
from refurb.services import evidence, parts
from refurb.services.drive_acts import undo_destruction, undo_removal
from reports.evidence import count_evidence
from tests.network.factories import make_membership
from tests.pages import acting, done, read
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db
WRONG = UndoneReason.WRONG_DRIVE


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def destroyed(bench: Bench, drive: Drive, **given: Any) -> Destruction:
    return evidence.record_destruction(
        actor=given.pop("actor", bench.technician),
        drive=drive,
        method=DestructionMethod.DRILL,
        destroyed_at=timezone.now(),
        **given,
    )


def removed(bench: Bench, drive: Drive, destination: str = RemovalDestination.DESTRUCTION) -> DriveRemoval:
    return evidence.remove_drive(actor=bench.technician, drive=drive, destination=destination)


def colleague(bench: Bench) -> Any:
    return make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER, organisation=bench.workshop.organisation)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


def ready_but_for_its_drive(bench: Bench) -> tuple[Device, Drive]:
    """Tested and graded, with a drive that works and is proven, and another that nothing proves."""
    device = bench.prepared()
    return device, bench.drive(device)


def test_an_undone_destruction_proves_nothing_and_all_that_was_written_is_still_read(bench: Bench) -> None:
    device, drive = ready_but_for_its_drive(bench)
    act = destroyed(bench, drive)
    assert not Drive.objects.unproven().filter(pk=drive.pk).exists()
    undo_destruction(actor=bench.technician, destruction=act, reason=WRONG)
    assert Drive.objects.unproven().get() == drive
    assert not Destruction.objects.current().exists()
    assert Destruction.objects.count() == 2, "nothing is taken away"
    page = read(acting(bench.technician), page_of(device, "device_evidence"))
    assert "Détruit à l’atelier" in page
    assert "Annulée le" in page
    assert "autre disque" in page
    with pytest.raises(Refused) as refused:
        bench.recondition(device)
    assert "drives_proven" in codes(refused)
    destroyed(bench, drive)
    assert bench.recondition(device).state == "ready", "it is proven again, by another act"


def test_an_undone_withdrawal_puts_the_drive_back_in_its_device_which_waits_for_its_proof(bench: Bench) -> None:
    device, drive = ready_but_for_its_drive(bench)
    act = removed(bench, drive)
    assert drive not in Drive.objects.in_place()
    undo_removal(actor=bench.technician, removal=act, reason=WRONG)
    assert drive in Drive.objects.in_place()
    assert drive not in Drive.objects.missing_erasures()
    with pytest.raises(Refused) as refused:
        bench.recondition(device)
    assert "drives_proven" in codes(refused)
    page = read(acting(bench.technician), page_of(device, "device_evidence"))
    assert "À détruire" in page
    assert "Annulé le" in page


@pytest.mark.parametrize("act", [destroyed, removed])
def test_the_database_itself_lets_no_device_out_once_its_proof_is_undone(bench: Bench, act: Any) -> None:
    device, drive = ready_but_for_its_drive(bench)
    row = act(bench, drive)
    assert Device.objects.proven().filter(pk=device.pk).exists()
    undo(bench.technician, row)
    assert not Device.objects.proven().filter(pk=device.pk).exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        Device.objects.filter(pk=device.pk).update(state="ready")


def undo(actor: Any, row: Destruction | DriveRemoval) -> Any:
    if isinstance(row, Destruction):
        return undo_destruction(actor=actor, destruction=row, reason=WRONG)
    return undo_removal(actor=actor, removal=row, reason=WRONG)


@pytest.mark.parametrize("act", [destroyed, removed])
def test_what_was_reconditioned_on_it_is_put_back_in_hand_first_and_never_leaves_unproven(
    bench: Bench, act: Any
) -> None:
    device, drive = ready_but_for_its_drive(bench)
    row = act(bench, drive)
    bench.recondition(device)
    with pytest.raises(Refused) as refused:
        undo(bench.technician, row)
    assert codes(refused) == {"open_first"}
    gate.apply(device, "reopen", actor=bench.technician, reason="proof")
    undo(bench.technician, row)
    with pytest.raises(Refused) as refused:
        bench.recondition(device)
    assert "drives_proven" in codes(refused)


@pytest.mark.parametrize("act", [destroyed, removed])
def test_it_is_undone_once(bench: Bench, act: Any) -> None:
    row = act(bench, bench.drive(bench.in_process()))
    undone = undo(bench.technician, row)
    for again in (row, undone):
        with pytest.raises(Refused) as refused:
            undo(bench.technician, again)
        assert codes(refused) == {"undone_already"}


@pytest.mark.parametrize("act", [destroyed, removed])
def test_by_who_wrote_it_or_the_manager_and_nobody_of_another_workshop(bench: Bench, act: Any) -> None:
    row = act(bench, bench.drive(bench.in_process()))
    for stranger in (bench.stranger, Bench().manager):
        with pytest.raises(Unknown):
            undo(stranger, row)
    with pytest.raises(PermissionDenied):
        undo(bench.pilot, row)
    with pytest.raises(Refused) as refused:
        undo(colleague(bench), row)
    assert codes(refused) == {"of_who_wrote_it"}
    assert undo(bench.manager, row).recorded_by == bench.manager


def test_a_reason_is_asked(bench: Bench) -> None:
    device = bench.in_process()
    row = destroyed(bench, bench.drive(device))
    with pytest.raises(ValueError, match="bof"):
        undo_destruction(actor=bench.technician, destruction=row, reason="bof")
    client, url = acting(bench.technician), page_of(device, "device_undo_destruction", row.pk)
    assert "Motif" in read(client, url)
    assert client.post(url, {}).status_code == 200
    assert Destruction.objects.count() == 1
    assert done(client, url, reason=WRONG) == page_of(device, "device_evidence")
    assert Destruction.objects.count() == 2


def test_the_page_of_a_withdrawal_is_the_same_and_says_why_not(bench: Bench) -> None:
    device, drive = ready_but_for_its_drive(bench)
    row = removed(bench, drive)
    client, url = acting(bench.technician), page_of(device, "device_undo_removal", row.pk)
    assert url in read(client, page_of(device, "device_evidence"))
    bench.recondition(device)
    assert "remettez-le d’abord en traitement" in client.post(url, {"reason": WRONG}).content.decode()
    assert acting(bench.stranger).get(url).status_code == 404
    gate.apply(device, "reopen", actor=bench.technician, reason="proof")
    done(client, url, reason=WRONG)
    assert drive in Drive.objects.in_place()


def test_not_once_the_device_left_on_that_proof(bench: Bench) -> None:
    device = bench.unusable()
    row = destroyed(bench, bench.drive(device))
    bench.recycle(device)
    with pytest.raises(Refused) as refused:
        undo(bench.manager, row)
    assert codes(refused) == {"left_on_it"}


def test_a_certificate_of_the_recycler_given_for_the_wrong_drive_makes_it_missing_again(bench: Bench) -> None:
    device = bench.unusable()
    drive = bench.drive(device)
    bench.recycle(device, destruction_awaited=True)
    assert drive in Drive.objects.missing_erasures()
    row = destroyed(bench, drive, kind="recycler", recycler=bench.recycler, certificate=bench.report(drive))
    assert drive not in Drive.objects.missing_erasures()
    undo(bench.technician, row)
    assert drive in Drive.objects.missing_erasures()


def test_a_drive_on_the_shelf_that_was_not_the_one_destroyed_is_missing_again(bench: Bench) -> None:
    device, drive = ready_but_for_its_drive(bench)
    removed(bench, drive)
    row = destroyed(bench, drive)
    bench.recondition(device)
    undo(bench.technician, row)
    assert drive in Drive.objects.missing_erasures(), "the device does not rest on it: it left before"
    assert Device.objects.get(pk=device.pk).state == "ready"


def test_a_withdrawal_is_not_undone_once_something_rests_on_it(bench: Bench) -> None:
    first, second = bench.in_process(), bench.in_process()
    drive = bench.drive(first, serial="MOVED-01")
    bench.erase(drive)
    row = removed(bench, drive, RemovalDestination.OTHER_DEVICE)
    bench.drive(second, serial="MOVED-01")
    with pytest.raises(Refused) as refused:
        undo(bench.technician, row)
    assert codes(refused) == {"serial_elsewhere"}

    drive = bench.drive(first)
    row = removed(bench, drive)
    act = destroyed(bench, drive)
    with pytest.raises(Refused) as refused:
        undo(bench.technician, row)
    assert codes(refused) == {"destroyed_since"}
    undo(bench.technician, act)
    undo(bench.technician, row)

    third = bench.in_process()
    row = removed(bench, bench.drive(third))
    evidence.attest_no_storage(actor=bench.technician, device=third, reason="empty_bay")
    with pytest.raises(Refused) as refused:
        undo(bench.technician, row)
    assert codes(refused) == {"attested_since"}


def test_a_drive_that_went_to_the_stock_of_parts_is_not_put_back_by_undoing(bench: Bench) -> None:
    device = bench.unusable()
    drive = bench.drive(device)
    bench.erase(drive)
    parts.take_part(actor=bench.technician, device=device, kind=PartKind.STORAGE, label="SSD", drive=drive)
    with pytest.raises(Refused) as refused:
        undo(bench.technician, DriveRemoval.objects.get(drive=drive))
    assert codes(refused) == {"in_the_stock"}


def test_a_former_month_says_what_was_known_then(bench: Bench) -> None:
    drive = bench.drive(bench.in_process())
    removed(bench, drive)
    start = timezone.now()
    assert count_evidence(start, timezone.now())["missing_erasures"]["drives"] == 1
    row = destroyed(bench, drive)
    between = timezone.now()
    assert count_evidence(start, between)["missing_erasures"]["drives"] == 0
    undo(bench.technician, row)
    assert count_evidence(start, between)["missing_erasures"]["drives"] == 0
    assert count_evidence(start, timezone.now())["missing_erasures"]["drives"] == 1


def test_what_undoes_says_of_which_act_and_is_never_rewritten(bench: Bench) -> None:
    drive = bench.drive(bench.in_process())
    row = undo(bench.technician, destroyed(bench, drive))
    for change in ({"undone": ""}, {"supersedes": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Destruction.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Destruction.objects.create(
            **{name: getattr(row, name) for name in ("device", "stay", "recorded_at", "recorded_by", "drive", "kind")},
            method=row.method,
            destroyed_at=row.destroyed_at,
            undone=WRONG,
        )


def test_the_department_undoes_what_it_said_itself(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    row = evidence.remove_drive(actor=bench.pilot, drive=drive, destination=RemovalDestination.MISTAKE)
    assert drive not in Drive.objects.real()
    done(acting(bench.pilot), page_of(device, "device_undo_removal", row.pk), reason=WRONG)
    assert drive in Drive.objects.real()


def test_the_database_itself_gives_no_number_to_two_drives_by_undoing(bench: Bench) -> None:
    first, second = bench.in_process(), bench.in_process()
    drive = bench.drive(first, serial="TWICE-01")
    bench.erase(drive)
    row = removed(bench, drive, RemovalDestination.OTHER_DEVICE)
    bench.drive(second, serial="TWICE-01")
    same = {
        name: getattr(row, name) for name in ("device", "stay", "recorded_at", "recorded_by", "drive", "removed_at")
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        DriveRemoval.objects.create(**same, destination=row.destination, supersedes=row, undone=WRONG)


def test_the_withdrawal_of_a_drive_that_was_destroyed_since_is_not_offered_to_be_undone(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    removal = evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    undo = reverse("refurb:device_undo_removal", args=[device.reference, removal.pk])
    page = reverse("refurb:device_evidence", args=[device.reference])
    assert undo in read(acting(bench.technician), page)
    evidence.record_destruction(
        actor=bench.technician, drive=drive, method=DestructionMethod.SHRED, destroyed_at=timezone.now()
    )
    assert undo not in read(acting(bench.technician), page)
