"""The pages where one scans, counts, shares, deposits and reads a passport, used by somebody clumsy or ill-willed."""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from distribution.services.stocktakes import begin_stocktake, close_stocktake, scan_stock
from distribution.views import stocktakes
from distribution.views.proposing import CHOSEN
from distribution.views.scanning import GIVEN, KEPT
from documents.services import store_file
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import AttributionReason, CheckResult, DeviceState, MissingReason, RemovalDestination
from refurb.models import Checklist, DepositedFile, Device, Erasure, HardwareReport
from refurb.services import deposit_tokens, depositing, devices, erasures, evidence, hardware
from tests.distribution.shelves import Shelf
from tests.pages import acting, done, read
from tests.refurb import machines
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.hardware import pdf_of
from tests.refurb.logs import log
from tests.refurb.test_boot_kit import send

pytestmark = pytest.mark.django_db
S = DeviceState
ABSURD = ("²", "9" * 30, "9" * 5000, "-1", "\0", "é" * 3000, "<script>alert(1)</script>", "1e5")

IMPOSSIBLE = ("2026/99/99 12:00:00", "2026/11/20 99:99:99", "0000/01/01 00:00:00", "0001/01/01 00:00:00")


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def station(code: str) -> str:
    return reverse("distribution:scan_station", args=[code])


def counting(stocktake: Any, name: str = "detail") -> str:
    return reverse(f"distribution:stocktake_{name}", args=[stocktake.reference])


def passport(device: Device) -> str:
    return read(Client(), reverse("distribution:passport", args=[device.reference]))


# --- absurd input


@pytest.mark.parametrize("absurd", ABSURD)
def test_absurd_choices_of_a_proposal_allot_nothing(absurd: str) -> None:
    shelf = Shelf()
    device = shelf.ready()
    page = reverse("distribution:allotment_propose")
    chosen = [f"{absurd}:{device.reference}", f"{shelf.convention.pk}:{absurd}"]
    response = acting(shelf.manager).post(page, {CHOSEN: chosen})
    assert response.status_code in (200, 302, 400)
    assert fresh(device).state == S.READY


@pytest.mark.parametrize("absurd", ABSURD)
def test_absurd_counts_of_a_proposal_are_refused(absurd: str) -> None:
    shelf = Shelf()
    shelf.ready()
    page = reverse("distribution:allotment_propose")
    client = acting(shelf.manager)
    names = {f"count_{shelf.convention.pk}_laptop": absurd, "count_x": absurd}
    assert client.post(page, names).status_code == 200


@pytest.mark.parametrize("absurd", ABSURD)
def test_absurd_files_to_set_aside_set_nothing_aside(bench: Bench, absurd: str) -> None:
    client = acting(bench.technician)
    page = reverse("refurb:hardware_sort")
    posted = {"mettre-de-cote": "1", f"ecarter-{absurd}": "on", "reason": "twice"}
    assert client.post(page, posted).status_code in (302, 400)  # a name longer than Django reads
    posted = {"enregistrer": "1", f"vu-{absurd}": absurd, f"etiquette-{absurd}": absurd}
    assert client.post(page, posted).status_code in (200, 400)


@pytest.mark.parametrize("absurd", ABSURD)
def test_absurd_addresses_are_not_found(bench: Bench, absurd: str) -> None:
    client = acting(bench.technician)
    for path in (
        f"/passeport/{quote(absurd)}/",
        f"/appareils/inventaires/{quote(absurd)}/",
        f"/appareils/inventaires/{quote(absurd)}/coller/",
        f"/appareils/scanner/{quote(absurd)}/",
        f"/appareils/scanner/{quote(absurd)}/liste/",
    ):
        assert client.get(path).status_code in (404, 400), path


@pytest.mark.parametrize("code", ["trouver", "receptionner", "traiter", "ranger", "recycler"])
@pytest.mark.parametrize("absurd", ABSURD)
def test_absurd_scans_are_refused(bench: Bench, code: str, absurd: str) -> None:
    client = acting(bench.technician)
    given = {"line": absurd, "place": absurd, "recycler": absurd, "bsd_number": absurd}
    assert client.post(station(code), {"tag": absurd, **given}).status_code in (200, 302)
    assert client.post(station(code), {"tag": "X", **given}).status_code in (200, 302)
    assert client.get(station(code)).status_code == 200


