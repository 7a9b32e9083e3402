"""What people type to set a reception right, and to say what the labels of a workshop look like."""

from typing import Any

from django import forms

from lifecycle.forms import ReasonForm
from refurb.enums import CorrectTagReason, UndoReceiveReason
from refurb.forms.devices import SCANNED
from refurb.machine.correction_rules import UNDO_RECEIVE_REASON
from refurb.machine.tag_rules import CORRECT_TAG_REASON, TAG_GIVEN
from refurb.models import TagShape
from refurb.tags import cleaned


class DeviceCorrectTagForm(ReasonForm):
    """The label that is stuck on the device."""

    tag = forms.CharField(
        label="Étiquette collée sur l’appareil",
        widget=forms.TextInput({**SCANNED, "autofocus": True}),
        error_messages={"required": TAG_GIVEN.sentence},
    )
    reasons, rule = CorrectTagReason.choices, CORRECT_TAG_REASON

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["tag", "reason", "comment"])


class DeviceUndoReceiveForm(ReasonForm):
    reasons, rule = UndoReceiveReason.choices, UNDO_RECEIVE_REASON


class TagShapeForm(forms.ModelForm):
    """The form of the labels of a workshop; an empty one takes any."""

    class Meta:
        model = TagShape
        fields = ("shape",)
        widgets = {"shape": forms.TextInput(SCANNED)}

    def clean_shape(self) -> str:
        return cleaned(self.cleaned_data["shape"]).upper()
