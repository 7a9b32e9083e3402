"""The exchange about what is missing: each point that was asked, its answer, and what changed in the file since.

A constant number of queries, whatever the number of rounds; none but one when nothing was ever asked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from lifecycle.actors import Actor
from prescriptions.enums import FilePart, NeedState, PrescriptionState
from prescriptions.models import (
    Agreement,
    CodedReason,
    CompletionAnswer,
    CompletionRequest,
    DoubleAnswer,
    Fact,
    Household,
    HouseholdCorrection,
    Need,
    Prescription,
    PrescriptionEntry,
    Residence,
)
from typography.french import day, in_a_sentence

PART_OF = {
    "last_name": FilePart.IDENTITY,
    "first_name": FilePart.IDENTITY,
    "birth_date": FilePart.IDENTITY,
    "emancipated_on": FilePart.IDENTITY,
    "phone": FilePart.CONTACT,
    "email": FilePart.CONTACT,
    "contact_channel": FilePart.CONTACT,
    "address": FilePart.ADDRESS,
    "postcode": FilePart.ADDRESS,
    "domiciled": FilePart.ADDRESS,
    "adults": FilePart.MEMBERS,
    "children": FilePart.MEMBERS,
}
"""The part of the file to which each column of a household belongs."""


@dataclass(frozen=True)
class FileChange:
    """Something that is not in the file as it was: where, in a few words, when."""

    part: FilePart
    said: str
    at: datetime


@dataclass(frozen=True)
class CompletionPoint:
    """One thing that was asked: where it is brought (None: no part of its own), what was answered, what changed."""

    code: str
    label: str
    part: FilePart | None
    answer: CompletionAnswer | None
    changes: tuple[FileChange, ...]

    @property
    def is_own_words(self) -> bool:
        """Whether the adviser wrote it in words of his own."""
        return not self.code


TAKEN_BACK = "unask_completion"


@dataclass(frozen=True)
class Round:
    """One request, until the file was sent back or the request taken back (None: it is not yet)."""

    request: CompletionRequest
    points: tuple[CompletionPoint, ...]
    sent_back_at: datetime | None
    others: tuple[FileChange, ...]
    """What changed besides, in parts that no point is about."""
    is_taken_back: bool = False
    veiled: bool = False
    """Whether the words of people are kept from the reader: they may name the household, which is not named to him."""

    @property
    def left(self) -> int:
        """How many points have no answer."""
        return sum(point.answer is None for point in self.points)


def points_left(prescriptions: Iterable[int]) -> dict[int, int]:
    """``{prescription: how many points of its last request have no answer}``, of those to complete; two queries."""
    asked = CompletionRequest.objects.filter(
        prescription__in=list(prescriptions), prescription__state=PrescriptionState.INCOMPLETE
    )
    last = asked.order_by("prescription_id", "-pk").distinct("prescription_id").prefetch_related("answers")
    left = {row.prescription_id: len(row.points.keys() - {one.code for one in row.answers.all()}) for row in last}
    return {pk: count for pk, count in left.items() if count}


def rounds_of(prescription: Prescription, actor: Actor) -> list[Round]:
    """The rounds of a prescription that the actor may read, the last one first."""
    seen = CompletionRequest.objects.visible_to(actor).filter(prescription=prescription)
    requests = list(seen.select_related("asked_by__user", "asked_by__organisation"))
    if not requests:
        return []
    first = requests[-1].asked_at
    answers = _answers(requests, actor)
    ends = PrescriptionEntry.objects.filter(object=prescription, verb__in=("submit", TAKEN_BACK), at__gte=first)
    ended = dict(ends.order_by("seq").values_list("at", "verb"))
    changes = sorted(_changes(prescription, actor, first), key=lambda change: change.at)
    parts = CodedReason.objects.parts_by(timezone.localdate())
    veiled = not Household.objects.named_to(actor).filter(pk=prescription.household_id).exists()
    rounds, until = [], None
    for request in requests:
        back = next((at for at in ended if at >= request.asked_at and (until is None or at <= until)), None)
        within = [one for one in changes if one.at > request.asked_at and (back is None or one.at <= back)]
        round_ = _round(request, parts, answers.get(request.pk, {}), back, within)
        if back is not None:
            round_ = replace(round_, is_taken_back=ended[back] == TAKEN_BACK)
        rounds.append(_without_words(round_) if veiled else round_)
        until = request.asked_at
    return rounds


def _answers(requests: Sequence[CompletionRequest], actor: Actor) -> dict[int, dict[str, CompletionAnswer]]:
    """``{request: {code: the last answer}}``."""
    found: dict[int, dict[str, CompletionAnswer]] = {}
    rows = CompletionAnswer.objects.visible_to(actor).filter(request__in=requests).select_related("answered_by__user")
    for row in rows.order_by("pk"):
        found.setdefault(row.request_id, {})[row.code] = row
    return found


def _round(
    request: CompletionRequest,
    parts: Mapping[str, str],
    answers: Mapping[str, CompletionAnswer],
    back: datetime | None,
    changes: Sequence[FileChange],
) -> Round:
    asked = dict(request.points)
    for code in answers.keys() - asked.keys():
        asked[code] = ""  # what was asked is forgotten, that it was answered is not
    points = []
    for code, label in asked.items():
        part = FilePart(parts[code]) if parts.get(code) else None
        own = tuple(change for change in changes if change.part == part)
        points.append(CompletionPoint(code, label, part, answers.get(code), own))
    told = {point.part for point in points}
    return Round(request, tuple(points), back, tuple(change for change in changes if change.part not in told))


def _without_words(shown: Round) -> Round:
    """The same round, without what people wrote in it."""
    points = []
    for point in shown.points:
        if point.answer is not None:
            point.answer.words = ""  # of this copy, which is shown and never written
        points.append(replace(point, label="" if point.is_own_words else point.label))
    return replace(shown, points=tuple(points), veiled=True)


def part_of(code: str) -> FilePart | None:
    """The part of the file where a point is brought, as the list of the day says; None without one of its own."""
    part = CodedReason.objects.parts_by(timezone.localdate()).get(code)
    return FilePart(part) if part else None


def changed_since(request: CompletionRequest, part: FilePart, actor: Actor) -> bool:
    """Whether something changed in a part of the file since it was asked."""
    return any(one.part == part for one in _changes(request.prescription, actor, request.asked_at))


# --- what changed, read from the rows


def _changes(prescription: Prescription, actor: Actor, since: datetime) -> Iterator[FileChange]:
    """What was written in the file and about its household since an instant; six queries, as one reads them."""
    of_it = {"prescription": prescription}
    for fact in _other_facts(list(Fact.objects.visible_to(actor).filter(**of_it).order_by("pk")), since):
        dated = f" du {day(fact.dated_on)}" if fact.dated_on else ""
        told = ", ".join(filter(None, (fact.get_kind_display(), fact.band, f"{fact.proof}{dated}")))
        yield FileChange(FilePart.FACTS, f"Noté\u00a0: {told.strip()}, vu le {day(fact.seen_on)}", fact.recorded_at)
    for given in Agreement.objects.visible_to(actor).filter(recorded_at__gt=since, **of_it).order_by("pk"):
        yield FileChange(FilePart.AGREEMENT, f"Accord donné de nouveau, le {day(given.given_on)}", given.recorded_at)
    for need in Need.objects.visible_to(actor).filter(**of_it).order_by("pk"):
        told = f"{need.get_kind_display()}, pour\u00a0: {in_a_sentence(need.get_use_display())}"
        if need.asked_at is not None and need.asked_at > since:
            yield FileChange(FilePart.NEEDS, f"Besoin ajouté\u00a0: {told}", need.asked_at)
        if need.state == NeedState.UNMET and need.dropped_at is not None and need.dropped_at > since:
            yield FileChange(FilePart.NEEDS, f"Besoin retiré\u00a0: {told}", need.dropped_at)
    yield from _of_household(prescription, actor, since)


def _other_facts(facts: Sequence[Fact], since: datetime) -> Iterator[Fact]:
    """The facts recorded since an instant that say something which was not there: the same again is no change."""
    known = set()
    for fact in facts:
        told = (fact.kind, fact.band, fact.proof, fact.dated_on, fact.seen_on)
        if fact.recorded_at > since and told not in known:
            yield fact
        known.add(told)


def _of_household(prescription: Prescription, actor: Actor, since: datetime) -> Iterator[FileChange]:
    """What was corrected, where it moved, and which files its prescriber said are its own or not."""
    of_it = {"household": prescription.household_id}
    corrected = HouseholdCorrection.objects.visible_to(actor).filter(corrected_at__gt=since, **of_it)
    for row in corrected.order_by("pk"):
        by_part: dict[FilePart, list[str]] = {}
        for name in row.columns:
            by_part.setdefault(PART_OF[name], []).append(_label(name))
        for part, names in by_part.items():
            yield FileChange(part, f"Corrigé\u00a0: {', '.join(names)}", row.corrected_at)
    for home in Residence.objects.visible_to(actor).filter(told_at__gt=since, **of_it).select_related("commune"):
        yield FileChange(FilePart.ADDRESS, f"Commune\u00a0: {home.commune}, depuis le {day(home.since)}", home.told_at)
    file = prescription.household_id
    answers = DoubleAnswer.objects.filter(Q(low=file) | Q(high=file), answered_at__gt=since)
    for answer in answers.filter(answered_by__organisation=prescription.prescriber_id).order_by("pk"):
        said = "même foyer" if answer.same else "pas le même foyer"
        yield FileChange(FilePart.DOUBLES, f"Un dossier qui ressemble\u00a0: {said}", answer.answered_at)


def _label(column: str) -> str:
    return str(Household._meta.get_field(column).verbose_name)  # type: ignore[union-attr]