@pytest.mark.parametrize("absurd", ABSURD)
def test_absurd_labels_are_counted_as_unknown_or_refused(bench: Bench, absurd: str) -> None:
    client = acting(bench.technician)
    stocktake = begin_stocktake(actor=bench.technician)
    assert client.post(counting(stocktake), {"tag": absurd, "place": absurd}).status_code in (200, 302)
    assert client.post(counting(stocktake, "paste"), {"tags": f"{absurd}\nX", "place": ""}).status_code in (200, 302)
    assert client.post(counting(stocktake, "paste"), {"tags": "X", "place": absurd}).status_code in (200, 302)
    page = client.get(counting(stocktake))
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize(
    "spoil",
    [
        (b"sect/blk/dev 512/4096/256060514304", b"sect/blk/dev 512/4096/" + b"9" * 5000),
        (b"256060514304 bytes written", b"9" * 5000 + b" bytes written"),
        (b"S/N=SN000001", b"S/N=" + b"A" * 79 + "é".encode() * 40),
        (b"nwipe 0.37", b"nwipe 0." + b"3" * 400),
        (b"pass 1/1", b"pass 1/" + b"9" * 5000),
        (b"pass 1/1", b"pass 1/" + b"9" * 12),
        (b"01:00:00", b"9" * 30 + b":00:00"),
        (b"|           0 |", b"|" + b"9" * 40 + b" |"),
    ],
)
def test_a_spoilt_log_at_the_door_is_kept_unread_or_refused(bench: Bench, spoil: tuple[bytes, bytes]) -> None:
    _, text = deposit_tokens.make_token(actor=bench.manager, name="Clé")
    whole = log(end=timezone.localtime().replace(tzinfo=None, microsecond=0))
    assert spoil[0] in whole
    assert send(text, ("a.log", whole.replace(*spoil))).status_code in (201, 400)


@pytest.mark.parametrize("hour", IMPOSSIBLE)
def test_a_log_of_impossible_hours_is_kept_unread_or_refused(bench: Bench, hour: str) -> None:
    _, text = deposit_tokens.make_token(actor=bench.manager, name="Clé")
    whole = log(end=timezone.localtime().replace(tzinfo=None, microsecond=0))
    lines = [f"[{hour}]".encode() + line[21:] if line.startswith(b"[") else line for line in whole.splitlines()]
    assert send(text, ("a.log", b"\n".join(lines))).status_code in (201, 400)


def test_a_log_of_a_drive_larger_than_any_does_not_break_the_bench(bench: Bench) -> None:
    device = bench.in_process(at=timezone.now() - timedelta(hours=2), tag="PRH-1")
    client = acting(bench.technician)
    end = timezone.localtime().replace(tzinfo=None, microsecond=0)
    _, text = deposit_tokens.make_token(actor=bench.manager, name="Clé")
    for size in (10**19, 10**25):
        send(text, (f"{device.tag}-{size}.log", log(f"ZZ{size}", end=end, size=size)))
    assert client.get(reverse("refurb:hardware_sort")).status_code == 200


def test_html_in_what_a_machine_says_is_shown_as_text(bench: Bench) -> None:
    device = bench.in_process(at=timezone.now() - timedelta(hours=2), tag="PRH-1", model="", manufacturer="")
    client = acting(bench.technician)
    hostile = "<script>alert(1)</script>"
    said = json.loads(machines.lshw())
    one = said[0] if isinstance(said, list) else said
    one["product"] = one["vendor"] = one["serial"] = hostile
    _, text = deposit_tokens.make_token(actor=bench.manager, name=hostile)
    send(text, (f"{device.tag}{hostile}.json", json.dumps(said).encode()))
    pages = read(client, reverse("refurb:hardware_sort"))
    pages += read(acting(bench.manager), reverse("refurb:deposit_token_list"))
    assert "script" in pages
    assert "<script>alert" not in pages


# --- an older session


@pytest.mark.parametrize("older", [[{"tag": "PRH-1"}], ["PRH-1"], {"a": 1}, "x", None, [None]])
def test_a_session_of_another_shape_does_not_shut_the_page(bench: Bench, older: Any) -> None:
    client = acting(bench.technician)
    session = client.session
    session[KEPT], session[GIVEN], session[stocktakes.PLACE] = older, older, older
    session.save()
    assert client.get(station("ranger")).status_code == 200
    assert client.post(station("ranger"), {"undo": "1"}).status_code == 302
    assert client.post(station("traiter"), {"tag": "PRH-1"}).status_code == 302
    stocktake = begin_stocktake(actor=bench.technician)
    assert client.get(counting(stocktake)).status_code == 200


