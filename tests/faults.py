"""What a verification finds, where a test lives days that have not come."""

from collections.abc import Iterable

from lifecycle.faults import Fault

AHEAD = "la ligne est datée d’un instant à venir."


def but_ahead(found: Iterable[Fault]) -> list[Fault]:
    """All faults but the date of rows told as a history of days to come (``days_to_come``)."""
    return [fault for fault in found if fault.sentence != AHEAD]
