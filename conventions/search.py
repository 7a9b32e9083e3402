"""What the search box finds here: conventions and amendments, among those one may see."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from conventions.models import Convention
from lifecycle.actors import Actor
from lifecycle.registry import LOOKED_FOR, Found, find


def register_finders() -> None:
    """Answer the search box."""
    find("conventions.conventions", conventions)


def conventions(text: str, actor: Actor) -> Iterator[Found]:
    """By reference, title, territory or party, the newest first; one query."""
    same = Q(reference__iexact=text) | Q(title__icontains=text) | Q(epci__name__icontains=text)
    for party in ("epci_party", "workshop", "distributor"):
        same |= Q(**{f"{party}__name__icontains": text})
    rows = Convention.objects.visible_to(actor).filter(same).select_related("epci", "amends").order_by("-pk")
    for convention in rows[:LOOKED_FOR]:
        kind = "Avenant" if convention.amends else "Convention"
        yield Found(
            kind="Conventions et avenants",
            title=f"{kind} {convention}",
            said=f"{convention.title}, {convention.epci}",
            url=reverse("conventions:convention_detail", args=[convention.reference]),
            row=convention,
            is_exact=text.casefold() == convention.reference.casefold(),
        )
