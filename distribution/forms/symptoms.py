"""What is noted of a device that goes back to its workshop, in the words of its household or of its point; and that
its household is told once it is repaired."""

from typing import Any

from django import forms

from distribution.enums import SendBackReason, UndoTakeBackReason
from distribution.machine import allotment_rules, household_rules, return_rules
from lifecycle.forms import CommentForm, ReasonForm
from refurb.enums import ReturnReason
from refurb.models import Device
from typography.french import day

READ_BY = "L’atelier le lit sur la page de l’appareil, et le pilote\u00a0: ne nommez personne."


class SymptomForm(ReasonForm):
    """Why a device goes back, and what is wrong with it: the workshop reads it."""

    asked_for: frozenset[str] = frozenset()
    """The reasons that say nothing without these words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].label = "Ce qui ne va pas"

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.cleaned_data.get("reason") in self.asked_for and not self.cleaned_data.get("comment", "").strip():
            self.add_error("comment", "Dites ce qui ne va pas\u00a0: l’atelier n’en saura rien d’autre.")
        return cleaned


class DeviceTakeBackForm(SymptomForm):
    reasons, rule = ReturnReason.choices, household_rules.TAKE_BACK_REASON
    asked_for = frozenset({ReturnReason.FAULT})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "comment"
        ].help_text = f"Ce que dit le foyer, et depuis quand\u00a0; à dire s’il s’agit d’une panne. {READ_BY}"


class DeviceSendBackForm(SymptomForm):
    reasons, rule = SendBackReason.choices, allotment_rules.SEND_BACK_REASON
    explained = (SendBackReason.OTHER,)
    asked_for = frozenset({SendBackReason.BROKEN})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].help_text = f"À dire de ce qui est en panne, ou d’un autre motif. {READ_BY}"


class UndoTakeBackForm(ReasonForm):
    """A return was noted by mistake; ``given``: what its household was given since, and has with it from then on."""

    reasons, rule = UndoTakeBackReason.choices, return_rules.UNDO_TAKE_BACK_REASON
    has_both = forms.BooleanField(
        required=False, help_text="Vérifiez-le auprès du foyer. S’il n’a plus l’autre, reprenez-le d’abord."
    )

    def __init__(self, *args: Any, given: Device | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if given is None or given.handed_over_at is None:
            del self.fields["has_both"]
        else:
            since = day(given.handed_over_at)
            self.fields["has_both"].label = f"Ce foyer a aussi l’appareil {given.reference}, remis le {since}"


class TellRepairedForm(CommentForm):
    """The household is told that its device waits for it; ``written``: by Maillon, unless it knows already."""

    known = forms.BooleanField(
        label="Le foyer le sait déjà\u00a0: aucun message ne part",
        required=False,
        help_text="Vous l’avez appelé, ou il est passé.",
    )

    def __init__(self, *args: Any, written: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not written:
            del self.fields["known"]

    def told(self) -> dict[str, Any]:
        """What the gate is given."""
        given = {"comment": self.cleaned_data["comment"]}
        return given | {"known": True} if self.cleaned_data.get("known") else given
