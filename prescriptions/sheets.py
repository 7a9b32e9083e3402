"""The sheet that a household holds follows its request, in the gate's transaction: none says what is not true any more.

After the other followers of each verb: the decision, what is missing and what became of the needs are written then.
One act makes one sheet: what follows a need, up to the end of its request, is told once all of it is written.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from lifecycle.actors import Actor
from lifecycle.in_order import by_key
from lifecycle.registry import Move, on_transition
from prescriptions.corrected import tell_correction
from prescriptions.documents import freeze_sheets, register_kinds
from prescriptions.enums import HouseholdState
from prescriptions.followers import prescriptions_of
from prescriptions.models import Household, Prescription

TOLD = (
    "submit",
    "ask_completion",
    "unask_completion",
    "accept",
    "refuse",
    "confirm",
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


NEEDS_TOLD = ("start", "wait_again", "meet", "unmeet", "lose", "recover", "reopen", "drop")
"""The verbs of a need after which its sheet says something else."""
AROUND = ("household", "prescriber", "distributor__commune")
_tell_by_themselves = {f"prescription.{verb}" for verb in TOLD}


def renew_sheet(move: Move) -> None:
    """What the household holds is not true any more: here is what is. Of a draft, it was given nothing."""
    if move.cause is None or move.cause.machine != "need":
        freeze_sheets((one for one in prescriptions_of(move) if one.submitted_at is not None), move)


def renew_sheet_elsewhere(move: Move) -> None:
    """It moved: a new sheet if its points of distribution are others. A merger of EPCI moves nobody."""
    if move.cause is not None and move.cause.machine == "household":
        freeze_sheets(prescriptions_of(move), move)


def renew_sheet_parted(move: Move) -> None:
    """It goes back to its own household, which a sheet made meanwhile says to reach as the other one."""
    if move.cause is not None and move.cause.verb == "part":
        freeze_sheets((one for one in prescriptions_of(move) if one.submitted_at is not None), move)


def told_by_itself(cause: str) -> None:
    """What a need does after this « machine.verb » is told by its app, which calls ``renew_sheets_of`` itself."""
    _tell_by_themselves.add(cause)


def renew_sheets_of(needs: Iterable[int], move: Move) -> None:
    """The sheets of the requests of these needs, by key, where they say something else than the last ones."""
    freeze_sheets(_given_to_people(Prescription.objects.filter(needs__in=list(needs))), move)


def renew_sheet_of_need(move: Move) -> None:
    """Something is put aside, given or given up: the sheet of its request, unless what it follows is told later."""
    if move.cause is None or move.cause.name not in _tell_by_themselves:
        renew_sheets_of(move.pks, move)


def renew_sheet_of_household(move: Move) -> None:
    """It is reached otherwise."""
    freeze_sheets(_given_to_people(Prescription.objects.filter(household__in=move.pks)), move)


def renew_sheet_corrected(household: Household, actor: Actor, at: datetime) -> list[str]:
    """Its name, or the way by which it is told, was corrected: nobody else is to be told of it."""
    move = Move("household", "edit", actor, at, None, {})
    freeze_sheets(_given_to_people(Prescription.objects.filter(household=household.pk)), move)
    return []


def _given_to_people(rows: QuerySet[Prescription]) -> Iterable[Prescription]:
    """Those that were submitted, of households that are still named, with whoever is named on their papers."""
    given = rows.filter(submitted_at__isnull=False).exclude(household__state=HouseholdState.ANONYMISED)
    return by_key(Prescription.objects.filter(pk__in=given.values("pk")).select_related(*AROUND))


def register() -> None:
    """The papers, and the registrations of this subject."""
    register_kinds()
    tell_correction(renew_sheet_corrected)
    for verb in TOLD:
        on_transition("prescription", verb, renew_sheet)
    on_transition("prescription", "relocate", renew_sheet_elsewhere)
    on_transition("prescription", "regroup", renew_sheet_parted)


def register_last() -> None:
    """What is told once every app has written what follows: a device let go, an hour given up or expected again."""
    for verb in NEEDS_TOLD:
        on_transition("need", verb, renew_sheet_of_need)
    on_transition("household", "stop_sms", renew_sheet_of_household)
