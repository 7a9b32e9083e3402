"""What narrows the lists of the network."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from network.enums import Competence, OrganisationKind
from network.models import Epci, Organisation


class OrganisationFilter(django_filters.FilterSet):
    """By name or place, kind, competence, EPCI."""

    text = django_filters.CharFilter(label="Nom, ville ou SIRET", method="search")
    kind = django_filters.ChoiceFilter(
        label="Rôle dans la filière",
        choices=OrganisationKind,
        field_name="kinds",
        method="having",
        empty_label="Tous",
    )
    competence = django_filters.ChoiceFilter(
        label="Compétence",
        choices=Competence,
        field_name="competences",
        method="having",
        empty_label="Toutes",
    )
    epci = django_filters.ModelChoiceFilter(
        label="EPCI", queryset=Epci.objects.alphabetical(), method="serving", empty_label="Tous"
    )

    class Meta:
        model = Organisation
        fields = ("text", "kind", "competence", "epci")

    def search(self, rows: QuerySet[Organisation], name: str, value: str) -> QuerySet[Organisation]:
        return rows.filter(
            Q(name__icontains=value)
            | Q(commune__name__icontains=value)
            | Q(siret__startswith="".join(value.split()))
            | Q(reference__iexact=value.strip())
        )

    def having(self, rows: QuerySet[Organisation], name: str, value: str) -> QuerySet[Organisation]:
        return rows.filter(**{f"{name}__contains": [value]})

    def serving(self, rows: QuerySet[Organisation], name: str, value: Any) -> QuerySet[Organisation]:
        """The EPCI itself, those that lie in it, and those that serve one of its communes."""
        serving = Organisation.objects.filter(communes_served__epci=value).values("pk")
        return rows.filter(Q(epci=value) | Q(commune__epci=value) | Q(pk__in=serving))
