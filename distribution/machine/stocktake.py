"""The life of a stocktake (machines §1): begun, scanned for as long as it takes, closed by a person."""

from django.db.models import Exists, OuterRef, Q

from distribution.enums import StocktakeState
from distribution.models import Stocktake, StocktakeScan
from distribution.permissions import can_count_stock
from lifecycle.machine import ACTOR, AT, CREATION, Machine, Requirement, Verb

S = StocktakeState
ENDED = {"ended_at": AT, "ended_by": ACTOR}


def _another_open() -> Q:
    same = Stocktake._base_manager.filter(state=S.OPEN, place=OuterRef("place"), type=OuterRef("type"))
    here = Q(workshop=OuterRef("workshop")) | Q(point=OuterRef("point"))
    return ~Q(Exists(same.filter(here).exclude(pk=OuterRef("pk"))))


NONE_OPEN = Requirement(
    "none_open",
    "Un inventaire de ce stock est déjà en cours\u00a0: reprenez-le.",
    lambda ctx: _another_open(),
    lifted_by="qui tient ce stock, en reprenant l’inventaire en cours",
    constraint="distribution_stocktake_one_open",
)
SOMETHING_SCANNED = Requirement(
    "something_scanned",
    "Rien n’a encore été scanné\u00a0: tout serait déclaré introuvable. Scannez, ou abandonnez l’inventaire.",
    lambda ctx: Exists(StocktakeScan.objects.filter(stocktake=OuterRef("pk"), takes_back=None, taken_back_by=None)),
    lifted_by="qui tient ce stock, en scannant",
)


class StocktakeMachine(Machine, of=Stocktake):
    """What stands there, compared with what should."""

    name = "stocktake"
    reference_prefix = "I"
    tones = {S.OPEN: "todo", S.CLOSED: "done"}

    begin = Verb(
        "Commencer un inventaire",
        source=CREATION,
        target=S.OPEN,
        who=can_count_stock,
        requires=[NONE_OPEN],
        stamps={"opened_at": AT, "opened_by": ACTOR},
        done="Inventaire commencé",
        why="It may be left and taken up again, by several people at once.",
    )

    close = Verb(
        "Clore l’inventaire",
        source=S.OPEN,
        target=S.CLOSED,
        who=can_count_stock,
        requires=[SOMETHING_SCANNED],
        stamps=ENDED,
        done="Inventaire clos",
        irreversible=True,
        why="What was found, misplaced, missing and unknown is written down; nothing moves by itself.",
    )

    abandon = Verb(
        "Abandonner l’inventaire",
        source=S.OPEN,
        target=S.ABANDONED,
        who=can_count_stock,
        stamps=ENDED,
        done="Inventaire abandonné",
        irreversible=True,
        why="It says nothing of the stock: what was scanned stays readable.",
    )
