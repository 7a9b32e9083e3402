"""What is asked of whoever acts, by the circuits and by the rows, and taking charge of it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from viewflow.workflow.activation import Activation
from viewflow.workflow.base import Node
from viewflow.workflow.models import Task

from conventions.circuit import WAITING, lock_process, processes_of, type_of
from conventions.enums import ALIVE, ConventionState, ReviewState, SignatureState
from conventions.flows import ConventionFlow
from conventions.machine.ending_rules import NOTICE_FOLLOWED, NOTICE_GIVEN, own_notices, party_of
from conventions.models import Convention, EndConsent, Review, Signature, SignatureDeposit
from conventions.permissions import (
    PARTIES,
    can_acknowledge_signature,
    can_agree_end_convention,
    can_answer_refusal_signature,
    can_answer_review,
    can_deposit_signature,
    can_open_signature_convention,
    can_sign_signature,
    can_submit_convention,
    can_take_back_notice_convention,
)
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import one_transaction
from lifecycle.machine import Context
from lifecycle.requirements import Reason
from network.enums import Role
from network.models import Membership, User

TAKES_PART = (Role.REVIEWER, Role.SIGNATORY, Role.MANAGER)


def _about(node: Node, rows: QuerySet[Review] | QuerySet[Signature]) -> Q:
    seeds = rows.order_by().values("pk")
    return Q(flow_task=node, seed_content_type=type_of(rows.model), seed_object_id__in=seeds)


def asked_of(actor: Actor) -> QuerySet[Task]:
    """What the circuits ask of whoever acts, among the conventions one may see; the rows say for whom each task is."""
    seen = Convention.objects.visible_to(actor)
    wanted = Q(pk=None)
    if (answers := can_answer_review(actor)) is not None:
        wanted |= _about(
            ConventionFlow.review, Review.objects.visible_to(actor).filter(answers, state=ReviewState.ASKED)
        )
    wanted |= _about(ConventionFlow.sign, _signatures_of(actor))
    for node, allowed in (
        (ConventionFlow.revise, can_submit_convention(actor)),
        (ConventionFlow.open_signature, can_open_signature_convention(actor)),
    ):
        if allowed is not None:
            wanted |= Q(flow_task=node, process__artifact_object_id__in=seen.filter(allowed).order_by().values("pk"))
    return (
        Task.objects.filter(wanted, process__in=processes_of(seen.order_by()), status__in=WAITING)
        .select_related("process", "owner")
        .order_by("pk")
    )


def _signatures_of(actor: Actor) -> QuerySet[Signature]:
    """What one signs oneself, until it is given; what one deposits for one's party, then what another party confirms.

    The named signatory is asked as long as she has not signed or acknowledged what was deposited in her name; nobody of
    her party is while an answer is owed to her, who does not sign the text as it stands.
    """
    asked = Signature.objects.visible_to(actor).filter(state=SignatureState.ASKED)
    signs, deposits = can_sign_signature(actor), can_deposit_signature(actor)
    wanted = Q(pk=None)
    standing = SignatureDeposit.objects.standing().filter(signature=OuterRef("pk"))
    deposited, unrefused = Q(Exists(standing)), Q(answer_due_on=None)
    unknown = SignatureDeposit.objects.unknown().filter(signature=OuterRef("pk"))
    if deposits is not None:
        wanted |= deposits & ~deposited & unrefused
    if signs is not None:
        wanted |= Q(signatory=actor.pk) & (~deposited & unrefused | Q(Exists(unknown)))
        wanted |= signs & ~Q(organisation=actor.organisation_id) & deposited
    return asked.filter(wanted)


def unknown_to(actor: Actor) -> QuerySet[Signature]:
    """What counts as given by whoever acts, was deposited by somebody else, and is not acknowledged yet.

    Asked by the rows alone: the circuit has gone on.
    """
    if can_acknowledge_signature(actor) is None:
        return Signature.objects.none()
    unknown = SignatureDeposit.objects.unknown().filter(signature=OuterRef("pk"), file=OuterRef("scan"))
    rows = Signature.objects.visible_to(actor).filter(
        Exists(unknown),
        signatory=actor.pk,
        state=SignatureState.SIGNED,
        convention__state__in=(ConventionState.SIGNING, ConventionState.SIGNED, *ALIVE),
    )
    return rows.select_related("convention__epci_party", "convention__workshop", "convention__distributor")


def refusals_to_answer(actor: Actor) -> QuerySet[Signature]:
    """The refusals to sign that whoever acts answers, unless the text is opened again."""
    scope = can_answer_refusal_signature(actor)
    if scope is None:
        return Signature.objects.none()
    rows = Signature.objects.visible_to(actor).refused().filter(scope, convention__state=ConventionState.SIGNING)
    return rows.select_related("convention__epci_party", "convention__workshop", "convention__distributor")


def to_agree_end(actor: Actor) -> QuerySet[Convention]:
    """The conventions whose end is proposed, and on which the party of whoever acts has not answered."""
    scope = can_agree_end_convention(actor)
    if scope is None:
        return Convention.objects.none()
    party = party_of(Context(timezone.now(), actor))
    given = EndConsent.objects.filter(convention=OuterRef("pk"), round=OuterRef("end_round"), party=party)
    return Convention.objects.visible_to(actor).filter(
        scope, ~Exists(given), end_proposed_at__isnull=False, state__in=(ConventionState.SIGNED, *ALIVE)
    )


def to_end_alone(actor: Actor) -> QuerySet[Any]:
    """The conventions that the party of whoever acts said it would end alone, once its delay has passed.

    ``noticed_at``: when it said so.
    """
    scope = can_take_back_notice_convention(actor)
    if scope is None:
        return Convention.objects.none().annotate(noticed_at=F("moved_at"))
    now = Context(timezone.now(), actor)
    passed = NOTICE_GIVEN.condition(now) & NOTICE_FOLLOWED.condition(now)
    rows = Convention.objects.visible_to(actor).filter(scope, passed, state__in=(ConventionState.SIGNED, *ALIVE))
    return rows.annotate(noticed_at=Subquery(own_notices(now).values("told_at")[:1]))


# --- taking charge


def gone(actor: Actor, owners: Iterable[int]) -> set[int]:
    """Of these accounts, those who act no more where the actor does, or nowhere for those of elsewhere; one query.

    They act in a role that answers or signs: another role takes part in no circuit. What one of them has in charge is
    nobody's: a colleague takes it.
    """
    acting = Membership.objects.open().filter(pk=OuterRef("pk"), kind__in=PARTIES, role__in=TAKES_PART)
    held: dict[int, list[tuple[bool, bool]]] = {owner: [] for owner in owners}
    if not held:
        return set()
    rows = Membership.objects.filter(user__in=list(held)).annotate(is_acting=Exists(acting))
    for user, organisation, is_acting in rows.values_list("user", "organisation", "is_acting"):
        held[user].append((organisation == actor.organisation_id, is_acting))
    near = {
        user: [acts for is_near, acts in roles if is_near] or [acts for _, acts in roles]
        for user, roles in held.items()
    }
    return {user for user, roles in near.items() if not any(roles)}


def _others_task(actor: Membership, task: Task) -> bool:
    """Whether somebody else has it in charge, and is still asked it in one of the roles in which he acts."""
    if task.owner_id in (None, actor.user_id):
        return False
    roles = Membership.objects.open().filter(user=task.owner_id)
    return any(asked_of(role).filter(pk=task.pk).exists() for role in roles)


def owner_told(actor: Actor, owner: User | None) -> str:
    """Who has a task in charge: by name to his own organisation, empty when nobody has."""
    if owner is None:
        return ""
    same = owner.memberships.filter(organisation=actor.organisation_id).exists()
    return str(owner) if same else "Une autre organisation"


@one_transaction
def claim_task(*, actor: Membership, pk: int) -> Task:
    """Take charge of a task, so that colleagues know, also in the place of somebody who left.

    Raises Unknown, or Refused when someone already did.
    """
    with _locked(actor, pk) as activation:
        task: Task = activation.task
        if _others_task(actor, task):
            taken = f"{owner_told(actor, task.owner)} s’en charge déjà."
            raise Refused({pk: (Reason("claimed", taken),)})
        if task.owner_id not in (None, actor.user_id):
            activation.unassign()
        if task.owner_id is None:
            activation.assign(actor.user)
        return task


@one_transaction
def release_task(*, actor: Membership, pk: int) -> Task:
    """Give a task back to one's colleagues. Raises Unknown, or Refused when another person has it in charge."""
    with _locked(actor, pk) as activation:
        task: Task = activation.task
        if _others_task(actor, task):
            taken = f"{owner_told(actor, task.owner)} s’en charge et peut seule y renoncer."
            raise Refused({pk: (Reason("claimed", taken),)})
        if task.owner_id is not None:
            activation.unassign()
        return task


@contextmanager
def _locked(actor: Actor, pk: int) -> Iterator[Activation]:
    """The activation of a task asked of this actor, locked and read again."""
    task = asked_of(actor).filter(pk=pk).first()
    if task is None:
        raise Unknown
    lock_process(task.process)
    task = asked_of(actor).filter(pk=pk).first()
    if task is None:
        raise Unknown
    with task.activation() as activation:
        yield activation