# --- twice


def test_undo_pressed_twice_takes_back_one_scan(bench: Bench) -> None:
    client = acting(bench.technician)
    for number in (1, 2):
        bench.received(tag=f"PRH-{number}")
        client.post(station("traiter"), {"tag": f"PRH-{number}"})
    page = read(client, station("traiter"))
    value = page.split('name="undo" value="')[1].split('"')[0]
    for _ in range(2):
        client.post(station("traiter"), {"undo": value})
    assert Device.objects.filter(state=S.RECEIVED).count() == 1


def test_undo_of_a_count_pressed_twice_takes_back_one_label(bench: Bench) -> None:
    client = acting(bench.technician)
    stocktake = begin_stocktake(actor=bench.technician)
    for number in (1, 2):
        bench.received(tag=f"PRH-{number}")
        client.post(counting(stocktake), {"tag": f"PRH-{number}", "place": ""})
    form = read(client, counting(stocktake)).split(counting(stocktake, "undo"))[1]
    value = form.split('name="scan" value="')[1].split('"')[0] if 'name="scan"' in form else ""
    for _ in range(2):
        client.post(counting(stocktake, "undo"), {"scan": value})
    assert "Annuler mon dernier scan (PRH-1)" in read(client, counting(stocktake))


def test_a_place_written_since_by_somebody_else_is_not_undone(bench: Bench) -> None:
    device = bench.received(tag="PRH-1", place="A1")
    client = acting(bench.technician)
    client.post(station("ranger"), {"tag": "PRH-1", "place": "B2"})
    devices.describe_device(actor=bench.technician, device=fresh(device), place="C3")
    page = read(client, station("ranger"))
    value = page.split('name="undo" value="')[1].split('"')[0]
    client.post(station("ranger"), {"undo": value})
    assert fresh(device).place == "C3"


def test_a_label_scanned_while_the_page_is_made_does_not_break_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.received(tag="PRH-1")
    stocktake = begin_stocktake(actor=bench.technician)
    before = stocktakes.findings_of

    def while_somebody_scans(one: Any) -> Any:
        found = before(one)
        scan_stock(actor=bench.technician, stocktake=stocktake, texts=["PRH-1", "INCONNU"])
        return found

    monkeypatch.setattr(stocktakes, "findings_of", while_somebody_scans)
    assert acting(bench.technician).get(counting(stocktake)).status_code == 200


def test_files_confirmed_in_two_tabs_are_written_once(bench: Bench) -> None:
    device = bench.in_process(at=timezone.now() - timedelta(hours=2), tag="PRH-1")
    here = reverse("refurb:hardware_sort")
    client = acting(bench.technician)
    for name, content in ((f"{device.tag}.json", machines.lshw()), (f"{device.tag}.log", a_log(machines.DRIVE))):
        depositing.deposit_files(actor=bench.technician, files=[(name, content)])
    seen = {f"vu-{one.pk}": device.reference for one in DepositedFile.objects.all()}
    for _ in range(2):
        assert client.post(here, {"enregistrer": "1", **seen}).status_code == 200
    assert (HardwareReport.objects.count(), Erasure.objects.count(), device.drives.count()) == (2, 1, 1)


@pytest.mark.parametrize("first", ["pdf", "attribution"])
def test_one_run_does_not_prove_two_drives_by_two_doors(bench: Bench, first: str) -> None:
    named = bench.in_process(at=timezone.now() - timedelta(hours=2), tag="PRH-1")
    other = bench.in_process(at=timezone.now() - timedelta(hours=2), tag="PRH-2")
    nameless = bench.drive(other, serial="")
    now = timezone.localtime().replace(tzinfo=None, microsecond=0)
    when = {"start": f"{now - timedelta(hours=1):%Y/%m/%d %H:%M:%S}", "end": f"{now:%Y/%m/%d %H:%M:%S}"}

    def by_certificate() -> None:
        content = pdf_of(machines.certificate(**when))
        kept = depositing.deposit_files(actor=bench.technician, files=[("c.pdf", content)]).kept
        hardware.record_files(actor=bench.technician, device=named, deposits=kept)

    def by_attribution() -> None:
        report = store_file(content=a_log(machines.DRIVE), name="a.log", by=bench.technician)
        erasures.record_log(
            actor=bench.technician,
            drive=nameless,
            report=report,
            disk="sda",
            attribution=AttributionReason.values[0],
        )

    doors = [by_certificate, by_attribution] if first == "pdf" else [by_attribution, by_certificate]
    doors[0]()
    assert Erasure.objects.accepted().count() == 1
    with suppress(Refused):
        doors[1]()
    assert Erasure.objects.accepted().count() == 1


