"""What follows an appointment, and what it follows, in the gate's transaction.

After the other followers of a need: devices are locked before appointments.
"""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from conventions.followers import all_moved
from distribution import appointments, emails
from distribution.enums import AppointmentCancelReason, AppointmentState, UndoHandOverReason
from distribution.letters import message_of
from distribution.machine.appointment_rules import not_served
from distribution.models import Appointment
from distribution.models.appointment import SEATED, AppointmentEntry
from distribution.services.appointments import called_off, way_for
from distribution.slots import on_day
from distribution.told_before import KnownHour, hour_called_off, hour_waited_for
from documents.enums import OVERTAKEN
from documents.models import Sms
from documents.services import call_off_sms
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.registry import Move, on_transition
from prescriptions.corrected import tell_correction
from prescriptions.documents import freeze_sheets
from prescriptions.enums import ContactAbout, ContactChannel
from prescriptions.expecting import expected_from
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import Household, Residence
from prescriptions.reaching import channel_of
from prescriptions.services.contacts import overtake_contacts, retake_contacts

S = AppointmentState
UNSERVED = "son appareil ne peut plus lui être remis, sauf dérogation. {point} l’appelle et l’annule."
"""Of an hour whose household moved out of the territory of what is put aside, to who notes the move."""
CHANGES = ("book", "move", "miss", "cancel")
"""What makes the household's sheet say something else."""
TOLD_BY = ("book", "move", "cancel", "tell", "untell", "confirm")
"""What says whether the household knows of the appointment."""


def honour(move: Move) -> None:
    """What was put aside is handed over: the household came, be it late that day. Its last appointment alone: one comes
    once, and one alone is expected again if the hand-over is undone.
    """
    begins, ends = on_day(timezone.localdate(move.at))
    came = Q(state=S.BOOKED) | Q(state=S.MISSED, starts_at__gte=begins, starts_at__lt=ends)
    later = Appointment.objects.filter(need=OuterRef("need"), pk__gt=OuterRef("pk"), state__in=(S.BOOKED, S.MISSED))
    _follow(move, "honour", came & ~Q(Exists(later)))


def expect_again(move: Move) -> None:
    """The hand-over is undone: whoever came that day is still expected, unless he had come before his hour and somebody
    else took it since; another hour is then to be fixed with him. Not whoever came and gave it up.
    """
    if move.values.get("reason") == UndoHandOverReason.CHANGED_MIND:
        return
    begins, ends = on_day(timezone.localdate(move.at))
    hour = {name: OuterRef(name) for name in ("point", "starts_at", "seat")}
    given = Appointment.objects.filter(SEATED, **hour).exclude(pk=OuterRef("pk"))
    came = Q(state=S.HONOURED, ended_at__gte=begins, ended_at__lt=ends)
    _follow(move, "restore", came & ~Q(Exists(given)))


def call_off(move: Move) -> None:
    """Nothing is put aside any more: nobody is expected."""
    rows = Appointment.objects.booked().filter(need__in=move.pks).select_related("need__prescription__household")
    told = {row.pk: called_off(row, hour_waited_for(row, move.at), knows=False, at=move.at) for row in rows}
    if told:
        pks = Appointment.objects.filter(pk__in=told)
        reason = AppointmentCancelReason.RELEASED.value
        all_moved(gate.apply_many(pks, "cancel", actor=move.actor, at=move.at, cause=move, per_row=told, reason=reason))


def tell_point(move: Move) -> None:
    """The household took its agreement back: whoever was to receive it reads nothing of it any more, but knows it."""
    freed = Appointment.objects.filter(
        need__prescription__in=move.pks, state=S.CANCELLED, ended_at=move.at, starts_at__gt=move.at
    )
    for row in freed.select_related("point__commune", "need__prescription").order_by("pk"):
        emails.appointment_called_off_for_point(row, move.at)


def ask_to_keep(move: Move) -> None:
    """The household moved: whoever is to receive it says whether it still comes there."""
    for row in _to_keep(move.at).filter(need__prescription__household__in=move.pks):
        emails.appointment_to_keep_for_point(row, move.at)


def ask_to_keep_taken(move: Move) -> None:
    """The household took the hour alone, after it moved: nobody at the point had an hour to answer of until then."""
    if move.actor.pk is None:
        for row in _to_keep(move.at).filter(pk__in=move.pks):
            emails.appointment_to_keep_for_point(row, move.at)


def said_to_keep(household: Household, actor: Actor, at: datetime) -> list[str]:
    """What its worker reads, who notes at this instant that it moves: each hour that its point is now asked of."""
    moves = Residence.objects.filter(household=household.pk, corrects=None, told_at=at)
    rows = _to_keep(at).filter(Exists(moves), need__prescription__household=household.pk)
    unserved = set(rows.filter(not_served()).values_list("pk", flat=True))
    asked = {False: "{point} le confirme, ou le change.", True: UNSERVED}
    return [
        f"Son rendez-vous du {appointments.when(row)}\u00a0: {asked[row.pk in unserved].format(point=row.point)}"
        for row in rows.filter(pk__in=Appointment.objects.visible_to(actor).values("pk"))
    ]


