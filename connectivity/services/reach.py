"""What is known of where a household lives, what is checked for its address, what was told of it."""

from datetime import date, datetime

from django.utils import timezone

from connectivity.enums import LIVE, Access, CheckedWith
from connectivity.models import AddressCheck, ConnectionFile, MobileCoverage, ReachTold, TechnologyShare
from connectivity.models.reach import latest_checks, words_of_operators
from connectivity.permissions import can_record_proof
from connectivity.reach import Here, weigh_reach
from connectivity.services.proofs import NOT_LIVE
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.locked_rows import held_row
from lifecycle.machine import Reason
from lifecycle.registry import Move

CHECKED_TOMORROW = Reason(
    "checked_on", "Donnez le jour de la vérification\u00a0: aujourd’hui ou avant.", field="checked_on"
)
NOT_AN_ACCESS = Reason("access", "Dites ce qui a été vérifié.", field="access")
NOT_A_WAY = Reason("how", "Dites comment vous le savez.", field="how")


def here_of(commune: int | None, day: date, file: ConnectionFile | None = None, household: int | None = None) -> Here:
    """What is known on ``day`` of a commune, for the file of a household, of its address, and what operators answered.

    Six queries at most.
    """
    checks = latest_checks(file)
    words = {} if household is None else words_of_operators([household]).get(household, {})
    if commune is None:
        return Here({}, {}, checks, words)
    # The newest first: of two that hold, the one that began last is told.
    shares: dict[str, TechnologyShare] = {}
    for row in TechnologyShare.objects.on(day).filter(commune=commune):
        shares.setdefault(row.access, row)
    levels: dict[str, MobileCoverage] = {}
    for level in MobileCoverage.objects.on(day).filter(commune=commune):
        levels.setdefault(level.operator_name.casefold(), level)
    return Here(
        {access: row.for_rules for access, row in shares.items()},
        {name: level.for_rules for name, level in levels.items()},
        checks,
        words,
    )


@gate.one_transaction
def check_address(
    *,
    actor: Actor,
    connection: ConnectionFile,
    access: str,
    reached: bool,
    checked_on: date,
    how: str,
    at: datetime | None = None,
) -> AddressCheck:
    """Note what comes to the address of a household, or does not. Raises Unknown, PermissionDenied, Refused."""
    instant = at or timezone.now()
    row = held_row(ConnectionFile.objects.visible_to(actor), connection, actor=actor, can=can_record_proof)
    assert actor.pk is not None
    reasons = [
        reason
        for reason, wrong in (
            (NOT_LIVE, row.state not in LIVE),
            (CHECKED_TOMORROW, checked_on > timezone.localdate(instant)),
            (NOT_AN_ACCESS, access not in Access.values),
            (NOT_A_WAY, how not in CheckedWith.values),
        )
        if wrong
    ]
    if reasons:
        raise Refused({row.pk: tuple(reasons)})
    return AddressCheck.objects.create(
        file=row,
        access=access,
        reached=reached,
        checked_on=checked_on,
        how=how,
        recorded_at=instant,
        checked_by_id=actor.pk,
    )


def keep_reach(move: Move) -> None:
    """What was known where the household lives is kept with the offer, as it was told that day."""
    files = ConnectionFile.objects.filter(pk__in=move.pks).select_related("offer", "need__prescription")
    for file in files:
        assert file.offer is not None
        prescription = file.need.prescription
        here = here_of(prescription.commune_id, timezone.localdate(move.at), file, prescription.household_id)
        found = weigh_reach(file.offer.technology, file.offer.operator_name, here, file.offer.operator_id)
        if found is not None:
            ReachTold.objects.create(file=file, offer=file.offer, sentence=found.sentence, told_at=move.at)
