"""The life of a device (machines §1), up to stock and waste: what may happen next, and who may.

All states are declared here; the verbs that need a convention or a household are in ``refurb.machine.distribution``.
"""

from django.db.models import F

from lifecycle.fields import StateField
from lifecycle.machine import AT, CREATION, SAME, Given, Machine, verb
from refurb.enums import ENDED, DeviceState
from refurb.machine import device_rules as rules
from refurb.machine.allotment_rules import QUOTA_GIVEN_BACK
from refurb.machine.stamps import LOST, NOT_MISSING, NOT_PRICED, NOT_UNUSABLE, SERVES_NOBODY, CurrentGrading
from refurb.machine.tag_rules import TAG_RULES
from refurb.permissions import (
    can_await_part_device,
    can_cede_device,
    can_collect_device,
    can_dismantle_device,
    can_receive_device,
    can_reclassify_device,
    can_recondition_device,
    can_recycle_device,
    can_register_device,
    can_reject_device,
    can_reopen_device,
    can_report_missing_device,
    can_resume_device,
    can_return_to_donor_device,
    can_start_device,
    can_undo_reject_device,
    can_withdraw_device,
)

S = DeviceState


class DeviceMachine(Machine):
    """From the unit of a donation line to the workshop's stock, or to waste."""

    machine_name = "device"
    reference_prefix = "A"
    dimensions = ("type", "origin_epci", "convention_epci", "donor_kind")
    kept = ("workshop", "stay", "grade", "price", "quota")
    state_tones = {
        S.READY: "done",
        S.HANDED_OVER: "done",
        S.AWAITING_PART: "todo",
        S.RETURNED: "todo",
        S.UNUSABLE: "todo",
        S.MISSING: "danger",
    }

    state = StateField("état", choices=DeviceState, default=DeviceState.DECLARED, protected=True)

    class Meta:
        abstract = True

    @verb(
        "Annoncer",
        source=CREATION,
        target=S.DECLARED,
        follows=["donation.qualify"],
        done="Annoncé par le donateur et accepté",
    )
    def declare(self) -> None:
        """One row per accepted unit, anonymous until it is scanned."""

    @verb(
        "Confier à un autre atelier",
        source=[S.DECLARED, S.MISSING],
        target=SAME,
        follows=["donation.reassign"],
        requires=[rules.NEVER_SEEN, rules.WORKSHOP_GIVEN],
        stamps={"workshop": Given("workshop")},
        journal=["workshop"],
        done="Confié à un autre atelier",
    )
    def reassign(self) -> None:
        """It follows the shares of its lot."""

    @verb(
        "Enregistrer un appareil inattendu",
        source=CREATION,
        target=S.RECEIVED,
        who=can_register_device,
        requires=[*TAG_RULES],
        stamps={"tag": Given("tag", default=""), "tag_twin": 0, "unannounced": True, "received_at": AT, "stay": 1},
        done="Enregistré à l’atelier sans avoir été annoncé",
    )
    def register(self) -> None:
        """Nobody announced it; of unknown origin, it counts as public for the price ceiling."""

    @verb(
        "Enlever",
        source=S.DECLARED,
        target=S.COLLECTED,
        who=can_collect_device,
        follows=["donation.collect"],
        requires=[rules.PICKED_UP],
        leans=["donation"],
        stamps={"collected_at": AT},
        done="Enlevé chez le donateur",
    )
    def collect(self) -> None:
        """Custody passes to the workshop."""

    @verb(
        "Réceptionner",
        source=[S.DECLARED, S.COLLECTED, S.MISSING],
        target=S.RECEIVED,
        who=can_receive_device,
        requires=[*TAG_RULES],
        leans=["donation"],
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
    )
    def receive(self) -> None:
        """A new stay: whatever was proven before counts no more."""

    @verb(
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
        requires=[rules.MISSING_REASON, QUOTA_GIVEN_BACK],
        leans_write=["need", "need__prescription"],
        stamps={"missing_at": AT, "missing_reason": Given("reason"), "part_wanted": "", **LOST},
        journal=["reason"],
        done="Signalé manquant",
    )
    def report_missing(self) -> None:
        """Custody had passed and nothing proves it erased: an incident is opened and people are told at once."""

    @verb(
        "Retirer",
        source=[S.DECLARED, S.MISSING],
        target=S.WITHDRAWN,
        who=can_withdraw_device,
        follows=["donation.decline", "donation.withdraw", "donation.collect"],
        requires=[rules.NEVER_SEEN, rules.WITHDRAWAL_REASON],
        stamps={"withdrawal_reason": Given("reason"), "ended_at": AT, **NOT_MISSING},
        journal=["reason"],
        done="Retiré par le donateur, ou écarté",
        irreversible=True,
    )
    def withdraw(self) -> None:
        """It will never come; one that was looked for before anyone had seen it included."""

    @verb(
        "Rendre au donateur",
        source=[S.RECEIVED, S.IN_PROCESS],
        target=S.WITHDRAWN,
        who=can_return_to_donor_device,
        requires=[rules.RETURN_REASON],
        stamps={"withdrawal_reason": Given("reason"), "ended_at": AT},
        journal=["reason"],
        done="Rendu au donateur",
        irreversible=True,
    )
    def return_to_donor(self) -> None:
        """It was leased, claimed or stolen."""

    @verb(
        "Prendre en traitement",
        source=[S.RECEIVED, S.RETURNED],
        target=S.IN_PROCESS,
        who=can_start_device,
        requires=[rules.SERVED_OTHERWISE, QUOTA_GIVEN_BACK],
        stamps={**NOT_PRICED, **SERVES_NOBODY},
        done="Pris en traitement",
    )
    def start(self) -> None:
        """Audit, erasure, tests and repair are under way."""

    @verb(
        "Attendre une pièce",
        source=S.IN_PROCESS,
        target=S.AWAITING_PART,
        who=can_await_part_device,
        requires=[rules.PART_NAMED],
        stamps={"part_wanted": Given("part_wanted")},
        done="Mis en attente d’une pièce",
    )
    def await_part(self) -> None:
        """Stopped until the part is there."""

    @verb(
        "Reprendre le traitement",
        source=S.AWAITING_PART,
        target=S.IN_PROCESS,
        who=can_resume_device,
        stamps={"part_wanted": ""},
        done="Repris en traitement",
    )
    def resume(self) -> None:
        """The part is there, or is no longer waited for."""

    @verb(
        "Déclarer reconditionné",
        source=S.IN_PROCESS,
        target=S.READY,
        who=can_recondition_device,
        requires=[
            rules.STORAGE_INVENTORIED,
            rules.DRIVES_PROVEN,
            rules.TESTED,
            rules.TESTS_PASSED,
            rules.GRADED,
            rules.IDENTIFIED,
            rules.PRICE_GIVEN,
            rules.PRICE_UNDER_CEILING,
        ],
        stamps={
            "grade": CurrentGrading("grade"),
            "grading": CurrentGrading("pk"),
            "price": Given("price"),
            "price_ceiling": Given("price_ceiling", default=None),
            "ready_at": AT,
        },
        journal=["price", "price_ceiling"],
        done="Reconditionné : effacé, testé, classé",
    )
    def recondition(self) -> None:
        """« Reconditionné » is a word of law: tested, repaired if needed, all data erased (décret 2022-190)."""

    @verb(
        "Remettre en traitement",
        source=S.READY,
        target=S.IN_PROCESS,
        who=can_reopen_device,
        requires=[rules.REOPEN_REASON],
        stamps=NOT_PRICED,
        journal=["reason"],
        done="Remis en traitement",
        undoes=["recondition"],
    )
    def reopen(self) -> None:
        """Something was found; the evidence of this stay still counts."""

    @verb(
        "Déclarer non réemployable",
        source=[S.RECEIVED, S.IN_PROCESS, S.AWAITING_PART, S.READY, S.RETURNED],
        target=S.UNUSABLE,
        who=can_reject_device,
        requires=[rules.UNUSABLE_REASON, rules.SERVED_OTHERWISE, QUOTA_GIVEN_BACK],
        stamps={
            "unusable_at": AT,
            "unusable_reason": Given("reason"),
            "part_wanted": "",
            **NOT_PRICED,
            **SERVES_NOBODY,
        },
        journal=["reason"],
        done="Déclaré non réemployable",
    )
    def reject(self) -> None:
        """Decided, and still in the workshop: its drives are to be erased or destroyed."""

    @verb(
        "Annuler la décision (erreur de saisie)",
        source=S.UNUSABLE,
        target=S.RECEIVED,
        who=can_undo_reject_device,
        requires=[rules.UNDO_REASON],
        stamps=NOT_UNUSABLE,
        journal=["reason"],
        done="Décision « non réemployable » annulée",
        undoes=["reject"],
    )
    def undo_reject(self) -> None:
        """Same stay: it never left."""

    @verb(
        "Démonter",
        source=S.UNUSABLE,
        target=S.DISMANTLED,
        who=can_dismantle_device,
        requires=[rules.STORAGE_INVENTORIED, rules.DRIVES_PROVEN],
        stamps={"ended_at": AT},
        done="Démonté pour pièces",
        irreversible=True,
    )
    def dismantle(self) -> None:
        """Its parts enter the stock; a removed drive is followed until erased or destroyed."""

    @verb(
        "Remettre au recycleur",
        source=S.UNUSABLE,
        target=S.RECYCLED,
        who=can_recycle_device,
        requires=[
            rules.RECYCLER_KNOWN,
            rules.BSD_GIVEN,
            rules.STORAGE_INVENTORIED,
            rules.PROVEN_OR_CERTIFIED,
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
    )
    def recycle(self) -> None:
        """Waste, tracked by its number; a certified destruction is missing until its certificate is in."""

    @verb(
        "Céder hors filière",
        source=S.READY,
        target=S.CEDED,
        who=can_cede_device,
        requires=[rules.PROOFS_STAND, rules.RECIPIENT_NAMED, rules.CEDE_REASON],
        stamps={"recipient": Given("recipient"), "cede_reason": Given("reason"), "ended_at": AT},
        journal=["reason"],
        done="Cédé hors filière",
        irreversible=True,
    )
    def cede(self) -> None:
        """It leaves the chain, to someone who is named."""

    @verb(
        "Reclasser",
        source=[state for state in S if state != S.WITHDRAWN],
        target=SAME,
        who=can_reclassify_device,
        requires=[
            rules.TYPE_KNOWN,
            rules.TYPE_CORRECTED,
            rules.EPCI_CORRECTED,
            rules.CORRECTED,
            rules.RECLASSIFY_REASON,
        ],
        stamps={"type": Given("type"), "origin_epci": Given("origin_epci")},
        journal=["reason"],
        done="Reclassé",
        varies=True,
    )
    def reclassify(self) -> None:
        """It leaves the bucket of its previous row and enters another; past months stay as they were."""

    @verb(
        "Suivre la fusion de son EPCI",
        source=[state for state in S if state not in ENDED],
        target=SAME,
        follows=["merger.declare", "convention.succeed"],
        stamps={"origin_epci": Given("origin_epci"), "convention_epci": Given("convention_epci")},
        varies=True,
        done="Suit son EPCI, réuni à un autre",
    )
    def follow_merger(self) -> None:
        """What is over stays where it was counted."""
