"""The next steps of whoever acts, of prospecting and of the way of EPCI: those of today, and those that are late."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone

from desk.models import Committee
from desk.todo.blocks import Block, BlockRow, until
from donations.enums import NextStep
from donations.models import Prospect
from network.enums import OrganisationKind, Role, RolloutStep
from network.models import Membership, Rollout
from network.permissions import is_pilot

TITLE = "Prospection\u00a0: vos prochaines étapes"
NONE = "Aucune étape de prospection n’est à faire aujourd’hui."
KEY = "prospection"
ROLLOUTS_TITLE = "Déploiement\u00a0: vos prochaines étapes"
ROLLOUTS_NONE = "Aucune étape du déploiement n’est à faire aujourd’hui."
ROLLOUTS_KEY = "deploiement"


def next_steps(actor: Membership, at: datetime) -> Block:
    """Whom he said he would call, write to or visit; no list has these rows alone."""
    mine = _due(actor, at).select_related("commune").order_by("next_on", "pk")
    return Block(KEY, TITLE, mine, _prospect, NONE, late=Q(next_on__lt=timezone.localdate(at)))


def rollout_steps(actor: Membership, at: datetime) -> Block:
    """What he said he would do next with an EPCI; no list has these rows alone."""
    mine = _due_rollouts(actor, at).select_related("epci").order_by("next_on", "pk")
    return Block(
        ROLLOUTS_KEY, ROLLOUTS_TITLE, mine, _rollout, ROLLOUTS_NONE, late=Q(next_on__lt=timezone.localdate(at))
    )


class Appointments:
    """Of the pilot, the next committee and the next steps: one query for all of them, when one is read."""

    def __init__(self, actor: Membership, at: datetime) -> None:
        self.actor, self.at = actor, at
        self._read: Callable[[], tuple[dict[str, Any] | None, list[BlockRow], list[BlockRow]]] = cache(self._fetched)

    def committee(self) -> dict[str, Any]:
        """``next``: the next committee, or the one that sits still; ``sitting``: the reference of its open meeting."""
        told = self._read()[0]
        if told is None:
            return {"next": None, "sitting": None}
        said = {name: told[name] for name in ("pk", "kind", "place")}
        return {"next": Committee(**said, meets_on=date.fromisoformat(told["meets_on"])), "sitting": told["sitting"]}

    def steps(self) -> Block:
        """The same block as for anybody else."""
        return Block(KEY, TITLE, lambda: self._read()[1], lambda line: line, NONE)

    def rollout_steps(self) -> Block:
        """The same block as for anybody else."""
        return Block(ROLLOUTS_KEY, ROLLOUTS_TITLE, lambda: self._read()[2], lambda line: line, ROLLOUTS_NONE)

    def _fetched(self) -> tuple[dict[str, Any] | None, list[BlockRow], list[BlockRow]]:
        today = timezone.localdate(self.at)
        coming = Committee.objects.visible_to(self.actor).awaited(today)
        told = JSONObject(pk="pk", kind="kind", meets_on="meets_on", place="place", sitting=F("meeting__reference"))
        mine = _due(self.actor, self.at).annotate(commune_name=F("commune__name")).order_by("next_on", "pk")
        step = JSONObject(
            reference="reference", name="name", next_step="next_step", next_on="next_on", commune="commune_name"
        )
        rollouts = _due_rollouts(self.actor, self.at).order_by("next_on", "pk")
        way = JSONObject(reference="reference", name=F("epci__short_name"), next_step="next_step", next_on="next_on")
        row = Membership.objects.filter(pk=self.actor.pk).values_list(
            Subquery(coming.values(json=told)[:1]),
            ArraySubquery(mine.values(json=step)),
            ArraySubquery(rollouts.values(json=way)),
        )
        committee, steps, ways = row.get()
        return committee, [_line(one, today) for one in steps], [_rollout_line(one, today) for one in ways]


def _due(actor: Membership, at: datetime) -> Any:
    """His own; to the pilot, also those of somebody who follows that commune no more: nobody else would find them.

    His role is closed, or his EPCI merged into another.
    """
    return Prospect.objects.visible_to(actor).due(timezone.localdate(at)).filter(_his(actor, "commune__epci"))


def _due_rollouts(actor: Membership, at: datetime) -> Any:
    """The same of the EPCI on their way."""
    return Rollout.objects.visible_to(actor).due(timezone.localdate(at)).filter(_his(actor, "epci"))


def _his(actor: Membership, epci: str) -> Q:
    his = Q(next_owner=actor.pk)
    if is_pilot(actor):
        its = Q(kind=OrganisationKind.EPCI, role=Role.MANAGER, organisation__epci=OuterRef(epci))
        follows = Membership.objects.open().filter(its | Q(pk__in=Membership.objects.pilots().values("pk")))
        his |= ~Exists(follows.filter(pk=OuterRef("next_owner")))
    return his


def _line(told: dict[str, Any], today: date) -> BlockRow:
    """One step, late when its day is past."""
    next_on = date.fromisoformat(told["next_on"])
    url = reverse("donations:prospect_detail", args=[told["reference"]])
    about = f"{NextStep(told['next_step']).label}, {told['commune']}"
    return BlockRow(told["name"], url, about, until(next_on), is_late=next_on < today)


def _rollout_line(told: dict[str, Any], today: date) -> BlockRow:
    next_on = date.fromisoformat(told["next_on"])
    url = reverse("network:rollout_detail", args=[told["reference"]])
    return BlockRow(
        told["name"], url, str(RolloutStep(told["next_step"]).label), until(next_on), is_late=next_on < today
    )


def _rollout(rollout: Any) -> BlockRow:
    url = reverse("network:rollout_detail", args=[rollout.reference])
    return BlockRow(str(rollout), url, rollout.get_next_step_display(), until(rollout.next_on))


def _prospect(prospect: Any) -> BlockRow:
    url = reverse("donations:prospect_detail", args=[prospect.reference])
    return BlockRow(
        prospect.name, url, f"{prospect.get_next_step_display()}, {prospect.commune}", until(prospect.next_on)
    )
