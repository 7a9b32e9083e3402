"""What narrows the rows behind a number of a report."""

from collections.abc import Sequence
from functools import cached_property, reduce
from operator import add
from typing import Any

import django_filters
from django.db.models import Exists, IntegerField, Model, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from donations.enums import DonorKind
from donations.models import DonationEntry
from network.models import Epci
from prescriptions.enums import NeedKind, NeedState
from prescriptions.models import NeedEntry
from refurb.enums import DeviceType
from refurb.models import DeviceEntry
from reports.drill_down import DEVICES, NEEDS, AskedNumber, Behind, Counted, quantity_of, rows_behind
from reports.enums import DISTRIBUTED, OPEN_TO_EPCI, PROMISED, Counting, Elsewhere, Measure, Stage
from reports.figures import ENDS_OF_A_LOT, GIVEN_UP_SINCE
from reports.household_tables import ANSWERING, NeedSummary, types_of
from reports.models import Report
from reports.summary import Summary

STAGES = [
    *Stage.choices,
    (DISTRIBUTED, "Distribution, de l’affectation au retour"),
    (PROMISED, "Affectés ou en livraison"),
]


class BehindFilter(django_filters.FilterSet):
    """Which number of the report: a measure, a stage, an EPCI or none, a type. ``behind_filter`` gives ``report``."""

    report: Report
    counted: Counted
    lines: Sequence[tuple[tuple[Any, ...], ...]]
    mesure = django_filters.ChoiceFilter(label="Nombre", choices=Measure, empty_label=None)
    etape = django_filters.ChoiceFilter(label="Étape", choices=STAGES, empty_label="Toutes")
    epci = django_filters.ModelChoiceFilter(label="EPCI", queryset=Epci.objects.alphabetical(), empty_label="Tous")
    ailleurs = django_filters.ChoiceFilter(label="Sans EPCI", choices=Elsewhere, empty_label="–")
    type = django_filters.ChoiceFilter(label="Type", choices=DeviceType, empty_label="Tous")

    class Meta:
        model: type[Model] = DeviceEntry
        fields: tuple[str, ...] = ("mesure", "etape", "epci", "ailleurs", "type")

    def filter_queryset(self, queryset: Any) -> Any:
        """The rows that the number counts, whatever the order of the criteria."""
        return queryset.filter(pk__in=self.rows_behind.added | self.rows_behind.taken)

    @cached_property
    def rows_behind(self) -> Behind:
        """The rows that add to the number, and those that take from it."""
        return rows_behind(self.counted, self.report, self.asked)

    @property
    def figure(self) -> int:
        """What the report itself says."""
        return self.counted.figure_of(self.report, self.asked)

    @property
    def asked(self) -> AskedNumber:
        """What is asked; entries when nothing is said."""
        self.form.is_valid()
        said = self.form.cleaned_data
        epci = said.get("epci")
        places = (epci.siren if epci else "", said.get("ailleurs") or "")
        return AskedNumber(
            said.get("mesure") or Measure.ENTERED,
            said.get("etape") or "",
            tuple(place for place in places if place),
            types_of(said.get("type") or "", of_needs=self.counted is NEEDS),
            said.get("donateur") or "",
            self.lines[int(line)] if (line := said.get("ligne")) else None,
        )


class BehindDevices(BehindFilter):
    """Devices, by the kind of their donor too."""

    mesure = django_filters.ChoiceFilter(
        label="Nombre",
        choices=[*Measure.choices, *((one.value, one.label) for one in (Counting.NEW, Counting.TAKEN))],
        empty_label=None,
    )
    type = django_filters.ChoiceFilter(label="Type", choices=[*DeviceType.choices, *ANSWERING], empty_label="Tous")
    donateur = django_filters.ChoiceFilter(label="Donateur", choices=DonorKind, empty_label="Tous")

    class Meta(BehindFilter.Meta):
        fields = (*BehindFilter.Meta.fields, "donateur")


class BehindNeeds(BehindFilter):
    """Needs: a state in the place of a stage, a kind in that of a type."""

    etape = django_filters.ChoiceFilter(label="État", choices=NeedState, empty_label="Tous")
    type = django_filters.ChoiceFilter(label="Besoin", choices=[*NeedKind.choices, *ANSWERING], empty_label="Tous")

    class Meta(BehindFilter.Meta):
        model = NeedEntry


