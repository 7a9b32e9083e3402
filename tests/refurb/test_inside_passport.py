"""The whole passport of a device: all that is known and whence, for those who work on it, on a page and as a PDF."""

import logging
from decimal import Decimal
from typing import Any

import page as validation
import pypdfium2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lifecycle import gate
from refurb.enums import DeviceReopenReason, DeviceType, PartKind, TakenOutReason
from refurb.inside_passport import draw_inside_passport, inside_passport
from refurb.models import Device
from refurb.services import parts
from tests.distribution.shelves import Shelf
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.hardware import blank, deposit, record
from tests.refurb.pages import page_of
from tests.refurb.test_defects import HINGE, note

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def lived(bench: Bench, **read: Any) -> Device:
    """Read by a tool, a defect noted, a part fitted and one taken out, reconditioned."""
    device = blank(bench)
    record(bench, device, deposit(bench, "a.json", machines.lshw(**read)))
    part = parts.buy_part(
        actor=bench.technician, kind=PartKind.BATTERY, label="45 Wh", quantity=2, unit_price=Decimal("28.50")
    )
    parts.fit_part(actor=bench.technician, device=device, part=part)
    wrong = parts.fit_part(actor=bench.technician, device=device, part=part)
    parts.take_out_part(actor=bench.technician, repair=wrong, reason=TakenOutReason.UNSUITED)
    note(bench, device)
    (drive,) = device.drives.all()
    bench.erase(drive)
    bench.test(device)
    bench.grade(device)
    return bench.recondition(device, 49)


def test_each_fact_says_whence_each_proof_who_and_the_parts_what_they_cost(bench: Bench) -> None:
    told = read(acting(bench.technician), page_of(lived(bench), "device_passport"))
    for said in (
        "HP (lu dans lshw le",
        "Reconditionné",
        "preuve acceptée",
        "Tests réussis",
        HINGE,
        "1 × 45 Wh, achetée",
        "Reprise le",
        "Coût des pièces en place",
        "28,50\u00a0€",
        "49\u00a0€",
    ):
        assert said in told, said
    assert bench.technician.user.last_name not in told.partition("<main")[2].partition("</main>")[0]


def test_it_is_for_those_who_work_on_the_device_and_the_public_one_says_no_cost(bench: Bench) -> None:
    device = lived(bench)
    for name in ("device_passport", "device_passport_pdf"):
        assert acting(bench.stranger).get(page_of(device, name)).status_code == 404
        assert acting(bench.pilot).get(page_of(device, name)).status_code == 403
        assert Client().get(page_of(device, name)).status_code == 302
    told = read(Client(), reverse("distribution:passport", args=[device.reference]))
    assert HINGE in told
    for hidden in ("28,50", "45 Wh", "49\u00a0€", "batterie"):
        assert hidden not in told


def test_after_a_household_had_it_nobody_is_named(bench: Bench) -> None:
    shelf = Shelf()
    device = shelf.returned()
    need = device.need
    assert need is not None
    household = need.prescription.household
    passport = inside_passport(Device.objects.select_related("workshop", "donation", "line").get(pk=device.pk))
    told = "\n".join(f"{label} {said}" for section in passport.sections for label, said in section.rows)
    assert "Garanti jusqu’au" in told
    for name in (household.last_name, household.first_name, shelf.adviser.user.last_name, need.prescription.reference):
        assert name not in told


def test_it_is_drawn_as_pdf_ua_and_says_what_the_page_says(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    device = lived(bench)
    response = acting(bench.technician).get(page_of(device, "device_passport_pdf"))
    assert response["Content-Type"] == "application/pdf"
    assert "private" in response["Cache-Control"]
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        drawn = draw_inside_passport(inside_passport(device), by=bench.technician)
    report = validation.validate_pdf_bytes(drawn, profile="ua1")
    assert [failure.message for failure in report.failures] == []
    assert caplog.messages == []
    pdf = pypdfium2.PdfDocument(drawn)
    text = " ".join(" ".join(one.get_textpage().get_text_bounded() for one in pdf).split())
    for said in (HINGE, "preuve acceptée", "28,50"):
        assert said in text
    assert bench.technician.user.last_name not in text


@pytest.mark.parametrize("type_", list(DeviceType))
def test_every_type_has_its_passport_from_the_first_day(bench: Bench, type_: DeviceType) -> None:
    browser = acting(bench.technician)
    for device in (bench.received(type_), bench.unusable(bench.in_process(type_))):
        assert "Son parcours" in read(browser, page_of(device, "device_passport"))


def test_it_costs_the_same_whatever_was_done(bench: Bench) -> None:
    def cost(device: Device) -> int:
        seen = Device.objects.select_related("workshop", "donation", "line").get(pk=device.pk)
        with CaptureQueriesContext(connection) as queries:
            inside_passport(seen)
        return len(queries)

    busy = lived(bench)
    busier = lived(bench, serial="5CG0000002", drives=(machines.drive_node("S3Z8NB0K999999"),))
    part = parts.buy_part(actor=bench.technician, kind=PartKind.CHARGER, label="", quantity=5, unit_price=Decimal(9))
    gate.apply(busier, "reopen", actor=bench.technician, reason=DeviceReopenReason.DEFECT)
    for _ in range(4):
        parts.fit_part(actor=bench.technician, device=busier, part=part)
    note(bench, busier, "coque-rayee", "touche-dure")
    bench.erase(bench.drive(busier))
    assert cost(busier) == cost(busy)
