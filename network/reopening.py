"""Whom a person asks for a role again: the manager of the organisation, or the Département where there is none."""

from collections.abc import Iterable

from django.conf import settings

from network.enums import Role
from network.models import Membership
from typography.french import HARD, of


def asked_again(memberships: Iterable[Membership], user: int | None) -> list[str]:
    """One sentence for each organisation in which the account ``user`` has a closed role; one query.

    ``memberships`` come with their organisation. A manager who was alone is not sent to herself, nor anybody to an
    organisation that is active no more.
    """
    closed = {(one.organisation, one.kind) for one in memberships if not (one.is_open and one.organisation.is_active)}
    managers = Membership.objects.open().filter(role=Role.MANAGER).exclude(user=user)
    managed = set(managers.filter(organisation__in={one for one, _ in closed}).values_list("organisation", "kind"))
    sentences = {}
    for organisation, kind in sorted(closed, key=lambda one: (one[0].name, one[0].pk, one[1])):
        if not organisation.is_active:
            told = f"{organisation} n’est plus active dans Maillon{HARD}: demandez {_to_the_departement()}."
        elif (organisation.pk, kind) in managed:
            told = f"Pour votre rôle dans {organisation}, demandez à son responsable de le rouvrir."
        else:
            told = f"Plus personne n’est responsable {of(organisation)}{HARD}: demandez {_to_the_departement()}."
        sentences[told] = None
    return list(sentences)


def _to_the_departement() -> str:
    return f"au pilote du Département, {settings.LEGAL['contact']}"
