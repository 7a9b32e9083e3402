"""The household answers « toujours d’actualité ? » by its page: a signed link, once, for a time."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from documents.enums import MailPurpose
from documents.models import Mail
from lifecycle import gate
from lifecycle.actors import SignedLink
from lifecycle.exceptions import Refused, Unknown
from prescriptions.enums import LinkAnswer, PrescriptionState
from prescriptions.models import ConfirmationLink, Household, Prescription
from prescriptions.models.reminder import digest_of
from prescriptions.services import confirmation
from prescriptions.services.confirmation import actor_of, answer_link, ask_link_again, is_open, link_for
from prescriptions.services.prescriptions import confirm_prescription, remind_prescription, withdraw_prescription
from tests.prescriptions.files import Circle, again

pytestmark = pytest.mark.django_db

EMAIL = "foyer@exemple.test"
TOKENS = [f"un-jeton-{rank}" for rank in range(9)]


@pytest.fixture(autouse=True)
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links are drawn in a known order."""
    drawn = iter(TOKENS)
    monkeypatch.setattr(confirmation.secrets, "token_urlsafe", lambda size: next(drawn))


def asked(circle: Circle, email: str = EMAIL) -> Prescription:
    """An accepted prescription whose household was sent a link."""
    prescription = circle.accepted(household=circle.household(email=email))
    return remind_prescription(actor=circle.worker, prescription=prescription, at=circle.at)


@pytest.mark.usefixtures("days_to_come")
def test_the_household_answers_yes_and_validity_starts_again() -> None:
    circle = Circle()
    prescription = asked(circle)
    link = answer_link(token=TOKENS[0], answer=LinkAnswer.STILL_CURRENT, at=prescription.moved_at + timedelta(days=2))
    done = again(prescription)
    assert done.valid_until == link.answered_at + timedelta(days=180)
    entry = done.journal.get(verb="confirm")
    assert (entry.actor, entry.role, entry.via) == (None, "link", str(link.pk))
    assert EMAIL not in str(entry.__dict__)


def test_a_link_is_used_once() -> None:
    circle = Circle()
    asked(circle)
    answer_link(token=TOKENS[0], answer=LinkAnswer.STILL_CURRENT)
    for answer in LinkAnswer:
        with pytest.raises(Refused, match="n’ouvre plus"):
            answer_link(token=TOKENS[0], answer=answer)


def test_a_no_tells_the_worker_who_decides() -> None:
    circle = Circle()
    prescription = asked(circle)
    answer_link(token=TOKENS[0], answer=LinkAnswer.NOT_ANY_MORE)
    assert again(prescription).state == PrescriptionState.ACCEPTED
    told = {mail.to[0]: mail.subject for mail in Mail.objects.about("prescription", prescription.pk).order_by("pk")}
    assert "plus d’actualité" in told[circle.worker.user.email]
    assert "répond non" in told[circle.adviser.user.email]


@pytest.mark.usefixtures("days_to_come")
def test_a_link_expires_and_may_be_asked_again() -> None:
    circle = Circle()
    prescription = asked(circle)
    late = prescription.moved_at + timedelta(days=31)
    assert not is_open(link_for(token=TOKENS[0]), at=late)
    with pytest.raises(Refused, match="expiré"):
        answer_link(token=TOKENS[0], answer=LinkAnswer.STILL_CURRENT, at=late)
    assert ask_link_again(token=TOKENS[0], at=late)
    assert not ask_link_again(token=TOKENS[0], at=late)
    assert Mail.objects.latest("pk").to == [EMAIL]
    answer_link(token=TOKENS[1], answer=LinkAnswer.STILL_CURRENT, at=late)
    assert not ask_link_again(token=TOKENS[1], at=late)


@pytest.mark.usefixtures("days_to_come")
def test_a_new_link_replaces_the_one_before() -> None:
    circle = Circle()
    prescription = asked(circle)
    circle.later(days=1)
    remind_prescription(actor=circle.worker, prescription=prescription, at=circle.at)
    with pytest.raises(Refused):
        answer_link(token=TOKENS[0], answer=LinkAnswer.STILL_CURRENT, at=circle.at)
    answer_link(token=TOKENS[1], answer=LinkAnswer.STILL_CURRENT, at=circle.at)


def test_what_the_worker_says_closes_the_page() -> None:
    circle = Circle()
    first, second = asked(circle), asked(circle, "autre@exemple.test")
    confirm_prescription(actor=circle.worker, prescription=first)
    withdraw_prescription(actor=circle.worker, prescription=second, reason="no_longer_needed")
    for token in TOKENS[:2]:
        assert not is_open(link_for(token=token))
        assert not ask_link_again(token=token)


def test_a_household_without_an_address_is_asked_by_its_worker() -> None:
    circle = Circle()
    remind_prescription(actor=circle.worker, prescription=circle.accepted())
    assert not ConfirmationLink.objects.exists()
    assert "posez-lui la question" in Mail.objects.latest("pk").body


def test_an_unknown_token_opens_nothing() -> None:
    Circle()
    for token in ("", "nonsense"):
        with pytest.raises(Unknown):
            link_for(token=token)


def test_only_the_digest_is_kept_and_the_mail_names_nobody() -> None:
    circle = Circle()
    prescription = asked(circle)
    link = ConfirmationLink.objects.get()
    assert link.token_digest == digest_of(TOKENS[0])
    mail = Mail.objects.get(to=[EMAIL])
    assert f"/toujours-d-actualite/{TOKENS[0]}/" in mail.body
    household = prescription.household
    assert not re.search(f"{household.last_name}|{household.first_name}|{household.phone}", mail.subject + mail.body)


def test_a_link_to_something_else_opens_no_prescription() -> None:
    prescription = asked(Circle())
    link = ConfirmationLink.objects.get()
    for actor in (SignedLink(str(link.pk)), SignedLink(str(link.pk), opens=("connection", prescription.pk))):
        assert not Prescription.objects.visible_to(actor).exists()
        assert not Household.objects.visible_to(actor).exists()
        with pytest.raises(Unknown):
            gate.apply(prescription, "confirm", actor=actor)


def test_a_link_confirms_its_own_prescription_and_does_nothing_else() -> None:
    circle = Circle()
    prescription, other = asked(circle), circle.accepted()
    link = ConfirmationLink.objects.get()
    actor = actor_of(link)
    assert list(Prescription.objects.visible_to(actor)) == [prescription]
    assert not Household.objects.visible_to(actor).exclude(pk=prescription.household_id).exists()
    with pytest.raises(Unknown):
        gate.apply(other, "confirm", actor=actor)
    for verb, values in (("withdraw", {"reason": "other"}), ("remind", {}), ("transfer", {"prescriber": 1})):
        with pytest.raises(PermissionDenied):
            gate.apply(prescription, verb, actor=actor, **values)


def test_the_mail_that_holds_the_link_is_shown_to_nobody_and_goes_once_it_has_left() -> None:
    asked(Circle())
    assert Mail.objects.get(to=[EMAIL]).purpose == MailPurpose.HOUSEHOLD
