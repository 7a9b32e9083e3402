"""Devices that arrive: scanned one after another, or registered when nobody announced them."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from refurb.enums import DeviceState
from refurb.models import Device
from refurb.services import devices
from refurb.services.corrections import set_tag_shape
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene, first_line, public_scene
from tests.refurb.devices import Bench, given_to, load_numbers, new_tag
from tests.refurb.pages import acting, answered, read

pytestmark = pytest.mark.django_db
S = DeviceState


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


def test_one_tag_after_another_takes_the_free_units_of_a_line() -> None:
    scene = Scene()
    line = first_line(scene.collected())
    client = acting(scene.north.technician)
    listed = read(client, reverse("refurb:reception"))
    url = reverse("refurb:device_scan", args=[line.pk])
    assert url in listed

    for tag in ("S-1", "S-2"):
        done = client.post(url, {"tag": tag, "place": "B3"})
        page = read(client, done.headers["Location"])
        assert f"Étiquette <strong>{tag}</strong>" in page
        assert 'value="B3"' in page
    assert "2 arrivés, 1 attendu." in page
    assert page.index("S-2</a>") < page.index("S-1</a>")
    assert set(line.devices.filter(state=S.RECEIVED).values_list("tag", "place")) == {("S-1", "B3"), ("S-2", "B3")}


def test_a_tag_that_cannot_be_taken_is_named_and_the_box_is_empty_for_the_next() -> None:
    scene = Scene()
    bench = given_to(scene)
    bench.received(tag="PRISE")
    url = reverse("refurb:device_scan", args=[first_line(scene.collected()).pk])
    client = acting(bench.technician)

    page = answered(client, url, tag="PRISE", place="B3")
    assert "<strong>PRISE</strong>" in page
    assert "déjà sur un autre appareil de l’atelier\u00a0: <a href=" in page
    assert 'value="PRISE"' not in page
    assert 'value="B3"' in page
    assert "autofocus" in page
    assert "Scannez ou saisissez l’étiquette" in answered(client, url, tag=" ")


def test_what_is_no_label_is_said_to_be_what_it_is() -> None:
    scene = public_scene()
    workshop = given_to(scene)
    known = workshop.received(serial="0")
    url = reverse("refurb:device_scan", args=[first_line(scene.collected()).pk])
    client = acting(workshop.technician)
    page = answered(client, url, tag="https://maillon.exemple.fr/appareils/" + known.reference + "/")
    assert "ce code est celui d’un appareil de l’atelier\u00a0: <a href=" in page
    set_tag_shape(actor=workshop.manager, shape="PRH-####")
    page = answered(client, url, tag="X" * 54)
    assert "Une étiquette compte 40\u00a0signes au plus" in page
    assert "n’a pas la forme des étiquettes de l’atelier\u00a0: PRH-####" in page
    page = answered(client, url, tag="0")
    assert "est celui d’un appareil" not in page, "what stands in the place of a number is the number of none"
    assert "n’a pas la forme des étiquettes de l’atelier\u00a0: PRH-####" in page


def test_one_scan_too_many_leads_to_the_unexpected() -> None:
    scene = Scene()
    line = first_line(scene.collected())
    client = acting(scene.north.technician)
    url = reverse("refurb:device_scan", args=[line.pk])
    tags = [new_tag() for _ in range(3)]
    for tag in tags:
        client.post(url, {"tag": tag})
    twice = answered(client, url, tag=tags[0])
    assert "déjà reçu dans ce lot, <a href=" in twice
    assert "alert-danger" not in twice
    assert "déjà sur un autre appareil" not in twice
    assert "Toutes les unités attendues" not in twice
    page = answered(client, url, tag="DE-TROP")
    assert "Toutes les unités attendues de cette ligne sont déjà là" in page
    assert reverse("refurb:device_register") in page
    assert "Rien n’est attendu" in read(client, reverse("refurb:reception"))


def test_the_technician_is_warned_that_a_lot_may_still_be_taken_back() -> None:
    scene = Scene()
    donation = scene.qualified()
    client = acting(scene.north.technician)
    url = reverse("refurb:device_scan", args=[first_line(donation).pk])
    assert "Acte de don pas encore accepté" in read(client, reverse("refurb:reception"))
    assert "il peut encore le reprendre" in read(client, url)
    scene.accept(donation)
    assert "Acte de don pas encore accepté" not in read(client, reverse("refurb:reception"))
    assert "il peut encore le reprendre" not in read(client, url)


def test_a_line_of_another_workshop_is_not_there_to_scan() -> None:
    line = first_line(Scene().collected())
    url = reverse("refurb:device_scan", args=[line.pk])
    assert acting(Bench().technician).get(url).status_code == 404


def test_an_unexpected_device_is_registered_alone_or_with_its_lot() -> None:
    scene = public_scene()
    donation = scene.collected()
    client = acting(scene.north.technician)
    url = reverse("refurb:device_register")

    client.post(url, {"tag": "INCONNU", "type": "tablet"})
    client.post(url, {"tag": "SURPLUS", "type": "laptop", "donation": donation.pk, "serial": "SN-7", "year": "2020"})

    alone, surplus = (Device.objects.get(tag=tag) for tag in ("INCONNU", "SURPLUS"))
    assert (alone.donor_kind, alone.unannounced) == ("unknown", True)
    assert (surplus.donor_kind, surplus.donation, surplus.serial) == ("public", donation, "SN-7")
    page = answered(client, url, tag="SURPLUS", type="laptop", serial="A-GARDER")
    assert "déjà sur un autre appareil" in page
    assert 'value="A-GARDER"' in page


def test_a_number_that_is_followed_already_is_registered_once_more_only_by_who_says_why() -> None:
    shelf = Shelf()
    given = shelf.handed_over(shelf.reserved(shelf.available(), shelf.need()))
    Device.objects.filter(pk=given.pk).update(serial="PF-3XK2")
    client, url = acting(shelf.bench.technician), reverse("refurb:device_register")
    said = {"tag": new_tag(), "type": "laptop", "serial": "pf3xk2"}

    page = answered(client, url, **said)
    assert f"C’est {given.tag}, remis à un foyer" in page
    assert str(shelf.point) in page, "whoever holds it knows where it is taken back"
    assert reverse("refurb:device_detail", args=[given.reference]) in page
    page = answered(client, url, **said, are_two="on")
    assert "Dites pourquoi deux appareils portent ce numéro." in page
    assert not Device.objects.filter(tag=said["tag"]).exists()

    client.post(url, said | {"are_two": "on", "comment": "Étiquette du fabricant recopiée d’un autre."})
    assert Device.objects.get(tag=said["tag"]).unannounced


@pytest.mark.parametrize("year", [1984, 2050])
def test_a_year_that_cannot_be_is_refused_beside_its_field(year: int) -> None:
    bench = Bench()
    client, tag = acting(bench.technician), new_tag()
    page = answered(client, reverse("refurb:device_register"), tag=tag, type="laptop", year=str(year))
    assert f"L’année d’achat {year} ne peut être vraie" in page
    assert not Device.objects.filter(tag=tag).exists()
    with pytest.raises(ValidationError):
        devices.describe_device(actor=bench.technician, device=bench.received(), year=year)
