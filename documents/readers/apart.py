"""Read a deposited file in a process of its own: what it does to its reader ends with that process.

A PDF or a picture may hold gigabytes in a few kilobytes, or make its reader turn for ever. The process has bounded
memory and processor time, is stopped after some seconds, and answers with one JSON object. Nothing else is shared: no
database, no setting, no session. Never called while a row is locked.
"""

import json
import resource
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = 60
"""How long a reader may take, whatever the machine does beside."""
PROCESSOR_SECONDS = 20
MEMORY = 2 * 1024**3
"""Bytes of address space: a page drawn needs some tens of megabytes, the libraries themselves some hundreds."""
ROOT = Path(__file__).resolve().parents[2]
_LENGTH = struct.Struct(">Q")


class NotRead(Exception):
    """The file could not be read: broken, too heavy, or too long to read."""


def read_apart(reader: str, *parts: bytes) -> dict[str, Any]:
    """What the module ``reader`` answers of these contents. Raises NotRead."""
    sent = b"".join(_LENGTH.pack(len(part)) + part for part in parts)
    try:
        run = subprocess.run(  # noqa: S603  our own interpreter and module, contents on its input only
            [sys.executable, "-m", reader], input=sent, capture_output=True, timeout=SECONDS, cwd=ROOT, check=True
        )
        answer: dict[str, Any] = json.loads(run.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise NotRead(type(error).__name__) from None
    return answer


def answer_apart(read: Callable[..., dict[str, Any]]) -> None:
    """The other side: bound oneself, read the parts, answer. A failure is an exit code, without a word of the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    parts = []
    while head := sys.stdin.buffer.read(_LENGTH.size):
        parts.append(sys.stdin.buffer.read(_LENGTH.unpack(head)[0]))
    try:
        answer = read(*parts)
    except Exception:  # noqa: BLE001  a hostile file raises anything
        sys.exit(1)
    sys.stdout.write(json.dumps(answer))
