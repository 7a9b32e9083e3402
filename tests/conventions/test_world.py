"""What is put back instead of being gone through again is the same, to the last row, and only where it would be."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from conventions.enums import ConventionState
from lifecycle.verification import verify_journals
from network.models import Organisation
from tests import world
from tests.conventions import conventions
from tests.conventions.conventions import Treaty, again
from tests.network.factories import make_organisation
from tests.world import World

pytestmark = pytest.mark.django_db
STATES = ("in_review", "approved", "signing", "signed", "active")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """A world of this test's own, gone through in its transaction, which keeps nothing of it."""
    monkeypatch.setattr(conventions, "WORLD", World())
    conventions.go_through(tmp_path / "world")
    return conventions.WORLD


def rows() -> dict[str, list[str]]:
    return {table: sorted(kept.lines) for table, kept in world._contents().items()}


def test_going_through_leaves_nothing(told: World) -> None:
    assert rows() == {}
    assert set(told.situations) == {"parties", *STATES}


@pytest.mark.parametrize("state", STATES)
def test_what_is_put_back_is_every_row_and_every_file_and_its_journals_are_whole(told: World, state: str) -> None:
    treaty = Treaty()
    parties = {treaty.epci, treaty.epci_party, treaty.workshop, treaty.distributor}
    convention = getattr(treaty, state)()
    situation = told.situations[state]
    assert rows() == {table: sorted(kept.lines) for table, kept in situation.tables.items()}
    assert convention.pk == situation.objects[1].pk
    assert again(convention).state == ConventionState(state)
    assert {treaty.epci, treaty.epci_party, treaty.workshop, treaty.distributor} == parties
    assert all((Path(settings.MEDIA_ROOT) / path).read_bytes() == content for path, content in situation.files.items())
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_what_is_put_back_goes_on_as_what_was_gone_through(told: World) -> None:
    treaty = Treaty()
    signing = treaty.signing()
    assert signing.pk == told.situations["signing"].objects[1].pk
    assert treaty.sign_all(signing).state == ConventionState.SIGNED
    assert Treaty().active().state == ConventionState.ACTIVE
    verify_journals(pytest.fail)


def test_whoever_wrote_something_in_between_has_it_gone_through(told: World) -> None:
    treaty = Treaty()
    make_organisation()
    assert treaty.approved().pk != told.situations["approved"].objects[1].pk


def test_in_a_database_that_is_not_empty_nothing_is_put_back(told: World) -> None:
    make_organisation()
    assert Treaty().workshop.pk != told.situations["parties"].objects["workshop"].pk
    assert Organisation.objects.count() == 4


def test_a_sequence_that_began_again_goes_on_after_what_is_put_back(told: World) -> None:
    sequence, last = told.last["network_organisation"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(%s, 1)", [sequence])
    treaty = Treaty()
    assert treaty.workshop.pk == told.situations["parties"].objects["workshop"].pk
    assert make_organisation().pk > last >= treaty.workshop.pk


def test_on_another_day_nothing_is_put_back(told: World) -> None:
    assert told.day is not None
    told.day -= timedelta(days=1)
    assert Treaty().workshop.pk != told.situations["parties"].objects["workshop"].pk


def test_of_a_treaty_that_asks_for_something_nothing_is_put_back(told: World) -> None:
    assert Treaty(quotas={"laptop": 3}).workshop.pk != told.situations["parties"].objects["workshop"].pk
    treaty = Treaty()
    approved = treaty.approved(is_test=True)
    assert approved.pk != told.situations["approved"].objects[1].pk
