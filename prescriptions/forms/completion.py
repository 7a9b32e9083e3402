"""An answer to each point that the distributor asked for."""

from collections.abc import Iterator
from typing import Any

from django import forms

from prescriptions.completion import CompletionPoint, Round
from prescriptions.enums import CompletionSaid
from prescriptions.forms.actions import written
from prescriptions.services.completion import IN_WORDS, SAY_WHAT, SAY_WHY


class CompletionForm(forms.Form):
    """One answer per point; what was answered is there beforehand, and may change. A point may be left for later."""

    def __init__(self, *args: Any, asked: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = list(asked.points)
        for rank, point in enumerate(self.points, start=1):
            known = point.answer
            done = CompletionSaid.DONE.value if point.changes else ""
            self.fields[f"said_{rank}"] = forms.ChoiceField(
                label=f"Votre réponse au point {rank}",
                choices=CompletionSaid.choices,
                widget=forms.RadioSelect,
                required=False,
                initial=known.said if known else done,
            )
            self.fields[f"words_{rank}"] = written(f"En quelques mots, sur le point {rank}", _help(point))
            self.fields[f"words_{rank}"].widget.attrs["rows"] = 2
            self.initial[f"words_{rank}"] = known.words if known else ""

    def rows(self) -> Iterator[tuple[CompletionPoint, forms.BoundField, forms.BoundField]]:
        """Each point with its two fields, as the page shows them."""
        return ((point, self[f"said_{rank}"], self[f"words_{rank}"]) for rank, point in enumerate(self.points, start=1))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for rank, point in enumerate(self.points, start=1):
            said, words = data.get(f"said_{rank}", ""), data.get(f"words_{rank}", "").strip()
            if words and not said:
                self.add_error(f"said_{rank}", "Dites si c’est fait, ou si ce n’est pas possible.")
            if words or not said or self.has_error(f"words_{rank}"):
                continue
            if said == CompletionSaid.CANNOT:
                self.add_error(f"words_{rank}", SAY_WHY.sentence)
            elif not point.changes:
                self.add_error(f"words_{rank}", (SAY_WHAT if point.part else IN_WORDS).sentence)
        if not self.errors and not any(data.get(f"said_{rank}") for rank, _ in enumerate(self.points, start=1)):
            self.add_error("said_1", "Répondez à un point au moins.")
        return data

    def answers(self) -> list[tuple[str, str, str]]:
        """What is to be written, as (code, said, words): the answers that are new or that changed."""
        found = []
        for rank, point in enumerate(self.points, start=1):
            said, words = self.cleaned_data[f"said_{rank}"], self.cleaned_data[f"words_{rank}"].strip()
            known = (point.answer.said, point.answer.words) if point.answer else ("", "")
            if said and (said, words) != known:
                found.append((point.code, said, words))
        return found


def _help(point: CompletionPoint) -> str:
    if point.changes:
        return "Facultatif si c’est fait\u00a0: le distributeur voit ce qui a changé."
    if point.part is None:
        return "Votre réponse, telle que le distributeur la lira."
    return "Ce qui a été fait, ou pourquoi ce n’est pas possible."
