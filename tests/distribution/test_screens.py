"""The pages of distribution in a real browser: accessible, whole at 320 pixels wide, with and without scripts."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route

from distribution.enums import HandOverProof
from distribution.forms.deliveries import ABSENT, SENT_BACK
from distribution.models import HandOver
from network.models import Epci
from refurb.enums import DeviceState
from refurb.models import DistributionPoint
from tests.distribution.shelves import Shelf, delivery_of
from tests.distribution.test_shelf_pages import line, parcel
from tests.refurb.devices import fresh
from tests.refurb.pages import page_of
from tests.screens import Look, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shelf(transactional_db: None) -> Shelf:
    return Shelf()


def test_the_pages_of_distribution_read_at_any_width_and_axe_finds_nothing(
    shelf: Shelf, open_page: Callable[..., Page]
) -> None:
    shelf.ready()
    shelf.allotted()
    delivery = delivery_of(shelf.shipped())
    available, held, back, need = shelf.available(), shelf.reserved(), shelf.returned(), shelf.need()
    parcel = f"?convention={shelf.convention.pk}&point={shelf.point.pk}"
    read = {
        shelf.manager: [reverse("distribution:allotment")],
        shelf.technician: [
            reverse("distribution:delivery_prepare"),
            reverse("distribution:delivery_prepare") + parcel,
            reverse("distribution:delivery_cancel", args=[delivery.reference]),
        ],
        shelf.pilot: [
            reverse("distribution:derogation_list"),
            reverse("distribution:derogation_grant", args=[need.reference]),
            reverse("distribution:point_list"),
            reverse("distribution:point_detail", args=[shelf.point.reference]),
            reverse("distribution:point_create"),
        ],
        shelf.adviser: [
            *(
                reverse(f"distribution:{name}")
                for name in ("shelf", "reservation_list", "return_list", "send_back_list")
            ),
            reverse("distribution:need_queue"),
            reverse("distribution:need_choose", args=[need.reference]),
            reverse("distribution:delivery_list"),
            reverse("distribution:delivery_detail", args=[delivery.reference]),
            reverse("distribution:delivery_reconcile", args=[delivery.reference]),
            page_of(available, "device_reserve"),
            page_of(held, "device_detail"),
            page_of(held, "device_prepare_hand_over"),
            page_of(held, "device_hand_over"),
            page_of(back, "device_detail"),
            page_of(back, "device_replace"),
            page_of(back, "device_settle"),
        ],
    }
    for membership, urls in read.items():
        page = open_page()
        look = Look(page)
        sign_in(page, membership)
        for url in urls:
            look.at(url)


def test_a_household_signs_on_the_screen(shelf: Shelf, open_page: Callable[..., Page]) -> None:
    device = shelf.reserved()
    page = open_page(viewport={"width": 1280, "height": 1200})
    sign_in(page, shelf.adviser)
    page.goto(page_of(device, "device_hand_over"))
    assert page.locator("canvas").is_hidden()
    page.get_by_label("Signature tracée à l’écran").check()
    page.get_by_label("Cadre de signature").scroll_into_view_if_needed()
    frame = page.get_by_label("Cadre de signature").bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + 50, frame["y"] + 60)
    page.mouse.down()
    page.mouse.move(frame["x"] + 250, frame["y"] + 120, steps=5)
    page.mouse.up()
    page.get_by_text("Signature tracée.").wait_for()
    page.get_by_role("button", name="Remettre").click()
    page.get_by_text("remis au foyer").first.wait_for()
    assert fresh(device).state == DeviceState.HANDED_OVER
    note = HandOver.objects.get(device=device)
    assert note.proof == HandOverProof.DRAWN
    assert note.signature is not None


def test_a_delivery_is_scanned_in_without_scripts(shelf: Shelf, open_page: Callable[..., Page]) -> None:
    device = shelf.shipped()
    page = open_page(java_script_enabled=False)
    sign_in(page, shelf.adviser)
    page.goto(reverse("distribution:delivery_reconcile", args=[delivery_of(device).reference]))
    page.get_by_label("Étiquette", exact=True).fill(device.tag)
    page.get_by_label("Étiquette", exact=True).press("Enter")
    page.get_by_text(f"{device}\u00a0: présent.").wait_for()
    page.get_by_role("button", name="Enregistrer la réception").click()
    page.get_by_text("Livraison pointée").wait_for()
    assert fresh(device).state == DeviceState.AVAILABLE


def test_what_is_ticked_by_hand_while_a_scan_is_on_its_way_is_kept(
    shelf: Shelf, open_page: Callable[..., Page]
) -> None:
    delivery, (scanned, ticked, sent_back) = parcel(shelf)
    page = open_page()
    sign_in(page, shelf.adviser)
    url = reverse("distribution:delivery_reconcile", args=[delivery.reference])
    page.goto(url)
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(f"**{url}", hold)
    page.get_by_label("Étiquette", exact=True).fill(scanned.tag)
    page.get_by_label("Étiquette", exact=True).press("Enter")
    while not waiting:
        page.wait_for_timeout(10)
    absent = page.locator(f"[name={line(delivery, ticked)}][value={ABSENT}]")
    back = page.locator(f"[name={line(delivery, sent_back)}][value={SENT_BACK}]")
    reason = page.locator(f"[name={line(delivery, sent_back).replace('line', 'reason')}]")
    back.check()
    reason.select_option("broken")
    page.get_by_label("Commentaire").fill("Carton ouvert")
    absent.check()
    waiting.pop().continue_()
    page.get_by_text(f"{scanned}\u00a0: présent.").wait_for()

    assert page.locator(f"[name={line(delivery, scanned)}][value=present]").is_checked()
    assert (absent.is_checked(), back.is_checked(), reason.input_value()) == (True, True, "broken")
    assert page.get_by_label("Commentaire").input_value() == "Carton ouvert"
    assert absent.evaluate("(box) => box === document.activeElement"), "and the keys still move among its choices"


def test_what_is_to_do_on_the_shelf_is_not_cut_off_by_names_as_long_as_they_are(
    shelf: Shelf, open_page: Callable[..., Page]
) -> None:
    """An adviser reserves from the last column: the words of a row that are the longest leave it in view."""
    shelf.available()
    shelf.reserved()
    DistributionPoint.objects.update(name="Relais de Valenciennes")
    Epci.objects.update(short_name="CA Maubeuge Valenciennois")
    page = open_page()
    sign_in(page, shelf.adviser)
    Look(page).at(reverse("distribution:shelf") + "?tous=1")
