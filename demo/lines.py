"""The life of a connection file in the story, by the channel of its offer, up to where the story wants it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from connectivity.enums import (
    AfterLoss,
    ConditionRule,
    ConnectionAbandonReason,
    ConnectionState,
    CurrentLine,
    EndReason,
    EvidenceKind,
    OfferAgreement,
    OperatorRefusalCode,
    ProblemCode,
    ProofKind,
    RechargeCancelReason,
    RightLoss,
    TechnicianSlot,
)
from connectivity.models import ConnectionFile, Offer
from connectivity.services import connections
from connectivity.services.lines import cancel_recharge, sell_recharge
from connectivity.services.proofs import record_proof
from demo.agenda import Thread, may
from demo.calendar import working_day
from demo.context import Story
from demo.requests import Follow
from lifecycle import gate
from lifecycle.machine import verbs_of
from network.enums import Role
from network.models import Membership
from prescriptions.enums import NeedKind, NeedState
from prescriptions.models import Need

STEPS = ("propose", "choose", "send", "accept", "schedule", "activate")
PREPARED = "send"
VERBS = {"subscribe": "choose", "recharge": "choose", "show": "activate", "problem": "report_problem"}
"""The verb of the steps that have another name."""
ANSWERED = ("accept", "schedule", "activate", "problem", "refuse")
"""The steps that the operator takes."""
DESK = {NeedKind.FIXED_CONNECTION: "internet-solidaire", NeedKind.MOBILE_CONNECTION: "mobile-solidaire"}
PRICE = {NeedKind.FIXED_CONNECTION: Decimal("9.99"), NeedKind.MOBILE_CONNECTION: Decimal("2.99")}
"""What the operator says it costs, in euros a month, VAT included."""
SETTLED = "Adresse complétée avec le foyer\u00a0: 2e étage, porte gauche."
"""What the operator is told of the problem that it reported."""
YEAR = timedelta(days=365)


class LineThread:
    """The thread of one file. ``now`` is the instant of the present act."""

    def __init__(self, story: Story, need: Need, worker: Membership, now: datetime) -> None:
        self.story, self.rng, self.need, self.worker, self.now = story, story.rng, need, worker, now
        self.file = ConnectionFile()

    def after(self, low: int, high: int) -> datetime:
        """Wait for some working days, one at least."""
        self.now = self.story.moment(working_day(timezone.localdate(self.now), self.rng.randint(low, high)))
        return self.now

    @property
    def act(self) -> dict[str, Any]:
        """The worker acts on the file, a few minutes later."""
        self.now += timedelta(minutes=self.rng.randint(1, 4))
        return {"actor": self.worker, "connection": self.file, "at": self.now}

    @property
    def answer(self) -> dict[str, Any]:
        """The operator's agent does."""
        return self.act | {"actor": self.story.cast.people["operateur", Role.AGENT][0]}

    @property
    def counter(self) -> dict[str, Any]:
        """An adviser of the distributor does."""
        return self.act | {"actor": self.rng.choice(self.story.cast.people["distributor", Role.ADVISER])}

    def live(self, *steps: str) -> Iterator[datetime]:
        """The steps in turn, while the need is still for this thread to serve."""
        for step in steps:
            yield self.appointment() if step == "activate" else self.after(1, 2)
            if not self.may(step):
                return
            getattr(self, step)()

    def appointment(self) -> datetime:
        """Wait for the day the technician comes, which whoever opens the line waits for too; else a day or two."""
        self.after(1, 2)
        day = self.file.appointment_on
        if day is not None and day > timezone.localdate(self.now):
            self.now = self.story.moment(day)
        return self.now

    def may(self, step: str) -> bool:
        """Whether somebody may still take a step: the need waits, or the file is where this thread left it."""
        if step == "propose":
            waiting = Need.objects.visible_to(self.worker).filter(state=NeedState.WAITING, moved_at__lte=self.now)
            return waiting.filter(pk=self.need.pk).exists()
        verb = VERBS.get(step, step)
        if verb == PREPARED:  # what its offer asks for is seen in the same act
            there = ConnectionFile.objects.filter(pk=self.file.pk, moved_at__lte=self.now)
            return there.filter(state__in=verbs_of(ConnectionFile)[verb].sources).exists()
        return may(self.file, verb, actor=self._acting(step), at=self.now)

    def _acting(self, step: str) -> Membership:
        """Who takes a step: the operator’s agent, an adviser at the counter, else the worker."""
        if step in ANSWERED:
            return self.story.cast.people["operateur", Role.AGENT][0]
        return self.story.cast.people["distributor", Role.ADVISER][0] if step == "recharge" else self.worker

    # --- the worker and the operator's desk

    def propose(self, current_line: str = CurrentLine.NONE) -> None:
        act = self.act
        self.file = connections.propose_connection(
            actor=act["actor"], need=self.need, current_line=current_line, at=act["at"]
        )

    def choose(self, code: str = "") -> None:
        offer = Offer.objects.on(timezone.localdate(self.now)).get(code=code or DESK[NeedKind(self.need.kind)])
        agreed = {"agreement": OfferAgreement.IN_PERSON, "price_told": True}
        self.file = connections.choose_connection(**self.act, offer=offer, **agreed)

    def send(self) -> None:
        """What the offer asks for is seen, then the file leaves."""
        fixed = self.need.kind == NeedKind.FIXED_CONNECTION
        rule, proof = (
            (ConditionRule.TENANT, ProofKind.RENT_RECEIPT)
            if fixed
            else (ConditionRule.MINIMUM_INCOME, ProofKind.INCOME_CERTIFICATE)
        )
        self.see(rule, proof)
        answer = SETTLED if self.file.state == ConnectionState.PROBLEM else ""
        self.file = connections.send_connection(**self.act, answer=answer)

    def see(self, rule: str, proof: str) -> None:
        dated_on = timezone.localdate(self.now) - timedelta(days=self.rng.randint(2, 20))
        record_proof(**self.act, rule=rule, proof=proof, dated_on=dated_on)

    def accept(self) -> None:
        number = f"OP-{self.now:%Y}-{self.story.number('line'):04}"
        self.file = connections.accept_connection(**self.answer, operator_reference=number)

    def schedule(self) -> None:
        day = working_day(timezone.localdate(self.now), self.rng.randint(3, 6))
        slot = self.rng.choice((TechnicianSlot.MORNING, TechnicianSlot.AFTERNOON))
        self.file = connections.schedule_connection(**self.answer, appointment_on=day, appointment_slot=slot)

    def activate(self, ends_after: timedelta = YEAR) -> None:
        today = timezone.localdate(self.now)
        self.file = connections.activate_connection(
            **self.answer,
            started_on=today,
            monthly_price=PRICE[NeedKind(self.need.kind)],
            entitlement_ends_on=today + ends_after,
        )

    # --- what goes wrong

    def problem(self) -> None:
        self.file = connections.report_problem_connection(
            **self.answer, problem=ProblemCode.NUMBER_NOT_FOUND, note="L’étage et la porte manquent."
        )

    def refuse(self) -> None:
        self.file = connections.refuse_connection(**self.answer, refusal=OperatorRefusalCode.NO_COVERAGE)

    def abandon(self) -> None:
        self.file = connections.abandon_connection(**self.act, reason=ConnectionAbandonReason.GAVE_UP)

    def end(self) -> None:
        self.file = connections.end_connection(**self.act, reason=EndReason.CANCELLED)

    def lose(self) -> None:
        """The right is lost: the line goes on at its ordinary price, which the household is to be told."""
        gate.apply(
            self.file,
            "lose_right",
            actor=self.worker,
            at=self.act["at"],
            right_loss=RightLoss.OVER_CEILING,
            after_loss=AfterLoss.FULL_PRICE,
            price_after=Decimal("12.99"),
        )

    # --- without a desk

    def subscribe(self) -> None:
        """The person chose in a shop: what the offer asks was seen."""
        self.see(ConditionRule.FAMILY_QUOTIENT, ProofKind.CAF_CERTIFICATE)
        self.see(ConditionRule.BANK_ACCOUNT, ProofKind.BANK_DETAILS)
        self.choose("coup-de-pouce")

    def show(self) -> None:
        """The contract is seen: the line works."""
        self._prove(self.act, EvidenceKind.CONTRACT, Decimal("15.99"), timezone.localdate(self.now) + YEAR)

    def recharge(self) -> None:
        """A recharge is chosen and sold at the counter."""
        offer = Offer.objects.on(timezone.localdate(self.now)).get(code="recharge-solidaire")
        agreed = {"agreement": OfferAgreement.IN_PERSON, "price_told": True}
        self.file = connections.choose_connection(**self.counter, offer=offer, **agreed)
        self._prove(self.counter, EvidenceKind.RECEIPT, Decimal(2), None)

    def _prove(self, act: dict[str, Any], kind: str, price: Decimal, ends_on: Any) -> None:
        today = timezone.localdate(self.now)
        self.file = connections.activate_connection(
            **act,
            started_on=today,
            monthly_price=price,
            entitlement_ends_on=ends_on,
            evidence_kind=kind,
            evidence_on=today,
            evidence_reference=f"DEMO-{self.story.number('evidence'):04}",
        )


