"""A signatory who does not sign is answered, in words or by another text; one who is replaced is told."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_working_days
from conventions.enums import ConventionState, Party, ReplaceReason, SignatureState
from conventions.machine import people_rules
from conventions.models import Convention, Signature
from conventions.parameters import REFUSAL_ANSWER_DAYS, SIGNATURE_DAYS
from conventions.services.drafting import edit_convention
from conventions.views.inbox import items_of
from conventions.views.refusals import find_refusals
from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.conventions.conventions import Treaty, again, midday
from tests.conventions.pages import acting, answered, done, page_of, read
from tests.network.factories import make_membership
from tests.reference.values import set_value
from typography.french import day as told_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]

CHANGE = "La grille portable doit descendre à 130 €."
ANSWER = "La grille est celle du plafond légal : elle reste."
ASKED = datetime(2027, 3, 1, 11, tzinfo=timezone.get_default_timezone())


def declined(treaty: Treaty, convention: Convention, at: datetime | None = None) -> Signature:
    """The signatory of the distributor does not sign the text."""
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    refused: Signature = gate.apply(
        signature, "decline", actor=signature.signatory, reason="terms", comment=CHANGE, at=at
    )
    return refused


def names(member: Membership) -> list[str]:
    return [item.name for item in items_of(member)]


def mails_since(before: set[int]) -> dict[str, str]:
    """What each person was written since, by address."""
    return {address: mail.body for mail in Mail.objects.exclude(pk__in=before) for address in mail.to}


def sent() -> set[int]:
    return set(Mail.objects.values_list("pk", flat=True))


def test_who_writes_the_text_has_until_a_day_to_answer_a_signatory_who_does_not_sign() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    set_value(REFUSAL_ANSWER_DAYS, 4)
    signature = declined(treaty, convention)
    due = add_working_days(timezone.localdate(), 4)

    assert signature.answer_due_on == due
    for member in (treaty.manager, treaty.pilot):
        (item,) = [item for item in items_of(member) if "qui ne signe pas en l’état" in item.name]
        assert item.due_on == due
        assert item.url == page_of(signature, "signature_answer_refusal")
        assert told_day(due) in read(acting(member), reverse("conventions:inbox"))
    assert told_day(due) in read(acting(treaty.workshop_reviewer), page_of(convention, "convention_detail"))
    assert not [name for name in names(treaty.signatories[Party.RECONDITIONER]) if "Répondre" in name]


def test_a_refusal_is_answered_in_words_which_the_signatory_reads_and_who_is_asked_again() -> None:
    treaty = Treaty(at=ASKED, starts_on=date(2027, 6, 1))
    convention = treaty.signing()
    at = midday(date(2027, 3, 3))
    signature = declined(treaty, convention, at)
    assert not names(signature.signatory), "an answer is owed to her"
    client, answer = acting(treaty.manager), page_of(signature, "signature_answer_refusal")
    page = read(client, answer)
    assert CHANGE in page
    assert page_of(convention, "convention_reopen") in page
    assert people_rules.ANSWERED_IN_WORDS.sentence in answered(client, answer)
    before = sent()

    done(client, answer, comment=ANSWER)

    signature = Signature.objects.get(pk=signature.pk)
    assert (signature.state, signature.answer_due_on) == (SignatureState.ASKED, None)
    assert signature.due_on == add_working_days(at.date(), int(SIGNATURE_DAYS.on(at.date()))), "a new deadline"
    told = mails_since(before)
    assert set(told) == {signature.signatory.user.email}
    assert page_of(signature, "signature_sign") in told[signature.signatory.user.email]
    signatory = acting(signature.signatory)
    for url in (page_of(signature, "signature_sign"), page_of(convention, "convention_detail")):
        assert ANSWER in read(signatory, url)
    assert ANSWER in read(client, page_of(convention, "convention_detail"))
    assert ANSWER not in read(acting(treaty.workshop_reviewer), page_of(convention, "convention_detail"))
    assert not [name for name in names(treaty.manager) if "qui ne signe pas" in name]
    assert "on a répondu à votre refus" in read(signatory, page_of(convention, "convention_detail"))
    assert page_of(signature, "signature_decline") in read(signatory, page_of(signature, "signature_sign"))


def test_a_refusal_is_answered_once_by_who_writes_the_text_and_not_without_words() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    with pytest.raises(Refused) as refused:
        gate.apply(signature, "answer_refusal", actor=treaty.manager, comment=ANSWER)
    assert {reason.code for reason in refused.value.all} == {"refused_text"}
    declined(treaty, convention)
    with pytest.raises(Refused) as refused:
        gate.apply(signature, "decline", actor=signature.signatory, reason="mistake")
    assert {reason.code for reason in refused.value.all} == {"not_refused_yet"}
    for stranger in (treaty.signatories[Party.RECONDITIONER], signature.signatory, treaty.lawyer):
        with pytest.raises(PermissionDenied):
            gate.apply(signature, "answer_refusal", actor=stranger, comment=ANSWER)
    with pytest.raises(Refused) as refused:
        gate.apply(signature, "answer_refusal", actor=treaty.manager, comment=" ")
    assert {reason.code for reason in refused.value.all} == {"answered_in_words"}

    gate.apply(signature, "answer_refusal", actor=treaty.pilot, comment=ANSWER)
    assert declined(treaty, convention).answer_due_on, "the answer did not convince"


def test_nobody_answers_a_refusal_of_his_own_party() -> None:
    """The manager of the EPCI may be asked to sign for it: she would answer herself."""
    treaty = Treaty()
    pilot, convention = treaty.pilot, treaty.signing(epci_signatory=treaty.manager)
    before = sent()
    signature = treaty.signature(convention, Party.EPCI)
    gate.apply(signature, "decline", actor=treaty.manager, reason="terms", comment=CHANGE)

    told = mails_since(before)
    answer = page_of(signature, "signature_answer_refusal")
    assert answer in told[pilot.user.email]
    assert answer not in told[treaty.manager.user.email]
    assert "le pilote répond au signataire" in told[treaty.manager.user.email]
    assert not [name for name in names(treaty.manager) if "ne signe pas en l’état" in name]
    assert "En attente du pilote, qui vous répond" in read(
        acting(treaty.manager), page_of(convention, "convention_detail")
    )
    with pytest.raises(PermissionDenied):
        gate.apply(signature, "answer_refusal", actor=treaty.manager, comment=ANSWER)
    gate.apply(signature, "answer_refusal", actor=pilot, comment=ANSWER)
    assert Signature.objects.get(pk=signature.pk).answer_due_on is None


def test_nobody_answers_a_refusal_of_his_own_party_once_the_text_is_opened_again() -> None:
    treaty = Treaty()
    convention = treaty.signing(epci_signatory=treaty.manager)
    signature = treaty.signature(convention, Party.EPCI)
    gate.apply(signature, "decline", actor=treaty.manager, reason="terms", comment=CHANGE)
    treaty.reopen(again(convention))
    with pytest.raises(PermissionDenied):
        gate.apply(signature, "answer_reopened", actor=treaty.manager, comment=ANSWER)
    gate.apply(signature, "answer_reopened", actor=treaty.pilot, comment=ANSWER)


def test_a_text_opened_again_keeps_its_day_until_it_is_submitted() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    due = declined(treaty, convention).answer_due_on
    assert due is not None
    treaty.reopen(again(convention))

    (item,) = items_of(treaty.manager)
    assert item.due_on == due
    assert f"pour le {told_day(due)}" in read(acting(treaty.manager), page_of(convention, "convention_detail"))
    treaty.submit(again(convention))
    assert not [item for item in items_of(treaty.manager) if item.due_on == due and "soumettre" in item.name]
    assert again(convention).state == ConventionState.IN_REVIEW


def test_a_text_opened_again_is_submitted_with_an_answer_to_who_did_not_sign_it() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = declined(treaty, convention)
    url = page_of(signature, "signature_answer_reopened")
    with pytest.raises(Refused) as refused:
        gate.apply(signature, "answer_reopened", actor=treaty.manager, comment=ANSWER)
    assert refused.value.all
    treaty.reopen(again(convention))
    client = acting(treaty.manager)
    assert url in read(client, page_of(convention, "convention_submit"))
    assert CHANGE in read(client, url)
    for stranger in (treaty.signatories[Party.RECONDITIONER], signature.signatory, treaty.lawyer):
        with pytest.raises(PermissionDenied):
            gate.apply(signature, "answer_reopened", actor=stranger, comment=ANSWER)
    before = sent()

    done(client, url, comment=ANSWER)

    told = mails_since(before)
    assert set(told) == {signature.signatory.user.email}
    assert "Le texte est rouvert" in told[signature.signatory.user.email]
    submitting = read(client, page_of(convention, "convention_submit"))
    assert ANSWER in submitting
    assert url not in submitting
    signatory = acting(signature.signatory)
    assert page_of(signature, "signature_sign") in told[signature.signatory.user.email]
    for page in (page_of(signature, "signature_sign"), page_of(convention, "convention_detail")):
        assert ANSWER in read(signatory, page)
    assert ANSWER not in read(acting(treaty.workshop_reviewer), page_of(convention, "convention_detail"))
    assert Signature.objects.get(pk=signature.pk).state == SignatureState.VOID

    treaty.submit(again(convention))
    assert ANSWER in read(signatory, page_of(convention, "convention_detail")), "kept with the round before"
    with pytest.raises(Refused):
        gate.apply(signature, "answer_reopened", actor=treaty.manager, comment=ANSWER)


def test_who_owes_an_answer_is_reminded_and_the_pilot_once_it_is_late() -> None:
    treaty = Treaty(at=ASKED, starts_on=date(2027, 6, 1))
    convention = treaty.signing()
    assert treaty.pilot
    due = declined(treaty, convention, midday(date(2027, 3, 2))).answer_due_on
    assert due is not None
    told = Mail.objects.filter(subject__startswith="Un signataire attend votre réponse").order_by("created_at")

    for days in range(-5, 3):
        run_clock(at=midday(due + timedelta(days=days)))

    days = [(timezone.localdate(mail.created_at) - due).days for mail in told.filter(to=[treaty.manager.user.email])]
    assert days == [-3, 1]
    assert [(timezone.localdate(mail.created_at) - due).days for mail in told.filter(to=[treaty.pilot.user.email])] == [
        1
    ]


def test_the_database_keeps_no_answer_due_for_a_signature_that_is_given() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    declined(treaty, convention)
    signature = treaty.sign(convention, Party.DISTRIBUTOR)
    assert signature.answer_due_on is None
    with pytest.raises(IntegrityError, match="conventions_signature_refused"), transaction.atomic():
        Signature.objects.filter(pk=signature.pk).update(answer_due_on=timezone.localdate())


@pytest.mark.parametrize("by_herself", [False, True])
def test_a_signatory_who_is_replaced_is_told_and_so_is_who_signs_now(by_herself: bool) -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = declined(treaty, convention)
    former = signature.signatory
    deputy = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, treaty.distributor)
    before = sent()

    if by_herself:
        gate.apply(signature, "hand_on", actor=former, to=deputy)
    else:
        gate.apply(signature, "replace", actor=treaty.pilot, to=deputy, reason=ReplaceReason.AWAY)

    told = mails_since(before)
    assert page_of(signature, "signature_sign") in told[deputy.user.email]
    assert (former.user.email in told) is not by_herself
    if not by_herself:
        assert "vous n’avez plus à signer" in told[former.user.email]
        assert ReplaceReason.AWAY.label in told[former.user.email]
    for name in ("signature_sign", "signature_acknowledge"):
        page = read(acting(former), page_of(signature, name))
        assert "Vous n’avez pas à signer" in page
        assert str(deputy.user) in page
        assert "et ne l’est plus à vous" in page
        assert acting(treaty.signatories[Party.EPCI]).get(page_of(signature, name)).status_code == 403
    assert f"Répondre à {former.user}, qui ne signe pas en l’état" in names(treaty.manager), "an answer is due"
    third = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, treaty.distributor)
    gate.apply(signature, "replace", actor=treaty.pilot, to=third, reason=ReplaceReason.LEFT)
    for member in (former, deputy):
        assert str(third.user) in read(acting(member), page_of(signature, "signature_sign"))


@pytest.mark.parametrize("by_herself", [False, True])
def test_a_refusal_stays_that_of_the_party_and_its_answer_is_due_when_somebody_else_is_asked_to_sign(
    by_herself: bool,
) -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = declined(treaty, convention)
    former, due = signature.signatory, signature.answer_due_on
    assert due is not None
    deputy = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, treaty.distributor)
    stays = f"la réponse de l’EPCI reste attendue pour le {told_day(due)}"
    if by_herself:
        client, url = acting(former), page_of(signature, "signature_hand_on")
        assert stays in read(client, url)
        before = sent()
        done(client, url, to=deputy.pk)
    else:
        client, url = acting(treaty.pilot), page_of(signature, "signature_replace")
        assert stays in read(client, url)
        before = sent()
        done(client, url, to=deputy.pk, reason=ReplaceReason.AWAY)

    signature = Signature.objects.get(pk=signature.pk)
    assert (signature.signatory, signature.answer_due_on) == (deputy, due)
    mail = mails_since(before)[deputy.user.email]
    assert f"{former.user} a dit ne pas signer ce texte en l’état" in mail
    assert not names(deputy), "nothing is asked of her until the answer"
    for page in (page_of(signature, "signature_sign"), page_of(convention, "convention_detail")):
        told = read(acting(deputy), page)
        assert CHANGE in told
        assert str(former.user) in told
    assert f"Demandée d’abord à {former.user}" in read(acting(treaty.manager), page_of(convention, "convention_detail"))
    (item,) = [item for item in items_of(treaty.manager) if "qui ne signe pas" in item.name]
    assert (item.due_on, str(former.user) in item.name) == (due, True)
    before = sent()

    done(acting(treaty.manager), item.url, comment=ANSWER)

    mail = mails_since(before)[deputy.user.email]
    assert f"{former.user} avait dit ne pas signer" in mail
    told = read(acting(deputy), page_of(signature, "signature_sign"))
    assert ANSWER in told
    assert "Ce que votre organisation a refusé, et la réponse" in told
    assert names(deputy)


def test_whoever_signs_instead_does_not_refuse_what_waits_for_an_answer_and_may_sign() -> None:
    treaty = Treaty()
    signature = declined(treaty, treaty.signing())
    deputy = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, treaty.distributor)
    signature = gate.apply(signature, "replace", actor=treaty.pilot, to=deputy, reason=ReplaceReason.AWAY)
    with pytest.raises(Refused) as refused:
        gate.apply(signature, "decline", actor=deputy, reason="mistake")
    assert {reason.code for reason in refused.value.all} == {"not_refused_yet"}
    assert treaty.sign(signature.convention, Party.DISTRIBUTOR).state == SignatureState.SIGNED


def test_who_hands_a_signature_on_after_a_replacement_is_not_said_to_be_replaced_for_a_reason() -> None:
    treaty = Treaty()
    signature = treaty.signature(treaty.signing(), Party.DISTRIBUTOR)
    first, second = (make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, treaty.distributor) for _ in "ab")
    signature = gate.apply(signature, "replace", actor=treaty.pilot, to=first, reason=ReplaceReason.AWAY)
    signature = gate.apply(signature, "hand_on", actor=first, to=second)
    assert (signature.asked_before, signature.replaced_because) == (first, "")


def test_each_refusal_is_kept_with_its_answer_in_their_order_and_so_once_it_is_signed() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = declined(treaty, convention)
    gate.apply(signature, "answer_refusal", actor=treaty.manager, comment=ANSWER)
    gate.apply(signature, "decline", actor=signature.signatory, reason="terms", comment="Toujours 130 €.")
    gate.apply(signature, "answer_refusal", actor=treaty.pilot, comment="La grille vaut pour tout le département.")
    said = (CHANGE, ANSWER, "Toujours 130 €.", "La grille vaut pour tout le département.")
    pages = [
        (signature.signatory, page_of(convention, "convention_detail")),
        (signature.signatory, page_of(signature, "signature_sign")),
        (treaty.manager, page_of(convention, "convention_detail")),
    ]
    for member, url in pages:
        page = read(acting(member), url)
        assert [page.index(words) for words in said] == sorted(page.index(words) for words in said)
    stranger = read(acting(treaty.workshop_reviewer), page_of(convention, "convention_detail"))
    assert not [words for words in said if words in stranger]

    treaty.sign(convention, Party.DISTRIBUTOR)

    page = read(acting(treaty.manager), page_of(convention, "convention_detail"))
    assert all(words in page for words in said)
    find_refusals([signature])
    assert [refusal.answer is not None for refusal in signature.refusals] == [True, True]


def test_a_signatory_to_whom_an_answer_is_due_reads_what_she_wrote_and_that_nothing_is_asked_of_her() -> None:
    treaty = Treaty()
    signature = declined(treaty, treaty.signing())
    assert signature.due_on is not None
    assert signature.answer_due_on is not None
    page = read(acting(signature.signatory), page_of(signature, "signature_sign"))
    assert CHANGE in page
    assert f"une réponse vous est due pour le {told_day(signature.answer_due_on)}" in page
    assert "votre signature, attendue pour le" not in page


def test_a_signatory_whom_the_text_opened_again_no_longer_names_is_told_when_another_is_asked() -> None:
    treaty = Treaty()
    convention = treaty.reopen(treaty.signing())
    former = treaty.signatories[Party.DISTRIBUTOR]
    deputy = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, treaty.distributor)
    edit_convention(actor=treaty.manager, convention=convention, distributor_signatory=deputy)
    approved = treaty.approve(treaty.submit(again(convention)))
    before = sent()

    treaty.open_signature(approved)

    told = mails_since(before)
    assert "vous n’avez plus à signer" in told[former.user.email]
    assert deputy.user.get_full_name() in told[former.user.email]
    assert page_of(treaty.signature(convention, Party.DISTRIBUTOR), "signature_sign") in told[deputy.user.email]
    assert "vous n’avez plus à signer" not in told[treaty.signatories[Party.EPCI].user.email]


def test_a_signature_that_is_due_first_is_not_hidden_by_a_later_day_and_a_refusal_is_told_apart() -> None:
    begins = date(2027, 3, 1)
    treaty = Treaty(at=midday(begins), starts_on=date(2027, 6, 1))
    convention = treaty.signing()
    refused = declined(treaty, convention, midday(date(2027, 3, 15)))
    url = page_of(convention, "convention_detail")
    first = told_day(treaty.signature(convention, Party.EPCI).due_on)

    page = read(acting(treaty.workshop_reviewer), url)
    assert f"pour le {first}. Une réponse est due à {treaty.distributor}, qui ne signe pas en l’état" in page
    gate.apply(refused, "answer_refusal", actor=treaty.manager, comment=ANSWER, at=midday(date(2027, 3, 20)))

    again_due = told_day(treaty.signature(convention, Party.DISTRIBUTOR).due_on)
    page = read(acting(treaty.workshop_reviewer), url)
    assert again_due != first
    assert f", pour le {first}, puis d" in page
    assert f"{treaty.distributor}, pour le {again_due}" in page


def test_a_refusal_stays_while_another_was_asked_and_its_signatory_is_asked_again() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = declined(treaty, convention)
    former = signature.signatory
    deputy = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, treaty.distributor)
    for to in (deputy, former):
        gate.apply(signature, "replace", actor=treaty.pilot, to=to, reason=ReplaceReason.AWAY)

    assert CHANGE in read(acting(former), page_of(convention, "convention_detail"))
    assert "Vous avez dit ne pas signer ce texte en l’état" in read(
        acting(former), page_of(convention, "convention_detail")
    )


def test_who_refused_before_another_was_asked_reads_the_answer_too_once_the_text_is_open_again() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = declined(treaty, convention)
    former = signature.signatory
    deputy = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, treaty.distributor)
    gate.apply(signature, "replace", actor=treaty.pilot, to=deputy, reason=ReplaceReason.AWAY)
    treaty.reopen(again(convention))
    before = sent()

    done(acting(treaty.manager), page_of(signature, "signature_answer_reopened"), comment=ANSWER)

    told = mails_since(before)
    assert set(told) == {former.user.email, deputy.user.email}
    assert "Vous aviez dit ne pas signer" in told[former.user.email]
    assert f"{former.user} avait dit ne pas signer" in told[deputy.user.email]
    for member in (former, deputy):
        assert ANSWER in read(acting(member), page_of(signature, "signature_sign"))
