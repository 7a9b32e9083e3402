"""« À faire » of a workshop: what its lots and its quotas wait for, in the words of the pages they lead to."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import BlockRow
from distribution.services.stocktakes import begin_stocktake
from network.enums import OrganisationKind as Kind
from network.enums import Role
from refurb.enums import DestructionKind, DestructionMethod
from refurb.models import WasteNote
from refurb.services.evidence import record_destruction
from refurb.services.waste import complete_waste_note
from tests.desk.test_todo import block, landing
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene, load_law
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.hardware import deposit
from tests.refurb.machines import lshw
from typography.french import day

pytestmark = pytest.mark.django_db


def test_a_lot_says_what_it_waits_for_before_its_date_and_before_its_balance() -> None:
    load_law()
    scene = Scene()
    client = acting(scene.north.manager)
    donation = scene.qualified()

    def said(key: str) -> list[str]:
        return [line.about for line in block(landing(client), key).lines]

    assert said("a-planifier") == [f"{donation}, acte de don pas encore accepté"]
    scene.accept(donation)
    assert said("a-planifier") == [str(donation)]
    scene.schedule(donation, scene.north)
    scene.count(donation, scene.north)
    assert said("a-solder") == [f"{donation}, 3\u00a0à recevoir"]


def test_a_quota_says_all_that_is_ready_as_the_page_where_it_is_served_does() -> None:
    shelf = Shelf(quotas={"laptop": 2})
    shelf.allotted()
    shelf.ready()
    shelf.ready()
    (line,) = block(landing(acting(shelf.manager)), "quotas").lines
    assert line.about.replace("\u00a0", " ") == "Ordinateur portable : 1 place libre, 2 prêts en stock"


def test_a_certificate_that_is_awaited_is_asked_of_its_recycler_until_the_workshop_deposits_it() -> None:
    load_numbers()
    bench = Bench()
    device = bench.in_process()
    drive = bench.drive(device)
    device = bench.recycle(bench.unusable(device), destruction_awaited=True)
    recycler = acting(make_membership(Role.MANAGER, Kind.RECYCLER, bench.recycler))
    another = acting(make_membership(Role.MANAGER, Kind.RECYCLER))

    def asked(client: Client) -> list[BlockRow]:
        return block(landing(client), "certificats-attendus").lines

    (line,) = asked(recycler)
    assert line.title == f"Bordereau {device.bsd_number}"
    assert line.about == f"1 disque ({drive.serial}), à envoyer à {bench.workshop.organisation}"
    assert recycler.get(line.url).status_code == 200
    assert "Rien ne vous est demandé" not in read(recycler, reverse("desk:home"))
    assert asked(another) == [], "what left for another is not its own to certify"
    for client in (acting(bench.manager), acting(bench.pilot)):
        (mine,) = block(landing(client), "effacements").lines
        assert f"certificat de {bench.recycler} attendu depuis le {day(timezone.localdate())}" in mine.about

    record_destruction(
        actor=bench.technician,
        drive=drive,
        kind=DestructionKind.RECYCLER,
        method=DestructionMethod.SHRED,
        destroyed_at=timezone.now(),
        recycler=bench.recycler,
        certificate=bench.report(drive),
    )

    assert asked(recycler) == []
    (told,) = block(landing(recycler), "destructions-en-votre-nom").lines
    assert str(drive) in told.title
    assert told.about.endswith(f", par {bench.workshop.organisation}")
    assert "vous la contestez" in recycler.get("/").content.decode()
    assert recycler.get(told.url).status_code == 200
    assert block(landing(another), "destructions-en-votre-nom").lines == []


def test_a_stocktake_under_way_and_a_file_that_waits_are_asked_of_whoever_does_them() -> None:
    bench = Bench()
    client = acting(bench.technician)
    assert [block(landing(client), key).lines for key in ("inventaires", "fichiers")] == [[], []]

    begin_stocktake(actor=bench.technician, at=timezone.now() - timedelta(days=8))
    deposit(bench, "PRH-1.lshw.json", lshw())

    (stocktake,) = block(landing(client), "inventaires").lines
    assert (stocktake.title, stocktake.is_late) == (str(bench.workshop.organisation), True)
    (file,) = block(landing(client), "fichiers").lines
    assert (file.title, file.about, file.is_late) == ("PRH-1.lshw.json", "lshw", False)
    assert block(landing(acting(bench.stranger)), "fichiers").lines == []


def test_a_waste_note_is_asked_of_its_manager_once_its_weight_has_waited_too_long() -> None:
    load_numbers()
    bench = Bench()
    bench.recycle(bench.unusable(bench.proven(bench.in_process())))
    client = acting(bench.manager)
    assert block(landing(client), "dechets").lines == []  # it left today
    note = WasteNote.objects.get()
    long_ago = timezone.localdate() - timedelta(days=30)

    note = complete_waste_note(actor=bench.manager, note=note, facts={"taken_on": long_ago + timedelta(days=1)})
    assert block(landing(client), "dechets").lines == []
    note = complete_waste_note(actor=bench.manager, note=note, facts={"taken_on": long_ago})

    (line,) = block(landing(client), "dechets").lines
    assert (line.title, line.about, line.is_late) == (note.bsd_number, str(bench.recycler), True)
    assert client.get(line.url).status_code == 200
    assert block(landing(acting(Bench().manager)), "dechets").lines == []
    complete_waste_note(actor=bench.manager, note=note, facts={"weight_kg": Decimal(3)})
    assert block(landing(client), "dechets").lines == []