def _to_keep(at: datetime) -> QuerySet[Appointment]:
    used = Appointment.objects.to_keep(at).filter(unrestricted("need__prescription__household"))
    return used.select_related("point__commune", "need__prescription").order_by("starts_at", "pk")


def tell(move: Move) -> None:
    """By mail or by SMS, whoever is told so; the others are on « À faire » until somebody calls, unless they know.

    Who is reached through a worker alone is told by him, who is written to.

    What waited for its hour says what is no longer so, whether another takes its place or not: of an appointment that
    was given up before this one too, whose hour may have been taken again.
    """
    needs = Appointment.objects.filter(pk__in=move.pks).values("need")
    every = Appointment.objects.filter(need__in=needs).values("pk")
    waiting = Sms.objects.filter(about_machine="appointment", about_pk__in=every)
    call_off_sms(waiting.values_list("pk", flat=True), at=move.at)
    for row in _with_household(move):
        known = hour_called_off(row) if move.verb == "cancel" else KnownHour.of(row)
        if known is not None and (way := way_for(row.need, known.starts_at, move.at)) is not None:
            emails.appointment_for_household(row, message_of(row, move.verb, move.at), way, move.at)
        elif _is_for_its_worker(row, move):
            emails.appointment_for_worker(row, known, move.at)


def _is_for_its_worker(appointment: Appointment, move: Move) -> bool:
    """Whether its household is reached through its worker alone, does not know, and did not ask to be left alone; of
    one that is given up, the worker who was to tell it learns that he has nothing to tell any more.
    """
    if channel_of(appointment.need.prescription.household) != ContactChannel.WORKER:
        return False
    rows = Appointment.objects.filter(unrestricted("need__prescription__household"), pk=appointment.pk)
    untold = rows.filter(state=S.CANCELLED, told_at=None, starts_at__gt=move.at)
    return rows.to_tell(move.at).exists() or untold.filter(need__prescription__declined_at=None).exists()


def overtake_accepted(move: Move) -> None:
    """Who knows when it comes for its device knows that its request is accepted: nobody has that left to tell."""
    known = Appointment.objects.booked().filter(pk__in=move.pks, told_at__isnull=False)
    prescriptions = list(known.values_list("need__prescription", flat=True))
    overtake_contacts(prescriptions, move.at, about=ContactAbout.ACCEPTED)


def tell_accepted_again(move: Move) -> None:
    """It was not called after all: what the call that is taken back had overtaken is to be told as before.

    A call that an hour moved since, or a reminder alone, stays: whoever came to know of an hour knows it is accepted.
    """
    before = AppointmentEntry.objects.filter(object__in=move.pks, seq__lt=F("object__seq"), verb__in=TOLD_BY)
    last = before.filter(object__told_at=None).order_by("object_id", "-seq").distinct("object_id")
    for verb, at, prescription in last.values_list("verb", "at", "object__need__prescription"):
        if verb == "tell":
            retake_contacts([prescription], overtaken_at=at)


def hush(move: Move) -> None:
    """It came: what waited for its hour to say when, or to recall it, does not leave. The hand-over undone, it was told
    of nothing: somebody calls.
    """
    waiting = Sms.objects.filter(about_machine="appointment", about_pk__in=move.pks)
    call_off_sms(waiting.values_list("pk", flat=True), error=OVERTAKEN, at=move.at)


def recall(move: Move) -> None:
    """The clock recalls by mail or by SMS; whoever calls has done it."""
    if move.actor.pk is None:
        tell(move)


def renew_sheets(move: Move) -> None:
    """What the household holds says where and when it is expected. What follows a need is told with it."""
    if move.cause is not None and move.cause.machine == "need":
        return
    told = {row.need.prescription_id: row.need.prescription for row in _with_household(move)}
    freeze_sheets(told.values(), move)


def _follow(move: Move, verb: str, which: Q) -> None:
    rows = Appointment.objects.filter(which, need__in=move.pks)
    if rows.exists():
        all_moved(gate.apply_many(rows, verb, actor=move.actor, at=move.at, cause=move))


def _with_household(move: Move) -> list[Appointment]:
    rows = Appointment.objects.filter(pk__in=move.pks).order_by("pk")
    around = ("household__commune", "prescriber", "distributor", "commune")
    return list(rows.select_related("point__commune", *(f"need__prescription__{name}" for name in around)))


def register() -> None:
    """The registrations of this subject. Followers of one verb run in this order."""
    expected_from(appointments.expected)
    tell_correction(said_to_keep)
    on_transition("household", "move", ask_to_keep)
    on_transition("need", "meet", honour)
    on_transition("need", "unmeet", expect_again)
    on_transition("need", "wait_again", call_off)
    on_transition("need", "drop", call_off)
    on_transition("prescription", "revoke", tell_point)
    on_transition("appointment", "book", ask_to_keep_taken)
    for verb in CHANGES:
        on_transition("appointment", verb, renew_sheets)
    for verb in ("book", "move", "cancel"):
        on_transition("appointment", verb, tell)
    for verb in ("book", "move", "tell", "confirm"):
        on_transition("appointment", verb, overtake_accepted)
    on_transition("appointment", "untell", tell_accepted_again)
    on_transition("appointment", "honour", hush)
    on_transition("appointment", "remind", recall)
