"""The papers of a lot: what they say is frozen at the verb that makes them."""

from collections import Counter
from datetime import datetime
from typing import Any

from calendars.icalendar import Event, calendar_file
from documents.kinds import register_kind
from documents.services import freeze_document
from donations.enums import DonationPaperKind
from donations.models.decision import Allocation
from donations.models.deed import DeedAcceptance
from donations.models.donation import Donation, DonationLine, DonationPaper, LineExplanation
from donations.models.pick_up import PickUp, PickUpCount
from donations.units import arrivals_of, units
from lifecycle.actors import Actor
from lifecycle.registry import Move
from lifecycle.templatetags.lifecycle import moment
from network.enums import LegalNature
from typography.french import written_day

KINDS = {
    DonationPaperKind.DEED: "donation_deed",
    DonationPaperKind.SLIP: "donation_slip",
    DonationPaperKind.OUTCOME: "donation_outcome",
    DonationPaperKind.TAX_RECEIPT: "donation_tax_receipt",
    DonationPaperKind.ERASURE: "donation_erasure_certificate",
}


def register_kinds() -> None:
    """Declare the papers and their templates; the app that proves erasures declares its certificate."""
    for kind, code in KINDS.items():
        if kind != DonationPaperKind.ERASURE:
            register_kind(code, str(kind.label), f"documents/donations/{code}.html")


def freeze_deed(accepted: DeedAcceptance) -> DonationPaper:
    """The deed of gift as the donor accepted it: the exact text, its hash, who accepted it and when."""
    donation, actor = accepted.donation, accepted.accepted_by
    values = {
        **header_of(donation),
        "round": accepted.round,
        "version": accepted.text.version,
        "text": accepted.exact_text,
        "text_sha256": accepted.sha256,
        "accepted_by": str(actor.user),
        "accepted_as": f"{actor.get_role_display()}, {actor.organisation.name}",
        "accepted_at": accepted.accepted_at,
        "accepted": moment(accepted.accepted_at),
    }
    return freeze_donation_paper(DonationPaperKind.DEED, donation, values, by=actor, at=accepted.accepted_at)


def freeze_slip(pick_up: PickUp, move: Move) -> DonationPaper:
    """The slip a workshop takes along: where, when, whom to ask for, what is expected; counts are filled in
    by hand.
    """
    donation = pick_up.donation
    shares = Allocation.objects.filter(donation=donation, workshop=pick_up.workshop_id).current()
    values = {
        **header_of(donation),
        "workshop": pick_up.workshop.name,
        "workshop_siret": pick_up.workshop.spaced_siret,
        "site": donation.site,
        "access": donation.access,
        "starts_at": pick_up.starts_at,
        "ends_at": pick_up.ends_at,
        "slot": pick_up.slot,
        "carrier": pick_up.carrier,
        "contact_name": pick_up.contact_name,
        "contact_phone": pick_up.contact_phone,
        "instructions": pick_up.instructions,
        "peripherals": donation.peripherals,
        "revision": pick_up.revision,
        "lines": [
            {**_line(share.line), "expected": share.quantity}
            for share in shares.select_related("line").order_by("line")
        ],
    }
    return _freeze(DonationPaperKind.SLIP, donation, values, move, pick_up.workshop_id)


def freeze_outcome(donation: Donation, move: Move) -> DonationPaper:
    """The outcome statement: for each line what was announced, accepted, collected, received, and why they
    differ.
    """
    said = {row.line_id: row for row in LineExplanation.objects.filter(line__donation=donation).order_by("pk")}
    lines = []
    for line in DonationLine.objects.reckoned().filter(donation=donation).select_related("decision", "redirection"):
        numbers = (line.accepted, line.collected, line.received)
        explanation = said.get(line.pk)
        holds = explanation is not None and numbers == (
            explanation.accepted,
            explanation.collected,
            explanation.received,
        )
        lines.append(
            {
                **_line(line),
                "announced": line.quantity,
                "accepted": line.accepted,
                "collected": line.collected,
                "received": line.received,
                "given_back": line.given_back,
                "destination": line.destination.label,
                "redirected": written_day(line.redirection.redirected_at) if hasattr(line, "redirection") else "",
                "refusal": line.decision.get_code_display(),
                "explanation": explanation.get_code_display() if holds else "",
            }
        )
    values = {
        **header_of(donation),
        "site": donation.site,
        "announced_at": donation.announced_at,
        "collected_at": donation.collected_at,
        "reconciled_at": donation.reconciled_at,
        "deed_sha256": _deed_hash(donation),
        "lines": lines,
        "totals": {name: sum(line[name] for line in lines) for name in ("announced", "accepted", "collected")},
        **arrivals_told(donation),
        "pick_ups": [
            {
                "workshop": row.workshop.name,
                "done_on": row.done_on,
                "done_on_text": written_day(row.done_on),
                "peripherals": row.peripherals,
            }
            for row in PickUp.objects.done().filter(donation=donation).select_related("workshop")
        ],
    }
    return _freeze(DonationPaperKind.OUTCOME, donation, values, move)


def arrivals_told(donation: Donation) -> dict[str, Any]:
    """What came of a lot, in the same words and figures on its outcome statement and its certificate of erasure."""
    came = arrivals_of(donation)
    return {
        "units": came.units,
        "received": came.received,
        "surplus": came.surplus,
        "surplus_lines": [{"type": type_, "devices": count} for type_, count in came.surplus_by_type.items()],
        "unseen": came.unseen,
        "late": came.late,
        "returned": came.returned,
        "given_back": [{"reason": reason, "devices": count} for reason, count in came.given_back.items()],
    }


