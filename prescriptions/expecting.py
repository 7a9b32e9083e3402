"""Where and when a household is expected, what it has to choose, told by the apps that keep appointments and lines.

Such an app registers, in ``AppConfig.ready()``, ``expected_from(function)``: ``function(need)`` returns the sentence
that says it to the household, or None when it has nothing to say of that need.
"""

from collections.abc import Callable

from prescriptions.models import Need

type Expected = Callable[[Need], str | None]

_functions: list[Expected] = []


def expected_from(function: Expected) -> None:
    """Declare who knows what households come for, or choose."""
    if function not in _functions:
        _functions.append(function)


def expected(need: Need) -> str:
    """What the household comes for, or chooses, for this need, in a sentence; empty when nothing is fixed."""
    return next((said for function in _functions if (said := function(need))), "")
