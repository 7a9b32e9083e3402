"""What the forms of the app share: choices, words, comments."""

from typing import Any

from django import forms

from lifecycle import forms as forms_of_verbs
from prescriptions.nir import validate_no_nir

type Choices = list[tuple[str, str]]


def words(rows: int = 3) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class CommentForm(forms_of_verbs.CommentForm):
    """The same comment, in which no social security number is let in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].validators.append(validate_no_nir)
