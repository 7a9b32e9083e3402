"""What follows in the roll-out of an EPCI: a convention that comes into force or ends, a merger."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from operator import itemgetter

from django.db.models import QuerySet

from conventions.enums import ALIVE, ON_THE_WAY, ConventionState
from conventions.followers import conventions_of
from conventions.machine.rollout import BEFORE
from conventions.models import Convention
from conventions.permissions import sees_conventions
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.locking import lock
from lifecycle.registry import Move, Panel, on_transition, panel
from network.enums import RolloutState
from network.followers import mergers
from network.mergers import Moving, moves
from network.models import Epci, Rollout
from network.models.rollout import ADVANCING
from network.rollouts_told import tells
from typography.french import Noun, day

S = RolloutState
C = ConventionState
SUSPENDED = (
    "La convention est suspendue\u00a0: rien n’y est affecté avant sa reprise, par le responsable de l’EPCI ou le"
    " pilote"
)
ROLLOUT = Noun("déploiement", "déploiements")


def follow_in_force(move: Move) -> None:
    """A convention holds from here on; an amendment says nothing of it."""
    for epci, own in _by_epci(move):
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


def _move(verb: str, rows: QuerySet[Rollout], move: Move) -> None:
    for row in rows:
        gate.apply(row, verb, actor=move.actor, at=move.at, cause=move)


def moving_rollouts(epci: Epci, at: datetime) -> Iterator[Moving]:
    """What the merger of an EPCI moves here, before it is established."""
    rows = Rollout.objects.filter(epci=epci, state__in=ADVANCING)
    yield Moving(ROLLOUT, rows.count(), "qui continue avec l’EPCI qui succède")


def told_of_conventions(rollout: Rollout) -> str:
    """What its EPCI waits for because of a convention on its way, or of one that is suspended; one query."""
    rows = Convention.objects.originals().filter(epci=rollout.epci_id)
    lasting = rows if rollout.state != S.TRIED else rows.exclude(is_test=True, state__in=ALIVE)
    states = dict(lasting.order_by("-starts_on").values_list("state", "starts_on"))
    if rollout.state in (S.AGREED, S.CRUISING):
        is_suspended = C.SUSPENDED in states and C.ACTIVE not in states
        return SUSPENDED if is_suspended else ""
    if rollout.state not in BEFORE and rollout.state != S.TRIED:
        return ""
    if C.SIGNED in states:
        return f"Une convention est signée, d’effet le {day(states[C.SIGNED])}"
    if C.SIGNING in states:
        return "Une convention est en signature"
    if rollout.state == S.SURVEY:
        return ""  # its parties are still to be brought together
    return "Une convention se prépare" if any(state in states for state in ON_THE_WAY) else ""


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
    tells(told_of_conventions)
    panel("network.Rollout", conventions_panel)


def register_followers() -> None:
    """After whatever else follows a convention in any app: a roll-out is the last in the order of locks."""
    on_transition("convention", "activate", follow_in_force)
    on_transition("convention", "terminate", follow_ended)
    on_transition("convention", "expire", follow_ended)
    on_transition("merger", "declare", follow_merged)
