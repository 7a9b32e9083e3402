"""The score that is proposed for a processor: that of the table, else what the workshop typed for the same one."""

from dataclasses import dataclass
from datetime import date

from lifecycle.typed import whole
from refurb.models import Device, Grading, ProcessorScore
from refurb.readers.names import processor_key
from typography.french import written_day

MEASURE, SOURCE = "cpu_mark", "cpu_mark_source"
"""The measure that the scales read, and what a person says beside it: where the score comes from."""
LOOKED_AT = 200
"""How many of the last grades of the workshop are looked at."""


@dataclass(frozen=True)
class Score:
    """A score with who says so; empty where nobody said."""

    score: int
    source: str


def proposed_score(device: Device, day: date) -> Score | None:
    """The score proposed for the processor of a device on ``day``; None when it is unknown."""
    key = processor_key(device.processor)
    if not key:
        return None
    row = ProcessorScore.objects.filter(key=key).on(day).first()
    if row is not None:
        return Score(row.score, f"{row.source}, vérifié le {written_day(row.checked_on)}")
    graded = Grading.objects.filter(device__workshop=device.workshop_id, measures__has_key=MEASURE)
    last = graded.exclude(device__processor="").select_related("device").order_by("-pk")[:LOOKED_AT]
    for grading in last:
        typed = whole(grading.measures[MEASURE])
        if processor_key(grading.device.processor) == key and typed is not None:
            return Score(typed, str(grading.measures.get(SOURCE, "")))
    return None
