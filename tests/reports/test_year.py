"""The yearly report: what a year adds, what it cannot be made to say, and the paper that closes it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import page as pdf
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from pypdfium2 import PdfDocument
from python_calamine import CalamineWorkbook

from documents.models import Document
from documents.services import render_document, verify_document
from documents.services.papers import canonical
from donations.enums import DeclineReason
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from refurb.enums import DeviceType
from reports.adding import Over, as_one
from reports.enums import Stage
from reports.models import Report
from reports.months import PARIS, bounds, month_of, next_month
from reports.participants import without_convention
from reports.services import compute_report, freeze_report
from reports.standing import Delay, TimeSpan
from reports.summary import NOT_SUMMED, Summary, SummaryRow, SummaryTable
from reports.yearly import Year, year_of, year_of_readers
from reports.yearly_facts import HANDED_OVER, YearFacts, _delay_row, _near, facts_of
from reports.yearly_paper import yearly_values
from tests.conventions.conventions import Treaty, again
from tests.costs import assert_same_queries
from tests.distribution.shelves import Shelf
from tests.donations.scene import laptops, screens
from tests.pages import papers_in_words
from tests.refurb.pages import acting, read
from tests.reports.stories import (
    DECEMBER,
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
AFTER = datetime(2026, 1, 2, 12, tzinfo=PARIS)
BEGUN = [OCTOBER, NOVEMBER, DECEMBER, date(2026, 1, 1)]
HIDDEN = "secret"


@pytest.fixture
def story() -> Story:
    """Screens come in October, one is reconditioned and one is thrown away; one more is reconditioned in November."""
    story = Story()
    devices = story.lot(paris(10, 2), screens(5), laptops(1))
    for device in devices:
        story.receive(device, paris(10, 3))
    story.ready(story.start(devices[0], paris(10, 4)), paris(10, 10, 18))
    story.reject(story.start(devices[1], paris(10, 4)), paris(10, 6))
    story.ready(story.start(devices[2], paris(11, 4)), paris(11, 5))
    return story


def close(story: Story, months: tuple[date, ...] = (OCTOBER, NOVEMBER, DECEMBER)) -> list[Report]:
    """These months, published at the beginning of January."""
    return [story.published(month, AFTER) for month in months]


def year(story: Story) -> Year:
    return year_of(story.pilot, 2025, BEGUN, AFTER)


def facts(story: Story) -> YearFacts:
    return facts_of(year(story))


def cells(table: SummaryTable) -> dict[str, tuple[Any, ...]]:
    return {row.label: row.cells for row in table.rows}


def address(name: str = "year_detail", asked: int = 2025) -> str:
    return reverse(f"reports:{name}", args=[asked])


# --- what is added


def test_each_line_of_the_year_adds_up_and_is_the_sum_of_its_months(story: Story) -> None:
    reports = close(story)
    told = cells(year(story).stages())
    for stage in Stage:
        months = [numbers(report, stage) for report in reports]
        opening, entered, left, other, closing = told[str(stage.label)]
        assert opening + entered - left + other == closing, stage
        assert (opening, closing) == (months[0][0], months[-1][-1])
        assert (entered, left, other) == tuple(sum(month[rank] for month in months) for rank in (1, 2, 3))
    assert told["Reconditionnés"][1] == 2
    assert year(story).first_numbers["Reconditionnés"] == 2


def test_every_table_of_acts_is_the_sum_of_those_of_its_months(story: Story) -> None:
    reports = [Summary(report.figures) for report in close(story)]
    whole = year(story)
    for table, months in (
        (whole.territories(), [one.territories_at("entered") for one in reports]),
        (whole.distribution(), [one.distribution_at("entered") for one in reports]),
        (whole.types(), [one.types_at("entered") for one in reports]),
        (whole.quantities()[0], [one.quantities_by_donor() for one in reports]),
        (whole.quantities()[1], [one.quantities_by_type() for one in reports]),
    ):
        for label, row in cells(table).items():
            assert row == tuple(map(sum, zip(*(cells(month)[label] for month in months), strict=True))), table.caption
        assert table.total.cells == tuple(map(sum, zip(*(month.total.cells for month in months), strict=True)))


def test_what_is_accepted_may_be_more_than_what_is_announced_and_the_year_says_why() -> None:
    """Announced in October, accepted in November; a lot turned down once accepted; a device that nobody announced."""
    story = Story()
    story.lot(paris(10, 30), laptops(4), qualified=paris(11, 2))
    given_up = story.lot(paris(11, 3), laptops(2))[0].donation
    gate.apply(given_up, "decline", actor=story.pilot, at=paris(11, 4), reason=DeclineReason.TOO_OLD)
    story.register(paris(11, 5))
    close(story, (NOVEMBER,))

    told = year(story)
    announced, accepted, _ = cells(told.quantities()[1])["Ordinateur portable"]
    expected = cells(told.stages())["Attendus"][1]
    assert (announced, accepted, expected, told.first_numbers["Nouveaux suivis"]) == (2, 4, 6, 7)

    client = acting(story.pilot)
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(address("year_xlsx")).content))
    sheets = str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
    paper = str(yearly_values(told, facts_of(told), is_final=True)["meanings"])
    for said in (read(client, address()), sheets, paper):
        assert "une acceptation de janvier peut répondre à une annonce de décembre" in said.replace("\\xa0", " ")
        assert "Accepté, attendus, nouveaux suivis" in said


def test_an_act_that_a_later_month_undoes_is_in_the_sum_and_is_no_device_gained(story: Story) -> None:
    """A legal act cannot inflate the year: reconditioned at the end of a month, taken back in the next."""
    devices = story.lot(paris(10, 20), screens(1))
    ready = story.ready(story.start(story.receive(devices[0], paris(10, 21)), paris(10, 22)), paris(10, 31))
    story.reopen(ready, paris(11, 1))
    close(story)

    (reconditioned, *_) = facts(story).different

    assert (reconditioned.summed, reconditioned.different) == (3, 2)


def test_what_is_done_again_once_undone_is_one_device(story: Story) -> None:
    devices = story.lot(paris(10, 20), screens(1))
    ready = story.ready(story.start(story.receive(devices[0], paris(10, 21)), paris(10, 22)), paris(10, 31))
    story.ready(story.reopen(ready, paris(11, 1)), paris(11, 2))
    close(story)

    (reconditioned, *_) = facts(story).different

    assert (reconditioned.summed, reconditioned.different) == (3, 3)


def test_what_is_undone_after_the_year_changes_nothing_of_it(story: Story) -> None:
    devices = story.lot(paris(10, 20), screens(1))
    ready = story.ready(story.start(story.receive(devices[0], paris(12, 21)), paris(12, 22)), paris(12, 31))
    close(story)
    before = yearly_values(year(story), facts(story), is_final=True)

    story.reopen(ready, AFTER)
    story.receive(story.lot(AFTER, screens(1))[0], AFTER)

    assert yearly_values(year(story), facts(story), is_final=True) == before


def test_a_month_that_is_missing_is_named_since_the_lines_do_not_add_up_over_it(story: Story) -> None:
    close(story, (OCTOBER, DECEMBER))
    shown = year(story)
    assert (shown.missing, shown.is_whole) == ([NOVEMBER], False)
    page = read(acting(story.pilot), address())
    assert "Il manque novembre 2025." in page
    assert "L’année n’est pas entière." in page


def test_a_month_that_is_not_frozen_is_in_no_year(story: Story) -> None:
    story.published(OCTOBER, AFTER)
    story.computed(NOVEMBER, AFTER)
    shown = year(story)
    assert [month.report.month for month in shown.months] == [OCTOBER]
    assert shown.to_come == [NOVEMBER, DECEMBER]
    assert "Un mois figé, d’octobre 2025 seul. L’année n’est pas entière." in read(acting(story.pilot), address())


# --- what is hidden


def table(*rows: tuple[str, tuple[int | str, ...]], total: tuple[int | str, ...]) -> SummaryTable:
    return SummaryTable("", ("", "a", "b"), tuple(SummaryRow(*row) for row in rows), SummaryRow("Total", total))


def test_a_sum_over_a_hidden_month_is_the_least_it_may_be_and_never_says_more() -> None:
    months = [
        table(("Nord", (7, HIDDEN)), ("Sud", (HIDDEN, NOT_SUMMED)), total=(HIDDEN, NOT_SUMMED)),
        table(("Nord", (HIDDEN, HIDDEN)), total=(9, NOT_SUMMED)),
    ]
    added = as_one(months, "", (Over.SUM, Over.SUM))
    assert cells(added) == {"Nord": ("au moins\u00a07", HIDDEN), "Sud": (HIDDEN, NOT_SUMMED)}
    assert added.total.cells == ("au moins\u00a09", NOT_SUMMED)


def test_what_may_be_under_zero_has_no_least() -> None:
    months = [table(("Nord", (7, 1)), total=(7, 1)), table(("Nord", (HIDDEN, 2)), total=(HIDDEN, 2))]
    assert cells(as_one(months, "", (Over.SIGNED, Over.SIGNED)))["Nord"] == (HIDDEN, 3)


def test_what_stood_is_that_of_the_first_and_of_the_last_month() -> None:
    months = [table(("Nord", (7, 1)), total=(7, 1)), table(("Nord", (HIDDEN, 2)), total=(HIDDEN, 2))]
    assert cells(as_one(months, "", (Over.FIRST, Over.LAST)))["Nord"] == (7, 2)


def lived(handed: int, days_to_come: Any) -> tuple[YearFacts, YearFacts]:
    """What the pilot and all others are told of a year in which so many devices were handed over, this month."""
    shelf = Shelf()
    for _ in range(handed):
        shelf.handed_over()
    month = month_of(timezone.now())
    at = bounds(next_month(month)).start + timedelta(days=1)
    frozen = freeze_report(actor=shelf.pilot, report=compute_report(actor=SYSTEM, month=month, at=at), at=at)
    gate.apply(frozen, "publish", actor=shelf.pilot, at=at)
    begun = [month]
    pilot, reader = year_of(shelf.pilot, month.year, begun, at), year_of_readers(month.year, begun, at)
    return facts_of(pilot), facts_of(reader)


STEP = "Du reconditionnement à la remise à un foyer"


def test_nothing_of_the_only_household_of_a_year_is_told_but_to_the_pilot(days_to_come: Any) -> None:
    pilot, reader = lived(1, days_to_come)
    (known,) = (row for row in pilot.delays if row.label == STEP)
    assert (known.count, known.median) == (1, "0\u00a0jour")
    assert {(row.count, row.median, row.ninth) for row in reader.delays[3:]} == {(HIDDEN, HIDDEN, HIDDEN)}
    assert [(row.count, row.price) for row in pilot.prices] == [(1, "25,00\u00a0€")]
    assert {(row.count, row.price, row.to_pay) for row in reader.prices} == {(HIDDEN, HIDDEN, HIDDEN)}
    assert pilot.co2 is not None
    assert pilot.co2.counted == 1
    assert reader.co2 is None
    assert [row.label for row in pilot.different][1] == "Appareils remis à un foyer"
    assert "Appareils remis à un foyer" not in [row.label for row in reader.different]
    assert (pilot.returns, reader.returns) == ("0\u00a0%", HIDDEN)


def test_of_many_households_readers_are_told_how_long_and_how_much_and_never_how_many(days_to_come: Any) -> None:
    pilot, reader = lived(7, days_to_come)
    (known,) = (row for row in pilot.delays if row.label == STEP)
    (told,) = (row for row in reader.delays if row.label == STEP)
    assert (known.count, told.count, told.median, told.ninth) == (7, "–", known.median, HIDDEN)
    assert [(row.count, row.price) for row in pilot.prices] == [(7, "25,00\u00a0€")]
    assert {(row.label, row.count, row.price) for row in reader.prices} == {
        (str(type_.label), *(("–", "environ\u00a025\u00a0€") if type_ == DeviceType.LAPTOP else (HIDDEN, HIDDEN)))
        for type_ in DeviceType
    }, "whether any was sold of a type is not told either"
    assert pilot.co2 is not None
    assert (reader.co2.counted if reader.co2 else None) in (None, pilot.co2.counted)


@pytest.mark.parametrize(
    ("delay", "known", "told"),
    [
        (Delay(6, 2, 3, 9), 6, (HIDDEN, HIDDEN, HIDDEN)),  # six needs of two households
        (Delay(1, 1, 9, 9), 5, (HIDDEN, HIDDEN, HIDDEN)),  # five told, four undone since
        (Delay(9, 9, 3, 9), 4, (HIDDEN, HIDDEN, HIDDEN)),  # a month hides the others
        (Delay(7, 7, 3, 9), 7, ("–", "3\u00a0jours", HIDDEN)),  # the ninth of seven is the last one's own
        (Delay(12, 10, 3, 9), 12, ("–", "3\u00a0jours", "9\u00a0jours")),
    ],
)
def test_a_delay_of_households_is_told_of_enough_different_ones(
    story: Story, delay: Delay, known: int, told: tuple[str, ...]
) -> None:
    close(story)
    row = _delay_row(year_of_readers(2025, BEGUN, AFTER), STEP, delay, known)
    assert (row.count, row.median, row.ninth) == told
    row = _delay_row(year(story), STEP, delay, known)
    assert row.count == delay.count, "the pilot reads all"


@pytest.mark.parametrize(
    ("mean", "said"),
    [("65.71", "environ\u00a065\u00a0€"), ("67.5", "environ\u00a070\u00a0€"), ("0", "environ\u00a00\u00a0€")],
)
def test_a_mean_price_says_not_of_how_many_it_is(mean: str, said: str) -> None:
    """60 or 80 €, a mean of 65,71: of five to twelve sales, only seven give it."""
    assert _near(Decimal(mean)) == said


# --- how long, who


def test_delays_are_whole_days_between_acts_that_stand(story: Story) -> None:
    close(story)
    told = {row.label: (row.count, row.median, row.ninth) for row in facts(story).delays}
    assert told["D’un lot annoncé à sa décision"] == (1, "0\u00a0jour", "0\u00a0jour")
    assert told["D’une unité acceptée à son arrivée à l’atelier"] == (6, "1\u00a0jour", "1\u00a0jour")
    assert told["De l’arrivée à l’atelier au reconditionnement"] == (2, "7\u00a0jours", "33\u00a0jours")
    assert told["D’un équipement accordé à sa remise"] == (0, "–", "–")


def test_a_device_whose_allotment_was_released_was_ready_since_it_was_reconditioned(days_to_come: Any) -> None:
    shelf, now = Shelf(), timezone.now()
    released = gate.apply(
        shelf.allotted(), "release_allotment", actor=shelf.manager, reason="balance", at=now + timedelta(days=20)
    )
    shelf.at = now + timedelta(days=30, hours=1)
    shelf.handed_over(shelf.reserved(shelf.on_the_shelf(released)))
    span = TimeSpan(now - timedelta(days=1), now + timedelta(days=31))
    assert HANDED_OVER.delay(span, ["ready"], first=False).median == 30


def test_what_stands_for_long_is_counted_by_its_last_arrival(story: Story) -> None:
    close(story)
    assert (facts(story).old_on_the_bench, facts(story).old_in_stock) == (3, 1)


def test_a_donor_whose_lot_was_withdrawn_gave_nothing() -> None:
    story, other = Story(), Story()
    story.lot(paris(10, 2), screens(1))
    given_up = other.lot(paris(10, 3), screens(1))[0].donation
    assert given_up is not None
    gate.apply(given_up, "withdraw", actor=other.scene.contact, reason="kept", at=paris(10, 4))
    close(story)
    assert facts(story).donors.active == 1


def test_donors_of_the_year_before_who_gave_nothing_are_counted_apart_once_the_year_is_over(story: Story) -> None:
    close(story)
    assert (facts(story).donors.active, facts(story).donors.new, facts(story).donors.lost) == (1, 1, 0)
    assert "n’ont rien donné" in read(acting(story.pilot), address())
    other = Story()
    other.lot(datetime(2026, 1, 5, 12, tzinfo=PARIS), screens(1))
    at = datetime(2026, 2, 2, 12, tzinfo=PARIS)
    story.published(date(2026, 1, 1), at)
    told = facts_of(year_of(story.pilot, 2026, [*BEGUN, date(2026, 2, 1)], at)).donors
    assert (told.active, told.new, told.lost) == (1, 1, None), "whoever gave last year may still give"
    assert "n’ont rien donné" not in read(acting(story.pilot), address(asked=2026))


# --- the pages


@pytest.mark.parametrize(("role", "kind"), [*observers(), *strangers()])
def test_who_reads_reports_reads_the_year_and_nobody_else(story: Story, role: Role, kind: OrganisationKind) -> None:
    close(story)
    client = acting(member(role, kind))
    expected = 200 if (role, kind) in observers() else 403
    with papers_in_words():  # drawn by the tests of the proof
        for name in ("year_detail", "year_pdf", "year_xlsx"):
            assert client.get(address(name)).status_code == expected, name


@pytest.mark.parametrize("asked", [2024, 1, 99_999, int("9" * 19)])
def test_a_year_without_a_month_to_read_is_not_found(story: Story, asked: int) -> None:
    close(story)
    assert acting(story.pilot).get(address(asked=asked)).status_code == 404
    assert acting(story.pilot).get(f"/rapports/annees/{'9' * 4400}/").status_code == 404


def test_readers_add_published_months_and_the_pilot_frozen_ones_too(story: Story) -> None:
    story.published(OCTOBER, AFTER)
    story.frozen(NOVEMBER, AFTER)
    reader = acting(member(Role.OBSERVER, OrganisationKind.PREFECTURE))
    assert "Un mois publié, d’octobre 2025 seul." in read(reader, address())
    assert "2\u00a0mois figés, d’octobre 2025 à novembre 2025." in read(acting(story.pilot), address())
    assert f'href="{address()}"' in read(reader, reverse("reports:report_list"))


def test_no_file_tells_a_reader_of_a_month_that_is_not_published(story: Story) -> None:
    story.published(OCTOBER, AFTER)
    hidden = story.frozen(NOVEMBER, AFTER)
    reader = acting(member(Role.OBSERVER, OrganisationKind.PREFECTURE))
    assert hidden.reference in words_of(acting(story.pilot).get(address("year_pdf")).content)
    assert hidden.reference not in words_of(reader.get(address("year_pdf")).content)
    book = CalamineWorkbook.from_filelike(BytesIO(reader.get(address("year_xlsx")).content))
    cells_of = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert hidden.reference not in cells_of
    assert "Novembre" not in cells_of


def test_each_number_of_a_month_leads_to_as_many_rows(story: Story) -> None:
    close(story)
    client = acting(story.pilot)
    shown = client.get(address()).context["months"]
    followed = 0
    for _, told in shown.lines[:-1]:
        for name, cell, url in told:
            behind = client.get(url)
            assert behind.status_code == 200, (name, url)
            if cell and "preuves" not in url:
                assert behind.context["found"] == cell, (name, url)
                followed += 1
    assert followed == 4


def test_a_reader_is_led_to_the_report_of_the_month_and_no_further(story: Story) -> None:
    reports = close(story)
    shown = acting(member(Role.OBSERVER, OrganisationKind.PREFECTURE)).get(address()).context["months"]
    pages = {reverse("reports:report_detail", args=[report.reference]) for report in reports}
    assert {url for _, told in shown.lines[:-1] for _, _, url in told} == pages


def test_a_year_costs_the_same_with_one_month_and_with_two(story: Story) -> None:
    story.published(OCTOBER, AFTER)
    client = acting(story.pilot)

    def more(count: int) -> None:
        if count > 1:
            close(story, (NOVEMBER,))

    assert_same_queries(more, lambda: read(client, address()), rows=3)


def test_the_workbook_holds_the_numbers_of_the_page_as_numbers(story: Story) -> None:
    close(story)
    book = CalamineWorkbook.from_filelike(BytesIO(acting(story.pilot).get(address("year_xlsx")).content))
    rows = book.get_sheet_by_name("Bilan").to_python()
    assert ["Octobre", 6.0, 6.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0] in rows
    assert any(row[0] == "Année" and row[3] == 2.0 for row in rows)
    assert any("pour le pilotage seul" in str(row[1]) for row in rows)
    sources = book.get_sheet_by_name("Rapports additionnés").to_python()
    assert [row[3] for row in sources[1:]] == [month.report.figures_sha256 for month in year(story).months]


# --- the paper


def closing(story: Story, report: Report, at: datetime = AFTER) -> Report:
    return gate.apply(report, "close_year", actor=story.pilot, at=at)


def test_closing_a_year_freezes_its_paper_once_for_all_its_readers(story: Story) -> None:
    *_, december = close(story)
    closing(story, december)

    paper = Document.objects.get(kind="yearly_report")
    assert (paper.owner_machine, paper.owner_pk, paper.title) == ("report", december.pk, "Bilan de l’année 2025")
    assert verify_document(paper)
    readers = year_of_readers(2025, BEGUN, AFTER)
    assert canonical(paper.values) == canonical(yearly_values(readers, facts_of(readers), is_final=True))
    assert [digest for _, _, digest in paper.values["sources"]] == [m.report.published_sha256 for m in readers.months]
    with pytest.raises(Refused, match="déjà arrêté"):
        closing(story, december)


@pytest.mark.parametrize(
    ("months", "said"),
    [
        ((OCTOBER, NOVEMBER), "sur le rapport de décembre"),
        ((OCTOBER, DECEMBER), "ne sont pas publiés"),
    ],
)
def test_a_year_that_is_not_whole_is_not_closed(story: Story, months: tuple[date, ...], said: str) -> None:
    *_, last = close(story, months)
    story.frozen(next(month for month in BEGUN if month not in months), datetime(2026, 1, 3, 12, tzinfo=PARIS))
    with pytest.raises(Refused, match=said):
        closing(story, last, datetime(2026, 1, 4, 12, tzinfo=PARIS))


def test_a_year_without_its_first_month_is_not_closed(story: Story) -> None:
    """Its journals begin in October."""
    *_, december = close(story, (NOVEMBER, DECEMBER))
    with pytest.raises(Refused, match="ne sont pas publiés"):
        closing(story, december)


def test_a_month_of_earlier_definitions_is_missing_and_breaks_nothing(story: Story) -> None:
    october, *_ = close(story)
    with without_wall("reports_report"):
        earlier = {**october.figures, "version": 2, "corrections": []}
        del earlier["variations"]
        Report.objects.filter(pk=october.pk).update(figures=earlier)
    shown = year(story)
    assert [month.report.month for month in shown.months] == [NOVEMBER, DECEMBER]
    read(acting(story.pilot), address())


def test_a_year_with_a_month_that_was_never_counted_is_not_closed(story: Story) -> None:
    *_, december = close(story, (OCTOBER, DECEMBER))
    with pytest.raises(Refused, match="ne sont pas publiés"):
        closing(story, december)


@pytest.mark.parametrize(("role", "kind"), [*observers(), *strangers()])
def test_nobody_but_the_pilot_closes_it(story: Story, role: Role, kind: OrganisationKind) -> None:
    *_, december = close(story)
    with pytest.raises(PermissionDenied):
        gate.apply(december, "close_year", actor=member(role, kind), at=AFTER)


def test_the_pilot_is_told_that_a_year_is_to_be_closed_until_it_is(story: Story) -> None:
    *_, december = close(story)
    client = acting(story.pilot)
    asked = reverse("reports:report_close_year", args=[december.reference])
    assert "bilan de l’année à arrêter" in read(client, "/")
    assert asked in read(client, address())
    assert asked in read(client, reverse("reports:report_detail", args=[december.reference]))

    assert client.post(asked).headers["Location"] == address()

    assert "bilan de l’année à arrêter" not in read(client, "/")
    page = read(client, address())
    assert asked not in page
    assert "Bilan arrêté le" in page


def words_of(content: bytes) -> str:
    """What an accessible PDF says."""
    assert [failure.message for failure in pdf.validate_pdf_bytes(content, profile="ua1").failures] == []
    return " ".join(" ".join(one.get_textpage().get_text_bounded() for one in PdfDocument(content)).split())


def test_the_proof_and_the_paper_are_accessible_and_the_proof_says_what_it_is(story: Story) -> None:
    *_, december = close(story)
    client = acting(story.pilot)
    assert "Épreuve" in words_of(client.get(address("year_pdf")).content)

    closing(story, december)

    paper = render_document(Document.objects.get(kind="yearly_report"))
    told = words_of(b"".join(client.get(address("year_pdf"))))
    assert "Épreuve" not in told
    assert paper.public_code[:4] in told
    assert all(month.report.published_sha256 in told.replace(" ", "") for month in year(story).months)


def test_an_epci_whose_convention_is_suspended_is_told_so_among_those_without_one_in_force() -> None:
    treaty, other = Treaty(), Treaty()
    convention = treaty.active()
    assert other.epci
    gate.apply(convention, "suspend", actor=treaty.pilot, reason="storage")

    told = without_convention(timezone.now())

    assert set(told.names) >= {treaty.epci.short_name, other.epci.short_name}
    assert told.suspended == [treaty.epci.short_name]
    assert str(told).endswith(f"\u00a0; dont suspendue\u00a0: {treaty.epci.short_name}")
    gate.apply(again(convention), "resume", actor=treaty.pilot, reason="settled")
    assert treaty.epci.short_name not in without_convention(timezone.now()).names
