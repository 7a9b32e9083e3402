"""What people type at the bench: the results of tests, the measures of a grade, a repair."""

from typing import Any

from django import forms
from django.db.models import TextChoices

from lifecycle.amounts import NumberField
from lifecycle.forms import choose
from refurb.enums import (
    CheckResult,
    CosmeticGrade,
    CriterionKind,
    DriveKind,
    OperatingSystem,
    PanelState,
    PartKind,
)
from refurb.forms.parts import euros_field
from refurb.grading import Criterion, Measure, Scale
from refurb.models import Checklist
from refurb.services.processors import MEASURE, SOURCE
from refurb.usual import SYSTEM, SYSTEM_LIKE

CHOSEN_MEASURES: dict[str, tuple[str, type[TextChoices]]] = {
    "storage_kind": ("Type de stockage", DriveKind),
    "os": ("Système installé", OperatingSystem),
    "panel": ("Dalle", PanelState),
}
"""The measures that are a value of a list, with their French names."""
NOTHING_TESTED = "Rien n’est coché\u00a0: dites au moins d’une fonction si elle marche."


class FunctionField(forms.ChoiceField):
    """What is said of one function of the checklist; ``essential``: without it a device is out of order."""

    essential = False


class TestRunForm(forms.Form):
    """Each function of the checklist: works, does not, or does not apply where the checklist says when."""

    __test__ = False  # pytest would take its name for a test

    def __init__(self, *args: Any, checklist: Checklist, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for function in checklist.functions.all():
            answers = [CheckResult.OK, CheckResult.FAIL]
            if function.not_applicable_when:
                answers.append(CheckResult.NOT_APPLICABLE)
            field = FunctionField(
                label=function.label,
                choices=[(one.value, one.label) for one in answers],
                required=False,
                widget=forms.RadioSelect,
                help_text=f"Sans objet quand {function.not_applicable_when}." if function.not_applicable_when else "",
            )
            field.essential = function.essential
            self.fields[function.code] = field

    def results(self) -> dict[str, CheckResult]:
        """The functions that were looked at."""
        return {code: CheckResult(said) for code, said in self.cleaned_data.items() if said}

    def clean(self) -> dict[str, Any]:
        """A page sent back empty is no test: it would be read as a device out of order."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(data.values()):
            raise forms.ValidationError(NOTHING_TESTED, code="nothing_tested")
        return data


class GradingForm(forms.Form):
    """The measures a scale reads, in its order, and the cosmetic letter, which stands apart."""

    def __init__(self, *args: Any, scale: Scale, processor: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = {one.measure: one for one in scale.criteria if one.kind != CriterionKind.CHOICE}
        chosen = {one.measure: one for one in scale.criteria if one.kind == CriterionKind.CHOICE}
        whens = [*(one.when for one in scale.criteria), *(cap.when for cap in scale.caps)]
        conditions = [when.measure for when in whens if when.measure]
        for name in dict.fromkeys((*chosen, *conditions)):
            if name in CHOSEN_MEASURES:
                self.fields[name] = _choice_field(name, chosen.get(name))
        if SYSTEM in self.fields and (like := self.initial.get(SYSTEM_LIKE)) is not None:
            self.fields[SYSTEM].help_text = f"Comme {like}, du même lot et du même modèle\u00a0: vérifiez."
        self.notes = [name for name, criterion in numbers.items() if criterion.kind == CriterionKind.NOTE]
        for name, criterion in numbers.items():
            self.fields[name] = _number_field(criterion, "Stockage" if name == "storage_gb" else criterion.label)
            if name == MEASURE:
                self._ask_where_from(processor)
        self.fields["cosmetic"] = forms.ChoiceField(
            label="Aspect", choices=choose([(one.value, f"{one.value} – {one.label}") for one in CosmeticGrade])
        )

    def _ask_where_from(self, processor: str) -> None:
        """Beside the score of the processor: whose it is, whether it is known, and where it comes from."""
        known = self.initial.get(MEASURE) not in (None, "")
        if processor:
            told = "score proposé, vérifiez sa source" if known else "score inconnu, tapez-le une fois"
            is_asked = SOURCE in self.initial or not known
            self.fields[MEASURE].help_text = f"{processor}\u00a0: {told}." if is_asked else f"{processor}."
        self.fields[SOURCE] = forms.CharField(
            label="Source du score",
            max_length=250,
            required=False,
            help_text="Proposée au prochain appareil qui a le même processeur.",
        )

    def measures(self) -> dict[str, Measure]:
        """What was measured, the cosmetic letter apart; what is empty is left out, the scale says if it wants it."""
        return {
            name: measure
            for name, measure in self.cleaned_data.items()
            if name != "cosmetic" and measure not in (None, "")
        }


def _choice_field(name: str, criterion: Criterion | None) -> forms.ChoiceField:
    label, labels = CHOSEN_MEASURES[name]
    known = {step.value for step in criterion.steps} if criterion else set(labels.values)
    choices = [(one.value, one.label) for one in labels if one.value in known]
    return forms.ChoiceField(label=label, choices=choose(choices))


def _number_field(criterion: Criterion, label: str) -> NumberField:
    return NumberField(
        label=label if criterion.unit in ("", "points") else f"{label} ({criterion.unit})",
        min_value=criterion.minimum,
        max_value=criterion.maximum,
        help_text=_bounds(criterion) if criterion.kind == CriterionKind.NOTE else "",
    )


def _bounds(criterion: Criterion) -> str:
    """« De −2 à 2. »"""
    lowest, highest = (f"{bound:.0f}".replace("-", "−") for bound in (criterion.minimum or 0, criterion.maximum or 0))
    return f"De {lowest} à {highest}."


class RepairForm(forms.Form):
    """What was done, and what a part bought for it cost; a part of the stock has a page of its own."""

    kind = forms.ChoiceField(label="Pièce concernée", choices=choose(PartKind.choices))
    work = forms.CharField(label="Travail fait", max_length=250)
    cost = euros_field("Coût de la pièce achetée (€)", required=False)
    minutes = forms.IntegerField(label="Temps passé (minutes)", min_value=0, max_value=6000, initial=0)
