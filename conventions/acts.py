"""The act of the EPCI that a text held before it was opened again, or taken over: its journal and its paper keep it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from conventions.enums import ActBody, ConventionPaperKind
from conventions.models import Convention, ConventionEntry


@dataclass(frozen=True)
class FormerAct:
    """An act that was recorded to open the signature of a round."""

    round: int
    body: str
    number: str
    on: date
    executory_on: date

    @property
    def body_told(self) -> str:
        """Who decided, in words."""
        return str(ActBody(self.body).label)


def former_act(convention: Convention) -> FormerAct | None:
    """The last one, once the text was opened again; none when another EPCI took its place since. Three queries."""
    last = _told(convention).first() if convention.is_project else None
    return _recorded(convention, last)


def act_of_predecessor(convention: Convention) -> FormerAct | None:
    """The last one that was recorded by the EPCI whose place has just been taken; its successor takes none of its acts
    again. Three queries."""
    before = _told(convention)[1:2].first()
    return _recorded(convention, before)


def _told(convention: Convention) -> QuerySet[ConventionEntry]:
    told = ConventionEntry.objects.filter(object=convention, verb__in=("open_signature", "succeed"))
    return told.order_by("-seq")


def _recorded(convention: Convention, entry: ConventionEntry | None) -> FormerAct | None:
    if entry is None or entry.verb == "succeed":
        return None
    papers = convention.papers.filter(kind=ConventionPaperKind.CONVENTION).select_related("document")
    paper = papers.order_by("-round").first()
    assert paper is not None
    return FormerAct(
        paper.round,
        entry.values["act_body"],
        paper.document.values["act"]["number"],
        date.fromisoformat(entry.values["act_on"]),
        date.fromisoformat(entry.values["act_executory_on"]),
    )
