"""Read the text log of nwipe: what it did to each disk, as it says it. Pure parsing, no verdict (see ``verdict``).

Source of the format: logs published with nwipe 0.28 to 0.38 (its issues 283, 444, 585; its pull requests 223, 325).
A log tells of several disks; what it does not say stays empty, so that nothing is proven by default.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from donations.serials import same_serial

LINE = re.compile(r"\[(\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2})\]\s*(?:[a-z]+:)?\s*(.*)")
DISK = re.compile(r"/dev/([\w/-]+)")
FOUND = re.compile(r"Found /dev/([\w/-]+),\s*([^,]*?)\s*,\s*(.*?),\s*[\d.]+\s*[KMGT]?B,\s*S/N=\s*(.*?)\s*$")
SIZES = (re.compile(r"sect/blk/dev \d+/\d+/(\d+)"), re.compile(r"Total device bytes\s*=\s*(\d+)"))
WRITTEN = re.compile(r"(\d+) bytes written to")
PASS = re.compile(r"Starting pass (\d+)/(\d+), round (\d+)/(\d+)")
PASS_DONE = re.compile(r"(?:Finished|Verified) pass (\d+)(?:/| of )\d+, round (\d+)")
PASS_VERIFIED = re.compile(r"Verified pass (\d+) of \d+, round (\d+)")
METHOD = re.compile(r"Invoking method '([^']+)'")
VERSION = re.compile(r"nwipe (\d[\w.]*)", re.IGNORECASE)
BEGINS = re.compile(r"nwipe \d[\w.]*\s*", re.IGNORECASE)
"""The line that each start of it prints."""
ERRORS = re.compile(r"^\s*!?\s*([\w/-]+)\s*\|\s*(\d+)\s*\|\s*(\d+)\s*(?:\|\s*(\d+)\s*)?\|?\s*$")
STATUS = re.compile(r"^\s*!?\s*([\w/-]+)\s*\|\s*(-?[A-Za-z]+-?)\s*\|[^|]*\|\s*(\d+):(\d{2}):(\d{2})\s*\|")
LONGEST_SERIAL, LONGEST_VERSION, LONGEST_METHOD = 80, 30, 60
"""Nwipe itself keeps shorter ones: a log that prints a longer one was not written by it."""
FIRST_YEAR = 1990
MOST_BYTES, MOST_PASSES, MOST_ERRORS, LONGEST_RUN = 10**18, 10_000, 10**9, timedelta(days=365)
"""Beyond, no disk and no run: nwipe itself writes no such figure."""
HIDDEN_SERIAL = re.compile(r"[X?.\s]*", re.IGNORECASE)


class NotNwipe(ValueError):
    """The file is no log of nwipe, or tells of no disk."""


@dataclass
class LogRun:
    """What one log says of one disk. Sizes in bytes; instants as printed, without a zone."""

    disk: str
    bus: str = ""
    model: str = ""
    serial: str = ""
    version: str = ""
    method: str = ""
    size: int | None = None
    written: list[int] = field(default_factory=list)
    started_at: datetime | None = None
    last_at: datetime | None = None
    ended: bool = False
    passes_asked: int = 0
    done: set[tuple[int, int]] = field(default_factory=set)
    verified: set[tuple[int, int]] = field(default_factory=set)
    verified_empty: bool = False
    pass_errors: int = 0
    verification_errors: int = 0
    hidden: bool | None = None
    result: str = ""
    claimed_duration: timedelta | None = None
    rank: int = 1
    """Among the runs of a log that have no number, and the same path."""
    session: int = 0
    """Which start of nwipe found it, in a log that is appended to."""
    spaces: tuple["LogRun", ...] = ()
    """The runs that this one adds up, when one session found its number at several paths."""

    @property
    def name(self) -> str:
        """« sda », then « sda-2 »: what tells one run of a log from another when none has a number."""
        return self.disk if self.rank == 1 else f"{self.disk}-{self.rank}"

    @property
    def was_worked_on(self) -> bool:
        """Nwipe did more than find it."""
        return self.started_at is not None or bool(self.result)

    @property
    def finished_at(self) -> datetime | None:
        """The instant of its last line, once its last round is said to be finished."""
        return self.last_at if self.ended else None

    @property
    def bytes_erased(self) -> int | None:
        """The pass that wrote least: what no pass reached is not erased."""
        return min(self.written, default=None)

    @property
    def is_whole(self) -> bool:
        """Whether all that it found there was written to the end, as far as the log says."""
        written, is_said = self.bytes_erased, self.result in ("", "ERASED")
        is_short = written is not None and self.size is not None and written < self.size
        return self.ended and is_said and not (self.pass_errors or self.verification_errors or is_short)

    @property
    def leaves_a_space(self) -> bool:
        """One of the paths that bear its number was not erased: a namespace, a bay of a dock."""
        return not all(one.is_whole for one in self.spaces)

    @property
    def is_solid_state(self) -> bool:
        return "SSD" in self.bus or self.is_nvme

    @property
    def is_nvme(self) -> bool:
        return "NVME" in self.printed_bus

    @property
    def printed_bus(self) -> str:
        """How it was seen to be plugged in; before it printed that of NVMe, its path says it."""
        return "NVME" if self.disk.startswith("nvme") else self.bus


def read_log(text: str) -> list[LogRun]:
    """Each disk a log tells of, in its order. Raises NotNwipe, also for hours and figures that no run has."""
    try:
        return _read_log(text)
    except (ValueError, OverflowError) as error:
        raise NotNwipe("impossible") from error


def _read_log(text: str) -> list[LogRun]:
    """A log is appended to: a disk that is found again begins another run, and the one before keeps what it did."""
    runs: dict[str, LogRun] = {}
    former: list[LogRun] = []
    version, current, session, has_worked = "", None, 0, False
    for line in text.splitlines():
        match = LINE.match(line)
        if match is None:
            _read_tables(line, runs)
            continue
        said = match[2]
        if not version and (named := VERSION.search(said)):
            version = named[1]
        is_found = FOUND.search(said) is not None
        if BEGINS.fullmatch(said) or (is_found and has_worked):
            session, has_worked = session + 1, False
        has_worked = has_worked or METHOD.search(said) is not None
        named = DISK.search(said)
        if named is not None and (is_found or named[1] in runs):
            if is_found and named[1] in runs:
                former.append(runs.pop(named[1]))
            current = runs.setdefault(named[1], LogRun(named[1], session=session))
        elif named is not None:
            continue
        if current is not None:
            _read_line(current, datetime.fromisoformat(match[1].replace("/", "-")), said)
    seen = [*former, *runs.values()]
    found = _last_of_each(_worked_on(seen, version))
    if not found:
        raise NotNwipe("no disk")
    spaces = spaces_of(seen)
    return [together(spaces[number]) if (number := same_serial(run.serial)) in spaces else run for run in found]


def _last_of_each(runs: Iterable[LogRun]) -> list[LogRun]:
    """The last run of each disk, by its number: what an earlier one did to it counts no more.

    Two disks without number are plugged in the same place one after the other: each of their runs is kept, by its rank.
    """
    kept: dict[str, LogRun] = {}
    ranks: Counter[str] = Counter()
    for run in runs:
        if not same_serial(run.serial):
            ranks[run.disk] += 1
            run.rank = ranks[run.disk]
        name = same_serial(run.serial) or f"/dev/{run.name}"
        kept.pop(name, None)
        kept[name] = run
    return list(kept.values())


def spaces_of(runs: Sequence[LogRun]) -> dict[str, list[LogRun]]:
    """The numbers that one session found at several paths, each with the last run of every such path.

    Namespaces of an NVMe drive print the same number; so do the two bays of a dock. A path that was found and never
    worked on is one of them.
    """
    at: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for run in runs:
        if number := same_serial(run.serial):
            at[number, run.session].add(run.disk)
    several: defaultdict[str, set[str]] = defaultdict(set)
    for (number, _), paths in at.items():
        if len(paths) > 1:
            several[number] |= paths
    found = {}
    for number, paths in several.items():
        its = [run for run in runs if run.disk in paths and same_serial(run.serial) == number]
        last = {run.disk: run for run in its} | {run.disk: run for run in its if run.was_worked_on}
        found[number] = list(last.values())
    return found


def together(spaces: Sequence[LogRun]) -> LogRun:
    """One run of all the spaces that bear a number: what is true of each, and their sums. What one hides, all hide."""
    said = next((one for one in spaces if one.was_worked_on), spaces[0])
    sizes, written = [one.size for one in spaces], [one.bytes_erased for one in spaces]
    hidden = [one.hidden for one in spaces]
    results = [one.result for one in spaces]
    return replace(
        said,
        disk=", ".join(one.disk for one in spaces),
        version=next((one.version for one in spaces if one.version), ""),
        size=None if None in sizes else sum(filter(None, sizes)),
        written=[] if None in written else [sum(filter(None, written))],
        started_at=min((one.started_at for one in spaces if one.started_at), default=None),
        last_at=max((one.last_at for one in spaces if one.last_at), default=None),
        ended=all(one.ended for one in spaces),
        passes_asked=max(one.passes_asked for one in spaces),
        done=set.intersection(*(one.done for one in spaces)),
        verified=set.intersection(*(one.verified for one in spaces)),
        verified_empty=all(one.verified_empty for one in spaces),
        pass_errors=sum(one.pass_errors for one in spaces),
        verification_errors=sum(one.verification_errors for one in spaces),
        hidden=True if True in hidden else None if None in hidden else False,
        result=next((one for one in results if one != "ERASED"), "ERASED"),
        claimed_duration=None,
        spaces=tuple(spaces),
    )


def _worked_on(runs: Iterable[LogRun], version: str) -> Iterator[LogRun]:
    """The disks that nwipe worked on: those it only found are left out."""
    for run in runs:
        if run.was_worked_on:
            if len(run.serial) > LONGEST_SERIAL or len(version) > LONGEST_VERSION or len(run.method) > LONGEST_METHOD:
                raise NotNwipe("too long")
            if not _is_possible(run):
                raise NotNwipe("impossible")
            run.version = version
            yield run


def _is_possible(run: LogRun) -> bool:
    printed = [instant for instant in (run.started_at, run.last_at) if instant is not None]
    return (
        max([run.size or 0, *run.written]) <= MOST_BYTES
        and max(run.passes_asked, len(run.done)) <= MOST_PASSES
        and max(run.pass_errors, run.verification_errors) <= MOST_ERRORS
        and (run.claimed_duration or timedelta(0)) <= LONGEST_RUN
        and all(instant.year >= FIRST_YEAR for instant in printed)
    )


def _read_line(run: LogRun, at: datetime, said: str) -> None:
    if match := FOUND.search(said):
        run.bus, run.model = match[2].upper(), match[3].strip()
        run.serial = "" if HIDDEN_SERIAL.fullmatch(match[4]) else match[4]
    elif match := METHOD.search(said):
        _begin(run, match[1], at)
    elif match := PASS.search(said):
        run.started_at = run.started_at or at
        run.passes_asked = int(match[2]) * int(match[4])
    elif match := WRITTEN.search(said):
        run.written.append(int(match[1]))
    elif match := PASS_DONE.search(said):
        run.done.add((int(match[1]), int(match[2])))
        if PASS_VERIFIED.search(said):
            run.verified.add((int(match[1]), int(match[2])))
    elif "Verified that" in said and "SUCCESS" in said:
        run.verified_empty = True
    elif "hidden" in said.lower():
        _read_hidden(run, said.lower())
    elif match := next((one for size in SIZES if (one := size.search(said))), None):
        run.size = int(match[1])
    run.ended = run.ended or "Finished final round" in said
    if run.started_at is not None and DISK.search(said):
        run.last_at = at


def _begin(run: LogRun, method: str, at: datetime) -> None:
    """What an earlier run did to the disk does not count in this one."""
    run.method, run.started_at, run.ended, run.verified_empty, run.result = method, at, False, False, ""
    run.written, run.done, run.verified = [], set(), set()


def _read_hidden(run: LogRun, said: str) -> None:
    """Found once is found, whatever a later line says."""
    if "detected" in said and "no hidden" not in said:
        run.hidden = True
    elif "no hidden" in said and run.hidden is None:
        run.hidden = False


def _read_tables(line: str, runs: dict[str, LogRun]) -> None:
    """The two tables at the end: errors by disk, then what became of each."""
    if (match := ERRORS.match(line)) and match[1] in runs:
        run = runs[match[1]]
        run.pass_errors, run.verification_errors = int(match[2]) + int(match[4] or 0), int(match[3])
    elif (match := STATUS.match(line)) and match[1] in runs:
        run = runs[match[1]]
        run.result = match[2].strip("-").upper()
        run.claimed_duration = timedelta(hours=int(match[3]), minutes=int(match[4]), seconds=int(match[5]))