class BehindLots(django_filters.FilterSet):
    """What was announced or accepted in the month, lot by lot. ``report`` is set by ``behind_lots``."""

    report: Report
    mesure = django_filters.ChoiceFilter(
        label="Nombre",
        choices=[(one.value, one.label) for one in (Counting.ANNOUNCED, Counting.ACCEPTED)],
        empty_label=None,
    )
    type = django_filters.ChoiceFilter(label="Type", choices=DeviceType, empty_label="Tous")
    donateur = django_filters.ChoiceFilter(label="Donateur", choices=DonorKind, empty_label="Tous")

    class Meta:
        model = DonationEntry
        fields = ("mesure", "type", "donateur")

    @property
    def asked(self) -> AskedNumber:
        """What is asked; what was announced when nothing is said."""
        self.form.is_valid()
        said = self.form.cleaned_data
        types = tuple(type_ for type_ in (said.get("type"),) if type_)
        return AskedNumber(said.get("mesure") or Counting.ANNOUNCED, types=types, donor_kind=said.get("donateur") or "")

    @property
    def figure(self) -> int:
        """What the report itself says."""
        return quantity_of(self.report, self.asked, "announced" if self.is_announced else "accepted")

    @property
    def is_announced(self) -> bool:
        """Whether it is about what donors announced, or what was accepted of it."""
        return bool(self.asked.measure == Counting.ANNOUNCED)

    def filter_queryset(self, queryset: Any) -> Any:
        """The rows of the journal of lots, with the quantity that each one counts."""
        types = self.asked.types or DeviceType.values
        counted = [Coalesce(Cast(KeyTextTransform(one, "values"), IntegerField()), 0) for one in types]
        verb, until = "announce" if self.is_announced else "qualify", self.report.as_of
        later = DonationEntry.objects.filter(object=OuterRef("object"), seq__gt=OuterRef("seq"), at__lt=until)
        rows = queryset.filter(verb=verb, at__gte=self.report.bounds.start, at__lt=until).annotate(
            quantity=reduce(add, counted)
        )
        if self.report.figures["version"] >= GIVEN_UP_SINCE:
            rows = rows.exclude(Exists(later.filter(verb__in=ENDS_OF_A_LOT[verb])))
        return rows.filter(quantity__gt=0, **({"donor_kind": kind} if (kind := self.asked.donor_kind) else {}))


def behind_filter(report: Report, counted: Counted, *, by_line: bool) -> type[BehindFilter]:
    """The filter over the months of one report.

    ``by_line``: each line of variation of the month may be asked for; what it is about is for the pilot alone.
    """
    base: type[BehindFilter] = BehindNeeds if counted is NEEDS else BehindDevices
    known = {"report": report, "counted": counted, "lines": ()}
    if not by_line:
        return type(base.__name__, (base,), known)
    gathered = (
        NeedSummary(report.figures, hides_small=False).gathered()
        if counted is NEEDS
        else Summary(report.figures).gathered()
    )
    choices = [(str(rank), f"{what}\u00a0: {old} → {new}") for rank, (what, old, new) in enumerate(gathered)]
    line = django_filters.ChoiceFilter(label="Ligne de variation", choices=choices, empty_label="Toutes")
    return type(base.__name__, (base,), known | {"lines": [tuple(rows) for rows in gathered.values()], "ligne": line})


def behind_of_epci(report: Report, own: QuerySet[Epci]) -> type[BehindFilter]:
    """The filter of an EPCI: its territory alone, and the stages whose rows it reads."""
    stages = [(stage.value, stage.label) for stage in OPEN_TO_EPCI]
    return type(
        "BehindDevices",
        (BehindDevices,),
        {
            "report": report,
            "counted": DEVICES,
            "lines": (),
            "mesure": django_filters.ChoiceFilter(label="Nombre", choices=Measure, empty_label=None),
            "etape": django_filters.ChoiceFilter(label="Étape", choices=stages, empty_label=None),
            "epci": django_filters.ModelChoiceFilter(label="EPCI", queryset=own, empty_label=None),
            "ailleurs": None,
            "Meta": type("Meta", (), {"model": DeviceEntry, "fields": ("mesure", "etape", "epci", "type", "donateur")}),
        },
    )


def behind_lots(report: Report) -> type[BehindLots]:
    """The filter over the lots of one report."""
    return type("BehindLots", (BehindLots,), {"report": report})
