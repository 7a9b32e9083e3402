"""The press of the story: what is to be signed is drawn by another process while the story goes on."""

from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Self

import django

from documents.models import Document
from documents.services import draw_document


class Press:
    """Draws one paper after the other, on another processor; nothing is started before the first one."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def draw(self, document: Document) -> Future[bytes]:
        """The PDF of a paper, as soon as it is drawn."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=django.setup)
        return self._pool.submit(draw_document, document)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
