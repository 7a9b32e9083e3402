"""What opinions asked for and said beside, round after round; who refused to sign."""

from django.db.models import QuerySet

from conventions.models import Convention, Review, ReviewEntry, ReviewPoint, Signature, SignatureEntry
from network.models import Membership

OPINIONS = ("answer", "answer_against")
"""The verbs beside which a remark may be written."""


def former_points(review: Review) -> QuerySet[ReviewPoint]:
    """What the same reviewer asked for in the rounds before, the oldest first."""
    return ReviewPoint.objects.filter(
        review__convention=review.convention_id,
        review__subject=review.subject,
        review__party=review.party,
        review__round__lt=review.round,
    ).order_by("review__round", "pk")


def remarks_given(convention: Convention) -> int:
    """How many opinions of the round have something written beside."""
    asked = convention.reviews.filter(round=convention.round)
    return ReviewEntry.objects.filter(object__in=asked, verb__in=OPINIONS).exclude(comment_digest="").count()


def refused_by(signature: Signature) -> Membership | None:
    """Whoever said last, for this party, that the text is not signed as it stands; None when nobody did."""
    said = SignatureEntry.objects.filter(object=signature, verb="decline").select_related("actor__user")
    last = said.order_by("-seq").first()
    return last.actor if last else None
