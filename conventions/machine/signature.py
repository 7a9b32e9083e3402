"""The life of a signature (machines §3): asked of one signatory, given, or void when the text is opened again."""

from datetime import date

from django.db.models import F

from conventions.enums import SignatureDeclineReason, SignatureMethod, SignatureState
from conventions.machine import circuit_rules as rules
from conventions.machine import deposit_rules, people_rules
from conventions.models import Signature
from conventions.permissions import (
    can_acknowledge_signature,
    can_answer_refusal_signature,
    can_refuse_deposit_signature,
    can_replace_signature,
    can_sign_signature,
)
from lifecycle.machine import AT, CREATION, SAME, Context, Given, Machine, Verb

S = SignatureState


def _confirmed_by(ctx: Context) -> int | None:
    return None if ctx.values["method"] == SignatureMethod.SCREEN else ctx.actor.pk


def _signed_on(ctx: Context) -> date:
    """On screen, the day of the act; elsewhere, the day written on what was deposited."""
    return ctx.values.get("signed_on") or ctx.day


class SignatureMachine(Machine, of=Signature):
    """The signature of one party on one document."""

    name = "signature"
    reference_prefix = "S"
    tones = {S.ASKED: "todo", S.SIGNED: "done"}

    ask = Verb(
        "Demander une signature",
        source=CREATION,
        target=S.ASKED,
        follows=["convention.open_signature"],
        stamps={"asked_at": AT},
        done="Signature demandée",
        why="One per party, of the signatory it named.",
    )

    sign = Verb(
        "Signer",
        source=S.ASKED,
        target=S.SIGNED,
        who=can_sign_signature,
        requires=[
            rules.SIGNING,
            rules.RENDERED,
            rules.METHOD_KNOWN,
            rules.HASH_QUOTED,
            rules.RIGHT_HAND,
            deposit_rules.NOTHING_WAITS,
            deposit_rules.DEPOSITED,
            deposit_rules.VERIFIED,
            deposit_rules.SAME_TEXT,
            rules.SIGNED_IN_TIME,
        ],
        update_locks=["convention"],
        stamps={
            "signed_at": AT,
            "signed_on": _signed_on,
            "method": Given("method"),
            "quoted_sha256": Given("sha256"),
            "scan": Given("scan", default=None),
            "confirmed_by": _confirmed_by,
            "answer_due_on": None,
        },
        journal=["method", "sha256", "signed_on", "code"],
        done="Convention signée",
        irreversible=True,
        why="The document is quoted by its hash; the third signature completes the convention.",
    )

    decline = Verb(
        "Ne pas signer en l’état",
        source=S.ASKED,
        target=SAME,
        who=can_acknowledge_signature,
        requires=[
            rules.SIGNING,
            people_rules.NOT_REFUSED_YET,
            people_rules.DECLINE_REASON,
            people_rules.DECLINE_EXPLAINED,
        ],
        update_locks=["convention"],
        stamps={"answer_due_on": people_rules.answer_due_on},
        journal=["reason"],
        done="Le signataire ne signe pas ce texte en l’état",
        recalls=lambda values: SignatureDeclineReason(values["reason"]).label.lower(),
        why="The text is neither opened again nor abandoned by it: whoever can do so, or answers, has a day for it.",
    )

    answer_refusal = Verb(
        "Répondre au signataire qui ne signe pas",
        source=S.ASKED,
        target=SAME,
        who=can_answer_refusal_signature,
        requires=[rules.SIGNING, *people_rules.ANSWERED],
        update_locks=["convention"],
        stamps={"answer_due_on": None, "due_on": people_rules.signature_due_on, "reminded_at": None},
        done="Réponse donnée au signataire qui ne signe pas",
        why="The text stays as it is, and why is said: the signatory is asked again, with a new deadline.",
    )

    answer_reopened = Verb(
        "Répondre au signataire, le texte rouvert",
        source=S.VOID,
        target=SAME,
        who=can_answer_refusal_signature,
        requires=[people_rules.TEXT_REOPENED, *people_rules.ANSWERED],
        update_locks=["convention"],
        stamps={"answer_due_on": None},
        done="Réponse donnée au signataire qui n’a pas signé",
        why="What the text that is opened again does not answer is answered in words; it is signed anew all the same.",
    )

    refuse_deposit = Verb(
        "Refuser le document déposé",
        source=S.ASKED,
        target=SAME,
        who=can_refuse_deposit_signature,
        requires=[rules.SIGNING, deposit_rules.NOT_OWN, deposit_rules.TO_REFUSE, deposit_rules.REFUSE_REASON],
        update_locks=["convention"],
        journal=["reason", "deposit"],
        done="Document déposé refusé",
        why="It is no signature of this document: the party deposits another one, or its signatory signs on screen.",
    )

    acknowledge = Verb(
        "Prendre connaissance du document déposé",
        source=[S.ASKED, S.SIGNED],
        target=SAME,
        who=can_acknowledge_signature,
        requires=[deposit_rules.IN_HER_NAME],
        stamps={"acknowledged_at": AT},
        done="Le signataire en a pris connaissance",
        why="The signatory knows what was deposited in her name, and lets it be.",
    )

    contest = Verb(
        "Contester la signature",
        source=S.SIGNED,
        target=S.ASKED,
        who=can_acknowledge_signature,
        requires=[deposit_rules.NOT_ON_SCREEN, deposit_rules.NOT_IN_FORCE],
        update_locks=["convention"],
        stamps={
            "contested_at": AT,
            "due_on": people_rules.signature_due_on,
            "reminded_at": None,
            "signed_at": None,
            "signed_on": None,
            "method": "",
            "quoted_sha256": "",
            "scan": None,
            "confirmed_by": None,
        },
        done="Signature contestée par le signataire désigné",
        why="It is asked again, with a new deadline, and the convention is no longer signed.",
    )

    hand_on = Verb(
        "Confier la signature",
        source=S.ASKED,
        target=SAME,
        who=can_acknowledge_signature,
        requires=[rules.SIGNING, people_rules.OTHER_SIGNATORY],
        update_locks=["convention"],
        stamps={
            "signatory": Given("to"),
            "asked_before": F("signatory"),
            "acknowledged_at": None,
            "replaced_because": "",
        },
        journal=["to"],
        done="Signature confiée à un collègue",
        why="A colleague who may sign for the same party signs instead; the page of signatures says so. What the party"
        " refused, and the answer that is due to it, stay.",
    )

    replace = Verb(
        "Remplacer le signataire",
        source=S.ASKED,
        target=SAME,
        who=can_replace_signature,
        requires=[rules.SIGNING, people_rules.OTHER_SIGNATORY, people_rules.REPLACE_REASON],
        update_locks=["convention"],
        stamps={
            "signatory": Given("to"),
            "asked_before": F("signatory"),
            "acknowledged_at": None,
            "replaced_because": Given("reason"),
        },
        journal=["to", "reason"],
        done="Signataire remplacé",
        why="Another person of the same party is asked to sign; both are told, and the page of signatures says so. What"
        " the party refused, and the answer that is due to it, stay.",
    )

    remind = Verb(
        "Rappeler une signature attendue",
        source=S.ASKED,
        target=SAME,
        requires=[rules.SIGNING],
        update_locks=["convention"],
        stamps={"reminded_at": AT},
        due=people_rules.signature_to_be_reminded,
        done="Signature rappelée",
        why="The signatory is reminded; once it is late, whoever can replace her is told too. Of one who does not sign,"
        " whoever owes her an answer.",
    )

    void = Verb(
        "Rendre caduque",
        source=[S.ASKED, S.SIGNED],
        target=S.VOID,
        follows=["convention.reopen", "convention.abandon", "convention.take_over"],
        update_locks=["convention"],
        stamps={"voided_at": AT},
        done="Signature caduque",
        why="The text is opened again, or abandoned.",
    )
