"""The room that each test has for its calls."""

from resource import RUSAGE_SELF, getrusage
from sys import getrecursionlimit

import pytest

from tests.frames import on_one_block

LOOPS = 1000


def test_a_call_with_room_gives_its_answer_and_says_its_name() -> None:
    def add(left: int, *, right: int) -> int:
        """Two numbers."""
        return left + right

    assert on_one_block(add)(1, right=2) == 3
    assert (on_one_block(add).__name__, on_one_block(add).__doc__) == ("add", "Two numbers.")


def test_what_fails_in_it_fails_as_it_did() -> None:
    def fail() -> None:
        raise LookupError("nothing")

    with pytest.raises(LookupError, match="nothing"):
        on_one_block(fail)()


def test_no_call_of_a_loop_asks_the_system_for_memory_at_whatever_depth_it_runs() -> None:
    """At the end of a block of frames, each one would: a thousand pages of memory for these loops, or more."""

    def loop() -> int:
        before = getrusage(RUSAGE_SELF).ru_minflt
        for _ in range(LOOPS):
            nothing()
        return getrusage(RUSAGE_SELF).ru_minflt - before

    def nothing() -> None:
        """Each call has its frame."""

    def down(left: int) -> int:
        return down(left - 1) if left else loop()

    asked = on_one_block(lambda: [down(depth) for depth in range(200)])()
    assert max(asked) < LOOPS / 10


def test_there_is_room_for_as_many_calls_as_the_interpreter_allows() -> None:
    def down(left: int) -> int:
        return down(left - 1) if left else 0

    with pytest.raises(RecursionError):
        on_one_block(down)(10_000)
    assert on_one_block(down)(getrecursionlimit() // 2) == 0
