"""What the forms of the app share: choices, days, comments, rows that may be left empty."""

from typing import Any

from django import forms
from django.forms.utils import ErrorDict, ErrorList

from lifecycle import forms as forms_of_verbs
from prescriptions.nir import validate_no_nir

type Choices = list[tuple[str, str]]


def words(rows: int = 3) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


def leave_unjudged(form: Any) -> None:
    """Show again what was typed, without a word about what is missing: one is still typing."""
    form._errors, form.cleaned_data = ErrorDict(), {}


class CommentForm(forms_of_verbs.CommentForm):
    """The same comment, in which no social security number is let in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].validators.append(validate_no_nir)


class Rows(forms.BaseFormSet):
    """What is there, then a few empty rows. A row left empty counts for nothing."""

    def __init__(self, *args: Any, blank: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extra = len(self.initial or ()) + blank

    def initial_form_count(self) -> int:
        """None is there for good: any row may be emptied."""
        return 0

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Retirer cette ligne"

    def leave_unjudged(self) -> None:
        """The same for the rows as for a form."""
        for form in self.forms:
            leave_unjudged(form)
        self._errors, self._non_form_errors = [form.errors for form in self.forms], ErrorList()

    @property
    def is_wrong(self) -> bool:
        """Whether something is to be corrected in a row."""
        return self.is_bound and (any(self.errors) or bool(self.non_form_errors()))

    @property
    def kept(self) -> list[forms.Form]:
        """The rows filled in and not taken away, in order."""
        return [form for form in self.forms if form.has_changed() and form not in self.deleted_forms]
