"""Reference files loaded again over rows that devices were graded and tested by, and over what the office decided."""

from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from conventions.models import PriceCeiling
from reference.families import family_of
from reference.files import read_family
from reference.loading import Written, load_reference, write_family
from refurb.models import Checklist, Grading, GradingScale, TestRun
from tests.refurb.devices import Bench, load_numbers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _graded_and_tested() -> None:
    load_numbers()
    bench = Bench()
    bench.prepared(bench.in_process())


def corrected(model: type[GradingScale | Checklist]) -> Written:
    """Load the files again with another wording: scales lose their caps, checklists their last function."""
    family = family_of(model)
    kind = "gradingcap" if model is GradingScale else "checklistfunction"
    lines = [
        replace(line, lines=line.lines | {kind: [] if model is GradingScale else line.lines[kind][:-1]})
        for line in read_family(family)
    ]
    return write_family(family, lines)


def test_a_scale_and_a_checklist_that_were_used_are_never_rewritten_by_their_file() -> None:
    scale, checklist = Grading.objects.get().scale, TestRun.objects.get().checklist
    caps, functions = scale.caps.count(), checklist.functions.count()
    assert caps
    assert functions

    scales, checklists = corrected(GradingScale), corrected(Checklist)

    assert scale.caps.count() == caps
    assert checklist.functions.count() == functions
    assert scales.kept == 1
    assert checklists.kept == 1


def test_those_nobody_used_are_put_right() -> None:
    scales = corrected(GradingScale)

    used = Grading.objects.get().scale
    assert not any(scale.caps.exists() for scale in GradingScale.objects.exclude(pk=used.pk))
    assert scales.unchanged + scales.changed == GradingScale.objects.count() - 1


def test_the_name_of_a_used_scale_stays_and_its_source_follows_the_file() -> None:
    scale = Grading.objects.get().scale
    family = family_of(GradingScale)
    told = read_family(family)
    write_family(family, [replace(line, told=line.told | {"name": "Autre nom"}) for line in told])
    assert GradingScale.objects.get(pk=scale.pk).name == scale.name

    sourced = [replace(line, dates=replace(line.dates, source="Autre source")) for line in told]
    write_family(family, sourced)
    assert GradingScale.objects.get(pk=scale.pk).source == "Autre source"


def test_an_end_decided_in_the_office_and_the_version_that_follows_outlive_the_files() -> None:
    today = timezone.localdate()
    former = PriceCeiling.objects.get(type="laptop")
    PriceCeiling.objects.filter(pk=former.pk).update(valid_to=today - timedelta(days=1))

    load_reference("conventions")

    assert PriceCeiling.objects.get(pk=former.pk).valid_to == today - timedelta(days=1)


def test_a_version_of_the_office_is_not_doubled_by_the_one_of_the_file() -> None:
    PriceCeiling.objects.filter(type="laptop").update(valid_from=date(2022, 1, 1), checked_on=date(2099, 1, 1))

    ceilings, *_ = load_reference("conventions")

    assert PriceCeiling.objects.filter(type="laptop").count() == 1
    assert ceilings.created == 0


def test_the_command_says_what_it_left_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    Grading.objects.get().scale.caps.update(label="Autre libellé")
    said = StringIO()
    call_command("load_reference", stdout=said)
    assert "1 laissée car déjà utilisée\u00a0: ajoutez une nouvelle version dans Administration" in said.getvalue()
