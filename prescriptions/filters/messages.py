"""Messages to households: about what, by which channel, how far, since when."""

import django_filters
from django import forms

from documents.enums import MessageChannel, MessageCode
from prescriptions.models import HouseholdMessage
from prescriptions.models.message import FATES


class MessageFilter(django_filters.FilterSet):
    """Nobody is named, nothing is typed."""

    code = django_filters.ChoiceFilter(label="À propos de", choices=MessageCode, empty_label="Tout")
    channel = django_filters.ChoiceFilter(label="Par", choices=MessageChannel, empty_label="Tous")
    fate = django_filters.ChoiceFilter(label="Suite", field_name="fate", choices=FATES, empty_label="Toutes")
    since = django_filters.DateFilter(
        label="Depuis le",
        field_name="written_at",
        lookup_expr="date__gte",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = HouseholdMessage
        fields = ("code", "channel", "since")
