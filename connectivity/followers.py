"""What follows each verb, in the gate's transaction. Registered in ``ConnectivityConfig.ready()``."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from connectivity import emails
from connectivity.closed_offers import tell_closed_offer
from connectivity.corrected import tell_correction_to_operators
from connectivity.documents import freeze_family_sheet, freeze_operator_file, register_kinds
from connectivity.enums import (
    UNDER_WAY,
    WITH_OPERATOR,
    WITHDRAWALS,
    Channel,
    ConnectionAbandonReason,
    ConnectionState,
    LineNews,
)
from connectivity.models import ConnectionFile
from connectivity.panels import register_panels
from connectivity.permissions import can_renew_connection
from connectivity.prices import is_news
from connectivity.services.campaigns import call_under_the_file_kept
from connectivity.services.forgetting import forget_household, forget_person
from connectivity.services.lines import hold_notices, overtake_notices, promise_notice, retake_notices
from connectivity.services.links import close_links, send_link
from connectivity.services.reach import keep_reach
from connectivity.services.transmissions import AROUND, carry_facts, transmit
from connectivity.visits import call_off_visit
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.exceptions import Refused
from lifecycle.in_order import by_key
from lifecycle.registry import Move, forget, judge_comments, on_transition
from network.models import Organisation
from prescriptions.corrected import tell_correction
from prescriptions.enums import Bond, Loss, NeedState, RightKind
from prescriptions.liveness import keeps_alive
from prescriptions.models import Need, RightsRequest
from prescriptions.services.letters import falls_with
from prescriptions.unnamed import judged_by

S = ConnectionState


def _files(move: Move) -> Iterable[ConnectionFile]:
    return by_key(ConnectionFile.objects.filter(pk__in=move.pks).select_related(*AROUND))


def _sources(move: Move) -> dict[int, str]:
    return {row.pk: row.source for row in move.rows}


def _all_moved(outcome: gate.Outcome) -> None:
    """Raises Refused when a follower's set was not wholly moved: the verb that caused it is refused too."""
    if outcome.refused:
        raise Refused(outcome.refused)


# --- the need


def _move_needs(move: Move, verb: str, among: NeedState, **values: Any) -> None:
    needs = Need.objects.filter(connections__in=move.pks, state=among).distinct()
    pks = list(needs.values_list("pk", flat=True))
    rows = Need.objects.filter(pk__in=pks)
    _all_moved(gate.apply_many(rows, verb, actor=move.actor, at=move.at, cause=move, **values))


def start_needs(move: Move) -> None:
    """The need is in progress."""
    _move_needs(move, "start", NeedState.WAITING)


def free_needs(move: Move) -> None:
    """The need waits again, unless it was dropped."""
    _move_needs(move, "wait_again", NeedState.IN_PROGRESS)


def meet_needs(move: Move) -> None:
    """The line works: the need is met, and the prescription closes with the last one."""
    _move_needs(move, "meet", NeedState.IN_PROGRESS)


def lose_lines(move: Move) -> None:
    """The household has no line any more: somebody decides whether its need waits again."""
    lost = Need.objects.filter(connections__in=move.pks, state=NeedState.MET).distinct().values("pk")
    _all_moved(
        gate.apply_many(
            Need.objects.filter(pk__in=lost),
            "lose",
            actor=move.actor,
            at=move.at,
            cause=move,
            loss=Loss.LINE_ENDED.value,
        )
    )


def abandon_files(move: Move) -> None:
    """The needs are dropped: nobody looks for a line any more."""
    files = ConnectionFile.objects.filter(need__in=move.pks, state__in=UNDER_WAY)
    _all_moved(
        gate.apply_many(
            files,
            "abandon",
            actor=move.actor,
            at=move.at,
            cause=move,
            reason=ConnectionAbandonReason.NEED_DROPPED.value,
        )
    )


def relocate_files(move: Move) -> None:
    """The needs are counted elsewhere: so are their files."""
    files = ConnectionFile.objects.filter(need__in=move.pks, state__in=UNDER_WAY)
    _all_moved(gate.apply_many(files, "relocate", actor=move.actor, at=move.at, cause=move))


# --- what was chosen and sent


def prepare_choice(move: Move) -> None:
    """What was seen for the prescription counts; the sheet of the family is frozen; the former operator lets go.

    The household chose with whoever serves it: of a visit that is off, or of a refusal before, it knows.
    """
    close_links(files=move.pks, at=move.at)
    refused = ConnectionFile.objects.filter(need__connections__in=move.pks, state=S.REFUSED)
    overtake_notices({*move.pks, *refused.values_list("pk", flat=True)}, move.at)
    sources = _sources(move)
    for file in _files(move):
        carry_facts(file=file, at=move.at)
        freeze_family_sheet(file, move)
        if sources[file.pk] in WITH_OPERATOR:
            emails.let_go_for_operator(file, move.at)


def hand_to_operator(move: Move) -> None:
    """What the operator's form asks is written once; its file is frozen; its agents are told, or its link is sent."""
    for file in _files(move):
        told = transmit(file=file, at=move.at)
        freeze_operator_file(file, told, move)
        emails.sent_for_operator(file, move.at)
        send_link(connection=file, at=move.at)


