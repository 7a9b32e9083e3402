"""Inventories: the machines of a file become lines of a draft, and leave it again as long as it is one."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import Sum

from donations.enums import DonationState
from donations.models.donation import Donation, DonationLine
from donations.models.inventory import KEY_NAMES, InventoryUnit, alike, called
from donations.permissions import can_edit_donation
from donations.serials import same_serial
from donations.services.donations import ALREADY_ANNOUNCED, create_donation, held_donation
from imports.kinds import ImportRow
from imports.models import Import
from imports.services import undo_import
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown

MOST_PER_LINE = 5_000
MOST_GROUPS = 300
"""Lines of a lot that one file may make: each is decided by a person."""
DESCRIBED = (
    *("type", "year", "condition", "unit_value", "manufacturer", "model", "serial", "donor_number"),
    *("processor", "memory_gb", "storage", "remark", "quantity"),
)
"""What a line says of a machine, by the names of its fields, which are those of the columns."""
COLUMNS = (*DESCRIBED, *KEY_NAMES)
MAY_BE_NULL = frozenset(("unit_value", "memory_gb"))
ALIKE = ("type", "manufacturer", "model", "year", "condition", "unit_value")
KEYS = "keys"
SIGNS = re.compile(r"[\W_]+")


def donor_key(number: str) -> str:
    """A donor's own number as it is compared: letters and digits, in capitals."""
    return SIGNS.sub("", number).upper()


def write_units(source: Import, rows: Iterable[ImportRow]) -> None:
    """Write the machines of a chunk, in one statement; no line has them yet."""
    columns = ("source_id", "number", *COLUMNS)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = connection.ops.quote_name(InventoryUnit._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((source.pk, row.line.number, *_machine_columns(row)))


def _machine_columns(row: ImportRow) -> Iterator[Any]:
    """The columns of the machine that a line describes, in their order."""
    serial, number = keys_of(row)
    for name in DESCRIBED:
        value = row.values.get(name)
        yield "" if value is None and name not in MAY_BE_NULL else value
    yield serial
    yield number


def describes(row: ImportRow, unit: InventoryUnit) -> bool:
    """Whether a line says of a machine exactly what is kept of it."""
    return [*_machine_columns(row)] == [getattr(unit, name) for name in COLUMNS]


def keys_of(row: ImportRow) -> tuple[str, str]:
    """The serial number and the donor's own number of a line, as they are compared; computed once."""
    if KEYS not in row.values:
        values = row.values
        values[KEYS] = same_serial(values["serial"] or "")[:80], donor_key(values["donor_number"] or "")[:60]
    keys: tuple[str, str] = row.values[KEYS]
    return keys


@gate.one_transaction
def take_inventory(*, source: Import, at: datetime | None = None) -> Donation | None:
    """Put the machines of a file into the draft it was deposited for, or else into a new one of its donor.

    What the draft said of a machine of this file is replaced: no serial number stands twice in it. Machines alike
    make a line, of 5,000 at most. Raises PermissionDenied, Refused.
    """
    units = InventoryUnit.objects.filter(source=source, line=None).order_by("number").values("pk", "quantity", *ALIKE)
    groups = _grouped(units)
    if not groups:
        return None
    donation = _draft_for(source, at)
    _leave_to(source, donation)
    lines = [_line_of(donation, group) for group in groups]
    for line in lines:
        line.clean_fields(exclude=["donation"])
    DonationLine.objects.bulk_create(lines)
    _attach([(unit["pk"], line.pk) for line, group in zip(lines, groups, strict=True) for unit in group])
    return donation


def _leave_to(source: Import, donation: Donation) -> None:
    """Take out of a draft the machines that a file describes again, and the lines that nothing is left of."""
    coming = InventoryUnit.objects.filter(source=source, line=None)
    serials, numbers = (coming.exclude(**{name: ""}).order_by().values(name) for name in KEY_NAMES)
    before = InventoryUnit.objects.filter(line__donation=donation).exclude(source=source).named(serials, numbers)
    left = Counter(before.order_by().values_list("line", flat=True))
    if not left:
        return
    before.delete()
    lines = DonationLine.objects.in_bulk(left)
    DonationLine.objects.filter(pk__in=[pk for pk, line in lines.items() if line.quantity <= left[pk]]).delete()
    kept = [line for pk, line in lines.items() if line.quantity > left[pk]]
    for line in kept:
        line.quantity -= left[line.pk]
    DonationLine.objects.bulk_update(kept, ["quantity"])


def _attach(pairs: list[tuple[int, int]]) -> None:
    """Give each machine its line: ``(unit, line)``, in one statement."""
    table = connection.ops.quote_name(InventoryUnit._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} u SET line_id = v.line FROM unnest(%s::bigint[], %s::bigint[]) AS v(unit, line)"  # noqa: S608
            " WHERE u.id = v.unit",
            [[unit for unit, _ in pairs], [line for _, line in pairs]],
        )


