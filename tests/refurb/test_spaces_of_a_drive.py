"""A number that a log finds at two paths is two spaces: namespaces of an NVMe drive, bays of a dock. Each is erased."""

import re
from datetime import timedelta

import pytest

from refurb.enums import DriveKind, ErasureOutcome, ErasureRefusal
from refurb.models import Erasure
from refurb.readers.nwipe import read_log
from refurb.services import erasures
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.hardware import here_now
from tests.refurb.logs import log
from tests.refurb.test_proofs_once import deposited, on_the_bench

pytestmark = pytest.mark.django_db
NUMBER, LARGE, SMALL = "S4NNV0KB01", 1_023_000_000_000, 1_000_000_000
FAILED = {"status": "-FAILED-", "verified": False, "errors": (37, 0, 0), "written": 0}


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def space(path: str, **given: object) -> str:
    """The lines of a log about one path, without the start of nwipe that stands before them."""
    lasting = given.pop("lasting", 60)
    said = log(NUMBER, **{"end": here_now(), "bus": "NVME-SSD", "lasting": lasting} | given).decode()  # type: ignore[arg-type]
    said = re.sub(r".*(?:nwipe 0\.37|Found /dev/sdb).*\n", "", said)
    return re.sub(r"\bsda\b", path, said)


def session(*spaces: str, minutes: int = 70) -> str:
    """One start of nwipe: all that it finds, then all that it did."""
    lines = "\n".join(spaces).split("\n")
    found = [line for line in lines if "Found /dev/" in line]
    began = f"[{here_now() - timedelta(minutes=minutes):%Y/%m/%d %H:%M:%S}]    info: nwipe 0.38"
    return "\n".join([began, *found, *(line for line in lines if line not in found)])


def found_only(path: str) -> str:
    return next(line for line in space(path).split("\n") if "Found /dev/" in line)


def judged(bench: Bench, text: str, capacity: int | None = None) -> Erasure:
    drive = bench.drive(on_the_bench(bench), serial=NUMBER, kind=DriveKind.NVME, capacity=capacity)
    return erasures.record_log(actor=bench.technician, drive=drive, report=deposited(bench, text.encode()))


@pytest.mark.parametrize("is_first", [True, False])
def test_a_namespace_that_failed_is_not_hidden_by_another_that_was_erased(bench: Bench, is_first: bool) -> None:
    both = [space("nvme0n1", size=LARGE, **FAILED), space("nvme0n2", size=SMALL)]
    erasure = judged(bench, session(*(both if is_first else reversed(both))))
    assert erasure.outcome == ErasureOutcome.REFUSED
    assert ErasureRefusal.SPACE_LEFT in erasure.refusals
    assert (erasure.bytes_expected, erasure.bytes_erased) == (LARGE + SMALL, SMALL)
    assert erasure.pass_errors == FAILED["errors"][0]  # type: ignore[index]
    assert "l’un d’eux n’est pas effacé" in " ".join(erasure.refusal_labels)


def test_a_namespace_that_was_only_found_is_not_erased(bench: Bench) -> None:
    erasure = judged(bench, session(found_only("nvme0n1"), space("nvme0n2", size=SMALL)))
    assert ErasureRefusal.SPACE_LEFT in erasure.refusals


def test_two_namespaces_that_are_both_erased_prove_the_drive_whose_size_is_their_sum(bench: Bench) -> None:
    text = session(*(space(path, size=size, lasting=120) for path, size in (("nvme0n1", LARGE), ("nvme0n2", SMALL))))
    erasure = judged(bench, text, capacity=LARGE + SMALL)
    assert (erasure.outcome, erasure.refusals) == (ErasureOutcome.ACCEPTED, [])
    assert erasure.bytes_erased == LARGE + SMALL


def test_a_namespace_that_is_erased_later_completes_the_first(bench: Bench) -> None:
    first = session(space("nvme0n1", size=SMALL, **FAILED), space("nvme0n2", size=SMALL))
    again = session(space("nvme0n1", size=SMALL), found_only("nvme0n2"))
    assert judged(bench, f"{first}\n{again}").outcome == ErasureOutcome.ACCEPTED


def test_a_drive_that_is_found_elsewhere_at_the_next_start_is_one_drive(bench: Bench) -> None:
    """What was plugged again, or found under another letter, is no second space."""
    for before in (session(space("sda", **FAILED)), session(found_only("sda"))):
        (run,) = read_log(f"{before}\n{session(space('sdb'))}")
        assert (run.disk, run.is_whole, run.spaces) == ("sdb", True, ())
