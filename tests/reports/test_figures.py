"""What is counted, in which month, in which bucket: from the journal alone."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from donations.enums import DonorKind
from network.enums import LegalNature
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device, DeviceEntry
from reports.balance import UnbalancedJournal
from reports.enums import OF_A_CONVENTION, STAGE_OF, Elsewhere, Stage
from reports.figures import Bucket, Standing, bucket_of, reckon
from reports.months import bounds, month_of
from reports.services import compute_report, recompute_report, verify_report
from reports.summary import Summary
from tests.donations.scene import laptops, screens
from tests.network.factories import make_epci
from tests.reports.stories import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    Story,
    buckets,
    numbers,
    paris,
    standing,
    without_wall,
)

LATER = paris(12, 31)


@pytest.fixture
def story(db: None) -> Story:
    return Story()


# --- the months of Paris


@pytest.mark.parametrize(
    ("month", "start", "end"),
    [
        (date(2025, 10, 1), "2025-09-30T22:00:00", "2025-10-31T23:00:00"),
        (date(2025, 3, 1), "2025-02-28T23:00:00", "2025-03-31T22:00:00"),
        (date(2025, 12, 1), "2025-11-30T23:00:00", "2025-12-31T23:00:00"),
    ],
)
def test_a_month_is_that_of_paris_through_both_changes_of_hour(month: date, start: str, end: str) -> None:
    wanted = tuple(datetime.fromisoformat(instant).replace(tzinfo=UTC) for instant in (start, end))
    assert bounds(month) == wanted
    assert month_of(wanted[0]) == month
    assert month_of(wanted[1]) != month


@pytest.mark.parametrize(
    ("instant", "month"),
    [
        (paris(10, 31, 23, 59, 59), OCTOBER),
        (paris(11, 1, 0, 0, 0), NOVEMBER),
        (paris(11, 1, 0, 30), NOVEMBER),
        (paris(10, 26, 2, 30).replace(fold=0), OCTOBER),
        (paris(10, 26, 2, 30).replace(fold=1), OCTOBER),
        (paris(3, 30, 3, 0), date(2025, 3, 1)),
        (paris(3, 31, 23, 59, 59), date(2025, 3, 1)),
        (paris(4, 1, 0, 30), date(2025, 4, 1)),
    ],
)
def test_an_arrival_is_counted_in_its_month_and_in_no_other(story: Story, instant: datetime, month: date) -> None:
    story.register(instant)
    for asked in (date(2025, 3, 1), date(2025, 4, 1), OCTOBER, NOVEMBER):
        opening, entered, left, other, closing = numbers(
            compute_report(actor=story.pilot, month=asked, at=LATER), Stage.RECEIVED
        )
        assert (opening, entered, left, other, closing) == (asked > month, asked == month, 0, 0, asked >= month)


def test_what_moves_just_after_the_month_is_where_it_was_at_its_last_instant(story: Story) -> None:
    device = story.register(paris(10, 31, 23, 59, 59))
    story.start(device, paris(11, 1, 0, 30))
    assert standing(story.computed(OCTOBER)) == {"Reçus à l’atelier": (0, 1, 0, 0, 1)}
    assert standing(story.computed(NOVEMBER)) == {
        "Reçus à l’atelier": (1, 0, 1, 0, 0),
        "En traitement": (0, 1, 0, 0, 1),
    }


# --- stages


def test_every_state_has_its_stage_and_every_stage_a_state() -> None:
    assert set(STAGE_OF) == set(DeviceState)
    assert set(STAGE_OF.values()) == set(Stage)


def test_opening_plus_entered_less_left_is_closing_at_each_stage(story: Story) -> None:
    first, second, third = story.lot(paris(9, 20), laptops(3))
    screen = story.register(paris(9, 21), DeviceType.SCREEN)
    story.receive(first, paris(9, 30))
    story.receive(second, paris(10, 5))
    story.start(first, paris(10, 6))
    story.await_part(first, paris(10, 7))
    story.start(second, paris(10, 8))
    story.reject(second, paris(10, 9))
    story.ready(story.start(screen, paris(10, 10)), paris(10, 11))
    story.lose(third, paris(10, 12))
    assert standing(story.computed()) == {
        "Attendus": (2, 0, 2, 0, 0),
        "Reçus à l’atelier": (2, 1, 3, 0, 0),
        "En traitement": (0, 3, 2, 0, 1),
        "Reconditionnés": (0, 1, 0, 0, 1),
        "Non réemployables": (0, 1, 0, 0, 1),
        "Manquants": (0, 1, 0, 0, 1),
    }


def test_waiting_for_a_part_is_still_being_processed(story: Story) -> None:
    device = story.start(story.register(paris(9, 1)), paris(9, 2))
    story.await_part(device, paris(10, 2))
    story.resume(device, paris(10, 3))
    assert standing(story.computed()) == {"En traitement": (1, 0, 0, 0, 1)}


def test_what_is_undone_in_the_month_does_not_count_in_it(story: Story) -> None:
    device = story.start(story.register(paris(9, 1)), paris(9, 2))
    story.undo_reject(story.reject(device, paris(10, 2)), paris(10, 3))
    story.start(device, paris(10, 4))
    assert standing(story.computed()) == {
        "Reçus à l’atelier": (0, 0, 1, 1, 0),
        "En traitement": (1, 1, 0, -1, 1),
    }


def test_the_followed_devices_grow_by_the_new_ones(story: Story) -> None:
    story.register(paris(9, 1))
    story.lot(paris(10, 1), laptops(2))
    story.register(paris(10, 2))
    report = story.computed()
    total = Summary(report.figures).stages().total.cells
    assert (report.figures["new_devices"], total[0], total[-1]) == (3, 1, 4)


# --- territories, types, donors


def test_upstream_counts_by_the_epci_of_the_pick_up_and_a_convention_by_its_own() -> None:
    sirens = {1: "200000001", 2: "200000002"}
    for state in DeviceState:
        found = bucket_of(Standing(state, "laptop", "public", 1, 2), sirens)
        epci = "200000002" if state in OF_A_CONVENTION else "200000001"
        assert found == Bucket(STAGE_OF[state].value, epci, "laptop", "public")


@pytest.mark.parametrize("state", DeviceState)
def test_without_an_epci_it_is_outside_or_of_unknown_origin(state: DeviceState) -> None:
    assert bucket_of(Standing(state, "laptop", "private", None, None), {}).territory == Elsewhere.OUTSIDE
    assert bucket_of(Standing(state, "laptop", "unknown", None, None), {}).territory == Elsewhere.UNKNOWN


def test_each_kind_of_origin_has_its_row(story: Story) -> None:
    story.lot(paris(10, 1), screens(2))
    story.lot(paris(10, 2), laptops(3), commune=None, outside=True, pick_up_city="Arras")
    story.register(paris(10, 3))
    found = {row.label: row.cells[-1] for row in Summary(story.computed().figures).territories_at("closing").rows}
    assert found == {story.epci.short_name: 2, "Hors département": 3, "Origine inconnue": 1}


def test_every_epci_has_a_row_even_with_nothing_in_it(story: Story) -> None:
    idle = make_epci()
    report = story.computed()
    assert {row.label: row.cells[-1] for row in Summary(report.figures).territories_at("entered").rows} == {
        idle.short_name: 0,
        "Hors département": 0,
        "Origine inconnue": 0,
    }


def test_reclassify_is_no_act_of_the_month_and_has_its_line(story: Story) -> None:
    device = story.lot(paris(9, 1), laptops(1))[0]
    story.receive(device, paris(9, 2))
    elsewhere, first = make_epci(), story.epci
    before = story.computed(date(2025, 9, 1))
    story.retype(device, DeviceType.DESKTOP, paris(10, 2))
    story.move_to(device, elsewhere, paris(10, 3))
    report = story.computed()
    assert buckets(report) == {
        ("received", first.siren, "laptop", "private"): [1, 0, 0, 0, -1],
        ("received", elsewhere.siren, "desktop", "private"): [0, 0, 0, 1, 1],
    }
    assert standing(report) == {"Reçus à l’atelier": (1, 0, 0, 0, 1)}
    assert Summary(report.figures).variations() == [
        ("Reclassé", f"Reçus à l’atelier, {first.short_name}", f"Reçus à l’atelier, {elsewhere.short_name}", 1),
        ("Reclassé", "Reçus à l’atelier, Ordinateur portable", "Reçus à l’atelier, Ordinateur fixe", 1),
    ]
    again = recompute_report(actor=story.pilot, report=before, at=LATER)
    assert buckets(again) == {("received", first.siren, "laptop", "private"): [0, 1, 0, 1, 0]} | {
        ("announced", first.siren, "laptop", "private"): [0, 1, 1, 0, 0]
    }


def test_a_mistake_undone_is_a_line_of_difference(story: Story) -> None:
    device = story.reject(story.start(story.register(paris(9, 1)), paris(9, 2)), paris(9, 3))
    story.undo_reject(device, paris(10, 4))
    report = story.computed()
    assert Summary(report.figures).variations() == [
        ("Décision «\u00a0non réemployable\u00a0» annulée", "Non réemployables", "Reçus à l’atelier", 1)
    ]
    assert standing(report) == {"Reçus à l’atelier": (0, 0, 0, 1, 1), "Non réemployables": (1, 0, 0, -1, 0)}


def test_a_row_edited_today_changes_no_figure(story: Story) -> None:
    story.register(paris(10, 1))
    before = story.computed()
    with without_wall("refurb_device"):
        Device.objects.update(type="tablet")
    assert Device.objects.get().type == "tablet"
    assert verify_report(before)


def test_states_whose_verbs_are_to_come_are_counted_by_the_convention(story: Story) -> None:
    device = story.ready(story.start(story.register(paris(9, 1), DeviceType.SCREEN), paris(9, 2)), paris(9, 3))
    served = make_epci()
    last = device.journal.latest("seq")
    line = {"type": "screen", "donor_kind": "unknown", "role": "technician", "recorded_at": LATER, "hash": "0" * 64}
    with without_wall("refurb_deviceentry"):
        DeviceEntry.objects.bulk_create(
            DeviceEntry(
                object=device,
                seq=last.seq + rank,
                verb=verb,
                target=target,
                at=paris(10, day),
                convention_epci=epci,
                **line,
            )
            for rank, (verb, target, day, epci) in enumerate(
                [
                    ("allot", "allotted", 1, served),
                    ("ship", "shipped", 2, served),
                    ("release_allotment", "ready", 3, None),
                ],
                1,
            )
        )
    report = story.computed()
    assert buckets(report) == {
        ("allotted", served.siren, "screen", "unknown"): [0, 0, 1, 0, 1],
        ("reconditioned", "unknown", "screen", "unknown"): [1, 0, 0, 1, 0],
        ("shipped", served.siren, "screen", "unknown"): [0, 1, 0, 0, -1],
    }


# --- quantities


@pytest.mark.django_db
def test_quantities_are_those_of_the_journal_of_lots_in_their_month() -> None:
    story = Story(LegalNature.PUBLIC)
    valued = {"unit_value": 100}
    story.lot(paris(9, 30), laptops(9, **valued), qualified=paris(10, 1))
    devices = story.lot(paris(10, 2), laptops(4, **valued), screens(2, **valued))
    story.announced(paris(10, 31, 23, 59), laptops(7, **valued))
    story.announced(paris(11, 1, 0, 0), laptops(50, **valued))
    story.receive(devices[0], paris(10, 9))
    story.receive(devices[4], paris(11, 9))
    summary = Summary(story.computed().figures)
    assert [(row.label, row.cells) for row in summary.quantities_by_donor().rows] == [
        ("Donateur public", (13, 15, 1)),
        ("Donateur privé", (0, 0, 0)),
        ("Origine inconnue", (0, 0, 0)),
    ]
    assert [row.cells for row in summary.quantities_by_type().rows if any(row.cells)] == [(11, 13, 1), (2, 2, 0)]


# --- the reckoning itself


def test_a_month_that_runs_is_counted_up_to_now(story: Story) -> None:
    story.register(paris(12, 1))
    story.register(paris(12, 20))
    report = story.computed(DECEMBER, paris(12, 10))
    assert numbers(report, Stage.RECEIVED) == (0, 1, 0, 0, 1)
    assert report.as_of == paris(12, 10)
    assert not report.is_whole


def test_the_number_of_statements_does_not_depend_on_the_number_of_devices(story: Story) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            reckon(OCTOBER, LATER)
        return len(seen)

    story.register(paris(9, 1))
    few = count()
    for device in story.lot(paris(10, 2), laptops(30), screens(20)):
        story.receive(device, paris(10, 3))
    assert count() == few == 8


def test_a_journal_that_lost_a_row_gives_no_figures(story: Story) -> None:
    device = story.start(story.register(paris(9, 1)), paris(10, 2))
    story.reject(device, paris(10, 3))
    with without_wall("refurb_deviceentry"):
        DeviceEntry.objects.filter(seq=2).delete()
    with pytest.raises(UnbalancedJournal):
        reckon(OCTOBER, LATER)


def test_codes_and_labels_of_donors_are_those_of_refurb(story: Story) -> None:
    story.register(paris(10, 1))
    detail = Summary(story.computed().figures).details()[0]
    assert (detail.territory, detail.type, detail.donor_kind, detail.stage, detail.numbers) == (
        "Origine inconnue",
        "Ordinateur portable",
        str(DonorKind.UNKNOWN.label),
        "Reçus à l’atelier",
        (0, 1, 0, 0, 1),
    )
