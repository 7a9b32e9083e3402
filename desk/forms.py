"""The forms of the house."""

from datetime import date
from typing import Any

from django import forms

from connectivity.enums import ConditionRule
from connectivity.services.offers import conditions_to_show
from desk.enums import CommitteeKind
from desk.situation import Situation
from documents.enums import SHEETS
from documents.forms import DepositField, DepositForm
from lifecycle.forms import choose, day_input, field_of
from network.forms.communes import CommuneField
from prescriptions.enums import FactKind, NeedKind
from prescriptions.models import FactBand
from prescriptions.services.trying import kinds_weighed


class ScoresForm(DepositForm):
    """One file of scores of processors."""

    deposit = DepositField(
        label="Fichier des scores",
        required=False,
        accept=SHEETS,
        help_text="CSV, XLSX, XLS ou ODS\u00a0: une ligne par processeur, son nom et son score (PassMark CPU Mark).",
    )
    deposit_required = "Choisissez le fichier des scores."


class ClosuresForm(DepositForm):
    """One file of closures of copper."""

    deposit = DepositField(
        label="Fichier des fermetures",
        required=False,
        accept=SHEETS,
        help_text="CSV, XLSX, XLS ou ODS\u00a0: une ligne par commune (code INSEE ou nom), et le jour de l’arrêt.",
    )
    deposit_required = "Choisissez le fichier des fermetures."


class TechnologySharesForm(DepositForm):
    """One file of what technologies reach in each commune."""

    deposit = DepositField(
        label="Fichier des technologies",
        required=False,
        accept=SHEETS,
        help_text="CSV, XLSX, XLS ou ODS\u00a0: une ligne par commune et par technologie, la part des logements en %,"
        " le jour de la mesure, la source.",
    )
    deposit_required = "Choisissez le fichier des technologies."


class CoveragesForm(DepositForm):
    """One file of how operators are received in each commune."""

    deposit = DepositField(
        label="Fichier de la couverture mobile",
        required=False,
        accept=SHEETS,
        help_text="CSV, XLSX, XLS ou ODS\u00a0: une ligne par commune et par opérateur, le mot de l’Arcep (très bonne,"
        " bonne, limitée, absente), le jour de la mesure, la source.",
    )
    deposit_required = "Choisissez le fichier de la couverture mobile."


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


class SituationForm(forms.Form):
    """A situation to try: codes alone, nothing of a person. What is asked is what some rule of ``day`` looks at."""

    besoin = forms.MultipleChoiceField(
        label="Ce qui manque",
        choices=NeedKind,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez ce qui manque\u00a0: au moins une case."},
    )
    fait = forms.MultipleChoiceField(label="La situation", widget=forms.CheckboxSelectMultiple, required=False)
    condition = forms.MultipleChoiceField(
        label="Pour une connexion à Internet",
        choices=ConditionRule,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    commune = CommuneField(
        label="Commune",
        required=False,
        help_text="Facultatif\u00a0: elle dit si le cuivre s’y vend encore. Son nom ou son code postal.",
    )

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weighed = [FactKind(kind) for kind in kinds_weighed(day)]
        bands = {kind: FactBand.objects.of_kind(kind, day) for kind in weighed}
        self.banded = [kind for kind in weighed if bands[kind]]
        ticked = [(kind.value, kind.label) for kind in weighed if not bands[kind]]
        field_of(self, "fait", forms.MultipleChoiceField).choices = ticked
        for kind in self.banded:
            known = [(code, band.label) for code, band in bands[kind].items()]
            self.fields[kind] = forms.ChoiceField(
                label=kind.label, choices=choose(known, "Je ne sais pas"), required=False
            )
        shown = conditions_to_show(day)
        field_of(self, "condition", forms.MultipleChoiceField).choices = [
            (rule, ConditionRule(rule).label) for rule in shown
        ]

    def bands(self) -> list[forms.BoundField]:
        """The facts that have bands."""
        return [self[kind] for kind in self.banded]

    @property
    def asks_which(self) -> bool:
        """Whether a list of communes is under the box, to be taken away once it is answered."""
        return "commune-pour" in self.data

    def situation(self) -> Situation | None:
        """What is typed so far; None until a need is ticked. A commune that is not found yet is left out."""
        data = self.cleaned_data
        if not data.get("besoin"):
            return None
        banded = {kind.value: data[kind] for kind in self.banded if data.get(kind)}
        ticked = dict.fromkeys(data.get("fait", ()), "")
        return Situation(data["besoin"], banded | ticked, data.get("condition", ()), data.get("commune"))


class ApiKeyForm(forms.Form):
    """A new key: what it is called is how it is found again."""

    name = forms.CharField(
        label="Nom de la clé",
        max_length=60,
        help_text="Le logiciel qui la portera, et où\u00a0: «\u00a0GLPI de l’atelier\u00a0». Ne nommez personne.",
        error_messages={"required": "Donnez un nom à la clé\u00a0: c’est par lui que vous la révoquerez."},
    )
