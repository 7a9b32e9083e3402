"""What is known of a convention, gathered for its pages in a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone
from viewflow.workflow.models import Task

from conventions.asked import gone
from conventions.circuit import WAITING, processes_of
from conventions.enums import (
    ALIVE,
    ENDED,
    ConventionState,
    DeviceType,
    FoundOnDeposit,
    ReviewState,
    ReviewSubject,
    SignatureState,
)
from conventions.machine.people_rules import own_opinion
from conventions.models import (
    WHOLE_TEXT,
    Article,
    Convention,
    ConventionClause,
    ConventionPaper,
    ConventionPrice,
    ConventionTerm,
    PlannedQuota,
    PriceCeiling,
    Quota,
    Review,
    ReviewerNamed,
    ReviewPoint,
    Signature,
    SignatureDeposit,
    articles_of,
)
from conventions.parameters import PASS_OVER_DAYS
from conventions.permissions import (
    can_answer_refusal_signature,
    can_answer_review,
    can_deposit_signature,
    can_hand_on_review,
    can_pass_over_review,
    can_replace_review,
    can_replace_signature,
    can_sign_signature,
)
from conventions.views.papers import papers_of
from conventions.views.refusals import find_refusals
from lifecycle.actors import Actor
from network.models import Membership


@dataclass(frozen=True)
class PriceLine:
    """What a household pays at most for a type, or for one grade of it."""

    type: str
    grade: str
    amount: Decimal
    before: Decimal | None = None
    """What an amendment on its way changes."""
    ceiling: Decimal | None = None
    """What the law allows on the day, when a text that is not in force asks for more."""


@dataclass(frozen=True)
class QuotaLine:
    """One type and one convention year: planned, or counted (``used`` is None until the convention is in force)."""

    type: str
    year: int
    first: date | None
    last: date | None
    total: int
    used: int | None = None
    before: int | None = None
    """What an amendment on its way changes."""
    taken: int | None = None
    """How many are allotted already under what it changes."""

    @property
    def is_under_taken(self) -> bool:
        """Whether an amendment plans less than what is allotted already: it may, and nothing more will be."""
        return self.taken is not None and self.total < self.taken

    @property
    def room(self) -> int:
        """How many more; never negative."""
        return max(0, self.total - (self.used or 0))

    @property
    def is_past(self) -> bool:
        """Whether its year is over: what it left is not carried over."""
        return self.last is not None and self.last < timezone.localdate()

    @property
    def share(self) -> int:
        """How much of it is used, in percent of the bar that shows it."""
        return min(100, round(100 * (self.used or 0) / self.total)) if self.total else 100


@dataclass(frozen=True)
class Sheet:
    """Everything under the title of a convention."""

    articles: list[Article]
    prices: list[PriceLine]
    quotas: list[QuotaLine]
    reviews: list[Review]
    signatures: list[Signature]
    papers: list[ConventionPaper]
    amendments: list[Convention]
    named: list[ReviewerNamed]
    tasks: dict[tuple[str, int | None], Task]

    @property
    def under_taken(self) -> list[QuotaLine]:
        """What an amendment would bring under what is allotted."""
        return [line for line in self.quotas if line.is_under_taken]

    @property
    def current(self) -> list[Review]:
        """The reviews of the last round."""
        last = max((review.round for review in self.reviews), default=0)
        return [review for review in self.reviews if review.round == last]

    @property
    def former(self) -> list[Review]:
        """Those of the rounds before, the newest first."""
        current = self.current
        return [review for review in reversed(self.reviews) if review not in current]

    @property
    def open_points(self) -> int:
        """How many points of the last round wait for an answer."""
        return sum(point.answered_at is None for review in self.current for point in review.said)

    @property
    def my_reviews(self) -> list[Review]:
        """Those asked of whoever reads."""
        return [review for review in self.reviews if review.is_mine]

    @property
    def awaited_reviews(self) -> list[Review]:
        return [review for review in self.current if review.state == ReviewState.ASKED]

    @property
    def awaited_signatures(self) -> list[Signature]:
        return [signature for signature in self.signatures if signature.state == SignatureState.ASKED]


def sheet_of(convention: Convention, actor: Membership) -> Sheet:
    """The sheet of a convention, as this actor may read it."""
    clauses = list(convention.clauses.all())
    articles = articles_of(convention, clauses)
    amendments = list(
        Convention.objects.visible_to(actor).filter(amends=convention).prefetch_related("clauses").order_by("pk")
    )
    _mark_changed(clauses, amendments)
    tasks = _tasks(convention, actor)
    return Sheet(
        articles=articles,
        prices=prices_of(convention),
        quotas=quotas_of(convention, actor),
        reviews=_reviews(convention, actor, {article.code: article.heading for article in articles}, tasks),
        signatures=_signatures(convention, actor),
        papers=papers_of(convention, actor),
        amendments=amendments,
        named=list(convention.reviewers_named.select_related("organisation", "membership__user")),
        tasks=tasks,
    )


def _mark_changed(clauses: Iterable[ConventionClause], amendments: Iterable[Convention]) -> None:
    """Which amendment in force gives an article its wording of today."""
    rewritten = {
        article.code: amendment
        for amendment in amendments
        if amendment.state in ALIVE
        for article in amendment.clauses.all()
    }
    for clause in clauses:
        clause.rewritten_by = rewritten.get(clause.code)


def is_to_change(convention: Convention) -> bool:
    """Whether it is an amendment whose terms do not hold yet: what they change is told beside them."""
    return convention.is_amendment and convention.state not in (*ALIVE, *ENDED)


def prices_of(convention: Convention) -> list[PriceLine]:
    """The grid that holds today, or that is written."""
    ceilings: dict[str, Decimal] = {}
    if convention.amends_id is None and convention.state in (*ALIVE, *ENDED):
        found: Any = [
            (type_, grade, amount)
            for (type_, grade), amount in ConventionTerm.objects.filter(convention=convention)
            .prices_on(timezone.localdate())
            .items()
        ]
    else:
        found = ConventionPrice.objects.filter(convention=convention).values_list("type", "grade", "amount")
        ceilings = PriceCeiling.objects.amounts_on(timezone.localdate())
    rank = list(DeviceType.values)
    held = ConventionTerm.objects.filter(convention=convention.amends_id) if is_to_change(convention) else None
    before = {} if held is None else held.prices_on(timezone.localdate())
    lines = [
        PriceLine(
            DeviceType(type_).label, grade, amount, before.get((type_, grade)), _exceeded(ceilings.get(type_), amount)
        )
        for type_, grade, amount in found
    ]
    return sorted(lines, key=lambda line: ([DeviceType(code).label for code in rank].index(line.type), line.grade))


def _exceeded(ceiling: Decimal | None, amount: Decimal) -> Decimal | None:
    return ceiling if ceiling is not None and amount > ceiling else None


def quotas_of(convention: Convention, actor: Actor) -> list[QuotaLine]:
    """What is counted, or what is planned until the convention is in force."""
    counted = Quota.objects.visible_to(actor).filter(convention=convention)
    lines = [
        QuotaLine(row.get_type_display(), row.year, row.starts_on, row.ends_on, row.total, row.used) for row in counted
    ]
    if not lines:
        planned = PlannedQuota.objects.filter(convention=convention)
        now = _quotas_now(convention, actor)
        lines = [
            QuotaLine(row.get_type_display(), row.year, None, None, row.total, None, *now.get((row.type, row.year), ()))
            for row in planned
        ]
    rank = [label for _, label in DeviceType.choices]
    return sorted(lines, key=lambda line: (line.year, rank.index(line.type)))


def _quotas_now(convention: Convention, actor: Actor) -> dict[tuple[str, int], tuple[int, int]]:
    """Of what an amendment on its way changes, the total and how many are taken."""
    if not is_to_change(convention):
        return {}
    held = Quota.objects.visible_to(actor).filter(convention=convention.amends_id)
    return {(row.type, row.year): (row.total, row.used) for row in held}


def _reviews(
    convention: Convention, actor: Membership, titles: dict[str, str], tasks: dict[tuple[str, int | None], Task]
) -> list[Review]:
    answers = can_answer_review(actor)
    scopes = (can_hand_on_review(actor), can_replace_review(actor), can_pass_over_review(actor))
    mine = _asked(convention, actor, None if answers is None else answers & own_opinion(actor))
    handed, replaced, passed = (_asked(convention, actor, scope) for scope in scopes)
    today = timezone.localdate()
    days = PASS_OVER_DAYS.on(today)
    points = ReviewPoint.objects.select_related("answered_by__organisation").order_by("pk")
    reviews = list(
        Review.objects.visible_to(actor)
        .filter(convention=convention)
        .select_related(
            "organisation",
            "asked_of__user",
            "asked_of__organisation",
            "asked_before__user",
            "asked_before__organisation",
            "reviewer__user",
            "reviewer__organisation",
        )
        .prefetch_related(Prefetch("points", points))
        .order_by("round", "pk")
    )
    for review in reviews:
        review.said = list(review.points.all())
        review.is_mine = review.pk in mine
        review.hands_on = review.pk in handed
        review.replaces = review.pk in replaced and not review.hands_on
        passes_on = review.passes_on(days) if review.pk in passed and review.due_on < today else None
        review.passes = passes_on is not None and passes_on <= today
        review.passes_from = None if review.passes else passes_on
        task = tasks.get(("review", review.pk))
        review.task = task
        review.is_named = review.asked_of_id == getattr(actor, "pk", None)
        review.task_is_mine = task is not None and task.owner_id == actor.user_id
        review.by = _answerer(review.reviewer, review, actor)
        review.to = _answerer(review.asked_of, review, actor)
        review.before = _answerer(review.asked_before, review, actor) if review.asked_before else ""
        review.is_by_author = _is_by_author(review, convention)
        for point in review.said:
            point.about = titles.get(point.clause, WHOLE_TEXT)
    return reviews


def _asked(convention: Convention, actor: Actor, scope: Q | None) -> set[int]:
    """The reviews awaited in this round on which one may act."""
    if scope is None or convention.state != ConventionState.IN_REVIEW:
        return set()
    asked = Review.objects.visible_to(actor).awaited().filter(convention=convention, round=convention.round)
    return set(asked.filter(scope).values_list("pk", flat=True))


def _is_by_author(review: Review, convention: Convention) -> bool:
    """Whether the opinion on personal data is that of whoever prepared the text: nobody else could be asked."""
    reader, author = review.reviewer or review.asked_of, convention.created_by
    if review.subject != ReviewSubject.DATA_PROTECTION or reader is None or author is None:
        return False
    return reader.user_id == author.user_id


def _answerer(member: Membership | None, review: Review, actor: Actor) -> str:
    """Who answers or answered: the person for one's own organisation and whoever reads all, else the organisation."""
    if member is None:
        return str(review.organisation)
    same = actor.reads_all or member.organisation_id == actor.organisation_id
    return f"{member.user}, {member.organisation}" if same else str(member.organisation)


