"""Which papers open the household's own page, and the request that each is about.

An upper app registers, in ``AppConfig.ready()``, ``leads_to_request(kind, function)`` for a kind of paper whose square
code opens that page: ``function(document)`` takes the key of a paper and returns that of its prescription, or None.
"""

from collections.abc import Callable

from django.core import signing
from django.urls import reverse

from documents.addresses import typed_code
from documents.emails import absolute_url
from documents.models import Document
from prescriptions.models import Prescription

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


def page_of_request(prescription: Prescription) -> str:
    """The whole address of the household's own page, for a mail; empty when its year of birth is not in its file."""
    paper = prescription.papers.order_by("-pk").select_related("document").first()
    if paper is None or prescription.household.birth_date is None:
        return ""
    return absolute_url(reverse(OWN_PAGE, args=[paper.document.public_code]))


def pass_for(opened: tuple[int, int]) -> str:
    """What the forms of an opened page hold: it acts for who opened it, while its visit lasts (``own_visit``)."""
    return signing.dumps(list(opened), salt=OWN_PAGE)


def read_pass(given: str, code: str) -> tuple[int, int] | None:
    """``(paper, prescription)``, if this pass was made for the paper with this code."""
    try:
        paper, prescription = signing.loads(given, salt=OWN_PAGE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (paper, prescription) if request_of(code) == (paper, prescription) else None
