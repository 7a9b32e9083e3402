"""The worker without a database: cut off and begun again, stopped before it begins or while it works."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import SimpleNamespace
from typing import Any, ClassVar, Self

import pytest
from procrastinate.exceptions import ConnectorException

from lifecycle.working import work


class Lost:
    """What procrastinate answers when its connection is cut: the worker ends at once with an error."""

    tasks: ClassVar[dict[str, Any]] = {}
    connector = SimpleNamespace(get_worker_connector=lambda: None)

    def __init__(self, stops_after: int) -> None:
        self.stop, self.left, self.began = asyncio.Event(), stops_after, 0

    def perform_import_paths(self) -> None:
        """Nothing to import."""

    @contextmanager
    def replace_connector(self, connector: None) -> Iterator[Self]:
        yield self

    @asynccontextmanager
    async def open_async(self) -> AsyncIterator[None]:
        yield

    async def run_worker_async(self, **options: Any) -> None:
        self.began += 1
        if self.began == self.left:
            self.stop.set()
            await asyncio.Event().wait()  # works on, until it is cut short
        raise ConnectorException


def worked(lost: Lost) -> int:
    async def run() -> None:
        await work(lost, stop=lost.stop, waits=(0, 0.001))  # type: ignore[arg-type]

    asyncio.run(run())
    return lost.began


def test_a_worker_that_is_asked_to_stop_before_it_begins_does_not_begin() -> None:
    lost = Lost(stops_after=9)
    lost.stop.set()
    assert worked(lost) == 0


def test_each_cut_is_told_and_the_worker_at_work_when_it_is_asked_to_stop_is_the_last(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert worked(Lost(stops_after=3)) == 3
    told = [record.getMessage() for record in caplog.records if record.name == "lifecycle.working"]
    assert told == [
        "Le travail de fond a perdu la base\u00a0: ConnectorException",
        "Travail de fond coupé de la base\u00a0: nouvel essai dans 0 s.",
        "Le travail de fond a perdu la base\u00a0: ConnectorException",
        "Travail de fond coupé de la base\u00a0: nouvel essai dans 0.001 s.",
    ]
