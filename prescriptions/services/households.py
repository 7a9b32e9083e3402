"""Households: open a file, describe it, move it, tell two files apart or together, log who opens it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor, SignedLink
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locked_rows import held_row
from lifecycle.machine import Reason
from network.models import Commune
from prescriptions.enums import DoubleSign, HouseholdState
from prescriptions.machine.household_rules import NOTHING_ATTACHED
from prescriptions.models import DoubleAnswer, Household, HouseholdAccess
from prescriptions.models.household import KEYS
from prescriptions.nir import refuse_nir
from prescriptions.permissions import can_attach_household, can_follow_household

NOT_OPEN = Reason("not_open", "Le dossier du foyer est archivé\u00a0: rouvrez-le d’abord.")
PERSON = (
    "last_name",
    "first_name",
    "birth_date",
    "phone",
    "email",
    "address",
    "postcode",
    "domiciled",
    "adults",
    "children",
    "contact_channel",
)


@gate.one_transaction
def create_household(
    *, actor: Actor, commune: Commune | None = None, at: datetime | None = None, comment: str = "", **person: Any
) -> Household:
    """Open a household's file for the actor's prescriber; ``person`` takes the columns of ``PERSON``.

    Raises PermissionDenied, Refused, ValidationError (a social security number, naming the field).
    """
    refuse_nir(comment=comment)
    if actor.organisation_id is None:
        raise PermissionDenied
    row = Household(prescriber_id=actor.organisation_id, commune=commune, **_described(person))
    row.set_keys()
    _clean(row)
    created: Household = gate.create(row, "create", actor=actor, at=at, comment=comment)
    return created


@gate.one_transaction
def edit_household(*, actor: Actor, household: Household, at: datetime | None = None, **person: Any) -> Household:
    """Describe a household again; another ``commune`` among ``person`` is a move, told today.

    Raises Unknown, PermissionDenied, Refused once archived, ValidationError.
    """
    row = _held(actor, household)
    commune = person.pop("commune", None)
    described = _described(person)
    for name, value in described.items():
        setattr(row, name, value)
    row.set_keys()
    _clean(row)
    row.save(update_fields=[*described, "name_key", "phone_key", "address_key"])
    if commune is not None and commune.pk != row.commune_id:
        moved_on = timezone.localdate(at)
        return move_household(actor=actor, household=row, commune=commune, moved_on=moved_on, at=at)
    return row


@gate.one_transaction
def move_household(
    *,
    actor: Actor,
    household: Household,
    commune: Commune,
    moved_on: date,
    at: datetime | None = None,
    comment: str = "",
    **home: Any,
) -> Household:
    """The household lives in another commune since a day; ``home`` may give its new address and postcode.

    Its live prescriptions follow. Raises Unknown, PermissionDenied, Refused, ValidationError.
    """
    refuse_nir(comment=comment)
    if home:
        edit_household(actor=actor, household=household, at=at, **home)
    moved: Household = gate.apply(
        household, "move", actor=actor, at=at, comment=comment, commune=commune, moved_on=moved_on
    )
    return moved


def reopen_household(*, actor: Actor, household: Household, at: datetime | None = None, comment: str = "") -> Household:
    """The household came back before its file was erased. Raises Unknown, PermissionDenied, Refused."""
    refuse_nir(comment=comment)
    reopened: Household = gate.apply(household, "reopen", actor=actor, at=at, comment=comment)
    return reopened


def attach_household(
    *, actor: Actor, household: Household, same_as: Household, at: datetime | None = None, comment: str = ""
) -> Household:
    """Say that two files are of one household; nothing is merged. Raises Unknown, PermissionDenied, Refused."""
    refuse_nir(comment=comment)
    attached: Household = gate.apply(household, "attach", actor=actor, at=at, comment=comment, same_as=same_as)
    return attached


def detach_household(*, actor: Actor, household: Household, at: datetime | None = None, comment: str = "") -> Household:
    """Say that they were not after all. Raises Unknown, PermissionDenied, Refused."""
    refuse_nir(comment=comment)
    row = Household.objects.visible_to(actor).filter(pk=household.pk).first()
    if row is None:
        raise Unknown
    detached: Household = gate.apply(row, "detach", actor=actor, at=at, comment=comment, other=row.same_as_id)
    return detached


@dataclass(frozen=True)
class Double:
    """A file that looks like another one: how much, in what, and what was answered (None: nothing yet)."""

    household: Household
    score: int
    signs: tuple[str, ...]
    answer: DoubleAnswer | None

    @property
    def reasons(self) -> list[str]:
        """What they have in common, in French."""
        return [str(DoubleSign(sign).label) for sign in self.signs]


def possible_doubles(*, actor: Actor, household: Household, at: datetime | None = None) -> list[Double]:
    """The files that look like this one among those the actor may see, the likeliest first, answered or not."""
    day = timezone.localdate(at)
    seen = Household.objects.visible_to(actor)
    alike: Any = seen.resembling(lambda name: getattr(household, name), day)
    found = list(alike.order_by("-score", "pk"))
    answers = answers_about(household, [row.pk for row in found])
    return [Double(row, row.score, _signs(household, row), answers.get(row.pk)) for row in found]


def answers_about(household: Household, others: list[int]) -> dict[int, DoubleAnswer]:
    """``{the other file: the last answer about both}``."""
    pairs = DoubleAnswer.objects.filter(Q(low=household.pk, high__in=others) | Q(high=household.pk, low__in=others))
    found = {}
    for answer in pairs.select_related("answered_by__user").order_by("pk"):
        found[answer.high_id if answer.low_id == household.pk else answer.low_id] = answer
    return found


def _signs(one: Household, other: Household) -> tuple[str, ...]:
    told = {sign.value: (getattr(one, column), getattr(other, column)) for sign, column in KEYS.items()}
    return tuple(sign for sign, (mine, yours) in told.items() if mine and mine == yours)


@gate.one_transaction
def answer_double(
    *, actor: Actor, household: Household, other: Household, same: bool, at: datetime | None = None
) -> DoubleAnswer:
    """Say whether two files that look alike are of one household. Remembered; may be answered again.

    "Same" brings them together, each with the files that hang with it; "not the same" takes this file away from all of
    them, or the other one when it hangs from this one. Raises Unknown, PermissionDenied, Refused.
    """
    scope = can_attach_household(actor)
    if scope is None or actor.pk is None:
        raise PermissionDenied
    rows = {row.pk: row for row in Household.objects.visible_to(actor).filter(pk__in=(household.pk, other.pk))}
    if household.pk == other.pk or len(rows) != 2:
        raise Unknown
    one, two = rows[household.pk], rows[other.pk]
    together = one.lead_id == two.lead_id
    if same and not together:
        _attach(actor, one, two, at)
    elif not same and together:
        detach_household(actor=actor, household=two if two.same_as_id == one.pk else one, at=at)
    known = answers_about(one, [two.pk]).get(two.pk)
    return known if known is not None and known.same == same else record_answer(actor, one, two, same, at)


def _attach(actor: Actor, one: Household, two: Household, at: datetime | None) -> None:
    """Attach the file that is alone to the one from which the other hangs. Raises Refused when neither is alone."""
    mine, theirs = one.same_as or one, two.same_as or two
    if not mine.attached.exists():
        attach_household(actor=actor, household=mine, same_as=theirs, at=at)
    elif not theirs.attached.exists():
        attach_household(actor=actor, household=theirs, same_as=mine, at=at)
    else:
        raise Refused({one.pk: (NOTHING_ATTACHED.reason,)})


def record_answer(actor: Actor, one: Household, two: Household, same: bool, at: datetime | None) -> DoubleAnswer:
    """Write an answer with what the two files have in common now."""
    low, high = sorted((one, two), key=lambda row: row.pk)
    points = {row.household.pk: row.score for row in possible_doubles(actor=actor, household=low, at=at)}
    assert actor.pk is not None
    return DoubleAnswer.objects.create(
        low=low,
        high=high,
        same=same,
        score=points.get(high.pk, 0),
        signs=list(_signs(low, high)),
        answered_at=at or timezone.now(),
        answered_by_id=actor.pk,
    )


def record_access(*, actor: Actor, household: Household, what: str, at: datetime | None = None) -> HouseholdAccess:
    """Log that someone opened a page of a household's file. Raises PermissionDenied for the system."""
    return record_accesses(actor=actor, households=[household.pk], what=what, at=at)[0]


