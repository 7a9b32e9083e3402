"""Moving the circuit after the rows: a follower of each verb that counts for it.

Locks: a process is locked by whoever already holds its convention (the followers below), or by itself (claim, release:
``conventions.asked``). So it comes after the convention, the review and the signature in the global order, and two
callers never wait for each other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, Model, Q, QuerySet
from viewflow.workflow.base import Node
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import STATUS
from viewflow.workflow.token import Token

from conventions.flows import ConventionFlow
from conventions.models import Convention, Review, Signature
from lifecycle.actors import Actor
from lifecycle.locking import hold, lock
from lifecycle.registry import Move, on_transition
from network.models import User

OPEN = (STATUS.NEW, STATUS.ASSIGNED, STATUS.STARTED)
WAITING = (STATUS.NEW, STATUS.ASSIGNED)
"""A task that a person is asked to do: free, or taken in charge."""


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


def lock_process(process: Process) -> None:
    """With the other locks of the transaction, so that a deadlock would be retried: viewflow hides it in its own."""
    lock(Process, [process.pk], "FOR NO KEY UPDATE")


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


type Row = Convention | Review | Signature


def _each(move: Move, do: Callable[[Row, Process], None], *, ended: bool = False) -> None:
    """Move the circuit of each row of the set, one after the other, in the order of locks; ``ended`` ones too."""
    model: type[Row] = {"convention": Convention, "review": Review, "signature": Signature}[move.machine]
    for row in model.objects.filter(pk__in=move.pks).order_by("pk"):
        key = row.pk if isinstance(row, Convention) else row.convention_id
        process = _circuit_of(key) if ended else process_of(key)
        if process is not None:
            lock_process(process)
            with _at(process.pk, move.at):
                do(row, process)


def _waiting(process: Process, node: Node, seed: Row) -> Task | None:
    """The task of this node that waits for somebody; for this row, where there is one for each."""
    waiting = Task.objects.filter(process=process, flow_task=node, status__in=WAITING)
    if not isinstance(seed, Convention):
        waiting = waiting.filter(seed_content_type=type_of(type(seed)), seed_object_id=seed.pk)
    return waiting.order_by("pk").first()


def _done(process: Process, node: Node, actor: Actor, seed: Row) -> None:
    """The task of this node is done, by whoever did it; nothing when the circuit no longer asks it."""
    task = _waiting(process, node, seed)
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
        lock_process(process)
        with _at(process.pk, move.at):
            _done(process, ConventionFlow.revise, move.actor, convention)


def review_answered(move: Move) -> None:
    """One reviewer less to wait for. After what the last answer leads to: the column says where the circuit goes."""
    _each(move, lambda review, process: _done(process, ConventionFlow.review, move.actor, review))


def ask_signatures(move: Move) -> None:
    """The act of the EPCI is there: the three signatures are asked."""
    _each(move, lambda convention, process: _done(process, ConventionFlow.open_signature, move.actor, convention))


def signature_given(move: Move) -> None:
    """One signature less to wait for; the third one ends the circuit."""
    _each(move, lambda signature, process: _done(process, ConventionFlow.sign, move.actor, signature))


def give_back(move: Move) -> None:
    """Somebody else is asked: whoever had taken charge of it no longer has."""
    node = ConventionFlow.review if move.machine == "review" else ConventionFlow.sign
    _each(move, lambda row, process: _unassign(_waiting(process, node, row)))


def _unassign(task: Task | None) -> None:
    if task is not None and task.owner_id is not None:
        with task.activation() as activation:
            activation.unassign()


def signature_asked_again(move: Move) -> None:
    """A contested signature is asked once more, in the branch of another one; an ended circuit goes on for it."""
    _each(move, lambda signature, process: _ask_again(process, signature), ended=True)


def _circuit_of(convention_pk: int) -> Process | None:
    """The last circuit of a convention, ended or not."""
    return processes_of(Convention.objects.filter(pk=convention_pk)).order_by("-pk").first()


def _ask_again(process: Process, signature: Row) -> None:
    with ConventionFlow.lock(process.pk):
        done = Task.objects.filter(process=process, flow_task=ConventionFlow.sign).order_by("-pk").first()
        split = Task.objects.filter(process=process, flow_task=ConventionFlow.ask_signatures).order_by("-pk").first()
        if done is None or split is None:
            return
        end = (
            Task.objects.filter(process=process, flow_task=ConventionFlow.end, status=STATUS.DONE)
            .order_by("-pk")
            .first()
        )
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
    on_transition("convention", "submit", ask_reviews)
    on_transition("review", "answer", review_answered)
    on_transition("review", "answer_against", review_answered)
    on_transition("convention", "open_signature", ask_signatures)
    on_transition("signature", "sign", signature_given)
    on_transition("signature", "contest", signature_asked_again)
    for machine in ("review", "signature"):
        on_transition(machine, "hand_on", give_back)
        on_transition(machine, "replace", give_back)
    on_transition("review", "pass_over", review_answered)
    on_transition("convention", "reopen", go_back)
    on_transition("convention", "abandon", stop)
