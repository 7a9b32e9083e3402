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
from lifecycle.gate import one_transaction
from network.enums import Role
from network.models import Membership
from prescriptions.doubles import unanswered_of
from prescriptions.enums import AgreementHow, CompletionSaid, DropReason, FactKind, NeedKind, NeedState, TransferRefusal
from prescriptions.models import OWN_WORDS, Household, Need, Prescription, PromisedContact
from prescriptions.services import completion, doubles, households, needs, prescriptions, transfers
from prescriptions.services.contacts import keep_contacts
from prescriptions.services.sets import accept_prescriptions

STEPS = ("open", "submit", "decide")
CONFIRMED_AFTER = 105
"""Working days after which a worker asks a household that still waits whether it still needs it."""
STORIES = (
    "Suivi commencé après la perte d’un emploi\u00a0; les démarches se font sur le téléphone d’une voisine.",
    "Deux enfants scolarisés, devoirs rendus en ligne, un seul vieux téléphone dans le foyer.",
    "Personne isolée, courriers des administrations plus reçus que par internet.",
    "Reprise de formation dans un mois, cours à distance deux jours par semaine.",
)

ASKED: tuple[tuple[list[str], str], ...] = (
    (["income_seen"], ""),
    (["income_seen", "contact"], ""),
    (["income_seen", "use"], "Un seul appareil pour tout le foyer\u00a0?"),
)
"""What the distributor misses: codes of its list, words of its own."""
TOLD = {
    "contact": "Numéro rappelé avec le foyer\u00a0: c’est le bon.",
    "use": "Revu avec la famille\u00a0: l’usage noté est le bon.",
    OWN_WORDS: "Oui, les enfants se le partagent.",
}
"""What the worker answers to what nothing in the file says."""

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

    ``completed``: whether what is missing comes (None: nothing is). ``out``: a reason of refusal, ``"withdrawn"``,
    ``"dropped"``. ``follows`` says, for a kind of need, what becomes of it.
    """

    prescriber: str
    home: Home
    opened: date
    needs: tuple[tuple[str, str], ...]
    until: str = STEPS[-1]
    completed: bool | None = None
    out: str = ""
    against: bool = False
    twin: bool = False
    moves_to: Home | None = None
    entrusted_to: str = ""
    unanswered: bool = False
    follows: Mapping[str, Follow] = field(default_factory=dict)


class HouseholdRequest:
    """The thread of one request. ``now`` is the instant of the present act."""

    def __init__(self, story: Story, ask: Ask) -> None:
        self.story, self.rng, self.ask = story, story.rng, ask
        self.now = story.moment(working_day(ask.opened))
        self.worker = story.cast.worker(ask.prescriber, self.rng)
        self.household, self.prescription = Household(), Prescription()

    def __str__(self) -> str:
        return self.prescription.reference

    def live(self) -> Thread:
        for step in STEPS[: STEPS.index(self.ask.until) + 1]:
            yield from getattr(self, step)()

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

    # --- steps

    def open(self) -> Iterator[datetime]:
        """The household and its needs; a draft that goes no further has nothing else."""
        yield self.now
        self._meet()
        if self.ask.out == "withdrawn" and self.ask.until == "open":
            yield self.after(3, 8)
            prescriptions.withdraw_prescription(**self.act, reason="household_declined")

    @one_transaction
    def _meet(self) -> None:
        """One appointment: what is written there is written together."""
        ask, home = self.ask, self.ask.home
        if ask.twin:
            self._meet_again()
        self.household = households.create_household(
            actor=self.worker, commune=home.commune, at=self.minute(), **home.person
        )
        social_story = self.rng.choice(STORIES) if self.rng.random() < 0.4 else ""
        self.prescription = prescriptions.create_prescription(
            actor=self.worker, household=self.household, needs=ask.needs, story=social_story, at=self.minute()
        )
        if ask.until != "open":
            self._see_facts()
            prescriptions.record_agreement(**self.act, how=self.rng.choice(list(AgreementHow)))

    def _meet_again(self) -> None:
        """The same people came two weeks ago under another file, and nobody noticed."""
        earlier = self.ask.home.person | {"phone": "", "email": ""}
        earlier["address"] = ""
        households.create_household(actor=self.worker, commune=self.ask.home.commune, at=self.minute(), **earlier)

    def _see_facts(self) -> None:
        band = "rav_more" if self.ask.against else self.rng.choice(("rav_150", "rav_300"))
        prescriptions.record_fact(**self.act, kind=FactKind.RESTE_A_VIVRE, band=band)
        if self.ask.against:
            return
        dated_on = timezone.localdate(self.now) - timedelta(days=self.rng.randint(3, 40))
        if self.rng.random() < 0.6:
            prescriptions.record_fact(**self.act, kind=FactKind.MINIMUM_INCOME, proof="Attestation", dated_on=dated_on)
        else:
            band = self.rng.choice(("qf_400", "qf_700"))
            prescriptions.record_fact(**self.act, kind=FactKind.QUOTIENT_FAMILIAL, band=band, dated_on=dated_on)

    def submit(self) -> Iterator[datetime]:
        """In the same appointment, or the next days."""
        if self.rng.random() < 0.4:
            yield self.after(1, 2)
        if self.ask.twin:
            self._answer_doubles()
        self._send()

    def _answer_doubles(self) -> None:
        for double in doubles.possible_doubles(actor=self.worker, household=self.household, at=self.now):
            doubles.answer_double(
                actor=self.worker, household=self.household, other=double.household, same=True, at=self.minute()
            )

    def _send(self) -> None:
        prescriptions.submit_prescription(**self.act, distributor=self.story.cast.organisations["distributor"])

    def decide(self) -> Iterator[datetime]:
        """The distributor asks for what is missing, then decides."""
        yield self.after(1, 5)
        if self.ask.completed is not None:
            act = self.act | {"actor": self.adviser}
            missing, words = self.rng.choice(ASKED)
            prescriptions.ask_completion_prescription(**act, missing=missing, words=words)
            if not self.ask.completed:
                return
            yield self.after(2, 7)
            self._see_facts()
            self._answer_points()
            self._send()
            yield self.after(1, 3)
        act = self.act | {"actor": self.adviser}
        if self.ask.out not in ("", "withdrawn", "dropped"):
            prescriptions.refuse_prescription(**act, reason=self.ask.out)
            return
        if self.ask.against:
            compare(act["actor"], [self.prescription.pk], self.now)
            motive = "Situation suivie de près par le service social, dépenses de santé élevées."
            prescriptions.accept_prescription(**act, motive=motive)
            yield from self.serve()
            return
        self.story.examined.append(self)

    def _answer_points(self) -> None:
        """What was seen again is enough of an answer; the rest is said in words."""
        for code in self.prescription.completion_requests.latest("pk").points:
            words = TOLD.get(code, "")
            completion.answer_point(**self.act, code=code, said=CompletionSaid.DONE, words=words)

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


def news(story: Story) -> Thread:
    """Every week each service tells the families what it has learnt; the last days are still to be told."""
    day = working_day(story.first, 10)
    while day < story.last:
        yield (now := local(day, 16, 20))
        waiting = PromisedContact.objects.to_keep().filter(promised_at__lt=now - timedelta(days=1))
        told: dict[int, list[Prescription]] = {}
        for contact in waiting.select_related("prescription").order_by("pk"):
            told.setdefault(contact.prescription.prescriber_id, []).append(contact.prescription)
        for prescriber, rows in told.items():
            worker = story.cast.people[story.cast.code_of(prescriber), Role.WORKER][0]
            keep_contacts(actor=worker, prescriptions=rows, at=now)
        day = working_day(day, 5)


def sittings(story: Story) -> Thread:
    """Once a week the distributor accepts together what was examined and is in order; then each goes its way."""
    day = working_day(story.first, 7)
    while day < story.last:
        yield (now := local(day, 17, 10))
        examined, story.examined = story.examined, []
        if examined:
            adviser = story.rng.choice(story.cast.people["distributor", Role.ADVISER])
            asked = [request.prescription.pk for request in examined]
            compare(adviser, asked, now)
            ready = possible(Prescription, asked, "accept", actor=adviser, at=now)
            rows = Prescription.objects.filter(pk__in=ready)
            outcome = accept_prescriptions(actor=adviser, prescriptions=rows, at=now)
            accepted = set(story.agenda.moved(outcome, "sittings"))
            for request in examined:
                if request.prescription.pk in accepted:
                    request.now = now
                    story.agenda.add(request.serve(), about=request)
        day = working_day(day, 5)


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
