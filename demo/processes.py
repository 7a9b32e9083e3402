"""Other processes that take their part of a story, and end with who asked for it. No model is imported here."""

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import django


def processes(most: int, **options: Any) -> ProcessPoolExecutor:
    """So many processes at most, each of which knows Maillon before it reads what it is asked.

    It is learnt once: each begins as a copy of one that did, which has opened nothing.
    """
    copied = multiprocessing.get_context("forkserver")
    copied.set_forkserver_preload(["demo.known"])
    return ProcessPoolExecutor(most, mp_context=copied, initializer=_begin, **options)


def _begin() -> None:
    threading.Thread(target=_end_with_who_asked, daemon=True).start()
    django.setup()


def _end_with_who_asked() -> None:
    """One that is killed stops nobody: what it asked for would wait for ever, or write in the next story."""
    asks = multiprocessing.parent_process()
    if asks is not None:
        asks.join()
        os._exit(1)
