"""The files that look like one: the same household, or not."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms

from prescriptions.models import Household
from prescriptions.services.doubles import Double

ANSWERS = [("same", "Même foyer"), ("other", "Pas le même foyer")]


class DoublesForm(forms.Form):
    """One answer per file that looks like this one; what was answered is chosen beforehand, and may change.

    What a prescriber answered of a strong likeness is not: whoever decides says it too.
    """

    def __init__(self, *args: Any, doubles: Sequence[Double], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doubles = list(doubles)
        for double in self.doubles:
            other = double.household
            known = "" if double.is_asked or double.answer is None else "same" if double.answer.same else "other"
            self.fields[f"double_{other.pk}"] = forms.ChoiceField(
                label=f"Est-ce le même foyer que {other.reference}\u00a0?",
                choices=ANSWERS,
                widget=forms.RadioSelect,
                initial=known,
                error_messages={"required": "Dites si c’est le même foyer ou non."},
            )

    def rows(self) -> Iterator[tuple[Double, forms.BoundField]]:
        """Each file with its question, as the page shows them."""
        return ((double, self[f"double_{double.household.pk}"]) for double in self.doubles)

    def answers(self) -> list[tuple[Household, bool]]:
        """What is to be written: the answers that are new or that changed."""
        found = []
        for double in self.doubles:
            same = self.cleaned_data[f"double_{double.household.pk}"] == "same"
            if double.is_asked or double.answer is None or double.answer.same != same:
                found.append((double.household, same))
        return found
