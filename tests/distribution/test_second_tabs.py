"""A page left open in a second tab: what was done in the first is told, nothing is undone unseen, and it is asked."""

from datetime import datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.urls import reverse
from django.utils import timezone

from distribution.enums import AppointmentState, HandOverProof
from distribution.models import Appointment
from distribution.services.appointments import cancel_appointment, move_appointment, slots_for
from distribution.services.hand_overs import prepare_exchange, prepare_hand_over
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import DeviceState
from refurb.models import Device
from tests.distribution.appointment_pages import kept, opened_page, own, page_of
from tests.distribution.hours import booked
from tests.distribution.shelves import Shelf
from tests.pages import acting, answered, boxes, boxes_of, done
from tests.prescriptions.files import again
from typography.french import euros, full_day, hour

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_tried")]


def hours_of(shelf: Shelf, device: Device) -> list[str]:
    return [slot.starts_at.isoformat() for slot in slots_for(device, actor=shelf.adviser)][-4:]


# --- the household


def test_a_household_that_took_an_hour_in_one_tab_is_asked_before_the_other_tab_moves_it(
    shelf: Shelf, device: Device
) -> None:
    url, (first, second, *_) = own(device), hours_of(shelf, device)
    client, one_tab = opened_page(url)
    _, other_tab = opened_page(url)
    client.post(f"{url}rendez-vous/", kept(one_tab) | {"act": "book", "starts_at": first})
    made = Appointment.objects.get()

    asked = client.post(f"{url}rendez-vous/", kept(other_tab) | {"act": "book", "starts_at": second})
    page = asked.content.decode()
    assert made.starts_at == again(made).starts_at, "it was moved unseen"
    assert "Un rendez-vous est déjà pris" in page
    assert "Prendre cette heure à la place" in page
    assert f'value="{second}" id="h-{made.need.reference}-1" checked' in page

    client.post(f"{url}rendez-vous/", kept(page) | {"act": "book", "starts_at": second})
    assert again(made).starts_at == datetime.fromisoformat(second)


def test_the_same_hour_taken_twice_is_taken_once_and_told_again(shelf: Shelf, device: Device) -> None:
    url, hours = own(device), hours_of(shelf, device)
    client, page = opened_page(url)
    for _ in range(2):
        told = client.post(f"{url}rendez-vous/", kept(page) | {"act": "book", "starts_at": hours[0]}).content.decode()
        assert "C’est noté" in told
    assert [entry.verb for entry in Appointment.objects.get().journal.all()] == ["book"]


def test_the_page_of_another_hour_books_nothing_once_its_appointment_was_given_up_elsewhere(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device, known=True)
    url, hours = own(device), hours_of(shelf, device)
    client, page = opened_page(url)
    choosing = client.post(f"{url}rendez-vous/", kept(page) | {"act": "move"}).content.decode()
    cancel_appointment(actor=shelf.adviser, appointment=made, reason="household", known=True)
    told = client.post(f"{url}rendez-vous/", kept(choosing) | {"act": "book", "starts_at": hours[0]}).content.decode()
    assert "Ce rendez-vous est annulé" in told
    assert not Appointment.objects.booked().exists()


# --- the counter


@pytest.mark.parametrize("verb", ["move", "cancel"])
def test_an_appointment_that_was_moved_in_another_tab_is_neither_moved_nor_given_up_unseen(
    shelf: Shelf, device: Device, verb: str
) -> None:
    made, client = booked(shelf, device), acting(shelf.adviser)
    first, second, *_ = hours_of(shelf, device)
    typed = {"move": {"starts_at": [second]}, "cancel": {"reason": "household", "comment": "Rappelle demain."}}[verb]
    tab = boxes(client, page_of(made, verb)) | typed
    hour_there = datetime.fromisoformat(first)
    moved = move_appointment(actor=shelf.adviser, appointment=made, starts_at=hour_there)

    asked = answered(client, page_of(made, verb), **tab)
    assert f"il est maintenant le {full_day(hour_there)} à {hour(hour_there)}" in asked
    assert again(made).starts_at == moved.starts_at
    assert again(made).state == AppointmentState.BOOKED
    assert {name: boxes_of(asked)[name] for name in typed} == typed, "nothing typed is lost"

    done(client, page_of(made, verb), **boxes_of(asked))
    after = again(made)
    assert (after.state == AppointmentState.CANCELLED) is (verb == "cancel")
    assert (after.starts_at != moved.starts_at) is (verb == "move")


