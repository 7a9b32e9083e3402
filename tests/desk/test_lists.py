"""What holds for every list of every app: its cost, its files, what it remembers, whose names it shows."""

import csv
import io
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from imports.readers.cells import cell_text
from lifecycle import gate
from lists.models import SavedView
from lists.spreadsheets import csv_lines, workbook
from prescriptions.models import HouseholdAccess
from refurb.models import Device
from tests.desk.list_rows import LISTS, NAMING, PAIRS, Rows, some_rows
from tests.desk.territory import Territory
from tests.desk.test_walls_of_all_pages import GROUPS, NAMES, seen, strangers, words
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene, laptops, load_law
from tests.pages import acting, crawling, read
from tests.refurb.devices import Bench, from_lot

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def lines_of(response: Any) -> list[list[str]]:
    """A CSV as a spreadsheet reads it, its heading first."""
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def cells_of(response: Any) -> list[list[Any]]:
    """A workbook as a spreadsheet reads it, its heading first."""
    content = io.BytesIO(b"".join(response.streaming_content))
    return CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()


def signed_in(rows: Rows) -> dict[str, Client]:
    """The browser of each who reads lists: each signs in once."""
    return {who: acting(rows.who(who)) for who in dict.fromkeys(who for _, who in PAIRS)}


# --- cost


def test_a_list_costs_the_same_with_few_rows_and_with_many_and_at_most_twelve_queries() -> None:
    rows = some_rows()
    clients = signed_in(rows)

    def costs() -> dict[tuple[str, str], list[str]]:
        told = {}
        for name, who in PAIRS:
            client, url = clients[who], f"{reverse(name)}?tous=1"
            assert client.get(url).status_code == 200, (name, who)
            with CaptureQueriesContext(connection) as counted:
                client.get(url)
            told[name, who] = [query["sql"] for query in counted.captured_queries]
        return told

    few = costs()
    for _ in range(3):
        rows.one_more()
    many = costs()
    more = {pair: (few[pair], many[pair]) for pair in PAIRS if len(few[pair]) != len(many[pair])}
    assert not more, more
    assert {pair: len(asked) for pair, asked in many.items() if len(asked) > MOST_QUERIES} == {}


def test_a_file_costs_the_same_whatever_its_length() -> None:
    bench = Bench()
    client, url = acting(bench.technician), reverse("refurb:device_list")

    def cost() -> int:
        with CaptureQueriesContext(connection) as counted:
            lines_of(client.get(url, {"export": "csv"}))
        return len(counted)

    bench.received()
    one = cost()
    for _ in range(9):
        bench.received()
    assert cost() == one


def test_every_list_leaves_as_a_file_of_both_kinds_with_a_row_for_each_of_its_own() -> None:
    rows = some_rows()
    clients = signed_in(rows)
    for name, who in PAIRS:
        client, url = clients[who], reverse(name)
        page = client.get(url)
        asked = client.get(url, {"export": "csv"})
        assert asked["Content-Disposition"].startswith("attachment; filename="), name
        lines = lines_of(asked)
        assert len(lines) == 1 + page.context["listing"].count, (name, who)
        columns = page.context["table"].columns
        shown = [str(one.header) for one in columns if not one.column.exclude_from_export]
        assert lines[0][: len(shown)] == shown, name
        assert page.context["listing"].exported is not None or lines[0] == shown, name
        assert len(cells_of(client.get(url, {"export": "xlsx"}))) == len(lines), (name, who)
        odd = {
            cell for line in lines[1:] for cell in line if cell == "sans étiquette" or cell.split()[:2] == ["État", ":"]
        }
        assert not odd, f"{name}, {who}: what a page says beside a value, or where there is none, is no value"


# --- files


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_file_holds_what_is_seen_in_its_order_on_all_the_pages(bench: Bench) -> None:
    for tag in ("T-3", "T-1", "T-2"):
        bench.received(tag=tag)
    bench.in_process(tag="T-9")
    client, url = acting(bench.technician), reverse("refurb:device_list")
    seen = {"state": "received", "sort": "-tag", "per_page": "2"}
    page = client.get(url, seen)
    assert [record.tag for record in page.context["listing"].records] == ["T-3", "T-2"]
    listing = page.context["listing"]
    assert [line[0] for line in lines_of(client.get(url + listing.csv))[1:]] == ["T-3", "T-2", "T-1"]
    assert [line[0] for line in cells_of(client.get(url + listing.xlsx))[1:]] == ["T-3", "T-2", "T-1"]
    head = lines_of(client.get(url + listing.csv))[0]
    assert "Choisir" not in head
    assert "Atelier" not in head, "the column is hidden on the page of a workshop"


