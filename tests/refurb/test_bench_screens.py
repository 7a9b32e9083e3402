"""The bench on a telephone: whatever was done already, the next step is within the first two screens."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from lifecycle import gate
from refurb.enums import RemovalDestination
from refurb.models import Device
from refurb.services import devices, evidence
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.pages import page_of
from tests.screens import NARROW, flaws, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
TWO_SCREENS = 2 * NARROW["height"]


def with_everything(bench: Bench) -> Device:
    """It came twice; three drives, each erased in vain, then well; one of them removed; tested twice, graded."""
    arrived = timezone.now() - timedelta(hours=3)
    first = bench.proven(bench.in_process(at=arrived))
    lost = gate.apply(first, "report_missing", actor=bench.technician, reason="theft")
    device = devices.receive_device(actor=bench.technician, device=lost, tag=first.tag)
    device = gate.apply(device, "start", actor=bench.technician)
    for rank in range(3):
        drive = bench.drive(device, manufacturer="Marque", model="Modèle", slot=f"Baie {rank}")
        bench.erase(drive, pass_errors=2)
        bench.erase(drive)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.STOCK, place="Étagère 4")
    bench.test(device)
    bench.test(device)
    bench.grade(device)
    return bench.identified(device)


def top_of(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"]


def test_on_a_telephone_what_is_done_is_folded_and_the_next_step_is_within_two_screens(
    transactional_db: None, open_page: Callable[..., Page]
) -> None:
    load_numbers()
    bench = Bench()
    device = with_everything(bench)
    page = open_page(viewport=NARROW)
    sign_in(page, bench.technician)

    page.goto(page_of(device, "device_recondition"))
    assert top_of(page, "#prix input") < TWO_SCREENS
    folded = page.locator("#stockage > div > details > summary")
    folded.click()
    page.get_by_text("Ajouter un autre stockage").wait_for()
    assert flaws(page) == []

    page.goto(page_of(device, "device_evidence"))
    assert top_of(page, "main a.btn-primary") < TWO_SCREENS
    assert page.evaluate("document.documentElement.scrollHeight") < 6 * NARROW["height"]
    assert flaws(page) == []


def test_what_lacks_something_is_open_and_declaring_works_with_what_is_folded(
    transactional_db: None, open_page: Callable[..., Page]
) -> None:
    load_numbers()
    bench = Bench()
    device = bench.in_process(at=timezone.now() - timedelta(hours=3))
    page = open_page(viewport=NARROW, java_script_enabled=False)
    sign_in(page, bench.technician)
    page.goto(page_of(device, "device_recondition"))
    assert page.locator("#grade").get_by_text("Revoir ou corriger").count() == 0

    bench.prepared(device)
    page.goto(page_of(device, "device_recondition"))
    page.fill("#prix input[name=price]", "25")
    page.locator("#prix input[name=price]").press("Enter")

    page.get_by_text("Scannez le suivant.").wait_for()
    assert Device.objects.get(pk=device.pk).price == Decimal(25)


def test_enter_declares_beside_the_price_alone_and_the_pointer_finds_the_button(
    transactional_db: None, open_page: Callable[..., Page]
) -> None:
    load_numbers()
    bench = Bench()
    device = bench.prepared()
    page, url = open_page(), page_of(device, "device_recondition")
    sign_in(page, bench.technician)
    page.goto(url)
    page.fill("#prix input[name=price]", "25")
    page.locator("#identite summary").click()
    page.locator("#identite input[name=identity-model]").press("Enter")
    page.wait_for_url("**#prix")
    assert Device.objects.get(pk=device.pk).state == "in_process"
    expect(page.locator("#declarer")).to_be_focused()  # a second Enter would declare

    page.locator("#defauts summary").first.click()
    page.locator("#defauts input[type=checkbox]").first.focus()
    page.keyboard.press("Space")
    expect(page.locator("#manque")).to_contain_text("Rien ne manque")
    page.wait_for_timeout(600)  # what is asked as one types has answered
    expect(page.locator("#defauts input[type=checkbox]").first).to_be_focused()  # a keyboard is left where it is
    page.locator("#defauts input[type=checkbox]").nth(1).click()
    expect(page.locator("#declarer")).to_be_focused()
    page.locator("#prix input[name=price]").press("Enter")
    page.get_by_text("Scannez le suivant.").wait_for()
