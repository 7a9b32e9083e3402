"""« Annuler », the button that gives up, never stands beside a verb that annuls: nobody can tell which does which."""

import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from lifecycle.forms import CommentForm
from lifecycle.machine import verbs_of
from tests.desk.test_awareness import Room
from tests.desk.test_committees import planned
from tests.pages import acting, read
from tests.test_consistency import MACHINES

ANNULS = sorted(
    {verb.label for model in MACHINES for verb in verbs_of(model).values() if verb.label.startswith("Annuler")}
)
GIVES_UP = re.compile(r'<a class="btn btn-outline-primary" href="[^"]*">([^<]+)</a>')


@pytest.mark.parametrize("label", [*ANNULS, "Annuler ce comité"])
def test_beside_a_verb_that_annuls_the_button_that_gives_up_says_that_nothing_changes(label: str) -> None:
    one = {"form": CommentForm(), "cancel_url": "/", "submit": label}
    assert GIVES_UP.findall(render_to_string("_partials/form.html", one)) == ["Ne rien changer"]
    titled = one | {"submit": "Revenir sur la décision", "title": label}
    assert GIVES_UP.findall(render_to_string("_partials/form.html", titled)) == ["Ne rien changer"]


def test_beside_any_other_verb_it_says_annuler() -> None:
    one = {"form": CommentForm(), "cancel_url": "/", "submit": "Réserver"}
    assert GIVES_UP.findall(render_to_string("_partials/form.html", one)) == ["Annuler"]


@pytest.mark.django_db
def test_the_pages_that_call_off_a_session_and_a_committee_say_so_too() -> None:
    room = Room()
    committee = planned(room.pilot)
    for url in (
        reverse("network:awareness_cancel", args=[room.session.reference]),
        reverse("desk:committee_cancel", args=[committee.pk]),
    ):
        assert "Ne rien changer" in GIVES_UP.findall(read(acting(room.pilot), url)), url
