"""What lets a boot key deposit files at a workshop, and nothing else."""

from typing import Self

from django.db import models
from django.db.models import Q

from lifecycle.actors import Actor
from network.models import Membership, Organisation
from refurb.permissions import can_manage_device


class DepositTokenQuerySet(models.QuerySet["DepositToken"]):
    """Reads of deposit tokens."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the workshop that one manages."""
        allowed = None if actor is None else can_manage_device(actor)
        return self.none() if allowed is None else self.filter(allowed)

    def usable(self) -> Self:
        """Those that still open: not revoked, of a workshop at work."""
        return self.filter(revoked_at=None, workshop__is_active=True)


class DepositToken(models.Model):
    """A token by which a boot key deposits files at one workshop: it reads nothing. Only its digest is kept.

    Append-only: the only change is its revocation, once.
    """

    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="atelier")
    name = models.CharField("nom", max_length=60)
    token_digest = models.CharField("empreinte du jeton", max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField("créé le")
    made_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="créé par")
    revoked_at = models.DateTimeField("révoqué le", null=True)
    revoked_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="révoqué par")

    objects = DepositTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "jeton de dépôt"
        verbose_name_plural = "jetons de dépôt"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="refurb_deposittoken_revoked",
            ),
        )

    def __str__(self) -> str:
        return self.name
