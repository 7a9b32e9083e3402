"""Files as they really come: every spelling reads the same, nothing makes the reading crash."""

import io
import os
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents.enums import SHEETS
from documents.exceptions import FileRefused
from documents.services.files import check_file
from donations.inventory import INVENTORY
from imports.readers.names import plain
from imports.readers.sheets import MOST_LINES, SheetRefused
from imports.reading import ReadTable, columns_of, sheets_of, table_of, unread_headings
from tests.imports.files import HEAD, ROWS, csv_file, ods_file, repacked, text_of, xlsx_file

SAMPLES = Path(__file__).resolve().parents[3].parent / "shared" / "samples" / "spreadsheets"
FOUND = {
    "donor_number": 0,
    "type": 1,
    "manufacturer": 2,
    "model": 3,
    "serial": 4,
    "year": 5,
    "condition": 6,
    "remark": 7,
}


def read(content: bytes) -> ReadTable:
    return table_of(sheets_of(content), INVENTORY.find)


def columns(table: ReadTable) -> dict[str, int]:
    return columns_of(table.headings, INVENTORY.find, {})


SPELLINGS = {
    "UTF-8": csv_file(),
    "UTF-8 with its mark": csv_file(encoding="utf-8-sig"),
    "UTF-16 with its mark": csv_file(encoding="utf-16"),
    "UTF-16 little-endian": csv_file(encoding="utf-16-le"),
    "UTF-16 big-endian": csv_file(encoding="utf-16-be"),
    "Windows-1252": csv_file(encoding="cp1252"),
    "commas": csv_file(separator=","),
    "tabs": csv_file(separator="\t"),
    "bars": csv_file(separator="|"),
    "CRLF": csv_file(ending="\r\n"),
    "CR only": csv_file(ending="\r"),
    "CR only, Macintosh": csv_file(ending="\r", encoding="mac_roman"),
    "sep=": b"sep=;\r\n" + csv_file(encoding="cp1252", ending="\r\n"),
    "sep=| that nothing else tells": b"sep=|\n" + csv_file(separator="|"),
    "XLSX": xlsx_file({"Parc": [list(HEAD), *map(list, ROWS)]}),
    "ODS": ods_file([HEAD, *ROWS]),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_a_file_reads_the_same(spelling: str) -> None:
    table = read(SPELLINGS[spelling])
    assert columns(table) == FOUND
    assert [line.cells for line in table.lines] == [tuple(row) for row in ROWS]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_is_read_may_be_deposited(spelling: str) -> None:
    ending = spelling.lower() if spelling in ("XLSX", "ODS") else "csv"
    assert check_file(content=SPELLINGS[spelling], name=f"parc.{ending}", accept=SHEETS) in SHEETS


def test_a_workbook_of_another_kind_is_deposited_for_an_import_alone() -> None:
    for spelling, name in (("ODS", "parc.ods"), ("UTF-16 with its mark", "parc.csv")):
        with pytest.raises(FileRefused, match="n’est pas"):
            check_file(content=SPELLINGS[spelling], name=name)
    with pytest.raises(FileRefused, match="renommez le fichier"):
        check_file(content=SPELLINGS["ODS"], name="parc.xlsx", accept=SHEETS)


def test_a_cell_may_hold_the_separator_a_quote_and_a_new_line() -> None:
    odd = ("A", "Portable", 'Maker "X"', "a ; b", "S1", "2021", "ok", "deux\nlignes")
    (line,) = read(csv_file((HEAD, odd))).lines
    assert line.cells == ("A", "Portable", 'Maker "X"', "a ; b", "S1", "2021", "ok", "deux lignes")


def test_a_quotation_mark_that_nothing_closes_does_not_swallow_the_file() -> None:
    rows = [f'CD-{number};Ecran;;24";SN{number};2020;;' for number in range(2000)]
    rows[3] = 'CD-3;Ecran;;"24;SN3;2020;;'
    table = read("\n".join([";".join(HEAD), *rows]).encode())
    assert len(table.lines) == 2000
    assert table.lines[3].cells[4] == "SN3"


def test_the_header_is_found_under_a_banner() -> None:
    banner = [["Département du Nord – réforme 2026"], [], [None, "Édité le 03/11/2026"], list(HEAD), *map(list, ROWS)]
    table = read(xlsx_file({"Parc": banner}))
    assert (table.header, [line.number for line in table.lines]) == (4, [5, 6])


def test_the_sheet_whose_header_is_known_is_read_and_a_hidden_one_is_not() -> None:
    whole = [list(HEAD), *map(list, ROWS)]
    book = {
        "Notice": [["Mode d’emploi"]],
        "Listes": [["Type"], ["Portable"]],
        "Parc": whole,
        "Ancien parc": [*whole, *whole],
    }
    content = xlsx_file(book, hidden=["Ancien parc"])
    assert [sheet.name for sheet in sheets_of(content)] == ["Notice", "Listes", "Parc"]
    assert read(content).sheet == "Parc"


def test_blank_columns_blank_lines_totals_and_a_repeated_header_are_left_out() -> None:
    blank = ("",) * 8
    total, sub = ("TOTAL", "2", *blank[2:]), ("", "Sous-total :", "1", *blank[3:])
    rows = [(*head[:2], "", *head[2:]) for head in (HEAD, ROWS[0], sub, HEAD, blank, ROWS[1], total)]
    table = read(csv_file(rows))
    assert [line.cells[0] for line in table.lines] == ["CD59-1", "CD59-2"]
    assert table.totals == [3, 7]
    assert columns(table)["serial"] == 5


def test_a_machine_of_total_brand_is_no_total() -> None:
    total = ("CD59-3", "PC portable", "Total", "Total 5", "SN3", "2021", "", "Total")
    assert len(read(csv_file((HEAD, total))).lines) == 1


def test_a_cell_merged_downwards_says_the_same_on_each_line() -> None:
    rows = [["Type", "Numéro de série"], [None, "S1"], [None, "S2"], ["UC", "S3"]]
    content = xlsx_file({"Parc": rows}, merged=[("Parc", 1, 0, 2, 0, "Portable")])
    assert [line.cells for line in read(content).lines] == [("Portable", "S1"), ("Portable", "S2"), ("UC", "S3")]


def test_a_number_keeps_its_figures_unless_the_spreadsheet_lost_them() -> None:
    rows = [
        ["Type", "Numéro de série"],
        ["Portable", 12345678],
        ["Portable", 6.37e15],
        ["Portable", 3195e9],
        ["UC", 3.5],
    ]
    cells = [line.cells[1] for line in read(xlsx_file({"Parc": rows})).lines]
    assert cells == ["12345678", "6.370000E+15", "3.195000E+12", "3.5"]


def test_what_stands_between_brackets_in_a_heading_is_no_part_of_its_name() -> None:
    headings = ("Type de matériel (PC, écran…)", "DATE D'ACHAT (jj/mm/aaaa)", "s/n", "Qté", "Observations diverses")
    found = columns_of(headings, INVENTORY.find, {})
    assert found == {"type": 0, "year": 1, "serial": 2, "quantity": 3}


def test_a_heading_kept_from_before_wins_over_its_name() -> None:
    found = columns_of(("Type", "Réf. interne", "N° de série"), INVENTORY.find, {"serial": "ref interne"})
    assert found == {"serial": 1, "type": 0}


def test_a_heading_kept_from_before_that_is_not_there_leaves_its_field_to_the_names() -> None:
    headings = ("Type", "Marque", "Modèle", "IMEI", "Année", "Etat", "Commentaire")
    kept = {"type": "designation", "year": "date achat", "serial": "numero serie", "remark": "site"}
    assert columns_of(headings, INVENTORY.find, kept) == columns_of(headings, INVENTORY.find, {})
    assert columns_of(headings, INVENTORY.find, {})["serial"] == 3


KNOWN = [word for one in INVENTORY.fields for word in (one.label, *one.synonyms)]


@given(st.lists(st.sampled_from(KNOWN), unique_by=plain, max_size=10), st.data())
def test_what_is_remembered_never_leaves_unread_a_column_that_its_name_tells(headings: list[str], data: Any) -> None:
    fields = st.sampled_from([one.name for one in INVENTORY.fields])
    kept = data.draw(st.dictionaries(fields, st.sampled_from([*map(plain, KNOWN), "ref interne"])))
    named, told = (columns_of(tuple(headings), INVENTORY.find, memory) for memory in ({}, kept))
    taken_by_memory = {field for field, said in kept.items() if said in map(plain, headings)}
    lost = {column for field, column in named.items() if field not in taken_by_memory} - set(told.values())
    assert not lost


def test_a_column_that_is_not_read_is_named_unless_it_says_nothing() -> None:
    rows = [("Type", "Bidule", "Vide", "", "N° série"), ("UC", "x", "", "y", "S1")]
    table = read(csv_file(rows))
    assert unread_headings(table, columns(table)) == ["Bidule"]
    assert unread_headings(table, {"type": 0}) == ["Bidule", "N° série"]


# --- bounds


def test_a_file_too_long_is_refused_with_a_sentence() -> None:
    rows = [HEAD, *([ROWS[0]] * (MOST_LINES + 1))]
    for content in (csv_file(rows), xlsx_file({"Parc": [list(row) for row in rows]})):
        with pytest.raises(SheetRefused, match="20\u00a0000 lignes"):
            read(content)


def test_a_bomb_is_refused_without_eating_memory() -> None:
    huge = b"<x>" + b"0" * (300 * 1024 * 1024)
    bomb = repacked(SPELLINGS["XLSX"], "xl/worksheets/sheet1.xml", huge)
    del huge
    assert len(bomb) < 1024 * 1024
    tracemalloc.start()
    with pytest.raises(SheetRefused, match="trop lourd"):
        sheets_of(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 1024 * 1024


def test_a_cell_lost_far_away_does_not_eat_memory() -> None:
    rows: list[list[Any]] = [["Type", "Numéro de série"], ["UC", "S1"]]
    content = xlsx_file({"Parc": rows})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    content = repacked(content, "xl/worksheets/sheet1.xml", sheet.replace(b"</sheetData>", far))
    with pytest.raises(SheetRefused):
        sheets_of(content)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"PK\x03\x04" + os.urandom(500), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no"]
)
def test_a_broken_workbook_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(SheetRefused, match="Ce classeur ne se lit pas"):
        sheets_of(content)


@pytest.mark.parametrize("content", [b"", b"\n\n", b";;;\n", b"\xff\xfe", b"\x00" * 64])
def test_a_file_that_says_nothing_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(SheetRefused, match="aucune ligne"):
        sheets_of(content)


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_make_the_reading_crash(content: bytes) -> None:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        return  # read in a process of its own, tried above
    try:
        table = read(content)
    except SheetRefused:
        return
    for row in INVENTORY.rows(table.lines, columns(table), {}):
        assert row.outcome in {"created", "refused"}


cells = st.text(alphabet=st.characters(exclude_characters="\x00\r\n", exclude_categories=["Cs", "Cc"]), max_size=12)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=8), st.sampled_from(";,\t|"))
def test_what_is_written_in_columns_is_read_back(rows: list[list[str]], separator: str) -> None:
    content = f"sep={separator}\n".encode() + text_of([["Type", "Marque", "Modèle"], *rows], separator).encode()
    told = [sheet.rows for sheet in sheets_of(content)]
    assert [tuple(cell.strip() for cell in row) for row in rows] == told[0][2:]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples of real files on this machine")
@pytest.mark.parametrize(
    ("name", "header", "lines"),
    [
        ("inventaire_cp1252_crlf.csv", 1, 5),
        ("inventaire_sep_ligne1_cp1252.csv", 2, 5),
        ("inventaire_utf8_bom.csv", 1, 5),
        ("inventaire_entete_ligne3.xlsx", 3, 5),
        ("assets-sample.csv", 1, 22),
        ("assets-sample-BLANKS.csv", 1, 200),
        ("import_beneficiaires.csv", 1, 4),
        ("import_beneficiaires_with_all_date_formats.csv", 1, 4),
        ("extra-mobile-data-requests.xlsx", 1, 5),
        ("extra-mobile-data-requests-unclean.xlsx", 1, 5),
    ],
)
def test_real_files_are_read_whole(name: str, header: int, lines: int) -> None:
    table = read((SAMPLES / name).read_bytes())
    assert (table.header, len(table.lines)) == (header, lines)
    if name.startswith("inventaire"):
        rows = INVENTORY.rows(table.lines, columns(table), {})
        assert [row.outcome for row in rows] == ["created"] * 4 + ["refused"]
        assert "abîmé par le tableur" in rows[4].reasons[0]
        assert len(table.totals) == 1
