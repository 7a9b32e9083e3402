"""The life of a tripartite convention (machines §3): what may happen next, and who may.

An amendment is a convention that points to what it amends; it goes through the same circuit.
"""

from django.db.models import F

from calendars.expressions import Midnight, Shifted
from conventions.enums import ON_THE_WAY, ConventionState, TextReopenReason
from conventions.machine import deposit_rules, draft_rules, ending_rules, measured, rules
from conventions.models import Convention
from conventions.permissions import (
    can_activate_convention,
    can_create_convention,
    can_edit_convention,
    can_open_signature_convention,
    can_submit_convention,
    can_succeed_convention,
    can_terminate_convention,
    can_write_convention,
)
from lifecycle.machine import ACTOR, AT, CREATION, SAME, Context, Given, Machine, Verb, given_reason

S = ConventionState

HEADING = (
    "title",
    "starts_on",
    "ends_on",
    "is_test",
    "max_nonconformity",
    "workshop",
    "distributor",
    "epci_signatory",
    "workshop_signatory",
    "distributor_signatory",
)
"""What ``edit`` writes; clauses, prices and quotas are rows of their own."""


AGREED = (S.IN_REVIEW, S.APPROVED, S.SIGNING)
SUCCEEDED = (*ON_THE_WAY, S.ACTIVE, S.SUSPENDED, S.EXPIRED, S.TERMINATED)
"""Where the successor of a merged EPCI takes its place; devices are handed over for a time after the end."""


def _successor_epci(ctx: Context) -> int | None:
    epci: int | None = ctx.values["successor"].epci_id
    return epci


