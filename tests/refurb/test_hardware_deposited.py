"""Files of machines deposited many at once: the pages, what is kept of them, who sees them."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.models import StoredFile
from documents.services.files import forget_abandoned, open_file
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums.hardware import DismissalReason, FileKind
from refurb.models import DepositedFile, Device, Drive, FileDismissal, HardwareReport
from refurb.services import depositing, devices, hardware
from tests.pages import acting, read
from tests.races import at_once
from tests.refurb import machines
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.hardware import (
    BLANK,
    blank,
    confirm,
    deposit,
    nwipe,
    pdf_of,
    record,
    send,
    sorting,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


@pytest.fixture
def browser(bench: Bench) -> Client:
    return acting(bench.technician)


# --- the pages


def test_many_files_go_from_the_page_to_their_devices(bench: Bench, browser: Client) -> None:
    rows = [blank(bench) for _ in range(3)]
    files = []
    for rank, device in enumerate(rows):
        node = machines.drive_node(f"DRIVE{rank}X{rank}")
        files.append((f"{device.tag}.json", machines.lshw(serial=f"PCSN{rank}77", drives=(node,))))
        files.append((f"nwipe-{rank}.log", nwipe(f"DRIVE{rank}X{rank}")))
    response = send(browser, *files)
    assert response.headers["Location"] == reverse("refurb:hardware_sort")
    page = read(browser, reverse("refurb:hardware_sort"))
    assert "Enregistrer pour 3 appareils" in page
    assert not HardwareReport.objects.exists()
    assert not Drive.objects.exists()  # shown, and undone
    page = confirm(browser, *((one.deposit, one.device) for one in sorting(bench)))
    assert "3 appareils à jour" in page
    assert HardwareReport.objects.count() == 6
    assert not Drive.objects.unproven().exists()
    assert not DepositedFile.objects.waiting().exists()


def test_a_file_that_is_no_file_of_a_machine_is_refused_and_the_others_are_kept(bench: Bench, browser: Client) -> None:
    response = send(
        browser, ("photo.jpg", b"\xff\xd8\xff\xe0"), ("../<b>x</b>.exe", b"MZ\x00"), ("a.json", machines.lshw())
    )
    page = response.content.decode()
    assert "<title>Erreur" in page
    assert "2 fichiers non gardés" in page
    assert "<b>x</b>" not in page
    assert DepositedFile.objects.get().kind == FileKind.LSHW


def test_no_file_at_all_is_said_beside_the_box(browser: Client) -> None:
    page = browser.post(reverse("refurb:hardware_deposit"), {}).content.decode()
    assert "Choisissez au moins un fichier." in page


def test_more_files_than_a_deposit_holds_are_told(bench: Bench, browser: Client) -> None:
    send(browser, *((f"{rank}.txt", machines.DMIDECODE.encode() + b"\n" * rank) for rank in range(52)))
    assert DepositedFile.objects.count() == 50
    assert "2 fichiers de plus que 50" in read(browser, reverse("refurb:hardware_sort"))
    assert len(read(browser, reverse("refurb:hardware_sort"))) < 100_000


def test_a_wrong_label_loses_nothing_that_was_typed(bench: Bench, browser: Client) -> None:
    one, two = (deposit(bench, f"{name}.json", machines.smartctl(f"{name}77")) for name in ("LOST", "FOUND"))
    device = blank(bench)
    typed = {f"etiquette-{one.pk}": "NOSUCH", f"etiquette-{two.pk}": device.tag}
    page = confirm(browser, **typed)
    assert 'value="NOSUCH"' in page
    assert f'value="{device.tag}"' in page
    assert "Aucun appareil suivi dans l’atelier ne porte" in page
    assert not HardwareReport.objects.exists()


def test_a_file_that_came_since_the_page_was_shown_waits(bench: Bench, browser: Client) -> None:
    device = blank(bench)
    shown = deposit(bench, f"{device.tag}-a.json", machines.lshw())
    late = deposit(bench, f"{device.tag}-b.json", machines.smartctl())
    confirm(browser, (shown, device))
    assert list(DepositedFile.objects.waiting()) == [late]


def test_a_device_that_is_refused_holds_no_other_back(bench: Bench, browser: Client) -> None:
    holder, wrong, right = blank(bench), blank(bench), blank(bench)
    bench.drive(holder, serial=machines.DRIVE)
    first = deposit(bench, f"{wrong.tag}.json", machines.lshw())
    second = deposit(bench, f"{right.tag}.txt", machines.DMIDECODE.encode())
    page = confirm(browser, (first, wrong), (second, right), **{f"etiquette-{first.pk}": wrong.tag})
    assert "1 appareil à jour" in page
    assert holder.tag in page
    assert list(DepositedFile.objects.waiting()) == [first]


def test_a_file_is_set_aside_with_why(bench: Bench, browser: Client) -> None:
    one = deposit(bench, "x.json", machines.smartctl("NOBODY99"))
    given = {"mettre-de-cote": "1", f"ecarter-{one.pk}": "1", "reason": DismissalReason.USELESS.value}
    browser.post(reverse("refurb:hardware_sort"), given)
    assert FileDismissal.objects.get().deposit == one
    assert StoredFile.objects.get().is_forgotten  # what it held of its users goes with it
    assert not DepositedFile.objects.waiting().exists()


def test_a_file_that_waits_is_not_deposited_twice(bench: Bench) -> None:
    deposit(bench, "x.json", machines.lshw())
    done = depositing.deposit_files(actor=bench.technician, files=[("y.json", machines.lshw())])
    assert done.refused == [("y.json", "Ce fichier attend déjà d’être trié.")]


STRANGER = "Marie-Odile Trinquart"
OF_STRANGERS: dict[str, Any] = {
    "hardware": {
        "chassis_type": "Notebook",
        "memory": 7800,
        "name": f"PC de {STRANGER}",
        "winowner": STRANGER,
        "lastloggeduser": STRANGER,
    },
    "users": [{"login": STRANGER}],
    "local_users": [{"name": STRANGER}],
    "softwares": [{"name": "Photos", "userid": STRANGER}],
    "usbdevices": [{"name": f"iPhone de {STRANGER}"}, {"caption": f"{STRANGER} webcam"}],
    "cameras": [{"model": STRANGER}],
}


def kept_of(one: DepositedFile) -> str:
    with open_file(one.file) as file:
        return file.read().decode()


def test_an_inventory_keeps_nobody_who_used_the_machine(bench: Bench, browser: Client) -> None:
    device = blank(bench)
    whole = machines.glpi(**OF_STRANGERS).replace(b"pc-12-2026", STRANGER.encode())
    one = deposit(bench, f"{device.tag}.json", whole)
    pages = read(browser, reverse("refurb:hardware_sort"))
    told = record(bench, device, one)
    pages += read(browser, reverse("refurb:device_detail", args=[device.reference]))
    row = DepositedFile.objects.get()
    for said in (kept_of(row), str(row.facts), str(HardwareReport.objects.get().facts), pages, str(told)):
        assert "trinquart" not in said.lower()
    assert machines.SERIAL in kept_of(row)
    assert hashlib.sha256(whole).hexdigest() in kept_of(row)
    assert row.hardware_facts.webcam is True


def test_the_same_inventory_deposited_again_is_still_known(bench: Bench) -> None:
    whole, other = machines.glpi(**OF_STRANGERS), machines.glpi()
    deposit(bench, "a.json", whole)
    again = depositing.deposit_files(actor=bench.technician, files=[("b.json", whole), ("c.json", other)])
    assert [name for name, _ in again.refused] == ["b.json"]
    assert len(again.kept) == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        machines.glpi(**OF_STRANGERS)[:-9],
        b"<xml>Trinquart</xml>",
        b'{"Trinquart": 1}',
        pdf_of("Facture de Madame Trinquart"),
    ],
)
def test_of_a_file_that_is_not_read_only_the_hash_is_kept(bench: Bench, spoilt: bytes) -> None:
    one = deposit(bench, "a.pdf" if spoilt.startswith(b"%PDF") else "a.txt", spoilt)
    assert one.problem
    assert "trinquart" not in (kept_of(one) + one.text).lower()
    assert hashlib.sha256(spoilt).hexdigest() in kept_of(one)


def test_the_page_says_what_is_not_kept_of_an_inventory(browser: Client) -> None:
    assert "rien de ce qui nomme une personne n’est gardé" in read(browser, reverse("refurb:hardware_deposit"))


def test_only_those_who_work_in_a_workshop_deposit_and_see_their_own(bench: Bench) -> None:
    deposit(bench, "x.json", machines.lshw())
    with pytest.raises(PermissionDenied):
        depositing.deposit_files(actor=bench.pilot, files=[])
    for page in ("refurb:hardware_deposit", "refurb:hardware_sort"):
        assert acting(bench.pilot).get(reverse(page)).status_code == 403
    assert "1 fichier en attente" in read(acting(bench.manager), reverse("refurb:hardware_deposit"))
    assert "en attente de tri" not in read(acting(bench.stranger), reverse("refurb:hardware_deposit"))


def test_a_file_of_another_workshop_is_not_written_on_ones_device(bench: Bench) -> None:
    other = Bench()
    theirs = deposit(other, "x.json", machines.lshw())
    with pytest.raises(Refused):
        record(bench, blank(bench), theirs)


def test_files_that_were_deposited_are_not_swept_as_abandoned(bench: Bench) -> None:
    deposit(bench, "x.json", machines.lshw())
    forget_abandoned(before=timezone.now() + timedelta(days=400))
    assert not StoredFile.objects.get().is_forgotten


def test_what_was_deposited_and_read_is_never_rewritten(bench: Bench) -> None:
    device = blank(bench)
    record(bench, device, deposit(bench, "x.json", machines.lshw()))
    for rows in (DepositedFile.objects.all(), HardwareReport.objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(facts={})


def test_the_bench_says_how_many_files_wait(bench: Bench, browser: Client) -> None:
    deposit(bench, "x.json", machines.lshw())
    assert "1 fichier à trier" in read(browser, reverse("refurb:bench"))


def test_a_reception_is_not_undone_once_a_file_was_written_on_the_device(bench: Bench) -> None:
    device = bench.received(**BLANK)
    record(bench, device, deposit(bench, "x.txt", machines.DMIDECODE.encode()))
    refused = gate.preview(Device.objects.filter(pk=device.pk), "undo_register", actor=bench.technician).refused
    assert "nothing_done" in [reason.code for reason in refused[device.pk]]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_the_same_file_on_two_devices_at_once_one_passes() -> None:
    load_numbers()
    bench = Bench()
    first, second = bench.received(**BLANK), bench.received(**BLANK)
    one = deposit(bench, "x.txt", machines.DMIDECODE.encode())
    answers = at_once(lambda: record(bench, first, one), lambda: record(bench, second, one))
    assert sorted(type(answer).__name__ for answer in answers) == ["Recorded", "Refused"]
    assert HardwareReport.objects.count() == 1


def test_fifty_files_cost_the_page_few_queries_more_for_each_device(
    bench: Bench, browser: Client, django_assert_max_num_queries: Any
) -> None:
    for rank in range(10):
        device = blank(bench)
        node = machines.drive_node(f"MANY{rank}X{rank}")
        deposit(bench, f"{device.tag}.json", machines.lshw(serial=f"PCSN{rank}77", drives=(node,)))
    with django_assert_max_num_queries(15 + 10 * 30):
        read(browser, reverse("refurb:hardware_sort"))


def test_the_fields_that_a_file_fills_are_those_that_may_be_described() -> None:
    assert set(hardware.READ) <= set(devices.FACTS)
