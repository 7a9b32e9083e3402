"""Parts of the stock: no drive of it leaves unproven, none is fitted twice, what is taken out is there again."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from refurb.enums import DestructionMethod, DeviceType, DriveKind, PartKind, RemovalDestination, TakenOutReason
from refurb.models import Destruction, Device, Drive, Part, PartTakenOut, PartWrittenOff, Repair
from refurb.services import bench as work
from refurb.services import evidence, parts, stock
from tests.distribution.shelves import Shelf
from tests.pages import acting, answered, done, read
from tests.races import at_once
from tests.refurb.devices import GIGABYTE, Bench, fresh, load_numbers
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db
SSD: dict[str, Any] = {"kind": DriveKind.SSD, "serial": "STOCK-1", "capacity": 256 * GIGABYTE}


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def bought(bench: Bench, kind: PartKind = PartKind.BATTERY, quantity: int = 1, **given: Any) -> Part:
    said = {"label": "Neuve", "unit_price": Decimal("28.50"), "quantity": quantity} | given
    return parts.buy_part(actor=bench.technician, kind=kind, **said)


def fit(bench: Bench, device: Device, part: Part, **given: Any) -> Repair:
    return parts.fit_part(actor=bench.technician, device=device, part=part, **given)


def take_out(bench: Bench, repair: Repair) -> PartTakenOut:
    return parts.take_out_part(actor=bench.technician, repair=repair, reason=TakenOutReason.UNSUITED)


def left(part: Part) -> int:
    return Part.objects.with_left().get(pk=part.pk).left


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


# --- a drive of the stock is a drive: nothing leaves unproven


def test_a_drive_of_the_stock_takes_the_proofs_of_its_device_down_until_it_is_erased_there(bench: Bench) -> None:
    device = bench.prepared()
    repair = fit(bench, device, bought(bench, PartKind.STORAGE), drive=SSD)
    with pytest.raises(Refused) as refused:
        bench.recondition(device)
    assert codes(refused) == {"drives_proven"}
    assert repair.drive is not None
    assert (repair.drive.device, repair.drive.stay, repair.drive.serial) == (device, 1, "STOCK-1")
    bench.erase(repair.drive)
    assert bench.recondition(device).state == "ready"


def test_a_drive_is_not_fitted_unless_it_is_said_which_one(bench: Bench) -> None:
    part, device = bought(bench, PartKind.STORAGE, 2), bench.in_process()
    with pytest.raises(Refused) as refused:
        fit(bench, device, part)
    assert codes(refused) == {"drive_said"}
    with pytest.raises(Refused) as refused:
        fit(bench, device, part, drive=SSD, quantity=2)
    assert codes(refused) == {"one_drive"}
    assert not Repair.objects.exists()


@pytest.mark.parametrize("cost", [Decimal(24), None])
def test_a_repair_never_puts_a_drive_in_without_its_name(bench: Bench, cost: Decimal | None) -> None:
    """Bought or from a drawer: a drive that no row names is one that nothing asks to erase."""
    device = bench.prepared()
    with pytest.raises(Refused, match="Ajouter un stockage") as refused:
        work.record_repair(actor=bench.technician, device=device, kind=PartKind.STORAGE, work="SSD du bac", cost=cost)
    assert codes(refused) == {"named_drive"}
    typed = {"kind": "storage", "work": "Disque remplacé par un SSD du bac", "cost": "", "minutes": "10"}
    page = answered(acting(bench.technician), page_of(device, "device_repair"), **typed)
    assert "Monter une pièce" in page
    assert "Disque remplacé par un SSD du bac" in page  # nothing typed is lost
    told = {"device": device, "stay": 1, "recorded_at": timezone.now(), "kind": "storage", "work": "SSD du bac"}
    with pytest.raises(IntegrityError, match="refurb_repair_drive_named"), transaction.atomic():
        Repair.objects.create(**told)
    assert not Repair.objects.exists()


@pytest.mark.parametrize("kind", [PartKind.OTHER, PartKind.MEMORY, PartKind.MOTHERBOARD])
def test_a_repair_whose_words_put_a_drive_in_is_refused_whatever_its_part_is_said_to_be(
    bench: Bench, kind: PartKind
) -> None:
    device = bench.prepared()
    said_so = ("SSD posé", "SSD Samsung 250 Go", "Remplacement du disque dur", "carte microSD ajoutée, puis testée")
    for said in (*said_so, "Disque remplacé"):
        with pytest.raises(Refused, match="disent un disque posé") as refused:
            work.record_repair(actor=bench.technician, device=device, kind=kind, work=said)
        assert codes(refused) == {"said_drive"}
    typed = {"kind": "other", "work": "SSD posé", "cost": "", "minutes": "10"}
    page = answered(acting(bench.technician), page_of(device, "device_repair"), **typed)
    assert "disent un disque posé" in page
    assert not Repair.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        "SSD testé",
        "Vis du disque dur resserrées",
        "Câble SATA pour SSD changé",
        "Windows réinstallé sur le SSD",
        "Retrait du SSD",
        "Disque dur bruyant, à surveiller",
    ],
)
def test_a_repair_that_leaves_the_drive_as_it_was_is_noted(bench: Bench, said: str) -> None:
    device = bench.prepared()
    assert work.record_repair(actor=bench.technician, device=device, kind=PartKind.OTHER, work=said).pk


def test_what_a_household_brought_back_goes_back_with_the_drive_it_came_with() -> None:
    shelf = Shelf()
    device, bench = shelf.returned(), shelf.bench
    with pytest.raises(Refused, match="Prendre en traitement") as refused:
        work.record_repair(actor=bench.technician, device=device, kind=PartKind.STORAGE, work="SSD du bac")
    assert codes(refused) == {"keeps_its_drive"}
    with pytest.raises(Refused):
        gate.apply(device, "give_back", actor=shelf.adviser, at=shelf.at)
    drive, battery = bought(bench, PartKind.STORAGE), bought(bench)
    page = read(acting(bench.technician), page_of(device, "device_fit_part"))
    assert f"?piece={battery.pk}" in page
    assert f"?piece={drive.pk}" not in page
    assert "garde le disque de son foyer" in page
    there = f"{page_of(device, 'device_fit_part')}?piece={drive.pk}"
    assert "l’appareil ne sort pas sans sa preuve" not in read(acting(bench.technician), there)


def test_a_drive_is_offered_in_computers_alone(bench: Bench) -> None:
    drive = bought(bench, PartKind.STORAGE)
    for type_, offered in ((DeviceType.LAPTOP, True), (DeviceType.TABLET, False), (DeviceType.SCREEN, False)):
        page = read(acting(bench.technician), page_of(bench.in_process(type_), "device_fit_part"))
        assert (f"?piece={drive.pk}" in page) is offered, type_


@pytest.mark.parametrize("wrong", ["none", "of_another_device", "of_an_earlier_stay"])
def test_the_database_refuses_a_drive_of_the_stock_that_is_not_inventoried_in_its_device(
    bench: Bench, wrong: str
) -> None:
    """Whoever writes: the service asks first, the trigger holds when it does not."""
    part, device = bought(bench, PartKind.STORAGE), bench.in_process()
    drive = bench.drive(bench.in_process() if wrong == "of_another_device" else device)
    told = {"none": (None, 1), "of_another_device": (drive, 1), "of_an_earlier_stay": (drive, 2)}[wrong]
    given = {"recorded_at": timezone.now(), "kind": "storage", "work": "SSD", "part": part, "quantity": 1}
    with pytest.raises(IntegrityError, match="inventorié"), transaction.atomic():
        Repair.objects.create(device=device, drive=told[0], stay=told[1], **given)


def test_a_drive_is_never_fitted_in_what_a_household_brought_back_and_that_is_given_back_unasked() -> None:
    """On the way back to its household nothing is asked again: a drive of someone else would pass."""
    shelf = Shelf()
    device, bench = shelf.returned(), shelf.bench
    part = bought(bench, PartKind.STORAGE)
    with pytest.raises(Refused) as refused:
        fit(bench, device, part, drive=SSD)
    assert codes(refused) == {"keeps_its_drive"}
    assert not Drive.objects.filter(device=device, stay=fresh(device).stay).exists()
    assert left(part) == 1


@pytest.mark.parametrize("type_", [DeviceType.TABLET, DeviceType.SCREEN])
def test_a_drive_is_fitted_in_computers_alone(bench: Bench, type_: DeviceType) -> None:
    with pytest.raises(Refused) as refused:
        fit(bench, bench.in_process(type_), bought(bench, PartKind.STORAGE), drive=SSD)
    assert codes(refused) == {"computers_alone"}


def test_a_drive_that_left_a_device_unproven_is_fitted_nowhere_before_it_is_erased_or_destroyed(bench: Bench) -> None:
    donor = bench.unusable()
    drive = bench.drive(donor, serial="OLD-1")
    part = parts.take_part(actor=bench.technician, device=donor, kind=PartKind.STORAGE, drive=drive)
    assert list(Drive.objects.missing_erasures()) == [drive]
    told = {**SSD, "serial": "OLD-1"}
    with pytest.raises(Refused) as refused:
        fit(bench, bench.in_process(), part, drive=told)
    assert codes(refused) == {"erase_first"}
    bench.erase(drive)
    device = bench.in_process()
    fitted = fit(bench, device, part, drive=told).drive
    assert fitted is not None
    assert list(Drive.objects.unproven().filter(device=device)) == [fitted]  # proven there, it is to be proven here


def test_a_drive_taken_out_is_removed_and_missing_and_what_replaces_it_is_refused_until_it_is_proven(
    bench: Bench,
) -> None:
    part, device = bought(bench, PartKind.STORAGE, 2), bench.in_process()
    repair = fit(bench, device, part, drive=SSD)
    drive = repair.drive
    assert drive is not None
    corrected = evidence.record_drive(
        actor=bench.technician, device=device, kind=DriveKind.SSD, serial="STOCK-1-BIS", supersedes=drive
    )
    take_out(bench, repair)
    assert left(part) == 2
    assert list(Drive.objects.missing_erasures()) == [corrected]
    assert corrected.removals.get().destination == RemovalDestination.STOCK
    with pytest.raises(Refused) as refused:
        fit(bench, bench.in_process(), part, drive={**SSD, "serial": "STOCK-2"})
    assert codes(refused) == {"erase_first"}
    evidence.record_destruction(
        actor=bench.technician, drive=corrected, method=DestructionMethod.DRILL, destroyed_at=timezone.now()
    )
    assert left(part) == 1, "what was destroyed on the shelf is on it no more"
    assert fit(bench, bench.in_process(), part, drive={**SSD, "serial": "STOCK-2"}).drive is not None
    assert left(part) == 0


# --- never less than nothing


def test_what_was_fitted_is_not_there_any_more_and_what_is_taken_out_is(bench: Bench) -> None:
    part, device = bought(bench, quantity=2), bench.in_process()
    repair = fit(bench, device, part, quantity=2)
    assert (left(part), repair.cost, repair.work) == (0, Decimal("57.00"), "Pose\u00a0: Neuve")
    with pytest.raises(Refused) as refused:
        fit(bench, device, part)
    assert codes(refused) == {"not_enough_parts"}
    take_out(bench, repair)
    assert left(part) == 2
    with pytest.raises(Refused) as refused:
        take_out(bench, repair)
    assert codes(refused) == {"taken_out_already"}
    assert left(part) == 2


def test_the_database_refuses_more_than_there_is_whoever_writes(bench: Bench) -> None:
    part, device = bought(bench, quantity=2), bench.in_process()
    told: dict[str, Any] = {"device": device, "stay": 1, "recorded_at": timezone.now(), "kind": "battery", "work": "x"}
    with pytest.raises(IntegrityError, match="pas assez"), transaction.atomic():
        Repair.objects.bulk_create(Repair(part=part, quantity=1, **told) for _ in range(3))
    with pytest.raises(IntegrityError, match="pas assez"), transaction.atomic():
        Repair.objects.create(part=part, quantity=3, **told)
    with pytest.raises(IntegrityError), transaction.atomic():
        Part.objects.filter(pk=part.pk).update(quantity=9)
    assert left(part) == 2


@pytest.mark.django_db(transaction=True)
def test_two_technicians_at_once_never_fit_the_same_part() -> None:
    load_numbers()
    bench = Bench()
    part, devices = bought(bench, quantity=2), [bench.in_process() for _ in range(4)]

    answers = at_once(*((lambda device=device: fit(bench, device, part)) for device in devices))

    assert sum(isinstance(answer, Repair) for answer in answers) == 2
    refused = {reason.code for answer in answers if isinstance(answer, Refused) for reason in answer.all}
    assert refused == {"not_enough_parts"}
    assert left(part) == 0


def test_nothing_comes_out_of_what_was_tested_with_it_before_it_is_opened_again(bench: Bench) -> None:
    device = bench.prepared()
    repair = fit(bench, device, bought(bench))
    ready = bench.recondition(device)
    with pytest.raises(Refused) as refused:
        take_out(bench, repair)
    assert codes(refused) == {"not_in_the_workshop"}
    sheet = read(acting(bench.technician), page_of(ready, "device_evidence"))
    assert "Reprendre la pièce" not in sheet
    assert "Monter une pièce" not in sheet


def test_a_drive_that_is_destroyed_does_not_come_back_to_the_stock(bench: Bench) -> None:
    part, device = bought(bench, PartKind.STORAGE), bench.in_process()
    repair = fit(bench, device, part, drive=SSD)
    assert repair.drive is not None
    evidence.record_destruction(
        actor=bench.technician, drive=repair.drive, method=DestructionMethod.DRILL, destroyed_at=timezone.now()
    )
    with pytest.raises(Refused) as refused:
        take_out(bench, repair)
    assert codes(refused) == {"destroyed"}
    assert left(part) == 0


@pytest.mark.parametrize("where", [RemovalDestination.DESTRUCTION, RemovalDestination.OTHER_DEVICE])
@pytest.mark.parametrize("destroyed", [False, True])
def test_a_drive_that_left_by_its_line_comes_back_to_the_stock_only_from_the_shelf(
    bench: Bench, where: RemovalDestination, *, destroyed: bool
) -> None:
    part, device = bought(bench, PartKind.STORAGE), bench.in_process()
    repair = fit(bench, device, part, drive=SSD)
    drive = repair.drive
    assert drive is not None
    bench.erase(drive)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=where)
    if destroyed:
        now = timezone.now()
        Destruction.objects.create(
            device=device,
            stay=1,
            recorded_at=now,
            recorded_by=bench.technician,
            drive=drive,
            kind="workshop",
            method=DestructionMethod.DRILL,
            destroyed_at=now,
        )
    with pytest.raises(Refused) as refused:
        take_out(bench, repair)
    assert codes(refused) == {"destroyed" if destroyed else "not_on_the_shelf"}
    assert left(part) == 0


def test_a_drive_taken_for_the_stock_and_destroyed_there_is_not_left(bench: Bench) -> None:
    broken = bench.unusable()
    drive = bench.drive(broken, serial="OLD-1")
    part = parts.take_part(actor=bench.technician, device=broken, kind=PartKind.STORAGE, drive=drive)
    assert left(part) == 1
    evidence.record_destruction(
        actor=bench.technician, drive=drive, method=DestructionMethod.DRILL, destroyed_at=timezone.now()
    )
    assert left(part) == 0
    with pytest.raises(Refused) as refused:
        fit(bench, bench.in_process(), part, drive={**SSD, "serial": "OLD-1"})
    assert codes(refused) == {"not_enough_parts"}


def test_a_drive_inventoried_by_mistake_gives_its_part_back(bench: Bench) -> None:
    part, device = bought(bench, PartKind.STORAGE), bench.in_process()
    repair = fit(bench, device, part, drive=SSD)
    assert repair.drive is not None
    evidence.remove_drive(actor=bench.manager, drive=repair.drive, destination=RemovalDestination.MISTAKE)
    take_out(bench, repair)
    assert left(part) == 1


def test_a_destroyed_drive_is_not_taken_for_the_stock(bench: Bench) -> None:
    broken = bench.unusable()
    drive = bench.drive(broken)
    evidence.record_destruction(
        actor=bench.technician, drive=drive, method=DestructionMethod.DRILL, destroyed_at=timezone.now()
    )
    with pytest.raises(Refused) as refused:
        parts.take_part(actor=bench.technician, device=broken, kind="storage", drive=drive)
    assert codes(refused) == {"destroyed"}
    assert not Part.objects.exists()


def test_a_part_that_somebody_took_meanwhile_is_said_so_and_nothing_typed_is_lost(bench: Bench) -> None:
    part, device = bought(bench), bench.in_process()
    to = f"{page_of(device, 'device_fit_part')}?piece={part.pk}"
    fit(bench, bench.in_process(), part)
    page = answered(acting(bench.technician), to, quantity="1", minutes="15", work="Charnière recollée")
    assert "Il ne reste pas assez de cette pièce" in page
    assert "Charnière recollée" in page
    for wrong in ("", "x", "999999"):
        assert acting(bench.technician).post(f"{page_of(device, 'device_fit_part')}?piece={wrong}").status_code == 200


def test_so_many_parts_that_no_repair_could_bear_their_price_are_refused_with_a_sentence(bench: Bench) -> None:
    browser = acting(bench.technician)
    typed = {"kind": "battery", "label": "45 Wh", "quantity": "500", "unit_price": "9999", "place": ""}
    assert "million d’euros" in answered(browser, reverse("refurb:part_buy"), **typed)
    device, part = bench.in_process(), bought(bench, quantity=2)
    to = f"{page_of(device, 'device_fit_part')}?piece={part.pk}"
    assert "Il ne reste pas assez" in answered(browser, to, quantity="99999999999999999999", minutes="0")


def test_a_part_taken_out_repairs_nothing() -> None:
    """A device is given back to its household when it was repaired since: not when the part came out again."""
    shelf = Shelf()
    device, bench = shelf.returned(), shelf.bench
    repair = fit(bench, device, bought(bench))
    standing = Device.objects.filter(pk=device.pk, pk__in=Repair.objects.standing().values("device"))
    assert standing.exists()
    take_out(bench, repair)
    assert not standing.exists()
    assert "À réparer" in read(acting(shelf.adviser), reverse("distribution:return_list"))


# --- what is there no more


def write_off(bench: Bench, part: Part, quantity: int = 1, reason: str = "lost") -> PartWrittenOff:
    return parts.write_off_part(actor=bench.technician, part=part, quantity=quantity, reason=reason)


def test_what_is_lost_or_broken_is_fitted_no_more_until_somebody_undoes_it(bench: Bench) -> None:
    part, device = bought(bench, quantity=3), bench.in_process()
    lost = write_off(bench, part, 2)
    assert (left(part), lost.recorded_by, lost.get_reason_display()) == (1, bench.technician, "Perdue")
    with pytest.raises(Refused) as refused:
        fit(bench, device, part, quantity=2)
    assert codes(refused) == {"not_enough_parts"}
    with pytest.raises(Refused) as refused:
        write_off(bench, part, 2)
    assert codes(refused) == {"not_enough_parts"}
    undone = parts.undo_write_off(actor=bench.manager, written_off=lost)
    assert (left(part), undone.undone_by) == (3, bench.manager)
    with pytest.raises(Refused) as refused:
        parts.undo_write_off(actor=bench.technician, written_off=lost)
    assert codes(refused) == {"undone_already"}
    fit(bench, device, part, quantity=3)
    with pytest.raises(Refused) as refused:
        write_off(bench, part)
    assert codes(refused) == {"not_enough_parts"}


def test_the_database_counts_what_was_written_off_whoever_writes(bench: Bench) -> None:
    part = bought(bench, quantity=2)
    told: dict[str, Any] = {"device": bench.in_process(), "stay": 1, "recorded_at": timezone.now(), "kind": "battery"}
    off: dict[str, Any] = {"reason": "lost", "recorded_at": timezone.now(), "recorded_by": bench.technician}
    lost = PartWrittenOff.objects.create(part=part, quantity=1, **off)
    with pytest.raises(IntegrityError, match="pas assez"), transaction.atomic():
        PartWrittenOff.objects.create(part=part, quantity=2, **off)
    with pytest.raises(IntegrityError, match="pas assez"), transaction.atomic():
        Repair.objects.create(part=part, quantity=2, work="x", **told)
    with pytest.raises(IntegrityError), transaction.atomic():
        PartWrittenOff.objects.filter(pk=lost.pk).update(quantity=2)
    parts.undo_write_off(actor=bench.technician, written_off=lost)
    with pytest.raises(IntegrityError, match="annulée"), transaction.atomic():
        PartWrittenOff.objects.filter(pk=lost.pk).update(undone_at=None, undone_by=None)


@pytest.mark.django_db(transaction=True)
def test_the_last_part_is_never_both_fitted_and_written_off() -> None:
    load_numbers()
    bench = Bench()
    part, device = bought(bench), bench.in_process()
    answers = at_once(lambda: fit(bench, device, part), lambda: write_off(bench, part))
    assert sum(isinstance(answer, Repair | PartWrittenOff) for answer in answers) == 1
    assert {one.code for answer in answers if isinstance(answer, Refused) for one in answer.all} == {"not_enough_parts"}
    assert left(part) == 0


def test_a_drive_that_is_written_off_stays_among_those_to_be_erased(bench: Bench) -> None:
    donor = bench.unusable()
    drive = bench.drive(donor, serial="OLD-1")
    part = parts.take_part(actor=bench.technician, device=donor, kind=PartKind.STORAGE, drive=drive)
    with pytest.raises(Refused) as refused:
        write_off(bench, part, reason="broken")
    assert codes(refused) == {"to_be_destroyed"}
    write_off(bench, part)
    assert left(part) == 0
    assert list(Drive.objects.missing_erasures()) == [drive]


def test_a_part_is_written_off_and_back_through_its_page(bench: Bench) -> None:
    part, browser = bought(bench, quantity=2), acting(bench.technician)
    page = reverse("refurb:part_detail", args=[part.pk])
    assert page in read(browser, reverse("refurb:part_list"))
    fit(bench, bench.in_process(), part)
    assert "Il ne reste pas assez" in answered(browser, page, quantity="2", reason="lost")
    for wrong in ("0", "-1", "9" * 4400, "x", ""):
        answered(browser, page, quantity=wrong, reason="lost")
    assert not PartWrittenOff.objects.exists()
    done(browser, page, quantity="1", reason="never")
    told = read(browser, page)
    assert "comptée en trop à l’entrée" in told
    assert "Sortir du stock" not in told, "nothing is left to write off"
    off = PartWrittenOff.objects.get()
    done(browser, reverse("refurb:part_undo", args=[off.pk]))
    assert "annulé le" in read(browser, page)
    assert left(part) == 1
    stranger = acting(bench.stranger)
    assert stranger.get(page).status_code == stranger.post(page).status_code == 404
    pilot = acting(bench.pilot)
    assert "Sortir du stock" not in read(pilot, page)
    assert pilot.post(page, {"quantity": "1", "reason": "lost"}).status_code == 403


def test_the_page_of_a_part_costs_the_same_whatever_left_the_stock_and_takes_no_absurd_number(bench: Bench) -> None:
    part, browser = bought(bench, quantity=12), acting(bench.technician)
    page, counts = reverse("refurb:part_detail", args=[part.pk]), []
    for _rank in range(3):
        fit(bench, bench.in_process(), part)
        off = parts.write_off_part(actor=bench.technician, part=part, reason="lost")
        parts.undo_write_off(actor=bench.manager, written_off=off)
        with CaptureQueriesContext(connection) as queries:
            read(browser, page)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
    for absurd in ("9" * 18, "9" * 30):
        assert "Il ne reste pas assez" in answered(browser, page, quantity=absurd, reason="lost")
    answered(browser, page, quantity="1", reason="\0")


def test_a_drive_that_was_chosen_for_another_kind_of_part_is_told_and_stays(bench: Bench) -> None:
    """It was let go without a word: the drive stayed in the device, and the shelf had a charger."""
    broken = bench.unusable()
    drive = bench.drive(broken)
    page = answered(
        acting(bench.technician), page_of(broken, "device_take_part"), kind="charger", quantity="1", drive=drive.pk
    )
    assert "Vous avez choisi un disque" in page
    assert not Part.objects.exists()


# --- whose, and where it comes from


def test_the_stock_is_that_of_the_workshop(bench: Bench) -> None:
    part, device = bought(bench), bench.in_process()
    other = Bench()
    assert not Part.objects.visible_to(other.technician).exists()
    with pytest.raises(Unknown):
        fit(other, other.in_process(), part)
    with pytest.raises(Unknown):
        parts.take_out_part(actor=other.technician, repair=fit(bench, device, part), reason=TakenOutReason.MISTAKE)
    with pytest.raises(PermissionDenied):
        parts.buy_part(actor=bench.pilot, kind="battery", label="", quantity=1, unit_price=Decimal(1))


def test_a_part_is_taken_only_from_what_will_not_serve_and_a_drive_only_from_those_of_its_device(bench: Bench) -> None:
    serving, broken = bench.in_process(), bench.unusable()
    with pytest.raises(Refused) as refused:
        parts.take_part(actor=bench.technician, device=serving, kind="charger")
    assert codes(refused) == {"not_in_the_workshop"}
    with pytest.raises(Refused) as refused:
        parts.take_part(actor=bench.technician, device=broken, kind="storage")
    assert codes(refused) == {"drive_chosen"}
    with pytest.raises(Refused) as refused:
        parts.take_part(actor=bench.technician, device=broken, kind="storage", drive=bench.drive(serving))
    assert codes(refused) == {"no_such_drive"}
    part = parts.take_part(actor=bench.technician, device=broken, kind="charger", quantity=2, place="Bac 3")
    assert (part.origin, part.device, part.unit_price, left(part)) == ("taken", broken, None, 2)


def test_what_fits_is_proposed_first(bench: Bench) -> None:
    device = bench.in_process(manufacturer="Dell", model="Latitude 5400")
    other = bought(bench, label="Autre", fits="Latitude 5490, EliteBook")
    unsaid, its = bought(bench, label="Libre"), bought(bench, label="La sienne", fits="EliteBook 840, latitude  5400")
    gone = bought(bench, label="Épuisée", fits="Latitude 5400")
    fit(bench, bench.in_process(), gone)
    assert parts.parts_for(device, bench.technician) == [its, unsaid, other]


# --- the pages


def test_a_part_enters_is_fitted_with_its_cost_and_comes_out_through_the_pages(bench: Bench) -> None:
    device, browser = bench.in_process(), acting(bench.technician)
    typed = {"kind": "battery", "label": "45 Wh", "quantity": "1", "unit_price": "28,50", "fits": "", "place": "Bac 2"}
    page = answered(browser, reverse("refurb:part_buy"), **typed | {"unit_price": "-3"})
    assert "45 Wh" in page  # nothing typed is lost
    assert done(browser, reverse("refurb:part_buy"), **typed) == reverse("refurb:part_list")
    part = Part.objects.get()
    stock_page = read(browser, reverse("refurb:part_list"))
    assert "28,50\u00a0€" in stock_page
    assert "Achetée" in stock_page
    choose = read(browser, page_of(device, "device_fit_part"))
    assert f"?piece={part.pk}" in choose
    to = f"{page_of(device, 'device_fit_part')}?piece={part.pk}"
    assert done(browser, to, quantity="1", minutes="15") == page_of(device, "device_evidence")
    sheet = read(browser, page_of(device, "device_evidence"))
    assert "Coût des pièces en place" in sheet
    assert "28,50\u00a0€" in sheet
    assert "Reprendre la pièce" in sheet
    assert "stock de pièces est vide" in read(browser, page_of(device, "device_fit_part")).lower()
    repair = Repair.objects.get()
    done(browser, page_of(device, "device_take_out_part", repair.pk), reason="unsuited")
    sheet = read(browser, page_of(device, "device_evidence"))
    assert "Pièce reprise le" in sheet
    assert "Coût des pièces en place" not in sheet
    assert browser.get(page_of(device, "device_take_out_part", repair.pk)).status_code == 404


def test_the_page_of_a_drive_asks_which_one_and_says_that_it_is_to_be_erased(bench: Bench) -> None:
    device, browser = bench.in_process(), acting(bench.technician)
    part = bought(bench, PartKind.STORAGE, label="SSD 256 Go")
    to = f"{page_of(device, 'device_fit_part')}?piece={part.pk}"
    assert "l’appareil ne sort pas sans sa preuve" in read(browser, to)
    answered(browser, to, kind="", serial="S1")
    done(browser, to, kind="ssd", serial="S1", source="sticker", capacity="256", minutes="")
    assert "À effacer ou détruire" in read(browser, page_of(device, "device_evidence"))
    assert Repair.objects.get().drive == Drive.objects.get(serial="S1")


def test_the_pages_of_parts_are_for_those_who_work_there(bench: Bench) -> None:
    device, part = bench.unusable(), bought(bench)
    for name in ("device_fit_part", "device_take_part"):
        assert acting(bench.stranger).get(page_of(device, name)).status_code == 404
        assert acting(bench.pilot).get(page_of(device, name)).status_code == 403
    assert acting(bench.pilot).get(reverse("refurb:part_buy")).status_code == 403
    assert part.workshop.name in read(acting(bench.pilot), reverse("refurb:part_list"))
    assert "Neuve" not in read(acting(bench.stranger), reverse("refurb:part_list"))
    browser = acting(bench.technician)
    assert "Prélever une pièce" in read(browser, page_of(device, "device_detail"))
    done(browser, page_of(device, "device_take_part"), kind="charger", quantity="1")
    assert Part.objects.get(device=device).kind == "charger"


def test_dismantled_devices_still_give_their_parts_by_the_hand_that_counted_them(bench: Bench) -> None:
    device = bench.unusable(bench.proven(bench.in_process()))
    stock.dismantle_device(actor=bench.technician, device=device, parts=[stock.RecoveredPart(PartKind.MEMORY, 2)])
    part = Part.objects.get()
    assert (part.origin, part.stored_by, left(part)) == ("dismantled", bench.technician, 2)


# --- choosing among many


def test_the_same_parts_are_one_line_with_their_count_and_what_is_of_the_type_comes_first(bench: Bench) -> None:
    phone = bench.in_process(DeviceType.SMARTPHONE)
    laptops = [bench.unusable() for _ in range(10)]
    taken = [
        parts.take_part(actor=bench.technician, device=one, kind=PartKind.BATTERY, label="Batterie", place="Bac 1")
        for one in laptops
    ]
    screen = parts.take_part(
        actor=bench.technician,
        device=bench.unusable(bench.in_process(DeviceType.SMARTPHONE)),
        kind=PartKind.SCREEN,
        label="Vitre S9",
    )
    client, url = acting(bench.technician), page_of(phone, "device_fit_part")
    page = read(client, url)
    assert page.count("?piece=") == 2
    assert page.index(f"?piece={screen.pk}") < page.index(f"?piece={taken[0].pk}")
    assert "reste 10" in page
    assert "pris sur\u00a0: ordinateur portable" in page
    found = read(client, f"{url}?cherche=vitre+s9")
    assert f"?piece={screen.pk}" in found
    assert f"?piece={taken[0].pk}" not in found
    assert "Aucune pièce du stock n’a ces mots" in read(client, f"{url}?cherche=clavier")
    fit(bench, bench.in_process(), taken[0])
    assert f"?piece={taken[1].pk}" in read(client, url), "the next of them is fitted then"
