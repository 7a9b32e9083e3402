"""The EPCI of the Nord this day, for the pilot: conventions, places left on quotas, needs that wait; and their map."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Subquery, Sum
from django.db.models.functions import Greatest, JSONObject
from django.urls import reverse
from django.utils import timezone

from conventions.enums import ALIVE, ENDED, ConventionState
from conventions.models import Convention, Quota
from desk.enums import Coverage
from lifecycle.actors import Actor
from network.enums import RolloutState
from network.models import Epci, Rollout
from network.readers.tiles import Tile, read_tiles
from prescriptions.enums import EQUIPMENT_KINDS, NeedKind
from prescriptions.models import Need

ADVANCED = (
    *ALIVE,
    ConventionState.SIGNED,
    ConventionState.SIGNING,
    ConventionState.APPROVED,
    ConventionState.CHANGES_REQUESTED,
    ConventionState.IN_REVIEW,
    ConventionState.DRAFT,
    *ENDED,
)
"""The states of a convention, the one that tells most of its EPCI first."""
COVERED = {
    ConventionState.ACTIVE: Coverage.IN_FORCE,
    ConventionState.SUSPENDED: Coverage.STOPPED,
    ConventionState.EXPIRED: Coverage.STOPPED,
    ConventionState.TERMINATED: Coverage.STOPPED,
}
"""What a state says of the EPCI; the others prepare a convention."""

WIDTH, HEIGHT, GAP = 140, 64, 4
"""One tile, and what separates two of them, in CSS pixels."""
ON_ONE_LINE = 14
"""The longest name that one line of a tile holds, in characters, whatever the font."""


@dataclass(frozen=True)
class Waiting:
    """The needs of one kind that wait, and the list of them."""

    kind: NeedKind
    count: int
    url: str


@dataclass(frozen=True)
class EpciConvention:
    """A convention as the map and the table tell it."""

    reference: str
    state: ConventionState

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("conventions:convention_detail", args=[self.reference])


@dataclass(frozen=True)
class Today:
    """One EPCI this day. ``conventions``: the most advanced first; what is over only when there is nothing else.

    ``places``, ``used``, ``left``: of the year under way, by the conventions in force alone; None without a quota.
    """

    epci: Epci
    conventions: tuple[EpciConvention, ...]
    places: int | None
    used: int | None
    left: int | None
    waiting: tuple[Waiting, ...]
    rollout: tuple[str, RolloutState] | None = None
    """The reference of its way, and how far it is; None of one that is not engaged."""

    @property
    def coverage(self) -> Coverage:
        """How far its most advanced convention is."""
        if not self.conventions:
            return Coverage.NONE
        return COVERED.get(self.conventions[0].state, Coverage.UNDER_WAY)

    @property
    def standing(self) -> str:
        """The same in words: « en vigueur », « en projet », « suspendue », « aucune »."""
        if self.coverage == Coverage.STOPPED:
            return str(self.conventions[0].state.label).lower()
        return str(self.coverage.label)

    @property
    def wanted(self) -> int:
        """How many needs wait for a device."""
        return sum(one.count for one in self.waiting if one.kind in EQUIPMENT_KINDS)

    @property
    def url(self) -> str:
        """Where one goes on: its most advanced convention; without one, its needs that wait."""
        if self.conventions:
            return self.conventions[0].url
        return f"{reverse('prescriptions:need_list')}?epci={self.epci.pk}"


class OfEpci(Protocol):
    """What a tile tells of an EPCI."""

    @property
    def epci(self) -> Epci:
        """Which one."""


@dataclass(frozen=True)
class EpciTile:
    """One tile of the map: what is told of the EPCI, the lines of its name, and where it is drawn."""

    today: OfEpci
    x: int
    y: int
    name: tuple[str, ...]


@dataclass(frozen=True)
class Map:
    """Everything the template draws."""

    tiles: tuple[EpciTile, ...]
    width: int
    height: int
    ground: tuple[int, int] = (WIDTH - 2, HEIGHT - 2)
    """The size of the ground of a tile, its stroke apart."""
    end: int = WIDTH - 10
    """Where the count of a tile ends."""


def epcis_today(actor: Actor | None, at: datetime) -> list[Today]:
    """Each EPCI in the order of the names that are shown; one query."""
    today, here = timezone.localdate(at), OuterRef("pk")
    conventions = Convention.objects.visible_to(actor).originals().filter(epci=here, state__in=ADVANCED)
    in_force = Convention.objects.visible_to(actor).in_force_on(today).values("pk")
    quotas = Quota.objects.visible_to(actor).on(today).filter(convention__in=in_force, convention__epci=here)
    of_the_year = quotas.order_by().values("convention__epci")
    waiting = Need.objects.visible_to(actor).waiting().filter(epci=here).order_by().values("kind")
    rows = Epci.objects.living().annotate(
        found=ArraySubquery(conventions.order_by("-pk").values(json=JSONObject(reference="reference", state="state"))),
        places=Subquery(of_the_year.annotate(sum=Sum("total")).values("sum")),
        used=Subquery(of_the_year.annotate(sum=Sum("used")).values("sum")),
        left=Subquery(of_the_year.annotate(sum=Sum(Greatest(F("total") - F("used"), 0))).values("sum")),
        waiting=ArraySubquery(waiting.annotate(count=Count("pk")).values(json=JSONObject(kind="kind", count="count"))),
        way=Subquery(Rollout.objects.filter(epci=here).values(json=JSONObject(reference="reference", state="state"))),
    )
    return [
        Today(
            epci,
            _most_advanced(epci.found or ()),
            epci.places,
            epci.used,
            epci.left,
            _waiting(epci, epci.waiting or ()),
            (epci.way["reference"], RolloutState(epci.way["state"])) if epci.way else None,
        )
        for epci in rows.alphabetical("short_name")
    ]


def covered(rows: Iterable[Today]) -> list[tuple[Coverage, int]]:
    """How many EPCI there are of each coverage; none is told of a coverage that is nobody's."""
    counted = Counter(row.coverage for row in rows)
    return [(one, counted[one]) for one in Coverage if counted[one]]


