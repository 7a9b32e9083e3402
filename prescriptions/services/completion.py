"""What the worker answers to what was asked, point by point."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from prescriptions.completion import changed_since, part_of
from prescriptions.enums import CompletionSaid, PrescriptionState
from prescriptions.models import CompletionAnswer, CompletionRequest, Prescription
from prescriptions.nir import refuse_nir
from prescriptions.services.prescriptions import held_prescription

NOTHING_ASKED = Reason("nothing_asked", "Rien n’est demandé sur cette prescription\u00a0: elle n’est pas à compléter.")
SAY_WHY = Reason("say_why", "Dites pourquoi ce n’est pas possible.", field="words")
IN_WORDS = Reason(
    "in_words", "Répondez en quelques mots\u00a0: ce point n’a pas d’endroit à lui dans le dossier.", field="words"
)
SAY_WHAT = Reason(
    "say_what",
    "Rien n’a changé à cet endroit du dossier depuis la demande\u00a0: dites en quelques mots ce qui a été fait.",
    field="words",
)


@gate.one_transaction
def answer_point(
    *,
    actor: Actor,
    prescription: Prescription,
    code: str,
    said: str,
    words: str = "",
    at: datetime | None = None,
) -> CompletionAnswer:
    """Answer one point of the last request, ``OWN_WORDS`` being the code of what the adviser wrote in his own words.

    « Done » needs something that changed since in the part of the file that the point is about, or words; « cannot »
    and a point without a part need words. The last answer counts.

    Raises Unknown (no such point), PermissionDenied, Refused, ValidationError.
    """
    refuse_nir(words=words)
    row = held_prescription(actor, prescription)
    if row.state != PrescriptionState.INCOMPLETE:
        raise Refused({row.pk: (NOTHING_ASKED,)})
    request = CompletionRequest.objects.filter(prescription=row).first()
    if request is None or code not in request.points:
        raise Unknown
    if said not in CompletionSaid.values:
        raise ValidationError({"said": "Dites si c’est fait, ou si ce n’est pas possible."})
    if not words.strip() and (missing := _lacks(request, code, said, actor)):
        raise Refused({row.pk: (missing,)})
    assert actor.pk is not None
    return CompletionAnswer.objects.create(
        request=request,
        code=code,
        said=said,
        words=words.strip(),
        answered_at=at or timezone.now(),
        answered_by_id=actor.pk,
    )


def _lacks(request: CompletionRequest, code: str, said: str, actor: Actor) -> Reason | None:
    """What is to be said of an answer without a word."""
    if said == CompletionSaid.CANNOT:
        return SAY_WHY
    part = part_of(code)
    if part is None:
        return IN_WORDS
    return None if changed_since(request, part, actor) else SAY_WHAT
