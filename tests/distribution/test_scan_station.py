"""One scan after another, a verb each: what is done, what was done already, what is refused, and the last one back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from distribution.scan_modes import MODES, modes_of
from distribution.services.stocktakes import begin_stocktake
from donations.models import DonationLine, InventoryUnit
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.models import Membership
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device, DeviceEntry
from tests.distribution.shelves import Shelf, available_device
from tests.donations.inventories import machine, picked_up, taken
from tests.donations.scene import Scene, first_line
from tests.pages import acting, done, read
from tests.refurb.devices import BOTH_READ, Bench, fresh, load_numbers
from tests.refurb.pages import page_of
from tests.screens import flaws, sign_in

pytestmark = pytest.mark.django_db
S = DeviceState
FOUND = "Il était dit volé, et le registre des incidents le garde"
LOOKED_FOR = "Cet appareil est dit volé"
COUNT_ANSWERS = """() => {
    const main = document.querySelector("main");
    main.addEventListener("scanned", () => { main.dataset.heard = Number(main.dataset.heard || 0) + 1; });
}"""


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def station(code: str, page: str = "scan_station") -> str:
    return reverse(f"distribution:{page}", args=[code])


def scan(client: Client, code: str, tag: str, **given: Any) -> str:
    """The page after one scan, without script."""
    response = client.post(station(code), {"tag": tag, **given}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def latest(page: str) -> str:
    """The answer to the last scan, of those under the box."""
    return page.partition("data-answers")[2].partition("</li>")[0]


def verbs_done(device: Device) -> list[str]:
    return list(DeviceEntry.objects.filter(object=device).order_by("seq").values_list("verb", flat=True))


def codes_of(actor: Membership) -> list[str]:
    return [mode.code for mode in modes_of(actor)]


# --- who scans what


def test_a_technician_and_an_adviser_are_each_offered_what_is_theirs(bench: Bench) -> None:
    shelf = Shelf()

    assert codes_of(bench.technician) == ["trouver", "receptionner", "traiter", "ranger", "recycler"]
    assert codes_of(shelf.adviser) == ["trouver", "rayon", "retrouver"]
    assert codes_of(shelf.relay) == ["trouver", "rayon"]


def test_the_page_is_not_for_those_who_scan_nothing(bench: Bench) -> None:
    scene = Scene()

    for stranger in (bench.pilot, scene.contact):
        assert acting(stranger).get(reverse("distribution:scan_start")).status_code == 403
        assert acting(stranger).get(station("trouver")).status_code == 403


def test_a_mode_of_another_trade_is_not_there(bench: Bench) -> None:
    shelf = Shelf()

    assert acting(shelf.adviser).get(station("traiter")).status_code == 404
    assert acting(bench.technician).get(station("rayon")).status_code == 404
    assert acting(bench.technician).get(station("ranger", "scan_list")).status_code == 404


@pytest.mark.parametrize("mode", [mode.code for mode in MODES])
def test_no_mode_does_anything_of_a_device_one_may_not_see(bench: Bench, mode: str) -> None:
    device, outside = bench.received(tag="PRH-1"), bench.stranger
    actor = outside if mode in codes_of(outside) else Shelf().adviser
    given = {"place": "A1", "recycler": bench.recycler.pk, "bsd_number": "B1", "destruction_awaited": "no"}

    page = scan(acting(actor), mode, "PRH-1", **given)

    assert verbs_done(fresh(device)) == ["register"]
    assert fresh(device).place == ""
    assert device.reference not in page


# --- what a scan does


def test_a_scan_takes_a_device_in_hand_and_says_so(bench: Bench) -> None:
    device = bench.received(tag="PRH-0042")

    page = scan(acting(bench.technician), "traiter", "prh 0042")

    assert fresh(device).state == S.IN_PROCESS
    assert "Fait\u00a0: pris en traitement." in page
    assert station("traiter", "scan_list") in page
    assert page_of(device, "device_detail") in page


def test_scanned_twice_it_is_done_once_and_nothing_is_wrong(bench: Bench) -> None:
    device, client = bench.received(tag="PRH-0042"), acting(bench.technician)
    scan(client, "traiter", "PRH-0042")

    page = scan(client, "traiter", "PRH-0042")

    assert verbs_done(device) == ["register", "start"]
    assert "Rien à faire\u00a0: déjà en traitement. Passez au suivant." in page


def test_a_label_that_nothing_bears_is_told_and_stays_under_the_eyes(bench: Bench) -> None:
    client = acting(bench.technician)
    scan(client, "traiter", "NOWHERE-1")
    bench.received(tag="PRH-0042")

    page = scan(client, "traiter", "PRH-0042")

    assert "Refusé\u00a0: aucun appareil ne porte cette étiquette." in page
    assert "NOWHERE-1" in page


def test_only_the_last_ten_stay(bench: Bench) -> None:
    client = acting(bench.technician)
    for number in range(12):
        scan(client, "traiter", f"NOWHERE-{number}")

    page = read(client, station("traiter"))

    assert "NOWHERE-11" in page
    assert "NOWHERE-1</strong>" not in page


def test_where_is_it_changes_nothing(bench: Bench) -> None:
    device = bench.in_process(tag="PRH-0042")

    page = scan(acting(bench.technician), "trouver", "PRH-0042")

    assert verbs_done(device) == ["register", "start"]
    assert "En traitement. En traitement à l’atelier\u00a0: inventoriez le stockage." in page


def test_a_device_that_left_for_good_is_told_so(bench: Bench) -> None:
    device = bench.unusable()
    bench.no_storage(device)
    bench.recycle(device)

    page = scan(acting(bench.technician), "traiter", device.tag)

    assert "Refusé\u00a0: déjà sorti\u00a0: recyclé (DEEE)." in page


def test_what_arrives_takes_a_unit_of_the_line_that_was_chosen_and_its_place() -> None:
    scene = Scene()
    line, client = first_line(scene.collected()), acting(scene.north.technician)

    refused = scan(client, "receptionner", "LIL-0001")
    page = scan(client, "receptionner", "LIL-0001", line=line.pk, place="Allée A")

    device = Device.objects.get(tag="LIL-0001")
    assert "Choisissez d’abord la ligne du lot qui arrive." in refused
    assert (device.state, device.place, device.line_id) == (S.RECEIVED, "Allée A", line.pk)
    assert "Fait\u00a0: reçu à l’atelier." in page
    assert 'value="Allée A"' in page, "the place stays for the next one"
    assert f'value="{line.pk}" selected' in page


def test_a_label_scanned_twice_at_the_arrival_takes_no_second_unit() -> None:
    scene = Scene()
    line, client = first_line(scene.collected()), acting(scene.north.technician)
    scan(client, "receptionner", "LIL-0001", line=line.pk)

    page = scan(client, "receptionner", "LIL-0001", line=line.pk)

    assert "Rien à faire\u00a0: déjà reçu à l’atelier." in page
    assert Device.objects.filter(line=line, state=S.RECEIVED).count() == 1


# --- a lot whose machines are inventoried


def inventoried(*rows: tuple[str, ...], scene: Scene | None = None) -> tuple[Client, DonationLine]:
    """Whoever scans, and the laptops of a lot that was picked up, with its inventory."""
    given = scene or Scene()
    lot = picked_up(given, taken(given, rows or [machine("1"), machine("2"), machine("3", "UC", model="ProDesk")]))
    return acting(given.north.technician), lot.lines.get(type="laptop")


def test_a_number_of_the_inventory_says_which_machine_it_is_and_its_label_comes_next() -> None:
    client, line = inventoried()
    page = scan(client, "receptionner", "SN2X", line=line.pk)
    assert "Machine de l’inventaire\u00a0: HP EliteBook 840 G5, série SN2X, étiquette du donateur 2." in page
    assert "À suivre\u00a0: machine de l’inventaire" in page
    assert '<input type="hidden" name="number" value="SN2X"' in page
    assert not Device.objects.exclude(tag="").exists()

    page = scan(client, "receptionner", "LIL-0001", line=line.pk, number="SN2X")
    device = Device.objects.get(tag="LIL-0001")
    assert (device.serial, device.memory_gb) == ("SN2X", 8)
    assert 'name="number" value' not in page, "the next machine is another one"
    assert "SN2X" not in str(client.session["scans_given"])
    page = scan(client, "receptionner", "SN2X", line=line.pk)
    assert "Rien à faire\u00a0: déjà reçu à l’atelier" in page, "its number is no label once it is received"
    page = client.post(reverse("refurb:device_scan", args=[line.pk]), {"tag": "sn2x"}).content.decode()
    assert "déjà reçu dans ce lot" in page
    assert Device.objects.exclude(tag="").count() == 1


def test_the_label_of_the_donor_says_it_too_and_twice_it_is_the_label_of_the_workshop() -> None:
    client, line = inventoried()
    scan(client, "receptionner", "1", line=line.pk)
    scan(client, "receptionner", "1", line=line.pk, number="1")
    assert Device.objects.get(tag="1").serial == "SN1X"


def test_a_number_is_never_taken_for_a_label() -> None:
    scene = Scene()
    client, line = inventoried(scene=scene)
    other_line = scan(client, "receptionner", "SN3X", line=line.pk)
    assert "Refusé\u00a0: cette machine est sur une autre ligne du lot\u00a0: 1 × ordinateur fixe" in other_line
    second = Scene()
    second.north, second.commune = scene.north, scene.commune
    _, elsewhere = inventoried(machine("9"), scene=second)
    other_lot = scan(client, "receptionner", "SN9X", line=line.pk)
    assert f"c’est le numéro d’une machine du lot {elsewhere.donation.reference}, pas de celui-ci" in other_lot
    by_line = client.post(reverse("refurb:device_scan", args=[line.pk]), {"tag": "SN9X"}).content.decode()
    assert f"une machine du lot {elsewhere.donation.reference}" in by_line
    assert not Device.objects.exclude(tag="").exists()


def test_a_number_that_two_machines_of_the_lot_bear_is_no_label_either() -> None:
    scene = Scene()
    source = taken(scene, [machine("1"), machine("2")])
    # One bears as its donor's label what the other bears as its serial number.
    InventoryUnit.objects.filter(serial="SN2X").update(donor_number="SN1X", donor_key="SN1X")
    client, line = acting(scene.north.technician), first_line(picked_up(scene, source))
    assert "plusieurs machines de l’inventaire" in scan(client, "receptionner", "SN1X", line=line.pk)
    page = client.post(reverse("refurb:device_scan", args=[line.pk]), {"tag": "SN1X"}).content.decode()
    assert "plusieurs machines de l’inventaire" in page
    assert not Device.objects.exclude(tag="").exists()


def test_a_label_that_is_refused_leaves_the_machine_under_the_eyes() -> None:
    client, line = inventoried()
    scan(client, "receptionner", "LIL-0001", line=line.pk)
    page = scan(client, "receptionner", line.donation.reference + "!" * 50, line=line.pk, number="SN2X")
    assert "Refusé" in page
    assert "Machine de l’inventaire\u00a0: HP EliteBook 840 G5, série SN2X" in page
    assert '<input type="hidden" name="number" value="SN2X"' in page


def test_a_device_that_was_looked_for_comes_back_without_its_line(bench: Bench) -> None:
    device = gate.apply(bench.received(tag="PRH-1"), "report_missing", actor=bench.technician, reason="theft")

    page = scan(acting(bench.technician), "receptionner", "PRH-1")

    assert fresh(device).state == S.RECEIVED
    assert "Fait\u00a0: reçu à l’atelier." in page


def test_whoever_receives_what_was_said_stolen_reads_it_in_the_answer_of_the_scan(bench: Bench) -> None:
    stolen = [bench.received(tag=f"PRH-{number}") for number in (1, 2, 3)]
    for device, reason in zip(stolen, ("theft", "stocktake", "theft"), strict=True):
        gate.apply(device, "report_missing", actor=bench.technician, reason=reason)
    gate.apply(fresh(stolen[1]), "tell_stolen", actor=bench.technician)
    gate.apply(fresh(stolen[2]), "tell_not_stolen", actor=bench.technician, reason="other")
    client = acting(bench.technician)

    for device in stolen:
        page = scan(client, "receptionner", device.tag)
        assert fresh(device).state == S.RECEIVED, "nothing is refused"
        assert "Fait\u00a0: reçu à l’atelier." in page
        assert (FOUND in latest(page)) is (device != stolen[2]), "denied, it is a device as another"

    page = client.post(station("trouver"), {"tag": "PRH-1", "scripted": "1"}).content.decode()
    assert FOUND not in latest(page), "it is looked for no more"


@pytest.mark.parametrize("mode", ["trouver", "traiter", "ranger"])
def test_whoever_scans_what_is_said_stolen_reads_what_is_to_be_said_first(bench: Bench, mode: str) -> None:
    device = gate.apply(bench.received(tag="PRH-1"), "report_missing", actor=bench.technician, reason="theft")
    client = acting(bench.technician)

    assert LOOKED_FOR in latest(scan(client, mode, "PRH-1", place="A1"))
    scripted = client.post(station(mode), {"tag": "PRH-1", "place": "A1", "scripted": "1"}).content.decode()

    assert scripted.count(LOOKED_FOR) == len(("alert", *verbs_done(device))), "on top, and in each of the answers"
    assert 'data-outcome="warned"' in latest(scripted), "it does not sound as the others"


def test_at_a_point_too_what_was_said_stolen_is_told(bench: Bench) -> None:
    shelf = Shelf()
    device = shelf.available()
    gate.apply(device, "report_missing", actor=shelf.adviser, reason="theft")
    client = acting(shelf.adviser)

    assert LOOKED_FOR in latest(scan(client, "rayon", device.tag))
    pasted = client.post(station("rayon", "scan_list"), {"tags": device.tag}).content.decode()
    assert f"Dit volé\u00a0: {device.tag}." in pasted
    page = scan(client, "retrouver", device.tag)

    assert fresh(device).state == S.AVAILABLE
    assert FOUND in latest(page)


def test_what_is_said_stolen_is_told_in_a_stocktake_and_in_a_delivery_where_nobody_expects_it() -> None:
    shelf = Shelf()
    stolen, device = shelf.available(), shelf.shipped()
    gate.apply(stolen, "report_missing", actor=shelf.adviser, reason="theft")
    client = acting(shelf.adviser)
    counted = begin_stocktake(actor=shelf.adviser, point=shelf.point)
    assert device.delivery is not None
    arrived = reverse("distribution:delivery_reconcile", args=[device.delivery.reference])

    page = client.post(reverse("distribution:stocktake_detail", args=[counted.reference]), {"tag": stolen.tag})
    assert LOOKED_FOR in latest(read(client, page.headers["Location"]))
    page = client.post(arrived, {"tag": stolen.tag})

    assert f"n’est pas attendu dans cette livraison. {LOOKED_FOR}" in page.content.decode()


def test_a_scan_at_the_reception_of_a_lot_tells_what_is_looked_for_from_what_is_there() -> None:
    scene = Scene()
    line, actor = first_line(scene.collected()), scene.north.technician
    client = acting(actor)
    url = reverse("refurb:device_scan", args=[line.pk])
    client.post(url, {"tag": "LIL-0001"})
    device = gate.apply(Device.objects.get(tag="LIL-0001"), "report_missing", actor=actor, reason="stocktake")

    page = client.post(url, {"tag": "LIL-0001"}).content.decode()
    assert "déjà reçu dans ce lot" not in page
    assert "cet appareil est cherché" in page
    assert page_of(device, "device_receive") in page
    assert LOOKED_FOR not in page

    gate.apply(device, "tell_stolen", actor=actor)
    assert LOOKED_FOR in client.post(url, {"tag": "LIL-0001"}).content.decode()
    assert fresh(device).state == S.MISSING


def test_a_place_is_written_once_for_all_that_is_put_there(bench: Bench) -> None:
    devices, client = [bench.received(tag=f"PRH-{number}") for number in (1, 2)], acting(bench.technician)

    nowhere = scan(client, "ranger", "PRH-1")
    for device in devices:
        scan(client, "ranger", device.tag, place="Allée B, étagère 3")

    assert "Écrivez la place avant de scanner." in nowhere
    assert {fresh(device).place for device in devices} == {"Allée B, étagère 3"}


def test_an_unproven_disk_keeps_its_device_from_the_recycler_by_a_scan_as_by_a_list(bench: Bench) -> None:
    device = bench.unusable(bench.in_process(tag="PRH-1"))
    client = acting(bench.technician)
    given = {"recycler": bench.recycler.pk, "bsd_number": "BSD-1", "destruction_awaited": "no"}

    page = scan(client, "recycler", "PRH-1", **given)
    listed = client.post(station("recycler", "scan_list"), {"device": [device.reference], "confirm": "1", **given})

    assert fresh(device).state == S.UNUSABLE
    assert "Refusé\u00a0:" in page
    assert "0 appareil changé d’état, 1 refusé" in listed.content.decode()


def test_what_arrives_at_a_point_is_put_on_the_shelf() -> None:
    shelf = Shelf()
    device = shelf.shipped()

    page = scan(acting(shelf.adviser), "rayon", device.tag)

    assert fresh(device).state == S.AVAILABLE
    assert "Fait\u00a0: mis en rayon." in page


def test_a_device_of_another_point_is_none_of_theirs() -> None:
    device, other = available_device(), Shelf()

    page = scan(acting(other.adviser), "trouver", device.tag)

    assert "aucun appareil ne porte cette étiquette" in page
    assert device.reference not in page


def test_two_devices_that_answer_to_one_number_are_not_chosen_between(bench: Bench) -> None:
    bench.received(tag="PRH-1", serial="5CG1234XYZ")
    bench.received(tag="PRH-2", serial="5CG1234XYZ", **BOTH_READ)

    page = scan(acting(bench.technician), "traiter", "5CG1234XYZ")

    assert "plusieurs appareils répondent à ce numéro" in page
    assert not Device.objects.filter(state=S.IN_PROCESS).exists()


# --- the last one back


def undo(client: Client, code: str) -> str:
    """The button that the page shows, pressed; what a page without one would send finds nothing."""
    shown = re.search(r'name="undo" value="(\w+)"', read(client, station(code)))
    response = client.post(station(code), {"undo": shown[1] if shown else "1", "tag": ""}, follow=True)
    return str(response.content.decode())


def test_the_last_start_is_taken_back_and_the_journal_keeps_both(bench: Bench) -> None:
    device, client = bench.received(tag="PRH-1"), acting(bench.technician)
    assert "Annuler le dernier (PRH-1)" in scan(client, "traiter", "PRH-1")

    page = undo(client, "traiter")

    assert (fresh(device).state, verbs_done(device)) == (S.RECEIVED, ["register", "start", "undo_start"])
    assert "«\u00a0Prendre en traitement\u00a0» est annulé." in page
    assert "Annuler le dernier" not in page


def test_the_one_before_is_next_to_be_taken_back(bench: Bench) -> None:
    client = acting(bench.technician)
    for number in (1, 2):
        bench.received(tag=f"PRH-{number}")
        scan(client, "traiter", f"PRH-{number}")

    assert "Annuler le dernier (PRH-1)" in undo(client, "traiter")
    undo(client, "traiter")

    assert Device.objects.filter(state=S.RECEIVED).count() == 2


def test_a_reception_is_taken_back_whether_the_device_was_picked_up_or_not() -> None:
    scene = Scene()
    line, client = first_line(scene.collected()), acting(scene.north.technician)
    scan(client, "receptionner", "LIL-0001", line=line.pk)

    undo(client, "receptionner")

    assert not Device.objects.exclude(tag="").exists()
    assert DeviceEntry.objects.filter(verb="undo_receive").count() == 1


def test_a_device_goes_back_where_it_was(bench: Bench) -> None:
    device, client = bench.received(tag="PRH-1", place="Allée A"), acting(bench.technician)
    scan(client, "ranger", "PRH-1", place="Allée B")

    undo(client, "ranger")

    assert fresh(device).place == "Allée A"


def test_once_something_was_done_the_start_stays_and_why_is_said(bench: Bench) -> None:
    device, client = bench.received(tag="PRH-1"), acting(bench.technician)
    scan(client, "traiter", "PRH-1")
    bench.drive(fresh(device))

    page = undo(client, "traiter")

    assert fresh(device).state == S.IN_PROCESS
    assert "Quelque chose a été fait depuis la prise en traitement" in page


def test_what_somebody_else_scanned_in_the_same_browser_is_not_taken_back(bench: Bench) -> None:
    device, client = bench.received(tag="PRH-1"), acting(bench.technician)
    scan(client, "traiter", "PRH-1")
    kept = client.session["scans"]
    client.force_login(bench.manager.user)
    session = client.session
    session["scans"] = kept
    session.save()

    page = undo(client, "traiter")

    assert fresh(device).state == S.IN_PROCESS
    assert "Il n’y a rien à annuler." in page


@pytest.mark.parametrize("record", ["drive", "erase", "test", "grade", "no_storage"])
def test_a_start_is_not_undone_after_anything_was_recorded(bench: Bench, record: str) -> None:
    device = bench.received(type=DeviceType.LAPTOP, tag="PRH-1")
    drive = bench.drive(device) if record == "erase" else None
    device = gate.apply(device, "start", actor=bench.technician)
    getattr(bench, record)(drive or device)

    with pytest.raises(Refused) as refused:
        gate.apply(fresh(device), "undo_start", actor=bench.technician)

    assert {reason.code for reason in refused.value.all} == {"nothing_since_start"}


def test_the_start_of_a_device_that_comes_from_a_household_is_not_undone() -> None:
    shelf = Shelf()
    device = shelf.returned()
    shelf.exchange(shelf.available(), replaces=device)
    started = gate.apply(fresh(device), "start", actor=shelf.technician)

    with pytest.raises(Refused):
        gate.apply(started, "undo_start", actor=shelf.technician)


def test_only_its_workshop_undoes_a_start(bench: Bench) -> None:
    device = bench.in_process()

    with pytest.raises(Unknown):
        gate.apply(device, "undo_start", actor=bench.stranger)

    assert fresh(device).state == S.IN_PROCESS


def test_a_start_that_was_undone_leaves_the_reception_undoable_too(bench: Bench) -> None:
    device = bench.in_process()
    gate.apply(device, "undo_start", actor=bench.technician)

    gate.apply(fresh(device), "undo_register", actor=bench.technician, reason="wrong_device")

    assert fresh(device).state == S.WITHDRAWN


# --- a pasted list


def test_a_pasted_list_says_first_what_would_happen_and_names_what_it_does_not_know(bench: Bench) -> None:
    tags = [bench.received(tag=f"PRH-{number}").tag for number in (1, 2)]
    taken = bench.in_process(tag="PRH-3")
    client, here = acting(bench.technician), station("traiter", "scan_list")

    foreseen = client.post(here, {"tags": "\n".join([*tags, "prh 3", "NOWHERE-1", "PRH-1"])}).content.decode()

    assert "<strong>2 appareils</strong> changeraient d’état, 1 resterait en l’état" in foreseen
    assert "Aucun appareil ne porte\u00a0: NOWHERE-1." in foreseen
    assert Device.objects.filter(state=S.RECEIVED).count() == 2

    rows = list(Device.objects.values_list("reference", flat=True))
    result = client.post(here, {"device": rows, "confirm": "1"}).content.decode()

    assert "2 appareils changés d’état, 1 refusé." in result
    assert verbs_done(taken) == ["register", "start"]


def test_a_list_of_nothing_known_keeps_what_was_pasted(bench: Bench) -> None:
    page = acting(bench.technician).post(station("traiter", "scan_list"), {"tags": "NOWHERE-1"}).content.decode()

    assert "Aucun appareil ne porte\u00a0: NOWHERE-1." in page
    assert ">NOWHERE-1</textarea>" in page.replace("\n", "")


def test_the_list_of_another_workshop_is_not_found(bench: Bench) -> None:
    device = bench.received(tag="PRH-1")
    client = acting(bench.stranger)

    page = client.post(station("traiter", "scan_list"), {"tags": "PRH-1"}).content.decode()
    client.post(station("traiter", "scan_list"), {"device": [device.reference], "confirm": "1"})

    assert "Aucun appareil ne porte\u00a0: PRH-1." in page
    assert fresh(device).state == S.RECEIVED


def test_the_first_mode_opens_by_itself(bench: Bench) -> None:
    client = acting(bench.technician)

    assert client.get(reverse("distribution:scan_start")).headers["Location"] == station("trouver")
    assert done(client, station("traiter"), tag="NOWHERE") == station("traiter")


# --- in a browser


@pytest.mark.django_db(transaction=True)
def test_sixty_labels_scanned_without_a_pause_are_all_taken_in_hand(
    transactional_db: None, open_page: Callable[..., Page]
) -> None:
    load_numbers()
    bench = Bench()
    tags = [bench.received(tag=f"PRH-{number:04}").tag for number in range(60)]
    page = open_page()
    sign_in(page, bench.technician)
    page.goto(station("traiter"))
    page.evaluate(COUNT_ANSWERS)
    for tag in tags:
        page.keyboard.type(tag, delay=2)
        page.keyboard.press("Enter")

    page.locator("main[data-heard='60']").wait_for()

    assert Device.objects.filter(state=S.IN_PROCESS).count() == 60
    assert page.locator("[data-answers] > li").count() == 10
    assert page.locator("[data-answers] > li").first.inner_text().startswith("✓")
    assert page.input_value("main input[name=tag]") == ""
    assert flaws(page) == []
