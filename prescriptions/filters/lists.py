"""By state, territory, kind and use of the need, prescriber: whatever narrows a list without naming anyone."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q

from network.enums import OrganisationKind
from network.models import Arrondissement, Epci, Organisation
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.enums import NeedKind, NeedState, NeedUse, PrescriptionState
from prescriptions.instruction import colleagues_of
from prescriptions.models import Need, Prescription
from prescriptions.models.need import NeedQuerySet
from prescriptions.models.prescription import PrescriptionQuerySet
from prescriptions.permissions import advises, works


def prescribers(request: Request) -> Any:
    """The prescribers of the prescriptions one may see."""
    seen = Prescription.objects.visible_to(request.membership).values("prescriber")
    return Organisation.objects.filter(pk__in=seen).order_by("name")


def distributors(request: Request) -> Any:
    """The distributors, for whoever sees the prescriptions of several; one that is closed, while it has some."""
    seen = Prescription.objects.visible_to(request.membership).values("distributor")
    kept = Organisation.objects.of_kind(OrganisationKind.DISTRIBUTOR)
    return kept.filter(Q(is_active=True) | Q(pk__in=seen)).order_by("name")


UNDER_WAY = "live"
"""Of the filter by state: all those that someone is dealing with."""


class PrescriptionFilter(django_filters.FilterSet):
    """Prescriptions by state, kind of need, EPCI, prescriber or distributor, and those one follows or nobody does."""

    state = django_filters.ChoiceFilter(
        label="État",
        choices=[(UNDER_WAY, "En cours\u00a0: déposée, à compléter ou acceptée"), *PrescriptionState.choices],
        empty_label="Tous",
        method="in_state",
    )
    need = django_filters.ChoiceFilter(label="Besoin", choices=NeedKind, empty_label="Tous", method="having")
    epci = django_filters.ModelChoiceFilter(label="EPCI", queryset=Epci.objects.alphabetical(), empty_label="Tous")
    prescriber = django_filters.ModelChoiceFilter(label="Prescripteur", queryset=prescribers, empty_label="Tous")
    distributor = django_filters.ModelChoiceFilter(label="Distributeur", queryset=distributors, empty_label="Tous")
    mine = django_filters.ChoiceFilter(
        label="Suivies par", choices=[("me", "Moi, ou plus personne")], empty_label="Toute l’équipe", method="followed"
    )

    held = django_filters.ChoiceFilter(
        label="Instruites par",
        choices=[("me", "Les miennes"), ("nobody", "À personne")],
        empty_label="Toutes",
        method="instructed",
    )

    class Meta:
        model = Prescription
        fields = ("state", "need", "epci", "prescriber", "distributor", "mine", "held")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = self.request.membership
        for name in ["prescriber"] if works(actor) else ["mine"]:
            del self.filters[name]
        if not is_pilot(actor):
            del self.filters["distributor"]
        if not advises(actor):
            del self.filters["held"]

    def in_state(self, rows: PrescriptionQuerySet, name: str, value: str) -> PrescriptionQuerySet:
        return rows.live() if value == UNDER_WAY else rows.filter(state=value)

    def having(self, rows: PrescriptionQuerySet, name: str, value: str) -> PrescriptionQuerySet:
        return rows.filter(Exists(Need.objects.filter(prescription=OuterRef("pk"), kind=value)))

    def followed(self, rows: PrescriptionQuerySet, name: str, value: str) -> PrescriptionQuerySet:
        return rows.followed_by(self.request.membership)

    def instructed(self, rows: PrescriptionQuerySet, name: str, value: str) -> PrescriptionQuerySet:
        actor = self.request.membership
        if value == "me":
            return rows.filter(adviser__user=actor.user_id)
        here = colleagues_of(actor.organisation_id).order_by().values("pk")
        return rows.filter(Q(adviser=None) | ~Q(adviser__in=here))


class NeedFilter(django_filters.FilterSet):
    """Needs by kind, state, use, EPCI, arrondissement."""

    kind = django_filters.ChoiceFilter(label="Besoin", choices=NeedKind, empty_label="Tous")
    state = django_filters.ChoiceFilter(label="État", choices=NeedState, empty_label="En attente", method="in_state")
    use = django_filters.ChoiceFilter(label="Usage", choices=NeedUse, empty_label="Tous")
    epci = django_filters.ModelChoiceFilter(label="EPCI", queryset=Epci.objects.alphabetical(), empty_label="Tous")
    arrondissement = django_filters.ModelChoiceFilter(
        label="Arrondissement",
        queryset=Arrondissement.objects.order_by("name"),
        empty_label="Tous",
        field_name="epci__arrondissement",
    )

    class Meta:
        model = Need
        fields = ("kind", "state", "use", "epci", "arrondissement")

    def in_state(self, rows: NeedQuerySet, name: str, value: str) -> NeedQuerySet:
        return rows.filter(state=value)

    def filter_queryset(self, queryset: NeedQuerySet) -> NeedQuerySet:
        """Those that wait, unless another state is asked for."""
        rows: NeedQuerySet = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.waiting()
