"""What can go wrong with a file, a document or a mail."""

from django.core.exceptions import ValidationError


class FileRefused(ValidationError):
    """The deposited file is not accepted; the sentence says why and what to do. A form shows it as it is."""


class UnknownContentError(FileRefused):
    """Its content is of no kind that is read; ``what`` says so, ``wanted`` which kinds are taken there."""

    def __init__(self, what: str, wanted: str) -> None:
        super().__init__(f"{what} Déposez un fichier {wanted}.", code="file_type_refused")
        self.what = what


class FileForgotten(LookupError):
    """The content was erased on request: only its hash remains."""


class FileAltered(RuntimeError):
    """What is on disk is not what was deposited: its SHA-256 differs, or it is missing."""


class ForbiddenResource(ValueError):
    """A paper asks for something outside Maillon's own fonts and images; nothing is rendered."""


class DeliveryFailed(RuntimeError):
    """A mail did not leave this time. Holds a code, never an address nor what the server said of it."""
