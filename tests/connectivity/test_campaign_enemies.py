"""Whom nobody calls any more, whose calls somebody else takes over, and what is never noted of a closed household."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import CallResult, CurrentLine
from connectivity.machine.due import is_untouched
from connectivity.models import CampaignCall, CampaignHousehold, ConnectionFile, CopperCampaign
from connectivity.parameters import UNTOUCHED_DAYS
from connectivity.services import campaigns as services
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Context
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.enums import ErasureChannel, RightKind
from prescriptions.services.joining import join_household, part_household
from prescriptions.services.prescriptions import withdraw_prescription
from prescriptions.services.revoking import revoke_prescription
from tests.connectivity.lines import Line
from tests.connectivity.test_campaigns import Calls, household_of
from tests.costs import assert_same_queries
from tests.network.factories import make_membership, make_organisation
from tests.pages import acting, answered, read
from tests.prescriptions.files import transferred
from tests.prescriptions.rights import Desk

pytestmark = pytest.mark.django_db


def test_a_household_that_took_its_agreement_back_is_called_no_more_and_counted_no_more_as_to_call() -> None:
    calls = Calls()
    campaign = calls.create()
    target, worker = calls.target(calls.copper, campaign), calls.copper.worker
    revoke_prescription(actor=worker, prescription=calls.copper.need.prescription, channel=ErasureChannel.PHONE)
    to_call = CampaignHousehold.objects.to_call()
    assert target not in to_call
    assert campaign.households.figures()["to_call"] == to_call.count() == 1
    assert CopperCampaign.objects.counted(calls.copper.pilot).get().to_call == 1
    with pytest.raises(Refused, match="ne s’appelle plus"):
        services.note_call(actor=worker, target=target, result=CallResult.REACHED, note="Sa fille répond.")
    page = read(acting(worker), reverse("connectivity:call_note", args=[target.pk]))
    assert "ne s’appelle plus" in page
    assert "Noter l’appel" not in page
    calls.copper.circle.submitted(household=household_of(calls.copper))
    assert target in CampaignHousehold.objects.to_call()


def test_while_a_household_limits_its_data_it_is_not_called_and_its_line_goes_nowhere() -> None:
    calls = Calls()
    campaign, line = calls.create(), calls.copper
    target, worker = calls.target(line, campaign), line.worker
    desk = Desk(line.circle)
    connection = line.choose(ConnectionFile.objects.get(need=line.need))
    desk.answer(desk.asked(RightKind.RESTRICTION, household_of(line)))
    assert target not in CampaignHousehold.objects.to_call()
    with pytest.raises(Refused, match="limitation"):
        services.note_call(actor=worker, target=target, result=CallResult.REACHED, note="")
    for advances in (line.send, line.choose):
        with pytest.raises(Refused, match="limitation"):
            advances(connection)
    later = timezone.now() + timedelta(days=UNTOUCHED_DAYS.on(calls.day) + 1)
    untouched = ConnectionFile.objects.filter(is_untouched(Context(later, SYSTEM)))
    assert connection not in untouched, "the clock gives nothing up"
    assert untouched.exists(), "but the others"


def test_a_household_that_was_reached_is_not_called_again_under_the_file_that_its_own_was_joined_to() -> None:
    calls = Calls()
    campaign, line = calls.create(), calls.copper
    target, worker = calls.target(line, campaign), line.worker
    services.note_call(actor=worker, target=target, result=CallResult.REACHED, note="")
    kept = line.circle.submitted().household
    join_household(actor=line.pilot, household=household_of(line), kept=kept)
    assert services.join_households(actor=line.pilot, campaign=campaign) == 0
    assert not campaign.households.filter(household=kept).exists()


def test_whom_one_still_had_to_call_is_called_under_the_file_kept_and_counted_once() -> None:
    calls = Calls()
    campaign, line = calls.create(), calls.copper
    before = campaign.households.figures()
    day = calls.day + timedelta(days=9)
    services.note_call(
        actor=line.worker, target=calls.target(line, campaign), result=CallResult.CALL_BACK, next_on=day, note=""
    )
    kept = line.circle.submitted().household
    join_household(actor=line.pilot, household=household_of(line), kept=kept)
    target = campaign.households.get(household=kept)
    assert (target.caller, target.next_on, target.calls) == (line.worker, day, 1)
    assert target in CampaignHousehold.objects.to_call()
    after = campaign.households.figures()
    assert (after["listed"], after["to_call"], after["call_back"]) == (before["listed"], before["to_call"], 1)
    assert CopperCampaign.objects.counted(line.pilot).get().listed == before["listed"]
    part_household(actor=line.pilot, household=kept, left=household_of(line))
    assert calls.target(line, campaign) in CampaignHousehold.objects.to_call(), "they are two again: both are called"


def test_nothing_is_noted_of_a_household_that_was_erased() -> None:
    calls = Calls()
    campaign, worker = calls.create(), calls.copper.worker
    target = calls.target(calls.copper, campaign)
    services.note_call(actor=worker, target=target, result=CallResult.NO_ANSWER, note="Chez sa sœur Odile.")
    withdraw_prescription(actor=worker, prescription=calls.copper.need.prescription, reason="unreachable")
    values = {"received_on": calls.day, "channel": ErasureChannel.PHONE}
    gate.apply(household_of(calls.copper), "erase_on_request", actor=calls.copper.pilot, **values)
    assert CampaignCall.objects.get().note == ""
    with pytest.raises(Refused, match="ne s’appelle plus"):
        services.note_call(actor=worker, target=target, result=CallResult.REACHED, note="Encore Odile.")
    assert target not in CampaignHousehold.objects.to_call()
    assert campaign.households.figures()["no_answer"] == 1


def test_a_household_followed_elsewhere_or_whose_caller_left_is_to_call_by_those_who_follow_it_now() -> None:
    calls = Calls()
    campaign = calls.create()
    target, worker = calls.target(calls.copper, campaign), calls.copper.worker
    assert target.caller == worker
    rows = CampaignHousehold.objects.filter(pk=target.pk)
    receiver = make_organisation(OrganisationKind.PRESCRIBER)
    taker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, receiver)
    assert not rows.of(calls.copper.adviser).exists()
    transferred(calls.copper.circle, calls.copper.need.prescription, receiver)
    assert rows.visible_to(taker).of(taker).exists()
    assert household_of(calls.copper).last_name in read(acting(taker), reverse("desk:home"))
    with pytest.raises(Unknown):
        services.note_call(actor=worker, target=target, result=CallResult.REACHED)

    unknown = CampaignHousehold.objects.filter(pk=calls.target(calls.unknown, campaign).pk)
    colleague = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, worker.organisation)
    assert not unknown.visible_to(colleague).of(colleague).exists()
    Membership.objects.filter(pk=worker.pk).update(closed_at=timezone.now())
    assert unknown.visible_to(colleague).of(colleague).exists()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2027-02-30", "9" * 5000, "x\0"])
def test_an_absurd_day_of_a_call_is_told_at_its_field(day: str) -> None:
    calls = Calls()
    target = calls.target(calls.copper, calls.create())
    url = reverse("connectivity:call_note", args=[target.pk])
    assert "is-invalid" in answered(acting(calls.copper.worker), url, result="call_back", next_on=day, note="À midi.")
    assert not CampaignCall.objects.exists()


@pytest.mark.parametrize("day", ["0001-01-01", "9" * 5000, "x\0", ""])
def test_an_absurd_last_day_of_copper_is_told_at_its_field(day: str) -> None:
    calls = Calls()
    url, commune = reverse("connectivity:campaign_create"), calls.copper.circle.commune
    page = answered(acting(calls.copper.pilot), url, title="T", closes_by=day, script="S", commune=commune.name)
    assert "is-invalid" in page
    assert not CopperCampaign.objects.exists()


def test_who_only_counts_reads_no_campaign() -> None:
    calls = Calls()
    campaign = calls.create()
    for role, kind in ((Role.OBSERVER, OrganisationKind.EPCI), (Role.OBSERVER, OrganisationKind.DEPARTEMENT)):
        client = acting(make_membership(role, kind))
        assert client.get(reverse("connectivity:campaign_list")).status_code == 403
        assert client.get(reverse("connectivity:campaign_detail", args=[campaign.pk])).status_code == 404
        target = calls.target(calls.copper, campaign)
        assert client.get(reverse("connectivity:call_note", args=[target.pk])).status_code == 403
    assert timedelta(0) < campaign.closes_by - calls.day


def test_the_lists_and_the_pages_cost_the_same_with_many() -> None:
    calls = Calls()
    campaign = calls.create()
    circle, pilot, worker = calls.copper.circle, acting(calls.copper.pilot), acting(calls.copper.worker)

    def more(count: int) -> None:
        for _ in range(count):
            line = Line(circle=circle)
            line.proposed(current_line=CurrentLine.COPPER)
            services.join_households(actor=calls.copper.pilot, campaign=campaign)
            target = calls.target(line, campaign)
            services.note_call(actor=line.worker, target=target, result=CallResult.NO_ANSWER)
            calls.create()

    def ask() -> None:
        for client in (pilot, worker):
            read(client, reverse("connectivity:campaign_list"))
            read(client, reverse("connectivity:campaign_detail", args=[campaign.pk]))
        read(worker, reverse("connectivity:call_note", args=[calls.target(calls.copper, campaign).pk]))

    assert_same_queries(more, ask, rows=3)
