"""The papers of a convention as its page lists them: which hold, which were replaced, which came to nothing."""

from itertools import pairwise

from django.utils import timezone

from conventions.enums import ConventionPaperKind, ConventionState
from conventions.models import Convention, ConventionEntry, ConventionPaper
from lifecycle.actors import Actor


def papers_of(convention: Convention, actor: Actor) -> list[ConventionPaper]:
    """The newest first, each with whether another one has taken its place, or whether its end was put aside."""
    papers = list(
        ConventionPaper.objects.visible_to(actor)
        .filter(convention=convention)
        .select_related("document__rendered")
        .order_by("-pk")
    )
    pages = [paper for paper in papers if paper.kind == ConventionPaperKind.SIGNATURES]
    reopened = convention.state == ConventionState.CHANGES_REQUESTED
    for paper in papers:
        contested = paper in pages and (paper is not pages[0] or convention.state == ConventionState.SIGNING)
        paper.is_replaced = paper.round != convention.round or reopened or contested
        paper.is_declined = False
    _mark_declined(convention, [paper for paper in reversed(papers) if paper.kind == ConventionPaperKind.AGREEMENT])
    return papers


def _mark_declined(convention: Convention, agreements: list[ConventionPaper]) -> None:
    """An end that is proposed is put aside before another one is; one query when there is any."""
    if not agreements:
        return
    said = list(ConventionEntry.objects.filter(object=convention, verb="decline_end").values_list("at", flat=True))
    bounds = [*(paper.document.created_at for paper in agreements), timezone.now()]
    for paper, (proposed, then) in zip(agreements, pairwise(bounds), strict=True):
        paper.is_declined = any(proposed <= at <= then for at in said)
