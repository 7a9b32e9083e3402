"""Needs: what is asked, what it is for, and the order in which they are served."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import (
    Case,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Extract, Floor
from django.utils import timezone

from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.models import Epci, Organisation
from prescriptions.enums import (
    LEFT_BECAUSE,
    LIVE_STATES,
    OPEN_NEED_STATES,
    DropReason,
    Loss,
    NeedKind,
    NeedState,
    NeedUse,
    OrderReason,
)
from prescriptions.models.prescription import Prescription
from prescriptions.models.reference import TerritorialPriority
from prescriptions.models.rights import RightsRequest
from prescriptions.owing import nothing_owed
from prescriptions.parameters import RANK_WEEK_POINTS, USE_POINTS
from reference.parameters import ValuesOfDay, parameters_on
from typography import french

S = NeedState
LEAD = Coalesce("prescription__household__same_as", "prescription__household")
"""The file from which those of a need's household hang."""
WEEK = timedelta(days=7)
WAITS_FROM = Coalesce("waits_from", "accepted_at")
"""From when a need waits: opened again, the time during which it was served does not count."""


def twin_served() -> Exists:
    """Whether a need of the same kind is served for the household, in another prescription of any of its files.

    One that was served, and for which a repair or an exchange is to come, still is.
    """
    return Exists(_twins().filter(Q(state=NeedState.IN_PROGRESS) | Q(~nothing_owed(), state=NeedState.MET)))


def twin_open() -> Exists:
    """Whether a need of the same kind is asked, waits or is served for the household, in another live prescription."""
    return Exists(_twins().filter(state__in=OPEN_NEED_STATES, prescription__state__in=LIVE_STATES))


def _twins() -> models.QuerySet["Need"]:
    lead = Coalesce(OuterRef("prescription__household__same_as"), OuterRef("prescription__household"))
    files = Q(prescription__household=lead) | Q(prescription__household__same_as=lead)
    alike = Need._base_manager.filter(files, kind=OuterRef("kind"))
    return alike.exclude(prescription=OuterRef("prescription"))


def is_limited() -> Exists:
    """Whether the household of a need asked that what is written of it be kept and used for nothing."""
    return Exists(RightsRequest.objects.restricting().filter(household=OuterRef("prescription__household")))


class NeedQuerySet(models.QuerySet["Need"]):
    """Reads of needs."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the prescriptions one may see."""
        if actor is SYSTEM:
            return self.all()
        return self.filter(prescription__in=Prescription.objects.visible_to(actor).values("pk"))

    def unsettled(self) -> Self:
        """Those neither met nor given up."""
        return self.filter(state__in=OPEN_NEED_STATES)

    def standing(self, leads: Iterable[int]) -> Self:
        """Those not settled, of prescriptions that someone deals with, for the households whose files hang from these.

        Each has the ``lead`` of its household, as ``Household.lead_id``.
        """
        hang = Q(prescription__household__in=leads) | Q(prescription__household__same_as__in=leads)
        return self.unsettled().filter(hang, prescription__state__in=LIVE_STATES).annotate(lead=LEAD)

    def given(self, leads: Iterable[int], owed: Q) -> Self:
        """Those that are met, and not lost, for the households whose files hang from these; none kept aside.

        ``owed``: what holds of one for which something is still to come: what was brought back comes back.
        """
        hang = Q(prescription__household__in=leads) | Q(prescription__household__same_as__in=leads)
        return self.filter(hang, ~is_limited(), state=NeedState.MET).filter(Q(lost_at=None) | owed)

    def lost(self) -> Self:
        """Those that were met, whose household has no more what met them, and of which nobody decided since."""
        return self.filter(state=NeedState.MET, lost_at__isnull=False, left_reason="")

    def waiting(self) -> Self:
        """Those that wait to be served, of accepted prescriptions."""
        return self.filter(state=NeedState.WAITING)

    def wanted(self) -> Self:
        """Those whose household has not answered that it needs them no more."""
        return self.filter(prescription__declined_at=None)

    def free_to_serve(self) -> Self:
        """The same, less those that are kept aside and used for nothing (limitation): nobody is asked to serve them."""
        return self.wanted().filter(~is_limited())

    def served_alone(self) -> Self:
        """Those that could be served: no need of the same kind is, for their household, in another prescription."""
        return self.exclude(twin_served())

    def ranked(self, at: datetime | None = None, numbers: ValuesOfDay | None = None) -> Self:
        """Each accepted need with its ``points`` at ``at``, the first to be served first.

        Points: those of the territory, those of the use, and some per whole week since it was accepted, those during
        which it was served apart; then the oldest. They are parameters of the day (``numbers``, when they are known):
        nothing is stored.
        """
        at = at or timezone.now()
        day = timezone.localdate(at)
        numbers = numbers or parameters_on(day)
        uses = [When(use=use, then=Value(numbers[points])) for use, points in USE_POINTS.items()]
        waited = ExpressionWrapper(Value(at) - WAITS_FROM, output_field=DurationField())
        weeks = Cast(Floor(Extract(waited, "epoch") / WEEK.total_seconds()), IntegerField())
        return (
            self.filter(accepted_at__isnull=False)
            .annotate(
                territory_points=territory_points(day, "epci__"),
                use_points=Case(*uses, default=Value(0), output_field=IntegerField()),
                weeks=weeks,
                waiting_from=WAITS_FROM,
            )
            .annotate(points=F("territory_points") + F("use_points") + F("weeks") * numbers[RANK_WEEK_POINTS])
            .order_by("-points", "waiting_from", "pk")
        )


