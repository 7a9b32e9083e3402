"""What the form of a coded reason says of its comment."""

import pytest

from lifecycle.forms import ReasonForm
from lifecycle.requirements import Requirement

REASON = Requirement("reason", "Choisissez un motif.", needs=("reason",), field="reason")


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Autre motif, en commentaire", "Obligatoire pour un motif «\u00a0en commentaire\u00a0», facultatif sinon. "),
        ("Erreur de saisie", "Facultatif. "),
    ],
)
def test_a_comment_is_said_to_be_asked_with_the_reasons_that_say_nothing_alone(label: str, said: str) -> None:
    form = ReasonForm.asking([("mistake", "Double"), ("other", label)], REASON)()
    assert str(form.fields["comment"].help_text).startswith(said)
