"""What people choose on the pages of reports: a month."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format

from lifecycle.forms import field_of


class MonthForm(forms.Form):
    """One month among those given (first days)."""

    month = forms.ChoiceField(label="Mois")

    def __init__(self, *args: Any, months: Iterable[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "month", forms.ChoiceField).choices = [
            (month.isoformat(), date_format(month, "F Y")) for month in months
        ]

    def clean_month(self) -> date:
        return date.fromisoformat(self.cleaned_data["month"])
