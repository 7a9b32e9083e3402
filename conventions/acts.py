"""The act of the EPCI that a text held before it was opened again: its journal and its paper keep it."""

from dataclasses import dataclass
from datetime import date

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
    """The last one, once the text was opened again; none when another EPCI took the text over since. Three queries."""
    told = ConventionEntry.objects.filter(object=convention, verb__in=("open_signature", "take_over"))
    entry = told.order_by("-seq").first() if convention.is_project else None
    if entry is None or entry.verb == "take_over":
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
