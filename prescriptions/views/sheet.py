"""What is known of a prescription and of a household, gathered for their pages: each part by its own wall."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from lifecycle.actors import Actor
from lifecycle.history import Past
from network.permissions import is_pilot
from prescriptions.completion import Round, rounds_of
from prescriptions.enums import OPEN_NEED_STATES, NeedState
from prescriptions.instruction import InstructionClock, clocks_of
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import (
    Agreement,
    Decision,
    Evaluation,
    Fact,
    FileNote,
    Household,
    HouseholdAccess,
    Need,
    Prescription,
    PrescriptionPaper,
    PromisedContact,
    ProofPhoto,
    Rank,
    Reminder,
    Residence,
    SocialStory,
    rank_of,
)
from prescriptions.permissions import advises, sees_accesses, sees_facts, sees_messages, works
from prescriptions.services.contacts import said_told
from prescriptions.views.answers import answers_of, corrections_told, last_by_link, objections_told
from prescriptions.views.sent_messages import SentMessage, messages_told_to

LAST_ACCESSES = 50
"""How many openings of a file its page shows."""


@dataclass(frozen=True)
class NeedShown:
    """A need with its rank, when it waits."""

    need: Need
    rank: Rank | None


@dataclass(frozen=True)
class Sheet:
    """Everything under the title of a prescription that whoever reads may see."""

    needs: list[NeedShown]
    sees_facts: bool
    facts: list[Fact]
    evaluation: Evaluation | None
    agreement: Agreement | None
    decisions: list[Decision]
    rounds: list[Round]
    story: SocialStory | None
    papers: list[PrescriptionPaper]
    reminders: list[Reminder]
    contact: PromisedContact | None
    said_told: PromisedContact | None
    answered_by_link: bool
    notes: list[FileNote]
    clock: InstructionClock | None
    photos: list[ProofPhoto]


def needs_of(prescription: Prescription) -> list[Need]:
    """Its needs, in the order they were asked."""
    return list(prescription.needs.select_related("mediation", "epci").order_by("pk"))


def open_needs(needs: list[Need]) -> list[Need]:
    """Those that are not settled."""
    return [need for need in needs if need.state in OPEN_NEED_STATES]


def sheet_of(prescription: Prescription, needs: list[Need], actor: Actor) -> Sheet:
    """The sheet of a prescription, in a number of queries that depends on its waiting needs only."""
    seen = sees_facts(actor)
    contact = _contact(prescription, actor)
    of_it = {"prescription": prescription}
    reminders = Reminder.objects.visible_to(actor).filter(**of_it) if works(actor) or advises(actor) else ()
    return Sheet(
        needs=[NeedShown(need, _rank(need, prescription)) for need in needs],
        sees_facts=seen,
        facts=list(Fact.objects.visible_to(actor).current().filter(**of_it).select_related("recorded_by__user")),
        evaluation=evaluation_of(prescription) if seen else None,
        agreement=Agreement.objects.visible_to(actor)
        .filter(**of_it)
        .select_related("text", "recorded_by__user")
        .first(),
        decisions=list(Decision.objects.visible_to(actor).filter(**of_it).select_related("decided_by__user")),
        rounds=rounds_of(prescription, actor),
        story=story_of(prescription, actor),
        papers=_papers(prescription, actor),
        reminders=list(reminders),
        contact=contact,
        said_told=said_told(prescription, actor) if contact is None and works(actor) else None,
        answered_by_link=prescription.confirmed_at is not None and last_by_link(prescription),
        notes=list(
            FileNote.objects.visible_to(actor).filter(**of_it).select_related("written_by__user", "organisation")
        ),
        clock=clocks_of([prescription.pk], timezone.localdate()).get(prescription.pk) if seen else None,
        photos=list(ProofPhoto.objects.visible_to(actor).waiting().filter(**of_it)),
    )


def _contact(prescription: Prescription, actor: Actor) -> PromisedContact | None:
    """What is still to be told, with the message that did not leave; nothing while the household limits its data."""
    rows = PromisedContact.objects.visible_to(actor).to_keep().filter(prescription=prescription)
    rows = rows.filter(unrestricted("prescription__household"))
    return rows.select_related("mail", "sms").first()


def _papers(prescription: Prescription, actor: Actor) -> list[PrescriptionPaper]:
    """Newest first: it says where the request stands, and replaces all the others, seen or not by this reader."""
    rows = PrescriptionPaper.objects.filter(prescription=prescription)
    seen = rows.visible_to(actor).select_related("document")
    replaced: dict[str, Any] = {"is_replaced": Exists(rows.filter(pk__gt=OuterRef("pk")))}
    return list(seen.annotate(**replaced))


def story_of(prescription: Prescription, actor: Actor) -> SocialStory | None:
    """The story, for the prescriber that wrote it and for nobody else."""
    return (
        SocialStory.objects.visible_to(actor)
        .filter(prescription=prescription)
        .select_related("written_by__user")
        .first()
    )


def evaluation_of(prescription: Prescription) -> Evaluation:
    """What the rules of today say of it."""
    return Fact.objects.evaluations([prescription.pk], timezone.localdate())[prescription.pk]


def _rank(need: Need, prescription: Prescription) -> Rank | None:
    need.prescription = prescription
    return rank_of(need) if need.state == NeedState.WAITING else None


@dataclass(frozen=True)
class HouseholdSheet:
    """Everything under the name of a household that whoever reads may see."""

    residences: list[Residence]
    prescriptions: list[Prescription]
    accesses: list[HouseholdAccess]
    sees_accesses: bool
    reminders: list[Reminder]
    answers: list[Past]
    messages: list[SentMessage]
    sees_messages: bool


def household_sheet(household: Household, actor: Actor) -> HouseholdSheet:
    """The sheet of a household, in a constant number of queries."""
    accesses = HouseholdAccess.objects.visible_to(actor).filter(household=household)
    rows = Prescription.objects.visible_to(actor).filter(household=household)
    prescriptions = list(rows.select_related("prescriber").prefetch_related("needs").order_by("-pk"))
    follows = works(actor) or is_pilot(actor)
    is_told_of_messages = sees_messages(actor) is not None
    reminders = Reminder.objects.visible_to(actor).filter(household=household, prescription=None)
    return HouseholdSheet(
        residences=list(Residence.objects.visible_to(actor).told_last().filter(household=household)),
        prescriptions=prescriptions,
        accesses=list(accesses.select_related("actor__user", "organisation")[:LAST_ACCESSES]),
        sees_accesses=sees_accesses(actor) is not None and accesses.exists(),
        reminders=list(reminders.planned()) if follows else [],
        answers=[
            *answers_of(prescriptions, actor),
            *objections_told(household, actor),
            *corrections_told(household, actor),
        ],
        messages=messages_told_to(household, actor) if is_told_of_messages else [],
        sees_messages=is_told_of_messages,
    )
