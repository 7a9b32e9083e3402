"""What is typed when somebody else is asked, or nobody any more."""

from collections.abc import Sequence
from typing import Any

from django import forms

from conventions.enums import PassOverReason, ReplaceReason, SignatureDeclineReason
from conventions.forms.base import READ_BY_THE_EPCI, CommentForm, ReasonForm
from conventions.machine import people_rules as rules
from lifecycle.forms import choose, field_of
from network.models import Membership


class HandOnForm(CommentForm):
    """A colleague, among those who may."""

    to = forms.ChoiceField(label="À qui", error_messages={"required": rules.OTHER_REVIEWER.sentence})
    field_order = ("to", "reason", "comment")

    def __init__(self, *args: Any, people: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(member.pk): member for member in people}
        told = [(pk, f"{member.user} ({member.get_role_display().lower()})") for pk, member in self.people.items()]
        field_of(self, "to", forms.ChoiceField).choices = choose(told)
        if not told:
            self.fields["to"].help_text = (
                "Personne d’autre de cette organisation ne le peut\u00a0: son responsable "
                "ou le pilote invite quelqu’un."
            )

    def clean_to(self) -> Membership:
        return self.people[self.cleaned_data["to"]]


class ReplaceForm(ReasonForm, HandOnForm):
    """Another person, and why."""

    reasons, rule = ReplaceReason.choices, rules.REPLACE_REASON


class DeclineForm(ReasonForm):
    """Why one does not sign the text as it stands, and what must change in it."""

    reasons, rule = SignatureDeclineReason.choices, rules.DECLINE_REASON
    explained = (SignatureDeclineReason.TERMS,)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].label = "Ce qui doit changer dans le texte"
        self.fields["comment"].help_text = f"Obligatoire si les termes ne conviennent pas. {READ_BY_THE_EPCI}"


class AnswerRefusalForm(CommentForm):
    """What is answered to the signatory who does not sign."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        comment = self.fields["comment"]
        comment.label, comment.required = "Votre réponse", True
        comment.error_messages["required"] = rules.ANSWERED_IN_WORDS.sentence
        comment.help_text = (
            "L’organisation du signataire, les responsables de l’EPCI et le pilote la lisent, sur la page de la"
            " convention. Ne nommez personne."
        )


class PassOverForm(ReasonForm):
    """Why one goes on without this opinion."""

    reasons, rule = PassOverReason.choices, rules.PASS_OVER_REASON
