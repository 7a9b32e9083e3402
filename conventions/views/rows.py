"""A review or a signature as its pages find it, and where they lead back."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from conventions.models import Convention, Review, Signature
from conventions.views.conventions import SHOWN
from network.enums import Role
from network.models import Membership
from network.requests import Request

ROLES = {"review": (Role.REVIEWER, Role.MANAGER), "signature": (Role.SIGNATORY, Role.MANAGER)}
"""Who may be asked instead."""
WITH_CONVENTION = tuple(f"convention__{name}" for name in SHOWN)


def visible_row[M: (Review, Signature)](model: type[M], request: Request, reference: str, *related: str) -> M:
    """The review or signature, if the person may see it; else a 404."""
    seen = model.objects.visible_to(request.membership).select_related("organisation", *related, *WITH_CONVENTION)
    found: M = get_object_or_404(seen, reference=reference)
    return found


def back_to(row: Review | Signature, anchor: str) -> str:
    """Its place on the page of its convention."""
    return reverse("conventions:convention_detail", args=[row.convention.reference]) + f"#{anchor}"


def others_to_ask(request: Request, row: Review | Signature) -> dict[str, list[Membership]]:
    """Those of the organisation that is asked who may be asked instead, for the form that names one."""
    present = row.asked_of_id if isinstance(row, Review) else row.signatory_id
    people = Membership.objects.open().filter(organisation=row.organisation_id, role__in=ROLES[row.machine.name])
    others = people if present is None else people.exclude(pk=present)
    return {"people": list(others.select_related("user").order_by("user__last_name", "pk"))}


def of_its_convention(request: Request, row: Review | Signature) -> dict[str, Convention]:
    """The convention, which the pages of both show."""
    return {"convention": row.convention}
