"""The way of each EPCI: the pilot engages them in the first weeks, gathers their actors, and plans what comes next."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from conventions.enums import ON_THE_WAY, ConventionState
from conventions.models import Convention
from demo.calendar import local, working_day
from demo.context import Story
from network.enums import ExchangeChannel, OrganisationKind, Role, RolloutState, RolloutStep
from network.models import Epci, Membership, Rollout
from network.services.next_step import NOTHING_NEXT, Exchange, Then
from network.services.rollouts import begin_rollout, gather_rollout, note_rollout, plan_rollout

APART = ("245900758", "200041960")
"""Those that nobody has engaged yet."""
SURVEYED = ("245901152", "200043321")
"""Those whose state of play goes on still."""
AROUND = (OrganisationKind.RECONDITIONER, OrganisationKind.DISTRIBUTOR, OrganisationKind.PRESCRIBER)
FIRST, NOTED, GATHERED, PREPARED, PLANNED = 1, 8, 16, 20, 9
"""On which working day the first one is engaged, called, gathered; in how many its text is to be prepared; how many
before the end its next step is planned."""
STEPS = {
    RolloutState.SURVEY: RolloutStep.GATHER,
    RolloutState.GATHERED: RolloutStep.CONVENTION,
    RolloutState.TRIED: RolloutStep.DECISION,
}
DAYS_AHEAD = (7, 12, 21, -2)
"""When the next step is, in working days after the end: one in four is late."""


def add_rollouts(story: Story) -> None:
    """Each lives its life."""
    for rank, epci in enumerate(Epci.objects.living().exclude(siren__in=APART).order_by("siren")):
        story.agenda.add(_live(story, epci, rank), about=f"rollout {epci.siren}")


def _live(story: Story, epci: Epci, rank: int) -> Iterator[datetime]:
    pilot = story.cast.pilot
    owner = next(iter(story.cast.people.get((epci.siren, Role.MANAGER), ())), pilot)
    yield (at := _on(story, FIRST + rank % 4, rank))
    first = working_day(at.date(), NOTED)
    row = begin_rollout(actor=pilot, epci=epci, then=Then(RolloutStep.CALL, first, pilot), at=at)
    yield (at := _on(story, FIRST + NOTED + rank % 4, rank))
    called = Exchange(at.date(), ExchangeChannel.PHONE, "Intéressés, à présenter en bureau", _elected(at, pilot))
    note_rollout(actor=pilot, rollout=row, exchange=called, at=at)
    if epci.siren not in SURVEYED:
        yield (at := _on(story, FIRST + GATHERED + rank % 6, rank))
        then = _prepare(at, epci, pilot)
        sat = Exchange(at.date(), ExchangeChannel.EVENT, "Tour de table, gisement et besoins", then)
        gather_rollout(actor=pilot, rollout=row, exchange=sat, present=AROUND, at=at)
    yield (at := local(story.back(PLANNED), 11) + timedelta(minutes=rank))
    now = Rollout.objects.get(pk=row.pk)
    at = max(at, now.journal.latest("seq").at + timedelta(minutes=1))  # what is signed that day moves it too
    if (step := _next_of(now)) is not None:
        day = working_day(story.last, DAYS_AHEAD[rank % len(DAYS_AHEAD)])
        plan_rollout(actor=owner, rollout=now, then=Then(step, day, owner), at=at)


def _next_of(rollout: Rollout) -> RolloutStep | None:
    """A text that its parties have read waits for a decision, then for its day: nobody is to prepare it any more."""
    step = STEPS.get(RolloutState(rollout.state))
    written = _written(rollout.epci_id)
    if step is None or ConventionState.SIGNED in written:
        return None
    return RolloutStep.DECISION if written else step


def _written(epci: int) -> set[str]:
    """Where the conventions are that were submitted there and do not hold yet."""
    rows = Convention.objects.originals().filter(epci=epci, state__in=ON_THE_WAY)
    return set(rows.exclude(state=ConventionState.DRAFT).values_list("state", flat=True))


def _prepare(at: datetime, epci: Epci, pilot: Membership) -> Then:
    """What those who sat together go on with, unless it is written."""
    if _written(epci.pk):
        return NOTHING_NEXT
    return Then(RolloutStep.CONVENTION, working_day(at.date(), PREPARED), pilot)


def _elected(at: datetime, pilot: Membership) -> Then:
    return Then(RolloutStep.ELECTED, working_day(at.date(), GATHERED - NOTED), pilot)


def _on(story: Story, days: int, rank: int) -> datetime:
    """An instant of the morning so many working days after the beginning, before any convention takes effect."""
    return local(working_day(story.first, days), 9, 15) + timedelta(minutes=3 * rank)
