"""Awareness sessions: planned, structures invited, who came; and the accounts that come of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.forms import refuse_unwritable
from lifecycle.locked_rows import held_row
from lifecycle.locking import locked
from network.enums import AwarenessState, LegalNature, OrganisationKind, Role
from network.models import AwarenessGuest, AwarenessSession, Commune, Invitation, Organisation, PublicService
from network.models.directory import prescribers
from network.permissions import can_lead_awareness, is_pilot
from network.services.invitations import invite
from network.services.organisations import save_organisation

TITLE = "Découvrir Maillon et apprendre à prescrire"
NOBODY = "Choisissez au moins une structure, ou écrivez-en une."
DID_NOT_COME = "Cette structure n’est pas notée présente à une session tenue."
KNOWN = "Une structure porte déjà ce nom\u00a0: invitez la personne depuis sa fiche."
NAMED = "Donnez le nom de la structure."
LONGEST_LISTED = 140
"""Signs of a name that leave room for the reference beside it."""


@gate.one_transaction
def plan_awareness(
    *,
    actor: Actor,
    commune: Commune,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    title: str = TITLE,
    at: datetime | None = None,
    comment: str = "",
) -> AwarenessSession:
    """Choose a day and a place; nobody is told yet. Raises PermissionDenied, Refused, ValidationError."""
    row = AwarenessSession(title=title.strip() or TITLE, commune=commune)
    when: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at, "place": place.strip()}
    made: AwarenessSession = gate.create(row, "plan", actor=actor, at=at, comment=comment, **when)
    return made


@gate.one_transaction
def convene_awareness(
    *,
    actor: Actor,
    awareness: AwarenessSession,
    organisations: Iterable[Organisation] = (),
    others: Sequence[tuple[str, str]] = (),
    at: datetime | None = None,
    comment: str = "",
) -> AwarenessSession:
    """Invite structures, known or not: ``others`` are (name, mail address, which may be empty).

    One that is invited already is not again. Raises Unknown, PermissionDenied, Refused, ValidationError.
    """
    row = _locked_awareness(actor, awareness)
    chosen = list(organisations)
    if not chosen and not others:
        raise ValidationError({"organisations": NOBODY})
    invited = set(row.guests.values_list("organisation", flat=True))
    typed = {name.casefold() for name in row.guests.filter(organisation=None).values_list("name", flat=True)}
    known = [one for one in chosen if one.pk not in invited and one.name.casefold() not in typed]
    addresses = addresses_of(known)
    there = _names_of(row)
    given = [
        AwarenessGuest(session=row, organisation=one, name=name, email=addresses[one.pk])
        for one, name in _told_apart(known, there)
    ]
    given += [AwarenessGuest(session=row, name=name.strip(), email=email.strip()) for name, email in others]
    fresh = {one.name.casefold(): one for one in given if one.name.casefold() not in there}
    for guest in fresh.values():
        guest.clean_fields()
    AwarenessGuest.objects.bulk_create(fresh.values())
    moved: AwarenessSession = gate.apply(row, "convene", actor=actor, at=at, comment=comment, structures=len(fresh))
    return moved


@gate.one_transaction
def hold_awareness(
    *,
    actor: Actor,
    awareness: AwarenessSession,
    came: Mapping[int, int],
    besides: Sequence[tuple[str, int]] = (),
    at: datetime | None = None,
    comment: str = "",
) -> AwarenessSession:
    """Note how many people of each guest came, by key, and the structures that came uninvited (name, people).

    What is not said of a guest is that nobody came. Raises Unknown, PermissionDenied, Refused, ValidationError.
    """
    row = _locked_awareness(actor, awareness)
    there = _names_of(row)
    for guest in locked(AwarenessGuest.objects.filter(session=row)):
        guest.people = came.get(guest.pk, 0)
        guest.clean_fields()
        guest.save(update_fields=["people"])
    for name, people in besides:
        if name.strip().casefold() in there:
            raise ValidationError({"besides": f"«\u00a0{name.strip()}\u00a0» est déjà dans la liste au-dessus."})
        there.add(name.strip().casefold())
        guest = AwarenessGuest(session=row, name=name.strip(), people=people)
        guest.clean_fields()
        guest.save()
    counts = [
        people for people in AwarenessGuest.objects.filter(session=row).values_list("people", flat=True) if people
    ]
    moved: AwarenessSession = gate.apply(
        row, "hold", actor=actor, at=at, comment=comment, structures=len(counts), people=sum(counts)
    )
    return moved


@transaction.atomic
def invite_structure(
    *,
    actor: Actor,
    email: str,
    name: str = "",
    legal_nature: str = LegalNature.ASSOCIATION,
    commune: Commune | None = None,
    guest: AwarenessGuest | None = None,
    first_name: str = "",
    last_name: str = "",
    at: datetime | None = None,
) -> Invitation:
    """Invite somebody to open the account of a structure, as its manager; one that is not known is written down first.

    ``guest``: one that came to a session. Raises PermissionDenied, ValidationError.
    """
    if not is_pilot(actor):
        raise PermissionDenied
    organisation = None
    if guest is not None:
        (guest,) = locked(AwarenessGuest.objects.filter(pk=guest.pk).select_related("session", "organisation"))
        if guest.session.state != AwarenessState.HELD or not guest.people:
            raise ValidationError(DID_NOT_COME)
        organisation, name, commune = guest.organisation, guest.name, commune or guest.session.commune
    if organisation is None:
        organisation = _written_down(actor, name.strip(), legal_nature, commune)
    if guest is not None and guest.organisation is None:
        guest.organisation = organisation
        guest.save(update_fields=["organisation"])
    return invite(
        organisation=organisation,
        email=email,
        first_name=first_name,
        last_name=last_name,
        kind=OrganisationKind.PRESCRIBER,
        role=Role.MANAGER,
        by=actor,
        at=at,
    )


def _written_down(actor: Actor, name: str, legal_nature: str, commune: Commune | None) -> Organisation:
    if not name:
        raise ValidationError({"name": NAMED})
    if prescribers().filter(name__iexact=name).exists():
        raise ValidationError({"name": KNOWN})
    made = Organisation(
        name=name,
        kinds=[OrganisationKind.PRESCRIBER],
        legal_nature=legal_nature,
        commune=commune,
        epci=commune.epci if commune is not None else None,
    )
    made.clean_fields()
    return save_organisation(organisation=made, communes_served=[commune] if commune is not None else [], by=actor)


def addresses_of(organisations: Iterable[Organisation]) -> dict[int, str]:
    """The public mail address of each structure: that of its first service of the directory, else its own.

    Empty for one that no mail can be sent to: that structure is called.
    """
    found = {one.pk: one.email for one in organisations}
    told = PublicService.objects.in_directory().filter(organisation__in=list(found)).exclude(email="")
    found |= dict(told.order_by("-pk").values_list("organisation", "email"))
    return {pk: email if _can_be_written_to(email) else "" for pk, email in found.items()}


def _can_be_written_to(email: str) -> bool:
    try:
        refuse_unwritable(email)
    except ValidationError:
        return False
    return True


def _told_apart(organisations: Iterable[Organisation], there: set[str]) -> list[tuple[Organisation, str]]:
    """Each structure with the name it is listed by: two have the same one, in two communes."""
    taken, named = set(there), []
    for one in organisations:
        name = one.name if one.name.casefold() not in taken else f"{one.name[:LONGEST_LISTED]} ({one.reference})"
        taken.add(name.casefold())
        named.append((one, name))
    return named


def _names_of(row: AwarenessSession) -> set[str]:
    return {name.casefold() for name in row.guests.values_list("name", flat=True)}


def _locked_awareness(actor: Actor, awareness: AwarenessSession) -> Any:
    return held_row(AwarenessSession.objects.visible_to(actor), awareness, actor=actor, can=can_lead_awareness)