def steps(*names: str) -> Follow:
    """A file that goes through these steps, and stays there."""

    def follow(story: Story, need: Need, worker: Membership, now: datetime) -> Thread:
        return LineThread(story, need, worker, now).live(*names)

    return follow


def recharged(story: Story, need: Need, worker: Membership, now: datetime) -> Thread:
    """A prepaid line, for which recharges are sold at the counter month after month; one was a typing mistake."""
    line = LineThread(story, need, worker, now)
    yield from line.live("propose", "recharge")
    if line.file.state == ConnectionState.ACTIVE:
        for turn in range(3):
            yield line.after(18, 24)
            sold = sell_recharge(**line.counter, amount=Decimal(line.rng.choice((2, 3, 5))))
            if turn == 1:
                seller = sold.sold_by
                cancel_recharge(actor=seller, recharge=sold, reason=RechargeCancelReason.ENTRY, at=line.now)


def losing(story: Story, need: Need, worker: Membership, now: datetime) -> Thread:
    """A right that ends soon and is lost: the line will go on at its ordinary price."""
    line = LineThread(story, need, worker, now)
    yield from line.live(*STEPS[:-1])
    yield line.appointment()
    if line.may("activate"):
        line.activate(timedelta(days=85))
        yield line.after(15, 20)
        if line.may("lose_right"):
            line.lose()


