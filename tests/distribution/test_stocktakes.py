"""A stock counted by scanning: found, misplaced, missing, unknown; taken up again; closed by a person; then acts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from distribution.enums import Finding, StocktakeState
from distribution.models import Stocktake, StocktakeLine, StocktakeScan
from distribution.putting_right import put_right
from distribution.services.stocktakes import (
    begin_stocktake,
    close_stocktake,
    missing_from,
    put_away_misplaced,
    scan_stock,
    take_scan_back,
)
from distribution.stocktaking import findings_of
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from refurb.enums import IN_THE_WORKSHOP, DeviceState, MissingReason
from refurb.models import Device
from refurb.services.devices import describe_device
from tests.distribution.shelves import Shelf
from tests.pages import acting, done, read
from tests.refurb.devices import BOTH_READ, Bench, fresh, load_numbers
from tests.remembered import remembered
from tests.screens import flaws, sign_in

pytestmark = pytest.mark.django_db
S, F = DeviceState, Finding


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def begin(bench: Bench, **given: Any) -> Stocktake:
    return remembered()(begin_stocktake)(actor=bench.technician, **given)


def scan(bench: Bench, stocktake: Stocktake, *texts: str, place: str = "") -> list[StocktakeScan]:
    return scan_stock(actor=bench.technician, stocktake=stocktake, texts=texts, place=place)


def found(stocktake: Stocktake) -> dict[str, str]:
    """What it says of each, by label."""
    return {one.device.tag if one.device else one.text: one.finding for one in findings_of(stocktake)}


def page_of(stocktake: Stocktake, name: str = "detail") -> str:
    return reverse(f"distribution:stocktake_{name}", args=[stocktake.reference])


# --- what it finds


def test_what_is_there_misplaced_missing_elsewhere_and_unknown_are_told_apart(bench: Bench) -> None:
    bench.received(tag="HERE", place="A1")
    bench.in_process(tag="MOVED", place="B2")
    bench.received(tag="GONE", place="A1")
    lost = gate.apply(bench.received(tag="LOST"), "report_missing", actor=bench.technician, reason="theft")
    stocktake = begin(bench)

    scan(bench, stocktake, "here", "MOVED", "LOST", "NOBODY", place="a1")

    assert found(stocktake) == {
        "HERE": F.FOUND,
        "MOVED": F.MISPLACED,
        "GONE": F.MISSING,
        "LOST": F.UNEXPECTED,
        "NOBODY": F.UNKNOWN,
    }
    assert fresh(lost).state == S.MISSING, "counting moves nothing"


def test_a_device_scanned_twice_counts_once_and_where_it_was_seen_last(bench: Bench) -> None:
    bench.received(tag="PRH-1", place="A1")
    stocktake = begin(bench)

    scan(bench, stocktake, "PRH-1", place="B2")
    assert found(stocktake) == {"PRH-1": F.MISPLACED}
    scan(bench, stocktake, "prh 1", place="A1")

    assert found(stocktake) == {"PRH-1": F.FOUND}


def test_without_a_place_nothing_is_misplaced(bench: Bench) -> None:
    bench.received(tag="PRH-1", place="A1")
    stocktake = begin(bench)

    scan(bench, stocktake, "PRH-1")

    assert found(stocktake) == {"PRH-1": F.FOUND}


def test_the_count_of_one_place_expects_what_is_recorded_there_and_finds_what_is_not(bench: Bench) -> None:
    bench.received(tag="HERE", place="A1")
    bench.received(tag="GONE", place="a1")
    bench.received(tag="OTHER", place="B2")
    bench.received(tag="FAR", place="C3")
    stocktake = begin(bench, place="A1")

    scan(bench, stocktake, "HERE", "OTHER")

    assert found(stocktake) == {"HERE": F.FOUND, "GONE": F.MISSING, "OTHER": F.MISPLACED}


def test_the_count_of_one_type_expects_no_other(bench: Bench) -> None:
    bench.received(tag="PRH-1")
    bench.received("tablet", tag="PRH-2")  # type: ignore[arg-type]

    assert found(begin(bench, type="tablet")) == {"PRH-2": F.MISSING}


def test_what_another_workshop_has_is_an_unknown_label(bench: Bench) -> None:
    other = Bench()
    device = other.received(tag="OTHER-1")
    stocktake = begin(bench)

    scans = scan(bench, stocktake, "OTHER-1", device.reference)

    assert [one.device_id for one in scans] == [None, None]
    assert set(found(stocktake).values()) == {F.UNKNOWN}


def test_a_number_that_two_devices_bear_is_not_chosen_between(bench: Bench) -> None:
    bench.received(tag="PRH-1", serial="5CG1234XYZ")
    bench.received(tag="PRH-2", serial="5CG1234XYZ", **BOTH_READ)
    stocktake = begin(bench)

    scan(bench, stocktake, "5CG1234XYZ")

    assert found(stocktake) == {"5CG1234XYZ": F.UNKNOWN, "PRH-1": F.MISSING, "PRH-2": F.MISSING}


def test_a_shelf_is_counted_by_its_advisers_and_by_nobody_else() -> None:
    shelf = Shelf()
    here, sold, other = shelf.available(), shelf.handed_over(), shelf.on_the_shelf(shelf.ready(), point=None)
    stocktake = begin_stocktake(actor=shelf.adviser, point=shelf.point)

    scan_stock(actor=shelf.adviser, stocktake=stocktake, texts=[here.tag, sold.tag])

    assert found(stocktake) == {here.tag: F.FOUND, sold.tag: F.UNEXPECTED, other.tag: F.MISSING}
    with pytest.raises(PermissionDenied):
        begin_stocktake(actor=shelf.technician, point=shelf.point)
    with pytest.raises(PermissionDenied):
        begin_stocktake(actor=Shelf().adviser, point=shelf.point)


@given(st.lists(st.sampled_from(["A", "B", "C", "NOBODY"]), max_size=12))
@settings(max_examples=25, deadline=None)
def test_the_end_depends_only_on_which_labels_were_scanned(scanned: list[str]) -> None:
    with transaction.atomic():
        load_numbers()
        bench = Bench()
        for tag in "ABC":
            bench.received(tag=tag)
        stocktake = begin(bench)
        for text in scanned:
            scan(bench, stocktake, text)

        expected = {tag: F.FOUND if tag in scanned else F.MISSING for tag in "ABC"}
        assert found(stocktake) == expected | ({"NOBODY": F.UNKNOWN} if "NOBODY" in scanned else {})
        transaction.set_rollback(True)


# --- its life


def test_it_is_taken_up_again_by_a_colleague_where_it_was(bench: Bench) -> None:
    bench.received(tag="PRH-1")
    bench.received(tag="PRH-2")
    stocktake = begin(bench)
    scan(bench, stocktake, "PRH-1")

    scan_stock(actor=bench.manager, stocktake=stocktake, texts=["PRH-2"])

    assert set(found(stocktake).values()) == {F.FOUND}


def test_the_same_stock_is_not_counted_twice_at_once(bench: Bench) -> None:
    begin(bench)

    with pytest.raises(Refused) as refused:
        begin(bench)

    assert {reason.code for reason in refused.value.all} == {"none_open"}
    begin(bench, place="A1")


def test_a_scan_taken_back_counts_no_more_and_stays_readable(bench: Bench) -> None:
    bench.received(tag="PRH-1")
    stocktake = begin(bench)
    (one,) = scan(bench, stocktake, "PRH-1")

    take_scan_back(actor=bench.technician, scan=one)

    assert found(stocktake) == {"PRH-1": F.MISSING}
    assert StocktakeScan.objects.filter(stocktake=stocktake).count() == 2
    with pytest.raises(Refused):
        take_scan_back(actor=bench.technician, scan=one)


def test_nothing_scanned_it_is_not_closed_as_if_all_had_vanished(bench: Bench) -> None:
    bench.received(tag="PRH-1")
    stocktake = begin(bench)
    (one,) = scan(bench, stocktake, "PRH-1")
    take_scan_back(actor=bench.technician, scan=one)

    with pytest.raises(Refused) as refused:
        close_stocktake(actor=bench.technician, stocktake=stocktake)

    assert {reason.code for reason in refused.value.all} == {"something_scanned"}


def test_closed_it_keeps_what_it_found_whatever_happens_next(bench: Bench) -> None:
    device = bench.received(tag="PRH-1", place="A1")
    bench.received(tag="PRH-2")
    stocktake = begin(bench)
    scan(bench, stocktake, "PRH-1", "NOBODY", place="B2")

    close_stocktake(actor=bench.technician, stocktake=stocktake)
    gate.apply(device, "start", actor=bench.technician)

    lines = {str(line.device.tag if line.device else line.text): line for line in stocktake.lines.all()}
    assert {tag: line.finding for tag, line in lines.items()} == {
        "PRH-1": F.MISPLACED,
        "PRH-2": F.MISSING,
        "NOBODY": F.UNKNOWN,
    }
    assert (lines["PRH-1"].state, lines["PRH-1"].expected_at, lines["PRH-1"].seen_at) == (S.RECEIVED, "A1", "B2")


@pytest.mark.parametrize("end", ["close", "abandon"])
def test_over_it_takes_no_scan_any_more(bench: Bench, end: str) -> None:
    bench.received(tag="PRH-1")
    stocktake = begin(bench)
    scan(bench, stocktake, "PRH-1")
    gate.apply(stocktake, end, actor=bench.technician)

    with pytest.raises(Refused) as refused:
        scan(bench, stocktake, "PRH-1")

    assert {reason.code for reason in refused.value.all} == {"stocktake_over"}


@pytest.mark.parametrize("model", [StocktakeScan, StocktakeLine])
def test_what_was_scanned_and_found_is_never_rewritten(bench: Bench, model: Any) -> None:
    bench.received(tag="PRH-1")
    stocktake = begin(bench)
    scan(bench, stocktake, "PRH-1")
    close_stocktake(actor=bench.technician, stocktake=stocktake)

    for forge in (lambda rows: rows.update(text="PRH-2"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            forge(model.objects.all())


def test_a_stranger_neither_reads_nor_scans_nor_closes_it(bench: Bench) -> None:
    stocktake = begin(bench)

    for attempt in (
        lambda: scan_stock(actor=bench.stranger, stocktake=stocktake, texts=["A"]),
        lambda: close_stocktake(actor=bench.stranger, stocktake=stocktake),
        lambda: put_away_misplaced(actor=bench.stranger, stocktake=stocktake),
    ):
        with pytest.raises(Unknown):
            attempt()
    assert acting(bench.stranger).get(page_of(stocktake)).status_code == 404


def test_the_pilot_reads_it_and_counts_nothing(bench: Bench) -> None:
    bench.received(tag="PRH-1")
    stocktake = begin(bench)
    client = acting(bench.pilot)

    page = read(client, page_of(stocktake))

    assert "Pas encore trouvé\u00a0: 1" in page
    assert "data-scan" not in page
    assert client.post(page_of(stocktake), {"tag": "PRH-1"}).status_code == 403


def test_before_it_is_closed_one_reads_how_many_would_be_said_not_to_be_there(bench: Bench) -> None:
    for tag in ("PRH-1", "PRH-2", "PRH-3"):
        bench.received(tag=tag)
    stocktake, client = begin(bench), acting(bench.technician)
    scan(bench, stocktake, "PRH-1")
    assert "2 appareils attendus n’ont pas été scannés" in read(client, f"{page_of(stocktake)}clore/")

    scan(bench, stocktake, "PRH-2")
    assert "1 appareil attendu n’a pas été scanné\u00a0: il sera dit introuvable." in read(
        client, f"{page_of(stocktake)}clore/"
    )

    scan(bench, stocktake, "PRH-3")
    assert "Tout ce qui est attendu a été scanné." in read(client, f"{page_of(stocktake)}clore/")


# --- what is done of the differences


def test_what_is_misplaced_is_written_where_it_was_seen_in_one_act(bench: Bench) -> None:
    devices = [bench.received(tag=f"PRH-{number}", place="A1") for number in (1, 2, 3)]
    stocktake = begin(bench)
    scan(bench, stocktake, "PRH-1", "PRH-2", place="B2")
    scan(bench, stocktake, "PRH-3", place="A1")
    client = acting(bench.technician)

    assert read(client, page_of(stocktake, "put_away")).count("<td data-label=") == 6
    done(client, page_of(stocktake, "put_away"))

    assert [fresh(device).place for device in devices] == ["B2", "B2", "A1"]
    assert "Plus rien n’est mal rangé." in read(client, page_of(stocktake, "put_away"))


@pytest.mark.parametrize("closed", [False, True])
def test_a_place_written_after_the_scan_is_kept_and_said(bench: Bench, closed: bool) -> None:
    moved, astray = (bench.received(tag=f"PRH-{number}", place="A1") for number in (1, 2))
    stocktake = begin(bench)
    scan(bench, stocktake, "PRH-1", "PRH-2", place="B2")
    describe_device(actor=bench.technician, device=moved, place="C3")
    if closed:
        close_stocktake(actor=bench.technician, stocktake=stocktake)
    client = acting(bench.technician)
    page = read(client, page_of(stocktake, "put_away"))
    assert "vu à B2, rangé depuis à C3" in page
    assert "Écrire ces places (1)" in page
    told = client.post(page_of(stocktake, "put_away"), follow=True).content.decode()
    assert "la place écrite la dernière reste" in told
    assert (fresh(moved).place, fresh(astray).place) == ("C3", "B2")


def test_a_place_written_after_the_scan_is_kept_even_when_it_is_the_one_of_before(bench: Bench) -> None:
    device = bench.received(tag="PRH-1", place="A1")
    bench.received(tag="PRH-2", place="A1")
    stocktake = begin(bench)
    scan(bench, stocktake, "PRH-1", "PRH-2", place="B2")
    for place in ("C3", "A1"):
        describe_device(actor=bench.technician, device=device, place=place)
    page = read(acting(bench.technician), page_of(stocktake, "put_away"))
    assert "vu à B2, rangé depuis à A1" in page
    assert put_away_misplaced(actor=bench.technician, stocktake=stocktake) == 1
    assert fresh(device).place == "A1"
    (again,) = scan(bench, stocktake, "PRH-1", place="D4")
    assert again.recorded_place == "A1"
    assert put_away_misplaced(actor=bench.technician, stocktake=stocktake) == 1, (
        "seen once more, that is the later fact"
    )
    assert fresh(device).place == "D4"


def test_what_somebody_moved_away_and_back_meanwhile_is_not_said_to_be_lost(bench: Bench) -> None:
    moved, taken, gone = (bench.received(tag=f"PRH-{number}", place="A1") for number in (1, 2, 3))
    bench.received(tag="PRH-4", place="A1")
    describe_device(actor=bench.technician, device=gone, place="A2")
    describe_device(actor=bench.technician, device=gone, place="A1")
    stocktake = begin(bench)
    scan(bench, stocktake, "PRH-4", place="A1")
    for place in ("C3", "A1"):
        describe_device(actor=bench.technician, device=moved, place=place)
    gate.apply(gate.apply(taken, "start", actor=bench.technician), "undo_start", actor=bench.technician)

    expected = {"PRH-1": F.HANDLED, "PRH-2": F.HANDLED, "PRH-3": F.MISSING, "PRH-4": F.FOUND}
    assert found(stocktake) == expected, "what was moved before it began was seen by nobody since"
    client = acting(bench.technician)
    assert "1 appareil attendu n’a pas été scanné" in read(client, f"{page_of(stocktake)}clore/")
    close_stocktake(actor=bench.technician, stocktake=stocktake)
    assert {line.device.tag: line.finding for line in stocktake.lines.all() if line.device} == expected
    assert "Pris en main pendant l’inventaire\u00a0: 2" in read(client, page_of(stocktake))
    for place in ("C3", "A1"):
        describe_device(actor=bench.technician, device=gone, place=place)
    page = client.get(page_of(stocktake, "report_missing"), follow=True).content.decode()
    assert "Plus rien n’est introuvable" in page, "moved and put back once it was closed: somebody saw it"


def test_a_step_on_paper_meanwhile_is_nobody_having_the_device_in_hand() -> None:
    shelf = Shelf()
    held, asked, back, here = shelf.reserved(), shelf.available(), shelf.handed_over(), shelf.available()
    begun = begin_stocktake(actor=shelf.adviser, point=shelf.point)
    scan_stock(actor=shelf.adviser, stocktake=begun, texts=[here.tag])
    gate.apply(held, "release", actor=shelf.adviser)
    shelf.reserve(asked)
    shelf.take_back(back)
    expected = {held.tag: F.MISSING, asked.tag: F.MISSING, back.tag: F.HANDLED, here.tag: F.FOUND}
    assert found(begun) == expected, "a reservation that ends or begins is no sight of the device"
    close_stocktake(actor=shelf.adviser, stocktake=begun)
    shelf.reserve(held)
    assert sorted(missing_from(Stocktake.objects.get())) == sorted([held.reference, asked.reference])
    shelf.hand_over(fresh(asked))
    assert missing_from(Stocktake.objects.get()) == [held.reference], "handed over since: it was there"

    allotted, seen = shelf.ready(), shelf.ready()
    counted = begin_stocktake(actor=shelf.technician)
    scan_stock(actor=shelf.technician, stocktake=counted, texts=[seen.tag])
    shelf.allotted(allotted)
    assert found(counted) == {allotted.tag: F.MISSING, seen.tag: F.FOUND}


def test_what_is_not_found_is_reported_missing_as_a_set_once_somebody_says_so(bench: Bench) -> None:
    gone, seen = bench.received(tag="PRH-1"), bench.received(tag="PRH-2")
    stocktake = begin(bench)
    scan(bench, stocktake, "PRH-2")
    close_stocktake(actor=bench.technician, stocktake=stocktake)
    client, here = acting(bench.technician), page_of(stocktake, "report_missing")

    foreseen = read(client, here)
    assert fresh(gone).state == S.RECEIVED
    assert "<strong>1 appareil</strong>" in foreseen
    assert f'value="{MissingReason.STOCKTAKE}" selected' in foreseen
    client.post(here, {"confirm": "1", "reason": MissingReason.STOCKTAKE})

    assert (fresh(gone).state, fresh(seen).state) == (S.MISSING, S.RECEIVED)
    assert fresh(gone).missing_reason == MissingReason.STOCKTAKE


def test_what_was_seen_since_is_not_reported_missing(bench: Bench) -> None:
    gone = bench.received(tag="PRH-1")
    bench.received(tag="PRH-2")
    stocktake = begin(bench)
    scan(bench, stocktake, "PRH-2")
    close_stocktake(actor=bench.technician, stocktake=stocktake)
    gate.apply(gone, "start", actor=bench.technician)

    page = acting(bench.technician).get(page_of(stocktake, "report_missing"), follow=True).content.decode()

    assert "Plus rien n’est introuvable" in page
    assert fresh(gone).state == S.IN_PROCESS


# --- what puts right a device of elsewhere


def test_a_device_of_another_point_is_carried_back_or_sent_to_the_workshop() -> None:
    shelf = Shelf()
    here, there = shelf.point, shelf.another_point(name="Boutique du nord")
    free = shelf.available(point=there)
    kept = shelf.reserved(shelf.available(point=there))
    coming = shelf.shipped(point=there)
    stocktake = begin_stocktake(actor=shelf.adviser, point=here)
    scan_stock(actor=shelf.adviser, stocktake=stocktake, texts=[free.tag, kept.tag, coming.tag])

    page = read(acting(shelf.adviser), page_of(stocktake))

    assert "Maillon ne fait passer aucun appareil d’un point à un autre" in page
    assert page.count("rapportez-le au point «\u00a0Boutique du nord\u00a0»") == 6, "in its group, and in the answers"
    assert reverse("distribution:device_send_back", args=[free.reference]) in page
    assert reverse("distribution:device_send_back", args=[kept.reference]) not in page, "it is held for a household"
    assert "l’atelier l’inscrit ici, par «\u00a0Annuler l’expédition\u00a0»" in page

    begun = Mail.objects.count()
    close_stocktake(actor=shelf.adviser, stocktake=stocktake)
    told = Mail.objects.order_by("pk")[begun:]
    assert {mail.subject for mail in told} == {"3 appareils de « Boutique du nord », trouvés ailleurs"}
    for device, asked in (
        (free, "ce point vous le rapporte, ou le renvoie à l’atelier"),
        (kept, "un foyer l’attend chez vous\u00a0: faites-le rapporter"),
        (coming, "vous l’attendez"),
    ):
        assert f"- {device}\u00a0: {asked}" in told[0].body
        assert reverse("refurb:device_detail", args=[device.reference]) in told[0].body
    assert "Le point «\u00a0Boutique du centre\u00a0» a fait son inventaire" in told[0].body


def test_what_a_point_puts_right_itself_leads_to_its_verb_and_is_no_more_asked_once_done() -> None:
    shelf = Shelf()
    coming, lost = shelf.shipped(), shelf.missing(shelf.available())
    stocktake = begin_stocktake(actor=shelf.adviser, point=shelf.point)
    scan_stock(actor=shelf.adviser, stocktake=stocktake, texts=[coming.tag, lost.tag])
    close_stocktake(actor=shelf.adviser, stocktake=stocktake)
    client = acting(shelf.adviser)

    page = read(client, page_of(stocktake))
    stock_in = reverse("distribution:device_stock_in", args=[coming.reference])
    find = reverse("distribution:device_find", args=[lost.reference])
    assert stock_in in page
    assert find in page
    assert find not in read(acting(shelf.pilot), page_of(stocktake)), "the pilot reads who does it"
    done(client, stock_in)
    done(client, find)

    page = read(client, page_of(stocktake))
    assert page.count("C’est corrigé depuis.") == 2
    assert stock_in not in page


def test_what_a_workshop_finds_of_a_point_is_told_to_be_for_its_adviser() -> None:
    shelf = Shelf()
    device, sent = shelf.available(), shelf.shipped()
    stocktake = begin_stocktake(actor=shelf.technician)
    scan_stock(actor=shelf.technician, stocktake=stocktake, texts=[device.tag, sent.tag])

    page = read(acting(shelf.technician), page_of(stocktake))

    assert (
        "Le conseiller du point «\u00a0Boutique du centre\u00a0» l’inscrit, par «\u00a0Renvoyer à l’atelier\u00a0»."
        in page
    )
    assert reverse("distribution:device_cancel_shipment", args=[sent.reference]) in page

    assert not Mail.objects.filter(subject__contains="trouvé").exists(), "while one counts, nothing is certain"
    close_stocktake(actor=shelf.technician, stocktake=stocktake)
    mail = Mail.objects.get(subject__contains="trouvé ailleurs")
    assert mail.subject == "1 appareil de « Boutique du centre », trouvé ailleurs"
    assert f"L’atelier {shelf.technician.organisation} a fait son inventaire" in mail.body
    assert "s’il vient de chez vous, inscrivez-le, par «\u00a0Renvoyer à l’atelier\u00a0»" in mail.body
    assert str(sent) not in mail.body, "the workshop cancels its shipment itself"
    assert mail.about_machine == "stocktake"


def test_what_left_for_its_point_after_it_was_scanned_at_the_workshop_is_asked_back_of_nobody() -> None:
    shelf = Shelf()
    sent, kept, left = shelf.allotted(shelf.ready()), shelf.available(), shelf.allotted(shelf.ready())
    stocktake = begin_stocktake(actor=shelf.technician)
    scan_stock(actor=shelf.technician, stocktake=stocktake, texts=[sent.tag, kept.tag, left.tag])
    arrived = gate.apply(shelf.shipped(sent), "stock_in", actor=shelf.adviser)
    home = shelf.hand_over(shelf.reserved(fresh(arrived)))
    close_stocktake(actor=shelf.technician, stocktake=stocktake)

    findings = dict(StocktakeLine.objects.filter(stocktake=stocktake).values_list("device", "finding"))
    assert findings[home.pk] == Finding.HANDLED
    assert findings[kept.pk] == Finding.UNEXPECTED
    assert findings[left.pk] == Finding.FOUND
    mail = Mail.objects.get(subject__contains="trouvé ailleurs")
    assert home.tag not in mail.body, "its household has it, and nobody takes it back"
    assert kept.tag in mail.body
    assert "ou scannés, et partis depuis" in read(acting(shelf.technician), page_of(stocktake))


def test_what_a_point_sent_back_since_is_named_without_a_page_that_it_may_not_open() -> None:
    shelf = Shelf()
    device = shelf.available()
    stocktake = begin_stocktake(actor=shelf.adviser, point=shelf.point)
    scan_stock(actor=shelf.adviser, stocktake=stocktake, texts=["NOBODY"])
    close_stocktake(actor=shelf.adviser, stocktake=stocktake)
    gate.apply(device, "send_back", actor=shelf.adviser, reason="unsold")

    page = read(acting(shelf.adviser), page_of(stocktake))

    assert f"{device}, parti d’ici depuis" in page
    assert reverse("refurb:device_detail", args=[device.reference]) not in page
    assert reverse("refurb:device_detail", args=[device.reference]) in read(acting(shelf.pilot), page_of(stocktake))


@pytest.mark.parametrize("state", DeviceState)
def test_whatever_its_state_a_device_of_elsewhere_has_who_puts_it_right(state: DeviceState) -> None:
    shelf = Shelf()
    workshop, point = shelf.bench.workshop.organisation, shelf.another_point(name="Boutique du nord")
    device = Device(state=state, workshop=workshop, point=point, tag="PRH-1")

    at_the_workshop = put_right(Stocktake(workshop=workshop), device, shelf.technician)
    at_the_point = put_right(Stocktake(point=shelf.point), device, shelf.adviser)

    assert (at_the_workshop is None) == (state in IN_THE_WORKSHOP)
    assert at_the_point is not None


# --- its pages


def test_a_whole_stocktake_from_its_pages_without_script(bench: Bench) -> None:
    bench.received(tag="PRH-1", place="A1")
    client = acting(bench.technician)

    here = done(client, reverse("distribution:stocktake_begin"), place="", type="")
    done(client, here, tag="PRH-1", place="A1")
    page = read(client, here)
    assert "à sa place." in page
    assert 'value="A1"' in page, "the place stays for the next one"
    done(client, f"{here}annuler/", scan=str(StocktakeScan.objects.get().pk))
    assert "Pas encore trouvé\u00a0: 1" in read(client, here)
    done(client, f"{here}coller/", tags="PRH-1\nNOBODY", place="A1")
    done(client, f"{here}clore/")

    page = read(client, here)
    assert Stocktake.objects.get().state == StocktakeState.CLOSED
    assert "Trouvé\u00a0: 1" in page
    assert "Étiquette inconnue\u00a0: 1" in page
    assert "data-scan" not in page


@pytest.mark.django_db(transaction=True)
def test_forty_labels_scanned_without_a_pause_are_all_counted(
    transactional_db: None, open_page: Callable[..., Page]
) -> None:
    load_numbers()
    bench = Bench()
    tags = [bench.received(tag=f"PRH-{number:04}", place="A1").tag for number in range(40)]
    stocktake = begin(bench)
    page = open_page()
    sign_in(page, bench.technician)
    page.goto(page_of(stocktake))
    page.fill("main input[name=place]", "A1")
    page.focus("main input[name=tag]")
    for tag in [*tags, "NOBODY"]:
        page.keyboard.type(tag, delay=2)
        page.keyboard.press("Enter")

    page.get_by_text("Étiquette inconnue\u00a0: 1").first.wait_for()

    assert page.get_by_text("Trouvé\u00a0: 40").count() == 1
    assert Device.objects.filter(state=S.RECEIVED).count() == 40
    assert flaws(page) == []


def test_the_pilot_reads_a_stocktake_and_counts_nothing_of_it(bench: Bench) -> None:
    device, stocktake = bench.ready(), begin(bench)
    with pytest.raises(PermissionDenied):
        scan_stock(actor=bench.pilot, stocktake=stocktake, texts=[device.tag])
    assert not StocktakeScan.objects.exists()
    assert stocktake.reference in read(acting(bench.pilot), page_of(stocktake))
