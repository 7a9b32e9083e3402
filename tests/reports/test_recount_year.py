"""What the pilot reads of a year, recounted from the exported journals by a program that knows nothing of Maillon."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from conventions.models import Convention, Quota
from lifecycle import gate
from lifecycle.exporting import export_journals
from refurb.enums import UnusableReason
from reports.months import bounds, month_of
from reports.refusals import REFUSED, lines_by_reason
from reports.standing import TimeSpan
from reports.volumes import volumes_of
from tests.distribution.shelves import Shelf
from tests.refurb.devices import fresh
from tests.reports.stories import Story, paris
from tests.reports.test_volumes import from_the_reserve
from tests.reports.test_yearly_steering import AUTUMN, lived, on_the_bench, reject, story

pytestmark = pytest.mark.django_db
__all__ = ["story"]


def recounted(folder: Path, first: str, last: str) -> Counter[str]:
    """What ``docs/recount_year.py`` answers, run by a bare Python: a number for each thing that it names."""
    export_journals(folder)
    reader = Path(settings.BASE_DIR) / "docs" / "recount_year.py"
    command = [sys.executable, "-I", "-S", str(reader), str(folder), first, last]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not done.stderr
    said = [line.rpartition(" ") for line in done.stdout.splitlines()[1:]]
    return +Counter({name: int(number) for name, _, number in said})


def test_refusals_are_recounted_to_the_last_one(story: Story, tmp_path: Path) -> None:
    _, _, third, fourth, fifth = on_the_bench()
    story.undo_reject(reject(story, third, UnusableReason.BROKEN, paris(10, 20)), paris(12, 1))
    story.undo_reject(reject(story, fourth, UnusableReason.BROKEN, paris(10, 20)), paris(10, 21))
    reject(story, fourth, UnusableReason.OBSOLETE, paris(11, 21))
    story.receive(story.lose(reject(story, fifth, UnusableReason.BROKEN, paris(10, 20)), paris(10, 22)), paris(10, 23))
    reject(story, fifth, UnusableReason.INCOMPLETE, paris(10, 24))
    lived(story)

    verbs = {"device": "reject", "donation": "decline", "need": "drop"}
    told: Counter[str] = Counter()
    for one in REFUSED:
        machine = one.arrival.model.machine.name
        rows = one.rows(AUTUMN).items()
        told.update({f"{machine}.{verbs.get(machine, 'refuse')} {reason}": len(found) for reason, found in rows})
    told["donation.lines units"] = sum(units for _, units in lines_by_reason(AUTUMN).values())

    assert recounted(tmp_path / "export", "2025-10", "2025-12") == told
    assert told["device.reject obsolete"] == told["device.reject incomplete"] == 1


def test_what_is_handed_over_by_convention_is_recounted(tmp_path: Path) -> None:
    shelf = Shelf(quotas={"laptop": 20, "desktop": 5})
    shelf.handed_over()
    undone = gate.apply(shelf.handed_over(), "undo_hand_over", actor=shelf.adviser, reason="entry")
    shelf.hand_over(fresh(undone))
    shelf.exchange(shelf.available(), shelf.returned())
    gate.apply(shelf.handed_over(), "undo_hand_over", actor=shelf.adviser, reason="entry")
    shelf.handed_over(shelf.reserved(shelf.on_the_shelf(shelf.desktop())))
    other = shelf.another_convention()
    shelf.handed_over(shelf.reserved(shelf.available(convention=other)))
    from_the_reserve(shelf)
    month = month_of(timezone.now())
    period = TimeSpan(*bounds(month))

    found = recounted(tmp_path / "export", f"{month:%Y-%m}", f"{month:%Y-%m}")

    told = {Convention.objects.get(pk=one.convention).reference: one.within for one in volumes_of(period)}
    assert told == {shelf.convention.reference: 4, other.reference: 1}
    of_the_reserve = f"device.hand_over {shelf.convention.reference} place {Quota.objects.reserve().get().pk}"
    assert found.pop(of_the_reserve) == 1, "it keeps no promise of a convention"
    by_convention: Counter[str] = Counter()
    for name, number in found.items():
        what, reference, *_ = name.split()
        by_convention.update({reference: number} if what == "device.hand_over" else {})
    assert by_convention == told