def up_to(step: str) -> Follow:
    """A file that is sent to an operator, up to one of ``STEPS``."""
    return steps(*STEPS[: STEPS.index(step) + 1])


desk = up_to("activate")
own = steps("propose", "subscribe", "show")
counter = steps("propose", "recharge")
solved = steps("propose", "choose", "send", "problem", "send", "accept", "schedule", "activate")
refused = steps("propose", "choose", "send", "refuse", "propose", "subscribe", "show")


def on_copper(story: Story, need: Need, worker: Membership, now: datetime) -> Thread:
    """A household whose line is in copper looks at the offers while its end is announced."""
    line = LineThread(story, need, worker, now)
    yield line.after(1, 2)
    if line.may("propose"):
        line.propose(CurrentLine.COPPER)


def short(story: Story, need: Need, worker: Membership, now: datetime) -> Thread:
    """A right that ends soon: the clock reminds, then says that it is over."""
    line = LineThread(story, need, worker, now)
    yield from line.live(*STEPS[:-1])
    yield line.appointment()
    if line.may("activate"):
        line.activate(timedelta(days=75))


def left(story: Story, need: Need, worker: Membership, now: datetime) -> Thread:
    """A line that its household ends after two months."""
    line = LineThread(story, need, worker, now)
    yield from line.live(*STEPS)
    yield line.after(38, 42)
    if line.may("end"):
        line.end()
