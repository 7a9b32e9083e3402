"""What narrows the lists of the house."""

import django_filters

from desk.enums import Prescribing
from network.models import Commune, Epci


class UncoveredFilter(django_filters.FilterSet):
    """By EPCI, and by what is there."""

    epci = django_filters.ModelChoiceFilter(
        label="EPCI", queryset=Epci.objects.living().alphabetical(), empty_label="Tous"
    )
    standing = django_filters.ChoiceFilter(
        label="Ce qui s’y trouve",
        choices=[choice for choice in Prescribing.choices if choice[0] != Prescribing.ACTIVE],
        empty_label="Tout",
    )

    class Meta:
        model = Commune
        fields = ("epci", "standing")
