"""What has become of a convention whose paper somebody verifies: said to anybody, without a name."""

from django.utils import timezone

from conventions.enums import ALIVE, ENDED, ConventionPaperKind, ConventionState, TerminateReason
from conventions.models import Convention, ConventionPaper
from documents.kinds import register_standing
from typography.french import written_day

S = ConventionState
NOT_SIGNED = "Ce document est authentique, mais il n’est pas signé par les trois parties."
REPLACED = "Ce document est authentique, mais son texte a été rouvert depuis\u00a0: il ne vaut plus."
MADE_ANEW = "Ce document est authentique, mais une page de signatures plus récente le remplace."
DECLINED = (
    "Ce document est authentique, mais cette fin a été refusée ou retirée\u00a0: la convention ne finit pas ainsi."
)
PROPOSED_ANEW = "Ce document est authentique, mais un accord de fin plus récent le remplace."
PENDING = (
    "Ce document est authentique\u00a0: la fin est proposée, toutes les parties n’ont pas encore donné leur accord."
)
ENDED_OTHERWISE = "Ce document est authentique, mais la convention a pris fin autrement"
ABANDONED = "Ce document est authentique, mais ce projet a été abandonné."


def register_standings() -> None:
    """Declare it for the papers that say what the parties agreed on."""
    register_standing("convention", standing)
    register_standing("convention_signatures", standing)
    register_standing("convention_agreement", agreement_standing)


def standing(document: int) -> str:
    """One sentence about the convention of this paper, or its amendment; empty when it is in force as written."""
    paper = ConventionPaper.objects.filter(document=document).select_related("convention__amends").first()
    return "" if paper is None else _standing_of(paper, paper.convention)


def agreement_standing(document: int) -> str:
    """What came of an end that the parties were asked to agree on."""
    paper = ConventionPaper.objects.filter(document=document).select_related("convention").first()
    if paper is None:
        return ""
    convention = paper.convention
    if convention.papers.filter(kind=ConventionPaperKind.AGREEMENT, pk__gt=paper.pk).exists():
        return PROPOSED_ANEW
    if convention.state in ENDED:
        together = convention.ended_because == TerminateReason.AGREEMENT
        told = "La convention a pris fin par cet accord" if together else ENDED_OTHERWISE
        return f"{told}\u00a0: son dernier jour d’effet était le {written_day(convention.ended_on)}."
    return PENDING if convention.end_proposed_at is not None else DECLINED


def _standing_of(paper: ConventionPaper, convention: Convention) -> str:
    made_anew = convention.papers.filter(kind=ConventionPaperKind.SIGNATURES, round=paper.round, pk__gt=paper.pk)
    if paper.round != convention.round or convention.is_project:
        return REPLACED
    if paper.kind == ConventionPaperKind.SIGNATURES and made_anew.exists():
        return MADE_ANEW
    if convention.state == S.ABANDONED:
        return ABANDONED
    if convention.state == S.SIGNING:
        return REPLACED if paper.kind == ConventionPaperKind.SIGNATURES else NOT_SIGNED
    what = "Cet avenant" if convention.is_amendment else "Cette convention"
    if convention.state in ENDED:
        told = f"{what} a pris fin\u00a0: son dernier jour d’effet était le {written_day(convention.ended_on)}."
        return told + _renewed(convention)
    if convention.state == S.SIGNED:
        return f"{what} est signé{'' if convention.is_amendment else 'e'} et prend effet le {_day(convention)}."
    if convention.state == S.SUSPENDED and convention.suspended_at is not None:
        since = written_day(timezone.localdate(convention.suspended_at))
        return f"{what} est suspendue depuis le {since}\u00a0: plus aucun appareil n’y est affecté."
    return _amended(convention)


def _renewed(convention: Convention) -> str:
    """That the same parties have made another one since, on the same territory."""
    if convention.is_amendment:
        return ""
    same = Convention.objects.originals().filter(
        epci=convention.epci_id, workshop=convention.workshop_id, distributor=convention.distributor_id
    )
    later = same.filter(state__in=(S.SIGNED, *ALIVE), starts_on__gt=convention.starts_on).order_by("starts_on", "pk")
    following = later.first()
    if following is None:
        return ""
    if following.state == S.SIGNED:
        return f" Une autre, signée par les mêmes parties, la remplace à partir du {_day(following)}."
    return f" Une autre, entre les mêmes parties, la remplace depuis le {_day(following)}."


def _amended(convention: Convention) -> str:
    last = convention.amendments.filter(state__in=ALIVE).order_by("-starts_on", "-pk").first()
    if last is None and convention.succeeded_by_id is None:
        return ""
    changed = f", modifiée par un avenant depuis le {_day(last)}" if last is not None else ""
    merged = ". L’EPCI qui l’a signée est réuni à un autre, qui agit à sa place" if convention.succeeded_by_id else ""
    return f"Cette convention est en vigueur{changed}{merged}."


def _day(convention: Convention) -> str:
    return written_day(convention.starts_on) or ""
