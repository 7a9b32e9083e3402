"""The sheet that a household holds follows its request, in the gate's transaction: none says what is not true any more.

After the other followers of each verb: the decision, what is missing and what became of the needs are written then.
"""

from lifecycle.registry import Move, on_transition
from prescriptions.documents import freeze_sheets, register_kinds
from prescriptions.followers import prescriptions_of

TOLD = (
    "submit",
    "ask_completion",
    "unask_completion",
    "accept",
    "refuse",
    "decline",
    "reconsider",
    "transfer",
    "fulfil",
    "close_unmet",
    "reopen",
    "withdraw",
    "revoke",
    "expire",
)
"""The verbs after which the household is told something else, or is to call somebody else."""


def renew_sheet(move: Move) -> None:
    """What the household holds is not true any more: here is what is. Of a draft, it was given nothing."""
    freeze_sheets((one for one in prescriptions_of(move) if one.submitted_at is not None), move)


def renew_sheet_elsewhere(move: Move) -> None:
    """It moved: a new sheet if its points of distribution are others. A merger of EPCI moves nobody."""
    if move.cause is not None and move.cause.machine == "household":
        freeze_sheets(prescriptions_of(move), move, only_if_other=True)


def renew_sheet_parted(move: Move) -> None:
    """It goes back to its own household, which a sheet made meanwhile says to reach as the other one."""
    if move.cause is not None and move.cause.verb == "part":
        submitted = (one for one in prescriptions_of(move) if one.submitted_at is not None)
        freeze_sheets(submitted, move, only_if_other=True)


def register() -> None:
    """The papers, and the registrations of this subject."""
    register_kinds()
    for verb in TOLD:
        on_transition("prescription", verb, renew_sheet)
    on_transition("prescription", "relocate", renew_sheet_elsewhere)
    on_transition("prescription", "regroup", renew_sheet_parted)
