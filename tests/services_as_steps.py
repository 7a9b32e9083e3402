"""What a test does by the services of some apps is a step too (``tests.remembered``)."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from unittest import mock

from django.db import connection
from django.test import testcases

from lifecycle import gate, locking
from lifecycle.machine import Stateful
from tests import remembered

APPS = ("conventions",)
"""Those whose situations are made of services alone. What tests do by those of other apps is mostly their own."""
MOVES = ("apply", "create")
"""Verbs of the gate on one row, which a test may do without any service."""


def take_services_for_steps() -> None:
    """From now on, in tests that commit nothing: elsewhere a service is its own transaction, and that is proven."""
    begin = locking._outermost
    outermost: dict[Callable[..., Any], Callable[..., Any]] = {}

    def begin_as_step(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        own = function.__module__.split(".")[0] in APPS and "<locals>" not in function.__qualname__
        if not own or not connection.in_atomic_block:  # what is defined inside another is new at each call
            return begin(function, *args, **kwargs)
        service = outermost.setdefault(function, partial(begin, function))
        return remembered.STEPS.take(service, (), args, kwargs, exactly=True)

    locking._outermost = begin_as_step
    for name in MOVES:
        setattr(gate, name, _as_step(getattr(gate, name)))


def tell_doubles_apart() -> None:
    """Under what ``mock.patch`` puts in the place of something, a step is another one, for the same double alone.

    What it puts in a dictionary ends the steps of the test. What Django puts there for every test, to refuse a database
    that it may not ask, is none of its doubles.
    """
    patching, filling = mock._patch, mock._patch_dict  # type: ignore[attr-defined]
    enter, leave, fill = patching.__enter__, patching.__exit__, filling.__enter__
    begun: dict[int, Any] = {}

    def enter_told(patch: Any) -> Any:
        double = enter(patch)
        if getattr(patch.new, "__module__", None) == testcases.__name__:
            return double
        begun[id(patch)] = (patch.attribute, Same(patch.target), Same(getattr(patch.target, patch.attribute)))
        remembered.STEPS.doubles.append(begun[id(patch)])
        return double

    def leave_told(patch: Any, *error: Any) -> Any:
        told = begun.pop(id(patch), None)
        if told in remembered.STEPS.doubles:
            remembered.STEPS.doubles.remove(told)
        return leave(patch, *error)

    def fill_told(patch: Any) -> Any:
        remembered.STEPS.stop()
        return fill(patch)

    patching.__enter__, patching.__exit__, filling.__enter__ = enter_told, leave_told, fill_told


class Same:
    """Equal to itself alone, whatever the double says of equality; kept, its place in memory is nobody else's."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


def _as_step(move: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(move)
    def take(row: Stateful, *args: Any, **kwargs: Any) -> Any:
        if row._meta.app_label not in APPS or locking.is_nested() or not connection.in_atomic_block:
            return move(row, *args, **kwargs)
        return remembered.STEPS.take(move, (), (row, *args), kwargs, exactly=True)

    return take
