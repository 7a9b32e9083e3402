"""tec.tech both ways: what is sent, what is taken back, and that nothing is moved nor lost on the way."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from imports.models import Import
from lifecycle import gate
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device, DeviceEntry, TecTechRow
from refurb.services import depositing, hardware
from refurb.tectech import COLUMNS, STATUSES
from tests.distribution.shelves import Shelf
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import Bench, fresh, load_numbers

pytestmark = pytest.mark.django_db
PAGE = reverse("refurb:tectech")
BLANK = {"manufacturer": "", "model": "", "processor": "", "memory_gb": None}


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def sent(client: Client) -> list[dict[str, str]]:
    """The file that is downloaded, line by line."""
    answer = client.get(reverse("refurb:tectech_file"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(StringIO(text), delimiter=";"))


def lines(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    """A file as tec.tech writes it."""
    out = StringIO()
    writer = csv.DictWriter(out, columns, delimiter=",", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def bring(client: Client, content: bytes) -> Import:
    """Deposit a file and look at what it would do."""
    file = SimpleUploadedFile("export.csv", content, content_type="text/csv")
    answer = client.post(PAGE, {"deposit": file})
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.latest("pk")


def take(client: Client, source: Import) -> str:
    return str(client.post(reverse("imports:import_apply", args=[source.pk]), follow=True).content.decode())


def preview(client: Client, source: Import) -> str:
    return read(client, reverse("imports:import_detail", args=[source.pk]))


# --- what is sent


def test_a_device_is_told_in_the_columns_of_tec_tech(bench: Bench) -> None:
    device = bench.received(tag="PRH-1", serial="5CG1234XYZ")
    bench.recondition(bench.prepared(gate.apply(device, "start", actor=bench.technician)))

    (row,) = sent(acting(bench.technician))

    assert tuple(row) == COLUMNS
    told = {name: said for name, said in row.items() if said}
    assert (
        told.items()
        >= {
            "statut": "PRET_A_COMMANDER",
            "typeMateriel": "ORDINATEUR_PORTABLE",
            "numeroSerie": "5CG1234XYZ",
            "idMaterielReconditionneur": "PRH-1",
            "marque": "Marque",
            "model": "Modèle",
            "RAM": "8",
            "categorie": "A",
            "webcam": "OUI",
            "systemeExploitation": "Windows",
            "typeDisqueDur1": "SSD",
        }.items()
    )
    assert told.keys() & {"id", "idLot", "idStock", "createdAt", "updatedAt"} == set()


def test_each_state_that_has_a_word_there_is_told_and_no_other(bench: Bench) -> None:
    bench.received(tag="PRH-1")
    bench.in_process(tag="PRH-2")
    bench.unusable(bench.in_process(tag="PRH-3"))
    gate.apply(bench.received(tag="PRH-4"), "report_missing", actor=bench.technician, reason="theft")
    bench.received(DeviceType.SCREEN, tag="PRH-5")

    told = {row["idMaterielReconditionneur"]: row["statut"] for row in sent(acting(bench.technician))}

    assert told == {"PRH-1": "A_TRAITER", "PRH-2": "EN_COURS_DE_TRAITEMENT", "PRH-3": "NON_REEMPLOYABLE"}
    assert DeviceState.MISSING not in STATUSES


def test_what_was_read_in_an_earlier_stay_is_sent_no_more_and_a_disk_is_sent_once(bench: Bench) -> None:
    device = bench.in_process(tag="PRH-1")
    bench.drive(device, serial="DISK-1")
    bench.test(device)
    client = acting(bench.technician)
    assert (sent(client)[0]["tailleDisqueDur1"], sent(client)[0]["webcam"]) == ("256", "OUI")

    gate.apply(device, "report_missing", actor=bench.technician, reason="stocktake")
    again = gate.apply(fresh(device), "receive", actor=bench.technician, tag="PRH-2")
    assert (sent(client)[0]["tailleDisqueDur1"], sent(client)[0]["webcam"]) == ("", "")
    bench.drive(again, serial="DISK-1")
    (row,) = sent(client)
    assert (row["tailleDisqueDur1"], row["tailleDisqueDur2"]) == ("256", "")


def test_a_serial_that_is_a_placeholder_is_not_sent_and_the_page_says_how_many_lack_one(bench: Bench) -> None:
    bench.received(tag="PRH-1", serial="To be filled by O.E.M.")
    client = acting(bench.technician)

    assert sent(client)[0]["numeroSerie"] == ""
    assert "1 n’a pas de numéro de série" in read(client, PAGE)


def test_the_page_is_found_from_those_of_devices(bench: Bench) -> None:
    assert f'href="{PAGE}"' in read(acting(bench.technician), reverse("refurb:bench"))


def test_only_the_workshop_has_its_file(bench: Bench) -> None:
    bench.received(tag="PRH-1")

    assert sent(acting(bench.stranger)) == []
    assert acting(bench.pilot).get(PAGE).status_code == 403
    assert acting(bench.pilot).get(reverse("refurb:tectech_file")).status_code == 403


# --- what is taken back


def test_a_file_fills_what_nobody_wrote_and_leaves_what_somebody_did(bench: Bench) -> None:
    device = bench.received(tag="PRH-1", **BLANK | {"model": "EliteBook 840"})
    client = acting(bench.technician)
    row = {
        "id": "77",
        "idMaterielReconditionneur": "prh 1",
        "marque": "HP",
        "model": "Autre",
        "RAM": "16",
        "idStock": "4",
    }

    source = bring(client, lines(row))
    shown = preview(client, source)
    assert fresh(device).manufacturer == "", "nothing is written before one says so"
    assert "«\u00a0EliteBook 840\u00a0» reste, tec.tech dit «\u00a0Autre\u00a0»" in shown
    take(client, source)

    filled = fresh(device)
    assert (filled.manufacturer, filled.model, filled.memory_gb) == ("HP", "EliteBook 840", 16)
    assert TecTechRow.objects.get(device=device).number == "77"


def test_the_numbers_of_tec_tech_go_back_as_they_came(bench: Bench) -> None:
    bench.received(tag="PRH-1")
    client = acting(bench.technician)
    own = {"id": "0077", "idLot": "L-12", "idStock": "4", "idGroupe": "9"}

    take(client, bring(client, lines({"idMaterielReconditionneur": "PRH-1", **own})))

    (row,) = sent(client)
    assert {name: row[name] for name in own} == own


def test_what_maillon_does_not_hold_goes_back_as_it_came_and_a_comment_is_not_kept(bench: Bench) -> None:
    device = bench.received(DeviceType.SMARTPHONE, tag="PRH-1")
    client = acting(bench.technician)
    theirs = {
        "IMEI1": "356938035643809",
        "IMEI2": "356938035643817",
        "idEsn": "ESN-9",
        "lecteurDVD": "NON",
        "systemeExploitation": "Android",
        "createdAt": "2026-03-01T08:00:00Z",
        "updatedAt": "2026-04-01T08:00:00Z",
    }
    line = {"id": "77", "idMaterielReconditionneur": "PRH-1", "commentaire": "chez Mme Exemple", **theirs}

    take(client, bring(client, lines(line)))

    (row,) = sent(client)
    assert {name: row[name] for name in theirs} == theirs
    assert row["commentaire"] == ""
    kept = TecTechRow.objects.get(device=device)
    assert "Exemple" not in f"{kept.facts}{kept.rest}"
    assert "numéro abîmé" in preview(client, bring(client, lines({**line, "IMEI1": "3,56938E+14"})))


def test_what_a_file_of_the_machine_reads_is_sent_and_what_tec_tech_says_otherwise_is_told(bench: Bench) -> None:
    device = bench.received(tag="PRH-1", serial="5CG1234XYZ")
    device = bench.recondition(bench.prepared(gate.apply(device, "start", actor=bench.technician)))
    content = machines.glpi(serial="5CG1234XYZ", storages=[])
    waiting = depositing.deposit_files(actor=bench.technician, files=[("a.json", content)]).kept
    hardware.record_files(actor=bench.technician, device=device, deposits=waiting)
    client = acting(bench.technician)
    (ours,) = sent(client)
    assert ours["IMEI1"] == "356938035643809"

    size = ours["tailleDisqueDur1"]
    same = {"categorie": "a", "webcam": "oui", "tailleDisqueDur1": f"{size} Go", "IMEI1": ours["IMEI1"]}
    assert "rien n’est changé ici" not in preview(
        client, bring(client, lines({"idMaterielReconditionneur": "PRH-1", "id": "1", **same}))
    )
    other = {"categorie": "PREMIUM", "webcam": "NON", "tailleDisqueDur1": "1000", "IMEI1": "356938035643817"}
    source = bring(client, lines({"idMaterielReconditionneur": "PRH-1", "id": "1", **other}))
    shown = preview(client, source)
    assert shown.count("rien n’est changé ici") == 4
    take(client, source)
    assert sent(client)[0] | {"id": ""} == ours, "the grade, the tests, the drives are those of the bench"


def test_a_round_trip_says_nothing_new(bench: Bench) -> None:
    device = bench.received(tag="PRH-1", serial="5CG1234XYZ", manufacturer="HP", model="EliteBook", memory_gb=8)
    client = acting(bench.technician)
    take(client, bring(client, lines({"id": "77", **{k: v for k, v in sent(client)[0].items() if v}})))
    before = Device.objects.filter(pk=device.pk).values().get()

    source = bring(client, lines({**sent(client)[0], "commentaire": "revenu de tec.tech"}))

    assert "Rien de nouveau" in preview(client, source)
    assert Device.objects.filter(pk=device.pk).values().get() == before


def test_a_status_moves_nothing_whatever_it_claims(bench: Bench) -> None:
    device = bench.in_process(tag="PRH-1")
    bench.drive(device)
    client = acting(bench.technician)

    source = bring(client, lines({"idMaterielReconditionneur": "PRH-1", "statut": "DISTRIBUE", "id": "1"}))
    shown = preview(client, source)
    take(client, source)

    assert "tec.tech dit DISTRIBUE, Maillon en traitement" in shown
    assert fresh(device).state == DeviceState.IN_PROCESS
    assert list(DeviceEntry.objects.filter(object=device).values_list("verb", flat=True)) == ["register", "start"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"idMaterielReconditionneur": "NOWHERE", "id": "1"}, "ne porte l’étiquette NOWHERE."),
        ({"idMaterielReconditionneur": "", "id": "1"}, "(idMaterielReconditionneur) manque"),
        ({"idMaterielReconditionneur": "PRH-1", "typeMateriel": "TABLETTE"}, "tec.tech dit TABLETTE"),
        ({"idMaterielReconditionneur": "PRH-1", "RAM": "beaucoup"}, "n’est pas une mémoire en Go"),
        ({"idMaterielReconditionneur": "PRH-1", "RAM": "9" * 40}, "n’est pas une mémoire en Go"),
        ({"idMaterielReconditionneur": "PRH-1", "numeroSerie": "6,37E+15"}, "numéro abîmé par le tableur"),
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_refused_on_its_line(bench: Bench, row: dict[str, str], said: str) -> None:
    device = bench.received(tag="PRH-1", **BLANK)
    client = acting(bench.technician)

    source = bring(client, lines(row, {"idMaterielReconditionneur": "PRH-1", "marque": "HP"}))

    assert said in preview(client, source)
    assert fresh(device).memory_gb is None


def test_the_devices_of_another_workshop_are_out_of_reach(bench: Bench) -> None:
    other = Bench()
    device = other.received(tag="PRH-1", **BLANK)
    client = acting(bench.technician)

    source = bring(client, lines({"idMaterielReconditionneur": "PRH-1", "marque": "HP", "id": "1"}))
    take(client, source)

    assert fresh(device).manufacturer == ""
    assert not TecTechRow.objects.exists()
    assert acting(other.technician).get(reverse("imports:import_detail", args=[source.pk])).status_code == 404


def test_a_device_that_is_not_in_hand_keeps_what_it_says_and_its_numbers_are_kept() -> None:
    shelf = Shelf()
    device = shelf.available()
    Device.objects.filter(pk=device.pk).update(processor="")
    client = acting(shelf.technician)

    take(client, bring(client, lines({"idMaterielReconditionneur": device.tag, "processeur": "i5", "id": "5"})))

    assert fresh(device).processor == ""
    assert TecTechRow.objects.get(device=device).number == "5"


def test_what_tec_tech_is_told_nothing_of_is_previewed_as_any_other(bench: Bench) -> None:
    gate.apply(bench.received(tag="PRH-1"), "report_missing", actor=bench.technician, reason="theft")
    bench.received(DeviceType.SCREEN, tag="PRH-2")
    client = acting(bench.technician)

    rows = [{"idMaterielReconditionneur": f"PRH-{rank}", "id": str(rank), "statut": "A_TRAITER"} for rank in (1, 2)]
    source = bring(client, lines(*rows))

    assert "tec.tech dit A_TRAITER, Maillon manquant" in preview(client, source)
    take(client, source)
    assert sorted(TecTechRow.objects.values_list("number", flat=True)) == ["1", "2"]
    assert sent(client) == []


def test_a_column_that_is_only_compared_or_given_back_refuses_no_line(bench: Bench) -> None:
    device = bench.received(tag="PRH-1", **BLANK)
    bench.drive(device)
    client = acting(bench.technician)
    told = {
        "systemeExploitation": "Microsoft Windows 11 Professionnel, 64 bits, version 23H2",
        "tailleDisqueDur1": "256,0",
        "createdAt": "9999-99-99",
        "updatedAt": "46000,0",
    }

    source = bring(client, lines({"idMaterielReconditionneur": "PRH-1", "id": "1", "RAM": "8,0", **told}))
    shown = preview(client, source)
    take(client, source)

    assert "rien n’est changé ici" not in shown
    assert fresh(device).memory_gb == 8, "8,0 is 8, not 80"
    (row,) = sent(client)
    assert (row["systemeExploitation"], row["createdAt"]) == (told["systemeExploitation"], told["createdAt"])


def test_a_serial_that_is_a_placeholder_fills_nothing(bench: Bench) -> None:
    device = bench.received(tag="PRH-1", serial="")
    client = acting(bench.technician)

    take(
        client, bring(client, lines({"idMaterielReconditionneur": "PRH-1", "numeroSerie": "Default string", "id": "1"}))
    )

    assert fresh(device).serial == ""


def test_the_same_file_again_is_the_import_that_it_was(bench: Bench) -> None:
    bench.received(tag="PRH-1", **BLANK)
    client = acting(bench.technician)
    content = lines({"idMaterielReconditionneur": "PRH-1", "marque": "HP", "id": "1"})
    take(client, bring(client, content))

    file = SimpleUploadedFile("again.csv", content, content_type="text/csv")
    answer = client.post(PAGE, {"deposit": file}, follow=True)

    assert Import.objects.count() == 1
    assert answer.status_code == 200


def test_the_file_takes_as_many_queries_whatever_the_number_of_devices(
    bench: Bench, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        bench.drive(bench.in_process(tag=f"PRH-{number}"))
    client = acting(bench.technician)

    with django_assert_max_num_queries(9):
        assert len(sent(client)) == 5
