"""« Autre motif » alone defends nothing: of a lot, a prospect, an allotment, a return, a word is asked with it."""

from collections.abc import Callable
from typing import Any

import pytest

from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.machine import Stateful
from network.models import Membership
from tests.desk.test_awareness import Room
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene
from tests.donations.test_prospects import Ground

type Found = tuple[Stateful, Membership]
pytestmark = pytest.mark.django_db


def announced() -> Found:
    scene = Scene()
    return scene.announced(), scene.pilot


def draft() -> Found:
    scene = Scene()
    return scene.draft(), scene.contact


def prospect() -> Found:
    ground = Ground()
    return ground.prospect, ground.manager


def session() -> Found:
    room = Room()
    return room.session, room.pilot


def allotted() -> Found:
    shelf = Shelf()
    return shelf.allotted(), shelf.manager


def available() -> Found:
    shelf = Shelf()
    return shelf.available(), shelf.adviser


@pytest.mark.parametrize(
    ("verb", "reach"),
    [
        ("decline", announced),
        ("withdraw", draft),
        ("give_up", prospect),
        ("cancel", session),
        ("release_allotment", allotted),
        ("send_back", available),
    ],
)
def test_another_reason_is_refused_without_a_word_and_done_with_one(verb: str, reach: Callable[[], Found]) -> None:
    row, actor = reach()
    asked: dict[str, Any] = {"actor": actor, "reason": "other"}
    with pytest.raises(Refused) as refused:
        gate.apply(row, verb, comment="  ", **asked)
    assert [(reason.code, reason.field) for reason in refused.value.all] == [("other_explained", "comment")]
    assert gate.apply(row, verb, comment="Convenu avec le pilote.", **asked).state != row.state


def test_the_donor_of_a_lot_declined_for_another_reason_is_told_whom_to_ask(settings: Any) -> None:
    settings.LEGAL = settings.LEGAL | {"contact": "pilotage@exemple.test"}
    donation, pilot = announced()
    gate.apply(donation, "decline", actor=pilot, reason="other", comment="Lot déjà donné ailleurs")
    body = Mail.objects.get(about_pk=donation.pk, subject__contains="ne peut pas être repris").body
    assert "demandez-le au Département, pilotage@exemple.test." in body
    assert "autre motif" not in body
    assert "déjà donné" not in body, "a comment is read by the organisation of who writes it, and the pilot"
