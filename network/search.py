"""What the search box finds here: organisations among those one may see; people, for whoever keeps the accounts."""

from collections.abc import Iterator

from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.urls import reverse

from lifecycle.actors import Actor
from lifecycle.registry import LOOKED_FOR, Found, find
from network.models import Organisation, Rollout, User
from network.permissions import can_manage_accounts

SIRET_DIGITS = 14


def register_finders() -> None:
    """Answer the search box."""
    find("network.organisations", organisations)
    find("network.rollouts", rollouts)
    find("network.people", people)


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


def rollouts(text: str, actor: Actor) -> Iterator[Found]:
    """By reference, or the name of the EPCI; one query."""
    same = Q(reference__iexact=text) | Q(epci__name__icontains=text) | Q(epci__short_name__icontains=text)
    rows = Rollout.objects.visible_to(actor).filter(same).select_related("epci").order_by("epci__short_name", "pk")
    for rollout in rows[:LOOKED_FOR]:
        yield Found(
            kind="Déploiement",
            title=str(rollout),
            said=f"{rollout.reference}, {rollout.get_state_display()}",
            url=reverse("network:rollout_detail", args=[rollout.reference]),
            row=rollout,
            is_exact=text.casefold() == rollout.reference.casefold(),
        )


def people(text: str, actor: Actor) -> Iterator[Found]:
    """By name or address, for whoever administers accounts; nobody else finds a person. One query, none for others."""
    if can_manage_accounts(actor) is None:
        return
    whole = Concat("first_name", Value(" "), "last_name")
    named = Q(last_name__icontains=text) | Q(first_name__icontains=text) | Q(whole__icontains=text)
    same = named | Q(email__icontains=text)
    rows = User.objects.visible_to(actor).filter(forgotten_at=None).annotate(whole=whole).filter(same)
    for user in rows.order_by("last_name", "first_name", "pk")[:LOOKED_FOR]:
        yield Found(
            kind="Personnes",
            title=str(user),
            said=f"{user.email}, {'compte actif' if user.is_active else 'compte désactivé'}",
            url=reverse("network:user_detail", args=[user.pk]),
            is_exact=text.casefold() == user.email,
        )
