"""What has become of a connection file whose paper somebody verifies: said to anybody, in one word, without a name."""

from datetime import datetime

from connectivity.documents import KINDS
from connectivity.enums import ConnectionState
from connectivity.models import ConnectionPaper, LineNotice
from documents.kinds import register_standing
from prescriptions.authenticity import overtakes_letters
from prescriptions.models import HouseholdMessage
from typography.french import written_day

S = ConnectionState
STALE = "Ce papier est authentique, mais il n’est plus à jour"
BECAME = {
    S.ACTIVE: "la ligne est ouverte",
    S.ENDED: "ce dossier de connexion est clos",
    S.REFUSED: "ce dossier de connexion est clos",
    S.ABANDONED: "ce dossier de connexion est clos",
}


def register_standings() -> None:
    """Declare it for the papers of connection, and for the letters about a line."""
    for code in KINDS.values():
        register_standing(code, standing)
    overtakes_letters("connection", another_news)


def another_news(letter: HouseholdMessage) -> datetime | None:
    """When something else of its line was to be told."""
    later = LineNotice.objects.filter(file=letter.about[1], promised_at__gt=letter.written_at)
    return later.order_by("pk").values_list("promised_at", flat=True).first()


def standing(document: int) -> str:
    """What came after the paper with this key; empty while it is the last of its nature and its file is under way."""
    paper = ConnectionPaper.objects.filter(document=document).select_related("file").first()
    if paper is None:
        return ""
    later = paper.file.papers.filter(kind=paper.kind, pk__gt=paper.pk).select_related("document").first()
    said = [BECAME[S(paper.file.state)]] if paper.file.state in BECAME else []
    if later is not None:
        said.insert(0, f"un autre, du {written_day(later.document.created_at)}, le remplace")
    return f"{STALE}\u00a0: {'\u00a0; '.join(said)}." if said else ""
