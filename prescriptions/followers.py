"""What follows each verb, in the gate's transaction. Registered in ``PrescriptionsConfig.ready()``."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import SignedLink
from lifecycle.exceptions import Refused
from lifecycle.in_order import by_key
from lifecycle.previews import Outcome
from lifecycle.registry import Move, on_transition
from network.followers import mergers
from network.mergers import moves
from prescriptions import emails
from prescriptions.enums import (
    HOUSEHOLD_ARCHIVED,
    NEEDS_GIVEN_UP,
    OPEN_NEED_STATES,
    CodePurpose,
    DropReason,
    NeedState,
    PrescriptionState,
    ReminderKind,
)
from prescriptions.mergers import moving_prescriptions
from prescriptions.models import (
    CodedReason,
    CompletionRequest,
    Decision,
    Fact,
    Household,
    Need,
    Prescription,
    Reminder,
    Residence,
)
from prescriptions.services.confirmation import close_links, send_link
from prescriptions.services.contacts import retake_fallen
from prescriptions.services.doubles import answers_about, record_answer
from prescriptions.services.letters import falls_with
from prescriptions.services.reminders import (
    cancel_notices,
    cancel_reminders,
    mark_sent,
    plan_notices,
    plan_reminders,
)


def _all_moved(outcome: Outcome) -> None:
    """A follower leaves nothing behind: raises Refused when a row of its set was."""
    if outcome.refused:
        raise Refused(outcome.refused)


def follow_up(rows: Any, verb: str, move: Move, **values: Any) -> None:
    """Do ``verb`` on a set, as what follows ``move``."""
    _all_moved(gate.apply_many(rows, verb, actor=move.actor, at=move.at, cause=move, **values))


def prescriptions_of(move: Move) -> Iterable[Prescription]:
    """The prescriptions that moved, with whoever is written to or named on their papers."""
    rows = Prescription.objects.filter(pk__in=move.pks)
    return by_key(rows.select_related("household", "prescriber", "distributor__commune", "worker__user"))


# --- household


def note_residence(move: Move) -> None:
    """Where the household lives since when, as a dated row."""
    since = move.values.get("moved_on") or timezone.localdate(move.at)
    Residence.objects.bulk_create(
        Residence(household_id=pk, commune_id=commune, since=since, told_at=move.at)
        for pk, commune in Household.objects.filter(pk__in=move.pks, commune__isnull=False).values_list("pk", "commune")
    )


def correct_residence(move: Move) -> None:
    """The commune told last was wrong: the household lived in this one since that day, and never in the other."""
    told = Residence.objects.told_last().filter(household__in=move.pks)
    last = {row.household_id: row for row in told.order_by("household", "since", "pk")}
    today = timezone.localdate(move.at)
    Residence.objects.bulk_create(
        Residence(
            household_id=pk,
            commune_id=commune,
            since=last[pk].since if pk in last else today,
            told_at=move.at,
            corrects=last.get(pk),
        )
        for pk, commune in Household.objects.filter(pk__in=move.pks).values_list("pk", "commune")
    )


def relocate_prescriptions(move: Move) -> None:
    """The live prescriptions follow the household: to its new territory, or to the one it was in all along."""
    follow_up(Prescription.objects.live().filter(household__in=move.pks), "relocate", move)


def relocate_merged(move: Move) -> None:
    """The live prescriptions of a merged EPCI wait in the one that succeeds to it, whose communes are theirs now."""
    for merger in mergers(move):
        follow_up(Prescription.objects.live().filter(epci=merger.epci), "relocate", move)


def answer_attached(move: Move) -> None:
    """Attaching two files answers that they are of one household."""
    for row in Household.objects.filter(pk__in=move.pks).select_related("same_as"):
        assert row.same_as is not None
        record_answer(move.actor, row, row.same_as, True, move.at)


def answer_detached(move: Move) -> None:
    """Detaching them answers that they are not; nor is it the household of those that stay, whatever was answered."""
    given = move.values.get("other")
    other = None if given is None else Household.objects.filter(pk=given).first()
    if other is None:
        return
    left = {file.pk: file for file in Household.objects.together_with(other)}
    for row in Household.objects.filter(pk__in=move.pks):
        answers = answers_about(row, list(left))
        for pk, file in sorted(left.items()):
            if file == other or (pk in answers and answers[pk].same):
                record_answer(move.actor, row, file, False, move.at)


def withdraw_drafts(move: Move) -> None:
    """What was never submitted ends with the archive."""
    drafts = Prescription.objects.filter(household__in=move.pks, state=PrescriptionState.DRAFT)
    follow_up(drafts, "withdraw", move, reason=HOUSEHOLD_ARCHIVED)


def plan_notice(move: Move) -> None:
    """The notice that the file will be erased is planned."""
    plan_notices(Household.objects.filter(pk__in=move.pks), move.at)


def cancel_notice(move: Move) -> None:
    """The file is followed again."""
    cancel_notices(move.pks, move.at)


def tell_notice(move: Move) -> None:
    """The prescriber is told when the file will be erased, and how to keep it."""
    notices = Reminder.objects.planned().filter(household__in=move.pks, kind=ReminderKind.ANONYMISATION)
    notices.filter(due_on__lte=timezone.localdate(move.at)).update(sent_at=move.at)
    for household in Household.objects.filter(pk__in=move.pks).order_by("pk"):
        emails.anonymisation_for_prescriber(household, move.at)


# --- prescription


def acknowledge(move: Move) -> None:
    """The acknowledgement to the worker, one more file for the distributor."""
    cancel_reminders(move.pks, move.at)
    for prescription in prescriptions_of(move):
        emails.submitted_for_worker(prescription, move.at)
        emails.submitted_for_distributor(prescription, move.at)


def ask_for_what_is_missing(move: Move) -> None:
    """What is missing is a row of the file; the worker is told, and reminded before the end of the delay."""
    labels = CodedReason.objects.labels_on(CodePurpose.MISSING, timezone.localdate(move.at))
    for prescription in prescriptions_of(move):
        codes = list(move.values.get("missing") or [])
        asked = CompletionRequest.objects.create(
            prescription=prescription,
            codes=codes,
            labels=[labels[code] for code in codes],
            words=str(move.values.get("words") or "").strip(),
            asked_at=move.at,
            asked_by_id=move.actor.pk,
        )
        emails.completion_asked_for_worker(prescription, asked, move.at)
    plan_reminders(Prescription.objects.filter(pk__in=move.pks), ReminderKind.COMPLETE, move.at)


def take_asking_back(move: Move) -> None:
    """Nothing is missing: nothing is recalled any more, and the worker learns that it was a mistake."""
    end_reminders(move)
    for prescription in prescriptions_of(move):
        emails.completion_unasked_for_worker(prescription, move.at)


def keep_decision(move: Move) -> None:
    """The decision is kept with what the rules of the day said, line by line."""
    day = timezone.localdate(move.at)
    evaluations = Fact.objects.evaluations(move.pks, day)
    decisions = []
    for pk, evaluation in evaluations.items():
        given = {**move.values, **move.per_row.get(pk, {})}
        decisions.append(
            Decision(
                prescription_id=pk,
                verb=move.verb,
                rules_on=day,
                verdict=evaluation.verdict,
                lines=[line.frozen() for line in evaluation.lines],
                motive=str(given.get("motive") or "").strip(),
                next_step=str(given.get("next_step") or "").strip(),
                decided_at=move.at,
                decided_by_id=move.actor.pk,
            )
        )
    Decision.objects.bulk_create(decisions)


def let_needs_wait(move: Move) -> None:
    """Accepted, the needs wait to be served."""
    follow_up(Need.objects.filter(prescription__in=move.pks, state=NeedState.ASKED), "wait", move)


def plan_still_current(move: Move) -> None:
    """« Toujours d’actualité ? » is asked before the acceptance ends."""
    close_links(move.pks, move.at, but=answering(move))
    plan_reminders(Prescription.objects.filter(pk__in=move.pks, declined_at=None), ReminderKind.STILL_CURRENT, move.at)


def answering(move: Move) -> str:
    """The key of the link by which the household acts; nothing when it is not by a link."""
    return move.actor.link_id if isinstance(move.actor, SignedLink) else ""


def tell_accepted(move: Move) -> None:
    """The worker is told."""
    for prescription in prescriptions_of(move):
        emails.accepted_for_worker(prescription, move.at)


_DROPPED_BECAUSE = {
    "refuse": DropReason.PRESCRIPTION_REFUSED,
    "expire": DropReason.PRESCRIPTION_EXPIRED,
}


def drop_needs(move: Move) -> None:
    """Its open needs are dropped; whoever serves them releases what was held for them."""
    still = Need.objects.unsettled().filter(prescription__in=move.pks)
    follow_up(still, "drop", move, reason=_DROPPED_BECAUSE.get(move.verb, DropReason.PRESCRIPTION_WITHDRAWN))


def end_reminders(move: Move) -> None:
    """Nothing is to be recalled any more, and no page answers."""
    cancel_reminders(move.pks, move.at)
    close_links(move.pks, move.at)


def tell_refused(move: Move) -> None:
    """The worker is told why, and what the household can do next."""
    labels = CodedReason.objects.labels_on(CodePurpose.REFUSAL, timezone.localdate(move.at))
    for prescription in prescriptions_of(move):
        decision = prescription.decisions.order_by("-pk").first()
        assert decision is not None
        reason = labels.get(prescription.end_reason, prescription.end_reason)
        emails.refused_for_worker(prescription, decision, reason, move.at)


def tell_withdrawn(move: Move) -> None:
    """The distributor is told of what it had received; with its last need, whoever did not give that one up."""
    if move.cause is not None and move.cause.machine == "need":
        for prescription in prescriptions_of(move):
            emails.emptied_for_others(prescription, move.actor, move.at)
        return
    labels = CodedReason.objects.labels_on(CodePurpose.WITHDRAWAL, timezone.localdate(move.at))
    for prescription in prescriptions_of(move):
        if prescription.distributor_id is not None:
            reason = labels.get(prescription.end_reason, prescription.end_reason)
            emails.withdrawn_for_distributor(prescription, reason, move.at)


def tell_handed_on(move: Move) -> None:
    """Whoever follows it now is told, and whoever did, unless it is his own doing."""
    for prescription in prescriptions_of(move):
        if prescription.worker_id != move.actor.pk:
            emails.handed_on_for_worker(prescription, move.at)
        if prescription.worker_before_id != move.actor.pk:
            emails.handed_on_for_former_worker(prescription, move.at)


def relocate_needs(move: Move) -> None:
    """The needs wait in the territory where the household lives now."""
    states = (NeedState.WAITING, NeedState.IN_PROGRESS)
    follow_up(Need.objects.filter(prescription__in=move.pks, state__in=states), "relocate", move)


def tell_closed(move: Move) -> None:
    """The last need is settled: the worker is told."""
    for prescription in prescriptions_of(move):
        emails.closed_for_worker(prescription, move.at)


def remind(move: Move) -> None:
    """The reminders that were due are sent: to the worker, and to the household if it has an address."""
    for prescription in prescriptions_of(move):
        if prescription.state == PrescriptionState.INCOMPLETE:
            mark_sent(prescription, ReminderKind.COMPLETE, move.at)
            emails.complete_for_worker(prescription, move.at)
        else:
            mark_sent(prescription, ReminderKind.STILL_CURRENT, move.at)
            asked = send_link(prescription, move.at) is not None
            emails.still_current_for_worker(prescription, asked, move.at)


def tell_expired(move: Move) -> None:
    """The worker is told."""
    for prescription in prescriptions_of(move):
        emails.expired_for_worker(prescription, move.at)


# --- need


def settle(move: Move) -> None:
    """The last need settled closes the prescription: fulfilled if at least one is met.

    Given up before anybody accepted it, it is withdrawn: nothing is left to examine. One to be completed waits for
    another need, or for its worker to give it up.
    """
    needs = Need.objects.filter(prescription=OuterRef("pk"))
    nothing_open = Prescription.objects.filter(
        ~Exists(needs.filter(state__in=OPEN_NEED_STATES)), needs__in=move.pks
    ).distinct()
    emptied = list(nothing_open.filter(state=PrescriptionState.SUBMITTED).values_list("pk", flat=True))
    if emptied:
        follow_up(Prescription.objects.filter(pk__in=emptied), "withdraw", move, reason=NEEDS_GIVEN_UP)
    settled = nothing_open.filter(state=PrescriptionState.ACCEPTED)
    met = Exists(needs.filter(state=NeedState.MET))
    ends = {
        "fulfil": list(settled.filter(met).values_list("pk", flat=True)),
        "close_unmet": list(settled.filter(~met).values_list("pk", flat=True)),
    }
    for verb, pks in ends.items():
        if pks:
            follow_up(Prescription.objects.filter(pk__in=pks), verb, move)


def reopen_prescriptions(move: Move) -> None:
    """A need that is not met any more opens again what it had closed."""
    closed = (PrescriptionState.FULFILLED, PrescriptionState.CLOSED_UNMET)
    rows = Prescription.objects.filter(needs__in=move.pks, state__in=closed).distinct().values("pk")
    follow_up(Prescription.objects.filter(pk__in=rows), "reopen", move)


def register() -> None:
    """Every registration of the app, once its models are known. Followers of one verb run in this order."""
    falls_with(retake_fallen)
    register_households()
    on_transition("prescription", "submit", acknowledge)
    on_transition("prescription", "ask_completion", ask_for_what_is_missing)
    on_transition("prescription", "unask_completion", take_asking_back)
    on_transition("prescription", "accept", keep_decision)
    on_transition("prescription", "accept", let_needs_wait)
    on_transition("prescription", "accept", plan_still_current)
    on_transition("prescription", "accept", tell_accepted)
    on_transition("prescription", "refuse", keep_decision)
    for verb in ("refuse", "withdraw", "expire"):
        on_transition("prescription", verb, drop_needs)
        on_transition("prescription", verb, end_reminders)
    on_transition("prescription", "refuse", tell_refused)
    on_transition("prescription", "withdraw", tell_withdrawn)
    on_transition("prescription", "expire", tell_expired)
    on_transition("prescription", "confirm", plan_still_current)
    on_transition("prescription", "hand_on", tell_handed_on)
    on_transition("prescription", "relocate", relocate_needs)
    for verb in ("fulfil", "close_unmet"):
        on_transition("prescription", verb, end_reminders)
        on_transition("prescription", verb, tell_closed)
    on_transition("prescription", "reopen", plan_still_current)
    on_transition("prescription", "remind", remind)
    on_transition("need", "meet", settle)
    on_transition("need", "drop", settle)
    on_transition("need", "unmeet", reopen_prescriptions)


def register_households() -> None:
    """What follows the verbs of a household's file, and the merger of its territory."""
    on_transition("household", "create", note_residence)
    on_transition("household", "move", note_residence)
    for verb in ("locate", "correct_commune"):
        on_transition("household", verb, correct_residence)
    for verb in ("move", "correct_commune"):
        on_transition("household", verb, relocate_prescriptions)
    moves(moving_prescriptions)
    on_transition("merger", "declare", relocate_merged)
    on_transition("household", "attach", answer_attached)
    on_transition("household", "detach", answer_detached)
    on_transition("household", "archive", plan_notice)
    on_transition("household", "archive", withdraw_drafts)
    on_transition("household", "reopen", cancel_notice)
    on_transition("household", "give_notice", tell_notice)
