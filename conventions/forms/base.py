"""What the forms of every verb have in common."""

from collections.abc import Iterable
from typing import Any

from lifecycle import forms as forms_of_verbs

type Choices = Iterable[tuple[str, str]]


class CommentForm(forms_of_verbs.CommentForm):
    """The comment of a party: the others do not see it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].help_text = "Facultatif. Les autres parties ne le voient pas. Ne nommez personne."


READ_BY_THE_EPCI = (
    "Votre organisation, les responsables de l’EPCI et le pilote le lisent, sur la page de la convention."
    " Ne nommez personne."
)
"""Of a comment that is written to whoever prepares the text (``conventions.views.remarks``)."""


class ReasonForm(CommentForm, forms_of_verbs.ReasonForm):
    """The same for a verb that wants a coded reason."""
