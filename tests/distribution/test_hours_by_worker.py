"""An hour for a household that its worker alone reaches: he has time to tell it, unless it knows it already."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from calendars.days import day_start
from calendars.working_days import add_working_days
from distribution.machine.appointment_rules import worker_tells
from distribution.models import Appointment
from distribution.services.appointments import move_appointment, slots_for
from lifecycle.exceptions import Refused
from prescriptions.enums import ContactChannel
from prescriptions.models import Household
from refurb.models import Device
from tests.distribution.appointment_pages import booking
from tests.distribution.hours import booked, need_of, next_hours, opened
from tests.distribution.shelves import Shelf
from tests.pages import acting, answered, done, read
from typography.french import full_day

pytestmark = pytest.mark.django_db
UNREACHABLE = {"contact_channel": ContactChannel.PHONE, "phone": "", "email": "", "address": ""}


def through_its_worker(shelf: Shelf, **person: object) -> Device:
    opened(shelf)
    device = shelf.reserved(need=shelf.need(contact_channel=ContactChannel.WORKER))
    Household.objects.filter(pk=need_of(device).prescription.household_id).update(**person)
    return device


def once_told(shelf: Shelf, device: Device) -> datetime:
    after = worker_tells(timezone.localdate()) - timedelta(microseconds=1)
    return slots_for(device, actor=shelf.adviser, after=after, most=1)[0].starts_at


def test_a_worker_has_two_working_days_to_tell_an_hour() -> None:
    today = timezone.localdate()
    assert worker_tells(today) == day_start(add_working_days(today, 2))


@pytest.mark.parametrize("person", [{}, UNREACHABLE])
def test_an_hour_sooner_than_its_worker_tells_it_is_refused_with_the_day_unless_the_household_knows_it(
    shelf: Shelf, person: dict[str, object]
) -> None:
    device = through_its_worker(shelf, **person)
    soon, later = next_hours(shelf, device, 2)
    with pytest.raises(Refused) as refused:
        booked(shelf, device, soon.starts_at)
    (reason,) = refused.value.all
    assert (reason.code, reason.field) == ("worker_tells", "starts_at")
    assert full_day(worker_tells(timezone.localdate())) in reason.sentence
    made = booked(shelf, device, soon.starts_at, known=True)
    with pytest.raises(Refused, match="travailleur social"):
        move_appointment(actor=shelf.adviser, appointment=made, starts_at=later.starts_at)
    moved = move_appointment(actor=shelf.adviser, appointment=made, starts_at=once_told(shelf, device))
    assert moved.told_at is None


def test_the_page_of_hours_begins_once_its_worker_has_told_and_shows_sooner_ones_to_whoever_asks(
    shelf: Shelf,
) -> None:
    device = through_its_worker(shelf)
    client, url = acting(shelf.adviser), booking(device)
    first, soon = once_told(shelf, device), next_hours(shelf, device)[0].starts_at
    page = read(client, url)
    assert "Ce foyer n’est joint que par son travailleur social" in page
    assert "un courriel demande à son travailleur social de la lui dire" in page
    assert f'value="{first.isoformat()}"' in page
    assert f'value="{soon.isoformat()}"' not in page
    assert f'value="{soon.isoformat()}"' in read(client, f"{url}?jour={timezone.localdate(soon)}")
    assert "ou cochez qu’il connaît cette heure" in answered(client, url, starts_at=soon.isoformat())
    done(client, url, starts_at=soon.isoformat(), known="on")
    assert Appointment.objects.get().told_at is not None
