"""No unproven device becomes reconditioned, allotted or ceded, by any path; evidence is only added to."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db import Error, IntegrityError, connection, models, transaction
from django.forms.models import model_to_dict
from django.test import RequestFactory
from django.utils import timezone

from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.journal import chained_hash, hashed_columns
from refurb.enums import DeviceType, ErasureVerification, MissingReason, RemovalDestination
from refurb.machine import storage_rules
from refurb.models import (
    Device,
    DeviceEntry,
    Drive,
    DriveRemoval,
    Erasure,
    Grading,
    StorageAbsence,
)
from refurb.models import TestRun as Run
from refurb.services import devices, evidence, stock
from tests.forging import forge_move
from tests.refurb.devices import Bench, fresh, from_lot, load_numbers, private_lot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


# --- devices that prove nothing: everything else is done, so that only the proof is missing


def without_inventory(bench: Bench) -> Device:
    device = bench.in_process()
    bench.test(device)
    bench.grade(device)
    return device


def with_one_unproven_drive(bench: Bench) -> Device:
    device = bench.prepared()
    bench.drive(device)
    return device


def with_a_refused_erasure(bench: Bench) -> Device:
    device = without_inventory(bench)
    bench.erase(bench.drive(device), verification=ErasureVerification.NONE)
    return device


def with_an_erasure_before_arrival(bench: Bench) -> Device:
    device = without_inventory(bench)
    bench.erase(bench.drive(device), finished_at=timezone.now() - timedelta(days=3))
    return device


def lost_and_found_with_old_proofs(bench: Bench) -> Device:
    device = bench.prepared()
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    found = devices.receive_device(actor=bench.technician, device=device, tag=device.tag)
    return gate.apply(found, "start", actor=bench.technician)


def telephone_without_inventory(bench: Bench) -> Device:
    device = bench.in_process(DeviceType.SMARTPHONE)
    bench.test(device)
    bench.grade(device)
    return device


UNPROVEN = [
    without_inventory,
    with_one_unproven_drive,
    with_a_refused_erasure,
    with_an_erasure_before_arrival,
    lost_and_found_with_old_proofs,
    telephone_without_inventory,
]

# --- the paths


def by_the_service(bench: Bench, device: Device) -> None:
    stock.recondition_device(actor=bench.technician, device=device, price=Decimal(20))


def by_the_gate_as_the_manager(bench: Bench, device: Device) -> None:
    gate.apply(device, "recondition", actor=bench.manager, price=Decimal(20), price_ceiling=Decimal(180))


def by_a_set(bench: Bench, device: Device) -> None:
    outcome = stock.recondition_devices(actor=bench.technician, prices={device.pk: Decimal(20)})
    raise Refused(outcome.refused)


def by_saving(bench: Bench, device: Device) -> None:
    device = fresh(device)
    device.__dict__["state"] = "ready"
    device.save()


def by_the_admin(bench: Bench, device: Device) -> None:
    """What the admin does when a form holds the state: it sets the attributes and saves the row."""
    device = fresh(device)
    for name, value in {**model_to_dict(device, fields=["place", "serial"]), "state": "ready"}.items():
        device.__dict__[name] = value
    request = RequestFactory().post("/")
    request.user = AnonymousUser()  # type: ignore[assignment]
    admin.ModelAdmin(Device, admin.site).save_model(request, device, form=None, change=True)


def by_an_update(bench: Bench, device: Device) -> None:
    Device.objects.filter(pk=device.pk).update(state="ready")


def by_bulk_update(bench: Bench, device: Device) -> None:
    device = fresh(device)
    device.__dict__["state"] = "ready"
    Device.objects.bulk_update([device], ["state"])


def by_sql(bench: Bench, device: Device) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE refurb_device SET state = 'ready' WHERE id = %s", [device.pk])


def by_sql_with_a_forged_journal_row(bench: Bench, device: Device) -> None:
    forge(fresh(device), "ready", bench)


PATHS: list[Callable[[Bench, Device], None]] = [
    by_the_service,
    by_the_gate_as_the_manager,
    by_a_set,
    by_saving,
    by_the_admin,
    by_an_update,
    by_bulk_update,
    by_sql,
    by_sql_with_a_forged_journal_row,
]


def forge(
    device: Device, target: str, bench: Bench, said: dict[str, Any] | None = None, verb: str = "recondition"
) -> None:
    """A hand that knows everything of the wall: a journal row with the right sequence and hash, and every stamp.

    ``said``: the stamps that the row says, the right ones unless given.
    """
    last = device.journal.latest("seq")
    columns: dict[str, Any] = {name: getattr(last, name) for name in hashed_columns(DeviceEntry)}
    columns |= {
        "verb": verb,
        "seq": device.seq + 1,
        "source": device.state,
        "target": target,
        "at": timezone.now(),
        "comment_digest": "",
        "values": {"stamps": {"grade": "A", "price": "20.00"} if said is None else said},
    }
    grading = Grading.objects.filter(device=device).first() or bench.grade(device)
    forge_move(
        DeviceEntry(**columns, hash=chained_hash(device.head, columns)),
        grade="A",
        grading_id=grading.pk,
        price=20,
        price_ceiling=180,
        ready_at=columns["at"],
    )


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("situation", UNPROVEN)
def test_an_unproven_device_becomes_reconditioned_by_no_path(
    situation: Callable[[Bench], Device], path: Callable[[Bench, Device], None]
) -> None:
    bench = Bench()
    device = situation(bench)

    with pytest.raises((Refused, IntegrityError, Error)), transaction.atomic():
        path(bench, device)

    assert fresh(device).state == "in_process"
    assert fresh(device).journal.filter(target="ready").count() == 0


@pytest.mark.parametrize("situation", UNPROVEN)
def test_the_proof_alone_stops_a_forged_journal_row(situation: Callable[[Bench], Device]) -> None:
    bench = Bench()
    device = situation(bench)
    bench.grade(device)

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        forge(fresh(device), "ready", bench)

    assert refused.value.__cause__.diag.constraint_name == "refurb_device_proven"  # type: ignore[union-attr]


def test_the_same_forged_row_passes_on_a_proven_device_so_that_the_test_proves_something() -> None:
    bench = Bench()
    device = bench.prepared()

    forge(fresh(device), "ready", bench)

    assert fresh(device).state == "ready"


def test_no_device_is_born_reconditioned() -> None:
    bench = Bench()
    model = bench.received()
    model.pk, model.__dict__["state"], model.tag = None, "ready", "X1"  # type: ignore[assignment]

    with pytest.raises(IntegrityError), transaction.atomic():
        models.Model.save_base(model, raw=True, force_insert=True)


def test_the_refusal_of_the_database_is_the_sentence_of_the_requirement(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    device = with_one_unproven_drive(bench)
    monkeypatch.setattr(storage_rules, "unproven", lambda: models.Q(pk=None))

    with pytest.raises(Refused) as refused:
        bench.recondition(device)

    assert [reason.sentence for reason in refused.value.all] == [storage_rules.DRIVES_PROVEN.sentence]


@pytest.mark.parametrize("situation", [*UNPROVEN, lambda bench: bench.prepared(), lambda bench: bench.received()])
def test_the_wall_and_the_requirements_ask_the_same_question(situation: Callable[[Bench], Device]) -> None:
    bench = Bench()
    device = situation(bench)

    judged = storage_rules.PROOFS_STAND.condition(None)  # type: ignore[arg-type]

    by_rule = Device.objects.filter(judged, pk=device.pk).exists()
    assert Device.objects.proven().filter(pk=device.pk).exists() == by_rule


# --- stays


def test_what_was_proven_before_a_device_was_lost_counts_no_more() -> None:
    bench = Bench()
    device = lost_and_found_with_old_proofs(bench)

    assert device.stay == 2
    with pytest.raises(Refused) as refused:
        bench.recondition(device)
    assert {reason.code for reason in refused.value.all} == {"storage_inventoried", "tested", "graded"}

    assert bench.recondition(bench.prepared(device)).state == "ready"


def test_an_old_erasure_cannot_be_recorded_again_for_the_new_stay() -> None:
    bench = Bench()
    device = bench.prepared()
    drive = Drive.objects.get(device=device)
    before = Erasure.objects.get(drive=drive).finished_at
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.THEFT)
    found = devices.receive_device(actor=bench.technician, device=device, tag=device.tag)

    with pytest.raises(Refused, match="passage précédent"):
        bench.erase(drive)

    again = bench.erase(bench.drive(found, serial=drive.serial), finished_at=before)
    assert again.refusals == ["before_arrival"]


def test_reopened_and_reconditioned_again_the_proofs_of_the_stay_still_count() -> None:
    bench = Bench()
    device = gate.apply(bench.ready(), "reopen", actor=bench.technician, reason="price")

    assert (device.price, device.grade, device.grading_id, device.ready_at) == (None, "", None, None)
    assert bench.recondition(device, 40).price == 40


def test_a_device_reclassified_as_a_tablet_needs_its_storage_inventoried() -> None:
    bench = Bench()
    device = bench.in_process(DeviceType.DESKTOP)
    bench.no_storage(device)
    devices.reclassify_device(actor=bench.technician, device=device, reason="audit", type=DeviceType.TABLET)
    tablet = fresh(device)
    bench.test(tablet)
    bench.grade(tablet)

    with pytest.raises(Refused) as refused:
        bench.recondition(tablet)
    assert {reason.code for reason in refused.value.all} == {"storage_inventoried"}
    assert not Device.objects.proven().filter(pk=tablet.pk).exists()


# --- evidence is only added to


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Drive, {"serial": "AUTRE"}),
        (Erasure, {"tool": "autre"}),
        (Run, {"passed": True}),
        (Grading, {"grade": "A"}),
        (StorageAbsence, {"reason": "empty_bay"}),
        (DriveRemoval, {"place": "ailleurs"}),
    ],
)
def test_evidence_is_neither_edited_nor_deleted(model: type[models.Model], change: dict[str, Any]) -> None:
    bench = Bench()
    device = bench.prepared()
    evidence.remove_drive(actor=bench.technician, drive=bench.drive(device), destination=RemovalDestination.STOCK)
    bench.no_storage(bench.in_process(DeviceType.SCREEN))

    row = model._default_manager.order_by("-pk").first()
    assert row is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.filter(pk=row.pk)._raw_delete("default")


def test_only_the_name_of_the_operator_may_be_forgotten() -> None:
    bench = Bench()
    erasure = bench.erase(bench.drive(bench.in_process()), operator="Dominique Exemple")

    Erasure.objects.filter(pk=erasure.pk).update(operator="")

    assert Erasure.objects.get(pk=erasure.pk).operator == ""


def test_a_verdict_cannot_be_written_against_its_figures() -> None:
    bench = Bench()
    erasure = bench.erase(bench.drive(bench.in_process()), verification_errors=2)

    erasure.pk, erasure.outcome, erasure.refusals = None, "accepted", []
    with pytest.raises(IntegrityError), transaction.atomic():
        erasure.save(force_insert=True)


def test_a_device_keeps_the_lot_and_the_line_it_came_from() -> None:
    device = from_lot(private_lot())
    for change in ({"donation": None}, {"line": None}):
        with pytest.raises(IntegrityError, match="garde le lot"), transaction.atomic():
            Device.objects.filter(pk=device.pk).update(**change)
