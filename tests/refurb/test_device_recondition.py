"""« Reconditionné »: what is missing before it, one by one, for a row and for a set."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conventions.models import PriceCeiling
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import (
    AbsenceReason,
    CheckResult,
    Claim,
    DestructionMethod,
    DeviceType,
    DriveKind,
    ErasureVerification,
    RemovalDestination,
)
from refurb.machine import device_rules as rules
from refurb.machine import storage_rules
from refurb.models import Checklist, Device
from refurb.pricing import ceilings_on
from refurb.services import bench as work
from refurb.services import devices, erasures, evidence, stock
from tests.donations.scene import public_scene
from tests.refurb.devices import GOOD_PC, READ, Bench, fresh, from_lot, given_to, instant, load_numbers, private_lot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def refusal(bench: Bench, device: Device, price: int = 25) -> dict[str, str]:
    """What keeps a device from being reconditioned: code and sentence."""
    with pytest.raises(Refused) as refused:
        bench.recondition(device, price)
    assert fresh(device).state == "in_process"
    return {reason.code: reason.sentence for reason in refused.value.all}


# --- what lets pass


@pytest.mark.parametrize("type_", DeviceType)
def test_a_device_of_each_type_becomes_reconditioned(bench: Bench, type_: DeviceType) -> None:
    device = bench.recondition(bench.prepared(bench.in_process(type_)), 25)

    assert (device.state, device.price) == ("ready", 25)
    assert device.grading is not None
    assert device.grade == device.grading.grade
    assert device.ready_at == device.moved_at


def test_the_ceiling_of_the_day_is_kept_with_the_price(bench: Bench) -> None:
    device = bench.recondition(bench.prepared(), 180)

    assert (device.price, device.price_ceiling) == (180, 180)
    said = {"grade": device.grade, "price": "180.00"}
    assert device.journal.latest("seq").values == {"price": "180", "price_ceiling": "180.00", "stamps": said}


def test_two_drives_need_two_proofs(bench: Bench) -> None:
    device = bench.in_process()
    first, second = bench.drive(device), bench.drive(device, kind=DriveKind.HDD)
    bench.erase(first)
    bench.test(device)
    bench.grade(device)

    assert set(refusal(bench, device)) == {"drives_proven"}

    bench.erase(second)
    assert bench.recondition(device).state == "ready"


def test_a_destroyed_drive_is_proven(bench: Bench) -> None:
    device = bench.prepared()
    evidence.record_destruction(
        actor=bench.technician,
        drive=bench.drive(device),
        method=DestructionMethod.DRILL,
        destroyed_at=timezone.now(),
    )

    assert bench.recondition(device).state == "ready"


def test_a_removed_drive_no_longer_holds_the_device_back(bench: Bench) -> None:
    device = bench.prepared()
    evidence.remove_drive(actor=bench.technician, drive=bench.drive(device), destination=RemovalDestination.STOCK)

    assert bench.recondition(device).state == "ready"


def test_a_drive_inventoried_by_mistake_is_no_inventory(bench: Bench) -> None:
    device = bench.in_process()
    bench.test(device)
    bench.grade(device)
    struck = bench.drive(device)
    evidence.remove_drive(actor=bench.manager, drive=struck, destination=RemovalDestination.MISTAKE)

    assert set(refusal(bench, device)) == {"storage_inventoried"}
    assert not Device.objects.proven().filter(pk=device.pk).exists()

    bench.no_storage(device)
    bench.grade(device, storage_gb=0)
    assert bench.recondition(device).state == "ready"


def test_the_storage_of_a_phone_is_not_removed_even_if_it_passed_for_a_computer(bench: Bench) -> None:
    device = bench.in_process()
    evidence.remove_drive(actor=bench.technician, drive=bench.drive(device), destination=RemovalDestination.STOCK)
    devices.reclassify_device(actor=bench.technician, device=device, reason="audit", type=DeviceType.SMARTPHONE)
    phone = fresh(device)
    bench.test(phone)
    bench.grade(phone)

    assert set(refusal(bench, phone)) == {"storage_inventoried"}, "a disk of a computer is none of its storage"
    assert not Device.objects.proven().filter(pk=phone.pk).exists()


def test_the_absence_of_storage_is_attested_by_a_person(bench: Bench) -> None:
    device = bench.in_process(DeviceType.DESKTOP)
    bench.test(device)
    bench.grade(device)

    assert "storage_inventoried" in refusal(bench, device)

    evidence.attest_no_storage(actor=bench.technician, device=device, reason=AbsenceReason.REMOVED_BY_DONOR)
    bench.grade(device, storage_gb=0)
    assert bench.recondition(device).state == "ready"


# --- what is missing


def test_storage_that_was_not_inventoried_refuses(bench: Bench) -> None:
    device = bench.in_process()
    bench.test(device)
    bench.grade(device)

    assert refusal(bench, device) == {"storage_inventoried": storage_rules.STORAGE_INVENTORIED.sentence}


def test_one_unproven_drive_refuses(bench: Bench) -> None:
    device = bench.prepared()
    bench.drive(device)

    assert refusal(bench, device) == {"drives_proven": storage_rules.DRIVES_PROVEN.sentence}


def test_a_refused_erasure_proves_nothing(bench: Bench) -> None:
    device = bench.in_process()
    erasure = bench.erase(bench.drive(device), verification=ErasureVerification.NONE, claimed=Claim.ERASED)
    bench.test(device)
    bench.grade(device)

    assert (erasure.outcome, erasure.refusals) == ("refused", ["not_verified"])
    assert set(refusal(bench, device)) == {"drives_proven"}


def test_a_certificate_of_the_donor_is_kept_and_never_counts(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    kept = erasures.keep_donor_certificate(
        actor=bench.technician, drive=drive, tool="Outil du donateur", finished_at=timezone.now(), report=bench.report()
    )
    bench.test(device)
    bench.grade(device)

    assert kept.outcome == "refused"
    assert "donor_certificate" in kept.refusals
    assert set(refusal(bench, device)) == {"drives_proven"}


def test_an_accepted_erasure_superseded_by_a_refused_one_proves_nothing_any_more(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    accepted = bench.erase(drive)
    bench.test(device)
    bench.grade(device)
    bench.erase(drive, verification_errors=3, supersedes=accepted)

    assert set(refusal(bench, device)) == {"drives_proven"}


def test_untested_functions_refuse(bench: Bench) -> None:
    device = bench.proven(bench.in_process())
    bench.grade(device)

    assert refusal(bench, device) == {"tested": rules.TESTED.sentence}


def test_a_laptop_without_a_working_webcam_refuses_until_it_is_repaired(bench: Bench) -> None:
    device = bench.proven(bench.in_process())
    bench.grade(device)
    run = bench.test(device, webcam=CheckResult.FAIL)

    assert run.failing == ["webcam"]
    assert refusal(bench, device) == {"tests_passed": rules.TESTS_PASSED.sentence}

    again = work.record_test_run(actor=bench.technician, device=device, results={"webcam": CheckResult.OK})
    assert again.passed
    assert again.results.get(function="boot").carried_from == run
    assert again.results.get(function="webcam").carried_from is None
    assert bench.recondition(device).state == "ready"


def test_an_ungraded_device_refuses(bench: Bench) -> None:
    device = bench.proven(bench.in_process())
    bench.test(device)

    assert refusal(bench, device) == {"graded": rules.GRADED.sentence}


def test_everything_that_is_missing_is_told_at_once(bench: Bench) -> None:
    assert set(refusal(bench, bench.in_process())) == {"storage_inventoried", "tested", "graded"}


def test_a_device_not_on_the_bench_is_told_so(bench: Bench) -> None:
    device = bench.received()

    with pytest.raises(Refused, match="n’est pas possible depuis l’état"):
        bench.recondition(device)


@pytest.mark.parametrize("price", [None, -1, "25", 1.5, True, Decimal("NaN")])
def test_a_price_is_a_positive_amount(bench: Bench, price: Any) -> None:
    device = bench.prepared()

    with pytest.raises(Refused) as refused:
        gate.apply(device, "recondition", actor=bench.technician, price=price, price_ceiling=Decimal(180))

    assert [reason.code for reason in refused.value.all] == ["price_given"]


# --- price ceilings


@pytest.mark.parametrize(
    ("type_", "ceiling"),
    [
        (DeviceType.LAPTOP, 180),
        (DeviceType.DESKTOP, 150),
        (DeviceType.TABLET, 100),
        (DeviceType.SMARTPHONE, 100),
        (DeviceType.SCREEN, 30),
    ],
)
def test_a_device_of_unknown_origin_is_under_the_ceiling_of_its_type(
    bench: Bench, type_: DeviceType, ceiling: int
) -> None:
    device = bench.prepared(bench.in_process(type_))

    told = refusal(bench, device, ceiling + 1)
    assert f"{ceiling} €" in told["price_under_ceiling"].replace("\N{NO-BREAK SPACE}", " ")
    assert bench.recondition(device, ceiling).price == ceiling


def test_a_public_gift_is_under_the_ceiling() -> None:
    scene = public_scene()
    bench = given_to(scene)
    device = bench.prepared(gate.apply(from_lot(scene), "start", actor=bench.technician))

    assert set(refusal(bench, device, 181)) == {"price_under_ceiling"}
    assert bench.recondition(device, 180).price_ceiling == 180


def test_the_gift_of_a_company_has_no_legal_ceiling() -> None:
    scene = private_lot()
    bench = given_to(scene)
    device = bench.prepared(gate.apply(from_lot(scene), "start", actor=bench.technician))

    reconditioned = bench.recondition(device, 300)

    assert (reconditioned.price, reconditioned.price_ceiling) == (300, None)


def test_the_ceiling_is_the_one_of_the_day(bench: Bench) -> None:
    device = bench.prepared()
    today = timezone.localdate()
    PriceCeiling.objects.create(type="laptop", amount=20, valid_from=today, source="test", checked_on=today)

    assert set(refusal(bench, device, 25)) == {"price_under_ceiling"}
    assert bench.recondition(device, 20).price_ceiling == 20


def test_a_ceiling_of_tomorrow_does_not_count_yet(bench: Bench) -> None:
    device = bench.prepared()
    tomorrow = timezone.localdate() + timedelta(days=1)
    PriceCeiling.objects.create(type="laptop", amount=20, valid_from=tomorrow, source="test", checked_on=tomorrow)

    assert bench.recondition(device, 150).price_ceiling == 180


def test_without_a_known_ceiling_no_price_may_be_fixed(bench: Bench) -> None:
    device = bench.prepared()
    PriceCeiling.objects.all().delete()

    assert "Aucun plafond légal" in refusal(bench, device)["price_under_ceiling"]


@pytest.mark.parametrize(
    ("day", "amounts"),
    [
        ((2022, 11, 6), {}),
        ((2022, 11, 7), {"laptop": 180, "screen": 30}),
        ((2026, 11, 24), {"laptop": 180, "screen": 30}),
    ],
)
def test_ceilings_exist_since_the_decree_of_2022(day: tuple[int, int, int], amounts: dict[str, int]) -> None:
    known = ceilings_on(instant(*day).date())

    assert {name: known[name] for name in ("laptop", "screen") if name in known} == amounts


def test_a_made_up_ceiling_is_refused_at_the_gate(bench: Bench) -> None:
    device = bench.prepared()

    for ceiling in (None, Decimal(500)):
        with pytest.raises(Refused) as refused:
            gate.apply(device, "recondition", actor=bench.technician, price=Decimal(170), price_ceiling=ceiling)
        assert [reason.code for reason in refused.value.all] == ["price_under_ceiling"]


# --- sets, previews


def test_a_set_is_partial_and_each_refused_row_says_why(bench: Bench) -> None:
    good, dear = bench.prepared(), bench.prepared()
    empty, unproven = bench.in_process(), bench.prepared()
    bench.drive(unproven)
    prices = {good.pk: Decimal(50), dear.pk: Decimal(500), empty.pk: Decimal(50), unproven.pk: Decimal(50)}

    outcome = stock.recondition_devices(actor=bench.technician, prices=prices)

    assert outcome.moved == [good.pk]
    told = {pk: {reason.code for reason in reasons} for pk, reasons in outcome.refused.items()}
    assert told == {
        dear.pk: {"price_under_ceiling"},
        empty.pk: {"storage_inventoried", "tested", "graded"},
        unproven.pk: {"drives_proven"},
    }


def test_a_set_of_any_size_costs_the_same_number_of_queries(bench: Bench) -> None:
    def cost(count: int) -> int:
        prices = {bench.prepared().pk: Decimal(40) for _ in range(count)}
        with CaptureQueriesContext(connection) as queries:
            outcome = stock.recondition_devices(actor=bench.technician, prices=prices)
        assert len(outcome.moved) == count
        return len(queries)

    assert cost(2) == cost(5)


def test_the_preview_says_the_same_without_moving(bench: Bench) -> None:
    good, unproven = bench.prepared(), bench.prepared()
    bench.drive(unproven)

    outcome = gate.preview(Device.objects.filter(workshop=bench.workshop.pk), "recondition", actor=bench.technician)

    assert outcome.moved == [good.pk]
    assert [reason.code for reason in outcome.refused[unproven.pk]] == ["drives_proven"]
    assert fresh(good).state == "in_process"


def test_the_action_is_greyed_with_its_reasons(bench: Bench) -> None:
    actions = {action.verb: action for action in gate.actions_for(bench.in_process(), bench.technician)}

    assert not actions["recondition"].allowed
    assert {reason.code for reason in actions["recondition"].reasons} == {"storage_inventoried", "tested", "graded"}
    assert actions["await_part"].allowed


# --- history


def test_a_history_is_entered_with_its_instants_and_judged_by_the_numbers_of_its_days(bench: Bench) -> None:
    actor, day = bench.technician, instant(2026, 3, 2, 9)
    device = devices.register_device(actor=actor, type="laptop", tag="H-1", at=day, **READ)
    device = gate.apply(device, "start", actor=actor, at=day + timedelta(hours=1))
    drive = evidence.record_drive(actor=actor, device=device, kind="ssd", serial="SN-H1", at=day + timedelta(hours=1))
    done = day + timedelta(hours=3)
    run = {"started_at": day + timedelta(hours=2), "finished_at": done, "at": done + timedelta(minutes=5)}
    assert bench.erase(drive, bytes_expected=256 * 10**9, bytes_erased=256 * 10**9, **run).outcome == "accepted"
    working = dict.fromkeys((row.code for row in Checklist.objects.get(type="laptop").functions.all()), CheckResult.OK)
    work.record_test_run(actor=actor, device=device, results=working, at=done)
    work.grade_device(actor=actor, device=device, measures=GOOD_PC, cosmetic="B", at=done)
    ready_at = day + timedelta(days=1)

    ready = stock.recondition_device(actor=actor, device=device, price=Decimal(90), at=ready_at)

    assert (ready.ready_at, ready.moved_at, ready.received_at) == (ready_at, ready_at, day)
    assert ready.price_ceiling == 180


@pytest.mark.parametrize(
    ("drive", "measures"),
    [
        ({"kind": DriveKind.HDD}, {}),
        ({"capacity": 50 * 10**6}, {}),
        ({}, {"storage_kind": "nvme"}),
        ({}, {"storage_gb": 512}),
    ],
    ids=["a hard disk", "fifty megabytes", "another kind", "twice as much"],
)
def test_a_grade_that_says_another_storage_than_what_was_found_is_refused(
    bench: Bench, drive: dict[str, Any], measures: dict[str, Any]
) -> None:
    device = bench.in_process()
    bench.drive(device, **drive)
    bench.test(device)
    bench.grade(device, **measures)
    assert "storage_matches" in refusal(bench, device)


def test_two_drives_are_graded_by_one_of_their_kinds_and_by_what_they_hold_together(bench: Bench) -> None:
    device = bench.in_process()
    for kind in (DriveKind.SSD, DriveKind.HDD):
        bench.drive(device, kind=kind, capacity=128 * 10**9)
    bench.grade(device, storage_kind="hdd", storage_gb=256)
    assert "storage_matches" not in refusal(bench, device)


def test_a_drive_of_unknown_size_contradicts_no_size(bench: Bench) -> None:
    device = bench.in_process()
    bench.drive(device, capacity=None)
    bench.grade(device, storage_gb=512)
    assert "storage_matches" not in refusal(bench, device)
