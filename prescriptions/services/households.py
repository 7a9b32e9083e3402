"""Households: open a file, describe it, move it, attach it to another one, log who opens it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor, SignedLink
from lifecycle.exceptions import Refused, Unknown
from lifecycle.forms import refuse_unwritable
from lifecycle.locked_rows import held_row
from lifecycle.machine import Reason
from network.models import Commune
from network.permissions import is_pilot
from prescriptions.births import refuse_birth, refuse_minor
from prescriptions.corrected import told_anew
from prescriptions.enums import ContactChannel, HouseholdState, IdentityReason, RightKind
from prescriptions.machine import household_rules, prescription_rules
from prescriptions.models import Household, HouseholdAccess, HouseholdCorrection, Prescription, RightsRequest
from prescriptions.models.household import IDENTITY
from prescriptions.nir import refuse_nir
from prescriptions.permissions import can_follow_household
from prescriptions.reaching import COLUMN, LACKS, lacks
from prescriptions.services.letters import note_astray
from prescriptions.services.messages import withhold_from_former

HOME = ("address", "postcode")
IDENTITY_REASON = Reason("reason", "Dites pourquoi vous lisez qui est ce foyer.", field="reason")
NOT_OPEN = Reason(
    "not_open", "Le dossier du foyer est archivé ou effacé\u00a0: rouvrez-le, ou s’il est effacé, ouvrez-en un autre."
)
REACHABLE = Reason(prescription_rules.REACHABLE.code, prescription_rules.REACHABLE.sentence, field="phone")
PERSON = (
    "last_name",
    "first_name",
    "birth_date",
    "emancipated",
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
    """Open a household's file for the actor's prescriber; ``person`` takes what ``PERSON`` names.

    Raises PermissionDenied, Refused, ValidationError (a social security number, naming the field).
    """
    refuse_nir(comment=comment)
    if actor.organisation_id is None:
        raise PermissionDenied
    today = timezone.localdate(at)
    described = _described(person, None, today)
    row = Household(prescriber_id=actor.organisation_id, commune=commune, **described)
    row.set_keys()
    _clean(row, described, today)
    created: Household = gate.create(row, "create", actor=actor, at=at, comment=comment)
    return created


@gate.one_transaction
def edit_household(*, actor: Actor, household: Household, at: datetime | None = None, **person: Any) -> Household:
    """Describe a household again; another ``commune`` among ``person`` is a move, told today, once one was decided on.
    ``address_checked`` among it: the address from which a letter came back is the right one.

    Before, it is put right: nobody moved (``locate``, ``correct_commune``).
    Raises Unknown, PermissionDenied, Refused once archived, ValidationError.
    """
    commune, checked = person.pop("commune", None), bool(person.pop("address_checked", False))
    moves = commune is not None and commune.pk != household.commune_id
    row, filed = _describe_again(actor, household, at, person, checked=checked, was_wrong=not moves)
    if commune is not None and commune.pk != row.commune_id:
        if not filed:
            located: Household = gate.apply(row, "locate", actor=actor, at=at, commune=commune)
            return located
        if Household.objects.filter(household_rules.UNDECIDED, pk=row.pk).exists():
            return correct_commune_household(actor=actor, household=row, commune=commune, at=at)
        moved_on = timezone.localdate(at)
        return move_household(actor=actor, household=row, commune=commune, moved_on=moved_on, at=at)
    row.told_to = told_anew(row, actor, at or timezone.now())
    return row


def _describe_again(
    actor: Actor,
    household: Household,
    at: datetime | None,
    person: Mapping[str, Any],
    *,
    checked: bool = False,
    was_wrong: bool = True,
) -> tuple[Household, bool]:
    """The household as it is now described, and whether something was filed for it: then it stays reachable.

    ``checked``: its address is the right one. ``was_wrong``: not of one that moved: what it was told found it.
    """
    row = _locked_household(actor, household)
    today = timezone.localdate(at)
    described = _described(person, row.emancipated_on, today)
    before = {name: getattr(row, name) for name in described}
    was_reachable, was_told = row.is_reachable, not lacks(row)
    for name, value in described.items():
        setattr(row, name, value)
    if checked or any(getattr(row, name) != before.get(name, getattr(row, name)) for name in HOME):
        row.address_doubted_at = None
    filed = Prescription.objects.filter(household=row.pk, submitted_at__isnull=False).exists()
    if filed and was_reachable and not row.is_reachable:
        raise Refused({row.pk: (REACHABLE,)})
    if filed and was_told and lacks(row):
        raise Refused({row.pk: (_without(row, before),)})
    row.set_keys()
    _clean(row, [name for name in described if described[name] != before[name]], today)
    row.save(update_fields=[*described, "address_doubted_at", "name_key", "phone_key", "address_key"])
    changed = withhold_from_former(row, before)
    if was_wrong:
        note_astray(row, changed, actor=actor, at=at or timezone.now())
    if filed or RightsRequest.objects.open().filter(household=row.pk, kind=RightKind.RECTIFICATION).exists():
        record_correction(actor, row, before, at)
    return row, filed


def _without(row: Household, before: Mapping[str, Any]) -> Reason:
    """The way that it prefers takes what is no more in its file, or never was: said of what changes."""
    way = ContactChannel(row.contact_channel)
    changed = before.get("contact_channel", way) != way
    return Reason("channel_reaches", LACKS[way], field="contact_channel" if changed else COLUMN[way])


def record_correction(actor: Actor, row: Household, before: Mapping[str, Any], at: datetime | None) -> None:
    """Note which columns say something else than before, if any does."""
    columns = [name for name, said in before.items() if getattr(row, name) != said]
    if columns:
        assert actor.pk is not None
        instant = at or timezone.now()
        HouseholdCorrection.objects.create(
            household=row, columns=columns, corrected_at=instant, corrected_by_id=actor.pk
        )


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
        _describe_again(actor, household, at, home, was_wrong=False)
    moved: Household = gate.apply(
        household, "move", actor=actor, at=at, comment=comment, commune=commune, moved_on=moved_on
    )
    moved.told_to = told_anew(moved, actor, moved.moved_at)
    return moved


@gate.one_transaction
def correct_commune_household(
    *,
    actor: Actor,
    household: Household,
    commune: Commune,
    at: datetime | None = None,
    comment: str = "",
    **home: Any,
) -> Household:
    """The commune that was noted was wrong: the household never lived there. ``home``: its address and postcode.

    Its live prescriptions follow. Raises Unknown, PermissionDenied, Refused once one was decided, ValidationError.
    """
    refuse_nir(comment=comment)
    if home:
        _describe_again(actor, household, at, home)
    corrected: Household = gate.apply(
        household, "correct_commune", actor=actor, at=at, comment=comment, commune=commune
    )
    corrected.told_to = told_anew(corrected, actor, at or timezone.now())
    return corrected


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


def record_access(*, actor: Actor, household: Household, what: str, at: datetime | None = None) -> HouseholdAccess:
    """Log that someone opened a page of a household's file. Raises PermissionDenied for the system."""
    return record_accesses(actor=actor, households=[household.pk], what=what, at=at)[0]


