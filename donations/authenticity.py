"""What has become of a paper of a lot that somebody verifies: said to anybody, in one sentence, without a name."""

from django.db.models import F

from documents.kinds import register_standing
from donations.documents import KINDS
from donations.enums import RENEWED, DonationPaperKind
from donations.models import DonationPaper
from typography.french import written_day

REPLACED = "Ce papier est authentique, mais il n’est plus à jour\u00a0: un autre, du {day}, le remplace."


def register_standings() -> None:
    """Declare it for the papers that may be made again; that of the data is declared by who knows of proofs."""
    for kind in RENEWED:
        if kind != DonationPaperKind.ERASURE:
            register_standing(KINDS[DonationPaperKind(kind)], standing)


def standing(document: int) -> str:
    """Which paper replaces the one with this key; empty while it is the last one of its kind."""
    paper = DonationPaper.objects.filter(document=document).first()
    if paper is None:
        return ""
    same = DonationPaper.objects.filter(donation=paper.donation_id, kind=paper.kind, workshop=paper.workshop_id)
    newer = same.filter(pk__gt=paper.pk).annotate(day=F("document__created_at")).order_by("-pk").first()
    return "" if newer is None else REPLACED.format(day=written_day(newer.day))
