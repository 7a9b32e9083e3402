"""Write the thresholds of « À faire » in the database; what was checked later in the office is left alone."""

from pathlib import Path
from typing import Any

from django.db import transaction

from desk.enums import ThresholdCode
from desk.models import TodoThreshold
from network.readers.dated import Dates, Row, read_dates, read_rows
from network.services.reference import Written, write_lines

DATA = Path(__file__).resolve().parents[1] / "data"


@transaction.atomic
def load_desk_reference(folder: Path = DATA) -> list[Written]:
    """Write everything the file says; run again, it changes only what differs. Raises ReferenceFileError."""
    return [write_lines(TodoThreshold, read_rows(folder / "thresholds.csv", _threshold))]


def _threshold(row: Row) -> tuple[dict[str, Any], dict[str, Any], Dates]:
    return {"code": ThresholdCode(row["code"]).value}, {"value": int(row["value"])}, read_dates(row)
