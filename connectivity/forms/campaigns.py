"""What the pilot types to make a campaign of calls, and what callers note."""

from typing import Any

from django import forms

from connectivity.enums import CallResult
from connectivity.models import CopperCampaign
from connectivity.services.campaigns import MOST_NOTE, MOST_WORDS, NO_SCRIPT
from lifecycle.forms import choose, day_input
from network.forms.communes import CommuneField
from network.models import Epci
from prescriptions.forms.asking import words
from prescriptions.nir import validate_no_nir

FIRST_SCRIPT = (
    "Bonjour, je vous appelle de la part de votre travailleur social.\n"
    "Le réseau cuivre (téléphone fixe, ADSL) s’arrête bientôt dans votre commune.\n"
    "Avez-vous encore une ligne de ce réseau\u00a0? Si oui, elle ne marchera plus.\n"
    "Nous pouvons chercher avec vous une offre par la fibre ou le mobile, à prix réduit."
)
"""What a new campaign proposes to say."""


def _script(initial: str = "") -> forms.CharField:
    return forms.CharField(
        label="Ce que les appelants disent",
        max_length=MOST_WORDS,
        widget=words(6),
        initial=initial,
        validators=[validate_no_nir],
        error_messages={"required": NO_SCRIPT.sentence},
    )


class CampaignForm(forms.Form):
    """A commune or an EPCI, the last day of copper there, what is said."""

    title = forms.CharField(
        label="Titre", max_length=80, validators=[validate_no_nir], help_text="Exemple\u00a0: Lot 3, Cambrésis."
    )
    commune = CommuneField(label="Commune", required=False, in_departement=True)
    epci = forms.ModelChoiceField(
        label="Ou EPCI",
        queryset=Epci.objects.none(),
        required=False,
        empty_label="–",
        help_text="Toutes ses communes où le cuivre s’arrête d’ici le jour choisi.",
    )
    closes_by = forms.DateField(label="Cuivre arrêté au plus tard le", widget=day_input())
    with_unknown = forms.BooleanField(
        label="Appeler aussi les foyers dont la ligne n’est pas connue",
        required=False,
        initial=True,
        help_text="Sans eux\u00a0: ceux qui ont dit avoir encore une ligne en cuivre.",
    )
    script = _script(FIRST_SCRIPT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["epci"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Epci.objects.alphabetical()


class ScriptForm(forms.Form):
    script = _script()

    def __init__(self, *args: Any, campaign: CopperCampaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = campaign.scripts.first()
        self.initial.setdefault("script", last.words if last is not None else "")


class CallForm(forms.Form):
    """What a call gave; the day to call again when there is one."""

    result = forms.ChoiceField(label="L’appel a donné", choices=choose(CallResult.choices))
    next_on = forms.DateField(
        label="À rappeler le",
        required=False,
        widget=day_input(),
        help_text="Pour un rappel, ou si personne n’a répondu. Vide sinon.",
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=MOST_NOTE,
        widget=words(2),
        validators=[validate_no_nir],
        help_text="Lue par qui rappelle ce foyer. Elle s’efface avec lui.",
    )
