"""Off the bench: waiting for a part, back to it, not reusable, to pieces, to waste, ceded."""

import base64
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from documents.models import StoredFile
from documents.services import store_file
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from refurb.enums import (
    CedeReason,
    CertificateNames,
    DestructionKind,
    DestructionMethod,
    DeviceReopenReason,
    DeviceState,
    DeviceType,
    DriveKind,
    PartKind,
    RemovalDestination,
    UndoRejectReason,
    UnusableReason,
)
from refurb.machine import device_rules as rules
from refurb.machine import storage_rules
from refurb.models import Destruction, Device, Drive, DriveRemoval, Erasure, Part
from refurb.services import devices, evidence, parts, stock
from tests.donations.test_pick_up import PIXEL
from tests.network.factories import make_organisation
from tests.pages import acting, read
from tests.refurb.devices import Bench, fresh, instant, load_numbers
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def sentences(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.sentence for reason in refused.value.all]


# --- on the bench and off


def test_a_device_waits_for_a_part_that_is_named_and_resumes(bench: Bench) -> None:
    device = bench.in_process()
    with pytest.raises(Refused) as refused:
        devices.await_part_device(actor=bench.technician, device=device, part_wanted=" ")
    assert sentences(refused) == [rules.PART_NAMED.sentence]

    waiting = devices.await_part_device(actor=bench.technician, device=device, part_wanted="Batterie 45 Wh")
    assert (waiting.state, waiting.part_wanted) == ("awaiting_part", "Batterie 45 Wh")

    resumed = gate.apply(waiting, "resume", actor=bench.technician)
    assert (resumed.state, resumed.part_wanted) == ("in_process", "")


def test_a_set_is_taken_on_the_bench_and_the_rest_says_why(bench: Bench) -> None:
    first, second, started = bench.received(), bench.received(), bench.in_process()

    outcome = gate.apply_many(Device.objects.all(), "start", actor=bench.technician)

    assert outcome.moved == [first.pk, second.pk]
    assert [reason.code for reason in outcome.refused[started.pk]] == ["state"]


def test_a_return_is_not_taken_while_its_household_is_not_served_otherwise() -> None:
    returned = Device(state=DeviceState.RETURNED)

    for verb in ("start", "reject"):
        declared = gate.verbs_of(Device)[verb]
        assert returned.state in declared.sources
        assert rules.SERVED_OTHERWISE in declared.requires
    assert not Device.objects.filter(rules.SERVED_OTHERWISE.condition(None), state="returned").exists()  # type: ignore[arg-type]


def test_a_reconditioned_device_is_reopened_with_a_reason(bench: Bench) -> None:
    device = bench.ready()
    with pytest.raises(Refused) as refused:
        gate.apply(device, "reopen", actor=bench.technician, reason="")
    assert sentences(refused) == [rules.REOPEN_REASON.sentence]

    assert gate.apply(device, "reopen", actor=bench.technician, reason=DeviceReopenReason.GRADE).state == "in_process"


# --- not reusable


@pytest.mark.parametrize("situation", ["received", "in_process", "awaiting_part", "ready"])
def test_a_device_is_declared_not_reusable_with_a_coded_reason(bench: Bench, situation: str) -> None:
    device = {
        "received": bench.received,
        "in_process": bench.in_process,
        "ready": bench.ready,
        "awaiting_part": lambda: devices.await_part_device(
            actor=bench.technician, device=bench.in_process(), part_wanted="Dalle"
        ),
    }[situation]()
    assert device.state == situation
    with pytest.raises(Refused) as refused:
        gate.apply(device, "reject", actor=bench.technician, reason="vieux")
    assert sentences(refused) == [rules.UNUSABLE_REASON.sentence]

    rejected = gate.apply(device, "reject", actor=bench.technician, reason=UnusableReason.OBSOLETE)

    assert (rejected.state, rejected.unusable_reason) == ("unusable", "obsolete")
    assert rejected.unusable_at == rejected.moved_at
    assert (rejected.price, rejected.grade, rejected.part_wanted) == (None, "", "")


