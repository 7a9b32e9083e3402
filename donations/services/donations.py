"""Donations: describe a lot, announce it, decide line by line, give it to workshops, take it back, balance
it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from donations.enums import Destination, DonationState, DonorKind
from donations.machine.donation_rules import LINES_CORRECTED, REFUSAL_CODED, accepted_by_type, announced_by_type
from donations.models.decision import Allocation, LineDecision
from donations.models.donation import Donation, DonationLine, LineExplanation
from donations.models.line_correction import CORRECTED, LineCorrection
from donations.permissions import (
    can_correct_lines_donation,
    can_edit_donation,
    can_qualify_donation,
    can_reassign_donation,
    can_reconcile_donation,
    can_redirect_donation,
)
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locked_rows import held_row
from lifecycle.machine import Reason
from network.enums import LegalNature
from network.models import Commune, Organisation

ALREADY_ANNOUNCED = Reason(
    "already_announced",
    "Le lot est annoncé\u00a0: sa description ne change plus. Une ligne se corrige tant qu’il n’est pas décidé.",
    "un contact du donateur, par «\u00a0Corriger une ligne\u00a0»",
)
NOT_ANNOUNCED = Reason(
    "not_announced", "Une ligne se corrige quand le lot est annoncé, et tant qu’il n’est pas décidé."
)
ALREADY_DECIDED = Reason("already_decided", "Le lot est décidé\u00a0: la décision de cession ne change plus.")
NOT_COLLECTED = Reason("not_collected", "Les écarts s’expliquent quand le lot est enlevé.")


@dataclass(frozen=True)
class AnnouncedLine:
    """So many machines of one type, one year of purchase and one condition; ``unit_value`` in euros."""

    type: str
    quantity: int
    purchase_year: int
    condition: str
    model_name: str = ""
    unit_value: Decimal | None = None


@dataclass(frozen=True)
class Ruling:
    """What is decided of a line, and the shares of workshops: ``{workshop pk: quantity}``, making
    ``accepted``.
    """

    line: int
    accepted: int
    code: str = ""
    destination: str = Destination.REUSE
    shares: Mapping[int, int] = field(default_factory=dict)


def held_donation(*, actor: Actor, donation: Donation, can: Callable[[Actor], Q | None]) -> Donation:
    """The donation, locked until the end of the transaction, if the actor sees it and may act on it.

    Raises Unknown when it is outside what the actor sees, PermissionDenied when he may not.
    """
    return held_row(Donation.objects.visible_to(actor), donation, actor=actor, can=can)


@gate.one_transaction
def create_donation(
    *,
    actor: Actor,
    donor: Organisation,
    lines: Iterable[AnnouncedLine] = (),
    at: datetime | None = None,
    comment: str = "",
    **site: Any,
) -> Donation:
    """Open the draft of a lot; ``site`` takes the columns of ``edit_donation``. The legal form is the donor's own
    unless it is given.

    Raises PermissionDenied, Refused, and ValidationError for a line or a column that cannot be.
    """
    kind = DonorKind.PUBLIC if donor.legal_nature == LegalNature.PUBLIC else DonorKind.PRIVATE
    row = Donation(donor=donor, donor_kind=kind, **_site(site))
    row.donor_legal_form = row.donor_legal_form or donor.legal_form
    row.clean_fields(exclude=["state", "reference", "moved_at"])
    created: Donation = gate.create(row, "create", actor=actor, at=at, comment=comment)
    _write_lines(created, lines)
    return created


@gate.one_transaction
def edit_donation(
    *, actor: Actor, donation: Donation, lines: Iterable[AnnouncedLine] | None = None, **site: Any
) -> Donation:
    """Describe a draft again. ``lines`` replaces its lines when given, those of its inventories apart.

    ``site``: donor_legal_form, description, peripherals, pick_up_address, pick_up_postcode, pick_up_city,
    commune, outside, access, contact_name, contact_phone, ready_on, windows, transfer_reference,
    transfer_decided_on. Raises Unknown, PermissionDenied, Refused once announced, ValidationError.
    """
    row = held_donation(actor=actor, donation=donation, can=can_edit_donation)
    if row.state != DonationState.DRAFT:
        raise Refused({row.pk: (ALREADY_ANNOUNCED,)})
    changed = _site(site)
    for name, value in changed.items():
        setattr(row, name, value)
    row.clean_fields(exclude=["state", "reference", "moved_at"])
    if changed:
        row.save(update_fields=list(changed))
    if lines is not None:
        row.lines.filter(inventory=None).delete()
        _write_lines(row, lines)
    return row


@gate.one_transaction
def record_transfer_decision(
    *, actor: Actor, donation: Donation, reference: str, decided_on: date | None = None
) -> Donation:
    """Note the decision by which a public donor gives its machines away; possible until the lot is qualified.

    Source of the rule: CG3P, art. L. 3212-2 and L. 3212-3. Raises Unknown, PermissionDenied, Refused.
    """
    row = held_donation(actor=actor, donation=donation, can=can_edit_donation)
    if row.state not in (DonationState.DRAFT, DonationState.ANNOUNCED):
        raise Refused({row.pk: (ALREADY_DECIDED,)})
    row.transfer_reference, row.transfer_decided_on = reference.strip(), decided_on
    row.clean_fields(exclude=["state", "reference", "moved_at"])
    row.save(update_fields=["transfer_reference", "transfer_decided_on"])
    return row


@gate.one_transaction
def announce_donation(*, actor: Actor, donation: Donation, at: datetime | None = None, comment: str = "") -> Donation:
    """Offer the lot. Raises Unknown, PermissionDenied, Refused."""
    quantities: dict[str, Any] = {**announced_by_type([donation.pk])[donation.pk]}
    announced: Donation = gate.apply(donation, "announce", actor=actor, at=at, comment=comment, **quantities)
    return announced


@gate.one_transaction
def correct_lines_donation(
    *,
    actor: Actor,
    donation: Donation,
    corrected: Mapping[int, Mapping[str, Any]],
    at: datetime | None = None,
    comment: str = "",
) -> Donation:
    """Correct lines of an announced lot: ``{line pk: {column: value}}``, columns of ``CORRECTED``.

    Raises Unknown, PermissionDenied, Refused once it is decided or when nothing changes, ValidationError.
    """
    row = held_donation(actor=actor, donation=donation, can=can_correct_lines_donation)
    if row.state != DonationState.ANNOUNCED:
        raise Refused({row.pk: (NOT_ANNOUNCED,)})
    lines = {line.pk: line for line in row.lines.filter(pk__in=list(corrected))}
    if set(corrected) - set(lines):
        raise Unknown
    corrections = []
    for pk, given in sorted(corrected.items()):
        if set(given) - set(CORRECTED):
            raise TypeError(f"not corrected here: {', '.join(sorted(set(given) - set(CORRECTED)))}")
        corrections += _correction(lines[pk], given, actor, at)
    if not corrections:
        raise Refused({row.pk: (LINES_CORRECTED.reason,)})
    written = LineCorrection.objects.bulk_create(corrections)
    DonationLine.objects.bulk_update([one.line for one in written], CORRECTED)
    named = [one.pk for one in written]
    moved: Donation = gate.apply(row, "correct_lines", actor=actor, at=at, comment=comment, corrections=named)
    return moved


def _correction(
    line: DonationLine, given: Mapping[str, Any], actor: Actor, at: datetime | None
) -> list[LineCorrection]:
    """The correction of one line, which then reads so; none when nothing changes."""
    was = {name: getattr(line, name) for name, value in given.items() if getattr(line, name) != value}
    for name in was:
        setattr(line, name, given[name])
    line.clean_fields(exclude=["donation"])
    said = {name: getattr(line, name) for name in CORRECTED}
    told = {name: str(value) if isinstance(value, Decimal) else value for name, value in was.items()}
    row = LineCorrection(line=line, was=told, corrected_at=at or timezone.now(), corrected_by_id=actor.pk, **said)
    return [row] if was else []


@gate.one_transaction
def qualify_donation(
    *,
    actor: Actor,
    donation: Donation,
    rulings: Iterable[Ruling],
    transfer_reference: str = "",
    transfer_decided_on: date | None = None,
    to_ratify: bool = True,
    at: datetime | None = None,
    comment: str = "",
) -> Donation:
    """Decide line by line and give the lot to workshops. ``to_ratify``: decided by the pilot between two
    sessions.

    Raises Unknown (a line of another lot included), PermissionDenied, Refused: then nothing is kept.
    """
    row = held_donation(actor=actor, donation=donation, can=can_qualify_donation)
    if row.state == DonationState.ANNOUNCED:
        if transfer_reference:
            row.transfer_reference, row.transfer_decided_on = transfer_reference.strip(), transfer_decided_on
            row.save(update_fields=["transfer_reference", "transfer_decided_on"])
        _write_rulings(row, list(rulings), actor, at or timezone.now())
    quantities: dict[str, Any] = {**accepted_by_type([row.pk])[row.pk]}
    qualified: Donation = gate.apply(
        row, "qualify", actor=actor, at=at, comment=comment, to_ratify=to_ratify, **quantities
    )
    return qualified


@gate.one_transaction
def reassign_donation(
    *,
    actor: Actor,
    donation: Donation,
    shares: Mapping[int, Mapping[int, int]],
    reason: str,
    at: datetime | None = None,
    comment: str = "",
) -> Donation:
    """Give the lot, or one's share of it, to other workshops: ``{line pk: {workshop pk: quantity}}``, whole.

    Raises Unknown (a line of another lot included), PermissionDenied, Refused.
    """
    row = held_donation(actor=actor, donation=donation, can=can_reassign_donation)
    _write_shares(row, shares)
    reassigned: Donation = gate.apply(row, "reassign", actor=actor, at=at, comment=comment, reason=reason)
    return reassigned


@gate.one_transaction
def redirect_donation(
    *,
    actor: Actor,
    donation: Donation,
    lines: Iterable[int],
    reason: str,
    at: datetime | None = None,
    comment: str = "",
) -> Donation:
    """Use again what was accepted for recycling of ``lines``, given by their keys.

    Raises Unknown, PermissionDenied, Refused.
    """
    row = held_donation(actor=actor, donation=donation, can=can_redirect_donation)
    named = sorted(set(lines))
    redirected: Donation = gate.apply(row, "redirect", actor=actor, at=at, comment=comment, lines=named, reason=reason)
    return redirected


@gate.one_transaction
def explain_line(*, actor: Actor, line: DonationLine, code: str, at: datetime | None = None) -> LineExplanation:
    """Explain, with a code of ``DifferenceCode``, why what was accepted, collected and received differ on a
    line.

    The explanation holds for the numbers of the moment. Raises Unknown, PermissionDenied, Refused.
    """
    row = held_donation(actor=actor, donation=line.donation, can=can_reconcile_donation)
    if row.state != DonationState.COLLECTED:
        raise Refused({row.pk: (NOT_COLLECTED,)})
    reckoned: Any = DonationLine.objects.reckoned()
    numbers = reckoned.values("accepted", "collected", "received").get(pk=line.pk)
    return LineExplanation.objects.create(
        line=line,
        code=code,
        **numbers,
        explained_at=at or timezone.now(),
        explained_by_id=actor.pk,
    )


_SITE = (
    "donor_legal_form",
    "description",
    "peripherals",
    "pick_up_address",
    "pick_up_postcode",
    "pick_up_city",
    "commune",
    "outside",
    "access",
    "contact_name",
    "contact_phone",
    "ready_on",
    "windows",
    "transfer_reference",
    "transfer_decided_on",
)


def _site(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns one may describe. A commune says that the site is in the département, and its name is the
    city.
    """
    unknown = set(given) - set(_SITE)
    if unknown:
        raise TypeError(f"not described here: {', '.join(sorted(unknown))}")
    site = dict(given)
    commune: Commune | None = site.get("commune")
    if commune is not None:
        site["outside"] = False
        site.setdefault("pick_up_city", commune.name)
    return site


