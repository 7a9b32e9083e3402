"""A circuit that is stuck moves: reminders, a colleague, another person, an opinion one goes without."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from conventions.asked import asked_of
from conventions.enums import ConventionState, Party, ReplaceReason, ReviewState, ReviewSubject
from conventions.machine import draft_rules, people_rules
from conventions.models import Convention, Review
from conventions.parameters import PASS_OVER_DAYS, REMIND_AFTER_DAYS
from conventions.services.drafting import DraftReviewer
from conventions.views.inbox import items_of
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
from typography.french import full_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]
ASKED = datetime(2027, 3, 1, 11, tzinfo=timezone.get_default_timezone())
"""A Monday: reviews are due ten working days later."""


def sentences(refused: Any) -> set[str]:
    return {reason.sentence for reason in refused.value.all}


def lawyers(scene: Treaty, review: Review) -> list[date]:
    """The days on which the lawyer was reminded."""
    mails = Mail.objects.filter(to=[scene.lawyer.user.email], subject__contains="Votre avis").order_by("created_at")
    return [timezone.localdate(mail.created_at) for mail in mails]


def test_a_review_is_recalled_before_its_deadline_then_every_few_days() -> None:
    scene = Treaty(at=ASKED, starts_on=date(2027, 6, 1))
    convention = scene.in_review()
    legal = next(review for review in scene.reviews(convention) if review.asked_of == scene.lawyer)
    due = legal.due_on

    for day in range((due - ASKED.date()).days + 14):
        run_clock(at=midday(ASKED.date() + timedelta(days=day + 1)))

    assert lawyers(scene, legal) == [due + timedelta(days=days) for days in (-3, 1, 6, 11)]
    late = Mail.objects.filter(subject__startswith="Un avis est en retard", to__contains=[scene.manager.user.email])
    assert late.exists()


def test_the_epci_is_told_of_a_late_opinion_only_what_it_can_do_itself() -> None:
    scene = Treaty(at=ASKED, starts_on=date(2027, 6, 1))
    convention = scene.in_review()
    assert scene.pilot
    legal, workshop, _ = scene.reviews(convention)
    late = legal.due_on + timedelta(days=1)

    run_clock(at=midday(late))

    def told(to: Membership, review: Review) -> str:
        mails = Mail.objects.filter(subject__startswith="Un avis est en retard", to=[to.user.email])
        (body,) = [mail.body for mail in mails if f"demandée à {review.organisation}," in mail.body]
        return body.replace("\u00a0", " ")

    for to, review in ((scene.pilot, workshop), (scene.manager, legal)):
        assert page_of(review, "review_replace") in told(to, review)
        assert "demander une autre personne ou, à partir du" in told(to, review)
    body = told(scene.manager, workshop)
    assert "Vous pouvez demander" not in body
    assert f"{page_of(convention, 'convention_detail')}#reviews" in body
    first = full_day(workshop.due_on + timedelta(days=11)).replace("\u00a0", " ")
    assert f"À partir du {first}, vous pourrez passer outre" in body
    today, days = timezone.localdate(), PASS_OVER_DAYS.on(timezone.localdate())
    Review.objects.filter(pk=workshop.pk).update(due_on=today - timedelta(days=1))
    page = read(acting(scene.manager), page_of(convention, "convention_detail"))
    assert f"passer outre à partir du {told_day(today + timedelta(days=days))}" in page, "not a button that is refused"
    assert page_of(workshop, "review_pass_over") not in page
    Review.objects.filter(pk=workshop.pk).update(due_on=today - timedelta(days=days + 1))
    page = read(acting(scene.manager), page_of(convention, "convention_detail"))
    assert page_of(workshop, "review_pass_over") in page
    assert page_of(workshop, "review_replace") not in page
    assert "Passer outre" in read(acting(scene.manager), page_of(workshop, "review_pass_over"))
    replacing = page_of(workshop, "review_replace")
    foreman = make_membership(Role.MANAGER, OrganisationKind.RECONDITIONER, scene.workshop)
    assert [
        page_of(workshop, "review_pass_over") in read(acting(one), replacing) for one in (scene.pilot, foreman)
    ] == [
        True,
        False,
    ]


def test_a_delay_of_no_day_reminds_once_a_day_at_most() -> None:
    scene = Treaty(at=ASKED, starts_on=date(2027, 6, 1))
    convention = scene.in_review()
    set_value(REMIND_AFTER_DAYS, 0)
    legal = next(review for review in scene.reviews(convention) if review.asked_of == scene.lawyer)
    late = legal.due_on + timedelta(days=1)

    for hours in range(3):
        run_clock(at=midday(late) + timedelta(hours=hours))

    assert lawyers(scene, legal) == [late]


def test_a_signature_is_recalled_and_whoever_may_replace_is_told_once_it_is_late() -> None:
    scene = Treaty(at=ASKED, starts_on=date(2027, 6, 1))
    convention = scene.signing()
    scene.sign(convention, Party.EPCI)
    signature = scene.signature(convention, Party.DISTRIBUTOR)
    manager = make_membership(Role.MANAGER, OrganisationKind.DISTRIBUTOR, scene.distributor)
    assert signature.due_on is not None

    for day in (-3, -2, 1, 2):
        run_clock(at=midday(signature.due_on + timedelta(days=day)))

    told = Mail.objects.filter(to=[signature.signatory.user.email], subject__contains="Votre signature est")
    assert [timezone.localdate(mail.created_at) - signature.due_on for mail in told.order_by("created_at")] == [
        timedelta(days=-3),
        timedelta(days=1),
    ]
    assert Mail.objects.get(subject__startswith="Une signature est en retard", to=[manager.user.email])
    assert not Mail.objects.filter(to=[scene.signatories[Party.EPCI].user.email], subject__contains="Votre signature e")


def test_a_reviewer_hands_on_to_a_colleague_who_answers() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    review = next(one for one in scene.reviews(scene.in_review()) if one.asked_of == scene.lawyer)
    colleague = make_membership(Role.REVIEWER, OrganisationKind.EPCI, scene.epci_party)
    stranger = scene.workshop_reviewer

    for to in (stranger, scene.lawyer, scene.signatories[Party.EPCI]):
        with pytest.raises(Refused) as refused:
            gate.apply(review, "hand_on", actor=scene.lawyer, to=to)
        assert sentences(refused) == {people_rules.OTHER_REVIEWER.sentence}
    with pytest.raises(PermissionDenied):
        gate.apply(review, "hand_on", actor=stranger, to=colleague)
    handed = gate.apply(review, "hand_on", actor=scene.lawyer, to=colleague)

    assert handed.asked_of == colleague
    assert not asked_of(scene.lawyer).exists()
    assert asked_of(colleague).exists()
    assert Mail.objects.filter(to=[colleague.user.email], subject__startswith="Votre relecture").exists()


def test_the_manager_or_the_pilot_replaces_a_reviewer_and_says_why() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    review = next(one for one in scene.reviews(scene.in_review()) if one.asked_of == scene.lawyer)
    colleague = make_membership(Role.REVIEWER, OrganisationKind.EPCI, scene.epci_party)

    def replace(actor: Membership, reason: str) -> Review:
        return gate.apply(review, "replace", actor=actor, to=colleague, reason=reason)

    for actor in (scene.workshop_reviewer, scene.signatories[Party.EPCI]):
        with pytest.raises(PermissionDenied):
            replace(actor, ReplaceReason.AWAY)
    with pytest.raises(Refused):
        replace(scene.manager, "bof")
    assert replace(scene.manager, ReplaceReason.AWAY).asked_of == colleague
    back = gate.apply(review, "replace", actor=scene.pilot, to=scene.lawyer, reason=ReplaceReason.LEFT)
    assert back.journal.filter(verb="replace").count() == 2


def test_a_signatory_is_replaced_and_the_page_of_signatures_says_so() -> None:
    scene = Treaty()
    convention = scene.signing()
    signature = scene.signature(convention, Party.RECONDITIONER)
    deputy = make_membership(Role.SIGNATORY, OrganisationKind.RECONDITIONER, scene.workshop)
    manager = make_membership(Role.MANAGER, OrganisationKind.RECONDITIONER, scene.workshop)

    with pytest.raises(PermissionDenied):
        gate.apply(signature, "replace", actor=scene.manager, to=deputy, reason=ReplaceReason.LEFT)
    gate.apply(signature, "replace", actor=manager, to=deputy, reason=ReplaceReason.LEFT)
    asked = [item.name for item in items_of(scene.signatories[Party.RECONDITIONER])]
    assert asked == [f"Signature attendue de {deputy.user}"], "of the same party: she may deposit it, not sign it"
    scene.sign_all(convention)

    page = again(convention).signature_page
    assert page is not None
    (told,) = [one["instead_of"] for one in page.values["signatures"] if one["instead_of"]]
    assert scene.signatories[Party.RECONDITIONER].user.get_full_name() in told
    assert "départ" in told


def test_a_signatory_hands_her_signature_on() -> None:
    scene = Treaty()
    convention = scene.signing()
    signature = scene.signature(convention, Party.EPCI)

    with pytest.raises(Refused):
        gate.apply(signature, "hand_on", actor=signature.signatory, to=scene.lawyer)
    handed = gate.apply(signature, "hand_on", actor=signature.signatory, to=scene.manager)

    assert handed.signatory == scene.manager
    assert scene.sign(convention, Party.EPCI).state == "signed"


def asked_twice_of_the_lawyer(scene: Treaty) -> Convention:
    """A text in review: its lawyer is asked of the law, and of personal data."""
    assert scene.epci_party is not None
    subjects = (ReviewSubject.LEGAL, ReviewSubject.DATA_PROTECTION)
    named = [DraftReviewer(subject, scene.epci_party, scene.lawyer) for subject in subjects]
    return scene.submit(scene.draft(scene.terms(reviewers=named)))


def test_nobody_gives_the_opinion_on_personal_data_in_the_place_of_whoever_is_named_without_replacing_him() -> None:
    scene = Treaty()
    convention = asked_twice_of_the_lawyer(scene)
    legal, personal, *_ = scene.reviews(convention)
    points = [{"article": 1, "text": "Tout"}]
    given: dict[str, dict[str, Any]] = {"answer": {}, "answer_against": {"points": points}}
    for verb, values in given.items():
        with pytest.raises(Refused) as refused:
            gate.apply(personal, verb, actor=scene.manager, **values)
        assert people_rules.OWN_OPINION.sentence in sentences(refused)
    page = read(acting(scene.manager), page_of(personal, "review_answer"))
    assert people_rules.OWN_OPINION.sentence in page
    assert page_of(personal, "review_replace") in page
    assert gate.apply(legal, "answer", actor=scene.manager).state == ReviewState.FAVOURABLE

    replaced = gate.apply(personal, "replace", actor=scene.pilot, to=scene.manager, reason="away")
    assert gate.apply(replaced, "answer", actor=scene.manager).state == ReviewState.FAVOURABLE
    journal = personal.journal.order_by("seq").values_list("verb", flat=True)
    assert list(journal) == ["ask", "replace", "answer"]


def test_a_manager_does_not_take_over_an_opinion_by_handing_it_on_in_the_place_of_whoever_is_named() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    convention = asked_twice_of_the_lawyer(scene)
    colleague = make_membership(Role.REVIEWER, OrganisationKind.EPCI, scene.epci_party)
    legal, personal, workshop, _ = scene.reviews(convention)

    for review in (legal, personal):
        for to in (scene.manager, colleague):
            with pytest.raises(PermissionDenied):
                gate.apply(review, "hand_on", actor=scene.manager, to=to)
    foreman = make_membership(Role.MANAGER, OrganisationKind.RECONDITIONER, scene.workshop)
    handed = gate.apply(workshop, "hand_on", actor=foreman, to=scene.workshop_reviewer)
    assert handed.asked_of == scene.workshop_reviewer, "nobody was named: any reviewer of the organisation names one"


def test_who_prepared_the_text_gives_the_opinion_on_personal_data_only_if_nobody_else_can() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    convention = asked_twice_of_the_lawyer(scene)
    _, personal, *_ = scene.reviews(convention)
    colleague = make_membership(Role.REVIEWER, OrganisationKind.EPCI, scene.epci_party)

    for verb, actor, why in (("replace", scene.manager, {"reason": "away"}), ("hand_on", scene.lawyer, {})):
        with pytest.raises(Refused) as refused:
            gate.apply(personal, verb, actor=actor, to=scene.manager, **why)
        assert sentences(refused) == {people_rules.NOT_ITS_AUTHOR.sentence}
    Membership.objects.filter(pk=colleague.pk).update(closed_at=timezone.now())
    alone = gate.apply(personal, "replace", actor=scene.manager, to=scene.manager, reason=ReplaceReason.LEFT)

    assert alone.asked_of == scene.manager
    page = read(acting(scene.lawyer), page_of(convention, "convention_detail"))
    assert "Cette personne a aussi préparé le texte" in page


def test_a_text_is_not_submitted_to_its_author_for_personal_data_if_another_could_read_it() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    named = [DraftReviewer(ReviewSubject.DATA_PROTECTION, scene.epci_party, scene.manager)]
    alone = scene.draft(scene.terms(reviewers=named))
    Membership.objects.filter(pk=scene.lawyer.pk).update(closed_at=timezone.now())
    assert scene.submit(alone).state == ConventionState.IN_REVIEW, "nobody else"

    Membership.objects.filter(pk=scene.lawyer.pk).update(closed_at=None)
    with pytest.raises(Refused) as refused:
        scene.submit(scene.draft(scene.terms(reviewers=named)))
    assert sentences(refused) == {draft_rules.REVIEWER_NOT_AUTHOR.sentence}


def test_who_prepared_the_text_does_not_answer_on_personal_data_when_nobody_is_named() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    assert scene.lawyer
    named = [DraftReviewer(ReviewSubject.DATA_PROTECTION, scene.epci_party, None)]
    personal, *_ = scene.reviews(scene.submit(scene.draft(scene.terms(reviewers=named))))

    with pytest.raises(Refused) as refused:
        gate.apply(personal, "answer", actor=scene.manager)
    assert sentences(refused) == {people_rules.AUTHOR_GIVES_NONE.sentence}
    assert gate.apply(personal, "answer", actor=scene.lawyer).state == ReviewState.FAVOURABLE


def test_whoever_is_relieved_of_an_opinion_is_told_by_whom_it_is_given_and_why() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    legal, *_ = scene.reviews(convention := scene.in_review())
    colleague = make_membership(Role.REVIEWER, OrganisationKind.EPCI, scene.epci_party)
    told = Mail.objects.filter(subject__startswith="Une autre personne donne l’avis")

    gate.apply(legal, "replace", actor=scene.manager, to=colleague, reason=ReplaceReason.AWAY)
    (mail,) = told
    assert mail.to == [scene.lawyer.user.email]
    assert colleague.user.get_full_name() in mail.body
    assert ReplaceReason.AWAY.label in mail.body
    page = read(acting(scene.lawyer), page_of(convention, "convention_detail"))
    assert f"Demandée d’abord à {scene.lawyer.user}" in page
    assert "absence" in page
    gate.apply(legal, "hand_on", actor=colleague, to=scene.lawyer)
    assert told.count() == 1, "she does it herself"


def test_a_manager_is_shown_how_to_replace_a_reviewer_and_not_an_opinion_that_is_refused() -> None:
    scene = Treaty()
    convention = asked_twice_of_the_lawyer(scene)
    legal, personal, *_ = scene.reviews(convention)

    def offered(member: Membership, review: Review) -> list[str]:
        page = read(acting(member), page_of(convention, "convention_detail"))
        verbs = ("answer", "hand_on", "replace")
        return [verb for verb in verbs if f'href="{page_of(review, f"review_{verb}")}"' in page]

    assert offered(scene.manager, personal) == ["replace"]
    assert offered(scene.manager, legal) == ["answer", "replace"]
    for review in (legal, personal):
        assert offered(scene.lawyer, review) == ["answer", "hand_on"]


def test_an_opinion_on_personal_data_awaited_of_somebody_is_not_counted_among_what_a_manager_has_to_do() -> None:
    scene = Treaty()
    convention = asked_twice_of_the_lawyer(scene)
    _, personal, *_ = scene.reviews(convention)
    manager = acting(scene.manager)

    assert personal.name not in read(manager, reverse("desk:home"))
    assert "1 demande vous attend" in read(manager, reverse("conventions:inbox"))
    Review.objects.filter(pk=personal.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert personal.name in read(manager, reverse("desk:home")), "late: somebody else is to be asked"


def test_an_opinion_long_overdue_is_gone_without_but_never_that_on_personal_data() -> None:
    scene = Treaty()
    convention = asked_twice_of_the_lawyer(scene)
    legal, personal, *others = scene.reviews(convention)
    days = PASS_OVER_DAYS.on(timezone.localdate())
    late = midday(legal.due_on + timedelta(days=days + 1))
    given: dict[str, Any] = {"reason": "no_answer", "at": late}

    with pytest.raises(Refused) as refused:
        gate.apply(legal, "pass_over", actor=scene.manager, reason="no_answer", at=late - timedelta(days=1))
    assert sentences(refused) == {people_rules.LONG_OVERDUE.sentence}
    with pytest.raises(Refused) as refused:
        gate.apply(personal, "pass_over", actor=scene.manager, **given)
    assert sentences(refused) == {people_rules.NOT_DATA_PROTECTION.sentence}
    with pytest.raises(PermissionDenied):
        gate.apply(legal, "pass_over", actor=scene.workshop_reviewer, **given)
    for review in (personal, *others):
        scene.answer(review)
    passed = gate.apply(legal, "pass_over", actor=scene.manager, **given)

    assert passed.state == ReviewState.PASSED_OVER
    assert again(convention).state == ConventionState.APPROVED
    assert Mail.objects.filter(subject__startswith="Votre avis n’est plus attendu").exists()
    assert asked_of(scene.manager).filter(flow_task__endswith="open_signature").exists(), "the circuit follows"


def test_the_pages_that_unblock_a_circuit() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    convention = scene.in_review()
    review = next(one for one in scene.reviews(convention) if one.asked_of == scene.lawyer)
    colleague = make_membership(Role.REVIEWER, OrganisationKind.EPCI, scene.epci_party)
    lawyer, manager = acting(scene.lawyer), acting(scene.manager)

    assert "Choisissez une autre personne" in answered(lawyer, page_of(review, "review_hand_on"))
    done(lawyer, page_of(review, "review_hand_on"), to=colleague.pk)
    assert "Dites pourquoi" in answered(manager, page_of(review, "review_replace"), to=scene.lawyer.pk)
    done(manager, page_of(review, "review_replace"), to=scene.lawyer.pk, reason="away")
    page = answered(manager, page_of(review, "review_pass_over"), reason="no_answer")
    assert "On ne passe outre" in page
    assert "Remplacer le relecteur" in read(acting(scene.pilot), page_of(convention, "convention_detail"))
    signing = Treaty()
    signature = signing.signature(signing.signing(), Party.EPCI)
    signatory = acting(signature.signatory)
    assert signing.manager
    done(signatory, page_of(signature, "signature_hand_on"), to=signing.manager.pk)
    done(acting(signing.pilot), page_of(signature, "signature_replace"), to=signature.signatory.pk, reason="left")


def test_a_reviewer_who_is_replaced_reads_of_whom_the_opinion_is_asked_from_the_link_of_her_mail() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    convention = scene.in_review()
    legal = next(review for review in scene.reviews(convention) if review.asked_of == scene.lawyer)
    colleague, third = (make_membership(Role.REVIEWER, OrganisationKind.EPCI, scene.epci_party) for _ in "ab")
    page = page_of(legal, "review_answer")
    gate.apply(legal, "replace", actor=scene.manager, to=colleague, reason=ReplaceReason.AWAY)

    told = read(acting(scene.lawyer), page)
    assert f"désormais demandé à <strong>{colleague.user}" in told
    assert ReplaceReason.AWAY.label.lower() in told
    gate.apply(legal, "hand_on", actor=colleague, to=third)
    for member in (scene.lawyer, colleague):
        told = read(acting(member), page)
        assert f"désormais demandé à <strong>{third.user}" in told
        assert ReplaceReason.AWAY.label.lower() not in told
    gate.apply(legal, "answer", actor=third)
    assert f"{third.user}</strong> a donné cet avis" in read(acting(scene.lawyer), page)
    stranger = make_membership(Role.REVIEWER, OrganisationKind.EPCI, scene.epci_party)
    assert acting(stranger).get(page).status_code == 403


def test_the_page_of_a_review_leads_who_is_asked_to_hand_it_on_and_a_manager_to_replace_the_reviewer() -> None:
    scene = Treaty()
    legal = next(review for review in scene.reviews(scene.in_review()) if review.asked_of == scene.lawyer)
    hands_on, replaces = page_of(legal, "review_hand_on"), page_of(legal, "review_replace")
    of_each = {scene.lawyer: (True, False), scene.manager: (False, True)}
    for member, expected in of_each.items():
        client = acting(member)
        page = read(client, page_of(legal, "review_answer"))
        assert (hands_on in page, replaces in page) == expected
        assert client.get(hands_on if expected[0] else replaces).status_code == 200


def test_the_page_that_passes_over_an_opinion_does_not_say_that_it_was_due_before_its_day() -> None:
    scene = Treaty()
    legal = next(review for review in scene.reviews(scene.in_review()) if review.asked_of == scene.lawyer)
    assert f"est attendue pour le {told_day(legal.due_on)}" in read(
        acting(scene.manager), page_of(legal, "review_pass_over")
    )
