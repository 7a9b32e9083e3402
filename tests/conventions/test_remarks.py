"""What is written beside an opinion, or to say why one does not sign, is read by those whom it is written to."""

import pytest

from conventions.enums import Party, SignatureDeclineReason, TextReopenReason
from conventions.models import Convention, Review
from conventions.services.circuit import answer_review
from lifecycle.models import Comment
from network.services.accounts import forget_user
from tests.conventions.conventions import Treaty, again
from tests.conventions.pages import acting, answered, done, page_of, read
from tests.costs import assert_same_queries
from tests.network.factories import make_user

pytestmark = pytest.mark.django_db

REMARK = "La garantie pourrait être plus longue."


def of_the_distributor(treaty: Treaty, convention: Convention) -> Review:
    return next(one for one in treaty.reviews(convention) if one.organisation == treaty.distributor)


def test_a_remark_beside_an_opinion_is_read_by_who_prepares_the_text_and_by_those_of_its_author() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    review = of_the_distributor(treaty, convention)
    client, url = acting(treaty.distributor_reviewer), page_of(review, "review_answer")
    page = read(client, url)
    assert "Votre organisation, les responsables de l’EPCI et le pilote le lisent" in page
    assert "Les autres parties ne le voient pas" not in page
    done(client, url, opinion="favourable", comment=REMARK)

    detail = page_of(convention, "convention_detail")
    for member in (treaty.manager, treaty.pilot, treaty.distributor_reviewer):
        told = read(acting(member), detail).partition('id="reviews"')[2].partition("</section>")[0]
        assert REMARK in told, member
    for member in (treaty.lawyer, treaty.workshop_reviewer):
        assert REMARK not in read(acting(member), detail), member


def test_the_comment_of_an_unfavourable_opinion_is_read_with_its_points() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    review = of_the_distributor(treaty, convention)
    actor, points = treaty.distributor_reviewer, [("warranty", "Préciser la durée.")]
    answer_review(actor=actor, review=review, favourable=False, points=points, comment=REMARK)

    told = read(acting(treaty.manager), page_of(convention, "convention_detail"))

    assert "Préciser la durée." in told
    assert REMARK in told


def test_who_writes_the_text_again_reads_the_remark_of_a_favourable_opinion_beside_the_points() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    own = of_the_distributor(treaty, convention)
    answer_review(actor=treaty.distributor_reviewer, review=own, favourable=True, comment=REMARK)
    for review in treaty.reviews(convention):
        if review != own:
            treaty.answer(review, favourable=False)

    page = read(acting(treaty.manager), page_of(convention, "convention_points"))
    told = page.partition('id="remarks"')[2].partition("</section>")[0]
    assert REMARK in told
    assert f"{own.whose}\u00a0: avis favorable" in told
    assert own.whose.count(str(own.organisation)) == 1


def test_a_remark_that_was_erased_is_told_as_such() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    review = of_the_distributor(treaty, convention)
    named = make_user(first_name="Zélie", last_name="Effaçable")
    said = "Zélie Effaçable propose une garantie plus longue."
    answer_review(actor=treaty.distributor_reviewer, review=review, favourable=True, comment=said)
    detail = page_of(convention, "convention_detail")
    assert said in read(acting(treaty.manager), detail)

    forget_user(user=named)

    told = read(acting(treaty.manager), detail)
    assert "Effaçable" not in told
    assert "Un commentaire a été effacé." in told


def test_many_remarks_cost_no_more_queries_than_one() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    reviews = iter(treaty.reviews(convention))

    def remark(count: int) -> None:
        for _ in range(count):
            review = next(reviews)
            answer_review(actor=treaty.reviewer_of(review), review=review, favourable=True, comment=REMARK)

    client, detail = acting(treaty.pilot), page_of(convention, "convention_detail")
    assert_same_queries(remark, lambda: read(client, detail), rows=2)
    assert Comment.objects.filter(text=REMARK).count() == 2


CHANGE = "La grille portable doit descendre à 130 €."


def test_what_a_signatory_wants_changed_is_read_by_who_can_open_the_text_again_and_while_it_is_written() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    client, decline = acting(treaty.signatories[Party.DISTRIBUTOR]), page_of(signature, "signature_decline")
    page = read(client, decline)
    assert "Votre organisation, les responsables de l’EPCI et le pilote le lisent" in page
    done(client, decline, reason="terms", comment=CHANGE)

    detail = page_of(convention, "convention_detail")
    for member in (treaty.manager, treaty.pilot, treaty.signatories[Party.DISTRIBUTOR]):
        told = read(acting(member), detail).partition('id="signatures"')[2].partition("</section>")[0]
        assert CHANGE in told, member
    assert CHANGE not in read(acting(treaty.signatories[Party.RECONDITIONER]), detail)

    treaty.reopen(again(convention))
    assert CHANGE in read(acting(treaty.manager), detail)


def test_what_a_signatory_wanted_changed_is_there_before_the_text_is_submitted_again_and_stays_after() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    treaty.sign(convention, Party.EPCI)
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    done(acting(signature.signatory), page_of(signature, "signature_decline"), reason="terms", comment=CHANGE)
    treaty.reopen(again(convention))

    submit = read(acting(treaty.manager), page_of(convention, "convention_submit"))
    assert "un signataire n’a pas voulu le signer" in submit
    assert CHANGE in submit
    convention = treaty.submit(again(convention))

    detail = page_of(convention, "convention_detail")
    for member in (treaty.manager, treaty.pilot, treaty.signatories[Party.DISTRIBUTOR]):
        kept = read(acting(member), detail).partition('id="former-signatures"')[2].partition("</section>")[0]
        assert CHANGE in kept, member
        assert "Tour n° 1" in kept
    others = read(acting(treaty.workshop_reviewer), detail)
    assert CHANGE not in others
    assert SignatureDeclineReason.TERMS.label.lower() in others.lower(), "that somebody declined is told to the parties"


def test_who_reads_the_text_again_reads_why_it_was_opened_again() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    treaty.reopen(convention, TextReopenReason.MISTAKE)
    convention = treaty.submit(again(convention))
    said = TextReopenReason.MISTAKE.label.lower()

    review = of_the_distributor(treaty, convention)
    assert said in read(acting(treaty.distributor_reviewer), page_of(review, "review_answer")).lower()
    detail = page_of(convention, "convention_detail")
    told = read(acting(treaty.workshop_reviewer), detail).partition('id="reviews"')[2].partition("</section>")[0]
    assert said in told.lower()
    treaty.open_signature(treaty.approve(convention))
    told = read(acting(treaty.workshop_reviewer), detail).partition('id="reviews"')[2].partition("</section>")[0]
    assert said not in told.lower(), "it is settled"


def test_a_signatory_whom_the_terms_do_not_suit_says_what_must_change() -> None:
    treaty = Treaty()
    signature = treaty.signature(treaty.signing(), Party.DISTRIBUTOR)
    client, decline = acting(signature.signatory), page_of(signature, "signature_decline")

    assert "Ce motif ne dit rien seul" in answered(client, decline, reason="terms")
    done(client, decline, reason="mandate")
