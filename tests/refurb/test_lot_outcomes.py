"""What became of what was given: for a donor its own lots, stage by stage, and about how much that spares."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from distribution.progress import STAGES as LINKS
from donations.models import Donation
from donations.services.donations import qualify_donation
from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Membership
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device
from refurb.outcomes import COLUMNS, STAGES, DonationOutcome, Spared, spared, staged, two_figures
from refurb.parameters import SPARED_CO2, SPARED_MATERIALS
from refurb.services.devices import receive_device
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene, laptops, load_law, screens
from tests.network.factories import make_membership
from tests.refurb.devices import fresh, from_lot, given_to, load_numbers, new_tag
from tests.refurb.pages import acting, read

pytestmark = pytest.mark.django_db
PAGE = "refurb:lot_outcomes"


def in_a_household(scene: Scene) -> tuple[Shelf, Device]:
    """One of the three laptops of a lot, handed over to a household; the two others are still to come."""
    shelf = Shelf(bench=given_to(scene))
    device = shelf.bench.prepared(gate.apply(from_lot(scene), "start", actor=shelf.technician))
    return shelf, shelf.handed_over(shelf.reserved(shelf.on_the_shelf(shelf.bench.recondition(device, 25))))


def shown_to(membership: Membership, **query: str) -> dict[str, str]:
    """What the page says of all lots: how many devices are at each stage, by its label."""
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", read(acting(membership), reverse(PAGE), **query)))


def test_every_state_is_at_one_stage() -> None:
    states = [state for stage in STAGES for state in stage.states]
    assert sorted(states) == sorted(DeviceState)


def test_what_became_of_a_lot_stands_where_its_chain_says() -> None:
    """Each stage is inside one link of the chain, or in none: the counts of the two pages add up to each other."""
    for stage in STAGES:
        links = {rank for state in stage.states for rank, states in enumerate(LINKS) if state in states}
        outside = [state for state in stage.states if not any(state in states for states in LINKS)]
        assert len(links) + bool(outside) <= 1, stage.label


def test_the_columns_of_the_list_are_the_links_of_the_chain_and_leave_no_stage_out() -> None:
    added = [stage for code, _, stages in COLUMNS for stage in stages or (code,)]
    assert sorted({*added}) == sorted(stage.code for stage in STAGES)
    states = {stage.code: stage.states for stage in STAGES}
    for code, label, stages in COLUMNS:
        held = {state for stage in stages or (code,) for state in states[stage]}
        places = {next((rank for rank, link in enumerate(LINKS) if state in link), None) for state in held}
        assert len(places) == 1, label


def test_a_device_is_at_the_same_place_on_the_two_pages_of_its_donor() -> None:
    scene = Scene(lines=[laptops(3)])
    bench = given_to(scene)
    shelf, _ = in_a_household(scene)
    lot = Donation.objects.get()
    waiting = list(Device.objects.filter(donation=lot, state=DeviceState.COLLECTED).order_by("pk"))
    for rank, device in enumerate(waiting):
        here = receive_device(actor=bench.technician, device=device, tag=new_tag())
        made = bench.recondition(bench.prepared(gate.apply(here, "start", actor=bench.technician)), 25)
        if rank == 0:
            shelf.on_the_shelf(made)

    told = words_of(read(acting(scene.contact), "/"))
    assert "1 appareil à l’atelier" in told
    assert "1 appareil au point, ou en route" in told
    shown = shown_to(scene.contact)
    assert (shown["Reconditionnés, à l’atelier"], shown["Au point, ou en route"]) == ("1", "1")
    assert (shown["En traitement, ou en route"], shown["Remis à un foyer"]) == ("0", "1")


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_donor_reads_where_its_devices_are_and_what_those_in_a_household_spare() -> None:
    scene = Scene()
    lot = fresh(in_a_household(scene)[1]).donation
    assert lot is not None

    page = read(acting(scene.contact), reverse(PAGE))

    assert shown_to(scene.contact) == {
        "À décider": "0",
        "À enlever": "0",
        "En traitement, ou en route": "2",
        "Reconditionnés, à l’atelier": "0",
        "Affectés, à expédier": "0",
        "Au point, ou en route": "0",
        "Remis à un foyer": "1",
        "À recycler": "0",
        "Recyclés ou démontés": "0",
        "Retirés, cédés ou manquants": "0",
    }
    assert "27 kg d’équivalent CO₂" in page
    assert "130 kg de matières" in page
    assert "ADEME 2022" in page
    assert "d’après des pages qui citent l’étude." in page
    assert "à confirmer" not in page, "a note of the house is for those who keep the values"
    assert lot.reference in page
    assert reverse(PAGE) in read(acting(scene.contact), reverse("donations:donation_list"))
    file = b"".join(acting(scene.contact).get(reverse(PAGE), {"export": "csv"}).streaming_content).decode("utf-8-sig")
    head, line = (text.split(";") for text in file.splitlines())
    told = dict(zip(head, line, strict=True))
    assert (told["À l’atelier, ou en route"], told["Dont reconditionnés"], told["Remis à un foyer"]) == ("2", "0", "1")


def test_a_lot_that_was_just_announced_is_counted_until_it_is_decided() -> None:
    load_law()
    scene = Scene(lines=(laptops(58), screens(2)))
    lot = scene.announced()
    scene.draft()

    assert shown_to(scene.contact)["À décider"] == "60"
    assert "60 appareils, à ce jour" in read(acting(scene.contact), reverse(PAGE))
    (row,) = staged(Donation.objects.filter(pk=lot.pk), scene.contact)
    assert (row.announced, row.coming) == (60, 0)

    rulings = scene.rulings(lot, accept={0: 50})
    qualify_donation(actor=scene.pilot, donation=lot, rulings=rulings)

    shown = shown_to(scene.contact)
    assert (shown["À décider"], shown["À enlever"]) == ("0", "52")


def test_a_device_brought_back_spares_nothing_any_more() -> None:
    scene = Scene()
    shelf, device = in_a_household(scene)
    shelf.take_back(device)

    assert shown_to(scene.contact)["Remis à un foyer"] == "0"
    assert "Rien encore" in read(acting(scene.contact), reverse(PAGE))


def test_a_donor_reads_nothing_of_the_lots_of_another_and_a_workshop_has_no_such_page() -> None:
    scene = Scene()
    lot = fresh(in_a_household(scene)[1]).donation
    assert lot is not None
    other = make_membership(Role.CONTACT, OrganisationKind.DONOR)

    assert lot.reference not in read(acting(other), reverse(PAGE))
    assert shown_to(other) == {}
    assert acting(scene.north.technician).get(reverse(PAGE)).status_code == 403
    assert shown_to(scene.pilot)["Remis à un foyer"] == "1"
    announced = {"since": "2099-01-01"}
    assert shown_to(scene.pilot, **announced) == {}


@pytest.mark.parametrize(
    ("total", "told"), [("0", 0), ("7.4", 7), ("27", 27), ("1287", 1300), ("99.6", 100), ("25500", 26000)]
)
def test_only_two_figures_are_told(total: str, told: int) -> None:
    assert two_figures(Decimal(total)) == told


def test_a_type_that_no_study_counts_counts_for_nothing_and_is_named() -> None:
    handed = {DeviceType.DESKTOP: 4, DeviceType.LAPTOP: 2}
    co2 = spared(handed, SPARED_CO2, date(2026, 11, 28))
    assert (co2.kilograms, co2.counted) == (54, 2)
    assert spared({DeviceType.SCREEN: 3}, SPARED_MATERIALS, date(2026, 11, 28)).source == ""


def test_a_source_is_told_without_the_note_that_the_house_adds_to_it() -> None:
    load_numbers()
    day = date(2026, 11, 28)
    noted = SPARED_CO2[DeviceType.LAPTOP].in_force(day).source
    told = spared({DeviceType.LAPTOP: 1}, SPARED_CO2, day).source
    assert noted.startswith(told)
    assert "à confirmer" in noted.removeprefix(told)


def test_no_saving_is_told_twice_for_one_type() -> None:
    assert set(SPARED_CO2) == set(SPARED_MATERIALS)


def test_each_saving_names_its_own_source_once() -> None:
    one, other = Spared(1, "Étude A", 1), Spared(1, "Étude B", 1)
    assert DonationOutcome([], {}, one, other).source == "Étude A\u00a0; Étude B"
    assert DonationOutcome([], {}, one, one).source == "Étude A"
