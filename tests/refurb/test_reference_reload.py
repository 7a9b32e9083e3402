"""Reference files loaded again over rows that devices were graded and tested by, and over what the office decided."""

from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from conventions.models import PriceCeiling
from conventions.services.reference import load_conventions_reference
from network.services.reference import Written
from refurb.models import Checklist, Grading, GradingScale, TestRun
from refurb.readers.reference import Reference, read_reference
from refurb.services.reference import load_reference
from tests.refurb.devices import Bench, load_numbers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _graded_and_tested() -> None:
    load_numbers()
    bench = Bench()
    bench.prepared(bench.in_process())


def corrected() -> Reference:
    """The files with another wording: a criterion of the scale of PC and a function of laptops are renamed."""
    told = read_reference()
    scales = [replace(row, scale=replace(row.scale, caps=[])) for row in told.scales]
    checklists = [replace(row, functions=row.functions[:-1]) for row in told.checklists]
    return replace(told, scales=scales, checklists=checklists)


def of(report: list[Written], model: type[GradingScale | Checklist]) -> Written:
    label = str(model._meta.verbose_name_plural).capitalize()
    return next(written for written in report if written.label == label)


def test_a_scale_and_a_checklist_that_were_used_are_never_rewritten_by_their_file() -> None:
    scale, checklist = Grading.objects.get().scale, TestRun.objects.get().checklist
    caps, functions = scale.caps.count(), checklist.functions.count()
    assert caps
    assert functions

    report = load_reference(corrected())

    assert scale.caps.count() == caps
    assert checklist.functions.count() == functions
    assert of(report, GradingScale).kept == 1
    assert of(report, Checklist).kept == 1


def test_those_nobody_used_are_put_right() -> None:
    report = load_reference(corrected())

    used = Grading.objects.get().scale
    assert not any(scale.caps.exists() for scale in GradingScale.objects.exclude(pk=used.pk))
    assert of(report, GradingScale).unchanged + of(report, GradingScale).changed == GradingScale.objects.count() - 1


def test_the_name_of_a_used_scale_stays_and_its_source_follows_the_file() -> None:
    scale = Grading.objects.get().scale
    told = read_reference()
    named = replace(told, scales=[replace(row, name="Autre nom") for row in told.scales])
    load_reference(named)
    assert GradingScale.objects.get(pk=scale.pk).name == scale.name

    sourced = [replace(row, dates=replace(row.dates, source="Autre source")) for row in told.scales]
    load_reference(replace(told, scales=sourced))
    assert GradingScale.objects.get(pk=scale.pk).source == "Autre source"


def test_an_end_decided_in_the_office_and_the_version_that_follows_outlive_the_files() -> None:
    today = timezone.localdate()
    former = PriceCeiling.objects.get(type="laptop")
    PriceCeiling.objects.filter(pk=former.pk).update(valid_to=today - timedelta(days=1))

    load_conventions_reference()

    assert PriceCeiling.objects.get(pk=former.pk).valid_to == today - timedelta(days=1)


def test_a_version_of_the_office_is_not_doubled_by_the_one_of_the_file() -> None:
    PriceCeiling.objects.filter(type="laptop").update(valid_from=date(2022, 1, 1), checked_on=date(2099, 1, 1))

    ceilings, *_ = load_conventions_reference()

    assert PriceCeiling.objects.filter(type="laptop").count() == 1
    assert ceilings.created == 0


def test_the_command_says_what_it_left_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    Grading.objects.get().scale.caps.update(label="Autre libellé")
    said = StringIO()
    call_command("load_reference", stdout=said)
    assert "1 laissée car déjà utilisée\u00a0: ajoutez une nouvelle version dans Administration" in said.getvalue()
