"""The life of one need of a prescription (machines §4). The app that serves a need moves it."""

from django.db.models import DateTimeField, ExpressionWrapper, F

from lifecycle.machine import AT, CREATION, SAME, Given, Machine, Verb, given_reason
from prescriptions.enums import NeedState
from prescriptions.enums.undone import UnmetReason
from prescriptions.machine import need_rules as rules
from prescriptions.machine.served_by import LETS_GO, LOSES, MEETS, RECOVERS, STARTS, UNDOES
from prescriptions.models import Need
from prescriptions.models.need import WAITS_FROM
from prescriptions.permissions import (
    can_ask_need,
    can_drop_need,
    can_refer_need,
    can_reopen_need,
    can_start_need,
)

S = NeedState
NOT_LOST = {"lost_at": None, "loss": "", "left_reason": ""}
WAITED_BEFORE = ExpressionWrapper(F("lost_at") - (F("met_at") - WAITS_FROM), output_field=DateTimeField())
"""From when it would wait had it never been served: it keeps what it had waited, and waits again since it was lost."""


class NeedMachine(Machine, of=Need):
    """From what is asked to what is met or given up."""

    name = "need"
    reference_prefix = "N"
    dimensions = ("kind", "epci")
    tones = {S.WAITING: "todo", S.MET: "done"}

    ask = Verb(
        "Ajouter un besoin",
        source=CREATION,
        target=S.ASKED,
        who=can_ask_need,
        requires=[rules.BEING_WRITTEN],
        share_locks=["prescription"],
        stamps={"asked_at": AT},
        done="Besoin ajouté",
        why="Kind and use are what the household says.",
    )

    wait = Verb(
        "Mettre en attente",
        source=S.ASKED,
        target=S.WAITING,
        follows=["prescription.accept"],
        share_locks=["prescription"],
        stamps={"accepted_at": AT, "epci": F("prescription__epci")},
        done="En attente",
        why="Its rank is computed from this day on.",
    )

    start = Verb(
        "Prendre en charge",
        source=S.WAITING,
        target=S.IN_PROGRESS,
        who=can_start_need,
        follows=STARTS,
        requires=[
            rules.PRESCRIPTION_ACCEPTED,
            rules.NOT_DECLINED,
            rules.NOT_RESTRICTED,
            rules.SERVED_ONCE,
            rules.REFERRED,
        ],
        share_locks=["prescription"],
        update_locks=["prescription__household", "prescription__household__same_as"],
        stamps={"started_at": AT, "mediation": Given("mediation", default=None)},
        journal=["mediation", "out_of_order"],
        done="Pris en charge",
        recalls=rules.before_its_turn,
        why="Something is held for it, or the household is referred to a mediation place.",
    )

    wait_again = Verb(
        "Remettre en attente",
        source=S.IN_PROGRESS,
        target=S.WAITING,
        who=can_refer_need,
        follows=LETS_GO,
        share_locks=["prescription"],
        stamps={"started_at": None, "mediation": None},
        done="Remis en attente",
        undoes=["start"],
        why="It keeps the day it was accepted, so it loses nothing.",
    )

    relocate = Verb(
        "Suivre le foyer",
        source=[S.WAITING, S.IN_PROGRESS],
        target=SAME,
        follows=["prescription.relocate"],
        share_locks=["prescription"],
        stamps={"epci": F("prescription__epci")},
        done="Suit la commune du foyer",
        varies=True,
        why="It waits where the household lives now.",
    )

    meet = Verb(
        "Déclarer satisfait",
        source=S.IN_PROGRESS,
        target=S.MET,
        who=can_refer_need,
        follows=MEETS,
        requires=[rules.PRESCRIPTION_ACCEPTED],
        update_locks=["prescription"],
        stamps={"met_at": AT},
        done="Satisfait",
        why="The last need settled closes the prescription, in the same transaction.",
    )

    unmeet = Verb(
        "Annuler (erreur de saisie)",
        source=S.MET,
        target=S.IN_PROGRESS,
        who=can_refer_need,
        follows=UNDOES,
        requires=[rules.NOT_ENDED_OTHERWISE, rules.HOUSEHOLD_STILL_OPEN],
        update_locks=["prescription", "prescription__household", "prescription__household__same_as"],
        stamps={"met_at": None, "epci": F("prescription__household__commune__epci"), **NOT_LOST},
        journal=["reason"],
        done="Plus satisfait",
        recalls=given_reason(UnmetReason),
        undoes=["meet"],
        why=(
            "A prescription that was closed opens again; it is served where the household lives now, whatever it asks "
            "elsewhere: somebody settles that."
        ),
    )

    lose = Verb(
        "Constater la perte",
        source=S.MET,
        target=SAME,
        follows=LOSES,
        stamps={"lost_at": AT, "loss": Given("loss"), "left_reason": ""},
        journal=["loss"],
        done="Le foyer n’a plus ce qui avait été remis",
        why="It stays met in the figures of its month; somebody decides whether it waits again.",
    )

    recover = Verb(
        "Constater le retour",
        source=S.MET,
        target=SAME,
        follows=RECOVERS,
        requires=[rules.LOST_ONCE],
        stamps=NOT_LOST,
        done="Le foyer est servi de nouveau",
        why="Repaired or exchanged: nothing is to be decided any more.",
    )

    reopen = Verb(
        "Rouvrir ce besoin",
        source=S.MET,
        target=S.WAITING,
        who=can_reopen_need,
        requires=[
            rules.LOST,
            rules.NOTHING_OWED,
            rules.NOT_DECLINED,
            rules.NOT_ENDED_OTHERWISE,
            rules.HOUSEHOLD_STILL_OPEN,
            rules.NOT_ASKED_ELSEWHERE,
        ],
        update_locks=["prescription", "prescription__household", "prescription__household__same_as"],
        stamps={
            "met_at": None,
            "started_at": None,
            "mediation": None,
            "waits_from": WAITED_BEFORE,
            "epci": F("prescription__household__commune__epci"),
            **NOT_LOST,
        },
        done="Besoin rouvert\u00a0: il attend de nouveau",
        undoes=["meet"],
        why="It waits with the weeks it had waited; a prescription that was closed opens again.",
    )

    let_be = Verb(
        "Ne pas rouvrir",
        source=S.MET,
        target=SAME,
        who=can_reopen_need,
        requires=[rules.LOST, rules.LEFT_BECAUSE_GIVEN, rules.OTHER_EXPLAINED],
        stamps={"left_reason": Given("reason")},
        journal=["reason"],
        done="Besoin laissé clos",
        why="The household needs it no more, is served otherwise, or cannot be reached: nothing is asked any more.",
    )

    drop = Verb(
        "Abandonner ce besoin",
        source=[S.ASKED, S.WAITING, S.IN_PROGRESS],
        target=S.UNMET,
        who=can_drop_need,
        follows=[
            "prescription.refuse",
            "prescription.withdraw",
            "prescription.revoke",
            "prescription.expire",
            "rights_request.answer",
            "device.undo_hand_over",
        ],
        requires=[rules.DROP_REASON, rules.OTHER_EXPLAINED],
        update_locks=["prescription"],
        stamps={"dropped_at": AT, "drop_reason": Given("reason")},
        journal=["reason"],
        done="Abandonné",
        why="What was held for it is released; the last need settled closes the prescription.",
    )
