"""What was written beside an opinion, or to say why one does not sign, as whoever prepares the text reads it.

A comment stays in the team that wrote it (``lifecycle.templatetags``): these are written to the EPCI,
whose managers read them too. They stand apart from the journal, and are erased as any other.
"""

from collections.abc import Iterable, Mapping

from conventions.models import ReviewEntry, Signature, SignatureEntry
from conventions.views.sheet import Sheet
from lifecycle.actors import Actor
from lifecycle.journal import Entry
from lifecycle.models import Comment

OPINIONS = ("answer", "answer_against")


def tell_remarks(sheet: Sheet, actor: Actor, *, writes: bool, former: Iterable[Signature] = ()) -> None:
    """Put on each review, and on each signature that is declined, its comment (``remark``), as far as this actor reads
    it; two queries. ``former``: the signatures of the rounds before.

    ``writes``: whether the organisation of this actor writes the convention. One that was erased is an empty one.
    """
    reviews = {review.pk: review for review in sheet.reviews}
    said = _read(ReviewEntry.objects.filter(object__in=reviews, verb__in=OPINIONS), actor, writes=writes)
    signatures = {signature.pk: signature for signature in (*sheet.signatures, *former)}
    refusals = (one.declined for one in signatures.values() if one.declined is not None)
    declined = _read(refusals, actor, writes=writes)
    remarks = _remarks([*said.values(), *declined.values()])
    for pk, entry in said.items():
        reviews[pk].remark = remarks.get(entry.comment_digest)
    for pk, refusal in declined.items():
        signatures[pk].remark = remarks.get(refusal.comment_digest)


def _read[E: (ReviewEntry, SignatureEntry)](entries: Iterable[E], actor: Actor, *, writes: bool) -> dict[int, E]:
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
