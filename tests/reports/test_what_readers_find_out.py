"""Months are frozen and published, then read as an observer reads them: nothing hidden can be worked out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from desk.todo.figures import month_links, territory
from documents.services.papers import canonical
from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Epci
from prescriptions.enums import NeedKind
from refurb.enums import DeviceType
from reports.enums import DISTRIBUTION
from reports.figures import Reckoning, digest
from reports.models import Report
from reports.parameters import THRESHOLD
from reports.secrecy.covering import HIDDEN
from reports.secrecy.keys import AT_HOMES
from reports.secrecy.published import published, published_sha256
from reports.services import compute_report, found_out, freeze_report, verify_reports
from reports.workbook import write_workbook
from tests.network.factories import make_epci, make_membership
from tests.reference.values import set_value
from tests.refurb.pages import acting, read
from tests.reports.attacker import Attacker, Table
from tests.reports.invented import Invented
from tests.reports.stories import member, paris, without_wall
from tests.reports.test_report_pages import sheets_of, tables_of, trimmed

pytestmark = pytest.mark.django_db
MONTHS = (date(2025, 8, 1), date(2025, 9, 1), date(2025, 10, 1))
WIDTH = 5


@dataclass
class World:
    """An invented département whose months are frozen through the gate, figures and all, and published."""

    places: list[Epci]
    reports: list[Report]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    places = [make_epci() for _ in range(5)]
    invented = Invented(7, [epci.siren for epci in places], pace=25)
    months = {month: invented.month(month.isoformat()) for month in MONTHS}
    names = [[epci.siren, epci.name, epci.short_name] for epci in places]

    def reckoned(month: date, at: datetime, **_: Any) -> Reckoning:
        figures = months[month] | {"territories": names}
        return Reckoning(datetime(2025, month.month + 1, 1, tzinfo=UTC), figures, digest(figures))

    monkeypatch.setattr("reports.machine.reckon", reckoned)
    pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    reports = []
    for month in MONTHS:
        at = paris(12, 1)
        report = compute_report(actor=pilot, month=month, at=at)
        report = freeze_report(actor=pilot, report=report, at=at)
        reports.append(gate.apply(report, "publish", actor=pilot, at=at))
    return World(places, reports)


def by_caption(sheet: list[list[Any]]) -> Iterator[tuple[str, Table]]:
    """The tables of a sheet: a caption alone on its line, a heading, lines up to a blank one."""
    lines = [trimmed(line) for line in sheet]
    for rank, line in enumerate(lines[:-1]):
        if len(line) == 1 and len(lines[rank + 1]) > 1:
            end = next((last for last in range(rank + 1, len(lines)) if not lines[last]), len(lines))
            yield str(line[0]), lines[rank + 1 : end]


def attacker_of(world: World) -> Attacker:
    return Attacker(
        [epci.short_name for epci in world.places],
        [str(kind.label) for kind in NeedKind],
        [str(t.label) for t in DeviceType],
    )


def test_an_observer_with_three_workbooks_and_a_solver_finds_nothing_out(world: World) -> None:
    observer = acting(member(Role.OBSERVER, OrganisationKind.PREFECTURE))
    attacker = attacker_of(world)
    for report in world.reports:
        content = observer.get(reverse("reports:report_xlsx", args=[report.reference])).content
        attacker.read(report.month.isoformat(), dict(by_caption(sheets_of(content)["Synthèse"])))
    assert len(attacker.secrets) > 100
    narrow = {where: found for where, found in attacker.intervals().items() if found[1] - found[0] < WIDTH - 1e-6}
    assert not narrow
    assert not attacker.ratios


def test_new_devices_less_what_the_workshops_gained_give_no_hidden_number_back(world: World) -> None:
    observer = acting(member(Role.OBSERVER, OrganisationKind.PREFECTURE))
    attacker = attacker_of(world)
    for report in world.reports:
        sheet = sheets_of(observer.get(reverse("reports:report_xlsx", args=[report.reference])).content)["Synthèse"]
        tables, month = dict(by_caption(sheet)), report.month.isoformat()
        attacker.read(month, tables)
        (born,) = (int(line[1]) for line in sheet if line and line[0] == "Nouveaux appareils suivis")
        attacker.subtract(month, born, tables["Appareils par étape"])
    assert len(attacker.secrets) > 100
    narrow = {where: found for where, found in attacker.intervals().items() if found[1] - found[0] < WIDTH - 1e-6}
    assert not narrow


def test_the_attacker_finds_small_counts_when_only_they_are_hidden(world: World) -> None:
    """Otherwise he would prove nothing: with the small numbers alone hidden, he works many of them out."""
    attacker = attacker_of(world)
    for report in world.reports:
        tables = dict(by_caption(sheets_of(write_workbook(report, hides_small=False))["Synthèse"]))
        small = {
            caption: [
                head,
                *([line[0], *(HIDDEN if 0 < _number(cell) < 5 else cell for cell in line[1:])] for line in rows),
            ]
            for caption, (head, *rows) in tables.items()
        }
        attacker.read(report.month.isoformat(), small)
    found = attacker.intervals()
    assert sum(1 for low, high in found.values() if high - low < 0.5) > 10


def _number(cell: Any) -> float:
    return cell if isinstance(cell, int | float) else 0


def test_the_page_the_workbook_and_the_paper_hide_the_same(world: World) -> None:
    observer = acting(member(Role.OBSERVER, OrganisationKind.PREFECTURE))
    for report in world.reports:
        page = tables_of(read(observer, reverse("reports:report_detail", args=[report.reference])))
        sheets = sheets_of(observer.get(reverse("reports:report_xlsx", args=[report.reference])).content)
        paper = {table["caption"]: table for table in report.paper.values.values() if isinstance(table, dict)}  # type: ignore[union-attr]
        hidden = 0
        for caption, lines in by_caption(sheets["Synthèse"]):
            written = {str(line[0]): [cell == HIDDEN for cell in line[1:]] for line in lines[1:]}
            if caption in page:
                assert {line[0]: [cell == HIDDEN for cell in line[1:]] for line in page[caption][1:]} == written
            if caption in paper:
                rows = [*paper[caption]["rows"], paper[caption]["total"]]
                assert {row["label"]: [cell == HIDDEN for cell in row["cells"]] for row in rows} == written
            hidden += sum(map(sum, written.values()))
        assert hidden > 30


def test_the_detail_of_the_workbook_tells_no_household_apart(world: World) -> None:
    sheet = sheets_of(write_workbook(world.reports[-1], hides_small=True))["Par EPCI et type"]
    labels = {str(stage.label) for stage in DISTRIBUTION}
    lines = [line for line in sheet[1:] if line[3] in labels]
    assert lines
    assert {(line[1], line[2]) for line in lines} == {("Tous types", "Tous donateurs")}
    at_homes = [line for line in lines if line[3] in {str(stage.label) for stage in AT_HOMES}]
    assert all(cell in (HIDDEN, "", 0) or cell >= 5 for line in at_homes for cell in line[4:])


def test_what_an_epci_and_a_visitor_read_is_what_the_report_tells(world: World) -> None:
    report, epci = world.reports[-1], world.places[-1]
    told = {fact.label: fact.number for fact in territory(report, epci)}
    page = tables_of(
        read(
            acting(member(Role.OBSERVER, OrganisationKind.PREFECTURE)),
            reverse("reports:report_detail", args=[report.reference]),
        )
    )
    rows = {line[0]: line[1:] for line in page["Entrées du mois par EPCI de la convention"]}
    handed = rows.get(epci.short_name, ["0"] * 6)[4]
    assert told["Appareils remis à un foyer, au titre de la convention"] == handed
    links = {link.label: link.number for link in month_links(report, hides_small=True)}
    assert links["Foyer"] == rows["Total"][4]


def test_the_bars_of_the_chart_do_not_measure_what_the_table_hides(world: World) -> None:
    observer = acting(member(Role.OBSERVER, OrganisationKind.PREFECTURE))
    for report in world.reports:
        html = read(observer, reverse("reports:report_detail", args=[report.reference]))
        hidden = {line[0] for line in tables_of(html)["Appareils par étape"][1:] if line[-1] == HIDDEN}
        drawn = set(re.findall(r'fill="currentColor">([^<]+)</text>', html))
        assert not hidden & drawn


def test_the_printed_hash_is_that_of_what_is_public(world: World) -> None:
    """The hash of all figures would tell whoever tries the few small numbers that are missing to him."""
    observer = acting(member(Role.OBSERVER, OrganisationKind.PREFECTURE))
    for report in world.reports:
        page = read(observer, reverse("reports:report_detail", args=[report.reference]))
        assert report.figures_sha256 not in page
        assert published_sha256(report.figures) == report.published_sha256
        assert report.published_sha256 in page
        assert report.figures_sha256 not in canonical(report.paper.values).decode()  # type: ignore[union-attr]
        public = published(report.figures)
        hidden = report.figures["secrets"]["hidden"]
        assert {key for key, number in public["households"] if number is None} == set(hidden)
        assert "need_variations" not in public
        assert "needs" not in public


def test_verification_finds_nothing_to_find_out_and_sees_a_secret_that_is_uncovered(world: World) -> None:
    assert found_out() == []
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_reports", stdout=out)  # the journal is empty: these figures were invented
    assert "retrouver : 0" in out.getvalue().replace("\u00a0", " ")
    report = world.reports[1]
    figures = report.figures
    uncovered = [
        key for key in figures["secrets"]["hidden"] if key.startswith("needs/waiting/closing") and "//" not in key
    ]
    figures["secrets"]["hidden"] = sorted(set(figures["secrets"]["hidden"]) - set(uncovered[1:]))
    with without_wall("reports_report"):
        Report.objects.filter(pk=report.pk).update(figures=figures)
    assert any(reference == report.reference for reference, _ in found_out())
    faults: list[Any] = []
    verify_reports(faults.append)
    assert any("nombre caché" in fault.sentence for fault in faults)


def test_what_is_hidden_is_frozen_with_the_month(world: World) -> None:
    before = [report.figures["secrets"] for report in world.reports]
    set_value(THRESHOLD, 50)
    again = Report.objects.order_by("month")
    assert [report.figures["secrets"] for report in again] == before
    with pytest.raises(Exception, match="figé"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reports_report SET figures = jsonb_set(figures, '{secrets,hidden}', '[]') WHERE id = %s",
            [world.reports[0].pk],
        )
