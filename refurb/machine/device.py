"""The life of a device (machines §1), up to stock and waste: what may happen next, and who may.

All states are declared here; the verbs that need a convention or a household are in ``distribution.machine.device``.
"""

from django.db.models import F

from lifecycle.machine import AT, CREATION, SAME, Given, Machine, Verb, given_reason
from refurb.enums import (
    ENDED,
    CedeReason,
    DeviceReopenReason,
    DeviceState,
    MissingReason,
    ReclassifyReason,
    UndoRejectReason,
    UnusableReason,
    WithdrawalReason,
)
from refurb.machine import device_rules as rules
from refurb.machine import storage_rules, waiting_rules
from refurb.machine.reject_rules import WHY_UNUSABLE
from refurb.machine.return_rules import RETURN_SETTLED
from refurb.machine.stamps import LOST, NOT_MISSING, NOT_PRICED, NOT_UNUSABLE, SERVES_NOBODY, current_grading
from refurb.machine.tag_rules import TAG_RULES
from refurb.models import Device
from refurb.permissions import (
    can_cede_device,
    can_manage_device,
    can_receive_device,
    can_reclassify_device,
    can_register_device,
    can_report_missing_device,
    can_withdraw_device,
    can_work_on_device,
)

S = DeviceState


class DeviceMachine(Machine, of=Device):
    """From the unit of a donation line to the workshop's stock, or to waste."""

    name = "device"
    reference_prefix = "A"
    dimensions = ("type", "origin_epci", "convention_epci", "donor_kind")
    kept = ("workshop", "stay", "grade", "price", "quota")
    tones = {
        S.READY: "done",
        S.HANDED_OVER: "done",
        S.AWAITING_PART: "todo",
        S.RETURNED: "todo",
        S.UNUSABLE: "todo",
        S.MISSING: "danger",
    }

    declare = Verb(
        "Annoncer",
        source=CREATION,
        target=S.DECLARED,
        follows=["donation.qualify"],
        done="Annoncé par le donateur et accepté",
        why="One row per accepted unit, anonymous until it is scanned.",
    )

    reassign = Verb(
        "Confier à un autre atelier",
        source=[S.DECLARED, S.MISSING],
        target=SAME,
        follows=["donation.reassign"],
        requires=[rules.NEVER_SEEN, rules.WORKSHOP_GIVEN],
        stamps={"workshop": Given("workshop")},
        journal=["workshop"],
        done="Confié à un autre atelier",
        why="It follows the shares of its lot.",
    )

    register = Verb(
        "Enregistrer un appareil inattendu",
        source=CREATION,
        target=S.RECEIVED,
        who=can_register_device,
        requires=[*TAG_RULES],
        stamps={"tag": Given("tag", default=""), "tag_twin": 0, "unannounced": True, "received_at": AT, "stay": 1},
        done="Enregistré à l’atelier sans avoir été annoncé",
        why="Nobody announced it; of unknown origin, it counts as public for the price ceiling.",
    )

    collect = Verb(
        "Enlever",
        source=S.DECLARED,
        target=S.COLLECTED,
        who=can_work_on_device,
        follows=["donation.collect"],
        requires=[rules.PICKED_UP],
        share_locks=["donation"],
        stamps={"collected_at": AT},
        done="Enlevé chez le donateur",
        why="Custody passes to the workshop.",
    )

    receive = Verb(
        "Réceptionner",
        source=[S.DECLARED, S.COLLECTED, S.MISSING],
        target=S.RECEIVED,
        who=can_receive_device,
        requires=[*TAG_RULES, RETURN_SETTLED],
        share_locks=["donation"],
        stamps={
            "tag": Given("tag", default=""),
            "tag_twin": 0,
            "received_at": AT,
            "stay": F("stay") + 1,
            **NOT_MISSING,
            **NOT_UNUSABLE,
            **NOT_PRICED,
            **SERVES_NOBODY,
        },
        done="Reçu à l’atelier",
        why="A new stay: whatever was proven before counts no more.",
    )

    report_missing = Verb(
        "Signaler manquant",
        source=[
            S.DECLARED,
            S.COLLECTED,
            S.RECEIVED,
            S.IN_PROCESS,
            S.AWAITING_PART,
            S.READY,
            S.ALLOTTED,
            S.SHIPPED,
            S.AVAILABLE,
            S.RESERVED,
            S.RETURNED,
            S.UNUSABLE,
        ],
        target=S.MISSING,
        who=can_report_missing_device,
        requires=[rules.MISSING_REASON, rules.OTHER_EXPLAINED, rules.QUOTA_GIVEN_BACK],
        update_locks=["need", "need__prescription"],
        stamps={"missing_at": AT, "missing_reason": Given("reason"), "part_wanted": "", **LOST},
        journal=["reason"],
        recalls=given_reason(MissingReason),
        done="Signalé manquant",
        why="Custody had passed and nothing proves it erased: an incident is opened and people are told at once.",
    )

    tell_stolen = Verb(
        "Dire qu’il a été volé",
        source=S.MISSING,
        target=SAME,
        who=can_report_missing_device,
        requires=[rules.NOT_SAID_STOLEN],
        stamps={"missing_reason": MissingReason.THEFT.value},
        done="Dit volé",
        varies=True,
        why="It was looked for, and somebody knows now: the pilot judges the breach of its data anew.",
    )

    tell_not_stolen = Verb(
        "Dire qu’il n’a pas été volé",
        source=S.MISSING,
        target=SAME,
        who=can_report_missing_device,
        requires=[rules.SAID_STOLEN, rules.LOST_OTHERWISE],
        stamps={"missing_reason": Given("reason")},
        journal=["reason"],
        recalls=given_reason(MissingReason),
        done="Dit non volé",
        varies=True,
        why="Another one was meant, or it was misplaced: it is still looked for, and the pilot learns it.",
    )

    withdraw = Verb(
        "Retirer",
        source=[S.DECLARED, S.MISSING],
        target=S.WITHDRAWN,
        who=can_withdraw_device,
        follows=["donation.decline", "donation.withdraw", "donation.collect"],
        requires=[rules.NEVER_SEEN, rules.WITHDRAWAL_REASON, rules.OTHER_EXPLAINED],
        stamps={"withdrawal_reason": Given("reason"), "ended_at": AT, **NOT_MISSING},
        journal=["reason"],
        recalls=given_reason(WithdrawalReason),
        done="Retiré par le donateur, ou écarté",
        irreversible=True,
        why="It will never come; one that was looked for before anyone had seen it included.",
    )

    return_to_donor = Verb(
        "Rendre au donateur",
        source=[S.RECEIVED, S.IN_PROCESS],
        target=S.WITHDRAWN,
        who=can_manage_device,
        requires=[rules.RETURN_REASON, rules.OTHER_EXPLAINED],
        stamps={"withdrawal_reason": Given("reason"), "ended_at": AT},
        journal=["reason"],
        recalls=given_reason(WithdrawalReason),
        done="Rendu au donateur",
        irreversible=True,
        why="It was leased, claimed or stolen.",
    )

    start = Verb(
        "Prendre en traitement",
        source=[S.RECEIVED, S.RETURNED],
        target=S.IN_PROCESS,
        who=can_work_on_device,
        requires=[rules.SERVED_OTHERWISE, rules.QUOTA_GIVEN_BACK],
        stamps={**NOT_PRICED, **SERVES_NOBODY},
        done="Pris en traitement",
        why="Audit, erasure, tests and repair are under way.",
    )

    await_part = Verb(
        "Attendre une pièce",
        source=S.IN_PROCESS,
        target=S.AWAITING_PART,
        who=can_work_on_device,
        requires=[rules.PART_NAMED],
        stamps={"part_wanted": Given("part_wanted")},
        done="Mis en attente d’une pièce",
        why="Stopped until the part is there.",
    )

    resume = Verb(
        "Reprendre le traitement",
        source=S.AWAITING_PART,
        target=S.IN_PROCESS,
        who=can_work_on_device,
        stamps={"part_wanted": ""},
        done="Repris en traitement",
        why="The part is there, or is no longer waited for.",
    )

    recondition = Verb(
        "Déclarer reconditionné",
        source=S.IN_PROCESS,
        target=S.READY,
        who=can_work_on_device,
        requires=[
            rules.FOR_REUSE,
            *storage_rules.EMPTY,
            waiting_rules.FILES_SORTED,
            storage_rules.STORAGE_FITS,
            storage_rules.INTERNAL_WORKS,
            rules.TESTED,
            rules.TESTS_PASSED,
            rules.GRADED,
            storage_rules.STORAGE_AGREES,
            storage_rules.STORAGE_MATCHES,
            rules.IDENTIFIED,
            rules.PRICE_GIVEN,
            rules.PRICE_UNDER_CEILING,
        ],
        stamps={
            "grade": current_grading("grade"),
            "grading": current_grading("pk"),
            "price": Given("price"),
            "price_ceiling": Given("price_ceiling", default=None),
            "ready_at": AT,
        },
        journal=["price", "price_ceiling"],
        done="Reconditionné\u00a0: sans donnée, testé, classé",
        why="«\u00a0Reconditionné\u00a0» is a word of law: tested, repaired if needed, erased (décret 2022-190).",
    )

    reopen = Verb(
        "Remettre en traitement",
        source=S.READY,
        target=S.IN_PROCESS,
        who=can_work_on_device,
        requires=[rules.REOPEN_REASON, rules.OTHER_EXPLAINED],
        stamps=NOT_PRICED,
        journal=["reason"],
        recalls=given_reason(DeviceReopenReason),
        done="Remis en traitement",
        undoes=["recondition"],
        why="Something was found; the evidence of this stay still counts.",
    )

    reject = Verb(
        "Déclarer non réemployable",
        source=[S.RECEIVED, S.IN_PROCESS, S.AWAITING_PART, S.READY, S.RETURNED],
        target=S.UNUSABLE,
        who=can_work_on_device,
        requires=[*WHY_UNUSABLE, rules.SERVED_OTHERWISE, rules.QUOTA_GIVEN_BACK],
        stamps={
            "unusable_at": AT,
            "unusable_reason": Given("reason"),
            "part_wanted": "",
            **NOT_PRICED,
            **SERVES_NOBODY,
        },
        journal=["reason"],
        recalls=given_reason(UnusableReason),
        done="Déclaré non réemployable",
        why="Decided, and still in the workshop: its drives are to be erased or destroyed.",
    )

    undo_reject = Verb(
        "Annuler la décision (erreur de saisie)",
        source=S.UNUSABLE,
        target=S.RECEIVED,
        who=can_manage_device,
        requires=[rules.UNDO_REASON],
        stamps=NOT_UNUSABLE,
        journal=["reason"],
        recalls=given_reason(UndoRejectReason),
        done="Décision «\u00a0non réemployable\u00a0» annulée",
        undoes=["reject"],
        why="Same stay: it never left.",
    )

    dismantle = Verb(
        "Démonter",
        source=S.UNUSABLE,
        target=S.DISMANTLED,
        who=can_work_on_device,
        requires=[*storage_rules.EMPTY, waiting_rules.FILES_SORTED],
        stamps={"ended_at": AT},
        done="Démonté pour pièces",
        irreversible=True,
        why="Its parts enter the stock; a removed drive is followed until erased or destroyed.",
    )

    recycle = Verb(
        "Remettre au recycleur",
        source=S.UNUSABLE,
        target=S.RECYCLED,
        who=can_work_on_device,
        requires=[
            rules.RECYCLER_KNOWN,
            rules.BSD_GIVEN,
            rules.ONE_RECYCLER_A_NOTE,
            storage_rules.STORAGE_INVENTORIED,
            storage_rules.DRIVES_FOUND,
            rules.PROVEN_OR_CERTIFIED,
            waiting_rules.FILES_SORTED,
        ],
        stamps={
            "recycler": Given("recycler"),
            "bsd_number": Given("bsd_number"),
            "destruction_awaited": Given("destruction_awaited"),
            "ended_at": AT,
        },
        journal=["recycler", "bsd_number", "destruction_awaited"],
        done="Remis au recycleur",
        irreversible=True,
        why="Waste, tracked by its number; a certified destruction is missing until its certificate is in.",
    )

    cede = Verb(
        "Céder hors filière",
        source=S.READY,
        target=S.CEDED,
        who=can_cede_device,
        requires=[*waiting_rules.LEAVES_EMPTY, rules.RECIPIENT_NAMED, rules.CEDE_REASON, rules.OTHER_EXPLAINED],
        stamps={"recipient": Given("recipient"), "cede_reason": Given("reason"), "ended_at": AT},
        journal=["reason"],
        recalls=given_reason(CedeReason),
        done="Cédé hors filière",
        irreversible=True,
        why="It leaves the chain, to someone who is named.",
    )

    reclassify = Verb(
        "Reclasser",
        source=[state for state in S if state != S.WITHDRAWN],
        target=SAME,
        who=can_reclassify_device,
        requires=[
            rules.TYPE_KNOWN,
            rules.TYPE_CORRECTED,
            rules.NO_SCREEN,
            rules.EPCI_CORRECTED,
            rules.CORRECTED,
            rules.RECLASSIFY_REASON,
            rules.OTHER_EXPLAINED,
        ],
        stamps={"type": Given("type"), "origin_epci": Given("origin_epci")},
        journal=["reason"],
        recalls=given_reason(ReclassifyReason),
        done="Reclassé",
        varies=True,
        why="It leaves the bucket of its previous row and enters another; past months stay as they were.",
    )

    follow_merger = Verb(
        "Suivre la fusion de son EPCI",
        source=[state for state in S if state not in ENDED],
        target=SAME,
        follows=["merger.declare", "convention.succeed"],
        stamps={"origin_epci": Given("origin_epci"), "convention_epci": Given("convention_epci")},
        varies=True,
        done="Suit son EPCI, réuni à un autre",
        why="What is over stays where it was counted.",
    )
