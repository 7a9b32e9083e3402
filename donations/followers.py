"""What follows each verb of a lot, in the gate's transaction. Registered in ``DonationsConfig.ready()``."""

from collections.abc import Iterable

from conventions.followers import all_moved
from donations import emails
from donations.documents import freeze_outcome, freeze_slip, freeze_tax_receipts, register_kinds
from donations.enums import ProspectState
from donations.mergers import lots_of, moving_lots
from donations.models.decision import LineRedirection
from donations.models.donation import Donation, DonationLine
from donations.models.pick_up import PickUp
from donations.models.prospect import FOLLOWED, Prospect
from donations.services.forgetting import forget_contact_of, forget_contact_on_site, forget_person
from lifecycle import gate
from lifecycle.registry import Move, forget, on_transition
from network.followers import mergers
from network.mergers import moves


def _donations(move: Move) -> Iterable[Donation]:
    return Donation.objects.filter(pk__in=move.pks).select_related("donor", "commune").order_by("pk")


def plan_pick_up(move: Move) -> None:
    """Write the pick-up of the actor's workshop, or its new date; freeze its slip; tell the donor."""
    workshop = move.actor.organisation_id
    assert workshop is not None
    for donation in _donations(move):
        planned = PickUp.objects.planned().filter(donation=donation, workshop=workshop)
        pick_up = planned.first() or PickUp(donation=donation, workshop_id=workshop)
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


def redirect_lines(move: Move) -> None:
    """The lines are written down; a statement that said recycling is made anew; donor and workshops are told."""
    lines = DonationLine.objects.filter(donation__in=move.pks, pk__in=move.values["lines"]).order_by("pk")
    said = {"redirected_at": move.at, "redirected_by_id": move.actor.pk}
    redirected = LineRedirection.objects.bulk_create(LineRedirection(line=line, **said) for line in lines)
    for donation in _donations(move):
        emails.donation_redirected([row.line for row in redirected], donation, move.at)
        if donation.reconciled_at is not None:
            freeze_outcome(donation, move)


def tell_declined(move: Move) -> None:
    """The donor is told, with where to recycle; so are workshops that had a share."""
    for donation in _donations(move):
        emails.donation_declined_for_donor(donation, move.at)
        emails.donation_released_for_workshop(donation, donation.workshops().values("pk"), move.at)


def tell_withdrawn(move: Move) -> None:
    """The pilot is told of a lot that its donor takes back, once announced, the donor of what is withdrawn for it.

    So are workshops that had a share.
    """
    for donation in _donations(move):
        by_donor = move.actor.organisation_id == donation.donor_id
        if not by_donor:
            emails.donation_withdrawn_for_donor(donation, move.at)
        elif donation.announced_at is not None:
            emails.donation_withdrawn_for_pilot(donation, move.at)
        if donation.announced_at is not None:
            emails.donation_released_for_workshop(donation, donation.workshops().values("pk"), move.at)


def tell_collected(move: Move) -> None:
    """The donor is told what was counted."""
    for donation in _donations(move):
        emails.donation_collected_for_donor(donation, move.at)


def state_outcome(move: Move) -> None:
    """The outcome statement is frozen, for a company the data of its tax receipt; the donor is told."""
    for donation in _donations(move):
        freeze_outcome(donation, move)
        freeze_tax_receipts(donation, move)
        emails.donation_reconciled_for_donor(donation, move.at)


def follow_merger(move: Move) -> None:
    """Lots under way are counted with the successor of their EPCI from now on."""
    for merger in mergers(move):
        lots, new = lots_of(merger.epci), merger.successor_id
        all_moved(gate.apply_many(lots, "follow_merger", actor=move.actor, at=move.at, cause=move, successor=new))


def follow_announced_lot(move: Move) -> None:
    """Whoever was followed as one who may give has given: his state says so by itself."""
    donors = Donation.objects.filter(pk__in=move.pks).values("donor")
    prospects = Prospect.objects.filter(organisation__in=donors, state__in=(*FOLLOWED, ProspectState.CLOSED))
    for prospect in prospects.order_by("pk"):
        gate.apply(prospect, "announce", actor=move.actor, at=move.at, cause=move)


def follow_linked(move: Move) -> None:
    """The organisation that a prospect became may have announced a lot already."""
    announced = Donation.objects.filter(announced_at__isnull=False).values("donor")
    for prospect in Prospect.objects.filter(pk__in=move.pks, organisation__in=announced).order_by("pk"):
        gate.apply(prospect, "announce", actor=move.actor, at=move.at, cause=move)


def forget_on_site(move: Move) -> None:
    """Who was to be asked where the lot was fetched is forgotten."""
    forget_contact_on_site(move.pks, move.at)


def forget_contacts(move: Move) -> None:
    """Nothing is expected of them any more: whom to call there is forgotten, and what was said."""
    forget_contact_of(Prospect.objects.filter(pk__in=move.pks))


def register() -> None:
    """Every registration of the app, once its models are known; followers of one verb run in this order."""
    register_kinds()
    forget(forget_person)
    moves(moving_lots)
    on_transition("merger", "declare", follow_merger)
    on_transition("donation", "announce", tell_announced)
    on_transition("donation", "announce", follow_announced_lot)
    on_transition("donation", "qualify", tell_qualified)
    on_transition("donation", "reassign", cancel_pick_ups)
    on_transition("donation", "reassign", tell_reassigned)
    on_transition("donation", "redirect", redirect_lines)
    on_transition("donation", "decline", tell_declined)
    on_transition("donation", "schedule", plan_pick_up)
    on_transition("donation", "collect", tell_collected)
    on_transition("donation", "reconcile", state_outcome)
    on_transition("donation", "withdraw", cancel_pick_ups)
    on_transition("donation", "withdraw", tell_withdrawn)
    on_transition("prospect", "link", follow_linked)
    on_transition("donation", "forget_contact", forget_on_site)
    on_transition("prospect", "give_up", forget_contacts)
    on_transition("prospect", "lapse", forget_contacts)
    on_transition("prospect", "outlive", forget_contacts)
