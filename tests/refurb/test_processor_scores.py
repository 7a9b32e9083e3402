"""A score of a processor is looked up, proposed with its source, or said to be unknown; typed once, it serves again."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from refurb.models import Device, ProcessorScore
from refurb.readers.names import processor_key
from refurb.services.processors import proposed_score
from tests.pages import acting, read
from tests.refurb.devices import GOOD_PC, Bench, load_numbers

pytestmark = pytest.mark.django_db
PROCESSOR = "Intel Core i9-99999X"


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def scored(score: int, since: date, until: date | None = None, **given: Any) -> ProcessorScore:
    name = given.pop("name", PROCESSOR)
    dates = {"valid_from": since, "valid_to": until, "source": "PassMark", "checked_on": since}
    return ProcessorScore.objects.create(name=name, key=processor_key(name), score=score, **dates)


def found(device: Device, day: date | None = None) -> int | None:
    score = proposed_score(device, day or timezone.localdate())
    return score and score.score


def test_the_scores_of_the_files_of_the_project_are_found_however_the_processor_is_written(bench: Bench) -> None:
    assert found(bench.in_process(processor="i5 6200u")) == 3011


def test_a_score_is_that_of_the_day(bench: Bench) -> None:
    device = bench.in_process(processor=PROCESSOR)
    scored(5000, date(2026, 1, 1), date(2026, 6, 30))
    scored(5200, date(2026, 7, 1))
    assert [found(device, day) for day in (date(2025, 12, 31), date(2026, 6, 30), date(2026, 7, 1))] == [
        None,
        5000,
        5200,
    ]


def test_an_unknown_processor_is_said_to_be_so(bench: Bench) -> None:
    device = bench.in_process(processor=PROCESSOR)
    assert found(device) is None
    page = read(acting(bench.technician), reverse("refurb:device_grade", args=[device.reference]))
    assert f"{PROCESSOR}\u00a0: score inconnu, tapez-le une fois." in page


def test_a_score_typed_once_is_proposed_for_the_next_one_with_its_source(bench: Bench) -> None:
    first, second = bench.in_process(processor=PROCESSOR), bench.in_process(processor="i9 99999X")
    asked = {**GOOD_PC, "cpu_mark": 41234, "cosmetic": "A", "cpu_mark_source": "cpubenchmark.net, 28/11/2026"}
    browser = acting(bench.technician)
    response = browser.post(reverse("refurb:device_grade", args=[first.reference]), asked)
    assert response.status_code == 302
    page = read(browser, reverse("refurb:device_grade", args=[second.reference]))
    assert 'value="41234"' in page
    assert "cpubenchmark.net, 28/11/2026" in page
    assert found(Bench().in_process(processor=PROCESSOR)) is None  # another workshop's word is not ours


def test_the_table_of_the_pilot_wins_over_what_was_typed(bench: Bench) -> None:
    first, second = bench.in_process(processor=PROCESSOR), bench.in_process(processor=PROCESSOR)
    bench.grade(first, cpu_mark=1)
    scored(4321, date(2026, 1, 1))
    assert found(second) == 4321


def test_the_pilot_adds_a_score_and_it_is_found_however_it_is_written(bench: Bench) -> None:
    browser = acting(bench.pilot)
    assert "Intel Core i5-6200U" in read(browser, reverse("desk:reference_list", args=["scores-des-processeurs"]))
    today = timezone.localdate()
    asked = {"name": PROCESSOR, "score": 40000, "valid_from": today, "source": "PassMark", "checked_on": today}
    response = browser.post(reverse("desk:reference_add", args=["scores-des-processeurs"]), asked)
    assert response.status_code == 302, response.content.decode()
    assert found(bench.in_process(processor="i9-99999x")) == 40000
