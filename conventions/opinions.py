"""What opinions asked for and said beside, round after round; who refused to sign, and why a text was opened again."""

from django.db.models import Exists, OuterRef, QuerySet

from conventions.models import Convention, ConventionEntry, Review, ReviewEntry, ReviewPoint, Signature, SignatureEntry
from network.models import Membership

OPINIONS = ("answer", "answer_against")
"""The verbs beside which a remark may be written."""
SENT_BACK = ("reopen", "request_changes", "take_over")
"""What leads a text back to whoever writes it."""


def former_points(review: Review) -> QuerySet[ReviewPoint]:
    """What the same reviewer asked for in the rounds before, the oldest first."""
    return (
        ReviewPoint.objects.select_related("review")
        .filter(
            review__convention=review.convention_id,
            review__subject=review.subject,
            review__party=review.party,
            review__round__lt=review.round,
        )
        .order_by("review__round", "pk")
    )


def remarks_given(convention: Convention) -> int:
    """How many opinions of the round have something written beside."""
    asked = convention.reviews.filter(round=convention.round)
    return ReviewEntry.objects.filter(object__in=asked, verb__in=OPINIONS).exclude(comment_digest="").count()


def refused_by(signature: Signature) -> Membership | None:
    """Whoever said last, for this party, that the text is not signed as it stands; None when nobody did."""
    said = SignatureEntry.objects.filter(object=signature, verb="decline").select_related("actor__user")
    last = said.order_by("-seq").first()
    return last.actor if last else None


def last_reopened(convention: Convention) -> ConventionEntry | None:
    """When and why the text was opened again, until it is signed or sent back otherwise; one query."""
    later = ConventionEntry.objects.filter(
        object=OuterRef("object"), seq__gt=OuterRef("seq"), verb__in=(*SENT_BACK, "open_signature")
    )
    entries = ConventionEntry.objects.filter(object=convention, verb="reopen")
    return entries.exclude(Exists(later)).first()