def test_the_manager_undoes_it_in_the_same_stay(bench: Bench) -> None:
    device = bench.unusable(bench.proven(bench.in_process()))
    with pytest.raises(PermissionDenied):
        gate.apply(device, "undo_reject", actor=bench.technician, reason=UndoRejectReason.ENTRY)
    with pytest.raises(Refused) as refused:
        gate.apply(device, "undo_reject", actor=bench.manager, reason="")
    assert sentences(refused) == [rules.UNDO_REASON.sentence]

    undone = gate.apply(device, "undo_reject", actor=bench.manager, reason=UndoRejectReason.ENTRY)

    assert (undone.state, undone.stay, undone.unusable_at, undone.unusable_reason) == ("received", 1, None, "")
    assert Device.objects.proven().filter(pk=undone.pk).exists()


# --- to pieces


def test_a_device_is_not_taken_to_pieces_with_data_on_it(bench: Bench) -> None:
    unknown, unproven = bench.unusable(), bench.in_process()
    bench.drive(unproven)
    unproven = bench.unusable(unproven)

    for device, sentence in (
        (unknown, storage_rules.STORAGE_INVENTORIED.sentence),
        (unproven, storage_rules.DRIVES_PROVEN.sentence),
    ):
        with pytest.raises(Refused) as refused:
            stock.dismantle_device(actor=bench.technician, device=device)
        assert sentences(refused) == [sentence]


def test_its_parts_enter_the_stock_of_the_workshop(bench: Bench) -> None:
    device = bench.unusable(bench.proven(bench.in_process()))

    stock.dismantle_device(
        actor=bench.technician,
        device=device,
        parts=[
            stock.RecoveredPart(PartKind.MEMORY, 2, "SO-DIMM DDR4 4 Go", "Bac 3"),
            stock.RecoveredPart(PartKind.BATTERY),
        ],
    )

    device = fresh(device)
    assert (device.state, device.ended_at) == ("dismantled", device.moved_at)
    stored = Part.objects.visible_to(bench.technician).in_stock().order_by("pk")
    assert [(part.kind, part.left, part.device, part.workshop) for part in stored] == [
        ("memory", 2, device, bench.workshop.organisation),
        ("battery", 1, device, bench.workshop.organisation),
    ]
    assert not Part.objects.visible_to(bench.stranger).exists()


def test_a_drive_of_a_dismantled_device_enters_the_stock_by_its_name_alone(bench: Bench) -> None:
    device = bench.unusable(bench.proven(bench.in_process()))
    drive = Drive.objects.get(device=device)
    with pytest.raises(Refused, match="ne se compte pas") as refused:
        stock.dismantle_device(
            actor=bench.technician, device=device, parts=[stock.RecoveredPart(PartKind.STORAGE, 5)], drives=[drive]
        )
    assert [reason.field for reason in refused.value.all] == ["drives"]
    assert fresh(device).state == "unusable"

    stock.dismantle_device(actor=bench.technician, device=device, drives=[drive], place="Bac 3")

    assert fresh(device).state == "dismantled"
    part = Part.objects.in_stock().get()
    assert (part.kind, part.left, part.drive, part.device, part.place) == ("storage", 1, drive, device, "Bac 3")
    assert DriveRemoval.objects.get().destination == RemovalDestination.STOCK
    assert not Drive.objects.missing_erasures().exists()


@pytest.mark.parametrize("what", ["unproven", "destroyed", "of another device"])
def test_no_other_drive_enters_the_stock_with_a_dismantled_device(bench: Bench, what: str) -> None:
    device = bench.in_process()
    drive = bench.drive(bench.unusable() if what == "of another device" else device)
    if what == "destroyed":
        destroy(bench, drive)
    elif what == "of another device":
        bench.proven(device)
    device = bench.unusable(device)

    with pytest.raises(Refused):
        stock.dismantle_device(actor=bench.technician, device=device, drives=[drive])

    assert fresh(device).state == "unusable"
    assert not Part.objects.exists()
    assert not DriveRemoval.objects.exists()


def test_the_database_keeps_no_drive_of_a_device_that_is_not_named(bench: Bench) -> None:
    device = bench.unusable(bench.proven(bench.in_process()))
    told: dict[str, Any] = {"device": device, "workshop": device.workshop, "stored_at": timezone.now(), "quantity": 5}
    for origin in ("dismantled", "taken"):
        with pytest.raises(IntegrityError, match="refurb_part_drive_named"), transaction.atomic():
            Part.objects.create(kind="storage", origin=origin, **told)


