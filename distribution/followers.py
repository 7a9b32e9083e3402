"""What follows each verb of the second half of a device's life, in the gate's transaction.

Rows are touched in the order of locks: needs and prescriptions were locked by the verb itself, devices come last.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from conventions.documents import freeze_end
from conventions.followers import all_moved
from conventions.models import Convention
from distribution.along import take_screens_along
from distribution.data_left import open_incidents_of_data_left
from distribution.documents import HandOverTerms, NoteAsked, freeze_delivery_note, prepare_notes, register_notes
from distribution.emails import convention_ended_for_points
from distribution.enums import ClosedBecause, HandOverKind, ReleaseReason, SettlementKind, UndoHandOverReason
from distribution.liveness import register_bonds
from distribution.machine.household_rules import out_of_territory
from distribution.models.appointment import Appointment, AppointmentEntry
from distribution.models.hand_over import Derogation, DerogationRequest, HandOver
from distribution.services.hand_overs import close_notes
from distribution.services.points import points_around, points_of_reserved
from distribution.services.returns import write_settlements
from documents.services import forget_document, forget_file, forget_mails, forget_sms
from lifecycle import gate
from lifecycle.in_order import by_key
from lifecycle.models import Comment
from lifecycle.registry import Move, Moved, on_transition
from prescriptions import emails
from prescriptions.collecting import kept_at, points_from
from prescriptions.enums import DropReason, Loss, NeedState
from prescriptions.models import Need
from prescriptions.sheets import renew_sheets_of, told_by_itself
from refurb.enums import COUNTED_BY_QUOTA, DeviceState, LineOutcome
from refurb.models.device import Device, DeviceEntry
from refurb.models.points import Delivery, DeliveryLine
from typography.french import written_day

S = DeviceState
OUTCOMES = {
    "stock_in": LineOutcome.STOCKED,
    "report_missing": LineOutcome.MISSING,
    "send_back": LineOutcome.SENT_BACK,
    "cancel_shipment": LineOutcome.CANCELLED,
}
ABOUT_A_HOUSEHOLD = (
    "reserve",
    "release",
    "hand_over",
    "undo_hand_over",
    "take_back",
    "undo_take_back",
    "tell_repaired",
    "give_back",
    "exchange",
    "report_missing",
    "send_back",
)
"""The verbs in whose comment people may write of a household."""


def _mains(rows: Iterable[Moved]) -> list[int]:
    """Without the screens that go with a desktop."""
    keys = [row.pk for row in rows]
    return list(Device.objects.main().filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))


# --- conventions and deliveries


def release_allotted(move: Move) -> None:
    """The convention is over: what was allotted and has not left goes back to the stock.

    What a workshop is shipping at this very moment leaves: its lock is waited for, then it is no longer there to
    release. Locking the devices first would take them before the quotas.
    """
    allotted = Device.objects.filter(convention__in=move.pks, state=S.ALLOTTED)
    alone = allotted.filter(Q(attached_to=None) | ~Q(attached_to__state=S.ALLOTTED))
    if alone.exists():
        reason = ReleaseReason.CONVENTION_ENDED
        done = gate.apply_many(alone, "release_allotment", actor=move.actor, at=move.at, cause=move, reason=reason)
        stayed = set(allotted.filter(pk__in=done.refused).values_list("pk", flat=True))
        all_moved(gate.Outcome(refused={pk: reasons for pk, reasons in done.refused.items() if pk in stayed}))


def tell_fates(move: Move) -> None:
    """The paper of the end: what is released, what has left the workshop, and until when that is handed over; whoever
    holds some at a point is written to.

    After the release, so that it says what was done; screens are counted as their desktops are. The three parties read
    the same paper: how many are with households is not told apart, as it is not to an EPCI on the page
    (``tells_homes``).
    """
    ended = Convention.objects.filter(pk__in=move.pks, amends=None).order_by("pk")
    entries = {row.pk: row.entry_pk for row in move.rows}
    for convention in ended.select_related("epci", "epci_party", "workshop", "distributor"):
        back = DeviceEntry.objects.filter(verb="release_allotment", at__gte=move.at)
        alone = back.filter(cause_machine="convention", cause_entry=entries[convention.pk])
        along = back.filter(cause_machine="device", cause_entry__in=alone.values("pk"))
        counts = Counter(Device.objects.filter(convention=convention).values_list("state", flat=True))
        fates = [
            ("Revenus en stock à l’atelier", alone.count() + along.count()),
            ("Sortis de l’atelier", sum(counts[state] for state in COUNTED_BY_QUOTA)),
            (str(S.MISSING.label), counts[S.MISSING]),
        ]
        last = convention.hands_over_until(timezone.localdate(move.at))
        freeze_end(convention, move, [fate for fate in fates if fate[1]], written_day(last) or "")
        convention_ended_for_points(convention, move.at)


def write_lines(move: Move) -> None:
    """One line per device that leaves; the note is frozen once the screens are on it."""
    shipped = Device.objects.filter(pk__in=move.pks).order_by("pk").values_list("pk", "delivery")
    DeliveryLine.objects.bulk_create(DeliveryLine(device_id=pk, delivery_id=note) for pk, note in shipped)
    if move.cause is not None and move.cause.machine == "device":
        return
    notes = Delivery.objects.filter(pk__in={note for _, note in shipped}, document=None)
    for delivery in by_key(notes.select_related("convention__epci", "workshop__commune", "point__organisation")):
        freeze_delivery_note(delivery, actor=move.actor, at=move.at)


def settle_lines(move: Move) -> None:
    """What became of each line that was still expected."""
    left = [row.pk for row in move.rows if row.source == S.SHIPPED]
    DeliveryLine.objects.filter(device__in=left, outcome=LineOutcome.EXPECTED).update(
        outcome=OUTCOMES[move.verb], settled_at=move.at, settled_by_id=move.actor.pk
    )


def empty_places(move: Move) -> None:
    """What a point sends back is on its way: where the workshop had put it before says nothing any more."""
    Device.objects.filter(pk__in=move.pks).exclude(place="").update(place="")


def drop_exchange_notes(move: Move) -> None:
    """An exchange that was prepared with what leaves the point does not take place."""
    close_notes(move.pks, ClosedBecause.RELEASED, move.at)


# --- households


def hold_for_need(move: Move) -> None:
    """The need is in progress; the note is prepared."""
    mains = _mains(move.rows)
    close_notes(mains, ClosedBecause.RESERVED, move.at)
    if mains:
        _start_needs(move, mains)
    asked = []
    for device in with_papers(mains):
        given = {**move.values, **move.per_row.get(device.pk, {})}
        terms = HandOverTerms(Decimal(given["price"]), Decimal(given["co_funding"]), _key(given.get("funder")))
        asked.append(NoteAsked(device, _key(given["need"]) or 0, terms))
    prepare_notes(asked, actor=move.actor, at=move.at)


def _start_needs(move: Move, mains: list[int]) -> None:
    """Each need is in progress; one that is served before its turn says why."""
    needs = dict(Device.objects.filter(pk__in=mains).values_list("need", "pk"))
    given = {need: {**move.values, **move.per_row.get(pk, {})}.get("out_of_order") for need, pk in needs.items()}
    why = {need: {"out_of_order": reason} for need, reason in given.items() if reason}
    rows = Need.objects.filter(pk__in=needs)
    all_moved(gate.apply_many(rows, "start", actor=move.actor, at=move.at, cause=move, per_row=why))


def let_go_of_need(move: Move) -> None:
    """The reservation is over: the note does not count any more, the need waits again unless it was dropped."""
    _let_go(move, [row for row in move.rows if row.source == S.RESERVED], ClosedBecause.RELEASED)


def lose_track(move: Move) -> None:
    """A reservation falls with the device that is not found; the screen that was held with it is free again."""
    reserved = [row for row in move.rows if row.source == S.RESERVED]
    screens = Device.objects.filter(attached_to__in=[row.pk for row in reserved], state=S.RESERVED)
    if screens.exists():
        all_moved(gate.apply_many(screens, "release", actor=move.actor, at=move.at, cause=move))
    _let_go(move, reserved, ClosedBecause.LOST)
    close_notes([row.pk for row in move.rows if row.source == S.AVAILABLE], ClosedBecause.LOST, move.at)


def _let_go(move: Move, rows: list[Moved], because: ClosedBecause) -> None:
    needs = {note.device_id: note.need_id for note in close_notes([row.pk for row in rows], because, move.at)}
    for row in rows:  # each need follows its own device, whose link to it is already cut
        need = needs.get(row.pk)
        if need is None:
            continue
        waiting = Need.objects.filter(pk=need, state=NeedState.IN_PROGRESS)
        if waiting.exists():
            cause = replace(move, rows=[row])
            all_moved(gate.apply_many(waiting, "wait_again", actor=move.actor, at=move.at, cause=cause))


def sign_notes(move: Move) -> None:
    """The note is signed; the household has its device, by a derogation if it moved out of the territory meanwhile."""
    for pk in _mains(move.rows):
        given = {**move.values, **move.per_row.get(pk, {})}
        HandOver.objects.current().filter(device=pk).update(
            derogation=Case(When(derogation=None, then=needed_derogation()), default=F("derogation")),
            proof=given["proof"],
            signature_id=_key(given.get("signature")),
            signed_by_id=move.actor.pk,
            handed_over_at=move.at,
            by_mandate=bool(given.get("by_mandate")),
            collected_by=given.get("collected_by", ""),
        )


def needed_derogation() -> Subquery:
    """Of a note: the derogation of its need, where its household lives out of the territory of the device now."""
    away = Device.objects.filter(out_of_territory(), pk=OuterRef(OuterRef("device")))
    granted = Derogation.objects.filter(Exists(away), need=OuterRef("need")).order_by()
    return Subquery(granted.values("pk")[:1])


def meet_needs(move: Move) -> None:
    """The need is met; the last one settled closes the prescription."""
    if _mains(move.rows):
        _move_needs(move, "meet")


def take_hand_over_back(move: Move) -> None:
    """The signed note is void, another is prepared as it was; the need is no longer met.

    A household that gives it up on the spot is not expected again: its need is dropped, which releases the device.
    """
    mains = _mains(move.rows)
    void = {note.device_id: note for note in close_notes(mains, ClosedBecause.UNDONE, move.at)}
    if mains:
        _move_needs(move, "unmeet", reason=move.values["reason"])
    if move.values["reason"] == UndoHandOverReason.CHANGED_MIND:
        _move_needs(move, "drop", reason=DropReason.OFFER_DECLINED)
        return
    asked = []
    for device in with_papers(mains):
        note = void[device.pk]
        terms = HandOverTerms(note.price, note.co_funding, note.funder_id)
        asked.append(NoteAsked(device, note.need_id, terms))
    prepare_notes(asked, actor=move.actor, at=move.at)
    renew_sheets_of([one.need for one in asked], move)  # with what is to be paid, that the new note says


def settle_exchange(move: Move) -> None:
    """The earlier device may be worked on again."""
    for note in HandOver.objects.current().filter(device__in=_mains(move.rows), kind=HandOverKind.EXCHANGE):
        assert note.replaces_id is not None
        earlier = Device.objects.get(pk=note.replaces_id)
        write_settlements(earlier, SettlementKind.EXCHANGE, actor=move.actor, at=move.at, replaced_by=note.device_id)


def lose_devices(move: Move) -> None:
    """The household has its device no more."""
    _note(move, "lose", loss=Loss.DEVICE_BACK.value)


def recover_devices(move: Move) -> None:
    """It has it again, or another one in its place."""
    _note(move, "recover")


def take_return_back(move: Move) -> None:
    """It never came back: an exchange prepared for it does not take place, and its worker, who was told, is told so."""
    mains = _mains(move.rows)
    notes = HandOver.objects.current().filter(replaces__in=mains, handed_over_at=None)
    close_notes(list(notes.values_list("device", flat=True)), ClosedBecause.RELEASED, move.at)
    told = Need.objects.filter(pk__in=Device.objects.filter(pk__in=mains).values("need"), lost_at__isnull=False)
    for need in told.select_related("prescription__distributor", "prescription__prescriber").order_by("pk"):
        emails.not_lost_for_worker(need, move.at)


def _note(move: Move, verb: str, **values: Any) -> None:
    """Of the needs that are met: of what was brought back before anybody noted it, nothing is said."""
    held = Device.objects.main().filter(pk__in=move.pks).values("need")
    met = Need.objects.filter(pk__in=held, state=NeedState.MET)
    if verb == "recover":
        met = met.filter(lost_at__isnull=False)
    all_moved(gate.apply_many(met, verb, actor=move.actor, at=move.at, cause=move, **values))


def release_dropped(move: Move) -> None:
    """What was held for a need that is given up is free again."""
    _release(Device.objects.filter(need__in=move.pks, state=S.RESERVED), move)


def release_declined(move: Move) -> None:
    """The household needs it no more: what was held for it serves the next one; its needs keep their rank."""
    _release(Device.objects.filter(need__prescription__in=move.pks, state=S.RESERVED), move)


def _release(held: QuerySet[Device], move: Move) -> None:
    alone = held.filter(Q(attached_to=None) | ~Q(attached_to__state=S.RESERVED))
    if alone.exists():
        all_moved(gate.apply_many(alone, "release", actor=move.actor, at=move.at, cause=move))


def _move_needs(move: Move, verb: str, **values: Any) -> None:
    needs = Need.objects.filter(pk__in=Device.objects.main().filter(pk__in=move.pks).values("need"))
    all_moved(gate.apply_many(needs, verb, actor=move.actor, at=move.at, cause=move, **values))


def with_papers(pks: Iterable[int]) -> Iterable[Device]:
    """Devices by key, with all that their papers say of what is around them."""
    rows = Device.objects.filter(pk__in=pks)
    around = ("workshop", "grading", "point__commune", "point__distributor__commune", "convention__epci_party")
    return by_key(rows.select_related(*around))


def _key(given: Any) -> int | None:
    key: int | None = getattr(given, "pk", given)
    return key


def forget_households(move: Move) -> None:
    """The notes they signed, their signatures, the reasons and the comments that may name them; figures stay."""
    notes = HandOver.objects.filter(need__prescription__household__in=move.pks).select_related("document", "signature")
    notes.exclude(collected_by="").update(collected_by="")
    for note in notes.order_by("pk"):
        forget_document(document=note.document, at=move.at)
        if note.signature is not None:
            forget_file(file=note.signature, at=move.at)
        told = DeviceEntry.objects.filter(
            Q(object=note.device_id) | Q(object__attached_to=note.device_id),
            verb__in=ABOUT_A_HOUSEHOLD,
            at__gte=note.prepared_at,
        ).exclude(comment_digest="")
        until = (
            told if note.closed_at is None else told.filter(Q(at__lte=note.closed_at) | _sent_back_in_the_stay_of(note))
        )
        Comment.objects.filter(digest__in=until.values("comment_digest")).erase()
    appointments = Appointment.objects.filter(need__prescription__household__in=move.pks)
    said = AppointmentEntry.objects.filter(object__in=appointments).exclude(comment_digest="")
    Comment.objects.filter(digest__in=said.values("comment_digest")).erase()
    for pk in appointments.values_list("pk", flat=True):
        forget_mails(about=("appointment", pk), at=move.at)
        forget_sms(about=("appointment", pk), at=move.at)
    Derogation.objects.filter(need__prescription__household__in=move.pks).update(reason="")
    DerogationRequest.objects.filter(need__prescription__household__in=move.pks).update(reason="", answer="")


def _sent_back_in_the_stay_of(note: HandOver) -> Q:
    """What was sent back once this household had no more of it: nobody took it in hand in between."""
    again = DeviceEntry.objects.filter(
        object=OuterRef("object"), verb="start", at__gte=note.prepared_at, at__lt=OuterRef("at")
    )
    return Q(verb="send_back") & ~Q(Exists(again))


def register() -> None:
    """Every registration of the app, once its models are known; followers of one verb run in this order."""
    register_notes()
    points_from(points_around)
    kept_at(points_of_reserved)
    told_by_itself("device.undo_hand_over")
    register_bonds()
    on_transition("household", "anonymise", forget_households)
    on_transition("household", "forget_joined", forget_households)
    for verb in ("terminate", "expire"):
        on_transition("convention", verb, release_allotted)
        on_transition("convention", verb, tell_fates)
    on_transition("need", "drop", release_dropped)
    on_transition("prescription", "decline", release_declined)
    on_transition("device", "allot", take_screens_along)
    on_transition("device", "release_allotment", take_screens_along)
    on_transition("device", "ship", take_screens_along)
    on_transition("device", "ship", write_lines)
    for verb in ("cancel_shipment", "stock_in", "send_back"):
        on_transition("device", verb, settle_lines)
        on_transition("device", verb, take_screens_along)
    for follow in (drop_exchange_notes, empty_places, open_incidents_of_data_left):
        on_transition("device", "send_back", follow)
    on_transition("device", "report_missing", settle_lines)
    on_transition("device", "report_missing", lose_track)
    on_transition("device", "reserve", hold_for_need)
    on_transition("device", "reserve", take_screens_along)
    on_transition("device", "release", take_screens_along)
    on_transition("device", "release", let_go_of_need)
    on_transition("device", "hand_over", sign_notes)
    on_transition("device", "hand_over", take_screens_along)
    on_transition("device", "hand_over", meet_needs)
    on_transition("device", "undo_hand_over", take_screens_along)
    on_transition("device", "undo_hand_over", take_hand_over_back)
    on_transition("device", "take_back", lose_devices)
    on_transition("device", "take_back", take_screens_along)
    on_transition("device", "undo_take_back", take_return_back)
    for verb in ("undo_take_back", "give_back"):
        on_transition("device", verb, recover_devices)
        on_transition("device", verb, take_screens_along)
    on_transition("device", "exchange", recover_devices)
    on_transition("device", "exchange", sign_notes)
    on_transition("device", "exchange", settle_exchange)
    on_transition("device", "exchange", take_screens_along)