def territory_points(day: Any, epci: str = "") -> Any:
    """The points of a territory: those of its EPCI or of its arrondissement, the higher of the two; 0 without any.

    ``epci``: how the rows that are read lead to it, « epci__ » from a need.
    """
    here = Q(epci_siren=OuterRef(f"{epci}siren")) | Q(arrondissement_code=OuterRef(f"{epci}arrondissement__code"))
    found = TerritorialPriority.objects.on(day).filter(here).order_by()
    best = found.annotate(one=Value(1)).values("one").annotate(best=Max("points")).values("best")
    return Coalesce(Subquery(best), Value(0))


class Need(Stateful):
    """One thing that a household lacks. Not edited once asked: dropped, and asked otherwise."""

    state = StateField("état", choices=NeedState, default=NeedState.ASKED, protected=True)
    prescription = models.ForeignKey(Prescription, models.PROTECT, related_name="needs", verbose_name="prescription")
    kind = models.CharField("besoin", max_length=20, choices=NeedKind)
    use = models.CharField("usage principal", max_length=12, choices=NeedUse)
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="EPCI")
    mediation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="lieu de médiation",
    )

    asked_at = models.DateTimeField("demandé le", null=True, editable=False)
    accepted_at = models.DateTimeField("accepté le", null=True, editable=False)
    started_at = models.DateTimeField("pris en charge le", null=True, editable=False)
    met_at = models.DateTimeField("satisfait le", null=True, editable=False)
    dropped_at = models.DateTimeField("abandonné le", null=True, editable=False)
    drop_reason = models.CharField("motif", max_length=24, choices=DropReason, blank=True, editable=False)
    lost_at = models.DateTimeField("plus servi depuis le", null=True, editable=False)
    loss = models.CharField("plus servi car", max_length=11, choices=Loss, blank=True, editable=False)
    left_reason = models.CharField("pas rouvert car", max_length=24, choices=DropReason, blank=True, editable=False)
    waits_from = models.DateTimeField("attend depuis le", null=True, editable=False)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = "besoin"
        ordering = ("prescription", "pk")
        indexes = (models.Index(fields=("state", "kind", "epci"), name="prescriptions_need_state"),)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=NeedState.values), name="prescriptions_need_state_known"),
            models.CheckConstraint(condition=Q(kind__in=NeedKind.values), name="prescriptions_need_kind"),
            models.CheckConstraint(condition=Q(use__in=NeedUse.values), name="prescriptions_need_use"),
            models.CheckConstraint(
                condition=Q(state__in=(S.ASKED, S.UNMET)) | Q(accepted_at__isnull=False, epci__isnull=False),
                name="prescriptions_need_accepted",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(S.IN_PROGRESS, S.MET)) | Q(started_at__isnull=False),
                name="prescriptions_need_started",
            ),
            models.CheckConstraint(
                condition=Q(state=S.MET, met_at__isnull=False) | ~Q(state=S.MET) & Q(met_at=None),
                name="prescriptions_need_met",
            ),
            models.CheckConstraint(
                condition=Q(state=S.UNMET, dropped_at__isnull=False, drop_reason__in=DropReason.values)
                | ~Q(state=S.UNMET) & Q(dropped_at=None, drop_reason=""),
                name="prescriptions_need_dropped",
            ),
            models.CheckConstraint(
                condition=Q(lost_at=None, loss="", left_reason="")
                | Q(state=S.MET, lost_at__isnull=False, loss__in=Loss.values, left_reason__in=("", *LEFT_BECAUSE)),
                name="prescriptions_need_lost",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(S.IN_PROGRESS, S.MET), kind=NeedKind.DIGITAL_SKILLS)
                | Q(mediation__isnull=False),
                name="prescriptions_need_referred",
            ),
        )

    @property
    def is_lost(self) -> bool:
        """Whether its household has no more what met it, and nobody decided since: see ``NeedQuerySet.lost``."""
        return self.state == NeedState.MET and self.lost_at is not None and not self.left_reason


