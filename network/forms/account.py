"""The forms of one's account: those of django-allauth with our labels, and no text inside the fields."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.internal.flows.email_verification import consume_email_verification_rate_limit
from allauth.account.models import EmailAddress
from allauth.core import context
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from network.models import User

SENT_ALREADY = "Un message est déjà parti à cette adresse\u00a0: attendez trois minutes avant d’en demander un autre."
EMAIL = "Adresse électronique"
NEW = "Nouveau mot de passe"
AGAIN = "Nouveau mot de passe, une seconde fois"


def relabel(form: forms.Form, labels: dict[str, str]) -> None:
    """Give fields our labels and empty them of the text that stands in for a label."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    for name, label in labels.items():
        form.fields[name].label = label
    if "password1" in form.fields:
        form.fields["password1"].help_text = password_validators_help_text_html()


class SignInForm(allauth_forms.LoginForm):
    """E-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, {"login": EMAIL, "password": "Mot de passe"})
        self.fields["password"].help_text = ""


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    """The password again, before a sensitive change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, {"password": "Mot de passe"})
        self.fields["password"].help_text = ""


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """The address to which the link is sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, {"email": EMAIL})


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    """The new password, from the link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, {"password1": NEW, "password2": AGAIN})


class SetPasswordForm(allauth_forms.SetPasswordForm):
    """A first password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, {"password1": NEW, "password2": AGAIN})


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """The current password and the new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, {"oldpassword": "Mot de passe actuel", "password1": NEW, "password2": AGAIN})
        self.fields["oldpassword"].help_text = ""


class ChangeEmailForm(allauth_forms.AddEmailForm):
    """The new address; it takes effect once confirmed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, {"email": "Nouvelle adresse électronique"})

    def clean_email(self) -> str:
        """Refused while no message would leave: the link sent before died when another address was asked for."""
        email: str = super().clean_email()
        if not consume_email_verification_rate_limit(context.request, email, dry_run=True):
            raise ValidationError(SENT_ALREADY)
        return email

    def save(self, request: HttpRequest) -> EmailAddress:
        """Send the link. The address of another account counts as verified, so that no link takes it away."""
        owner = User.objects.filter(email=self.cleaned_data["email"].lower()).exclude(pk=self.user.pk).first()
        if owner is not None and not EmailAddress.objects.filter(user=owner, verified=True).exists():
            EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
        return super().save(request)
