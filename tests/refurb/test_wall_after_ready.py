"""The proof follows a device beyond the workshop; forged moves, temporary tables and tampering are refused or found."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from conventions.models import Quota
from distribution.enums import ReleaseReason
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.faults import Fault
from lifecycle.machine import verbs_of
from lifecycle.sealing import seal_journals
from lifecycle.verification import verify_journals
from refurb.machine.storage_rules import DRIVES_PROVEN, PROOFS_STAND
from refurb.models import Device, Drive, Erasure
from refurb.recounts import STATES
from tests.distribution.shelves import Shelf
from tests.intruder import play
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.test_device_wall import UNPROVEN, forge, without_inventory

pytestmark = pytest.mark.django_db

BACK = {
    ("allotted", "ready"),
    ("shipped", "allotted"),
    ("reserved", "available"),
    ("handed_over", "reserved"),
    ("returned", "handed_over"),
}
"""What undoes a step, and a repair under warranty: nothing is asked there."""


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


def constraint(error: BaseException) -> str | None:
    name: str | None = error.__cause__.diag.constraint_name  # type: ignore[union-attr]
    return name


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def faults(*, whole: bool = True) -> list[Fault]:
    found: list[Fault] = []
    verify_journals(found.append, whole=whole)
    return found


# --- the proof


def lower_the_rest(device: Device) -> None:
    """Leave the proof alone to stand between states: neither the journal nor the constraints of each state."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE refurb_device DISABLE TRIGGER refurb_device_wall_move")
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'refurb_device'::regclass AND contype = 'c'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE refurb_device DROP CONSTRAINT {name}")


def asked(device: Device, source: str, target: str) -> bool:
    """Whether the database asks the proof on this move."""
    run(f"UPDATE refurb_device SET state = '{source}' WHERE id = {device.pk}")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE refurb_device SET state = %s WHERE id = %s", [target, device.pk])
    except IntegrityError as error:
        return constraint(error) == "refurb_device_proven"
    return False


def test_every_verb_that_leads_on_asks_the_proof_in_the_machine_and_in_the_database() -> None:
    device = without_inventory(Bench())
    lower_the_rest(device)
    for name, verb in verbs_of(Device).items():
        for source in verb.sources:
            target = str(verb.target_from(source))
            if target not in STATES or target == str(source):
                continue
            rules = {rule.constraint for rule in verb.requires}
            expected = (str(source), target) not in BACK
            assert (DRIVES_PROVEN.constraint in rules) == expected, name
            assert asked(device, str(source), target) == expected, name


def test_a_device_whose_proof_fell_is_neither_put_on_the_shelf_nor_reserved_and_comes_back() -> None:
    shelf = Shelf()
    shipped = shelf.shipped()
    run(f"DELETE FROM refurb_erasure WHERE device_id = {shipped.pk}")
    with pytest.raises(Refused) as refused:
        gate.apply(shipped, "stock_in", actor=shelf.adviser, at=shelf.at)
    assert [reason.sentence for reason in refused.value.all] == [PROOFS_STAND.sentence]
    back = gate.apply(shipped, "cancel_shipment", actor=shelf.technician)
    assert back.state == "allotted"


def test_a_drive_found_after_the_allotment_does_not_keep_the_device_there() -> None:
    shelf = Shelf()
    allotted = shelf.allotted()
    shelf.bench.drive(allotted)
    released = gate.apply(allotted, "release_allotment", actor=shelf.manager, reason=ReleaseReason.DEFECT)
    assert released.state == "ready"


# --- moves and stamps


def test_a_forged_row_from_the_reception_to_the_shelf_is_refused_whatever_its_hash() -> None:
    bench = Bench()
    device = bench.received()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        forge(device, "available", bench)
    assert constraint(refused.value) == "refurb_device_proven"


def test_a_move_that_no_verb_makes_is_refused_even_on_a_proven_device() -> None:
    bench = Bench()
    device = bench.prepared()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        forge(device, "ready", bench, verb="allot")
    assert constraint(refused.value) == "refurb_deviceentry_edges"


@pytest.mark.parametrize("said", [{}, {"grade": "A", "price": "19"}, {"grade": "B", "price": "20"}, {"price": "20"}])
def test_a_price_or_a_grade_is_the_one_that_its_journal_row_says(said: dict[str, str]) -> None:
    bench = Bench()
    device = bench.prepared()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        forge(device, "ready", bench, said)
    assert constraint(refused.value) == "refurb_device_wall"


