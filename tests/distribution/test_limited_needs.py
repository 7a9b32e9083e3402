"""A household whose file is kept aside (limitation) holds up nobody in the queue, and nobody is asked to serve it."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.urls import reverse
from django.utils import timezone

from distribution.models import Appointment
from distribution.services.appointments import cancel_appointment, move_appointment
from distribution.services.hand_overs import reserve_device
from documents.models import Mail, Sms
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from prescriptions.enums import ContactChannel, RightKind, ToldBy
from prescriptions.models import Household, Need, rank_of
from refurb.models import Device
from tests.distribution.appointment_pages import booking, kept, opened_page, own, page_of, past
from tests.distribution.hours import booked, need_of, next_hours, opened
from tests.distribution.shelves import Shelf
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.prescriptions.answers import ADDRESS, said_no
from tests.prescriptions.files import Circle, again
from tests.prescriptions.rights import Desk

pytestmark = pytest.mark.django_db


def _reserve(shelf: Shelf, device: Device, need: Need) -> Device:
    """With no reason why it passes before its turn."""
    return reserve_device(actor=shelf.adviser, device=device, need=need, price=Decimal(25))


def test_a_limited_need_keeps_its_rank_holds_up_nobody_and_is_offered_to_nobody(shelf: Shelf) -> None:
    first, second = shelf.need(), shelf.need()
    device = shelf.available()
    client, queue = acting(shelf.adviser), reverse("distribution:need_queue")
    household = first.prescription.household
    with pytest.raises(Refused, match="mieux placé"):
        _reserve(shelf, device, second)
    circle = Circle(prescriber=household.prescriber, distributor=shelf.distributor, commune=shelf.commune)
    desk = Desk(circle)
    desk.answer(desk.asked(RightKind.RESTRICTION, household))
    page = read(client, queue)
    assert "à garder sans s’en servir" in page
    assert household.name not in page.split("à garder sans s’en servir")[0].split("<main")[-1]
    todo = read(client, "/")
    assert household.name not in todo.split("Besoins à servir")[-1].split("<h2")[0]
    its_page = read(client, reverse("prescriptions:need_detail", args=[first.reference]))
    assert "À garder sans s’en servir" in its_page
    for offered in ("Choisir un appareil", "Demander une dérogation"):
        assert offered not in its_page, "what would be refused is not offered"
        assert offered in read(client, reverse("prescriptions:need_detail", args=[second.reference]))
    own, other = rank_of(first), rank_of(second)
    assert own is not None
    assert other is not None
    assert (own.place, other.place) == (1, 1)
    with pytest.raises(Refused, match="limitation"):
        _reserve(shelf, device, first)
    assert _reserve(shelf, device, second).need == second


def test_people_fix_and_move_no_hour_with_a_household_whose_data_are_limited(shelf: Shelf) -> None:
    opened(shelf)
    device, client = shelf.reserved(), acting(shelf.adviser)
    need, missed = need_of(device), past(shelf, device)
    gate.apply(missed, "miss", actor=shelf.adviser)
    held, other = shelf.reserved(), acting(shelf.adviser)
    theirs = booked(shelf, held, known=True)
    asked, page = booking(device), page_of(missed)
    assert "Fixer un autre rendez-vous" in read(client, page)
    for one in (need, theirs.need):
        household = one.prescription.household
        desk = Desk(Circle(prescriber=household.prescriber, distributor=shelf.distributor, commune=shelf.commune))
        desk.answer(desk.asked(RightKind.RESTRICTION, household))
    hour = next_hours(shelf, device)[-1].starts_at
    with pytest.raises(Refused, match="limitation"):
        booked(shelf, device, hour)
    with pytest.raises(Refused, match="limitation"):
        move_appointment(actor=shelf.adviser, appointment=theirs, starts_at=hour)
    told = read(client, page)
    for offered in ("Fixer un autre rendez-vous", "Libérer l’appareil"):
        assert offered not in told
    assert "limitation" in read(client, asked)
    assert 'name="starts_at"' not in read(client, asked)
    assert asked not in read(other, reverse("refurb:device_detail", args=[device.reference]))
    cancel_appointment(actor=shelf.adviser, appointment=theirs, reason="point")
    gate.apply(held, "release", actor=shelf.adviser)


def test_a_relay_learns_the_limitation_and_its_end_and_is_asked_nothing_it_may_not_do(shelf: Shelf) -> None:
    need, declined = shelf.need(), shelf.need()
    household = need.prescription.household
    elsewhere = make_membership(Role.ADVISER, OrganisationKind.RELAY)
    desk = Desk(Circle(prescriber=household.prescriber, distributor=shelf.distributor, commune=shelf.commune))
    told = Mail.objects.filter(to__contains=[shelf.relay.user.email])
    since = timezone.now() - timedelta(days=20)
    limited = desk.answer(desk.asked(RightKind.RESTRICTION, household, at=since), at=since)
    assert [mail.subject for mail in told if "que rien n’avance" in mail.subject]
    desk.do(limited, "announce_lifting", told_by=ToldBy.PHONE, at=timezone.now() - timedelta(days=8))
    desk.do(limited, "lift")
    assert told.filter(subject__contains="la limitation est levée").count() == 1
    assert not Mail.objects.filter(to__contains=[elsewhere.user.email]).exists()

    Household.objects.filter(pk=declined.prescription.household_id).update(email=ADDRESS)
    said_no(again(declined.prescription))
    queue = reverse("distribution:need_queue")
    assert "Le distributeur abandonne le besoin" in read(acting(shelf.relay), queue)
    assert "Abandonnez le besoin" in read(acting(shelf.adviser), queue)


def limited(shelf: Shelf, need: Need) -> None:
    household = need.prescription.household
    desk = Desk(Circle(prescriber=household.prescriber, distributor=shelf.distributor, commune=shelf.commune))
    desk.answer(desk.asked(RightKind.RESTRICTION, household))


@pytest.mark.usefixtures("nobody_tried")
def test_a_household_whose_file_is_limited_is_promised_no_call_and_books_only_once_told_what_it_agrees_to(
    shelf: Shelf, settings: LazySettings
) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    opened(shelf)
    need = shelf.need(phone="06 99 44 55 66", contact_channel=ContactChannel.SMS)
    device = shelf.reserved(need=need)
    url = own(device)
    client, before = opened_page(url)
    limited(shelf, need)
    chosen = {"act": "book", "starts_at": next_hours(shelf, device)[-1].starts_at.isoformat()}

    refused = client.post(f"{url}rendez-vous/", kept(before) | chosen).content.decode()
    assert "relisez cette page avant de prendre une heure" in refused
    assert not Appointment.objects.exists(), "it had not read what it agrees to"
    _, page = opened_page(url)
    for told in (refused, page):
        assert "tout est gardé comme c’est" in told
        assert "vous acceptez que ce qui est écrit sur vous serve à vous recevoir" in told
        assert "À faire" not in told
        for promised in ("on vous", "SMS"):
            assert promised not in told.split("<main")[-1].split("Qui appeler")[0], promised

    hours = re.findall(r'name="starts_at" value="([^"]+)"', page)
    done = client.post(f"{url}rendez-vous/", kept(page) | chosen | {"agreed": "1", "starts_at": hours[-1]})
    assert "C’est noté" in done.content.decode()
    assert Appointment.objects.booked().get().need == need
    assert not Sms.objects.filter(about_machine="appointment").exists(), "nothing leaves for it, as the page says"


@pytest.mark.usefixtures("nobody_tried")
def test_while_nothing_moves_no_page_asks_to_hand_over_says_a_day_or_hides_where_a_device_is(shelf: Shelf) -> None:
    opened(shelf)
    held, back = shelf.reserved(), shelf.returned(shelf.hand_over(shelf.reserved()))
    pages = {one.pk: reverse("refurb:device_detail", args=[one.reference]) for one in (held, back)}
    lists = [
        reverse("distribution:reservation_list"),
        reverse("prescriptions:need_detail", args=[need_of(held).reference]),
    ]
    client, day = acting(shelf.adviser), "jusqu’au"
    assert "remettez-le au foyer" in read(client, pages[held.pk])
    assert day in read(client, pages[held.pk])
    for one in (held, back):
        limited(shelf, need_of(one))

    page = read(client, pages[held.pk])
    assert "a demandé que rien n’avance" in page
    assert "ne l’appelez pas" in page
    assert "remettez-le au foyer" not in page
    assert "Réservé jusqu’au" not in page
    assert "Réservé jusqu’au" not in read(acting(shelf.technician), pages[held.pk])
    assert "à garder sans s’en servir" in read(client, lists[0])
    assert day not in read(client, lists[1])
    assert held.tag not in read(client, "/").split("Remises à faire")[-1].split("<h2")[0]

    assert "Votre appareil est gardé" not in opened_page(own(held))[1]
    told = opened_page(own(back))[1]
    assert "Votre appareil est rapporté" in told
    assert f"Pas de nouvelles\u00a0? Appelez {shelf.distributor}" in told
    assert "vous dit s’il est réparé" not in told
    shelf.repair(back)
    assert f"Il est réparé. Appelez {shelf.distributor}" in opened_page(own(back))[1]
