"""What the forms of every verb have in common."""

from collections.abc import Iterable
from typing import Any

from django import forms


def choose(choices: Iterable[tuple[str, str]], none: str = "Choisissez…") -> list[tuple[str, str]]:
    """Choices behind an empty one."""
    return [("", none), *choices]


def day_input(**attributes: str) -> forms.DateInput:
    """A day typed in the browser's own way; without it, as 2026-11-24."""
    return forms.DateInput(attrs={"type": "date"} | attributes, format="%Y-%m-%d")


class CommentForm(forms.Form):
    """A verb that asks nothing but a comment, kept apart from the journal, where it may be erased."""

    comment = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
        help_text="Facultatif. Ne nommez personne.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"] = self.fields.pop("comment")
