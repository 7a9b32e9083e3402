"""What is missing before a request changes hands among the advisers of its distributor (machines §4.34)."""

from typing import Any

from django.db.models import Exists, OuterRef, Q

from lifecycle.machine import Context, Requirement
from network.enums import OrganisationKind, Role
from network.models import Membership

INSTRUCTING = (Role.ADVISER, Role.MANAGER)
"""Who may hold a request at a distributor."""


def _pk(value: Any) -> Any:
    return getattr(value, "pk", value)


def _colleague(ctx: Context) -> Q:
    """Whoever may hold it at its distributor today, other than the one who does."""
    if not ctx.has("adviser"):
        return Q()
    pk = _pk(ctx.values["adviser"])
    everyone = Membership.objects.open()
    team = everyone.filter(pk=pk, kind=OrganisationKind.DISTRIBUTOR, role__in=INSTRUCTING)
    return Q(Exists(team.filter(organisation=OuterRef("distributor")))) & (Q(adviser=None) | ~Q(adviser=pk))


ADVISER_GIVEN = Requirement(
    "adviser_given",
    "Choisissez un conseiller de votre structure, autre que celui qui tient déjà le dossier.",
    _colleague,
    needs=("adviser",),
    field="adviser",
)
HELD_BY_NOBODY = Requirement(
    "held_by_nobody",
    "Un conseiller s’en occupe déjà\u00a0: demandez-lui de vous le confier.",
    lambda ctx: Q(adviser=None) | ~Q(Exists(Membership.objects.open().filter(pk=OuterRef("adviser")))),
    lifted_by="le conseiller qui tient le dossier, ou son responsable",
)
HELD = Requirement("held", "Personne ne tient ce dossier.", lambda ctx: Q(adviser__isnull=False))
