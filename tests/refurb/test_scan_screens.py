"""A scanner that types where no box is in focus, in a real browser."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route

from refurb.models import Device
from tests.donations.scene import Scene, first_line, laptops
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.pages import page_of
from tests.screens import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def scan(page: Page, tag: str) -> None:
    page.keyboard.type(tag, delay=3)
    page.keyboard.press("Enter")


def test_each_tag_that_a_full_line_refuses_is_still_named_however_many_come_after(
    transactional_db: None, open_page: Callable[..., Page]
) -> None:
    load_numbers()
    scene = Scene()
    line = first_line(scene.collected())
    page = open_page()
    sign_in(page, scene.north.technician)
    page.goto(reverse("refurb:device_scan", args=[line.pk]))
    tags = [f"LIL-{number:04}" for number in range(1, 11)]
    for tag in tags:
        scan(page, tag)

    page.get_by_text("Étiquette LIL-0010").wait_for()
    told = page.locator("main").inner_text()
    assert [tag for tag in tags if tag not in told] == []
    assert "Pas enregistrées non plus\u00a0: LIL-0004, LIL-0005, LIL-0006." in told

    scan(page, tags[3])
    page.get_by_text("Étiquette LIL-0004").wait_for()
    assert "Pas enregistrées non plus\u00a0: LIL-0005, LIL-0006, LIL-0007." in page.locator("main").inner_text()


def test_refusals_that_were_read_are_put_away_by_who_read_them_and_the_box_takes_the_next_tag(
    transactional_db: None, open_page: Callable[..., Page]
) -> None:
    load_numbers()
    scene = Scene()
    line = first_line(scene.collected())
    page = open_page()
    sign_in(page, scene.north.technician)
    page.goto(reverse("refurb:device_scan", args=[line.pk]))
    for number in range(1, 8):
        scan(page, f"LIL-{number:04}")
    page.get_by_text("Étiquette LIL-0007").wait_for()
    assert page.locator("main [data-refused]").count() == 4, "the last ones, the newest first"
    assert page.locator("main [data-refused]").first.inner_text().startswith("Étiquette LIL-0007")

    page.get_by_role("button", name="J’ai lu ces refus").click()
    told = page.locator("main").inner_text()
    assert page.locator("main [data-refused]").count() == 0
    assert "Pas enregistrées non plus" not in told
    scan(page, "LIL-0008")
    page.get_by_text("Étiquette LIL-0008").wait_for()
    assert "Pas enregistrées non plus" not in page.locator("main").inner_text()


def test_tags_that_no_server_answers_are_named_the_last_first_and_none_is_lost(
    transactional_db: None, open_page: Callable[..., Page]
) -> None:
    load_numbers()
    scene = Scene()
    line = first_line(scene.collected())
    page = open_page()
    sign_in(page, scene.north.technician)
    url = reverse("refurb:device_scan", args=[line.pk])
    page.goto(url)
    page.route(f"**{url}", lambda route: route.abort())
    for number in range(1, 7):
        scan(page, f"LIL-{number:04}")
    page.get_by_text("Étiquette LIL-0006").wait_for()
    assert page.locator("main [data-refused]").count() == 4
    assert page.locator("main [data-refused]").first.inner_text().startswith("Étiquette LIL-0006")
    assert "Pas enregistrées non plus\u00a0: LIL-0001, LIL-0002." in page.locator("main").inner_text()


@pytest.mark.parametrize("name", ["bench", "device_scan"])
def test_a_scan_typed_the_instant_the_page_appears_keeps_its_first_letter(
    transactional_db: None, open_page: Callable[..., Page], name: str
) -> None:
    """Ten times out of ten, however slow the page is: the scan begins while its style sheet is still on its way."""
    load_numbers()
    scene = Scene()
    line = first_line(scene.collected())
    page = open_page()
    sign_in(page, scene.north.technician)
    url = reverse(f"refurb:{name}", args=[line.pk] if name == "device_scan" else [])
    kept, waiting = [], list[Route]()

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/maillon.css", hold)
    for turn in range(10):
        page.goto(url, wait_until="commit")
        while not (waiting and page.evaluate("Boolean(document.querySelector('main input[autofocus]'))")):
            page.wait_for_timeout(10)
        page.keyboard.type("PRH-0042"[:turn])
        while waiting:
            waiting.pop().continue_()
        page.keyboard.type("PRH-0042"[turn:], delay=2)
        page.wait_for_load_state()
        kept.append(page.input_value("main input[autofocus]"))

    assert kept == ["PRH-0042"] * 10


@pytest.mark.parametrize("typed_in_the_box", [False, True])
def test_tags_scanned_before_the_page_is_there_are_sent_one_after_another(
    transactional_db: None, open_page: Callable[..., Page], typed_in_the_box: bool
) -> None:
    """While its scripts are still on their way: none is lost, none is joined to the next."""
    load_numbers()
    scene = Scene(lines=(laptops(3),))
    line = first_line(scene.collected())
    page = open_page()
    sign_in(page, scene.north.technician)
    waiting: list[Route] = []
    page.route("**/scanner.js", lambda route: waiting.append(route))  # noqa: PLW0108 Playwright writes on it
    page.goto(reverse("refurb:device_scan", args=[line.pk]), wait_until="commit")
    while not (waiting and page.evaluate("Boolean(document.querySelector('main input[autofocus]'))")):
        page.wait_for_timeout(10)
    if typed_in_the_box:
        page.focus("main input[autofocus]")
    else:
        page.evaluate("document.activeElement.blur()")
    page.keyboard.type("LIL-0001\nLIL-0002\nLIL-0003\nLIL-00")
    while waiting:
        waiting.pop().continue_()
    page.get_by_text("3 arrivés, 0 attendu.").wait_for()

    assert set(Device.objects.values_list("tag", flat=True)) == {"LIL-0001", "LIL-0002", "LIL-0003"}
    assert page.input_value("main input[autofocus]") == "LIL-00", "and the letters of the next one wait in the box"


def test_the_next_tag_is_found_from_the_page_of_the_one_before_and_presses_no_button(
    transactional_db: None, open_page: Callable[..., Page]
) -> None:
    load_numbers()
    bench = Bench()
    first, second = bench.received(tag="LIL-0001"), bench.received(tag="LIL-0002")
    page = open_page()
    sign_in(page, bench.technician)
    page.goto(page_of(first, "device_detail"))

    scan(page, second.tag)
    page.wait_for_url(f"**{page_of(second, 'device_detail')}")

    page.goto(page_of(first, "device_start"))
    page.locator("main form button[type=submit]").focus()
    scan(page, second.tag)
    page.wait_for_url(f"**{page_of(second, 'device_detail')}")
    assert Device.objects.get(pk=first.pk).state == "received", "Enter of the scanner started nothing"

    page.goto(reverse("refurb:bench"))
    page.evaluate("document.activeElement.blur()")
    scan(page, first.tag)
    page.wait_for_url(f"**{first.reference}**")
