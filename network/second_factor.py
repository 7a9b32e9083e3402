"""The second factor of an account: of whom it is demanded, who has one, how its secret is kept and drawn."""

import base64
from collections.abc import Iterable
from typing import Any, ClassVar

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

from network.models import Membership, User
from network.permissions import keeps_the_house

SALT = "network.second_factor"
CODES = 10
"""How many recovery codes one is given."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """French sentences, secrets encrypted, a QR code of our own, and a factor that stays while the role demands it."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "Votre rôle demande un second facteur\u00a0: il se change de téléphone, "
        "il ne se désactive pas.",
        "cannot_generate_recovery_codes": "Ce compte n’a pas de second facteur\u00a0: activez-le d’abord.",
        "incorrect_code": "Ce code est inexact, ou il a déjà servi.",
        "too_many_codes": "Trop de codes inexacts\u00a0: attendez cinq minutes avant de recommencer.",
        "too_many_codes_today": "Trop de codes inexacts\u00a0: les essais rouvrent demain, ou dès que vous avez choisi "
        "un nouveau mot de passe par «\u00a0Mot de passe oublié\u00a0».",
        "unreadable": "Le second facteur de ce compte ne se lit plus\u00a0: demandez au pilote du Département de "
        "le retirer.",
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever must have one changes it, and never goes without."""
        return not is_demanded_of(authenticator.user)

    def build_totp_svg(self, url: str) -> str:
        """The QR code that a telephone reads; its size is the page's affair."""
        return str(segno.make_qr(url, error="m").svg_inline(border=4, omitsize=True, light="#fff"))

    def encrypt(self, text: str) -> str:
        """Nothing that opens an account is readable in the database nor in its backups."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted with the key of the site, or with a former one. Raises ValidationError: with none."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise self.validation_error("unreadable") from error


def _cipher() -> MultiFernet:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str | bytes) -> bytes:
    return base64.urlsafe_b64encode(salted_hmac(SALT, "key", secret=secret, algorithm="sha256").digest())


def has_second_factor(user: Any) -> bool:
    """Tell whether signing in to this account takes a code."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


def is_demanded_of(user: Any, memberships: Iterable[Membership] | None = None) -> bool:
    """Tell whether this account must have one: by any role it may act in, or because it opens the technical pages.

    ``memberships``: its open ones, if they are known.
    """
    if not settings.MAILLON_SECOND_FACTOR:
        return False
    if user.is_staff or user.is_superuser:
        return True
    mine = Membership.objects.open().filter(user_id=user.pk) if memberships is None else memberships
    return any(keeps_the_house(one) for one in mine)


def codes_left(user: User) -> int:
    """How many recovery codes were not used yet; none are read."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return CODES - int(kept.data["used_mask"]).bit_count() if kept else 0
