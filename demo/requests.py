"""The life of a household's request: opened by a social worker, decided by the distributor, served need by need."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from demo.agenda import Thread, may, possible
from demo.calendar import local, working_day
from demo.context import Story
from demo.homes import Home
from network.enums import Role
from network.models import Membership
from prescriptions.doubles import unanswered_of
from prescriptions.enums import DropReason, NeedKind, NeedState, TransferRefusal
from prescriptions.models import Household, Need, Prescription
from prescriptions.services import doubles, households, needs, prescriptions, transfers
from prescriptions.services.sets import accept_prescriptions

STEPS = ("open", "submit", "decide")
CONFIRMED_AFTER = 105
"""Working days after which a worker asks a household that still waits whether it still needs it."""
ELSEWHERE = ("ccas", "france-services")
"""The prescribers that are offered a file and do not take it."""
ANSWERS: Mapping[str, Callable[..., Any]] = {
    "accept": transfers.accept_transfer,
    "decline": transfers.decline_transfer,
    "cancel": transfers.cancel_transfer,
}

type Follow = Callable[[Story, Need, Membership, datetime], Thread]
"""What becomes of a need once it waits."""


@dataclass(frozen=True)
class Ask:
    """What a household asks for, up to which of ``STEPS``, and how it ends.

    ``completed``: whether what is missing comes (None: nothing is); ``photo``: what becomes of a photo of it.
    ``out``: a reason of refusal, ``"withdrawn"``, ``"dropped"``. ``follows`` says, for a kind of need, what becomes of
    it.
    """

    prescriber: str
    home: Home
    opened: date
    needs: tuple[tuple[str, str], ...]
    until: str = STEPS[-1]
    completed: bool | None = None
    photo: str = ""
    out: str = ""
    against: bool = False
    twin: bool = False
    moves_to: Home | None = None
    entrusted_to: str = ""
    unanswered: bool = False
    follows: Mapping[str, Follow] = field(default_factory=dict)


@dataclass(frozen=True)
class Filed:
    """Where the ``rank``-th request stands: the instant of its last act, who follows it, whose it is."""

    rank: int
    now: datetime
    worker: Membership
    household: Household
    prescription: Prescription


class HouseholdRequest:
    """One request, once it is filed. ``now`` is the instant of the present act."""

    def __init__(self, story: Story, ask: Ask, filed: Filed) -> None:
        self.story, self.rng, self.ask = story, story.rng, ask
        self.now, self.worker = filed.now, filed.worker
        self.household, self.prescription = filed.household, filed.prescription

    def __str__(self) -> str:
        return self.prescription.reference

    def after(self, low: int, high: int) -> datetime:
        """Wait for some working days, one at least."""
        self.now = self.story.moment(working_day(timezone.localdate(self.now), self.rng.randint(low, high)))
        return self.now

    def minute(self) -> datetime:
        """A few minutes later, in the same appointment."""
        self.now += timedelta(minutes=self.rng.randint(1, 5))
        return self.now

    @property
    def act(self) -> dict[str, Any]:
        """The worker acts on the prescription, a few minutes later."""
        return {"actor": self.worker, "prescription": self.prescription, "at": self.minute()}

    def may(self, verb: str, **values: Any) -> bool:
        """Whether the worker may do something with the prescription as it stands now."""
        return may(self.prescription, verb, actor=self.worker, at=self.now, **values)

    @property
    def adviser(self) -> Membership:
        return self.rng.choice(self.story.cast.people["distributor", Role.ADVISER])

    def _offer(self) -> Iterator[datetime]:
        """One prescriber cannot take the file, an offer to another is taken back; the right one takes it.

        ``unanswered``: the right one has not answered yet.
        """
        if not self.ask.unanswered:
            yield from self._offered_to(ELSEWHERE[0], "decline", reason=TransferRefusal.NOBODY)
            yield from self._offered_to(ELSEWHERE[1], "cancel")
        yield from self._offered_to(self.ask.entrusted_to, "" if self.ask.unanswered else "accept")

    def _offered_to(self, prescriber: str, verb: str, **values: Any) -> Iterator[datetime]:
        """Offer the file while it is alive here; what comes of it a day or two later, if anything."""
        here = Prescription.objects.visible_to(self.worker).live()
        if not here.filter(pk=self.prescription.pk, moved_at__lte=self.now).exists():
            return
        offered = transfers.ask_transfer(**self.act, prescriber=self.story.cast.organisations[prescriber])
        if not verb:
            return
        yield self.after(1, 2)
        actor = self.worker if verb == "cancel" else self.story.cast.worker(prescriber, self.rng)
        if may(offered, verb, actor=actor, at=self.now, **values):
            ANSWERS[verb](actor=actor, transfer=offered, at=self.now, **values)
            self.worker = self.worker if verb == "decline" else actor

    def accept_all_the_same(self, now: datetime) -> None:
        """One adviser accepts it against the indication, and says why."""
        adviser = self.adviser
        compare(adviser, [self.prescription.pk], now)
        motive = "Situation suivie de près par le service social, dépenses de santé élevées."
        prescriptions.accept_prescription(actor=adviser, prescription=self.prescription, motive=motive, at=now)
        self.go_on(now)

    def go_on(self, now: datetime) -> None:
        """What becomes of it once it is accepted."""
        self.now = now
        self.story.agenda.add(self.serve(), about=self)

    def serve(self) -> Iterator[datetime]:
        """Each need goes its way; the household moves, gives up, or is asked whether it still waits."""
        for need in Need.objects.filter(prescription=self.prescription).order_by("pk"):
            if (follow := self.ask.follows.get(need.kind)) is not None:
                self.story.agenda.add(follow(self.story, need, self.worker, self.now), about=need.reference)
        if self.ask.entrusted_to:
            yield self.after(4, 8)
            yield from self._offer()
        if self.ask.moves_to is not None:
            yield self.after(4, 8)
            self._move(self.ask.moves_to)
        if self.ask.out:
            yield self.after(6, 20)
            self._give_up()
            return
        yield self.after(CONFIRMED_AFTER, CONFIRMED_AFTER + 10)
        if self.may("confirm"):
            prescriptions.confirm_prescription(**self.act)

    def _move(self, home: Home) -> None:
        if not may(self.household, "move", actor=self.worker, at=self.now, commune=home.commune):
            return
        households.move_household(
            actor=self.worker,
            household=self.household,
            commune=home.commune,
            moved_on=timezone.localdate(self.now),
            at=self.now,
            address=home.person["address"],
            postcode=home.person["postcode"],
        )

    def _give_up(self) -> None:
        """The whole request, or each need that still waits."""
        if self.ask.out == "withdrawn":
            if self.may("withdraw"):
                prescriptions.withdraw_prescription(**self.act, reason="served_elsewhere")
            return
        waiting = Need.objects.filter(prescription=self.prescription, state=NeedState.WAITING, moved_at__lte=self.now)
        for need in waiting.order_by("pk"):
            at = self.minute()
            if may(need, "drop", actor=self.worker, at=at):
                needs.drop_need(actor=self.worker, need=need, reason=DropReason.OFFER_DECLINED, at=at)


def compare(adviser: Membership, asked: Sequence[int], now: datetime) -> None:
    """The adviser looks at the files that look like those of these prescriptions: other people, as it turns out."""
    found = unanswered_of(asked, adviser, timezone.localdate(now))
    rows = {row.pk: row.household for row in Prescription.objects.filter(pk__in=found).select_related("household")}
    for pk, ones in found.items():
        for one in ones:
            doubles.answer_double(actor=adviser, household=rows[pk], other=one.household, same=False, at=now)


def sittings(story: Story) -> Thread:
    """Once a week the distributor accepts together what was examined and is in order; then each goes its way.

    What is against the indication is accepted for a reason of its own.
    """
    day = working_day(story.first, 7)
    while day < story.last:
        yield (now := local(day, 17, 10))
        examined, story.examined = story.examined, []
        if examined:
            _decide_together(story, [one for one in examined if not one.ask.against], now)
            for one in examined:
                if one.ask.against:
                    with story.agenda.trying("sittings", one):
                        one.accept_all_the_same(now)
        day = working_day(day, 5)


def _decide_together(story: Story, examined: Sequence[HouseholdRequest], now: datetime) -> None:
    adviser = story.rng.choice(story.cast.people["distributor", Role.ADVISER])
    asked = [request.prescription.pk for request in examined]
    compare(adviser, asked, now)
    ready = possible(Prescription, asked, "accept", actor=adviser, at=now)
    rows = Prescription.objects.filter(pk__in=ready)
    outcome = accept_prescriptions(actor=adviser, prescriptions=rows, at=now)
    accepted = set(story.agenda.moved(outcome, "sittings"))
    for request in examined:
        if request.prescription.pk in accepted:
            request.go_on(now)


def early(story: Story, home: Home, prescriber: str, met: date) -> Thread:
    """A household met long before the story, that gave up: its file is archived, then erased, by the clock."""
    worker = story.cast.worker(prescriber, story.rng)
    now = story.moment(working_day(met))
    yield now
    household = households.create_household(actor=worker, commune=home.commune, at=now, **home.person)
    prescription = prescriptions.create_prescription(actor=worker, household=household, at=now + timedelta(minutes=4))
    yield (now := story.moment(working_day(met, 15)))
    prescriptions.withdraw_prescription(actor=worker, prescription=prescription, reason="unreachable", at=now)


def skills(story: Story, need: Need, worker: Membership, now: datetime) -> Thread:
    """Referred to a mediation place; met some weeks later, once after another try."""
    act: dict[str, Any] = {"actor": worker, "need": need}
    mediation = story.cast.organisations["mediation"]
    day, hesitates = timezone.localdate(now), story.number("skills") % 4 == 2
    yield (at := story.moment(day := working_day(day, story.rng.randint(2, 6))))
    if not may(need, "start", actor=worker, at=at, mediation=mediation):
        return
    needs.start_need(**act, mediation=mediation, at=at)
    if hesitates:
        yield (at := story.moment(day := working_day(day, 6)))
        if not may(need, "wait_again", actor=worker, at=at):
            return
        needs.wait_again_need(**act, at=at)
        yield (at := story.moment(day := working_day(day, 4)))
        if not may(need, "start", actor=worker, at=at, mediation=mediation):
            return
        needs.start_need(**act, mediation=mediation, at=at)
    yield (at := story.moment(working_day(day, story.rng.randint(10, 25))))
    if not may(need, "meet", actor=worker, at=at):
        return
    needs.meet_need(**act, at=at)
    if hesitates and may(need, "unmeet", actor=worker, at=at):
        needs.unmeet_need(**act, at=at + timedelta(minutes=5))
        needs.meet_need(**act, at=at + timedelta(minutes=12))


KINDS = (
    (NeedKind.COMPUTER, 60),
    (NeedKind.SMARTPHONE, 11),
    (NeedKind.TABLET, 9),
    (NeedKind.FIXED_CONNECTION, 7),
    (NeedKind.MOBILE_CONNECTION, 7),
    (NeedKind.DIGITAL_SKILLS, 6),
)
"""What households ask for first, in per cent."""
