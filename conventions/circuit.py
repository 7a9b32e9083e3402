"""Moving the circuit after the rows, and taking charge of what it asks.

Locks: a process is locked by whoever already holds its convention (the followers below), or by itself (claim,
release). So it comes after the convention, the review and the signature in the global order, and two callers never
wait for each other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Max, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from viewflow.workflow.activation import Activation
from viewflow.workflow.base import Node
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import STATUS
from viewflow.workflow.token import Token

from conventions.enums import ALIVE, ConventionState, ReviewState, SignatureState
from conventions.flows import ConventionFlow
from conventions.machine.ending_rules import party_of
from conventions.models import Convention, EndConsent, Review, Signature, SignatureDeposit
from conventions.permissions import (
    can_acknowledge_signature,
    can_agree_end_convention,
    can_answer_review,
    can_deposit_signature,
    can_open_signature_convention,
    can_sign_signature,
    can_submit_convention,
)
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import hold, lock, one_transaction
from lifecycle.machine import Context
from lifecycle.registry import Move, follow
from lifecycle.requirements import Reason
from network.models import Membership, User

OPEN = (STATUS.NEW, STATUS.ASSIGNED, STATUS.STARTED)
WAITING = (STATUS.NEW, STATUS.ASSIGNED)
"""A task that a person is asked to do: free, or taken in charge."""


# --- reading


def type_of(model: type[Model]) -> ContentType:
    """How viewflow names what a process or a task is about."""
    return ContentType.objects.get_for_model(model)


def processes_of(conventions: QuerySet[Convention]) -> QuerySet[Process]:
    """The circuits of these conventions."""
    return Process.objects.filter(
        flow_class=ConventionFlow,
        artifact_content_type=type_of(Convention),
        artifact_object_id__in=conventions.values("pk"),
    )


def process_of(convention_pk: int) -> Process | None:
    """The circuit of a convention that is under way."""
    return processes_of(Convention.objects.filter(pk=convention_pk)).filter(finished=None).order_by("-pk").first()


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

    The named signatory is asked as long as she has not signed or acknowledged what was deposited in her name.
    """
    asked = Signature.objects.visible_to(actor).filter(state=SignatureState.ASKED)
    signs, deposits = can_sign_signature(actor), can_deposit_signature(actor)
    wanted = Q(pk=None)
    standing = SignatureDeposit.objects.standing().filter(signature=OuterRef("pk"))
    deposited = Q(Exists(standing))
    unknown = SignatureDeposit.objects.unknown().filter(signature=OuterRef("pk"))
    if deposits is not None:
        wanted |= deposits & ~deposited
    if signs is not None:
        wanted |= Q(signatory=actor.pk) & (~deposited | Q(Exists(unknown)))
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


# --- taking charge


def owner_told(actor: Actor, owner: User | None) -> str:
    """Who has a task in charge: by name to his own organisation, empty when nobody has."""
    if owner is None:
        return ""
    same = owner.memberships.filter(organisation=actor.organisation_id).exists()
    return str(owner) if same else "Une autre organisation"


@one_transaction
def claim_task(*, actor: Membership, pk: int) -> Task:
    """Take charge of a task, so that colleagues know. Raises Unknown, or Refused when someone already did."""
    with _locked(actor, pk) as activation:
        task: Task = activation.task
        if task.owner_id not in (None, actor.user_id):
            taken = f"{owner_told(actor, task.owner)} s’en charge déjà."
            raise Refused({pk: (Reason("claimed", taken),)})
        if task.owner_id is None:
            activation.assign(actor.user)
        return task


@one_transaction
def release_task(*, actor: Membership, pk: int) -> Task:
    """Give a task back to one's colleagues. Raises Unknown, or Refused when another person has it in charge."""
    with _locked(actor, pk) as activation:
        task: Task = activation.task
        if task.owner_id not in (None, actor.user_id):
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
    _lock(task.process)
    task = asked_of(actor).filter(pk=pk).first()
    if task is None:
        raise Unknown
    with task.activation() as activation:
        yield activation


def _lock(process: Process) -> None:
    """With the other locks of the transaction, so that a deadlock would be retried: viewflow hides it in its own."""
    lock(Process, [process.pk], "FOR NO KEY UPDATE")


# --- following the rows


@contextmanager
def _at(process_pk: int, at: datetime) -> Iterator[None]:
    """What moves in the block bears the instant of the verb, not that of the machine's clock."""
    tasks = Task.objects.filter(process=process_pk)
    last = tasks.aggregate(last=Max("pk"))["last"] or 0
    open_before = set(tasks.filter(finished=None).values_list("pk", flat=True))
    yield
    tasks.filter(pk__gt=last).update(created=at)
    ended = tasks.filter(Q(pk__gt=last) | Q(pk__in=open_before), finished__isnull=False)
    ended.update(finished=at)
    tasks.filter(Q(pk__gt=last) | Q(pk__in=open_before), started__gt=at).update(started=at)
    Process.objects.filter(pk=process_pk, finished__isnull=False).update(finished=at)


def _each(move: Move, do: Callable[[Convention, Process], None]) -> None:
    """Move the circuit of each convention of the set, one after the other, in the order of locks."""
    for convention in Convention.objects.filter(pk__in=move.pks).order_by("pk"):
        process = process_of(convention.pk)
        if process is not None:
            _lock(process)
            with _at(process.pk, move.at):
                do(convention, process)