class NeedEntry(Entry):
    """The journal of needs."""

    object = models.ForeignKey(Need, models.PROTECT, related_name="journal", db_constraint=True)
    kind = models.CharField(max_length=20, choices=NeedKind)
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, related_name="+")

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des besoins"
        verbose_name_plural = "journal des besoins"


def served_before_turn(actor: Actor, since: datetime) -> list[tuple[str, int]]:
    """``[(reason, how many needs)]`` served before their turn from ``since`` on, among those the actor may see.

    Every reason of the list, in its order; what was reserved then released is counted too: the order was jumped.
    """
    asked = NeedEntry.objects.filter(
        object__in=Need.objects.visible_to(actor), verb="start", at__gte=since, values__has_key="out_of_order"
    )
    counted = asked.order_by().values_list("values__out_of_order").annotate(Count("pk"))
    found: dict[str, int] = dict(counted)
    return [(reason.label, found.get(reason.value, 0)) for reason in OrderReason]


@dataclass(frozen=True)
class RankLine:
    """One line of the account of a rank: what counts, and for how many points."""

    label: str
    detail: str
    points: int


@dataclass(frozen=True)
class Rank:
    """The place of a waiting need among those of its kind at its distributor, explained line by line."""

    place: int
    among: int
    points: int
    lines: tuple[RankLine, ...]


def rank_of(need: Need, at: datetime | None = None) -> Rank | None:
    """Where a need stands at ``at``, and why; None when it does not wait, or when its household wants it no more."""
    at = at or timezone.now()
    queue = Need.objects.waiting().filter(kind=need.kind, prescription__distributor=need.prescription.distributor_id)
    ranked = queue.ranked(at)
    own = ranked.wanted().filter(pk=need.pk).first()
    if own is None:
        return None
    same = Q(points=own.points)
    earlier = Q(waiting_from__lt=own.waiting_from) | Q(waiting_from=own.waiting_from, pk__lt=own.pk)
    others = ranked.free_to_serve().served_alone().exclude(pk=own.pk)
    ahead = others.filter(Q(points__gt=own.points) | same & earlier).count()
    return Rank(ahead + 1, others.count() + 1, own.points, tuple(_explained(own, at)))


def _explained(need: Any, at: datetime) -> list[RankLine]:
    territory = (
        TerritorialPriority.objects.on(timezone.localdate(at))
        .filter(Q(epci_siren=need.epci.siren) | Q(arrondissement_code=need.epci.arrondissement.code))
        .order_by("-points")
        .first()
    )
    weeks = f"{need.weeks} semaine{french.plural(need.weeks)} depuis le {french.day(need.accepted_at)}"
    if need.waits_from is not None:
        weeks = f"{weeks}, sans le temps où le foyer était servi"
    return [
        RankLine("Territoire", territory.label if territory else "Pas de priorité particulière", need.territory_points),
        RankLine("Usage", need.get_use_display(), need.use_points),
        RankLine("Attente", weeks, need.points - need.territory_points - need.use_points),
    ]
