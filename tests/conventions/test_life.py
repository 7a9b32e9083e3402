"""From the entry into force to the end: what each verb requires, and who does it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_months
from conventions.enums import (
    ConventionState,
    DraftAbandonReason,
    Party,
    ResumeReason,
    SuspendReason,
    TerminateReason,
)
from conventions.machine import ending_rules, rules
from conventions.models import Convention
from conventions.notices import pending_of
from conventions.services.drafting import DraftTerms, Plan
from conventions.services.endings import terminate_convention
from documents.models import Mail
from documents.services import store_file
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.conventions.conventions import Treaty, again, ended_alone, party
from tests.conventions.pages import acting, page_of, read
from tests.documents.pdfs import small_pdf
from tests.network.factories import make_epci, make_membership
from typography.french import day, written_day

pytestmark = pytest.mark.django_db
S = ConventionState


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


def sentences(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.sentence for reason in refused.value.all}


# --- in force


def test_it_is_not_in_force_before_its_effective_date() -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    scene = Treaty(starts_on=tomorrow)
    convention = scene.signed()

    with pytest.raises(Refused) as refused:
        gate.apply(convention, "activate", actor=scene.manager)

    assert sentences(refused) == {rules.EFFECTIVE.sentence}


def test_convention_years_run_from_the_effective_date() -> None:
    start = timezone.localdate()
    convention = Treaty(starts_on=start, ends_on=add_months(start, 30)).active()

    found = list(convention.quotas.order_by("year").values_list("year", "starts_on", "ends_on"))

    one_day = timedelta(days=1)
    assert found == [
        (1, start, add_months(start, 12) - one_day),
        (2, add_months(start, 12), add_months(start, 24) - one_day),
        (3, add_months(start, 24), add_months(start, 30)),
    ]


def test_it_is_suspended_and_resumed_with_a_reason() -> None:
    scene = Treaty()
    convention = scene.active()
    today = timezone.localdate()

    with pytest.raises(Refused) as refused:
        gate.apply(convention, "suspend", actor=scene.manager, reason="")
    assert sentences(refused) == {rules.SUSPEND_REASON.sentence}
    suspended = gate.apply(convention, "suspend", actor=scene.manager, reason=SuspendReason.STORAGE)
    assert suspended.state == S.SUSPENDED
    assert not Convention.objects.in_force_on(today).filter(pk=convention.pk).exists()
    assert Convention.objects.handing_over(timezone.now()).filter(pk=convention.pk).exists()

    with pytest.raises(Refused) as refused:
        gate.apply(convention, "resume", actor=scene.pilot, reason="")
    assert sentences(refused) == {rules.RESUME_REASON.sentence}
    resumed = gate.apply(convention, "resume", actor=scene.pilot, reason=ResumeReason.SETTLED)
    assert (resumed.state, resumed.suspended_at, resumed.suspend_reason) == (S.ACTIVE, None, "")
    assert Convention.objects.in_force_on(today).filter(pk=convention.pk).exists()


def notice(actor: Membership, **changes: Any) -> dict[str, Any]:
    """What is given with the paper of a notice, of today."""
    paper = store_file(content=small_pdf(f"preavis {actor.pk}"), name="preavis.pdf", by=actor)
    return {"reason": TerminateReason.NOTICE, "notice_on": timezone.localdate(), "notice_file": paper} | changes


def test_a_notice_is_a_paper_of_a_day_since_the_signatures_and_has_a_reason() -> None:
    scene = Treaty()
    convention = scene.active()
    signatory, today = scene.signatories[Party.DISTRIBUTOR], timezone.localdate()

    for changes, rule in (
        ({"reason": TerminateReason.AGREEMENT}, ending_rules.NOTICE_REASON),
        ({"notice_on": today - timedelta(days=1)}, ending_rules.NOTICE_DATED),
        ({"notice_on": today + timedelta(days=1)}, ending_rules.NOTICE_DATED),
        ({"notice_file": None}, ending_rules.NOTICE_PAPER),
    ):
        with pytest.raises(Refused) as refused:
            gate.apply(convention, "give_notice", actor=signatory, **notice(signatory, **changes))
        assert sentences(refused) == {rule.sentence}
    noticed = gate.apply(convention, "give_notice", actor=signatory, **notice(signatory))
    told = noticed.end_notices.get()
    assert (noticed.state, told.given_on, told.given_by) == (S.ACTIVE, today, signatory)
    with pytest.raises(Refused) as refused:
        gate.apply(again(convention), "give_notice", actor=signatory, **notice(signatory))
    assert sentences(refused) == {ending_rules.NONE_NOTICED.sentence}


@pytest.mark.usefixtures("days_to_come")
@pytest.mark.parametrize(("reason", "days"), [(TerminateReason.NOTICE, 90), (TerminateReason.BREACH, 30)])
def test_a_party_ends_it_alone_once_the_delay_of_its_paper_has_passed(reason: str, days: int) -> None:
    scene = Treaty()
    convention = scene.active()
    signatory, now = scene.signatories[Party.DISTRIBUTOR], timezone.now()

    with pytest.raises(Refused) as refused:
        terminate_convention(actor=signatory, convention=convention)
    assert sentences(refused) == {ending_rules.TOLD_FIRST.sentence}
    convention = gate.apply(convention, "give_notice", actor=signatory, **notice(signatory, reason=reason))
    with pytest.raises(Refused) as refused:
        terminate_convention(actor=signatory, convention=convention, at=now + timedelta(days=days - 1))
    assert sentences(refused) == {ending_rules.NOTICE_GIVEN.sentence}
    with pytest.raises(Refused) as refused:
        terminate_convention(actor=scene.manager, convention=convention, at=now + timedelta(days=days))
    assert sentences(refused) == {ending_rules.TOLD_FIRST.sentence}, "another party ends nothing by this paper"
    ended = terminate_convention(actor=signatory, convention=convention, at=now + timedelta(days=days))

    assert (ended.state, ended.ended_because) == (S.TERMINATED, reason)
    assert ended.ended_on == timezone.localdate() + timedelta(days=days)


@pytest.mark.usefixtures("days_to_come")
def test_a_paper_recorded_late_leaves_the_other_parties_ten_days_to_read_it() -> None:
    scene = Treaty()
    convention = scene.active()
    signatory, now = scene.signatories[Party.DISTRIBUTOR], timezone.now()
    late = now + timedelta(days=100)
    convention = gate.apply(convention, "give_notice", actor=signatory, at=late, cause=None, **notice(signatory))

    with pytest.raises(Refused) as refused:
        terminate_convention(actor=signatory, convention=convention, at=late + timedelta(days=9))
    assert sentences(refused) == {ending_rules.NOTICE_GIVEN.sentence}
    ended = terminate_convention(actor=signatory, convention=convention, at=late + timedelta(days=10))
    assert ended.state == S.TERMINATED


@pytest.mark.usefixtures("days_to_come")
def test_a_notice_that_is_not_followed_does_not_count_for_ever_and_leaves_the_others_theirs() -> None:
    scene = Treaty()
    convention = scene.active()
    signatory, now = scene.signatories[Party.DISTRIBUTOR], timezone.now()
    convention = gate.apply(convention, "give_notice", actor=signatory, **notice(signatory))
    last, late = now + timedelta(days=150), now + timedelta(days=151)

    with pytest.raises(Refused) as refused:
        gate.apply(convention, "give_notice", actor=signatory, at=last, **notice(signatory))
    assert sentences(refused) == {ending_rules.NONE_NOTICED.sentence}
    assert pending_of(convention, timezone.localdate(last))
    assert not pending_of(convention, timezone.localdate(late))
    with pytest.raises(Refused) as refused:
        terminate_convention(actor=signatory, convention=convention, at=late)
    assert sentences(refused) == {ending_rules.NOTICE_FOLLOWED.sentence}
    for actor in (scene.manager, signatory):
        given = notice(actor, reason=TerminateReason.BREACH)
        gate.apply(again(convention), "give_notice", actor=actor, at=late, **given)
    followed, theirs, ours = convention.end_notices.order_by("rank")
    assert followed.lapsed_at is not None
    assert (theirs.given_by, theirs.reason) == (scene.manager, TerminateReason.BREACH)
    assert (ours.given_by, ours.lapsed_at) == (signatory, None)


@pytest.mark.usefixtures("days_to_come")
@pytest.mark.parametrize(("days", "counts"), [(100, True), (170, False)])
def test_what_was_given_and_not_followed_is_asked_of_nobody(days: int, counts: bool) -> None:
    then = timezone.now() - timedelta(days=days)
    scene = Treaty(at=then)
    convention, signatory = scene.active(), scene.signatories[Party.DISTRIBUTOR]
    given = notice(signatory, notice_on=timezone.localdate(then))
    convention = gate.apply(convention, "give_notice", actor=signatory, at=then, **given)
    reader = acting(signatory)
    page, end = (read(reader, page_of(convention, f"convention_{one}")) for one in ("detail", "terminate"))

    asked = "Résilier, ou retirer le préavis" in read(reader, reverse("conventions:inbox"))
    take_back, give = (page_of(convention, f"convention_{one}") for one in ("take_back_notice", "give_notice"))
    assert asked is counts
    assert ("résiliez la convention ou retirez" in page) is counts
    assert ("resté sans suite, ne compte plus" in page) is not counts
    assert ("En vigueur jusqu’au" in page) is not counts
    assert (take_back in end) is counts
    assert give in end or counts


def test_a_notice_on_an_amendment_counts_no_more_once_it_is_in_force() -> None:
    scene = Treaty()
    signatory, today = scene.signatories[Party.DISTRIBUTOR], timezone.localdate()
    later = scene.amendment(scene.active(), DraftTerms(quotas=[Plan("laptop", 1, 50)]), today + timedelta(days=60))
    amendment = scene.carry(later)
    with pytest.raises(Refused) as refused:
        gate.apply(amendment, "give_notice", actor=signatory, **notice(signatory))
    assert sentences(refused) == {ending_rules.AMENDMENT_IN_TIME.sentence}
    amendment = gate.apply(
        amendment, "give_notice", actor=signatory, **notice(signatory, reason=TerminateReason.BREACH)
    )
    told = read(acting(scene.manager), page_of(amendment, "convention_detail"))
    assert "Une mise en demeure" in told
    assert "peut être résiliée du" in told


def test_the_other_parties_and_the_pilot_read_a_notice_at_once_and_that_it_is_taken_back() -> None:
    scene = Treaty()
    assert scene.pilot
    convention = scene.active()
    signatory = scene.signatories[Party.DISTRIBUTOR]
    gate.apply(convention, "give_notice", actor=signatory, **notice(signatory))

    mails = Mail.objects.filter(subject__startswith="Préavis de résiliation")
    assert mails.count() == 4
    first, last = (written_day(timezone.localdate() + timedelta(days=days)) for days in (90, 150))
    assert all(f"à partir du {first}, et jusqu’au {last} inclus" in mail.body for mail in mails)
    assert all("Si elle la résilie, les appareils affectés" in mail.body for mail in mails)
    paper = reverse("conventions:convention_notice", args=[convention.reference, again(convention).seq])
    assert all(paper in mail.body for mail in mails)
    for reader in (scene.pilot, scene.manager, scene.signatories[Party.RECONDITIONER]):
        assert acting(reader).get(paper).status_code == 200
        assert "Un préavis de résiliation" in read(acting(reader), page_of(convention, "convention_detail"))
    watched = f"Une partie peut la résilier dès le {day(timezone.localdate() + timedelta(days=90))}"
    assert watched in read(acting(scene.pilot), reverse("conventions:ending_list"))
    assert watched.lower() in read(acting(scene.pilot), reverse("desk:home")).lower()
    with pytest.raises(PermissionDenied):
        gate.apply(again(convention), "take_back_notice", actor=scene.manager)
    back = gate.apply(again(convention), "take_back_notice", actor=signatory)
    assert (back.end_notices.open().exists(), back.state) == (False, S.ACTIVE)
    told = Mail.objects.filter(subject__startswith="La convention continue")
    assert told.count() == 4
    assert all(f"{signatory.organisation} retire son préavis de résiliation du" in mail.body for mail in told)
    given = notice(scene.manager, reason=TerminateReason.BREACH)
    theirs = gate.apply(back, "give_notice", actor=scene.manager, **given)
    page = read(acting(scene.pilot), page_of(convention, "convention_detail"))
    assert paper in page, "what was taken back can be read still, and where it was"
    assert reverse("conventions:convention_notice", args=[convention.reference, theirs.seq]) in page
    first, second = (b"".join(acting(scene.pilot).get(url).streaming_content) for url in (
        paper, reverse("conventions:convention_notice", args=[convention.reference, theirs.seq])
    ))  # fmt: skip
    assert first != second
    assert "retiré le" in page


def test_the_database_holds_that_nobody_ends_it_alone_without_a_paper() -> None:
    scene = Treaty()
    ended = ended_alone(scene.active(), scene.signatories[Party.DISTRIBUTOR])
    with pytest.raises(IntegrityError), transaction.atomic():
        Convention.objects.filter(pk=ended.pk).update(end_notice=None)


def test_a_party_whose_delay_has_passed_is_asked_what_it_does() -> None:
    then = timezone.now() - timedelta(days=100)
    scene = Treaty(at=then)
    convention = scene.active()
    signatory = scene.signatories[Party.DISTRIBUTOR]
    asked = "Résilier, ou retirer le préavis"
    inbox = reverse("conventions:inbox")
    given = notice(signatory, notice_on=timezone.localdate(then))
    gate.apply(convention, "give_notice", actor=signatory, at=then, **given)
    gate.apply(again(convention), "give_notice", actor=scene.manager, **notice(scene.manager))
    assert asked in read(acting(signatory), inbox)
    assert asked not in read(acting(scene.manager), inbox)
    assert "le délai est passé, résiliez" in read(acting(signatory), page_of(convention, "convention_detail"))


@pytest.mark.parametrize("who", ["manager", "pilot", "workshop_reviewer"])
def test_a_signatory_alone_ends_it(who: str) -> None:
    scene = Treaty()
    convention = scene.active()
    actor = getattr(scene, who)

    if who == "manager":  # the manager of a party may what its signatory may
        ended = ended_alone(convention, actor)
        assert ended.state == S.TERMINATED
        return
    with pytest.raises(PermissionDenied):
        ended_alone(convention, actor)


def test_devices_are_handed_over_for_ninety_days_after_the_end() -> None:
    scene = Treaty()
    convention = scene.active()
    ended_alone(convention, scene.manager)

    now = timezone.now()
    for days, allowed in ((0, True), (89, True), (90, False)):
        found = Convention.objects.handing_over(now + timedelta(days=days)).filter(pk=convention.pk)
        assert found.exists() is allowed


def test_an_epci_that_merges_is_succeeded_by_another() -> None:
    scene = Treaty()
    convention = scene.active()
    successor = party(OrganisationKind.EPCI, epci=make_epci())
    heir = make_membership(Role.MANAGER, OrganisationKind.EPCI, successor)
    with pytest.raises(Unknown):
        gate.apply(convention, "suspend", actor=heir, reason=SuspendReason.SUPPLY)
    for wrong in (scene.epci_party, party(OrganisationKind.EPCI)):
        with pytest.raises(Refused) as refused:
            gate.apply(convention, "succeed", actor=scene.pilot, successor=wrong)  # type: ignore[arg-type]
        assert sentences(refused) == {rules.SUCCESSOR.sentence}

    succeeded = gate.apply(convention, "succeed", actor=scene.pilot, successor=successor)

    assert succeeded.epci == successor.epci
    assert succeeded.journal.order_by("seq").first().epci == scene.epci  # type: ignore[union-attr]
    assert gate.apply(convention, "suspend", actor=heir, reason=SuspendReason.SUPPLY).state == S.SUSPENDED
    assert Convention.objects.serving(successor.epci).filter(pk=convention.pk).exists()  # type: ignore[arg-type]


# --- abandon


@pytest.mark.parametrize("state", ["draft", "in_review", "changes_requested", "approved", "signing"])
def test_a_draft_is_abandoned_from_wherever_it_is(state: str) -> None:
    scene = Treaty()
    convention = getattr(scene, state)()

    with pytest.raises(Refused) as refused:
        gate.apply(convention, "abandon", actor=scene.pilot, reason="")
    assert rules.ABANDON_REASON.sentence in sentences(refused)
    abandoned = gate.apply(convention, "abandon", actor=scene.pilot, reason=DraftAbandonReason.PARTY_LEFT)

    assert abandoned.state == S.ABANDONED
    assert not convention.reviews.filter(state="asked").exists()
    assert not convention.signatures.filter(state__in=("asked", "signed")).exists()


def test_a_signed_convention_is_not_abandoned() -> None:
    scene = Treaty()

    with pytest.raises(Refused) as refused:
        gate.apply(scene.signed(), "abandon", actor=scene.manager, reason=DraftAbandonReason.DUPLICATE)

    assert codes(refused) == {"state"}


@pytest.mark.parametrize("verb", ["request_changes", "approve", "complete_signature", "amend"])
def test_nobody_does_by_hand_what_follows(verb: str) -> None:
    scene = Treaty()
    convention = scene.in_review()

    for actor in (scene.manager, scene.pilot, SYSTEM):
        with pytest.raises(PermissionDenied):
            gate.apply(convention, verb, actor=actor)
