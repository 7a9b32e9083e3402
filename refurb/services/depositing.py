"""Deposit what a tool wrote of a machine: kept with its hash, read at once, then it waits to be sorted."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from documents.enums import ContentType
from documents.exceptions import FileRefused
from documents.locks import hold
from documents.readers.apart import NotRead, read_apart
from documents.readers.signature import clean_name
from documents.readers.text import READER
from documents.services.files import check_file, forget_file, store_file
from lifecycle.actors import Actor
from refurb.enums.hardware import DismissalReason, FileKind, Unreadable
from refurb.models.deposit_token import DepositToken
from refurb.models.erasure import Erasure
from refurb.models.hardware import DepositedFile, FileDismissal
from refurb.permissions import can_work_on_device
from refurb.readers.facts import HardwareFacts, NotHardware
from refurb.readers.files import PDF, minimised, read_certificate_text, read_hardware
from refurb.sorting import points_at
from refurb.unsorted import failed_drives, shown_drives

ACCEPTED = (ContentType.TEXT, ContentType.PDF)
MOST_FILES = 50
"""How many files one deposit holds, and how many one page sorts."""
LONGEST_STEM = 100
"""Of the name under which the hash of a PDF that is not read is kept."""


@dataclass
class Deposit:
    """What became of the files of one deposit: those that wait now, and ``(name, why)`` of those refused."""

    kept: list[DepositedFile] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """What was read of one content, before any row is written."""

    facts: HardwareFacts | None = None
    problem: Unreadable | None = None
    text: str = ""


def deposit_files(*, actor: Actor, files: Iterable[tuple[str, bytes]], at: datetime | None = None) -> Deposit:
    """Keep and read files, ``(name, content)``, for the actor's workshop; one that is refused keeps no other back.

    Raises PermissionDenied.
    """
    return _all(_Depositor(workshop_of(actor), actor), files, at)


def deposit_by_key(*, token: DepositToken, files: Iterable[tuple[str, bytes]], at: datetime | None = None) -> Deposit:
    """The same for the workshop of a token, by the boot key that bears it; the token must still open."""
    return _all(_Depositor(token.workshop_id, token=token), files, at)


@dataclass(frozen=True)
class _Depositor:
    """Who deposits, and for which workshop: a person, or a boot key by its token."""

    workshop: int
    actor: Actor | None = None
    token: DepositToken | None = None


def _all(by: _Depositor, files: Iterable[tuple[str, bytes]], at: datetime | None) -> Deposit:
    deposit = Deposit()
    for name, content in files:
        try:
            deposit.kept.append(_deposit(by, name, content, at))
        except FileRefused as refused:
            deposit.refused.append((clean_name(name), refused.messages[0]))
    return deposit


def workshop_of(actor: Actor) -> int:
    """The workshop for which one deposits. Raises PermissionDenied for whoever works in none."""
    if can_work_on_device(actor) is None or actor.organisation_id is None:
        raise PermissionDenied
    return actor.organisation_id


def read_content(content: bytes) -> Reading:
    """What a content says of a machine. A PDF is read in a process of its own: never called while a row is locked."""
    text = ""
    try:
        if not content.startswith(PDF):
            return Reading(facts=read_hardware(content))
        text = str(read_apart(READER, content).get("text", ""))
        return Reading(facts=read_certificate_text(text), text=text)
    except NotRead:
        return Reading(problem=Unreadable.NO_TEXT)
    except NotHardware as error:
        return Reading(problem=error.reason)


def _deposit(by: _Depositor, name: str, content: bytes, at: datetime | None) -> DepositedFile:
    check_file(content=content, name=name, accept=ACCEPTED)
    reading = read_content(content)
    if content.startswith(PDF) and reading.facts is None:
        content, name = minimised(content, is_read=False), f"{PurePath(clean_name(name)).stem[:LONGEST_STEM]}.txt"
    elif not content.startswith(PDF):
        content = minimised(content, is_read=reading.facts is not None)
    with transaction.atomic():
        sha256 = hashlib.sha256(content).hexdigest()
        hold(f"refurb.waiting:{by.workshop}:{sha256}")
        waiting = DepositedFile.objects.waiting().filter(workshop=by.workshop, file__sha256=sha256).first()
        if waiting is not None:
            raise FileRefused("Ce fichier attend déjà d’être trié.", code="file_waiting")
        stored = store_file(content=content, name=name, by=by.actor, at=at, accept=ACCEPTED)
        return DepositedFile.objects.create(
            workshop_id=by.workshop,
            file=stored,
            kind=reading.facts.kind if reading.facts else FileKind.UNREAD,
            problem=reading.problem or "",
            facts=reading.facts.as_json() if reading.facts else {},
            text=reading.text,
            **_asked(stored.name, reading.facts),
            deposited_at=at or timezone.now(),
            deposited_by_id=by.actor.pk if by.actor else None,
            token=by.token,
        )


def _asked(name: str, facts: HardwareFacts | None) -> dict[str, list[str]]:
    """What the database asks of a file that waits: what it points at, the drives it shows, those it says not erased."""
    if facts is None:
        return {}
    return {
        "points_at": points_at(name, facts),
        "shows": [drive.key for drive in shown_drives(facts.kind, facts)],
        "failed": failed_drives(facts),
    }


@transaction.atomic
def set_aside(*, actor: Actor, deposits: Iterable[DepositedFile], reason: str, at: datetime | None = None) -> int:
    """Take files out of what waits to be sorted, with why; how many. What they held is forgotten, their hash stays.

    A report that an erasure cites is kept for it. Raises PermissionDenied, ValueError.
    """
    workshop = workshop_of(actor)
    wanted = [one.pk for one in deposits]
    rows = list(DepositedFile.objects.waiting().filter(workshop=workshop, pk__in=wanted).select_related("file"))
    FileDismissal.objects.bulk_create(
        FileDismissal(
            deposit=one,
            reason=DismissalReason(reason),
            set_aside_at=at or timezone.now(),
            set_aside_by_id=actor.pk,  # type: ignore[misc]  # who works in a workshop is a person
        )
        for one in rows
    )
    files = [one.file_id for one in rows]
    cited = set(Erasure.objects.filter(report__in=files).values_list("report", flat=True))
    for one in rows:
        if one.file_id not in cited:
            forget_file(file=one.file, at=at)
    return len(rows)
