"""What was accepted for the recycling alone is seen as such, and never declared reconditioned."""

from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone

from donations.enums import Destination
from donations.models import Donation
from donations.services.donations import qualify_donation
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import UnusableReason
from refurb.models import Device
from refurb.services import devices
from tests.donations.scene import Scene, again, first_line, laptops
from tests.pages import acting, read
from tests.refurb.devices import Bench, from_lot, given_to, load_numbers, new_tag

pytestmark = pytest.mark.django_db
TAG = "Accepté pour le recyclage"


def test_it_is_told_on_its_page_and_refused_as_reconditioned_and_goes_to_waste() -> None:
    load_numbers()
    scene = Scene(lines=(laptops(1, purchase_year=timezone.localdate().year - 15),))
    donation = scene.announced()
    ruling = replace(scene.rulings(donation)[0], destination=Destination.RECYCLING)
    qualify_donation(actor=scene.pilot, donation=donation, rulings=[ruling])
    scene.accept(again(donation))
    scene.schedule(again(donation), scene.north)
    scene.count(again(donation), scene.north, None)
    bench = given_to(scene)
    device = bench_of(bench, donation)
    assert TAG in read(acting(bench.technician), reverse("refurb:device_detail", args=[device.reference]))
    assert TAG in read(acting(bench.technician), reverse("refurb:device_recondition", args=[device.reference]))
    with pytest.raises(Refused, match="accepté pour le recyclage"):
        gate.apply(bench.prepared(device), "recondition", actor=bench.technician, price=20)
    rejected = gate.apply(device, "reject", actor=bench.technician, reason=UnusableReason.OBSOLETE)
    assert rejected.state == "unusable"


def bench_of(bench: Bench, donation: Donation) -> Device:
    """The unit of its first line, on the bench."""
    received = devices.receive_device(actor=bench.technician, line=first_line(donation), tag=new_tag())
    return gate.apply(received, "start", actor=bench.technician)


def test_what_was_accepted_for_reuse_says_nothing_of_it() -> None:
    load_numbers()
    scene = Scene(lines=(laptops(1),))
    device = from_lot(scene)
    bench = given_to(scene)
    assert TAG not in read(acting(bench.technician), reverse("refurb:device_detail", args=[device.reference]))
