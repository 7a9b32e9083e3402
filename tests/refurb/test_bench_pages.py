"""The bench through its pages: the checklist, the grade, repairs."""

import re

import pytest

from refurb.enums import CheckResult, DeviceType, DriveKind
from refurb.models import Grading, Repair
from refurb.models import TestRun as Run
from refurb.views.sheet import measured
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.pages import acting, answered, page_of, read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_everything_works_ticks_the_page_and_records_nothing_yet(bench: Bench) -> None:
    device = bench.in_process()
    client = acting(bench.technician)
    url = page_of(device, "device_test")
    ticked = client.post(url, {"all_ok": "1", "webcam": "fail"}).content.decode()
    assert "<title>Erreur" not in ticked
    assert ticked.count("checked") == 15
    assert 'name="webcam" value="fail"' in ticked.replace("\n", "")
    assert not Run.objects.exists()


def test_a_failed_function_keeps_the_device_on_the_bench_and_the_rest_is_not_tested_twice(bench: Bench) -> None:
    device = bench.in_process()
    client = acting(bench.technician)
    url = page_of(device, "device_test")
    functions = dict.fromkeys(("boot", "display", "keyboard", "touchpad", "battery", "charger"), "ok")
    functions |= dict.fromkeys(("microphone", "sound", "wifi", "usb", "video", "bluetooth"), "ok")

    page = client.post(url, functions | {"webcam": "fail", "ethernet": "not_applicable"}, follow=True)
    assert "une fonction reste à tester, ou une essentielle est en défaut" in page.content.decode()
    assert Run.objects.current().get().failing == ["webcam", "card_reader"]

    page = client.post(url, {"webcam": "ok", "card_reader": "fail"}, follow=True).content.decode()
    assert "l’appareil est en état de marche" in page
    assert "repris d’un test précédent" in page
    assert Run.objects.current().get().results.get(function="ethernet").result == CheckResult.NOT_APPLICABLE


def test_does_not_apply_is_offered_only_where_the_checklist_says_when(bench: Bench) -> None:
    page = read(acting(bench.technician), page_of(bench.in_process(), "device_test"))
    assert page.count('value="not_applicable"') == 4
    assert "Sans objet quand l’ordinateur n’a pas de prise réseau." in page


GOOD = {
    "storage_kind": "ssd",
    "os": "windows_10",
    "ram_gb": "8",
    "storage_gb": "256",
    "cpu_mark": "6000",
    "technical_note": "0",
    "cosmetic_note": "-0,5",
    "cosmetic": "B",
}


def test_the_grade_is_computed_line_by_line_without_being_recorded(bench: Bench) -> None:
    device = bench.in_process()
    client = acting(bench.technician)
    page = client.post(page_of(device, "device_grade"), GOOD | {"compute": "1"}).content.decode()
    assert "Grade B" in page
    assert "Rien n’est encore enregistré" in page
    assert "Plafond appliqué\u00a0: Windows 10." in page
    assert "8,5" in page
    assert not Grading.objects.exists()


def test_the_grade_is_recorded_with_its_scale_and_its_letter_of_aspect(bench: Bench) -> None:
    device = bench.in_process()
    client = acting(bench.technician)
    page = client.post(page_of(device, "device_grade"), GOOD, follow=True).content.decode()
    grading = Grading.objects.get()
    assert (grading.grade, grading.cosmetic, grading.scale.code) == ("B", "B", "ec-pc-2025")
    assert "Emmaüs Connect PC 2025-26" in page
    assert "Calcul du grade, ligne par ligne" in page
    assert f"<td>{GOOD['ram_gb']}\N{NO-BREAK SPACE}Go</td>" in page


@pytest.mark.parametrize(
    ("measure", "unit", "said"),
    [
        ("8", "Go", "8 Go"), ("4700", "points", "4 700 points"), ("-1", "points", "-1 point"), ("7.5", "%", "7,5 %"),
        ("250000", "points", "250 000 points"), ("hdd", "", "Disque dur"), ("A", "", "A"), ("12", "", "12"),
    ],
)  # fmt: skip
def test_a_measure_has_its_unit(measure: str, unit: str, said: str) -> None:
    assert re.sub(r"\s", " ", measured(measure, unit)) == said


def test_another_scale_in_force_may_be_chosen(bench: Bench) -> None:
    device = bench.in_process()
    client = acting(bench.technician)
    url = f"{page_of(device, 'device_grade')}?scale=ec-pc-2023"
    assert "Emmaüs Connect PC 2025-26" in read(client, page_of(device, "device_grade"))
    client.post(url, GOOD)
    assert Grading.objects.get().scale.code == "ec-pc-2023"


def test_a_measure_out_of_bounds_or_left_out_is_said_beside_it(bench: Bench) -> None:
    device = bench.in_process()
    page = answered(
        acting(bench.technician), page_of(device, "device_grade"), **GOOD | {"technical_note": "9", "ram_gb": ""}
    )
    assert "Note technique</a>" in page
    assert "Mémoire vive (Go)</a>" in page
    assert 'value="6000"' in page


def test_the_grade_opens_with_what_the_inventory_tells(bench: Bench) -> None:
    device = bench.in_process()
    bench.drive(device, kind=DriveKind.NVME)
    page = read(acting(bench.technician), page_of(device, "device_grade"))
    assert '<option value="nvme" selected>' in page
    assert 'value="256"' in page


@pytest.mark.parametrize(("type_", "given"), [("smartphone", {"antutu": "200000", "ram_gb": "4", "storage_gb": "64"})])
def test_a_phone_is_graded_by_its_own_scale(bench: Bench, type_: str, given: dict[str, str]) -> None:
    device = bench.in_process(DeviceType(type_))
    acting(bench.technician).post(page_of(device, "device_grade"), given | {"cosmetic": "A"})
    assert Grading.objects.get().grade == "A"


def test_a_screen_is_graded_by_its_panel_and_its_aspect(bench: Bench) -> None:
    device = bench.in_process(DeviceType.SCREEN)
    acting(bench.technician).post(page_of(device, "device_grade"), {"panel": "intact", "cosmetic": "B"})
    assert Grading.objects.get().score == 7


def test_a_repair_is_told_on_the_sheet(bench: Bench) -> None:
    device = bench.in_process()
    given = {"kind": "webcam", "work": "Webcam changée", "quantity": "1", "cost": "12,50", "minutes": "20"}
    page = acting(bench.technician).post(page_of(device, "device_repair"), given, follow=True).content.decode()
    assert Repair.objects.get().cost == 12.5
    assert "Webcam changée" in page
    assert "12,50\u00a0€" in page
