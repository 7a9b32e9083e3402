"""Which papers open the household's own page, and the request that each is about.

An upper app registers, in ``AppConfig.ready()``, ``leads_to_request(kind, function)`` for a kind of paper whose square
code opens that page: ``function(document)`` takes the key of a paper and returns that of its prescription, or None.
"""

from collections.abc import Callable

from documents.addresses import typed_code
from documents.models import Document

OWN_PAGE = "prescriptions:own_page"
"""What the square code of a household's sheet opens."""

type RequestOf = Callable[[int], int | None]

_functions: dict[str, RequestOf] = {}


def leads_to_request(kind: str, function: RequestOf) -> None:
    """Declare whose page the papers of a kind open."""
    _functions[kind] = function


def request_of(code: str) -> tuple[int, int] | None:
    """``(paper, prescription)``, both by key, of the paper with this code; None when it opens the page of nobody."""
    document = Document.objects.filter(public_code=typed_code(code), forgotten_at=None).first()
    function = _functions.get(document.kind) if document is not None else None
    prescription = function(document.pk) if document is not None and function is not None else None
    return None if document is None or prescription is None else (document.pk, prescription)
