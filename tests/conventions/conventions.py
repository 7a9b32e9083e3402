"""Situations of conventions, each reached through the services and the states before it."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, cast

from django.utils import timezone

from calendars.working_days import add_months
from conventions.enums import ActBody, Party, ReviewSubject, SignatureMethod, TerminateReason, TextReopenReason
from conventions.models import Convention, PriceCeiling, Review, Signature
from conventions.parameters import BREACH_NOTICE_DAYS, END_TOLD_DAYS, NOTICE_DAYS
from conventions.services.circuit import answer_point, answer_review
from conventions.services.conventions import (
    open_signature_convention,
)
from conventions.services.drafting import (
    DraftArticle,
    DraftReviewer,
    DraftTerms,
    Plan,
    Price,
    create_amendment,
    create_convention,
)
from conventions.services.endings import give_notice_convention, terminate_convention
from conventions.services.signatures import deposit_signature, sign_signature
from documents.models import Document
from documents.readers.pages import count_pages
from documents.services import open_file, render_document, store_file
from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Epci, Membership, Organisation
from tests.documents.pdfs import scan_of, signed_pdf, small_pdf
from tests.given import load_reference
from tests.network.factories import make_epci, make_membership, make_organisation
from tests.reference.values import set_value
from tests.remembered import remembered

_rank = itertools.count(1)
QUOTAS = {"laptop": 20}
PRICES = {"laptop": 100, "desktop": 80, "tablet": 60, "smartphone": 50, "screen": 20}


def load_law() -> None:
    """The ceilings, the rules and the articles of the model, once."""
    if not PriceCeiling.objects.exists():
        load_reference("conventions")


@remembered()
def drawn(document: Document | None) -> Document:
    """A document whose PDF is there: a stand-in, since a real one takes a second to draw."""
    assert document is not None
    document = Document.objects.get(pk=document.pk)
    if document.rendered_id is None:
        content = small_pdf(document.public_code)
        document.rendered = store_file(content=content, name="document.pdf", by=None, at=document.created_at)
        document.save(update_fields=["rendered"])
    return document


@remembered()
def with_siret(organisation: Organisation) -> None:
    """Give an organisation a SIRET, which a party must have."""
    organisation.siret = f"9{next(_rank):013}"
    organisation.save(update_fields=["siret"])


@remembered()
def party(kind: OrganisationKind, **fields: Any) -> Organisation:
    """An organisation that may be a party: it has a SIRET."""
    return make_organisation(kind, **{"siret": f"9{next(_rank):013}"} | fields)


def brought(signature: Signature, method: str) -> bytes:
    """What comes back from a party: the document with its electronic signature, or scanned."""
    document = drawn(signature.document)
    assert document.rendered is not None
    if method == SignatureMethod.SIGNATURE_BOOK:
        return signed_pdf(open_file(document.rendered).read(), signature.signatory.user.get_full_name())
    with open_file(document.rendered) as printed:
        pages = count_pages(printed.read())
    assert isinstance(pages, int)
    return scan_of(document, pages)


def again(convention: Convention) -> Convention:
    """The row as the database has it now."""
    return Convention.objects.get(pk=convention.pk)


def without_delay() -> None:
    """Whoever ends a convention alone waits for nothing: for a test of what an end does, not of how long before."""
    for delay in (NOTICE_DAYS, BREACH_NOTICE_DAYS, END_TOLD_DAYS):
        set_value(delay, 0)


def noticed(
    convention: Convention, actor: Membership, reason: str = TerminateReason.NOTICE, at: datetime | None = None
) -> Convention:
    """A party has recorded the paper by which it ends it alone, of the same day; no delay is left to wait for."""
    without_delay()
    paper = store_file(content=small_pdf("preavis"), name="preavis.pdf", by=actor, at=at)
    given = {"reason": reason, "notice_on": timezone.localdate(at), "paper": paper}
    return give_notice_convention(actor=actor, convention=again(convention), at=at, **given)


def ended_alone(
    convention: Convention, actor: Membership, reason: str = TerminateReason.NOTICE, at: datetime | None = None
) -> Convention:
    """A party has ended it alone, the day of its paper."""
    return terminate_convention(actor=actor, convention=noticed(convention, actor, reason, at), at=at)


@dataclass
class Treaty:
    """Three parties with their people, the pilot, and a convention between them in any state."""

    epci: Epci = cast(Epci, None)  # noqa: RUF009
    epci_party: Organisation | None = None
    workshop: Organisation = cast(Organisation, None)  # noqa: RUF009
    distributor: Organisation = cast(Organisation, None)  # noqa: RUF009
    quotas: Mapping[str, int] | Sequence[Plan] = field(default_factory=lambda: dict(QUOTAS))
    prices: Mapping[str, int] = field(default_factory=lambda: PRICES)
    starts_on: date | None = None
    ends_on: date | None = None
    at: datetime | None = None
    is_test: bool = False
    draw: bool = False

    def __post_init__(self) -> None:
        self.epci = self.epci or make_epci()
        self.workshop = self.workshop or party(OrganisationKind.RECONDITIONER)
        self.distributor = self.distributor or party(OrganisationKind.DISTRIBUTOR)
        load_law()
        if self.epci_party is None:
            self.epci_party = party(OrganisationKind.EPCI, epci=self.epci)
        for organisation in (self.epci_party, self.workshop, self.distributor):
            if not organisation.siret:
                with_siret(organisation)
        self.starts_on = self.starts_on or timezone.localdate(self.at)
        self.ends_on = self.ends_on or add_months(self.starts_on, 12) - timedelta(days=1)

    # --- people

    @cached_property
    def pilot(self) -> Membership:
        return make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)

    @cached_property
    def manager(self) -> Membership:
        """The manager of the EPCI."""
        return make_membership(Role.MANAGER, OrganisationKind.EPCI, self.epci_party)

    @cached_property
    def lawyer(self) -> Membership:
        """A reviewer of the EPCI."""
        return make_membership(Role.REVIEWER, OrganisationKind.EPCI, self.epci_party)

    @cached_property
    def workshop_reviewer(self) -> Membership:
        return make_membership(Role.REVIEWER, OrganisationKind.RECONDITIONER, self.workshop)

    @cached_property
    def distributor_reviewer(self) -> Membership:
        return make_membership(Role.REVIEWER, OrganisationKind.DISTRIBUTOR, self.distributor)

    @cached_property
    def signatories(self) -> dict[Party, Membership]:
        return {
            Party.EPCI: make_membership(Role.SIGNATORY, OrganisationKind.EPCI, self.epci_party),
            Party.RECONDITIONER: make_membership(Role.SIGNATORY, OrganisationKind.RECONDITIONER, self.workshop),
            Party.DISTRIBUTOR: make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, self.distributor),
        }

    def reviewer_of(self, review: Review) -> Membership:
        """Who answers a review."""
        if review.asked_of is not None:
            return review.asked_of
        return {Party.EPCI: self.lawyer, Party.RECONDITIONER: self.workshop_reviewer}.get(
            Party(review.party), self.distributor_reviewer
        )

    # --- steps

    def terms(self, **changes: Any) -> DraftTerms:
        """Quotas of the first year (or a whole plan), prices, and a lawyer to read the text."""
        plans = self.quotas
        if isinstance(plans, Mapping):
            plans = [Plan(type_, year, total) for type_, total in plans.items() for year in self.years()]
        assert self.epci_party is not None
        given = {
            "prices": [Price(type_, Decimal(amount)) for type_, amount in self.prices.items()],
            "quotas": plans,
            "reviewers": [DraftReviewer(ReviewSubject.LEGAL, self.epci_party, self.lawyer)],
        }
        return DraftTerms(**given | changes)

    def years(self) -> range:
        assert self.starts_on is not None
        assert self.ends_on is not None
        return (
            range(1, 4)
            if self.ends_on >= add_months(self.starts_on, 24)
            else (range(1, 3) if self.ends_on >= add_months(self.starts_on, 12) else range(1, 2))
        )

    def draft(self, terms: DraftTerms | None = None, **heading: Any) -> Convention:
        assert self.epci_party is not None
        given = {
            "workshop": self.workshop,
            "distributor": self.distributor,
            "epci_signatory": self.signatories[Party.EPCI],
            "workshop_signatory": self.signatories[Party.RECONDITIONER],
            "distributor_signatory": self.signatories[Party.DISTRIBUTOR],
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "is_test": self.is_test,
        }
        return create_convention(
            actor=self.manager,
            epci_party=self.epci_party,
            title=f"Équipement solidaire – {self.epci.short_name}",
            terms=terms or self.terms(),
            at=self.at,
            **given | heading,
        )

    def submit(self, convention: Convention) -> Convention:
        return gate.apply(convention, "submit", actor=self.manager, at=self.at)

    def in_review(self, **heading: Any) -> Convention:
        return self.submit(self.draft(**heading))

    def reviews(self, convention: Convention) -> list[Review]:
        """Those of the round, in the order they were asked."""
        return list(Review.objects.filter(convention=convention, round=again(convention).round).order_by("pk"))

    def answer(self, review: Review, *, favourable: bool = True) -> Review:
        points = [] if favourable else [("warranty", "Préciser qui paie le transport.")]
        return answer_review(
            actor=self.reviewer_of(review), review=review, favourable=favourable, points=points, at=self.at
        )

    def approve(self, convention: Convention) -> Convention:
        """Everyone is for."""
        for review in self.reviews(convention):
            self.answer(review)
        return again(convention)

    def approved(self, **heading: Any) -> Convention:
        return self.approve(self.in_review(**heading))

    def changes_requested(self) -> Convention:
        """One is against, after the others."""
        convention = self.in_review()
        *others, last = self.reviews(convention)
        for review in others:
            self.answer(review)
        self.answer(last, favourable=False)
        return again(convention)

    def answer_points(self, convention: Convention) -> None:
        for review in self.reviews(convention):
            for point in review.points.all():
                answer_point(actor=self.manager, point=point, answer="Précisé à l’article.", at=self.at)

    def act(self, **changes: Any) -> dict[str, Any]:
        """The act of the EPCI, executory on the day."""
        day = timezone.localdate(self.at)
        given = {"act_body": ActBody.COUNCIL, "act_number": "2026-118", "act_on": day, "act_executory_on": day}
        return given | changes

    def open_signature(self, convention: Convention, **act: Any) -> Convention:
        opened = open_signature_convention(actor=self.manager, convention=convention, at=self.at, **self.act(**act))
        if self.draw:
            assert opened.document is not None
            render_document(opened.document)
        else:
            drawn(opened.document)
        return opened

    def signing(self, **heading: Any) -> Convention:
        return self.open_signature(self.approved(**heading))

    def reopen(self, convention: Convention, reason: str = TextReopenReason.TERMS) -> Convention:
        return gate.apply(convention, "reopen", actor=self.manager, reason=reason, at=self.at)

    def signature(self, convention: Convention, of: Party) -> Signature:
        """The signature asked of a party in this round."""
        return Signature.objects.get(convention=convention, party=of, round=again(convention).round)

    def sign(self, convention: Convention, of: Party) -> Signature:
        """A party signs on screen."""
        signature = self.signature(convention, of)
        rendered = signature.document.rendered
        assert rendered is not None
        return sign_signature(actor=signature.signatory, signature=signature, sha256=rendered.sha256, at=self.at)

    def deposit(self, convention: Convention, of: Party, method: str = SignatureMethod.PAPER, **changes: Any) -> Any:
        """A party deposits what it signed on paper, or in a signature book; its signatory does, unless ``actor``."""
        signature = self.signature(convention, of)
        given = {
            "actor": signature.signatory,
            "signed_on": timezone.localdate(self.at),
            "name": "signe.pdf",
        } | changes
        if "content" not in given:
            given["content"] = brought(signature, method)
        return deposit_signature(signature=signature, method=method, at=self.at, **given)

    def confirm(self, deposit: Any, by: Party = Party.EPCI, **changes: Any) -> Signature:
        """A signatory of another party confirms it."""
        signature = deposit.signature
        sha256 = signature.document.rendered.sha256
        given = {"actor": self.signatories[by], "sha256": sha256, "deposit": deposit, "at": self.at} | changes
        return sign_signature(signature=signature, **given)

    def sign_all(self, convention: Convention) -> Convention:
        for of in Party:
            self.sign(convention, of)
        return again(convention)

    def signed(self, **heading: Any) -> Convention:
        return self.sign_all(self.signing(**heading))

    def active(self, **heading: Any) -> Convention:
        return gate.apply(self.signed(**heading), "activate", actor=self.manager, at=self.at)

    # --- amendments

    def amendment(
        self, convention: Convention, terms: DraftTerms, starts_on: date | None = None, **changes: Any
    ) -> Convention:
        """The draft of an amendment, which the same lawyer reads."""
        assert self.epci_party is not None
        named = [DraftReviewer(ReviewSubject.LEGAL, self.epci_party, self.lawyer)]
        return create_amendment(
            actor=self.manager,
            convention=convention,
            title="Avenant n° 1",
            starts_on=starts_on or timezone.localdate(self.at),
            terms=DraftTerms(terms.texts, terms.articles, terms.prices, terms.quotas, named),
            at=self.at,
            **changes,
        )

    def carry(self, draft: Convention) -> Convention:
        """From a draft to three signatures."""
        return self.sign_all(self.open_signature(self.approve(self.submit(draft))))

    def amended(self, convention: Convention, terms: DraftTerms, **changes: Any) -> Convention:
        """An amendment in force; returned as it is after."""
        signed = self.carry(self.amendment(convention, terms, **changes))
        return gate.apply(signed, "activate", actor=self.manager, at=self.at)


@remembered()
def active_convention(
    *,
    epci: Epci | None = None,
    workshop: Organisation | None = None,
    distributor: Organisation | None = None,
    quotas: Mapping[str, int] | Sequence[Plan] | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Convention:
    """A convention in force, by every legal step: one year from ``starts_on`` (today) unless ``ends_on`` is given.

    ``quotas``: ``{type: total}`` for each of its years. ``at`` is the instant of all its steps.
    """
    given = {
        "epci": epci,
        "workshop": workshop,
        "distributor": distributor,
        "quotas": quotas,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "at": at,
        **fields,
    }
    return Treaty(**{name: value for name, value in given.items() if value is not None}).active()


EXTRA = DraftArticle("visits", "Visites", "Chaque partie peut visiter l’atelier.")
"""An article that is not in the model."""


def midday(day: date) -> datetime:
    """Noon of a day, in local time."""
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001
