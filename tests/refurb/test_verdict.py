"""The verdict on an erasure and on tests, from the facts alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from refurb.enums import (
    CheckResult,
    Claim,
    Difference,
    DriveKind,
    ErasureMethod,
    ErasureOrigin,
    HiddenSectors,
    Outcome,
    Refusal,
    Verification,
)
from refurb.serials import same_serial
from refurb.verdict import Facts, Function, failing, judge_erasure

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
    verification=Verification.LAST_PASS,
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
    verification=Verification.FIRST_START,
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

    assert (verdict.outcome, verdict.refusals, verdict.differences) == (Outcome.ACCEPTED, (), ())


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"origin": ErasureOrigin.DONOR}, Refusal.DONOR_CERTIFICATE),
        ({"claimed": Claim.FAILED}, Refusal.TOOL_FAILED),
        ({"claimed": Claim.ABORTED}, Refusal.TOOL_ABORTED),
        ({"has_report": False}, Refusal.NO_REPORT),
        ({"finished_at": None}, Refusal.NOT_FINISHED),
        ({"started_at": ARRIVAL + timedelta(hours=3)}, Refusal.DATES_REVERSED),
        (
            {"started_at": ARRIVAL - timedelta(days=2), "finished_at": ARRIVAL - timedelta(seconds=1)},
            Refusal.BEFORE_ARRIVAL,
        ),
        ({"arrived_at": None}, Refusal.BEFORE_ARRIVAL),
        ({"finished_at": ARRIVAL + timedelta(hours=9)}, Refusal.IN_THE_FUTURE),
        ({"method": ErasureMethod.RESET, "verification": Verification.FIRST_START}, Refusal.METHOD_UNSUITED),
        ({"serial_read": "OTHER"}, Refusal.SERIAL_MISMATCH),
        ({"serial_read": ""}, Refusal.SERIAL_MISSING),
        ({"bytes_erased": None}, Refusal.BYTES_UNKNOWN),
        ({"bytes_expected": None}, Refusal.BYTES_UNKNOWN),
        ({"bytes_erased": SIZE - 512}, Refusal.BYTES_SHORT),
        ({"bytes_expected": 0, "bytes_erased": 0, "capacity": None}, Refusal.BYTES_SHORT),
        ({"capacity": 2 * SIZE}, Refusal.SMALLER_THAN_DRIVE),
        ({"passes_done": 2}, Refusal.PASSES_SHORT),
        ({"passes_asked": 0, "passes_done": 0}, Refusal.PASSES_SHORT),
        ({"pass_errors": 1}, Refusal.PASS_ERRORS),
        ({"verification": Verification.NONE}, Refusal.NOT_VERIFIED),
        ({"verification": Verification.FIRST_START}, Refusal.NOT_VERIFIED),
        ({"verification_errors": 1}, Refusal.VERIFICATION_ERRORS),
        ({"hidden_sectors": HiddenSectors.PRESENT}, Refusal.HIDDEN_PRESENT),
        ({"hidden_sectors": HiddenSectors.UNKNOWN}, Refusal.HIDDEN_UNKNOWN),
        ({"hidden_sectors": HiddenSectors.NOT_APPLICABLE}, Refusal.HIDDEN_UNKNOWN),
    ],
)
def test_each_defect_refuses_by_itself(changes: dict[str, Any], refusal: Refusal) -> None:
    verdict = judge_erasure(replace(GOOD, **changes))

    assert (verdict.outcome, verdict.refusals) == (Outcome.REFUSED, (refusal,))


def test_several_defects_are_all_told() -> None:
    verdict = judge_erasure(replace(GOOD, pass_errors=4, verification=Verification.NONE, serial_read="OTHER"))

    assert set(verdict.refusals) == {Refusal.PASS_ERRORS, Refusal.NOT_VERIFIED, Refusal.SERIAL_MISMATCH}


def test_the_word_erased_proves_nothing() -> None:
    verdict = judge_erasure(replace(GOOD, verification_errors=12, claimed=Claim.ERASED))

    assert verdict.outcome == Outcome.REFUSED
    assert verdict.differences == (Difference.CLAIMS_ERASED,)


def test_a_silent_report_with_good_figures_is_accepted_and_said_to_be_silent() -> None:
    verdict = judge_erasure(replace(GOOD, claimed=Claim.SILENT))

    assert (verdict.outcome, verdict.differences) == (Outcome.ACCEPTED, (Difference.SILENT,))


def test_a_wrong_duration_is_told_and_refuses_nothing() -> None:
    verdict = judge_erasure(replace(GOOD, claimed_seconds=6))

    assert (verdict.outcome, verdict.differences) == (Outcome.ACCEPTED, (Difference.DURATION,))


def test_an_interrupted_run_that_ended_without_error_is_refused() -> None:
    interrupted = replace(GOOD, passes_asked=35, passes_done=0, bytes_erased=0, claimed=Claim.ABORTED)

    assert set(judge_erasure(interrupted).refusals) == {
        Refusal.TOOL_ABORTED,
        Refusal.BYTES_SHORT,
        Refusal.PASSES_SHORT,
    }


@pytest.mark.parametrize("kind", DriveKind)
@pytest.mark.parametrize("method", ErasureMethod)
def test_every_pair_of_storage_and_method_has_an_answer(kind: DriveKind, method: ErasureMethod) -> None:
    verification = Verification.FIRST_START if method == ErasureMethod.RESET else Verification.SAMPLE
    verdict = judge_erasure(replace(GOOD, drive_kind=kind, method=method, verification=verification))

    assert verdict.refusals in ((), (Refusal.METHOD_UNSUITED,))


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
        ({}, ["boot", "ethernet"]),
        ({"boot": CheckResult.OK, "ethernet": CheckResult.OK}, []),
        ({"boot": CheckResult.OK, "ethernet": CheckResult.NOT_APPLICABLE}, []),
        ({"boot": CheckResult.NOT_APPLICABLE, "ethernet": CheckResult.OK}, ["boot"]),
        ({"boot": CheckResult.FAIL, "ethernet": CheckResult.OK}, ["boot"]),
        ({"boot": CheckResult.OK, "ethernet": CheckResult.OK, "bluetooth": CheckResult.FAIL}, []),
    ],
)
def test_an_essential_function_is_tested_and_passed_or_does_not_apply(
    results: dict[str, CheckResult], expected: list[str]
) -> None:
    assert failing(FUNCTIONS, results) == expected


def test_an_erasure_that_began_before_the_arrival_proves_nothing_but_for_the_second_that_tools_round() -> None:
    straddling = replace(GOOD, started_at=ARRIVAL - timedelta(seconds=2), finished_at=ARRIVAL + timedelta(hours=1))

    assert judge_erasure(straddling).refusals == (Refusal.BEFORE_ARRIVAL,)
    assert judge_erasure(replace(straddling, started_at=ARRIVAL - timedelta(seconds=1))).outcome == Outcome.ACCEPTED


def test_a_report_without_number_that_is_read_is_attributed_even_to_a_drive_without_number() -> None:
    nameless = replace(GOOD, drive_serial="", serial_read="", is_read=True)

    assert judge_erasure(nameless).refusals == (Refusal.SERIAL_MISSING,)
    assert judge_erasure(replace(nameless, is_attributed=True)).outcome == Outcome.ACCEPTED
    assert judge_erasure(replace(nameless, serial_read="S3Z8NB0K")).outcome == Outcome.ACCEPTED


def test_what_is_typed_of_a_drive_without_number_says_that_only_the_typing_ties_it() -> None:
    verdict = judge_erasure(replace(GOOD, drive_serial="", serial_read=""))

    assert (verdict.outcome, verdict.differences) == (Outcome.ACCEPTED, (Difference.NAMELESS,))
