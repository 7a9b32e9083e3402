"""Needs are served in their order: to serve one before its turn takes a reason, which is kept, told and counted."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from distribution.machine.order_rules import ahead_of
from distribution.services.hand_overs import reserve_device
from distribution.services.sessions import Call, reserve_devices
from lifecycle.exceptions import Refused
from lifecycle.machine import Context
from network.models import Membership
from prescriptions.enums import NeedKind, NeedUse, OrderReason
from prescriptions.models import Need, served_before_turn
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device
from tests.distribution.shelves import Shelf
from tests.network.factories import make_commune
from tests.pages import acting, read
from tests.prescriptions.answers import ADDRESS, said_no
from tests.prescriptions.files import again
from tests.refurb.devices import fresh

pytestmark = pytest.mark.django_db
S = DeviceState


def ahead(shelf: Shelf, device: Device, need: Need, actor: Membership | None = None) -> int:
    ctx = Context(timezone.now(), actor or shelf.adviser)
    return ahead_of(ctx, {device.pk: {"need": need.pk}})[device.pk]


def choose(need: Need) -> str:
    return reverse("distribution:need_choose", args=[need.reference])


# --- the rule


def test_without_a_reason_the_refusal_says_how_many_are_before(shelf: Shelf) -> None:
    device = shelf.available()
    first, second, third = (shelf.need() for _ in range(3))
    with pytest.raises(Refused, match="2\u00a0besoins mieux placés pourraient recevoir cet appareil"):
        reserve_device(actor=shelf.adviser, device=device, need=third)
    with pytest.raises(Refused, match="1\u00a0besoin mieux placé pourrait recevoir cet appareil"):
        reserve_device(actor=shelf.adviser, device=device, need=second)
    assert reserve_device(actor=shelf.adviser, device=device, need=first).state == S.RESERVED


def test_with_a_reason_it_is_a_value_of_the_journal_of_the_device_and_of_the_need(shelf: Shelf) -> None:
    device, _, second = shelf.available(), shelf.need(), shelf.need()
    reserved = shelf.reserve(device, second, out_of_order=OrderReason.EMERGENCY)
    assert reserved.journal.get(verb="reserve").values["out_of_order"] == "emergency"
    started = again(second).journal.get(verb="start")
    assert started.values == {"out_of_order": "emergency"}
    assert started.sentence() == "Pris en charge\u00a0: avant son tour, urgence sociale"


def test_in_its_turn_nothing_is_asked_nor_kept(shelf: Shelf) -> None:
    device, need = shelf.available(), shelf.need()
    assert shelf.need()
    with pytest.raises(Refused, match="laissez le motif vide"):
        shelf.reserve(device, need, out_of_order=OrderReason.EMERGENCY)
    assert "out_of_order" not in shelf.reserve(device, need).journal.get(verb="reserve").values
    assert again(need).journal.get(verb="start").sentence() == "Pris en charge"


def test_only_those_that_this_very_device_could_serve_are_before(shelf: Shelf) -> None:
    device = shelf.available()
    assert shelf.need(NeedKind.TABLET)
    assert shelf.need(commune=make_commune())
    declined = shelf.need(email=ADDRESS)
    need = shelf.need()
    assert ahead(shelf, device, need) == 1
    said_no(declined.prescription)
    assert ahead(shelf, device, need) == 0
    assert ahead(shelf, shelf.available(DeviceType.DESKTOP), need) == 0


def test_one_of_another_territory_is_before_once_a_derogation_lets_it_be_served(shelf: Shelf) -> None:
    device, far, need = shelf.available(), shelf.need(commune=make_commune()), shelf.need()
    assert ahead(shelf, device, need) == 0
    shelf.derogate(far)
    assert ahead(shelf, device, need) == 1


def test_a_use_that_counts_more_is_before_an_older_need(shelf: Shelf) -> None:
    device, older, newer = shelf.available(), shelf.need(use=NeedUse.SOCIAL), shelf.need(use=NeedUse.STUDIES)
    assert (ahead(shelf, device, older), ahead(shelf, device, newer)) == (1, 0)


def test_a_relay_is_asked_about_the_needs_that_it_sees(shelf: Shelf) -> None:
    device = shelf.available(point=shelf.relay_point)
    elsewhere, here = shelf.need(commune=make_commune(epci=shelf.epci)), shelf.need()
    assert elsewhere.epci_id == here.epci_id
    assert ahead(shelf, device, here, shelf.relay) == 0
    assert ahead(shelf, device, here) == 1


def test_another_reason_is_written(shelf: Shelf) -> None:
    device, _, second = shelf.available(), shelf.need(), shelf.need()
    with pytest.raises(Refused, match="Écrivez en commentaire"):
        shelf.reserve(device, second, out_of_order=OrderReason.OTHER)
    reserved = shelf.reserve(device, second, out_of_order=OrderReason.OTHER, comment="Départ en formation lundi.")
    assert reserved.journal.get(verb="reserve").values["out_of_order"] == "other"


# --- a set


def test_a_set_that_serves_the_first_ones_jumps_nobody(shelf: Shelf) -> None:
    devices, needs = [shelf.available() for _ in range(2)], [shelf.need() for _ in range(3)]
    calls = {devices[0].pk: Call(needs[1]), devices[1].pk: Call(needs[0])}
    assert len(reserve_devices(actor=shelf.adviser, calls=calls).moved) == 2


def test_those_of_a_set_that_jump_come_back_unless_they_say_why(shelf: Shelf) -> None:
    devices, needs = [shelf.available() for _ in range(3)], [shelf.need() for _ in range(4)]
    calls = {
        devices[0].pk: Call(needs[1]),
        devices[1].pk: Call(needs[2], out_of_order=OrderReason.APPOINTMENT),
        devices[2].pk: Call(needs[3], out_of_order=OrderReason.OTHER),
    }
    outcome = reserve_devices(actor=shelf.adviser, calls=calls)
    assert outcome.moved == [devices[1].pk]
    codes = {pk: [reason.code for reason in reasons] for pk, reasons in outcome.refused.items()}
    assert codes == {devices[0].pk: ["in_order"], devices[2].pk: ["order_words"]}
    assert again(needs[2]).journal.get(verb="start").values == {"out_of_order": "appointment"}


# --- the pages


def test_the_page_of_a_need_says_how_many_are_before_and_asks_why(shelf: Shelf) -> None:
    device, first, second = shelf.available(), shelf.need(), shelf.need()
    client = acting(shelf.adviser)
    assert "mieux placé" not in read(client, choose(first))
    page = read(client, choose(second))
    assert "1\u00a0besoin mieux placé pourrait recevoir cet appareil" in page
    assert "Rendez-vous déjà pris" in page

    page = client.post(choose(second), {"device": device.reference}).content.decode()
    assert "dites pourquoi celui-ci passe avant son tour" in page
    assert "Rien n’est réservé" in page
    assert "<title>Erreur\u00a0: " in page
    assert fresh(device).state == S.AVAILABLE

    page = client.post(choose(second), {"device": device.reference, "out_of_order": "other"}).content.decode()
    assert "Écrivez en commentaire" in page

    given = {"device": device.reference, "out_of_order": "appointment"}
    assert client.post(choose(second), given).status_code == 302
    assert fresh(device).need_id == second.pk


def test_the_page_of_a_device_asks_it_too(shelf: Shelf) -> None:
    device, _, second = shelf.available(), shelf.need(), shelf.need()
    client, url = acting(shelf.adviser), reverse("distribution:device_reserve", args=[device.reference])
    given = {"need": second.pk, "price": "25", "co_funding": "", "funder": "", "comment": "", "out_of_order": ""}
    assert "dites pourquoi celui-ci passe avant son tour" in client.post(url, given).content.decode()
    assert client.post(url, given | {"out_of_order": "unreachable"}).status_code == 302
    assert fresh(device).state == S.RESERVED


def test_the_timeline_of_the_need_tells_it_to_whoever_reads_it(shelf: Shelf) -> None:
    device, _, second = shelf.available(), shelf.need(), shelf.need()
    reserve_device(actor=shelf.adviser, device=device, need=second, out_of_order=OrderReason.SUITS_ONLY)
    url = reverse("prescriptions:need_detail", args=[second.reference])
    worker = second.prescription.worker
    assert worker is not None
    for actor in (shelf.adviser, worker, shelf.pilot):
        assert "avant son tour, matériel adapté à ce besoin seulement" in read(acting(actor), url)


def test_who_reads_the_device_and_serves_no_household_reads_nothing_of_why(shelf: Shelf) -> None:
    device, _, second = shelf.available(), shelf.need(), shelf.need()
    reserved = reserve_device(actor=shelf.adviser, device=device, need=second, out_of_order=OrderReason.EMERGENCY)
    assert "avant son tour" not in reserved.journal.get(verb="reserve").sentence()


def test_the_pilot_and_the_distributor_read_how_many_by_reason(shelf: Shelf) -> None:
    devices, needs = [shelf.available() for _ in range(2)], [shelf.need() for _ in range(3)]
    for device, need in zip(devices, needs[1:], strict=True):
        shelf.reserve(device, need, out_of_order=OrderReason.EMERGENCY)
    since = timezone.now() - timedelta(days=1)
    for actor in (shelf.pilot, shelf.adviser):
        assert dict(served_before_turn(actor, since))["Urgence sociale"] == 2
        page = " ".join(read(acting(actor), reverse("distribution:derogation_list")).split())
        assert 'Urgence sociale</th><td class="text-end">2</td>' in page
    assert dict(served_before_turn(shelf.stranger, since))["Urgence sociale"] == 0
    assert dict(served_before_turn(shelf.pilot, timezone.now() + timedelta(days=1)))["Urgence sociale"] == 0
