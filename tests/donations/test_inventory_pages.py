"""A donor imports its inventory: the pages, one after another, and what becomes of its machines at the workshop."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from donations.models import Donation, InventoryUnit
from donations.services.donations import AnnouncedLine
from imports.models import Import
from imports.services import begin_import, choose_columns, take_known
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from refurb.enums import UndoReceiveReason
from refurb.models import Device
from refurb.services import stock
from refurb.services.devices import describe_device, receive_device
from refurb.services.inventory import units_named
from tests.donations.inventories import HEAD, deposited, lot_of, machine, picked_up, taken
from tests.donations.scene import Scene, again, laptops, load_law, public_scene
from tests.imports.files import csv_file, xlsx_file
from tests.network.factories import make_membership
from tests.pages import acting, answered, done, read
from tests.refurb.devices import Bench, load_numbers, new_tag

pytestmark = pytest.mark.django_db
DEPOSIT = "donations:inventory_deposit"


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()


def upload(content: bytes, name: str = "parc.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_a_donor_imports_a_file_with_faults_corrects_it_and_has_its_lot() -> None:
    scene = public_scene()
    client = acting(scene.contact)
    assert reverse(DEPOSIT) in read(client, reverse("donations:donation_list"))
    rows = [
        machine("1"),
        machine("2", "Imprimante"),
        machine("3", serial="6,37E+15"),
        machine("4", value="900"),
        machine("1"),
        ("TOTAL", "5", *[""] * 10),
    ]
    preview = done(client, reverse(DEPOSIT), deposit=upload(csv_file((HEAD, *rows), encoding="cp1252")))
    page = read(client, preview)
    assert "1 ligne à reprendre, 4 laissées de côté" in page
    assert "Ligne de total, non lue\u00a0: 7." in page
    for words in ("Imprimante", "abîmé par le tableur", "La loi refuse ce don", "ligne 2"):
        assert words in page
    assert "Imprimante" not in read(client, preview, voir="created")
    assert (Donation.objects.count(), InventoryUnit.objects.count()) == (0, 0)

    source = Import.objects.get()
    left = reverse("imports:import_left", args=[source.pk])
    told = list(csv.reader(io.StringIO(body(client.get(left)).decode("utf-8-sig")), delimiter=";"))
    assert told[0][-2:] == ["Ligne du fichier", "Raison"]
    assert [row[-2] for row in told[1:]] == ["3", "4", "5", "6"]

    assert done(client, reverse("imports:import_apply", args=[source.pk])) == preview
    result = read(client, preview)
    lot = Donation.objects.get()
    assert f"1 ligne reprise</strong> dans le brouillon {lot.reference}\u00a0; 4 laissées de côté" in result
    assert "1 machine inventoriée" in read(client, reverse("donations:donation_detail", args=[lot.reference]))
    assert "SN1X" in read(client, reverse("donations:inventory_units", args=[lot.reference]))

    same = done(client, reverse(DEPOSIT), deposit=upload(csv_file((HEAD, *rows), encoding="cp1252")))
    assert same == preview
    assert "déjà été importé" in read(client, same)
    assert Import.objects.count() == 1


def test_the_lines_left_out_leave_without_a_formula() -> None:
    scene = Scene()
    odd = machine("1", '=HYPERLINK("http://exemple.test")', maker="+33", model="@SUM(A1)")
    source = deposited(scene, [odd, machine("2")])
    client, url = acting(scene.contact), reverse("imports:import_left", args=[source.pk])
    row = list(csv.reader(io.StringIO(body(client.get(url)).decode("utf-8-sig")), delimiter=";"))[1]
    assert row[1:4] == ['\'=HYPERLINK("http://exemple.test")', "'+33", "'@SUM(A1)"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(body(client.get(url, {"export": "xlsx"}))))
    cells = book.get_sheet_by_index(0).to_python()[1]
    assert cells[1:4] == ['=HYPERLINK("http://exemple.test")', "+33", "@SUM(A1)"]
    begin_import(source=source)
    assert body(client.get(reverse("imports:import_left", args=[source.pk]))).count(b"\n") == 2


def test_a_file_whose_columns_are_not_known_asks_which_they_are() -> None:
    scene = Scene()
    client = acting(scene.contact)
    content = csv_file([("Quoi", "Quand", "Lequel"), ("UC", "2021", "SN1"), ("Portable", "2020", "SN2")])
    url = done(client, reverse(DEPOSIT), deposit=upload(content))
    assert url.endswith("/colonnes/")
    assert "A\u00a0– Quoi (UC, Portable)" in read(client, url)
    page = answered(client, url, column_type="0")
    assert "Choisissez sa colonne" in page
    page = answered(client, url, column_type="0", fill_year="un jour")
    assert "ni une date ni une année" in page
    preview = done(client, url, column_type="0", column_year="1", column_serial="2")
    assert "2 lignes à reprendre" in read(client, preview)
    assert "Unité" not in read(client, preview)
    done(client, reverse("imports:import_apply", args=[Import.objects.get().pk]))
    again_ = csv_file([("Quoi", "Quand", "Lequel"), ("UC", "2021", "SN3")])
    assert not done(client, reverse(DEPOSIT), deposit=upload(again_)).endswith("/colonnes/")


def test_the_columns_that_are_not_read_are_named_before_anything_is_taken() -> None:
    client = acting(Scene().contact)
    head = ("Type", "Année", "N° produit", "Couleur")
    url = done(client, reverse(DEPOSIT), deposit=upload(csv_file([head, ("UC", "2021", "SN1", "noir")])))
    assert "Colonnes non lues\u00a0: «\u00a0N° produit\u00a0», «\u00a0Couleur\u00a0»." in read(client, url)
    source = Import.objects.get()
    done(
        client, reverse("imports:import_columns", args=[source.pk]), column_type="0", column_year="1", column_serial="2"
    )
    page = read(client, url)
    assert "Colonne non lue\u00a0: «\u00a0Couleur\u00a0»." in page
    assert "N° produit" not in page


def test_lines_that_seem_to_name_a_person_are_told_above_all_the_pages_of_the_file() -> None:
    client = acting(Scene().contact)
    lines = [("UC", "2021", "bureau 12")] * 60
    lines[57] = ("UC", "2021", "ancien poste de Mme Martin Sophie")
    url = done(client, reverse(DEPOSIT), deposit=upload(csv_file([("Type", "Année", "Commentaire"), *lines])))
    page = read(client, url)
    assert "Une ligne semble nommer une personne\u00a0: ligne 59." in page
    assert "Mme Martin" not in page, "it is on the second page"
    assert "semble nommer une personne" in read(client, url, page="2")


def test_a_workbook_of_several_sheets_lets_one_choose_which_is_read() -> None:
    scene = Scene()
    client = acting(scene.contact)
    book = {"Parc": [["Type", "Année"], ["UC", 2021]], "Écrans": [["Type", "Année"], ["Écran", 2020], ["Écran", 2020]]}
    preview = done(client, reverse(DEPOSIT), deposit=upload(xlsx_file(book), "parc.xlsx"))
    assert "feuille «\u00a0Parc\u00a0»" in read(client, preview)
    url = reverse("imports:import_columns", args=[Import.objects.get().pk])
    assert "Écrans" in read(client, url)
    done(client, f"{url}?feuille=Écrans", column_type="0", column_year="1")
    assert "2 lignes à reprendre" in read(client, preview)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "parc.csv", "vide"),
        (b"%PDF-1.4\n%%EOF\n", "parc.pdf", "il faut ici"),
        (b"PK\x03\x04 ceci n'est pas un classeur", "parc.xlsx", "n’est pas un fichier"),
        (b";;;\n;;\n", "parc.csv", "aucune ligne"),
    ],
)
def test_a_file_that_is_not_read_is_refused_on_its_page(content: bytes, name: str, words: str) -> None:
    page = answered(acting(Scene().contact), reverse(DEPOSIT), deposit=upload(content, name))
    assert words in page
    assert Import.objects.count() == 0


def test_the_pilot_chooses_the_donor_first() -> None:
    scene = Scene()
    client = acting(scene.pilot)
    content = csv_file((HEAD, machine("1")))
    assert "Donateur" in answered(client, reverse(DEPOSIT), deposit=upload(content))
    done(client, reverse(DEPOSIT), deposit=upload(content), donor=scene.donor.pk)
    assert Import.objects.get().organisation == scene.donor


def test_machines_are_added_to_a_draft_and_taken_out_of_it() -> None:
    scene = Scene()
    client, draft = acting(scene.contact), scene.draft()
    url = reverse("donations:inventory_add", args=[draft.reference])
    assert url in read(client, reverse("donations:donation_detail", args=[draft.reference]))
    done(client, url, deposit=upload(csv_file((HEAD, machine("1"), machine("2")))))
    source = Import.objects.get()
    done(client, reverse("imports:import_apply", args=[source.pk]))
    assert sorted(draft.lines.values_list("quantity", flat=True)) == [2, 3]
    edit = read(client, reverse("donations:donation_edit", args=[draft.reference]))
    assert "2 machines inventoriées" in edit
    assert 'name="lines-0-quantity" value="3"' in edit
    assert 'name="lines-1-quantity" value="2"' not in edit
    remove = reverse("donations:inventory_remove", args=[draft.reference, source.pk])
    assert "2 machines de" in read(client, remove)
    done(client, remove)
    assert list(draft.lines.values_list("quantity", flat=True)) == [3]
    page = read(client, reverse("imports:import_detail", args=[source.pk]))
    assert "Ce qui en était repris a été retiré" in page
    assert "Rien n’en reste" not in page, "the file and the lines left out are kept"


def test_a_draft_of_three_hundred_lines_is_read_described_and_announced() -> None:
    scene = Scene()
    source = taken(scene, [machine(model=f"Modèle {rank}") for rank in range(300)])
    client, lot = acting(scene.contact), lot_of(source)
    for page in ("donation_detail", "donation_edit", "donation_announce"):
        assert client.get(reverse(f"donations:{page}", args=[lot.reference])).status_code == 200
    edit = reverse("donations:donation_edit", args=[lot.reference])
    site = {"pick_up_address": "1 rue", "pick_up_postcode": "59000", "commune": scene.commune.code}
    lines = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0"}
    done(client, edit, peripherals="0", put_aside="1", **site, **lines)
    assert lot.lines.count() == 300
    done(client, reverse("donations:donation_announce", args=[lot.reference]))
    assert again(lot).state == "announced"


def test_a_page_under_way_says_how_far_it_is_and_refreshes_itself_until_told_not_to() -> None:
    scene = Scene()
    source = deposited(scene, [machine("1"), machine("2")])
    Import.objects.filter(pk=source.pk).update(stage="applying", done=1, total=2)
    client, url = acting(scene.contact), reverse("imports:import_detail", args=[source.pk])
    page = read(client, url)
    assert '<meta http-equiv="refresh" content="2">' in page
    assert '<progress class="preparation__bar" max="100" value="50"' in page
    assert "http-equiv" not in read(client, url, fixe="")


def test_what_is_known_is_taken_all_the_same_when_a_person_says_so_and_no_longer_when_he_takes_it_back() -> None:
    scene = Scene()
    taken(scene, [machine("1")])
    source = deposited(scene, [machine("1"), machine("2")])
    client, page = acting(scene.contact), reverse("imports:import_detail", args=[source.pk])
    url = reverse("imports:import_known", args=[source.pk])
    assert "Les reprendre aussi" in read(client, page)
    done(client, url, taken="1")
    assert "2 lignes à reprendre" in read(client, page)
    done(client, url)
    assert "1 ligne à reprendre, 1 laissée de côté" in read(client, page)


def test_a_double_inside_the_file_is_no_other_machine_and_nobody_is_asked_to_take_it_again() -> None:
    scene = Scene()
    source = deposited(scene, [machine("1"), machine("1"), machine("2")])
    client, page = acting(scene.contact), reverse("imports:import_detail", args=[source.pk])
    told = read(client, page)
    assert "reprise une seule fois" in told
    assert "Les reprendre aussi" not in told
    done(client, reverse("imports:import_known", args=[source.pk]), taken="1")
    assert "à votre demande" not in read(client, page)


def test_what_is_taken_all_the_same_is_counted_without_the_doubles_of_the_file() -> None:
    scene = Scene()
    taken(scene, [machine("1")])
    source = deposited(scene, [machine("1"), machine("1"), machine("2")])
    client, page = acting(scene.contact), reverse("imports:import_detail", args=[source.pk])
    assert "1 ligne à reprendre, 2 laissées de côté" in read(client, page)
    done(client, reverse("imports:import_known", args=[source.pk]), taken="1")
    told = read(client, page)
    assert "2 lignes à reprendre, 1 laissée de côté" in told
    assert "1 ligne déjà connue est reprise aussi, à votre demande" in told
    assert "Ne plus la reprendre" in told


def test_the_same_file_read_otherwise_says_that_it_came_before() -> None:
    scene = Scene()
    first = taken(scene, [machine(quantity="3")])
    source = Import.objects.get(pk=first.pk)
    source.pk, source.stage = None, "checked"
    source.done = source.created = 0
    source.save()
    columns = {name: column for name, column in source.columns.items() if name != "serial"}
    choose_columns(source=source, sheet=source.sheet, columns=columns, fills={})
    page = read(acting(scene.contact), reverse("imports:import_detail", args=[source.pk]))
    assert "lu autrement" in page
    assert reverse("imports:import_detail", args=[first.pk]) in page


def test_the_same_file_read_as_it_was_came_before_and_is_not_said_to_be_read_otherwise() -> None:
    scene = Scene()
    first = taken(scene, [machine("1")])
    source = Import.objects.get(pk=first.pk)
    source.pk, source.stage = None, "checked"
    source.done = source.created = 0
    source.save()
    client, address = acting(scene.contact), reverse("imports:import_detail", args=[source.pk])
    for retaken in (False, True):
        take_known(source=source, taken=retaken)
        page = read(client, address)
        assert "Ce fichier a déjà été importé le" in page
        assert "lu de la même façon" in page
        assert "lu autrement" not in page


def test_a_file_that_is_given_up_says_so_and_its_lines_are_gone() -> None:
    scene = Scene()
    source = deposited(scene, [machine("1", "Imprimante")])
    client, page = acting(scene.contact), reverse("imports:import_detail", args=[source.pk])
    assert done(client, reverse("imports:import_drop", args=[source.pk])) == reverse(DEPOSIT)
    assert "Fichier abandonné" in read(client, page)
    assert done_by_get(client, reverse("imports:import_left", args=[source.pk])) == page
    assert done(client, reverse("imports:import_apply", args=[source.pk])) == page


def done_by_get(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 302
    location: str = response.headers["Location"]
    return location


def strangers(scene: Scene) -> list[Client]:
    kinds = (OrganisationKind.RECONDITIONER, OrganisationKind.EPCI, OrganisationKind.DISTRIBUTOR)
    return [acting(Scene().contact), *(acting(make_membership(Role.MANAGER, kind)) for kind in kinds)]


def test_nobody_else_opens_the_import_of_a_donor() -> None:
    scene = Scene()
    source = deposited(scene, [machine("1")])
    for client in strangers(scene):
        for name in ("import_detail", "import_columns", "import_left"):
            assert client.get(reverse(f"imports:{name}", args=[source.pk])).status_code == 404
        for name in ("import_apply", "import_drop"):
            assert client.post(reverse(f"imports:{name}", args=[source.pk])).status_code == 404
    assert Import.objects.get().stage == "checked"
    workshop = acting(scene.north.manager)
    assert workshop.get(reverse(DEPOSIT)).status_code == 403


# --- at the workshop


@pytest.fixture
def at_the_workshop() -> Scene:
    """A lot whose machines were inventoried, picked up and not received."""
    scene = Scene()
    source = taken(scene, [machine("1"), machine("2"), machine("3", "UC", model="ProDesk 400")])
    picked_up(scene, source)
    return scene


def test_the_number_of_a_machine_fills_what_the_inventory_says_of_it(at_the_workshop: Scene) -> None:
    scene = at_the_workshop
    lot = Donation.objects.get()
    line = lot.lines.get(type="laptop")
    client, url = acting(scene.north.technician), reverse("refurb:device_scan", args=[line.pk])
    assert "Ce lot a un inventaire" in read(client, url)
    page = client.post(url, {"tag": "SN2X"}).content.decode()
    assert "Machine de l’inventaire\u00a0: <strong>HP EliteBook 840 G5</strong>, série SN2X" in page
    assert '<input type="hidden" name="number" value="SN2X"' in page
    done(client, url, tag="A-77", number="SN2X")
    device = Device.objects.get(tag="A-77")
    told = (device.serial, device.manufacturer, device.model, device.processor, device.memory_gb)
    assert told == ("SN2X", "HP", "EliteBook 840 G5", "Core i5-8350U", 8)
    assert not device.drives.exists()
    assert not device.erasures.exists()
    assert device.inventory is not None
    assert not units_named(lot, "SN2X").exists()
    load_numbers()
    bench = Bench(scene.north)
    device = gate.apply(device, "start", actor=bench.technician)
    bench.test(device)
    bench.grade(device)
    with pytest.raises(Refused) as refused:
        stock.recondition_device(actor=bench.technician, device=device, price=Decimal(25))
    assert "storage_inventoried" in [reason.code for reason in refused.value.all], "an inventory proves no drive"


def test_the_label_of_the_donor_finds_the_machine_and_may_be_its_tag(at_the_workshop: Scene) -> None:
    line = Donation.objects.get().lines.get(type="laptop")
    client, url = acting(at_the_workshop.north.technician), reverse("refurb:device_scan", args=[line.pk])
    assert "série SN1X" in client.post(url, {"tag": "1"}).content.decode()
    assert "série SN2X" in client.post(url, {"tag": "2", "number": "1"}).content.decode()
    done(client, url, tag="2", number="2")
    assert Device.objects.get(tag="2").serial == "SN2X"


def test_a_machine_of_another_line_of_the_lot_is_sent_to_its_line(at_the_workshop: Scene) -> None:
    lines = {line.type: line for line in Donation.objects.get().lines.all()}
    client = acting(at_the_workshop.north.technician)
    page = answered(client, reverse("refurb:device_scan", args=[lines["laptop"].pk]), tag="SN3X")
    assert reverse("refurb:device_scan", args=[lines["desktop"].pk]) in page
    assert not Device.objects.exclude(tag="").exists()


def test_a_tag_alone_is_received_as_before_and_a_serial_typed_later_fills_the_rest(at_the_workshop: Scene) -> None:
    scene = at_the_workshop
    line = Donation.objects.get().lines.get(type="laptop")
    device = receive_device(actor=scene.north.technician, line=line, tag=new_tag())
    assert (device.inventory, device.serial) == (None, "")
    device = describe_device(actor=scene.north.technician, device=device, serial="sn-1x", processor="Core i7 lu")
    assert (device.manufacturer, device.processor, device.memory_gb) == ("HP", "Core i7 lu", 8)
    assert device.serial == "sn-1x"


def test_a_receipt_that_is_undone_gives_the_machine_back_to_the_inventory(at_the_workshop: Scene) -> None:
    scene = at_the_workshop
    lot = Donation.objects.get()
    line = lot.lines.get(type="laptop")
    device = receive_device(actor=scene.north.technician, line=line, tag=new_tag(), number="SN1X")
    gate.apply(device, "undo_receive", actor=scene.north.technician, reason=UndoReceiveReason.WRONG_DEVICE)
    assert units_named(lot, "SN1X").exists()


def test_a_line_typed_by_hand_has_no_inventory() -> None:
    scene = Scene(lines=[laptops(1)])
    lot = scene.draft()
    assert isinstance(scene.lines[0], AnnouncedLine)
    url = reverse("donations:inventory_units", args=[lot.reference])
    assert acting(scene.contact).get(url).status_code == 404
