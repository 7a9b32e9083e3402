"""What was looked at already and found right, by any process of a run of the tests."""

import json
import os
from collections.abc import Iterable
from pathlib import Path


class Seen:
    """Words that are noted once, in a file that the processes have in common; without a file, each for itself."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.known: set[str] = set()
        self._read = 0

    def __contains__(self, word: str) -> bool:
        return word in self.known

    def catch_up(self) -> None:
        """Read what the others noted since."""
        if self.file is None or not self.file.exists():
            return
        with self.file.open("rb") as lines:
            lines.seek(self._read)
            told = lines.read()
        whole = told[: told.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            self.known.update(json.loads(line))

    def note(self, words: Iterable[str]) -> None:
        new = sorted(set(words) - self.known)
        self.known.update(new)
        if new and self.file is not None:
            opened = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(opened, json.dumps(new).encode() + b"\n")
            finally:
                os.close(opened)


SEEN = Seen()
"""The kinds of elements, and the plans of pages, where nothing was found in a browser."""
