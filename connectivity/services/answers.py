"""What operators answer, by whatever way it comes: a screen, a signed link, a file. One way in, the same result."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from connectivity.enums import ConnectionState, OperatorAnswer
from connectivity.models import ConnectionFile, Transmission
from connectivity.readers.answers import AnswerLine
from connectivity.services.connections import (
    accept_connection,
    activate_connection,
    end_connection,
    refuse_connection,
    report_problem_connection,
    schedule_connection,
)
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import verbs_of

SERVICES: dict[str, Callable[..., ConnectionFile]] = {
    OperatorAnswer.ACCEPT: accept_connection,
    OperatorAnswer.SCHEDULE: schedule_connection,
    OperatorAnswer.ACTIVATE: activate_connection,
    OperatorAnswer.REPORT_PROBLEM: report_problem_connection,
    OperatorAnswer.REFUSE: refuse_connection,
    OperatorAnswer.END: end_connection,
}
REACHED: dict[str, ConnectionState] = {
    OperatorAnswer.ACCEPT: ConnectionState.ACCEPTED,
    OperatorAnswer.SCHEDULE: ConnectionState.SCHEDULED,
    OperatorAnswer.ACTIVATE: ConnectionState.ACTIVE,
    OperatorAnswer.REPORT_PROBLEM: ConnectionState.PROBLEM,
    OperatorAnswer.REFUSE: ConnectionState.REFUSED,
    OperatorAnswer.END: ConnectionState.ENDED,
}
"""Where each answer leads: a file already there, with the same values, was answered by the same line before."""
TURN = (
    OperatorAnswer.ACCEPT,
    OperatorAnswer.SCHEDULE,
    OperatorAnswer.ACTIVATE,
    OperatorAnswer.END,
    OperatorAnswer.REPORT_PROBLEM,
    OperatorAnswer.REFUSE,
)
"""In which order the lines about one request are done, whatever theirs in the file."""
LINE_WORKS, ON_ITS_WAY = (OperatorAnswer.ACTIVATE, OperatorAnswer.END), (OperatorAnswer.ACCEPT, OperatorAnswer.SCHEDULE)
COLUMN = {"reason": "end_reason", "note": "operator_note"}
NOT_YOURS = "Aucune demande de cette référence ne vous attend."
ALREADY = "Déjà enregistré."
MOVED = "Le foyer a déménagé depuis\u00a0: confirmez ce jour sur la page de la demande, ou donnez-en un autre."
DONE = "Enregistré."
TWO_WORDS = "La ligne {} dit autre chose de la même demande\u00a0: gardez une seule des deux."
TO_BE_DONE = "Sera enregistré."


@dataclass(frozen=True)
class AnsweredLine:
    """What became of one line: done or not, and the sentence that says it."""

    line: AnswerLine
    done: bool
    sentence: str


@gate.one_transaction
def answer_connection(
    *,
    actor: Actor,
    connection: ConnectionFile,
    answer: str,
    at: datetime | None = None,
    comment: str = "",
    **values: Any,
) -> ConnectionFile:
    """Do what an operator answers (``OperatorAnswer``) with the values of that verb.

    Raises KeyError for an unknown answer, else Unknown, PermissionDenied, Refused, ValidationError.
    """
    return SERVICES[answer](actor=actor, connection=connection, at=at, comment=comment, **values)


def import_answers(*, actor: Actor, lines: Iterable[AnswerLine], at: datetime | None = None) -> list[AnsweredLine]:
    """Do each line of a file, each in a transaction of its own: a wrong line holds nothing back, and is told why.

    The order of the lines changes nothing: those about one request are done as its life goes. Run again on the same
    file, it changes nothing either.
    """
    wanted = list(lines)
    told = _contradictions(wanted)
    seen = ConnectionFile.objects.visible_to(actor).filter(reference__in={line.reference for line in wanted})
    files = {row.reference: row for row in seen}
    done = {
        id(line): _import(actor, replace(line, fault=told.get(id(line), line.fault)), files.get(line.reference), at)
        for line in sorted(wanted, key=_turn)
    }
    return [replace(done[id(line)], line=line) for line in wanted]


def _turn(line: AnswerLine) -> int:
    return TURN.index(OperatorAnswer(line.answer)) if line.answer else len(TURN)


def _contradictions(lines: list[AnswerLine]) -> dict[int, str]:
    """``{line: sentence}`` of those that say of one request something else than another line does."""
    first: dict[tuple[str, str], list[AnswerLine]] = defaultdict(list)
    for line in lines:
        if not line.fault:
            first[line.reference, line.answer].append(line)
    found: dict[int, str] = {}
    for same in first.values():
        for line in same:
            other = next((one for one in same if one.values != line.values), None)
            if other is not None:
                found[id(line)] = TWO_WORDS.format(other.number)
    return found | _both_ways(lines)


def _both_ways(lines: list[AnswerLine]) -> dict[int, str]:
    """``{line: sentence}`` of those that say yes and no to one request: what is refused is refused instead of a line.

    A request that was accepted, or planned, is refused after a problem alone.
    """
    about: dict[str, list[AnswerLine]] = defaultdict(list)
    for line in lines:
        if not line.fault:
            about[line.reference].append(line)
    found: dict[int, str] = {}
    for same in about.values():
        had_problem = any(line.answer == OperatorAnswer.REPORT_PROBLEM for line in same)
        yes = [line for line in same if line.answer in (LINE_WORKS if had_problem else (*LINE_WORKS, *ON_ITS_WAY))]
        no = [line for line in same if line.answer == OperatorAnswer.REFUSE]
        if yes and no:
            found |= {id(line): TWO_WORDS.format(no[0].number) for line in yes}
            found |= {id(line): TWO_WORDS.format(yes[0].number) for line in no}
    return found


def preview_answers(*, actor: Actor, lines: Iterable[AnswerLine], at: datetime | None = None) -> list[AnsweredLine]:
    """What ``import_answers`` would do with these lines: done, told, and taken back, one request after the other."""
    wanted = list(lines)
    found: dict[int, AnsweredLine] = {}
    for reference in dict.fromkeys(line.reference for line in wanted):
        with transaction.atomic():
            about = [line for line in wanted if line.reference == reference]
            found |= {result.line.number: result for result in import_answers(actor=actor, lines=about, at=at)}
            transaction.set_rollback(True)
    results = [found[line.number] for line in wanted]
    return [replace(result, sentence=TO_BE_DONE) if result.sentence == DONE else result for result in results]


def _import(actor: Actor, line: AnswerLine, connection: ConnectionFile | None, at: datetime | None) -> AnsweredLine:
    if line.fault:
        return AnsweredLine(line, False, line.fault)
    if connection is None:
        return AnsweredLine(line, False, NOT_YOURS)
    current = ConnectionFile.objects.get(pk=connection.pk)
    if _is_done(current, line.answer, line.values):
        if line.answer == OperatorAnswer.SCHEDULE and current.is_visit_to_confirm():
            return AnsweredLine(line, False, MOVED)
        return AnsweredLine(line, True, ALREADY)
    try:
        answer_connection(
            actor=actor, connection=current, answer=line.answer, at=at, comment=line.comment, **line.values
        )
    except Refused as refused:
        return AnsweredLine(line, False, str(refused))
    except (Unknown, PermissionDenied):
        return AnsweredLine(line, False, NOT_YOURS)
    except ValidationError as error:
        return AnsweredLine(line, False, " ".join(error.messages))
    return AnsweredLine(line, True, DONE)


def _is_done(connection: ConnectionFile, answer: str, values: Mapping[str, object]) -> bool:
    """Whether the file is where the answer leads, as it says, or went there and further since it was sent."""
    given = {name: value for name, value in values.items() if value is not None}
    if connection.state == REACHED[answer]:
        return all(getattr(connection, COLUMN.get(name, name)) == value for name, value in given.items())
    return connection.state not in verbs_of(ConnectionFile)[answer].sources and _went_there(connection, answer, given)


def _went_there(connection: ConnectionFile, answer: str, given: Mapping[str, object]) -> bool:
    sent = connection.journal.filter(verb="send").order_by("-seq").values_list("seq", flat=True).first() or 0
    for entry in connection.journal.filter(verb=answer, seq__gt=sent):
        if all(_same(connection, entry.values, name, value) for name, value in given.items()):
            return True
    return False


def _same(connection: ConnectionFile, kept: Mapping[str, Any], name: str, value: object) -> bool:
    """What the journal kept of it; of words, which it never keeps, what the file still says, or nothing to say."""
    if name not in kept:
        return getattr(connection, COLUMN.get(name, name)) in ("", None, value)
    if isinstance(value, Decimal):
        return Decimal(str(kept[name])) == value
    return str(kept[name]) == str(value)


def queue_rows(*, actor: Actor) -> list[list[object]]:
    """The queue of an operator as rows of a file, header first: what it was told, then the columns to fill in."""
    files = list(ConnectionFile.objects.to_answer(actor))
    told: dict[int, Transmission] = {}
    for one in (
        Transmission.objects.visible_to(actor).filter(file__in=[row.pk for row in files]).order_by("sent_at", "pk")
    ):
        told[one.file_id] = one
    header: list[object] = [
        "reference", "etat", "transmis_le", "corrige_le", "offre", "nom", "prenom", "telephone", "courriel", "adresse",
        "code_postal", "commune", "a_joindre", "reponse", "date", "moment", "reference_operateur", "motif", "prix",
        "fin_du_droit", "commentaire",
    ]  # fmt: skip
    return [header, *(_queue_row(row, told.get(row.pk), len(header)) for row in files)]


def _queue_row(row: ConnectionFile, told: Transmission | None, width: int) -> list[object]:
    known: list[object] = [row.reference, row.get_state_display()]
    if told is not None:
        corrected = row.sent_at is not None and told.sent_at > row.sent_at
        known += [
            _written(row.sent_at), _written(told.sent_at) if corrected else "", told.offer_name, told.last_name,
            told.first_name, told.phone, told.email, told.address, told.postcode, told.city, told.contact,
        ]  # fmt: skip
    return known + [""] * (width - len(known))


def _written(instant: datetime | None) -> str:
    return "" if instant is None else f"{timezone.localdate(instant):%d/%m/%Y}"