def _done(process: Process, node: Node, actor: Actor, seed: Review | Signature | None = None) -> None:
    """The task of this node is done, by whoever did it; nothing when the circuit no longer asks it."""
    waiting = Task.objects.filter(process=process, flow_task=node, status__in=WAITING)
    if seed is not None:
        waiting = waiting.filter(seed_content_type=type_of(type(seed)), seed_object_id=seed.pk)
    task = waiting.order_by("pk").first()
    if task is None:
        return
    user = User.objects.filter(memberships=actor.pk).first() if actor.pk else None
    with task.activation() as activation:
        if task.owner_id is None:
            activation.assign(user)
        else:
            activation.reassign(user)
        activation.start(None)
        activation.execute()


def ask_reviews(move: Move) -> None:
    """The first submission starts the circuit; another one opens a new round of it."""
    for convention in Convention.objects.filter(pk__in=move.pks).order_by("pk"):
        process = process_of(convention.pk)
        if process is None:
            process = ConventionFlow.start.run(convention=convention)
            hold(Process, [process.pk])
            Process.objects.filter(pk=process.pk).update(created=move.at)
            tasks = Task.objects.filter(process=process)
            tasks.update(created=move.at)
            tasks.filter(started__isnull=False).update(started=move.at)
            tasks.filter(finished__isnull=False).update(finished=move.at)
            continue
        _lock(process)
        with _at(process.pk, move.at):
            _done(process, ConventionFlow.revise, move.actor)


def review_answered(move: Move) -> None:
    """One reviewer less to wait for. After what the last answer leads to: the column says where the circuit goes."""
    for review in Review.objects.filter(pk__in=move.pks).order_by("pk"):
        process = process_of(review.convention_id)
        if process is not None:
            _lock(process)
            with _at(process.pk, move.at):
                _done(process, ConventionFlow.review, move.actor, review)


def ask_signatures(move: Move) -> None:
    """The act of the EPCI is there: the three signatures are asked."""
    _each(move, lambda convention, process: _done(process, ConventionFlow.open_signature, move.actor))


def signature_given(move: Move) -> None:
    """One signature less to wait for; the third one ends the circuit."""
    for signature in Signature.objects.filter(pk__in=move.pks).order_by("pk"):
        process = process_of(signature.convention_id)
        if process is not None:
            _lock(process)
            with _at(process.pk, move.at):
                _done(process, ConventionFlow.sign, move.actor, signature)


def give_back(move: Move) -> None:
    """Somebody else is asked: whoever had taken charge of it no longer has."""
    model: type[Review] | type[Signature] = Review if move.machine == "review" else Signature
    node = ConventionFlow.review if move.machine == "review" else ConventionFlow.sign
    for row in model.objects.filter(pk__in=move.pks).order_by("pk"):
        process = process_of(row.convention_id)
        if process is None:
            continue
        _lock(process)
        task = Task.objects.filter(
            process=process, flow_task=node, status__in=WAITING, seed_content_type=type_of(model), seed_object_id=row.pk
        ).first()
        if task is not None and task.owner_id is not None:
            with task.activation() as activation:
                activation.unassign()


def signature_asked_again(move: Move) -> None:
    """A contested signature is asked once more, in the branch of another one; an ended circuit goes on for it."""
    for signature in Signature.objects.filter(pk__in=move.pks).order_by("pk"):
        process = _circuit_of(signature.convention_id)
        if process is None:
            continue
        _lock(process)
        with _at(process.pk, move.at), ConventionFlow.lock(process.pk):
            _ask_again(process, signature)


def _circuit_of(convention_pk: int) -> Process | None:
    """The last circuit of a convention, ended or not."""
    return processes_of(Convention.objects.filter(pk=convention_pk)).order_by("-pk").first()


def _ask_again(process: Process, signature: Signature) -> None:
    done = Task.objects.filter(process=process, flow_task=ConventionFlow.sign).order_by("-pk").first()
    split = Task.objects.filter(process=process, flow_task=ConventionFlow.ask_signatures).order_by("-pk").first()
    if done is None or split is None:
        return
    end = Task.objects.filter(process=process, flow_task=ConventionFlow.end, status=STATUS.DONE).order_by("-pk").first()
    if end is not None:
        end.flow_task.activation_class(end).undo()
        split.refresh_from_db()
    taken = Task.objects.filter(process=process, token__startswith=f"{split.token}/{split.pk}_").count()
    token = Token(f"{split.token}/{split.pk}_{taken + 1}")
    ConventionFlow.sign._create(split.flow_task.activation_class(split), token, seed=signature)


def go_back(move: Move) -> None:
    """What was asked no longer is; the circuit waits for the text to be submitted again."""
    _each(move, lambda convention, process: _ask_revision(process))


def _ask_revision(process: Process) -> None:
    with ConventionFlow.lock(process.pk):
        last = None
        for task in process.task_set.filter(status__in=OPEN).order_by("pk"):
            last = task.flow_task.activation_class(task)
            last.cancel()
        if last is None:
            task = process.task_set.latest("pk")
            last = task.flow_task.activation_class(task)
        ConventionFlow.revise._create(last, Token("start"))


def stop(move: Move) -> None:
    """The draft is abandoned: nothing is asked of anybody any more."""
    _each(move, lambda convention, process: ConventionFlow.instance.cancel(process))


def register() -> None:
    """After the app's own followers: they settle the rows, the circuit comes after."""
    follow("convention", "submit", ask_reviews)
    follow("review", "answer", review_answered)
    follow("review", "answer_against", review_answered)
    follow("convention", "open_signature", ask_signatures)
    follow("signature", "sign", signature_given)
    follow("signature", "contest", signature_asked_again)
    for machine in ("review", "signature"):
        follow(machine, "hand_on", give_back)
        follow(machine, "replace", give_back)
    follow("review", "pass_over", review_answered)
    follow("convention", "reopen", go_back)
    follow("convention", "abandon", stop)
