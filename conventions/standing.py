"""What has become of a convention whose paper somebody verifies: said to anybody, without a name."""

from django.utils import timezone

from conventions.enums import ALIVE, ENDED, ConventionState, PaperKind
from conventions.models import Convention, ConventionPaper
from documents.kinds import register_standing
from lifecycle.french import written_day

S = ConventionState
NOT_SIGNED = "Ce document est authentique, mais il n’est pas signé par les trois parties."
REPLACED = "Ce document est authentique, mais son texte a été rouvert depuis : il ne vaut plus."
MADE_ANEW = "Ce document est authentique, mais une page de signatures plus récente le remplace."
ABANDONED = "Ce document est authentique, mais ce projet a été abandonné."


def register_standings() -> None:
    """Declare it for the papers that say what the parties agreed on."""
    register_standing("convention", standing)
    register_standing("convention_signatures", standing)


def standing(document: int) -> str:
    """One sentence about the convention of this paper, or its amendment; empty when it is in force as written."""
    paper = ConventionPaper.objects.filter(document=document).select_related("convention__amends").first()
    return "" if paper is None else _told(paper, paper.convention)


def _told(paper: ConventionPaper, convention: Convention) -> str:
    made_anew = convention.papers.filter(kind=PaperKind.SIGNATURES, round=paper.round, pk__gt=paper.pk)
    if paper.round != convention.round or convention.is_project:
        return REPLACED
    if paper.kind == PaperKind.SIGNATURES and made_anew.exists():
        return MADE_ANEW
    if convention.state == S.ABANDONED:
        return ABANDONED
    if convention.state == S.SIGNING:
        return REPLACED if paper.kind == PaperKind.SIGNATURES else NOT_SIGNED
    what = "Cet avenant" if convention.is_amendment else "Cette convention"
    if convention.state in ENDED:
        return f"{what} a pris fin\u00a0: son dernier jour d’effet était le {written_day(convention.ended_on)}."
    if convention.state == S.SIGNED:
        return f"{what} est signé{'' if convention.is_amendment else 'e'} et prend effet le {_day(convention)}."
    if convention.state == S.SUSPENDED and convention.suspended_at is not None:
        since = written_day(timezone.localdate(convention.suspended_at))
        return f"{what} est suspendue depuis le {since}\u00a0: plus aucun appareil n’y est affecté."
    return _amended(convention)


def _amended(convention: Convention) -> str:
    last = convention.amendments.filter(state__in=ALIVE).order_by("-starts_on", "-pk").first()
    if last is None:
        return ""
    return f"Cette convention est en vigueur, modifiée par un avenant depuis le {_day(last)}."


def _day(convention: Convention) -> str:
    return written_day(convention.starts_on) or ""
