"""Who acts: one person, in one organisation, in one role. Never edited, only closed and reopened."""

from collections.abc import Collection
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from lifecycle.actors import Actor
from network.enums import ROLES_BY_KIND, OrganisationKind, Role
from network.models.organisation import Organisation
from network.permissions import is_pilot, sees_everything


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Reads of memberships."""

    def visible_to(self, actor: Actor | None) -> Self:
        """The pilot sees all; the others those of their organisation."""
        if sees_everything(actor):
            return self.all()
        if actor is None or actor.organisation_id is None:
            return self.none()
        return self.filter(organisation_id=actor.organisation_id)

    def open(self) -> Self:
        """Those one may act in: open, on an account and in an organisation that are active."""
        return self.filter(closed_at=None, user__is_active=True, organisation__is_active=True)

    def pilots(self) -> Self:
        """Those that steer for the Département."""
        return self.filter(kind=OrganisationKind.DEPARTEMENT, role__in=(Role.PILOT, Role.MANAGER))

    def officers(self) -> Self:
        """Those of its data protection officer."""
        return self.filter(kind=OrganisationKind.DEPARTEMENT, role=Role.DPO)


class Membership(models.Model):
    """A role of a person in an organisation; it is the actor of every move (``lifecycle.actors.Actor``).

    The same person in the same role keeps one row for ever, so that what he did stays under one key; the
    periods during which it was open are ``MembershipPeriod`` rows. A trigger refuses any other change.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name="personne"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name="organisation"
    )
    kind = models.CharField("au titre de", max_length=20, choices=OrganisationKind)
    role = models.CharField("rôle", max_length=20, choices=Role)
    opened_at = models.DateTimeField("ouvert le")
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "rattachement"
        ordering = ("organisation__name", "kind", "role", "pk")
        constraints = (
            models.UniqueConstraint(fields=("user", "organisation", "kind", "role"), name="network_membership_once"),
            models.CheckConstraint(
                condition=Q(*(Q(kind=kind, role__in=roles) for kind, roles in ROLES_BY_KIND.items()), _connector=Q.OR),
                name="network_membership_role_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="network_membership_dates",
            ),
        )

    def __str__(self) -> str:
        if self.user_id is None:
            return self.title
        return f"{self.user} ({self.title}, {self.organisation})"

    @property
    def title(self) -> str:
        """The role and the kind in French: « Technicien – Reconditionneur »."""
        return f"{self.get_role_display()} – {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_held(self) -> bool:
        """Whether the person acts in it: it is open, and so is the account."""
        return self.is_open and self.user.is_active

    @property
    def has_left(self) -> bool:
        """Whether the person acts there no more, be it in another role of the same kind."""
        return not self.is_held and self.user_id not in self.colleagues

    @cached_property
    def colleagues(self) -> frozenset[int]:
        """The accounts that act for the same organisation in the same kind; read once."""
        team = Membership.objects.open().filter(organisation=self.organisation_id, kind=self.kind)
        return frozenset(team.values_list("user", flat=True))

    @property
    def reads_all(self) -> bool:
        """The pilot reads names and comments of every organisation; the others, those of their own."""
        return is_pilot(self)

    @classmethod
    def every_role(cls) -> list["Membership"]:
        """One unsaved membership per role @ kind that means something, to draw the matrix role × verb."""
        return [cls(kind=kind.value, role=role.value) for kind, roles in ROLES_BY_KIND.items() for role in roles]


def left_by_all(
    kinds: Collection[str], roles: Collection[str], leaving: Collection[int] = ()
) -> QuerySet[Organisation]:
    """The organisations where nobody may act in any of these roles of these kinds: closed, or all have left.

    ``leaving``: the keys of memberships that count as closed already.
    """
    held = Membership.objects.open().filter(kind__in=kinds, role__in=roles).exclude(pk__in=leaving)
    return Organisation.objects.exclude(pk__in=held.order_by().values("organisation"))


class MembershipPeriod(models.Model):
    """A time during which a membership was open, with who opened and closed it (null: the system)."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="periods", verbose_name="rattachement")
    opened_at = models.DateTimeField("ouvert le")
    opened_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)
    closed_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "période de rattachement"
        verbose_name_plural = "périodes de rattachement"
        ordering = ("membership", "opened_at")
        constraints = (
            models.UniqueConstraint(
                fields=("membership",), condition=Q(closed_at=None), name="network_membershipperiod_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="network_membershipperiod_dates",
            ),
        )

    def __str__(self) -> str:
        return f"{_day(self.opened_at)} – {_day(self.closed_at) if self.closed_at else '…'}"


def _day(instant: datetime) -> str:
    return f"{timezone.localtime(instant):%d/%m/%Y}"
