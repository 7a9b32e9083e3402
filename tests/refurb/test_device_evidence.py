"""Evidence: who records it, when, and what it refuses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from conventions.models import PriceCeiling
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from refurb.enums import (
    AbsenceReason,
    CheckResult,
    DeviceType,
    ErasureOutcome,
    ErasureVerification,
    RemovalDestination,
    ReportDifference,
)
from refurb.models import Checklist, Device, Drive, Erasure, Grading, GradingScale
from refurb.models import TestRun as Run
from refurb.services import bench as work
from refurb.services import evidence, stock
from tests.given import load_reference
from tests.network.factories import make_membership
from tests.refurb.devices import GOOD_PC, Bench, load_numbers
from tests.refurb.scales import scales_of_the_files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.all]


# --- who and when


def test_a_drive_is_recorded_with_its_stay_its_author_and_the_arrival(bench: Bench) -> None:
    device = bench.received()

    drive = bench.drive(device)

    assert (drive.stay, drive.recorded_by, drive.arrived_at) == (1, bench.technician, device.received_at)


def test_only_the_workshop_that_holds_the_device_records_evidence(bench: Bench) -> None:
    device = bench.in_process()

    with pytest.raises(Unknown):
        evidence.record_drive(actor=bench.stranger, device=device, kind="ssd")
    with pytest.raises(PermissionDenied):
        evidence.record_drive(actor=bench.pilot, device=device, kind="ssd")
    signatory = make_membership(Role.SIGNATORY, OrganisationKind.RECONDITIONER, bench.workshop.organisation)
    with pytest.raises(Unknown):
        evidence.record_drive(actor=signatory, device=device, kind="ssd")


def missing(bench: Bench) -> Device:
    return gate.apply(bench.in_process(), "report_missing", actor=bench.technician, reason="theft")


def ceded(bench: Bench) -> Device:
    return stock.cede_device(actor=bench.manager, device=bench.ready(), recipient="Les Amis", reason="mediation")


@pytest.mark.parametrize("situation", [missing, ceded])
def test_nothing_is_found_on_a_device_that_is_not_there(bench: Bench, situation: Callable[[Bench], Device]) -> None:
    device = situation(bench)

    with pytest.raises(Refused, match="entre les mains de l’atelier"):
        bench.drive(device)
    with pytest.raises(Refused, match="entre les mains de l’atelier"):
        bench.test(device)


def test_tests_and_grades_are_made_on_the_bench(bench: Bench) -> None:
    device = bench.ready()

    for record in (bench.test, bench.grade):
        with pytest.raises(Refused) as refused:
            record(device)
        assert codes(refused) == ["not_in_the_workshop"]


# --- drives


def test_the_same_serial_is_inventoried_once(bench: Bench) -> None:
    device = bench.in_process()
    bench.drive(device, serial="WD-123")

    with pytest.raises(Refused) as refused:
        bench.drive(device, serial="wd123")

    assert codes(refused) == ["already_inventoried"]


def test_two_drives_without_a_serial_are_two_drives(bench: Bench) -> None:
    device = bench.in_process()

    bench.drive(device, serial="")
    bench.drive(device, serial="")

    assert Drive.objects.in_place().filter(device=device).count() == 2


def test_a_drive_misread_is_superseded_and_is_to_be_proven_anew(bench: Bench) -> None:
    device = bench.in_process()
    misread = bench.drive(device, serial="SN-O1")
    bench.erase(misread)

    right = bench.drive(device, serial="SN-01", supersedes=misread)

    assert list(Drive.objects.current()) == [right]
    assert not Device.objects.proven().filter(pk=device.pk).exists()
    with pytest.raises(Refused) as refused:
        bench.drive(device, serial="SN-02", supersedes=misread)
    assert codes(refused) == ["already_superseded"]


def test_a_row_of_another_device_is_not_superseded(bench: Bench) -> None:
    theirs = bench.drive(bench.in_process())

    with pytest.raises(Refused) as refused:
        bench.drive(bench.in_process(), supersedes=theirs)

    assert codes(refused) == ["other_stay"]


@pytest.mark.parametrize("type_", [DeviceType.TABLET, DeviceType.SMARTPHONE])
def test_a_phone_or_a_tablet_always_has_a_storage(bench: Bench, type_: DeviceType) -> None:
    with pytest.raises(Refused) as refused:
        bench.no_storage(bench.in_process(type_))

    assert codes(refused) == ["storage_soldered"]


def test_no_storage_is_attested_where_drives_are_inventoried(bench: Bench) -> None:
    device = bench.in_process()
    bench.drive(device)

    with pytest.raises(Refused) as refused:
        bench.no_storage(device)

    assert codes(refused) == ["drives_present"]


def test_several_empty_computers_are_attested_together_or_not_at_all(bench: Bench) -> None:
    empty = [bench.received(DeviceType.DESKTOP) for _ in range(2)]

    def attest(rows: list[Device]) -> list[Any]:
        return evidence.attest_no_storages(actor=bench.technician, devices=rows, reason=AbsenceReason.NO_STORAGE)

    with pytest.raises(Refused):
        attest([*empty, bench.received(DeviceType.TABLET)])
    assert not Device.objects.proven().exists()

    assert len(attest(empty)) == 2
    assert Device.objects.proven().count() == 2


def test_a_drive_is_removed_once(bench: Bench) -> None:
    drive = bench.drive(bench.in_process())
    remove(bench, drive, RemovalDestination.STOCK)

    with pytest.raises(Refused) as refused:
        remove(bench, drive, RemovalDestination.STOCK)

    assert codes(refused) == ["already_removed"]


def remove(bench: Bench, drive: Drive, destination: RemovalDestination, **given: Any) -> Any:
    return evidence.remove_drive(**{"actor": bench.technician, "drive": drive, "destination": destination} | given)


def test_a_drive_goes_into_another_device_only_when_it_is_erased(bench: Bench) -> None:
    drive = bench.drive(bench.in_process())
    with pytest.raises(Refused) as refused:
        remove(bench, drive, RemovalDestination.OTHER_DEVICE)
    assert codes(refused) == ["erase_first"]

    bench.erase(drive)

    assert remove(bench, drive, RemovalDestination.OTHER_DEVICE).stay == 1


def test_the_storage_of_a_tablet_does_not_come_out_but_may_be_struck_out(bench: Bench) -> None:
    drive = bench.drive(bench.in_process(DeviceType.TABLET))
    with pytest.raises(Refused) as refused:
        remove(bench, drive, RemovalDestination.DESTRUCTION)
    assert codes(refused) == ["storage_stays"]

    assert remove(bench, drive, RemovalDestination.MISTAKE, actor=bench.manager).drive == drive


def test_a_drive_that_never_was_is_struck_out_by_the_manager(bench: Bench) -> None:
    drive = bench.drive(bench.in_process())
    with pytest.raises(PermissionDenied):
        remove(bench, drive, RemovalDestination.MISTAKE)

    remove(bench, drive, RemovalDestination.MISTAKE, actor=bench.manager)

    assert not Drive.objects.missing_erasures().exists()


# --- erasures


def test_an_erasure_keeps_its_report_with_its_hash(bench: Bench) -> None:
    drive = bench.drive(bench.in_process())
    report = bench.report(drive)

    erasure = bench.erase(drive, report=report, operator="D. Exemple")

    assert (erasure.outcome, erasure.refusals, erasure.report) == (ErasureOutcome.ACCEPTED, [], report)
    assert erasure.report_sha256 == report.sha256


def test_what_the_report_claims_is_kept_beside_the_verdict(bench: Bench) -> None:
    erasure = bench.erase(bench.drive(bench.in_process()), verification=ErasureVerification.NONE)

    assert (erasure.claimed, erasure.outcome) == ("erased", "refused")
    assert erasure.differences == [ReportDifference.CLAIMS_ERASED]
    assert erasure.refusal_labels == ["L’effacement n’a pas été vérifié."]
    assert len(erasure.difference_labels) == 1


def test_without_its_report_an_erasure_by_software_is_refused(bench: Bench) -> None:
    assert bench.erase(bench.drive(bench.in_process()), report=None).refusals == ["no_report"]


def test_the_reset_of_a_phone_is_recorded_by_a_person(bench: Bench) -> None:
    erasure = bench.erase(bench.drive(bench.in_process(DeviceType.SMARTPHONE)))

    assert (erasure.outcome, erasure.method, erasure.recorded_by) == ("accepted", "reset", bench.technician)


def test_an_erasure_put_on_the_wrong_drive_is_superseded_by_one_on_the_right_drive(bench: Bench) -> None:
    device = bench.in_process()
    first, second = bench.drive(device), bench.drive(device)
    wrong = bench.erase(first)

    bench.erase(second, supersedes=wrong)

    assert list(Drive.objects.unproven()) == [first]
    assert Erasure.objects.accepted().get().drive == second


def test_an_erasure_of_tomorrow_is_refused(bench: Bench) -> None:
    erasure = bench.erase(bench.drive(bench.in_process()), finished_at=timezone.now() + timedelta(days=1))

    assert erasure.refusals == ["in_the_future"]


# --- tests and grades


def test_a_function_outside_the_checklist_is_refused(bench: Bench) -> None:
    with pytest.raises(Refused) as refused:
        bench.test(bench.in_process(), parachute=CheckResult.OK)

    assert codes(refused) == ["unknown_function"]


def test_a_new_run_supersedes_the_former(bench: Bench) -> None:
    device = bench.in_process()
    first = bench.test(device, wifi=CheckResult.FAIL)
    second = bench.test(device)

    assert (first.passed, second.passed, second.supersedes) == (False, True, first)
    assert list(Run.objects.current()) == [second]


def test_a_partial_run_is_recorded_and_names_what_is_left(bench: Bench) -> None:
    run = work.record_test_run(
        actor=bench.technician, device=bench.in_process(DeviceType.SCREEN), results={"power": CheckResult.OK}
    )

    assert (run.passed, run.failing) == (False, ["image", "input", "stand", "buttons", "sound"])


def test_what_does_not_apply_passes_only_where_the_checklist_says_when(bench: Bench) -> None:
    device = bench.in_process()

    assert bench.test(device, ethernet=CheckResult.NOT_APPLICABLE).passed
    assert bench.test(device, webcam=CheckResult.NOT_APPLICABLE).failing == ["webcam"]


def test_without_a_checklist_in_force_nothing_is_tested(bench: Bench) -> None:
    device = bench.in_process()
    Checklist.objects.filter(type="laptop").update(valid_to="2025-12-31")

    with pytest.raises(Refused) as refused:
        work.record_test_run(actor=bench.technician, device=device, results={})

    assert codes(refused) == ["no_checklist"]


def test_a_grade_keeps_its_scale_its_measures_and_its_sum(bench: Bench) -> None:
    grading = bench.grade(bench.in_process(), storage_kind="hdd")

    assert (grading.scale.code, grading.type, grading.cosmetic) == ("ec-pc-2025", "laptop", "A")
    assert (grading.score, grading.uncapped, grading.grade) == (7, "B", "B")
    assert grading.measures["ram_gb"] == 8
    assert [(line["code"], line["points"]) for line in grading.lines][:2] == [("ram", 3), ("hdd", 1)]


def test_a_grade_by_another_scale_of_the_type_is_possible_and_supersedes(bench: Bench) -> None:
    device = bench.in_process()
    first = bench.grade(device)
    scale = GradingScale.objects.get(code="ec-pc-2023")

    second = work.grade_device(actor=bench.technician, device=device, measures=GOOD_PC, cosmetic="B", scale=scale)

    assert (second.scale, second.supersedes) == (scale, first)
    assert list(Grading.objects.current()) == [second]


def test_what_a_grade_lacks_is_told_by_field(bench: Bench) -> None:
    device = bench.in_process()

    with pytest.raises(Refused) as refused:
        work.grade_device(actor=bench.technician, device=device, measures={"ram_gb": 8}, cosmetic="A")
    assert {reason.field for reason in refused.value.all} >= {"storage_kind", "cpu_mark", "os"}

    with pytest.raises(Refused) as refused:
        work.grade_device(
            actor=bench.technician,
            device=device,
            measures=GOOD_PC,
            cosmetic="A",
            scale=GradingScale.objects.get(code="ec-mobile"),
        )
    assert codes(refused) == ["scale_type"]


def test_without_a_scale_in_force_nothing_is_graded(bench: Bench) -> None:
    device = bench.in_process(DeviceType.SCREEN)
    GradingScale.objects.filter(code="maillon-screen").update(valid_to="2025-12-31")

    with pytest.raises(Refused) as refused:
        bench.grade(device)

    assert codes(refused) == ["no_scale"]


# --- reference data


def test_loading_the_reference_again_changes_nothing() -> None:
    report = [*load_reference("conventions"), *load_reference("donations"), *load_reference("refurb")]

    assert {(written.created, written.changed) for written in report} == {(0, 0)}


def test_a_row_that_differs_from_its_file_is_put_right() -> None:
    PriceCeiling.objects.filter(type="laptop").update(amount=999)
    GradingScale.objects.get(code="ec-pc-2025").caps.all().delete()
    Checklist.objects.get(type="laptop").functions.filter(code="webcam").delete()

    load_reference("conventions")
    load_reference("refurb")

    assert PriceCeiling.objects.get(type="laptop").amount == 180
    assert GradingScale.objects.get(code="ec-pc-2025").caps.count() == 4
    assert Checklist.objects.get(type="laptop").functions.filter(code="webcam", essential=True).exists()


def test_what_was_checked_in_the_office_after_the_file_is_left_alone() -> None:
    later = timezone.localdate() + timedelta(days=30)
    PriceCeiling.objects.filter(type="laptop").update(amount=170, checked_on=later)

    load_reference("conventions")
    load_reference("refurb")

    assert PriceCeiling.objects.get(type="laptop").amount == 170


def test_the_scales_in_the_database_are_those_of_the_files() -> None:
    for code, (scale, _) in scales_of_the_files().items():
        stored = GradingScale.objects.get(code=code).as_scale()
        assert list(stored.caps) == list(scale.caps)
        assert list(stored.levels) == list(scale.levels)
        assert [criterion.code for criterion in stored.criteria] == [criterion.code for criterion in scale.criteria]
