"""An answer to each point that the distributor asked for."""

from collections.abc import Iterator
from typing import Any

from django import forms

from prescriptions.completion import Point, Round
from prescriptions.enums import CompletionSaid
from prescriptions.forms.actions import written
from prescriptions.services.completion import SAY_WHAT, SAY_WHY


class CompletionForm(forms.Form):
    """One answer per point; what was answered is there beforehand, and may change. A point may be left for later."""

    def __init__(self, *args: Any, asked: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = list(asked.points)
        self.changed_at_all = bool(asked.others) or any(point.changes for point in asked.points)
        for rank, point in enumerate(self.points):
            known = point.answer
            done = CompletionSaid.DONE.value if point.changes else ""
            self.fields[f"said_{rank}"] = forms.ChoiceField(
                label="Votre réponse",
                choices=CompletionSaid.choices,
                widget=forms.RadioSelect,
                required=False,
                initial=known.said if known else done,
            )
            self.fields[f"words_{rank}"] = written("En quelques mots", self._help(point))
            self.fields[f"words_{rank}"].widget.attrs["rows"] = 2
            self.initial[f"words_{rank}"] = known.words if known else ""

    def _help(self, point: Point) -> str:
        if self._changed(point):
            return "Facultatif si c’est fait\u00a0: le distributeur voit ce qui a changé."
        return "Ce qui a été fait, ou pourquoi ce n’est pas possible."

    def _changed(self, point: Point) -> bool:
        return bool(point.changes) if point.part else self.changed_at_all

    def rows(self) -> Iterator[tuple[Point, forms.BoundField, forms.BoundField]]:
        """Each point with its two fields, as the page shows them."""
        return ((point, self[f"said_{rank}"], self[f"words_{rank}"]) for rank, point in enumerate(self.points))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for rank, point in enumerate(self.points):
            said, words = data.get(f"said_{rank}", ""), data.get(f"words_{rank}", "").strip()
            if words and not said:
                self.add_error(f"said_{rank}", "Dites si c’est fait, ou si ce n’est pas possible.")
            if words or not said or self.has_error(f"words_{rank}"):
                continue
            if said == CompletionSaid.CANNOT:
                self.add_error(f"words_{rank}", SAY_WHY.sentence)
            elif not self._changed(point):
                self.add_error(f"words_{rank}", SAY_WHAT.sentence)
        if not self.errors and not any(data.get(f"said_{rank}") for rank in range(len(self.points))):
            self.add_error("said_0", "Répondez à un point au moins.")
        return data

    def answers(self) -> list[tuple[str, str, str]]:
        """What is to be written, as (code, said, words): the answers that are new or that changed."""
        found = []
        for rank, point in enumerate(self.points):
            said, words = self.cleaned_data[f"said_{rank}"], self.cleaned_data[f"words_{rank}"].strip()
            known = (point.answer.said, point.answer.words) if point.answer else ("", "")
            if said and (said, words) != known:
                found.append((point.code, said, words))
        return found
