"""Needs are served in their order: to serve one before its turn, a reason of the list is given, kept and counted."""

from bisect import bisect_left
from collections import defaultdict

from django.db.models import Q

from distribution.machine.household_rules import devices_and_needs
from lifecycle.machine import Context, PerRow
from lifecycle.requirements import PerRowValues
from prescriptions.enums import NeedState, OrderReason, PrescriptionState
from prescriptions.models import Need
from prescriptions.models.need import LEAD
from typography.french import plural

type Group = tuple[str, frozenset[int]]


def ahead_of(ctx: Context, asked: PerRowValues) -> dict[int, int]:
    """``{device pk: how many needs have a better rank}`` than the one it is given (``need``), and could be given it.

    They wait, of the same kind, for another household, which wants them and whose file is not kept aside; whoever
    acts sees them, and they are of the territory of the device or have a derogation: what the queue offers this
    device to. Those that the set serves too are left out, and so is what goes by no rank: a screen that follows its
    desktop, a need that does not wait or that the device cannot serve. One query more than the rules on the need.
    """
    held = {pk: row for pk, row in devices_and_needs(ctx, asked).items() if row.fits and row.state == NeedState.WAITING}
    if not held:
        return {}
    served = {row.need for row in held.values()}
    places = {place for row in held.values() for place in row.territories}
    waiting = (
        Need.objects.visible_to(ctx.actor)
        .waiting()
        .free_to_serve()
        .served_alone()
        .filter(Q(epci__in=places) | Q(derogation__isnull=False) | Q(pk__in=served))
        .filter(kind__in={row.kind for row in held.values()}, prescription__state=PrescriptionState.ACCEPTED)
        .filter(moved_at__lte=ctx.at, prescription__moved_at__lte=ctx.at)
    )
    ranks: dict[int, int] = {}
    leads: dict[int, int] = {}
    free: dict[str, list[tuple[int, int | None, bool, int]]] = defaultdict(list)
    ranked = waiting.annotate(lead=LEAD).ranked(ctx.at).values_list("pk", "kind", "epci", "derogation", "lead")
    for rank, (pk, kind, epci, derogation, lead) in enumerate(ranked):
        ranks[pk], leads[pk] = rank, lead
        if pk not in served:
            free[kind].append((rank, epci, derogation is not None, lead))
    before: dict[Group, list[tuple[int, int]]] = {}
    found = {}
    for pk, row in held.items():
        group = (row.kind, frozenset(row.territories))
        if group not in before:
            before[group] = [(rank, lead) for rank, epci, let, lead in free[row.kind] if let or epci in row.territories]
        own = ranks.get(row.need or 0)
        better = [] if own is None else before[group][: bisect_left(before[group], (own, 0))]
        found[pk] = sum(lead != leads.get(row.need or 0) for _, lead in better)
    return found


def jumped(count: int) -> str:
    """« 26 besoins mieux placés pourraient recevoir cet appareil »."""
    could = plural(count, "pourrait,pourraient")
    return f"{count}\u00a0besoin{plural(count)} mieux placé{plural(count)} {could} recevoir cet appareil"


def _out_of_order(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    refused = {}
    for pk, count in ahead_of(ctx, per_row).items():
        reason = per_row[pk].get("out_of_order") or ""
        if count and not reason:
            refused[pk] = f"{jumped(count)}\u00a0: dites pourquoi celui-ci passe avant son tour."
        elif reason and reason not in OrderReason.values:
            refused[pk] = "Choisissez dans la liste pourquoi ce besoin passe avant son tour."
        elif reason and not count:
            refused[pk] = "Aucun besoin mieux placé n’attend cet appareil\u00a0: laissez le motif vide."
    return refused


IN_ORDER = PerRow(
    "in_order",
    "Un besoin mieux placé pourrait recevoir cet appareil\u00a0: dites pourquoi celui-ci passe avant son tour.",
    _out_of_order,
    field="out_of_order",
)
