"""Mistakes set right: a label that is not the one on the device, a scan that should not have been."""

from lifecycle.machine import AT, SAME, Given, Verb, given_reason
from refurb.enums import DeviceState, UndoReceiveReason, WithdrawalReason
from refurb.machine.correction_rules import NOTHING_SINCE_START, UNDOABLE, WASTE_CORRECTED
from refurb.machine.device import DeviceMachine
from refurb.machine.device_rules import BSD_GIVEN, ONE_RECYCLER_A_NOTE, RECYCLER_KNOWN
from refurb.machine.stamps import NEVER_CAME
from refurb.machine.tag_rules import CORRECT_TAG_REASON, TAG_CORRECTED, TAG_RULES, TAG_SEEN
from refurb.permissions import (
    can_undo_early_receive_device,
    can_undo_receive_device,
    can_undo_register_device,
    can_work_on_device,
)

S = DeviceState


# What is set right changes no other fact: the journal keeps the mistake, and who mended it.
DeviceMachine.extend(
    correct_tag=Verb(
        "Corriger l’étiquette",
        source=[S.RECEIVED, S.IN_PROCESS, S.AWAITING_PART, S.READY, S.ALLOTTED, S.UNUSABLE],
        target=SAME,
        who=can_work_on_device,
        requires=[TAG_SEEN, *TAG_RULES, TAG_CORRECTED, CORRECT_TAG_REASON],
        stamps={"tag": Given("tag", default=""), "tag_twin": 0},
        journal=["reason", "was", "becomes"],
        done="Étiquette corrigée",
        recalls="{was} devient {becomes}",
        varies=True,
        why=(
            "The label that is on the device, while it is in the hands of the workshop; its certificate is made anew."
        ),
    ),
    correct_waste=Verb(
        "Corriger le bordereau",
        source=S.RECYCLED,
        target=SAME,
        who=can_work_on_device,
        requires=[RECYCLER_KNOWN, BSD_GIVEN, ONE_RECYCLER_A_NOTE, WASTE_CORRECTED],
        stamps={"recycler": Given("recycler"), "bsd_number": Given("bsd_number")},
        journal=["recycler", "bsd_number"],
        done="Bordereau corrigé",
        varies=True,
        why="The number or the recycler was not the one on the paper: the register has the device under its own note.",
    ),
    undo_receive=Verb(
        "Annuler la réception",
        source=S.RECEIVED,
        target=S.COLLECTED,
        who=can_undo_receive_device,
        requires=[*UNDOABLE],
        share_locks=["donation"],
        stamps=NEVER_CAME,
        journal=["reason"],
        recalls=given_reason(UndoReceiveReason),
        done="Réception annulée",
        undoes=["receive"],
        why="It is awaited again, picked up and not seen; what was read on it is forgotten.",
    ),
    undo_early_receive=Verb(
        "Annuler la réception",
        source=S.RECEIVED,
        target=S.DECLARED,
        who=can_undo_early_receive_device,
        requires=[*UNDOABLE],
        share_locks=["donation"],
        stamps=NEVER_CAME,
        journal=["reason"],
        recalls=given_reason(UndoReceiveReason),
        done="Réception annulée",
        undoes=["receive"],
        why="The same for a device that was received before any pick-up: it is at its donor's again.",
    ),
    undo_register=Verb(
        "Annuler l’enregistrement",
        source=S.RECEIVED,
        target=S.WITHDRAWN,
        who=can_undo_register_device,
        requires=[*UNDOABLE],
        share_locks=["donation"],
        stamps={"withdrawal_reason": WithdrawalReason.ENTRY.value, "ended_at": AT},
        journal=["reason"],
        recalls=given_reason(UndoReceiveReason),
        done="Enregistrement annulé",
        undoes=["register"],
        irreversible=True,
        why="Nobody announced it, and it was registered by mistake: no lot counts it any more, its label is free.",
    ),
    undo_start=Verb(
        "Annuler la prise en traitement",
        source=S.IN_PROCESS,
        target=S.RECEIVED,
        who=can_work_on_device,
        requires=[NOTHING_SINCE_START],
        done="Prise en traitement annulée",
        undoes=["start"],
        why="The wrong device was scanned: it waits again among the arrivals of the same stay.",
    ),
)
