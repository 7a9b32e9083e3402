"""What no browser keeps: another person may sit down at the same machine."""

from django.http.response import HttpResponseBase

UNKEPT = "private, no-store"


def unkept[R: HttpResponseBase](response: R) -> R:
    """The same response, that neither a browser nor a relay keeps."""
    response["Cache-Control"] = UNKEPT
    return response
