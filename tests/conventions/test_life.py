"""From the entry into force to the end: what each verb requires, and who does it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
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
from conventions.machine import rules
from conventions.models import Convention
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from tests.conventions.conventions import Treaty, party
from tests.network.factories import make_epci, make_membership

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


def test_a_party_ends_it_after_the_notice() -> None:
    scene = Treaty()
    convention = scene.active()
    today = timezone.localdate()
    signatory = scene.signatories[Party.DISTRIBUTOR]

    for reason, days in ((TerminateReason.NOTICE, 89), (TerminateReason.BREACH, 29)):
        with pytest.raises(Refused) as refused:
            gate.apply(convention, "terminate", actor=signatory, reason=reason, notice_on=today - timedelta(days=days))
        assert sentences(refused) == {rules.NOTICE_GIVEN.sentence}
    with pytest.raises(Refused) as refused:
        gate.apply(convention, "terminate", actor=signatory, reason="", notice_on=today)
    assert sentences(refused) == {rules.TERMINATE_REASON.sentence}
    with pytest.raises(Refused) as refused:
        gate.apply(convention, "terminate", actor=signatory, reason=TerminateReason.AMENDED_ENDED, notice_on=today)
    assert sentences(refused) == {rules.REASON_FITS.sentence}
    ended = gate.apply(
        convention, "terminate", actor=signatory, reason=TerminateReason.NOTICE, notice_on=today - timedelta(days=90)
    )

    assert ended.state == S.TERMINATED
    assert ended.ended_on == today


@pytest.mark.parametrize("who", ["manager", "pilot", "workshop_reviewer"])
def test_a_signatory_alone_ends_it(who: str) -> None:
    scene = Treaty()
    convention = scene.active()
    actor = getattr(scene, who)

    if who == "manager":  # the manager of a party may what its signatory may
        ended = gate.apply(
            convention,
            "terminate",
            actor=actor,
            reason=TerminateReason.NOTICE,
            notice_on=timezone.localdate() - timedelta(days=90),
        )
        assert ended.state == S.TERMINATED
        return
    with pytest.raises(PermissionDenied):
        gate.apply(
            convention,
            "terminate",
            actor=actor,
            reason=TerminateReason.NOTICE,
            notice_on=timezone.localdate() - timedelta(days=90),
        )


def test_devices_are_handed_over_for_ninety_days_after_the_end() -> None:
    scene = Treaty()
    convention = scene.active()
    gate.apply(
        convention,
        "terminate",
        actor=scene.manager,
        reason=TerminateReason.NOTICE,
        notice_on=timezone.localdate() - timedelta(days=90),
    )

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
