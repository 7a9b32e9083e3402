"""The addresses an account had before its own: whoever erases the account erases what was written there too."""

from typing import Self

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from network.models.invitation import Invitation
from network.models.user import User


class FormerAddressQuerySet(models.QuerySet["FormerAddress"]):
    """Reads of the addresses that were left."""

    def of_nobody_else(self) -> Self:
        """Those that no other account has by now, and to which nobody has been invited since."""
        same = {"email": OuterRef("email")}
        return self.exclude(
            Exists(User.objects.filter(**same).exclude(pk=OuterRef("user")))
            | Exists(EmailAddress.objects.filter(verified=True, **same).exclude(user=OuterRef("user")))
            | Exists(Invitation.objects.pending().filter(sent_at__gt=OuterRef("left_at"), **same))
        )


class FormerAddress(models.Model):
    """One address that an account left, and when. The database writes it; it is erased with the account."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="former_addresses", verbose_name="compte"
    )
    email = models.EmailField("adresse électronique")
    left_at = models.DateTimeField("quittée le")

    objects = FormerAddressQuerySet.as_manager()

    class Meta:
        verbose_name = "ancienne adresse"
        verbose_name_plural = "anciennes adresses"
        ordering = ("user", "left_at")
        constraints = (
            models.UniqueConstraint(fields=("user", "email"), name="network_formeraddress_once"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="network_formeraddress_email_lower"),
        )

    def __str__(self) -> str:
        return self.email
