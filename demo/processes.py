"""Other processes that take their part of a story, and end with who asked for it. No model is imported here."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import forkserver
from typing import Any

import django

GIVES_WAY = 5
"""How far they give way to who tells the story, in points of ``nice``: they take the processor that he leaves."""


@contextmanager
def learnt_once() -> Iterator[None]:
    """The process that the others are copies of ends with the block: it would last as long as who asked for it."""
    try:
        yield
    finally:
        forkserver._forkserver._stop()  # type: ignore[attr-defined] # there is no other way


def processes(most: int, **options: Any) -> ProcessPoolExecutor:
    """So many processes at most, each of which knows Maillon before it reads what it is asked.

    They begin as copies of one that knows it (``demo.known``): it takes two seconds to learn.
    """
    copied = multiprocessing.get_context("forkserver")
    copied.set_forkserver_preload(["demo.known"])
    return ProcessPoolExecutor(most, mp_context=copied, initializer=_begin, **options)


def _begin() -> None:
    """Who interrupts the story speaks to who tells it, who stops the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_who_asked, daemon=True).start()
    os.nice(GIVES_WAY)
    django.setup()


def _end_with_who_asked() -> None:
    """One that is killed stops nobody: what it asked for would wait for ever, or write in the next story."""
    asks = multiprocessing.parent_process()
    if asks is not None:
        asks.join()
        os._exit(1)
