"""The circuit of a convention in viewflow: who must act next, several at once.

The names of this module, of the flow and of its nodes are stored in the database (``conventions/flows.ConventionFlow
.review``): renaming one is a data migration. The rows (reviews, signatures) and the state of the convention are the
truth; the flow is moved by followers (``conventions.circuit``) and never asked by the gate.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from viewflow import this
from viewflow.workflow import nodes
from viewflow.workflow.activation import Activation
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock
from viewflow.workflow.nodes.split import SplitActivation
from viewflow.workflow.token import Token

from conventions.enums import ConventionState, ReviewState, SignatureState
from conventions.models import Convention, Review, Signature


class OnePerRowActivation(SplitActivation):
    """Opens one task for each row, which the task keeps as its seed."""

    @Activation.status.super()
    def activate(self) -> None:
        self.rows = list(self.flow_task.rows(self.process.artifact))

    @Activation.status.super()
    def create_next(self) -> Iterator[Activation]:
        tokens = Token.split_token_source(self.task.token, self.task.pk)
        (branch, *_), *_ = self.flow_task._branches
        for row, token in zip(self.rows, tokens, strict=False):
            yield branch._create(self, token, seed=row)


class OnePerRow(nodes.Split):
    """A split whose branches are rows: how many is known when it is reached (this version of viewflow has none)."""

    activation_class = OnePerRowActivation

    def __init__(self, rows: Callable[[Convention], Iterable[Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rows = rows


class AskedTask(nodes.View):
    """Something a person is asked to do on our own pages: viewflow keeps who took charge of it."""

    def __init__(self) -> None:
        super().__init__(view=None)


def reviews_asked(convention: Convention) -> Iterable[Review]:
    """The reviews of this round."""
    return Review.objects.filter(convention=convention, round=convention.round, state=ReviewState.ASKED).order_by("pk")


def signatures_asked(convention: Convention) -> Iterable[Signature]:
    """The signatures of this round."""
    asked = Signature.objects.filter(convention=convention, round=convention.round, state=SignatureState.ASKED)
    return asked.order_by("pk")


class ConventionFlow(Flow):
    """Circuit d’une convention.

    Relectures en parallèle, autant de tours qu’il faut, puis acte de l’EPCI et trois signatures dans n’importe quel
    ordre.
    """

    lock_impl = SelectForUpdateLock(nowait=False, attempts=1)

    start = nodes.StartHandle(this.begin).Next(this.ask_reviews)
    ask_reviews = OnePerRow(reviews_asked).Next(this.review)
    review = AskedTask().Next(this.reviews_done)
    reviews_done = nodes.Join().Next(this.outcome)
    outcome = nodes.If(this.is_approved).Then(this.open_signature).Else(this.revise)
    revise = AskedTask().Next(this.ask_reviews)
    open_signature = AskedTask().Next(this.ask_signatures)
    ask_signatures = OnePerRow(signatures_asked).Next(this.sign)
    sign = AskedTask().Next(this.signatures_done)
    signatures_done = nodes.Join().Next(this.end)
    end = nodes.End()

    def begin(self, activation: Activation, convention: Convention) -> Any:
        """The process is about this convention."""
        activation.process.artifact = convention
        return activation.process

    def is_approved(self, activation: Activation) -> bool:
        """What the reviews came to, which the column of the convention says."""
        state = Convention.objects.values_list("state", flat=True).get(pk=activation.process.artifact_object_id)
        return state == ConventionState.APPROVED
