"""From when what waits is told, or is late: parameters of the day, read once for a page."""

from datetime import datetime, timedelta

from django.utils import timezone

from reference.parameters import DatedParameter, ValuesOfDay, parameters_on


class Limits:
    """What the parameters are worth on one day: ``limits[QUIET_DAYS]``, ``limits.days(QUIET_DAYS)`` as a duration."""

    def __init__(self, values: ValuesOfDay) -> None:
        self.values = values

    def __getitem__(self, asked: DatedParameter[int]) -> int:
        return self.values[asked]

    def days(self, asked: DatedParameter[int]) -> timedelta:
        """A number of days as a duration."""
        return timedelta(days=self[asked])


def limits_on(at: datetime) -> Limits:
    """What holds on the day of this instant; one query."""
    return Limits(parameters_on(timezone.localdate(at)))
