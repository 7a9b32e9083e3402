"""What « À relire, à signer » says of what is asked of somebody else."""

import pytest
from django.urls import reverse
from django.utils import timezone

from conventions.enums import Party, ReviewSubject
from conventions.services.drafting import DraftReviewer
from conventions.views.inbox import items_of
from lifecycle import gate
from network.models import Membership
from tests.conventions.conventions import Treaty, again
from tests.conventions.pages import acting, page_of, read
from typography.french import of

pytestmark = pytest.mark.django_db
INBOX = "conventions:inbox"


def test_a_manager_reads_of_whom_a_review_is_asked_before_he_answers_in_her_place() -> None:
    treaty = Treaty()
    treaty.in_review()
    hers = f"Relecture juridique, attendue {of(treaty.lawyer.user)}"

    inbox = read(acting(treaty.manager), reverse(INBOX))
    assert hers in inbox
    assert "Donner un avis à sa place" in inbox
    assert hers in read(acting(treaty.manager), reverse("desk:home"))
    assert "attendue d" not in read(acting(treaty.lawyer), reverse(INBOX))


def test_an_opinion_on_personal_data_is_awaited_of_whoever_is_named_and_her_manager_may_ask_another() -> None:
    treaty = Treaty()
    assert treaty.epci_party is not None
    reader = DraftReviewer(ReviewSubject.DATA_PROTECTION, treaty.epci_party, treaty.lawyer)
    convention = treaty.submit(treaty.draft(treaty.terms(reviewers=[reader])))
    review = next(one for one in treaty.reviews(convention) if one.asked_of == treaty.lawyer)

    inbox = read(acting(treaty.manager), reverse(INBOX))

    assert f"attendue {of(treaty.lawyer.user)}" in inbox
    assert page_of(review, "review_replace") in inbox
    assert f'href="{page_of(review, "review_answer")}"' not in inbox
    assert page_of(review, "review_answer") in read(acting(treaty.lawyer), reverse(INBOX))


def test_a_review_asked_of_somebody_who_left_says_so_and_leads_to_asking_another() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    review = next(one for one in treaty.reviews(convention) if one.asked_of == treaty.lawyer)
    Membership.objects.filter(pk=treaty.lawyer.pk).update(closed_at=timezone.now())

    inbox = read(acting(treaty.manager), reverse(INBOX))

    assert f"attendue {of(treaty.lawyer.user)}, qui n’agit plus ici" in inbox
    assert page_of(review, "review_replace") in inbox


def test_a_text_that_came_back_is_named_by_what_brought_it_back() -> None:
    treaty = Treaty()
    home = acting(treaty.manager)

    def named() -> list[str]:
        return [item.name for item in items_of(treaty.manager)]

    answering = "Répondre aux relecteurs et soumettre de nouveau"
    rewriting = "Reprendre le texte et le soumettre de nouveau"
    convention = treaty.changes_requested()
    assert named() == [answering]
    treaty.answer_points(convention)
    assert named() == [rewriting]
    convention = treaty.open_signature(treaty.approve(treaty.submit(again(convention))))
    treaty.reopen(convention)
    assert named() == [rewriting]

    convention = treaty.open_signature(treaty.approve(treaty.submit(again(convention))))
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    gate.apply(signature, "decline", actor=signature.signatory, reason="terms", comment="Le préavis est trop court.")
    treaty.reopen(again(convention))
    refused = "Reprendre le texte, qu’un signataire ne signe pas en l’état, et le soumettre de nouveau"
    assert named() == [refused]
    assert refused in read(home, reverse("desk:home"))
    assert answering not in read(home, reverse("desk:home"))
