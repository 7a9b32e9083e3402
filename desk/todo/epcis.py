"""« À faire » of an EPCI: what is asked of it, with the date; then its territory this month."""

from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from conventions.enums import ALIVE
from conventions.models import Convention, Quota
from conventions.permissions import prepares_conventions, sees_conventions
from desk.todo.blocks import TodoAction, TodoPage, TodoPart
from desk.todo.committees import committees
from desk.todo.conventions import inbox, writing_blocks
from desk.todo.ending import ending_for_parties
from desk.todo.figures import latest, month_name, territory, threshold_of
from desk.todo.limits import limits_on
from desk.todo.next_steps import next_steps, rollout_steps
from desk.todo.readers import reports
from donations.permissions import can_prospect
from network.models import Epci, Membership
from network.permissions import can_roll_out


def todo_of(actor: Membership, at: datetime) -> TodoPage:
    """Its manager writes and decides, its reviewer and signatory answer; its observer reads."""
    actions: tuple[TodoAction, ...] = ()
    if prepares_conventions(actor):
        actions = (TodoAction("Nouvelle convention", reverse("conventions:convention_create")),)
    below = (TodoPart("desk/_territory.html", lambda: _territory(actor, at)),)
    if sees_conventions(actor) is None:
        return TodoPage(blocks=(reports(actor), *committees(actor, at)), above=below, changes=("report",))
    follows = (rollout_steps(actor, at),) if can_roll_out(actor) is not None else ()
    follows += (next_steps(actor, at),) if can_prospect(actor) is not None else ()
    return TodoPage(
        actions=actions,
        blocks=(
            inbox(actor),
            *writing_blocks(actor, at),
            ending_for_parties(actor, at, limits_on(at)),
            *follows,
            *committees(actor, at),
        ),
        below=below,
        changes=("convention", "review", "signature", "report"),
    )


def _territory(actor: Membership, at: datetime) -> dict[str, Any]:
    """The last published month of the EPCI, and what its conventions have used of this year's quotas."""
    epci = Epci.objects.filter(organisations=actor.organisation_id).first()
    report = latest(actor)
    known = report is not None and epci is not None
    today = timezone.localdate(at)
    seen = Quota.objects.visible_to(actor).on(today)
    return {
        "epci": epci,
        "report": report,
        "month": month_name(report) if report is not None else "",
        "facts": territory(report, epci) if known else [],
        "threshold": threshold_of(report) if report is not None else None,
        "conventions": _counted(actor, today, seen),
    }


def _counted(actor: Membership, today: date, quotas: QuerySet[Quota]) -> list[Convention]:
    """Its conventions in force, and those that are suspended, each with its ``year_quotas``; two queries."""
    lines = quotas.order_by("type")
    alive = Convention.objects.originals().filter(state__in=ALIVE, starts_on__lte=today, ends_on__gte=today)
    own = actor.organisation_id
    kept = alive.filter(Q(epci_party=own, succeeded_by=None) | Q(succeeded_by=own))
    return list(kept.order_by("ends_on", "pk").prefetch_related(Prefetch("quotas", lines, to_attr="year_quotas")))
