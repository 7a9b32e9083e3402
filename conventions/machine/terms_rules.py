"""What the quotas and the prices of a draft may say, each named where it may not (machines §3.2, §3.3)."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from calendars.expressions import Shifted
from conventions.machine.reading import EDIT
from conventions.models import ConventionPrice, PlannedQuota, PriceCeiling
from lifecycle.machine import Context, PerRow
from lifecycle.requirements import PerRowValues
from typography.french import euros


def ceilings_of(ctx: Context) -> QuerySet[Any]:
    """The legal ceiling of the day of the type of a line of the grid."""
    return PriceCeiling.objects.on(ctx.day).filter(type=OuterRef("type"))


def _named(general: str, lines: Iterable[tuple[int, str]]) -> dict[int, str]:
    """By convention, the general sentence with the lines that it is about; ``lines`` come in the order of keys."""
    whole = general.removesuffix(".")
    return {
        pk: f"{whole}\u00a0: {'\u00a0; '.join(told for _, told in found)}."
        for pk, found in groupby(lines, key=lambda line: line[0])
    }


def _beyond(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    plans = (
        PlannedQuota.objects.filter(convention__in=list(per_row), year__gt=1)
        .annotate(begins=Coalesce("convention__amends__starts_on", "convention__starts_on"))
        .filter(
            Q(year=2, convention__ends_on__lt=Shifted("begins", 1, "years"))
            | Q(year=3, convention__ends_on__lt=Shifted("begins", 2, "years"))
            | Q(year__gt=3)
        )
        .order_by("convention_id", "year", "pk")
    )
    told = ((plan.convention_id, f"{plan.get_type_display().lower()}, année {plan.year}") for plan in plans)
    return _named(QUOTAS_WITHIN.sentence, told)


QUOTAS_WITHIN = PerRow(
    "quotas_within",
    "Un quota porte sur une année que la convention n’atteint pas.",
    _beyond,
    where=EDIT.at("quotas"),
    field="quotas",
    of_rows=True,
)


def _over(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    prices = (
        ConventionPrice.objects.filter(convention__in=list(per_row))
        .annotate(ceiling=Subquery(ceilings_of(ctx).values("amount")[:1]))
        .filter(amount__gt=Subquery(ceilings_of(ctx).values("amount")[:1]))
        .order_by("convention_id", "type", "grade")
    )
    return _named(UNDER_CEILING.sentence, ((price.convention_id, _told(price)) for price in prices))


def _told(price: Any) -> str:
    """« ordinateur portable, grade B, 181 € pour un plafond de 180 € »."""
    line = ", grade ".join(filter(None, (price.get_type_display().lower(), price.grade)))
    return f"{line}, {euros(price.amount)} pour un plafond de {euros(price.ceiling)}"


UNDER_CEILING = PerRow(
    "under_ceiling",
    "Un prix de la grille dépasse le plafond légal du jour (décret du 7 novembre 2022).",
    _over,
    where=EDIT.at("prices"),
    field="prices",
    of_rows=True,
)
