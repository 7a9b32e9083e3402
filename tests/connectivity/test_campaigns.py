"""Campaigns of calls before copper closes: whom they list, who calls, what is noted, counted and forgotten."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import CallResult, Channel, CurrentLine, Technology
from connectivity.models import CampaignCall, CampaignHousehold, CampaignScript, CopperCampaign
from connectivity.services import campaigns as services
from connectivity.services.forgetting import forget_household
from lifecycle.exceptions import Refused, Unknown
from prescriptions.models import Household, HouseholdAccess
from prescriptions.services.households import attach_household
from tests.connectivity.lines import MOBILE, Line, close_copper
from tests.network.factories import make_commune
from tests.pages import acting, answered, read

pytestmark = pytest.mark.django_db
NIR = "1 85 05 59 350 012"
SAID = "Bonjour, le cuivre s’arrête."


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


@dataclass
class Calls:
    """A household on copper, one whose line nobody knows, one on fibre: in one commune where copper closes."""

    copper: Line = field(default_factory=Line)

    def __post_init__(self) -> None:
        circle = self.copper.circle
        self.unknown, self.fibre = Line(circle=circle), Line(Channel.OWN_SUBSCRIPTION, circle=circle)
        self.copper.proposed(current_line=CurrentLine.COPPER)
        self.unknown.proposed()
        self.fibre.active()
        self.day = self.copper.today()
        self.closes = self.day + timedelta(days=200)
        close_copper(circle.commune, self.closes)

    def create(self, **given: Any) -> CopperCampaign:
        values = {"title": "Lot 3", "closes_by": self.closes, "script": SAID, "commune": self.copper.circle.commune}
        return services.create_campaign(actor=self.copper.pilot, **values | given)

    def target(self, line: Line, campaign: CopperCampaign) -> CampaignHousehold:
        return CampaignHousehold.objects.get(campaign=campaign, household=household_of(line))


def household_of(line: Line) -> Household:
    return line.need.prescription.household


def listed(campaign: CopperCampaign) -> dict[int, str]:
    return dict(campaign.households.values_list("household", "line"))


# --- the list


def test_the_list_has_who_is_on_copper_or_may_be_and_nobody_on_fibre() -> None:
    calls = Calls()
    copper, unknown = household_of(calls.copper).pk, household_of(calls.unknown).pk
    assert listed(calls.create()) == {copper: CurrentLine.COPPER, unknown: CurrentLine.UNKNOWN}
    assert listed(calls.create(with_unknown=False)) == {copper: CurrentLine.COPPER}
    epci = calls.create(commune=None, epci=calls.copper.circle.commune.epci)
    assert set(listed(epci)) == {copper, unknown}


def test_a_line_in_copper_that_was_given_counts_and_what_was_said_last_replaces_what_was_said_before() -> None:
    given = Line(Channel.OWN_SUBSCRIPTION, offer_columns={"technology": Technology.COPPER})
    given.active()
    calls = Calls(Line(circle=given.circle))
    said = Line(circle=given.circle)
    said.proposed(current_line=CurrentLine.NONE)
    found = set(listed(calls.create()))
    assert household_of(given).pk in found
    assert household_of(said).pk not in found


def test_a_household_elsewhere_or_that_only_writes_its_draft_is_not_called() -> None:
    calls = Calls()
    elsewhere = Line()
    elsewhere.proposed(current_line=CurrentLine.COPPER)
    draft = calls.copper.circle.household()
    found = set(listed(calls.create()))
    assert household_of(elsewhere).pk not in found
    assert draft.pk not in found


def test_the_list_is_frozen_and_those_who_come_are_added_once() -> None:
    calls = Calls()
    campaign = calls.create()
    newcomer = Line(circle=calls.copper.circle)
    newcomer.proposed(current_line=CurrentLine.COPPER)
    assert household_of(newcomer).pk not in listed(campaign)
    assert services.join_households(actor=calls.copper.pilot, campaign=campaign) == 1
    assert services.join_households(actor=calls.copper.pilot, campaign=campaign) == 0
    assert household_of(newcomer).pk in listed(campaign)


def test_two_files_of_one_household_are_called_once() -> None:
    calls = Calls()
    other = Line(circle=calls.copper.circle, kind=MOBILE)
    assert other.need
    attach_household(actor=other.worker, household=household_of(other), same_as=household_of(calls.copper))
    campaign = calls.create()
    assert len(listed(campaign)) == 2
    assert not services.newly_concerned(campaign, calls.day).exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"script": " "}, "script"),
        ({"script": "x" * 2001}, "script"),
        ({"commune": None}, "where"),
        ({"closes_by": date(2020, 1, 1)}, "closes_by"),
        ({"closes_by": date.max}, ""),
    ],
)
def test_a_campaign_has_a_place_a_day_to_come_and_words(given: dict[str, Any], code: str) -> None:
    calls = Calls()
    if not code:
        assert calls.create(**given).pk
        return
    with pytest.raises(Refused) as refused:
        calls.create(**given)
    assert code in codes(refused)


def test_where_no_closure_is_known_no_campaign_is_made() -> None:
    with pytest.raises(Refused, match="d’après le calendrier"):
        Calls().create(commune=make_commune())


# --- who may


def test_only_the_pilot_makes_a_campaign_and_only_those_who_may_see_a_household_call_it() -> None:
    calls, other = Calls(), Line()
    with pytest.raises(PermissionDenied):
        services.create_campaign(
            actor=calls.copper.worker, title="x", closes_by=calls.closes, script=SAID,
            commune=calls.copper.circle.commune,
        )  # fmt: skip
    campaign = calls.create()
    target = calls.target(calls.copper, campaign)
    for stranger in (other.worker, other.adviser, other.agent):
        assert not CampaignHousehold.objects.visible_to(stranger).exists()
        assert not CopperCampaign.objects.visible_to(stranger).exists()
        with pytest.raises(Unknown):
            services.note_call(actor=stranger, target=target, result=CallResult.REACHED)
        assert acting(stranger).get(reverse("connectivity:call_note", args=[target.pk])).status_code in (403, 404)
        assert acting(stranger).get(reverse("connectivity:campaign_detail", args=[campaign.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        services.note_call(actor=calls.copper.pilot, target=target, result=CallResult.REACHED)
    for caller in (calls.copper.worker, calls.copper.adviser):
        assert services.note_call(actor=caller, target=target, result=CallResult.REACHED).caller == caller


def test_a_caller_counts_his_own_households_and_the_pilot_all_without_a_name() -> None:
    calls = Calls()
    campaign = calls.create()
    assert CampaignHousehold.objects.visible_to(calls.copper.pilot).figures()["listed"] == campaign.households.count()
    page = read(acting(calls.copper.pilot), reverse("connectivity:campaign_detail", args=[campaign.pk]))
    assert household_of(calls.copper).last_name not in page
    assert SAID in page
    page = read(acting(calls.copper.worker), reverse("connectivity:campaign_detail", args=[campaign.pk]))
    assert household_of(calls.copper).last_name in page
    assert "Changer le texte" not in page


# --- the calls


def test_each_call_is_kept_the_last_one_says_what_is_next() -> None:
    calls = Calls()
    campaign = calls.create()
    target, worker = calls.target(calls.copper, campaign), calls.copper.worker
    tomorrow = calls.day + timedelta(days=1)
    services.note_call(actor=worker, target=target, result=CallResult.CALL_BACK, next_on=tomorrow, note="Après 18 h.")
    target.refresh_from_db()
    assert (target.result, target.next_on, target.calls) == (CallResult.CALL_BACK, tomorrow, 1)
    mine = CampaignHousehold.objects.filter(pk=target.pk)
    assert not mine.due(calls.day).exists()
    assert mine.due(tomorrow).exists()
    services.note_call(actor=worker, target=target, result=CallResult.REACHED)
    target.refresh_from_db()
    assert (target.result, target.next_on, target.calls) == (CallResult.REACHED, None, 2)
    assert not mine.to_call().exists()
    assert [one.result for one in target.made.all()] == [CallResult.REACHED, CallResult.CALL_BACK]


@pytest.mark.parametrize(
    ("result", "ahead", "code"),
    [
        ("", None, "result"),
        ("sang", None, "result"),
        (CallResult.CALL_BACK, None, "next_on"),
        (CallResult.CALL_BACK, -1, "next_on"),
        (CallResult.NO_ANSWER, 4000, "next_on"),
        (CallResult.REFUSES, 1, "next_on"),
    ],
)
def test_a_call_has_its_result_and_its_next_day(result: str, ahead: int | None, code: str) -> None:
    calls = Calls()
    target = calls.target(calls.copper, calls.create())
    next_on = None if ahead is None else calls.day + timedelta(days=ahead)
    with pytest.raises(Refused) as refused:
        services.note_call(actor=calls.copper.worker, target=target, result=result, next_on=next_on)
    assert codes(refused) == {code}
    assert not CampaignCall.objects.exists()


def test_a_call_keeps_the_words_of_its_time() -> None:
    calls = Calls()
    campaign = calls.create()
    first = campaign.scripts.get()
    target, worker = calls.target(calls.copper, campaign), calls.copper.worker
    services.note_call(actor=worker, target=target, result=CallResult.NO_ANSWER)
    second = services.write_script(actor=calls.copper.pilot, campaign=campaign, script="Autre texte.")
    services.note_call(actor=worker, target=target, result=CallResult.REACHED)
    assert [one.script for one in target.made.order_by("pk")] == [first, second]
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignScript.objects.update(words="Récrit")


def test_the_figures_count_what_calls_gave_and_the_lines_asked_for_since() -> None:
    calls = Calls()
    campaign = calls.create()
    new = Line(circle=calls.copper.circle)
    assert new.need
    services.join_households(actor=calls.copper.pilot, campaign=campaign)
    services.note_call(
        actor=calls.copper.worker, target=calls.target(calls.copper, campaign), result=CallResult.REFUSES
    )
    services.note_call(actor=calls.copper.worker, target=calls.target(new, campaign), result=CallResult.REACHED)
    new.proposed(current_line=CurrentLine.COPPER)
    figures = campaign.households.figures()
    told = {name: figures[name] for name in ("listed", "to_call", "orders", "reached", "refuses", "no_answer")}
    assert told == {"listed": 3, "to_call": 1, "orders": 1, "reached": 1, "refuses": 1, "no_answer": 0}


def test_a_campaign_that_is_over_is_read_and_not_written() -> None:
    calls = Calls()
    campaign = calls.create()
    target, pilot = calls.target(calls.copper, campaign), calls.copper.pilot
    services.end_campaign(actor=pilot, campaign=campaign)
    for act in (
        lambda: services.end_campaign(actor=pilot, campaign=campaign),
        lambda: services.join_households(actor=pilot, campaign=campaign),
        lambda: services.write_script(actor=pilot, campaign=campaign, script="x"),
        lambda: services.note_call(actor=calls.copper.worker, target=target, result=CallResult.REACHED),
        lambda: services.take_call(actor=calls.copper.worker, target=target),
    ):
        with pytest.raises(Refused, match="terminée"):
            act()
    assert not campaign.households.to_call().exists()


def test_no_social_security_number_is_written_and_the_notes_go_with_the_household() -> None:
    calls = Calls()
    for given in ({"title": NIR}, {"script": f"Dites {NIR}"}):
        with pytest.raises(ValidationError, match="sécurité sociale"):
            calls.create(**given)
    campaign = calls.create()
    target, worker = calls.target(calls.copper, campaign), calls.copper.worker
    with pytest.raises(ValidationError, match="sécurité sociale"):
        services.note_call(actor=worker, target=target, result=CallResult.REACHED, note=NIR)
    services.note_call(actor=worker, target=target, result=CallResult.REFUSES, note="Il part chez sa sœur.")
    forget_household(household=target.household_id, at=timezone.now())
    assert CampaignCall.objects.get().note == ""
    assert campaign.households.figures()["refuses"] == 1


# --- the pages


def test_a_campaign_is_made_called_and_followed_by_the_pages() -> None:
    calls = Calls()
    pilot, worker = acting(calls.copper.pilot), acting(calls.copper.worker)
    create = reverse("connectivity:campaign_create")
    assert worker.get(create).status_code == 403
    assert "Écrivez ce que les appelants disent" in answered(pilot, create, title="Lot 3", script="")
    data = {
        "title": "Lot 3", "epci": calls.copper.circle.commune.epci_id, "closes_by": calls.closes, "script": SAID,
        "with_unknown": "on",
    }  # fmt: skip
    made = pilot.post(create, data)
    assert made.status_code == 302, made.content.decode()
    campaign = CopperCampaign.objects.get()
    assert "Lot 3" in read(worker, reverse("connectivity:campaign_list"))

    target = calls.target(calls.copper, campaign)
    assert "Foyers à appeler avant la fin du cuivre" in read(worker, reverse("desk:home"))
    url = reverse("connectivity:call_note", args=[target.pk])
    page = read(worker, url)
    assert SAID in page
    assert HouseholdAccess.objects.filter(household=target.household, what="call_note").exists()
    assert "Donnez le jour où rappeler" in answered(worker, url, result="call_back", note="À midi.")
    assert worker.post(url, {"result": "no_answer", "note": "À midi."}).status_code == 302
    assert "À midi." in read(worker, url)
    adviser = acting(calls.copper.adviser)
    assert "C’est moi qui l’appelle" in read(adviser, url)
    adviser.post(reverse("connectivity:call_take", args=[target.pk]))
    target.refresh_from_db()
    assert target.caller == calls.copper.adviser
    for name in ("campaign_join", "campaign_end"):
        assert worker.post(reverse(f"connectivity:{name}", args=[campaign.pk])).status_code == 403
        assert pilot.post(reverse(f"connectivity:{name}", args=[campaign.pk])).status_code == 302
    assert "Cette campagne est terminée" in read(worker, url)
