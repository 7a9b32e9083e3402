"""Write the thresholds of « À faire » in the database; what was checked later in the office is left alone."""

from pathlib import Path

from django.db import transaction

from desk.enums import ThresholdCode
from desk.models import TodoThreshold
from network.readers.dated import Dates, Row, read_dates, read_rows
from network.services.reference import Written, write_dated

DATA = Path(__file__).resolve().parents[1] / "data"


@transaction.atomic
def load_desk_reference(folder: Path = DATA) -> list[Written]:
    """Write everything the file says; run again, it changes only what differs. Raises ReferenceFileError."""
    written = Written.of(TodoThreshold)
    for code, value, dates in read_rows(folder / "thresholds.csv", _threshold):
        write_dated(written, TodoThreshold, {"code": code}, {"value": value}, dates)
    return [written]


def _threshold(row: Row) -> tuple[str, int, Dates]:
    return ThresholdCode(row["code"]).value, int(row["value"]), read_dates(row)
