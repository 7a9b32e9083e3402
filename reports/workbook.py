"""A report as an XLSX workbook: a summary, the detail of every bucket, the definitions. Numbers are numbers."""

from datetime import UTC
from io import BytesIO
from typing import Any

from django.utils.formats import date_format
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from reports.definitions import definitions
from reports.documents import standing, title_of
from reports.household_tables import NeedSummary
from reports.models import Report
from reports.summary import Summary, SummaryTable

SHEETS = ("Synthèse", "Par EPCI et type", "Définitions")
FOR_THE_PILOT = "Tous les nombres, pour le pilotage seul\u00a0: ne pas envoyer. Les lecteurs ont leur propre classeur."
DETAIL_HEAD = (
    "EPCI",
    "Type",
    "Donateur",
    "Étape",
    "Début de mois",
    "Entrées",
    "Sorties",
    "Autres variations",
    "Fin de mois",
)
PLAIN = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""A text stays a text, whatever its first sign: a name is never taken for a formula or a link."""


class ReportSheet:
    """Writes down a sheet, line after line."""

    def __init__(self, sheet: Worksheet, formats: dict[str, Any]) -> None:
        self.sheet, self.formats, self.line = sheet, formats, 0

    def write(self, cells: Any, style: str = "") -> None:
        """One line: whole numbers as numbers, everything else as text."""
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                self.sheet.write_number(self.line, column, cell, self.formats[f"{style}number"])
            else:
                self.sheet.write_string(self.line, column, str(cell), self.formats[style or "text"])
        self.line += 1

    def table(self, table: SummaryTable) -> None:
        """A caption, a heading, the rows, the total, a blank line."""
        self.write([table.caption], "caption")
        self.write(table.plain_head, "head")
        for row in table.rows:
            self.write([row.label, *row.cells])
        self.write([table.total.label, *table.total.cells], "total")
        self.line += 1


def write_workbook(report: Report, *, hides_small: bool) -> bytes:
    """The bytes of the workbook; the same report gives the same cells, small counts of households hidden or not."""
    summary, out = Summary(report.figures, hides_small=hides_small), BytesIO()
    served = NeedSummary(report.figures, hides_small=hides_small)
    told = told_sha256(report, hides_small=hides_small)
    with Workbook(out, PLAIN) as book:
        book.set_properties(
            {
                "title": title_of(report),
                "subject": f"Rapport {report.reference}",
                "author": "Maillon",
                "company": "Département du Nord",
                "comments": f"{standing(report)} Empreinte des chiffres (SHA-256)\u00a0: {told}",
                "created": report.computed_at.astimezone(UTC).replace(tzinfo=None, microsecond=0),
            }
        )
        formats = formats_of(book)
        _write_summary(ReportSheet(book.add_worksheet(SHEETS[0]), formats), report, summary, served)
        _write_details(ReportSheet(book.add_worksheet(SHEETS[1]), formats), summary)
        _write_definitions(ReportSheet(book.add_worksheet(SHEETS[2]), formats), report)
    return out.getvalue()


def told_sha256(report: Report, *, hides_small: bool) -> str:
    """The hash of what the reader is told: that of all figures would let her try small numbers until it agrees."""
    return report.published_sha256 if hides_small else report.figures_sha256


def formats_of(book: Workbook) -> dict[str, Any]:
    """The looks of cells, by name."""
    number = {"num_format": "#,##0"}
    strong, ruled = {"bold": True}, {"top": 1}
    return {
        "text": book.add_format({"valign": "top"}),
        "number": book.add_format(number),
        "title": book.add_format(strong | {"font_size": 14}),
        "caption": book.add_format(strong | {"font_size": 12}),
        "head": book.add_format(strong | {"bottom": 1, "text_wrap": True, "valign": "top"}),
        "total": book.add_format(strong | ruled),
        "totalnumber": book.add_format(strong | ruled | number),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _write_summary(sheet: ReportSheet, report: Report, summary: Summary, served: NeedSummary) -> None:
    sheet.sheet.set_landscape()
    sheet.sheet.set_paper(9)
    sheet.sheet.fit_to_pages(1, 0)
    sheet.sheet.set_column(0, 0, 34)
    sheet.sheet.set_column(1, 13, 13)
    sheet.write([title_of(report)], "title")
    for name, value in (
        ("Référence", report.reference),
        ("Mois", date_format(report.month, "F Y")),
        ("État", report.get_state_display()),
        *([] if summary.hides_small else [("À qui", FOR_THE_PILOT)]),
        ("Chiffres", standing(report)),
        ("Empreinte (SHA-256)", told_sha256(report, hides_small=summary.hides_small)),
        ("Appareils annoncés dans le mois", summary.announced),
        ("Nouveaux appareils suivis", summary.new_devices),
        ("Appareils reconditionnés dans le mois", summary.reconditioned),
        ("Appareils remis à un foyer dans le mois", summary.handed_over),
        ("Appareils remis au recycleur dans le mois", summary.recycled),
        *([("Besoins satisfaits dans le mois", served.met)] if served.is_counted else []),
        *([("Besoins en attente en fin de mois", served.waiting)] if served.is_counted else []),
        ("Effacements manquants (disques)", summary.missing_drives),
        ("Appareils introuvables sans preuve d’effacement", summary.missing_devices),
        *([("Effacements saisis", summary.typed_erasures)] if summary.typed_erasures is not None else []),
        ("Incidents", summary.incidents),
    ):
        sheet.write([name, value])
    sheet.line += 1
    for table in (
        summary.stages(),
        summary.territories_at("closing"),
        summary.territories_at("entered"),
        summary.distribution_at("closing"),
        summary.distribution_at("entered"),
        *_of_households(served),
        summary.types_at("closing"),
        summary.types_at("entered"),
        summary.quantities_by_donor(),
        summary.quantities_by_type(),
    ):
        sheet.table(table)
    _write_variations(sheet, "Autres variations des appareils", "Appareils", summary.variations())
    if served.is_counted and not served.hides_small:
        _write_variations(sheet, "Autres variations des besoins", "Besoins", served.variations())


def _write_variations(sheet: ReportSheet, caption: str, counted: str, lines: list[tuple[str, str, str, int]]) -> None:
    sheet.write([caption], "caption")
    sheet.write(["Ce qui a été fait", "De", "À", counted], "head")
    for line in lines:
        sheet.write(line)
    sheet.line += 1


def _of_households(served: NeedSummary) -> list[SummaryTable]:
    if not served.is_counted:
        return []
    return [
        served.needs_by_state(),
        served.needs_by_kind(),
        served.needs_by_territory(),
        served.tension_by_kind(),
        served.tension_by_territory(),
    ]


def _write_details(sheet: ReportSheet, summary: Summary) -> None:
    details = summary.details()
    sheet.write(DETAIL_HEAD, "head")
    for detail in details:
        sheet.write([detail.territory, detail.type, detail.donor_kind, detail.stage, *detail.numbers])
    sheet.sheet.freeze_panes(1, 0)
    sheet.sheet.autofilter(0, 0, len(details), len(DETAIL_HEAD) - 1)
    sheet.sheet.set_column(0, 0, 34)
    sheet.sheet.set_column(1, 3, 22)
    sheet.sheet.set_column(4, 8, 13)
    sheet.sheet.repeat_rows(0)
    sheet.sheet.set_landscape()
    sheet.sheet.fit_to_pages(1, 0)


def _write_definitions(sheet: ReportSheet, report: Report) -> None:
    sheet.write(["Terme", "Définition"], "head")
    for term, meaning in definitions(report.figures):
        sheet.write([term, meaning], "wrapped")
    sheet.sheet.set_column(0, 0, 34)
    sheet.sheet.set_column(1, 1, 100)
