"""The circuit drawn: five stages in order, with what is done in parallel inside each, and where it stands.

It is drawn from the rows, which are the truth; the flow only adds who has taken charge of a task.
"""

from dataclasses import dataclass, field

from conventions.enums import ConventionState, ReviewState, SignatureState
from conventions.models import Convention, Review, Signature
from conventions.views.sheet import Sheet
from typography.french import day

S = ConventionState
DONE, CURRENT, AHEAD, STOPPED = "done", "current", "todo", "stopped"
WORDS = {DONE: "fait", CURRENT: "en cours", AHEAD: "à venir", STOPPED: "arrêté"}
BEFORE_REVIEW = (S.DRAFT, S.CHANGES_REQUESTED)
ORDER = (S.DRAFT, S.IN_REVIEW, S.APPROVED, S.SIGNING, S.SIGNED)
"""The state in which each stage is under way."""


@dataclass(frozen=True)
class Branch:
    """What one person or organisation does, beside the others of the same stage."""

    name: str
    standing: str
    told: str
    owner: str = ""

    @property
    def word(self) -> str:
        return WORDS[self.standing]


@dataclass(frozen=True)
class CircuitStage:
    """One stage of the circuit."""

    name: str
    standing: str
    told: str
    branches: list[Branch] = field(default_factory=list)

    @property
    def word(self) -> str:
        return WORDS[self.standing]


def drawn(convention: Convention, sheet: Sheet) -> list[CircuitStage]:
    """The stages of the circuit of a convention."""
    at = _rank(convention)
    standings = [DONE if rank < at else AHEAD for rank in range(len(ORDER))]
    if at < len(ORDER):
        standings[at] = STOPPED if convention.state == S.ABANDONED else CURRENT
    return [
        CircuitStage("Texte", standings[0], _text_told(convention)),
        CircuitStage("Relectures", standings[1], _reviews_told(convention), _reviews(sheet, standings[1])),
        CircuitStage("Acte de l’EPCI", standings[2], _act_told(convention)),
        CircuitStage(
            "Signatures", standings[3], "dans n’importe quel ordre", _signatures(convention, sheet, standings[3])
        ),
        CircuitStage("Entrée en vigueur", standings[4], _force_told(convention)),
    ]


def _rank(convention: Convention) -> int:
    """Which stage is under way; as many as there are when the circuit is over."""
    state = ConventionState(convention.state)
    if state == S.CHANGES_REQUESTED:
        return 0
    if state in ORDER:
        return ORDER.index(state)
    if state == S.ABANDONED:
        return 3 if convention.act_on else 2 if convention.approved_at else 1 if convention.round else 0
    return len(ORDER)


def _text_told(convention: Convention) -> str:
    if convention.state == S.CHANGES_REQUESTED:
        return f"version n°\u00a0{convention.round + 1}, en cours d’écriture"
    if convention.state == S.DRAFT:
        return "brouillon"
    return f"version n°\u00a0{max(1, convention.round)}"


def _reviews_told(convention: Convention) -> str:
    if convention.state == S.CHANGES_REQUESTED:
        return "une nouvelle relecture suivra"
    return "en parallèle" if convention.round < 2 else f"en parallèle, tour n°\u00a0{convention.round}"


def _reviews(sheet: Sheet, standing: str) -> list[Branch]:
    """The reviews of the last round; before the first one, those that will be asked."""
    if not sheet.reviews:
        return [Branch(str(row.get_subject_display()), AHEAD, f"par {row.organisation}") for row in sheet.named]
    return [_review(review, sheet) for review in sheet.current]


def _review(review: Review, sheet: Sheet) -> Branch:
    standing, told = {
        ReviewState.ASKED: (CURRENT, f"pour le {day(review.due_on)}"),
        ReviewState.FAVOURABLE: (DONE, "avis favorable"),
        ReviewState.UNFAVOURABLE: (STOPPED, "avis défavorable"),
        ReviewState.PASSED_OVER: (DONE, "sans réponse, passée outre"),
        ReviewState.CANCELLED: (STOPPED, "annulée"),
    }[ReviewState(review.state)]
    return Branch(_name(review), standing, told, _owner(sheet, "review", review.pk))


def _name(review: Review) -> str:
    subject = "" if review.subject == "party" else f"{review.get_subject_display()}, "
    return f"{subject}{review.organisation}"


def _signatures(convention: Convention, sheet: Sheet, standing: str) -> list[Branch]:
    if standing != AHEAD and sheet.signatures:
        return [_signature(signature, sheet) for signature in sheet.signatures]
    return [Branch(str(party), AHEAD, "") for _, party, _ in convention.parties() if party is not None]


def _signature(signature: Signature, sheet: Sheet) -> Branch:
    standing, told = {
        SignatureState.ASKED: (CURRENT, "attendue"),
        SignatureState.SIGNED: (DONE, f"signée le {day(signature.signed_on)}"),
        SignatureState.VOID: (STOPPED, "caduque"),
    }[SignatureState(signature.state)]
    if standing == CURRENT and signature.to_confirm:
        told = "déposée, à confirmer"
    elif standing == CURRENT and signature.answer_due_on is not None:
        told = f"pas en l’état, réponse pour le {day(signature.answer_due_on)}"
    return Branch(str(signature.organisation), standing, told, _owner(sheet, "sign", signature.pk))


def _owner(sheet: Sheet, node: str, pk: int) -> str:
    """The word that somebody has it in charge: by name on one's own rows only (``_reviews`` of the page)."""
    task = sheet.tasks.get((node, pk))
    return "prise en charge" if task is not None and task.owner_id is not None else ""


def _act_told(convention: Convention) -> str:
    if convention.act_on:
        return f"{convention.get_act_body_display()}, {day(convention.act_on)}"
    return "délibération ou décision"


def _force_told(convention: Convention) -> str:
    if convention.activated_at:
        return f"le {day(convention.starts_on)}"
    return f"à partir du {day(convention.starts_on)}" if convention.starts_on else "à la date d’effet"
