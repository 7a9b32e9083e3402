"""The rule on small counts of households, dated: written in the database, and read for a day."""

from datetime import date
from pathlib import Path

from django.apps import apps
from django.db import transaction

from network.readers.dated import read_numbers
from network.services.reference import Written, write_numbers
from reports.enums import SecrecyCode
from reports.secrecy.suppression import Rule

DATA = Path(__file__).resolve().parents[1] / "data"


@transaction.atomic
def load_reports_reference(folder: Path = DATA) -> list[Written]:
    """Write everything the file says; run again, it changes only what differs. Raises ReferenceFileError."""
    model = apps.get_model("reports", "SecrecyTerm")
    return [write_numbers(model, read_numbers(folder / "secrecy.csv", SecrecyCode))]


def rule_on(day: date) -> Rule:
    """What holds on a day; one query."""
    numbers = apps.get_model("reports", "SecrecyTerm")._default_manager.values_on(day)
    return Rule(numbers[SecrecyCode.THRESHOLD], numbers[SecrecyCode.WIDTH])
