"""The room that each test has for its calls."""

import pytest

from tests.frames import SLOTS, on_one_block


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


def test_there_is_room_for_as_many_calls_as_the_interpreter_allows() -> None:
    def down(left: int) -> int:
        return down(left - 1) if left else 0

    assert on_one_block(down)(500) == 0
    with pytest.raises(RecursionError):
        on_one_block(down)(10_000)


def test_the_frame_takes_more_than_half_of_its_block_and_leaves_room() -> None:
    size, block = 8 * SLOTS, 16 << 10
    while block < size + 8 * 1000:
        block *= 2
    assert block - size > 400_000
