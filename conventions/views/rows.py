"""A review or a signature as its pages find it, and where they lead back."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from conventions.models import Review, Signature
from conventions.views.conventions import SHOWN

WITH_CONVENTION = tuple(f"convention__{name}" for name in SHOWN)


def visible_row[M: (Review, Signature)](model: type[M], request: HttpRequest, reference: str, *related: str) -> M:
    """The review or signature, if the person may see it; else a 404."""
    seen = model.objects.visible_to(request.membership).select_related("organisation", *related, *WITH_CONVENTION)
    found: M = get_object_or_404(seen, reference=reference)
    return found


def back_to(row: Review | Signature, anchor: str) -> str:
    """Its place on the page of its convention."""
    return reverse("conventions:convention_detail", args=[row.convention.reference]) + f"#{anchor}"
