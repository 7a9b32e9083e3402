"""The life of a request to exercise a right (machines §4.26): received, instructed by the officer, answered in time."""

from lifecycle.machine import ACTOR, AT, CREATION, SAME, Given, Machine, Verb
from prescriptions.enums import RightsRefusal, RightsState
from prescriptions.machine import rights_rules as rules
from prescriptions.models import RightsRequest
from prescriptions.permissions import (
    can_instruct_rights_request,
    can_receive_rights_request,
    can_withdraw_rights_request,
)

S = RightsState
SETTLED = {"settled_at": AT, "settled_by": ACTOR, "identity_asked_at": None}


class RightsRequestMachine(Machine, of=RightsRequest):
    """One month to answer, two more once, and a clock that stops while the identity is awaited."""

    name = "rights_request"
    reference_prefix = "DR"
    kept = ("due_on",)
    tones = {S.RECEIVED: "todo", S.ANSWERED: "done"}
    through_a_link = "Le foyer, par sa feuille et son année de naissance"

    receive = Verb(
        "Noter une demande de droits",
        source=CREATION,
        target=S.RECEIVED,
        who=can_receive_rights_request,
        requires=[
            rules.HOUSEHOLD_SEEN,
            rules.STILL_NAMED,
            rules.RECEIVED_ON,
            rules.BY_ITS_PAGE,
            rules.SAID,
            rules.TRUTH,
            rules.NOT_ASKED_YET,
            rules.DUE_GIVEN,
        ],
        share_locks=["household"],
        stamps={"received_at": AT, "received_by": ACTOR, "due_on": Given("due_on")},
        done="Demande reçue",
        why="The month runs from the day it came, whoever heard it; the officer has it on his first page.",
    )

    ask_identity = Verb(
        "Demander qui demande",
        source=S.RECEIVED,
        target=S.IDENTITY,
        who=can_instruct_rights_request,
        requires=[rules.DOUBT_GIVEN, rules.TOLD_BY, rules.EMAIL_KNOWN],
        stamps={"identity_asked_at": AT, "doubt": Given("doubt")},
        journal=["doubt", "told_by"],
        done="Identité demandée\u00a0: le délai s’arrête",
        why="A reasonable doubt, said; the month stops until it is lifted.",
    )

    identify = Verb(
        "Identité établie",
        source=S.IDENTITY,
        target=S.RECEIVED,
        who=can_instruct_rights_request,
        requires=[rules.DUE_GIVEN],
        stamps={
            "identity_asked_at": None,
            "due_on": Given("due_on"),
            "reminded_at": None,
            "overdue_at": None,
        },
        done="Identité établie\u00a0: le délai reprend",
        why="The month goes on where it stopped.",
    )

    prolong = Verb(
        "Prolonger de deux mois",
        source=S.RECEIVED,
        target=SAME,
        who=can_instruct_rights_request,
        requires=[
            rules.PROLONGATION_GIVEN,
            rules.ONCE,
            rules.IN_TIME,
            rules.TOLD_BY,
            rules.EMAIL_KNOWN,
            rules.DUE_GIVEN,
        ],
        stamps={
            "prolonged_at": AT,
            "prolongation": Given("prolongation"),
            "due_on": Given("due_on"),
            "reminded_at": None,
        },
        journal=["prolongation", "told_by"],
        done="Réponse prolongée, et dite à la personne",
        why="Once, within the first month, with its reason told to whoever asked.",
    )

    answer = Verb(
        "Répondre",
        source=S.RECEIVED,
        target=S.ANSWERED,
        who=can_instruct_rights_request,
        requires=[
            rules.EXPORT_MADE,
            rules.CORRECTED,
            rules.TOLD_BY,
            rules.LETTER_DRAWN,
            rules.TOLD_ON,
            rules.EMAIL_KNOWN,
        ],
        stamps={**SETTLED, "told_by": Given("told_by"), "told_on": Given("told_on")},
        journal=["told_by"],
        done="Réponse donnée",
        irreversible=True,
        why="What was asked is done in the same transaction: erased, stopped; who had received it is told.",
    )

    refuse = Verb(
        "Refuser",
        source=[S.RECEIVED, S.IDENTITY],
        target=S.REFUSED,
        who=can_instruct_rights_request,
        requires=[rules.REFUSAL_GIVEN, rules.TOLD_BY, rules.TOLD_ON, rules.EMAIL_KNOWN],
        stamps={
            **SETTLED,
            "refusal": Given("refusal"),
            "told_by": Given("told_by"),
            "told_on": Given("told_on"),
        },
        journal=["refusal", "told_by"],
        done="Demande refusée, motif et recours dits",
        irreversible=True,
        why="With its reason, and how to complain to the CNIL or to a court, within the month.",
    )

    withdraw = Verb(
        "Retirer",
        source=[S.RECEIVED, S.IDENTITY],
        target=S.WITHDRAWN,
        who=can_withdraw_rights_request,
        stamps=SETTLED,
        done="Demande retirée par la personne",
        irreversible=True,
        why="Whoever asked asks no more, or it was noted by mistake.",
    )

    announce_lifting = Verb(
        "Annoncer la fin de la limitation",
        source=S.ANSWERED,
        target=SAME,
        who=can_instruct_rights_request,
        requires=[rules.IS_RESTRICTION, rules.NOT_LIFTED, rules.NOT_ANNOUNCED, rules.TOLD_BY, rules.EMAIL_KNOWN],
        stamps={"lift_told_at": AT},
        journal=["told_by"],
        done="Fin de la limitation annoncée à la personne",
        why="Whoever obtained it is told before it is lifted. Source: RGPD, art. 18, 3.",
    )

    lift = Verb(
        "Lever la limitation",
        source=S.ANSWERED,
        target=SAME,
        who=can_instruct_rights_request,
        requires=[rules.IS_RESTRICTION, rules.NOT_LIFTED, rules.ANNOUNCED],
        stamps={"lifted_at": AT},
        done="Limitation levée\u00a0: le dossier sert de nouveau",
        irreversible=True,
        why="What was kept aside is used again, some days after the person was told.",
    )

    close_unidentified = Verb(
        "Clore faute d’identité",
        source=S.IDENTITY,
        target=S.REFUSED,
        due=rules.unanswered,
        stamps={"settled_at": AT, "identity_asked_at": None, "refusal": RightsRefusal.IDENTITY},
        done="Close\u00a0: l’identité n’a pas été établie",
        irreversible=True,
        why="Its letter told the day; what was written with the request is erased, and it may be made again.",
    )

    remind = Verb(
        "Rappeler l’échéance",
        source=S.RECEIVED,
        target=SAME,
        due=rules.nears,
        stamps={"reminded_at": AT},
        done="Échéance rappelée",
        why="Ten days before, so that it can still be answered or prolonged.",
    )

    alert = Verb(
        "Dire le retard",
        source=S.RECEIVED,
        target=SAME,
        due=rules.is_overdue,
        stamps={"overdue_at": AT},
        done="Échéance passée",
        why="Whoever answers for the processing is told too, by the reference alone.",
    )
