"""What people say of a file: which sheet is read, which column says what, what is written where it says nothing."""

from collections.abc import Sequence
from typing import Any

from django import forms

from imports.kinds import Field, ImportKind
from imports.models import Import
from imports.readers.cells import Unread
from imports.readers.sheets import WorkbookSheet
from imports.reading import ReadTable, samples
from lifecycle.forms import choose

NO_COLUMN = "Pas dans ce fichier"
SHOWN = 40
"""Characters of a heading and of its examples."""


def letters(column: int) -> str:
    """A column as spreadsheets name it: A, B… Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


class ColumnsForm(forms.Form):
    """One choice for each field of the kind, and beside it what is written where the file says nothing."""

    def __init__(
        self, data: Any, *, kind: ImportKind, table: ReadTable, source: Import, guessed: dict[str, int]
    ) -> None:
        super().__init__(data)
        self.kind = kind
        columns = [("", NO_COLUMN), *_choices(table)]
        for one in kind.fields:
            self.fields[f"column_{one.name}"] = forms.ChoiceField(
                label=one.label,
                choices=columns,
                required=False,
                initial=str(guessed[one.name]) if one.name in guessed else "",
                help_text=one.help,
            )
            if one.fills:
                self.fields[f"fill_{one.name}"] = _fill(one, source.fills.get(one.name, ""))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for one in self.kind.fields:
            text = data.get(f"fill_{one.name}", "")
            try:
                if text:
                    one.value_in(text)
            except Unread as error:
                self.add_error(f"fill_{one.name}", str(error))
            if one.asked and not text and not data.get(f"column_{one.name}") and f"fill_{one.name}" not in self.errors:
                self.add_error(f"column_{one.name}", "Choisissez sa colonne, ou dites-le pour toutes les lignes.")
        return data

    def columns(self) -> dict[str, int]:
        """``{field: column}`` of those that were chosen."""
        chosen = {one.name: self.cleaned_data[f"column_{one.name}"] for one in self.kind.fields}
        return {name: int(column) for name, column in chosen.items() if column}

    def fills(self) -> dict[str, str]:
        """``{field: text}`` of what is said for all."""
        return {one.name: self.cleaned_data[f"fill_{one.name}"] for one in self.kind.fields if one.fills}

    def pairs(self) -> list[tuple[Any, Any]]:
        """Each field with what is said for all, or None."""
        return [
            (self[f"column_{one.name}"], self[f"fill_{one.name}"] if one.fills else None) for one in self.kind.fields
        ]


def _choices(table: ReadTable) -> list[tuple[str, str]]:
    width = max((len(line.cells) for line in table.lines[:200]), default=0)
    choices = []
    for column in range(max(width, len(table.headings))):
        heading = table.headings[column] if column < len(table.headings) else ""
        said = ", ".join(samples(table, column))
        if heading or said:
            told = f"{letters(column)}\u00a0– {heading[:SHOWN] or 'sans titre'}"
            choices.append((str(column), f"{told} ({said[:SHOWN]})" if said else told))
    return choices


def _fill(one: Field, initial: str) -> forms.Field:
    label = f"{one.label}, où la case est vide"
    if one.choices:
        return forms.ChoiceField(label=label, choices=choose(one.choices, "Rien"), required=False, initial=initial)
    return forms.CharField(label=label, required=False, max_length=one.longest, initial=initial)


class WorkbookSheetForm(forms.Form):
    """The sheet that is read, when the workbook shows several."""

    feuille = forms.ChoiceField(label="Feuille", required=False)

    def __init__(self, *args: Any, sheets: Sequence[WorkbookSheet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["feuille"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(sheet.name, sheet.name) for sheet in sheets]
