"""The life of a prescription, a household's file opened by a social worker (machines §4)."""

from django.db.models import Case, F, When

from lifecycle.fields import StateField
from lifecycle.machine import ACTOR, AT, CREATION, SAME, Given, Machine, verb
from prescriptions.enums import PrescriptionState
from prescriptions.machine import prescription_rules as rules
from prescriptions.permissions import (
    can_accept_prescription,
    can_ask_completion_prescription,
    can_confirm_prescription,
    can_create_prescription,
    can_hand_on_prescription,
    can_refuse_prescription,
    can_remind_prescription,
    can_submit_prescription,
    can_transfer_prescription,
    can_withdraw_prescription,
)

S = PrescriptionState


class PrescriptionMachine(Machine):
    """From the draft to what became of the last need."""

    machine_name = "prescription"
    reference_prefix = "P"
    dimensions = ("epci",)
    state_tones = {
        S.SUBMITTED: "todo",
        S.INCOMPLETE: "todo",
        S.FULFILLED: "done",
        S.REFUSED: "danger",
        S.EXPIRED: "danger",
    }

    state = StateField("état", choices=PrescriptionState, default=PrescriptionState.DRAFT, protected=True)

    class Meta:
        abstract = True

    @verb(
        "Commencer une prescription",
        source=CREATION,
        target=S.DRAFT,
        who=can_create_prescription,
        requires=[rules.HOUSEHOLD_OPEN],
        leans=["household"],
        stamps={"created_at": AT, "worker": ACTOR, "contacted_at": AT},
        done="Brouillon créé",
    )
    def create(self) -> None:
        """The worker begins with the household."""

    @verb(
        "Déposer la prescription",
        source=[S.DRAFT, S.INCOMPLETE],
        target=S.SUBMITTED,
        who=can_submit_prescription,
        requires=[
            rules.HOUSEHOLD_OPEN,
            rules.RESIDENCE,
            rules.REACHABLE,
            rules.MEMBERS_COUNTED,
            rules.HAS_NEEDS,
            rules.FACTS_SEEN,
            rules.AGREEMENT_GIVEN,
            rules.DOUBLES_ANSWERED,
            rules.DISTRIBUTOR_GIVEN,
        ],
        leans=["household"],
        stamps={
            "submitted_at": AT,
            "contacted_at": AT,
            "distributor": Given("distributor"),
            "commune": F("household__commune"),
            "epci": F("household__commune__epci"),
            "complete_by": None,
        },
        journal=["distributor"],
        done="Prescription déposée",
    )
    def submit(self) -> None:
        """The worker has an acknowledgement and a sheet for the household; the distributor has one more to read."""

    @verb(
        "Demander un complément",
        source=S.SUBMITTED,
        target=S.INCOMPLETE,
        who=can_ask_completion_prescription,
        requires=[rules.MISSING_SAID],
        stamps={"complete_by": rules.complete_by},
        journal=["missing"],
        done="Complément demandé",
    )
    def ask_completion(self) -> None:
        """The worker is told what is missing; reminders are planned."""

    @verb(
        "Accepter",
        source=S.SUBMITTED,
        target=S.ACCEPTED,
        who=can_accept_prescription,
        requires=[rules.AGAINST_EXPLAINED],
        stamps={"accepted_at": AT, "valid_until": rules.valid_until},
        done="Prescription acceptée",
    )
    def accept(self) -> None:
        """The needs wait; what the rules of the day said is kept with the decision."""

    @verb(
        "Refuser",
        source=[S.SUBMITTED, S.INCOMPLETE],
        target=S.REFUSED,
        who=can_refuse_prescription,
        requires=[rules.REFUSE_REASON, rules.NEXT_STEP, rules.REFUSAL_GROUNDED],
        stamps={"ended_at": AT, "end_reason": Given("reason"), "complete_by": None},
        journal=["reason"],
        done="Prescription refusée",
        irreversible=True,
    )
    def refuse(self) -> None:
        """The worker is told why, and what the household can do next."""

    @verb(
        "Toujours d’actualité",
        source=S.ACCEPTED,
        target=SAME,
        who=can_confirm_prescription,
        stamps={"confirmed_at": AT, "contacted_at": AT, "valid_until": rules.valid_until},
        done="Toujours d’actualité",
    )
    def confirm(self) -> None:
        """The household still needs it: validity starts again."""

    @verb(
        "Transférer à un autre prescripteur",
        source=[S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED],
        target=SAME,
        who=can_transfer_prescription,
        requires=[rules.RECEIVER_GIVEN, rules.ANOTHER_PRESCRIBER],
        leans_write=["household"],
        stamps={"prescriber": Given("prescriber"), "worker": None, "worker_before": F("worker")},
        journal=["prescriber"],
        done="Transférée à un autre prescripteur",
    )
    def transfer(self) -> None:
        """The household's file goes with it; colleagues are told. The story stays with whoever wrote it."""

    @verb(
        "Confier à un collègue",
        source=[S.DRAFT, S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED],
        target=SAME,
        who=can_hand_on_prescription,
        requires=[rules.COLLEAGUE_GIVEN],
        stamps={"worker": Given("worker"), "worker_before": F("worker")},
        done="Confiée à un collègue",
    )
    def hand_on(self) -> None:
        """Somebody else of the same team follows it: what it asks is on his first page; both are told."""

    @verb(
        "Suivre le foyer",
        source=[S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED],
        target=SAME,
        follows=["household.move", "merger.declare"],
        stamps={"commune": F("household__commune"), "epci": F("household__commune__epci")},
        done="Suit le foyer dans son nouveau territoire",
    )
    def relocate(self) -> None:
        """The household moved: its needs wait in the territory where it lives now."""

    @verb(
        "Clore : honorée",
        source=S.ACCEPTED,
        target=S.FULFILLED,
        follows=["need.meet", "need.drop"],
        requires=[rules.ALL_SETTLED, rules.SOMETHING_MET],
        stamps={"ended_at": AT},
        done="Prescription honorée",
    )
    def fulfil(self) -> None:
        """The last need is settled, and at least one is met: closing note."""

    @verb(
        "Clore : non honorée",
        source=S.ACCEPTED,
        target=S.CLOSED_UNMET,
        follows=["need.drop"],
        requires=[rules.ALL_SETTLED, rules.NOTHING_MET],
        stamps={"ended_at": AT},
        done="Prescription close sans besoin satisfait",
    )
    def close_unmet(self) -> None:
        """The last need is given up, and none is met: closing note."""

    @verb(
        "Rouvrir",
        source=[S.FULFILLED, S.CLOSED_UNMET],
        target=S.ACCEPTED,
        follows=["need.unmeet"],
        stamps={"ended_at": None, "valid_until": rules.valid_until},
        done="Prescription rouverte",
    )
    def reopen(self) -> None:
        """What met a need is undone."""

    @verb(
        "Abandonner",
        source=[S.DRAFT, S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED],
        target=S.WITHDRAWN,
        who=can_withdraw_prescription,
        follows=["household.archive"],
        requires=[rules.WITHDRAW_REASON, rules.NOTHING_MET],
        stamps={"ended_at": AT, "contacted_at": AT, "end_reason": Given("reason"), "complete_by": None},
        journal=["reason"],
        done="Prescription abandonnée",
        irreversible=True,
    )
    def withdraw(self) -> None:
        """Its needs are dropped, and what was reserved or under way for them is released."""

    @verb(
        "Relancer",
        source=[S.INCOMPLETE, S.ACCEPTED],
        target=SAME,
        who=can_remind_prescription,
        requires=[rules.NOT_REMINDED_TODAY],
        due=rules.to_remind,
        done="Relance",
    )
    def remind(self) -> None:
        """What is missing is recalled, or « toujours d’actualité ? » asked: by the clock, or by whoever waits."""

    @verb(
        "Laisser expirer",
        source=[S.INCOMPLETE, S.ACCEPTED],
        target=S.EXPIRED,
        requires=[rules.NOTHING_IN_PROGRESS],
        due=rules.overdue,
        due_at=Case(When(state=S.INCOMPLETE, then=F("complete_by")), default=F("valid_until")),
        stamps={"ended_at": AT, "complete_by": None},
        done="Prescription expirée",
    )
    def expire(self) -> None:
        """No answer came: its needs are dropped, the worker is told."""
