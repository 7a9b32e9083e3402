"""What narrows the lists of the network."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from network.enums import AwarenessState, Competence, OrganisationKind, RolloutState, StructureKind
from network.forms.communes import communes_like
from network.models import AwarenessSession, Commune, Epci, Organisation, PublicService, Rollout
from network.models.organisation import OrganisationQuerySet
from network.models.rollout import RolloutQuerySet
from network.permissions import can_roll_out


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

    def serving(self, rows: OrganisationQuerySet, name: str, value: Any) -> OrganisationQuerySet:
        return rows.serving(value)


class ServiceFilter(django_filters.FilterSet):
    """By commune, EPCI and sort of structure; by name of the service or of the structure."""

    commune = django_filters.CharFilter(label="Commune", method="serving_commune")
    epci = django_filters.ModelChoiceFilter(
        label="EPCI", queryset=Epci.objects.living().alphabetical(), method="serving_epci", empty_label="Tous"
    )
    kind = django_filters.ChoiceFilter(label="Sorte de structure", choices=StructureKind, empty_label="Toutes")
    text = django_filters.CharFilter(label="Service ou structure", method="search")

    class Meta:
        model = PublicService
        fields = ("commune", "epci", "kind", "text")

    def search(self, rows: QuerySet[PublicService], name: str, value: str) -> QuerySet[PublicService]:
        return rows.filter(Q(name__icontains=value) | Q(organisation__name__icontains=value))

    def serving_commune(self, rows: QuerySet[PublicService], name: str, value: str) -> QuerySet[PublicService]:
        """By its name as one remembers it, or by its postcode."""
        found = communes_like(value, Commune.objects.in_departement())
        return rows.filter(_serving(Q(commune__in=[one.pk for one in found.communes])))

    def serving_epci(self, rows: QuerySet[PublicService], name: str, value: Any) -> QuerySet[PublicService]:
        """Those that serve one of its communes."""
        return rows.filter(_serving(Q(commune__epci=value)))


def _serving(which: Q) -> Exists:
    return Exists(PublicService.communes.through.objects.filter(which, publicservice=OuterRef("pk")))


class AwarenessFilter(django_filters.FilterSet):
    """By state and EPCI."""

    state = django_filters.ChoiceFilter(label="État", choices=AwarenessState, empty_label="Tous")
    epci = django_filters.ModelChoiceFilter(
        label="EPCI", field_name="commune__epci", queryset=Epci.objects.living().alphabetical(), empty_label="Tous"
    )

    class Meta:
        model = AwarenessSession
        fields = ("state", "epci")


MINE, LATE, NONE = "mine", "late", "none"


class RolloutFilter(django_filters.FilterSet):
    """By step of the roadmap; for whoever follows them, by whose the next step is."""

    state = django_filters.ChoiceFilter(label="Étape", choices=RolloutState, empty_label="Toutes")
    owner = django_filters.ChoiceFilter(
        label="Prochaine étape",
        choices=((MINE, "À moi"), (LATE, "En retard"), (NONE, "Aucune")),
        empty_label="Toutes",
        method="owned",
    )

    class Meta:
        model = Rollout
        fields = ("state", "owner")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if can_roll_out(self.request.membership) is None:
            del self.filters["owner"]

    def owned(self, rows: RolloutQuerySet, name: str, value: str) -> RolloutQuerySet:
        if value == MINE:
            return rows.filter(next_owner=self.request.membership.pk)
        today = timezone.localdate()
        return rows.filter(next_step="") if value == NONE else rows.due(today).exclude(next_on=today)
