"""What is missing before a reception or a start is undone: it must be the last thing that was done to the device."""

from django.db.models import Exists, F, OuterRef, Q

from donations.enums import DonationState
from lifecycle.machine import Context, PerRow, Requirement
from lifecycle.requirements import PerRowValues
from refurb.enums import DeviceState, UndoReceiveReason
from refurb.machine.device_rules import coded, key_of
from refurb.models import (
    CarriedFacts,
    Defect,
    DefectMended,
    Device,
    DeviceEntry,
    Drive,
    Erasure,
    Grading,
    HardwareReport,
    PartTakenOut,
    Repair,
    StorageAbsence,
    TestRun,
)
from refurb.models.evidence import Evidence

EVIDENCE: tuple[type[Evidence], ...] = (
    Drive,
    StorageAbsence,
    TestRun,
    Grading,
    Repair,
    PartTakenOut,
    HardwareReport,
    Defect,
    DefectMended,
    CarriedFacts,
)
"""What may be recorded of a device that is received or brought back, before it is taken in hand."""
RECORDED: tuple[type[Evidence], ...] = (*EVIDENCE, Erasure)
"""And what is recorded of its drives, once it is in hand."""
LOOKED_FOR = ("report_missing", "tell_stolen", "tell_not_stolen")
ARRIVES = ("declare", "reassign", "collect", *LOOKED_FOR, "withdraw", "receive", "register")
MENDED = ("correct_tag", "undo_receive", "undo_early_receive", "follow_merger", "start", "undo_start")
"""Verbs after which nothing more has been done to a device than to receive it; one that is received and was started had
its start undone."""


def _came_after_the_balance() -> Q:
    """Registered beyond what was announced, since its lot was balanced: the statement counts it nowhere."""
    return Q(unannounced=True, received_at__gt=F("donation__reconciled_at"))


def nothing_recorded() -> Q:
    """Of the present stay."""
    here = {"device": OuterRef("pk"), "stay": OuterRef("stay")}
    return Q(*(~Exists(model.objects.filter(**here)) for model in EVIDENCE))


def _nothing_moved() -> Q:
    moves = DeviceEntry.objects.filter(object=OuterRef("pk")).exclude(verb__in=(*ARRIVES, *MENDED))
    return Q(~Exists(moves))


FIRST_ARRIVAL = Requirement(
    "first_arrival",
    "Cet appareil était déjà venu à l’atelier avant d’être cherché\u00a0: signalez-le manquant s’il n’est pas là.",
    lambda ctx: Q(stay=1),
    lifted_by="un technicien de l’atelier, par «\u00a0Signaler manquant\u00a0»",
)


def _left_so_already(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """The devices that left under this number, to this recycler, already."""
    known = Device.objects.filter(pk__in=list(per_row)).values_list("pk", "recycler", "bsd_number")
    said = {pk: (key_of(given["recycler"]), given["bsd_number"]) for pk, given in per_row.items()}
    return {pk: WASTE_CORRECTED.sentence for pk, recycler, number in known if said[pk] == (recycler, number)}


WASTE_CORRECTED = PerRow(
    "waste_corrected",
    "Rien ne change\u00a0: donnez le numéro ou le recycleur qui est sur le bordereau.",
    _left_so_already,
    needs=("recycler", "bsd_number"),
    field="bsd_number",
)
NOTHING_DONE = Requirement(
    "nothing_done",
    "Quelque chose a été fait depuis la réception\u00a0: elle ne s’annule plus. Corrigez l’étiquette, ou signalez"
    " l’appareil manquant.",
    lambda ctx: nothing_recorded() & _nothing_moved(),
    lifted_by="un technicien de l’atelier, par une correction",
)
LOT_NOT_BALANCED = Requirement(
    "lot_not_balanced",
    "Le lot est soldé\u00a0: son bilan compte cet appareil. Signalez-le manquant s’il n’est pas là.",
    lambda ctx: Q(donation=None) | ~Q(donation__state=DonationState.RECONCILED) | _came_after_the_balance(),
    lifted_by="un technicien de l’atelier, par «\u00a0Signaler manquant\u00a0»",
)
UNDO_RECEIVE_REASON = coded(UndoReceiveReason.values, "Dites pourquoi cette réception n’a pas eu lieu.")


def _nothing_since() -> Q:
    """The last thing the journal tells is that it was started from the arrivals, and nothing was recorded since."""
    started = DeviceEntry.objects.filter(
        object=OuterRef("pk"), seq=OuterRef("seq"), verb="start", source=DeviceState.RECEIVED
    )
    since = {"device": OuterRef("pk"), "stay": OuterRef("stay"), "recorded_at__gte": OuterRef("moved_at")}
    recorded = (~Exists(model.objects.filter(**since)) for model in RECORDED)
    return Q(Exists(started), *recorded)


NOTHING_SINCE_START = Requirement(
    "nothing_since_start",
    "Quelque chose a été fait depuis la prise en traitement, ou l’appareil revenait d’un foyer\u00a0: elle ne s’annule"
    " plus.",
    lambda ctx: _nothing_since(),
    lifted_by="un technicien de l’atelier, qui poursuit le traitement",
)
UNDOABLE = (FIRST_ARRIVAL, NOTHING_DONE, LOT_NOT_BALANCED, UNDO_RECEIVE_REASON)
