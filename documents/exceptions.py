"""What can go wrong with a file, a document or a mail."""

from django.core.exceptions import ValidationError


class FileRefused(ValidationError):
    """The deposited file is not accepted; the sentence says why and what to do. A form shows it as it is."""


class FileForgotten(LookupError):
    """The content was erased on request: only its hash remains."""


class FileAltered(RuntimeError):
    """What is on disk is not what was deposited: its SHA-256 differs, or it is missing."""


class ForbiddenResource(ValueError):
    """A paper asks for something outside Maillon's own fonts and images; nothing is rendered."""


class DeliveryFailed(RuntimeError):
    """A mail did not leave this time. Holds a code, never an address nor what the server said of it."""
