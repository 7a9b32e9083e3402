"""What a test does by the services is a step too (``tests.remembered``)."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.db import connection

from lifecycle import gate, locking
from tests import remembered

MOVES = ("apply", "create")
"""Verbs of the gate on one row, which a test may do without any service."""


def take_services_for_steps() -> None:
    """From now on, in tests that commit nothing: elsewhere a service is its own transaction, and that is proven."""
    begin = locking._outermost
    outermost: dict[Callable[..., Any], Callable[..., Any]] = {}

    def begin_as_step(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not connection.in_atomic_block or "<locals>" in function.__qualname__:  # another function at each call
            return begin(function, *args, **kwargs)
        service = outermost.setdefault(function, partial(begin, function))
        return remembered.STEPS.take(service, (), args, kwargs, exactly=True)

    locking._outermost = begin_as_step
    for name in MOVES:
        setattr(gate, name, _as_step(getattr(gate, name)))


def _as_step(move: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(move)
    def take(*args: Any, **kwargs: Any) -> Any:
        if locking.is_nested() or not connection.in_atomic_block:
            return move(*args, **kwargs)
        return remembered.STEPS.take(move, (), args, kwargs, exactly=True)

    return take
