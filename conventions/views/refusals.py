"""The refusals of signatories who do not sign the text as it stands, and what was answered to them."""

from collections.abc import Sequence

from conventions.models import Signature, SignatureEntry

TO_ANOTHER = ("hand_on", "replace")
"""Whoever signs instead has refused nothing yet, nor has whoever is asked again after another."""


def find_refusals(signatures: Sequence[Signature]) -> None:
    """Put on each what its present signatory refused last (``declined``) and what was answered since; one query."""
    verbs = ("decline", "answer_refusal", *TO_ANOTHER)
    said = SignatureEntry.objects.filter(object__in=signatures, verb__in=verbs)
    declined: dict[int, SignatureEntry] = {}
    answered: dict[int, SignatureEntry] = {}
    for entry in said.order_by("seq"):
        if entry.verb == "decline":
            declined[entry.object_id] = entry
        elif entry.verb in TO_ANOTHER:
            declined.pop(entry.object_id, None)
        else:
            answered[entry.object_id] = entry
    for signature in signatures:
        refusal, answer = declined.get(signature.pk), answered.get(signature.pk)
        signature.declined = refusal
        signature.answered = answer if refusal and answer and answer.seq > refusal.seq else None
