"""What is typed beside a log, what no drive can do, clocks that are wrong, logs that bear no number."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from lifecycle.exceptions import Refused
from reference.models import Parameter
from refurb.certificates import Backing, backing_of, proofs_of
from refurb.enums import (
    AttributionReason,
    ClockReason,
    DeviceType,
    DriveKind,
    DriveSource,
    ErasureEntry,
    ErasureOutcome,
    ErasureRefusal,
    ToolClock,
)
from refurb.models import Device, DevicePaper, Drive, Erasure
from refurb.parameters import CLOCK_DAYS, RATE_SSD, RATE_USB
from refurb.services import batches, erasures
from refurb.services.nwipe import ClockTold
from tests.reference.values import set_value
from tests.refurb.devices import BOTH_READ, Bench, load_numbers
from tests.refurb.logs import SIZE, log
from tests.refurb.pages import acting, answered, page_of, read
from tests.refurb.test_proofs_once import SERIAL, codes, deposited, here_now, on_the_bench, said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def types(bench: Bench, drive: Drive, content: bytes, **typed: Any) -> Erasure:
    """A person types a proof that would be accepted, and attaches this log."""
    given = {"bytes_expected": SIZE, "bytes_erased": SIZE, "report": deposited(bench, content)} | typed
    return bench.erase(drive, **given)


def reads(bench: Bench, drive: Drive, content: bytes, **given: Any) -> Erasure:
    return erasures.record_log(actor=bench.technician, drive=drive, report=deposited(bench, content), **given)


# --- typed over a log


@pytest.mark.parametrize(
    ("told", "field", "figures"),
    [
        ({"errors": (3, 0, 0)}, "pass_errors", ("3 erreurs d’écriture", "0 erreur d’écriture")),
        ({"errors": (0, 7, 0)}, "verification_errors", ("7 erreurs à", "0 erreur à")),
        ({"verified": False}, "verification", ("«\u00a0Aucune\u00a0»", "«\u00a0Dernière passe relue\u00a0»")),
        ({"written": 4096}, "bytes_erased", ("4\u202f096 octets", "256\u202f060\u202f514\u202f304 octets")),
        ({"status": "UABORTED"}, "claimed", ("«\u00a0Interrompu\u00a0»", "«\u00a0Effacé\u00a0»")),
    ],
)
def test_a_proof_typed_over_a_failed_log_is_refused_with_both_figures(
    bench: Bench, told: dict[str, Any], field: str, figures: tuple[str, str]
) -> None:
    drive = bench.drive(on_the_bench(bench), serial=SERIAL)

    with pytest.raises(Refused) as refused:
        types(bench, drive, log(SERIAL, end=here_now(), **told))

    (reason,) = [reason for reason in refused.value.all if reason.field == field]
    assert f"Le journal joint dit\u00a0: {figures[0]}" in reason.sentence
    assert f"Vous avez tapé\u00a0: {figures[1]}" in reason.sentence
    assert not Erasure.objects.exists()


def test_a_typed_proof_does_not_take_the_log_of_another_drive(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench), serial="AUTRE1")

    with pytest.raises(Refused) as refused:
        types(bench, drive, log(SERIAL, end=here_now()))

    assert codes(refused) == ["another_drive"]
    assert SERIAL in said(refused)


def test_what_was_typed_and_agrees_is_kept_to_the_second_of_the_log(bench: Bench) -> None:
    drive, end = bench.drive(on_the_bench(bench), serial=SERIAL), here_now()

    erasure = types(bench, drive, log(SERIAL, end=end), started_at=None, claimed="")

    assert (erasure.entry, erasure.outcome, erasure.claimed) == (
        ErasureEntry.CHECKED,
        ErasureOutcome.ACCEPTED,
        "erased",
    )
    assert timezone.make_naive(erasure.finished_at) == end
    assert erasure.duration == timedelta(hours=1)
    assert erasure.is_typed


def test_what_stands_behind_a_proof_is_a_log_that_is_read_a_report_that_is_copied_or_a_word(bench: Bench) -> None:
    device = on_the_bench(bench)
    copied, checked, read_too, nothing = (bench.drive(device, serial=f"{SERIAL}{rank}") for rank in range(4))
    bench.erase(copied)
    types(bench, checked, log(checked.serial, end=here_now()), started_at=None, claimed="")
    bench.erase(read_too)
    reads(bench, read_too, log(read_too.serial, end=here_now()))
    telephone = bench.in_process(DeviceType.SMARTPHONE)
    bench.erase(bench.drive(telephone))

    proofs = proofs_of(Device.objects.filter(pk__in=[device.pk, telephone.pk]))

    found = {drive.pk: backing_of(drive) for drive in proofs[device.pk].drives}
    assert found == {
        copied.pk: Backing.COPIED,
        checked.pk: Backing.SEEN,
        read_too.pk: Backing.SEEN,
        nothing.pk: None,
    }
    assert [backing_of(drive) for drive in proofs[telephone.pk].drives] == [Backing.WORD]


# --- what no drive can do


@pytest.mark.parametrize(
    ("kind", "lasting", "expected"),
    [
        (DriveKind.SSD, 0, [ErasureRefusal.TOO_FAST]),
        (DriveKind.SSD, 10, [ErasureRefusal.TOO_FAST]),
        (DriveKind.SSD, 15, []),
        (DriveKind.HDD, 15, [ErasureRefusal.TOO_FAST]),
        (DriveKind.HDD, 30, []),
    ],
)
def test_a_drive_written_and_read_faster_than_it_can_be_is_refused(
    bench: Bench, kind: DriveKind, lasting: int, expected: list[ErasureRefusal]
) -> None:
    drive = bench.drive(on_the_bench(bench), serial=SERIAL, kind=kind)

    assert reads(bench, drive, log(SERIAL, end=here_now(), lasting=lasting)).refusals == expected


def test_an_impossible_run_says_how_much_in_how_long(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench), serial=SERIAL)

    erasure = reads(bench, drive, log(SERIAL, end=here_now(), lasting=0, verified=False))

    assert "256,1\u00a0Go écrits en 0\u00a0s" in erasure.refusal_labels[0]
    assert "600\u00a0Mo/s" in erasure.refusal_labels[0]


def test_a_cable_is_slower_than_its_drive(bench: Bench) -> None:
    set_value(RATE_USB, 35)
    drive = bench.drive(on_the_bench(bench), serial=SERIAL, kind=DriveKind.HDD)

    erasure = reads(bench, drive, log(SERIAL, end=here_now(), bus="USB"))

    assert (erasure.rate_ceiling, erasure.refusals) == (35, [ErasureRefusal.TOO_FAST])


def test_a_typed_overwriting_says_when_it_began(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench))

    assert bench.erase(drive, started_at=None).refusals == [ErasureRefusal.NOT_STARTED]
    assert bench.erase(drive, started_at=timezone.now()).refusals == [ErasureRefusal.TOO_FAST]


def test_without_a_limit_in_force_the_usual_one_holds(bench: Bench) -> None:
    Parameter.objects.filter(code=RATE_SSD.code).delete()
    drive = bench.drive(on_the_bench(bench), serial=SERIAL)

    erasure = reads(bench, drive, log(SERIAL, end=here_now(), lasting=0, verified=False))

    assert erasure.rate_ceiling == RATE_SSD.usual
    assert ErasureRefusal.TOO_FAST in erasure.refusals


# --- clocks


def test_a_log_in_universal_time_is_read_as_such_and_says_so(bench: Bench) -> None:
    device = on_the_bench(bench)
    drive, end = bench.drive(device, serial=SERIAL), datetime.now(UTC).replace(tzinfo=None, microsecond=0)

    erasure = reads(bench, drive, log(SERIAL, end=end), clock=ClockTold(ToolClock.UTC, ClockReason.LIVE_SYSTEM))

    assert (erasure.outcome, erasure.clock) == (ErasureOutcome.ACCEPTED, ToolClock.UTC)
    assert erasure.finished_at == end.replace(tzinfo=UTC)
    assert erasure.clock_offset == timezone.localtime(erasure.finished_at).utcoffset().total_seconds()
    assert timezone.make_naive(erasure.printed_end) == end
    page = read(acting(bench.technician), page_of(device, "device_evidence"))
    assert "À l’heure universelle (UTC), système de démarrage réglé" in page


def test_a_dead_battery_is_declared_by_somebody_with_why_and_when_it_really_was(bench: Bench) -> None:
    drive, really = bench.drive(on_the_bench(bench), serial=SERIAL), timezone.now() - timedelta(minutes=3)
    content = log(SERIAL, end=datetime(2000, 1, 1, 1, 2, 3))  # noqa: DTZ001

    assert reads(bench, drive, content).refusals == [ErasureRefusal.BEFORE_ARRIVAL]
    told = ClockTold(ToolClock.WRONG, ClockReason.BATTERY, really)
    erasure = reads(bench, drive, content, clock=told)

    assert erasure.outcome == ErasureOutcome.ACCEPTED
    assert abs(erasure.finished_at - really) < timedelta(seconds=1)
    assert (erasure.clock_reason, erasure.recorded_by) == ("battery", bench.technician)
    assert timezone.make_naive(erasure.printed_end).year == 2000


@pytest.mark.parametrize(
    ("clock", "code"),
    [
        (lambda now: ClockTold(ToolClock.UTC), "clock_reason"),
        (lambda now: ClockTold(ToolClock.WRONG, ClockReason.BATTERY), "clock_really"),
        (lambda now: ClockTold(ToolClock.WRONG, ClockReason.BATTERY, now + timedelta(hours=1)), "clock_ahead"),
        (lambda now: ClockTold(ToolClock.WRONG, ClockReason.BATTERY, now - timedelta(days=8)), "clock_late"),
    ],
)
def test_a_clock_is_not_declared_lightly(bench: Bench, clock: Any, code: str) -> None:
    drive = bench.drive(on_the_bench(bench), serial=SERIAL)

    with pytest.raises(Refused) as refused:
        reads(bench, drive, log(SERIAL, end=here_now()), clock=clock(timezone.now()))

    assert codes(refused) == [code]


def test_without_a_delay_in_force_a_wrong_clock_is_declared_within_the_usual_one(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench), serial=SERIAL)
    Parameter.objects.filter(code=CLOCK_DAYS.code).delete()
    told = ClockTold(ToolClock.WRONG, ClockReason.BATTERY, timezone.now() - timedelta(days=CLOCK_DAYS.usual + 1))

    with pytest.raises(Refused) as refused:
        reads(bench, drive, log(SERIAL, end=here_now()), clock=told)

    assert codes(refused) == ["clock_late"]


def test_a_wrong_clock_does_not_bring_an_erasure_after_the_arrival(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device, serial=SERIAL)
    told = ClockTold(ToolClock.WRONG, ClockReason.BATTERY, timezone.now() - timedelta(hours=1))

    assert reads(bench, drive, log(SERIAL, end=here_now()), clock=told).refusals == [ErasureRefusal.BEFORE_ARRIVAL]


# --- logs without numbers


def two_disks() -> bytes:
    """One log, two disks of the same size, no number."""
    end = here_now()
    one = log("", end=end).decode()
    return (one + "\n" + one.replace("sda", "sdc")).encode()


def test_a_log_of_two_disks_without_number_is_attributed_by_a_person_who_says_how_he_knows(bench: Bench) -> None:
    device, other = on_the_bench(bench), on_the_bench(bench)
    first, second = bench.drive(device), bench.drive(other, serial="")
    client, url = acting(bench.technician), page_of(device, "device_attribute_log")
    file = SimpleUploadedFile("nwipe.log", two_disks(), "text/plain")

    page = client.post(url, {"deposit": file}).content.decode()
    assert "sda (Samsung SSD 860 EVO" in page
    assert f"{other.tag}\u00a0: " in page
    kept = page.split('name="kept" value="', 1)[1].split('"', 1)[0]
    sent = {"kept": kept, "attribute": "1", "disk-sda": first.pk, "disk-sdc": first.pk, "reason": "slot"}
    assert "Un disque ne peut pas être celui de deux passages." in answered(client, url, **sent)

    done = client.post(url, sent | {"disk-sdc": second.pk})

    assert done.status_code == 302
    rows = Erasure.objects.order_by("pk")
    assert [(row.drive, row.outcome, row.attribution) for row in rows] == [
        (first, ErasureOutcome.ACCEPTED, AttributionReason.SLOT),
        (second, ErasureOutcome.ACCEPTED, AttributionReason.SLOT),
    ]
    assert {row.recorded_by for row in rows} == {bench.technician}
    assert rows[0].differences == ["attributed"]
    assert "Par l’emplacement ou le câble" in read(client, page_of(device, "device_evidence"))


def test_a_run_is_attributed_once_and_to_a_drive_of_its_size(bench: Bench) -> None:
    report = deposited(bench, two_disks())

    def attribute(drive: Drive) -> list[Erasure]:
        return batches.attribute_runs(
            actor=bench.technician, report=report, drives={"sda": drive}, reason=AttributionReason.SIZE
        )

    small = bench.drive(on_the_bench(bench), capacity=128_000_000_000)
    assert attribute(small)[0].refusals == [ErasureRefusal.OTHER_SIZE]
    assert attribute(bench.drive(on_the_bench(bench)))[0].outcome == ErasureOutcome.ACCEPTED
    with pytest.raises(Refused) as refused:
        attribute(bench.drive(on_the_bench(bench)))
    assert codes(refused) == ["proof_elsewhere"]


def test_a_log_with_numbers_is_not_attributed_and_another_workshop_is_not_let_in(bench: Bench) -> None:
    device = on_the_bench(bench)
    url = page_of(device, "device_attribute_log")
    file = SimpleUploadedFile("nwipe.log", log(SERIAL, end=here_now()), "text/plain")

    assert "Chaque disque de ce journal a son numéro" in answered(acting(bench.technician), url, deposit=file)
    assert acting(bench.stranger).get(url).status_code == 404
    assert acting(bench.pilot).get(url).status_code == 403


# --- the same maker's number on two devices


def test_two_live_devices_of_the_same_number_warn_with_both_as_far_as_one_may_see(bench: Bench) -> None:
    first, second = bench.received(serial="5CG1234XYZ"), bench.received(serial="5cg 1234-xyz", **BOTH_READ)
    elsewhere = Bench()
    third = elsewhere.received(serial="5CG1234XYZ")

    page = read(acting(bench.technician), page_of(first, "device_detail"))
    assert "est porté par deux appareils" in page
    assert second.tag in page
    assert third.reference not in page
    assert "est porté par" not in read(acting(elsewhere.technician), page_of(third, "device_detail"))
    assert third.tag in read(acting(bench.pilot), page_of(first, "device_detail"))


def test_a_placeholder_is_no_number_of_a_device(bench: Bench) -> None:
    first, _ = (bench.received(serial="To be filled by O.E.M.") for _ in range(2))

    page = read(acting(bench.technician), page_of(first, "device_detail"))

    assert "est porté par" not in page
    assert "n’est pas un numéro" in page
    assert Device.objects.get(pk=first.pk).serial_key == ""


# --- on paper


def certified(bench: Bench, device: Device) -> list[dict[str, Any]]:
    """The drives of the certificate of this device."""
    bench.test(device)
    bench.grade(device)
    bench.recondition(device)
    drives: list[dict[str, Any]] = DevicePaper.objects.get(device=device).document.values["drives"]
    return drives


def test_a_certificate_prints_start_and_end_to_the_second_the_rate_and_how_the_proof_came(bench: Bench) -> None:
    device, end = on_the_bench(bench), here_now()
    drive = bench.drive(device, serial=SERIAL, source=DriveSource.REPORT)
    reads(bench, drive, log(SERIAL, end=end))

    (told,) = certified(bench, device)

    (run,) = told["erasures"]
    assert run["finished"].endswith(f"min\u00a0{end:%S}\u00a0s")
    assert run["started"].endswith(f"min\u00a0{end:%S}\u00a0s")
    assert (run["duration"], run["rate"]) == ("1\u00a0h\u00a000\u00a0min\u00a000\u00a0s", "142\u00a0Mo/s")
    assert (run["entry"], run["typed_by"]) == ("Lu par Maillon dans le journal de l’outil", "")
    assert told["source"] == "Inventorié d’après le rapport"
    assert any("son numéro n’a pas été lu ailleurs" in sentence for sentence in run["differences"])


def test_a_certificate_says_who_typed_and_never_by_name(bench: Bench) -> None:
    device = on_the_bench(bench)
    bench.erase(bench.drive(device, source=DriveSource.STICKER))

    (told,) = certified(bench, device)

    (run,) = told["erasures"]
    assert run["typed_by"] == f"Technicien, {bench.workshop.organisation.name}"
    assert told["source"] == "Étiquette du disque, lue ou scannée"
