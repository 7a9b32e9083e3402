"""The forms of a family, built from its model: labels in French, units in the help, what is wrong beside its field."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from lifecycle.amounts import NumberField
from lifecycle.forms import day_input
from reference.dated import Dated
from reference.families import DATES, OF_A_USED_ROW, Family
from reference.models import without_zeros

LABELS = {
    "valid_from": "Valable à compter du",
    "valid_to": "Jusqu’au",
    "source": "Source",
    "checked_on": "Source lue le",
}
HINTS = {
    "valid_to": "Dernier jour inclus\u00a0; vide si aucune fin n’est connue.",
    "source": "Qui le dit\u00a0: la loi, le décret, la délibération, la page du site.",
    "checked_on": "Le jour où quelqu’un a relu la source.",
}
YEARS_AHEAD = timedelta(days=3653)
"""How far ahead a version may begin: ten years."""
READ_SINCE = 2000
"""The first year in which a source was read."""
SENTENCES: Mapping[str, tuple[str, str]] = {
    "dates": ("valid_to", "Le dernier jour vient avant le premier."),
    "once": ("valid_from", "Une version commence déjà ce jour-là."),
    "conventions_priceceiling_positive": ("amount", "Un plafond est plus grand que zéro."),
    "prescriptions_priority_one_territory": ("epci_siren", "Choisissez un arrondissement ou un EPCI, pas les deux."),
    "prescriptions_rule_never_on_quotient_alone": (
        "decisive",
        "Le quotient familial ne suffit jamais à refuser\u00a0: décochez cette case.",
    ),
    "connectivity_offer_desk": ("operator", "Dites quelle organisation répond aux demandes qui lui sont transmises."),
    "connectivity_offer_prices": ("price_max", "Le prix le plus haut est au moins égal au prix."),
    "connectivity_offer_kinds": ("kinds", "Choisissez au moins un besoin de connexion."),
    "connectivity_copperclosure_order": ("technical_on", "Le cuivre ne s’arrête pas avant la fin de sa vente."),
    "refurb_gradingscale_types": ("types", "Choisissez au moins un type d’appareil."),
    "refurb_gradingcap_below": ("below", "Une mesure et son seuil vont ensemble\u00a0: remplissez les deux, ou aucun."),
}
"""What a broken rule of the database says to whoever types, and beside which field, by the name of the rule."""


def sentence_of(name: str) -> tuple[str, str]:
    """The field and the sentence of one constraint; those that every kind has are told by the end of their name."""
    return SENTENCES.get(name) or SENTENCES.get(name.rpartition("_")[2], ("", "Ces valeurs ne vont pas ensemble."))


class ReferenceForm(forms.ModelForm):
    """One version: what it says, since when, until when, who says so, who looked last."""

    left_out: tuple[str, ...] = ()
    """Fields that are not known yet when the form is judged."""

    def validate_unique(self) -> None:
        """A code or a version that must be the only one, though the form may not show every field."""
        try:
            self.instance.validate_unique(exclude=self._unjudged())
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]  # Django's own, which its stubs leave out

    def validate_constraints(self) -> None:
        """The rules of the database, each with a sentence of its own beside its field.

        That two versions never hold on the same day is judged when the former one ends, by the service.
        """
        for constraint in self._meta.model._meta.constraints:
            if isinstance(constraint, ExclusionConstraint):
                continue
            try:
                constraint.validate(self._meta.model, self.instance, exclude=self._unjudged())
            except ValidationError:
                field, sentence = sentence_of(constraint.name)
                self.add_error(field if field in self.fields else None, sentence)

    def _unjudged(self) -> set[str]:
        return {name for name in self.errors if name in self.fields} | set(self.left_out)

    def content_fields(self) -> list[forms.BoundField]:
        """The fields of what the version says."""
        return [field for field in self if field.name not in DATES]

    def dated(self) -> list[forms.BoundField]:
        """The fields that say when it holds and who says so."""
        return [field for field in self if field.name in DATES]

    def clean_valid_from(self) -> date:
        """A year that was mistyped begins nothing."""
        day: date = self.cleaned_data["valid_from"]
        if day > timezone.localdate() + YEARS_AHEAD:
            raise ValidationError("Ce jour vient dans plus de dix ans\u00a0: vérifiez l’année.")
        return day

    def clean_checked_on(self) -> date:
        """Nobody reads a source tomorrow, nor did before there was anything to read."""
        day: date = self.cleaned_data["checked_on"]
        if day.year < READ_SINCE:
            raise ValidationError("Aucune source n’a été lue avant 2000\u00a0: vérifiez l’année.")
        if day > timezone.localdate():
            raise ValidationError("Ce jour n’est pas encore venu.")
        return day


def form_of(family: Family, names: Iterable[str]) -> type[ReferenceForm]:
    """The form of these fields of a family."""
    judged = type("VersionForm", (ReferenceForm,), {"left_out": (family.numbered,) if family.numbered else ()})
    made = forms.modelform_factory(
        family.model,
        form=judged,
        fields=list(names),
        labels=LABELS | dict(family.labels),
        help_texts=HINTS | dict(family.hints),
        formfield_callback=lambda column, **given: field_of(column, family, **given),
    )
    assert issubclass(made, ReferenceForm)
    return made


def names_to_add(family: Family) -> tuple[str, ...]:
    """What is typed for a thing that has no version yet; the code of a parameter is chosen before."""
    series = () if family.continuous else family.series
    return tuple(dict.fromkeys((*series, *_typed(family), *_dates(family))))


def names_to_replace(family: Family) -> tuple[str, ...]:
    """What is typed for a new version of a known thing."""
    return (*_typed(family), *_dates(family))


def names_to_correct(family: Family, *, is_used: bool) -> tuple[str, ...]:
    """What may be corrected; of a row that was used, its source, its check and its end."""
    return tuple(name for name in (*_typed(family), *_dates(family)) if not is_used or name in OF_A_USED_ROW)


def _dates(family: Family) -> tuple[str, ...]:
    """A value of what never stops has no end of its own: the next one ends it."""
    return tuple(name for name in DATES if name != "valid_to" or not family.continuous)


def _typed(family: Family) -> tuple[str, ...]:
    return tuple(name for name in family.fields if name != family.numbered)


def field_of(column: Any, family: Family, **given: Any) -> forms.Field | None:
    """The field of a column: days by the browser's calendar, amounts with a comma, codes by their French words."""
    choices = family.choices.get(column.name)
    given = {key: value for key, value in given.items() if value is not None}
    given.pop("widget", None)
    if isinstance(column, ArrayField):
        return _several(column, choices, given)
    if isinstance(column, models.ForeignKey):
        return column.formfield(**given, queryset=choices() if choices else None)
    if choices:
        said = {"label": given.get("label", column.verbose_name), "help_text": given.get("help_text", "")}
        return forms.ChoiceField(choices=choices(), required=False, **said)
    if isinstance(column, models.DateField):
        return column.formfield(**given, widget=day_input())
    if isinstance(column, models.DecimalField):
        return column.formfield(**given, form_class=NumberField)
    if isinstance(column, models.TextField):
        return column.formfield(**given, widget=forms.Textarea({"rows": 6}))
    if isinstance(column, models.URLField):
        return column.formfield(**given, assume_scheme="https")
    plain: forms.Field | None = column.formfield(**given)
    return plain


def _several(column: Any, choices: Any, given: dict[str, Any]) -> forms.Field:
    known = choices() if choices else column.base_field.choices
    if not known:
        return column.formfield(**given)  # type: ignore[no-any-return]
    label = given.get("label") or column.verbose_name
    return forms.MultipleChoiceField(
        label=label[:1].upper() + label[1:],
        choices=known,
        widget=forms.CheckboxSelectMultiple,
        required=not column.blank,
        help_text=given.get("help_text", ""),
    )


def with_unit(form: ReferenceForm, family: Family, row: Dated) -> ReferenceForm:
    """Say in the help in which unit the value is counted, and what is proper to this thing."""
    for name, said in family.hints_of(row).items():
        if name in form.fields:
            form.fields[name].help_text = said
    if family.unit and "value" in form.fields:
        form.fields["value"].help_text = f"En {getattr(row, family.unit)}."
        if form.initial.get("value") is not None:
            form.initial["value"] = without_zeros(form.initial["value"])
    return form
