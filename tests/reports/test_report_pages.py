"""The pages of reports and what one takes away: who opens them, what they cost, and the same figures everywhere."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import date
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zipfile import ZipFile

import page as pdf
import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdfium2 import PdfDocument
from python_calamine import CalamineWorkbook

from documents.models import Document
from documents.services import render_document, verify_document
from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Epci
from prescriptions.enums import NeedKind
from refurb.enums import DeviceType
from reports.chart import bar_chart
from reports.definitions import definitions
from reports.documents import draw_proof, title_of
from reports.drill_down import DEVICES, AskedNumber, rows_behind
from reports.drill_down_links import Leads
from reports.enums import DISTRIBUTED, DISTRIBUTION, Measure, Stage, Variation
from reports.filters import BehindFilter
from reports.models import Report
from reports.services import compute_report
from reports.summary import PLACE, Summary, SummaryTable
from reports.workbook import DETAIL_HEAD, SHEETS, write_workbook
from tests.costs import assert_same_queries
from tests.distribution.shelves import Shelf
from tests.donations.scene import laptops, screens
from tests.network.factories import make_epci, make_membership, make_organisation
from tests.refurb.pages import acting, read
from tests.reports.stories import (
    NOVEMBER,
    OCTOBER,
    Story,
    member,
    numbers,
    observers,
    paris,
    strangers,
    without_wall,
)

pytestmark = pytest.mark.django_db
PAGES = ("report_detail", "report_pdf", "report_xlsx")
VERBS = ("recompute", "freeze", "publish")


@pytest.fixture
def story() -> Story:
    story = Story()
    devices = story.lot(paris(10, 2), laptops(3), screens(2))
    for device in devices[:4]:
        story.receive(device, paris(10, 3))
    story.ready(story.start(devices[3], paris(10, 4)), paris(10, 5))
    story.retype(devices[0], DeviceType.TABLET, paris(10, 6))
    story.register(paris(10, 7))
    return story


@pytest.fixture
def pilot(story: Story) -> Client:
    return acting(story.pilot)


def test_each_number_of_a_stage_leads_to_as_many_rows_of_the_journal(story: Story, pilot: Client) -> None:
    story.lot(paris(11, 2), laptops(2))
    for report in (story.published(), story.computed(NOVEMBER)):
        address = url("report_devices", report)
        for rank, measure in enumerate(
            (Measure.OPENING, Measure.ENTERED, Measure.LEFT, Measure.OTHER, Measure.CLOSING)
        ):
            for stage in Stage:
                asked = AskedNumber(measure, stage)
                found = rows_behind(DEVICES, report, asked)
                assert found.number == numbers(report, stage)[rank] == DEVICES.figure_of(report, asked), asked
        page = pilot.get(address, {"mesure": "entrees", "etape": "announced", "epci": story.epci.pk, "type": "laptop"})
        assert page.context["listing"].count == page.context["figure"] > 0
        assert "faites vérifier le journal" not in page.content.decode()
        assert '"appareils/?mesure=entrees&amp;etape=announced"' in read(pilot, url("report_detail", report))
        assert address == f"{url('report_detail', report)}appareils/"


def test_announced_says_the_same_number_on_the_first_page_and_on_the_page_it_leads_to(
    story: Story, pilot: Client
) -> None:
    story.announced(paris(10, 20), laptops(8))
    report = story.published()
    (link, *others) = pilot.get("/").context["above"][0][1]["links"]
    assert (link.number, link.done) == ("13", "annoncés")
    page = read(pilot, url("report_detail", report))
    counted = r'<a href="lots/\?mesure=annonces">13<'
    assert re.search(rf'<dt id="announced">Appareils annoncés dans le mois</dt><dd class="figure">\s*{counted}', page)
    for each in (link, *others):
        assert f'href="{url("report_detail", report)}#{each.place}"' in read(pilot, "/")
        assert f'id="{each.place}"' in page
    assert "Annoncés" not in {row.label for row in Summary(report.figures).stages().rows}
    assert "Annoncés" not in Summary(report.figures).types_at("closing").plain_head


def followed(client: Client, report: Report) -> set[str]:
    """Follow each number of the page that leads somewhere: as many rows as it says. Returns the criteria used."""
    page = url("report_detail", report)
    links = set(re.findall(r'<a href="((?:appareils|besoins|lots)/[^"]+)">([^<]+)</a>', read(client, page)))
    used = set()
    for address, number in links:
        behind = client.get(page + unescape(address))
        said = int(number.replace("\u202f", "").replace("−", "-"))
        assert behind.context["found"] == behind.context["figure"] == said != 0, address
        used |= set(parse_qsl(urlsplit(unescape(address)).query))
    return used


def test_each_number_by_epci_or_type_leads_to_as_many_rows_of_the_journal(story: Story, pilot: Client) -> None:
    story.move_to(story.lot(paris(10, 8), laptops(1))[0], None, paris(10, 9))
    here = {("epci", str(story.epci.pk)), ("ailleurs", "outside"), ("ailleurs", "unknown")}
    assert followed(pilot, story.published()) >= here | {("type", "tablet"), ("etape", "reconditioned")}
    story.lot(paris(11, 2), laptops(2))
    assert followed(pilot, story.computed(NOVEMBER)) >= here | {("mesure", "debut"), ("mesure", "fin")}


def test_each_number_of_the_distribution_leads_to_as_many_rows_of_the_journal() -> None:
    shelf = Shelf()
    for make in (shelf.available, shelf.available, shelf.handed_over, shelf.allotted):
        make()
    report = compute_report(actor=shelf.pilot, month=timezone.localdate().replace(day=1))
    used = followed(acting(shelf.pilot), report)
    assert used >= {("epci", str(shelf.epci.pk)), ("etape", "distribution"), ("etape", "available")}
    gathered = sum(rows_behind(DEVICES, report, AskedNumber(Measure.CLOSING, stage)).number for stage in DISTRIBUTION)
    assert rows_behind(DEVICES, report, AskedNumber(Measure.CLOSING, DISTRIBUTED)).number == gathered == 4


def test_a_place_that_is_two_at_once_counts_nothing(story: Story, pilot: Client) -> None:
    page = pilot.get(url("report_devices", story.computed()), {"epci": story.epci.pk, "ailleurs": "outside"})
    assert page.context["listing"].count == page.context["figure"] == 0


def test_every_number_of_the_page_opens_onto_its_rows_for_the_pilot() -> None:
    shelf = Shelf()
    shelf.need(NeedKind.TABLET)
    shelf.need()
    shelf.handed_over()
    shelf.allotted()
    gate.apply(shelf.reserved(), "release", actor=shelf.adviser)
    shelf.exchange(shelf.available(), shelf.returned())
    report = compute_report(actor=shelf.pilot, month=timezone.localdate().replace(day=1))
    client = acting(shelf.pilot)
    used = followed(client, report)
    assert used >= {("etape", "promis"), ("etape", "met"), ("type", "pour_equipement"), ("mesure", "nouveaux")}
    assert ("ligne", "0") in used
    assert nowhere(read(client, url("report_detail", report))) == set()
    behind = tables_of(read(client, url("report_devices", report) + "?mesure=entrees&etape=handed_over"))
    ((_, *rows),) = behind.values()
    assert sorted(row[2] for row in rows) == ["Remettre", "Remettre", "Échanger"], "the pilot tells exchanges apart"


def nowhere(html: str) -> set[str]:
    """The numbers of tables that lead to no list, zeros apart."""
    cells = re.findall(r'<td class="num[^>]*>(.*?)</td>', html, re.DOTALL)
    return {
        text_of(cell) for cell in cells if "<a " not in cell and re.fullmatch(r"-?[1-9][0-9\u202f]*", text_of(cell))
    }


def test_quantities_lead_to_their_lots_and_to_the_devices_that_were_taken(story: Story, pilot: Client) -> None:
    used = followed(pilot, story.published())
    assert used >= {("mesure", "annonces"), ("mesure", "acceptes"), ("mesure", "enleves"), ("donateur", "private")}
    assert nowhere(read(pilot, url("report_detail", Report.objects.get()))) == set()


def test_an_epci_of_which_nothing_is_known_leads_nowhere(story: Story) -> None:
    assert Leads(story.pilot).url(((PLACE, "999999999"),)) == ""


def test_the_territories_are_in_the_order_of_the_names_that_are_shown(story: Story) -> None:
    for name, short in (("CA de Zuydcoote", "Zuydcoote"), ("CC d’Écaillon", "Écaillon"), ("MU de l’Aa", "Aa")):
        make_epci(name=name, short_name=short)
    rows = Summary(story.computed().figures).territories_at("closing").rows
    asked = [row.label for row in rows if row.label in ("Aa", "Écaillon", "Zuydcoote")]
    assert asked == ["Aa", "Écaillon", "Zuydcoote"]
    offered = [str(epci) for epci in BehindFilter.base_filters["epci"].queryset]
    assert [name for name in offered if name.startswith(("CC d’É", "CA de Z"))] == ["CA de Zuydcoote", "CC d’Écaillon"]


def test_the_rows_behind_a_number_are_not_for_observers(story: Story) -> None:
    report = story.published()
    reader = acting(member(*observers()[0]))
    for name in ("report_devices", "report_needs", "report_lots"):
        assert reader.get(url(name, report)).status_code == 403
    assert "appareils/?" not in read(reader, url("report_detail", report))


def test_an_epci_opens_its_own_rows_and_no_others(story: Story) -> None:
    other = make_epci()
    story.move_to(story.lot(paris(10, 8), laptops(1))[0], other, paris(10, 9))
    report = story.published()
    organisation = make_organisation(OrganisationKind.EPCI, epci=story.epci)
    client = acting(make_membership(Role.MANAGER, OrganisationKind.EPCI, organisation=organisation))
    used = followed(client, report)
    assert {value for name, value in used if name == "epci"} == {str(story.epci.pk)}
    address = url("report_devices", report)
    own = {"epci": story.epci.pk, "mesure": "fin", "etape": "received"}
    assert client.get(address, own).status_code == 200
    assert "/appareils/A-" not in read(client, f"{address}?mesure=fin&etape=received&epci={story.epci.pk}")
    assert "Par l’acte" not in read(client, f"{address}?mesure=fin&etape=received&epci={story.epci.pk}")
    page = read(client, address + f"?mesure=fin&etape=received&epci={story.epci.pk}")
    assert f'<option value="{other.pk}"' not in page
    assert 'value="handed_over"' not in page
    assert 'name="ailleurs"' not in page
    for whole in ({}, {"tous": "1"}, {"mesure": "fin", "etape": "received"}, {"epci": story.epci.pk}):
        answer = client.get(address, whole, follow=True)
        assert answer.status_code == 200, "its territory and a stage are kept"
        assert f"epci={story.epci.pk}" in answer.redirect_chain[-1][0]
    for refused in (
        own | {"epci": other.pk},
        own | {"epci": ""},
        own | {"etape": "handed_over"},
        own | {"etape": "distribution"},
        own | {"etape": ""},
        own | {"ligne": "0"},
        own | {"epci": other.pk, "export": "csv"},
    ):
        assert client.get(address, refused).status_code == 403, refused
    for name in ("report_needs", "report_lots", "report_json"):
        assert client.get(url(name, report)).status_code == 403


def test_the_lines_of_variation_of_a_month_are_offered_to_the_pilot_alone(story: Story) -> None:
    """A line of devices that were allotted is about one or two households."""
    report = story.published()
    siren = story.epci.siren
    returned, kept = ["returned", siren, "laptop", "private"], ["handed_over", siren, "laptop", "private"]
    line = ["give_back", Variation.VARIES.value, *returned, *kept, 1]
    figures = report.figures | {"variations": [line, *report.figures["variations"]]}
    with without_wall("reports_report"):
        Report.objects.filter(pk=report.pk).update(figures=figures)
    every = {f"{what}\u00a0: {old} → {new}" for what, old, new, _ in Summary(figures).variations()}
    own = f"{url('report_devices', report)}?mesure=fin&etape=received&epci={story.epci.pk}"
    organisation = make_organisation(OrganisationKind.EPCI, epci=story.epci)
    for role in (Role.MANAGER, Role.OBSERVER):
        client = acting(make_membership(role, OrganisationKind.EPCI, organisation=organisation))
        page = read(client, own)
        assert 'name="ligne"' not in page
        assert [line for line in every if line in page] == []
        assert client.get(f"{own}&ligne=0").status_code == 403
    assert offered_lines(read(acting(story.pilot), own)) == every
    assert acting(member(Role.OBSERVER, OrganisationKind.PREFECTURE)).get(own).status_code == 403


def offered_lines(html: str) -> set[str]:
    """What the criterion « Ligne de variation » offers."""
    (choices,) = re.findall(r'<select name="ligne"[^>]*>(.*?)</select>', html, re.DOTALL)
    return {unescape(one).strip() for one in re.findall(r'<option value="[0-9]+"[^>]*>(.*?)</option>', choices)}


def test_the_printed_hashes_are_those_of_the_files_one_downloads(story: Story, pilot: Client) -> None:
    report = story.published()
    figures = pilot.get(url("report_json", report))
    assert hashlib.sha256(figures.content).hexdigest() == report.figures_sha256
    assert json.loads(figures.content) == report.figures
    reader = acting(member(*observers()[0]))
    html = read(reader, url("report_detail", report))
    said = reader.get(url("report_values", report))
    assert report.paper is not None
    assert hashlib.sha256(said.content).hexdigest() == report.paper.sha256
    assert report.paper.sha256 in html
    assert json.loads(said.content)["values"]["sha256"] == report.published_sha256
    public = reader.get(url("report_public", report))
    assert hashlib.sha256(public.content).hexdigest() == report.published_sha256
    assert report.published_sha256 in html
    assert report.figures_sha256 not in html, "whoever knows all but a few numbers would try them until the hash agrees"
    assert reader.get(url("report_json", report)).status_code == 403
    assert url("report_json", report) not in html
    assert "no-store" in figures["Cache-Control"]
    assert pilot.get(url("report_values", story.frozen(NOVEMBER))).status_code == 404


def url(name: str, report: Report) -> str:
    return reverse(f"reports:{name}", args=[report.reference])


def tables_of(html: str) -> dict[str, list[list[str]]]:
    """The tables of a page by their caption: rows of texts."""
    found = {}
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        caption = text_of(re.search(r"<caption.*?>(.*?)</caption>", table, re.DOTALL)[1])
        lines = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
        found[caption] = [
            [text_of(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)] for line in lines
        ]
    return found


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html)).strip()


def whole(table: SummaryTable) -> list[list[Any]]:
    """A table as rows: heading, lines, total."""
    return [list(table.plain_head), *([row.label, *row.cells] for row in (*table.rows, table.total))]


# --- who


@pytest.mark.parametrize(("role", "kind"), observers())
def test_readers_open_what_is_published_and_nothing_else(story: Story, role: Role, kind: OrganisationKind) -> None:
    client = acting(member(role, kind))
    published, frozen = story.published(OCTOBER), story.frozen(NOVEMBER)
    assert published.reference in read(client, reverse("reports:report_list"))
    assert frozen.reference not in read(client, reverse("reports:report_list"))
    for name in ("report_detail", "report_xlsx"):
        assert client.get(url(name, published)).status_code == 200
    for name in PAGES:
        assert client.get(url(name, frozen)).status_code == 404
    html = read(client, url("report_detail", published))
    assert url("report_freeze", published) not in html
    assert "Chronologie" not in html


@pytest.mark.parametrize(("role", "kind"), strangers())
def test_the_others_open_none(story: Story, role: Role, kind: OrganisationKind) -> None:
    client = acting(member(role, kind))
    report = story.published()
    assert client.get(reverse("reports:report_list")).status_code == 403
    assert client.get(reverse("reports:report_compute")).status_code == 403
    for name in (*PAGES, *(f"report_{verb}" for verb in VERBS)):
        assert client.get(url(name, report)).status_code == 404


@pytest.mark.parametrize("verb", VERBS)
def test_a_reader_acts_on_no_report(story: Story, verb: str) -> None:
    client = acting(member(Role.OBSERVER, OrganisationKind.PREFECTURE))
    report = story.published()
    for ask in (client.get, client.post):
        assert ask(url(f"report_{verb}", report)).status_code == 403


# --- the life of a report, on screen


def test_the_pilot_takes_a_month_from_its_first_count_to_its_publication(story: Story, pilot: Client) -> None:
    answer = pilot.post(reverse("reports:report_compute"), {"month": OCTOBER.isoformat()})
    report = Report.objects.get()
    assert answer.url == url("report_detail", report)
    for verb, state in (("recompute", "computed"), ("freeze", "frozen"), ("publish", "published")):
        assert read(pilot, url(f"report_{verb}", report))
        assert Report.objects.get().state != state or verb == "recompute"
        assert pilot.post(url(f"report_{verb}", report), {"comment": ""}).url == url("report_detail", report)
        assert Report.objects.get().state == state
    assert [entry.verb for entry in report.journal.order_by("seq")] == ["compute", "recompute", "freeze", "publish"]


def test_a_month_frozen_too_early_says_why(story: Story, pilot: Client) -> None:
    month = timezone.localdate().replace(day=1)
    report = gate.create(Report(), "compute", actor=story.pilot, month=month)
    for html in (read(pilot, url("report_detail", report)), read(pilot, url("report_freeze", report))):
        assert "Un mois se fige à partir d’une heure après sa fin" in html
    answer = pilot.post(url("report_freeze", report), {"comment": ""})
    assert answer.status_code == 200
    assert "Un mois se fige à partir d’une heure après sa fin" in answer.content.decode()
    assert Report.objects.get().state == "computed"


def test_a_month_that_has_a_report_is_not_offered_again(story: Story, pilot: Client) -> None:
    story.computed()
    html = read(pilot, reverse("reports:report_compute"))
    assert OCTOBER.isoformat() not in html
    answer = pilot.post(reverse("reports:report_compute"), {"month": OCTOBER.isoformat()})
    assert answer.status_code == 200
    assert Report.objects.count() == 1


def test_a_month_is_chosen_by_its_name(story: Story, pilot: Client) -> None:
    report = story.computed()
    assert pilot.get(reverse("reports:report_list"), {"mois": "2025-10"}).url == url("report_detail", report)
    for unknown in ("2025-11", "2025-13", "demain", ""):
        assert pilot.get(reverse("reports:report_list"), {"mois": unknown}).status_code == 404


def test_an_empty_list_says_what_will_come(story: Story) -> None:
    html = read(acting(member(Role.OBSERVER, OrganisationKind.REGION)), reverse("reports:report_list"))
    assert "il se lit une fois publié" in html


# --- what the page shows, and what it costs


def test_the_page_shows_each_table_of_the_summary(story: Story, pilot: Client) -> None:
    report = story.computed()
    shown, summary = tables_of(read(pilot, url("report_detail", report))), Summary(report.figures)
    for table in (
        summary.stages(),
        summary.territories_at("closing"),
        summary.territories_at("entered"),
        summary.types_at("closing"),
        summary.types_at("entered"),
        summary.quantities_by_donor(),
        summary.quantities_by_type(),
    ):
        lines = [[cell.replace("\u202f", "") for cell in line] for line in shown[table.caption]]
        assert [[cell.replace("\u00ad", "") for cell in lines[0]], *lines[1:]] == [
            [str(cell) for cell in line] for line in whole(table)
        ]
    assert len(shown["Autres variations des appareils"]) == 2


def test_the_page_says_what_each_figure_means(story: Story, pilot: Client) -> None:
    report = story.computed()
    html = unescape(read(pilot, url("report_detail", report)))
    for term, meaning in definitions(report.figures):
        assert term in html
        assert meaning in html
    assert {str(stage.label) for stage in Stage} <= {term for term, _ in definitions(report.figures)}


def test_the_chart_tells_the_numbers_of_the_table(story: Story) -> None:
    stages = Summary(story.computed().figures).stages()
    chart = bar_chart(stages, -1)
    assert [(bar.label, bar.number) for bar in chart.bars] == [
        (row.label, row.cells[-1]) for row in stages.rows if any(row.cells)
    ]
    assert max(bar.percent for bar in chart.bars if bar.number == max(bar.number for bar in chart.bars)) == "100.0%"
    assert "Attendus\u00a0: 1" in chart.summary


def test_a_month_without_any_device_has_its_page_too(db: None) -> None:
    story = Story()
    html = read(acting(story.pilot), url("report_detail", story.computed()))
    assert "Aucun appareil n’était suivi ce mois-là." in html
    assert "Autres variations des appareils\u00a0: aucune ce mois-là." in html


@pytest.mark.parametrize("name", ["report_detail", "report_xlsx"])
def test_a_page_costs_the_same_whatever_the_devices(story: Story, pilot: Client, name: str) -> None:
    report = story.computed()

    def more(count: int) -> None:
        for _ in range(count):
            make_epci()
        story.lot(paris(10, 8), laptops(count))
        gate.apply(report, "recompute", actor=story.pilot, at=paris(12, 31), month=OCTOBER)

    assert_same_queries(more, lambda: pilot.get(url(name, report)), rows=20)


def test_the_list_costs_the_same_whatever_the_months(story: Story, pilot: Client) -> None:
    months = iter(date(2023 + rank // 12, rank % 12 + 1, 1) for rank in range(20))

    def more(count: int) -> None:
        for _ in range(count):
            story.computed(next(months))

    assert_same_queries(more, lambda: read(pilot, reverse("reports:report_list")), rows=12)


# --- the workbook


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def trimmed(line: list[Any]) -> list[Any]:
    while line and line[-1] == "":
        line = line[:-1]
    return line


def test_the_workbook_says_what_the_page_says(story: Story, pilot: Client) -> None:
    report = story.published()
    answer = pilot.get(url("report_xlsx", report))
    assert f"gisement-2025-10-{report.reference}.xlsx" in answer["Content-Disposition"]
    sheets = sheets_of(b"".join(answer) if answer.streaming else answer.content)
    assert tuple(sheets) == SHEETS
    lines = [trimmed(line) for line in sheets["Synthèse"]]
    summary = Summary(report.figures)
    for table in (summary.stages(), summary.territories_at("closing"), summary.types_at("entered")):
        start = lines.index([table.caption]) + 1
        assert lines[start : start + len(table.rows) + 2] == whole(table)
    assert ["Empreinte (SHA-256)", report.figures_sha256] in lines
    shown = tables_of(read(pilot, url("report_detail", report)))[summary.territories_at("closing").caption]
    start = lines.index([summary.territories_at("closing").caption]) + 2
    numbers = [[str(int(cell)) for cell in line[1:]] for line in lines[start : start + len(shown) - 1]]
    assert numbers == [line[1:] for line in shown[1:]]


def test_the_detail_adds_up_to_the_summary_and_numbers_are_numbers(story: Story) -> None:
    report = story.computed()
    head, *lines = sheets_of(write_workbook(report, hides_small=True))["Par EPCI et type"]
    assert tuple(head) == DETAIL_HEAD
    assert all(isinstance(cell, int | float) for line in lines for cell in line[4:])
    total = Summary(report.figures).stages().total.cells
    assert (sum(line[4] for line in lines), sum(line[8] for line in lines)) == (total[0], total[-1])
    assert all(line[4] + line[5] - line[6] + line[7] == line[8] for line in lines)


def test_the_workbook_defines_its_terms(story: Story) -> None:
    report = story.computed()
    sheet = sheets_of(write_workbook(report, hides_small=True))["Définitions"]
    assert [tuple(line) for line in sheet[1:]] == definitions(report.figures)


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "http://exemple.test", "12"])
def test_a_name_is_never_taken_for_a_formula(story: Story, name: str) -> None:
    Epci.objects.filter(pk=story.epci.pk).update(name=name, short_name=name)
    content = write_workbook(story.computed(), hides_small=True)
    assert name in {line[0] for line in sheets_of(content)["Par EPCI et type"]}
    with ZipFile(BytesIO(content)) as archive:
        sheets = [archive.read(part).decode() for part in archive.namelist() if part.startswith("xl/worksheets/sheet")]
    assert len(sheets) == len(SHEETS)
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)


def test_the_workbook_says_whose_it_is(story: Story) -> None:
    report = story.computed()
    with ZipFile(BytesIO(write_workbook(report, hides_small=True))) as archive:
        core = archive.read("docProps/core.xml").decode()
    for told in (title_of(report), report.reference, report.published_sha256, "Maillon"):
        assert told in core
    assert write_workbook(report, hides_small=True) == write_workbook(report, hides_small=True)


def test_the_pilot_is_told_which_file_holds_what_the_others_may_not_read(story: Story, pilot: Client) -> None:
    """The same number is « 27 » on the page and in her workbook, « secret » on the paper: neither is wrong."""
    report = story.published()
    page = read(pilot, url("report_detail", report))
    assert "Le classeur dit tous les nombres, comme cette page\u00a0: ne l’envoyez pas." in page
    assert "Le document est celui des lecteurs" in page
    reader = read(acting(member(*observers()[0])), url("report_detail", report))
    assert "ne l’envoyez pas" not in reader
    told = "Tous les nombres, pour le pilotage seul\u00a0: ne pas envoyer. Les lecteurs ont leur propre classeur."
    hers, others = (sheets_of(write_workbook(report, hides_small=small))["Synthèse"] for small in (False, True))
    assert ["À qui", told] in [trimmed(line) for line in hers]
    assert not any(told in line for line in others)


def test_the_pilot_is_told_by_name_which_first_numbers_readers_will_not_see() -> None:
    shelf = Shelf()
    shelf.handed_over()
    shelf.need()
    office = acting(shelf.pilot)
    month = timezone.localdate().replace(day=1)
    report = compute_report(actor=shelf.pilot, month=month)
    page = told_in(office, url("report_detail", report))
    named = page.partition("Secret pour les lecteurs\u00a0:")[2].partition(".")[0]
    assert "appareils remis à un foyer dans le mois" in named
    assert "besoins satisfaits dans le mois" in named
    assert "reconditionnés" not in named
    assert "C’est ce qui serait caché aujourd’hui" in page


def told_in(client: Client, address: str) -> str:
    """The words of a page, whatever its tags and its lines."""
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", "", read(client, address)))


def test_the_page_that_publishes_says_what_its_readers_read_instead(story: Story, pilot: Client) -> None:
    report = story.frozen()
    assert "aucun n’est secret" in told_in(pilot, url("report_publish", report))
    hidden = {"hidden": ["appareils remis à un foyer dans le mois"], "month": report}
    said = render_to_string("reports/_secret.html", hidden)
    assert "eux liront «\u00a0secret\u00a0»" in said
    gate.apply(report, "publish", actor=story.pilot, at=paris(12, 31))
    reader = told_in(acting(member(*observers()[0])), url("report_detail", report))
    assert "Secret pour les lecteurs" not in reader
    assert "aucun n’est secret" not in reader


# --- the paper


@pytest.mark.parametrize("state", ["computed", "frozen"])
def test_the_proof_is_accessible_and_says_what_it_is(story: Story, pilot: Client, state: str) -> None:
    make: dict[str, Callable[[], Report]] = {"computed": story.computed, "frozen": story.frozen}
    report = make[state]()
    answer = pilot.get(url("report_pdf", report))
    assert answer["Content-Type"] == "application/pdf"
    checked = pdf.validate_pdf_bytes(answer.content, profile="ua1")
    assert [failure.message for failure in checked.failures] == []
    assert answer.content == draw_proof(report)
    assert not Document.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_paper_of_a_published_report_is_drawn_once_and_served(story: Story, pilot: Client) -> None:
    report = story.published()
    answers = [b"".join(pilot.get(url("report_pdf", report))) for _ in range(2)]
    assert answers[0] == answers[1]
    checked = pdf.validate_pdf_bytes(answers[0], profile="ua1")
    assert [failure.message for failure in checked.failures] == []
    paper = Document.objects.get()
    assert verify_document(paper)
    assert render_document(paper).rendered_id == paper.rendered_id


def test_the_paper_says_the_tables_of_the_page(story: Story) -> None:
    report = story.published()
    assert report.paper is not None
    kept = report.paper.values["territories_closing"]
    table = Summary(report.figures).territories_at("closing")
    assert [[row["label"], *row["cells"]] for row in kept["rows"]] == [[row.label, *row.cells] for row in table.rows]
    assert report.paper.values["standing"].startswith("Chiffres du mois entier, figés le")


def test_a_month_that_is_over_is_to_be_frozen_though_it_was_counted_before_its_end(story: Story, pilot: Client) -> None:
    """The night has not counted it again: its page does not say that it is not over."""
    page = read(pilot, url("report_detail", story.computed(at=paris(10, 31))))
    assert "Le mois n’est pas fini" not in page
    assert "relisez les chiffres, puis figez le mois" in page


def test_the_paper_begins_with_what_was_announced_and_the_proof_of_a_frozen_month_says_that_it_is_one(
    story: Story, pilot: Client
) -> None:
    def words(content: bytes) -> str:
        return " ".join(" ".join(one.get_textpage().get_text_bounded() for one in PdfDocument(content)).split())

    frozen = story.frozen()
    proof = words(pilot.get(url("report_pdf", frozen)).content)
    assert "ce rapport n’est pas publié." in proof
    assert "Appareils annoncés dans le mois" in proof
    published = gate.apply(frozen, "publish", actor=story.pilot, at=paris(12, 31))
    paper = words(b"".join(pilot.get(url("report_pdf", published))))
    assert "Épreuve" not in paper
    assert "Appareils annoncés dans le mois" in paper