def _write_lines(donation: Donation, lines: Iterable[AnnouncedLine]) -> None:
    rows = [DonationLine(donation=donation, **vars(line)) for line in lines]
    for row in rows:
        row.clean_fields(exclude=["donation"])
    DonationLine.objects.bulk_create(rows)


def _write_rulings(donation: Donation, rulings: list[Ruling], actor: Actor, at: datetime) -> None:
    announced = dict(donation.lines.values_list("pk", "quantity"))
    if {ruling.line for ruling in rulings} - set(announced):
        raise Unknown
    if any(not ruling.code for ruling in rulings if ruling.accepted < announced[ruling.line]):
        raise Refused({donation.pk: (REFUSAL_CODED.reason,)})
    LineDecision.objects.bulk_create(
        LineDecision(
            line_id=ruling.line,
            accepted=ruling.accepted,
            destination=ruling.destination,
            code=ruling.code,
            decided_at=at,
            decided_by_id=actor.pk,
        )
        for ruling in rulings
    )
    _write_shares(donation, {ruling.line: ruling.shares for ruling in rulings})


def _write_shares(donation: Donation, shares: Mapping[int, Mapping[int, int]]) -> None:
    """The shares of the round to come: they count once the gate has turned the round."""
    if set(shares) - set(donation.lines.values_list("pk", flat=True)):
        raise Unknown
    Allocation.objects.bulk_create(
        Allocation(
            donation=donation,
            line_id=line,
            workshop_id=workshop,
            quantity=quantity,
            round=donation.allocation_round + 1,
        )
        for line, among in shares.items()
        for workshop, quantity in among.items()
        if quantity
    )
