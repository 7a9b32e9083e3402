"""What is foreseen of the clock is what it then does, and foreseeing does nothing."""

from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from lifecycle.clock import run_clock
from network.enums import Role
from prescriptions.enums import Fate, HouseholdState
from prescriptions.foreseen import count_foreseen, foreseen
from prescriptions.models import Household, HouseholdEntry
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.prescriptions.files import PARIS, Circle
from tests.prescriptions.rights import Desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]

AFTER = {
    Fate.ARCHIVED.value: HouseholdState.ARCHIVED,
    Fate.ERASED.value: HouseholdState.ANONYMISED,
    Fate.SWEPT.value: HouseholdState.ANONYMISED,
}


def states() -> dict[int, str]:
    return dict(Household.objects.values_list("pk", "state"))


def told(at: datetime, until: date | None = None) -> dict[int, str]:
    return dict(foreseen(at, until).values_list("pk", "fate"))


def test_night_after_night_the_clock_does_what_was_foreseen_of_it_and_nothing_else() -> None:
    circle = Circle(at=datetime(2024, 1, 10, 10, tzinfo=PARIS))
    for _ in range(3):
        circle.household()
        circle.draft()
        circle.submitted()
        circle.later(days=40)
    Desk(circle).asked(household=circle.household())
    met, at = set[str](), circle.later(days=1)
    while at < datetime(2027, 12, 31, tzinfo=PARIS):
        before, expected = states(), told(at)
        moved = HouseholdEntry.objects.count()
        assert count_foreseen(at, [None]) == [
            {fate.value: sum(one == fate for one in expected.values()) for fate in Fate}
        ]
        assert (states(), HouseholdEntry.objects.count()) == (before, moved), "foreseeing writes nothing"
        run_clock(at=at)
        assert states() == before | {pk: AFTER[fate] for pk, fate in expected.items()}, at
        met |= set(expected.values())
        at += timedelta(days=13)
    assert met == set(Fate.values)


def test_the_months_to_come_count_what_is_planned_and_not_what_waits_for_an_answer() -> None:
    circle = Circle(at=datetime(2026, 1, 10, 10, tzinfo=PARIS))
    quiet, asking = circle.household(), circle.household()
    Desk(circle).asked(household=asking)
    now = circle.later(days=1)
    assert told(now) == {}
    assert told(now, date(2028, 1, 9)) == {}
    assert told(now, date(2028, 1, 11)) == {quiet.pk: Fate.ARCHIVED}


def test_the_command_counts_and_does_nothing() -> None:
    circle = Circle(at=datetime(2024, 1, 10, 10, tzinfo=PARIS))
    circle.household()
    out = StringIO()
    call_command("run_clock", "--at", "2026-06-01T03:00", "--foresee", stdout=out)
    assert "household.archive\u00a0: 1 à faire" in out.getvalue()
    assert set(states().values()) == {HouseholdState.OPEN}


def test_the_officer_and_the_pilot_read_it_without_a_name_and_nobody_else_does() -> None:
    circle = Circle(at=datetime(2024, 1, 10, 10, tzinfo=PARIS))
    quiet = circle.household(last_name="Inaperçue")
    for actor in (Desk(circle).officer, circle.pilot):
        page = read(acting(actor), "/droits/effacements/", tous="1")
        assert quiet.reference in page
        assert "Inaperçue" not in page
        assert quiet.reference in read(acting(actor), "/droits/effacements/", within="12")
    for actor in (circle.worker, circle.adviser, make_membership(Role.OBSERVER, "departement")):
        assert acting(actor).get("/droits/effacements/").status_code == 403
