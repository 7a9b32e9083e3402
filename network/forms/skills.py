"""What the manager of a workshop, or the pilot, types of skills and of training sessions."""

from typing import Any

from django import forms

from lifecycle.forms import RowField, choose, day_input, field_of
from network.enums import OrganisationKind, SkillKind
from network.models import Membership, Organisation
from network.models.membership import MembershipQuerySet

UNTIL_HELP = "Dernier jour inclus. Vide si elle n’a pas de fin."


def people_of(organisation: Organisation) -> MembershipQuerySet:
    """Who acts in a workshop, as a workshop."""
    acting = Membership.objects.open().filter(organisation=organisation, kind=OrganisationKind.RECONDITIONER)
    return acting.select_related("user").order_by("user__last_name", "user__first_name", "pk")


class SkillForm(forms.Form):
    """One skill, of the workshop or of a person."""

    membership = RowField(label="Qui", queryset=Membership.objects.none(), required=False)
    kind = forms.ChoiceField(label="Compétence", choices=choose(SkillKind.choices))
    acquired_on = forms.DateField(label="Acquise le", widget=day_input())
    valid_until = forms.DateField(label="Valable jusqu’au", required=False, widget=day_input(), help_text=UNTIL_HELP)
    source = forms.CharField(
        label="D’après",
        max_length=200,
        help_text="Certificat, formation, attestation du fabricant. Ne nommez personne.",
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = field_of(self, "membership", RowField)
        who.queryset = people_of(organisation)
        who.told = _as_person
        who.empty_label = f"L’atelier\u00a0: {organisation}"


class PeopleField(forms.ModelMultipleChoiceField):
    """Several people, told with their role."""

    def label_from_instance(self, obj: Any) -> str:
        return _as_person(obj)


class TrainingForm(forms.Form):
    """One session, and who followed it."""

    kind = forms.ChoiceField(label="Sujet", choices=choose(SkillKind.choices))
    held_on = forms.DateField(label="Tenue le", widget=day_input())
    place = forms.CharField(label="Lieu", max_length=120)
    organiser = forms.CharField(
        label="Organisée par", max_length=160, help_text="Le nom de l’organisme, jamais celui d’une personne."
    )
    attended = PeopleField(
        label="Qui l’a suivie",
        queryset=Membership.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins une personne."},
    )
    valid_until = forms.DateField(
        label="La compétence est valable jusqu’au", required=False, widget=day_input(), help_text=UNTIL_HELP
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "attended", PeopleField).queryset = people_of(organisation)


def _as_person(membership: Any) -> str:
    """« Camille Martin, technicien »."""
    return f"{membership.user}, {membership.get_role_display().lower()}"
