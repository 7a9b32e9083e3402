"""What comes after the story when nobody acts any more: the clock alone, as after a long stop each time.

Nothing of the demonstration is told here: this is what a sweep and the tests ask of a département that the story left.
"""

from collections.abc import Iterator
from datetime import date

from calendars.working_days import add_months
from demo.calendar import local
from demo.clock import HOUR
from lifecycle.clock import run_clock
from lifecycle.instants import telling_history
from lifecycle.verification import Fault, verify_journals

NIGHTS_AFTER = (*range(1, 6), *range(6, 43, 3))
"""In how many months the clock runs: in two years without news, a notice and the year that follows, all is over."""


def years_pass(as_of: date) -> Iterator[str]:
    """Run the clock on some days of the years after ``as_of``; say in one line each verb that fails, and when.

    A verb that fails fails again the next time: it is said once. Last, what the verification of the journals finds.
    """
    said: set[str] = set()
    with telling_history():
        for count in NIGHTS_AFTER:
            day = add_months(as_of, count)
            try:
                run_clock(at=local(day, HOUR))
            except ExceptionGroup as group:
                for error in group.exceptions:
                    verb = " ".join(getattr(error, "__notes__", ()))
                    if verb not in said:
                        said.add(verb)
                        yield f"{day:%d/%m/%Y}, l’horloge ({verb})\u00a0: {type(error).__name__}"
        faults: list[Fault] = []
        verify_journals(faults.append)
        yield from (fault.in_words for fault in faults)
