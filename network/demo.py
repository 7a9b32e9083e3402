"""The demonstration: one account per role on the sign-in page, and nowhere else."""

from django.conf import settings

from network.enums import OrganisationKind, Role
from network.models import Membership

DOMAIN = "demo.maillon.example"
"""The addresses of the demonstration end with this domain; ``.example`` never exists (RFC 2606)."""


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


def demo_password() -> str:
    """The password of every account of the demonstration; empty outside it."""
    return settings.DEMO_PASSWORD if settings.DEMO else ""
