"""What the outbox is searched by."""

import django_filters
from django import forms

from documents.enums import MailPurpose, SendState
from documents.models import Mail


class MailFilter(django_filters.FilterSet):
    """A text in the subject, how far the mail has gone, what it is about, between two days.

    Not the address: a search is a GET, and no person is named in an address of Maillon.
    """

    subject = django_filters.CharFilter(label="Sujet", lookup_expr="icontains")
    delivery = django_filters.ChoiceFilter(label="Acheminement", choices=SendState, empty_label="Tous")
    purpose = django_filters.ChoiceFilter(label="Objet", choices=MailPurpose, empty_label="Tous")
    since = django_filters.DateFilter(
        label="Depuis le",
        field_name="created_at",
        lookup_expr="date__gte",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = django_filters.DateFilter(
        label="Jusqu’au",
        field_name="created_at",
        lookup_expr="date__lte",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = Mail
        fields = ("subject", "delivery", "purpose", "since", "until")
