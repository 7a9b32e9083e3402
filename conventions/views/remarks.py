"""What was written beside an opinion, or to say why one does not sign, as whoever prepares the text reads it.

A comment stays in the team that wrote it (``lifecycle.templatetags``): these are written to the EPCI,
whose managers read them too; what it answers to who does not sign is read by her organisation. They stand apart
from the journal, and are erased as any other.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from conventions.models import Convention, Review, ReviewEntry, Signature
from conventions.opinions import OPINIONS
from conventions.permissions import can_answer_refusal_signature
from conventions.views.refusals import find_refusals
from conventions.views.sheet import Sheet
from lifecycle.actors import Actor
from lifecycle.journal import Entry
from lifecycle.models import Comment
from network.requests import Request


def tell_remarks(sheet: Sheet, actor: Actor, *, writes: bool, former: Iterable[Signature] = ()) -> None:
    """Put on each review, and on each refusal to sign, its comment (``remark``), as far as this actor reads it, and
    what was answered (``words``); two queries. ``former``: the signatures of the rounds before.

    ``writes``: whether the organisation of this actor writes the convention. One that was erased is an empty one.
    """
    reviews = {review.pk: review for review in sheet.reviews}
    said = _read(ReviewEntry.objects.filter(object__in=reviews, verb__in=OPINIONS), actor, writes=writes)
    told = _tell_refusals((*sheet.signatures, *former), actor, writes=writes, beside=said.values())
    for pk, entry in said.items():
        reviews[pk].remark = told.get(entry.comment_digest)


def remarks_of(convention: Convention, actor: Actor) -> list[Review]:
    """The reviews of the round beside which something was written, for whoever writes the text; three queries."""
    rows = Review.objects.visible_to(actor).filter(convention=convention, round=convention.round)
    reviews = {review.pk: review for review in rows.select_related("organisation").order_by("pk")}
    said = _read(ReviewEntry.objects.filter(object__in=reviews, verb__in=OPINIONS), actor, writes=True)
    told = _remarks(said.values())
    for pk, entry in said.items():
        reviews[pk].remark = told.get(entry.comment_digest)
    return [review for review in reviews.values() if review.remark]


def refusal_of(request: Request, signature: Signature) -> Mapping[str, Any]:
    """Put on a signature what its party refused and what was answered, for the pages of this signature."""
    answers = can_answer_refusal_signature(request.membership)
    find_refusals([signature])
    writes = answers is not None and Signature.objects.filter(answers, pk=signature.pk).exists()
    _tell_refusals([signature], request.membership, writes=writes)
    return {}


def _tell_refusals(
    signatures: Iterable[Signature], actor: Actor, *, writes: bool, beside: Iterable[Entry] = ()
) -> Mapping[str, str]:
    """Put on each of their refusals its words and its answer; all comments, those ``beside`` too, by digest."""
    every = writes or actor.reads_all
    own = [row for row in signatures if every or row.organisation_id == actor.organisation_id]
    read = [refusal for row in own for refusal in row.refusals]
    answers = [refusal.answer for refusal in read if refusal.answer is not None]
    remarks = _remarks([*beside, *(refusal.entry for refusal in read), *answers])
    for refusal in read:
        if refusal.entry.comment_digest:
            refusal.remark = remarks.get(refusal.entry.comment_digest)
        if refusal.answer is not None:
            refusal.words = remarks.get(refusal.answer.comment_digest, "")
    return remarks


def _read(entries: Iterable[ReviewEntry], actor: Actor, *, writes: bool) -> dict[int, ReviewEntry]:
    """Of these rows of a journal, by object, those with a comment that this actor reads."""
    every = writes or actor.reads_all
    return {
        entry.object_id: entry
        for entry in entries
        if entry.comment_digest and (every or entry.organisation == actor.organisation_id)
    }


def _remarks(entries: Iterable[Entry]) -> Mapping[str, str]:
    """Their comments, by digest."""
    digests = [entry.comment_digest for entry in entries]
    return dict(Comment.objects.filter(digest__in=digests).values_list("digest", "text"))
