"""What the yearly report tells the pilot alone: refusals by reason, and nothing that an enemy could make of them."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from connectivity.services.connections import refuse_connection
from donations.enums import DeclineReason, LineRefusalCode
from donations.models import Donation
from donations.services.donations import Ruling, qualify_donation
from lifecycle import gate
from lifecycle.clock import run_clock
from network.enums import OrganisationKind, Role
from prescriptions.enums import CodePurpose, DropReason, NeedState
from prescriptions.models import CodedReason
from prescriptions.services.needs import drop_need
from prescriptions.services.prescriptions import refuse_prescription
from refurb.enums import UnusableReason
from refurb.models import Device
from reports.months import PARIS
from reports.refusals import REFUSED, lines_by_reason
from reports.standing import TimeSpan
from reports.yearly import year_of_readers
from reports.yearly_facts import facts_of
from reports.yearly_paper import yearly_values
from reports.yearly_steering import SteeringTable, steering_of
from tests.connectivity.lines import Line, monday
from tests.costs import assert_same_queries
from tests.donations.scene import laptops, screens
from tests.prescriptions.files import Circle
from tests.refurb.devices import fresh
from tests.refurb.pages import acting, read
from tests.reports.stories import Story, member, observers, paris, strangers
from tests.reports.test_year import AFTER, BEGUN, address, close, year

pytestmark = pytest.mark.django_db
AUTUMN = TimeSpan(paris(10, 1, 0), datetime(2026, 1, 1, tzinfo=PARIS))
NEXT = TimeSpan(AUTUMN.until, datetime(2027, 1, 1, tzinfo=PARIS))


@pytest.fixture
def story() -> Story:
    """Five screens on the bench from October on."""
    story = Story()
    for device in story.lot(paris(10, 2), screens(5)):
        story.start(story.receive(device, paris(10, 3)), paris(10, 4))
    return story


def on_the_bench() -> list[Device]:
    return list(Device.objects.order_by("pk"))


def reject(story: Story, device: Device, reason: UnusableReason, at: datetime) -> Device:
    return gate.apply(fresh(device), "reject", actor=story.technician, reason=reason, at=at)


def counted(code: str, span: TimeSpan = AUTUMN) -> dict[str, int]:
    """How many objects each reason counts."""
    (refused,) = (one for one in REFUSED if one.code == code)
    return {reason: len(rows) for reason, rows in refused.rows(span).items()}


def tables(story: Story) -> dict[str, SteeringTable]:
    """The refusals that the pilot is told, by the code of the table."""
    (refusals,) = (part for part in steering_of(year(story)) if part.code == "refusals")
    return {table.code: table for table in refusals.tables}


# --- devices at the workshop


def test_a_device_counts_by_the_reason_of_its_rejection(story: Story) -> None:
    first, second, third, *_ = on_the_bench()
    reject(story, first, UnusableReason.BROKEN, paris(10, 10))
    reject(story, second, UnusableReason.BROKEN, paris(11, 10))
    reject(story, third, UnusableReason.LOCKED, paris(12, 10))
    close(story)
    assert counted("atelier") == {"broken": 2, "locked": 1}
    assert tables(story)["atelier"].lines == [
        ("Panne irréparable", 2, "66,7\u00a0%"),
        ("Verrouillé (compte, BIOS, gestion à distance)", 1, "33,3\u00a0%"),
        ("Total", 3, "100\u00a0%"),
    ]


def test_a_rejection_that_is_undone_in_the_year_is_none(story: Story) -> None:
    device = on_the_bench()[0]
    story.undo_reject(reject(story, device, UnusableReason.BROKEN, paris(10, 10)), paris(12, 20))
    assert counted("atelier") == {}


def test_a_reason_that_was_corrected_is_the_one_that_stands_and_the_device_counts_once(story: Story) -> None:
    device = on_the_bench()[0]
    story.undo_reject(reject(story, device, UnusableReason.BROKEN, paris(10, 10)), paris(11, 2))
    reject(story, device, UnusableReason.LOCKED, paris(11, 3))
    assert counted("atelier") == {"locked": 1}


def test_a_device_that_was_lost_found_and_rejected_again_counts_once_with_its_last_reason(story: Story) -> None:
    device = on_the_bench()[0]
    lost = story.lose(reject(story, device, UnusableReason.BROKEN, paris(10, 10)), paris(10, 12))
    story.receive(lost, paris(10, 20))
    reject(story, device, UnusableReason.INCOMPLETE, paris(10, 21))
    assert counted("atelier") == {"incomplete": 1}


def test_what_is_undone_or_corrected_after_the_year_changes_nothing_of_it(story: Story) -> None:
    device = on_the_bench()[0]
    rejected = reject(story, device, UnusableReason.BROKEN, paris(12, 31, 23, 59))
    close(story)
    before = {code: table.lines for code, table in tables(story).items()}

    story.undo_reject(rejected, AFTER)
    reject(story, device, UnusableReason.LOCKED, AFTER + timedelta(hours=1))

    assert {code: table.lines for code, table in tables(story).items()} == before
    assert counted("atelier") == {"broken": 1}
    assert counted("atelier", NEXT) == {"locked": 1}


def test_the_year_begins_and_ends_at_midnight_in_paris(story: Story) -> None:
    last, first, *_ = on_the_bench()
    reject(story, last, UnusableReason.BROKEN, datetime(2025, 12, 31, 23, 59, 59, tzinfo=PARIS))
    reject(story, first, UnusableReason.LOCKED, datetime(2026, 1, 1, 0, 0, tzinfo=PARIS))
    assert counted("atelier") == {"broken": 1}
    assert counted("atelier", NEXT) == {"locked": 1}


# --- lots and their lines


def qualified(story: Story, at: datetime, accepted: int, code: LineRefusalCode, lines: int = 1) -> Donation:
    """A lot of four laptops a line, of which so many are accepted, the others refused for this reason."""
    donation = story.announced(at, *(laptops(4) for _ in range(lines)))
    rulings = [
        Ruling(line.pk, accepted, code, shares={story.scene.north.pk: accepted} if accepted else {})
        for line in donation.lines.order_by("pk")
    ]
    qualify_donation(actor=story.pilot, donation=donation, rulings=rulings, at=at)
    return Donation.objects.get(pk=donation.pk)


def test_refused_units_count_by_line_and_by_reason(story: Story) -> None:
    qualified(story, paris(10, 5), 1, LineRefusalCode.TOO_OLD, lines=2)
    qualified(story, paris(11, 5), 3, LineRefusalCode.TYPE)
    close(story)
    assert lines_by_reason(AUTUMN) == {"too_old": (2, 6), "type": (1, 1)}
    assert tables(story)["lignes"].lines == [
        ("Trop ancien", 2, 6, "85,7\u00a0%"),
        ("Type d’appareil sans besoin", 1, 1, "14,3\u00a0%"),
        ("Total", 3, 7, "100\u00a0%"),
    ]


def test_refused_units_are_what_the_journal_says_was_announced_and_not_accepted(story: Story) -> None:
    qualified(story, paris(10, 5), 1, LineRefusalCode.TOO_OLD, lines=2)
    qualified(story, paris(11, 5), 4, LineRefusalCode.TYPE)
    said = [
        sum(entry.values.get("laptop") or 0 for donation in Donation.objects.all() for entry in rows(donation, verb))
        for verb in ("announce", "qualify")
    ]
    assert sum(units for _, units in lines_by_reason(AUTUMN).values()) == said[0] - said[1] == 6


def rows(donation: Donation, verb: str) -> Any:
    return donation.journal.filter(verb=verb)  # type: ignore[attr-defined]


def test_a_lot_that_is_declined_once_qualified_counts_as_a_lot_and_no_more_by_its_lines(story: Story) -> None:
    donation = qualified(story, paris(10, 5), 1, LineRefusalCode.TOO_OLD)
    gate.apply(donation, "decline", actor=story.pilot, at=paris(12, 5), reason=DeclineReason.NO_WORKSHOP)
    assert counted("lots") == {"no_workshop": 1}
    assert lines_by_reason(AUTUMN) == {}


def test_a_lot_that_its_donor_withdraws_was_refused_by_nobody(story: Story) -> None:
    donation = qualified(story, paris(10, 5), 1, LineRefusalCode.TOO_OLD)
    gate.apply(donation, "withdraw", actor=story.scene.contact, reason="kept", at=paris(10, 6))
    assert (counted("lots"), lines_by_reason(AUTUMN)) == ({}, {})


def test_a_lot_declined_the_year_after_stays_refused_by_its_lines_in_its_own(story: Story) -> None:
    donation = qualified(story, paris(12, 30), 1, LineRefusalCode.TOO_OLD)
    gate.apply(donation, "decline", actor=story.pilot, at=AFTER, reason=DeclineReason.NO_WORKSHOP)
    assert (counted("lots"), lines_by_reason(AUTUMN)) == ({}, {"too_old": (1, 3)})
    assert (counted("lots", NEXT), lines_by_reason(NEXT)) == ({"no_workshop": 1}, {})


# --- prescriptions and needs


def refused_prescription(circle: Circle, reason: str = "incomplete") -> Any:
    return refuse_prescription(
        actor=circle.adviser,
        prescription=circle.submitted(),
        reason=reason,
        motive="Rien à vérifier.",
        next_step="Adressez-vous à la mairie.",
        at=circle.at,
    )


def test_a_refused_prescription_counts_by_its_reason_and_its_needs_are_dropped_because_of_it(story: Story) -> None:
    circle = Circle(at=paris(10, 6))
    reason = CodedReason.objects.filter(purpose=CodePurpose.REFUSAL, code="other").get()
    refused_prescription(circle, reason.code)
    kept = circle.accepted()
    drop_need(actor=circle.adviser, need=kept.needs.get(), reason=DropReason.UNREACHABLE, at=paris(11, 20))
    close(story)
    assert counted("demandes") == {"other": 1}
    assert counted("besoins") == {"prescription_refused": 1, "unreachable": 1}
    assert tables(story)["demandes"].lines[0] == (reason.label, 1, "100\u00a0%")


def test_dropped_needs_are_as_many_as_the_months_say_are_not_met(story: Story) -> None:
    circle = Circle(at=paris(10, 6))
    for day in (7, 8):
        need = circle.accepted().needs.get()
        drop_need(actor=circle.adviser, need=need, reason=DropReason.OTHER, at=paris(11, day), comment="Parti.")
    close(story)
    unmet = str(NeedState.UNMET.label)
    (by_state, _) = year(story).needs()
    (entered,) = (row.cells[1] for row in by_state.rows if row.label == unmet)
    assert sum(counted("besoins").values()) == entered == 2


# --- operators


def test_what_an_operator_refuses_counts_by_its_reason_and_silence_is_a_reason(days_to_come: Any) -> None:
    said, silent = Line(circle=Circle(at=monday())), Line(circle=Circle(at=monday()))
    refuse_connection(actor=said.agent, connection=said.sent(), refusal="no_coverage", at=said.later(days=1))
    silent.sent()
    for weeks in range(1, 12):
        run_clock(at=monday() + timedelta(weeks=weeks))
    assert counted("operateurs", TimeSpan(monday(), monday() + timedelta(weeks=20))) == {
        "no_coverage": 1,
        "no_answer": 1,
    }


# --- who is told, and where a number leads


def lived(story: Story) -> None:
    """A little of each refusal, and the months closed."""
    reject(story, on_the_bench()[0], UnusableReason.BROKEN, paris(10, 10))
    reject(story, on_the_bench()[1], UnusableReason.LOCKED, paris(10, 11))
    donation = qualified(story, paris(10, 5), 1, LineRefusalCode.TOO_OLD, lines=2)
    qualified(story, paris(11, 5), 3, LineRefusalCode.TYPE)
    assert donation.state == "qualified"
    declined = story.announced(paris(10, 8), laptops(2))
    gate.apply(declined, "decline", actor=story.pilot, at=paris(10, 9), reason=DeclineReason.TOO_OLD)
    circle = Circle(at=paris(10, 6))
    other = CodedReason.objects.get(purpose=CodePurpose.REFUSAL, code="other")
    other.pk, other.code = None, "hors-critères/zone"
    other.save()
    refused_prescription(circle, other.code)
    line = Line(circle=circle)
    refuse_connection(actor=line.agent, connection=line.sent(), refusal="no_coverage", at=line.later(days=1))
    close(story)


def test_each_number_of_refusals_opens_as_many_rows(story: Story) -> None:
    lived(story)
    client, followed = acting(story.pilot), 0
    for code, table in tables(story).items():
        for line, urls in zip(table.lines, table.leads, strict=True):
            for column, cell, url in zip(table.head[1:], line[1:], urls, strict=True):
                if not url:
                    continue
                listing = client.get(url).context["listing"]
                found = sum(one.refused for one in listing.rows) if column == "Unités" else listing.count
                assert found == cell, (code, line, url)
                followed += 1
    assert {code: table.lines[-1][1] for code, table in tables(story).items()} == {
        "lots": 1, "atelier": 2, "demandes": 1, "besoins": 1, "operateurs": 1, "lignes": 3,
    }  # fmt: skip
    assert followed == 17, "each reason and each total, twice for the lines and their units"


def test_the_rows_behind_a_number_say_why_and_name_no_household(story: Story) -> None:
    lived(story)
    client = acting(story.pilot)
    for what, said in (
        ("atelier", "Panne irréparable"),
        ("besoins", "Prescription refusée"),
        ("lignes", "Trop ancien"),
    ):
        page = read(client, reverse("reports:year_refusals", args=[2025, what, "tous"]))
        assert said in page
        assert "ne publiez ni ces lignes, ni leur nombre" in page
        exported = client.get(reverse("reports:year_refusals", args=[2025, what, "tous"]), {"export": "csv"})
        assert said in b"".join(exported).decode()


@pytest.mark.parametrize("address_of", [("inconnu", "tous"), ("atelier", "inconnu"), ("lignes", "inconnu")])
def test_a_reason_that_nobody_gave_has_no_row(story: Story, address_of: tuple[str, str]) -> None:
    lived(story)
    answer = acting(story.pilot).get(reverse("reports:year_refusals", args=[2025, *address_of]))
    assert answer.status_code == 404 if address_of[0] == "inconnu" else answer.context["listing"].count == 0


@pytest.mark.parametrize(("role", "kind"), [*observers(), *strangers()])
def test_nobody_but_the_pilot_is_told_of_refusals(story: Story, role: Role, kind: OrganisationKind) -> None:
    lived(story)
    client = acting(member(role, kind))
    for what in ("atelier", "lignes"):
        assert client.get(reverse("reports:year_refusals", args=[2025, what, "tous"])).status_code == 403
    if (role, kind) in observers():
        page = read(client, address())
        assert "Panne irréparable" not in page
        assert "Refus par motif" not in page
        book = CalamineWorkbook.from_filelike(BytesIO(client.get(address("year_xlsx")).content))
        assert "Pilotage" not in book.sheet_names
        assert "Refus par motif" not in str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])


def test_no_paper_and_no_published_figure_holds_a_refusal(story: Story) -> None:
    lived(story)
    readers = year_of_readers(2025, BEGUN, AFTER)
    assert steering_of(readers) == []
    for told in (
        yearly_values(readers, facts_of(readers), is_final=True),
        [one.report.figures for one in readers.months],
    ):
        assert "Panne irréparable" not in str(told)
        assert "broken" not in str(told)


def test_the_workbook_of_the_pilot_says_what_the_page_says_as_numbers(story: Story) -> None:
    lived(story)
    book = CalamineWorkbook.from_filelike(BytesIO(acting(story.pilot).get(address("year_xlsx")).content))
    told = book.get_sheet_by_name("Pilotage").to_python()
    assert "pour le pilotage seul" in told[0][1]
    for table in tables(story).values():
        lines = [[float(cell) if isinstance(cell, int) else cell for cell in line] for line in table.lines]
        at = [row[0] for row in told].index(table.caption)
        width = len(table.head)
        assert [row[:width] for row in told[at + 1 : at + 2 + len(lines)]] == [list(table.head), *lines]


def test_a_year_without_a_refusal_says_so_and_leads_nowhere(story: Story) -> None:
    close(story)
    for table in tables(story).values():
        assert table.lines == [("Total", *(0 for _ in table.head[2:]), "–")]
        assert set(table.leads[0]) == {""}


def test_each_table_has_a_caption_and_headers(story: Story) -> None:
    lived(story)
    page = read(acting(story.pilot), address())
    for table in (table for part in steering_of(year(story)) for table in part.tables):
        _, caption, after = page.partition(f"<caption>{table.caption}</caption>")
        assert caption
        head, rows_told = after.split("</table>")[0].split("</thead>")
        assert head.count('<th scope="col"') == len(table.head)
        assert rows_told.count('<th scope="row"') == len(table.lines)


def test_refusals_cost_the_same_whatever_was_refused(story: Story) -> None:
    devices = iter(on_the_bench())

    def more(count: int) -> None:
        for _ in range(count):
            reject(story, next(devices), UnusableReason.BROKEN, paris(10, 10))
            qualified(story, paris(10, 5), 1, LineRefusalCode.TOO_OLD)

    assert_same_queries(more, lambda: [lines_by_reason(AUTUMN), *(one.rows(AUTUMN) for one in REFUSED)], rows=3)
