"""The papers by which parties end a convention alone: one pending for each, kept, contested, told to whoever reads."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from conventions.enums import ConventionState, Party, TerminateReason
from conventions.machine import ending_rules
from conventions.models import Convention, EndNotice
from conventions.services.endings import give_notice_convention, terminate_convention
from documents.services import store_file
from documents.services.files import forget_abandoned
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.models import Membership
from tests.conventions.conventions import Treaty, again
from tests.conventions.pages import acting, page_of
from tests.conventions.test_life import sentences
from tests.documents.pdfs import small_pdf

pytestmark = pytest.mark.django_db
S = ConventionState


def given(convention: Convention, actor: Membership, *, at: datetime | None = None, **changes: Any) -> EndNotice:
    """The notice of a party, of the day on which it records it unless ``notice_on`` says another."""
    at = at or timezone.now()
    party = ending_rules.party_of(ending_rules.Context(at, actor))
    paper = store_file(content=small_pdf(f"preavis {party} {at}"), name="preavis.pdf", by=actor, at=at)
    said = {"reason": TerminateReason.NOTICE, "notice_on": timezone.localdate(at), "paper": paper} | changes
    give_notice_convention(actor=actor, convention=again(convention), at=at, **said)
    return EndNotice.objects.open().get(convention=convention, party=party)


def opened(actor: Membership, convention: Convention, notice: EndNotice) -> int:
    """What answers whoever opens its paper."""
    return acting(actor).get(page_of(convention, "convention_notice", notice.rank)).status_code


def test_the_paper_of_a_notice_that_was_taken_back_is_no_deposit_given_up() -> None:
    then = timezone.now() - timedelta(days=5)
    scene = Treaty(at=then)
    convention, signatory = scene.active(), scene.signatories[Party.DISTRIBUTOR]
    notice = given(convention, signatory, at=then)
    gate.apply(again(convention), "take_back_notice", actor=signatory)

    forget_abandoned(before=timezone.now() + timedelta(days=400))

    notice.refresh_from_db()
    assert notice.taken_back_at is not None
    assert not notice.file.is_forgotten
    assert opened(scene.pilot, convention, notice) == 200


@pytest.mark.usefixtures("days_to_come")
def test_each_party_may_have_its_own_notice_pending_and_ends_by_that_one() -> None:
    scene = Treaty()
    convention, now = scene.active(), timezone.now()
    distributor, epci = scene.signatories[Party.DISTRIBUTOR], scene.signatories[Party.EPCI]
    theirs = given(convention, distributor)
    ours = given(convention, epci, reason=TerminateReason.BREACH)

    assert (ours.alone_on, theirs.alone_on) == tuple(timezone.localdate() + timedelta(days=days) for days in (30, 90))
    with pytest.raises(Refused) as refused:
        given(convention, distributor)
    assert sentences(refused) == {ending_rules.NONE_NOTICED.sentence}
    with pytest.raises(Refused) as refused:
        terminate_convention(actor=distributor, convention=again(convention), at=now + timedelta(days=30))
    assert sentences(refused) == {ending_rules.NOTICE_GIVEN.sentence}, "the other party may, this one not yet"
    ended = terminate_convention(actor=epci, convention=again(convention), at=now + timedelta(days=30))
    assert (ended.state, ended.ended_because, ended.end_notice) == (S.TERMINATED, TerminateReason.BREACH, ours)


def test_taking_one_s_notice_back_leaves_that_of_the_other_party() -> None:
    scene = Treaty()
    convention = scene.active()
    theirs, ours = (given(convention, scene.signatories[party]) for party in (Party.DISTRIBUTOR, Party.EPCI))

    gate.apply(again(convention), "take_back_notice", actor=scene.manager)

    assert list(EndNotice.objects.open()) == [theirs]
    ours.refresh_from_db()
    assert ours.taken_back_at is not None
    again_given = given(convention, scene.manager)
    assert EndNotice.objects.filter(party=Party.EPCI).count() == 2
    assert again_given.rank > ours.rank


@pytest.mark.usefixtures("days_to_come")
def test_the_database_holds_which_notice_ends_which_convention() -> None:
    scene = Treaty()
    convention, other = scene.active(), Treaty().active()
    signatory, now = scene.signatories[Party.DISTRIBUTOR], timezone.now()
    notice = given(convention, signatory)
    ended = terminate_convention(actor=signatory, convention=again(convention), at=now + timedelta(days=90))
    assert ended.end_notice == notice

    for rows in (
        lambda: Convention.objects.filter(pk=ended.pk).update(end_notice=None),
        lambda: Convention.objects.filter(pk=other.pk).update(end_notice=notice),
        lambda: EndNotice.objects.filter(pk=notice.pk).update(taken_back_at=now),
        lambda: EndNotice.objects.filter(pk=notice.pk).update(file=ended.papers.get(kind="end").document.rendered),
        lambda: EndNotice.objects.filter(pk=notice.pk).update(alone_on=notice.alone_on - timedelta(days=1)),
        lambda: EndNotice.objects.filter(pk=notice.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows()
