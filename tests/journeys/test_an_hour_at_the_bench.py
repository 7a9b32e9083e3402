"""An hour of a technician: machines of one lot, their files deposited in bulk; gestures and seconds are counted.

``HOUR_DEVICES=30 pytest -s`` on this file measures an hour; a few machines prove the way in every run.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, expect

from refurb.enums import DeviceState
from refurb.models import Device, Erasure
from tests.distribution.test_scan_station import COUNT_ANSWERS
from tests.donations.scene import Scene, laptops
from tests.journeys.bench_steps import SCAN_BOX
from tests.journeys.visitor import Visitor
from tests.refurb.devices import load_numbers
from tests.refurb.logs import log
from tests.refurb.machines import SIZE, drive_node, lshw

DEVICES = int(os.environ.get("HOUR_DEVICES", "4"))
MOST_GESTURES = 4
"""A scan, a key or a click, on the bench, for each machine of a lot but the first."""

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Hands:
    """What the technician does, gesture by gesture: a scan, a key, a click, a letter each count for one."""

    visitor: Visitor
    gestures: list[int] = field(default_factory=list)

    def scans(self, text: str) -> None:
        """A scanner types and presses Enter wherever the focus is."""
        self._count()
        self.visitor.page.keyboard.type(text)
        self.visitor.page.keyboard.press("Enter")

    def ticks(self, label: str) -> None:
        self._count()
        self.visitor.ticks(label)

    def types(self, label: str, text: str) -> None:
        self._count(1 + len(text))
        self.visitor.fills({label: text})

    def chooses(self, label: str, option: str) -> None:
        self._count(2)
        self.visitor.chooses({label: option})

    def enters(self) -> None:
        self._count()
        self.visitor.page.keyboard.press("Enter")

    def next_machine(self) -> None:
        self.gestures.append(0)

    def _count(self, how_many: int = 1) -> None:
        self.gestures[-1] += how_many


def tag(rank: int) -> str:
    return f"PRH-{rank:04}"


def files_of(rank: int) -> list[FilePayload]:
    """What the boot kit left of one machine: what it is, and the erasure of its drive."""
    serial, now = f"S3Z8NB0K4{rank:05}", timezone.localtime().replace(tzinfo=None, microsecond=0)
    read = lshw(serial=f"5CG8{rank:06}", drives=(drive_node(serial),))
    proof = log(serial, end=now + timedelta(seconds=1), lasting=0, method="Secure Erase", size=SIZE)
    return [
        {"name": f"{tag(rank)}-lshw.json", "mimeType": "application/json", "buffer": read},
        {"name": f"{tag(rank)}-nwipe.log", "mimeType": "text/plain", "buffer": proof},
    ]


def test_the_machines_of_a_lot_go_from_their_arrival_to_stock_in_four_gestures_each(
    transactional_db: None, visit: Callable[..., Visitor]
) -> None:
    load_numbers()
    scene = Scene(lines=(laptops(DEVICES),))
    scene.collected()
    tess = visit(scene.north.technician, careful=False, reduced_motion="no-preference")
    began = time.monotonic()

    _arrive(tess)
    _deposit(tess)
    arrived = time.monotonic()
    hands = Hands(tess)
    for rank in range(DEVICES):
        hands.next_machine()
        _recondition(hands, rank)
    ended = time.monotonic()

    assert Device.objects.filter(state=DeviceState.READY).count() == DEVICES
    assert Erasure.objects.count() == DEVICES
    assert len(set(Device.objects.values_list("price", "grade", "model", "processor"))) == 1
    assert max(hands.gestures[1:]) <= MOST_GESTURES, hands.gestures
    told = f"{DEVICES} machines: first {hands.gestures[0]} gestures on the bench, then {max(hands.gestures[1:])} each"
    print(f"\n{told}; {(ended - arrived) / DEVICES:.1f} s each on the bench, {(ended - began) / DEVICES:.1f} s in all")  # noqa: T201


def _arrive(tess: Visitor) -> None:
    """Scanned as they come, then taken in hand, at the scan station."""
    line = "Ligne du lot"
    tess.page.goto("/appareils/scanner/receptionner/")
    tess.page.get_by_label(line).select_option(index=1)
    for mode in ("receptionner", "traiter"):
        if mode == "traiter":
            tess.page.goto("/appareils/scanner/traiter/")
        tess.page.evaluate(COUNT_ANSWERS)
        tess.page.locator("main input[name=tag]").focus()
        for rank in range(DEVICES):
            tess.page.keyboard.type(tag(rank))
            tess.page.keyboard.press("Enter")
        tess.page.locator(f"main[data-heard='{DEVICES}']").wait_for()


def _deposit(tess: Visitor) -> None:
    """Fifty files at once at most: what each says is read, foreseen, then written on all the machines at once."""
    files = [file for rank in range(DEVICES) for file in files_of(rank)]
    time.sleep(1)  # the erasures end within the second: none is deposited before its end
    for first in range(0, len(files), 50):
        tess.page.goto("/appareils/fichiers/")
        tess.page.locator("input[type=file]").set_input_files(files[first : first + 50])
        tess.presses("Déposer et lire")
        tess.reads("Trier les fichiers")
        tess.page.locator("button[name=enregistrer]").first.click()
        tess.page.wait_for_load_state()
    assert Device.objects.filter(processor="").count() == 0


def _recondition(hands: Hands, rank: int) -> None:
    """All that a file does not say: that it works, how it looks; of the first, its system, score and price too."""
    tess = hands.visitor
    if not rank:
        tess.page.goto("/appareils/etabli/")
    expect(tess.page.get_by_label(SCAN_BOX)).to_be_focused()
    hands.scans(tag(rank))
    tess.reads("Déclarer reconditionné")
    hands.ticks("Tout est bon")
    if not rank:
        hands.chooses("Système installé", "Windows 11")
        hands.types("Processeur (PassMark)", "6264")
        hands.types("Source du score", "PassMark")
        hands.types("Prix solidaire, en euros TTC", "45")
    hands.ticks("A – Traces d’usage légères")
    if rank:
        expect(tess.page.locator("#prix-habituel")).to_contain_text("Laissé vide")
    expect(tess.page.locator("#declarer")).to_be_focused()  # nothing is missing: Enter declares
    hands.enters()
    tess.reads("Mon établi")
