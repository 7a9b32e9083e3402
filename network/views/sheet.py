"""What the pages of an organisation and of an account tell: who acts next, and what happened to their roles."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from lifecycle.acting import Step
from lifecycle.history import Past
from network.models import OWN_ACTS, AccountAct, Invitation, Membership, MembershipPeriod, Organisation, User
from typography.french import HARD, plural


def organisation_step(
    organisation: Organisation,
    acting: int,
    waiting: list[Invitation],
    at: datetime,
    *,
    invites: bool,
    left: bool = False,
) -> Step:
    """Who acts next for its people: ``acting``, how many open roles; ``waiting``, its invitations without an answer.

    ``left``: whether somebody acted there once.
    """
    nobody = f"personne n’agit {'plus' if left else 'encore'} pour cette organisation"
    if not organisation.is_active:
        return Step("L’organisation n’est plus active, personne n’y agit", dated=False)
    expired = sum(one.expires_at < at for one in waiting)
    if expired and invites:
        sent = f"{expired} invitation{plural(expired)} expirée{plural(expired)}, à renvoyer ou à retirer"
        people = reverse("network:people", args=[organisation.reference])
        return Step("", sent, url=people, label="Voir les invitations")
    if waiting:
        awaited = f"En attente de la réponse de {len(waiting)}{HARD}personne{plural(len(waiting))}"
        invited = f"invitée{plural(len(waiting))}"
        return Step(f"{awaited} {invited}", since=min(one.sent_at for one in waiting))
    if not acting and invites:
        url = reverse("network:invite", args=[organisation.reference])
        return Step("", nobody, url=url, label="Inviter une personne")
    if not acting:
        return Step(nobody.capitalize(), dated=False)
    return Step(f"Aucune invitation n’attend de réponse{HARD}: {open_roles(acting)}", dated=False)


def account_step(user: User, acting: int) -> Step:
    """What is awaited of a person; ``acting``, how many roles are open."""
    if user.forgotten_at:
        return Step("Le nom et l’adresse sont effacés, le compte ne s’ouvre plus", since=user.forgotten_at)
    if not user.is_active:
        last = user.changes.filter(act=AccountAct.DISABLED).first()
        told = "Le compte est désactivé, cette personne ne se connecte plus"
        return Step(told, since=last.at) if last else Step(told, dated=False)
    if not acting:
        return Step("Aucun rôle n’est ouvert, cette personne se connecte sans pouvoir agir", dated=False)
    if user.last_login is None:
        return Step("En attente de sa première connexion", since=user.created_at)
    return Step(f"Rien n’est attendu{HARD}: {open_roles(acting)}", dated=False)


def open_roles(acting: int) -> str:
    """« 3 rôles ouverts »."""
    return f"{acting}{HARD}rôle{plural(acting)} ouvert{plural(acting)}" if acting else "aucun rôle ouvert"


def periods_of(memberships: Iterable[Membership]) -> Iterable[MembershipPeriod]:
    """When these memberships were opened and closed, by whom, with whom they are of; one query."""
    periods = MembershipPeriod.objects.filter(membership__in=memberships)
    return periods.select_related(
        "membership__user",
        "membership__organisation",
        "opened_by__user",
        "opened_by__organisation",
        "closed_by__user",
        "closed_by__organisation",
    ).order_by("-opened_at", "-pk")


def roles_told(periods: Iterable[MembershipPeriod], reader: Membership, *, of_a_person: bool) -> Iterable[Past]:
    """Each role opened or closed: of a person, in which organisation; of an organisation, by whom it is held."""
    for period in periods:
        held = period.membership
        whose = str(held.organisation) if of_a_person else str(held.user)
        yield Past(f"Rôle ouvert{HARD}: {held.title}, {whose}", period.opened_at, _by(period.opened_by, reader))
        if period.closed_at is not None:
            yield Past(f"Rôle fermé{HARD}: {held.title}, {whose}", period.closed_at, _by(period.closed_by, reader))


def changes_told(user: User, reader: Membership) -> Iterable[Past]:
    """What happened to an account, and who did it; what is one's own to do is done by oneself. One query."""
    for change in user.changes.select_related("by__user", "by__organisation"):
        who = str(user) if change.act in OWN_ACTS else _by(change.by, reader)
        told = f"{change.get_act_display()}{HARD}: {change.get_reason_display().lower()}" if change.reason else ""
        yield Past(told or change.get_act_display(), change.at, who)


def _by(membership: Membership | None, reader: Membership) -> str:
    """By name to his own organisation and to whoever reads all, as in a timeline; else his organisation."""
    if membership is None:
        return "Maillon"
    is_told = reader.reads_all or membership.organisation_id == reader.organisation_id
    return str(membership.user if is_told else membership.organisation)
