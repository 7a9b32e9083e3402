"""What follows each verb, in the gate's transaction. Registered in ``RefurbConfig.ready()``."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Left

from lifecycle import gate
from lifecycle.registry import Move, forget, on_transition
from network.followers import mergers
from network.mergers import moves
from refurb import emails
from refurb.certificates import certify_again, certify_devices, certify_lot, complete_lots
from refurb.distribution_followers import register_distribution
from refurb.documents import freeze_outcome, freeze_slip, freeze_tax_receipts, register_kinds
from refurb.enums import ENDED, DeviceState, DeviceType, IncidentKind, WithdrawalReason
from refurb.mergers import devices_of, lots_of, moving_devices
from refurb.models.decision import Allocation
from refurb.models.device import Device, DeviceEntry
from refurb.models.donation import Donation, DonationLine
from refurb.models.pick_up import PickUp
from refurb.models.stock import Incident, Part
from refurb.services.forgetting import forget_person
from refurb.services.pickups import all_moved, collect_counted

# --- donation

_WITHDRAWN_BECAUSE = {
    "decline": WithdrawalReason.DONATION_DECLINED,
    "withdraw": WithdrawalReason.DONATION_WITHDRAWN,
    "collect": WithdrawalReason.NOT_COUNTED,
}


def _donations(move: Move) -> Iterable[Donation]:
    return Donation.objects.filter(pk__in=move.pks).select_related("donor", "commune").order_by("pk")


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


def plan_pick_up(move: Move) -> None:
    """Write the pick-up of the actor's workshop, or its new date; freeze its slip; tell the donor."""
    for donation in _donations(move):
        pick_up = PickUp.objects.planned().filter(
            donation=donation, workshop=move.actor.organisation_id
        ).first() or PickUp(donation=donation, workshop_id=move.actor.organisation_id)
        if pick_up.pk is not None:
            pick_up.revision += 1
        for name in ("starts_at", "ends_at", "carrier", "contact_name"):
            setattr(pick_up, name, move.values[name])
        for name in ("contact_phone", "instructions"):
            setattr(pick_up, name, move.values.get(name) or "")
        pick_up.planned_at, pick_up.planned_by_id = move.at, move.actor.pk
        pick_up.save()
        freeze_slip(pick_up, move)
        emails.pick_up_scheduled_for_donor(pick_up, move.at)


def cancel_pick_ups(move: Move) -> None:
    """What was planned is cancelled; the donor is told."""
    planned = PickUp.objects.planned().filter(donation__in=move.pks).order_by("pk")
    for pick_up in planned.select_related("donation", "workshop"):
        pick_up.cancelled_at = move.at
        pick_up.revision += 1
        pick_up.save(update_fields=["cancelled_at", "revision"])
        emails.pick_up_cancelled_for_donor(pick_up, move.at)


def tell_announced(move: Move) -> None:
    """The pilot is told of each lot."""
    for donation in _donations(move):
        emails.donation_announced_for_pilot(donation, move.at)


def tell_qualified(move: Move) -> None:
    """The donor and the workshops are told."""
    for donation in _donations(move):
        emails.donation_qualified_for_donor(donation, move.at)
        emails.donation_assigned_for_workshop(donation, move.at)


def tell_reassigned(move: Move) -> None:
    """The donor, the workshops that take the lot and those that do not have it any more are told."""
    for donation in _donations(move):
        emails.donation_reassigned_for_donor(donation, move.at)
        emails.donation_assigned_for_workshop(donation, move.at)
        former = donation.allocations.filter(round=donation.allocation_round - 1)
        released = former.exclude(workshop__in=donation.workshops()).values("workshop")
        emails.donation_released_for_workshop(donation, released, move.at)


def tell_declined(move: Move) -> None:
    """The donor is told, with where to recycle; so are workshops that had a share."""
    for donation in _donations(move):
        emails.donation_declined_for_donor(donation, move.at)
        emails.donation_released_for_workshop(donation, donation.workshops().values("pk"), move.at)


def tell_withdrawn(move: Move) -> None:
    """The pilot is told of lots that were announced; so are workshops that had a share."""
    for donation in _donations(move):
        if donation.announced_at is not None:
            emails.donation_withdrawn_for_pilot(donation, move.at)
            emails.donation_released_for_workshop(donation, donation.workshops().values("pk"), move.at)


