"""The guide, for whoever uses Maillon and whoever wonders what it is."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from desk.guide.chapters import GLOSSARY, chapter_of, chapters


@login_not_required
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Every chapter, one's own first."""
    membership = getattr(request, "membership", None)
    own = chapter_of(membership.role, membership.kind) if membership else None
    others = [chapter for slug, chapter in chapters().items() if chapter is not own and slug != GLOSSARY]
    return render(
        request, "desk/guide/guide.html", {"own": own, "others": others, "glossary": chapters().get(GLOSSARY)}
    )


@login_not_required
@require_safe
def guide_chapter(request: HttpRequest, slug: str) -> HttpResponse:
    """One chapter, with what it holds at its side."""
    chapter = chapters().get(slug)
    if chapter is None:
        raise Http404
    return render(request, "desk/guide/chapter.html", {"chapter": chapter})
