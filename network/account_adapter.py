"""What Maillon asks of django-allauth: accounts by invitation only, and our own sentences."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest, HttpResponseBase

from network.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Closed sign-up, French sentences, no site name before the subject of a message."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "Ce compte est désactivé.",
        "duplicate_email": "C’est déjà l’adresse de ce compte.",
        "email_password_mismatch": "L’adresse électronique ou le mot de passe est inexact.",
        "email_taken": "Cette adresse ne peut pas être utilisée.",
        "enter_current_password": "Le mot de passe actuel est inexact.",
        "incorrect_password": "Le mot de passe est inexact.",
        "invalid_login": "L’adresse électronique ou le mot de passe est inexact.",
        "invalid_password_reset": "Ce lien n’ouvre plus.",
        "same_as_current": "Indiquez une valeur différente de l’actuelle.",
        "too_many_login_attempts": "Trop d’essais : attendez quelques minutes avant de recommencer.",
        "rate_limited": "Trop de demandes : attendez quelques minutes avant de recommencer.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come by invitation."""
        return False

    def format_email_subject(self, subject: str) -> str:
        return subject

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponseBase | None:
        """Count the address of an account made at the command line as verified: its maker vouches for it."""
        if not EmailAddress.objects.filter(user=user).exists():
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return super().pre_login(request, user, **kwargs)