class ConventionMachine(Machine, of=Convention):
    """From the draft to the last day."""

    name = "convention"
    reference_prefix = "C"
    dimensions = ("epci",)
    tones = {
        S.CHANGES_REQUESTED: "todo",
        S.APPROVED: "todo",
        S.ACTIVE: "done",
        S.SUSPENDED: "danger",
        S.TERMINATED: "danger",
    }

    create = Verb(
        "Préparer une convention",
        source=CREATION,
        target=S.DRAFT,
        who=can_create_convention,
        requires=[draft_rules.EPCI_KNOWN, draft_rules.EPCI_LIVING, draft_rules.AMENDED_ALIVE],
        share_locks=["amends"],
        stamps={"created_at": AT, "created_by": ACTOR},
        done="Projet préparé",
        why="The articles come from the model; an amendment begins without any.",
    )

    edit = Verb(
        "Modifier le projet",
        source=[S.DRAFT, S.CHANGES_REQUESTED],
        target=SAME,
        who=can_edit_convention,
        stamps={name: Given(name) for name in HEADING},
        done="Projet modifié",
        why="The parties, the dates, the title; the articles, prices and quotas are written beside.",
    )

    submit = Verb(
        "Soumettre à relecture",
        source=[S.DRAFT, S.CHANGES_REQUESTED],
        target=S.IN_REVIEW,
        who=can_submit_convention,
        requires=draft_rules.SUBMITTED,
        share_locks=["amends"],
        stamps={"submitted_at": AT, "submitted_by": ACTOR, "round": F("round") + 1},
        done="Projet soumis à relecture",
        why="The reviews the EPCI names are asked in parallel, and one of each other party.",
    )

    request_changes = Verb(
        "Demander des modifications",
        source=S.IN_REVIEW,
        target=S.CHANGES_REQUESTED,
        follows=["review.answer", "review.answer_against", "review.pass_over"],
        requires=[rules.ALL_ANSWERED, rules.SOME_UNFAVOURABLE],
        done="Relectures terminées, texte à reprendre",
        why="Everyone has answered and someone is against: the EPCI answers each point.",
    )

    approve = Verb(
        "Valider",
        source=S.IN_REVIEW,
        target=S.APPROVED,
        follows=["review.answer", "review.answer_against", "review.pass_over"],
        requires=[rules.ALL_ANSWERED, rules.ALL_FAVOURABLE],
        stamps={"approved_at": AT},
        done="Texte validé par tous les relecteurs",
        why="The text is ready for the EPCI's act.",
    )

    reopen = Verb(
        "Rouvrir le texte",
        source=[S.APPROVED, S.SIGNING],
        target=S.CHANGES_REQUESTED,
        who=can_write_convention,
        requires=[rules.REOPEN_REASON],
        stamps={
            "approved_at": None,
            "act_body": "",
            "act_number": "",
            "act_on": None,
            "act_executory_on": None,
        },
        journal=["reason"],
        recalls=given_reason(TextReopenReason),
        done="Texte rouvert",
        why="The signatures are void; the text will be reviewed and signed again.",
    )

    open_signature = Verb(
        "Ouvrir la signature",
        source=S.APPROVED,
        target=S.SIGNING,
        who=can_open_signature_convention,
        requires=[
            rules.ACT_BODY,
            rules.ACT_NUMBER,
            rules.ACT_DATES,
            rules.ACT_AFTER_TEXT,
            draft_rules.PARTIES_KNOWN,
            draft_rules.SIGNATORIES_KNOWN,
            draft_rules.SIGNATORIES_NAMED,
            draft_rules.AMENDED_ALIVE,
        ],
        share_locks=["amends"],
        stamps={
            "act_body": Given("act_body"),
            "act_number": Given("act_number"),
            "act_on": Given("act_on"),
            "act_executory_on": Given("act_executory_on"),
        },
        journal=["act_body", "act_on", "act_executory_on"],
        done="Signature ouverte",
        why="The document is frozen, then drawn once; the three signatures are asked.",
    )

    complete_signature = Verb(
        "Constater les signatures",
        source=S.SIGNING,
        target=S.SIGNED,
        follows=["signature.sign"],
        requires=[rules.ALL_SIGNED],
        stamps={"signed_at": AT},
        done="Signée par les trois parties",
        why="The page of signatures is made, as a second document.",
    )

    await_signature = Verb(
        "Attendre de nouveau une signature",
        source=S.SIGNED,
        target=S.SIGNING,
        follows=["signature.contest"],
        stamps={"signed_at": None},
        done="Signature contestée\u00a0: la convention n’est plus signée",
        why="A signatory says that she did not sign what was deposited in her name.",
    )

    activate = Verb(
        "Mettre en vigueur",
        source=S.SIGNED,
        target=S.ACTIVE,
        who=can_activate_convention,
        requires=[
            rules.EFFECTIVE,
            rules.TERRITORY_LIVES,
            deposit_rules.SIGNATORIES_KNOW,
            draft_rules.AMENDED_ALIVE,
        ],
        update_locks=["amends"],
        stamps={"activated_at": AT},
        due=rules.takes_effect,
        due_at=Midnight(F("starts_on")),
        done="Entrée en vigueur",
        why="The quotas open; an amendment writes its terms on what it amends.",
    )

    amend = Verb(
        "Appliquer un avenant",
        source=[S.ACTIVE, S.SUSPENDED],
        target=SAME,
        follows=["convention.activate"],
        stamps={"ends_on": Given("ends_on"), "max_nonconformity": Given("max_nonconformity")},
        journal=["ends_on"],
        done="Avenant entré en vigueur",
        why="The dated terms of an amendment are written.",
    )

    follow_end = Verb(
        "Reprendre le dernier jour de la convention",
        source=ON_THE_WAY,
        target=SAME,
        follows=["convention.activate"],
        stamps={"ends_on": Given("ends_on")},
        journal=["ends_on"],
        done="Dernier jour repris de la convention modifiée",
        why="Another amendment moved the end: one that says nothing of it must not take it back.",
    )

    succeed = Verb(
        "Constater la succession",
        source=SUCCEEDED,
        target=SAME,
        who=can_succeed_convention,
        follows=["merger.declare", "convention.succeed"],
        requires=[rules.SUCCESSOR, rules.WITH_AMENDED],
        stamps={"succeeded_by": Given("successor"), "epci": _successor_epci},
        done="Succession d’EPCI constatée",
        why="The EPCI merged: its successor acts in its place, on its territory.",
    )

    take_over = Verb(
        "Reprendre le texte au nom du successeur",
        source=AGREED,
        target=S.CHANGES_REQUESTED,
        follows=["convention.succeed"],
        stamps={
            "approved_at": None,
            "act_body": "",
            "act_number": "",
            "act_on": None,
            "act_executory_on": None,
        },
        done="Texte à reprendre au nom de l’EPCI qui succède",
        why="What was being read or signed names an EPCI that is no more: its successor submits it in its own name.",
    )

    suspend = Verb(
        "Suspendre",
        source=S.ACTIVE,
        target=S.SUSPENDED,
        who=can_write_convention,
        requires=[rules.SUSPEND_REASON, rules.NOT_AMENDMENT, measured.RATE_EXCEEDED],
        stamps={"suspended_at": AT, "suspend_reason": Given("reason")},
        journal=["reason"],
        done="Convention suspendue",
        why="Nothing is allotted meanwhile; what was allotted goes on.",
    )

    resume = Verb(
        "Reprendre",
        source=S.SUSPENDED,
        target=S.ACTIVE,
        who=can_write_convention,
        requires=[rules.RESUME_REASON],
        stamps={"suspended_at": None, "suspend_reason": ""},
        journal=["reason"],
        done="Convention reprise",
        why="Devices may be allotted again.",
    )

    remind = Verb(
        "Rappeler l’échéance",
        source=[S.ACTIVE, S.SUSPENDED],
        target=SAME,
        stamps={"reminded_at": AT},
        due=rules.is_to_be_reminded,
        done="Échéance rappelée aux parties",
        why="The parties and the pilot are told how many days are left.",
    )

    terminate = Verb(
        "Résilier",
        source=[S.SIGNED, S.ACTIVE, S.SUSPENDED],
        target=S.TERMINATED,
        who=can_terminate_convention,
        follows=["convention.terminate", "convention.expire", "convention.agree_end", "convention.record_end"],
        requires=[
            rules.TERMINATE_REASON,
            ending_rules.TOLD_FIRST,
            ending_rules.NOTICE_GIVEN,
            ending_rules.NOTICE_FOLLOWED,
            rules.REASON_FITS,
            ending_rules.AGREED,
            rules.AMENDMENT_NOT_ALONE,
        ],
        stamps={
            "ended_at": AT,
            "ended_on": lambda ctx: ctx.day,
            "ended_because": Given("reason"),
            "notice_on": Given("notice_on"),
            "end_notice": ending_rules.ENDS_BY,
            "suspended_at": None,
            "suspend_reason": "",
        },
        journal=["reason", "notice_on"],
        done="Convention résiliée",
        irreversible=True,
        why="Allotted devices are released; those at the distributor's may still be handed over for some time.",
    )

    expire = Verb(
        "Constater l’échéance",
        source=[S.ACTIVE, S.SUSPENDED],
        target=S.EXPIRED,
        follows=["convention.expire"],
        stamps={"ended_at": AT, "ended_on": F("ends_on"), "suspended_at": None, "suspend_reason": ""},
        due=rules.is_over,
        due_at=Midnight(Shifted("ends_on", 1)),
        done="Convention échue",
        irreversible=True,
        why="As for ``terminate``; its amendments end with it.",
    )

    abandon = Verb(
        "Abandonner le projet",
        source=[S.DRAFT, S.IN_REVIEW, S.CHANGES_REQUESTED, S.APPROVED, S.SIGNING],
        target=S.ABANDONED,
        who=can_write_convention,
        follows=["convention.terminate", "convention.expire"],
        requires=[rules.ABANDON_REASON, rules.REASON_FITS],
        stamps={"ended_at": AT, "ended_because": Given("reason")},
        journal=["reason"],
        done="Projet abandonné",
        irreversible=True,
        why="Reviews are cancelled and signatures void.",
    )
