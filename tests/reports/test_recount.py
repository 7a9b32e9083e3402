"""A month recounted from the exported journals by a program that knows nothing of Maillon: to the last figure."""

import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from documents.services.papers import canonical
from lifecycle.exporting import export_journals
from refurb.enums import DeviceType
from refurb.models import Device
from reports.models import Report
from reports.secrecy.published import published
from tests.distribution.shelves import Shelf
from tests.donations.scene import laptops, screens
from tests.network.factories import make_epci
from tests.refurb.devices import fresh
from tests.reports.stories import DECEMBER, NOVEMBER, OCTOBER, Story, paris
from tests.reports.test_acts import this_month

pytestmark = pytest.mark.django_db


def recount(export: Path, figures: dict[str, Any]) -> tuple[int, str]:
    """What ``docs/recount_export.py`` answers, run by a bare Python: its exit code, its words."""
    said = export.parent / f"{figures['month']}.json"
    said.write_bytes(canonical(figures))
    reader = Path(settings.BASE_DIR) / "docs" / "recount_export.py"
    command = [sys.executable, "-I", "-S", str(reader), str(export), figures["month"][:7], str(said)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout


def agrees(export: Path, report: Report) -> bool:
    code, told = recount(export, report.figures)
    assert told.endswith(f"0 différence(s) avec {report.month.isoformat()}.json.\n"), told
    return code == 0


@pytest.fixture
def autumn() -> list[Report]:
    """Three months with all that is no act: undone in its month and in a later one, done again, reclassified, moved."""
    story = Story()
    screen, lost, wrong, *_ = (
        story.start(story.receive(device, paris(10, 6)), paris(10, 7))
        for device in story.lot(paris(10, 2), laptops(2), screens(4), qualified=paris(10, 3))[2:]
    )
    story.ready(screen, paris(10, 20))
    story.undo_reject(story.reject(fresh(wrong), paris(10, 21)), paris(10, 22))
    story.reject(fresh(wrong), paris(10, 23))
    story.lose(fresh(lost), paris(11, 1, 0, 0))
    story.reopen(fresh(screen), paris(11, 3))
    story.ready(fresh(screen), paris(11, 4))
    story.undo_reject(fresh(wrong), paris(11, 5))
    story.reject(fresh(wrong), paris(12, 1, 0, 30))
    story.move_to(fresh(screen), make_epci(), paris(11, 30, 23, 59))
    story.retype(story.register(paris(11, 10)), DeviceType.TABLET, paris(12, 2))
    return [story.computed(month) for month in (OCTOBER, NOVEMBER, DECEMBER)]


def test_each_month_is_recounted_to_the_last_figure(autumn: list[Report], tmp_path: Path) -> None:
    export_journals(tmp_path / "export")
    assert [agrees(tmp_path / "export", report) for report in autumn] == [True] * 3
    assert all(report.figures["variations"] for report in autumn), "a story where everything is an act proves little"
    assert {what for *_, what, _ in autumn[0].figures["quantities"]} == {"announced", "accepted", "taken"}


def test_what_households_were_given_is_recounted_as_well(tmp_path: Path) -> None:
    shelf = Shelf()
    device = shelf.handed_over()
    shelf.shipped()
    shelf.bench.in_process()
    export_journals(tmp_path / "export")
    report = this_month()
    assert Device.objects.get(pk=device.pk).need is not None
    assert report.figures["needs"]
    assert agrees(tmp_path / "export", report)


@pytest.mark.parametrize(
    ("name", "column", "told"),
    [("buckets", -4, "appareils"), ("quantities", -1, "quantités"), ("new_devices", None, "nouveaux")],
)
def test_a_figure_that_the_journal_does_not_say_is_told(
    autumn: list[Report], tmp_path: Path, name: str, column: int | None, told: str
) -> None:
    export_journals(tmp_path / "export")
    figures = deepcopy(autumn[0].figures)
    if column is None:
        figures[name] += 1
    else:
        figures[name][0][column] += 1
    code, said = recount(tmp_path / "export", figures)
    assert code == 1
    assert f"\n{told} " in said
    assert "1 différence(s) avec 2025-10-01.json." in said


def test_a_need_that_the_journal_does_not_say_is_told(tmp_path: Path) -> None:
    Shelf().handed_over()
    export_journals(tmp_path / "export")
    figures = deepcopy(this_month().figures)
    figures["needs"][0][-4] += 1
    code, said = recount(tmp_path / "export", figures)
    assert (code, "besoins " in said) == (1, True)


def test_a_line_taken_out_of_the_journal_is_missed(autumn: list[Report], tmp_path: Path) -> None:
    export_journals(tmp_path / "export")
    journal = tmp_path / "export" / "device.journal"
    kept = [line for line in journal.read_text().splitlines() if '"verb":"report_missing"' not in line]
    journal.write_text("\n".join(kept) + "\n")
    code, said = recount(tmp_path / "export", autumn[1].figures)
    assert (code, "\nappareils missing screen private : None au journal, [0, 1, 0, 1, 0] dans" in said) == (1, True), (
        said
    )


@pytest.mark.parametrize("taken_for", ["another month", "public figures"])
def test_figures_that_are_not_those_are_refused_in_a_sentence(
    autumn: list[Report], tmp_path: Path, taken_for: str
) -> None:
    export_journals(tmp_path / "export")
    figures = autumn[0].figures if taken_for == "another month" else published(autumn[1].figures)
    (tmp_path / "taken.json").write_bytes(canonical(figures))
    reader = Path(settings.BASE_DIR) / "docs" / "recount_export.py"
    command = [sys.executable, "-I", "-S", str(reader), str(tmp_path / "export"), "2025-11"]
    done = subprocess.run([*command, str(tmp_path / "taken.json")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("taken.json : ce ne sont pas les chiffres complets de 2025-11.\n")


def test_other_definitions_of_an_act_give_other_figures(autumn: list[Report], tmp_path: Path) -> None:
    export_journals(tmp_path / "export")
    verbs = tmp_path / "export" / "verbs.json"
    told = json.loads(verbs.read_text())
    told["device"]["recondition"]["act"] = False
    verbs.write_text(json.dumps(told))
    code, said = recount(tmp_path / "export", autumn[0].figures)
    assert (code, "\nappareils reconditioned screen" in said) == (1, True)


def test_without_figures_the_numbers_of_the_month_are_said(autumn: list[Report], tmp_path: Path) -> None:
    export_journals(tmp_path / "export")
    reader = Path(settings.BASE_DIR) / "docs" / "recount_export.py"
    command = [sys.executable, "-I", "-S", str(reader), str(tmp_path / "export"), "2025-10"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert next(line.split() for line in said if line.startswith("reconditioned")) == ["reconditioned", *"01010"]
    assert said[-1] == "6 appareils suivis de plus ; 4 enlevés"
