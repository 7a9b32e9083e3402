"""Files that look like this one: whoever sees both says what they are before anything goes on (machines §4.3)."""

from lifecycle.actors import System
from lifecycle.machine import Context, PerRow, Place
from lifecycle.requirements import PerRowValues
from prescriptions.doubles import unanswered_of
from prescriptions.permissions import can_decide_prescription, can_edit_prescription

SENTENCE = "Un dossier ressemble à celui-ci\u00a0: dites si c’est le même foyer ou non."


def _double_sentences(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """Asked of people alone: the system sees files that nobody who reads its answer may know of."""
    if isinstance(ctx.actor, System):
        return {}
    found = unanswered_of(per_row, ctx.actor, ctx.day)
    return {pk: _sentence(len(alike)) for pk, alike in found.items()}


def _sentence(count: int) -> str:
    if count == 1:
        return SENTENCE
    return f"{count} dossiers ressemblent à celui-ci\u00a0: dites de chacun si c’est le même foyer ou non."


DOUBLES_ANSWERED = PerRow(
    "doubles",
    SENTENCE,
    _double_sentences,
    where=Place(
        "prescriptions:prescription_doubles",
        can_edit_prescription,
        "un travailleur social du prescripteur",
        "prescriber",
    ),
    field="doubles",
    of_rows=True,
)
DOUBLES_COMPARED = PerRow(
    "doubles",
    SENTENCE,
    _double_sentences,
    where=Place(
        "prescriptions:prescription_compare", can_decide_prescription, "un conseiller du distributeur", "distributor"
    ),
    of_rows=True,
)
