"""The answers that are not yes. A third one, "not allowed" (403), is Django's PermissionDenied."""

from collections.abc import Mapping

from django.http import Http404

from lifecycle.requirements import Reason


class Unknown(Http404):
    """The row is outside what the actor may see: it is answered as if it did not exist (404)."""


class Refused(Exception):
    """The verb is not possible now. ``reasons`` says, for each row, everything that is missing."""

    def __init__(self, reasons: Mapping[int, tuple[Reason, ...]]) -> None:
        self.reasons = dict(reasons)
        super().__init__(" ".join(reason.sentence for reason in self.all))

    @property
    def all(self) -> list[Reason]:
        """The reasons of every row, each told once, in order."""
        return list(dict.fromkeys(reason for reasons in self.reasons.values() for reason in reasons))


class OutsideTheGate(RuntimeError):
    """A transition was called by itself: only ``lifecycle.gate`` moves a row."""
