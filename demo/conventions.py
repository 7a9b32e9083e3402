"""The conventions of the story: who signs what with whom, and how far each has gone on the last day."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from calendars.working_days import DAY, add_months
from conventions.enums import (
    ActBody,
    ConventionState,
    DraftAbandonReason,
    Party,
    PassOverReason,
    ResumeReason,
    ReviewState,
    ReviewSubject,
    SignatureMethod,
    SuspendReason,
    TerminateReason,
    TextReopenReason,
)
from conventions.models import Convention, Review, Signature
from conventions.parameters import PASS_OVER_DAYS
from conventions.services import conventions, endings
from conventions.services.drafting import DraftReviewer, DraftTerms, Plan, Price
from demo import papers
from demo.agenda import Thread, do
from demo.calendar import working_day
from demo.context import Story
from documents.models import Document
from documents.services import keep_drawing, open_file
from lifecycle import gate
from network.enums import Role
from network.models import Membership
from refurb.enums import DeviceType

STEPS = ("draft", "submit", "review", "open", "sign")
PRICES = {
    DeviceType.LAPTOP: 150,
    DeviceType.DESKTOP: 120,
    DeviceType.TABLET: 90,
    DeviceType.SMARTPHONE: 95,
    DeviceType.SCREEN: 30,
}
"""The highest prices the parties agree on, in euros: the best grade of the workshops, under the legal ceilings."""
QUOTAS: Mapping[str, int] = {
    DeviceType.LAPTOP: 60,
    DeviceType.DESKTOP: 30,
    DeviceType.TABLET: 15,
    DeviceType.SMARTPHONE: 15,
}
LARGE: Mapping[str, int] = {type_: 3 * total for type_, total in QUOTAS.items()}
SMALL: Mapping[str, int] = {
    DeviceType.LAPTOP: 30,
    DeviceType.DESKTOP: 16,
    DeviceType.SMARTPHONE: 8,
    DeviceType.TABLET: 6,
}


@dataclass(frozen=True)
class Deal:
    """A convention: its EPCI and workshop, when it is drafted and takes effect, up to which of ``STEPS``.

    ``against``: a reviewer asks for changes in the first round; ``answered`` tells whether it goes on after that.
    ``reopened``: the text is opened again while it is being signed. ``missing``: the party that has not signed on the
    last day; ``silent`` one that never gives its opinion. ``then`` is what happens once it is in force.
    """

    code: str
    epci: str
    workshop: str
    title: str
    drafted: date
    starts_on: date
    months: int = 12
    quotas: Mapping[str, int] = field(default_factory=lambda: QUOTAS)
    until: str = STEPS[-1]
    is_test: bool = False
    against: bool = False
    answered: bool = True
    reopened: bool = False
    missing: str = ""
    silent: str = ""
    then: "Callable[[Treaty], Iterator[datetime]] | None" = None

    @property
    def ends_on(self) -> date:
        return add_months(self.starts_on, self.months) - DAY


@dataclass(frozen=True)
class DrawnUp:
    """Where a convention stands once its parties have done what they do of it: the instant of the last act."""

    code: str
    now: datetime
    convention: Convention


class Treaty:
    """One convention, drawn up, then in force. ``now`` is the instant of the present act."""

    AMENDED = 40
    """How many working days before the end an amendment takes effect."""

    def __init__(self, story: Story, deal: Deal, drawn_up: DrawnUp | None = None) -> None:
        self.story, self.rng, self.deal = story, story.rng, deal
        self.now = drawn_up.now if drawn_up else story.moment(working_day(deal.drafted))
        self.convention = drawn_up.convention if drawn_up else Convention()

    def draw_up(self, done: list[DrawnUp]) -> Thread:
        """Every step the deal asks for: what the parties do between them, before any device depends on it."""
        for step in STEPS[: STEPS.index(self.deal.until) + 1]:
            yield from getattr(self, step)()
        done.append(DrawnUp(self.deal.code, self.now, self.convention))

    def live(self) -> Thread:
        """What happens to it once it is drawn up."""
        if self.deal.until == STEPS[-1] and not self.deal.missing and self.deal.starts_on < self.story.last:
            yield from self.in_force()
        if self.deal.then is not None:
            yield from self.deal.then(self)

    def after(self, low: int, high: int) -> datetime:
        """Wait for some working days, one at least."""
        self.now = self.story.moment(working_day(timezone.localdate(self.now), self.rng.randint(low, high)))
        return self.now

    def on(self, day: date) -> datetime:
        """Wait for a day."""
        self.now = self.story.moment(working_day(day))
        return self.now

    @property
    def manager(self) -> Membership:
        return self.story.cast.manager(self.deal.epci)

    @property
    def act(self) -> dict[str, Any]:
        """The manager of the EPCI acts on the convention, a few minutes later."""
        self.now += timedelta(minutes=self.rng.randint(2, 6))
        return {"actor": self.manager, "convention": self.convention, "at": self.now}

    # --- steps

    def draft(self) -> Iterator[datetime]:
        yield self.now
        deal, cast = self.deal, self.story.cast
        self.convention = conventions.create_convention(
            actor=self.manager,
            epci_party=cast.organisations[deal.epci],
            title=deal.title,
            terms=self._terms(),
            at=self.now,
            workshop=cast.organisations[deal.workshop],
            distributor=cast.organisations["distributor"],
            epci_signatory=cast.signatory(deal.epci),
            workshop_signatory=cast.signatory(deal.workshop),
            distributor_signatory=cast.signatory("distributor"),
            starts_on=deal.starts_on,
            ends_on=deal.ends_on,
            is_test=deal.is_test,
        )

    def _terms(self) -> DraftTerms:
        years = range(1, (self.deal.months + 11) // 12 + 1)
        return DraftTerms(
            prices=[Price(type_, Decimal(amount)) for type_, amount in PRICES.items()],
            quotas=[Plan(type_, year, total) for type_, total in self.deal.quotas.items() for year in years],
            reviewers=self.reviewers(),
        )

    def reviewers(self) -> list[DraftReviewer]:
        """A lawyer and a data protection officer where there are; the manager alone in a small EPCI."""
        party = self.story.cast.organisations[self.deal.epci]
        readers = self.story.cast.people[self.deal.epci, Role.REVIEWER] or [self.manager]
        subjects = (ReviewSubject.LEGAL, ReviewSubject.DATA_PROTECTION)
        return [DraftReviewer(subject, party, reader) for subject, reader in zip(subjects, readers, strict=False)]

    def submit(self) -> Iterator[datetime]:
        yield self.after(1, 2)
        do("submit", self.act)

    def review(self) -> Iterator[datetime]:
        """Each reader in turn; the last one may ask for changes, which are made and read again."""
        yield from self._round(against=self.deal.against)
        if not self.deal.against or not self.deal.answered:
            return
        yield self.after(1, 3)
        for review in Review.objects.filter(convention=self.convention, state=ReviewState.UNFAVOURABLE).order_by("pk"):
            for point in review.points.order_by("pk"):
                conventions.answer_point(
                    actor=self.manager, point=point, answer="L’article a été précisé en ce sens.", at=self.now
                )
        do("submit", self.act)
        yield from self._round(against=False)

    def _round(self, *, against: bool) -> Iterator[datetime]:
        asked = Review.objects.filter(convention=self.convention, state=ReviewState.ASKED).order_by("pk")
        *others, last = list(asked.exclude(party=self.deal.silent).select_related("asked_of"))
        for review in (*others, last):
            yield self.after(1, 1)
            told = against and review is last
            points = [("warranty", "Dire qui paie le transport d’un appareil rapporté sous garantie.")] if told else []
            conventions.answer_review(
                actor=self._reader(review), review=review, favourable=not told, points=points, at=self.now
            )

        for review in asked.filter(party=self.deal.silent):
            yield self.on(review.due_on + self._patience())
            gate.apply(review, "pass_over", actor=self.manager, reason=PassOverReason.NO_ANSWER, at=self.now)

    def _patience(self) -> timedelta:
        """How long after the deadline an opinion may be gone without."""
        days = PASS_OVER_DAYS.on(timezone.localdate(self.now))
        return timedelta(days=int(days) + 1)

    def _reader(self, review: Review) -> Membership:
        if review.asked_of is not None:
            return review.asked_of
        code = self.story.cast.code_of(review.organisation_id)
        readers = self.story.cast.people[code, Role.REVIEWER] or self.story.cast.people[code, Role.MANAGER]
        return readers[0]

    def open(self) -> Iterator[datetime]:
        """The assembly has decided some days before; the document is frozen, drawn apart, and ready the next day."""
        document = yield from self._decide()
        if self.deal.reopened:
            yield self.after(1, 1)
            do("reopen", self.act, reason=TextReopenReason.MISTAKE)
            do("submit", self.act)
            yield from self._round(against=False)
            document = yield from self._decide()
        drawing = self.story.draw(document)
        yield self.after(1, 1)
        keep_drawing(document, drawing.result())

    def _decide(self) -> Generator[datetime, None, Document]:
        yield self.after(5, 6)
        decided = working_day(timezone.localdate(self.now), -4)
        opened = conventions.open_signature_convention(
            **self.act,
            act_body=ActBody.COUNCIL if self.deal.epci == "200093201" else ActBody.BUREAU,
            act_number=f"{decided:%y}-{self.rng.randint(1, 180):03}",
            act_on=decided,
            act_executory_on=decided + timedelta(days=2),
        )
        if opened.document is None:
            raise ValueError("a convention to be signed has a document")
        return opened.document

    def sign(self) -> Iterator[datetime]:
        """The distributor on paper, which the EPCI confirms, the others on screen."""
        for party in (Party.RECONDITIONER, Party.DISTRIBUTOR, Party.EPCI):
            if party == self.deal.missing:
                continue
            yield self.after(1, 2)
            asked = Signature.objects.select_related("document__rendered", "signatory")
            signature = asked.get(convention=self.convention, party=party, state="asked")
            sha256 = _hash(signature.document)
            if party != Party.DISTRIBUTOR or self.deal.code != "mel":
                conventions.sign_signature(actor=signature.signatory, signature=signature, sha256=sha256, at=self.now)
                continue
            deposit = conventions.deposit_signature(
                actor=signature.signatory,
                signature=signature,
                method=SignatureMethod.PAPER,
                content=papers.scanned(self._drawn(signature), self.rng),
                name="convention-signee-demonstration.pdf",
                signed_on=timezone.localdate(self.now),
                at=self.now,
            )
            self.now += timedelta(minutes=15)
            confirms = self.story.cast.signatory(self.deal.epci)
            conventions.sign_signature(actor=confirms, signature=signature, sha256=sha256, deposit=deposit, at=self.now)

    def _drawn(self, signature: Signature) -> bytes:
        """The document as it was printed to be signed."""
        if signature.document.rendered is None:
            raise ValueError("a document is drawn before it is signed")
        return open_file(signature.document.rendered).read()

    def in_force(self) -> Iterator[datetime]:
        """The clock puts it into force in the night; devices may be allotted that day."""
        present = self.story.agenda.now
        tomorrow = timezone.localdate(present) + timedelta(days=1) if present else self.deal.starts_on
        yield self.on(max(self.deal.starts_on, tomorrow))
        while (convention := Convention.objects.get(pk=self.convention.pk)).state != ConventionState.ACTIVE:
            yield self.after(1, 1)
        self.convention = self.story.conventions[self.deal.code] = convention

    # --- what happens next

    def amended(self) -> Iterator[datetime]:
        """More computers are needed: an amendment raises a quota, after three months."""
        yield self.on(self.story.back(70))
        starts_on = self.story.back(self.AMENDED)
        raised = self.deal.quotas[DeviceType.LAPTOP] + 20
        amended, self.convention = (
            self.convention,
            conventions.create_amendment(
                actor=self.manager,
                convention=self.convention,
                title=f"Avenant n° 1 – {self.deal.title}",
                starts_on=starts_on,
                terms=DraftTerms(quotas=[Plan(DeviceType.LAPTOP, 1, raised)], reviewers=self.reviewers()),
                at=self.now,
            ),
        )
        yield from self.submit()
        yield from self._round(against=False)
        yield from self.open()
        yield from self.sign()
        yield self.on(starts_on)
        self.story.conventions[self.deal.code] = Convention.objects.get(pk=amended.pk)

    def suspended(self) -> Iterator[datetime]:
        """Suspended once, under a formal notice of the EPCI, and resumed, then suspended again: the point of
        distribution is full.
        """
        yield self.on(self.story.back(80))
        do("suspend", self.act, reason=SuspendReason.SUPPLY)
        signs = {"actor": self.story.cast.signatory(self.deal.epci), "convention": self.convention, "at": self.now}
        paper = papers.formal_notice(convention=self.convention, by=signs["actor"], at=self.now)
        sent_on = timezone.localdate(self.now)
        endings.give_notice_convention(**signs, reason=TerminateReason.BREACH, notice_on=sent_on, paper=paper)
        yield self.after(8, 10)
        do("take_back_notice", signs | {"at": self.now})
        do("resume", self.act, reason=ResumeReason.SETTLED)
        yield self.on(self.story.back(12))
        do("suspend", self.act, reason=SuspendReason.STORAGE)

    def terminated(self) -> Iterator[datetime]:
        """The EPCI proposes to end it, to make another one; the two others agree in the days after."""
        yield self.on(self.story.back(45))
        act = self.act | {"actor": self.story.cast.signatory(self.deal.epci)}
        do("propose_end", act)
        for code in ("distributor", self.deal.workshop):
            yield self.after(1, 1)
            conventions.agree_end_convention(**self.act | {"actor": self.story.cast.signatory(code)})

    def abandoned(self) -> Iterator[datetime]:
        """The workshop prefers another territory, before anybody has read the text."""
        yield self.after(4, 6)
        do("abandon", self.act, reason=DraftAbandonReason.PARTY_LEFT)


def _hash(document: Document) -> str:
    if document.rendered is None:
        raise ValueError("a document is drawn before it is signed")
    return document.rendered.sha256
