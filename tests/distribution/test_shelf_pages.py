"""The pages of a distribution point: deliveries that come, the shelf, points, what goes back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conventions.models import Convention
from conventions.parameters import HANDING_OVER_DAYS
from distribution.services.allotment import ship_devices
from distribution.views import point_stock
from documents.models import Mail
from lifecycle import gate
from network.enums import OrganisationKind, Role
from prescriptions.services.households import attach_household
from refurb.enums import DeviceState, LineOutcome
from refurb.models import Delivery, Device, DistributionPoint
from refurb.services.devices import place_devices
from tests.conventions.conventions import ended_alone
from tests.distribution.shelves import Shelf, delivery_of, quotas_balance
from tests.network.factories import make_membership
from tests.prescriptions.files import Circle
from tests.reference.values import set_value
from tests.refurb.devices import fresh
from tests.refurb.pages import acting, answered, page_of, read
from typography.french import day, written_day

pytestmark = pytest.mark.django_db
S = DeviceState


def parcel(shelf: Shelf, count: int = 3) -> tuple[Delivery, list[Device]]:
    devices = [shelf.allotted() for _ in range(count)]
    pks = [device.pk for device in devices]
    ship_devices(actor=shelf.technician, devices=Device.objects.filter(pk__in=pks), point=shelf.point)
    return delivery_of(devices[0]), devices


def line(delivery: Delivery, device: Device) -> str:
    return f"line_{delivery.lines.get(device=device).pk}"


def reconcile(delivery: Delivery) -> str:
    return reverse("distribution:delivery_reconcile", args=[delivery.reference])


# --- a delivery comes


def test_a_delivery_is_ticked_off_line_by_line(shelf: Shelf) -> None:
    delivery, (there, lost, broken) = parcel(shelf)
    client = acting(shelf.adviser)
    assert "pointez ce qui est arrivé, 3 lignes" in read(
        client, reverse("distribution:delivery_detail", args=[delivery.reference])
    )
    wrong = line(delivery, broken)
    answers = {line(delivery, there): "present", line(delivery, lost): "absent", wrong: "send_back", "save": "1"}

    page = client.post(reconcile(delivery), answers).content.decode()
    assert "Dites pourquoi l’appareil est renvoyé" in page
    assert "<title>Erreur\u00a0: " in page
    assert fresh(there).state == S.SHIPPED

    done = client.post(reconcile(delivery), answers | {wrong.replace("line", "reason"): "broken"}, follow=True)

    assert [fresh(one).state for one in (there, lost, broken)] == [S.AVAILABLE, S.MISSING, S.RECEIVED]
    told = done.content.decode().replace("\u00a0", " ")
    for said in ("1 appareil en rayon.", "1 appareil manquant.", "1 appareil à renvoyer.", "Livraison pointée"):
        assert said in told, said
    assert '<p class="alert alert-success">1 appareil en rayon.' in told
    assert '<p class="alert alert-warning">1 appareil manquant.' in told
    listed = read(client, reverse("distribution:delivery_list")).replace("\u00a0", " ")
    assert '<span class="tag tag--danger">Pointée, 1 manquant</span>' in listed
    outcomes = dict(delivery.lines.values_list("device", "outcome"))
    assert outcomes[there.pk] == LineOutcome.STOCKED
    assert outcomes[lost.pk] == LineOutcome.MISSING
    assert outcomes[broken.pk] == LineOutcome.SENT_BACK
    assert quotas_balance()


def test_a_scan_ticks_a_line_and_writes_nothing(shelf: Shelf) -> None:
    delivery, (one, two) = parcel(shelf, 2)
    client, url = acting(shelf.adviser), reconcile(delivery)

    page = client.post(url, {"tag": one.tag.lower(), line(delivery, two): "absent"}).content.decode()
    assert f"{one}\u00a0: présent." in page
    assert page.count("checked") == 2
    assert fresh(one).state == S.SHIPPED
    page = client.post(url, {"tag": "AILLEURS"}).content.decode()
    assert "«\u00a0AILLEURS\u00a0» n’est pas attendu dans cette livraison." in page
    assert 'value="AILLEURS"' not in page
    page = client.post(url, {"all_present": "1", line(delivery, two): "absent"}).content.decode()
    assert "Présent\u00a0: 1\u00a0ligne de plus." in page
    assert "Pointez au moins une ligne" in client.post(url, {"save": "1"}).content.decode()


def test_what_is_not_ticked_off_stays_for_later(shelf: Shelf) -> None:
    delivery, (one, two) = parcel(shelf, 2)
    client = acting(shelf.adviser)
    client.post(reconcile(delivery), {line(delivery, one): "present", "save": "1"})
    assert [fresh(device).state for device in (one, two)] == [S.AVAILABLE, S.SHIPPED]
    assert two.tag in read(client, reconcile(delivery))
    client.post(reconcile(delivery), {line(delivery, two): "present", "save": "1"})
    assert "Tout a été pointé" in read(client, reconcile(delivery))


def test_a_desktop_arrives_with_its_screen(shelf: Shelf) -> None:
    desktop = shelf.shipped(shelf.allotted(shelf.desktop()))
    delivery = delivery_of(desktop)
    client = acting(shelf.adviser)
    client.post(
        reconcile(delivery), {line(delivery, one.device): "present" for one in delivery.lines.all()} | {"save": "1"}
    )
    assert set(Device.objects.values_list("state", flat=True)) == {S.AVAILABLE}


def test_a_delivery_is_received_at_its_point_only(shelf: Shelf) -> None:
    delivery, _ = parcel(shelf, 1)
    assert acting(shelf.technician).get(reconcile(delivery)).status_code == 403
    assert acting(shelf.relay).get(reconcile(delivery)).status_code == 404
    assert acting(shelf.stranger).get(reconcile(delivery)).status_code == 404


def test_deliveries_to_tick_off_come_first_then_the_newest(shelf: Shelf) -> None:
    done = [delivery_of(shelf.available()) for _ in range(2)]
    oldest, _ = parcel(shelf, 1)
    Delivery.objects.filter(pk=oldest.pk).update(prepared_at=timezone.now() - timedelta(days=9))
    newest, _ = parcel(shelf, 1)
    page = read(acting(shelf.adviser), reverse("distribution:delivery_list"))
    places = [page.index(f">{row.reference}</a>") for row in (newest, oldest, *reversed(done))]
    assert places == sorted(places)


# --- the shelf


def test_the_shelf_tells_how_many_demands_are_to_be_examined_to_whoever_answers_them(shelf: Shelf) -> None:
    told = "1 demande à examiner"
    assert told not in read(acting(shelf.adviser), reverse("distribution:shelf"))
    Circle(distributor=shelf.distributor).submitted()
    assert told in read(acting(shelf.adviser), reverse("distribution:shelf"))
    assert "à examiner" not in read(acting(shelf.relay), reverse("distribution:shelf"))


def test_the_shelf_tells_what_is_there_what_is_held_and_what_comes(shelf: Shelf) -> None:
    there, held, back = shelf.available(), shelf.reserved(), shelf.returned()
    parcel(shelf, 1)
    page = read(acting(shelf.adviser), reverse("distribution:shelf"))
    for device in (there, held, back):
        assert device.tag in page
    for told in ("1 disponible", "1 réservé", "1 retour SAV", "1 livraison à pointer"):
        assert told in page, told
    assert there.tag not in read(acting(shelf.adviser), reverse("distribution:shelf"), state="reserved")


def test_a_scan_on_the_shelf_opens_the_device_and_a_failed_one_comes_back_there(shelf: Shelf) -> None:
    device = shelf.available()
    client = acting(shelf.adviser)
    found = client.post(reverse("refurb:device_find"), {"text": device.tag})
    assert found.headers["Location"] == page_of(device, "device_detail")
    lost = client.post(reverse("refurb:device_find"), {"text": "INCONNU"})
    assert lost.headers["Location"] == reverse("distribution:shelf")


def test_reservations_are_listed_with_whom_they_are_for_and_until_when(shelf: Shelf) -> None:
    device = shelf.reserved()
    assert device.need is not None
    page = read(acting(shelf.adviser), reverse("distribution:reservation_list"))
    assert device.need.reference in page
    assert device.need.prescription.household.last_name in page
    assert "dans " in page


def test_a_lost_device_is_reported_by_the_adviser_and_found_again(shelf: Shelf) -> None:
    device = shelf.available()
    client = acting(shelf.adviser)
    client.post(page_of(device, "device_report_missing"), {"reason": "stocktake"})
    assert fresh(device).state == S.MISSING
    client.post(page_of(device, "device_find"), {})
    assert fresh(device).state == S.AVAILABLE
    assert quotas_balance()


def test_one_device_is_stocked_and_sent_back_from_its_page(shelf: Shelf) -> None:
    device = shelf.shipped()
    client = acting(shelf.adviser)
    client.post(page_of(device, "device_stock_in"), {})
    assert fresh(device).state == S.AVAILABLE
    assert "Cela ne se défait pas" in read(client, page_of(device, "device_send_back"))
    done = client.post(page_of(device, "device_send_back"), {"reason": "unsold"})
    assert done.headers["Location"] == reverse("distribution:shelf")
    assert fresh(device).state == S.RECEIVED
    assert client.get(page_of(device, "device_detail")).status_code == 404


def test_what_a_point_sent_back_is_said_on_its_way_until_the_workshop_has_it(shelf: Shelf) -> None:
    device = shelf.available()
    Device.objects.filter(pk=device.pk).update(place="C3")
    acting(shelf.adviser).post(page_of(device, "device_send_back"), {"reason": "unsold"})
    assert fresh(device).place == "", "it is not on the workshop's shelf"
    client, listed = acting(shelf.technician), reverse("refurb:device_list")
    page = read(client, page_of(device, "device_detail"))
    said = f"envoyé par {shelf.point.name} le {day(timezone.now())}, en route"
    assert f"r{said}\u00a0: prenez-le en traitement quand il est là" in page
    assert "Renvoyé le" in page
    assert "Rangé à" not in page
    assert "renvoyé, en route" in read(client, listed)
    assert f"R{said}" in read(acting(shelf.pilot), page_of(device, "device_detail"))

    sent = reverse("distribution:send_back_list")
    told = f"renvoyé le {day(timezone.now())}"
    assert device.tag in read(acting(shelf.adviser), sent)
    assert "arrivé à l’atelier" not in read(acting(shelf.adviser), sent)
    assert device.tag not in read(acting(shelf.relay), sent), "another point sent it"

    place_devices(actor=shelf.technician, devices=[fresh(device)], place="D4")
    assert "en route" not in read(acting(shelf.adviser), sent)
    assert f"{told}\u00a0: arrivé à l’atelier" in read(acting(shelf.adviser), sent), "who sent it reads that it came"
    assert device.tag not in read(acting(shelf.relay), sent)
    assert "en route" not in read(client, page_of(device, "device_detail"))
    assert "en route" not in read(client, listed)
    place_devices(actor=shelf.technician, devices=[fresh(device)], place="")
    gate.apply(fresh(device), "start", actor=shelf.technician)
    assert "en route" not in read(client, page_of(device, "device_detail"))


def test_what_was_sent_back_and_is_looked_for_is_not_said_to_be_at_the_workshop(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = gate.apply(shelf.available(), "send_back", actor=shelf.adviser, reason="unsold")
    gate.apply(lost, "report_missing", actor=shelf.technician, reason="other", comment="Dit")
    sent = reverse("distribution:send_back_list")

    page = read(acting(shelf.adviser), sent)

    assert f"{lost.tag}" in page
    assert "recherché par l’atelier" in page
    assert "arrivé à l’atelier" not in page
    monkeypatch.setattr(point_stock, "OF_LATE", timedelta(0))
    assert lost.tag not in read(acting(shelf.adviser), sent), "of late only"


def test_what_is_left_of_an_ended_convention_is_listed_and_sent_back_together(shelf: Shelf) -> None:
    device = shelf.available()
    convention = shelf.convention
    ended_alone(convention, convention.distributor_signatory)
    client, url = acting(shelf.adviser), reverse("distribution:send_back_list")
    assert device.tag not in read(client, url)
    set_value(HANDING_OVER_DAYS, 0)

    assert device.tag in read(client, url)
    assert "1 à renvoyer à l’atelier" in read(client, reverse("distribution:shelf"))
    assert "renvoyez-le à l’atelier" in read(client, page_of(device, "device_detail"))
    chosen = {"verb": "send_back", "device": device.reference}
    assert "Rien n’est encore fait." in client.post(reverse("distribution:send_back_list"), chosen).content.decode()
    client.post(reverse("distribution:send_back_list"), chosen | {"confirm": "1", "reason": "convention_ended"})
    assert fresh(device).state == S.RECEIVED
    assert "Rien à renvoyer" in read(client, url)


def test_the_people_of_a_point_are_told_that_a_convention_ended_and_until_when_they_hand_over(shelf: Shelf) -> None:
    shelf.available()
    convention = shelf.convention
    assert shelf.adviser
    ended_alone(convention, convention.distributor_signatory)

    mail = Mail.objects.get(subject__startswith="Convention terminée, appareils à remettre")
    assert shelf.adviser.user.email in mail.to
    last = Convention.objects.get(pk=convention.pk).hands_over_until(timezone.localdate())
    assert f"jusqu’au {written_day(last)} inclus" in mail.body
    assert "1 de ses appareils" in mail.body.replace("\u00a0", " ")


# --- points


def test_the_manager_of_the_distributor_opens_a_point_and_changes_it(shelf: Shelf) -> None:
    manager = make_membership(Role.MANAGER, OrganisationKind.DISTRIBUTOR, shelf.distributor)
    client = acting(manager)
    data = {
        "organisation": shelf.relay.organisation_id,
        "name": "Relais d’essai",
        "address": "1 place des Essais",
        "postcode": "590",
        "commune": shelf.commune.name,
    }
    page = client.post(reverse("distribution:point_create"), data).content.decode()
    assert "Un code postal compte 5 chiffres." in page
    assert "1 place des Essais" in page

    client.post(reverse("distribution:point_create"), data | {"postcode": "59000"})
    point = DistributionPoint.objects.get(name="Relais d’essai")
    assert (point.organisation, point.distributor) == (shelf.relay.organisation, shelf.distributor)
    assert "Relais d’essai" in read(client, reverse("distribution:point_list"))

    edit = reverse("distribution:point_edit", args=[point.reference])
    client.post(edit, data | {"postcode": "59000", "opening": "Le mardi", "is_active": ""})
    assert not DistributionPoint.objects.get(pk=point.pk).is_active
    assert "Le mardi" in read(client, reverse("distribution:point_detail", args=[point.reference]))


def test_the_same_name_twice_is_refused_beside_it(shelf: Shelf) -> None:
    point = shelf.point
    manager = make_membership(Role.MANAGER, OrganisationKind.DISTRIBUTOR, shelf.distributor)
    data = {"name": point.name, "address": "2 rue des Essais", "postcode": "59000", "commune": shelf.commune.name}
    page = answered(acting(manager), reverse("distribution:point_create"), **data)
    assert "Un point de ce distributeur porte déjà ce nom." in page
    assert "2 rue des Essais" in page
    other = shelf.relay_point
    page = answered(acting(manager), reverse("distribution:point_edit", args=[other.reference]), **data, is_active="on")
    assert "porte déjà ce nom" in page


def test_the_queue_and_the_choice_say_what_is_asked_twice_for_a_household(shelf: Shelf) -> None:
    one, two, other = shelf.need(), shelf.need(), shelf.need()
    attach_household(actor=shelf.adviser, household=one.prescription.household, same_as=two.prescription.household)
    client = acting(shelf.adviser)
    queue = read(client, reverse("distribution:need_queue"))
    assert queue.count("aussi demandé dans") == 2
    for need in (one, two):
        assert f"aussi demandé dans {need.reference}." in queue
        choice = read(client, reverse("distribution:need_choose", args=[need.reference]))
        assert "Demandé plus d’une fois pour ce foyer" in choice
    assert "Le même foyer" not in read(client, reverse("distribution:need_choose", args=[other.reference]))