def tell_collected(move: Move) -> None:
    """The donor is told what was counted."""
    for donation in _donations(move):
        emails.donation_collected_for_donor(donation, move.at)


def state_outcome(move: Move) -> None:
    """The outcome statement and the certificate of erasure are frozen, for a company the data of its tax receipt;
    the donor is told.
    """
    for donation in _donations(move):
        freeze_outcome(donation, move)
        certify_lot(donation, move)
        freeze_tax_receipts(donation, move)
        emails.donation_reconciled_for_donor(donation, move.at)


def follow_merger(move: Move) -> None:
    """Lots under way and devices whose life is not over are counted with the successor of their EPCI from now on."""
    for merger in mergers(move):
        old, new = merger.epci_id, merger.successor_id
        lots, rows = lots_of(merger.epci), devices_of(merger.epci)
        all_moved(gate.apply_many(lots, "follow_merger", actor=move.actor, at=move.at, cause=move, successor=new))
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
    on_transition("donation", "announce", tell_announced)
    on_transition("donation", "qualify", declare_units)
    on_transition("donation", "qualify", tell_qualified)
    on_transition("donation", "reassign", move_units)
    on_transition("donation", "reassign", cancel_pick_ups)
    on_transition("donation", "reassign", tell_reassigned)
    on_transition("donation", "decline", withdraw_units)
    on_transition("donation", "decline", tell_declined)
    on_transition("donation", "schedule", plan_pick_up)
    on_transition("donation", "collect", collect_units)
    on_transition("donation", "collect", withdraw_units)
    on_transition("donation", "collect", tell_collected)
    on_transition("donation", "reconcile", state_outcome)
    on_transition("donation", "withdraw", withdraw_units)
    on_transition("donation", "withdraw", cancel_pick_ups)
    on_transition("donation", "withdraw", tell_withdrawn)


# --- device


def open_incidents(move: Move) -> None:
    """Custody had passed and nothing proves the device empty: an incident row, and people told at once.

    A screen holds no data. Once a device was reconditioned, what is on it is no longer its donor's: the donor is not
    told. One mail per organisation and lot or workshop, whatever the size of the set.
    """
    lost = {row.pk: row for row in move.rows if row.source != DeviceState.DECLARED}
    proven = Device.objects.filter(pk__in=lost).proven().values("pk")
    exposed = Device.objects.filter(pk__in=lost).exclude(type=DeviceType.SCREEN).exclude(pk__in=proven)
    reconditioned = DeviceEntry.objects.filter(object=OuterRef("pk"), verb="recondition")
    incidents = Incident.objects.bulk_create(
        Incident(
            device=device,
            stay=device.stay,
            kind=IncidentKind.DATA_BREACH,
            known_at=move.at,
            lost_from=lost[device.pk].source,
            reason=device.missing_reason,
            donation=None if device.is_another_ones else device.donation,
            workshop=device.workshop,
            entry_id=lost[device.pk].entry_pk,
        )
        for device in exposed.select_related("donation__donor", "workshop")
        .annotate(is_another_ones=Exists(reconditioned))
        .order_by("pk")
    )
    if incidents:
        emails.devices_lost_for_donors(incidents, move.at)
        emails.devices_lost_for_workshops(incidents, move.at)
        emails.devices_lost_for_pilots(incidents, move.at)


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
        )
        for pk in move.pks
        for part in move.per_row.get(pk, move.values).get("parts", ())
    )


def register_device_followers() -> None:
    """Followers of one verb run in this order."""
    on_transition("device", "report_missing", open_incidents)
    on_transition("device", "dismantle", store_parts)
    on_transition("device", "recondition", certify_devices)
    on_transition("device", "correct_tag", certify_again)
    on_transition("device", "undo_receive", forget_reading)
    on_transition("device", "undo_early_receive", forget_reading)
    for ends in ("recondition", "dismantle", "recycle", "return_to_donor", "report_missing"):
        on_transition("device", ends, complete_lots)


def register() -> None:
    """Every registration of reconditioning, once its models are known."""
    register_kinds()
    forget(forget_person)
    register_donation_followers()
    register_device_followers()
    register_distribution()