def test_the_file_of_devices_says_each_state_by_its_word_and_nothing_for_a_tag_that_is_not() -> None:
    load_law()
    lot = Scene(lines=[laptops(2)])
    device = from_lot(lot)
    client, url = acting(lot.north.technician), reverse("refurb:device_list")
    for lines in (lines_of(client.get(url, {"export": "csv"})), cells_of(client.get(url, {"export": "xlsx"}))):
        tag, state = lines[0].index("Étiquette"), lines[0].index("État")
        told = {(line[tag], line[state]) for line in lines[1:]}
        assert told == {(device.tag, "Reçu à l’atelier"), ("", "Enlevé")}


def test_the_file_of_devices_says_the_state_alone_of_what_a_point_sent_back() -> None:
    shelf = Shelf()
    device = gate.apply(shelf.available(), "send_back", actor=shelf.adviser, reason="broken")
    client, url = acting(shelf.technician), reverse("refurb:device_list")
    assert "renvoyé, en route" in read(client, url)
    lines = lines_of(client.get(url, {"export": "csv"}))
    (line,) = [line for line in lines if line[0] == device.tag]
    assert line[lines[0].index("État")] == "Reçu à l’atelier"


def test_days_and_figures_are_so_in_a_workbook_and_as_the_french_write_them_in_a_csv() -> None:
    rows = some_rows()
    client, url = acting(rows.who("adviser")), reverse("distribution:shelf")
    lines, cells = lines_of(client.get(url, {"export": "csv"})), cells_of(client.get(url, {"export": "xlsx"}))
    price, since = lines[0].index("Prix"), lines[0].index("En rayon")
    device = Device.objects.get(tag=lines[1][0])
    assert cells[1][price] == float(device.price)
    assert isinstance(cells[1][since], datetime | date)
    assert lines[1][price] == f"{device.price}".replace(".", ",")
    assert datetime.strptime(lines[1][since], "%d/%m/%Y %H:%M")  # noqa: DTZ007  # as it is read
    raw = b"".join(client.get(url, {"export": "csv"}).streaming_content)
    assert raw.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " ="])
def test_a_text_never_becomes_a_formula(start: str, bench: Bench) -> None:
    evil = f"{start}HYPERLINK(1)"
    written = b"".join(csv_lines(["Nom"], [[evil], [-5]])).decode("utf-8-sig")
    told = list(csv.reader(io.StringIO(written, newline=""), delimiter=";"))
    assert told[1:] == [[f"'{evil}"], ["-5"]]


@pytest.mark.parametrize("code", ["0612345678", "01", "13002526500013", "356938035643809", "12E4"])
def test_a_code_that_a_spreadsheet_takes_for_a_number_is_shown_whole(code: str) -> None:
    """French spreadsheets show ``="01"`` as 01; a program is given the code as it is."""
    told, program = (
        list(csv.reader(io.StringIO(b"".join(lines).decode("utf-8-sig"), newline=""), delimiter=";"))
        for lines in (csv_lines(["Code"], [[code]]), csv_lines(["Code"], [[code]], for_program=True))
    )
    assert told[1] == [f'="{code}"']
    assert program[1] == [code]
    assert cell_text(told[1][0]) == code, "and read again as it was"
    with workbook("Codes", ["Code"], [[code]]) as book:
        rows = CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
    assert rows == [["Code"], [code]]


def test_a_number_and_a_short_code_are_left_as_they_are() -> None:
    lines = b"".join(csv_lines(["Code"], [["59000"], [59000], ["T-012"], [10**13], ["0"]])).decode("utf-8-sig")
    assert lines.split()[1:] == ["59000", "59000", "T-012", "10000000000000", "0"]


def test_a_text_of_a_workbook_is_a_text(bench: Bench) -> None:
    bench.received(manufacturer="=1+1", model="M")
    client, url = acting(bench.technician), reverse("refurb:device_list")
    assert "<f>" not in words(client.get(url, {"export": "xlsx"}))
    assert "=1+1 M" in cells_of(client.get(url, {"export": "xlsx"}))[1]
    assert "'=1+1 M" in lines_of(client.get(url, {"export": "csv"}))[1]


