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
    FACTOR_ON = "factor_on", "Second facteur activé"
    FACTOR_MOVED = "factor_new", "Second facteur changé de téléphone"
    FACTOR_OFF = "factor_off", "Second facteur désactivé"
    FACTOR_RESET = "factor_cut", "Second facteur retiré"
    CODES_RENEWED = "new_codes", "Codes de secours renouvelés"


OWN_ACTS = (
    AccountAct.RENAMED,
    AccountAct.FACTOR_ON,
    AccountAct.FACTOR_MOVED,
    AccountAct.FACTOR_OFF,
    AccountAct.CODES_RENEWED,
)
"""What nobody does but the person whose account it is."""


class FactorResetReason(models.TextChoices):
    """Why somebody else takes away a second factor."""

    LOST = "lost", "Téléphone perdu ou volé"
    BROKEN = "broken", "Téléphone en panne ou remplacé"
    UNREADABLE = "unreadable", "La clé du site a changé"
    OTHER = "other", "Autre motif"


class AccountChange(models.Model):
    """One change of an account. Append-only; it holds no name, so that nothing of it is to be forgotten.

    ``by``: in which role it was done; null of what nobody else does, and of the system. ``reason``: why a second factor
    was taken away.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="changes", verbose_name="compte")
    act = models.CharField("acte", max_length=10, choices=AccountAct)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")
    reason = models.CharField("motif", max_length=10, blank=True, choices=FactorResetReason)
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "changement d’un compte"
        verbose_name_plural = "changements des comptes"
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(act__in=AccountAct.values), name="network_accountchange_act"),
            models.CheckConstraint(condition=~Q(act__in=OWN_ACTS) | Q(by=None), name="network_accountchange_own_act"),
            models.CheckConstraint(
                condition=Q(act=AccountAct.FACTOR_RESET, reason__in=FactorResetReason.values)
                | (~Q(act=AccountAct.FACTOR_RESET) & Q(reason="")),
                name="network_accountchange_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_act_display()}, {self.user_id}"
