"""The reviews as people act in them: give an opinion, keep notes, answer a point."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from conventions.enums import ReviewState
from conventions.models import Convention, Review, ReviewNotes, ReviewPoint
from conventions.permissions import can_answer_review, can_write_convention
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import lock
from lifecycle.machine import Reason

ANSWERED_LATER = Reason("not_requested", "Les points se traitent quand des modifications sont demandées.")
ANSWER_GIVEN = Reason("answer", "Dites ce qui a été fait de ce point.", field="answer")
NOT_ASKED = Reason("not_asked", "Cet avis n’est plus demandé.")


@gate.one_transaction
def answer_review(
    *,
    actor: Actor,
    review: Review,
    favourable: bool,
    points: Iterable[tuple[str, str]] = (),
    at: datetime | None = None,
    comment: str = "",
) -> Review:
    """Give one's opinion. Against, ``points`` says what must change: (code of the article or "", words).

    The last answer of the round approves the text or asks for changes. Raises Unknown, PermissionDenied, Refused.
    """
    _hold(review)
    ReviewNotes.objects.filter(review=review, by=actor.pk).delete()
    if favourable:
        answered: Review = gate.apply(review, "answer", actor=actor, at=at, comment=comment)
        return answered
    said = [(clause, text.strip()) for clause, text in points if text.strip()]
    ReviewPoint.objects.bulk_create(ReviewPoint(review=review, clause=clause, text=text) for clause, text in said)
    against: Review = gate.apply(
        review, "answer_against", actor=actor, at=at, comment=comment, points=len(said) or None
    )
    return against


@gate.one_transaction
def keep_notes(
    *, actor: Actor, review: Review, notes: Mapping[str, str], at: datetime | None = None
) -> ReviewNotes | None:
    """Keep what a reviewer typed and does not give yet: ``notes`` by field of the page, empty ones left out.

    One's own, beside those of whoever shares the review; None once nothing is left of them.

    Raises Unknown, PermissionDenied, Refused.
    """
    _hold(review)
    row = Review.objects.visible_to(actor).filter(pk=review.pk).first()
    if row is None:
        raise Unknown
    scope = can_answer_review(actor)
    if scope is None or not Review.objects.filter(scope, pk=row.pk).exists():
        raise PermissionDenied
    if row.state != ReviewState.ASKED:
        raise Refused({row.pk: (NOT_ASKED,)})
    said = {name: text for name, text in notes.items() if text.strip()}
    if not said:
        ReviewNotes.objects.filter(review=row, by=actor.pk).delete()
        return None
    kept, _ = ReviewNotes.objects.update_or_create(
        review=row, by_id=actor.pk, defaults={"said": said, "kept_at": at or timezone.now()}
    )
    return kept


@gate.one_transaction
def answer_points(*, actor: Actor, answers: Iterable[tuple[ReviewPoint, str]], at: datetime | None = None) -> int:
    """Answer several points at once, all or none; how many. Raises as ``answer_point``."""
    return len([answer_point(actor=actor, point=point, answer=answer, at=at) for point, answer in answers])


@gate.one_transaction
def answer_point(*, actor: Actor, point: ReviewPoint, answer: str, at: datetime | None = None) -> ReviewPoint:
    """Say what was done of one point; while the text is being changed the answer may be written again.

    Raises Unknown, PermissionDenied, Refused.
    """
    pk = point.review.convention_id
    lock(Convention, [pk], "FOR NO KEY UPDATE")
    row = Convention.objects.visible_to(actor).filter(pk=pk).first()
    if row is None:
        raise Unknown
    scope = can_write_convention(actor)
    if scope is None or not Convention.objects.filter(scope, pk=pk).exists():
        raise PermissionDenied
    if not row.is_written or point.review.round != row.round:
        raise Refused({row.pk: (ANSWERED_LATER,)})
    if not answer.strip():
        raise Refused({row.pk: (ANSWER_GIVEN,)})
    held = ReviewPoint.objects.get(pk=point.pk)
    held.answer, held.answered_at, held.answered_by_id = answer.strip(), at or timezone.now(), actor.pk
    held.save(update_fields=["answer", "answered_at", "answered_by"])
    return held


def _hold(review: Review) -> None:
    """Lock a review before its points are written, its convention first."""
    lock(Convention, [review.convention_id], "FOR NO KEY UPDATE")
    lock(Review, [review.pk], "FOR NO KEY UPDATE")
