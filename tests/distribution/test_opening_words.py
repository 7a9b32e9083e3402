"""What is written of a point's opening and the hours at which appointments are offered: whoever keeps it is told."""

from datetime import time
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from distribution.models import PointOpening
from distribution.opening_words import at_odds, understood
from tests.distribution.hours import opened
from tests.distribution.shelves import Shelf
from tests.pages import acting, boxes, done, read

pytestmark = pytest.mark.django_db


def said_against(shelf: Shelf, words: str, **given: Any) -> str:
    opened(shelf, **given)
    PointOpening.objects.exclude(weekday__in=(1, 3)).delete()
    shelf.point.opening = words
    return at_odds(shelf.point, timezone.localdate())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Mardi, 9 h – 12 h", "jeudi de 9\u00a0h à 12\u00a0h"),
        ("mardi et jeudi de 14h à 17h30", "mardi de 9\u00a0h à 12\u00a0h, jeudi de 9\u00a0h à 12\u00a0h"),
        ("mardi 9h-12h, jeudi 14h-17h", "jeudi de 9\u00a0h à 12\u00a0h"),
        ("du mercredi au vendredi", "mardi de 9\u00a0h à 12\u00a0h"),
        ("Tous les jours, 10\u00a0h\u00a0–\u00a012\u00a0h", "mardi de 9\u00a0h à 12\u00a0h, jeudi"),
        ("8 h – 11 h", "mardi de 9\u00a0h à 12\u00a0h"),
    ],
)
def test_appointments_beside_what_is_written_are_told_with_their_hours(shelf: Shelf, words: str, told: str) -> None:
    said = said_against(shelf, words)
    assert f"disent «\u00a0{words}\u00a0»" in said
    assert f"aussi {told}" in said


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Sur rendez-vous",
        "mardi et jeudi, 9 h – 12 h, sur rendez-vous",
        "Du lundi au vendredi, 8h30-12h et 14h-17h",
        "lundi-jeudi 9:00 - midi",
        "du jeudi au mardi",
        "mardi matin et jeudi après-midi",
        "tous les jours sauf le mardi",
        "Fermé le jeudi",
        "le 1er jeudi du mois",
        "de 9 à 12 h",
        "mardi 12 h – 9 h",
        "mardi 99 h, jeudi 24 h",
        "\0 (?P<day>",
    ],
)
def test_what_agrees_and_what_only_a_person_understands_is_told_to_nobody(shelf: Shelf, words: str) -> None:
    assert said_against(shelf, words) == ""


def test_an_opening_that_begins_before_what_is_written_is_told(shelf: Shelf) -> None:
    said = said_against(shelf, "mardi et jeudi, 9 h – 12 h", starts_at=time(8, 30))
    assert "mardi de 8\u00a0h\u00a030 à 12\u00a0h" in said


def test_days_around_the_end_of_the_week_are_understood() -> None:
    (one,) = understood("samedi au lundi")
    assert one.days == {5, 6, 0}


def test_who_writes_the_words_or_the_hours_reads_that_they_disagree_and_once_mended_no_more(shelf: Shelf) -> None:
    client, point = acting(shelf.pilot), shelf.point
    edit, hours = (reverse(f"distribution:point_{name}", args=[point.reference]) for name in ("edit", "hours"))
    opened(shelf)
    after = done(client, edit, **boxes(client, edit) | {"opening": "Lundi, 9 h – 12 h"})
    assert "mais des rendez-vous se prennent aussi mardi" in read(client, after)
    assert "mais des rendez-vous se prennent aussi mardi" in read(client, hours)
    after = done(client, edit, **boxes(client, edit) | {"opening": "Tous les jours, 9 h – 12 h"})
    assert "mais des rendez-vous" not in read(client, after)
    assert "disent\u00a0: «\u00a0Tous les jours, 9 h – 12 h\u00a0»" in read(client, hours)