def tell_problem(move: Move) -> None:
    """The worker is told the next step of that code; a visit that was announced is called off."""
    hold_notices(move.pks, move.at)
    for file in _files(move):
        call_off_visit(file, move)
        emails.problem_for_worker(file, move.at)


def tell_problem_withdrawn(move: Move) -> None:
    """The worker, who was told of it, learns that it was a mistake."""
    for file in _files(move):
        emails.problem_withdrawn_for_worker(file, move.at)


def tell_appointment(move: Move) -> None:
    """The household is told by its channel, or by whoever follows it; its sheet is made again with the date."""
    for file in _files(move):
        freeze_family_sheet(file, move)
        notice = promise_notice(file=file, about=LineNews.VISIT, at=move.at)
        emails.scheduled_for_worker(file, notice, move.at)


def tell_active(move: Move) -> None:
    """The operator said so: the worker is told, and the household of a price that it did not know.

    Where there is no desk, the household subscribed by itself: what it pays is what it showed.
    """
    close_links(files=move.pks, at=move.at)
    overtake_notices(move.pks, move.at)
    for file in _files(move):
        freeze_family_sheet(file, move)
        if file.channel == Channel.DESK:
            news = is_news(file.monthly_price, file.offer)
            notice = promise_notice(file=file, about=LineNews.PRICE, at=move.at) if news else None
            emails.active_for_worker(file, notice, move.at)


def unmeet_needs(move: Move) -> None:
    """It does not work: the need is in progress again, and a prescription that was closed opens."""
    overtake_notices(move.pks, move.at)
    for file in _files(move):
        freeze_family_sheet(file, move)
    _move_needs(move, "unmeet", NeedState.MET, reason=move.values["reason"])


def tell_not_active(move: Move) -> None:
    """Those of the two who did not do it: the worker, the operator, which is awaited again."""
    for file in _files(move):
        if move.actor.organisation_id != file.need.prescription.prescriber_id:
            emails.not_active_for_worker(file, move.at)
        if file.channel == Channel.DESK:
            if move.actor.organisation_id != file.operator_id:
                emails.not_active_for_operator(file, move.at)
            send_link(connection=file, at=move.at)


def tell_refused(move: Move) -> None:
    """The household is told, and the worker: why, or whose answer did not come; links close."""
    close_links(files=move.pks, at=move.at)
    sources = _sources(move)
    for file in _files(move):
        notice = promise_notice(file=file, about=LineNews.REFUSED, at=move.at)
        emails.refused_for_worker(file, notice, move.at, lapsed=sources[file.pk] if move.actor is SYSTEM else "")


def tell_abandoned(move: Move) -> None:
    """The operator that had the file has it no more; the worker is told of what the clock closed."""
    close_links(files=move.pks, at=move.at)
    overtake_notices(move.pks, move.at)
    sources = _sources(move)
    for file in _files(move):
        call_off_visit(file, move)
        if sources[file.pk] in WITH_OPERATOR:
            emails.let_go_for_operator(file, move.at)
        if move.actor is not SYSTEM and move.actor.organisation_id != file.need.prescription.prescriber_id:
            emails.abandoned_for_worker(file, move.at)
        if file.abandon_reason == ConnectionAbandonReason.UNTOUCHED:
            emails.untouched_for_worker(file, move.at)


def tell_ended(move: Move) -> None:
    """The worker is told that the household has no line any more."""
    for file in _files(move):
        emails.ended_for_worker(file, move.at)


# --- what the clock recalls


def remind(move: Move) -> None:
    """Whoever is awaited: the operator, with a new link if it has no account; the worker, on a problem."""
    for file in _files(move):
        if file.state == S.SENT:
            emails.reminder_for_operator(file, move.at)
            send_link(connection=file, at=move.at)
        else:
            emails.problem_for_worker(file, move.at)


def tell_renewal(move: Move) -> None:
    """The worker is told when the entitlement ends, and what has to be seen again."""
    for file in _files(move):
        emails.renewal_for_worker(file, move.at)


def tell_copper(move: Move) -> None:
    """The worker is told when copper closes where the household lives."""
    for file in _files(move):
        emails.copper_for_worker(file, move.at)


# --- what the household is told of its line

TOLD = {
    "recall_renewal": LineNews.ENDING,
    "renew": LineNews.RENEWED,
    "lose_right": LineNews.LOST,
    "correct_right": LineNews.CORRECTED,
    "go_on": LineNews.FULL_PRICE,
    "change_offer": LineNews.CHANGED,
    "end": LineNews.ENDED,
}
"""The verbs of a line after which its household is told, and of what."""


def tell_household(move: Move) -> None:
    """It is told. Of a line that its worker ends with it, it knows."""
    if move.verb == "end" and can_renew_connection(move.actor) is not None:
        overtake_notices(move.pks, move.at)
        return
    for file in _files(move):
        promise_notice(file=file, about=TOLD[move.verb], at=move.at)


def change_sheet(move: Move) -> None:
    """The sheet of the family is made again with the new offer; an operator that had the line has it no more."""
    close_links(files=move.pks, at=move.at)
    for file in _files(move):
        freeze_family_sheet(file, move)


