"""The screens of a desktop do what it does, in the same transaction, from the same state."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from conventions.followers import all_moved
from distribution.machine.stamps import prolonged
from lifecycle import gate
from lifecycle.in_order import by_key
from lifecycle.registry import Move
from refurb.machine.device_rules import OTHER
from refurb.models.device import Device, DeviceEntry

ALONG = "Comme l’ordinateur avec lequel il va."
"""What explains another reason of a screen: the word that was written is said of its desktop."""


def take_screens_along(move: Move) -> None:
    """The screens of the desktops that moved do the same, from the same state; they take no place of a quota."""
    sources = {row.pk: row.source for row in move.rows}
    screens = Device.objects.filter(attached_to__in=sources)
    if move.verb == "undo_take_back":  # one that came back alone before its desktop did is there all the same
        returns = DeviceEntry.objects.filter(object=OuterRef("attached_to"), verb="take_back").order_by("-seq")
        screens = screens.filter(returned_at=Subquery(returns.values("at")[:1]))
    later = prolonged(screens, timezone.localdate(move.at)) if move.verb == "give_back" else {}
    per_row: dict[int, dict[str, Any]] = {}
    for screen in by_key(screens):
        desktop = screen.attached_to_id
        if desktop is not None and screen.state == sources[desktop]:
            per_row[screen.pk] = dict(move.per_row.get(desktop, {})) | _of_its_own(move.verb, later.get(screen.pk))
    if per_row:
        apart = {name for given in per_row.values() for name in given}
        common = {name: value for name, value in move.values.items() if name not in apart}
        all_moved(
            gate.apply_many(
                Device.objects.filter(pk__in=per_row),
                move.verb,
                actor=move.actor,
                at=move.at,
                cause=move,
                comment=ALONG if move.values.get("reason") == OTHER else "",
                per_row=per_row,
                **common,
            )
        )


def _of_its_own(verb: str, covered_until: date | None) -> dict[str, Any]:
    if verb == "give_back" and covered_until is not None:
        return {"warranty_until": covered_until}
    return {"allot": {"quota": None}, "exchange": {"replaces": None}}.get(verb, {})