def _grouped(units: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Machines alike together, as many as a line may have."""
    groups: dict[tuple[Any, int], list[dict[str, Any]]] = defaultdict(list)
    filled: dict[Any, int] = defaultdict(int)
    for unit in units:
        key = alike(unit)
        if filled[key] % MOST_PER_LINE + unit["quantity"] > MOST_PER_LINE:
            filled[key] += MOST_PER_LINE - filled[key] % MOST_PER_LINE
        groups[key, filled[key] // MOST_PER_LINE].append(unit)
        filled[key] += unit["quantity"]
    return list(groups.values())


def _draft_for(source: Import, at: datetime | None) -> Donation:
    actor, donor = source.applied_by or source.started_by, source.organisation
    drafts = Donation.objects.filter(donor=donor, state=DonationState.DRAFT)
    wanted = drafts.filter(pk=source.into).first() if source.into is not None else None
    if wanted is not None:
        held = held_donation(actor=actor, donation=wanted, can=can_edit_donation)
        if held.state == DonationState.DRAFT:
            return held
    site: dict[str, Any] = {
        "pick_up_address": donor.address,
        "pick_up_postcode": donor.postcode,
        "commune": donor.commune,
    }
    return create_donation(actor=actor, donor=donor, at=at, **site)


def _line_of(donation: Donation, group: list[dict[str, Any]]) -> DonationLine:
    first = group[0]
    return DonationLine(
        donation=donation,
        type=first["type"],
        quantity=sum(unit["quantity"] for unit in group),
        purchase_year=first["year"],
        condition=first["condition"],
        model_name=called(first["manufacturer"], first["model"])[:120],
        unit_value=first["unit_value"],
    )


def forget_units(source: Import) -> None:
    """Take away the machines of a file that stopped before its end."""
    InventoryUnit.objects.filter(source=source, line=None).delete()


@gate.one_transaction
def remove_inventory(*, actor: Actor, donation: Donation, source: Import) -> Donation:
    """Take the machines of one file out of a draft, with their lines. Its file may then come again.

    Raises Unknown, PermissionDenied, Refused once announced.
    """
    row = held_donation(actor=actor, donation=donation, can=can_edit_donation)
    if row.state != DonationState.DRAFT:
        raise Refused({row.pk: (ALREADY_ANNOUNCED,)})
    units = InventoryUnit.objects.filter(source=source, line__donation=row)
    lines = list(units.order_by().values_list("line", flat=True).distinct())
    if not lines:
        raise Unknown
    units.delete()
    DonationLine.objects.filter(pk__in=lines).delete()
    undo_import(source=source)
    return row


def inventories_of(donation: Donation) -> models.QuerySet[Import]:
    """The files whose machines are in a lot, each with how many."""
    units = InventoryUnit.objects.filter(line__donation=donation, source=models.OuterRef("pk")).order_by()
    count = models.Subquery(units.values("source").annotate(total=Sum("quantity")).values("total"))
    return Import.objects.annotate(machines=count).filter(machines__gt=0).select_related("file").order_by("pk")


def machines_of(donation: Donation) -> int:
    """How many machines of a lot come from inventories; one query."""
    total = InventoryUnit.objects.filter(line__donation=donation).aggregate(total=Sum("quantity"))["total"]
    return int(total or 0)
