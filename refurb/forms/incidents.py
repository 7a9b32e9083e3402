"""What the pilot types about an incident."""

from django import forms

from lifecycle.forms import day_input
from refurb.enums import FollowUpKind


class FollowUpForm(forms.Form):
    """What was done, for the register of breaches."""

    kind = forms.ChoiceField(
        label="Suite donnée",
        choices=FollowUpKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites ce qui a été fait."},
    )
    done_on = forms.DateField(
        label="Le",
        widget=day_input(),
        help_text="Le jour où la CNIL l’a su, où l’on en a décidé, ou celui où l’appareil a été retrouvé.",
        error_messages={"required": "Dites quel jour."},
    )
    number = forms.CharField(
        label="Numéro donné par la CNIL", max_length=40, required=False, help_text="S’il est déjà connu."
    )
    words = forms.CharField(
        label="Ce qui a été fait, ou pourquoi aucun risque n’est à craindre",
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="Gardé dans le registre des violations. Ne nommez personne.",
    )
