"""The life of a transfer (machines §4): offered, then taken, refused, or taken back."""

from lifecycle.machine import ACTOR, AT, CREATION, Given, Machine, Verb
from prescriptions.enums import TransferState
from prescriptions.machine import transfer_rules as rules
from prescriptions.models import Transfer
from prescriptions.permissions import can_answer_transfer, can_ask_transfer

S = TransferState
SETTLED = {"settled_at": AT, "settled_by": ACTOR}


class TransferMachine(Machine, of=Transfer):
    """From one prescriber to another, which says yes first."""

    name = "transfer"
    reference_prefix = "TR"
    tones = {S.ASKED: "todo", S.ACCEPTED: "done"}

    ask = Verb(
        "Proposer à un autre prescripteur",
        source=CREATION,
        target=S.ASKED,
        who=can_ask_transfer,
        requires=[
            rules.PRESCRIPTION_LIVE,
            rules.NOT_RESTRICTED,
            rules.RECEIVER_GIVEN,
            rules.ANOTHER_PRESCRIBER,
            rules.NONE_ASKED,
        ],
        update_locks=["prescription__household", "prescription"],
        stamps={"asked_at": AT, "asked_by": ACTOR},
        done="Transfert proposé",
        why="The file stays with whoever follows it until the other prescriber takes it.",
    )

    accept = Verb(
        "Accepter le dossier",
        source=S.ASKED,
        target=S.ACCEPTED,
        who=can_answer_transfer,
        requires=[rules.PRESCRIPTION_LIVE, rules.NOT_RESTRICTED, rules.STILL_THE_SENDER_S],
        update_locks=["prescription__household", "prescription"],
        stamps=SETTLED,
        done="Dossier accepté",
        irreversible=True,
        why="The prescription and the household's file go to whoever accepted.",
    )

    decline = Verb(
        "Ne pas accepter",
        source=S.ASKED,
        target=S.DECLINED,
        who=can_answer_transfer,
        requires=[rules.REFUSAL_GIVEN, rules.OTHER_EXPLAINED],
        stamps={**SETTLED, "refusal": Given("reason")},
        journal=["reason"],
        done="Dossier non accepté",
        irreversible=True,
        why="Nothing moved: whoever offered it follows it, and is told why.",
    )

    cancel = Verb(
        "Reprendre la proposition",
        source=S.ASKED,
        target=S.CANCELLED,
        who=can_ask_transfer,
        follows=[
            "prescription.refuse",
            "prescription.fulfil",
            "prescription.close_unmet",
            "prescription.withdraw",
            "prescription.revoke",
            "prescription.expire",
        ],
        stamps=SETTLED,
        done="Proposition reprise",
        irreversible=True,
        why="It is followed where it was, or it is over.",
    )
