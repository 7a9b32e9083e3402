"""A person's account. Accounts are disabled, never deleted."""

import re
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from lifecycle.actors import Actor
from network.permissions import sees_everything


class UserQuerySet(models.QuerySet["User"]):
    """Reads of accounts."""

    def visible_to(self, actor: Actor | None) -> Self:
        """The pilot sees every account; the others, the people of their organisation."""
        if sees_everything(actor):
            return self.all()
        if actor is None or actor.organisation_id is None:
            return self.none()
        colleagues = self.model.objects.filter(memberships__organisation_id=actor.organisation_id)
        return self.filter(pk__in=colleagues.values("pk"))

    def active(self) -> Self:
        return self.filter(is_active=True)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates accounts; e-mail addresses are kept in lower case."""

    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An account; without a password nobody can sign in to it. Raises ``ValueError``."""
        if not email:
            raise ValueError("Un compte a une adresse électronique.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An account of the technical team, with the admin site."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True} | fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by an e-mail address; what he may do comes from his memberships alone."""

    email = models.EmailField(
        "adresse électronique", unique=True, error_messages={"unique": "Un compte a déjà cette adresse."}
    )
    first_name = models.CharField("prénom", max_length=80, blank=True)
    last_name = models.CharField("nom", max_length=80, blank=True)
    is_active = models.BooleanField("actif", default=True, help_text="Un compte se désactive, il ne s’efface pas.")
    is_staff = models.BooleanField("équipe technique", default=False)
    created_at = models.DateTimeField("créé le", default=timezone.now)
    forgotten_at = models.DateTimeField("effacé le", null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "compte"
        ordering = ("last_name", "first_name", "email")
        constraints = (
            models.CheckConstraint(condition=Q(email=Lower("email")), name="network_user_email_lower"),
            models.CheckConstraint(
                condition=Q(forgotten_at=None) | Q(is_active=False, first_name="", last_name=""),
                name="network_user_forgotten",
            ),
        )

    def __str__(self) -> str:
        return self.get_full_name()

    def clean(self) -> None:
        self.email = self.email.lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        """First and last name, the address when neither is known, and what remains of a forgotten person."""
        if self.forgotten_at:
            return "Personne effacée"
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def signing_name(self) -> str:
        """First and last name, as what one signs bears them; empty while one of them is not known."""
        return f"{self.first_name} {self.last_name}" if self.first_name and self.last_name else ""

    @property
    def account_key(self) -> str:
        """What tells this account, its number given again since or not: the number, the microsecond of its creation."""
        return f"{self.pk}.{round(self.created_at.timestamp() * 1_000_000)}"

    def addresses(self) -> list[str]:
        """The address of the account, and those it had before that are nobody else's by now.

        One that was asked for and never confirmed is not among them: it may be anybody's.
        """
        confirmed = self.emailaddress_set.filter(verified=True).values_list("email", flat=True)
        former = self.former_addresses.of_nobody_else().values_list("email", flat=True)
        return sorted({self.email, *confirmed, *former})

    def has_address(self, column: str) -> Q:
        """The rows whose column is an address of the account, whatever its case."""
        return reduce(or_, (Q(**{f"{column}__iexact": address}) for address in self.addresses()))

    def named_in(self, *columns: str) -> Q:
        """The rows whose text, in one of these columns, holds an address of the account, or its first and last names
        side by side. Whoever forgets a person looks for them with this; a namesake is found too.
        """
        spelled = [re.escape(address) for address in self.addresses()]
        if self.first_name and self.last_name:
            first, last = re.escape(self.first_name), re.escape(self.last_name)
            spelled += [rf"{first}\s+{last}", rf"{last}\s+{first}"]
        pattern = rf"(^|\W)({'|'.join(spelled)})(\W|$)"
        return reduce(or_, (Q(**{f"{column}__iregex": pattern}) for column in columns))

    def get_short_name(self) -> str:
        return self.first_name or self.get_full_name()
