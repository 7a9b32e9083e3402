"""Which copy of Maillon answers on a port of this machine, without saying where it lies."""

import hashlib
from pathlib import Path


def print_of(folder: Path) -> str:
    """A few letters that tell this folder from another, and from which nobody reads its path."""
    return hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
