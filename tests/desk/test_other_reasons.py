"""« Autre motif » alone defends nothing: of a lot, a prospect, an allotment, a return, a word is asked with it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.machine import Stateful
from lifecycle.requirements import EXPLAINED_IN_COMMENT
from network.models import Membership
from tests.desk.test_awareness import Room
from tests.distribution.shelves import Shelf, screen_of
from tests.donations.scene import Scene
from tests.donations.test_prospects import Ground
from tests.pages import acting, answered, done, read
from tests.refurb.devices import fresh

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


@pytest.mark.parametrize(("verb", "state"), [("release_allotment", "ready"), ("send_back", "received")])
def test_a_screen_follows_its_desktop_whatever_the_reason(verb: str, state: str) -> None:
    shelf = Shelf()
    desktop = shelf.allotted(shelf.desktop())
    if verb == "send_back":
        desktop = shelf.shipped(desktop)
    screen = screen_of(desktop)
    actor = shelf.manager if verb == "release_allotment" else shelf.adviser
    gate.apply(desktop, verb, actor=actor, reason="other", comment="Câble coupé")
    assert {fresh(desktop).state, fresh(screen).state} == {state}


def test_a_delivery_is_not_written_in_part_when_a_word_is_missing() -> None:
    shelf = Shelf()
    back = shelf.shipped()
    assert back.delivery is not None
    line = back.delivery.lines.get().pk
    client, url = acting(shelf.adviser), reverse("distribution:delivery_reconcile", args=[back.delivery.reference])
    assert "Autre motif, en commentaire" in read(client, url)
    said = {f"line_{line}": "send_back", f"reason_{line}": "other", "save": "1"}
    assert EXPLAINED_IN_COMMENT in answered(client, url, **said)
    assert fresh(back).state == "shipped"
    done(client, url, **said, comment="Coque fendue")
    assert fresh(back).state == "received"
