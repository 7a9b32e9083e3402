"""Départements seeded for a test: the real territory and reference data, few devices."""

import hashlib
import json
import re
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from random import Random
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Value

from demo.agenda import raise_refusal
from demo.apart import Plans, ToldApart
from demo.beside import InAnotherProcess, TellBeside
from demo.context import Story, StoryPart
from demo.drawing import DrawnHere, Press
from demo.seeding import seed_demo
from desk.models import Seeding
from documents.models import Document
from lifecycle.models import Verification
from lifecycle.references import drawn_from
from network.readers.territory import DATA, read_territory
from network.services.territory import load_territory
from reference.loading import load_reference
from reports.secrecy.choosing import look
from tests.documents.pdfs import scan_of
from tests.emptying import empty_tables
from tests.remembered import STEPS

AS_OF = date(2026, 3, 26)
"""A fixed day, so that what is proven here is so every day."""
OURS = (
    "network", "documents", "imports", "conventions", "prescriptions", "donations", "refurb", "distribution",
    "connectivity", "reports", "lifecycle", "account",
)  # fmt: skip
DRAWN_OR_TIMED = {
    "password", "recorded_at", "head", "hash", "salt", "digest", "previous", "sealed_at", "comment_digest",
    "message_id", "token_digest", "written_at", "place_written_at",
}  # fmt: skip
"""Columns that are drawn for secrecy, or that say when the row was really written."""
NUMBERS = {"cause_entry", "via"}
"""Columns that hold the number of a row."""
NAMED_BY = ("reference", "tag", "siren", "email", "name", "user__email")
"""What a row is told by in those that name it, instead of its number."""
SECRET = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")
"""The token of a link, in the mail that carries it: drawn for secrecy too."""


def load_world() -> None:
    """Everything the demonstration stands on; the operator that the offers name has the same reference each time."""
    with drawn_from(Random(0)):
        load_territory(read_territory(DATA))
        load_reference("documents")
        load_reference("conventions")
        load_reference("prescriptions")
        load_reference("connectivity")
        load_reference("donations")
        load_reference("refurb")
        load_reference("distribution")
        load_reference("reports")


def new_world() -> None:
    """The same in tables numbered from 1, as in a new database."""
    empty()
    load_world()


def empty() -> None:
    """Leave nothing in the tables, those of tasks included, nor in the memory of what was there."""
    empty_tables()
    call_command("flush", interactive=False, verbosity=0)
    ContentType.objects.clear_cache()
    STEPS.forget()


class InTurn:
    """In the same process, before the rest: the numbers that the database gives are then the same each time."""

    def __init__(self, part: StoryPart) -> None:
        self._part = part

    def open(self, story: Story, plans: Plans) -> None:
        self._story, self._plans, self._apart = story, plans, ToldApart(story, plans, self._part)

    def go(self, until: datetime) -> None:
        self._told = self._apart.tell(until)

    def meet(self) -> None:
        self._told.hand_over(self._story, self._plans)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """There is nothing to stop."""


def seed(
    *,
    as_of: date = AS_OF,
    seed: int = 1,
    devices: int = 60,
    tell: Any = None,
    ahead: bool = False,
    beside: TellBeside = InTurn,
) -> tuple[Seeding, bool]:
    """Nothing that the story asks may be refused: raises StoryRefused, which names the thread, its object and the day.

    The papers that are signed are stand-ins: a real one takes a second to draw.
    """
    with stand_in_papers():
        return seed_demo(
            as_of=as_of,
            seed=seed,
            devices=devices,
            tell=tell or silently,
            refused=raise_refusal,
            ahead=ahead,
            beside=beside,
        )


@contextmanager
def stand_in_papers() -> Iterator[None]:
    """Give each convention a PDF that bears its code alone; what a month hides is found here, at once."""
    doubles = {"draw": stand_in, "look": look_here}
    with patch.multiple(Press, **doubles):
        yield


def stand_in(press: Press, document: Document) -> Future[bytes]:
    drawn: Future[bytes] = Future()
    drawn.set_result(scan_of(document))
    return drawn


def look_here(press: Press, *asked: Any) -> Future[set[str]]:
    found: Future[set[str]] = Future()
    found.set_result(look(*asked))
    return found


class AtTheLast(InTurn):
    """In the same process, after the rest: who reads what is told apart without meeting it is seen."""

    def go(self, until: datetime) -> None:
        self._until = until

    def meet(self) -> None:
        self._told = self._apart.tell(self._until)
        super().meet()


def by_another_process() -> TellBeside:
    """As the demonstration does, with the same stand-ins."""
    return partial(InAnotherProcess, papers=DrawnHere(scan_of))


def silently(done: float, now: datetime) -> None:
    """Nobody watches."""


class WithPictures(DjangoJSONEncoder):
    """A picture that waits is bytes of a row."""

    def default(self, o: Any) -> Any:
        return hashlib.sha256(o).hexdigest() if isinstance(o, bytes | memoryview) else super().default(o)


def fingerprints() -> dict[str, list[str]]:
    """For each table of the project, its rows in some order, less what is drawn or timed and the numbers of rows.

    Two hands write at once: which of them is given a number first is not the story's to say.
    """
    return {model._meta.label: _rows(model) for model in _tables()}


def _tables() -> Iterator[type[models.Model]]:
    """Those of the story; a verification says when the seeding was really read again."""
    for config in apps.get_app_configs():
        if config.label in OURS:
            yield from (model for model in config.get_models(include_auto_created=True) if model is not Verification)


def _rows(model: type[models.Model]) -> list[str]:
    left_out = DRAWN_OR_TIMED | NUMBERS
    fields = [field for field in model._meta.concrete_fields if not field.primary_key and not field.is_relation]
    names = [field.attname for field in fields if field.attname not in left_out]
    names += filter(None, (_named(field) for field in model._meta.concrete_fields if field.is_relation))
    rows = model._base_manager.values_list(*names, Value(""))  # which keeps one row for each that has nothing else
    return sorted(SECRET.sub("", json.dumps(row, cls=WithPictures, sort_keys=True)) for row in rows)


def _named(field: Any) -> str | None:
    """The column that says which row a key leads to; None when nothing but its number does."""
    known = {one.name for one in field.related_model._meta.concrete_fields}
    found = next((one for one in NAMED_BY if one.split("__")[0] in known), None)
    return found and f"{field.name}__{found}"
