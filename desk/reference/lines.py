"""The lines of a row on one screen: some filled, two empty ones for more; a ticked one is taken away."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import number_format, sanitize_separators
from django.utils.text import slugify

from desk.reference.forms import ReferenceForm, field_of
from reference.families import Family, Lines, shown

EMPTY_ONES = 2


class StepsField(forms.CharField):
    """Points by threshold or by value, one per line: « 8 : 3 » from 8 on, « ssd : 1 » for that value."""

    widget = forms.Textarea({"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        return "\n".join(f"{_threshold(step)}\u00a0: {number_format(step.points.normalize())}" for step in value)

    def clean(self, value: Any) -> list[tuple[Decimal | None, str, Decimal]]:
        """``(from, value, points)`` of each line; raises ValidationError that names the line that does not read."""
        steps = []
        for line in (super().clean(value) or "").splitlines():
            if not line.strip():
                continue
            left, colon, points = line.replace("\u00a0", " ").rpartition(":")
            if not colon or not left.strip() or (counted := _number(points)) is None:
                raise ValidationError(
                    f"«\u00a0{line.strip()}\u00a0» ne se lit pas\u00a0: écrivez par exemple 8\u00a0: 3."
                )
            threshold = _number(left)
            steps.append((threshold, "" if threshold is not None else left.strip(), counted))
        if len({step[:2] for step in steps}) < len(steps):
            raise ValidationError("Un seuil ou une valeur est écrit deux fois.")
        return steps


def _threshold(step: Any) -> str:
    return step.value or number_format(step.at_least.normalize())


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(str(sanitize_separators(text.strip().replace(" ", ""))))
    except InvalidOperation:
        return None


class ReferenceLineForm(ReferenceForm):
    """One line. A code that is left empty is made of the label."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "code" in self.fields and not data.get("code") and "code" not in self.errors:
            data["code"] = slugify(data.get("label", ""))[:40]
        return data


class LinesFormSet(forms.BaseFormSet):
    """The lines of one kind of one row."""

    declared: Lines

    def clean(self) -> None:
        """No two lines of the same rule, code or grade."""
        if any(self.errors):
            return
        told = [str(data.get(self.declared.unique)) for data in self.typed_lines()]
        twice = sorted({one for one in told if told.count(one) > 1})
        if twice:
            raise ValidationError(f"{self.declared.one} écrit deux fois\u00a0: {', '.join(twice)}.")

    def typed_lines(self) -> list[dict[str, Any]]:
        """What is typed in the lines that stay, in order."""
        forms_ = [form for form in self.forms if form not in self.deleted_forms]
        return [form.cleaned_data for form in forms_ if form.has_changed() and getattr(form, "cleaned_data", None)]

    def write(self, row: models.Model) -> None:
        """Make these the lines of ``row``, in place of those it has."""
        declared = self.declared
        declared.of(row).delete()
        for rank, data in enumerate(self.typed_lines(), start=1):
            columns = {name: data[name] for name in declared.fields} | {f"{declared.key}_id": row.pk}
            line = declared.model(**columns | ({"position": rank} if declared.numbered else {}))
            line.save()
            if declared.parts:
                related = getattr(line, declared.parts)
                for at_least, value, points in data[declared.parts]:
                    related.create(at_least=at_least, value=value, points=points)


def lines_of(family: Family, data: Any, row: models.Model | None) -> list[LinesFormSet]:
    """One formset per kind of lines, filled with those of ``row`` (the version that is corrected or replaced)."""
    return [_formset(family, declared, data, row) for declared in family.lines]


def _formset(family: Family, declared: Lines, data: Any, row: models.Model | None) -> LinesFormSet:
    attributes: dict[str, Any] = {}
    if declared.parts:
        attributes[declared.parts] = StepsField(
            label="Paliers",
            required=False,
            help_text="Un par ligne\u00a0: le seuil ou la valeur, deux-points, les points. Exemple\u00a0: 8\u00a0: 3.",
        )
    attributes["left_out"] = (declared.key, "position")
    form = forms.modelform_factory(
        declared.model,
        form=type("OneLineForm", (ReferenceLineForm,), attributes),
        fields=list(declared.fields),
        help_texts=dict(family.hints),
        formfield_callback=lambda column, **given: field_of(column, family, **given),
    )
    factory = forms.formset_factory(form, formset=LinesFormSet, extra=EMPTY_ONES, can_delete=True, max_num=60)
    initial = [_initial(declared, line) for line in declared.of(row)] if row is not None and data is None else []
    formset: Any = factory(data, prefix=declared.model._meta.model_name, initial=initial)
    formset.declared = declared
    for one in formset.forms:
        one.fields["DELETE"].label = "Retirer cette ligne"
    return formset  # type: ignore[no-any-return]


def _initial(declared: Lines, line: Any) -> dict[str, Any]:
    told = {name: getattr(line, name) for name in declared.fields}
    return told | ({declared.parts: list(getattr(line, declared.parts).all())} if declared.parts else {})


def told_lines(family: Family, declared: Lines, row: models.Model) -> dict[str, Any]:
    """The lines of a row as a table: heads, then cells."""
    rows = declared.of(row).prefetch_related(declared.parts) if declared.parts else declared.of(row)
    names = [name for name in declared.fields if name != "code"]
    fields = {name: str(declared.model._meta.get_field(name).verbose_name) for name in names}  # type: ignore[union-attr]
    cells = [[family.with_unit(shown(line, name), name) for name in names] + _parts(declared, line) for line in rows]
    filled = [index for index in range(len(cells[0]) if cells else 0) if any(line[index] for line in cells)]
    heads = [label[:1].upper() + label[1:] for label in fields.values()] + (["Paliers"] if declared.parts else [])
    return {
        "title": declared.title,
        "heads": [heads[index] for index in filled],
        "rows": [[(heads[index], line[index]) for index in filled] for line in cells],
    }


def _parts(declared: Lines, line: Any) -> list[str]:
    if not declared.parts:
        return []
    steps = getattr(line, declared.parts).all()
    return ["\u00a0; ".join(f"{_threshold(step)}\u00a0: {number_format(step.points.normalize())}" for step in steps)]
