"""What narrows the rows behind a number of a report."""

from typing import Any

import django_filters
from django.db.models import Q

from network.models import Epci
from refurb.enums import DeviceType
from refurb.models import DeviceEntry
from reports.behind import rows_behind
from reports.enums import OF_A_CONVENTION, Measure, Stage
from reports.models import Report


class BehindFilter(django_filters.FilterSet):
    """Which number of the report: a measure, a stage, an EPCI, a type. ``report`` is set by ``behind``."""

    report: Report
    mesure = django_filters.ChoiceFilter(label="Nombre", choices=Measure, empty_label=None)
    etape = django_filters.ChoiceFilter(label="Étape", choices=Stage, empty_label="Toutes")
    epci = django_filters.ModelChoiceFilter(label="EPCI", queryset=Epci.objects.alphabetical(), empty_label="Tous")
    type = django_filters.ChoiceFilter(label="Type", choices=DeviceType, empty_label="Tous")

    class Meta:
        model = DeviceEntry
        fields = ("mesure", "etape", "epci", "type")

    def filter_queryset(self, queryset: Any) -> Any:
        """The rows that the number counts, whatever the order of the criteria."""
        measure, stage, epci, type_ = self.asked
        rows = queryset.filter(pk__in=rows_behind(self.report, measure, stage).values("pk"))
        if epci is not None:
            served = Q(target__in=OF_A_CONVENTION)
            rows = rows.filter(served & Q(convention_epci=epci) | ~served & Q(origin_epci=epci))
        return rows.filter(type=type_) if type_ else rows

    @property
    def asked(self) -> tuple[str, str, Epci | None, str]:
        """Measure, stage, EPCI and type; entries when nothing is said."""
        self.form.is_valid()
        said = self.form.cleaned_data
        return said.get("mesure") or Measure.ENTERED, said.get("etape") or "", said.get("epci"), said.get("type") or ""


def behind(report: Report) -> type[BehindFilter]:
    """The filter over the months of one report."""
    return type("BehindFilter", (BehindFilter,), {"report": report})
