"""What has become of a request whose paper somebody verifies: said to anybody, in one word, without a name.

Whoever types the code holds the sheet, and has read there whose it is and what was asked. He learns that the sheet is
out of date, since when, and whether the request was refused or is over: never why, nor what was given.
"""

from documents.kinds import register_standing
from prescriptions.documents import KINDS
from prescriptions.enums import ENDED_STATES, PrescriptionPaperKind, PrescriptionState
from prescriptions.models import PrescriptionPaper
from typography.french import written_day

S = PrescriptionState
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
    """Declare it for every paper of a prescription."""
    for code in KINDS.values():
        register_standing(code, standing)


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
