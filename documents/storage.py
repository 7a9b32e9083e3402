"""Where files lie: outside every served folder, without an address, written whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """Files of ``MEDIA_ROOT`` that no URL reaches: only a view that knows who may see them opens them.

    A content is written beside its place then moved onto it, so that a crash never leaves half a file under
    a name that says what its hash is; writing the same name again replaces it by the same content.
    """

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("A stored file has no address: its owner's view serves it.")

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        place = Path(self.path(name))
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(prefix=".", dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(place)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        return name

    def older_than(self, instant: float) -> Iterator[str]:
        """The names of the files last written before ``instant`` (seconds since 1970), half-written too."""
        root = Path(self.location)
        for place in sorted(root.rglob("*")):
            if place.is_file() and place.stat().st_mtime < instant:
                yield place.relative_to(root).as_posix()
