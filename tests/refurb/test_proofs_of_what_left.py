"""A drive that left for the recycler in its device is erased there by nobody of the workshop any more."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from documents.models import Mail
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from refurb.enums import RemovalDestination
from refurb.models import Device, Drive, Erasure
from refurb.services import evidence
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.test_device_exits import held_since

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def left(bench: Bench) -> tuple[Device, Drive]:
    """A device that left four days ago for a recycler to certify, and the drive in it."""
    return held_since(bench, 5, recycled=True)


def test_no_erasure_that_ended_after_the_device_left_proves_its_drive(bench: Bench) -> None:
    device, drive = left(bench)
    late = drive.arrived_at + timedelta(days=1, minutes=1)
    for finished in (late, timezone.now()):
        with pytest.raises(Refused, match="parti au recycleur avec l’appareil") as refused:
            bench.erase(drive, finished_at=finished)
        assert [(one.code, one.field) for one in refused.value.all] == [("left_by_then", "finished_at")]
    assert list(Drive.objects.missing_erasures()) == [drive]
    page = acting(bench.technician)
    assert "Enregistrer un effacement" in read(page, reverse("refurb:device_evidence", args=[device.reference]))


def test_the_database_holds_it_too(bench: Bench) -> None:
    _, drive = left(bench)
    told = bench.erase(drive, finished_at=drive.arrived_at + timedelta(hours=3))
    values = {field.attname: getattr(told, field.attname) for field in Erasure._meta.concrete_fields}
    values = {name: value for name, value in values.items() if name != "serial_key"} | {"id": None}
    assert Erasure.objects.create(**values)
    with pytest.raises(IntegrityError, match="parti au recycleur"), transaction.atomic():
        Erasure.objects.create(**values | {"finished_at": drive.arrived_at + timedelta(days=1, minutes=1)})


def test_a_drive_that_was_taken_out_first_is_erased_whenever(bench: Bench) -> None:
    device, drive = held_since(bench, 5)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.STOCK)
    bench.recycle(bench.unusable(device))
    bench.erase(drive)
    assert not Drive.objects.missing_erasures().exists()
    assert not Mail.objects.filter(subject__startswith="Effacement noté").exists()


def test_what_ended_before_is_written_down_late_and_the_recycler_the_pilot_and_the_pages_say_so(bench: Bench) -> None:
    device, drive = left(bench)
    recycler = make_membership(Role.MANAGER, OrganisationKind.RECYCLER, bench.recycler)
    pilot = bench.pilot

    bench.erase(drive, finished_at=drive.arrived_at + timedelta(hours=3))

    assert not Drive.objects.missing_erasures().exists()
    told = Mail.objects.filter(subject=f"Effacement noté après le départ : {drive}")
    assert {address for mail in told for address in mail.to} == {recycler.user.email, pilot.user.email}
    (of_recycler,) = (mail for mail in told if recycler.user.email in mail.to)
    assert device.bsd_number in of_recycler.body
    assert "/appareils/" not in of_recycler.body
    for name, said in (
        ("device_detail", "noté après le départ chez le recycleur"),
        ("device_evidence", "après le départ chez le recycleur"),
        ("device_passport", "après le départ chez le recycleur"),
    ):
        assert said in read(acting(bench.technician), reverse(f"refurb:{name}", args=[device.reference]))
