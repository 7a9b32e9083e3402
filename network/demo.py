"""The demonstration: one account per role on the sign-in page, and nowhere else."""

from typing import Any

from django.conf import settings

from network.enums import OrganisationKind, Role
from network.models import Membership

DOMAIN = "demo.maillon.example"
"""The addresses of the demonstration end with this domain; ``.example`` never exists (RFC 2606)."""

FIRST = {
    (Role.WORKER, OrganisationKind.PRESCRIBER): "Dépose une prescription entre deux rendez-vous.",
    (Role.TECHNICIAN, OrganisationKind.RECONDITIONER): "Scanne, efface, teste et classe les appareils.",
    (Role.REVIEWER, OrganisationKind.EPCI): "Relit une convention et donne son avis.",
    (Role.ADVISER, OrganisationKind.DISTRIBUTOR): "Remet un appareil et trouve une connexion, la famille devant lui.",
    (Role.CONTACT, OrganisationKind.DONOR): "Annonce un lot et lit la preuve que ses données sont effacées.",
    (Role.PILOT, OrganisationKind.DEPARTEMENT): "Suit toute la chaîne et publie le rapport du mois.",
}
"""What whoever tries the demonstration opens first, in this order, and what each does."""


def demo_memberships() -> list[Membership]:
    """One open membership per role @ kind, in the order of the chain; none outside the demonstration."""
    if not settings.DEMO:
        return []
    rows = (
        Membership.objects.open()
        .filter(user__email__endswith=f"@{DOMAIN}")
        .select_related("user", "organisation")
        .order_by("kind", "role", "pk")
        .distinct("kind", "role")
    )
    kinds, roles = OrganisationKind.values, Role.values
    return sorted(rows, key=lambda row: (kinds.index(row.kind), roles.index(row.role)))


def demo_doors() -> list[dict[str, Any]]:
    """The same accounts as the sign-in page shows them: those to open first, then the others.

    Each group has its ``title`` and its ``doors``: a ``membership`` and what it ``does``, empty for the others.
    """
    by_role = {(Role(row.role), OrganisationKind(row.kind)): row for row in demo_memberships()}
    groups = [
        ("Pour commencer", [(by_role[key], does) for key, does in FIRST.items() if key in by_role]),
        (
            "Les autres rôles, dans l’ordre de la chaîne",
            [(row, "") for key, row in by_role.items() if key not in FIRST],
        ),
    ]
    return [
        {"title": title, "doors": [{"membership": row, "does": does} for row, does in doors]}
        for title, doors in groups
        if doors
    ]


def demo_password() -> str:
    """The password of every account of the demonstration; empty outside it."""
    return settings.DEMO_PASSWORD if settings.DEMO else ""
