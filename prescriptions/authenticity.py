"""What has become of a request whose paper somebody verifies: said to anybody, in one word, without a name.

Whoever types the code holds the sheet, and has read there whose it is and what was asked. He learns that the sheet is
out of date, since when, and whether the request was refused or is over: never why, nor what was given.
"""

from collections.abc import Callable
from datetime import datetime

from documents.kinds import register_standing
from prescriptions.documents import KINDS, LETTER
from prescriptions.enums import ENDED_STATES, PrescriptionPaperKind, PrescriptionState
from prescriptions.models import HouseholdMessage, PrescriptionPaper, PromisedContact
from typography.french import written_day

type Overtaken = Callable[[HouseholdMessage], datetime | None]
_overtaken: dict[str, Overtaken] = {}

S = PrescriptionState
LETTER_REPLACED = "Cette lettre est authentique, mais une autre, du {day}, la remplace."
LETTER_OVER = "Cette lettre est authentique, mais ce qu’elle dit ne compte plus depuis le {day}."
REFUSED = "La demande dont elle parle a été refusée."
OVER = "La demande dont elle parle est terminée."
REPLACED = "Cette feuille est authentique, mais elle n’est plus à jour\u00a0: une autre, du {day}, la remplace."
OUT_OF_DATE = "Cette feuille est authentique, mais elle n’est plus à jour."
SAYS_IT = {
    S.REFUSED: PrescriptionPaperKind.REFUSED,
    S.WITHDRAWN: PrescriptionPaperKind.STOPPED,
    S.EXPIRED: PrescriptionPaperKind.EXPIRED,
    S.FULFILLED: PrescriptionPaperKind.CLOSING,
    S.CLOSED_UNMET: PrescriptionPaperKind.CLOSING,
}
"""The paper that tells each end by itself: nothing is added to the last one of its kind."""


def register_standings() -> None:
    """Declare it for every paper of a prescription, and for the letters, whatever they are about."""
    for code in KINDS.values():
        register_standing(code, standing)
    register_standing(LETTER, letter_standing)
    overtakes_letters("prescription", _another_news)


def overtakes_letters(machine: str, function: Overtaken) -> None:
    """Declare when what a letter about a thing of this machine says stopped to count: ``function(letter)``; None while
    it does."""
    _overtaken[machine] = function


def letter_standing(document: int) -> str:
    """What came after the letter with this key: another replaces it, or what it says counts no more; else empty."""
    letter = HouseholdMessage.objects.filter(letter=document).select_related("letter").first()
    if letter is None or letter.letter is None:
        return ""
    machine, key = letter.about
    about = {"letter__owner_machine": machine, "letter__owner_pk": key, "language": letter.language}
    later = HouseholdMessage.objects.filter(**about, pk__gt=letter.pk).order_by("-pk").first()
    if later is not None:
        return LETTER_REPLACED.format(day=written_day(later.written_at))
    overtaken = _overtaken[machine](letter) if machine in _overtaken else None
    return "" if overtaken is None else LETTER_OVER.format(day=written_day(overtaken))


def _another_news(letter: HouseholdMessage) -> datetime | None:
    """When something else of its request was to be told."""
    later = PromisedContact.objects.filter(prescription=letter.about[1], promised_at__gt=letter.written_at)
    return later.order_by("pk").values_list("promised_at", flat=True).first()


def standing(document: int) -> str:
    """What came after the sheet with this key; empty while it is the last one and says where the request stands."""
    paper = PrescriptionPaper.objects.filter(document=document).select_related("prescription").first()
    if paper is None:
        return ""
    state = S(paper.prescription.state)
    newer = paper.prescription.papers.filter(pk__gt=paper.pk).select_related("document").first()
    if newer is None and (state not in ENDED_STATES or SAYS_IT[state] == paper.kind):
        return ""
    said = OUT_OF_DATE if newer is None else REPLACED.format(day=written_day(newer.document.created_at))
    if state not in ENDED_STATES:
        return said
    return f"{said} {REFUSED if state == S.REFUSED else OVER}"