def a_log(serial: str) -> bytes:
    return log(serial, end=timezone.localtime().replace(tzinfo=None, microsecond=0))


def test_a_label_of_another_workshop_answers_as_one_that_nothing_bears(bench: Bench) -> None:
    other = Bench()
    theirs = other.received(tag="PRH-7777", serial="5CG1234ABC")
    client = acting(bench.technician)
    for code in ("trouver", "traiter", "ranger", "recycler", "receptionner"):
        for text in (theirs.tag, theirs.reference, theirs.serial):
            client.post(station(code), {"tag": text, "place": "B2"})
            page = read(client, station(code))
            client.post(station(code), {"tag": "RIEN-1", "place": "B2"})
            assert page.split('<ol class="answers"')[1].split("</li>")[0].count(str(theirs)) == 0
    assert fresh(theirs).place == ""


# --- an old stocktake


def test_a_stocktake_of_long_ago_does_not_put_back_what_was_moved_since(bench: Bench) -> None:
    device = bench.received(tag="PRH-1", place="A1")
    stocktake = begin_stocktake(actor=bench.technician)
    scan_stock(actor=bench.technician, stocktake=stocktake, texts=["PRH-1"], place="B2")
    close_stocktake(actor=bench.technician, stocktake=stocktake)
    devices.describe_device(actor=bench.technician, device=fresh(device), place="C3")
    done(acting(bench.technician), counting(stocktake, "put_away"))
    assert fresh(device).place == "C3"


def test_what_a_later_stocktake_saw_is_not_reported_missing_by_an_earlier_one(bench: Bench) -> None:
    gone = bench.received(tag="PRH-1")
    bench.received(tag="PRH-2")
    first = begin_stocktake(actor=bench.technician)
    scan_stock(actor=bench.technician, stocktake=first, texts=["PRH-2"])
    close_stocktake(actor=bench.technician, stocktake=first)
    second = begin_stocktake(actor=bench.technician)
    scan_stock(actor=bench.technician, stocktake=second, texts=["PRH-1", "PRH-2"])
    here = counting(first, "report_missing")
    acting(bench.technician).post(here, {"confirm": "1", "reason": MissingReason.STOCKTAKE})
    assert fresh(gone).state == S.RECEIVED


# --- a passport promises what is true


def test_a_drive_found_once_it_was_ready_takes_the_promise_down(bench: Bench) -> None:
    device = bench.ready()
    bench.drive(device)
    page = passport(fresh(device))
    assert "alert-success" not in page
    assert "effacées" not in page


def test_no_test_is_replaced_once_it_was_ready(bench: Bench) -> None:
    device = bench.ready()
    essential = Checklist.objects.get(type=device.type).functions.filter(essential=True)
    with pytest.raises(Refused):
        bench.test(fresh(device), **{essential[0].code: CheckResult.FAIL})
    assert "alert-success" in passport(fresh(device))


def test_a_drive_that_was_removed_is_said_to_be_out_of_the_device(bench: Bench) -> None:
    started = bench.in_process()
    removed = bench.drive(started)
    bench.erase(removed)
    bench.test(started)
    bench.grade(started, storage_gb=0)
    device = bench.recondition(bench.identified(started))
    evidence.remove_drive(actor=bench.technician, drive=removed, destination=RemovalDestination.STOCK)
    page = passport(fresh(device))
    assert "retiré de l’appareil le" in page
    assert "effacé le" not in page


def test_a_proof_replaced_by_one_that_proves_nothing_takes_the_promise_down(bench: Bench) -> None:
    device = bench.ready()
    drive = device.drives.get()
    bench.erase(drive, supersedes=drive.erasures.get(), bytes_erased=1)
    assert "alert-success" not in passport(fresh(device))


def test_nobody_undoes_by_another_browser(bench: Bench) -> None:
    device = bench.received(tag="PRH-1")
    gate.apply(device, "start", actor=bench.technician)
    acting(bench.stranger).post(station("traiter"), {"undo": "1"})
    assert fresh(device).state == S.IN_PROCESS
