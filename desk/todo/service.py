"""« À faire » of the pilot: the worker was seen so long ago, some tasks are late, there is hardly any room left."""

from datetime import datetime
from functools import partial

from django.urls import reverse

from desk.parameters import FREE_MEGABYTES
from desk.service import Watched, room_left, watched
from desk.todo.blocks import Block, BlockRow, many
from desk.todo.limits import Limits
from typography.french import HARD, grouped, how_long_ago

ANCHOR = "quand-le-service-va-mal"


def service(at: datetime, limits: Limits) -> Block:
    """One line for each thing that goes wrong; one query."""
    seen = watched(at, limits)
    return Block(
        "service",
        "Travail de fond et place sur le disque",
        partial(_lines, seen, at, limits),
        lambda line: line,
        f"Travail de fond{HARD}: {_last_seen(seen, at)}. Aucune tâche en retard.",
        is_wanted_empty=True,
    )


def _last_seen(seen: Watched, at: datetime) -> str:
    return f"vu {how_long_ago(seen.seen_at, at)}" if seen.seen_at else "jamais vu"


def _lines(seen: Watched, at: datetime, limits: Limits) -> list[BlockRow]:
    url = f"{reverse('desk:guide_chapter', args=['exploitation'])}#{ANCHOR}"
    found = []
    if seen.is_silent:
        told = "courriels, papiers et rappels attendent"
        was_there = seen.seen_at is not None
        found.append(BlockRow("Travail de fond", url, told, _last_seen(seen, at), was_there, "arrêté"))
    if seen.late:
        oldest = f"la plus ancienne attend depuis {how_long_ago(seen.oldest, at).removeprefix('il y a ')}"
        found.append(BlockRow(many(seen.late, "tâche en retard", "tâches en retard"), url, "", oldest, is_late=True))
    if (room := room_left()) < limits[FREE_MEGABYTES]:
        told = f"{grouped(room)}{HARD}Mo libres, {grouped(limits[FREE_MEGABYTES])}{HARD}Mo au moins sont attendus"
        found.append(BlockRow("Place sur le disque", url, told, "", is_late=True, late_word="presque plein"))
    return found
