"""A number or a recycler that is not the one on the paper: the register has its devices under the right one."""

from typing import Any

import pytest
from django.urls import reverse

from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind
from refurb.enums import DeviceType
from refurb.models import Device, WasteNote
from refurb.services.waste import complete_waste_note, correct_waste
from tests.network.factories import make_organisation
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.pages import acting, read
from tests.refurb.test_waste_register import NUMBER, REGISTER, WHOLE, recycled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def corrected(bench: Bench, device: Device, **given: Any) -> WasteNote:
    rows = Device.objects.filter(bsd_number=device.bsd_number)
    said = {"actor": bench.technician, "recycler": bench.recycler, "bsd_number": "BSD-RIGHT"} | given
    return correct_waste(devices=rows, **said)


def test_a_wrong_number_is_corrected_with_all_that_is_known_of_its_note(bench: Bench) -> None:
    device, other = recycled(bench), recycled(bench, DeviceType.SCREEN)
    complete_waste_note(actor=bench.manager, note=WasteNote.objects.current().get(), facts=WHOLE)
    note = corrected(bench, device, bsd_number=" BSD-RIGHT ")
    assert (note.bsd_number, note.weight_kg, note.carrier_name) == (
        "BSD-RIGHT",
        WHOLE["weight_kg"],
        "Transports du Nord",
    )
    assert {fresh(row).bsd_number for row in (device, other)} == {"BSD-RIGHT"}
    assert list(WasteNote.objects.current().borne()) == [note], "the wrong number is in the register no more"
    page = read(acting(bench.manager), reverse(REGISTER))
    assert "BSD-RIGHT" in page
    assert NUMBER not in page


def test_a_wrong_recycler_is_corrected_under_the_same_number(bench: Bench) -> None:
    device, right = recycled(bench), make_organisation(OrganisationKind.RECYCLER)
    complete_waste_note(actor=bench.manager, note=WasteNote.objects.current().get(), facts=WHOLE)
    note = corrected(bench, device, bsd_number=NUMBER, recycler=right)
    assert (note.recycler, note.bsd_number, note.weight_kg) == (right, NUMBER, WHOLE["weight_kg"])
    assert fresh(device).recycler == right
    assert WasteNote.objects.current().borne().get() == note


def test_one_device_of_a_note_is_put_under_another_and_the_others_stay(bench: Bench) -> None:
    device, other = recycled(bench), recycled(bench)
    page = reverse("refurb:device_correct_waste", args=[device.reference])
    sent = {"recycler": bench.recycler.pk, "bsd_number": "BSD-RIGHT"}
    assert acting(bench.technician).post(page, sent).status_code == 302
    assert [fresh(row).bsd_number for row in (device, other)] == ["BSD-RIGHT", NUMBER]
    assert WasteNote.objects.current().borne().count() == 2


def test_a_number_that_others_bear_for_another_recycler_is_refused_and_nothing_moves(bench: Bench) -> None:
    stranger = make_organisation(OrganisationKind.RECYCLER)
    device, other = recycled(bench), recycled(bench, bsd_number="BSD-RIGHT", recycler=stranger)
    with pytest.raises(Refused) as refused:
        corrected(bench, device)
    assert [reason.code for reason in refused.value.all] == ["one_recycler_a_note"]
    with pytest.raises(Refused) as refused:
        corrected(bench, device, bsd_number=NUMBER)
    assert [reason.code for reason in refused.value.all] == ["waste_corrected"]
    assert [fresh(row).bsd_number for row in (device, other)] == [NUMBER, "BSD-RIGHT"]


def test_a_number_typed_wrong_is_free_for_the_recycler_whose_it_is(bench: Bench) -> None:
    device, whose = recycled(bench), make_organisation(OrganisationKind.RECYCLER)
    corrected(bench, device)
    recycled(bench, recycler=whose)
    note = WasteNote.objects.current().borne().get(bsd_number=NUMBER)
    assert (note.recycler, note.weight_kg) == (whose, None)


def test_a_whole_note_is_corrected_from_its_page_by_its_workshop_alone(bench: Bench) -> None:
    recycled(bench)
    note = WasteNote.objects.current().get()
    page = reverse("refurb:waste_note_correct", args=[note.pk])
    assert page in read(acting(bench.technician), reverse("refurb:waste_note", args=[note.pk]))
    sent = {"recycler": bench.recycler.pk, "bsd_number": "BSD-RIGHT"}
    assert acting(bench.stranger).post(page, sent).status_code == 404
    assert acting(bench.pilot).post(page, sent).status_code == 403
    told = acting(bench.technician).post(page, sent, follow=True).content.decode()
    assert "Bordereau BSD-RIGHT\u00a0: corrigé." in told
    assert "Plus aucun appareil ne porte ce numéro." in read(
        acting(bench.technician), reverse("refurb:waste_note", args=[note.pk])
    )


def test_the_devices_of_another_workshop_are_not_there_to_be_corrected(bench: Bench) -> None:
    device = recycled(bench)
    with pytest.raises(Unknown):
        corrected(bench, device, actor=Bench().technician)
    assert fresh(device).bsd_number == NUMBER
