"""The refusals of signatories who do not sign the text as it stands, and what was answered to them."""

from collections.abc import Sequence

from conventions.models import Signature, SignatureEntry


def find_refusals(signatures: Sequence[Signature]) -> None:
    """Put on each what its present signatory refused last (``declined``) and what was answered since; one query."""
    said = SignatureEntry.objects.filter(object__in=signatures, verb__in=("decline", "answer_refusal"))
    declined: dict[tuple[int, int | None], SignatureEntry] = {}
    answered: dict[int, SignatureEntry] = {}
    for entry in said.order_by("seq"):
        if entry.verb == "decline":
            declined[entry.object_id, entry.actor_id] = entry
        else:
            answered[entry.object_id] = entry
    for signature in signatures:
        refusal, answer = declined.get((signature.pk, signature.signatory_id)), answered.get(signature.pk)
        signature.declined = refusal
        signature.answered = answer if refusal and answer and answer.seq > refusal.seq else None
