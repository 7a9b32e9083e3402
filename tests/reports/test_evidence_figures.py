"""Missing erasures and incidents, as they were at the last instant of the month."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from refurb.enums import Claim, DestructionMethod, DeviceType, RemovalDestination
from refurb.models import Device, Drive
from refurb.services import evidence, stock
from tests.donations.scene import screens
from tests.refurb.devices import fresh
from tests.refurb.pages import acting
from tests.reports.stories import DECEMBER, NOVEMBER, OCTOBER, Story, member, observers, paris

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return Story()


def drive_of(story: Story, device: Device, at: datetime) -> Drive:
    return story.bench.drive(device, at=at)


def erase(story: Story, drive: Drive, at: datetime, **given: Any) -> None:
    story.bench.erase(drive, at=at, finished_at=at, **given)


def on_the_bench(story: Story, type_: DeviceType = DeviceType.LAPTOP) -> Device:
    return story.start(story.register(paris(9, 1), type_), paris(9, 2))


def recycle(story: Story, device: Device, at: datetime) -> None:
    """Hand it to a recycler who will certify that its drives are destroyed."""
    given = {"recycler": story.bench.recycler, "bsd_number": "BSD-20251002-ABC123", "destruction_awaited": True}
    stock.recycle_device(actor=story.technician, device=device, at=at, **given)


def missing(story: Story, month: Any = OCTOBER) -> tuple[int, int, int]:
    """Drives, devices, incidents."""
    figures = story.computed(month).figures
    return (*figures["missing_erasures"].values(), figures["incidents"])


def test_a_lost_device_with_a_drive_that_nothing_proves_is_missing_until_found(story: Story) -> None:
    device = on_the_bench(story)
    drive = drive_of(story, device, paris(9, 3))
    story.lose(device, paris(10, 31, 23, 59, 59))
    story.receive(device, paris(11, 1, 0, 30))
    assert missing(story, OCTOBER) == (0, 1, 1)
    assert missing(story, NOVEMBER) == (1, 0, 0), "the device is found, its drive is not"
    story.bench.drive(fresh(device), serial=drive.serial, at=paris(12, 2))
    assert missing(story, DECEMBER) == (0, 0, 0)


def test_each_missing_proof_opens_onto_its_devices(story: Story) -> None:
    device, lost = on_the_bench(story), on_the_bench(story)
    drive_of(story, device, paris(10, 2))
    drive_of(story, device, paris(10, 2))
    recycle(story, story.reject(device, paris(10, 3)), paris(10, 4))
    story.lose(lost, paris(10, 5))
    report = story.published()
    pilot, reader = acting(story.pilot), acting(member(*observers()[0]))
    page = reverse("reports:report_detail", args=[report.reference])
    html = pilot.get(page).content.decode()
    for what, count, counted in (("disques", 2, device), ("introuvables", 1, lost), ("incidents", 1, lost)):
        assert f'"preuves/{what}/"' in html
        behind = pilot.get(f"{page}preuves/{what}/")
        assert behind.context["found"] == behind.context["figure"] == count
        assert [row.pk for row in behind.context["listing"].records] == [counted.pk]
        assert reader.get(f"{page}preuves/{what}/").status_code == 403
    assert pilot.get(f"{page}preuves/autre/").status_code == 404


def test_missing_erasures_are_drives_on_the_page_of_the_month_as_on_the_first_page_and_lost_devices_have_their_own_name(
    story: Story,
) -> None:
    device = on_the_bench(story)
    drive_of(story, device, paris(10, 2))
    drive_of(story, device, paris(10, 2))
    recycle(story, story.reject(device, paris(10, 3)), paris(10, 4))
    story.lose(on_the_bench(story), paris(10, 5))
    report, pilot = story.computed(), acting(story.pilot)
    first_page = pilot.get("/").context["blocks"]
    (waiting,) = (shown.count for shown in first_page if shown.block.title == "Effacements manquants")
    told = facts(pilot.get(reverse("reports:report_detail", args=[report.reference])).content.decode())
    assert told["Effacements manquants (objectif\u00a0:\u00a00)"].startswith(f"{waiting} disques")
    assert told["Appareils introuvables sans preuve d’effacement (objectif\u00a0:\u00a00)"] == "1"


def facts(html: str) -> dict[str, str]:
    """``{term: what is said of it}`` of the lists of facts of a page, as a person reads them."""
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", html, re.DOTALL)
    return {term: " ".join(re.sub(r"<[^>]+>", " ", said).split()) for term, said in pairs}


def test_a_lost_device_without_inventory_is_missing(story: Story) -> None:
    story.lose(on_the_bench(story), paris(10, 3))
    assert missing(story) == (0, 1, 1)


def test_a_device_lost_before_anyone_took_it_is_not(story: Story) -> None:
    story.lose(story.lot(paris(10, 1))[0], paris(10, 3))
    assert missing(story) == (0, 0, 0)


def test_a_screen_that_was_announced_holds_no_data(story: Story) -> None:
    announced = story.lot(paris(9, 1), screens(1))[0]
    story.lose(story.start(story.receive(announced, paris(9, 2)), paris(9, 3)), paris(10, 3))
    assert missing(story) == (0, 0, 0)


def test_a_lost_screen_that_nobody_announced_is_missing(story: Story) -> None:
    story.lose(on_the_bench(story, DeviceType.SCREEN), paris(10, 4))
    assert missing(story) == (0, 1, 1), "who says that it is a screen?"


def test_a_device_proven_empty_before_it_was_lost_is_not_missing(story: Story) -> None:
    device = on_the_bench(story)
    erase(story, drive_of(story, device, paris(9, 3)), paris(9, 4))
    story.lose(device, paris(10, 3))
    assert missing(story) == (0, 0, 0)


def test_a_refused_erasure_proves_nothing(story: Story) -> None:
    device = on_the_bench(story)
    erase(story, drive_of(story, device, paris(9, 3)), paris(9, 4), bytes_erased=1, claimed=Claim.ERASED)
    story.lose(device, paris(10, 3))
    assert missing(story) == (0, 1, 1)


def test_proofs_of_an_earlier_stay_count_no_more(story: Story) -> None:
    device = on_the_bench(story)
    erase(story, drive_of(story, device, paris(9, 3)), paris(9, 4))
    device = story.receive(story.lose(device, paris(9, 10)), paris(9, 20))
    story.lose(device, paris(10, 3))
    assert missing(story) == (0, 1, 1)


def destroyed(story: Story, drive: Drive, at: datetime) -> None:
    evidence.record_destruction(
        actor=story.technician, drive=drive, method=DestructionMethod.DRILL, destroyed_at=at, at=at
    )


@pytest.mark.parametrize("prove", [erase, destroyed])
def test_a_removed_drive_is_missing_until_it_is_proven(
    story: Story, prove: Callable[[Story, Drive, datetime], None]
) -> None:
    drive = drive_of(story, on_the_bench(story), paris(9, 3))
    evidence.remove_drive(
        actor=story.technician,
        drive=drive,
        destination=RemovalDestination.STOCK,
        removed_at=paris(10, 5),
        at=paris(10, 5),
    )
    prove(story, drive, paris(11, 1, 0, 0))
    assert missing(story, OCTOBER) == (1, 0, 0)
    assert missing(story, NOVEMBER) == (0, 0, 0)


def test_a_drive_inventoried_by_mistake_is_no_drive(story: Story) -> None:
    drive = drive_of(story, on_the_bench(story), paris(9, 3))
    evidence.remove_drive(
        actor=story.scene.north.manager,
        drive=drive,
        destination=RemovalDestination.MISTAKE,
        removed_at=paris(10, 5),
        at=paris(10, 5),
    )
    assert missing(story) == (0, 0, 0)


def test_a_device_lost_with_only_a_mistake_in_its_inventory_is_missing(story: Story) -> None:
    device = on_the_bench(story)
    drive = drive_of(story, device, paris(9, 3))
    evidence.remove_drive(
        actor=story.scene.north.manager,
        drive=drive,
        destination=RemovalDestination.MISTAKE,
        removed_at=paris(9, 5),
        at=paris(9, 5),
    )
    story.lose(device, paris(10, 3))
    assert missing(story)[:2] == (0, 1)


def test_a_recycled_device_whose_certificate_is_awaited_is_missing(story: Story) -> None:
    device = on_the_bench(story)
    drive_of(story, device, paris(9, 3))
    story.reject(device, paris(10, 1))
    recycle(story, device, paris(10, 2))
    assert missing(story) == (1, 0, 0)


def test_counted_now_the_drives_are_those_of_the_list_of_reconditioning(story: Story) -> None:
    gone, kept, removed, struck = (drive_of(story, on_the_bench(story), paris(9, 3)) for _ in range(4))
    story.reject(Device.objects.get(pk=gone.device_id), paris(10, 1))
    recycle(story, Device.objects.get(pk=gone.device_id), paris(10, 2))
    erase(story, kept, paris(10, 2))
    for drive, where, actor in (
        (removed, RemovalDestination.STOCK, story.technician),
        (struck, RemovalDestination.MISTAKE, story.scene.north.manager),
    ):
        evidence.remove_drive(actor=actor, drive=drive, destination=where, removed_at=paris(10, 5), at=paris(10, 5))
    listed = Drive.objects.missing_erasures()
    assert set(listed) == {gone, removed}
    assert missing(story)[0] == len(listed)


def test_the_proofs_of_the_month_that_are_only_the_word_of_a_person_are_counted(story: Story) -> None:
    device = on_the_bench(story)
    erase(story, drive_of(story, device, paris(9, 3)), paris(9, 4))
    second, third = (drive_of(story, device, paris(10, 3)) for _ in range(2))
    erase(story, second, paris(10, 4))
    erase(story, third, paris(10, 4), bytes_erased=1)
    assert story.computed(OCTOBER).figures["typed_erasures"] == 1
    story.bench.erase(second, at=paris(11, 4), finished_at=paris(11, 4), supersedes=second.erasures.get())
    assert story.computed(NOVEMBER).figures["typed_erasures"] == 1


def test_typed_proofs_are_told_to_all_readers_and_open_onto_their_devices(story: Story) -> None:
    device = on_the_bench(story)
    for _ in range(2):
        erase(story, drive_of(story, device, paris(10, 3)), paris(10, 4))
    report = story.published()
    pilot, reader = acting(story.pilot), acting(member(*observers()[0]))
    page = reverse("reports:report_detail", args=[report.reference])
    assert '"preuves/saisis/"' in pilot.get(page).content.decode()
    behind = pilot.get(f"{page}preuves/saisis/")
    assert behind.context["found"] == behind.context["figure"] == 2
    assert [row.pk for row in behind.context["listing"].records] == [device.pk]
    assert "Chaque ligne du journal" not in behind.content.decode()
    assert reader.get(f"{page}preuves/saisis/").status_code == 403
    assert reader.get(f"{page}publies.json").json()["typed_erasures"] == 2
