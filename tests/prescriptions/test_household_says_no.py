"""The « non » of a household is an act: it is told at once, nothing asks for an answer any more, nothing is served."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from prescriptions.enums import LinkAnswer, NeedState, PrescriptionState
from prescriptions.models import Prescription
from prescriptions.services.confirmation import answer_link, is_open, link_for
from prescriptions.services.needs import start_need
from prescriptions.services.prescriptions import (
    confirm_prescription,
    reconsider_prescription,
    remind_prescription,
    withdraw_prescription,
)
from prescriptions.services.sets import confirm_prescriptions
from prescriptions.telling import telling_of
from tests.prescriptions.answers import ADDRESS, answered, asked, said_no
from tests.prescriptions.files import COMPUTER, SKILLS, Circle, again, transferred
from tests.prescriptions.pages import acting, done, page_of, read
from typography.french import day

pytestmark = pytest.mark.django_db
BOTH = (*COMPUTER, *SKILLS)


@pytest.fixture
def circle() -> Circle:
    return Circle()


@pytest.fixture
def prescription(circle: Circle) -> Prescription:
    return circle.accepted(COMPUTER, circle.household(email=ADDRESS, last_name="Essai-Nom"))


def home(circle: Circle, name: str) -> str:
    return acting(getattr(circle, name)).get(reverse("desk:home")).content.decode()


# --- the act


def test_a_no_is_an_act_of_the_household_in_the_journal(prescription: Prescription) -> None:
    declined = said_no(prescription)
    entry = declined.journal.get(verb="decline")
    assert (entry.actor, entry.role, bool(entry.via)) == (None, "link", True)
    assert declined.state == PrescriptionState.ACCEPTED
    assert declined.declined_at == declined.contacted_at == entry.at


def test_only_the_household_says_no(circle: Circle, prescription: Prescription) -> None:
    for actor in (circle.worker, circle.adviser, circle.pilot):
        with pytest.raises(PermissionDenied):
            gate.apply(prescription, "decline", actor=actor)


@pytest.mark.parametrize(("answer", "said"), [("not_any_more", "a répondu non"), ("still_current", "Toujours d’act")])
@pytest.mark.parametrize("name", ["worker", "adviser"])
def test_the_answer_and_who_gave_it_are_in_every_timeline(
    circle: Circle, prescription: Prescription, answer: str, said: str, name: str
) -> None:
    answered(prescription, LinkAnswer(answer))
    pages = (
        page_of(prescription, "prescription_detail"),
        page_of(prescription.household, "household_detail"),
        page_of(prescription.needs.get(), "need_detail"),
    )
    for url in pages:
        timeline = read(acting(getattr(circle, name)), url).partition("Chronologie</h2>")[2]
        assert said in timeline
        assert "Le foyer, par le lien qu’il a reçu" in timeline


def test_what_the_worker_notes_is_told_elsewhere_without_his_name(circle: Circle, prescription: Prescription) -> None:
    reconsider_prescription(actor=circle.worker, prescription=said_no(prescription))
    page = read(acting(circle.adviser), page_of(prescription.household, "household_detail"))
    assert "Le foyer a changé d’avis" in page
    assert str(circle.worker.user) not in page


# --- what is asked, and of whom


def test_the_worker_is_asked_to_give_it_up_or_to_call_and_no_more_for_an_answer(
    circle: Circle, prescription: Prescription
) -> None:
    token = asked(prescription)
    assert "n’a pas encore répondu" in home(circle, "worker")
    answer_link(token=token, answer=LinkAnswer.NOT_ANY_MORE)
    declined = again(prescription)
    first = home(circle, "worker")
    assert "n’a pas encore répondu" not in first
    assert "Foyers qui ont répondu non" in first
    assert "abandonnez la demande, ou rappelez-le si c’est une erreur" in first
    assert not declined.reminders.filter(cancelled_at=None).exists()
    page = read(acting(circle.worker), page_of(prescription, "prescription_detail"))
    told = f"le foyer a répondu non le {day(declined.declined_at)}\u00a0: abandonnez la demande, ou rappelez-le"
    assert told in page
    assert page_of(prescription, "prescription_withdraw") in page
    assert page_of(prescription, "prescription_reconsider") in page
    assert "dites si la demande est toujours d’actualité" not in page


def test_the_adviser_reads_it_on_his_first_page_and_gives_the_need_up(
    circle: Circle, prescription: Prescription
) -> None:
    said_no(prescription)
    need = prescription.needs.get()
    first = home(circle, "adviser")
    assert "Foyers qui ont répondu non" in first
    assert page_of(need, "need_detail") in first
    page = read(acting(circle.adviser), page_of(prescription, "prescription_detail"))
    assert "abandonnez le besoin, ou voyez avec son prescripteur" in page
    assert page_of(need, "need_drop") in page
    assert page_of(prescription, "prescription_reconsider") not in page
    assert "abandonnez le besoin" in read(acting(circle.adviser), page_of(need, "need_detail"))


def test_a_need_that_is_wanted_no_more_has_no_place_in_the_queue(circle: Circle, prescription: Prescription) -> None:
    need = prescription.needs.get(kind="computer")
    pages = [page_of(prescription, "prescription_detail"), page_of(need, "need_detail")]
    assert all("à attendre ce besoin" in read(acting(circle.worker), page) for page in pages)
    said_no(prescription)
    for page in pages:
        told = read(acting(circle.worker), page)
        assert "à attendre ce besoin" not in told
        assert "Hors de la file d’attente depuis le «\u00a0non\u00a0» du foyer." in told
    reconsider_prescription(actor=circle.worker, prescription=again(prescription))
    assert all("à attendre ce besoin" in read(acting(circle.worker), page) for page in pages)


def test_the_relay_and_the_pilot_read_that_nothing_is_served(circle: Circle, prescription: Prescription) -> None:
    said_no(prescription)
    for actor in (circle.relay, circle.pilot):
        page = read(acting(actor), page_of(prescription, "prescription_detail"))
        assert "Le foyer a répondu non le" in page
        assert page_of(prescription.needs.get(), "need_drop") not in page.partition("Chronologie")[0] or actor.reads_all


def test_when_a_need_was_met_the_worker_gives_up_the_others(circle: Circle) -> None:
    prescription = circle.accepted(BOTH, circle.household(email=ADDRESS))
    skills = prescription.needs.get(kind="digital_skills")
    start_need(actor=circle.worker, need=skills, mediation=circle.mediation)
    gate.apply(skills, "meet", actor=circle.worker)
    said_no(prescription)
    page = read(acting(circle.worker), page_of(prescription, "prescription_detail"))
    assert page_of(prescription.needs.get(kind="computer"), "need_drop") in page
    assert "abandonnez le besoin, ou rappelez-le" in page


def test_the_worker_and_the_distributor_are_written_to(circle: Circle, prescription: Prescription) -> None:
    known = set(Mail.objects.values_list("pk", flat=True))
    token = asked(prescription)
    asking = set(Mail.objects.values_list("pk", flat=True))
    answer_link(token=token, answer=LinkAnswer.NOT_ANY_MORE)
    said = {mail.to[0]: mail.body for mail in Mail.objects.exclude(pk__in=known | asking)}
    assert said.keys() == {circle.worker.user.email, circle.adviser.user.email}
    assert "s’il a changé d’avis, notez-le" in said[circle.worker.user.email]
    assert "est libéré" in said[circle.adviser.user.email]
    assert "Essai-Nom" not in "".join(said.values())
    assert not is_open(link_for(token=token))


# --- what is refused while it stands


def test_nothing_is_asked_nor_confirmed_while_the_no_stands(circle: Circle, prescription: Prescription) -> None:
    declined = said_no(prescription)
    for act in (confirm_prescription, remind_prescription):
        with pytest.raises(Refused, match="n’en a plus besoin"):
            act(actor=circle.worker, prescription=declined)
    outcome = confirm_prescriptions(actor=circle.worker, prescriptions=Prescription.objects.filter(pk=declined.pk))
    assert [reason.code for reason in outcome.refused[declined.pk]] == ["not_declined"]


def test_a_need_is_not_referred_while_the_no_stands(circle: Circle) -> None:
    prescription = said_no(circle.accepted(SKILLS, circle.household(email=ADDRESS)))
    with pytest.raises(Refused, match="tant que cette réponse tient") as refused:
        start_need(actor=circle.worker, need=prescription.needs.get(), mediation=circle.mediation)
    assert "en notant qu’il a changé d’avis" in next(iter(refused.value.all)).lifted_by


# --- what lifts it


def test_the_worker_notes_that_the_household_changed_its_mind(circle: Circle, prescription: Prescription) -> None:
    said_no(prescription)
    done(acting(circle.worker), page_of(prescription, "prescription_reconsider"), comment="Erreur de bouton")
    back = again(prescription)
    entry = back.journal.get(verb="reconsider")
    assert entry.actor == circle.worker
    assert back.declined_at is None
    assert back.confirmed_at == entry.at
    assert back.reminders.planned().exists()
    assert back.needs.get().state == NeedState.WAITING
    assert "Aucun foyer n’a répondu" in home(circle, "worker")


def test_nobody_else_notes_it_and_not_before_a_no(circle: Circle, prescription: Prescription) -> None:
    with pytest.raises(Refused, match="n’a pas répondu non"):
        reconsider_prescription(actor=circle.worker, prescription=prescription)
    declined = said_no(prescription)
    for actor in (circle.adviser, circle.pilot):
        with pytest.raises(PermissionDenied):
            reconsider_prescription(actor=actor, prescription=declined)


def test_the_colleagues_who_receive_it_read_the_no_as_well(circle: Circle, prescription: Prescription) -> None:
    other = Circle()
    transferred(circle, said_no(prescription), other.prescriber)
    assert "répondu non" in read(acting(other.worker), page_of(prescription, "prescription_detail"))
    reconsider_prescription(actor=other.worker, prescription=again(prescription))


def test_giving_it_up_ends_it(circle: Circle, prescription: Prescription) -> None:
    withdrawn = withdraw_prescription(
        actor=circle.worker, prescription=said_no(prescription), reason="no_longer_needed"
    )
    assert withdrawn.state == PrescriptionState.WITHDRAWN
    assert "Aucun foyer n’a répondu" in home(circle, "worker")


# --- the clock


@pytest.mark.usefixtures("days_to_come")
def test_a_no_that_nobody_follows_up_expires_with_the_acceptance(circle: Circle, prescription: Prescription) -> None:
    declined = said_no(prescription)
    run_clock(at=declined.valid_until - timedelta(days=1))
    assert again(prescription).state == PrescriptionState.ACCEPTED
    assert not declined.reminders.filter(sent_at__gt=declined.declined_at).exists()
    run_clock(at=declined.valid_until + timedelta(days=1))
    assert again(prescription).state == PrescriptionState.EXPIRED
    told = telling_of(again(prescription))
    assert told.sentences[0].startswith("Vous avez répondu que vous n’en aviez plus besoin")
    mail = Mail.objects.about("prescription", prescription.pk).latest("pk")
    assert "avait répondu qu’il n’en avait plus besoin" in mail.body
    assert "faute de réponse" not in mail.body


def test_a_prescription_reopened_keeps_the_no_and_asks_nothing(circle: Circle) -> None:
    prescription = circle.accepted(BOTH, circle.household(email=ADDRESS))
    skills, computer = prescription.needs.get(kind="digital_skills"), prescription.needs.get(kind="computer")
    start_need(actor=circle.worker, need=skills, mediation=circle.mediation)
    said_no(prescription)
    gate.apply(computer, "drop", actor=circle.adviser, reason="no_longer_needed")
    gate.apply(skills, "meet", actor=circle.worker)
    gate.apply(skills, "unmeet", actor=circle.worker)
    back = again(prescription)
    assert back.state == PrescriptionState.ACCEPTED
    assert back.declined_at is not None
    assert not back.reminders.planned().exists()
