"""What follows in the roll-out of an EPCI: a convention that is written, comes into force or ends, a merger."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from operator import itemgetter

from django.db.models import QuerySet

from conventions.enums import ALIVE
from conventions.followers import conventions_of
from conventions.machine.rollout import BEFORE
from conventions.models import Convention
from conventions.permissions import sees_conventions
from conventions.rollouts_told import CONVENTIONS
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.locking import lock
from lifecycle.registry import Move, Panel, on_transition, panel
from network.enums import RolloutState, RolloutStep
from network.followers import mergers
from network.mergers import Moving, moves
from network.models import Epci, Rollout
from network.models.rollout import ADVANCING
from network.rollouts_told import tells
from typography.french import Noun

S = RolloutState
MET = (RolloutStep.GATHER, RolloutStep.CONVENTION)
"""The next steps that a convention shows to be done."""
ROLLOUT = Noun("déploiement", "déploiements")


def follow_submitted(move: Move) -> None:
    """Its three parties read the text: whoever was to bring them together, or to prepare it, has done so.

    A test is not the convention that is to be prepared after another test.
    """
    lasting = _lasting(move)
    for epci, own in _by_epci(move):
        _fulfil(epci, own, ADVANCING if epci in lasting else BEFORE)


def follow_in_force(move: Move) -> None:
    """A convention holds from here on; an amendment says nothing of it.

    A test shows that the parties were brought together; the convention to prepare may be the one that follows it.
    """
    lasting = _lasting(move)
    for epci, own in _by_epci(move):
        if epci in lasting:
            _fulfil(epci, own, ADVANCING)
        else:
            _fulfil(epci, own, BEFORE, (RolloutStep.GATHER,))
        _advance(epci, own)


def follow_ended(move: Move) -> None:
    """Where no other convention holds, its parties are to be brought together again; a test that is over was made.

    The roll-outs are held before: of two last conventions that end at once, one sees that the other did.
    """
    ended = _by_epci(move)
    lock(
        Rollout,
        Rollout.objects.filter(epci__in=[epci for epci, _ in ended]).values_list("pk", flat=True),
        "FOR NO KEY UPDATE",
    )
    for epci, own in ended:
        if not _in_force(epci):
            _move("lapse", Rollout.objects.filter(epci=epci, state__in=(S.AGREED, S.CRUISING)), own)
        _advance(epci, own)


def _by_epci(move: Move) -> list[tuple[int, Move]]:
    """The EPCI of the conventions that moved, amendments apart, in order, each with what moved the first of its own."""
    entries = {row.pk: row for row in move.rows}
    first: dict[int, Move] = {}
    for convention in conventions_of(move):
        if not convention.is_amendment:
            first.setdefault(convention.epci_id, replace(move, rows=[entries[convention.pk]]))
    return sorted(first.items(), key=itemgetter(0))


def _lasting(move: Move) -> set[int]:
    """The EPCI of the conventions that moved, tests and amendments apart."""
    return {row.epci_id for row in conventions_of(move) if not row.is_test and not row.is_amendment}


def follow_merged(move: Move) -> None:
    """What the EPCI was on ends with it; its successor is engaged, and holds what it took over."""
    for merger in mergers(move):
        followed = Rollout.objects.filter(epci=merger.epci, state__in=ADVANCING)
        is_engaged = followed.exists()
        _move("merge", followed, move)
        if is_engaged:
            _enter(merger.successor_id, move)
        _advance(merger.successor_id, move)


def _advance(epci: int, move: Move) -> None:
    """Bring an EPCI where its conventions in force put it; suspended ones count."""
    alive = Convention.objects.originals().filter(epci=epci, state__in=ALIVE)
    tests = list(alive.values_list("is_test", flat=True))
    if not tests:
        return
    _enter(epci, move)
    verb, states = ("try_out", BEFORE) if all(tests) else ("agree", (*BEFORE, S.TRIED))
    _move(verb, Rollout.objects.filter(epci=epci, state__in=states), move)


def _in_force(epci: int) -> bool:
    """Whether a convention that is no test holds still."""
    return Convention.objects.originals().filter(epci=epci, state__in=ALIVE, is_test=False).exists()


def _enter(epci: int, move: Move) -> None:
    """Engage it, unless it is: somebody who does at the same instant is before us, and nothing is lost."""
    if not Rollout.objects.filter(epci=epci).exists():
        with suppress(Refused):
            gate.create(Rollout(epci_id=epci), "enter", actor=move.actor, at=move.at, cause=move)


def _fulfil(epci: int, move: Move, states: Iterable[str], met: Iterable[str] = MET) -> None:
    """Empty the next step that this shows to be done; any other stays."""
    rows = Rollout.objects.filter(epci=epci, state__in=states, next_step__in=met)
    lock(Rollout, rows.values_list("pk", flat=True), "FOR NO KEY UPDATE")
    _move("fulfil", rows, move)


def _move(verb: str, rows: QuerySet[Rollout], move: Move) -> None:
    for row in rows:
        gate.apply(row, verb, actor=move.actor, at=move.at, cause=move)


def moving_rollouts(epci: Epci, at: datetime) -> Iterator[Moving]:
    """What the merger of an EPCI moves here, before it is established."""
    rows = Rollout.objects.filter(epci=epci, state__in=ADVANCING)
    yield Moving(ROLLOUT, rows.count(), "qui continue avec l’EPCI qui succède")


def conventions_panel(rollout: Rollout, actor: Actor) -> Panel | None:
    """The conventions of the EPCI that one may read, the last first; nothing for who reads none."""
    if sees_conventions(actor) is None:
        return None
    rows = Convention.objects.visible_to(actor).originals().filter(epci=rollout.epci_id)
    seen = rows.select_related("workshop", "distributor").order_by("-pk")
    return {"title": "Ses conventions", "template": "conventions/_of_epci.html", "context": {"conventions": seen}}


def register() -> None:
    """What a merger moves, and what the page of a roll-out tells of conventions."""
    moves(moving_rollouts)
    tells(CONVENTIONS)
    panel("network.Rollout", conventions_panel)


def register_followers() -> None:
    """After whatever else follows a convention in any app: a roll-out is the last in the order of locks."""
    on_transition("convention", "submit", follow_submitted)
    on_transition("convention", "activate", follow_in_force)
    on_transition("convention", "terminate", follow_ended)
    on_transition("convention", "expire", follow_ended)
    on_transition("merger", "declare", follow_merged)