def freeze_tax_receipts(donation: Donation, move: Move) -> list[DonationPaper]:
    """For a company, the data of its tax receipt, one paper per workshop that received something of it."""
    if donation.donor.legal_nature != LegalNature.PRIVATE:
        return []
    pick_ups = PickUp.objects.done().filter(donation=donation).select_related("donation__donor", "workshop")
    told = [(pick_up, tax_receipt_told(pick_up)) for pick_up in pick_ups]
    return [
        freeze_tax_receipt(pick_up, values, by=move.actor, at=move.at) for pick_up, values in told if values["lines"]
    ]


def freeze_tax_receipt(pick_up: PickUp, values: dict[str, Any], *, by: Actor, at: datetime) -> DonationPaper:
    """The data of the tax receipt of what one workshop took."""
    kind, workshop = DonationPaperKind.TAX_RECEIPT, pick_up.workshop_id
    return freeze_donation_paper(kind, pick_up.donation, values, by=by, at=at, workshop=workshop)


def tax_receipt_told(pick_up: PickUp) -> dict[str, Any]:
    """What a pick-up gave, line by line: what was counted, less what was given back since or kept by the donor.

    The mentions are those of the form 2041-MEC-SD (CGI, art. 238 bis). The value is fixed by the company
    alone: it is neither computed nor proposed here.
    """
    donation = pick_up.donation
    counts = PickUpCount.objects.filter(pick_up=pick_up, quantity__gt=0).select_related("line").order_by("line")
    left_out = units().not_given(pick_up)
    why: Counter[str] = Counter()
    for reasons in left_out.values():
        why.update(reasons)
    given = [(count.line, count.quantity - sum(left_out.get(count.line_id, {}).values())) for count in counts]
    return {
        **header_of(donation),
        "donor_legal_form": donation.donor_legal_form,
        "donor_address": _address(donation.donor),
        "workshop": pick_up.workshop.name,
        "workshop_siret": pick_up.workshop.spaced_siret,
        "workshop_address": _address(pick_up.workshop),
        "given_on": pick_up.done_on,
        "given_on_text": written_day(pick_up.done_on),
        "lines": [{**_line(line), "quantity": quantity} for line, quantity in given if quantity > 0],
        "not_given": why.total(),
        "not_given_because": [{"reason": reason, "devices": count} for reason, count in why.items()],
        "peripherals": pick_up.peripherals,
    }


def calendar_of(pick_up: PickUp) -> bytes:
    """The date of a pick-up as a calendar file; a new date or a cancellation replaces what the calendar holds.

    A cancellation names nobody: the mail that carries it does not either, hence is not found when one is forgotten.
    """
    donation, workshop = pick_up.donation, pick_up.workshop
    described = [f"Lot {donation.reference}, donné par {donation.donor.name}"]
    if pick_up.cancelled_at is None:
        on_site = ", ".join(filter(None, (pick_up.contact_name, pick_up.contact_phone)))
        described += [f"Transporteur\u00a0: {pick_up.carrier}", f"Contact sur place\u00a0: {on_site}"]
        described += filter(None, (pick_up.instructions, donation.access))
    return calendar_file(
        Event(
            uid=pick_up.uid,
            sequence=pick_up.revision,
            written_at=pick_up.cancelled_at or pick_up.planned_at,
            starts_at=pick_up.starts_at,
            ends_at=pick_up.ends_at,
            summary=f"Enlèvement de matériel informatique par {workshop.name} ({donation.reference})",
            location=donation.site,
            description="\n".join(described),
            organizer_name=workshop.name,
            organizer_email=workshop.email,
            cancelled=pick_up.cancelled_at is not None,
        )
    )


def _freeze(
    kind: DonationPaperKind, donation: Donation, values: dict[str, Any], move: Move, workshop: int | None = None
) -> DonationPaper:
    return freeze_donation_paper(kind, donation, values, by=move.actor, at=move.at, workshop=workshop)


def freeze_donation_paper(
    kind: DonationPaperKind,
    donation: Donation,
    values: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
    workshop: int | None = None,
) -> DonationPaper:
    """Freeze a paper of a lot; ``workshop`` is the one it is for, if it is for one alone."""
    document = freeze_document(
        kind=KINDS[kind],
        owner=("donation", donation.pk),
        values=values,
        by=by,
        at=at,
        title=f"{kind.label} {donation.reference}",
    )
    return DonationPaper.objects.create(donation=donation, kind=kind, workshop_id=workshop, document=document)


def header_of(donation: Donation) -> dict[str, Any]:
    """What every paper of a lot says of it and of its donor."""
    donor = donation.donor
    return {
        "reference": donation.reference,
        "donor": donor.name,
        "donor_nature": LegalNature(donor.legal_nature).label,
        "donor_siret": donor.spaced_siret,
        "donor_siren": donor.siret[:9],
    }


def _line(line: DonationLine) -> dict[str, Any]:
    return {
        "type": line.get_type_display(),
        "model_name": line.model_name,
        "purchase_year": line.purchase_year,
        "condition": line.get_condition_display(),
    }


def _address(organisation: Any) -> str:
    city = organisation.commune.name if organisation.commune_id else ""
    return ", ".join(filter(None, [organisation.address, f"{organisation.postcode} {city}".strip()]))


def _deed_hash(donation: Donation) -> str:
    accepted = DeedAcceptance.objects.filter(donation=donation, round=donation.allocation_round)
    return accepted.values_list("sha256", flat=True).first() or ""
