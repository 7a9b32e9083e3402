"""What follows each verb, in the gate's transaction. Registered in ``RefurbConfig.ready()``."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Left

from conventions.followers import all_moved
from donations.models.decision import Allocation
from donations.models.donation import Donation, DonationLine
from donations.units import Units, follow_units
from lifecycle import gate
from lifecycle.registry import Move, forget, on_transition
from network.followers import mergers
from network.mergers import moves
from refurb import emails
from refurb.arrivals import arrivals_of, before_pick_up, counted_by_state, not_given, numbers_followed
from refurb.certificates import certify_again, certify_devices, register_certificates
from refurb.donor_data import donor_data_of
from refurb.enums import ENDED, DeviceState, IncidentKind, WithdrawalReason
from refurb.lot_certificates import certify_lot, complete_lots
from refurb.mergers import devices_of, moving_devices
from refurb.models.device import Device, DeviceQuerySet
from refurb.models.incident import Incident
from refurb.models.stock import Part
from refurb.services.collecting import collect_counted
from refurb.services.forgetting import forget_person
from refurb.services.waste import open_notes

# --- lots: what follows for their units

_WITHDRAWN_BECAUSE = {
    "decline": WithdrawalReason.DONATION_DECLINED,
    "withdraw": WithdrawalReason.DONATION_WITHDRAWN,
    "collect": WithdrawalReason.NOT_COUNTED,
}


def declare_units(move: Move) -> None:
    """One declared device per accepted unit, in the workshop its share goes to: one insertion for all."""
    shares = (
        Allocation.objects.filter(donation__in=move.pks)
        .current()
        .select_related("line", "donation")
        .order_by("donation", "line", "workshop")
    )
    units = [
        Device(
            donation_id=share.donation_id,
            line_id=share.line_id,
            workshop_id=share.workshop_id,
            type=share.line.type,
            year=share.line.purchase_year,
            model=share.line.model_name[:80],
            donor_kind=share.donation.donor_kind,
            origin_epci_id=share.donation.origin_epci_id,
        )
        for share in shares
        for _ in range(share.quantity)
    ]
    gate.create_many(Device, "declare", units, actor=move.actor, at=move.at, cause=move)


def move_units(move: Move) -> None:
    """The devices that never left the donor follow the new shares; where a workshop keeps its share, they stay."""
    room: dict[int, dict[int, int]] = defaultdict(dict)
    for line, workshop, quantity in (
        Allocation.objects.filter(donation__in=move.pks).current().values_list("line", "workshop", "quantity")
    ):
        room[line][workshop] = quantity
    leaving = []
    unseen = Device.objects.filter(donation__in=move.pks).never_seen().order_by("pk")
    for pk, line, workshop in unseen.values_list("pk", "line", "workshop"):
        if room[line].get(workshop, 0) > 0:
            room[line][workshop] -= 1
        else:
            leaving.append((pk, line))
    homes = {}
    for pk, line in leaving:
        workshop = next(home for home, left in room[line].items() if left > 0)
        room[line][workshop] -= 1
        homes[pk] = {"workshop": workshop}
    if homes:
        devices = Device.objects.filter(pk__in=homes)
        all_moved(gate.apply_many(devices, "reassign", per_row=homes, actor=move.actor, at=move.at, cause=move))


def collect_units(move: Move) -> None:
    """The devices that were counted and not collected yet are collected."""
    collect_counted(move.pks, actor=move.actor, at=move.at, cause=move)


def withdraw_units(move: Move) -> None:
    """The devices that never left the donor are withdrawn: nobody will bring them.

    At the pick-up, one that is looked for stays so: it may be in the count.
    """
    unseen = Device.objects.filter(donation__in=move.pks).never_seen()
    if move.verb == "collect":
        unseen = unseen.filter(state=DeviceState.DECLARED)
    if unseen.exists():
        all_moved(
            gate.apply_many(
                unseen,
                "withdraw",
                reason=_WITHDRAWN_BECAUSE[move.verb],
                actor=move.actor,
                at=move.at,
                cause=move,
            )
        )


def certify_lots(move: Move) -> None:
    """The certificate of erasure of a lot that is balanced is frozen, however much remains to be proven."""
    for donation in Donation.objects.filter(pk__in=move.pks).select_related("donor", "commune").order_by("pk"):
        certify_lot(donation, by=move.actor, at=move.at)


def follow_merger(move: Move) -> None:
    """Devices whose life is not over are counted with the successor of their EPCI from now on."""
    for merger in mergers(move):
        old, new = merger.epci_id, merger.successor_id
        rows = devices_of(merger.epci)
        per_row = {
            pk: {"origin_epci": new if origin == old else origin, "convention_epci": new if served == old else served}
            for pk, origin, served in rows.values_list("pk", "origin_epci", "convention_epci")
        }
        all_moved(gate.apply_many(rows, "follow_merger", actor=move.actor, at=move.at, cause=move, per_row=per_row))


def follow_succession(move: Move) -> None:
    """The devices of one convention follow it to the EPCI that succeeds; after a merger they follow the merger."""
    if move.cause is not None:
        return
    rows = Device.objects.exclude(state__in=ENDED).filter(convention__in=move.pks)
    per_row = {
        pk: {"origin_epci": origin, "convention_epci": served}
        for pk, origin, served in rows.values_list("pk", "origin_epci", "convention__epci")
    }
    all_moved(gate.apply_many(rows, "follow_merger", actor=move.actor, at=move.at, cause=move, per_row=per_row))


def register_donation_followers() -> None:
    """Followers of one verb run in this order."""
    moves(moving_devices)
    on_transition("merger", "declare", follow_merger)
    on_transition("convention", "succeed", follow_succession)
    on_transition("donation", "qualify", declare_units)
    on_transition("donation", "reassign", move_units)
    on_transition("donation", "decline", withdraw_units)
    on_transition("donation", "collect", collect_units)
    on_transition("donation", "collect", withdraw_units)
    on_transition("donation", "reconcile", certify_lots)
    on_transition("donation", "withdraw", withdraw_units)


# --- device


def open_incidents(move: Move) -> None:
    """Custody had passed and nothing proves the device empty: an incident row, and people told at once.

    What was always a screen holds no data. Where nothing of its donor is on the device any more, the donor is not told.
    One mail per organisation and lot or workshop, whatever the size of the set.
    """
    lost = {row.pk: row for row in move.rows if row.source != DeviceState.DECLARED}
    proven = Device.objects.filter(pk__in=lost).proven().values("pk")
    exposed = Device.objects.filter(pk__in=lost).holding_data().exclude(pk__in=proven)
    if incidents := incidents_of(move, exposed, IncidentKind.DATA_BREACH):
        emails.devices_lost_for_donors(incidents, move.at)
        emails.devices_lost_for_workshops(incidents, move.at)
        emails.devices_lost_for_pilots(incidents, move.at)


def incidents_of(move: Move, exposed: DeviceQuerySet, kind: IncidentKind) -> list[Incident]:
    """An incident for each of these devices that moved; that of a donor, while its data may be on the device."""
    moved, data = {row.pk: row for row in move.rows}, donor_data_of(exposed)
    return Incident.objects.bulk_create(
        Incident(
            device=device,
            stay=device.stay,
            kind=kind,
            known_at=move.at,
            lost_from=moved[device.pk].source,
            reason=device.missing_reason if kind == IncidentKind.DATA_BREACH else "",
            donation=None if data[device.pk].gone else device.donation,
            workshop=device.workshop,
            entry_id=moved[device.pk].entry_pk,
        )
        for device in exposed.select_related("donation__donor", "workshop").order_by("pk")
    )


def tell_stolen(move: Move) -> None:
    """Those who were told of the loss learn that what was lost with its data is in other hands."""
    stolen = [incident for incident in _exposed(move) if incident.stolen_at == move.at]
    emails.devices_stolen_for_donors(stolen, move.at)
    emails.devices_stolen_for_workshops(stolen, move.at)
    emails.devices_stolen_for_pilots(stolen, move.at)


def tell_not_stolen(move: Move) -> None:
    """Those who were told of a theft learn that there was none."""
    denied = [incident for incident in _exposed(move) if incident.not_stolen_at == move.at]
    emails.devices_not_stolen_for_donors(denied, move.at)
    emails.devices_not_stolen_for_workshops(denied, move.at)
    emails.devices_not_stolen_for_pilots(denied, move.at)


def _exposed(move: Move) -> Iterable[Incident]:
    """The incidents of this stay of the devices that moved, with what was said of a theft."""
    incidents = Incident.objects.filter(device__in=move.pks, device__stay=F("stay")).with_theft().order_by("pk")
    with_lots = incidents.select_related("device__donation__donor", "workshop", "donation__donor")
    return with_lots.prefetch_related("follow_ups")


def forget_reading(move: Move) -> None:
    """What was read on a device that was not the one: the unit is nameless again, as its line announced it."""
    line = DonationLine.objects.filter(pk=OuterRef("line"))
    Device.objects.filter(pk__in=move.pks).update(
        serial="",
        manufacturer="",
        model=Subquery(line.values(said=Left("model_name", 80))),
        processor="",
        memory_gb=None,
        unread="",
        year=Subquery(line.values("purchase_year")),
        place="",
        inventory=None,
    )


def store_parts(move: Move) -> None:
    """The parts of dismantled devices enter the stock of their workshop."""
    homes = dict(Device.objects.filter(pk__in=move.pks).values_list("pk", "workshop"))
    Part.objects.bulk_create(
        Part(
            device_id=pk,
            workshop_id=homes[pk],
            kind=part.kind,
            label=part.label,
            quantity=part.quantity,
            place=part.place,
            stored_at=move.at,
            stored_by_id=move.actor.pk if move.actor else None,
        )
        for pk in move.pks
        for part in move.per_row.get(pk, move.values).get("parts", ())
    )


def open_waste_notes(move: Move) -> None:
    """The register of waste has a note of each number under which devices left."""
    open_notes(Device.objects.filter(pk__in=move.pks), by=move.actor, at=move.at)


def register_device_followers() -> None:
    """Followers of one verb run in this order."""
    on_transition("device", "report_missing", open_incidents)
    on_transition("device", "tell_stolen", tell_stolen)
    on_transition("device", "tell_not_stolen", tell_not_stolen)
    on_transition("device", "dismantle", store_parts)
    on_transition("device", "recycle", open_waste_notes)
    on_transition("device", "correct_waste", open_waste_notes)
    on_transition("device", "recondition", certify_devices)
    on_transition("device", "correct_tag", certify_again)
    on_transition("device", "undo_receive", forget_reading)
    on_transition("device", "undo_early_receive", forget_reading)
    for ends in ("recondition", "dismantle", "recycle", "return_to_donor", "report_missing", "undo_register"):
        on_transition("device", ends, complete_lots)


UNITS = Units(
    arrivals=arrivals_of,
    not_given=not_given,
    before_pick_up=before_pick_up,
    standing=counted_by_state,
    collect=collect_counted,
    known=numbers_followed,
    reception="refurb:reception",
    listed="refurb:device_list",
    outcomes="refurb:lot_outcomes",
)
"""What a lot is told of its units, and has done of them."""


def register() -> None:
    """Every registration of reconditioning, once its models are known."""
    follow_units(UNITS)
    register_certificates()
    forget(forget_person)
    register_donation_followers()
    register_device_followers()
