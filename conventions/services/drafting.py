"""Write a convention: its heading, its articles, its price grid, its quotas, and whom the EPCI asks for an opinion."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from conventions.machine.convention import HEADING
from conventions.machine.draft_rules import EPCI_KNOWN
from conventions.models import (
    Convention,
    ConventionClause,
    ConventionPrice,
    PlannedQuota,
    ReviewerNamed,
)
from conventions.parameters import MAX_NONCONFORMITY
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.locking import lock
from lifecycle.typed import with_plain_breaks
from network.enums import Role
from network.models import Membership, Organisation

ENGINE_COLUMNS = ("state", "reference", "moved_at")


@dataclass(frozen=True)
class Price:
    """The highest price of a type, or of one grade of it, in euros, VAT included."""

    type: str
    amount: Decimal
    grade: str = ""


@dataclass(frozen=True)
class Plan:
    """So many devices of a type in one convention year (1 to 3)."""

    type: str
    year: int
    total: int


@dataclass(frozen=True)
class DraftArticle:
    """An article added to those of the model, or the new wording of one in an amendment."""

    code: str
    title: str
    text: str


@dataclass(frozen=True)
class DraftReviewer:
    """Whom the EPCI asks about a subject: a person (``membership``), or anyone of an organisation."""

    subject: str
    organisation: Organisation
    membership: Membership | None = None


@dataclass(frozen=True)
class DraftTerms:
    """What stands beside the heading; what is None is left as it is, the rest is replaced whole.

    ``texts`` rewrites articles by their code and leaves the others.
    """

    texts: Mapping[str, str] | None = None
    articles: Iterable[DraftArticle] | None = None
    prices: Iterable[Price] | None = None
    quotas: Iterable[Plan] | None = None
    reviewers: Iterable[DraftReviewer] | None = None


NOTHING = DraftTerms()


@gate.one_transaction
def create_convention(
    *,
    actor: Actor,
    epci_party: Organisation,
    title: str,
    terms: DraftTerms = NOTHING,
    at: datetime | None = None,
    comment: str = "",
    **heading: Any,
) -> Convention:
    """Prepare a convention of an EPCI; its articles come from the model of the day.

    ``heading`` takes the columns of ``HEADING``. The rate of non-conformity is the one proposed on that day unless it
    is given. Raises PermissionDenied, Refused, and ValidationError for a column that cannot be.
    """
    if epci_party.epci_id is None:
        raise Refused({0: (EPCI_KNOWN.reason,)})
    if heading.get("max_nonconformity") is None:
        proposed = MAX_NONCONFORMITY.on(timezone.localdate(at))
        heading["max_nonconformity"] = proposed.quantize(Decimal("0.1"))
    row = Convention(epci_party=epci_party, epci_id=epci_party.epci_id, title=title, **_known(heading))
    return _create(row, terms, actor=actor, at=at, comment=comment)


@gate.one_transaction
def create_amendment(
    *,
    actor: Actor,
    convention: Convention,
    title: str,
    starts_on: date,
    ends_on: date | None = None,
    max_nonconformity: Decimal | None = None,
    terms: DraftTerms = NOTHING,
    at: datetime | None = None,
    comment: str = "",
) -> Convention:
    """Prepare an amendment: what it gives replaces what held, from ``starts_on``; the parties and the reviewers stay.

    ``ends_on`` is the last day of the amended convention unless it changes it. Raises as ``create_convention``.
    """
    lock(Convention, [convention.pk], "FOR SHARE")  # what another amendment writes at this instant is read after it
    row = Convention(
        amends=convention,
        epci_party_id=convention.succeeded_by_id or convention.epci_party_id,
        epci_id=convention.epci_id,
        title=title,
        starts_on=starts_on,
        ends_on=ends_on or _end_of(convention.pk),
        max_nonconformity=max_nonconformity,
        workshop_id=convention.workshop_id,
        distributor_id=convention.distributor_id,
        epci_signatory_id=convention.epci_signatory_id,
        workshop_signatory_id=convention.workshop_signatory_id,
        distributor_signatory_id=convention.distributor_signatory_id,
        is_test=convention.is_test,
    )
    if terms.reviewers is None:
        terms = replace(terms, reviewers=_reviewers_who_stay(convention))
    return _create(row, terms, actor=actor, at=at, comment=comment)


def _reviewers_who_stay(convention: Convention) -> list[DraftReviewer]:
    """Those the EPCI named for a convention, who may still be asked; not those of an EPCI that merged into another."""
    there = Membership.objects.open().filter(role__in=(Role.REVIEWER, Role.MANAGER))
    named = convention.reviewers_named.filter(Q(membership=None) | Q(membership__in=there))
    if convention.succeeded_by_id is not None:
        named = named.exclude(organisation=convention.epci_party_id)
    return [
        DraftReviewer(row.subject, row.organisation, row.membership)
        for row in named.filter(organisation__is_active=True).select_related("organisation", "membership")
    ]


@gate.one_transaction
def edit_convention(
    *,
    actor: Actor,
    convention: Convention,
    terms: DraftTerms = NOTHING,
    at: datetime | None = None,
    comment: str = "",
    **heading: Any,
) -> Convention:
    """Write a draft again: the columns of ``HEADING`` that are given, and its terms.

    An amendment whose ``ends_on`` is given as None leaves the last day of what it amends.
    Raises Unknown, PermissionDenied, Refused once submitted, ValidationError.
    """
    lock(Convention, [convention.pk], "FOR NO KEY UPDATE")
    row = Convention.objects.filter(pk=convention.pk).first() or convention
    for name, value in _known(heading).items():
        setattr(row, name, value)
    if row.amends_id is not None and row.ends_on is None:
        row.ends_on = _end_of(row.amends_id)
    row.clean_fields(exclude=ENGINE_COLUMNS)
    values = {name: getattr(row, name) for name in HEADING}
    edited: Convention = gate.apply(row, "edit", actor=actor, at=at, comment=comment, **values)
    _write_terms(edited, terms)
    return edited


def _create(row: Convention, terms: DraftTerms, *, actor: Actor, at: datetime | None, comment: str) -> Convention:
    row.clean_fields(exclude=[*ENGINE_COLUMNS, "epci"])
    created: Convention = gate.create(row, "create", actor=actor, at=at, comment=comment)
    _write_terms(created, terms)
    return created


def _end_of(pk: int) -> date | None:
    return Convention.objects.filter(pk=pk).values_list("ends_on", flat=True).first()


def _known(heading: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(heading) - set(HEADING)
    if unknown:
        raise TypeError(f"not part of the heading: {', '.join(sorted(unknown))}")
    return dict(heading)


def _write_terms(convention: Convention, terms: DraftTerms) -> None:
    if terms.articles is not None:
        _write_articles(convention, list(terms.articles))
    for code, text in (terms.texts or {}).items():
        convention.clauses.filter(code=code).update(text=with_plain_breaks(text).strip())
    if terms.prices is not None:
        rows = [ConventionPrice(convention=convention, **vars(price)) for price in terms.prices]
        _replace(ConventionPrice, convention, rows)
    if terms.quotas is not None:
        plans = [PlannedQuota(convention=convention, **vars(plan)) for plan in terms.quotas]
        _replace(PlannedQuota, convention, plans)
    if terms.reviewers is not None:
        named = [ReviewerNamed(convention=convention, **vars(reviewer)) for reviewer in terms.reviewers]
        _replace(ReviewerNamed, convention, named)


def _replace(model: Any, convention: Convention, rows: list[Any]) -> None:
    for row in rows:
        row.clean_fields(exclude=["convention"])
    model.objects.filter(convention=convention).delete()
    model.objects.bulk_create(rows)


def _write_articles(convention: Convention, articles: list[DraftArticle]) -> None:
    """The articles of the model stay where they are, with the words given; the others are replaced."""
    kept = {clause.code: clause for clause in convention.clauses.filter(mandatory=True)}
    convention.clauses.filter(mandatory=False).delete()
    last = max((clause.position for clause in kept.values()), default=0)
    added = []
    for article in articles:
        if (clause := kept.get(article.code)) is not None:
            clause.title, clause.text = article.title, with_plain_breaks(article.text).strip()
            clause.clean_fields(exclude=["convention"])
            clause.save(update_fields=["title", "text"])
            continue
        last += 1
        text = with_plain_breaks(article.text).strip()
        row = ConventionClause(convention=convention, code=article.code, title=article.title, text=text, position=last)
        row.clean_fields(exclude=["convention"])
        added.append(row)
    ConventionClause.objects.bulk_create(added)
