"""Two files of one household to be made one: which words are kept, line by line; and which is parted again."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateformat import format as formatted

from lifecycle.forms import field_of
from prescriptions.forms.asking import CommentForm
from prescriptions.models import Household
from prescriptions.reaching import LACKS, lacks
from prescriptions.services.joining import column_told, differing, refuse_taken


def shown_value(file: Household, name: str) -> str:
    """What a file says in one column, as it is read."""
    value = getattr(file, name)
    if name in ("birth_date", "emancipated_on"):
        return formatted(value, "d/m/Y") if value else "rien"
    if name == "contact_channel":
        return file.get_contact_channel_display()
    return str(value) if value not in ("", None) else "rien"


class JoinForm(CommentForm):
    """One choice per line on which the two files differ: what the file kept says, unless it says nothing."""

    def __init__(self, *args: Any, kept: Household, left: Household, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept, self.left, self.columns = kept, left, differing(kept, left)
        for name in self.columns:
            label = column_told(name).capitalize()
            choices = [
                ("kept", f"{shown_value(kept, name)} ({kept.reference}, gardé)"),
                ("left", f"{shown_value(left, name)} ({left.reference})"),
            ]
            says_nothing = getattr(kept, name) in ("", None)
            self.fields[f"take_{name}"] = forms.ChoiceField(
                label=label, choices=choices, widget=forms.RadioSelect, initial="left" if says_nothing else "kept"
            )
        self.order_fields([*(f"take_{name}" for name in self.columns), "comment"])

    def clean(self) -> dict[str, Any]:
        """The way in which the household is told keeps what it takes; its person of reference is of age."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and "take_contact_channel" in data and self.taken:
            said = {name: getattr(self.left, name) for name in self.taken}
            way = said.get("contact_channel", self.kept.contact_channel)
            as_before = "contact_channel" not in said and lacks(self.kept)
            if lacks(self.kept, way, **said) and not as_before:
                self.add_error("take_contact_channel", LACKS[way])
        if not self.errors:
            try:
                refuse_taken(self.kept, self.left, self.taken, timezone.localdate())
            except ValidationError as minor:
                self.add_error("take_birth_date" if "take_birth_date" in data else None, minor.messages)
        return data

    @property
    def taken(self) -> list[str]:
        """The columns that the file kept takes from the other one."""
        return [name for name in self.columns if self.cleaned_data[f"take_{name}"] == "left"]

    def given(self) -> dict[str, Any]:
        """What the service takes."""
        return {"kept": self.kept, "taken": self.taken, "comment": self.cleaned_data["comment"]}

    def lines(self) -> Iterator[forms.BoundField]:
        """The choices, in order."""
        return (self[f"take_{name}"] for name in self.columns)


class FileField(forms.ModelChoiceField):
    """Files told by their reference: a list of choices names nobody."""

    def label_from_instance(self, obj: Household) -> str:
        return str(obj.reference)


class PartFilesForm(CommentForm):
    """Which of the files that were joined is parted again."""

    left = FileField(label="Dossier à séparer", queryset=Household.objects.none(), empty_label=None)

    def __init__(self, *args: Any, joined: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "left", FileField).queryset = joined
        self.order_fields(["left", "comment"])
