"""The workshop's pages of distribution: quotas and allotment, a desktop and its screen, parcels."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from conventions.models import Quota
from conventions.services.quotas import set_reserve
from distribution.services.points import create_point
from refurb.enums import DeviceState, DeviceType
from refurb.models import Delivery, Device, DistributionPoint
from tests.distribution.shelves import Shelf, delivery_of, quotas_balance, screen_of
from tests.network.factories import make_commune, make_epci
from tests.refurb.devices import fresh
from tests.refurb.pages import acting, answered, page_of, read

pytestmark = pytest.mark.django_db
S = DeviceState
ALLOTMENT = "distribution:allotment"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(quotas={"laptop": 2, "desktop": 20})


def states(*devices: Device) -> list[str]:
    return [fresh(device).state for device in devices]


# --- allot


def test_a_set_is_foreseen_then_allotted_and_the_surplus_over_the_quota_stays(shelf: Shelf) -> None:
    convention = shelf.convention
    three = [shelf.ready() for _ in range(3)]
    client, url = acting(shelf.manager), reverse(ALLOTMENT)
    page = read(client, url)
    assert "Quotas à servir" in page
    assert convention.reference in page
    assert "3 appareils prêts" in page
    chosen = {"convention": convention.pk, "device": [device.reference for device in three]}

    foreseen = client.post(url, chosen).content.decode()
    assert "Rien n’est encore fait." in foreseen
    assert "<strong>2 appareils</strong>" in foreseen
    assert "Le quota de ce type est atteint" in foreseen
    lifted = "Peut y remédier\u00a0: les parties, par un avenant, ou le pilote, sur la réserve départementale."
    assert lifted in foreseen
    assert states(*three) == [S.READY] * 3

    told = client.post(url, chosen | {"confirm": "1", "comment": "Premier lot."}).content.decode()
    assert "2 appareils changés d’état, 1 refusé." in told
    assert lifted in told
    delivery = f"{reverse('distribution:delivery_prepare')}?convention={convention.pk}"
    assert f'href="{delivery}">Préparer la livraison' in told
    assert f'value="{convention.pk}" selected' in read(client, delivery)
    assert sorted(states(*three)) == [S.ALLOTTED, S.ALLOTTED, S.READY]
    assert quotas_balance()
    assert "atteint</span>" in read(client, url)


def test_nothing_typed_is_lost_when_the_convention_or_the_devices_are_missing(shelf: Shelf) -> None:
    convention, device = shelf.convention, shelf.ready()
    client, url = acting(shelf.manager), reverse(ALLOTMENT)

    page = answered(client, url, device=device.reference, comment="À garder.")
    assert "Choisissez la convention." in page
    assert f'value="{device.reference}" checked' in page
    assert "À garder." in page
    page = answered(client, url, convention=str(convention.pk))
    assert "Cochez au moins un appareil." in page
    assert f'<option value="{convention.pk}" selected' in page


def test_the_pilot_allots_on_the_reserve_and_the_workshop_is_not_offered_it(shelf: Shelf) -> None:
    device = shelf.ready()
    assert "id_reserve" not in read(acting(shelf.manager), reverse(ALLOTMENT))
    chosen = {"convention": shelf.convention.pk, "device": device.reference, "reserve": "on"}
    client, url = acting(shelf.pilot), reverse(ALLOTMENT)

    foreseen = client.post(url, chosen).content.decode()
    assert "La convention ne prévoit aucun appareil de ce type" in foreseen
    assert states(device) == [S.READY]

    set_reserve(actor=shelf.pilot, type=DeviceType.LAPTOP, year=timezone.localdate().year, total=1)
    assert "Réserve départementale" in read(client, url)
    client.post(url, chosen | {"confirm": "1"})
    assert states(device) == [S.ALLOTTED]
    assert (shelf.quota().used, Quota.objects.get(convention=None).used) == (0, 1)
    assert "réserve départementale" in read(client, page_of(device, "device_detail"))


def test_the_conventions_and_the_devices_of_another_workshop_are_not_there(shelf: Shelf) -> None:
    other = Shelf()
    theirs, mine = other.ready(), shelf.ready()
    page = read(acting(shelf.manager), reverse(ALLOTMENT))
    assert mine.tag in page
    assert theirs.reference not in page
    assert other.convention.reference not in page
    client = acting(shelf.manager)
    chosen = {"convention": shelf.convention.pk, "device": theirs.reference, "confirm": "1"}
    client.post(reverse(ALLOTMENT), chosen)
    assert states(theirs) == [S.READY]


def test_one_device_is_allotted_from_its_page_and_taken_back(shelf: Shelf) -> None:
    device = shelf.ready()
    client = acting(shelf.manager)
    assert "affectez-le à une convention" not in read(client, page_of(device, "device_detail"))
    convention = shelf.convention
    assert "affectez-le à une convention" in read(client, page_of(device, "device_detail"))
    client.post(page_of(device, "device_allot"), {"convention": convention.pk})
    assert states(device) == [S.ALLOTTED]
    page = read(client, page_of(device, "device_detail"))
    assert convention.reference in page
    assert "quota de l’année 1" in page

    assert "Dites pourquoi l’appareil est retiré" in answered(client, page_of(device, "device_release_allotment"))
    client.post(page_of(device, "device_release_allotment"), {"reason": "balance"})
    assert states(device) == [S.READY]
    assert quotas_balance()


def test_a_set_of_allotted_devices_is_released_from_the_list(shelf: Shelf) -> None:
    devices = [shelf.allotted(), shelf.allotted()]
    client = acting(shelf.manager)
    assert "Retirer de l’affectation</option>" in read(client, reverse("refurb:device_list"))
    assert "Retirer de l’affectation</option>" not in read(acting(shelf.technician), reverse("refurb:device_list"))
    chosen = {"verb": "release_allotment", "device": [device.reference for device in devices]}
    client.post(reverse("refurb:device_list"), chosen | {"confirm": "1", "reason": "balance"})
    assert states(*devices) == [S.READY, S.READY]


# --- a desktop and its screen


def test_a_screen_is_attached_to_a_desktop_follows_it_and_is_set_apart(shelf: Shelf) -> None:
    desktop, screen = shelf.ready(DeviceType.DESKTOP), shelf.ready(DeviceType.SCREEN, price=5)
    client = acting(shelf.technician)
    assert desktop.tag in read(client, page_of(screen, "device_attach"))
    client.post(page_of(screen, "device_attach"), {"desktop": desktop.pk})
    assert screen_of(desktop) == screen
    assert screen.tag in read(client, page_of(desktop, "device_detail"))
    assert f"Ordinateur fixe {desktop.tag}" in read(client, page_of(screen, "device_detail"))

    assert "avec son écran" in read(acting(shelf.manager), reverse(ALLOTMENT))
    client.post(page_of(screen, "device_detach"), {"reason": "apart"})
    assert not Device.objects.filter(attached_to=desktop).exists()


# --- parcels


def scanning(shelf: Shelf) -> str:
    return f"{reverse('distribution:delivery_prepare')}?convention={shelf.convention.pk}&point={shelf.point.pk}"


def test_a_parcel_is_scanned_tag_by_tag_then_shipped_together_with_its_note(shelf: Shelf) -> None:
    one, two = shelf.allotted(), shelf.allotted()
    client, url = acting(shelf.technician), scanning(shelf)
    start = read(client, reverse("distribution:delivery_prepare"))
    assert f"{shelf.convention.reference}, {shelf.epci}\u00a0: 2 appareils affectés" in start
    page = client.post(url, {"tag": one.tag.lower(), "add": "1"}).content.decode()
    assert f"{one}\u00a0: dans la livraison." in page
    assert "autofocus" in page
    page = client.post(url, {"device": one.reference, "tag": two.tag}).content.decode()
    assert "2 appareils dans la livraison" in page
    assert not Delivery.objects.exists()

    done = client.post(url, {"device": [one.reference, two.reference], "ship": "1"})

    delivery = delivery_of(one)
    assert done.headers["Location"] == reverse("distribution:delivery_detail", args=[delivery.reference])
    assert states(one, two) == [S.SHIPPED, S.SHIPPED]
    page = read(client, done.headers["Location"])
    assert "2\u00a0appareils en livraison vers Boutique du centre" in page
    assert "Bon de livraison (PDF)" in page
    assert "En attente de réception au point de distribution" in page
    assert delivery.reference in read(client, reverse("distribution:delivery_list"), standing="open")


def test_a_device_that_left_already_under_the_convention_is_said_to_have_left(shelf: Shelf) -> None:
    """The page answered late, and its label was scanned again."""
    device = shelf.allotted()
    client, url = acting(shelf.technician), scanning(shelf)
    shelf.allotted()
    client.post(url, {"device": [device.reference], "ship": "1"})
    page = client.post(url, {"tag": device.tag}).content.decode()
    assert f"est déjà parti\u00a0: il est dans la livraison {delivery_of(device).reference}." in page


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({"tag": "INCONNUE"}, "«\u00a0INCONNUE\u00a0» n’est pas un appareil affecté à cette convention."),
        ({"tag": " "}, "Scannez une étiquette."),
        ({"ship": "1"}, "Scannez au moins un appareil."),
        ({"tag": "{tag}", "device": "{reference}"}, "est déjà dans la livraison."),
    ],
)
def test_a_scan_that_cannot_be_taken_says_why_and_keeps_the_parcel(
    shelf: Shelf, posted: dict[str, str], told: str
) -> None:
    device = shelf.allotted()
    data: dict[str, Any] = {
        name: said.format(tag=device.tag, reference=device.reference) for name, said in posted.items()
    }
    page = acting(shelf.technician).post(scanning(shelf), data).content.decode()
    assert told in page
    assert "<title>Erreur\u00a0: " in page
    assert ("1 appareil dans" if "device" in data else "0 appareil dans") in page


def test_all_the_rest_joins_the_parcel_and_one_leaves_it(shelf: Shelf) -> None:
    one, two = shelf.allotted(), shelf.allotted()
    client, url = acting(shelf.technician), scanning(shelf)
    assert "2 appareils dans la livraison" in client.post(url, {"all": "1"}).content.decode()
    page = client.post(url, {"device": [one.reference, two.reference], "remove": two.reference}).content.decode()
    assert "1 appareil dans la livraison" in page
    assert f'name="device" value="{two.reference}"' not in page


def test_a_point_of_another_distributor_is_refused_beside_its_field(shelf: Shelf) -> None:
    shelf.allotted()
    other = Shelf()
    url = f"{reverse('distribution:delivery_prepare')}?convention={shelf.convention.pk}&point={other.point.pk}"
    page = read(acting(shelf.technician), url)
    assert "<title>Erreur\u00a0: " in page
    assert "id_point" in page


def far_away(shelf: Shelf) -> DistributionPoint:
    """A point of the same distributor, where households of another EPCI go."""
    commune = make_commune(epci=make_epci())
    return create_point(
        actor=shelf.pilot,
        distributor=shelf.distributor,
        name="Antenne",
        address="1 rue du Port",
        postcode="59140",
        commune=commune,
    )


def test_a_parcel_for_a_point_where_nobody_may_have_it_says_so_before_it_leaves(shelf: Shelf) -> None:
    one, point = shelf.allotted(), far_away(shelf)
    url = f"{reverse('distribution:delivery_prepare')}?convention={shelf.convention.pk}&point="
    client = acting(shelf.technician)

    page = client.post(f"{url}{point.pk}", {"tag": one.tag}).content.decode()

    assert "personne n’y recevra un appareil de cette convention" in page
    assert "Expédier quand même 1 appareil" in page
    assert "personne n’y recevra" not in client.post(f"{url}{shelf.point.pk}", {"tag": one.tag}).content.decode()


def test_one_device_alone_leaves_for_such_a_point_once_somebody_says_so(shelf: Shelf) -> None:
    device, point = shelf.allotted(), far_away(shelf)
    client = acting(shelf.technician)

    page = answered(client, page_of(device, "device_ship"), point=point.pk)

    assert "personne n’y recevra un appareil de cette convention" in page
    assert "Expédier quand même" in page
    assert states(device) == [S.ALLOTTED]
    client.post(page_of(device, "device_ship"), {"point": point.pk, "anyway": "on"})
    assert states(device) == [S.SHIPPED]
    assert "quand même" not in read(client, page_of(shelf.allotted(), "device_ship"))


def test_a_shipment_is_undone_as_long_as_nothing_was_ticked_off(shelf: Shelf) -> None:
    device = shelf.shipped()
    delivery = delivery_of(device)
    client = acting(shelf.technician)
    url = reverse("distribution:delivery_cancel", args=[delivery.reference])
    assert "1 appareil de cette livraison" in read(client, url).replace("\u00a0", " ")
    client.post(url, {"comment": ""})
    assert states(device) == [S.ALLOTTED]
    assert "Annulée" in read(client, reverse("distribution:delivery_list"))
    assert acting(shelf.adviser).get(url).status_code in (403, 404)


def test_one_device_alone_is_shipped_and_called_back_from_its_page(shelf: Shelf) -> None:
    device = shelf.allotted()
    client = acting(shelf.technician)
    assert "Choisissez le point de distribution." in answered(client, page_of(device, "device_ship"))
    client.post(page_of(device, "device_ship"), {"point": shelf.point.pk})
    assert states(device) == [S.SHIPPED]
    client.post(page_of(device, "device_cancel_shipment"), {})
    assert states(device) == [S.ALLOTTED]