def test_a_list_that_is_too_long_says_where_its_file_ends(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        bench.received()
    monkeypatch.setattr("lists.exports.MOST_EXPORTED", 2)
    monkeypatch.setattr("lists.listing.MOST_EXPORTED", 2)
    client, url = acting(bench.technician), reverse("refurb:device_list")
    assert "L’export s’arrête aux 2 premières lignes" in client.get(url).content.decode()
    lines = lines_of(client.get(url, {"export": "csv"}))
    assert lines[-1] == ["Export limité aux 2 premières lignes sur 3."]
    assert len(lines) == 1 + 2 + 1


# --- what is remembered


def posted(client: Any, url: str, **data: str) -> Any:
    return client.post(url, {"_list": "filter", **data})


def test_a_filter_is_remembered_by_its_form_and_by_nothing_else(bench: Bench) -> None:
    bench.received(tag="RECU")
    bench.in_process(tag="ETABLI")
    client, url = acting(bench.technician), reverse("refurb:device_list")
    assert client.get(url, {"state": "in_process"}).status_code == 200
    assert not SavedView.objects.exists(), "a link changes nothing"

    chosen = posted(client, url, state="received", type="", text="")
    assert chosen["Location"] == f"{url}?state=received"
    again = client.get(url)
    assert again["Location"] == f"{url}?state=received"
    page = client.get(again["Location"]).content.decode()
    assert "Gardé pour votre prochaine visite." in page
    assert "Retirer le filtre </span>État\u00a0: Reçu" in page
    assert "ETABLI" not in page

    linked = client.get(url, {"state": "in_process"}).content.decode()
    assert "RECU" not in linked
    assert "Gardé pour" not in linked
    assert "RECU" in client.get(f"{url}?tous=1").content.decode()
    assert client.get(url)["Location"] == f"{url}?state=received"

    assert client.post(url, {"_list": "clear"})["Location"] == url
    assert client.get(url).status_code == 200
    assert not SavedView.objects.exists()


def test_what_is_typed_freely_is_not_remembered(bench: Bench) -> None:
    client, url = acting(bench.technician), reverse("refurb:device_list")
    posted(client, url, text="Dupont", state="received", lot="Dupont")
    assert SavedView.objects.get().query == "state=received"
    posted(client, url, text="Dupont", state="n’importe quoi")
    assert not SavedView.objects.exists(), "what is wrong is not kept either"


def test_a_chip_takes_its_criterion_away_and_the_last_one_shows_all(bench: Bench) -> None:
    client, url = acting(bench.technician), reverse("refurb:device_list")
    chips = client.get(url, {"state": "received", "type": "laptop", "page": "2"}).context["listing"].chips
    assert [(chip.label, chip.url) for chip in chips] == [("État", "?type=laptop"), ("Type", "?state=received")]
    [last] = client.get(url, {"type": "laptop"}).context["listing"].chips
    assert last.url == "?tous=1"


def test_a_named_view_keeps_filter_and_order_for_its_membership_alone(bench: Bench) -> None:
    client, url = acting(bench.technician), reverse("refurb:device_list")
    seen = f"{url}?state=received&sort=-tag"
    assert client.post(seen, {"_list": "save", "name": " Mes   reçus "})["Location"] == seen
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Mes reçus", "state=received&sort=-tag")
    assert view.membership == bench.technician
    assert 'href="?state=received&amp;sort=-tag" aria-current="page">Mes reçus</a>' in client.get(seen).content.decode()

    posted(client, url, state="received")
    other = acting(bench.manager)
    assert other.get(url).status_code == 200, "what one remembers is not another’s"
    assert "Mes reçus" not in other.get(url).content.decode()
    other.post(url, {"_list": "forget", "view": str(view.pk)})
    assert SavedView.objects.filter(pk=view.pk).exists()
    client.post(url, {"_list": "forget", "view": str(view.pk)})
    assert not SavedView.objects.filter(pk=view.pk).exists()


def test_a_view_wants_a_name_and_criteria(bench: Bench) -> None:
    client, url = acting(bench.technician), reverse("refurb:device_list")
    told = client.post(f"{url}?state=received", {"_list": "save", "name": " "}, follow=True).content.decode()
    assert "Donnez un nom à cette vue." in told
    told = client.post(f"{url}?tous=1", {"_list": "save", "name": "Tout"}, follow=True).content.decode()
    assert "la liste entière n’a pas besoin d’un nom" in told
    pasted = "Portables reçus au nord, à trier avant la fin du mois"
    told = client.post(f"{url}?state=received", {"_list": "save", "name": pasted}).content.decode()
    assert f"40 caractères au plus, {len(pasted)} sont tapés" in told
    assert f'value="{pasted}"' in told, "what was typed is still there"
    assert not SavedView.objects.exists()


# --- names


def test_whose_names_a_list_shows_is_written_once_a_day_and_each_time_they_leave() -> None:
    rows = some_rows()
    for name, readers in NAMING.items():
        for who in readers:
            actor = rows.who(who)
            client, url, page = acting(actor), reverse(name), name.partition(":")[2]
            listed = HouseholdAccess.objects.filter(actor=actor, what=page)
            shown = client.get(url).context["listing"]
            client.get(url)
            assert 0 < listed.count() <= shown.count, (name, who)
            assert listed.count() == listed.values("household").distinct().count(), "once a day"
            taken = HouseholdAccess.objects.filter(actor=actor, what=f"{page}_export")
            for _ in range(2):
                client.get(url, {"export": "csv"})
            assert taken.count() == 2 * listed.count(), (name, who)


def test_the_pilot_s_lists_name_no_household_and_log_nothing() -> None:
    scenery = seen()
    client = acting(scenery.territory.shelf.pilot)
    logged = HouseholdAccess.objects.count()
    for name, readers in LISTS.items():
        if "pilot" in readers:
            for ending in ("csv", "xlsx"):
                read = words(client.get(reverse(name), {"export": ending}))
                assert not [secret for secret in NAMES[:1] if secret in read], name
    assert HouseholdAccess.objects.count() == logged


@pytest.mark.parametrize("kinds", GROUPS, ids="-".join)
def test_no_file_names_the_household_to_whom_it_is_no_work(kinds: list[Any]) -> None:
    scenery = seen()
    logged = HouseholdAccess.objects.count()
    told = []
    for membership in strangers(scenery, kinds):
        with crawling(membership) as client:
            for name in LISTS:
                for ending in ("csv", "xlsx"):
                    read = words(client.get(reverse(name), {"export": ending}))
                    told += [(str(membership), name, secret) for secret in NAMES if secret in read]
    assert told == []
    assert HouseholdAccess.objects.count() == logged


# --- selections


def test_the_whole_page_is_ticked_without_scripts_and_nothing_is_lost(bench: Bench) -> None:
    chosen = [bench.received(tag=f"T-{i}") for i in range(3)]
    client, url = acting(bench.technician), f"{reverse('refurb:device_list')}?state=received"
    ticked = client.post(url, {"_list": "tick", "verb": "reject"}).content.decode()
    assert ticked.count(" checked>") == 3
    assert '<option value="reject" selected>' in ticked
    assert "Tout décocher" in ticked
    assert client.post(url, {"_list": "untick", "device": chosen[0].reference}).content.decode().count(" checked>") == 0
    refused = client.post(url, {"verb": "reject", "confirm": "1", "device": [one.reference for one in chosen]})
    again = refused.content.decode()
    assert "<title>Erreur\u00a0: " in again
    assert again.count('name="device"') == 3


def test_all_the_rows_of_a_list_are_chosen_at_once(bench: Bench) -> None:
    for _ in range(3):
        bench.received()
    kept = bench.in_process()
    client, url = acting(bench.technician), f"{reverse('refurb:device_list')}?state=received&per_page=2"
    assert "Les 3 lignes de la liste" in client.get(url).content.decode()
    foreseen = client.post(url, {"verb": "reject", "everything": "1"}).content.decode()
    assert "<strong>3 appareils</strong> changeraient" in foreseen
    assert foreseen.count('type="hidden" name="device"') == 3
    assert Device.objects.get(pk=kept.pk).state == "in_process"


def told(client: Any, url: str, verb: str, rows: list[Any], box: str = "row", **data: str) -> str:
    """The result of a verb on rows, foreseen first without moving anything."""
    chosen = {"verb": verb, box: [row.reference for row in rows]}
    before = [type(row).objects.get(pk=row.pk).seq for row in rows]
    assert "Rien n’est encore fait." in client.post(url, chosen).content.decode()
    assert [type(row).objects.get(pk=row.pk).seq for row in rows] == before
    return str(client.post(url, {**chosen, "confirm": "1", **data}).content.decode())


def states(rows: list[Any]) -> list[str]:
    return [type(row).objects.get(pk=row.pk).state for row in rows]


def test_an_adviser_accepts_several_demands_and_is_told_those_to_decide_one_by_one() -> None:
    circle = Territory().circle
    asked = [circle.submitted(), circle.submitted(), circle.draft()]
    page = reverse("prescriptions:prescription_list")
    said = told(acting(circle.adviser), page, "accept", asked[:2])
    assert "2 demandes changées d’état, 0 refusée." in said
    assert states(asked) == ["accepted", "accepted", "draft"]
    assert acting(circle.worker).post(page, {"verb": "accept", "row": asked[2].reference}).status_code == 403


def test_a_worker_confirms_then_gives_up_several_prescriptions() -> None:
    circle = Territory().circle
    held = [circle.accepted(), circle.accepted()]
    client, page = acting(circle.worker), reverse("prescriptions:prescription_list")
    assert "2 prescriptions changées" in told(client, page, "confirm", held)
    assert "2 prescriptions changées" in told(client, page, "remind", held)
    refused = client.post(page, {"verb": "withdraw", "confirm": "1", "row": [one.reference for one in held]})
    assert "<title>Erreur\u00a0: " in refused.content.decode()
    assert "2 prescriptions changées" in told(client, page, "withdraw", held, reason="moved_away")
    assert states(held) == ["withdrawn", "withdrawn"]


def test_an_adviser_drops_several_needs_and_what_is_written_holds_no_social_security_number() -> None:
    circle = Territory().circle
    needs = [circle.accepted().needs.get(), circle.accepted().needs.get()]
    client, page = acting(circle.adviser), reverse("prescriptions:need_list")
    chosen = {"verb": "drop", "row": [need.reference for need in needs], "confirm": "1", "reason": "unreachable"}
    refused = client.post(page, {**chosen, "comment": "1 84 12 59 350 001 08"}).content.decode()
    assert "<title>Erreur\u00a0: " in refused
    assert "1 84 12 59 350 001 08" in refused, "nothing typed is lost"
    refused = client.post(page, {**chosen, "reason": "other"}).content.decode()
    assert 'href="#id_comment"' in refused, "what every row lacks is asked beside its field"
    assert '<option value="other" selected>' in refused
    assert states(needs) == ["waiting", "waiting"]
    assert "2 besoins changés" in told(client, page, "drop", needs, reason="unreachable")
    assert states(needs) == ["unmet", "unmet"]


def test_an_adviser_releases_several_reservations() -> None:
    shelf = Shelf()
    held = [shelf.reserved(), shelf.reserved()]
    client = acting(shelf.adviser)
    said = told(client, reverse("distribution:reservation_list"), "release", held, "device")
    assert "2 réservations changées" in said
    assert states(held) == ["available", "available"]


def test_a_worker_sends_what_is_ready_and_gives_up_the_rest() -> None:
    territory = Territory()
    lines = [territory.line(territory.accepted().needs.get(kind="fixed_connection")) for _ in range(2)]
    files = [lines[0].chosen(), lines[1].proposed()]
    client, page = acting(territory.worker), reverse("connectivity:connection_list")
    assert "1 dossier changé d’état, 1 refusé." in told(client, page, "send", files)
    assert states(files) == ["sent", "proposed"]
    assert "2 dossiers changés" in told(client, page, "abandon", files, reason="other")


def test_the_pilot_declines_several_lots_and_nobody_else() -> None:
    scene = Scene()
    lots = [scene.announced(), scene.announced(), scene.draft()]
    page = reverse("donations:donation_list")
    assert acting(scene.contact).post(page, {"verb": "decline", "row": lots[0].reference}).status_code == 403
    said = told(acting(scene.pilot), page, "decline", lots[:2], reason="too_old")
    assert "2 lots changés" in said
    assert states(lots) == ["declined", "declined", "draft"]


def test_an_unknown_verb_is_not_found_and_nothing_ticked_is_told(bench: Bench) -> None:
    bench.received()
    client, url = acting(bench.technician), reverse("refurb:device_list")
    assert client.post(url, {"verb": "recondition"}).status_code == 404
    assert "Cochez au moins un appareil." in client.post(url, {"verb": "start"}).content.decode()
