"""What became of the devices of several lots, stage by stage, and what it spares: an order of magnitude. Reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from donations.enums import DonationPaperKind, DonationState
from donations.models import DonationLine, DonationPaper
from donations.models.donation import DonationQuerySet
from lifecycle.actors import Actor
from reference.parameters import DatedParameter
from refurb.enums import ON_THE_BENCH, DeviceState, DeviceType
from refurb.models.device import Device
from refurb.parameters import SPARED_CO2, SPARED_MATERIALS

S = DeviceState


@dataclass(frozen=True)
class OutcomeStage:
    """Where a device stands, as whoever gave it reads it."""

    code: str
    label: str
    states: tuple[DeviceState, ...]


ANNOUNCED = OutcomeStage("announced", "À décider", ())
"""The units of the lots that wait for their decision: none is a device before it."""
STAGES = (
    ANNOUNCED,
    OutcomeStage("coming", "À enlever", (S.DECLARED,)),
    OutcomeStage("workshop", "En traitement, ou en route", (S.COLLECTED, *ON_THE_BENCH)),
    OutcomeStage("ready", "Reconditionnés, à l’atelier", (S.READY,)),
    OutcomeStage("allotted", "Affectés, à expédier", (S.ALLOTTED,)),
    OutcomeStage("point", "Au point, ou en route", (S.SHIPPED, S.AVAILABLE, S.RESERVED, S.RETURNED)),
    OutcomeStage("handed", "Remis à un foyer", (S.HANDED_OVER,)),
    OutcomeStage("unusable", "À recycler", (S.UNUSABLE,)),
    OutcomeStage("recycled", "Recyclés ou démontés", (S.DISMANTLED, S.RECYCLED)),
    OutcomeStage("gone", "Retirés, cédés ou manquants", (S.CEDED, S.WITHDRAWN, S.MISSING)),
)
"""Every state is in one of them; each is inside one link of the chain of its lot, or past it."""


COLUMNS = (
    ("at_donor", "Chez le donateur", ("announced", "coming")),
    ("at_workshop", "À l’atelier, ou en route", ("workshop", "ready", "unusable")),
    ("ready", "Dont reconditionnés", ()),
    ("allotted", "Affectés, à expédier", ()),
    ("point", "Au point, ou en route", ()),
    ("handed", "Remis à un foyer", ()),
    ("recycled", "Recyclés ou démontés", ()),
    ("gone", "Retirés, cédés ou manquants", ()),
)
"""The columns of the list of lots: the links of the chain, then what is past it; the stages that each one adds up."""


@dataclass(frozen=True)
class Spared:
    """What one kind of saving comes to, per year of use, with who says how much for each type."""

    kilograms: int
    """Two figures that mean something, the others are zeros: an order of magnitude."""
    source: str
    counted: int
    """How many devices it was worked out for."""


@dataclass(frozen=True)
class DonationOutcome:
    """The devices of some lots: how many at each stage, how many of each type are in a household, what it spares."""

    stages: list[tuple[OutcomeStage, int]]
    handed: dict[DeviceType, int]
    co2: Spared
    materials: Spared

    @property
    def devices(self) -> int:
        """All of them."""
        return sum(count for _, count in self.stages)

    @property
    def source(self) -> str:
        """Who says how much, of either saving."""
        return "\u00a0; ".join(dict.fromkeys(filter(None, (self.co2.source, self.materials.source))))

    @property
    def uncounted(self) -> list[str]:
        """The types of which some are in a household, and for which no saving is published."""
        return [str(type_.label) for type_ in self.handed if type_ not in SPARED_CO2]


def staged(lots: DonationQuerySet, actor: Actor) -> Any:
    """Lots with how many of their devices are at each stage, of those that the actor may see; ``certificate``: the key
    of the last certificate of erasure that he may read.
    """
    mine = Device.objects.visible_to(actor).filter(donation=OuterRef("pk")).order_by().values("donation")
    certificates = DonationPaper.objects.visible_to(actor).filter(
        donation=OuterRef("pk"), kind=DonationPaperKind.ERASURE
    )
    counts = {
        stage.code: Coalesce(
            Subquery(mine.filter(state__in=stage.states).annotate(n=Count("pk")).values("n")),
            Value(0),
            output_field=IntegerField(),
        )
        for stage in STAGES
        if stage != ANNOUNCED
    }
    undecided = DonationLine.objects.filter(donation=OuterRef("pk"), donation__state=DonationState.ANNOUNCED)
    counts[ANNOUNCED.code] = Coalesce(
        Subquery(undecided.order_by().values("donation").annotate(n=Sum("quantity")).values("n")),
        Value(0),
        output_field=IntegerField(),
    )
    sums = {code: sum((F(stage) for stage in stages[1:]), F(stages[0])) for code, _, stages in COLUMNS if stages}
    last = Subquery(certificates.order_by("-pk").values("pk")[:1])
    return lots.annotate(**counts, certificate=last).annotate(**sums)


def outcome_of(lots: QuerySet[Any], actor: Actor, day: date) -> DonationOutcome:
    """What became of all the devices of these lots that the actor may see; four queries."""
    seen = Device.objects.visible_to(actor).filter(donation__in=lots.order_by().values("pk")).order_by()
    counted = list(seen.values_list("state", "type").annotate(total=Count("pk")))
    undecided = DonationLine.objects.filter(donation__in=lots.order_by().values("pk"))
    announced = undecided.filter(donation__state=DonationState.ANNOUNCED).aggregate(n=Sum("quantity", default=0))["n"]
    handed = {
        type_: sum(total for state, one, total in counted if state == S.HANDED_OVER and one == type_)
        for type_ in DeviceType
    }
    return DonationOutcome(
        stages=[
            (
                stage,
                announced if stage == ANNOUNCED else sum(total for state, _, total in counted if state in stage.states),
            )
            for stage in STAGES
        ],
        handed={type_: total for type_, total in handed.items() if total},
        co2=spared(handed, SPARED_CO2, day),
        materials=spared(handed, SPARED_MATERIALS, day),
    )


def spared(handed: Mapping[DeviceType, int], each: Mapping[str, DatedParameter[Decimal]], day: date) -> Spared:
    """What devices in use in place of new ones spare in a year, in kilograms; domaine §8.10."""
    known = {type_: each[type_].in_force(day) for type_, count in handed.items() if count and type_ in each}
    total = sum((handed[type_] * value.value for type_, value in known.items()), Decimal(0))
    return Spared(
        kilograms=two_figures(total),
        source="\u00a0; ".join(dict.fromkeys(value.told_source for value in known.values())),
        counted=sum(handed[type_] for type_ in known),
    )


def two_figures(total: Decimal) -> int:
    """A whole number of which only the first two figures are kept: 1 287 is 1 300."""
    whole = round(total)
    return round(whole, 2 - len(str(whole)))
