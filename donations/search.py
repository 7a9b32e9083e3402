"""What the search box finds here: lots, and those who may give, among those one may see."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from donations.models import Donation, Prospect
from donations.permissions import can_prospect
from lifecycle.actors import Actor
from lifecycle.registry import LOOKED_FOR, Found, find
from typography.french import day


def register_finders() -> None:
    """Answer the search box."""
    find("donations.donations", donations)
    find("donations.prospects", prospects)


def donations(text: str, actor: Actor) -> Iterator[Found]:
    """By reference, or by the name of the donor, the newest first; one query."""
    same = Q(reference__iexact=text) | Q(donor__name__icontains=text)
    rows = Donation.objects.visible_to(actor).filter(same).select_related("donor").order_by("-pk")
    for donation in rows[:LOOKED_FOR]:
        announced = f", annoncé le {day(donation.announced_at)}" if donation.announced_at else ""
        yield Found(
            kind="Lots",
            title=f"Lot {donation}",
            said=f"{donation.donor}{announced}",
            url=reverse("donations:donation_detail", args=[donation.reference]),
            row=donation,
            is_exact=text.casefold() == donation.reference.casefold(),
        )


def prospects(text: str, actor: Actor) -> Iterator[Found]:
    """By reference or by name, for those who follow them; the person to call there is never looked for. One query."""
    if can_prospect(actor) is None:
        return
    same = Q(reference__iexact=text) | Q(name__icontains=text)
    rows = Prospect.objects.visible_to(actor).filter(same).select_related("commune").order_by("name", "pk")
    for prospect in rows[:LOOKED_FOR]:
        yield Found(
            kind="Donateurs possibles",
            title=prospect.name,
            said=f"{prospect.reference}, {prospect.commune}",
            url=reverse("donations:prospect_detail", args=[prospect.reference]),
            row=prospect,
            is_exact=text.casefold() == prospect.reference.casefold(),
        )
