"""Make two files of one household one, and part them again: proposed by whoever sees both, never by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Unknown
from prescriptions.births import refuse_minor
from prescriptions.enums import HouseholdState
from prescriptions.machine.household_rules import not_restricted, nothing_asked
from prescriptions.models import Household, Joining, Prescription
from prescriptions.nir import refuse_nir
from prescriptions.parameters import JOIN_UNDO_DAYS
from prescriptions.services.households import record_correction
from prescriptions.services.messages import withhold_from_former

CHOSEN = (
    *("last_name", "first_name", "birth_date", "emancipated_on", "phone", "email", "address"),
    *("postcode", "adults", "children", "contact_channel"),
)
"""What may be taken from the file that is left, column by column."""


def file_kept(file: Household) -> Household:
    """The file to which this one was joined; itself, if it was not."""
    return file.joined_into if file.state == HouseholdState.JOINED and file.joined_into is not None else file


def column_told(name: str) -> str:
    """What a column is called, in French."""
    field: Any = Household._meta.get_field(name)
    return str(field.verbose_name)


def differing(kept: Household, left: Household) -> list[str]:
    """The columns that both do not say alike, and of which the other one says something."""
    return [
        name for name in CHOSEN if getattr(left, name) not in ("", None) and getattr(left, name) != getattr(kept, name)
    ]


def refuse_taken(kept: Household, left: Household, columns: Iterable[str], today: date) -> None:
    """Refuse, of what the file kept takes, a day of birth that makes its person of reference a minor.

    Raises ValidationError.
    """
    taken = {"birth_date", "emancipated_on"} & set(columns)
    born, seen_on = (getattr(left if name in taken else kept, name) for name in ("birth_date", "emancipated_on"))
    if not taken or born is None:
        return
    try:
        refuse_minor(born, today, emancipated=seen_on is not None)
    except ValidationError as wrong:
        raise ValidationError({"birth_date": wrong}) from wrong


@gate.one_transaction
def join_household(
    *,
    actor: Actor,
    household: Household,
    kept: Household,
    taken: Iterable[str] = (),
    at: datetime | None = None,
    comment: str = "",
) -> Household:
    """Leave ``household`` for ``kept``, which takes its requests, and of what it says the columns ``taken``.

    Returns the file kept. Raises Unknown, PermissionDenied, Refused, ValidationError.
    """
    refuse_nir(comment=comment)
    left = gate.apply(household, "join", actor=actor, at=at, comment=comment, kept=kept)
    row = Household.objects.get(pk=kept.pk)
    columns = [name for name in differing(row, left) if name in set(taken)]
    if columns:
        refuse_taken(row, left, columns, timezone.localdate(at))
        before = {name: getattr(row, name) for name in columns}
        _write(actor, row, {name: getattr(left, name) for name in columns}, at)
        joining = Joining.objects.standing().get(left=left)
        joining.taken, joining.before = columns, {name: _plain(value) for name, value in before.items()}
        joining.save(update_fields=["taken", "before"])
    return row


@dataclass(frozen=True)
class Parted:
    """Two files once parted, and what came since and stays with the one kept: requests, and what was corrected."""

    kept: Household
    left: Household
    requests: list[str]
    columns: list[str]


@gate.one_transaction
def part_household(
    *, actor: Actor, household: Household, left: Household, at: datetime | None = None, comment: str = ""
) -> Parted:
    """Put back where it was what came to ``household`` with ``left``, except what happened since.

    Raises Unknown, PermissionDenied, Refused once the days are over.
    """
    refuse_nir(comment=comment)
    joining = Joining.objects.standing().filter(household=household, left=left).first()
    if joining is None:
        raise Unknown
    gate.apply(household, "part", actor=actor, at=at, comment=comment, left=left)
    row, other = Household.objects.get(pk=household.pk), Household.objects.get(pk=left.pk)
    held = [name for name in joining.taken if name in joining.before]
    same = [name for name in held if getattr(row, name) == getattr(other, name)]
    if same:
        _write(actor, row, {name: _typed(name, joining.before[name]) for name in same}, at)
    since = Prescription.objects.filter(household=row, created_at__gte=joining.joined_at).order_by("pk")
    changed = [name for name in joining.taken if name not in same]
    return Parted(row, other, list(since.values_list("reference", flat=True)), changed)


def forget_replaced(*, at: datetime) -> int:
    """Erase what a file said before it took in another one, once nothing can be put back; how many joinings.

    What a household exercises a right on, or asked to be kept, stays. Undone already, it was put back.
    """
    since = at - timedelta(days=JOIN_UNDO_DAYS.on(timezone.localdate(at)))
    over = Joining.objects.filter(Q(joined_at__lt=since) | Q(undone_at__isnull=False)).exclude(before={})
    return over.filter(household__in=Household.objects.filter(nothing_asked(), not_restricted())).update(before={})


def _write(actor: Actor, row: Household, said: dict[str, Any], at: datetime | None) -> None:
    before = {name: getattr(row, name) for name in said}
    for name, value in said.items():
        setattr(row, name, value)
    row.set_keys()
    row.save(update_fields=[*said, "name_key", "phone_key", "address_key"])
    withhold_from_former(row, before)
    record_correction(actor, row, before, at)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name in ("birth_date", "emancipated_on") and value else value
