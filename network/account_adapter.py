"""What Maillon asks of django-allauth: accounts by invitation only, and our own sentences."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from network.emails import ACCOUNT_HEADER
from network.known_devices import known_device, remember_device
from network.models import User

OF_ITS_OWN = "5/300s/key"
"""Wrong passwords in a browser where the account signed in before: as many as everywhere else together."""


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
        "too_many_login_attempts": "Trop d’essais\u00a0: attendez cinq minutes avant de recommencer, ou choisissez un "
        "nouveau mot de passe par «\u00a0Mot de passe oublié\u00a0».",
        "rate_limited": "Trop de demandes\u00a0: attendez quelques minutes avant de recommencer.",
    }

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What wrong passwords are counted under: the account, or the account in a browser where it signed in before.

        So whoever tries passwords from anywhere holds up the others who try, never the browser of the owner.
        """
        key = super()._get_login_attempts_cache_key(request, **credentials)
        device = known_device(request, credentials.get("email", ""))
        return f"{key}:{device}" if device else key

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try: by account and address, or by browser alone where the account is known to it."""
        if not known_device(request, credentials.get("email", "")):
            super().pre_authenticate(request, **credentials)
            return
        self._login_failed_rl_usage = ratelimit.consume(
            request,
            app="allauth.account",
            action="login_failed",
            config={"login_failed": OF_ITS_OWN},
            key=self._get_login_attempts_cache_key(request, **credentials),
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Know this browser again: what others try on this account does not hold it up."""
        response = super().post_login(request, user, **kwargs)
        return remember_device(request, response, user.email)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """The password, of everybody: a code alone confirms nothing, who has the telephone may have the session too."""
        if not user.is_authenticated or not user.has_usable_password():
            return []
        return [{"id": "reauthenticate", "description": "Mot de passe", "url": reverse("account_reauthenticate")}]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come by invitation."""
        return False

    def format_email_subject(self, subject: str) -> str:
        return subject

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """A mail of an account tells the outbox of which one it is: its address may be anybody's."""
        user = context.get("user")
        of_account = {} if user is None else {ACCOUNT_HEADER: str(user.pk)}
        message: EmailMessage = super().render_mail(template_prefix, email, context, {**(headers or {}), **of_account})
        return message

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Of the account it tells of, as the others."""
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponseBase | None:
        """Count the address of an account made at the command line as verified: its maker vouches for it."""
        if not EmailAddress.objects.filter(user=user).exists():
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        response: HttpResponseBase | None = super().pre_login(request, user, **kwargs)
        return response
