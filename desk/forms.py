"""The forms of the house."""

from django import forms

from desk.enums import CommitteeKind
from lifecycle.forms import day_input


class CommitteeMoveForm(forms.Form):
    """When and where a committee meets."""

    meets_on = forms.DateField(label="Date", widget=day_input(), error_messages={"required": "Donnez la date."})
    place = forms.CharField(
        label="Heure et lieu", max_length=120, required=False, help_text="Exemple\u00a0: 14 h, Hôtel du Département."
    )


class CommitteeForm(CommitteeMoveForm):
    """A date of one of the committees."""

    kind = forms.ChoiceField(
        label="Comité", choices=CommitteeKind.choices, error_messages={"required": "Choisissez le comité."}
    )
    field_order = ("kind", "meets_on", "place")