def test_a_repair_uses_a_part_of_the_stock_no_more_than_there_is(bench: Bench) -> None:
    donor = bench.unusable(bench.proven(bench.in_process()))
    stock.dismantle_device(actor=bench.technician, device=donor, parts=[stock.RecoveredPart(PartKind.MEMORY, 2)])
    part, device = Part.objects.get(), bench.in_process()

    def repair(quantity: int) -> Any:
        return parts.fit_part(actor=bench.technician, device=device, part=part, quantity=quantity)

    assert repair(2).stay == 1
    with pytest.raises(Refused, match="Il ne reste pas assez"):
        repair(1)
    assert not Part.objects.in_stock().exists()


def test_a_removed_drive_is_a_missing_proof_until_it_is_destroyed(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    stock.dismantle_device(actor=bench.technician, device=bench.unusable(device))

    assert list(Drive.objects.missing_erasures()) == [drive]

    destroy(bench, drive)
    assert not Drive.objects.missing_erasures().exists()


def test_a_removed_drive_may_be_erased_later(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.STOCK)
    assert list(Drive.objects.missing_erasures()) == [drive]

    bench.erase(drive)

    assert not Drive.objects.missing_erasures().exists()


def test_a_removed_drive_stays_missing_when_its_device_enters_another_stay(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.STOCK)
    gate.apply(device, "report_missing", actor=bench.technician, reason="stocktake")
    devices.receive_device(actor=bench.technician, device=device, tag=device.tag)

    assert list(Drive.objects.missing_erasures()) == [drive]
    assert bench.erase(drive).outcome == "accepted"
    assert not Drive.objects.missing_erasures().exists()


# --- to waste


def destroy(bench: Bench, drive: Drive, **given: Any) -> Destruction:
    defaults: dict[str, Any] = {"method": DestructionMethod.SHRED, "destroyed_at": timezone.now()}
    return evidence.record_destruction(actor=bench.technician, drive=drive, **defaults | given)


def test_waste_needs_a_recycler_and_a_tracking_number(bench: Bench) -> None:
    device = bench.unusable(bench.proven(bench.in_process()))

    for given, sentence in (
        ({"recycler": make_organisation("donor")}, rules.RECYCLER_KNOWN.sentence),
        ({"recycler": make_organisation("recycler", is_active=False)}, rules.RECYCLER_KNOWN.sentence),
        ({"bsd_number": ""}, rules.BSD_GIVEN.sentence),
        ({"bsd_number": "à demander plus tard"}, rules.BSD_GIVEN.sentence),
    ):
        with pytest.raises(Refused) as refused:
            bench.recycle(device, **given)
        assert sentences(refused) == [sentence]

    recycled = bench.recycle(device)
    assert (recycled.state, recycled.recycler, recycled.bsd_number) == (
        "recycled",
        bench.recycler,
        "BSD-20261124-ABC123",
    )
    assert not Drive.objects.missing_erasures().exists()


def test_waste_is_not_handed_over_without_an_inventory_of_its_storage(bench: Bench) -> None:
    with pytest.raises(Refused) as refused:
        bench.recycle(bench.unusable(), destruction_awaited=True)

    assert sentences(refused) == [storage_rules.STORAGE_INVENTORIED.sentence]


def test_an_unproven_drive_leaves_only_for_a_certified_destruction(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    device = bench.unusable(device)
    with pytest.raises(Refused) as refused:
        bench.recycle(device)
    assert sentences(refused) == [rules.PROVEN_OR_CERTIFIED.sentence]

    recycled = bench.recycle(device, destruction_awaited=True)

    assert recycled.destruction_awaited
    assert list(Drive.objects.missing_erasures()) == [drive]
    certify(bench, drive)
    assert not Drive.objects.missing_erasures().exists()


def certify(bench: Bench, drive: Drive, certificate: StoredFile | None = None) -> Destruction:
    return destroy(
        bench,
        drive,
        kind=DestructionKind.RECYCLER,
        recycler=bench.recycler,
        certificate=certificate or bench.report(drive),
    )


def kept(bench: Bench, words: str, name: str = "certificat.txt") -> StoredFile:
    return store_file(content=words.encode(), name=name, content_type="text/plain", by=bench.technician)


def test_a_certificate_that_names_nothing_of_what_was_destroyed_certifies_nothing(bench: Bench) -> None:
    device, drive = held_since(bench, 5, recycled=True)
    told = {"kind": DestructionKind.RECYCLER, "recycler": bench.recycler}
    for words in ("Liste de courses : pain, lait, oeufs", f"Disque {drive.serial}9 broyé"):
        wrong = refused_by(bench, drive, **told, certificate=kept(bench, words))
        assert wrong == [("names_nothing", "certificate")]
    assert certify(bench, drive, kept(bench, f"Bordereau {device.bsd_number} : tout est broyé")).certificate_names == (
        CertificateNames.WASTE_NOTE
    )


@pytest.mark.parametrize(
    "said",
    [
        "Avis de non-conformite. Disque {}: NON DETRUIT. Refuse a la reception, disque absent du colis.",
        "Le disque {} n’a pas été broyé.",
        "Drive {}: not destroyed",
        "Disque {} : destruction non effectuée",
        "Le disque {} n’a pas pu être détruit.",
    ],
)
def test_a_letter_that_says_that_nothing_was_destroyed_certifies_nothing(bench: Bench, said: str) -> None:
    _, drive = held_since(bench, 5, recycled=True)
    told = {"kind": DestructionKind.RECYCLER, "recycler": bench.recycler, "confirmed": True}
    wrong = refused_by(bench, drive, **told, certificate=kept(bench, said.format(drive.serial)))
    assert wrong == [("says_not_destroyed", "certificate")]


def test_words_of_refusal_in_a_certificate_are_confirmed_and_said_with_it(bench: Bench) -> None:
    device, drive = held_since(bench, 5, recycled=True)
    paper = kept(bench, f"Disque {drive.serial} broyé. Un autre disque du colis est refusé.")
    told = {"kind": DestructionKind.RECYCLER, "recycler": bench.recycler, "certificate": paper}
    assert refused_by(bench, drive, **told) == [("failure_words", "confirmed")]
    assert destroy(bench, drive, **told, confirmed=True).confirmed
    assert "Mots d’échec, relu et confirmé" in read(acting(bench.technician), page_of(device, "device_evidence"))


def test_a_certificate_of_several_drives_is_refused_for_the_one_it_says_not_destroyed(bench: Bench) -> None:
    _, drive = held_since(bench, 5, recycled=True)
    paper = kept(bench, f"Disque {drive.serial} broyé\nDisque ZX81K non détruit, absent\nDisque ZX82K broyé")
    told = {"kind": DestructionKind.RECYCLER, "recycler": bench.recycler, "certificate": paper}
    assert refused_by(bench, drive, **told) == [("failure_words", "confirmed")]
    assert destroy(bench, drive, **told, confirmed=True).confirmed


def test_a_certificate_that_denies_any_failure_is_not_asked_about(bench: Bench) -> None:
    _, drive = held_since(bench, 5, recycled=True)
    row = certify(bench, drive, kept(bench, f"Disque {drive.serial} broyé. Aucun échec, aucun disque manquant."))
    assert not row.confirmed


@pytest.mark.parametrize("named", ["serial", "tag", "reference"])
def test_a_certificate_names_the_drive_or_its_device(bench: Bench, named: str) -> None:
    device, drive = held_since(bench, 5, recycled=True)
    number = drive.serial if named == "serial" else getattr(device, named)
    names = certify(bench, drive, kept(bench, f"Nous avons broyé {number}.")).certificate_names
    assert names == (CertificateNames.DRIVE if named == "serial" else CertificateNames.DEVICE)


def test_a_picture_is_kept_and_is_said_not_to_be_read_for_ever(bench: Bench) -> None:
    device, drive = held_since(bench, 5, recycled=True)
    picture = store_file(content=base64.b64decode(PIXEL), name="scan.png", by=bench.technician)
    assert certify(bench, drive, picture).is_unread
    assert "Certificat non lu" in read(acting(bench.technician), page_of(device, "device_evidence"))


def test_one_certificate_is_of_one_device_or_of_one_note_unless_it_names_each_drive(bench: Bench) -> None:
    drives = [held_since(bench, 5, recycled=True)[1] for _ in range(2)]
    _, elsewhere = held_since(bench, 5)
    evidence.remove_drive(actor=bench.technician, drive=elsewhere, destination=RemovalDestination.DESTRUCTION)
    of_note = kept(bench, f"Bordereau {fresh(drives[0].device).bsd_number}, et l’appareil {elsewhere.device.reference}")
    for drive in drives:
        certify(bench, drive, of_note)
    with pytest.raises(Refused, match="déjà celui") as refused:
        certify(bench, elsewhere, of_note)
    assert [reason.code for reason in refused.value.all] == ["certifies_another"]
    told = {field.attname: getattr(Destruction.objects.first(), field.attname) for field in Destruction._meta.fields}
    told |= {"id": None, "device_id": elsewhere.device_id, "drive_id": elsewhere.pk, "destroyed_at": timezone.now()}
    with pytest.raises(IntegrityError, match="d’un bordereau"), transaction.atomic():
        Destruction.objects.create(**told | {"recorded_at": told["destroyed_at"]})
    assert certify(bench, elsewhere, kept(bench, f"Broyé : {elsewhere.serial}")).pk


def test_a_recycler_certifies_with_a_certificate(bench: Bench) -> None:
    drive = bench.drive(bench.in_process())

    with pytest.raises(Refused, match="certificat"):
        destroy(bench, drive, kind=DestructionKind.RECYCLER, recycler=bench.recycler)
    with pytest.raises(Refused, match="futur"):
        destroy(bench, drive, destroyed_at=timezone.now() + timedelta(days=1))


LONG_AGO = instant(2019, 1, 1)


def held_since(
    bench: Bench,
    days: int,
    *,
    recycled: bool = False,
    type: DeviceType = DeviceType.LAPTOP,  # noqa: A002
) -> tuple[Device, Drive]:
    """A device that came so many days ago, at nine, and its drive; a day later it left, for a recycler to certify."""
    came = timezone.localtime().replace(hour=9, minute=0) - timedelta(days=days)
    device = gate.apply(bench.received(type, at=came), "start", actor=bench.technician, at=came)
    drive = bench.drive(device)
    if recycled:
        told = {"actor": bench.technician, "at": came + timedelta(hours=2)}
        device = gate.apply(device, "reject", reason=UnusableReason.BROKEN, **told)
        device = bench.recycle(device, destruction_awaited=True, at=came + timedelta(days=1))
    return device, drive


def refused_by(bench: Bench, drive: Drive, **given: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(Refused) as refused:
        destroy(bench, drive, **given)
    assert not Destruction.objects.exists()
    return [(reason.code, reason.field) for reason in refused.value.all]


def test_a_drive_is_never_destroyed_before_its_device_arrived(bench: Bench) -> None:
    _, drive = held_since(bench, 2)
    certified = {"kind": DestructionKind.RECYCLER, "recycler": bench.recycler, "certificate": bench.report(drive)}
    for told in ({}, certified):
        assert refused_by(bench, drive, destroyed_at=LONG_AGO, **told) == [("before_arrival", "destroyed_at")]
        earlier = drive.arrived_at - timedelta(minutes=2)
        assert refused_by(bench, drive, destroyed_at=earlier, **told) == [("before_arrival", "destroyed_at")]
    assert destroy(bench, drive, destroyed_at=drive.arrived_at.replace(second=0, microsecond=0))


@pytest.mark.parametrize("changed", ["before it came", "after it is written", "an SSD degaussed", "another stay"])
def test_the_database_holds_when_and_how_a_drive_is_destroyed(bench: Bench, changed: str) -> None:
    _, drive = held_since(bench, 2)
    told = destroy(bench, drive, destroyed_at=drive.arrived_at + timedelta(hours=1))
    changes = {
        "before it came": {"destroyed_at": drive.arrived_at - timedelta(minutes=2)},
        "after it is written": {"destroyed_at": told.recorded_at + timedelta(minutes=2)},
        "an SSD degaussed": {"method": DestructionMethod.DEGAUSS},
        "another stay": {"stay": 2},
    }
    values = {field.attname: getattr(told, field.attname) for field in told._meta.concrete_fields}
    assert Destruction.objects.create(**values | {"id": None})
    with pytest.raises(IntegrityError, match="une fois arrivé"), transaction.atomic():
        Destruction.objects.create(**values | {"id": None} | changes[changed])


def test_a_drive_that_left_with_its_device_is_certified_by_its_recycler_alone_from_that_day_on(bench: Bench) -> None:
    device, drive = held_since(bench, 5, recycled=True)
    left = drive.arrived_at + timedelta(days=1)
    told = {"kind": DestructionKind.RECYCLER, "recycler": bench.recycler, "certificate": bench.report(drive)}
    other = told | {"recycler": make_organisation("recycler")}
    assert refused_by(bench, drive, **other) == [("another_recycler", "recycler")]
    early = left - timedelta(days=1) + timedelta(minutes=5)
    assert refused_by(bench, drive, destroyed_at=early, **told) == [("before_hand_over", "destroyed_at")]
    assert refused_by(bench, drive) == [("left_by_then", "destroyed_at")]
    assert list(Drive.objects.missing_erasures()) == [drive]
    with pytest.raises(Refused, match=f"parti chez {device.recycler}"):
        destroy(bench, drive, **other)
    destroy(bench, drive, destroyed_at=timezone.make_aware(datetime.combine(timezone.localdate(left), time())), **told)
    assert not Drive.objects.missing_erasures().exists()


def test_what_the_workshop_destroyed_before_the_device_left_is_still_written_down_after_with_its_paper(
    bench: Bench,
) -> None:
    _, drive = held_since(bench, 5, recycled=True)
    then = drive.arrived_at + timedelta(hours=23)
    assert refused_by(bench, drive, destroyed_at=then) == [("paper_of_what_left", "certificate")]
    assert list(Drive.objects.missing_erasures()) == [drive]
    another = bench.report(bench.drive(bench.in_process()))
    assert refused_by(bench, drive, destroyed_at=then, certificate=another) == [("names_nothing", "certificate")]
    destroy(bench, drive, destroyed_at=then, certificate=bench.report(drive))
    assert not Drive.objects.missing_erasures().exists()


def test_the_database_asks_the_paper_of_what_left_too(bench: Bench) -> None:
    _, drive = held_since(bench, 5, recycled=True)
    told = destroy(bench, drive, destroyed_at=drive.arrived_at + timedelta(hours=1), certificate=bench.report(drive))
    values = {field.attname: getattr(told, field.attname) for field in told._meta.concrete_fields}
    assert Destruction.objects.create(**values | {"id": None})
    with pytest.raises(IntegrityError, match="un papier montre"), transaction.atomic():
        Destruction.objects.create(**values | {"id": None, "certificate_id": None})


def test_the_reset_of_a_phone_that_left_is_written_down_with_a_picture_of_it(bench: Bench) -> None:
    _, drive = held_since(bench, 5, recycled=True, type=DeviceType.SMARTPHONE)
    then = {"finished_at": drive.arrived_at + timedelta(hours=2)}
    with pytest.raises(Refused) as refused:
        bench.erase(drive, **then)
    assert [(one.code, one.field) for one in refused.value.all] == [("paper_of_what_left", "deposit")]
    shown = store_file(content=base64.b64decode(PIXEL), name="reinitialise.png", by=bench.technician)
    told = bench.erase(drive, **then, report=shown)
    assert told.outcome == "accepted"
    values = {field.attname: getattr(told, field.attname) for field in Erasure._meta.concrete_fields}
    values = {name: value for name, value in values.items() if name != "serial_key"} | {"id": None}
    with pytest.raises(IntegrityError, match="un papier montre"), transaction.atomic():
        Erasure.objects.create(**values | {"report_id": None, "report_sha256": ""})


@pytest.mark.parametrize("by", ["the workshop", "another recycler"])
def test_a_drive_taken_out_first_is_destroyed_later_by_whoever_has_it(bench: Bench, by: str) -> None:
    device, drive = held_since(bench, 5)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    bench.recycle(bench.unusable(device))
    told: dict[str, Any] = {}
    if by == "another recycler":
        told = {"kind": DestructionKind.RECYCLER, "certificate": bench.report(drive)}
        told["recycler"] = make_organisation("recycler")
    assert refused_by(bench, drive, destroyed_at=LONG_AGO, **told) == [("before_arrival", "destroyed_at")]
    destroy(bench, drive, **told)
    assert not Drive.objects.missing_erasures().exists()


def test_a_set_leaves_with_one_tracking_number(bench: Bench) -> None:
    good = [bench.unusable(bench.proven(bench.in_process(DeviceType.SCREEN))) for _ in range(3)]
    bad = bench.unusable()

    outcome = stock.recycle_devices(
        actor=bench.technician, devices=Device.objects.all(), recycler=bench.recycler, bsd_number="BSD-1"
    )

    assert outcome.moved == [device.pk for device in good]
    assert [reason.code for reason in outcome.refused[bad.pk]] == ["storage_inventoried"]


def test_values_given_per_row_are_judged_as_those_of_the_set(bench: Bench) -> None:
    device = bench.in_process()
    bench.drive(device)
    device = bench.unusable(device)
    given = {"recycler": bench.recycler.pk, "bsd_number": "BSD-1", "destruction_awaited": False}

    for change, code in (
        ({}, "proven_or_certified"),
        ({"destruction_awaited": "yes"}, "proven_or_certified"),
        ({"destruction_awaited": True, "bsd_number": "à voir"}, "bsd_number"),
        ({"destruction_awaited": True, "recycler": bench.workshop.pk}, "recycler"),
    ):
        outcome = gate.apply_many(
            Device.objects.all(), "recycle", actor=bench.technician, per_row={device.pk: given | change}
        )
        assert [reason.code for reason in outcome.refused[device.pk]] == [code]


# --- ceded


def test_a_reconditioned_device_is_ceded_to_someone_who_is_named(bench: Bench) -> None:
    device = bench.ready()
    for recipient, reason, sentence in (
        ("", CedeReason.ASSOCIATION, rules.RECIPIENT_NAMED.sentence),
        ("Les Amis", "", rules.CEDE_REASON.sentence),
    ):
        with pytest.raises(Refused) as refused:
            stock.cede_device(actor=bench.manager, device=device, recipient=recipient, reason=reason)
        assert sentences(refused) == [sentence]

    ceded = stock.cede_device(
        actor=bench.manager, device=device, recipient="Les Amis de l’essai", reason=CedeReason.ASSOCIATION
    )

    assert (ceded.state, ceded.recipient, ceded.cede_reason) == ("ceded", "Les Amis de l’essai", "association")
    assert ceded.journal.latest("seq").values == {"reason": "association"}


def test_the_pilot_cedes_too_and_a_technician_does_not(bench: Bench) -> None:
    first, second = bench.ready(), bench.ready()

    stock.cede_device(actor=bench.pilot, device=first, recipient="Les Amis", reason="mediation")
    with pytest.raises(PermissionDenied):
        stock.cede_device(actor=bench.technician, device=second, recipient="Les Amis", reason="mediation")


def test_a_drive_found_since_takes_the_proofs_down(bench: Bench) -> None:
    device = bench.ready()
    bench.drive(device, kind=DriveKind.NVME)

    with pytest.raises(Refused) as refused:
        stock.cede_device(actor=bench.manager, device=device, recipient="Les Amis", reason="mediation")

    assert sentences(refused) == [storage_rules.PROOFS_STAND.sentence]


def test_a_proof_superseded_since_takes_the_proofs_down(bench: Bench) -> None:
    device = bench.ready()
    drive = Drive.objects.get(device=device)
    bench.erase(drive, pass_errors=2, supersedes=drive.erasures.get())

    with pytest.raises(Refused) as refused:
        stock.cede_device(actor=bench.manager, device=device, recipient="Les Amis", reason="mediation")

    assert sentences(refused) == [storage_rules.PROOFS_STAND.sentence]


# --- who


def test_a_stranger_finds_no_device_of_another_workshop(bench: Bench) -> None:
    device = bench.ready()

    with pytest.raises(Unknown):
        gate.apply(device, "reopen", actor=bench.stranger, reason=DeviceReopenReason.GRADE)


def test_final_states_have_no_way_out(bench: Bench) -> None:
    sources = {
        source
        for declared in gate.verbs_of(Device).values()
        for source in declared.sources
        if declared.target is not None  # what is corrected of it leaves it where it is
    }

    assert not sources & {"dismantled", "recycled", "ceded", "withdrawn"}
