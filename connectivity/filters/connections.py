"""What narrows the lists of connection files and of closures."""

import django_filters

from connectivity.enums import TO_ANSWER, ConnectionState
from connectivity.models import ConnectionFile, CopperClosure
from connectivity.models.connection import ConnectionQuerySet
from lifecycle.references import as_typed
from network.models import Epci
from prescriptions.enums import CONNECTION_KINDS, NeedUse
from prescriptions.models import Need

KINDS = [(kind.value, kind.label) for kind in CONNECTION_KINDS]


class ConnectionFilter(django_filters.FilterSet):
    """By reference, state, kind of need, EPCI."""

    text = django_filters.CharFilter(label="Référence", method="search")
    state = django_filters.ChoiceFilter(label="État", choices=ConnectionState, empty_label="Tous")
    kind = django_filters.ChoiceFilter(label="Besoin", choices=KINDS, empty_label="Tous")
    epci = django_filters.ModelChoiceFilter(label="EPCI", queryset=Epci.objects.alphabetical(), empty_label="Tous")

    class Meta:
        model = ConnectionFile
        fields = ("text", "state", "kind", "epci")

    def search(self, rows: ConnectionQuerySet, name: str, value: str) -> ConnectionQuerySet:
        return rows.filter(reference=as_typed(value))


class QueueFilter(django_filters.FilterSet):
    """What an operator has to answer, by state; what it stopped and its lines that work, when it asks for them."""

    state = django_filters.ChoiceFilter(
        label="État",
        choices=[(state.value, state.label) for state in (*TO_ANSWER, ConnectionState.PROBLEM, ConnectionState.ACTIVE)],
        empty_label="À traiter",
    )

    class Meta:
        model = ConnectionFile
        fields = ("state",)

    def filter_queryset(self, queryset: ConnectionQuerySet) -> ConnectionQuerySet:
        rows: ConnectionQuerySet = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.filter(state__in=TO_ANSWER)


class WaitingFilter(django_filters.FilterSet):
    """The needs that wait for a line, by kind, use, EPCI."""

    kind = django_filters.ChoiceFilter(label="Besoin", choices=KINDS, empty_label="Tous")
    use = django_filters.ChoiceFilter(label="Usage", choices=NeedUse, empty_label="Tous")
    epci = django_filters.ModelChoiceFilter(label="EPCI", queryset=Epci.objects.alphabetical(), empty_label="Tous")

    class Meta:
        model = Need
        fields = ("kind", "use", "epci")


class ClosureFilter(django_filters.FilterSet):
    """By name of commune and by lot."""

    commune = django_filters.CharFilter(label="Commune", field_name="commune__name", lookup_expr="icontains")
    lot = django_filters.NumberFilter(label="Lot")

    class Meta:
        model = CopperClosure
        fields = ("commune", "lot")
