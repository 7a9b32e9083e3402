"""The refusals of signatories who do not sign the text as it stands, and what was answered to them."""

from collections.abc import Sequence

from conventions.models import RefusalToSign, Signature, SignatureEntry

ANSWERS = ("answer_refusal", "answer_reopened")
"""The verbs by which whoever writes the text answers in words."""


def find_refusals(signatures: Sequence[Signature]) -> None:
    """Put on each its ``refusals`` in their order, each with its answer, whoever signs today; one query.

    A refusal is that of the party: it stays when another of its people is asked to sign.
    """
    said = SignatureEntry.objects.filter(object__in=signatures, verb__in=("decline", *ANSWERS))
    found: dict[int, list[RefusalToSign]] = {signature.pk: [] for signature in signatures}
    for entry in said.select_related("actor__user").order_by("seq"):
        if entry.verb == "decline":
            found[entry.object_id].append(RefusalToSign(entry))
        else:
            found[entry.object_id][-1].answer = entry
    for signature in signatures:
        signature.refusals = found[signature.pk]
