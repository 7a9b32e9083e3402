"""What the forms of every verb have in common."""

from collections.abc import Iterable
from typing import Any

from django import forms

from lifecycle import forms as forms_of_verbs
from lifecycle.forms import choose
from lifecycle.machine import Requirement

type Choices = Iterable[tuple[str, str]]


class CommentForm(forms_of_verbs.CommentForm):
    """The comment of a party: the others do not see it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].help_text = "Facultatif. Les autres parties ne le voient pas. Ne nommez personne."


class ReasonForm(CommentForm):
    """A verb that wants a coded reason; the sentence that asks for it is the rule's."""

    reason = forms.ChoiceField(label="Motif")
    reasons: Choices = ()
    rule: Requirement

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = choose(self.reasons)
        self.fields["reason"].error_messages["required"] = self.rule.sentence
