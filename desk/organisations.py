"""An organisation as the pilot lives with it: who acts there, what it did lately; who knows how to do what."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, Value
from django.db.models.fields import CharField
from django.utils import timezone

from desk.unattended import left_work
from lifecycle.actors import Actor
from lifecycle.journal import journal_of
from lifecycle.machine import machines
from lifecycle.registry import Panel, panel
from network.enums import Competence
from network.models import Epci, Invitation, Membership, Organisation
from network.permissions import is_pilot
from refurb.models import DistributionPoint

LATELY = timedelta(days=90)
"""How far back « lately » goes."""


def register_panels() -> None:
    """Add to the page of an organisation what the apps know of it."""
    panel("network.Organisation", activity_panel)


@dataclass(frozen=True)
class Acts:
    """What the people of an organisation did on one kind of object."""

    label: str
    lately: int
    last_at: datetime


def activity_panel(organisation: Organisation, actor: Actor) -> Panel | None:
    """For the pilot: who acts, since when nobody came, what was done in the last 90 days, the places it holds."""
    if not is_pilot(actor):
        return None
    people = Membership.objects.filter(organisation=organisation).open()
    counted = people.aggregate(roles=Count("pk"), persons=Count("user", distinct=True), last=Max("user__last_login"))
    done = acts_of(organisation, timezone.now())
    context = {
        "people": counted,
        "invited": Invitation.objects.filter(organisation=organisation).pending().count(),
        "acts": done,
        "last_at": max((one.last_at for one in done), default=None),
        "left": left_work(organisation),
        "is_closed": not organisation.is_active,
        "points": DistributionPoint.objects.filter(Q(organisation=organisation) | Q(distributor=organisation)),
    }
    return {"title": "Activité", "template": "desk/administration/_activity.html", "context": context}


def acts_of(organisation: Organisation, now: datetime) -> list[Acts]:
    """What the journals hold of an organisation, the latest first; one query over all of them."""
    counted = [
        journal_of(model)
        ._base_manager.filter(organisation=organisation.pk)  # type: ignore[misc]
        .order_by()
        .annotate(machine=Value(name, CharField()))
        .values("machine")
        .annotate(lately=Count("pk", filter=Q(at__gte=now - LATELY)), last_at=Max("at"))
        .values_list("machine", "lately", "last_at")
        for name, model in machines().items()
    ]
    first, *others = counted
    found = [
        Acts(str(machines()[name]._meta.verbose_name_plural), lately, last_at)
        for name, lately, last_at in first.union(*others, all=True).order_by()
        if last_at is not None
    ]
    return sorted(found, key=lambda one: one.last_at, reverse=True)


@dataclass(frozen=True)
class CompetenceHeld:
    """One competence: who has it, and in which EPCI nobody does."""

    competence: Competence
    organisations: list[Organisation]
    missing: list[Epci]


def state_of_play() -> tuple[list[CompetenceHeld], int]:
    """Every competence with who has it and where it lacks, and how many organisations say nothing; four queries.

    An organisation is counted in the EPCI it is, serves, lies in, or of which it serves a commune. Source: the
    roadmap asks for a state of play of actors by territory.
    """
    epcis = list(Epci.objects.living().alphabetical())
    active: Any = Organisation.objects.active().select_related("commune").order_by("name", "pk")
    served: dict[int, set[int]] = {}
    links = Organisation.communes_served.through.objects.values_list("organisation", "commune__epci").distinct()
    for organisation, epci in links:
        served.setdefault(organisation, set()).add(epci)
    rows = list(active)
    known = []
    for competence in Competence:
        having = [row for row in rows if competence in row.competences]
        covered: set[int | None] = set()
        for row in having:
            covered |= {row.epci_id, row.commune.epci_id if row.commune else None} | served.get(row.pk, set())
        known.append(CompetenceHeld(competence, having, [epci for epci in epcis if epci.pk not in covered]))
    return known, sum(not row.competences for row in rows)
