"""How the service itself is doing: its worker, its late tasks, the room that is left on its disk."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from desk.parameters import LATE_MINUTES, SILENT_MINUTES
from desk.todo.limits import Limits

_SEEN = """
SELECT greatest(
    (SELECT max(last_heartbeat) FROM procrastinate_workers),
    (SELECT e.at FROM procrastinate_events e WHERE e.type = 'started' ORDER BY e.id DESC LIMIT 1)
), count(*), min(w.due)
FROM (
    SELECT coalesce(j.scheduled_at, (SELECT max(e.at) FROM procrastinate_events e
        WHERE e.job_id = j.id AND e.type IN ('deferred', 'deferred_for_retry'))) AS due
    FROM procrastinate_jobs j WHERE j.status = 'todo'
) w WHERE w.due <= %s
"""


@dataclass(frozen=True)
class Watched:
    """When the worker was last seen, None if it never was; how many tasks are late, since when the oldest."""

    seen_at: datetime | None
    is_silent: bool
    late: int
    oldest: datetime | None


def watched(at: datetime, limits: Limits) -> Watched:
    """What the queue tells of its worker; one query. ``limits``: the parameters of the day."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [at - timedelta(minutes=limits[LATE_MINUTES])])
        seen_at, late, oldest = cursor.fetchone()
    silent = seen_at is None or seen_at < at - timedelta(minutes=limits[SILENT_MINUTES])
    return Watched(seen_at, silent, late, oldest)


def room_left() -> int:
    """Megabytes free where documents are kept."""
    place = Path(settings.MEDIA_ROOT)
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free // 1024**2
