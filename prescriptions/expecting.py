"""Where and when a household is expected, told by the app that keeps appointments.

That app registers, in ``AppConfig.ready()``, ``expected_from(function)``: ``function(need)`` returns the sentence that
says it to the household, or None when nobody expects it.
"""

from collections.abc import Callable

from prescriptions.models import Need

type Expected = Callable[[Need], str | None]

_functions: list[Expected] = []


def expected_from(function: Expected) -> None:
    """Declare who knows when households come."""
    if function not in _functions:
        _functions.append(function)


def expected(need: Need) -> str:
    """When the household comes for this need, in a sentence; empty when nothing is fixed."""
    return next((said for function in _functions if (said := function(need))), "")
