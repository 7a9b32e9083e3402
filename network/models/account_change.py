"""What happened to an account, besides its roles: who changed it, when, and never what its name was."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from network.models.membership import Membership


class AccountAct(models.TextChoices):
    """What may happen to an account."""

    RENAMED = "renamed", "Nom changé"
    DISABLED = "disabled", "Compte désactivé"
    ENABLED = "enabled", "Compte réactivé"
    FORGOTTEN = "forgotten", "Nom et adresse effacés"


class AccountChange(models.Model):
    """One change of an account. Append-only; it holds no name, so that nothing of it is to be forgotten.

    ``by``: in which role it was done; null of one's own name, which nobody else changes, and of the system.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="changes", verbose_name="compte")
    act = models.CharField("acte", max_length=10, choices=AccountAct)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "changement d’un compte"
        verbose_name_plural = "changements des comptes"
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(act__in=AccountAct.values), name="network_accountchange_act"),
            models.CheckConstraint(
                condition=~Q(act=AccountAct.RENAMED) | Q(by=None), name="network_accountchange_own_name"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_act_display()}, {self.user_id}"
