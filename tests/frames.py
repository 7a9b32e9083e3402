"""Calls that go deep, on one block of memory.

CPython keeps the frames of a thread in blocks of 16 KiB. Where a loop runs at the depth at which a block is full, each
of its calls asks the system for another and gives it back (gh-142183, mended in March 2026 for 3.13 and 3.14, which
keep one). A page that a test reads is a hundred calls deep and meets several such depths: a twentieth of the suite
went there. A frame of half a megabyte gets a block of one, whose other half has room for all the calls that follow.
"""

from collections.abc import Callable
from functools import wraps

SLOTS = (1 << 16) + 1
"""How large the frame is, of eight bytes each: a little more than half of its block."""


def on_one_block[**P, R](call: Callable[P, R]) -> Callable[P, R]:
    """The same call, whose frames have room in one block, given back when it returns."""

    @wraps(call)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return call(*args, **kwargs)

    run.__code__ = run.__code__.replace(co_stacksize=SLOTS)
    return run
