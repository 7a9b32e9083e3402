"""What a workshop asks back is told wherever the point or the workshop looks, and no page says the contrary."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from desk.awaited_work import every_work
from desk.todo.blocks import first_of
from desk.todo.pages import page_for
from distribution.models import Appointment
from distribution.services.answers import last_answer
from distribution.views.appointment_days import expected_in
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import DriveKind, RemovalDestination
from refurb.models import Device
from refurb.services import gone
from refurb.services.evidence import remove_drive
from tests.desk.test_todo import block, landing
from tests.distribution.hours import booked, opened
from tests.distribution.shelves import Shelf
from tests.distribution.test_files_waiting_along import shown_in
from tests.pages import acting, read
from tests.refurb.devices import fresh
from tests.refurb.pages import page_of
from tests.refurb.test_files_unsorted import without_storage

pytestmark = pytest.mark.django_db
ASKED = "Retour demandé par l’atelier"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def held(shelf: Shelf) -> Device:
    """Put aside for a household, with a file that its workshop has not sorted."""
    device = shelf.reserved(shelf.on_the_shelf(without_storage(shelf.bench)))
    shown_in(shelf, device)
    return fresh(device)


def asked(shelf: Shelf, device: Device) -> Device:
    return gate.apply(device, "ask_back", actor=shelf.technician)


# --- the day of the counter


def test_the_day_of_the_counter_says_that_what_is_asked_back_is_not_handed_over(shelf: Shelf) -> None:
    opened(shelf)
    plain, waits, back = shelf.reserved(), held(shelf), held(shelf)
    made = [booked(shelf, one) for one in (plain, waits, back)]
    asked(shelf, back)

    seen = Appointment.objects.filter(pk__in=[one.pk for one in made]).annotate(**last_answer())
    rows = expected_in(seen.order_by("pk"))

    assert [bool(row.held_back) for row in rows] == [False, True, True]
    assert "à trier" in rows[1].held_back
    assert rows[2].held_back.startswith(ASKED)
    day = f"{timezone.localdate(made[2].starts_at):%Y-%m-%d}"
    assert ASKED in read(acting(shelf.adviser), reverse("distribution:appointment_day"), jour=day)
    said = dict.fromkeys(("title", "identifier", "created", "authenticity", "reference", "language"), "")
    paper = {**said, "rows": rows, "day": made[2].starts_at, "date": made[2].starts_at}
    assert ASKED in render_to_string("documents/distribution/appointment_day.html", paper)


# --- the point's list, the workshop's block


def test_the_list_of_what_is_to_be_sent_back_has_what_the_workshop_asks_for(shelf: Shelf) -> None:
    device, other = held(shelf), shelf.available()
    listed = reverse("distribution:send_back_list")
    assert device.tag not in read(acting(shelf.adviser), listed)
    asked(shelf, device)

    page = read(acting(shelf.adviser), listed)

    assert device.tag in page
    assert other.tag not in page
    assert ASKED in page
    lines = block(landing(acting(shelf.adviser)), "a-renvoyer").lines
    assert [line.title for line in lines] == [str(device)]
    assert "libérez-le, puis renvoyez-le" in lines[0].about


def test_the_workshop_follows_what_it_asked_for_with_the_day_it_is_due(shelf: Shelf) -> None:
    device = asked(shelf, held(shelf))
    for actor in (shelf.technician, shelf.manager):
        (line,) = block(landing(acting(actor)), "retours-demandes").lines
        assert line.title == str(device)
        assert shelf.point.name in line.about
        assert "au plus tard le" in line.when
        assert not line.is_late
    gate.apply(device, "release", actor=shelf.adviser)
    gate.apply(fresh(device), "send_back", actor=shelf.adviser, reason="asked_back")
    assert all(
        shown.block.key != "retours-demandes" or not shown.count
        for shown in landing(acting(shelf.technician)).context["blocks"]
    )


def test_what_is_asked_for_and_not_sent_back_in_time_is_late_for_both(shelf: Shelf) -> None:
    asked(shelf, held(shelf))
    for days, late in ((0, 0), (20, 1)):
        at = timezone.now() + timedelta(days=days)
        for actor, key in ((shelf.technician, "retours-demandes"), (shelf.adviser, "a-renvoyer")):
            shown = next(one for one in page_for(actor, at).blocks if one.key == key)
            assert first_of(shown).late == late, key


def test_a_point_that_nobody_serves_is_told_to_the_pilot_with_what_its_workshop_asks_for(shelf: Shelf) -> None:
    device = asked(shelf, held(shelf))
    rows = [one.rows for one in every_work() if "a-renvoyer" in (one.asked_in or ())]
    assert any(one.filter(pk=device.pk).exists() for one in rows)


# --- no page says the contrary


def test_what_is_not_at_the_bench_offers_no_form_that_is_refused(shelf: Shelf) -> None:
    away = shelf.returned()
    drive = away.drives.get()
    evidence = page_of(away, "device_evidence")
    technician = acting(shelf.technician)
    page = read(technician, evidence)
    for name in ("device_record_erasure", "device_record_destruction", "device_record_log"):
        assert reverse(f"refurb:{name}", args=[away.reference, drive.pk]) not in page
    assert "quand l’appareil y est" in page

    bench = shelf.bench
    here = bench.in_process()
    inside = bench.drive(here, kind=DriveKind.SSD, serial="HERE-1")
    page = read(technician, page_of(here, "device_evidence"))
    assert reverse("refurb:device_record_erasure", args=[here.reference, inside.pk]) in page


def test_a_drive_that_left_its_device_is_still_proven_from_its_page(shelf: Shelf) -> None:
    bench = shelf.bench
    device = bench.in_process()
    drive = bench.drive(device, kind=DriveKind.SSD, serial="OUT-1")
    remove_drive(actor=shelf.technician, drive=drive, destination=RemovalDestination.STOCK, place="E4")
    device = bench.unusable(fresh(device))
    gone_device = gate.apply(device, "dismantle", actor=shelf.technician)
    page = read(acting(shelf.technician), page_of(gone_device, "device_evidence"))
    assert reverse("refurb:device_record_erasure", args=[device.reference, drive.pk]) in page


def test_what_its_workshop_asked_for_is_refused_to_a_household_in_the_same_words(shelf: Shelf) -> None:
    device = held(shelf)
    with pytest.raises(Refused, match="ou vous demande"):
        shelf.hand_over(device)
    asked(shelf, device)
    with pytest.raises(Refused, match="demande son retour") as refused:
        shelf.hand_over(fresh(device))
    assert "ou vous demande" not in " ".join(reason.sentence for reason in refused.value.all)
    page = read(acting(shelf.adviser), page_of(device, "device_detail"))
    assert "ou vous demande" not in page


def test_to_send_back_what_is_reserved_its_page_says_to_release_it_first(shelf: Shelf) -> None:
    device = asked(shelf, held(shelf))
    page = read(acting(shelf.adviser), page_of(device, "device_send_back"))
    assert "Libérez-le d’abord" in page
    assert reverse("distribution:device_release", args=[device.reference]) in page


def test_before_files_are_written_the_page_tells_what_will_happen_and_not_that_it_did(shelf: Shelf) -> None:
    device = held(shelf)
    client, sort = acting(shelf.technician), reverse("refurb:hardware_sort")
    page = read(client, sort)
    assert gone.WILL_TELL in page
    assert "un incident est ouvert" not in page
    files = [one.deposit.pk for group in client.get(sort).context["groups"] for one in group.sortings]
    sent = {"enregistrer": "1", **{f"vu-{pk}": device.reference for pk in files}}
    assert "un incident est ouvert" in client.post(sort, sent).content.decode()
