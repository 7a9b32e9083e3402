"""Keys by which a program asks in the name of a person, and what each of them did."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from desk.permissions import sees_api_keys
from lifecycle.actors import Actor
from network.models import AccountAct, AccountChange, Membership


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Reads of keys."""

    def visible_to(self, actor: Actor | None) -> Self:
        """One's own; those of one's organisation for its manager, all for the pilot."""
        allowed = sees_api_keys(actor)
        return self.none() if allowed is None else self.filter(allowed)

    def usable(self, at: datetime) -> Self:
        """Those that open at ``at``: not over, not revoked, of somebody who acts there since before they were made.

        A role that is opened again does not open its former keys again, nor does an account.
        """
        theirs = Q(membership__in=Membership.objects.open(), membership__opened_at__lte=F("made_at"))
        disabled = AccountChange.objects.filter(user=OuterRef("membership__user"), act=AccountAct.DISABLED)
        once_closed = Exists(disabled.filter(at__gte=OuterRef("made_at")))
        return self.filter(theirs, ~once_closed, revoked_at=None, expires_at__gt=at)

    def with_standing(self, at: datetime) -> Self:
        """Each with ``is_usable``: whether it opens at ``at``."""
        return self.annotate(is_usable=Exists(ApiKey.objects.usable(at).filter(pk=OuterRef("pk"))))


class ApiKey(models.Model):
    """A key by which a program asks in the name of a membership. Only the digest of its text is kept.

    Append-only: its end is announced once, and it is revoked once.
    """

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="au nom de")
    name = models.CharField("nom", max_length=60)
    token_digest = models.CharField("empreinte de la clé", max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField("créée le")
    expires_at = models.DateTimeField("s’ouvre jusqu’au")
    told_at = models.DateTimeField("fin annoncée le", null=True)
    revoked_at = models.DateTimeField("révoquée le", null=True)
    revoked_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="révoquée par")

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "clé d’API"
        verbose_name_plural = "clés d’API"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="desk_apikey_revoked",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="desk_apikey_expires"),
        )

    def __str__(self) -> str:
        return self.name


class ApiUse(models.Model):
    """A day on which a program asked something by a key."""

    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="uses", verbose_name="clé")
    day = models.DateField("jour")

    class Meta:
        verbose_name = "jour d’usage d’une clé d’API"
        verbose_name_plural = "jours d’usage des clés d’API"
        ordering = ("-day",)
        constraints = (models.UniqueConstraint(fields=("key", "day"), name="desk_apiuse_once"),)

    def __str__(self) -> str:
        return f"{self.key_id}, {self.day:%d/%m/%Y}"


class ApiAct(models.Model):
    """One verb that a program did on one object, by a key: the journal says in whose name, this says that it was so."""

    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="acts", verbose_name="clé")
    machine = models.CharField("machine", max_length=40)
    object_pk = models.BigIntegerField("objet")
    reference = models.CharField("référence", max_length=20)
    verb = models.CharField("verbe", max_length=40)
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "acte d’un logiciel"
        verbose_name_plural = "actes des logiciels"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.reference}, {self.verb}"