def open_identity(*, actor: Actor, household: Household, reason: str, at: datetime | None = None) -> HouseholdAccess:
    """Read who a household is, for a time, with a code of ``IdentityReason``: the log says why.

    Raises Unknown, PermissionDenied for anyone but the pilot, Refused.
    """
    if not is_pilot(actor):
        raise PermissionDenied
    if not Household.objects.visible_to(actor).filter(pk=household.pk).exists():
        raise Unknown
    if reason not in IdentityReason.values:
        raise Refused({household.pk: (IDENTITY_REASON,)})
    return record_accesses(actor=actor, households=[household.pk], what=IDENTITY, at=at, reason=reason)[0]


def record_accesses(
    *, actor: Actor, households: Iterable[int], what: str, at: datetime | None = None, reason: str = ""
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
            reason=reason,
        )
        for household in dict.fromkeys(households)
    )


def record_sightings(
    *, actor: Actor, households: Iterable[int], what: str, at: datetime | None = None, reason: str = ""
) -> None:
    """Log that a list showed the names of these households: once a day for each and for that list, in one statement;
    each time when a ``reason`` was given to read them.

    Raises PermissionDenied for the system.
    """
    if actor.pk is None or actor.organisation_id is None:
        raise PermissionDenied
    instant = at or timezone.now()
    midnight = timezone.localtime(instant).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO prescriptions_householdaccess (household_id, actor_id, organisation_id, kind, at, what, "
            "via, reason) "
            "SELECT seen.pk, %(actor)s, %(organisation)s, %(kind)s, %(at)s, %(what)s::varchar, '', %(reason)s::varchar "
            "FROM unnest(%(households)s::bigint[]) AS seen (pk) WHERE NOT EXISTS ("
            "SELECT 1 FROM prescriptions_householdaccess AS known WHERE known.household_id = seen.pk "
            "AND known.actor_id = %(actor)s AND known.what = %(what)s::varchar AND known.reason = %(reason)s::varchar "
            "AND known.at >= %(since)s)",
            {
                "actor": actor.pk,
                "organisation": actor.organisation_id,
                "kind": actor.kind,
                "at": instant,
                "what": what,
                "households": sorted(set(households)),
                "since": midnight if not reason else instant,
                "reason": reason,
            },
        )


def _locked_household(actor: Actor, household: Household) -> Household:
    """The household, locked, if the actor follows it and its file is open.

    Raises Unknown, PermissionDenied, Refused.
    """
    row = held_row(Household.objects.visible_to(actor), household, actor=actor, can=can_follow_household)
    if row.state != HouseholdState.OPEN:
        raise Refused({row.pk: (NOT_OPEN,)})
    return row


def _described(person: Mapping[str, Any], emancipated_on: date | None, today: date) -> dict[str, Any]:
    """The columns that a description writes; ``emancipated`` is kept as the day on which it was first said."""
    unknown = set(person) - set(PERSON)
    if unknown:
        raise TypeError(f"not described here: {', '.join(sorted(unknown))}")
    described = dict(person)
    if "emancipated" in described:
        described["emancipated_on"] = (emancipated_on or today) if described.pop("emancipated") else None
    return described


def _clean(row: Household, said: Collection[str], today: date) -> None:
    """``said``: the columns that change; a day of birth that stands is not judged again."""
    row.clean_fields(exclude=["state", "reference", "moved_at", "prescriber", "commune"])
    if {"birth_date", "emancipated_on"} & set(said) and row.birth_date is not None:
        try:
            refuse_birth(row.birth_date, today)
            refuse_minor(row.birth_date, today, emancipated=row.emancipated_on is not None)
        except ValidationError as wrong:
            raise ValidationError({"birth_date": wrong}) from wrong
    refuse_unwritable(row.email)
