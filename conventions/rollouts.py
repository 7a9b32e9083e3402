"""What follows in the roll-out of an EPCI: a convention that comes into force or ends, a merger."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from conventions.enums import ALIVE
from conventions.followers import all_moved, conventions_of
from conventions.machine.rollout import BEFORE
from conventions.models import Convention
from conventions.permissions import sees_conventions
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.registry import Move, Panel, on_transition, panel
from network.enums import RolloutState
from network.followers import mergers
from network.mergers import Moving, moves
from network.models import Epci, Rollout
from network.models.rollout import ADVANCING
from typography.french import Noun

S = RolloutState
ROLLOUT = Noun("déploiement", "déploiements")


def follow_in_force(move: Move) -> None:
    """A convention holds from here on; an amendment says nothing of it."""
    _advance({one.epci_id for one in conventions_of(move) if not one.is_amendment}, move)


def follow_ended(move: Move) -> None:
    """Where no other convention holds, nothing is left of what it had reached."""
    epcis = {one.epci_id for one in conventions_of(move) if not one.is_amendment}
    agreed, tried = _in_force(epcis)
    _move("lapse", Rollout.objects.filter(epci__in=epcis - agreed, state__in=(S.AGREED, S.CRUISING)), move)
    _move("lapse", Rollout.objects.filter(epci__in=epcis - agreed - tried, state=S.TRIED), move)
    _advance(epcis, move)


def follow_merged(move: Move) -> None:
    """What the EPCI was on ends with it; its successor is engaged, and holds what it took over."""
    established = mergers(move)
    followed = Rollout.objects.filter(epci__in=[one.epci_id for one in established], state__in=ADVANCING)
    engaged = set(followed.values_list("epci", flat=True))
    _move("merge", followed, move)
    _enter({one.successor_id for one in established if one.epci_id in engaged}, move)
    _advance({one.successor_id for one in established}, move)


def _advance(epcis: Collection[int], move: Move) -> None:
    """Bring these EPCI where their conventions in force put them."""
    agreed, tried = _in_force(epcis)
    _enter(agreed | tried, move)
    _move("agree", Rollout.objects.filter(epci__in=agreed, state__in=(*BEFORE, S.TRIED)), move)
    _move("try_out", Rollout.objects.filter(epci__in=tried, state__in=BEFORE), move)


def _in_force(epcis: Collection[int]) -> tuple[set[int], set[int]]:
    """Those of these EPCI that have a convention, then those that have one for a test alone; suspended ones count."""
    alive = Convention.objects.originals().filter(epci__in=epcis, state__in=ALIVE)
    found = list(alive.values_list("epci", "is_test"))
    agreed = {epci for epci, is_test in found if not is_test}
    return agreed, {epci for epci, _ in found} - agreed


def _enter(epcis: Collection[int], move: Move) -> None:
    known = set(Rollout.objects.filter(epci__in=epcis).values_list("epci", flat=True))
    new = [Rollout(epci_id=epci) for epci in sorted(set(epcis) - known)]
    if new:
        gate.create_many(Rollout, "enter", new, actor=move.actor, at=move.at, cause=move)


def _move(verb: str, rows: Iterable[Rollout], move: Move) -> None:
    found = Rollout.objects.filter(pk__in=[row.pk for row in rows])
    if found:
        all_moved(gate.apply_many(found, verb, actor=move.actor, at=move.at, cause=move))


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
    """After what conventions do themselves."""
    moves(moving_rollouts)
    panel("network.Rollout", conventions_panel)
    on_transition("convention", "activate", follow_in_force)
    on_transition("convention", "terminate", follow_ended)
    on_transition("convention", "expire", follow_ended)
    on_transition("merger", "declare", follow_merged)
