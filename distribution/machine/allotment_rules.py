"""What is missing before a device goes to a convention, to a distribution point, and back (machines §1)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from conventions.enums import TermKind
from conventions.models import Convention, ConventionTerm, Quota
from distribution.enums import DetachReason, ReleaseReason, SendBackReason
from lifecycle.machine import Capacity, Context, Given, PerRow, Requirement
from lifecycle.requirements import PerRowValues
from network.permissions import is_pilot
from refurb.enums import DeviceState, DeviceType
from refurb.machine.device_rules import coded
from refurb.machine.storage_rules import proofs_stand
from refurb.models import Delivery, Device
from typography.french import euros, grouped, plural, written_day

S = DeviceState


def key_of(given: Any) -> int | None:
    """The key of a row that was given as itself or as its key; None when none was."""
    key: int | None = getattr(given, "pk", given)
    return key or None


def keys_of(name: str, per_row: PerRowValues) -> set[int]:
    """The keys of the rows that were given under this name."""
    return {key for given in per_row.values() if (key := key_of(given.get(name))) is not None}


# --- a screen and its desktop


_FOLLOWS = "Cet écran suit son ordinateur\u00a0: agissez sur l’ordinateur."


def goes_along(target: str) -> Requirement:
    """An attached screen moves after its desktop and to the same state, never alone."""
    return Requirement("goes_along", _FOLLOWS, lambda ctx: Q(attached_to=None) | Q(attached_to__state=target))


LEFT_ALONE = Requirement(
    "left_alone",
    _FOLLOWS,
    lambda ctx: Q(attached_to=None) | ~Q(attached_to__state=F("state")),
)
"""An attached screen comes back with its desktop, or alone once its desktop is elsewhere."""


def _screen_proven() -> Q:
    """The screens that a device takes along, those in its state, are proven as they are asked to be once it moved."""
    along = Device.objects.filter(attached_to=OuterRef("pk"), state=OuterRef("state"))
    return ~Q(Exists(along.filter(~proofs_stand())))


SCREEN_PROVEN = Requirement(
    "screen_proven",
    "L’écran qui va avec cet ordinateur n’est pas prouvé vide\u00a0: prouvez-le, ou séparez-les à l’atelier.",
    lambda ctx: _screen_proven(),
    lifted_by="un technicien de l’atelier",
)
"""Asked of the desktop: a preview says it, and it alone is refused, instead of the whole set with its screen."""
ONLY_SCREENS = Requirement(
    "screen",
    "Seul un écran se rattache à un ordinateur fixe.",
    lambda ctx: Q(type=DeviceType.SCREEN),
)
NOT_ATTACHED = Requirement(
    "not_attached",
    "Cet écran est déjà rattaché à un ordinateur.",
    lambda ctx: Q(attached_to=None),
)
ATTACHED = Requirement(
    "attached", "Cet écran n’est rattaché à aucun ordinateur.", lambda ctx: Q(attached_to__isnull=False)
)


def _no_desktop(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """The desktop is reconditioned, in the same workshop, and has no screen yet."""
    wanted = {pk: key_of(given["desktop"]) for pk, given in per_row.items()}
    homes = dict(Device.objects.filter(pk__in=list(per_row)).values_list("pk", "workshop"))
    desktops = dict(
        Device.objects.filter(~Exists(Device.objects.filter(attached_to=OuterRef("pk"))))
        .filter(pk__in=set(wanted.values()), type=DeviceType.DESKTOP, state=S.READY)
        .values_list("pk", "workshop")
    )
    twice = list(wanted.values())
    return {
        pk: DESKTOP_FREE.sentence
        for pk, desktop in wanted.items()
        if desktop not in desktops or desktops[desktop] != homes[pk] or twice.count(desktop) > 1
    }


DESKTOP_FREE = PerRow(
    "desktop",
    "Choisissez un ordinateur fixe reconditionné de l’atelier, sans écran.",
    _no_desktop,
    needs=("desktop",),
    field="desktop",
    constraint="refurb_device_one_screen",
)
DETACH_REASON = coded(DetachReason.values, "Dites pourquoi l’écran est séparé de son ordinateur.")

# --- allot


class AllotmentPlace(NamedTuple):
    """What an allotment is made of."""

    convention: int
    epci: int
    workshop: int
    in_force: bool


def _places(ctx: Context, per_row: PerRowValues) -> dict[int, AllotmentPlace]:
    asked = frozenset(keys_of("convention", per_row))
    return ctx.once(("places", asked), lambda: _read_places(asked, ctx.day))


def _read_places(asked: Collection[int], day: date) -> dict[int, AllotmentPlace]:
    in_force = set(Convention.objects.in_force_on(day).filter(pk__in=asked).values_list("pk", flat=True))
    found = Convention.objects.filter(pk__in=asked).values_list("pk", "epci", "workshop")
    return {pk: AllotmentPlace(pk, epci, workshop, pk in in_force) for pk, epci, workshop in found}


def _not_in_force(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    places = _places(ctx, per_row)
    homes = dict(Device.objects.filter(pk__in=list(per_row)).values_list("pk", "workshop"))
    refused = {}
    for pk, given in per_row.items():
        place = places.get(key_of(given["convention"]) or 0)
        if place is None or place.workshop != homes[pk]:
            refused[pk] = "Cette convention n’est pas celle de l’atelier de l’appareil."
        elif not place.in_force:
            refused[pk] = "Cette convention n’est pas en vigueur à cette date."
    return refused


def quotas_on(ctx_day: Any, *, reserve: bool = False) -> QuerySet[Any]:
    """The counters of the convention years in force on a day, or those of the pilot's reserve."""
    return Quota.objects.filter(convention__isnull=reserve, starts_on__lte=ctx_day, ends_on__gte=ctx_day)


