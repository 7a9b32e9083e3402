"""The figures that anyone may have: the numbers shown, and which ones are not. Their hash is printed for all readers.

The hash of the whole figures is for the pilot alone: whoever knows all but a few small numbers would try them one after
the other until the hash agrees.
"""

import hashlib
from typing import Any

from documents.services.papers import canonical
from reports.secrecy.believed import NOTHING, write_down
from reports.secrecy.covering import is_upstream

PUBLIC = (
    *("version", "month", "as_of", "territories", "new_devices", "quantities"),
    *("missing_erasures", "incidents", "typed_erasures"),
)
"""What is told as it is to all readers."""


def published(figures: dict[str, Any]) -> dict[str, Any]:
    """What is public of figures that chose their secrets.

    ``households``: ``[key, number]`` of each number of the distribution and of the needs, None when it is hidden;
    those that are zero and shown are left out.
    """
    hidden = set(figures["secrets"]["hidden"])
    cells = write_down([figures], NOTHING).cells.values()
    numbers = {cell.key: None if cell.key in hidden else cell.value for cell in cells}
    return {name: figures[name] for name in PUBLIC if name in figures} | {
        "buckets": [row for row in figures["buckets"] if is_upstream(row[0])],
        "variations": [row for row in figures.get("variations", ()) if is_upstream(row[2], row[6])],
        "households": [[key, number] for key, number in sorted(numbers.items()) if number != 0],
        "rule": {name: figures["secrets"][name] for name in ("threshold", "width")},
    }


def published_sha256(figures: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of what is public, in hexadecimal."""
    return hashlib.sha256(canonical(published(figures))).hexdigest()
