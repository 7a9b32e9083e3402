"""The codes of a second factor: each opens once, few may be tried, and whoever is tried is told."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

from network.forms.account import relabel
from network.models import FactorResetReason, User
from network.second_factor import SALT

A_DAY = {"second_factor": "20/d/key"}
"""Wrong codes of an account in a day, beside the five in five minutes of allauth: a million are never tried."""
CODE_HELP = (
    "Les six chiffres que montre l’application de votre téléphone. Sans téléphone\u00a0: un de vos codes de secours."
)
TOO_MANY = frozenset({"too_many_codes", "too_many_codes_today"})
"""Why no code is judged any more for a time."""
TELLS_AGAIN_AFTER = 24 * 60 * 60


class SecondFactorCodeForm(AuthenticateForm):
    """A code of the telephone, or a recovery code, after the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, {"code": "Code"})
        as_a_code(self.fields["code"], CODE_HELP)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        try:
            return judged(self.user, code, super().clean_code)
        except ValidationError as error:
            if error.code in TOO_MANY:
                _tell(self.user)
            raise


class SecondFactorOnForm(ActivateTOTPForm):
    """The first code of the telephone shows that it read the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, {"code": "Code"})
        as_a_code(self.fields["code"], "Les six chiffres que montre l’application.")

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        return judged(self.user, code, super().clean_code)


class FactorResetForm(forms.Form):
    """Why the second factor of another is taken away."""

    reason = forms.ChoiceField(label="Motif", choices=[("", "Choisissez"), *FactorResetReason.choices])

    def clean_reason(self) -> FactorResetReason:
        return FactorResetReason(self.cleaned_data["reason"])


def as_a_code(field: forms.Field, help_text: str) -> None:
    """A telephone shows its keys of figures; nothing typed is kept by the browser."""
    field.help_text = help_text
    field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


def judged(user: User, code: str, judge: Callable[[], Any]) -> str:
    """``code`` once ``judge`` finds it right, and for the first time. Raises ValidationError.

    A code that was not judged is not counted. What is spent stays so for as long as the clock of a telephone may be
    out.
    """
    adapter, tries = get_adapter(), _tried(user)
    usage = ratelimit.consume(context.request, app="network", action="second_factor", config=A_DAY, key=tries)
    if not usage:
        raise adapter.validation_error("too_many_codes_today")
    spent = f"{SALT}:spent:{user.pk}:{normalize_user_code(code)}"
    try:
        if cache.get(spent):
            raise adapter.validation_error("incorrect_code")
        judge()
    except ValidationError as error:
        if error.code not in {"too_many_login_attempts", "rate_limited"}:
            raise
        usage.rollback()
        raise adapter.validation_error("too_many_codes") from error
    if not cache.add(spent, True, timeout=app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)):
        raise adapter.validation_error("incorrect_code")
    ratelimit.clear(context.request, app="network", action="second_factor", config=A_DAY, key=tries)
    return code


def _tried(user: User) -> str:
    """What wrong codes are counted under: a new password, which whoever tries does not know, begins again."""
    return salted_hmac(SALT, f"{user.pk}:{user.password}", algorithm="sha256").hexdigest()


def _tell(user: User) -> None:
    """Write once a day to whoever is tried: somebody has the password."""
    if cache.add(f"{SALT}:told:{_tried(user)}", True, timeout=TELLS_AGAIN_AFTER):
        account_adapter().send_notification_mail("mfa/email/codes_tried", user)
