"""What the search box finds whatever app it belongs to: the paper that a code of authenticity is printed on."""

from collections.abc import Iterator

from django.urls import reverse

from documents.addresses import typed_code
from documents.models import Document
from lifecycle.actors import Actor
from lifecycle.machine import machine_named
from lifecycle.registry import Found, find
from refurb.models import Delivery
from typography.french import day

PAGES = {
    "connection": "connectivity:connection_detail",
    "convention": "conventions:convention_detail",
    "delivery": "distribution:delivery_detail",
    "device": "refurb:device_detail",
    "donation": "donations:donation_detail",
    "meeting": "desk:meeting_detail",
    "prescription": "prescriptions:prescription_detail",
    "report": "reports:report_detail",
}
"""Where the papers of each kind of rows are read."""


def register_finders() -> None:
    """Answer the search box."""
    find("desk.papers", papers)


def papers(text: str, actor: Actor) -> Iterator[Found]:
    """By the code that a paper carries: the page of what it is about, or that which tells anyone it is authentic.

    One query for the paper, one for what it is about; none when this is no code. Its title may name somebody: it is not
    told.
    """
    code = typed_code(text)
    document = Document.objects.filter(public_code=code, forgotten_at=None).first() if code else None
    if document is None:
        return
    yield Found(
        kind="Papiers",
        title=document.declared_kind.label,
        said=f"établi le {day(document.created_at)}, code {document.public_code}",
        url=_page(document, actor) or reverse("documents:authenticity", args=[document.public_code]),
        is_exact=True,
    )


def _page(document: Document, actor: Actor) -> str:
    """The page of what the paper is about; empty when there is none that the person may see."""
    page = PAGES.get(document.owner_machine)
    if page is None:
        return ""
    model = Delivery if document.owner_machine == "delivery" else machine_named(document.owner_machine)
    seen = model._default_manager.all().visible_to(actor)  # type: ignore[attr-defined]
    reference = seen.filter(pk=document.owner_pk).values_list("reference", flat=True).first()
    return reverse(page, args=[reference]) if reference else ""
