"""The register of waste: a note per workshop and number, completed by newer rows, and the file that the law asks."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_months
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind
from refurb.enums import DeviceState, DeviceType, Hierarchy, Treatment
from refurb.models import Device, WasteCode, WasteNote
from refurb.parameters import REGISTER_YEARS
from refurb.services import stock
from refurb.services.waste import complete_waste_note
from reports.figures import reckon
from tests.network.factories import make_membership, make_organisation
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.pages import acting, answered, read

pytestmark = pytest.mark.django_db
NUMBER = "BSD-20261124-ABC123"
REGISTER = "refurb:waste_register"
CARRIER = "73282932000074"
WHOLE: dict[str, Any] = {
    "weight_kg": Decimal("42.5"),
    "pops": False,
    "carrier_name": "Transports du Nord",
    "carrier_number": CARRIER,
    "carrier_address": "1 rue du Quai, 59140 Dunkerque",
    "carrier_receipt": "59-2025-012",
    "treatment": Treatment.R4,
    "hierarchy": Hierarchy.RECYCLING,
}


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


def recycled(bench: Bench, type_: DeviceType = DeviceType.LAPTOP, **given: Any) -> Device:
    """A device handed to the recycler, proven empty unless said otherwise."""
    device = bench.in_process(type_)
    if given.get("destruction_awaited"):
        bench.drive(device)
    elif type_ == DeviceType.SCREEN:
        bench.no_storage(device)
    else:
        bench.proven(device)
    return bench.recycle(bench.unusable(device), **given)


def note_of(bench: Bench, number: str = NUMBER) -> WasteNote:
    """The row that counts of a note, as the register reads it."""
    mine = WasteNote.objects.current().with_devices().filter(workshop=bench.workshop.organisation)
    return mine.get(bsd_number=number)


def complete(bench: Bench, note: WasteNote, **facts: Any) -> WasteNote:
    return complete_waste_note(actor=bench.manager, note=note, facts=facts)


def exported(bench: Any, ending: str = "csv", **query: str) -> list[dict[str, str]]:
    """The lines of the CSV of the register, by heading."""
    answer = acting(bench).get(reverse(REGISTER), {"export": ending, "tous": "1"} | query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_devices_that_leave_under_one_number_make_one_note_whatever_the_day_and_the_hand() -> None:
    bench = Bench()
    recycled(bench)
    recycled(bench, DeviceType.SCREEN)
    recycled(bench, bsd_number="BSD-2")

    assert WasteNote.objects.count() == 2
    note = note_of(bench)
    assert (note.recycler, note.taken_on, sorted(note.types)) == (
        bench.recycler,
        timezone.localdate(),
        ["laptop", "screen"],
    )
    assert "le poids" in note.missing
    assert note.awaited == 0


def test_one_number_in_two_workshops_is_two_notes_and_each_reads_its_own() -> None:
    bench, other = Bench(), Bench()
    recycled(bench)
    recycled(other)
    mine, theirs = note_of(bench), note_of(other)
    complete(bench, mine, weight_kg=Decimal(12))

    assert note_of(other).weight_kg is None
    page = reverse("refurb:waste_note", args=[theirs.pk])
    assert acting(bench.manager).get(page).status_code == 404
    assert acting(bench.manager).post(page, {"weight_kg": "1"}).status_code == 404
    assert len(exported(bench.manager)) == 1
    assert len(exported(bench.pilot)) == 2
    with pytest.raises(Unknown):
        complete(bench, theirs, weight_kg=Decimal(1))
    with pytest.raises(PermissionDenied):
        complete_waste_note(actor=bench.pilot, note=mine, facts={"weight_kg": Decimal(1)})
    assert acting(bench.pilot).post(reverse("refurb:waste_note", args=[note_of(bench).pk])).status_code == 403


def test_a_number_goes_to_one_recycler_and_whoever_gives_it_to_another_reads_whose_it_is() -> None:
    bench = Bench()
    recycled(bench)
    kept = bench.recycler
    another = make_organisation("recycler")
    device = bench.unusable(bench.proven(bench.in_process()))

    with pytest.raises(Refused, match=str(kept)):
        bench.recycle(device, recycler=another)

    assert fresh(device).state == DeviceState.UNUSABLE
    outcome = stock.recycle_devices(
        actor=bench.technician, devices=Device.objects.filter(pk=device.pk), recycler=another, bsd_number=NUMBER
    )
    assert list(outcome.refused) == [device.pk]
    # The same number is free in another workshop.
    elsewhere = Bench()
    recycled(elsewhere)


def test_a_weight_is_corrected_twice_and_each_correction_stays() -> None:
    bench = Bench()
    recycled(bench)
    first = note_of(bench)
    second = complete(bench, first, weight_kg=Decimal(42), carrier_name="Transports du Nord")
    third = complete(bench, second, weight_kg=Decimal(24))

    assert note_of(bench).pk == third.pk
    assert third.carrier_name == "Transports du Nord"  # what is not corrected is kept
    assert list(WasteNote.objects.order_by("pk").values_list("weight_kg", flat=True)) == [None, 42, 24]
    with pytest.raises(Refused, match="complété entre-temps"):
        complete(bench, first, weight_kg=Decimal(1))
    with pytest.raises(DatabaseError, match="ajout"), transaction.atomic():
        WasteNote.objects.filter(pk=third.pk).update(weight_kg=1)


def test_two_people_who_complete_at_once_do_not_erase_each_other_and_lose_nothing_typed() -> None:
    bench = Bench()
    recycled(bench)
    first = note_of(bench)
    client, page = acting(bench.manager), reverse("refurb:waste_note", args=[first.pk])
    last = complete(bench, first, weight_kg=Decimal(42))

    answer = client.post(page, {"taken_on": "2026-11-20", "carrier_name": "Tapé trop tard"})

    said = answer.content.decode()
    assert "complété entre-temps" in said
    assert "Tapé trop tard" in said
    assert reverse("refurb:waste_note", args=[last.pk]) in said
    assert note_of(bench).pk == last.pk
    assert client.get(page).url == reverse("refurb:waste_note", args=[last.pk])  # type: ignore[attr-defined]


def test_a_note_is_completed_on_its_page_and_what_is_wrong_is_said_beside_its_field() -> None:
    bench = Bench()
    recycled(bench)
    client, note = acting(bench.technician), note_of(bench)
    page = reverse("refurb:waste_note", args=[note.pk])
    code = WasteCode.objects.get(code="16 02 14")
    tomorrow = timezone.localdate() + timedelta(days=1)

    wrong = answered(client, page, taken_on=tomorrow.isoformat(), weight_kg="-3", carrier_number="123")
    for sentence in ("plus grand que zéro", "ni un SIREN"):
        assert sentence in wrong
    assert "à venir" in answered(client, page, taken_on=tomorrow.isoformat())
    typed = {
        "taken_on": timezone.localdate().isoformat(),
        "weight_kg": "1234,5",
        "sure": "on",
        "waste_code": code.pk,
        "carrier_name": "Transports",
        "carrier_number": "732 829 320 00074",
        "treatment": "R4",
        "hierarchy": "recycling",
        "pops": "false",
    }
    assert client.post(page, typed).status_code == 302

    kept = note_of(bench)
    assert (kept.weight_kg, kept.carrier_number, kept.waste_code, kept.pops) == (
        Decimal("1234.50"),
        CARRIER,
        code,
        False,
    )
    assert kept.recorded_by == bench.technician
    said = read(client, reverse("refurb:waste_note", args=[kept.pk]))
    assert "non renseigné → 1234,50\u00a0kg" in said


def test_a_weight_that_few_devices_cannot_have_is_confirmed_and_one_that_no_lorry_carries_is_refused() -> None:
    bench = Bench()
    for _ in range(2):
        recycled(bench)
    client, note, today = acting(bench.technician), note_of(bench), timezone.localdate().isoformat()
    page = reverse("refurb:waste_note", args=[note.pk])
    assert 'name="sure"' not in read(client, page)
    doubted = answered(client, page, taken_on=today, weight_kg="24000")
    assert "24\u202f000\u00a0kg pour 2\u00a0appareils, c’est beaucoup" in doubted
    assert 'name="sure"' in doubted
    unborne = answered(client, page, taken_on=today, weight_kg="30000,01", sure="on")
    assert "ne porte pas plus de 30\u00a0tonnes" in unborne
    assert 'name="sure"' not in answered(client, page, taken_on="", weight_kg="9")
    assert note_of(bench).weight_kg is None
    assert client.post(page, {"taken_on": today, "weight_kg": "24000", "sure": "on"}).status_code == 302
    assert note_of(bench).weight_kg == Decimal(24000)
    page = reverse("refurb:waste_note", args=[note_of(bench).pk])
    again = {"taken_on": today, "weight_kg": "24000", "carrier_name": "Transports"}
    assert client.post(page, again).status_code == 302, "what is confirmed is not asked about again"
    page = reverse("refurb:waste_note", args=[note_of(bench).pk])
    assert client.post(page, {"taken_on": today, "weight_kg": "100"}).status_code == 302


def test_a_day_of_another_age_is_refused_and_what_is_caught_up_is_not() -> None:
    bench = Bench()
    recycled(bench)
    client, note, today = acting(bench.technician), note_of(bench), timezone.localdate()
    page = reverse("refurb:waste_note", args=[note.pk])
    oldest = add_months(today, -12 * REGISTER_YEARS.on(today))
    for wrong in (oldest - timedelta(days=1), date(1926, 11, 24), date(1, 1, 1)):
        assert "ans avant l’ouverture du bordereau" in answered(client, page, taken_on=wrong.isoformat())
    assert client.post(page, {"taken_on": oldest.isoformat()}).status_code == 302
    assert note_of(bench).taken_on == oldest


def test_a_code_that_ended_and_a_receiver_that_closed_stay_chosen_when_something_else_is_corrected() -> None:
    bench = Bench()
    recycled(bench)
    code = WasteCode.objects.get(code="16 02 14")
    closed = make_organisation(OrganisationKind.RECYCLER, is_active=False)
    complete(bench, note_of(bench), waste_code=code, destination=closed)
    WasteCode.objects.filter(pk=code.pk).update(valid_to=timezone.localdate() - timedelta(days=1))
    client = acting(bench.technician)

    opened = client.get(reverse("refurb:waste_note", args=[note_of(bench).pk])).context["form"]

    for name, row in (("waste_code", code), ("destination", closed)):
        assert row in opened.fields[name].queryset, name
        assert opened[name].value() == row.pk


def test_the_register_says_in_words_what_is_missing_until_nothing_is() -> None:
    bench = Bench()
    bench.recycler.siret, bench.recycler.address = "35600000000048", "1 rue des Métaux"
    bench.recycler.save()
    recycled(bench, destruction_awaited=True)
    recycled(bench, destruction_awaited=True)
    page = read(acting(bench.manager), reverse(REGISTER))
    assert "le poids" in page
    assert "2\u00a0certificats de destruction attendus" in page
    code = WasteCode.objects.get(code="16 02 14")
    complete(bench, note_of(bench), **WHOLE, waste_code=code)
    assert note_of(bench).missing == ["2\u00a0certificats de destruction attendus"]
    assert WasteNote.objects.current().incomplete().count() == 1

    recycled(bench, bsd_number="BSD-2")
    complete(bench, note_of(bench, "BSD-2"), **WHOLE, waste_code=code)
    assert note_of(bench, "BSD-2").missing == []
    assert WasteNote.objects.current().incomplete().count() == 1
    type(bench.recycler).objects.update(address="")
    assert note_of(bench, "BSD-2").missing == ["l’adresse du destinataire"]
    assert WasteNote.objects.current().incomplete().count() == 2, "what is said to be missing is what is looked for"

    bench.recycler.siret = ""
    bench.recycler.save()
    assert note_of(bench, "BSD-2").missing == ["le SIRET du destinataire"]
    assert WasteNote.objects.current().incomplete().count() == 2, "the filter finds what the column says"


def test_the_file_has_the_columns_of_the_law_in_tonnes_and_no_formula_runs() -> None:
    bench = Bench()
    workshop = bench.workshop.organisation
    workshop.siret, workshop.address, workshop.postcode = CARRIER, "2 rue de l’Atelier", "59000"
    workshop.save()
    recycled(bench)
    recycled(bench, DeviceType.SCREEN)
    code = WasteCode.objects.get(code="16 02 13*")
    facts = WHOLE | {"carrier_name": '=HYPERLINK("http://x","y")', "carrier_receipt": "+33"}
    complete(bench, note_of(bench), **facts, waste_code=code)

    (line,) = exported(bench.manager)

    assert line["Date d’expédition"] == f"{timezone.localdate():%d/%m/%Y}"
    assert line["Dénomination usuelle du déchet"] == "DEEE : 1 ordinateur portable, 1 écran"
    assert (line["Code du déchet"], line["Déchet POP"]) == ("16 02 13*", "non")
    assert line["Quantité (tonnes)"].startswith("0,0425")
    assert line["Nombre d’appareils"] == "2"
    assert line["N° de bordereau"] == NUMBER
    assert line["Expéditeur\u00a0: SIRET"] == CARRIER
    assert line["Expéditeur\u00a0: adresse"] == "2 rue de l’Atelier, 59000"
    assert line["Transporteur\u00a0: raison sociale"] == '\'=HYPERLINK("http://x","y")'
    assert line["Transporteur\u00a0: n° de récépissé"] == "'+33"
    assert line["Transporteur\u00a0: SIREN"] == CARRIER[:9]
    assert line["Destinataire\u00a0: raison sociale"] == str(bench.recycler)
    assert line["Code de traitement"] == "R4"
    assert line["Qualification du traitement final"] == "Recyclage"
    book = acting(bench.manager).get(reverse(REGISTER), {"export": "xlsx", "tous": "1"})
    written = b"".join(book.streaming_content)  # type: ignore[attr-defined]
    book.close()
    styles = ZipFile(io.BytesIO(written)).read("xl/styles.xml").decode()
    assert 'formatCode="#,##0.00####"' in styles, "42,5 kg are read as 0,0425 tonnes, never as 0,04"


def test_a_selection_is_handed_over_from_the_list_after_it_is_foreseen() -> None:
    bench = Bench()
    proven = bench.unusable(bench.proven(bench.in_process()))
    full = bench.in_process()
    bench.drive(full)
    full = bench.unusable(full)
    client, page = acting(bench.technician), reverse("refurb:device_list") + "?tous=1"
    ticked = {"verb": "recycle", "device": [proven.reference, full.reference]}

    def posted(**data: Any) -> str:
        return client.post(page, data).content.decode()

    foreseen = posted(**ticked)
    assert "Remettre au recycleur" in foreseen
    assert "Numéro du bordereau" in foreseen
    assert "le registre des déchets garde" in foreseen
    assert WasteNote.objects.count() == 0
    given = ticked | {"confirm": "1", "recycler": bench.recycler.pk, "bsd_number": "LOT-1", "destruction_awaited": "no"}
    assert "Donnez le numéro" in posted(**given | {"bsd_number": ""})

    result = posted(**given)

    assert "n’est ni effacé ni détruit" in result
    assert (fresh(proven).state, fresh(full).state) == ("recycled", "unusable")
    assert note_of(bench, "LOT-1").types == ["laptop"]
    offered = acting(bench.pilot).get(page).content.decode()
    assert 'value="recycle"' not in offered
    assert 'value="dismantle"' not in client.get(page).content.decode()


def test_the_figures_of_the_month_do_not_know_of_notes() -> None:
    bench = Bench()
    recycled(bench)
    month, at = timezone.localdate().replace(day=1), timezone.now()
    before = reckon(month, at).figures
    complete(bench, note_of(bench), **WHOLE)
    assert reckon(month, at).figures == before


def test_who_does_not_work_in_a_workshop_reads_no_register() -> None:
    bench = Bench()
    recycled(bench)
    for role, kind in (
        ("contact", "donor"),
        ("adviser", "distributor"),
        ("worker", "prescriber"),
        ("manager", "recycler"),
    ):
        client = acting(make_membership(role, kind))
        assert client.get(reverse(REGISTER)).status_code == 403
        assert client.get(reverse("refurb:waste_note", args=[note_of(bench).pk])).status_code == 404