@pytest.mark.parametrize("verb", ["tell", "remind"])
def test_what_is_noted_of_a_household_is_noted_of_the_hour_that_the_page_has_shown(
    shelf: Shelf, device: Device, verb: str
) -> None:
    known = verb == "remind"
    made, client = booked(shelf, device, known=known), acting(shelf.adviser)
    tab = boxes(client, page_of(made, verb)) | {"comment": "Appelée ce matin."}
    hour_there = datetime.fromisoformat(hours_of(shelf, device)[0])
    move_appointment(actor=shelf.adviser, appointment=made, starts_at=hour_there, known=known)

    asked = answered(client, page_of(made, verb), **tab)
    assert f"il est maintenant le {full_day(hour_there)} à {hour(hour_there)}" in asked
    assert not made.journal.filter(verb=verb).exists(), "it was told another hour"

    done(client, page_of(made, verb), **boxes_of(asked))
    assert made.journal.filter(verb=verb).exists()


def test_a_household_that_was_told_an_hour_is_not_noted_to_know_that_it_is_cancelled(
    shelf: Shelf, device: Device
) -> None:
    made, client = booked(shelf, device), acting(shelf.adviser)
    tab = boxes(client, page_of(made, "tell"))
    read_at = made.starts_at
    cancel_appointment(actor=shelf.adviser, appointment=made, reason="point")

    asked = answered(client, page_of(made, "tell"), **tab)
    assert "Le foyer sait-il que c’est annulé" in asked
    assert again(made).told_at is None
    with pytest.raises(Refused, match="annulé entre-temps"):
        gate.apply(again(made), "tell", actor=shelf.adviser, shown_at=read_at, shown_state=AppointmentState.BOOKED)


def test_a_point_confirms_no_hour_but_the_one_that_it_has_read(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    client, read_at = acting(shelf.adviser), made.starts_at
    assert "shown" in boxes(client, page_of(made, "tell"))
    move_appointment(
        actor=shelf.adviser, appointment=made, starts_at=datetime.fromisoformat(hours_of(shelf, device)[0]), known=True
    )
    for verb in ("keep", "remind", "tell"):
        with pytest.raises(Refused) as refused:
            gate.apply(again(made), verb, actor=shelf.adviser, shown_at=read_at)
        assert "same_hour" in {reason.code for reason in refused.value.all}, verb


def test_a_note_prepared_again_in_another_tab_is_not_signed_by_the_page_that_shows_the_former_one(shelf: Shelf) -> None:
    device, client = shelf.reserved(), acting(shelf.adviser)
    url = reverse("distribution:device_hand_over", args=[device.reference])
    typed = {"proof": HandOverProof.ATTESTED.value, "attested": "on", "comment": "Vient avec sa sœur."}
    tab = boxes(client, url) | typed
    prepare_hand_over(actor=shelf.adviser, device=device, price=Decimal(12), at=timezone.now())

    asked = answered(client, url, **tab)
    assert f"le foyer paie {euros(Decimal(12))}" in asked
    assert again(device).state == DeviceState.RESERVED
    assert "attested" not in boxes_of(asked), "what was signed was another paper"
    assert boxes_of(asked)["comment"] == typed["comment"]

    done(client, url, **boxes_of(asked) | {"attested": "on"})
    assert again(device).state == DeviceState.HANDED_OVER


def test_an_exchange_whose_return_was_undone_in_another_tab_is_said_to_take_no_place(shelf: Shelf) -> None:
    back, other, client = shelf.returned(), shelf.available(), acting(shelf.adviser)
    prepare_exchange(actor=shelf.adviser, device=other, replaces=back)
    url = reverse("distribution:device_exchange", args=[other.reference])
    tab = boxes(client, url) | {"proof": HandOverProof.ATTESTED.value, "attested": "on"}
    gate.apply(back, "undo_take_back", actor=shelf.adviser, reason="wrong_device")

    page = answered(client, url, **tab)
    assert "Rien n’est enregistré" in page
    assert f"L’échange préparé avec cet appareil n’a plus lieu\u00a0: le retour de {back} a été annulé." in page
    assert again(other).state == DeviceState.AVAILABLE

    later = timezone.now() + timedelta(days=1)
    with patch("django.utils.timezone.now", lambda: later):
        assert "n’a plus lieu" not in answered(acting(shelf.adviser), url, **tab), (
            "the next day it is no answer to anybody"
        )


def test_what_was_handed_over_in_another_tab_is_said_to_be_and_not_handed_over_twice(shelf: Shelf) -> None:
    device, client = shelf.reserved(), acting(shelf.adviser)
    url = reverse("distribution:device_hand_over", args=[device.reference])
    tab, other = (boxes(client, url) | {"proof": HandOverProof.ATTESTED.value, "attested": "on"} for _ in range(2))
    done(client, url, **tab)
    again_there = client.post(url, other).content.decode()
    assert "Remis" in again_there
    assert again(device).journal.filter(verb="hand_over").count() == 1
