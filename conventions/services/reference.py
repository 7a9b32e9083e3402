"""Write the reference files of conventions in the database; may be run again."""

from django.db import transaction

from conventions.models import PriceCeiling
from conventions.readers.reference import read_ceilings
from network.services.reference import Written, write_dated


@transaction.atomic
def load_conventions_reference() -> list[Written]:
    """Load the files of the app: price ceilings. Raises ReferenceFileError."""
    ceilings = Written.of(PriceCeiling)
    for row in read_ceilings():
        told = {"amount": row.amount, "condition": row.condition}
        write_dated(ceilings, PriceCeiling, {"type": row.type}, told, row.dates)
    return [ceilings]
