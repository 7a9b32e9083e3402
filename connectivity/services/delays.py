"""How long operators take: from each sending to the first answer, and to the line that works. Two queries."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from calendars.working_days import add_months
from connectivity.enums import TO_ANSWER
from connectivity.models import ConnectionEntry, Transmission
from connectivity.models.connection import taken_back
from connectivity.parameters import DELAYS_MONTHS

ANSWERS = ("accept", "report_problem", "refuse", "activate")
NEXT = (*ANSWERS, "choose", "send", "abandon")
"""What may come after a sending: its answer, or what makes it wait for none."""
BY_CLOCK = "system"


@dataclass
class Delays:
    """Of one operator: how many requests were sent, answered, left without an answer, still wait; days taken."""

    operator: str
    sent: int = 0
    waiting: int = 0
    unanswered: int = 0
    answers: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    @property
    def to_answer(self) -> float | None:
        """The median of the days from a sending to its first answer."""
        return median(self.answers) if self.answers else None

    @property
    def to_line(self) -> float | None:
        """The median of the days from a sending to the line that works."""
        return median(self.lines) if self.lines else None


def measured(*, operator: int | None = None, at: datetime | None = None) -> list[Delays]:
    """What was sent in the last months, operator by operator; of one alone when it is given."""
    today = timezone.localdate(at)
    since = add_months(today, -DELAYS_MONTHS.on(today))
    own = ConnectionEntry.objects.filter(object=OuterRef("file"))
    sending = own.filter(verb="send", at=OuterRef("sent_at")).order_by("-seq")
    after = own.filter(seq__gt=OuterRef("seq")).order_by("seq")
    undone = ConnectionEntry.objects.filter(object=OuterRef("object"), seq__gt=OuterRef("seq"), verb="undo_activate")
    works = after.filter(~Exists(undone), verb="activate")
    following = after.filter(verb__in=NEXT).exclude(taken_back())
    rows: Any = Transmission.objects.filter(sent_at__date__gte=since).select_related("operator")
    if operator is not None:
        rows = rows.filter(operator=operator)
    rows = rows.annotate(seq=Subquery(sending.values("seq")[:1])).annotate(
        verb=Subquery(following.values("verb")[:1]),
        role=Subquery(following.values("role")[:1]),
        answered_at=Subquery(following.values("at")[:1]),
        active_at=Subquery(works.values("at")[:1]),
        active_seq=Subquery(works.values("seq")[:1]),
        rechosen_seq=Subquery(after.filter(verb="choose").values("seq")[:1]),
    )
    found: dict[int, list[Any]] = defaultdict(list)
    # What was corrected on request is told again without being sent: nothing is to be answered.
    for row in rows.filter(seq__isnull=False).select_related("file").order_by("operator__name", "pk"):
        found[row.operator_id].append(row)
    return [_of(several) for several in found.values()]


def _of(rows: list[Any]) -> Delays:
    told = Delays(str(rows[0].operator))
    for row in rows:
        told.sent += 1
        if row.verb is None:
            told.waiting += row.file.state in TO_ANSWER
        elif row.verb in ANSWERS and row.role != BY_CLOCK:
            told.answers.append(_days(row.sent_at, row.answered_at))
        elif row.verb in ANSWERS:
            told.unanswered += 1
        if row.active_at is not None and (row.rechosen_seq is None or row.active_seq < row.rechosen_seq):
            told.lines.append(_days(row.sent_at, row.active_at))
    return told


def _days(first: datetime, last: datetime) -> int:
    return (timezone.localdate(last) - timezone.localdate(first)).days
