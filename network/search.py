"""What the search box finds here: organisations, among those one may see."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from lifecycle.actors import Actor
from lifecycle.registry import LOOKED_FOR, Found, find
from network.models import Organisation

SIRET_DIGITS = 14


def register_finders() -> None:
    """Answer the search box."""
    find("network.organisations", organisations)


def organisations(text: str, actor: Actor) -> Iterator[Found]:
    """By reference, name or SIRET; one query."""
    same = Q(reference__iexact=text) | Q(name__icontains=text)
    figures = "".join(character for character in text if character.isdigit())
    if len(figures) == SIRET_DIGITS:
        same |= Q(siret=figures)
    rows = Organisation.objects.visible_to(actor).filter(same).select_related("commune").order_by("name", "pk")
    for organisation in rows[:LOOKED_FOR]:
        place = f", {organisation.commune}" if organisation.commune else ""
        yield Found(
            kind="Organisations",
            title=organisation.name,
            said=f"{', '.join(organisation.kind_labels)}{place}",
            url=reverse("network:organisation_detail", args=[organisation.reference]),
            is_exact=text.casefold() == organisation.reference.casefold() or organisation.siret == figures != "",
        )
