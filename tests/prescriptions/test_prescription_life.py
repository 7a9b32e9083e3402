"""What becomes of a prescription once it is accepted: kept up, transferred, given up, settled."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.registry import Move, Moved
from network.models import Membership
from prescriptions.enums import (
    NEEDS_GIVEN_UP,
    DropReason,
    NeedKind,
    NeedState,
    NeedUse,
    PrescriptionPaperKind,
    PrescriptionState,
)
from prescriptions.models import Need, Prescription
from prescriptions.models.need import twin_open
from prescriptions.services.needs import drop_need, meet_need, start_need, unmeet_need, wait_again_need
from prescriptions.services.prescriptions import (
    ask_completion_prescription,
    confirm_prescription,
    withdraw_prescription,
)
from tests.prescriptions.files import SKILLS, Circle, again

pytestmark = pytest.mark.django_db

TWO = [(NeedKind.DIGITAL_SKILLS, NeedUse.PAPERWORK), (NeedKind.COMPUTER, NeedUse.STUDIES)]


def served(circle: Circle, need: Need, cause: str) -> Need:
    """Move a need as an app above does, following its own verb."""
    machine, verb = cause.split(".")
    follows = {"reserve": "start", "propose": "start", "release": "wait_again", "hand_over": "meet"}
    move = Move(machine, verb, circle.adviser, again(need).moved_at, None, {}, [Moved(1, "a", "b", 1)])
    return gate.apply(need, follows[verb], actor=circle.adviser, cause=move)


# --- confirm and transfer


@pytest.mark.usefixtures("days_to_come")
def test_confirming_starts_validity_again() -> None:
    circle = Circle()
    prescription = circle.accepted()
    planned = set(prescription.reminders.planned().values_list("due_on", flat=True))
    circle.later(days=100)
    confirmed = confirm_prescription(actor=circle.worker, prescription=prescription, at=circle.at)
    assert confirmed.valid_until == circle.at + timedelta(days=180)
    assert not planned & set(prescription.reminders.planned().values_list("due_on", flat=True))
    assert prescription.reminders.planned().count() == 2


# --- withdraw


@pytest.mark.parametrize("step", ["draft", "submitted", "accepted"])
def test_a_prescription_is_given_up_with_its_needs(step: str) -> None:
    circle = Circle()
    prescription = getattr(circle, step)(TWO)
    with pytest.raises(Refused, match="motif"):
        withdraw_prescription(actor=circle.worker, prescription=prescription, reason="nonsense")
    done = withdraw_prescription(actor=circle.worker, prescription=prescription, reason="unreachable")
    assert (done.state, done.end_reason) == (PrescriptionState.WITHDRAWN, "unreachable")
    assert {need.drop_reason for need in done.needs.all()} == {DropReason.PRESCRIPTION_WITHDRAWN}
    assert not done.reminders.planned().exists()


def test_what_is_met_keeps_a_prescription_from_being_given_up() -> None:
    circle = Circle()
    prescription = circle.accepted(TWO)
    need = prescription.needs.get(kind=NeedKind.DIGITAL_SKILLS)
    need = start_need(actor=circle.worker, need=need, mediation=circle.mediation)
    meet_need(actor=circle.worker, need=need)
    with pytest.raises(Refused) as refused:
        withdraw_prescription(actor=circle.worker, prescription=prescription, reason="unreachable")
    assert [reason.code for reason in refused.value.all] == ["nothing_met"]


# --- the last need of a request that nobody accepted yet


def mails_of(prescription: Prescription, since: int) -> str:
    return "\n".join(mail.body for mail in Mail.objects.about("prescription", prescription.pk).filter(pk__gt=since))


def dropped_before_acceptance(circle: Circle, actor: Membership) -> tuple[Prescription, str]:
    prescription = circle.submitted()
    last = Mail.objects.latest("pk").pk
    drop_need(actor=actor, need=prescription.needs.get(), reason=DropReason.ASKED_TWICE)
    return again(prescription), mails_of(prescription, last)


def test_the_last_need_of_a_submitted_request_given_up_stops_it_and_it_is_accepted_no_more() -> None:
    circle = Circle()
    prescription, _ = dropped_before_acceptance(circle, circle.adviser)
    assert (prescription.state, prescription.end_reason) == (PrescriptionState.WITHDRAWN, NEEDS_GIVEN_UP)
    assert prescription.journal.get(verb="withdraw").cause_machine == "need"
    assert prescription.accepted_at is None
    with pytest.raises(Refused):
        circle.accept(prescription)


def test_whoever_did_not_give_the_last_need_up_is_told_that_the_request_stops() -> None:
    circle = Circle()
    for actor, told in ((circle.adviser, 1), (circle.worker, 1), (circle.pilot, 2)):
        _, body = dropped_before_acceptance(circle, actor)
        assert body.count("s’arrête avant d’être acceptée") == told
        assert "déjà demandé pour ce foyer" in body
        assert "abandonne la prescription" not in body


def test_a_household_whose_last_need_is_given_up_before_acceptance_reads_that_its_request_is_stopped() -> None:
    circle = Circle()
    prescription, _ = dropped_before_acceptance(circle, circle.adviser)
    sheet = prescription.papers.latest("pk")
    assert sheet.kind == PrescriptionPaperKind.STOPPED
    assert "arrêtée" in str(sheet.document.values["told"])


def test_one_of_two_needs_given_up_before_acceptance_stops_nothing() -> None:
    circle = Circle()
    prescription = circle.submitted(TWO)
    drop_need(actor=circle.adviser, need=prescription.needs.get(kind=NeedKind.COMPUTER), reason=DropReason.ASKED_TWICE)
    assert circle.accept(again(prescription)).state == PrescriptionState.ACCEPTED


def test_a_request_to_be_completed_keeps_waiting_for_another_need() -> None:
    circle = Circle()
    prescription = ask_completion_prescription(
        actor=circle.adviser, prescription=circle.submitted(), missing=["income_seen"]
    )
    drop_need(actor=circle.worker, need=prescription.needs.get(), reason=DropReason.ASKED_TWICE)
    assert again(prescription).state == PrescriptionState.INCOMPLETE


def test_the_page_that_gives_a_need_up_says_what_becomes_of_the_request_and_its_own_says_why_it_stopped() -> None:
    circle, client = Circle(), Client()
    client.force_login(circle.adviser.user)
    two, one = circle.submitted(TWO), circle.submitted()
    last = "dernier besoin ouvert\u00a0: la demande s’arrête"
    pages = [client.get(reverse("prescriptions:need_drop", args=[of.needs.first().reference])) for of in (two, one)]
    assert [last in page.content.decode() for page in pages] == [False, True]
    drop_need(actor=circle.adviser, need=one.needs.get(), reason=DropReason.ASKED_TWICE)
    stopped = client.get(reverse("prescriptions:prescription_detail", args=[one.reference])).content.decode()
    assert "son dernier besoin est abandonné, avant que la demande soit acceptée" in stopped


def test_whoever_follows_a_request_learns_that_a_colleague_gave_up_its_last_need_and_the_colleague_does_not() -> None:
    circle = Circle()
    for actor, others in (
        (circle.manager, {circle.worker, circle.adviser}),
        (circle.worker, {circle.adviser}),
        (circle.adviser, {circle.worker}),
    ):
        prescription = circle.submitted()
        Mail.objects.update(subject="avant")
        drop_need(actor=actor, need=prescription.needs.get(), reason=DropReason.ASKED_TWICE)
        told = Mail.objects.filter(subject__endswith="arrêtée").values_list("to", flat=True)
        assert {one for to in told for one in to} == {other.user.email for other in others}


def test_nobody_says_that_nothing_is_asked_any_more_while_something_is() -> None:
    circle = Circle()
    with pytest.raises(Refused, match="motif"):
        withdraw_prescription(actor=circle.worker, prescription=circle.submitted(), reason=NEEDS_GIVEN_UP)


# --- settling


def test_the_last_need_met_fulfils_the_prescription() -> None:
    circle = Circle()
    need = circle.started()
    meet_need(actor=circle.worker, need=need)
    prescription = again(need.prescription)
    assert prescription.state == PrescriptionState.FULFILLED
    assert prescription.papers.filter(kind=PrescriptionPaperKind.CLOSING).count() == 1
    assert prescription.journal.get(verb="fulfil").cause_entry == need.journal.get(verb="meet").pk


def test_one_need_left_keeps_it_open_and_dropping_it_fulfils() -> None:
    circle = Circle()
    prescription = circle.accepted(TWO)
    skills, computer = prescription.needs.order_by("pk")
    skills = start_need(actor=circle.worker, need=skills, mediation=circle.mediation)
    meet_need(actor=circle.worker, need=skills)
    assert again(prescription).state == PrescriptionState.ACCEPTED
    drop_need(actor=circle.adviser, need=computer, reason=DropReason.OFFER_DECLINED)
    assert again(prescription).state == PrescriptionState.FULFILLED


def test_nothing_met_closes_it_unmet() -> None:
    circle = Circle()
    prescription = circle.accepted(TWO)
    for need in prescription.needs.all():
        drop_need(actor=circle.worker, need=need, reason=DropReason.SERVED_ELSEWHERE)
    assert again(prescription).state == PrescriptionState.CLOSED_UNMET
    assert again(prescription).papers.filter(kind=PrescriptionPaperKind.CLOSING).exists()
    with pytest.raises(PermissionDenied):
        gate.apply(again(prescription), "close_unmet", actor=circle.worker)


def test_needs_of_several_prescriptions_dropped_at_once_close_each() -> None:
    circle = Circle()
    rows = [circle.accepted(), circle.accepted(TWO)]
    outcome = gate.apply_many(
        Need.objects.filter(prescription__in=rows), "drop", actor=circle.pilot, reason=DropReason.NOTHING_SUITABLE
    )
    assert len(outcome.moved) == 3
    assert {again(row).state for row in rows} == {PrescriptionState.CLOSED_UNMET}


def test_a_need_met_by_mistake_opens_the_prescription_again() -> None:
    circle = Circle()
    need = circle.started()
    met = meet_need(actor=circle.worker, need=need)
    undone = unmeet_need(actor=circle.worker, need=met)
    prescription = again(need.prescription)
    assert (undone.state, undone.met_at) == (NeedState.IN_PROGRESS, None)
    assert (prescription.state, prescription.ended_at) == (PrescriptionState.ACCEPTED, None)
    assert prescription.journal.get(verb="reopen").cause_machine == "need"
    assert prescription.reminders.planned().exists()


def test_a_need_said_met_by_mistake_beside_the_same_one_asked_since_is_told_until_one_is_given_up() -> None:
    circle = Circle()
    met = meet_need(actor=circle.worker, need=circle.started())
    since = circle.accepted([(met.kind, NeedUse.PAPERWORK)], met.prescription.household).needs.get()
    assert unmeet_need(actor=circle.worker, need=met).state == NeedState.IN_PROGRESS
    assert set(Need.objects.filter(twin_open())) == {met, since}
    drop_need(actor=circle.worker, need=since, reason=DropReason.UNREACHABLE)
    assert not Need.objects.filter(twin_open(), state=NeedState.IN_PROGRESS).exists()


@pytest.mark.usefixtures("days_to_come")
def test_the_app_that_serves_a_need_moves_it_and_settles_it() -> None:
    circle = Circle()
    need = circle.accepted().needs.get()
    with pytest.raises(PermissionDenied):
        gate.apply(need, "start", actor=circle.worker, mediation=circle.mediation)
    need = served(circle, need, "device.reserve")
    need = served(circle, need, "device.release")
    assert (need.state, need.started_at) == (NeedState.WAITING, None)
    need = served(circle, served(circle, need, "connection.propose"), "device.hand_over")
    assert (need.state, again(need.prescription).state) == (NeedState.MET, PrescriptionState.FULFILLED)


def test_a_need_of_a_prescription_that_is_not_accepted_is_not_served() -> None:
    circle = Circle()
    need = circle.submitted(SKILLS).needs.get()
    with pytest.raises(Refused) as refused:
        start_need(actor=circle.worker, need=need, mediation=circle.mediation)
    assert {reason.code for reason in refused.value.all} == {"state", "prescription_accepted"}


# --- digital skills


def test_digital_skills_are_referred_to_a_mediation_place() -> None:
    circle = Circle()
    need = circle.accepted(SKILLS).needs.get()
    for given in ({}, {"mediation": circle.distributor}):
        with pytest.raises(Refused) as refused:
            gate.apply(need, "start", actor=circle.worker, **given)
        assert [reason.code for reason in refused.value.all] == ["referred"]
    started = start_need(actor=circle.worker, need=need, mediation=circle.mediation)
    assert started.mediation == circle.mediation
    waiting = wait_again_need(actor=circle.worker, need=started)
    assert (waiting.state, waiting.mediation, waiting.accepted_at) == (NeedState.WAITING, None, need.accepted_at)


def test_a_need_is_dropped_for_a_reason_that_people_may_give() -> None:
    circle = Circle()
    need = circle.accepted().needs.get()
    for reason in ("nonsense", DropReason.PRESCRIPTION_EXPIRED):
        with pytest.raises(Refused, match="motif"):
            drop_need(actor=circle.worker, need=need, reason=reason)
    assert drop_need(actor=circle.worker, need=need, reason=DropReason.UNREACHABLE).state == NeedState.UNMET
