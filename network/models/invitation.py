"""An invitation: the only door to an account. The link is used once and expires; only its digest is kept."""

import hashlib
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from lifecycle.actors import SYSTEM, Actor
from network.enums import ROLES_BY_KIND, OrganisationKind, Role
from network.models.membership import Membership
from network.models.organisation import Organisation
from network.permissions import can_manage_people


def digest_of(token: str) -> str:
    """What is kept of the token of a link: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Reads of invitations."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those that one may send: the pilot sees all, a manager those of his organisation and kind."""
        if actor is SYSTEM:
            return self.all()
        allowed = None if actor is None else can_manage_people(actor)
        return self.none() if allowed is None else self.filter(allowed)

    def pending(self) -> Self:
        """Neither accepted nor withdrawn; they may have expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def usable(self, at: datetime) -> Self:
        """Those whose link still opens at ``at``: whoever sent it is still in the role that let him."""
        answered_for = Q(invited_by=None) | Q(invited_by__closed_at=None, invited_by__user__is_active=True)
        return self.pending().filter(answered_for, expires_at__gt=at, organisation__is_active=True)

    def for_token(self, token: str) -> Self:
        return self.filter(token_digest=digest_of(token))


class Invitation(models.Model):
    """One e-mail address invited to one role in one organisation."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="invitations", verbose_name="organisation"
    )
    kind = models.CharField("au titre de", max_length=20, choices=OrganisationKind)
    role = models.CharField("rôle", max_length=20, choices=Role)
    email = models.EmailField("adresse électronique")
    first_name = models.CharField("prénom", max_length=80, blank=True)
    last_name = models.CharField("nom", max_length=80, blank=True)
    token_digest = models.CharField("empreinte du lien", max_length=64, unique=True, editable=False)
    sent_at = models.DateTimeField("envoyée le")
    expires_at = models.DateTimeField("expire le")
    invited_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="invité par"
    )
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="acceptée par",
    )
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "email", "kind", "role"),
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="network_invitation_one_pending",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="network_invitation_email_lower"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="network_invitation_dates"),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, withdrawn_at=None),
                name="network_invitation_accepted",
            ),
            models.CheckConstraint(
                condition=Q(*(Q(kind=kind, role__in=roles) for kind, roles in ROLES_BY_KIND.items()), _connector=Q.OR),
                name="network_invitation_role_fits_kind",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} – {self.get_role_display()}"
