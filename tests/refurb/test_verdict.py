"""The verdict on an erasure and on tests, from the facts alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from donations.serials import same_serial
from refurb.enums import (
    CheckResult,
    Claim,
    DriveKind,
    DriveSource,
    ErasureMethod,
    ErasureOrigin,
    ErasureOutcome,
    ErasureRefusal,
    ErasureVerification,
    HiddenSectors,
    ReportDifference,
)
from refurb.verdict import Facts, Function, bytes_moved, failing, judge_erasure

ARRIVAL = datetime(2026, 3, 2, 9, tzinfo=UTC)
SIZE = 256_060_514_304
GOOD = Facts(
    drive_kind=DriveKind.SSD,
    drive_serial="S3Z8-NB0K",
    capacity=SIZE,
    arrived_at=ARRIVAL,
    recorded_at=ARRIVAL + timedelta(hours=8),
    origin=ErasureOrigin.WORKSHOP,
    method=ErasureMethod.OVERWRITE,
    has_report=True,
    serial_read="s3z8nb0k",
    started_at=ARRIVAL + timedelta(hours=1),
    finished_at=ARRIVAL + timedelta(hours=2),
    bytes_expected=SIZE,
    bytes_erased=SIZE,
    passes_asked=3,
    passes_done=3,
    verification=ErasureVerification.LAST_PASS,
    verification_errors=0,
    pass_errors=0,
    hidden_sectors=HiddenSectors.NONE,
    claimed=Claim.ERASED,
)
RESET = replace(
    GOOD,
    drive_kind=DriveKind.INTERNAL,
    drive_serial="",
    serial_read="",
    method=ErasureMethod.RESET,
    has_report=False,
    bytes_expected=None,
    bytes_erased=None,
    passes_asked=1,
    passes_done=1,
    verification=ErasureVerification.FIRST_START,
    hidden_sectors=HiddenSectors.NOT_APPLICABLE,
)
NVME = replace(
    GOOD, drive_kind=DriveKind.NVME, method=ErasureMethod.SANITIZE, hidden_sectors=HiddenSectors.NOT_APPLICABLE
)


@pytest.mark.parametrize(
    "facts",
    [
        GOOD,
        RESET,
        NVME,
        replace(GOOD, drive_kind=DriveKind.HDD, hidden_sectors=HiddenSectors.ERASED),
        replace(GOOD, method=ErasureMethod.SECURE_ERASE, bytes_expected=None, bytes_erased=None),
        replace(GOOD, finished_at=ARRIVAL, started_at=ARRIVAL),
        replace(GOOD, capacity=257_000_000_000),
        replace(GOOD, capacity=None),
        replace(GOOD, drive_serial="", serial_read="S3Z8NB0K"),
    ],
)
def test_a_complete_erasure_is_accepted(facts: Facts) -> None:
    verdict = judge_erasure(facts)

    assert (verdict.outcome, verdict.refusals, verdict.differences) == (ErasureOutcome.ACCEPTED, (), ())


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"origin": ErasureOrigin.DONOR}, ErasureRefusal.DONOR_CERTIFICATE),
        ({"claimed": Claim.FAILED}, ErasureRefusal.TOOL_FAILED),
        ({"claimed": Claim.ABORTED}, ErasureRefusal.TOOL_ABORTED),
        ({"has_report": False}, ErasureRefusal.NO_REPORT),
        ({"finished_at": None}, ErasureRefusal.NOT_FINISHED),
        ({"started_at": ARRIVAL + timedelta(hours=3)}, ErasureRefusal.DATES_REVERSED),
        (
            {"started_at": ARRIVAL - timedelta(days=2), "finished_at": ARRIVAL - timedelta(seconds=1)},
            ErasureRefusal.BEFORE_ARRIVAL,
        ),
        ({"arrived_at": None}, ErasureRefusal.BEFORE_ARRIVAL),
        ({"finished_at": ARRIVAL + timedelta(hours=9)}, ErasureRefusal.IN_THE_FUTURE),
        (
            {"method": ErasureMethod.RESET, "verification": ErasureVerification.FIRST_START},
            ErasureRefusal.METHOD_UNSUITED,
        ),
        ({"serial_read": "OTHER"}, ErasureRefusal.SERIAL_MISMATCH),
        ({"serial_read": ""}, ErasureRefusal.SERIAL_MISSING),
        ({"bytes_erased": None}, ErasureRefusal.BYTES_UNKNOWN),
        ({"bytes_expected": None}, ErasureRefusal.BYTES_UNKNOWN),
        ({"bytes_erased": SIZE - 512}, ErasureRefusal.BYTES_SHORT),
        ({"bytes_expected": 0, "bytes_erased": 0, "capacity": None}, ErasureRefusal.BYTES_SHORT),
        ({"capacity": 2 * SIZE}, ErasureRefusal.SMALLER_THAN_DRIVE),
        ({"passes_done": 2}, ErasureRefusal.PASSES_SHORT),
        ({"passes_asked": 0, "passes_done": 0}, ErasureRefusal.PASSES_SHORT),
        ({"pass_errors": 1}, ErasureRefusal.PASS_ERRORS),
        ({"verification": ErasureVerification.NONE}, ErasureRefusal.NOT_VERIFIED),
        ({"verification": ErasureVerification.FIRST_START}, ErasureRefusal.NOT_VERIFIED),
        ({"verification_errors": 1}, ErasureRefusal.VERIFICATION_ERRORS),
        ({"hidden_sectors": HiddenSectors.PRESENT}, ErasureRefusal.HIDDEN_PRESENT),
        ({"hidden_sectors": HiddenSectors.UNKNOWN}, ErasureRefusal.HIDDEN_UNKNOWN),
        ({"hidden_sectors": HiddenSectors.NOT_APPLICABLE}, ErasureRefusal.HIDDEN_UNKNOWN),
    ],
)
def test_each_defect_refuses_by_itself(changes: dict[str, Any], refusal: ErasureRefusal) -> None:
    verdict = judge_erasure(replace(GOOD, **changes))

    assert (verdict.outcome, verdict.refusals) == (ErasureOutcome.REFUSED, (refusal,))


def test_several_defects_are_all_told() -> None:
    verdict = judge_erasure(replace(GOOD, pass_errors=4, verification=ErasureVerification.NONE, serial_read="OTHER"))

    assert set(verdict.refusals) == {
        ErasureRefusal.PASS_ERRORS,
        ErasureRefusal.NOT_VERIFIED,
        ErasureRefusal.SERIAL_MISMATCH,
    }


def test_the_word_erased_proves_nothing() -> None:
    verdict = judge_erasure(replace(GOOD, verification_errors=12, claimed=Claim.ERASED))

    assert verdict.outcome == ErasureOutcome.REFUSED
    assert verdict.differences == (ReportDifference.CLAIMS_ERASED,)


def test_a_silent_report_with_good_figures_is_accepted_and_said_to_be_silent() -> None:
    verdict = judge_erasure(replace(GOOD, claimed=Claim.SILENT))

    assert (verdict.outcome, verdict.differences) == (ErasureOutcome.ACCEPTED, (ReportDifference.SILENT,))


def test_a_wrong_duration_is_told_and_refuses_nothing() -> None:
    verdict = judge_erasure(replace(GOOD, claimed_seconds=6))

    assert (verdict.outcome, verdict.differences) == (ErasureOutcome.ACCEPTED, (ReportDifference.DURATION,))


def test_an_interrupted_run_that_ended_without_error_is_refused() -> None:
    interrupted = replace(GOOD, passes_asked=35, passes_done=0, bytes_erased=0, claimed=Claim.ABORTED)

    assert set(judge_erasure(interrupted).refusals) == {
        ErasureRefusal.TOOL_ABORTED,
        ErasureRefusal.BYTES_SHORT,
        ErasureRefusal.PASSES_SHORT,
    }


@pytest.mark.parametrize("kind", DriveKind)
@pytest.mark.parametrize("method", ErasureMethod)
def test_every_pair_of_storage_and_method_has_an_answer(kind: DriveKind, method: ErasureMethod) -> None:
    verification = ErasureVerification.FIRST_START if method == ErasureMethod.RESET else ErasureVerification.SAMPLE
    verdict = judge_erasure(replace(GOOD, drive_kind=kind, method=method, verification=verification))

    assert verdict.refusals in ((), (ErasureRefusal.METHOD_UNSUITED,))


def test_serials_are_compared_without_signs_nor_case() -> None:
    assert same_serial(" wd-WCAV5 123.4 ") == same_serial("WDWCAV51234")


FUNCTIONS = [
    Function("boot", essential=True),
    Function("ethernet", essential=True, rule="pas de prise"),
    Function("bluetooth", essential=False),
]


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ({}, ["boot", "ethernet", "bluetooth"]),
        ({"boot": CheckResult.OK, "ethernet": CheckResult.OK}, ["bluetooth"]),
        ({"boot": CheckResult.OK, "ethernet": CheckResult.OK, "bluetooth": CheckResult.OK}, []),
        ({"boot": CheckResult.OK, "ethernet": CheckResult.NOT_APPLICABLE, "bluetooth": CheckResult.OK}, []),
        ({"boot": CheckResult.NOT_APPLICABLE, "ethernet": CheckResult.OK, "bluetooth": CheckResult.OK}, ["boot"]),
        ({"boot": CheckResult.FAIL, "ethernet": CheckResult.OK, "bluetooth": CheckResult.OK}, ["boot"]),
        ({"boot": CheckResult.OK, "ethernet": CheckResult.OK, "bluetooth": CheckResult.FAIL}, []),
    ],
)
def test_every_function_is_tried_and_an_essential_one_passes_or_does_not_apply(
    results: dict[str, CheckResult], expected: list[str]
) -> None:
    assert failing(FUNCTIONS, results) == expected


def test_an_erasure_that_began_before_the_arrival_proves_nothing_but_for_the_second_that_tools_round() -> None:
    straddling = replace(GOOD, started_at=ARRIVAL - timedelta(seconds=2), finished_at=ARRIVAL + timedelta(hours=1))

    assert judge_erasure(straddling).refusals == (ErasureRefusal.BEFORE_ARRIVAL,)
    assert (
        judge_erasure(replace(straddling, started_at=ARRIVAL - timedelta(seconds=1))).outcome == ErasureOutcome.ACCEPTED
    )


def test_a_report_without_number_that_is_read_is_attributed_even_to_a_drive_without_number() -> None:
    nameless = replace(GOOD, drive_serial="", serial_read="", is_read=True)

    assert judge_erasure(nameless).refusals == (ErasureRefusal.SERIAL_MISSING,)
    assert judge_erasure(replace(nameless, is_attributed=True)).outcome == ErasureOutcome.ACCEPTED
    assert judge_erasure(replace(nameless, serial_read="S3Z8NB0K")).outcome == ErasureOutcome.ACCEPTED


def test_what_is_typed_of_a_drive_without_number_says_that_only_the_typing_ties_it() -> None:
    verdict = judge_erasure(replace(GOOD, drive_serial="", serial_read=""))

    assert (verdict.outcome, verdict.differences) == (ErasureOutcome.ACCEPTED, (ReportDifference.NAMELESS,))


LAST = GOOD.finished_at - GOOD.started_at + timedelta(seconds=1)  # type: ignore[operator]
"""How long the good run may have lasted: tools print whole seconds."""


@pytest.mark.parametrize(
    ("verification", "passes", "times"),
    [
        (ErasureVerification.NONE, 3, 3),
        (ErasureVerification.LAST_PASS, 3, 4),
        (ErasureVerification.ALL_PASSES, 3, 6),
        (ErasureVerification.LAST_PASS, 1, 2),
        (ErasureVerification.LAST_PASS, 0, 0),
    ],
)
def test_each_pass_that_is_written_or_read_again_goes_through_the_bus(
    verification: ErasureVerification, passes: int, times: int
) -> None:
    assert bytes_moved(SIZE, passes, verification) == times * SIZE
    assert bytes_moved(None, passes, verification) is None


def test_a_run_goes_as_fast_as_its_bus_and_no_faster() -> None:
    ceiling = 400
    most = int(LAST.total_seconds()) * ceiling * 1_000_000 // 4
    at_most = replace(GOOD, capacity=None, bytes_expected=most, bytes_erased=most, rate_ceiling=ceiling)

    assert judge_erasure(at_most).outcome == ErasureOutcome.ACCEPTED
    assert judge_erasure(replace(at_most, bytes_expected=most + 1, bytes_erased=most + 1)).refusals == (
        ErasureRefusal.TOO_FAST,
    )


def test_a_command_of_the_drive_moves_nothing_through_the_bus() -> None:
    at_once = replace(GOOD, finished_at=GOOD.started_at, rate_ceiling=1, method=ErasureMethod.SECURE_ERASE)

    assert judge_erasure(at_once).outcome == ErasureOutcome.ACCEPTED
    assert judge_erasure(replace(at_once, started_at=None)).outcome == ErasureOutcome.ACCEPTED


def test_an_overwriting_says_when_it_began() -> None:
    assert judge_erasure(replace(GOOD, started_at=None)).refusals == (ErasureRefusal.NOT_STARTED,)


def test_a_run_is_attributed_to_a_drive_of_its_size_within_one_per_cent() -> None:
    """A label is rounded: the tool may see one per cent more, as it may see one less."""
    attributed = replace(GOOD, serial_read="", is_attributed=True, capacity=99 * SIZE)
    seen = replace(attributed, bytes_expected=100 * SIZE, bytes_erased=100 * SIZE)
    beyond = replace(seen, bytes_expected=101 * SIZE, bytes_erased=101 * SIZE)

    assert judge_erasure(seen).outcome == ErasureOutcome.ACCEPTED
    assert judge_erasure(beyond).refusals == (ErasureRefusal.OTHER_SIZE,)
    assert judge_erasure(replace(beyond, serial_read=GOOD.drive_serial, is_attributed=False)).refusals == ()


@pytest.mark.parametrize(
    ("seconds", "differs"), [(3600, False), (3660, False), (3540, False), (3661, True), (3539, True)]
)
def test_a_printed_duration_is_right_to_the_minute(seconds: int, differs: bool) -> None:
    verdict = judge_erasure(replace(GOOD, claimed_seconds=seconds))

    assert (ReportDifference.DURATION in verdict.differences) == differs


def test_a_difference_is_told_of_what_is_known_only() -> None:
    without_a_start = replace(GOOD, method=ErasureMethod.SECURE_ERASE, started_at=None, claimed_seconds=6)

    assert judge_erasure(without_a_start).differences == ()
    assert judge_erasure(replace(GOOD, drive_source=DriveSource.REPORT)).differences == (ReportDifference.SELF_NAMED,)
    assert judge_erasure(replace(GOOD, serial_read="", is_attributed=True)).differences == (
        ReportDifference.ATTRIBUTED,
    )


def test_the_last_second_of_a_proof_is_within_the_stay_and_not_ahead() -> None:
    at_the_door = replace(GOOD, started_at=None, finished_at=ARRIVAL, method=ErasureMethod.SECURE_ERASE)

    assert judge_erasure(at_the_door).outcome == ErasureOutcome.ACCEPTED
    assert judge_erasure(replace(GOOD, finished_at=GOOD.recorded_at)).outcome == ErasureOutcome.ACCEPTED
    assert judge_erasure(replace(at_the_door, finished_at=ARRIVAL - timedelta(seconds=1))).refusals == (
        ErasureRefusal.BEFORE_ARRIVAL,
    )


def test_the_key_of_a_hard_disk_proves_nothing() -> None:
    crypto = replace(
        GOOD, method=ErasureMethod.CRYPTO, drive_kind=DriveKind.HDD, bytes_expected=None, bytes_erased=None
    )
    assert ErasureRefusal.METHOD_UNSUITED in judge_erasure(crypto).refusals
    assert ErasureRefusal.METHOD_UNSUITED not in judge_erasure(replace(crypto, drive_kind=DriveKind.NVME)).refusals


@pytest.mark.parametrize(("named", "refused"), [(True, False), (None, False), (False, True)])
def test_a_report_whose_words_do_not_name_the_drive_proves_another(named: bool | None, refused: bool) -> None:
    verdict = judge_erasure(replace(GOOD, names_drive=named))
    assert (ErasureRefusal.SERIAL_MISSING in verdict.refusals) == refused
