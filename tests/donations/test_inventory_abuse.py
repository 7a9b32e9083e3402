"""A clumsy donor, or an ill-willed one: what a file or two tabs may do to an import, and what they may not."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from donations.models import Donation, InventoryUnit
from donations.services.donations import announce_donation
from imports import services
from imports.enums import ImportOutcome, ImportStage
from imports.models import Import
from imports.readers import workbooks
from imports.readers.cells import Unread, amount, whole
from imports.readers.sheets import MOST_COLUMNS
from imports.readers.texts import text_sheet
from imports.services import begin_import, check_import, choose_columns, take_known
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from tests.donations.inventories import HEAD, YEAR, deposited, lot_of, machine, taken
from tests.donations.scene import Scene, laptops, load_law, public_scene
from tests.imports.files import csv_file, repacked, xlsx_file
from tests.pages import acting, done, read
from tests.races import at_once

pytestmark = pytest.mark.django_db
DEPOSIT = "donations:inventory_deposit"


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()


def page_of(source: Import, page: str = "import_detail") -> str:
    return reverse(f"imports:{page}", args=[source.pk])


def confirm(client: Client, source: Import, seen: str) -> str:
    """What the page says once « Reprendre » was pressed on a preview of that fingerprint."""
    response = client.post(page_of(source, "import_apply"), {"seen": seen}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def without_year(source: Import) -> dict[str, int]:
    return {name: column for name, column in source.columns.items() if name != "memory_gb"}


# --- two tabs


def test_what_is_confirmed_is_what_was_shown() -> None:
    scene = Scene()
    source = deposited(scene, [machine("1"), machine("2")])
    client, seen = acting(scene.contact), source.print
    assert f'name="seen" value="{seen}"' in read(client, page_of(source))
    choose_columns(source=source, sheet="", columns=without_year(source), fills={})  # in another tab
    page = confirm(client, source, seen)
    assert "ce fichier est lu autrement depuis que vous l’avez vérifié" in page
    assert not InventoryUnit.objects.exists()
    confirm(client, source, Import.objects.get().print)
    assert InventoryUnit.objects.count() == 2


def test_columns_changed_while_it_begins_are_not_those_that_are_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    source = deposited(Scene(), [machine("1")])
    check = services.check_import

    def slow(row: Import) -> Any:
        checked = check(row)
        monkeypatch.setattr(services, "check_import", check)
        choose_columns(source=Import.objects.get(pk=row.pk), sheet="", columns=without_year(row), fills={})
        return checked

    monkeypatch.setattr(services, "check_import", slow)
    with pytest.raises(Refused, match="autrement"):
        begin_import(source=source)
    assert Import.objects.get().stage == ImportStage.CHECKED
    assert not InventoryUnit.objects.exists()


def test_a_tab_left_open_changes_nothing_of_an_import_that_began() -> None:
    source = deposited(Scene(), [machine("1")])
    stale = Import.objects.get()
    begin_import(source=source)
    for late in (
        lambda: choose_columns(source=stale, sheet="", columns={}, fills={}),
        lambda: take_known(source=stale, taken=True),
    ):
        with pytest.raises(Unknown):
            late()
    kept = Import.objects.get()
    assert (kept.stage, kept.print, kept.columns) == (ImportStage.DONE, source.print, source.columns)


def test_confirmed_twice_it_is_done_once() -> None:
    scene = Scene()
    source = deposited(scene, [machine("1")])
    client = acting(scene.contact)
    for _ in range(2):
        page = confirm(client, source, source.print)
    assert "1 ligne reprise" in page
    assert Donation.objects.count() == 1


# --- what a cell holds


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.500", "999,999"])
def test_an_amount_that_reads_two_ways_is_refused(text: str) -> None:
    with pytest.raises(Unread, match="se lit de deux façons"):
        amount(text)


@pytest.mark.parametrize("text", ["12€50", "12 € 50"])
def test_cents_written_after_the_sign_are_cents(text: str) -> None:
    assert str(amount(text)) == "12.50"


@pytest.mark.parametrize("text", ["1.000", "1,000", "2.500", "0", "-3", "1000000000", "1e9", "٣ ٣x", "1.5"])
def test_a_quantity_that_reads_two_ways_or_none_is_refused(text: str) -> None:
    with pytest.raises(Unread):
        whole(text)


@pytest.mark.parametrize(
    "said",
    [
        {"quantity": "0", "serial": "", "number": ""},
        {"quantity": "-1", "serial": "", "number": ""},
        {"quantity": "1000000000", "serial": "", "number": ""},
        {"quantity": "5001", "serial": "", "number": ""},
        *({"year": year} for year in ("31/02/2021", "99/99/2021", "0000", "9999", "2101", "1900", "-2021", "²⁰²¹")),
        *({"value": value} for value in ("-1", "1e9", "NaN", "Infinity", "999999999", "1.234")),
        {"model": "x" * 5_000},
        {"serial": "y" * 5_000},
    ],
)
def test_what_no_machine_has_refuses_its_line_and_no_other(said: dict[str, str]) -> None:
    said = {"number": "1"} | said
    source = taken(public_scene(), [machine(**said), machine("2")])
    assert (source.stage, source.created, source.left.count()) == (ImportStage.DONE, 1, 1)


@pytest.mark.parametrize(
    "said",
    [
        {"model": "<script>alert(1)</script>", "maker": '"><img src=x onerror=alert(1)>'},
        {"model": '=HYPERLINK("http://exemple.invalid";"x")', "serial": "=1+1", "processor": "@SUM(A1)"},
        {"model": "{{ 7*7 }}{% debug %}", "storage": "\u202e\ufeff", "processor": "%s %(x)s {0}"},
        {"serial": "ß" * 80, "model": "ﷺ" * 80, "storage": "\U0001f4bb" * 80},
        {"value": "999999.99", "memory": "9" * 60},
        {"year": "1985", "quantity": "1"},
    ],
)
def test_what_is_odd_and_possible_is_kept_as_text(said: dict[str, str]) -> None:
    scene = Scene()
    source = deposited(scene, [machine("1", **said)])
    client = acting(scene.contact)
    pages = [read(client, page_of(source)), read(client, page_of(source, "import_columns"))]
    confirm(client, source, source.print)
    lot = lot_of(Import.objects.get())
    pages += [
        read(client, page_of(source)),
        read(client, reverse("donations:donation_detail", args=[lot.reference])),
        read(client, reverse("donations:inventory_units", args=[lot.reference])),
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize(
    "serial", ["0", "0000000", "123456789", "To be filled by O.E.M.", "Default string", "XXXXXXXX", "N/A", "????", "."]
)
def test_placeholders_are_no_numbers_and_make_no_twins(serial: str) -> None:
    source = taken(Scene(), [machine("1", serial=serial), machine("2", serial=serial)])
    assert source.created == 2
    assert set(InventoryUnit.objects.values_list("serial_key", flat=True)) == {""}


# --- what a file is


def test_a_heading_twice_is_read_once_and_one_column_may_say_two_things() -> None:
    scene = Scene()
    source = deposited(scene, [machine("1")])
    twice = {**source.columns, "model": source.columns["manufacturer"], "remark": source.columns["donor_number"]}
    choose_columns(source=source, sheet="", columns=twice, fills={})
    assert begin_import(source=Import.objects.get()).created == 1
    head = ("Type", "Type", "Année", "Année", "Modèle", "Modèle")
    file = csv_file((head, ("Portable", "Écran", YEAR, "1990", "A", "B")))
    client = acting(scene.contact)
    preview = done(client, reverse(DEPOSIT), deposit=SimpleUploadedFile("deux.csv", file))
    assert "Ordinateur portable" in read(client, preview)


def test_a_column_that_does_not_exist_is_refused_by_the_form() -> None:
    scene = Scene()
    source = deposited(scene, [machine("1")])
    client = acting(scene.contact)
    for column in ("99", "-1", "1e3", "x"):
        answer = client.post(page_of(source, "import_columns"), {"column_type": column, "column_year": "5"})
        assert answer.status_code == 200, column
    assert Import.objects.get().columns == source.columns


def test_a_text_has_no_more_columns_than_a_workbook() -> None:
    wide = csv_file((HEAD, machine("1"))).decode() + "a" + ";" * 100_000
    assert max(len(row) for row in text_sheet(wide.encode()).rows) == MOST_COLUMNS


def test_the_name_of_a_sheet_holds_no_control_character(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [list(HEAD), list(machine("1"))]
    monkeypatch.setattr(workbooks, "read_apart", lambda *_: {"sheets": [["Parc\x00\x1b", rows]]})
    assert [sheet.name for sheet in workbooks.workbook_sheets(workbooks.OLD)] == ["Parc"]


def test_a_file_of_too_many_sorts_gives_no_error_of_ours_on_any_page() -> None:
    scene = Scene()
    source = deposited(scene, [machine(str(n), model=f"M{n}") for n in range(301)])
    client = acting(scene.contact)
    assert "301 sortes" in read(client, page_of(source))
    for page in ("import_left", "import_columns"):
        assert client.get(page_of(source, page)).status_code in {200, 302}, page
    assert "301 sortes" in confirm(client, source, source.print)


def test_lines_left_out_are_corrected_in_their_file_and_come_back_as_they_were() -> None:
    scene = Scene()
    rows = [machine("-A1", "Imprimante", serial="-SN1", model="+Pro", processor="=x"), machine("2", "Table")]
    source = deposited(scene, rows)
    client = acting(scene.contact)
    answer = client.get(page_of(source, "import_left"))
    sheet = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    told = list(csv.reader(io.StringIO(sheet), delimiter=";"))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in told for cell in row)
    again = sheet.replace("Imprimante", "Portable").encode("utf-8-sig")
    preview = done(client, reverse(DEPOSIT), deposit=SimpleUploadedFile("corrigé.csv", again))
    second = Import.objects.exclude(pk=source.pk).get()
    assert preview == page_of(second)
    (row,) = [row for row in check_import(second).rows if row.outcome == ImportOutcome.CREATED]
    assert (row.values["donor_number"], row.values["serial"], row.values["model"]) == ("-A1", "-SN1", "+Pro")


# --- who


def test_the_addresses_of_another_donors_import_do_not_exist() -> None:
    source = deposited(Scene(), [machine("1")])
    other = acting(Scene().contact)
    for page in ("import_detail", "import_columns", "import_left"):
        assert other.get(page_of(source, page)).status_code == 404
    for page in ("import_apply", "import_known", "import_drop", "import_columns"):
        assert other.post(page_of(source, page), {"seen": source.print}).status_code == 404
    assert Import.objects.get().stage == ImportStage.CHECKED


def test_a_public_donor_meets_the_law_whatever_the_preview_said() -> None:
    scene = Scene()
    source = deposited(scene, [machine("1", value="900"), machine("2", value="")])
    assert check_import(source).counts[ImportOutcome.CREATED] == 2
    scene.donor.legal_nature = "public"
    scene.donor.save(update_fields=["legal_nature"])
    with pytest.raises(Refused, match="Aucune ligne"):
        begin_import(source=Import.objects.get())


@pytest.mark.parametrize("gone", ["withdrawn", "announced", "of another donor", "nowhere"])
def test_a_draft_that_is_gone_is_left_alone_and_another_takes_the_machines(gone: str) -> None:
    scene = Scene(lines=[laptops(1)])
    lot = (Scene(lines=[laptops(1)]) if gone == "of another donor" else scene).draft()
    source = deposited(scene, [machine("1")], into=lot.pk if gone != "nowhere" else 10**12)
    if gone == "withdrawn":
        gate.apply(lot, "withdraw", actor=scene.contact, reason="no_decision")
    elif gone == "announced":
        announce_donation(actor=scene.contact, donation=lot)
    client = acting(scene.contact)
    assert client.get(page_of(source)).status_code == 200
    confirm(client, source, source.print)
    made = lot_of(Import.objects.get())
    assert made.pk != lot.pk
    assert made.donor == scene.donor
    assert lot.lines.count() == 1


def test_a_donor_that_is_no_longer_active_imports_nothing() -> None:
    scene = Scene()
    source = deposited(scene, [machine("1")])
    scene.donor.is_active = False
    scene.donor.save(update_fields=["is_active"])
    assert acting(scene.contact).post(page_of(source, "import_apply"), {"seen": source.print}).status_code == 403
    assert Import.objects.get().stage == ImportStage.CHECKED
    assert not Donation.objects.exists()


def test_files_that_are_too_long_or_too_heavy_are_refused_beside_the_box() -> None:
    scene = Scene()
    client = acting(scene.contact)
    long = csv_file((HEAD, *[machine()] * 20_001))
    bomb = repacked(
        xlsx_file({"Parc": [list(HEAD), list(machine("1"))]}), "xl/worksheets/sheet1.xml", b" " * (101 << 20)
    )
    for name, content, words in (("long.csv", long, "plus de 20\u00a0000 lignes"), ("b.xlsx", bomb, "ne se lit pas")):
        answer = client.post(reverse(DEPOSIT), {"deposit": SimpleUploadedFile(name, content)})
        assert answer.status_code == 200
        assert words in answer.content.decode(), name
    assert not Import.objects.exists()
    exact = csv_file((HEAD, *[machine()] * 20_000))
    assert done(client, reverse(DEPOSIT), deposit=SimpleUploadedFile("exact.csv", exact))


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_confirm_and_change_at_once_leave_one_import_that_is_whole() -> None:
    scene = Scene()
    source = deposited(scene, [machine(str(n)) for n in range(30)])
    columns = without_year(source)
    at_once(
        lambda: begin_import(source=Import.objects.get()),
        lambda: begin_import(source=Import.objects.get()),
        lambda: choose_columns(source=Import.objects.get(), sheet="", columns=columns, fills={}),
        returned=(Refused, Unknown),
    )
    row = Import.objects.get()
    if row.stage == ImportStage.CHECKED:  # the columns came first: what was shown to nobody is applied by nobody
        row = begin_import(source=row)
    assert (row.stage, row.created) == (ImportStage.DONE, 30)
    assert row.print == services.print_of(row)
    assert InventoryUnit.objects.filter(memory_gb=None).count() in {0, 30}
    assert ("memory_gb" in row.columns) == (InventoryUnit.objects.filter(memory_gb=8).count() == 30)
