"""Declare a device reconditioned on one page: storage, tests, grade, price, and what is still missing."""

from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lifecycle import gate
from refurb.enums import DeviceState, DriveKind, ErasureEntry, ErasureOutcome, HiddenSectors
from refurb.models import Device, Drive, Erasure, Grading, StorageAbsence
from refurb.models import TestRun as Run
from refurb.services.devices import describe_device, receive_device
from tests.donations.scene import Scene, first_line, laptops
from tests.refurb.devices import Bench, load_numbers, new_tag
from tests.refurb.logs import log
from tests.refurb.pages import acting, answered, page_of, read

pytestmark = pytest.mark.django_db

MEASURES = {
    "grade-storage_kind": "ssd",
    "grade-os": "windows_11",
    "grade-ram_gb": "8",
    "grade-storage_gb": "256",
    "grade-cpu_mark": "6000",
    "grade-technical_note": "0",
    "grade-cosmetic_note": "0",
    "grade-cosmetic": "A",
}


class Fields(HTMLParser):
    """What a browser would send of a page left as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "select":
            self.select = name
        elif tag == "option" and (self.select not in self.sent or "selected" in given):
            self.sent[self.select] = value
        elif tag == "input" and given.get("type") in ("radio", "checkbox"):
            self.sent |= {name: value or "on"} if "checked" in given else {}
        elif tag == "input" and given.get("type") != "file":
            self.sent[name] = value
        elif tag == "textarea":
            self.sent[name] = ""


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def nwipe(name: str = "nwipe.log", **told: Any) -> SimpleUploadedFile:
    """A log that ends now."""
    end = timezone.localtime().replace(tzinfo=None, microsecond=0)
    return SimpleUploadedFile(name, log(**{"end": end} | told), "text/plain")


def sends(client: Client, device: Device, **given: Any) -> Any:
    """What a browser posts from the page, with what is left alone."""
    url = page_of(device, "device_recondition")
    fields = Fields()
    fields.feed(read(client, url))
    return client.post(url, fields.sent | given)


def on_the_bench(bench: Bench) -> Device:
    """A laptop that came two hours ago: time enough to erase it."""
    arrived = bench.received(at=timezone.now() - timedelta(hours=2))
    return gate.apply(arrived, "start", actor=bench.technician)


def fresh(device: Device) -> Device:
    return Device.objects.get(pk=device.pk)


def test_one_press_records_the_log_the_tests_the_grade_and_the_price(bench: Bench) -> None:
    device = on_the_bench(bench)
    typed = {"new-deposit": nwipe(), "checks-all_ok": "on", **MEASURES, "price": "49,90", "entered": "prix"}
    response = sends(acting(bench.technician), device, **typed)
    assert (response.status_code, response.url) == (302, "/appareils/etabli/")
    drive = Drive.objects.get()
    assert (drive.kind, drive.serial, drive.capacity) == (DriveKind.SSD, "SN000001", 256_060_514_304)
    erasure = Erasure.objects.get()
    assert (erasure.outcome, erasure.hidden_sectors) == (ErasureOutcome.ACCEPTED, HiddenSectors.NONE)
    assert (erasure.tool, erasure.tool_version, erasure.standard) == ("nwipe", "0.37", "Fill With Zeros")
    assert (fresh(device).state, fresh(device).price) == (DeviceState.READY, Decimal("49.90"))


def test_once_done_the_bench_waits_for_the_next_scan(bench: Bench) -> None:
    device = bench.prepared()
    page = acting(bench.technician).post(page_of(device, "device_recondition"), {"price": "25"}, follow=True)
    told = page.content.decode()
    assert "reconditionné, à 25\u00a0€. Scannez le suivant." in told
    assert 'id="scan"' in told
    assert "autofocus" in told


def test_each_thing_missing_leads_to_its_block(bench: Bench) -> None:
    page = read(acting(bench.technician), page_of(bench.in_process(), "device_recondition"))
    for anchor, sentence in (
        ("stockage", "Le stockage n’a pas été inventorié"),
        ("tests", "n’ont pas été testées"),
        ("grade", "Le grade n’a pas été calculé"),
        ("prix", "Donnez un prix solidaire"),
    ):
        assert f'<a href="#{anchor}">{sentence}' in page or f'<a href="#{anchor}">Les fonctions' in page
        assert f'id="{anchor}"' in page
    assert 'id="declarer" disabled' in page


def test_a_block_is_recorded_by_itself_and_the_page_opens_again_at_the_next(bench: Bench) -> None:
    device = bench.in_process()
    response = sends(acting(bench.technician), device, **{"checks-all_ok": "on", "save": "tests"})
    assert response.url == f"{page_of(device, 'device_recondition')}#stockage"
    assert Run.objects.get().passed


def test_nothing_ticked_records_no_test(bench: Bench) -> None:
    device = bench.in_process()
    sends(acting(bench.technician), device, save="tests")
    assert not Run.objects.exists()
    page = answered(acting(bench.technician), page_of(device, "device_test"))
    assert "Rien n’est coché" in page
    assert not Run.objects.exists()


def test_all_is_well_but_for_the_exceptions(bench: Bench) -> None:
    device = bench.in_process()
    typed = {"checks-all_ok": "on", "checks-webcam": "fail", "checks-ethernet": "not_applicable"}
    sends(acting(bench.technician), device, **typed, save="tests")
    assert Run.objects.get().failing == ["webcam"]


def test_a_price_typed_too_early_is_there_again(bench: Bench) -> None:
    device = bench.in_process()
    client = acting(bench.technician)
    sends(client, device, **{"checks-all_ok": "on", "price": "60", "comment": "Bel état", "save": "tests"})
    page = read(client, page_of(device, "device_recondition"))
    assert 'value="60"' in page
    assert "Bel état" in page
    assert "Donnez un prix solidaire" not in page


def test_what_is_wrong_is_shown_again_as_typed_and_what_is_right_is_recorded(bench: Bench) -> None:
    device = bench.in_process()
    typed = {"checks-all_ok": "on", **MEASURES, "grade-ram_gb": "", "price": "60"}
    page = sends(acting(bench.technician), device, **typed).content.decode()
    assert "<title>Erreur\u00a0: " in page
    assert '<a href="#id_grade-ram_gb">' in page
    assert 'value="6000"' in page
    assert 'value="60"' in page
    assert Run.objects.get().passed
    assert not Grading.objects.exists()


def test_a_log_about_another_drive_is_kept_and_says_whose_it_is(bench: Bench) -> None:
    device = on_the_bench(bench)
    drive = bench.drive(device, serial="AUTRE")
    client = acting(bench.technician)
    page = sends(client, device, **{f"log{drive.pk}-deposit": nwipe(), "save": "stockage"}).content.decode()
    assert "Ce journal ne parle pas du disque AUTRE, mais de\u00a0: SN000001." in page
    assert "Déjà déposé\u00a0: nwipe.log" in page
    assert not Erasure.objects.exists()


def test_a_log_that_proves_nothing_is_recorded_with_its_reasons(bench: Bench) -> None:
    device = on_the_bench(bench)
    drive = bench.drive(device, serial="SN000001")
    unfinished = nwipe(status="UABORTED", written=1_000_000, verified=False)
    client = acting(bench.technician)
    sends(client, device, **{f"log{drive.pk}-deposit": unfinished, "save": "stockage"})
    page = read(client, page_of(device, "device_recondition"))
    assert "il ne prouve rien" in page
    assert "L’outil signale une interruption." in page
    assert Erasure.objects.get().outcome == ErasureOutcome.REFUSED


def by_hand(drive: Drive, report: SimpleUploadedFile) -> dict[str, Any]:
    """An erasure typed in its block of the page."""
    end = timezone.localtime()
    now, an_hour_ago = (f"{when:%Y-%m-%dT%H:%M:%S}" for when in (end, end - timedelta(hours=1)))
    said = {
        "method": "overwrite",
        "tool": "nwipe",
        "started_at": an_hour_ago,
        "finished_at": now,
        "serial_read": "SN000001",
        "bytes_expected": "256060514304",
        "bytes_erased": "256060514304",
        "passes_asked": "1",
        "passes_done": "1",
        "verification": "last_pass",
        "verification_errors": "0",
        "pass_errors": "0",
        "hidden_sectors": "none",
        "deposit": report,
    }
    return {f"run{drive.pk}-{name}": given for name, given in said.items()}


def test_an_erasure_is_typed_by_hand_in_place(bench: Bench) -> None:
    device = on_the_bench(bench)
    drive = bench.drive(device, serial="SN000001")
    sends(acting(bench.technician), device, **by_hand(drive, nwipe("rapport.txt")), save="stockage")
    erasure = Erasure.objects.get()
    assert (erasure.outcome, erasure.entry) == (ErasureOutcome.ACCEPTED, ErasureEntry.CHECKED)


def words_of_failure(said: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("rapport.txt", f"SN000001 erased, {said}".encode(), "text/plain")


def test_a_report_read_again_is_confirmed_in_place_and_another_file_is_asked_about_again(bench: Bench) -> None:
    device = on_the_bench(bench)
    drive = bench.drive(device, serial="SN000001")
    client, url = acting(bench.technician), page_of(device, "device_recondition")
    typed = by_hand(drive, words_of_failure("first attempt failed"))
    asked = sends(client, device, **typed, save="stockage").content.decode()
    box = f'type="checkbox" name="run{drive.pk}-confirmed"'
    assert box in asked
    assert "J’ai relu le rapport\u00a0: il dit bien que ce disque est effacé." in asked
    fields = Fields()
    fields.feed(asked)
    ticked = fields.sent | {f"run{drive.pk}-confirmed": "on", "save": "stockage"}

    other = {f"run{drive.pk}-deposit": words_of_failure("37 errors")}
    again = client.post(url, ticked | other).content.decode()
    assert "Ce rapport porte des mots d’échec" in again
    assert box in again
    assert "checked" not in again[again.index(box) :].split(">", 1)[0], "the tick was for the other file"
    assert not Erasure.objects.exists()

    assert client.post(url, ticked).status_code == 302
    erasure = Erasure.objects.get()
    assert erasure.outcome == ErasureOutcome.ACCEPTED
    assert "failure_words" in erasure.differences


def test_nothing_is_asked_of_the_storage_of_a_screen_that_was_announced(bench: Bench) -> None:
    """Replaced: one had to attest that a screen holds no storage, which a person would tick without looking."""
    device = bench.announced_screen()
    client = acting(bench.technician)
    page = read(client, page_of(device, "device_recondition"))
    assert "Un écran ne contient pas de stockage" in page
    assert "none-reason" not in page
    assert "new-deposit" not in page
    typed = {"checks-all_ok": "on", "grade-panel": "intact", "grade-cosmetic": "A"}
    sends(client, device, **typed, price="15", declare="1")
    assert not StorageAbsence.objects.exists()
    assert fresh(device).state == DeviceState.READY


def test_a_screen_that_nobody_announced_is_looked_at_by_one_answer_among_the_others(bench: Bench) -> None:
    device = bench.in_process(type="screen")
    client = acting(bench.technician)
    page = read(client, page_of(device, "device_recondition"))
    assert "Personne n’avait annoncé cet écran" in page
    assert "rien à prouver" not in page
    typed = {"checks-all_ok": "on", "grade-panel": "intact", "grade-cosmetic": "A", "price": "15", "declare": "1"}
    sends(client, device, **typed)
    assert fresh(device).state == DeviceState.IN_PROCESS
    sends(client, device, **typed, **{"none-reason": "no_storage"})
    assert fresh(device).state == DeviceState.READY


@pytest.mark.parametrize("type_", ["smartphone", "tablet"])
def test_nwipe_is_not_offered_for_a_phone(bench: Bench, type_: str) -> None:
    device = bench.in_process(type=type_)
    client = acting(bench.technician)
    assert "nwipe" not in read(client, page_of(device, "device_recondition"))
    drive = bench.drive(device)
    assert "nwipe" not in read(client, page_of(device, "device_recondition"))
    assert "nwipe" not in read(client, page_of(device, "device_record_erasure", drive.pk))


@pytest.mark.parametrize(
    ("size", "shown"), [(256_060_514_304, "256"), (1_000_204_886_016, "1000"), (7_900_000_000, "7,9")]
)
def test_a_storage_is_shown_as_it_is_sold_and_kept_to_the_byte(bench: Bench, size: int, shown: str) -> None:
    device = bench.in_process()
    drive = bench.drive(device, capacity=size)
    client = acting(bench.technician)
    assert f'name="grade-storage_gb" value="{shown}"' in read(client, page_of(device, "device_recondition"))
    page = client.get(page_of(device, "device_record_drive"), {"replace": drive.pk}).content.decode()
    assert f'name="capacity" value="{shown}"' in page

    url = f"{page_of(device, 'device_record_drive')}?replace={drive.pk}"
    sent = {"kind": drive.kind, "serial": "SN-OTHER", "capacity": shown}
    assert client.post(url, sent).status_code == 302
    assert Drive.objects.current().get(device=device).capacity == size


@pytest.mark.parametrize(("price", "why"), [("0", "Le prix est de 0\u00a0€."), ("0,50", "Le prix est de 0,50\u00a0€.")])
def test_a_price_of_nothing_is_asked_about_once(bench: Bench, price: str, why: str) -> None:
    device = bench.prepared()
    client = acting(bench.technician)
    page = sends(client, device, price=price, declare="1").content.decode()
    assert why in page
    assert "Oui, ce prix est le bon" in page
    assert fresh(device).state == DeviceState.IN_PROCESS
    sends(client, device, price=price, declare="1", sure="on")
    assert fresh(device).state == DeviceState.READY


def test_what_is_missing_is_judged_as_if_what_is_typed_were_recorded_and_nothing_is(bench: Bench) -> None:
    device = bench.in_process()
    bench.proven(device)
    client = acting(bench.technician)
    url = page_of(device, "device_recondition_missing")
    half = client.post(url, {**MEASURES, "price": "40"}).content.decode()
    assert "n’ont pas été testées" in half
    assert "Le grade n’a pas été calculé" not in half
    assert "<strong>Grade A</strong> avec ces mesures." in half
    whole = client.post(url, {**MEASURES, "checks-all_ok": "on", "price": "40"}).content.decode()
    assert "Rien ne manque" in whole
    assert "disabled" not in whole
    assert not Run.objects.exists()
    assert not Grading.objects.exists()
    for price in ("181", "500"):
        over = client.post(url, {**MEASURES, "checks-all_ok": "on", "price": price}).content.decode()
        assert "Le prix dépasse le plafond légal du jour" in over
        assert "confirmez-le" not in over, "a legal ceiling is not confirmed away"


def test_a_scan_at_the_bench_leads_to_the_work_and_elsewhere_to_the_device(bench: Bench) -> None:
    working, waiting, done = bench.in_process(), bench.received(), bench.ready()
    client = acting(bench.technician)
    for device, page in ((working, "device_recondition"), (waiting, "device_start"), (done, "device_detail")):
        scanned = {"text": device.tag, "bench": "1"}
        assert client.post(reverse("refurb:device_find"), scanned).url == page_of(device, page)
        assert client.post(reverse("refurb:device_find"), {"text": device.tag}).url == page_of(device, "device_detail")
    assert 'name="bench"' in read(client, reverse("refurb:bench"))


def test_a_device_taken_onto_the_bench_opens_its_page(bench: Bench) -> None:
    device = bench.received()
    response = acting(bench.technician).post(page_of(device, "device_start"))
    assert response.url == page_of(device, "device_recondition")


def test_another_workshop_does_not_see_it_and_the_pilot_may_not(bench: Bench) -> None:
    device = bench.in_process()
    for name in ("device_recondition", "device_recondition_missing"):
        assert acting(bench.stranger).post(page_of(device, name)).status_code == 404
        assert acting(bench.pilot).post(page_of(device, name)).status_code == 403


def test_the_bench_and_the_device_lead_to_the_page_while_something_is_missing() -> None:
    bench = Bench()
    device = bench.in_process()
    client = acting(bench.technician)
    there = f'href="{page_of(device, "device_recondition")}"'
    assert there in read(client, "/appareils/etabli/")
    assert there in read(client, page_of(device, "device_detail"))


# --- what machines of one lot and model usually are


def of_one_lot() -> tuple[Bench, list[Device]]:
    """Three machines of one lot and model, proven and tested; the first is sold at 45 €."""
    scene = Scene(lines=(laptops(3),))
    bench, line = Bench(scene.north), first_line(scene.collected())
    found = []
    for _ in range(3):
        device = receive_device(actor=bench.technician, line=line, tag=new_tag())
        found.append(bench.identified(gate.apply(device, "start", actor=bench.technician)))
        bench.proven(found[-1])
        bench.test(found[-1])
    bench.grade(found[0])
    bench.recondition(found[0], 45)
    return bench, found


def test_a_price_left_empty_is_that_of_its_lot_model_and_grade_once_the_page_told_it() -> None:
    bench, (first, second, _) = of_one_lot()
    client = acting(bench.technician)
    bench.grade(second)
    page = read(client, page_of(second, "device_recondition"))
    assert f"comme {first}" in page
    assert "peut être déclaré reconditionné, à 45\u00a0€" in page
    sends(client, second, entered="prix")
    assert (fresh(second).state, fresh(second).price) == (DeviceState.READY, Decimal(45))


@pytest.mark.parametrize("pressed", ["entered", "save"])
@pytest.mark.parametrize("block", ["identite", "stockage", "tests", "defauts", "grade", ""])
def test_no_press_in_another_block_declares_though_nothing_is_missing(pressed: str, block: str) -> None:
    """A technician who only meant to note a defect had sold the machine at the price of its lot."""
    bench, (_, second, _) = of_one_lot()
    client = acting(bench.technician)
    bench.grade(second)
    for price in ("", "60"):
        answer = sends(client, second, **{pressed: block, "price": price} if block else {pressed: block})
        assert answer.url.endswith("#prix")
        assert fresh(second).state == DeviceState.IN_PROCESS


def test_without_scripts_enter_declares_when_a_price_is_typed_and_nothing_else(bench: Bench) -> None:
    device, client = bench.prepared(), acting(bench.technician)
    sends(client, device, **{"checks-all_ok": "on", "price": "60"})
    assert fresh(device).state == DeviceState.IN_PROCESS
    sends(client, device, price="60")
    assert fresh(device).state == DeviceState.READY


def test_a_usual_price_that_changed_since_the_page_was_read_is_not_taken() -> None:
    bench, (_, second, third) = of_one_lot()
    client = acting(bench.technician)
    for device in (second, third):
        bench.grade(device)
    bench.recondition(second, 50)

    answer = client.post(page_of(third, "device_recondition"), {"usual_price": "45.00", "declare": "1"})

    assert answer.status_code == 200
    assert fresh(third).state == DeviceState.IN_PROCESS
    page = answer.content.decode()
    assert "Donnez un prix solidaire" in page
    assert "<strong>50\u00a0€</strong>" in page


@pytest.mark.parametrize("other", ["grade", "model", "lot"])
def test_no_price_is_usual_for_another_grade_model_or_lot(other: str) -> None:
    bench, (_, second, _) = of_one_lot()
    if other == "lot":
        second = bench.prepared()
    elif other == "model":
        describe_device(actor=bench.technician, device=second, model="Latitude 7490")
    bench.grade(second, **({"ram_gb": Decimal(4), "cpu_mark": Decimal(2000)} if other == "grade" else {}))

    assert "Laissé vide" not in read(acting(bench.technician), page_of(second, "device_recondition"))
    acting(bench.technician).post(page_of(second, "device_recondition"), {"usual_price": "45.00", "declare": "1"})
    assert fresh(second).state == DeviceState.IN_PROCESS


@pytest.mark.parametrize("page", ["device_recondition", "device_grade"])
def test_a_system_that_comes_from_another_machine_is_told_as_such(page: str) -> None:
    bench, (first, second, _) = of_one_lot()
    assert f"Comme {first}, du même lot et du même modèle" in read(acting(bench.technician), page_of(second, page))
    bench.grade(second)
    assert f"Comme {first}, du même lot et du même modèle" not in read(acting(bench.technician), page_of(second, page))


def test_an_unproven_machine_is_not_declared_by_the_price_of_its_lot() -> None:
    bench, (_, second, _) = of_one_lot()
    bench.grade(second)
    bench.drive(second)
    acting(bench.technician).post(page_of(second, "device_recondition"), {"usual_price": "45.00", "declare": "1"})
    assert fresh(second).state == DeviceState.IN_PROCESS


def test_the_memory_is_asked_once_the_grade_takes_that_of_the_identity(bench: Bench) -> None:
    device = bench.in_process(memory_gb=None)
    identity = {"identity-manufacturer": "Marque", "identity-model": "Modèle", "identity-processor": "Processeur"}
    typed = {**identity, "identity-memory_gb": "16", **MEASURES, "grade-ram_gb": "", "save": "grade"}
    page = read(acting(bench.technician), page_of(device, "device_recondition"))
    assert "celle de l’identité" in page
    assert sends(acting(bench.technician), device, **typed).status_code == 302
    assert Device.objects.get(pk=device.pk).memory_gb == 16
    assert Grading.objects.get().measures["ram_gb"] == 16


def test_a_grade_without_any_memory_still_asks_for_it(bench: Bench) -> None:
    device = bench.in_process(memory_gb=None)
    page = sends(acting(bench.technician), device, **{**MEASURES, "grade-ram_gb": "", "save": "grade"})
    assert '<a href="#id_grade-ram_gb">' in page.content.decode()
    assert not Grading.objects.exists()
