"""What a step was given and what it answered, kept as bytes until it is put back.

Bytes weigh a tenth of the objects, and nobody looks through them for what is used no more. A row that the step was
given, or that such a row leans on, is kept as its number: whoever puts the step back finds its own row there.
"""

import io
import pickle
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from django.db.models import Model, QuerySet

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
        self.models = [type(row) for row in self.rows]

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

    def end(self, given: Sequence[Model], answer: Any) -> None:
        """It is done, and answered."""
        if not self.exactly:
            self.around = Around(given)
        around = self.around
        states = {
            number: vars(row)
            for number, row in enumerate(around.rows)
            if not self.exactly or number in around.given or _own(row) != self.held[number]
        }
        try:
            self.content = _written((answer, states), around.numbers)
            self.copied = None
        except UNKEPT:
            self.copied = deepcopy((around.rows, answer))
        around.forget_rows()
        self.held = []

    def put_back(self, given: Sequence[Model]) -> Any:
        """The answer again. Of an exact step, the rows that are given hold what it made of them."""
        standing = self.around.standing(given)
        if self.copied is not None:
            return self._copied_back(standing)
        made: dict[int, Model] = {}

        def row_of(number: int) -> Model:
            if number in standing:
                return standing[number]
            if number not in made:
                made[number] = _blank(self.around.models[number])
                vars(made[number])[made[number]._meta.pk.attname] = self.around.keys[number]  # it may be in a set
            return made[number]

        answer, states = _Reader(io.BytesIO(self.content), row_of).load()
        for number, state in states.items():
            if self.exactly or number in made:
                vars(row_of(number)).update(state)
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


class _Writer(pickle.Pickler):
    def __init__(self, content: io.BytesIO, numbers: dict[int, int]) -> None:
        super().__init__(content, pickle.HIGHEST_PROTOCOL)
        self.numbers = numbers

    def persistent_id(self, value: Any) -> int | None:
        return self.numbers.get(id(value))

    def reducer_override(self, value: Any) -> Any:
        """A row as it is: what Django adds, its version, would be in the row ever after.

        Raises PicklingError for a question that nobody asked yet: bytes would hold its answer of today.
        """
        if isinstance(value, QuerySet) and value._result_cache is None:
            raise pickle.PicklingError
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
