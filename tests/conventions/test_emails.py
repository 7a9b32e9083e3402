"""What conventions write to people: to whom, about what; one mail per organisation, and nothing said too early."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from conventions.enums import DraftAbandonReason, Party, ResumeReason, ReviewSubject, SuspendReason, TextReopenReason
from conventions.models import Convention, Review
from conventions.parameters import LONGEST_YEARS
from conventions.services.drafting import DraftReviewer, DraftTerms, Plan
from documents.emails import absolute_url
from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from network.models import Membership
from network.services.memberships import close_membership
from tests.conventions.conventions import Treaty, again, midday
from tests.conventions.pages import page_of
from tests.reference.values import set_value

pytestmark = pytest.mark.django_db
NBSP = "\N{NO-BREAK SPACE}"


def mails(convention: Convention, begins: str) -> list[Mail]:
    found = Mail.objects.about("convention", convention.pk).filter(subject__startswith=begins)
    return list(found.order_by("pk"))


def addressees(found: list[Mail]) -> set[str]:
    return {address for mail in found for address in mail.to}


def addresses(*memberships: Membership) -> set[str]:
    return {membership.user.email for membership in memberships}


def everyone(scene: Treaty) -> set[str]:
    return addresses(scene.pilot, scene.manager, *scene.signatories.values())


def test_a_named_reviewer_is_told_alone_and_a_party_all_its_reviewers() -> None:
    scene = Treaty()
    workshop, distributor = scene.workshop_reviewer, scene.distributor_reviewer

    convention = scene.in_review()

    told = mails(convention, "Votre relecture")
    assert addressees(told) == addresses(scene.lawyer, workshop, distributor)
    assert all(len(mail.to) == 1 for mail in told)
    assert convention.reference in told[0].body
    assert "Relecture juridique. Votre avis est attendu" in told[0].body
    legal = Review.objects.get(convention=convention, asked_of=scene.lawyer)
    assert absolute_url(page_of(legal, "review_answer")) in told[0].body


def test_a_reviewer_named_for_two_subjects_has_two_mails() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    named = [
        DraftReviewer(subject, scene.epci_party, scene.lawyer)
        for subject in (ReviewSubject.LEGAL, ReviewSubject.DIGITAL)
    ]

    convention = scene.submit(scene.draft(scene.terms(reviewers=named)))

    assert len([mail for mail in mails(convention, "Votre relecture") if scene.lawyer.user.email in mail.to]) == 2


def test_a_draft_that_was_never_submitted_is_abandoned_without_a_word() -> None:
    scene = Treaty()
    draft = scene.draft()

    gate.apply(draft, "abandon", actor=scene.manager, reason=DraftAbandonReason.DUPLICATE)

    assert not Mail.objects.about("convention", draft.pk).exists()


def test_each_signatory_is_asked_and_whoever_left_is_not_told() -> None:
    scene = Treaty()
    convention = scene.signing()
    asked = mails(convention, "Une convention attend")
    assert addressees(asked) == addresses(*scene.signatories.values())
    for signature in convention.signatures.all():
        assert any(absolute_url(page_of(signature, "signature_sign")) in mail.body for mail in asked)
    assert len(mails(convention, "Texte validé")) == 1
    close_membership(membership=scene.signatories[Party.DISTRIBUTOR])

    scene.reopen(convention, TextReopenReason.MISTAKE)

    told = mails(convention, "Texte rouvert")
    assert scene.signatories[Party.DISTRIBUTOR].user.email not in addressees(told)
    assert "erreur dans le texte" in told[0].body


def test_the_parties_and_the_pilot_follow_its_life() -> None:
    scene = Treaty()
    assert scene.pilot
    convention = scene.active()
    gate.apply(convention, "suspend", actor=scene.manager, reason=SuspendReason.SUPPLY)
    gate.apply(convention, "resume", actor=scene.manager, reason=ResumeReason.SETTLED)
    gate.apply(
        convention,
        "terminate",
        actor=scene.manager,
        reason="notice",
        notice_on=timezone.localdate() - timedelta(days=90),
    )

    for begins in ("Signée", "En vigueur", "Convention suspendue", "Convention reprise", "Convention résiliée"):
        found = mails(again(convention), begins)
        assert addressees(found) == everyone(scene), begins
        assert len(found) == 4, begins
    assert f"- Ordinateur portable{NBSP}: 20" in mails(convention, "En vigueur")[0].body
    assert "pas assez d’appareils" in mails(convention, "Convention suspendue")[0].body
    assert "pendant 90 jours" in mails(convention, "Convention résiliée")[0].body


def test_an_abandoned_draft_that_was_read_is_told() -> None:
    scene = Treaty()
    convention = scene.in_review()

    gate.apply(convention, "abandon", actor=scene.manager, reason=DraftAbandonReason.PARTY_LEFT)

    assert "une partie s’est retirée" in mails(convention, "Projet abandonné")[0].body


@pytest.mark.usefixtures("days_to_come")
def test_the_last_day_is_told_as_such() -> None:
    first, last = date(2027, 1, 1), date(2027, 12, 31)
    scene = Treaty(starts_on=first, ends_on=last, at=midday(first))
    convention = scene.active()

    run_clock(at=midday(last))
    assert mails(convention, "Dernier jour aujourd’hui")
    run_clock(at=midday(date(2028, 1, 1)))

    told = mails(convention, "Convention échue")
    assert "31\u00a0décembre 2027" in told[0].body


@pytest.mark.parametrize(("years", "room"), [(1, True), (2, False)])
@pytest.mark.usefixtures("days_to_come")
def test_a_convention_that_ends_may_be_prolonged_as_far_as_the_rule_of_the_day(years: int, room: bool) -> None:
    first = date(2027, 1, 1)
    last = date(2026 + years, 12, 31)
    scene = Treaty(starts_on=first, ends_on=last, at=midday(first))
    convention = scene.active()
    set_value(LONGEST_YEARS, 2)

    run_clock(at=midday(last))

    body = mails(convention, "Dernier jour aujourd’hui")[0].body
    assert ("jusqu’au 31\u00a0décembre 2028 au plus" in body) is room
    assert ("elle ne se prolonge plus" in body) is not room
    assert "trois ans" not in body


def test_an_amendment_is_named_as_such_and_its_end_goes_unsaid() -> None:
    scene = Treaty()
    convention = scene.active()
    amendment = scene.amended(convention, DraftTerms(quotas=[Plan("laptop", 1, 50)]))
    assert "L’avenant" in mails(amendment, "En vigueur")[0].body
    assert "est soumis à relecture" in mails(amendment, "Votre relecture")[0].body

    gate.apply(
        convention,
        "terminate",
        actor=scene.manager,
        reason="notice",
        notice_on=timezone.localdate() - timedelta(days=90),
    )

    assert mails(convention, "Convention résiliée")
    assert not mails(amendment, "Convention résiliée")
