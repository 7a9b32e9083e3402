"""What conventions write to people: to whom, about what; one mail per organisation, and nothing said too early."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from conventions.enums import DraftAbandonReason, Party, ResumeReason, ReviewSubject, SuspendReason, TextReopenReason
from conventions.models import Convention, Review
from conventions.parameters import LONGEST_YEARS, PASS_OVER_DAYS
from conventions.services.circuit import answer_review
from conventions.services.drafting import DraftReviewer, DraftTerms, Plan, edit_convention
from documents.emails import absolute_url
from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from network.enums import OrganisationKind, Role
from network.models import Membership
from network.services.memberships import close_membership
from tests.conventions.conventions import Treaty, again, ended_alone, midday
from tests.conventions.pages import page_of
from tests.network.factories import make_membership
from tests.reference.values import set_value
from typography.french import full_day, written_day

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


def test_a_reviewer_named_for_two_subjects_has_one_mail_that_leads_to_both() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    subjects = (ReviewSubject.LEGAL, ReviewSubject.DATA_PROTECTION)
    named = [DraftReviewer(subject, scene.epci_party, scene.lawyer) for subject in subjects]

    convention = scene.submit(scene.draft(scene.terms(reviewers=named)))

    (told,) = [mail for mail in mails(convention, "Vo") if scene.lawyer.user.email in mail.to]
    first, second = Review.objects.filter(convention=convention, asked_of=scene.lawyer).order_by("pk")
    assert told.subject.startswith(
        f"Vos 2 relectures sont attendues pour le {written_day(first.due_on)}".replace(NBSP, " ")
    )
    for review in (first, second):
        assert f"- {review.name}{NBSP}: {absolute_url(page_of(review, 'review_answer'))}" in told.body
    assert "2 avis vous sont demandés, un par sujet." in told.body
    assert "peut passer outre, sauf l’avis sur la protection des données." in told.body


def test_a_reviewer_named_for_one_subject_and_asked_with_colleagues_for_another_has_one_mail_for_both() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    colleague = make_membership(Role.REVIEWER, OrganisationKind.EPCI, scene.epci_party)
    named = [
        DraftReviewer(ReviewSubject.LEGAL, scene.epci_party, scene.lawyer),
        DraftReviewer(ReviewSubject.DATA_PROTECTION, scene.epci_party, None),
    ]

    convention = scene.submit(scene.draft(scene.terms(reviewers=named)))

    (both,) = [mail for mail in mails(convention, "Vo") if scene.lawyer.user.email in mail.to]
    (one,) = [mail for mail in mails(convention, "Vo") if colleague.user.email in mail.to]
    assert both.to == [scene.lawyer.user.email]
    assert both.subject.startswith("Vos 2 relectures")
    assert one.subject.startswith("Votre relecture")
    assert scene.manager.user.email in one.to


def test_a_text_submitted_again_is_told_as_new_only_when_it_changed_and_answers_only_to_who_raised_points() -> None:
    scene = Treaty()
    convention = scene.changes_requested()
    (author,) = (review for review in scene.reviews(convention) if review.points.exists())
    scene.answer_points(convention)

    def told_in(number: int) -> dict[bool, str]:
        found = Review.objects.filter(convention=convention, round=number)
        pages = {absolute_url(page_of(row, "review_answer")): row.organisation == author.organisation for row in found}
        every = mails(convention, "Votre relecture")
        return {own: mail.body for mail in every for page, own in pages.items() if page in mail.body}

    scene.submit(again(convention))
    second = told_in(2)
    assert all("Le texte n’a pas changé depuis la relecture précédente" in body for body in second.values())
    assert not any("nouvelle version" in body for body in second.values())
    assert "la page montre les réponses à vos points" in second[True]
    assert "vos points" not in second[False]
    scene.reopen(scene.approve(again(convention)))
    draft = again(convention)
    edit_convention(actor=scene.manager, convention=draft, terms=DraftTerms(texts={"warranty": "Trente mois."}))
    scene.submit(again(convention))

    third = told_in(3)
    assert all("dans une nouvelle version\u00a0: la page montre ce qui a changé" in body for body in third.values())
    assert "et les réponses à vos points de la relecture n°\u00a01" in third[True]
    assert all(f"Texte rouvert\u00a0: {TextReopenReason.TERMS.label.lower()}" in body for body in third.values())
    assert not any("rouvert" in body for body in second.values())
    assert "vos points" not in third[False]


def test_who_reads_the_points_to_answer_reads_that_a_favourable_opinion_has_a_remark() -> None:
    scene = Treaty()
    convention = scene.in_review()
    first, *others = scene.reviews(convention)
    answer_review(actor=scene.reviewer_of(first), review=first, favourable=True, comment="Prévoir un second point.")
    for review in others:
        scene.answer(review, favourable=False)

    (told,) = mails(convention, "Modifications demandées")

    assert f"1 avis porte aussi une remarque{NBSP}: elle se lit sur la même page." in told.body
    assert "second point" not in told.body, "it may be erased"


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


def test_who_is_asked_to_sign_reads_until_when_and_what_follows_without_a_signature() -> None:
    scene = Treaty()
    convention = scene.signing()
    signature = scene.signature(convention, Party.DISTRIBUTOR)
    assert convention.starts_on is not None

    told = next(mail for mail in mails(convention, "Une convention") if signature.signatory.user.email in mail.to)

    assert f"attend votre signature pour le {written_day(signature.due_on)}".replace(NBSP, " ") in told.subject
    assert f"est attendue pour le {full_day(signature.due_on)}" in told.body
    assert "Un rappel vous sera envoyé" in told.body
    assert (
        f"La convention prend effet le {written_day(convention.starts_on)}, et pas avant la troisième signature"
        in told.body
    )
    assert "Dites-le sur la même page, ou confiez la signature à un collègue" in told.body


def test_who_is_asked_to_sign_an_amendment_is_not_told_of_a_convention() -> None:
    scene = Treaty()
    draft = scene.amendment(scene.active(), DraftTerms(quotas=[Plan("laptop", 1, 50)]))

    amendment = scene.open_signature(scene.approve(scene.submit(draft)))

    assert len(mails(amendment, "Un avenant attend votre signature pour le")) == 3
    assert "L’avenant prend effet le" in mails(amendment, "Un avenant attend")[0].body


@pytest.mark.usefixtures("days_to_come")
def test_who_signs_instead_of_another_once_it_is_late_is_told_so() -> None:
    first = date(2027, 1, 4)
    scene = Treaty(starts_on=first, at=midday(first))
    convention = scene.signing()
    signature = scene.signature(convention, Party.DISTRIBUTOR)
    colleague = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, scene.distributor)
    assert signature.due_on is not None

    at = midday(signature.due_on + timedelta(days=1))
    gate.apply(signature, "hand_on", actor=signature.signatory, to=colleague, at=at)

    told = next(mail for mail in mails(convention, "Une convention") if colleague.user.email in mail.to)
    assert told.subject == f"Une convention attend votre signature, en retard : {convention.reference}"
    assert f"était attendue pour le {full_day(signature.due_on)}" in told.body


def test_who_is_asked_for_an_opinion_reads_what_follows_without_it() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    officer = make_membership(Role.REVIEWER, OrganisationKind.EPCI, scene.epci_party)
    named = [
        DraftReviewer(ReviewSubject.LEGAL, scene.epci_party, scene.lawyer),
        DraftReviewer(ReviewSubject.DATA_PROTECTION, scene.epci_party, officer),
    ]

    convention = scene.submit(scene.draft(scene.terms(reviewers=named)))

    told = {address: mail.body for mail in mails(convention, "Votre relecture") for address in mail.to}
    passed_over = "le responsable de l’EPCI ou le pilote peut passer outre"
    assert all("Sans avis, un rappel vous sera envoyé" in body for body in told.values())
    legal = Review.objects.get(convention=convention, asked_of=scene.lawyer)
    assert passed_over in told[scene.lawyer.user.email]
    days = int(PASS_OVER_DAYS.on(timezone.localdate()))
    assert full_day(legal.passes_on(days)) in told[scene.lawyer.user.email]
    assert passed_over not in told[officer.user.email]
    assert "nul ne peut passer outre" in told[officer.user.email]


def test_of_a_text_that_is_opened_again_each_reads_what_it_asks_of_him() -> None:
    scene = Treaty()
    assert scene.pilot
    convention = scene.open_signature(scene.approved(), act_number="26-140")
    scene.sign(convention, Party.DISTRIBUTOR)

    scene.reopen(convention)

    told = {address: mail.body for mail in mails(convention, "Texte rouvert") for address in mail.to}
    assert set(told) == everyone(scene)
    epci = {told[address] for address in addresses(scene.manager, scene.signatories[Party.EPCI])}
    parties = {told[scene.signatories[party].user.email] for party in (Party.RECONDITIONER, Party.DISTRIBUTOR)}
    act = f"L’acte n° 26-140 du {written_day(timezone.localdate())} n’est plus retenu."
    assert len(epci) == len(parties) == 1
    (epci_told,), (party_told,), pilot_told = epci, parties, told[scene.pilot.user.email]
    assert "C’est à votre EPCI de modifier le texte, puis de le soumettre de nouveau." in epci_told
    assert f"{act} Vérifiez s’il autorise le nouveau texte" in epci_told
    assert "Le texte modifié vous sera soumis de nouveau." in party_told
    assert "L’acte" not in party_told
    assert "Ce courriel vous en informe" in pilot_told
    assert act in pilot_told
    assert all("Ce qui avait été signé ne vaut plus." in body for body in told.values())
    for body in (epci_told, pilot_told):
        assert "vous sera soumis" not in body


@pytest.mark.parametrize("end", ["reopen", "abandon"])
def test_who_was_asked_to_sign_instead_of_another_is_told_that_the_text_is_opened_again_or_abandoned(end: str) -> None:
    scene = Treaty()
    convention = scene.signing()
    signature = scene.signature(convention, Party.DISTRIBUTOR)
    deputy = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, scene.distributor)
    gate.apply(signature, "hand_on", actor=signature.signatory, to=deputy)
    before = set(Mail.objects.values_list("pk", flat=True))

    reason = TextReopenReason.TERMS if end == "reopen" else DraftAbandonReason.PARTY_LEFT
    gate.apply(convention, end, actor=scene.manager, reason=reason)

    told = addressees(list(Mail.objects.exclude(pk__in=before)))
    assert addresses(deputy, signature.signatory) <= told


def test_a_text_opened_again_before_any_signature_is_not_told_to_have_been_signed() -> None:
    scene = Treaty()
    convention = scene.approved()
    scene.reopen(convention)
    approved = {mail.body for mail in mails(convention, "Texte rouvert")}
    scene.reopen(scene.open_signature(scene.approve(scene.submit(again(convention)))))
    signing = {mail.body for mail in mails(convention, "Texte rouvert")} - approved
    scene.reopen(scene.approve(scene.submit(again(convention))))
    later = {mail.body for mail in mails(convention, "Texte rouvert")} - approved - signing

    assert not any("avait été signé" in body for body in approved | signing | later)
    assert not any("ne sont plus demandées" in body or "L’acte" in body for body in approved | later)
    assert all("Les signatures ne sont plus demandées." in body for body in signing)


def test_the_parties_and_the_pilot_follow_its_life() -> None:
    scene = Treaty()
    assert scene.pilot
    convention = scene.active()
    gate.apply(convention, "suspend", actor=scene.manager, reason=SuspendReason.SUPPLY)
    gate.apply(convention, "resume", actor=scene.manager, reason=ResumeReason.SETTLED)
    ended_alone(convention, scene.manager)

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

    ended_alone(convention, scene.manager)

    assert mails(convention, "Convention résiliée")
    assert not mails(amendment, "Convention résiliée")
