"""« À faire » of an operator's agent: demands to answer, the oldest first, on screen or by a file."""

from datetime import datetime
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_working_days
from connectivity.enums import ConnectionState
from connectivity.models import ConnectionFile, Transmission
from connectivity.models.connection import moved_since_planned
from connectivity.parameters import FIRST_REMINDER_DAYS
from desk.todo.blocks import WHOLE, Block, BlockRow, TodoAction, TodoPage, since, until
from lifecycle.actors import Actor
from network.models import Membership
from typography.french import HARD

S = ConnectionState
TO_CONFIRM = {"is_to_confirm": ExpressionWrapper(moved_since_planned(), BooleanField())}


def todo_of(actor: Membership, at: datetime) -> TodoPage:
    """The queue; the two links of those who answer by a file."""
    return TodoPage(
        actions=(
            TodoAction("Répondre aux demandes", reverse("connectivity:queue")),
            TodoAction("Prendre le fichier des demandes", reverse("connectivity:queue_export")),
            TodoAction("Déposer un fichier de réponses", reverse("connectivity:queue_import")),
        ),
        blocks=(_queue(actor, at),),
        changes=("connection",),
    )


def _queue(actor: Actor, at: datetime) -> Block:
    told = Transmission.objects.visible_to(actor).filter(file=OuterRef("pk")).order_by("-sent_at", "-pk")
    reminded = add_working_days(timezone.localdate(at), -FIRST_REMINDER_DAYS.on(timezone.localdate(at)))
    waited = Q(state=S.SENT, waiting_since__date__lt=reminded) | Q(state=S.ACCEPTED, accepted_at__date__lt=reminded)
    missed = Q(state=S.SCHEDULED, appointment_on__lt=timezone.localdate(at))
    files = ConnectionFile.objects.to_answer(actor).select_related("offer").annotate(**TO_CONFIRM)
    names = {name: Subquery(told.values(name)[:1]) for name in ("last_name", "first_name")}
    return Block(
        "demandes",
        "Demandes à traiter",
        files.annotate(told_last=names["last_name"], told_first=names["first_name"]).order_by("sent_at", "pk"),
        _demand,
        "Toutes les demandes ont reçu une réponse. Une nouvelle demande apparaît ici, et un courriel l’annonce.",
        reverse("connectivity:queue") + WHOLE,
        late=waited | missed | moved_since_planned(),
    )


def _demand(file: Any) -> BlockRow:
    url = reverse("connectivity:connection_detail", args=[file.reference])
    name = f"{file.told_first or ''} {file.told_last or ''}".strip() or file.reference
    state = f"{file.get_state_display()}, {file.offer}"
    if file.is_to_confirm:
        state = f"le foyer a déménagé{HARD}: raccordement à confirmer, {file.offer}"
    if file.state == S.SCHEDULED:
        return BlockRow(name, url, state, until(file.appointment_on, "raccordement le"))
    return BlockRow(name, url, state, since(file.sent_at, "demandé"))
