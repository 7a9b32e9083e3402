"""What conventions say of the way of their EPCI: nobody declares that one is in force, nor that it is over."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from calendars.working_days import add_months
from conventions.enums import ConventionState, Party, ResumeReason, SuspendReason
from conventions.models import Convention
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from network.enums import ExchangeChannel, OrganisationKind, Role, RolloutState, RolloutStep
from network.models import Membership, Rollout
from network.services.mergers import declare_merger
from network.services.next_step import Exchange, Then
from network.services.rollouts import begin_rollout, gather_rollout, plan_rollout
from tests.conventions.conventions import Treaty, again, ended_alone
from tests.network.factories import make_epci, make_membership, make_organisation
from tests.pages import acting, read
from typography.french import day

pytestmark = pytest.mark.django_db
S = RolloutState
EXISTS = QuerySet.exists


def state_of(treaty: Treaty) -> str:
    return Rollout.objects.get(epci=treaty.epci).state


def verbs(treaty: Treaty) -> list[str]:
    return list(Rollout.objects.get(epci=treaty.epci).journal.order_by("seq").values_list("verb", flat=True))


def page_of(treaty: Treaty) -> str:
    return reverse("network:rollout_detail", args=[Rollout.objects.get(epci=treaty.epci).reference])


def terminate(treaty: Treaty, convention: Convention) -> None:
    ended_alone(convention, treaty.signatories[Party.EPCI])


def test_a_convention_in_force_engages_its_epci_and_brings_it_there_from_any_step() -> None:
    treaty = Treaty()
    treaty.active()
    assert verbs(treaty) == ["enter", "agree"]
    other = Treaty()
    row = begin_rollout(actor=other.manager, epci=other.epci)
    other.active()
    assert verbs(other) == ["begin", "agree"]
    assert Rollout.objects.get(pk=row.pk).state == S.AGREED


def test_a_draft_that_is_signed_is_not_yet_in_force_and_moves_nothing() -> None:
    treaty = Treaty()
    treaty.signed()
    assert not Rollout.objects.exists()


def test_an_operational_test_is_a_step_and_a_convention_the_next() -> None:
    treaty = Treaty(is_test=True)
    treaty.active()
    assert verbs(treaty) == ["enter", "try_out"]
    lasting = Treaty(epci=treaty.epci, epci_party=treaty.epci_party)
    lasting.active()
    assert verbs(treaty) == ["enter", "try_out", "agree"]


def test_a_test_that_is_over_was_made() -> None:
    treaty = Treaty(is_test=True)
    terminate(treaty, treaty.active())
    assert verbs(treaty) == ["enter", "try_out"]


def test_a_second_convention_and_an_amendment_change_nothing() -> None:
    treaty = Treaty()
    convention = treaty.active()
    Treaty(epci=treaty.epci, epci_party=treaty.epci_party).active()
    treaty.amended(convention, treaty.terms(quotas=[], reviewers=[]))
    assert verbs(treaty) == ["enter", "agree"]


def test_the_last_convention_that_ends_takes_the_step_with_it_and_not_the_one_before() -> None:
    treaty = Treaty()
    first = treaty.active()
    second = Treaty(epci=treaty.epci, epci_party=treaty.epci_party)
    last = second.active()
    terminate(treaty, first)
    assert state_of(treaty) == S.AGREED, "another holds"
    terminate(second, last)
    assert state_of(treaty) == S.GATHERED
    assert verbs(treaty) == ["enter", "agree", "lapse"]


def test_what_ends_where_nobody_had_gathered_says_that_parties_are_to_be_gathered_and_lets_it_be_noted() -> None:
    treaty = Treaty()
    terminate(treaty, treaty.active())
    row = Rollout.objects.get(epci=treaty.epci)
    page = read(acting(treaty.manager), page_of(treaty))
    assert "aucune convention n’est plus en vigueur" in page
    assert "Acteurs réunis, le" not in page
    with pytest.raises(Refused, match="Aucune réunion des acteurs n’est notée"):
        gate.apply(row, "survey_again", actor=treaty.manager)
    sat = Exchange(timezone.localdate(), ExchangeChannel.EVENT)
    present = [OrganisationKind.RECONDITIONER, OrganisationKind.DISTRIBUTOR]
    gathered = gather_rollout(actor=treaty.manager, rollout=row, exchange=sat, present=present)
    assert (gathered.state, gathered.gathered_on) == (S.GATHERED, timezone.localdate())


def test_an_epci_that_is_engaged_at_the_same_instant_as_its_convention_takes_effect_loses_neither() -> None:
    treaty = Treaty()
    signed = treaty.signed()
    with patch.object(QuerySet, "exists", lambda rows: False if rows.model is Rollout else EXISTS(rows)):
        begin_rollout(actor=treaty.manager, epci=treaty.epci)
        gate.apply(signed, "activate", actor=treaty.manager)
    assert verbs(treaty) == ["begin", "agree"]


def test_a_convention_that_expires_leaves_the_test_that_runs_still() -> None:
    long_ago = timezone.now() - timedelta(days=400)
    treaty = Treaty(at=long_ago)
    convention = treaty.active()
    trial = Treaty(epci=treaty.epci, epci_party=treaty.epci_party, is_test=True, at=long_ago)
    trial.ends_on = add_months(timezone.localdate(), 1)
    trial.active()
    run_clock()
    assert again(convention).state == ConventionState.EXPIRED
    assert verbs(treaty) == ["enter", "agree", "lapse", "try_out"]


def test_several_conventions_come_into_force_in_one_night_each_for_its_epci() -> None:
    treaties = [Treaty(), Treaty(is_test=True)]
    signed = [treaty.signed() for treaty in treaties]
    second = Treaty(epci=treaties[0].epci, epci_party=treaties[0].epci_party).signed()
    run_clock()
    assert {again(one).state for one in (*signed, second)} == {ConventionState.ACTIVE}
    assert [verbs(treaty) for treaty in treaties] == [["enter", "agree"], ["enter", "try_out"]]
    for treaty, convention in zip(treaties, signed, strict=True):
        entry = Rollout.objects.get(epci=treaty.epci).journal.get(verb="enter")
        assert entry.cause_entry == convention.journal.get(verb="activate").pk


def test_a_suspended_convention_keeps_its_step() -> None:
    treaty = Treaty()
    convention = treaty.active()
    gate.apply(
        convention, "suspend", actor=treaty.manager, reason=SuspendReason.STORAGE, comment="Le temps d’un inventaire"
    )
    Treaty(epci=treaty.epci, epci_party=treaty.epci_party, is_test=True).active()
    assert state_of(treaty) == S.AGREED


def test_the_page_of_a_roll_out_does_not_say_in_force_of_what_is_suspended() -> None:
    treaty = Treaty()
    convention = treaty.active()
    observer = make_membership(Role.OBSERVER, OrganisationKind.PREFECTURE)
    gate.apply(convention, "suspend", actor=treaty.manager, reason=SuspendReason.STORAGE)
    for reader in (treaty.pilot, treaty.manager, observer):
        page = read(acting(reader), page_of(treaty))
        assert "La convention est suspendue" in page, reader
        assert "La convention est en vigueur" not in page, reader
    Treaty(epci=treaty.epci, epci_party=treaty.epci_party).active()
    assert "La convention est suspendue" not in read(acting(observer), page_of(treaty)), "another is in force"


def test_the_page_of_a_roll_out_does_not_ask_for_a_convention_that_is_on_its_way() -> None:
    treaty = Treaty(starts_on=timezone.localdate() + timedelta(days=16))
    observer = make_membership(Role.OBSERVER, OrganisationKind.PREFECTURE)
    row = begin_rollout(actor=treaty.manager, epci=treaty.epci)
    present = [OrganisationKind.RECONDITIONER, OrganisationKind.DISTRIBUTOR]
    sat = Exchange(
        timezone.localdate(),
        ExchangeChannel.EVENT,
        then=Then(RolloutStep.CONVENTION, timezone.localdate() + timedelta(days=9), treaty.manager),
    )
    gather_rollout(actor=treaty.manager, rollout=row, exchange=sat, present=present)

    def told(reader: Membership) -> str:
        return read(acting(reader), page_of(treaty))

    assert "une convention est à préparer" in told(observer)
    assert "préparer la convention" in told(treaty.manager)
    convention = treaty.in_review()
    for reader in (observer, treaty.manager):
        assert "Une convention se prépare" in told(reader)
        assert "une convention est à préparer" not in told(reader)
    treaty.sign_all(treaty.open_signature(treaty.approve(convention)))
    for reader in (observer, treaty.manager):
        assert f"Une convention est signée, d’effet le {day(convention.starts_on)}" in told(reader)
        assert "préparer la convention, dans" not in told(reader)
    assert "étape en cours, étape en cours" not in told(observer)


def planned(treaty: Treaty, step: RolloutStep) -> Rollout:
    row = Rollout.objects.get(epci=treaty.epci)
    then = Then(step, timezone.localdate() + timedelta(days=9), treaty.manager)
    return plan_rollout(actor=treaty.manager, rollout=row, then=then)


def step_of(treaty: Treaty) -> str:
    return Rollout.objects.get(epci=treaty.epci).next_step


@pytest.mark.parametrize("step", [RolloutStep.GATHER, RolloutStep.CONVENTION])
def test_what_was_to_be_done_before_a_convention_is_done_once_its_parties_read_it(step: RolloutStep) -> None:
    treaty = Treaty()
    begin_rollout(actor=treaty.manager, epci=treaty.epci)
    planned(treaty, step)
    convention = treaty.draft()
    assert step_of(treaty) == step, "it is being prepared"
    convention = treaty.in_review()
    row = Rollout.objects.get(epci=treaty.epci)
    assert (row.next_step, row.next_on, row.next_owner, row.state) == ("", None, None, S.SURVEY)
    entry = row.journal.get(verb="fulfil")
    assert entry.cause_entry == convention.journal.get(verb="submit").pk
    page = read(acting(treaty.manager), reverse("network:rollout_list"))
    assert f"Convention en relecture ({convention.reference})" in page
    assert "réunissez-les" not in read(acting(treaty.manager), page_of(treaty))


def test_a_step_of_another_kind_is_still_to_be_done_when_a_convention_is_submitted() -> None:
    treaty = Treaty()
    begin_rollout(actor=treaty.manager, epci=treaty.epci)
    planned(treaty, RolloutStep.ELECTED)
    treaty.in_review()
    assert step_of(treaty) == RolloutStep.ELECTED


def test_the_convention_to_prepare_after_a_test_is_not_another_test() -> None:
    treaty = Treaty(is_test=True)
    treaty.active()
    planned(treaty, RolloutStep.CONVENTION)
    Treaty(epci=treaty.epci, epci_party=treaty.epci_party, is_test=True).active()
    assert step_of(treaty) == RolloutStep.CONVENTION
    Treaty(epci=treaty.epci, epci_party=treaty.epci_party).in_review()
    assert step_of(treaty) == ""


def test_an_amendment_that_is_submitted_is_not_the_convention_to_prepare() -> None:
    treaty = Treaty()
    convention = treaty.active()
    planned(treaty, RolloutStep.CONVENTION)
    treaty.amended(convention, treaty.terms(quotas=[], reviewers=[]))
    assert step_of(treaty) == RolloutStep.CONVENTION


def test_what_was_planned_once_the_text_was_submitted_is_done_when_the_convention_holds() -> None:
    treaty = Treaty()
    begin_rollout(actor=treaty.manager, epci=treaty.epci)
    signed = treaty.signed()
    planned(treaty, RolloutStep.CONVENTION)
    gate.apply(signed, "activate", actor=treaty.manager)
    assert (state_of(treaty), step_of(treaty)) == (S.AGREED, "")


def test_a_test_that_takes_effect_shows_that_the_parties_were_brought_together_and_not_the_convention_prepared() -> (
    None
):
    for step, left in ((RolloutStep.GATHER, ""), (RolloutStep.CONVENTION, RolloutStep.CONVENTION)):
        treaty = Treaty(is_test=True)
        begin_rollout(actor=treaty.manager, epci=treaty.epci)
        planned(treaty, RolloutStep.ELECTED)
        signed = treaty.signed()
        planned(treaty, step)
        gate.apply(signed, "activate", actor=treaty.manager)
        assert (state_of(treaty), step_of(treaty)) == (S.TRIED, left)


def test_the_list_of_roll_outs_says_that_a_convention_is_suspended_to_every_reader_and_in_the_files() -> None:
    treaty = Treaty()
    convention = treaty.active()
    gate.apply(convention, "suspend", actor=treaty.manager, reason=SuspendReason.STORAGE)
    Treaty(epci=treaty.epci, epci_party=treaty.epci_party, is_test=True).active()
    observer = make_membership(Role.OBSERVER, OrganisationKind.PREFECTURE)
    index = reverse("network:rollout_list")
    for reader in (treaty.pilot, treaty.manager, observer):
        client = acting(reader)
        file = b"".join(client.get(index, {"export": "csv"}).streaming_content).decode()
        for told in (read(client, index), file, read(client, page_of(treaty))):
            assert "Convention, suspendue" in told, reader
    gate.apply(again(convention), "resume", actor=treaty.manager, reason=ResumeReason.SETTLED)
    assert "suspendue" not in read(acting(observer), index)


def test_an_epci_that_nobody_engaged_is_said_to_prepare_a_convention_when_it_does() -> None:
    treaty = Treaty()
    convention = treaty.draft()
    index = reverse("network:rollout_list")
    told = f"{treaty.epci.short_name}, où une convention se prépare"
    assert f"{told} ({convention.reference})" in read(acting(treaty.pilot), index)
    page = read(acting(make_membership(Role.OBSERVER, OrganisationKind.PREFECTURE)), index)
    assert told in page
    assert convention.reference not in page


def test_the_list_of_roll_outs_reads_all_conventions_in_one_query(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    first = Treaty()
    first.active()
    client, index = acting(first.pilot), reverse("network:rollout_list")
    read(client, index)
    with CaptureQueriesContext(connection) as few:
        read(client, index)
    for treaty in (Treaty(), Treaty()):
        treaty.active()
    with django_assert_max_num_queries(len(few)):
        read(client, index)


def test_what_merges_goes_on_in_its_successor() -> None:
    treaty = Treaty()
    treaty.active()
    successor = make_epci()
    organisation = make_organisation(OrganisationKind.EPCI, epci=successor)
    declare_merger(actor=treaty.pilot, epci=treaty.epci, successor=successor, organisation=organisation)
    assert verbs(treaty)[-1] == "merge"
    assert state_of(treaty) == S.MERGED
    kept = Rollout.objects.get(epci=successor)
    assert (kept.state, list(kept.journal.order_by("seq").values_list("verb", flat=True))) == (
        S.AGREED,
        ["enter", "agree"],
    )
    page = read(
        acting(treaty.pilot), reverse("network:rollout_detail", args=[Rollout.objects.get(epci=treaty.epci).reference])
    )
    assert f"repris par {successor}" in page


def test_an_epci_that_had_only_begun_begins_again_in_its_successor() -> None:
    treaty = Treaty()
    begin_rollout(actor=treaty.manager, epci=treaty.epci)
    successor = make_epci()
    organisation = make_organisation(OrganisationKind.EPCI, epci=successor)
    declare_merger(actor=treaty.pilot, epci=treaty.epci, successor=successor, organisation=organisation)
    assert Rollout.objects.get(epci=successor).state == S.SURVEY


def test_whoever_reads_no_convention_is_told_the_step_alone() -> None:
    treaty = Treaty()
    convention = treaty.active()
    address = page_of(treaty)
    assert convention.title in read(acting(treaty.manager), address)
    observer = make_membership(Role.OBSERVER, OrganisationKind.PREFECTURE)
    assert convention.title not in read(acting(observer), address)
