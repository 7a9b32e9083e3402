"""Read the text of the PDF certificate of nwipe as one run, as from its log: what is not said stays empty. Pure.

It proves nothing that a log would not: the status that it prints is not believed, the figures are judged elsewhere.
Source of the format: certificates written by nwipe 0.35 to 0.38 (ShredOS).
"""

import re
from datetime import datetime, timedelta

from refurb.readers.facts import words
from refurb.readers.nwipe import (
    FIRST_YEAR,
    HIDDEN_SERIAL,
    LONGEST_METHOD,
    LONGEST_SERIAL,
    LONGEST_VERSION,
    LogRun,
    NotNwipe,
)

VERSION = re.compile(r"NWIPE version (\d[\w.]*)", re.IGNORECASE)
DISK = re.compile(r"Make/Model: *(.*?) *Serial: *(.*)")
SIZES = (re.compile(r"Size\(Real\):.*?(\d+) bytes"), re.compile(r"Size\(Apparent\):.*?(\d+) bytes"))
BUS = re.compile(r"Bus: *([\w-]+)")
TIMES = re.compile(r"Start time: *(\S+ \S+) +End time: *(\S+ \S+)")
STATUS = re.compile(r"Duration: *(\d+):(\d{2}):(\d{2}) +Status: *([A-Za-z]+)")
METHOD = re.compile(r"Method: *(.*?) *(?:PRNG algorithm:|$)")
VERIFIED = re.compile(r"Verify Pass\(Last/All/None\): *(.*)")
ERASED = re.compile(r"\*?Bytes Erased: *(\d+)")
ROUNDS = re.compile(r"Rounds\(completed/requested\): *(\d+) */ *(\d+)")
HIDDEN = re.compile(r"HPA/DCO: *(.*?) *(?:HPA/DCO Size:|$)")
ERRORS = re.compile(r"Errors\(pass/sync/verify\): *(\d+) */ *(\d+) */ *(\d+)")
MOST_ROUNDS = 99
ONE_PASS = re.compile(r"zero|ones|prng stream|baseline|secure erase|sanitize|crypto", re.IGNORECASE)
"""The methods of nwipe that write once: a certificate counts rounds, and one round of another is several passes."""
ERASED_STATUS = "ERASED"


def read_certificate(text: str) -> LogRun:
    """The run of which a certificate tells. Raises NotNwipe."""
    lines = [words(line, 400) for line in text[:200_000].splitlines()]
    disk, times = _first(DISK, lines), _first(TIMES, lines)
    if disk is None or times is None or _first(VERSION, lines) is None:
        raise NotNwipe("no certificate")
    run = LogRun(disk="", model=disk[1], serial="" if _is_hidden(disk[2]) else disk[2])
    version, method = _first(VERSION, lines), _first(METHOD, lines)
    run.version, run.method = version[1] if version else "", method[1] if method else ""
    if len(run.serial) > LONGEST_SERIAL or len(run.version) > LONGEST_VERSION or len(run.method) > LONGEST_METHOD:
        raise NotNwipe("too long")
    run.bus = bus[1].upper() if (bus := _first(BUS, lines)) else ""
    run.size = next((int(said[1][:18]) for size in SIZES if (said := _first(size, lines))), None)
    run.written = [int(said[1][:18])] if (said := _first(ERASED, lines)) else []
    run.started_at, run.last_at = _instant(times[1]), _instant(times[2])
    _read_result(run, lines)
    return run


def _read_result(run: LogRun, lines: list[str]) -> None:
    if said := _first(STATUS, lines):
        run.claimed_duration = timedelta(hours=min(int(said[1][:6]), 9999), minutes=int(said[2]), seconds=int(said[3]))
        run.result = said[4].upper()
    if said := _first(ERRORS, lines):
        passes, sync, verify = (min(int(one[:9]), 10**9) for one in said.groups())
        run.pass_errors, run.verification_errors = passes + sync, verify
    if said := _first(HIDDEN, lines):
        told = said[1].lower()
        run.hidden = False if "no hidden" in told else True if "hidden" in told else None
    rounds = _first(ROUNDS, lines)
    if rounds is None:
        return
    done, asked = (min(int(one[:4]), MOST_ROUNDS) for one in rounds.groups())
    run.passes_asked = asked
    run.done = {(1, rank) for rank in range(1, done + 1)}
    run.ended = 0 < asked <= done and run.result == ERASED_STATUS
    verified = said[1].lower() if (said := _first(VERIFIED, lines)) else ""
    if run.ended and ("last" in verified or "all" in verified):
        run.verified = {max(run.done)}


def asks_several_passes(run: LogRun) -> bool:
    """Whether a certificate, which counts rounds only, is of more than one pass, or may be by its method."""
    return run.passes_asked > 1 or not ONE_PASS.search(run.method)


def _is_hidden(serial: str) -> bool:
    return bool(HIDDEN_SERIAL.fullmatch(serial)) or serial.casefold() == "unknown"


def _first(pattern: re.Pattern[str], lines: list[str]) -> re.Match[str] | None:
    return next((said for line in lines if (said := pattern.search(line))), None)


def _instant(said: str) -> datetime | None:
    try:
        printed = datetime.strptime(said, "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007  as printed, without a zone
    except ValueError:
        return None
    return printed if printed.year >= FIRST_YEAR else None