def _wrong_quota(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """The place is one of the type, of the convention year of the day, or of the reserve when the pilot allots."""
    day = ctx.day
    devices = Device.objects.filter(pk__in=list(per_row))
    rows = list(devices.values_list("pk", "type", "attached_to__convention", "attached_to"))
    facts = {pk: (type_, convention) for pk, type_, convention, _ in rows}
    attached = {pk for pk, _, _, desktop in rows if desktop is not None}
    asked = keys_of("quota", per_row)
    known = {
        pk: (convention, type_)
        for pk, convention, type_ in Quota.objects.filter(
            pk__in=asked, starts_on__lte=day, ends_on__gte=day
        ).values_list("pk", "convention", "type")
    }
    refused = {}
    for pk, given in per_row.items():
        type_, desktop_convention = facts[pk]
        convention, quota = key_of(given.get("convention")), key_of(given.get("quota"))
        if convention is None:
            continue  # said by the rule that asks for it
        if pk in attached:
            if quota is not None or desktop_convention != convention:
                refused[pk] = "Un écran rattaché suit son ordinateur et n’entame aucun quota."
        elif quota is None or quota not in known:
            refused[pk] = QUOTA_KNOWN.sentence
        elif known[quota][1] != type_ or known[quota][0] not in (None, convention):
            refused[pk] = "Cette place n’est pas de ce type ou de cette convention."
        elif known[quota][0] is None and not is_pilot(ctx.actor):
            refused[pk] = "La réserve départementale est affectée par le pilote."
    return refused


def _wrong_epci(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    places = _places(ctx, per_row)
    return {
        pk: CONVENTION_EPCI.sentence
        for pk, given in per_row.items()
        if (place := places.get(key_of(given.get("convention")) or 0)) is not None
        and place.epci != key_of(given.get("convention_epci"))
    }


def grid_of(
    day: date, devices: Iterable[int], conventions_of: Mapping[int, int | None] | None = None
) -> dict[int, Decimal]:
    """``{device: the highest price of the grid of its convention}`` on ``day``: that of its grade, or of its type.

    ``conventions_of``: the convention that each is to be allotted to, instead of its own. A type that the grid leaves
    out is not there, nor a screen that goes with its desktop. Two queries.
    """
    alone = Device.objects.filter(pk__in=list(devices), attached_to=None)
    held = [
        (pk, (conventions_of or {}).get(pk, convention), type_, grade)
        for pk, convention, type_, grade in alone.values_list("pk", "convention", "type", "grade")
    ]
    terms = ConventionTerm.objects.all()
    priced = terms.filter(convention__in={convention for _, convention, *_ in held}).on(day).filter(kind=TermKind.PRICE)
    amounts: dict[tuple[int | None, str, str], Decimal | None] = {
        (convention, type_, grade.casefold()): amount
        for convention, type_, grade, amount in priced.values_list("convention", "type", "grade", "amount")
    }
    found = {
        pk: amounts.get((convention, type_, grade.casefold()), amounts.get((convention, type_, "")))
        for pk, convention, type_, grade in held
    }
    return {pk: amount for pk, amount in found.items() if amount is not None}


def _above_grid(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """What the workshop asks for a device is not more than what the convention lets a household pay."""
    asked = {pk: key_of(given.get("convention")) for pk, given in per_row.items()}
    grid = grid_of(ctx.day, per_row, asked)
    prices = Device.objects.filter(pk__in=list(grid), price__isnull=False).values_list("pk", "price")
    return {
        pk: f"Son prix, {euros(price)}, dépasse celui de la grille de la convention\u00a0: {euros(grid[pk])} au plus."
        for pk, price in prices
        if price is not None and price > grid[pk]
    }


SOME_CONVENTION = Requirement(
    "some_convention",
    "Aucune convention de l’atelier n’est en vigueur.",
    lambda ctx: Exists(Convention.objects.in_force_on(ctx.day).filter(workshop=OuterRef("workshop"))),
    lifted_by="les parties à la convention",
)
CONVENTION_IN_FORCE = PerRow(
    "convention", "Choisissez la convention.", _not_in_force, needs=("convention",), field="convention"
)
CONVENTION_EPCI = PerRow("convention_epci", "L’EPCI donné n’est pas celui de la convention.", _wrong_epci)
QUOTA_KNOWN = PerRow(
    "quota_known",
    "La convention ne prévoit aucun appareil de ce type pour l’année en cours.",
    _wrong_quota,
    lifted_by="les parties, par un avenant, ou le pilote, sur la réserve départementale",
    field="convention",
)
UNDER_GRID = PerRow(
    "under_grid",
    "Le prix de l’appareil dépasse celui de la grille de la convention.",
    _above_grid,
    lifted_by="l’atelier, en rouvrant l’appareil pour en changer le prix",
    field="convention",
)


def _years_told(ctx: Context, full: Collection[int]) -> dict[int, str]:
    """Of quotas that take no more: which year, and what is left of this type in those that follow."""
    seen = Quota.objects.visible_to(ctx.actor)
    alike = Quota.objects.filter(pk__in=full, type=OuterRef("type"))
    same = Q(Exists(alike.filter(convention=OuterRef("convention"))))
    reserve = Q(Exists(alike.filter(convention=None)), convention=None)
    rows = seen.filter(Q(pk__in=full) | same | reserve)
    years = list(rows.order_by("year", "pk"))
    return {quota.pk: _year_told(quota, years) for quota in years if quota.pk in full}


def _year_told(full: Quota, years: Iterable[Quota]) -> str:
    whose = "la réserve départementale" if full.convention_id is None else "la convention"
    last = f"jusqu’au {written_day(full.ends_on)}"
    told = [f"année {full.year} de {whose}, {last}, {grouped(full.total)} place{plural(full.total)}, aucune ne reste"]
    told += [
        f"année {one.year}, du {written_day(one.starts_on)} au {written_day(one.ends_on)}, {grouped(one.room)} sur "
        f"{grouped(one.total)}"
        for one in years
        if (one.convention_id, one.type) == (full.convention_id, full.type) and one.starts_on > full.ends_on
    ]
    return f"Le quota de ce type est atteint ({full.get_type_display().lower()})\u00a0: {'\u00a0; '.join(told)}."


QUOTA_LEFT = Capacity(
    "quota",
    "Le quota de ce type est atteint pour l’année de la convention.",
    counter=Quota,
    key=Given("quota"),
    lifted_by="les parties, par un avenant, ou le pilote, sur la réserve départementale",
    field="convention",
    told=_years_told,
)
RELEASE_REASON = coded(ReleaseReason.values, "Dites pourquoi l’appareil est retiré de l’affectation.")

# --- ship, and what comes back


def _not_deliverable(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """The note is of this convention and workshop, still open, to a point of its distributor."""
    asked = keys_of("delivery", per_row)
    notes: dict[int, Any] = {
        row["pk"]: row
        for row in Delivery.objects.filter(pk__in=asked).values(
            "pk",
            "convention",
            "workshop",
            "point",
            "point__is_active",
            "point__distributor",
            "convention__distributor",
            "document",
        )
    }
    devices = Device.objects.filter(pk__in=list(per_row)).values_list("pk", "convention", "workshop")
    refused = {}
    for pk, convention, workshop in devices:
        note = notes.get(key_of(per_row[pk]["delivery"]) or 0)
        if note is None or note["point"] != key_of(per_row[pk].get("point")):
            refused[pk] = DELIVERY_FITS.sentence
        elif (note["convention"], note["workshop"]) != (convention, workshop):
            refused[pk] = "Cet appareil est affecté à une autre convention que celle du bon de livraison."
        elif note["document"] is not None:
            refused[pk] = "Ce bon de livraison est déjà établi\u00a0: établissez-en un autre."
        elif note["point__distributor"] != note["convention__distributor"] or not note["point__is_active"]:
            refused[pk] = "Ce point n’est ni au distributeur de la convention, ni à l’un de ses relais en service."
    return refused


DELIVERY_FITS = PerRow(
    "delivery", "Établissez le bon de livraison.", _not_deliverable, needs=("delivery",), field="point"
)
SEND_BACK_REASON = coded(SendBackReason.values, "Dites pourquoi l’appareil est renvoyé à l’atelier.")

# --- find

WAS_SHIPPED = Requirement(
    "was_shipped",
    "L’appareil n’a pas été livré depuis sa dernière arrivée\u00a0: il se réceptionne à l’atelier.",
    lambda ctx: Q(point__isnull=False, shipped_at__gte=F("received_at")),
    lifted_by="un technicien de l’atelier",
)
CONVENTION_HANDS_OVER = Requirement(
    "convention_hands_over",
    "La convention est terminée depuis trop longtemps\u00a0: renvoyez l’appareil à l’atelier.",
    lambda ctx: Exists(Convention.objects.handing_over(ctx.at).filter(pk=OuterRef("convention"))),
)


def _another_quota(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    own = dict(Device.objects.filter(pk__in=list(per_row)).values_list("pk", "quota"))
    return {pk: SAME_QUOTA.sentence for pk, given in per_row.items() if key_of(given.get("quota")) != own[pk]}


SAME_QUOTA = PerRow("same_quota", "La place reprise est celle que l’appareil occupait.", _another_quota)
