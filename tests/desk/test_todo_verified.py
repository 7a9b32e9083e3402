"""« À faire » of the pilot says when the journals and the reports were last found whole, and what is wrong."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from desk.todo.blocks import Shown
from lifecycle.models import Verification
from lifecycle.verification import JOURNALS
from reports.services import REPORTS
from typography.french import moment

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TONIGHT, LONG_AGO = NOW - timedelta(hours=6), NOW - timedelta(days=3)


def verified(subject: str, **columns: Any) -> Verification:
    columns = {"started_at": TONIGHT, "rows_count": 12345} | columns
    return Verification.objects.create(subject=subject, **{"finished_at": columns["started_at"]} | columns)


def faulty(subject: str, *faults: str, **columns: Any) -> Verification:
    return verified(subject, **{"faults": list(faults), "faults_count": len(faults)} | columns)


@pytest.fixture
def shown(office: Client) -> Any:
    def read() -> Shown:
        response = office.get("/")
        there = [*response.context["blocks"], *response.context["quiet"]]
        return next(one for one in there if one.block.key == "verifications")

    return read


def test_a_night_without_a_fault_is_told_with_its_hour(shown: Any) -> None:
    verified(JOURNALS)
    verified(REPORTS, rows_count=1)
    block = shown()
    assert block.count == 0
    said = block.block.empty
    assert f"Journaux\u00a0: sans faute le {moment(TONIGHT)}, 12\u202f345\u00a0lignes relues." in said
    assert f"Rapports mensuels\u00a0: sans faute le {moment(TONIGHT)}, 1\u00a0mois relu." in said


def test_each_fault_is_a_line_with_the_last_time_there_was_none(shown: Any) -> None:
    verified(JOURNALS, started_at=LONG_AGO)
    faulty(JOURNALS, "device A-1, ligne n° 2", "device A-2, ligne n° 1", faults_count=5)
    verified(REPORTS)
    block = shown()
    assert [line.title for line in block.lines] == [
        "device A-1, ligne n° 2",
        "device A-2, ligne n° 1",
        "3\u00a0autres fautes",
    ]
    assert block.late == 3
    assert {line.when for line in block.lines} == {f"aucune le {moment(LONG_AGO)}"}


def test_one_fault_more_than_those_kept_in_words_is_one(shown: Any) -> None:
    faulty(JOURNALS, "device A-1", faults_count=2)
    assert [line.title for line in shown().lines][:2] == ["device A-1", "1\u00a0autre faute"]


def test_a_night_that_did_not_run_or_did_not_end_is_told(shown: Any) -> None:
    verified(JOURNALS, started_at=LONG_AGO)
    verified(JOURNALS, finished_at=None)
    block = shown()
    assert [(line.title, line.about, line.is_late) for line in block.lines] == [
        ("Journaux", "pas vérifiés", True),
        ("Rapports mensuels", "pas encore vérifiés", False),
    ]
    assert moment(LONG_AGO) in block.lines[0].when


def test_the_page_of_the_block_and_the_guide_behind_its_lines_open(shown: Any, office: Client) -> None:
    faulty(JOURNALS, "device A-1")
    block = shown()
    assert "device A-1" in office.get(block.block.address).content.decode()
    page, _, anchor = block.lines[0].url.partition("#")
    assert f'id="{anchor}"' in office.get(page).content.decode()