def tell_full_price(move: Move) -> None:
    """The worker is told that the line goes on at another price."""
    for file in _files(move):
        emails.full_price_for_worker(file, move.at)


# --- the household


def erase(move: Move) -> None:
    """What names the household is erased here too; one set per household, for each has its own cause."""
    closed = (S.ENDED, S.REFUSED, S.ABANDONED)
    for row in move.rows:
        files = ConnectionFile.objects.filter(need__prescription__household=row.pk)
        forget_household(household=row.pk, at=move.at)
        own = replace(move, rows=[row])
        named = files.filter(state__in=closed).exclude(operator_reference="", evidence_reference="", operator_note="")
        _all_moved(gate.apply_many(named, "forget", actor=move.actor, at=move.at, cause=own))


def call_the_file_kept(move: Move) -> None:
    """Two files of one household became one: it is called under the one that is kept."""
    call_under_the_file_kept(move.pks, move.at)


def _of_files(pks: list[int]) -> QuerySet[ConnectionFile, Any]:
    return ConnectionFile.objects.filter(pk__in=pks).values("need__prescription__household")


def _files_of_household() -> QuerySet[ConnectionFile]:
    return ConnectionFile.objects.filter(need__prescription__household=OuterRef("pk"))


def has_a_line(at: datetime) -> Q:
    """The households that have a line: they stay out of the archive."""
    return Q(Exists(_files_of_household().filter(state=S.ACTIVE)))


def looks_for_a_line(at: datetime) -> Q:
    """Those for which a line is looked for: they too."""
    return Q(Exists(_files_of_household().filter(state__in=UNDER_WAY)))


def tell_operators(move: Move) -> None:
    """Every operator that had received the data is told what was asked of it. Source: RGPD, art. 19.

    The one that still has the file is told anew what was corrected: it reads what it was told, and nothing else.
    """
    for request in RightsRequest.objects.filter(pk__in=move.pks).exclude(kind=RightKind.ACCESS).order_by("pk"):
        files = ConnectionFile.objects.filter(need__prescription__household=request.household_id)
        limited = RightsRequest.objects.restricting().filter(household=request.household_id).exists()
        for file in files.exclude(transmissions=None).select_related(*AROUND).order_by("pk"):
            for operator in Organisation.objects.filter(pk__in=file.transmissions.values("operator")).order_by("pk"):
                holds = ConnectionFile.objects.held_by(operator).filter(pk=file.pk).exists()
                told = {"holds": holds, "limited": limited}
                reads = emails.rights_answered_for_operator(file, operator, request, move.at, **told)
                if holds and request.kind == RightKind.RECTIFICATION:
                    freeze_operator_file(file, transmit(file=file, at=move.at), move)
                    if reads == "link":
                        send_link(connection=file, at=move.at, corrected=True)


def register() -> None:
    """Every registration of connection, once its models are known. Followers of one verb run in this order."""
    forget(forget_person)
    register_kinds()
    register_panels()
    tell_correction(tell_correction_to_operators)
    falls_with(retake_notices)
    judge_comments("connection", judged_by(_of_files))
    keeps_alive(Bond.LINE_SOUGHT, looks_for_a_line)
    keeps_alive(Bond.LINE_ACTIVE, has_a_line)
    on_transition("connection", "propose", start_needs)
    on_transition("connection", "choose", prepare_choice)
    on_transition("connection", "choose", keep_reach)
    on_transition("connection", "send", hand_to_operator)
    on_transition("connection", "report_problem", tell_problem)
    for verb in WITHDRAWALS:
        on_transition("connection", verb, tell_problem_withdrawn)
    on_transition("connection", "schedule", tell_appointment)
    on_transition("connection", "activate", meet_needs)
    on_transition("connection", "activate", tell_active)
    for verb in ("undo_activate", "undo_own_activate"):
        on_transition("connection", verb, unmeet_needs)
        on_transition("connection", verb, tell_not_active)
    for follower in (free_needs, tell_refused, tell_closed_offer):
        on_transition("connection", "refuse", follower)
    on_transition("connection", "abandon", free_needs)
    on_transition("connection", "abandon", tell_abandoned)
    on_transition("connection", "end", lose_lines)
    on_transition("connection", "end", tell_ended)
    on_transition("connection", "remind", remind)
    on_transition("connection", "remind_again", remind)
    on_transition("connection", "recall_renewal", tell_renewal)
    on_transition("connection", "warn_copper", tell_copper)
    on_transition("connection", "change_offer", change_sheet)
    on_transition("connection", "change_offer", keep_reach)
    on_transition("connection", "go_on", tell_full_price)
    for verb in TOLD:
        on_transition("connection", verb, tell_household)
    on_transition("need", "drop", abandon_files)
    on_transition("need", "relocate", relocate_files)
    on_transition("rights_request", "answer", tell_operators)
    on_transition("rights_request", "lift", tell_operators)
    on_transition("household", "join", call_the_file_kept)
    on_transition("household", "anonymise", erase)
    on_transition("household", "forget_joined", erase)
