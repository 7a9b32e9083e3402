"""Appointments given up while what they are for stays put aside: somebody calls about another hour."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from desk.todo.appointments import appointment_blocks
from desk.todo.blocks import first_of
from distribution.appointments import CHOSEN_HERE, CHOSEN_THERE, FREE, TO_PAY
from distribution.enums import AppointmentState, ClosureReason
from distribution.models import Appointment
from distribution.services.appointments import cancel_appointment, move_appointment, slots_for
from distribution.services.openings import close_days
from lifecycle import gate
from prescriptions.enums import ContactChannel, NeedKind, NeedUse, SheetLanguage
from prescriptions.models import SheetTranslation
from prescriptions.saying import plain
from prescriptions.telling import telling_of
from refurb.models import Device
from tests.distribution.appointment_pages import booking, kept, opened_page, own, page_of
from tests.distribution.hours import booked, opened
from tests.distribution.shelves import Shelf
from tests.given import load_reference
from tests.pages import acting, read
from tests.prescriptions.files import accepted_prescription, again
from typography.french import euros, full_day, hour

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_tried")]


def to_call(shelf: Shelf) -> int:
    return first_of(appointment_blocks(shelf.adviser, timezone.now())[1]).count


def test_a_household_that_gives_its_hour_up_alone_is_called_until_another_is_fixed(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device, known=True)
    client, page = opened_page(own(device))
    assert to_call(shelf) == 0
    client.post(f"{own(device)}rendez-vous/", kept(page) | {"act": "cancel_sure"})
    assert to_call(shelf) == 1
    assert "annulé, proposez une autre heure" in read(acting(shelf.adviser), reverse("desk:home"))
    page = read(acting(shelf.adviser), page_of(made))
    assert "convenez d’une autre heure" in page
    assert booking(device) in page
    booked(shelf, device, known=True)
    assert to_call(shelf) == 0
    assert "convenez d’une autre heure" not in read(acting(shelf.adviser), page_of(made))


def test_nobody_is_called_about_an_hour_for_what_is_put_aside_no_more(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    cancel_appointment(actor=shelf.adviser, appointment=made, reason="household", known=True)
    assert Appointment.objects.to_rebook().get() == made
    gate.apply(device, "release", actor=shelf.adviser)
    assert to_call(shelf) == 0


def test_a_household_is_asked_again_before_its_hour_is_given_up_and_may_keep_it(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    assert made.starts_at is not None
    client, page = opened_page(own(device))
    ask = f"{own(device)}rendez-vous/"
    asked = client.post(ask, kept(page) | {"act": "cancel"}).content.decode()
    assert f"Annuler votre rendez-vous du {full_day(made.starts_at)} à {hour(made.starts_at)}\u00a0?" in asked
    assert 'value="cancel_sure"' in asked
    held = client.post(ask, kept(asked) | {"act": "keep"}).content.decode()
    assert 'value="cancel_sure"' not in held
    assert again(made).state == AppointmentState.BOOKED
    told = client.post(ask, kept(asked) | {"act": "cancel_sure"}).content.decode()
    assert "Votre rendez-vous est annulé" in told
    assert again(made).state == AppointmentState.CANCELLED


@pytest.mark.parametrize("act", ["cancel", "cancel_sure"])
def test_an_hour_that_was_moved_in_another_tab_is_not_given_up_by_the_page_that_shows_the_former_one(
    shelf: Shelf, device: Device, act: str
) -> None:
    made = booked(shelf, device, known=True)
    url = own(device)
    client, page = opened_page(url)
    later = slots_for(device, actor=shelf.adviser, after=made.starts_at, most=1)[0].starts_at
    move_appointment(actor=shelf.adviser, appointment=made, starts_at=later, known=True)
    told = client.post(f"{url}rendez-vous/", kept(page) | {"act": act}).content.decode()
    assert "L’heure de votre rendez-vous a changé" in told
    assert 'value="cancel_sure"' not in told
    assert again(made).state == AppointmentState.BOOKED


@pytest.mark.parametrize(
    ("channel", "said"),
    [(ContactChannel.SMS, "on vous appelle"), (ContactChannel.WORKER, "votre travailleur social vous le dit")],
)
def test_once_its_hour_is_given_up_a_household_is_told_of_the_call_that_is_made_and_of_no_sms(
    shelf: Shelf, channel: ContactChannel, said: str
) -> None:
    opened(shelf)
    device = shelf.reserved(need=shelf.need(phone="06 99 44 55 66", contact_channel=channel))
    booked(shelf, device, known=True)
    client, page = opened_page(own(device))
    for told in (
        client.post(f"{own(device)}rendez-vous/", kept(page) | {"act": "cancel_sure"}).content.decode(),
        opened_page(own(device))[1],
    ):
        assert f"choisissez plus bas. Sinon, {said}." in told
        assert "SMS" not in told
    assert to_call(shelf) == 1, "what is promised is done by somebody"


def test_until_it_has_chosen_a_household_is_asked_to_before_it_is_told_of_any_message(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved(need=shelf.need(phone="06 99 44 55 66", contact_channel=ContactChannel.SMS))
    page = opened_page(own(device))[1]
    assert "choisissez plus bas. Sinon, on vous envoie un SMS." in page
    assert "choisissez sur votre page" not in page, "it is on it"
    booked(shelf, device, known=True)
    assert "choisissez plus bas" not in opened_page(own(device))[1]


@pytest.mark.parametrize("is_free", [False, True])
def test_before_it_chooses_a_household_reads_where_it_goes_what_it_brings_and_what_it_pays(
    shelf: Shelf, *, is_free: bool
) -> None:
    opened(shelf)
    device = shelf.available()
    assert device.price is not None
    device = shelf.reserved(device, **({"co_funding": device.price, "funder": shelf.funder} if is_free else {}))
    said = FREE if is_free else TO_PAY.format(amount=euros(device.price))
    page = opened_page(own(device))[1]
    asked = page.index("Choisissez une heure, à")
    for told in (shelf.point.place, "Apportez", "une pièce d’identité", said):
        assert told in page[:asked], told


def test_where_no_hour_is_free_nobody_is_sent_to_choose_below(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved(need=shelf.need(contact_channel=ContactChannel.PHONE))
    page_with_hours = opened_page(own(device))[1]
    assert "choisissez plus bas" in page_with_hours
    close_days(
        actor=shelf.pilot,
        point=shelf.point,
        first_day=timezone.localdate(),
        last_day=timezone.localdate() + timedelta(days=60),
        reason=ClosureReason.LEAVE,
    )
    page = opened_page(own(device))[1]
    assert "Aucune heure n’est libre pour l’instant." in page
    assert "Pour le jour et l’heure, on vous appelle." in page
    assert "plus bas" not in page
    assert "sur votre page" not in page


@pytest.mark.parametrize("language", SheetLanguage)
def test_it_is_told_so_in_its_language(language: SheetLanguage) -> None:
    load_reference("prescriptions")
    texts = SheetTranslation.objects.texts_on(language, timezone.localdate())
    assert {plain(said) for said in (CHOSEN_THERE, CHOSEN_HERE, TO_PAY, FREE)} <= {plain(french) for french in texts}


@pytest.mark.parametrize("known", [False, True])
def test_who_has_a_device_put_aside_and_waits_for_another_is_not_told_to_keep_away_from_the_point(
    shelf: Shelf, *, known: bool
) -> None:
    opened(shelf)
    two = ((NeedKind.COMPUTER, NeedUse.WORK), (NeedKind.COMPUTER, NeedUse.STUDIES))
    places = {"commune": shelf.commune, "prescriber": shelf.prescriber, "distributor": shelf.distributor}
    asked = accepted_prescription(needs=two, **places)
    assert "N’allez pas au point de distribution avant." in " ".join(telling_of(asked).sentences)
    device = shelf.reserved(need=asked.needs.order_by("pk")[0])
    if known:
        booked(shelf, device, known=True)

    for told in (" ".join(telling_of(again(asked)).sentences), opened_page(own(device))[1]):
        assert "Un appareil est mis de côté pour vous." in told
        assert "Dès qu’il y a pour vous un autre appareil, " in told
        assert "Pour l’autre appareil, n’allez pas au point de distribution avant." in told
        assert "pour vous un appareil" not in told
        assert "N’allez pas" not in told
