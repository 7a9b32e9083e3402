"""What the forms of every verb have in common."""

from collections.abc import Iterable
from typing import Any

from django import forms

from lifecycle.machine import Requirement

type Choices = Iterable[tuple[str, str]]

DAY = {"type": "date"}
"""A day is typed in the browser's own way; without it, as 2026-11-24."""


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs=DAY, format="%Y-%m-%d")


def choose(choices: Choices, none: str = "Choisissez…") -> list[tuple[str, str]]:
    """Choices behind an empty one."""
    return [("", none), *choices]


class CommentForm(forms.Form):
    """A verb that asks nothing but a comment, kept apart from the journal, where it may be erased."""

    comment = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
        help_text="Facultatif. Les autres parties ne le voient pas. Ne nommez personne.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"] = self.fields.pop("comment")


class ReasonForm(CommentForm):
    """A verb that wants a coded reason; the sentence that asks for it is the rule's."""

    reason = forms.ChoiceField(label="Motif")
    reasons: Choices = ()
    rule: Requirement

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = choose(self.reasons)
        self.fields["reason"].error_messages["required"] = self.rule.sentence
