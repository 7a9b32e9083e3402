"""Files that look alike: compared by whoever sees both, told without a name to who does not, told apart or together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from network.enums import OrganisationKind
from prescriptions.doubles import Alike, Answered, alike, decides_of_doubles, unanswered
from prescriptions.enums import ASKED_STATES, DoubleSign, Resemblance
from prescriptions.likeness import Traits
from prescriptions.models import DoubleAnswer, Household
from prescriptions.models.household import ELSEWHERE
from prescriptions.permissions import can_attach_household, works
from prescriptions.services.households import attach_household, detach_household, record_sightings

NEITHER_ALONE = Reason(
    "nothing_attached",
    "Ces deux foyers ont déjà plusieurs dossiers chacun\u00a0: détachez ceux de l’un, puis rattachez-les un à un à "
    "l’autre. Vous ne les voyez pas tous\u00a0? Le pilote le peut.",
)
NAMED = {DoubleSign.NAME, DoubleSign.NEAR_NAME}
BORN = {DoubleSign.BIRTH_DATE, DoubleSign.BIRTH_SWAPPED}


@dataclass(frozen=True)
class Double:
    """A file that looks like another one: how much, in what, and what was answered (None: nothing yet).

    ``is_asked``: whether it is to be answered by whoever reads it, be it after a prescriber.
    """

    household: Household
    score: int
    signs: tuple[DoubleSign, ...]
    likeness: Resemblance
    answer: DoubleAnswer | None
    is_asked: bool

    @property
    def reasons(self) -> list[str]:
        """What they have in common, in French."""
        return [str(sign.label) for sign in self.signs]

    @property
    def is_said_by_the_prescriber(self) -> bool:
        """Whether what was answered last comes from a prescriber."""
        return self.answer is not None and _is_of_a_prescriber(self.answer)


def possible_doubles(*, actor: Actor, household: Household, at: datetime | None = None) -> list[Double]:
    """The files that look like this one among those the actor may see, the likeliest first, answered or not."""
    seen = Household.objects.visible_to(actor).select_related("commune", "prescriber")
    found = alike([household], seen, timezone.localdate(at)).get(household.pk, [])
    answers = answers_about(household, [one.household.pk for one in found])
    decides = decides_of_doubles(actor)
    return [_double(one, answers.get(one.household.pk), decides) for one in found]


def _double(one: Alike, answer: DoubleAnswer | None, decides: bool) -> Double:
    is_asked = answer is None or not _settles(answer, one.likeness, decides)
    return Double(one.household, one.score, one.signs, one.likeness, answer, is_asked)


def _settles(answer: DoubleAnswer, likeness: Resemblance, decides: bool) -> bool:
    return Answered(answer.same, _is_of_a_prescriber(answer)).settles(likeness, decides=decides)


def _is_of_a_prescriber(answer: DoubleAnswer) -> bool:
    return answer.answered_by.kind == OrganisationKind.PRESCRIBER


def look_elsewhere(*, actor: Actor, household: Household, at: datetime | None = None) -> bool:
    """Whether a file that the actor may not see is of somebody of that name, or near, born that day, or near.

    For whoever files prescriptions. Nothing else counts, and no score is told: typed one after the other, an address, a
    telephone or an e-mail would be confirmed. Each file that was found has it in its log of accesses; those about which
    it was answered are told no more.
    """
    return bool(found_elsewhere(actor=actor, files=[household], at=at))


def found_elsewhere(*, actor: Actor, files: Sequence[Household], at: datetime | None = None) -> set[int]:
    """The keys of those of these files, or of people who have none yet, of whom ``look_elsewhere`` says yes.

    A constant number of queries.
    """
    if not works(actor):
        return set()
    others = Household.objects.asking(ASKED_STATES).unseen_by(actor)
    alike_ones = unanswered(files, others, timezone.localdate(at))
    found = {
        pk: [one.household.pk for one in ones if NAMED & set(one.signs) and BORN & set(one.signs)]
        for pk, ones in alike_ones.items()
    }
    compared = [pk for ones in found.values() for pk in ones]
    if compared:
        record_sightings(actor=actor, households=compared, what=ELSEWHERE, at=at)
    return {pk for pk, ones in found.items() if ones}


def answers_about(household: Household, others: Sequence[int]) -> dict[int, DoubleAnswer]:
    """``{the other file: the last answer about both}``."""
    pairs = DoubleAnswer.objects.filter(Q(low=household.pk, high__in=others) | Q(high=household.pk, low__in=others))
    found = {}
    for answer in pairs.select_related("answered_by__user").order_by("pk"):
        found[answer.high_id if answer.low_id == household.pk else answer.low_id] = answer
    return found


@gate.one_transaction
def answer_double(
    *, actor: Actor, household: Household, other: Household, same: bool, at: datetime | None = None
) -> DoubleAnswer:
    """Say whether two files that look alike are of one household. Remembered; may be answered again.

    "Same" brings them together, each with the files that hang with it; "not the same" takes this file away from all of
    them, or the other one when it hangs from this one. Raises Unknown, PermissionDenied, Refused.
    """
    scope = can_attach_household(actor)
    if scope is None or actor.pk is None:
        raise PermissionDenied
    rows = {row.pk: row for row in Household.objects.visible_to(actor).filter(pk__in=(household.pk, other.pk))}
    if household.pk == other.pk or len(rows) != 2:
        raise Unknown
    one, two = rows[household.pk], rows[other.pk]
    together = one.lead_id == two.lead_id
    if same and not together:
        _attach(actor, one, two, at)
    elif not same and together:
        detach_household(actor=actor, household=two if two.same_as_id == one.pk else one, at=at)
    known = answers_about(one, [two.pk]).get(two.pk)
    if known is not None and known.same == same and _settles(known, _likeness(one, two, at), decides_of_doubles(actor)):
        return known
    return record_answer(actor, one, two, same, at)


def _likeness(one: Household, two: Household, at: datetime | None) -> Resemblance:
    """How much both look alike, some when they do not: whoever attached them said so without comparing."""
    found = alike([one], Household.objects.filter(pk=two.pk), timezone.localdate(at)).get(one.pk, [])
    return found[0].likeness if found else Resemblance.SOME


def _attach(actor: Actor, one: Household, two: Household, at: datetime | None) -> None:
    """Attach the file that is alone to the one from which the other hangs. Raises Refused when neither is alone."""
    mine, theirs = one.same_as or one, two.same_as or two
    if not mine.attached.exists():
        attach_household(actor=actor, household=mine, same_as=theirs, at=at)
    elif not theirs.attached.exists():
        attach_household(actor=actor, household=theirs, same_as=mine, at=at)
    else:
        raise Refused({one.pk: (NEITHER_ALONE,)})


def record_answer(actor: Actor, one: Household, two: Household, same: bool, at: datetime | None) -> DoubleAnswer:
    """Write an answer with what the two files have in common now."""
    low, high = sorted((one, two), key=lambda row: row.pk)
    found = alike([low], Household.objects.filter(pk=high.pk), timezone.localdate(at)).get(low.pk, [])
    assert actor.pk is not None
    return DoubleAnswer.objects.create(
        low=low,
        high=high,
        same=same,
        score=found[0].score if found else 0,
        signs=list(Traits.of(low).in_common(Traits.of(high))),
        answered_at=at or timezone.now(),
        answered_by_id=actor.pk,
    )
