"""Scores of processors from a file: foreseen, then versions of the table; the same file changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from desk.models import ImportedScore, ReferenceAction, ReferenceChange
from imports.models import Import
from network.enums import OrganisationKind, Role
from refurb.models import ProcessorScore
from tests.imports.files import csv_file
from tests.network.factories import make_membership
from tests.pages import acting, read

pytestmark = pytest.mark.django_db
PAGE = reverse("desk:scores_import")
HEAD = ("CPU Name", "CPU Mark", "Source")
TABLE = "scores-des-processeurs"


def pilot() -> Client:
    return acting(make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT))


def in_force(name: str = "Intel Core i5-8350U", score: int = 6264, **given: Any) -> ProcessorScore:
    """A score that the table has since last year."""
    since = timezone.localdate() - timedelta(days=400)
    values = {"key": "I58350U", "valid_from": since, "source": "Relevé", "checked_on": since}
    return ProcessorScore.objects.create(name=name, score=score, **values | given)


def bring(client: Client, *rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> Import:
    file = SimpleUploadedFile("scores.csv", csv_file((head, *rows)), content_type="text/csv")
    answer = client.post(PAGE, {"deposit": file})
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.latest("pk")


def take(client: Client, source: Import) -> str:
    return str(client.post(reverse("imports:import_apply", args=[source.pk]), follow=True).content.decode())


def today() -> dict[str, tuple[int, str]]:
    rows = ProcessorScore.objects.on(timezone.localdate())
    return {row.name: (row.score, row.source) for row in rows}


def test_a_file_is_foreseen_then_each_line_is_a_version_with_its_source_and_a_trace() -> None:
    in_force()
    client = pilot()

    source = bring(client, ("i5-8350u", "6 300", "PassMark"), ("Intel Core i7-8650U", "6523", "PassMark"))
    shown = read(client, reverse("imports:import_detail", args=[source.pk]))

    assert today() == {"Intel Core i5-8350U": (6264, "Relevé")}
    assert "6\u202f264 jusqu’ici" in shown
    take(client, source)
    assert today() == {"Intel Core i5-8350U": (6300, "PassMark"), "Intel Core i7-8650U": (6523, "PassMark")}
    former = ProcessorScore.objects.get(score=6264)
    assert former.valid_to == timezone.localdate() - timedelta(days=1)
    traces = set(ReferenceChange.objects.values_list("action", flat=True))
    assert traces == {ReferenceAction.REPLACED, ReferenceAction.ENDED, ReferenceAction.ADDED}


def test_the_same_file_twice_changes_nothing() -> None:
    client = pilot()
    rows = [("Intel Core i7-8650U", "6523", "PassMark")]
    take(client, bring(client, *rows))
    before = ProcessorScore.objects.count()

    source = bring(client, *rows)

    assert ProcessorScore.objects.count() == before
    assert "déjà" in read(client, reverse("imports:import_detail", args=[source.pk])).lower()
    assert ImportedScore.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("", "6523", "PassMark"), "Le nom du processeur manque."),
        (("Intel Core i7-8650U", "", "PassMark"), "Le score manque."),
        (("Intel Core i7-8650U", "6,37E+15", "PassMark"), "Score"),
        (("Intel Core i7-8650U", "999999", "PassMark"), "n’est pas un CPU Mark"),
        (("Intel Core i7-8650U", "-3", "PassMark"), "Score"),
        (("Intel Core i7-8650U", "6523", ""), "Dites d’où vient ce score."),
        (("Intel Core i5-8350U", "6264", "Autre"), "Déjà ce score."),
    ],
)
def test_a_line_that_is_left_says_why_and_the_others_are_taken(row: tuple[str, ...], told: str) -> None:
    in_force()
    client = pilot()

    source = bring(client, row, ("AMD Ryzen 5 PRO 2500U", "6100", "PassMark"))

    assert told in read(client, reverse("imports:import_detail", args=[source.pk]))
    take(client, source)
    assert set(today()) == {"Intel Core i5-8350U", "AMD Ryzen 5 PRO 2500U"}
    assert today()["Intel Core i5-8350U"] == (6264, "Relevé")


def test_one_processor_spelt_twice_or_changed_for_a_day_to_come_is_left_to_a_person() -> None:
    in_force()
    in_force("Intel Core i7-8650U", 7000, key="I78650U", valid_from=timezone.localdate() + timedelta(days=9))
    client = pilot()

    source = bring(
        client,
        ("i5 8350U", "6300", "PassMark"),
        ("Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz", "6301", "PassMark"),
        ("Intel Core i7-8650U", "6523", "PassMark"),
    )
    shown = read(client, reverse("imports:import_detail", args=[source.pk]))

    assert "Même processeur que la ligne" in shown
    assert "pour un jour à venir" in shown
    take(client, source)
    assert today() == {"Intel Core i5-8350U": (6300, "PassMark")}


def test_nobody_but_the_pilot_brings_scores_nor_reads_what_was_brought() -> None:
    source = bring(pilot(), ("Intel Core i7-8650U", "6523", "PassMark"))
    for role, kind in ((Role.MANAGER, OrganisationKind.RECONDITIONER), (Role.OBSERVER, OrganisationKind.DEPARTEMENT)):
        client = acting(make_membership(role, kind))
        assert client.get(PAGE).status_code == 403
        assert client.get(reverse("imports:import_detail", args=[source.pk])).status_code == 404
        assert client.post(reverse("imports:import_apply", args=[source.pk])).status_code == 404
    assert today() == {}
    assert PAGE in read(pilot(), reverse("desk:reference_list", args=[TABLE]))
