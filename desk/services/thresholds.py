"""Write the thresholds of « À faire » and of the service in the database; what the office checked is left alone."""

from pathlib import Path

from django.db import transaction

from desk.enums import ServiceCode, ThresholdCode
from desk.models import ServiceThreshold, TodoThreshold
from network.readers.dated import read_numbers
from network.services.reference import Written, write_numbers

DATA = Path(__file__).resolve().parents[1] / "data"


@transaction.atomic
def load_desk_reference(folder: Path = DATA) -> list[Written]:
    """Write everything the file says; run again, it changes only what differs. Raises ReferenceFileError."""
    return [
        write_numbers(TodoThreshold, read_numbers(folder / "thresholds.csv", ThresholdCode)),
        write_numbers(ServiceThreshold, read_numbers(folder / "service_thresholds.csv", ServiceCode)),
    ]
