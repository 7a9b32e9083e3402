"""« À faire » of the data protection officer: what households ask, the first due first; breaches to advise on."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import SOON, Block, BlockRow, TodoAction, TodoPage, since, until
from desk.todo.incidents import incidents_to_advise
from lifecycle.erased import erased
from network.models import Membership
from prescriptions.enums import HouseholdState, RightsState
from prescriptions.machine.rights_rules import told_long_ago, with_correction
from prescriptions.models import Household, RightsRequest
from typography.french import HARD, day

S = RightsState


def todo_of(actor: Membership, at: datetime) -> TodoPage:
    """Requests that wait for him; those whose clock is stopped until it is known who asks."""
    asked = RightsRequest.objects.visible_to(actor).select_related("household__prescriber").order_by("due_on", "pk")
    return TodoPage(
        actions=(
            TodoAction("Noter une demande reçue", reverse("prescriptions:rights_request_create")),
            TodoAction("Archives et effacements prévus", reverse("prescriptions:foreseen_list")),
        ),
        blocks=(
            *_back(),
            _to_answer(asked, at),
            incidents_to_advise(actor, at),
            _stopped(asked),
            _restricting(asked, at),
        ),
        changes=("rights_request",),
    )


def _back() -> tuple[Block, ...]:
    """Who was erased and came back with a backup, until the clock may erase them again; no query when nobody was."""
    known = erased("household")
    back = Household.objects.filter(reference__in=known).exclude(state=HouseholdState.ANONYMISED)
    if not known or not back.exists():
        return ()
    return (
        Block(
            "revenus",
            "Foyers effacés, revenus d’une sauvegarde",
            back.select_related("prescriber").order_by("pk"),
            _is_back,
            "Aucun foyer effacé n’est revenu.",
            is_wanted_empty=True,
            late_word="revenu",
        ),
    )


def _is_back(household: Any) -> BlockRow:
    guide = reverse("desk:guide_chapter", args=["protection-des-donnees"])
    waits = f"s’efface d’ici un quart d’heure, sinon quand rien ne le retient plus{HARD}: voyez {household.prescriber}"
    joined = f"réuni à un autre dossier, ne s’efface pas de lui-même{HARD}: le pilote les sépare"
    is_joined = household.state == HouseholdState.JOINED
    return BlockRow(household.reference, f"{guide}#un-foyer-efface-qui-revient", joined if is_joined else waits)


def _to_answer(asked: QuerySet[RightsRequest], at: datetime) -> Block:
    return Block(
        "droits",
        "Demandes de droits à répondre",
        with_correction(asked.filter(state=S.RECEIVED)),
        _line,
        "Aucune demande n’attend votre réponse.",
        f"{reverse('prescriptions:rights_request_list')}?state={S.RECEIVED}",
        late=Q(due_on__lt=timezone.localdate(at)),
    )


def _stopped(asked: QuerySet[RightsRequest]) -> Block:
    return Block(
        "droits-identite",
        "Identités à établir",
        asked.filter(state=S.IDENTITY).order_by("identity_asked_at", "pk"),
        _awaited,
        "Personne n’a à dire qui il est.",
        f"{reverse('prescriptions:rights_request_list')}?state={S.IDENTITY}",
    )


def _restricting(asked: QuerySet[RightsRequest], at: datetime) -> Block:
    """What is kept and used for nothing: announced, then lifted."""
    return Block(
        "droits-limites",
        "Limitations en cours",
        asked.restricting().order_by(F("lift_told_at").asc(nulls_last=True), "settled_at", "pk"),  # type: ignore[attr-defined]
        _restricted,
        "Aucun dossier n’est gardé sans servir.",
        late=told_long_ago(at),
        late_word=SOON,
    )


def _restricted(asked: Any) -> BlockRow:
    when = since(asked.settled_at)
    if asked.lift_told_at is not None:
        when = f"{when}, fin annoncée {since(asked.lift_told_at)}"
    return BlockRow(asked.get_kind_display(), _url(asked), _about(asked), when)


def _line(asked: Any) -> BlockRow:
    corrected = f", dossier corrigé le {day(timezone.localdate(asked.corrected_at))}" if asked.corrected_at else ""
    return BlockRow(asked.get_kind_display(), _url(asked), f"{_about(asked)}{corrected}", until(asked.due_on))


def _awaited(asked: Any) -> BlockRow:
    return BlockRow(asked.get_kind_display(), _url(asked), _about(asked), since(asked.identity_asked_at, "demandée"))


def _about(asked: Any) -> str:
    prolonged = ", prolongée" if asked.prolonged_at is not None else ""
    return f"{asked.reference}, foyer suivi par {asked.household.prescriber}{prolonged}"


def _url(asked: Any) -> str:
    return reverse("prescriptions:rights_request_detail", args=[asked.reference])