def record_accesses(
    *, actor: Actor, households: Iterable[int], what: str, at: datetime | None = None
) -> list[HouseholdAccess]:
    """Log that someone took several files at once, as an export does. Raises PermissionDenied for the system.

    Of whoever holds a signed link, the key of the link is logged.
    """
    via = actor.link_id if isinstance(actor, SignedLink) else ""
    if not via and (actor.pk is None or actor.organisation_id is None):
        raise PermissionDenied
    instant = at or timezone.now()
    return HouseholdAccess.objects.bulk_create(
        HouseholdAccess(
            household_id=household,
            actor_id=actor.pk,
            via=via,
            organisation_id=actor.organisation_id,
            kind=actor.kind,
            at=instant,
            what=what,
        )
        for household in dict.fromkeys(households)
    )


def record_sightings(*, actor: Actor, households: Iterable[int], what: str, at: datetime | None = None) -> None:
    """Log that a list showed the names of these households: once a day for each and for that list, in one statement.

    Raises PermissionDenied for the system.
    """
    if actor.pk is None or actor.organisation_id is None:
        raise PermissionDenied
    instant = at or timezone.now()
    midnight = timezone.localtime(instant).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO prescriptions_householdaccess (household_id, actor_id, organisation_id, kind, at, what, via) "
            "SELECT seen.pk, %(actor)s, %(organisation)s, %(kind)s, %(at)s, %(what)s::varchar, '' "
            "FROM unnest(%(households)s::bigint[]) AS seen (pk) WHERE NOT EXISTS ("
            "SELECT 1 FROM prescriptions_householdaccess AS known WHERE known.household_id = seen.pk "
            "AND known.actor_id = %(actor)s AND known.what = %(what)s::varchar AND known.at >= %(midnight)s)",
            {
                "actor": actor.pk,
                "organisation": actor.organisation_id,
                "kind": actor.kind,
                "at": instant,
                "what": what,
                "households": sorted(set(households)),
                "midnight": midnight,
            },
        )


def _held(actor: Actor, household: Household) -> Household:
    """The household, locked, if the actor follows it and its file is open.

    Raises Unknown, PermissionDenied, Refused.
    """
    row = held_row(Household.objects.visible_to(actor), household, actor=actor, can=can_follow_household)
    if row.state != HouseholdState.OPEN:
        raise Refused({row.pk: (NOT_OPEN,)})
    return row


def _described(person: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(person) - set(PERSON)
    if unknown:
        raise TypeError(f"not described here: {', '.join(sorted(unknown))}")
    return dict(person)


def _clean(row: Household) -> None:
    row.clean_fields(exclude=["state", "reference", "moved_at", "prescriber", "commune"])
