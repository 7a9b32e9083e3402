"""What the pilot types to record an agreement signed on paper."""

from typing import Any

from django import forms

from conventions.forms.base import Choices
from conventions.services.signatures import SCANS
from documents.forms import DepositField, DepositForm
from lifecycle.forms import choose, field_of


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