def test_the_journal_says_what_a_device_is_born_with_and_what_each_verb_sets() -> None:
    device = Bench().ready(price=25)
    born, *_, ready = device.journal.order_by("seq")
    assert born.values["stamps"]["workshop"] == device.workshop_id
    assert ready.values["stamps"] == {"grade": "A", "price": "25.00"}


# --- names


@pytest.mark.parametrize("situation", UNPROVEN)
def test_temporary_evidence_proves_nothing(situation: Callable[[Bench], Device]) -> None:
    bench = Bench()
    device = situation(bench)
    bench.grade(device)
    with pytest.raises(IntegrityError) as refused:
        play(
            lambda: forge(fresh(device), "ready", bench),
            "CREATE TEMPORARY TABLE refurb_drive (LIKE public.refurb_drive)",
            "CREATE TEMPORARY TABLE refurb_erasure (LIKE public.refurb_erasure)",
            "CREATE TEMPORARY TABLE refurb_storageabsence AS SELECT id AS device_id, stay, 0 AS id, NULL::bigint"
            " AS supersedes_id FROM public.refurb_device",
        )
    assert constraint(refused.value) == "refurb_device_proven"


# --- tampering


def test_what_was_done_to_devices_since_is_no_fault() -> None:
    shelf = Shelf()
    shelf.handed_over()
    shelf.returned()
    seal_journals(at=timezone.now())
    shelf.allotted()
    shelf.bench.drive(shelf.ready())
    assert faults() == []
    assert faults(whole=False) == []


def test_the_evidence_of_a_reconditioned_device_taken_away_is_found_before_any_seal() -> None:
    device = Bench().ready()
    run(f"DELETE FROM refurb_erasure WHERE device_id = {device.pk}")
    (fault,) = faults()
    assert fault.in_words.startswith(f"Appareil {device.reference}")
    assert "preuves d’effacement ne tiennent plus" in fault.sentence


def test_the_evidence_of_a_reconditioned_device_taken_away_or_slipped_in_is_found_by_the_seal() -> None:
    bench = Bench()
    device, other = bench.ready(), bench.ready()
    run("SELECT setval(pg_get_serial_sequence('refurb_drive', 'id'), nextval('refurb_drive_id_seq') + 1)")
    bench.ready()
    seal_journals(at=timezone.now())
    lost = Erasure.objects.get(device=device)
    named = [field.column for field in Drive._meta.concrete_fields if not (field.generated or field.primary_key)]
    columns = ", ".join(f'"{name}"' for name in named)
    slipped = Drive.objects.latest("pk").pk - 1
    run(
        f"DELETE FROM refurb_erasure WHERE id = {lost.pk}",
        f"INSERT INTO refurb_drive (id, {columns}) SELECT {slipped}, {columns} FROM refurb_drive"
        f" WHERE device_id = {other.pk}",
    )
    for whole in (True, False):
        said = [fault.in_words for fault in faults(whole=whole) if fault.machine == "evidence"]
        assert any(f"effacement n° {lost.pk}" in text.lower() and "retirée" in text for text in said)
        assert any(f"n° {slipped} ({other})" in text and "ajoutée" in text for text in said)


@pytest.mark.parametrize("change", ["price = 1", "workshop_id = workshop_id + 1000", "stay = 7", "grade = 'C'"])
def test_a_price_a_workshop_or_a_stay_changed_is_found(change: str) -> None:
    bench = Bench()
    device = bench.ready()
    run(f"UPDATE refurb_device SET {change} WHERE id = {device.pk}")
    found = [fault for fault in faults(whole=False) if "n’est pas ce que dit cette ligne" in fault.sentence]
    assert [fault.reference for fault in found] == [device.reference]


def test_a_counter_of_places_set_back_to_zero_is_found() -> None:
    shelf = Shelf()
    device = shelf.allotted()
    assert faults() == []
    run("UPDATE conventions_quota SET used = 0")
    (fault,) = faults(whole=False)
    assert fault.in_words.startswith("Recoupements quota")
    assert fault.sentence == "le compteur dit 0, les appareils qui y tiennent une place sont 1."
    assert Quota.objects.get(pk=device.quota_id).used == 0


def test_evidence_dated_ahead_is_found() -> None:
    bench = Bench()
    bench.ready()
    run("UPDATE refurb_erasure SET recorded_at = now() + interval '1 day'")
    assert any("datée d’un instant à venir" in fault.sentence for fault in faults(whole=False))
