"""What is missing before lines that were accepted for recycling are used again."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from donations.enums import RedirectReason
from donations.models import DonationLine
from donations.models.decision import for_recycling
from donations.parameters import DEVICE_AGE
from lifecycle.machine import Context, PerRow, Requirement
from lifecycle.requirements import PerRowValues


def still_young(today: date) -> Q:
    """The lines of which machines may be used again, by their age."""
    return Q(purchase_year__gte=today.year - DEVICE_AGE.on(today))


RECYCLES = Requirement(
    "recycles",
    "Rien, dans ce lot, n’est accepté pour le recyclage sans avoir passé l’âge limite.",
    lambda ctx: Exists(DonationLine.objects.filter(for_recycling(), still_young(ctx.day), donation=OuterRef("pk"))),
)


def _on_chosen(code: str, sentence: str, among: Callable[[Context, QuerySet[Any]], QuerySet[Any]]) -> PerRow:
    """Every line that is named is ``among`` those of its lot that may be."""

    def check(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
        refused = {}
        for pk, given in per_row.items():
            chosen = set(given.get("lines") or ())
            kept = among(ctx, DonationLine.objects.filter(donation=pk, pk__in=chosen)).values_list("pk", flat=True)
            if not chosen or chosen - set(kept):
                refused[pk] = sentence
        return refused

    return PerRow(code, sentence, check, needs=("lines",), field="lines")


LINES_RECYCLED = _on_chosen(
    "lines_recycled",
    "Choisissez une ligne au moins, parmi celles qui sont acceptées pour le recyclage.",
    lambda ctx, lines: lines.filter(for_recycling()),
)
TOO_OLD = "Au-delà de l’âge limite, un appareil reste pour le recyclage."


def _too_old(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """Which lines, of those that are named, are beyond the age limit."""
    refused = {}
    for pk, given in per_row.items():
        chosen = DonationLine.objects.filter(donation=pk, pk__in=given.get("lines") or ())
        if old := list(chosen.exclude(still_young(ctx.day)).order_by("pk")):
            refused[pk] = f"{TOO_OLD} Décochez\u00a0: {'\u00a0; '.join(map(str, old))}."
    return refused


STILL_YOUNG = PerRow("still_young", TOO_OLD, _too_old, needs=("lines",), field="lines")
REDIRECT_REASON = Requirement(
    "reason",
    "Dites pourquoi ces lignes ne vont pas au recyclage.",
    lambda ctx: not ctx.has("reason") or ctx.values["reason"] in RedirectReason.values,
    needs=("reason",),
    field="reason",
)
