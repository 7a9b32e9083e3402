"""What narrows the rows behind a number of a report."""

from functools import cached_property
from typing import Any

import django_filters

from network.models import Epci
from prescriptions.enums import NeedKind, NeedState
from prescriptions.models import NeedEntry
from refurb.enums import DeviceType, DonorKind
from refurb.models import DeviceEntry
from reports.behind import DEVICES, NEEDS, Asked, Behind, Counted, rows_behind
from reports.enums import DISTRIBUTED, Elsewhere, Measure, Stage
from reports.models import Report

STAGES = [*Stage.choices, (DISTRIBUTED, "Distribution, de l’affectation au retour")]


class BehindFilter(django_filters.FilterSet):
    """Which number of the report: a measure, a stage, an EPCI or none, a type. ``report`` is set by ``behind``."""

    report: Report
    counted: Counted
    mesure = django_filters.ChoiceFilter(label="Nombre", choices=Measure, empty_label=None)
    etape = django_filters.ChoiceFilter(label="Étape", choices=STAGES, empty_label="Toutes")
    epci = django_filters.ModelChoiceFilter(label="EPCI", queryset=Epci.objects.alphabetical(), empty_label="Tous")
    ailleurs = django_filters.ChoiceFilter(label="Sans EPCI", choices=Elsewhere, empty_label="–")
    type = django_filters.ChoiceFilter(label="Type", choices=DeviceType, empty_label="Tous")

    class Meta:
        model = DeviceEntry
        fields = ("mesure", "etape", "epci", "ailleurs", "type")

    def filter_queryset(self, queryset: Any) -> Any:
        """The rows that the number counts, whatever the order of the criteria."""
        return queryset.filter(pk__in=self.behind.added | self.behind.taken)

    @cached_property
    def behind(self) -> Behind:
        """The rows that add to the number, and those that take from it."""
        return rows_behind(self.counted, self.report, self.asked)

    @property
    def figure(self) -> int:
        """What the report itself says."""
        return self.counted.figure_of(self.report, self.asked)

    @property
    def asked(self) -> Asked:
        """What is asked; entries when nothing is said."""
        self.form.is_valid()
        said = self.form.cleaned_data
        epci = said.get("epci")
        places = (epci.siren if epci else "", said.get("ailleurs") or "")
        return Asked(
            said.get("mesure") or Measure.ENTERED,
            said.get("etape") or "",
            tuple(place for place in places if place),
            said.get("type") or "",
            said.get("donateur") or "",
        )


class BehindDevices(BehindFilter):
    """Devices, by the kind of their donor too."""

    donateur = django_filters.ChoiceFilter(label="Donateur", choices=DonorKind, empty_label="Tous")

    class Meta(BehindFilter.Meta):
        fields = (*BehindFilter.Meta.fields, "donateur")


class BehindNeeds(BehindFilter):
    """Needs: a state in the place of a stage, a kind in that of a type."""

    etape = django_filters.ChoiceFilter(label="État", choices=NeedState, empty_label="Tous")
    type = django_filters.ChoiceFilter(label="Besoin", choices=NeedKind, empty_label="Tous")

    class Meta(BehindFilter.Meta):
        model = NeedEntry


def behind(report: Report, counted: Counted) -> type[BehindFilter]:
    """The filter over the months of one report."""
    base = {DEVICES.name: BehindDevices, NEEDS.name: BehindNeeds}[counted.name]
    return type(base.__name__, (base,), {"report": report, "counted": counted})
