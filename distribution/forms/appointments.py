"""What people type about appointments: an hour, why it is given up, the hours a point opens, the days it closes."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from distribution.enums import AppointmentCancelReason, ClosureReason, Weekday
from distribution.machine.appointment_rules import CANCEL_REASON, HOUR_GIVEN, SEAT_LEFT
from distribution.slots import Slot
from lifecycle.forms import CommentForm, choose, day_input, field_of
from lifecycle.shown import HeldForm
from typography.french import full_day, hour

KNOWN = "Le foyer est devant moi, ou au téléphone\u00a0: il connaît ce changement."
YEARS = 2
"""How far an hour that is typed may be, so that days may be counted from it."""
DAYS = [(str(number), str(label)) for number, label in Weekday.choices]


def slot_told(slot: Slot) -> str:
    """An hour as one chooses it."""
    left = f" ({slot.left}\u00a0places)" if slot.left > 1 else ""
    return f"{full_day(slot.starts_at)} à {hour(slot.starts_at)}{left}"


def instant(typed: str) -> datetime:
    """What a choice among hours says, within some years. Raises ValueError."""
    found = datetime.fromisoformat(typed)
    if timezone.is_naive(found) or abs(found.year - timezone.localdate().year) > YEARS:
        raise ValueError("no hour")
    return found


def not_too_far(day: date) -> date:
    """The day, within the years for which a point says its hours. Raises ValidationError."""
    if day.year - timezone.localdate().year > YEARS:
        raise forms.ValidationError(f"Choisissez un jour des {YEARS}\u00a0années à venir.")
    return day


class HourForm(HeldForm, forms.Form):
    """Which hour, among those with a place left; whether the household knows already.

    ``ticked_from``: the first hour from then on is ticked beforehand, nothing sooner: nobody would come in time.
    """

    starts_at = forms.TypedChoiceField(
        label="Heure",
        coerce=instant,
        widget=forms.RadioSelect,
        error_messages={"required": HOUR_GIVEN.sentence, "invalid_choice": SEAT_LEFT.sentence},
    )
    known = forms.BooleanField(
        label="Le foyer est devant moi, ou au téléphone\u00a0: il connaît cette heure.", required=False
    )

    def __init__(
        self, *args: Any, slots: Sequence[Slot], ticked_from: datetime, mailed: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(slot.starts_at.isoformat(), slot_told(slot)) for slot in slots]
        field_of(self, "starts_at", forms.TypedChoiceField).choices = choices
        reached = (slot.starts_at.isoformat() for slot in slots if slot.starts_at >= ticked_from)
        self.fields["starts_at"].initial = next(reached, None)
        if mailed:
            del self.fields["known"]


class FromDayForm(forms.Form):
    """From which day hours are looked for."""

    jour = forms.DateField(
        label="À partir du",
        widget=day_input(),
        required=False,
        error_messages={"invalid": "Écrivez un jour, par exemple 2027-01-15."},
    )


class CancelForm(HeldForm, CommentForm):
    """Why, and whether the household knows."""

    reason = forms.ChoiceField(
        label="Motif",
        choices=choose([one for one in AppointmentCancelReason.choices if one[0] != AppointmentCancelReason.RELEASED]),
        error_messages={"required": CANCEL_REASON.sentence},
    )
    known = forms.BooleanField(label=KNOWN, required=False)
    field_order = ("reason", "known", "comment")


class HeldCommentForm(HeldForm, CommentForm):
    """What is noted of the hour that the page shows, and a comment."""


class OpeningForm(forms.Form):
    """One opening of the week."""

    weekday = forms.TypedChoiceField(
        label="Chaque", coerce=int, choices=choose([(str(k), v) for k, v in Weekday.choices])
    )
    starts_at = forms.TimeField(label="De", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    ends_at = forms.TimeField(label="À", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    minutes = forms.IntegerField(label="Durée d’un rendez-vous, en minutes", min_value=5, max_value=240, initial=30)
    places = forms.IntegerField(label="Foyers reçus à la même heure", min_value=1, max_value=20, initial=1)
    valid_from = forms.DateField(label="À partir du", widget=day_input())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = timezone.localdate()

    def clean_starts_at(self) -> time:
        """Not before six."""
        found: time = self.cleaned_data["starts_at"]
        if found < time(6):
            raise forms.ValidationError("Un point n’ouvre pas avant 6\u00a0h.")
        return found

    def clean_ends_at(self) -> time:
        """Not after ten in the evening, and after the beginning."""
        found: time = self.cleaned_data["ends_at"]
        if found > time(22):
            raise forms.ValidationError("Un point ferme à 22\u00a0h au plus tard.")
        begins = self.cleaned_data.get("starts_at")
        if begins is not None and found <= begins:
            raise forms.ValidationError("Cette heure vient avant l’ouverture.")
        return found

    def clean_valid_from(self) -> Any:
        """Not in the past."""
        found = self.cleaned_data["valid_from"]
        if found < timezone.localdate():
            raise forms.ValidationError("Choisissez aujourd’hui, ou un jour à venir.")
        return not_too_far(found)


class ClosureForm(forms.Form):
    """Days on which nobody is received."""

    first_day = forms.DateField(label="Du", widget=day_input())
    last_day = forms.DateField(label="Au", widget=day_input())
    reason = forms.ChoiceField(label="Motif", choices=choose(ClosureReason.choices))

    def clean_last_day(self) -> Any:
        """Not over already."""
        found = self.cleaned_data["last_day"]
        if found < timezone.localdate():
            raise forms.ValidationError("Ce jour est passé.")
        return not_too_far(found)