def _signatures(convention: Convention, actor: Actor) -> list[Signature]:
    deposits = SignatureDeposit.objects.select_related("file", "refusal", "deposited_by").order_by("-pk")
    rows = Signature.objects.visible_to(actor).filter(convention=convention, round=convention.round)
    signs, deposes, replaces = can_sign_signature(actor), can_deposit_signature(actor), can_replace_signature(actor)
    open_ = rows.filter(state=SignatureState.ASKED) if convention.state == ConventionState.SIGNING else rows.none()
    confirmable = set(open_.filter(signs).values_list("pk", flat=True)) if signs is not None else set()
    depositable = set(open_.filter(deposes).values_list("pk", flat=True)) if deposes is not None else set()
    replaceable = set(open_.filter(replaces).values_list("pk", flat=True)) if replaces is not None else set()
    answers = can_answer_refusal_signature(actor)
    answerable = set(open_.refused().filter(answers).values_list("pk", flat=True)) if answers is not None else set()
    signatures = list(
        rows.select_related(
            "organisation",
            "signatory__user",
            "asked_before__user",
            "document__rendered",
            "confirmed_by__organisation",
            "confirmed_by__user",
            "scan",
        )
        .prefetch_related(Prefetch("deposits", deposits))
        .order_by("pk")
    )
    find_refusals(signatures)
    for signature in signatures:
        signature.answers = signature.pk in answerable
        named = signature.signatory_id == actor.pk and signature.pk in confirmable
        signature.deposes = signature.pk in depositable
        signature.replaces = signature.pk in replaceable and not named
        signature.deposited = list(signature.deposits.all())
        for deposit in signature.deposited:
            refusal = getattr(deposit, "refusal", None)
            deposit.refusal_told = refusal.get_reason_display() if refusal else ""
        standing = [deposit for deposit in signature.deposited if not deposit.refusal_told]
        waiting = bool(standing) and signature.state == SignatureState.ASKED
        signature.is_told = signature.signatory_id == actor.pk and any(
            deposit.deposited_by.user_id != signature.signatory.user_id
            and (signature.acknowledged_at is None or signature.acknowledged_at < deposit.deposited_at)
            for deposit in standing
        )
        signature.to_confirm = waiting
        signature.is_retyped = signature.scan_id is not None and any(
            deposit.file_id == signature.scan_id and deposit.found == FoundOnDeposit.NOTHING for deposit in standing
        )
        signature.signs = named and not waiting
        signature.confirms = waiting and signature.pk in confirmable and not named
    return signatures


def _tasks(convention: Convention, actor: Actor) -> dict[tuple[str, int | None], Task]:
    """What the circuit asks, by node and row: who has it in charge, unless that person left."""
    tasks = list(
        Task.objects.filter(
            process__in=processes_of(Convention.objects.filter(pk=convention.pk).order_by()), status__in=WAITING
        )
        .select_related("owner")
        .order_by("pk")
    )
    left = gone(actor, {task.owner_id for task in tasks if task.owner_id is not None})
    for task in tasks:
        if task.owner_id in left:
            task.owner = None
    return {(task.flow_task.name, task.seed_object_id): task for task in tasks if task.flow_task_type == "HUMAN"}
