"""The life of a prescription, a household's file opened by a social worker (machines §4)."""

from django.db.models import Case, F, When

from lifecycle.machine import ACTOR, AT, CREATION, SAME, Given, Machine, Verb
from prescriptions.enums import AGREEMENT_WITHDRAWN, PrescriptionState
from prescriptions.machine import completion_rules as completion
from prescriptions.machine import double_rules as doubles
from prescriptions.machine import instruction_rules as instruction
from prescriptions.machine import prescription_rules as rules
from prescriptions.machine import standing_rules as standing
from prescriptions.models import Prescription
from prescriptions.permissions import (
    can_accept_prescription,
    can_assign_prescription,
    can_confirm_prescription,
    can_create_prescription,
    can_decide_prescription,
    can_decline_prescription,
    can_edit_prescription,
    can_give_back_prescription,
    can_reconsider_prescription,
    can_remind_prescription,
    can_submit_prescription,
    can_take_up_prescription,
    can_withdraw_prescription,
)

S = PrescriptionState


class PrescriptionMachine(Machine, of=Prescription):
    """From the draft to what became of the last need."""

    name = "prescription"
    reference_prefix = "P"
    dimensions = ("epci",)
    through_a_link = "Le foyer, par le lien qu’il a reçu"
    tones = {
        S.SUBMITTED: "todo",
        S.INCOMPLETE: "todo",
        S.FULFILLED: "done",
        S.REFUSED: "danger",
        S.EXPIRED: "danger",
    }

    create = Verb(
        "Commencer une prescription",
        source=CREATION,
        target=S.DRAFT,
        who=can_create_prescription,
        requires=[rules.HOUSEHOLD_OPEN],
        share_locks=["household"],
        stamps={"created_at": AT, "worker": ACTOR, "contacted_at": AT},
        done="Brouillon créé",
        why="The worker begins with the household.",
    )

    submit = Verb(
        "Déposer la prescription",
        source=[S.DRAFT, S.INCOMPLETE],
        target=S.SUBMITTED,
        who=can_submit_prescription,
        requires=[
            rules.HOUSEHOLD_OPEN,
            rules.NOT_RESTRICTED,
            completion.COMPLETION_ANSWERED,
            completion.PHOTOS_SEEN,
            rules.RESIDENCE,
            rules.REACHABLE,
            rules.OF_AGE,
            rules.MEMBERS_COUNTED,
            rules.HAS_NEEDS,
            rules.FACTS_SEEN,
            rules.AGREEMENT_GIVEN,
            doubles.DOUBLES_ANSWERED,
            rules.DISTRIBUTOR_GIVEN,
            standing.NOT_FILED_ALREADY,
        ],
        update_locks=standing.ONE_HOUSEHOLD,
        stamps={
            "submitted_at": AT,
            "contacted_at": AT,
            "distributor": Given("distributor"),
            "commune": F("household__commune"),
            "epci": F("household__commune__epci"),
            "complete_by": None,
        },
        journal=["distributor", "photos_left"],
        done="Prescription déposée",
        why="The worker has an acknowledgement and a sheet for the household; the distributor has one more to read.",
    )

    ask_completion = Verb(
        "Demander un complément",
        source=S.SUBMITTED,
        target=S.INCOMPLETE,
        who=can_decide_prescription,
        requires=[rules.MISSING_SAID, rules.NOT_RESTRICTED],
        stamps={"complete_by": rules.complete_by},
        journal=["missing"],
        done="Complément demandé",
        why="The worker is told what is missing; reminders are planned.",
    )

    unask_completion = Verb(
        "Retirer la demande de complément",
        source=S.INCOMPLETE,
        target=S.SUBMITTED,
        who=can_decide_prescription,
        requires=[
            rules.NOT_RESTRICTED,
            rules.RESIDENCE,
            rules.REACHABLE,
            rules.MEMBERS_COUNTED,
            rules.HAS_NEEDS,
            rules.FACTS_SEEN,
            rules.AGREEMENT_GIVEN,
        ],
        stamps={"complete_by": None},
        done="Demande de complément retirée",
        undoes=["ask_completion"],
        why="Another file was meant, or nothing is missing after all: it is instructed again, and the worker is told.",
    )

    accept = Verb(
        "Accepter",
        source=S.SUBMITTED,
        target=S.ACCEPTED,
        who=can_accept_prescription,
        requires=[
            rules.NOT_RESTRICTED,
            doubles.DOUBLES_COMPARED,
            rules.AGAINST_EXPLAINED,
            standing.NOT_ACCEPTED_ALREADY,
        ],
        update_locks=standing.ONE_HOUSEHOLD,
        stamps={"accepted_at": AT, "valid_until": rules.valid_until},
        done="Prescription acceptée",
        why="The needs wait; what the rules of the day said is kept with the decision.",
    )

    refuse = Verb(
        "Refuser",
        source=[S.SUBMITTED, S.INCOMPLETE],
        target=S.REFUSED,
        who=can_decide_prescription,
        requires=[
            rules.REFUSE_REASON,
            rules.NEXT_STEP,
            rules.REFUSAL_EXPLAINED,
            rules.REFUSAL_GROUNDED,
            rules.NOT_RESTRICTED,
        ],
        stamps={"ended_at": AT, "end_reason": Given("reason"), "complete_by": None},
        journal=["reason"],
        done="Prescription refusée",
        irreversible=True,
        why="The worker is told why, and what the household can do next.",
    )

    confirm = Verb(
        "Toujours d’actualité",
        source=S.ACCEPTED,
        target=SAME,
        who=can_confirm_prescription,
        requires=[rules.NOT_DECLINED],
        stamps={"confirmed_at": AT, "contacted_at": AT, "valid_until": rules.valid_until},
        done="Toujours d’actualité",
        why="The household still needs it: validity starts again.",
    )

    decline = Verb(
        "Répondre que ce n’est plus d’actualité",
        source=S.ACCEPTED,
        target=SAME,
        who=can_decline_prescription,
        requires=[rules.NOT_DECLINED],
        stamps={"declined_at": AT, "contacted_at": AT},
        done="Le foyer a répondu non\u00a0: il n’en a plus besoin",
        why="What was reserved is free again; nothing is asked nor served until the worker gives it up, or finds out.",
    )

    reconsider = Verb(
        "Noter que le foyer a changé d’avis",
        source=S.ACCEPTED,
        target=SAME,
        who=can_reconsider_prescription,
        requires=[rules.DECLINED],
        stamps={
            "declined_at": None,
            "confirmed_at": AT,
            "contacted_at": AT,
            "valid_until": rules.valid_until,
        },
        done="Le foyer a changé d’avis\u00a0: la demande est de nouveau d’actualité",
        why="Its answer was a mistake, or holds no more: the needs keep their rank, validity starts again.",
    )

    transfer = Verb(
        "Transférer à un autre prescripteur",
        source=[S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED],
        target=SAME,
        follows=["transfer.accept"],
        requires=[rules.RECEIVER_GIVEN, rules.ANOTHER_PRESCRIBER],
        update_locks=["household"],
        stamps={"prescriber": Given("prescriber"), "worker": None, "worker_before": F("worker")},
        journal=["prescriber"],
        done="Transférée à un autre prescripteur",
        why="The household's file goes with it; colleagues are told. The story stays with whoever wrote it.",
    )

    hand_on = Verb(
        "Confier à un collègue",
        source=[S.DRAFT, S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED],
        target=SAME,
        who=can_edit_prescription,
        requires=[rules.COLLEAGUE_GIVEN],
        stamps={"worker": Given("worker"), "worker_before": F("worker")},
        done="Confiée à un collègue",
        why="Somebody else of the same team follows it: what it asks is on his first page; both are told.",
    )

    regroup = Verb(
        "Passer au dossier réuni",
        source=list(S),
        target=SAME,
        follows=["household.join", "household.part"],
        stamps={"household": Given("household")},
        journal=["household"],
        done="Passée à l’autre dossier du foyer",
        why="Two files of the household were made one, or parted again.",
    )

    take_up = Verb(
        "M’en occuper",
        source=[S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED],
        target=SAME,
        who=can_take_up_prescription,
        requires=[instruction.HELD_BY_NOBODY],
        stamps={"adviser": ACTOR},
        done="Prise en main par un conseiller",
        why="It is on his first page, and his colleagues know that somebody reads it.",
    )

    assign = Verb(
        "Confier à un conseiller",
        source=[S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED],
        target=SAME,
        who=can_assign_prescription,
        requires=[instruction.ADVISER_GIVEN],
        stamps={"adviser": Given("adviser")},
        done="Confiée à un conseiller",
        why="The lead shares the work out: it is on the first page of whoever holds it.",
    )

    give_back = Verb(
        "Rendre à l’équipe",
        source=[S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED],
        target=SAME,
        who=can_give_back_prescription,
        follows=["prescription.submit"],
        requires=[instruction.HELD],
        stamps={"adviser": None},
        done="Rendue à l’équipe",
        why="Nobody holds it any more: whoever is free takes it. Sent to another distributor, it is nobody's there.",
    )

    relocate = Verb(
        "Suivre le foyer",
        source=[S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED],
        target=SAME,
        follows=["household.move", "household.correct_commune", "merger.declare"],
        stamps={"commune": F("household__commune"), "epci": F("household__commune__epci")},
        done="Suit la commune du foyer",
        why="The household moved: its needs wait in the territory where it lives now.",
    )

    fulfil = Verb(
        "Clore\u00a0: honorée",
        source=S.ACCEPTED,
        target=S.FULFILLED,
        follows=["need.meet", "need.drop"],
        requires=[rules.ALL_SETTLED, rules.SOMETHING_MET],
        stamps={"ended_at": AT},
        done="Prescription honorée",
        why="The last need is settled, and at least one is met: closing note.",
    )

    close_unmet = Verb(
        "Clore\u00a0: non honorée",
        source=S.ACCEPTED,
        target=S.CLOSED_UNMET,
        follows=["need.drop"],
        requires=[rules.ALL_SETTLED, rules.NOTHING_MET],
        stamps={"ended_at": AT},
        done="Prescription close sans besoin satisfait",
        why="The last need is given up, and none is met: closing note.",
    )

    reopen = Verb(
        "Rouvrir",
        source=[S.FULFILLED, S.CLOSED_UNMET],
        target=S.ACCEPTED,
        follows=["need.unmeet", "need.reopen"],
        stamps={
            "ended_at": None,
            "valid_until": rules.valid_until,
            "commune": F("household__commune"),
            "epci": F("household__commune__epci"),
        },
        done="Prescription rouverte",
        why="What met a need is undone, or lost.",
    )

    withdraw = Verb(
        "Abandonner",
        source=[S.DRAFT, S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED],
        target=S.WITHDRAWN,
        who=can_withdraw_prescription,
        follows=["household.archive", "need.drop"],
        requires=[rules.WITHDRAW_REASON, rules.OTHER_EXPLAINED, rules.NOTHING_MET],
        stamps={"ended_at": AT, "contacted_at": AT, "end_reason": Given("reason"), "complete_by": None},
        journal=["reason"],
        done="Prescription abandonnée",
        irreversible=True,
        why=(
            "Its needs are dropped, and what was reserved or under way for them is released; it follows the last need "
            "given up before anybody accepts it."
        ),
    )

    revoke = Verb(
        "Retirer l’accord du foyer",
        source=[S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED],
        target=S.WITHDRAWN,
        who=can_edit_prescription,
        follows=["rights_request.answer"],
        requires=[rules.REVOKED_BY, rules.NOTHING_MET],
        stamps={"ended_at": AT, "contacted_at": AT, "end_reason": AGREEMENT_WITHDRAWN, "complete_by": None},
        journal=["channel"],
        done="Accord du foyer retiré",
        irreversible=True,
        why="Its needs are dropped, and the distributor, the operator and the relay read nothing of it any more.",
    )

    remind = Verb(
        "Relancer",
        source=[S.INCOMPLETE, S.ACCEPTED],
        target=SAME,
        who=can_remind_prescription,
        requires=[rules.NOT_DECLINED, rules.NOT_RESTRICTED, rules.NOT_REMINDED_TODAY],
        due=rules.to_remind,
        done="Relance",
        why=(
            "What is missing is recalled, or «\u00a0toujours d’actualité\u00a0?\u00a0» asked: by the clock, or by "
            "whoever waits."
        ),
    )

    expire = Verb(
        "Laisser expirer",
        source=[S.INCOMPLETE, S.ACCEPTED],
        target=S.EXPIRED,
        requires=[rules.NOTHING_IN_PROGRESS],
        due=rules.overdue,
        due_at=Case(When(state=S.INCOMPLETE, then=F("complete_by")), default=F("valid_until")),
        stamps={"ended_at": AT, "complete_by": None},
        done="Prescription expirée",
        why="No answer came: its needs are dropped, the worker is told.",
    )
