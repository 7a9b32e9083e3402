"""The press of the story: what another processor does while the story goes on, papers and what months hide."""

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from demo.processes import processes
from documents.models import Document
from documents.services import draw_document
from reports.secrecy.choosing import look

AT_ONCE = 2
"""A paper does not wait until the search of a month is over."""


class Drawing(Protocol):
    """Who draws the papers that a story needs."""

    def draw(self, document: Document) -> Future[bytes]: ...


@dataclass(frozen=True)
class DrawnHere:
    """Draws a paper when it is asked for, as ``how`` says."""

    how: Callable[[Document], bytes] = draw_document

    def draw(self, document: Document) -> Future[bytes]:
        drawn: Future[bytes] = Future()
        drawn.set_result(self.how(document))
        return drawn


class Press:
    """Does in other processes what reads nothing from the database; none is started before it is asked for."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def draw(self, document: Document) -> Future[bytes]:
        """The PDF of a paper, as soon as it is drawn."""
        return self._started().submit(draw_document, document)

    def look(self, *asked: Any) -> Future[set[str]]:
        """What a month hides, as soon as it is found: what ``reports.secrecy.choosing.look`` answers."""
        return self._started().submit(look, *asked)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = processes(AT_ONCE)
        return self._pool

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
