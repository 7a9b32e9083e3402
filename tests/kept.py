"""What a step was given and what it answered, kept as bytes until it is put back.

Bytes weigh a tenth of the objects, and nobody looks through them for what is used no more. A row that the step was
given, or that such a row leans on, is kept as its number: whoever puts the step back finds its own row there.
"""

import io
import pickle
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from django.db.models import Model

UNKEPT = (pickle.PicklingError, TypeError, AttributeError, RecursionError)
"""What is raised for what bytes cannot say: a function that is inside another, for one."""


class Around:
    """The rows that a step is given, and those that they lean on, each with its number."""

    def __init__(self, given: Sequence[Model]) -> None:
        self.rows: list[Model] = []
        self.numbers: dict[int, int] = {}
        self.leans: list[dict[str, int]] = []
        self.given = [self._number(row) for row in given]
        self.keys = [row.pk for row in self.rows]

    def _number(self, row: Model) -> int:
        if id(row) not in self.numbers:
            number = self.numbers[id(row)] = len(self.rows)
            self.rows.append(row)
            self.leans.append({})
            for name, one in row._state.fields_cache.items():
                if isinstance(one, Model):
                    self.leans[number][name] = self._number(one)
        return self.numbers[id(row)]

    def standing(self, given: Sequence[Model]) -> dict[int, Model]:
        """Of what another test gives: its row for each number that it holds."""
        found: dict[int, Model] = {}

        def stands(number: int, row: Model) -> None:
            if number in found:
                return
            found[number] = row
            for name, other in self.leans[number].items():
                one = row._state.fields_cache.get(name)
                if isinstance(one, Model) and one.pk == self.keys[other]:
                    stands(other, one)

        for number, row in zip(self.given, given, strict=True):
            stands(number, row)
        return found

    def forget_rows(self) -> None:
        self.rows, self.numbers = [], {}


class Kept:
    """The answer of a step, and what rows hold after it."""

    def __init__(self, given: Sequence[Model], *, exactly: bool) -> None:
        """A step begins; ``exactly``: whoever puts it back gives rows that hold the same."""
        self.around = Around(given)
        self.exactly = exactly
        self.held = [_own(row) for row in self.around.rows] if exactly else []
        self.states: dict[int, tuple[type[Model], bytes]] = {}

    def end(self, given: Sequence[Model], answer: Any) -> None:
        """It is done, and answered."""
        if not self.exactly:
            self.around = Around(given)
        rows, numbers = self.around.rows, self.around.numbers
        try:
            self.answer = _written(answer, numbers)
            for number, row in enumerate(rows):
                if not self.exactly or number in self.around.given or _own(row) != self.held[number]:
                    self.states[number] = type(row), _written(vars(row), numbers)
            self.copied = None
        except UNKEPT:
            self.copied = deepcopy((rows, answer))
        self.around.forget_rows()
        self.held = []

    def put_back(self, given: Sequence[Model]) -> Any:
        """The answer again. Of an exact step, the rows that are given hold what it made of them."""
        standing = self.around.standing(given)
        if self.copied is not None:
            return self._copied_back(standing)

        def row_of(number: int) -> Model:
            if number not in standing:
                model, state = self.states[number]
                standing[number] = row = model.__new__(model)
                vars(row).update(_read(state, row_of))
            return standing[number]

        answer = _read(self.answer, row_of)
        if self.exactly:
            for number, (_, state) in self.states.items():
                vars(row_of(number)).update(_read(state, row_of))
        return answer

    def _copied_back(self, standing: dict[int, Model]) -> Any:
        assert self.copied is not None
        rows, answer = self.copied
        known: dict[int, Any] = {id(rows[number]): row for number, row in standing.items()}
        if self.exactly:
            for number, present in standing.items():
                vars(present).update({name: deepcopy(value, known) for name, value in vars(rows[number]).items()})
        return deepcopy(answer, known)


def _own(row: Model) -> str:
    return repr([(name, value) for name, value in vars(row).items() if not name.startswith("_")])


def _written(value: Any, numbers: dict[int, int]) -> bytes:
    content = io.BytesIO()
    _Writer(content, numbers).dump(value)
    return content.getvalue()


def _read(content: bytes, row_of: Callable[[int], Model]) -> Any:
    return _Reader(io.BytesIO(content), row_of).load()


class _Writer(pickle.Pickler):
    def __init__(self, content: io.BytesIO, numbers: dict[int, int]) -> None:
        super().__init__(content, pickle.HIGHEST_PROTOCOL)
        self.numbers = numbers

    def persistent_id(self, value: Any) -> int | None:
        return self.numbers.get(id(value))

    def reducer_override(self, value: Any) -> Any:
        """A row as it is: what Django adds, its version, would be in the row ever after."""
        if isinstance(value, Model):
            return _blank, (type(value),), vars(value), None, None, _hold
        return NotImplemented


class _Reader(pickle.Unpickler):
    def __init__(self, content: io.BytesIO, row_of: Callable[[int], Model]) -> None:
        super().__init__(content)
        self.row_of = row_of

    def persistent_load(self, number: int) -> Model:
        return self.row_of(number)


def _blank(model: type[Model]) -> Model:
    return model.__new__(model)


def _hold(row: Model, state: dict[str, Any]) -> None:
    vars(row).update(state)
