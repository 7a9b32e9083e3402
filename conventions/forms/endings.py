"""What is typed of the papers by which a convention ends: an agreement signed by hand, a notice, a formal notice."""

from typing import Any

from django import forms

from conventions.enums import CHOICES_ALONE
from conventions.forms.base import Choices, CommentForm
from conventions.machine import ending_rules as rules
from conventions.services.signatures import SCANS
from documents.forms import DepositField, DepositForm
from lifecycle.forms import choose, day_input, field_of


class RecordEndForm(DepositForm):
    """Which party, and the scan of what it signed."""

    party = forms.ChoiceField(label="Partie", error_messages={"required": "Dites quelle partie a signé."})
    deposit = DepositField(
        label="Accord signé",
        accept=SCANS,
        required=False,
        help_text="PDF, ou photo (PNG, JPEG), avec le code QR de la première page.",
    )
    deposit_required = "Déposez l’accord signé."
    field_order = ("party", "deposit", "kept")

    def __init__(self, *args: Any, parties: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "party", forms.ChoiceField).choices = choose(parties)


class NoticeForm(DepositForm, CommentForm):
    """The paper by which a party says that it will end it alone."""

    reason = forms.ChoiceField(
        label="Ce que votre partie a envoyé",
        choices=choose(CHOICES_ALONE),
        error_messages={"required": rules.NOTICE_REASON.sentence},
    )
    notice_on = forms.DateField(
        label="Date du préavis ou de la mise en demeure",
        widget=day_input(),
        help_text="Le jour où les autres parties l’ont reçu. Le délai de la convention se compte de ce jour.",
        error_messages={"required": rules.NOTICE_DATED.sentence},
    )
    deposit = DepositField(
        label="Le préavis ou la mise en demeure",
        accept=SCANS,
        required=False,
        help_text="PDF, ou photo (PNG, JPEG). Les deux autres parties et le pilote le lisent.",
    )
    deposit_required = rules.NOTICE_PAPER.sentence
    field_order = ("reason", "notice_on", "deposit", "kept", "comment")

    def given(self) -> dict[str, Any]:
        """What the service asks, by its names."""
        typed = {name: self.cleaned_data[name] for name in ("reason", "notice_on", "comment")}
        return typed | {"paper": self.file}
