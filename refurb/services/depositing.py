"""Deposit what a tool wrote of a machine: kept with its hash, read at once, then it waits to be sorted."""

import hashlib
from collections.abc import Iterable, Sequence
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
from donations.serials import same_serial
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from refurb import emails
from refurb.enums.hardware import DismissalReason, FileKind, Unreadable
from refurb.models.deposit_token import DepositToken
from refurb.models.device import Device
from refurb.models.erasure import Erasure
from refurb.models.hardware import DepositedFile, FileDismissal, FilePointer
from refurb.permissions import can_manage_device, can_work_on_device
from refurb.readers.facts import HardwareFacts, NotHardware
from refurb.readers.files import PDF, minimised, read_certificate_text, read_hardware
from refurb.sorting import points_at
from refurb.unsorted import failed_drives, held_back_by, shown_drives, unsorted_along

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
def set_aside(
    *, actor: Actor, deposits: Iterable[DepositedFile], reason: str, words: str = "", at: datetime | None = None
) -> int:
    """Take files out of what waits to be sorted, with why; how many. What they held is forgotten, their hash stays.

    One that holds a device back, or goes with one that does, is set aside by the manager, with words, and kept; the
    point that has the device is told. A report that an erasure cites is kept for it too. Raises PermissionDenied,
    Refused, ValueError.
    """
    workshop, stamp, why = workshop_of(actor), at or timezone.now(), DismissalReason(reason)
    wanted = [one.pk for one in deposits]
    rows = list(DepositedFile.objects.waiting().filter(workshop=workshop, pk__in=wanted).select_related("file"))
    held = held_back_by(workshop, rows)
    if refused := {
        one.pk: reasons for one in rows if (reasons := _may_not(actor, one, held.get(one.pk, []), why, words))
    }:
        raise Refused(refused)
    FilePointer.objects.bulk_create(
        (
            FilePointer(deposit_id=pk, device=device, held_back=True, recorded_at=stamp)
            for pk, devices in held.items()
            for device in devices
        ),
        ignore_conflicts=True,
    )
    FileDismissal.objects.bulk_create(
        FileDismissal(
            deposit=one,
            reason=why,
            words=words.strip() if one.pk in held else "",
            set_aside_at=stamp,
            set_aside_by_id=actor.pk,  # type: ignore[misc]  # who works in a workshop is a person
        )
        for one in rows
    )
    let_go = {device.pk: device for devices in held.values() for device in devices}
    emails.file_set_aside_for_points(let_go.values(), unsorted_along(let_go), stamp)
    files = [one.file_id for one in rows]
    cited = set(Erasure.objects.filter(report__in=files).values_list("report", flat=True))
    for one in rows:
        if one.file_id not in cited and one.pk not in held:
            forget_file(file=one.file, at=at)
    return len(rows)


def _may_not(
    actor: Actor, one: DepositedFile, held: Sequence[Device], why: DismissalReason, words: str
) -> tuple[Reason, ...]:
    """Why a file that holds these devices back is not set aside so."""
    if not held:
        return ()
    named = ", ".join(device.tag for device in held)
    refused = []
    if can_manage_device(actor) is None:
        refused.append(
            Reason(
                "manager_sets_aside",
                f"{one.file.called} retient {named}\u00a0: il montre un disque que rien ne prouve, ou va avec un"
                " fichier qui en montre un. Triez\u00a0; l’écarter revient au responsable de l’atelier, qui dit"
                " pourquoi.",
                "le responsable de l’atelier",
            )
        )
    elif not words.strip():
        refused.append(
            Reason(
                "words",
                f"{one.file.called} retient {named}\u00a0: écrivez pourquoi vous l’écartez. Il est gardé, et cela se"
                " lit sur la page de l’appareil.",
                field="words",
            )
        )
    numbers = {device.serial_key for device in held} - {""}
    if why == DismissalReason.OTHER_WORKSHOP and same_serial(one.hardware_facts.serial) in numbers:
        refused.append(
            Reason(
                "of_this_machine",
                f"{one.file.called} porte le numéro de série de {named}\u00a0: c’est bien une machine de cet atelier.",
                field="reason",
            )
        )
    return tuple(refused)
