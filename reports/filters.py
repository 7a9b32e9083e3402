"""What narrows the rows behind a number of a report."""

from typing import Any, NamedTuple

import django_filters
from django.db.models import Q

from network.models import Epci
from refurb.enums import DeviceType, DonorKind
from refurb.models import DeviceEntry
from reports.behind import rows_behind
from reports.enums import DISTRIBUTED, OF_A_CONVENTION, Elsewhere, Measure, Stage
from reports.models import Report

STAGES = [*Stage.choices, (DISTRIBUTED, "Distribution, de l’affectation au retour")]


class Asked(NamedTuple):
    """Which number: ``stage`` is a code of ``stages_of``, ``elsewhere`` one of ``Elsewhere`` or empty."""

    measure: str
    stage: str
    epci: Epci | None
    elsewhere: str
    type: str

    @property
    def places(self) -> list[str]:
        """Where the figures count, each at once."""
        return [place for place in (self.epci.siren if self.epci else "", self.elsewhere) if place]


class BehindFilter(django_filters.FilterSet):
    """Which number of the report: a measure, a stage, an EPCI or none, a type. ``report`` is set by ``behind``."""

    report: Report
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
        asked = self.asked
        rows = queryset.filter(pk__in=rows_behind(self.report, asked.measure, asked.stage).values("pk"))
        if asked.epci is not None:
            rows = rows.filter(_counted_in(asked.epci))
        if asked.elsewhere:
            unknown = Q(donor_kind=DonorKind.UNKNOWN)
            rows = rows.filter(_counted_in(None) & (unknown if asked.elsewhere == Elsewhere.UNKNOWN else ~unknown))
        return rows.filter(type=asked.type) if asked.type else rows

    @property
    def asked(self) -> Asked:
        """What is asked; entries when nothing is said."""
        self.form.is_valid()
        said = self.form.cleaned_data
        return Asked(
            said.get("mesure") or Measure.ENTERED,
            said.get("etape") or "",
            said.get("epci"),
            said.get("ailleurs") or "",
            said.get("type") or "",
        )


def _counted_in(epci: Epci | None) -> Q:
    """The rows that the figures count in an EPCI, or in none: that of the convention from allotted to returned."""
    served = Q(target__in=OF_A_CONVENTION)
    return served & Q(convention_epci=epci) | ~served & Q(origin_epci=epci)


def behind(report: Report) -> type[BehindFilter]:
    """The filter over the months of one report."""
    return type("BehindFilter", (BehindFilter,), {"report": report})