def map_context(rows: Sequence[Today]) -> dict[str, Any]:
    """What the template of the map reads."""
    return {"map": draw_map(rows), "covered": covered(rows), "wanted": sum(row.wanted for row in rows)}


def draw_map(rows: Sequence[OfEpci], tiles: Sequence[Tile] | None = None) -> Map:
    """The tiles of these EPCI; one without a place on the map is in the table alone."""
    by_siren = {row.epci.siren: row for row in rows}
    laid = [(tile, by_siren[tile.siren]) for tile in tiles or read_tiles() if tile.siren in by_siren]
    drawn = tuple(
        EpciTile(today, tile.column * (WIDTH + GAP), tile.row * (HEIGHT + GAP), in_lines(today.epci.short_name))
        for tile, today in laid
    )
    return Map(
        drawn,
        max((one.x + WIDTH for one in drawn), default=0),
        max((one.y + HEIGHT for one in drawn), default=0),
    )


def in_lines(name: str) -> tuple[str, ...]:
    """A name on one line, or cut in two at the space or hyphen nearest to its middle."""
    cuts = [rank for rank, letter in enumerate(name, start=1) if letter in " -"]
    if len(name) <= ON_ONE_LINE or not cuts:
        return (name,)
    cut = min(cuts, key=lambda rank: abs(2 * rank - len(name)))
    return name[:cut].rstrip(), name[cut:]


def _most_advanced(found: Iterable[dict[str, str]]) -> tuple[EpciConvention, ...]:
    ranked = sorted(
        (EpciConvention(one["reference"], ConventionState(one["state"])) for one in found),
        key=lambda one: ADVANCED.index(one.state),
    )
    return tuple(one for one in ranked if one.state not in ENDED) or tuple(ranked[:1])


def _waiting(epci: Epci, found: Iterable[dict[str, Any]]) -> tuple[Waiting, ...]:
    counts = {one["kind"]: one["count"] for one in found}
    needs = f"{reverse('prescriptions:need_list')}?epci={epci.pk}"
    return tuple(Waiting(kind, counts.get(kind.value, 0), f"{needs}&kind={kind.value}") for kind in NeedKind)
