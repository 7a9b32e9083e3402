"""A household asks to be erased: the pilot does it at once, unless something still binds us to it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.verification import Fault, verify_comments, verify_journal
from prescriptions.enums import ErasureChannel, HouseholdState, PrescriptionState
from prescriptions.models import Household, Reminder
from prescriptions.services.households import edit_household
from tests.network.factories import make_membership
from tests.prescriptions.files import PARIS, Circle, again
from tests.prescriptions.pages import acting, answered, done, page_of, read
from tests.prescriptions.test_forgetting import LAST, figures, known, traces

pytestmark = pytest.mark.django_db


def erase(circle: Circle, household: Household, **changes: Any) -> Household:
    given = {"received_on": timezone.localdate(circle.at), "channel": ErasureChannel.LETTER.value} | changes
    return gate.apply(household, "erase_on_request", actor=circle.pilot, at=circle.at, **given)


def refusals(circle: Circle, household: Household, **changes: Any) -> set[str]:
    with pytest.raises(Refused) as refused:
        erase(circle, household, **changes)
    return {reason.code for reason in refused.value.all}


@pytest.mark.usefixtures("named_in_comments")
def test_nothing_of_it_is_left_at_once_but_figures_and_the_journal_holds() -> None:
    circle = Circle(at=datetime(2026, 3, 2, 10, tzinfo=PARIS))
    assert circle.adviser
    household = known(circle)
    counted = figures()

    erase(circle, household)

    assert again(household).state == HouseholdState.ANONYMISED
    assert list(traces()) == []
    assert figures() == counted
    asked, archived, anonymised = household.journal.order_by("-seq")[:3][::-1]
    assert (asked.verb, archived.verb, anonymised.verb) == ("erase_on_request", "archive", "anonymise")
    assert asked.values == {"received_on": "2026-03-02", "channel": "letter"}
    assert {archived.cause_machine, anonymised.cause_machine} == {"household"}
    assert not Reminder.objects.planned().exists()
    faults: list[Fault] = []
    verify_journal(Household, faults.append)
    verify_comments(faults.append)
    assert faults == []


def test_an_archived_file_is_erased_before_its_day_and_a_draft_ends_with_it() -> None:
    circle = Circle()
    draft = circle.draft()
    erase(circle, draft.household)
    assert again(draft).state == PrescriptionState.WITHDRAWN
    assert refusals(circle, again(draft.household)) == {"state"}
    with pytest.raises(Refused, match="s’il est effacé, ouvrez-en un autre"):
        edit_household(actor=circle.worker, household=draft.household, last_name="Revenu")


def test_a_live_prescription_holds_the_request_back_and_says_who_ends_it() -> None:
    circle = Circle()
    household = circle.submitted().household
    assert refusals(circle, household) == {"no_live_file"}
    page = read(acting(circle.pilot), page_of(household, "household_erase_on_request"))
    assert "elle est à abandonner d’abord, ou chacun de ses besoins." in page
    assert "Peut y remédier\u00a0: le travailleur social du foyer" in page


def test_the_request_has_its_day_and_its_channel() -> None:
    circle = Circle()
    household = circle.household()
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert refusals(circle, household, received_on=None, channel="") == {"received_on", "channel"}
    assert refusals(circle, household, received_on=tomorrow, channel="pigeon") == {"received_on", "channel"}
    assert again(household).state == HouseholdState.OPEN


def test_the_pilot_alone_erases() -> None:
    circle = Circle()
    household = circle.submitted().household
    for member in (circle.worker, circle.manager, circle.adviser):
        assert acting(member).get(page_of(household, "household_erase_on_request")).status_code == 403
        with pytest.raises(PermissionDenied):
            gate.apply(
                household,
                "erase_on_request",
                actor=member,
                received_on=date(2026, 1, 1),
                channel=ErasureChannel.PLACE.value,
            )
    operator = acting(make_membership("agent", "operator"))
    assert operator.get(page_of(household, "household_erase_on_request")).status_code == 404


def test_the_page_says_what_goes_and_what_stays_and_the_prescriber_is_told_by_the_reference_alone() -> None:
    circle = Circle()
    household = circle.household(last_name=LAST, first_name="Zélie")
    other = circle.household(last_name="Autre")
    client, url = acting(circle.pilot), page_of(household, "household_erase_on_request")

    page = read(client, url)
    assert "Ce qui s’efface, pour toujours" in page
    assert "Ce qui reste, sans son nom" in page
    assert "Cela ne se défait pas." in page
    assert other.reference not in page
    assert "Dites par où la demande du foyer est arrivée." in answered(client, url, received_on="2026-01-05")
    assert url in read(client, page_of(household, "household_detail"))
    assert url not in read(acting(circle.worker), page_of(household, "household_detail"))

    done(client, url, received_on="2026-01-05", channel="email")

    assert "Foyer effacé" in read(client, page_of(household, "household_detail"))
    mail = Mail.objects.get(about_machine="household", about_pk=household.pk)
    assert household.reference in mail.subject
    assert LAST not in mail.subject + mail.body
    assert circle.worker.user.email in mail.to


def test_a_worker_reads_how_a_household_asks_until_it_is_erased() -> None:
    circle = Circle()
    household = circle.household()
    client, url = acting(circle.worker), page_of(household, "household_detail")
    assert "Ce foyer veut lire, corriger ou effacer" in read(client, url)
    erase(circle, household)
    assert "Ce foyer veut lire, corriger ou effacer" not in read(client, url)
