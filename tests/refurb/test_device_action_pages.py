"""Every verb of a device through its page: done, refused with its reasons, or not one's to do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from lifecycle import gate
from lifecycle.evaluation import wrong_state
from lifecycle.machine import verbs_of
from lifecycle.models import Comment
from refurb.enums import DeviceState, DeviceType, MissingReason
from refurb.models import Device, Part
from refurb.services import devices
from refurb.services.evidence import record_destruction
from tests.donations.scene import Scene, laptops, public_scene
from tests.network.factories import make_epci
from tests.refurb.devices import Bench, fresh, from_lot, given_to, load_numbers
from tests.refurb.pages import acting, answered, page_of, read

pytestmark = pytest.mark.django_db
S = DeviceState
SCREEN = DeviceType.SCREEN


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def missing(bench: Bench) -> Device:
    device = bench.proven(bench.in_process())
    return gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.COUNT)


def awaiting(bench: Bench) -> Device:
    return devices.await_part_device(actor=bench.technician, device=bench.in_process(), part_wanted="Clavier")


def unusable_screen(bench: Bench) -> Device:
    return bench.unusable(bench.proven(bench.in_process(SCREEN)))


# --- done

DONE: list[tuple[str, str, Callable[[Bench], Device], dict[str, Any], DeviceState]] = [
    ("receive", "technician", missing, {"tag": "RETROUVE"}, S.RECEIVED),
    ("start", "technician", Bench.received, {"comment": ""}, S.IN_PROCESS),
    ("await_part", "technician", Bench.in_process, {"part_wanted": "Batterie"}, S.AWAITING_PART),
    ("resume", "technician", awaiting, {}, S.IN_PROCESS),
    ("recondition", "technician", Bench.prepared, {"price": "49,90"}, S.READY),
    ("reopen", "technician", Bench.ready, {"reason": "defect"}, S.IN_PROCESS),
    ("reject", "technician", Bench.in_process, {"reason": "broken"}, S.UNUSABLE),
    ("undo_reject", "manager", Bench.unusable, {"reason": "entry"}, S.RECEIVED),
    ("dismantle", "technician", unusable_screen, {"part_screen": "1", "place": "Bac 4"}, S.DISMANTLED),
    ("cede", "manager", Bench.ready, {"recipient": "Ludothèque d’Essai", "reason": "association"}, S.CEDED),
    ("cede", "pilot", Bench.ready, {"recipient": "Ludothèque d’Essai", "reason": "association"}, S.CEDED),
    ("report_missing", "technician", Bench.received, {"reason": "theft"}, S.MISSING),
    ("return_to_donor", "manager", Bench.received, {"reason": "leased"}, S.WITHDRAWN),
    ("reclassify", "technician", Bench.received, {"type": "desktop", "reason": "audit"}, S.RECEIVED),
]


def after(device: Device, verb: str) -> str:
    """Where one goes on: the bench has its own way, every other verb comes back to the device."""
    if verb == "recondition":
        return reverse("refurb:bench")
    return page_of(device, "device_recondition" if verb == "start" else "device_detail")


@pytest.mark.parametrize("move", DONE, ids=lambda move: f"{move[0]} by {move[1]}")
def test_a_verb_is_done_from_its_page(
    bench: Bench, move: tuple[str, str, Callable[[Bench], Device], dict[str, Any], DeviceState]
) -> None:
    verb, role, prepare, data, state = move
    device = prepare(bench)
    client = acting(getattr(bench, role))
    url = page_of(device, f"device_{verb}")
    gives_up = {"recondition": "Revenir à l’établi", "undo_reject": "Ne rien changer"}.get(verb, "Annuler")
    assert f"{gives_up}</a>" in read(client, url)

    done = client.post(url, data)

    assert done.headers["Location"] == after(device, verb)
    assert fresh(device).state == state
    assert device.journal.latest("seq").verb == verb
    assert "\u00a0: " in read(client, done.headers["Location"])


def test_dismantling_puts_what_was_counted_in_the_stock_of_parts(bench: Bench) -> None:
    device = unusable_screen(bench)
    acting(bench.technician).post(
        page_of(device, "device_dismantle"), {"part_screen": "1", "part_charger": "2", "place": "Bac 4"}
    )
    assert set(Part.objects.values_list("kind", "quantity", "place")) == {
        ("screen", 1, "Bac 4"),
        ("charger", 2, "Bac 4"),
    }


def test_the_page_of_dismantling_asks_which_drives_are_kept_and_counts_none(bench: Bench) -> None:
    device = bench.in_process()
    erased, destroyed = bench.drive(device), bench.drive(device)
    bench.erase(erased)
    record_destruction(actor=bench.technician, drive=destroyed, method="drill", destroyed_at=timezone.now())
    device, client = bench.unusable(device), acting(bench.technician)
    url = page_of(device, "device_dismantle")
    page = read(client, url)
    assert "part_storage" not in page
    assert erased.serial in page
    assert destroyed.serial not in page
    answered(client, url, drives=str(destroyed.pk))

    for _ in range(2):  # the second click says that it is done
        client.post(url, {"part_storage": "5", "part_charger": "2", "drives": [erased.pk], "place": "Bac 4"})

    assert fresh(device).state == S.DISMANTLED
    kept = set(Part.objects.values_list("kind", "quantity", "drive", "place"))
    assert kept == {("storage", 1, erased.pk, "Bac 4"), ("charger", 2, None, "Bac 4")}


@pytest.mark.parametrize(("answer", "awaited"), [("yes", True), ("no", False)])
def test_a_device_goes_to_the_recycler_with_its_number(bench: Bench, answer: str, awaited: bool) -> None:
    device = bench.unusable(bench.proven(bench.in_process()))
    data = {"recycler": bench.recycler.pk, "bsd_number": "BSD-2026-77", "destruction_awaited": answer}

    acting(bench.technician).post(page_of(device, "device_recycle"), data)

    gone = fresh(device)
    assert gone.state == S.RECYCLED
    assert (gone.recycler, gone.bsd_number, gone.destruction_awaited) == (bench.recycler, "BSD-2026-77", awaited)


def test_a_unit_left_out_of_the_count_is_collected_after_the_others() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.scheduled(split=True)
    scene.count(donation, scene.north, {0: 1})
    left = donation.devices.get(state=S.DECLARED, workshop=scene.north.organisation)

    acting(scene.north.technician).post(page_of(left, "device_collect"), {})

    assert fresh(left).state == S.COLLECTED


@pytest.mark.parametrize("role", ["contact", "pilot"])
def test_a_declared_unit_is_withdrawn_by_its_donor_or_the_pilot(role: str) -> None:
    scene = Scene()
    device = scene.qualified().devices.first()
    client = acting(getattr(scene, role))
    url = page_of(device, "device_withdraw")
    assert "Cela ne se défait pas" in read(client, url)

    client.post(url, {"reason": "kept"})

    assert fresh(device).state == S.WITHDRAWN


def test_the_pilot_corrects_the_epci_and_is_not_asked_the_type() -> None:
    scene = public_scene()
    device, epci = from_lot(scene), make_epci()
    client = acting(scene.pilot)
    url = page_of(device, "device_reclassify")
    assert "id_type" not in read(client, url)

    client.post(url, {"origin_epci": epci.pk, "reason": "site"})

    assert fresh(device).origin_epci == epci
    assert fresh(device).type == device.type


def test_a_comment_is_kept_apart_and_told_in_the_timeline(bench: Bench) -> None:
    device = bench.received()
    client = acting(bench.technician)
    client.post(page_of(device, "device_start"), {"comment": "Charnière fragile"})
    assert Comment.objects.get().text == "Charnière fragile"
    assert "Charnière fragile" in read(client, page_of(device, "device_detail"))


def test_a_device_is_described_without_a_verb(bench: Bench) -> None:
    device = bench.received()
    client = acting(bench.technician)
    data = {"serial": "SN-9", "manufacturer": "Dell", "model": "Latitude", "year": "2021", "place": "B3"}
    assert client.post(page_of(device, "device_describe"), data).status_code == 302
    described = fresh(device)
    assert (described.serial, described.year, described.place) == ("SN-9", 2021, "B3")
    assert described.seq == device.seq


# --- refused


def test_reconditioned_too_early_says_everything_that_is_missing_and_keeps_the_price(bench: Bench) -> None:
    device = bench.in_process()
    client = acting(bench.technician)
    url = page_of(device, "device_recondition")
    first = read(client, url)
    assert "Ce qui manque encore" in first
    assert "<title>Erreur" not in first

    page = answered(client, url, price="60", comment="Bel état")

    for told in ("Le stockage n’a pas été inventorié", "n’ont pas été testées", "Le grade n’a pas été calculé"):
        assert told in page
    assert page_of(device, "device_evidence") in page
    assert 'value="60"' in page
    assert "Bel état" in page
    assert fresh(device).state == S.IN_PROCESS


def test_a_price_over_the_ceiling_is_refused_beside_the_price_with_the_law(bench: Bench) -> None:
    device = bench.prepared()
    page = answered(acting(bench.technician), page_of(device, "device_recondition"), price="180,01")
    assert "Le prix dépasse le plafond légal du jour" in page
    assert "Décret n° 2022-1413" in page
    assert 'aria-invalid="true"' in page
    assert 'value="180,01"' in page


def test_no_ceiling_holds_the_price_of_a_private_gift() -> None:
    scene = Scene()
    bench = given_to(scene)
    device = bench.prepared(gate.apply(from_lot(scene), "start", actor=bench.technician))
    client = acting(bench.technician)
    url = page_of(device, "device_recondition")
    assert "le donateur est privé" in read(client, url)
    client.post(url, {"price": "250"})
    assert fresh(device).price == 250


@pytest.mark.parametrize(
    ("verb", "role", "prepare", "sentence"),
    [
        ("await_part", "technician", Bench.in_process, "Nommez la pièce attendue."),
        ("reject", "technician", Bench.in_process, "Dites pourquoi l’appareil n’est pas réemployable."),
        ("recycle", "technician", Bench.unusable, "Choisissez le recycleur qui prend l’appareil."),
        ("cede", "manager", Bench.ready, "Nommez à qui l’appareil est cédé."),
        ("dismantle", "technician", Bench.unusable, "Le stockage n’a pas été inventorié"),
        ("recondition", "technician", Bench.prepared, "Donnez un prix solidaire"),
        ("receive", "technician", missing, "Scannez ou saisissez l’étiquette de l’atelier."),
    ],
)
def test_what_is_left_out_is_asked_for_in_the_words_of_the_rule(
    bench: Bench, verb: str, role: str, prepare: Callable[[Bench], Device], sentence: str
) -> None:
    device = prepare(bench)
    assert sentence in answered(acting(getattr(bench, role)), page_of(device, f"device_{verb}"))
    assert fresh(device).state == device.state


def test_reclassifying_without_a_change_says_so(bench: Bench) -> None:
    device = bench.received()
    page = answered(acting(bench.technician), page_of(device, "device_reclassify"), type=device.type, reason="entry")
    assert "Rien ne change" in page


def test_a_recycler_must_prove_or_promise_what_happens_to_the_drives(bench: Bench) -> None:
    device = bench.in_process()
    bench.drive(device)
    bench.unusable(device)
    page = answered(
        acting(bench.technician),
        page_of(device, "device_recycle"),
        recycler=str(bench.recycler.pk),
        bsd_number="BSD-1",
        destruction_awaited="no",
    )
    assert "demandez au recycleur une destruction certifiée" in page
    assert 'value="BSD-1"' in page


def test_an_action_that_the_state_does_not_allow_says_so_instead_of_asking(bench: Bench) -> None:
    device = bench.received()
    client = acting(bench.technician)
    page = read(client, page_of(device, "device_dismantle"))
    assert wrong_state(Device, verbs_of(Device)["dismantle"], S.RECEIVED).sentence in page
    assert "Démonter</button>" not in page
    assert "n’est pas possible depuis l’état" in answered(client, page_of(device, "device_dismantle"))


def test_a_second_click_says_that_it_is_done_already(bench: Bench) -> None:
    device = bench.received()
    client = acting(bench.technician)
    client.post(page_of(device, "device_start"), {})
    assert "n’est pas possible depuis l’état" in answered(client, page_of(device, "device_start"))


# --- not one's to do


@pytest.mark.parametrize(
    ("verb", "role"),
    [
        ("start", "pilot"),
        ("recondition", "pilot"),
        ("undo_reject", "technician"),
        ("return_to_donor", "technician"),
        ("cede", "technician"),
        ("withdraw", "technician"),
        ("describe", "pilot"),
        ("record_drive", "pilot"),
        ("test", "pilot"),
        ("grade", "pilot"),
        ("repair", "pilot"),
        ("attest_no_storage", "pilot"),
    ],
)
def test_a_verb_of_another_role_is_forbidden(bench: Bench, verb: str, role: str) -> None:
    device = bench.received()
    client = acting(getattr(bench, role))
    assert client.get(page_of(device, f"device_{verb}")).status_code == 403
    assert client.post(page_of(device, f"device_{verb}"), {"reason": "other"}).status_code == 403
    assert fresh(device).state == S.RECEIVED


def test_a_donor_reads_its_device_and_moves_nothing_in_the_workshop() -> None:
    scene = public_scene()
    device = from_lot(scene)
    client = acting(scene.contact)
    page = read(client, page_of(device, "device_detail"))
    assert "Prendre en traitement</a>" not in page
    assert "Fiche d’établi</a>" not in page
    assert client.post(page_of(device, "device_start"), {}).status_code == 403


# --- a selection


def test_a_selection_is_foreseen_then_done_and_told_by_reasons(bench: Bench) -> None:
    ready, started = bench.received(tag="OUI-1"), bench.in_process(tag="NON-1")
    client = acting(bench.technician)
    url = reverse("refurb:device_list")
    chosen = {"device": [ready.reference, started.reference], "verb": "start"}

    foreseen = client.post(url, chosen).content.decode()
    assert "1 appareil</strong> changerait" in foreseen
    assert wrong_state(Device, verbs_of(Device)["start"], S.IN_PROCESS).sentence in foreseen
    assert fresh(ready).state == S.RECEIVED
    assert "un incident est ouvert" not in foreseen
    assert "un incident est ouvert" in client.post(url, chosen | {"verb": "report_missing"}).content.decode()

    told = client.post(url, chosen | {"confirm": "1"}).content.decode()
    assert "1 appareil changé d’état, 1 refusé." in told
    assert fresh(ready).state == S.IN_PROCESS


def test_a_selection_is_rejected_for_one_coded_reason(bench: Bench) -> None:
    rejected = [bench.received(), bench.received()]
    client = acting(bench.technician)
    url = reverse("refurb:device_list")
    chosen = {"device": [device.reference for device in rejected], "verb": "reject", "confirm": "1"}

    asked = client.post(url, chosen).content.decode()
    assert "<title>Erreur\u00a0: " in asked
    assert "Dites pourquoi" in asked
    assert 'href="#id_comment"' in client.post(url, chosen | {"reason": "other"}).content.decode()
    assert {fresh(device).unusable_reason for device in rejected} == {""}

    client.post(url, chosen | {"reason": "obsolete"})
    assert {fresh(device).unusable_reason for device in rejected} == {"obsolete"}


def test_a_selection_holds_only_what_one_sees_and_may_do(bench: Bench) -> None:
    other = Bench().received()
    url = reverse("refurb:device_list")
    chosen = {"device": [other.reference], "verb": "start", "confirm": "1"}

    assert "0 appareil changé" in acting(bench.technician).post(url, chosen).content.decode()
    assert fresh(other).state == S.RECEIVED
    assert acting(bench.pilot).post(url, chosen).status_code == 403
    assert acting(bench.technician).post(url, chosen | {"verb": "recondition"}).status_code == 404
    nothing = acting(bench.technician).post(url, {"verb": "start"}, follow=True)
    assert "Cochez au moins un appareil." in nothing.content.decode()
