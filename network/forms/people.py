"""Invitations, their acceptance, one's name, the role one acts in."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError

from lifecycle.actors import Actor
from lifecycle.forms import RowField, field_of
from network.enums import ROLES_BY_KIND, OrganisationKind, Role
from network.models import Invitation, Membership, Organisation, User
from network.names import validate_person_name
from network.permissions import manages


def position_choices(organisation: Organisation, actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    """The roles ``actor`` may give in ``organisation``, grouped by kind."""
    return [
        (kind.label, [(f"{kind.value}:{role.value}", role.label) for role in ROLES_BY_KIND[kind]])
        for kind in OrganisationKind
        if kind in organisation.kinds and manages(actor, organisation.pk, kind)
    ]


class PersonNameField(forms.CharField):
    """A first or a last name: its spaces put in order, what is no name refused."""

    def __init__(self, *, label: str, required: bool = True, autocomplete: str = "off") -> None:
        widget = forms.TextInput({"autocomplete": autocomplete})
        judged = (validate_person_name,)
        super().__init__(label=label, required=required, max_length=80, widget=widget, validators=judged)

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


class InvitationForm(forms.Form):
    """Whom to invite, and to which role."""

    email = forms.EmailField(label="Adresse électronique", max_length=254)
    first_name = PersonNameField(label="Prénom", required=False)
    last_name = PersonNameField(label="Nom", required=False)
    position = forms.ChoiceField(label="Rôle")

    def __init__(self, *args: Any, organisation: Organisation, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "position", forms.ChoiceField).choices = position_choices(organisation, actor)

    def clean_position(self) -> tuple[OrganisationKind, Role]:
        kind, role = self.cleaned_data["position"].split(":")
        return OrganisationKind(kind), Role(role)


class AcceptInvitationForm(forms.Form):
    """A name and a password, for a new account."""

    first_name = PersonNameField(label="Prénom", autocomplete="given-name")
    last_name = PersonNameField(label="Nom", autocomplete="family-name")
    password1 = forms.CharField(
        label="Mot de passe", strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )
    password2 = forms.CharField(
        label="Mot de passe, une seconde fois",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.fields["password1"].help_text = password_validators_help_text_html()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password, again = data.get("password1"), data.get("password2")
        if password and again and password != again:
            self.add_error("password2", "Les deux mots de passe ne sont pas les mêmes.")
        elif password:
            user = User(
                email=self.invitation.email,
                first_name=data.get("first_name", ""),
                last_name=data.get("last_name", ""),
            )
            try:
                validate_password(password, user)
            except ValidationError as error:
                self.add_error("password1", error)
        return data


class ProfileForm(forms.Form):
    """One's own name, whole: it is printed on what one signs."""

    first_name = PersonNameField(label="Prénom", autocomplete="given-name")
    last_name = PersonNameField(label="Nom", autocomplete="family-name")


class RoleForm(forms.Form):
    """In which of one's open memberships to act."""

    membership = RowField(
        label="J’agis en tant que",
        queryset=Membership.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Membership.objects.open().filter(user=user).select_related("organisation")
        membership = field_of(self, "membership", RowField)
        membership.queryset = mine
        membership.told = lambda row: f"{row.title}, {row.organisation}"
