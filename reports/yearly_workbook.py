"""A year as an XLSX workbook: its tables, what is told besides, the months it adds. Numbers are numbers."""

from collections.abc import Sequence
from io import BytesIO

from django.utils.formats import date_format
from xlsxwriter import Workbook

from reports.workbook import FOR_THE_PILOT, PLAIN, ReportSheet, formats_of, told_sha256
from reports.yearly import Year
from reports.yearly_facts import YearFacts
from reports.yearly_paper import MEANINGS, PlainTable, plain_tables, told
from reports.yearly_steering import STEERING_MEANINGS, SteeringPart

YEARLY_SHEETS = ("Bilan", "Tableaux", "Rapports additionnés", "Définitions")
STEERING = "Pilotage"
"""The sheet that the workbook of the pilot has besides."""


def write_yearly_workbook(year: Year, facts: YearFacts, steering: Sequence[SteeringPart]) -> bytes:
    """The bytes of the workbook, as the reader of ``year`` is told it; ``steering``: what the pilot alone is told."""
    out = BytesIO()
    with Workbook(out, PLAIN) as book:
        book.set_properties({"title": year.title, "author": "Maillon", "company": "Département du Nord"})
        formats = formats_of(book)
        sheets = [ReportSheet(book.add_worksheet(name), formats) for name in YEARLY_SHEETS]
        _write_facts(sheets[0], year, facts)
        for table in (year.stages(), year.territories(), year.distribution(), year.types(), *year.quantities()):
            sheets[1].table(table)
        for table in (*year.needs(), *year.left_to_do()):
            sheets[1].table(table)
        _write_sources(sheets[2], year)
        sheets[3].write(["Terme", "Définition"], "head")
        for term, meaning in MEANINGS.items():
            sheets[3].write([term, meaning], "wrapped")
        if steering:
            sheets.append(_write_steering(ReportSheet(book.add_worksheet(STEERING), formats), steering))
            for term, meaning in STEERING_MEANINGS.items():
                sheets[3].write([term, meaning], "wrapped")
        sheets[3].sheet.set_column(1, 1, 100)
        for one in sheets:
            one.sheet.set_column(0, 0, 44)
            one.sheet.set_landscape()
            one.sheet.fit_to_pages(1, 0)
    return out.getvalue()


def _write_facts(sheet: ReportSheet, year: Year, facts: YearFacts) -> None:
    sheet.sheet.set_column(1, 9, 16)
    sheet.write([year.title], "title")
    sheet.write([year.standing])
    if not year.hides_small:
        sheet.write(["À qui", FOR_THE_PILOT])
    sheet.line += 1
    sheet.table(year.by_month())
    for table in plain_tables(facts):
        _write_plain(sheet, table)
    for line in told(facts):
        sheet.write(line)


def _write_plain(sheet: ReportSheet, table: PlainTable) -> None:
    sheet.write([table.caption], "caption")
    sheet.write(table.head, "head")
    for rank, cells in enumerate(table.lines, 1):
        sheet.write(cells, "total" if table.has_total and rank == len(table.lines) else "")
    sheet.line += 1


def _write_steering(sheet: ReportSheet, steering: Sequence[SteeringPart]) -> ReportSheet:
    sheet.sheet.set_column(1, 9, 20)
    sheet.write(["À qui", FOR_THE_PILOT])
    sheet.line += 1
    for part in steering:
        sheet.write([part.title], "title")
        for table in part.tables:
            _write_plain(sheet, table)
    return sheet


def _write_sources(sheet: ReportSheet, year: Year) -> None:
    sheet.sheet.set_column(1, 3, 30)
    sheet.write(["Mois", "Rapport", "État", "Empreinte (SHA-256)"], "head")
    for month in year.months:
        report = month.report
        digest = told_sha256(report, hides_small=year.hides_small)
        sheet.write([date_format(report.month, "F Y"), report.reference, report.get_state_display(), digest])
