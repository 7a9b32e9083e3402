"""A service that a test calls is put back where it was called before, and only if nothing that it reads is other."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from conventions.enums import ConventionState
from conventions.models import Convention
from conventions.services.drafting import edit_convention
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.journal import journal_of
from lifecycle.verification import verify_journals
from network.models import Organisation
from tests.conventions.conventions import Treaty, again
from tests.given_values import digest_of
from tests.network.factories import make_membership, make_organisation
from tests.remembered import Steps, remembered
from tests.test_remembered import files, rows, undone

pytestmark = pytest.mark.django_db
STATES = ("in_review", "approved", "signing", "signed", "active")


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    """Steps of the test alone: none is known."""
    fresh = Steps()
    monkeypatch.setattr("tests.remembered.STEPS", fresh)
    fresh.begin()
    yield fresh
    fresh.close()


def done(steps: Steps) -> list[str]:
    """The steps that are done and not put back, from now on."""
    names = []
    remember = steps._remember

    def noting(place: Any, key: Any, *rest: Any) -> Any:
        names.append(getattr(key[0], "args", key)[0].__name__)
        return remember(place, key, *rest)

    steps._remember = noting  # type: ignore[method-assign]
    return names


@pytest.mark.parametrize("state", STATES)
def test_a_convention_that_is_put_back_is_every_row_and_every_file_and_its_journals_are_whole(
    steps: Steps, state: str
) -> None:
    def live() -> tuple[Any, ...]:
        convention = getattr(Treaty(), state)()
        found: list[object] = []
        verify_journals(found.append)
        return again(convention).state, convention.pk, rows(), files(), found

    first = undone(steps, live)
    names = done(steps)
    assert undone(steps, live) == first
    assert names == []
    assert (first[0], first[-1]) == (ConventionState(state), [])


def test_what_is_put_back_goes_on_as_what_was_done(steps: Steps) -> None:
    undone(steps, lambda: Treaty().signing())
    treaty = Treaty()
    assert treaty.sign_all(treaty.signing()).state == ConventionState.SIGNED
    assert Treaty().active().state == ConventionState.ACTIVE
    verify_journals(pytest.fail)


def test_a_row_that_the_test_changed_in_its_hands_makes_another_step(steps: Steps) -> None:
    def live(title: str | None) -> Convention:
        treaty = Treaty()
        draft = treaty.draft()
        if title is not None:
            draft.title = title
        return gate.apply(draft, "submit", actor=treaty.manager)

    undone(steps, lambda: live(None))
    names = done(steps)
    undone(steps, lambda: live("Un autre titre"))
    assert names == ["apply"]
    undone(steps, lambda: live(None))
    assert names == ["apply"]


def test_so_does_a_row_that_one_of_its_rows_leans_on(steps: Steps) -> None:
    treaty = Treaty()
    held = digest_of({"actor": treaty.manager})
    treaty.manager.user.first_name = "Dominique"
    assert digest_of({"actor": treaty.manager}) != held
    assert digest_of({"actor": treaty.lawyer}) != digest_of({"actor": treaty.manager})


def test_what_a_service_writes_in_the_row_that_it_is_given_is_there_when_it_is_put_back(steps: Steps) -> None:
    def live() -> str:
        organisation = make_organisation()
        remembered()(renamed)(organisation)
        return organisation.name

    assert [undone(steps, live) for _ in range(2)] == ["Autre nom"] * 2


def renamed(organisation: Organisation) -> None:
    organisation.name = "Autre nom"
    organisation.save()


def refusal(treaty: Treaty, draft: Convention) -> None:
    with pytest.raises(Refused):
        gate.apply(draft, "activate", actor=treaty.manager)


def forbidden(treaty: Treaty, draft: Convention) -> None:
    with pytest.raises(PermissionDenied):
        gate.apply(draft, "submit", actor=treaty.signatories["epci"])  # type: ignore[index]


@pytest.mark.parametrize("refused", [refusal, forbidden])
def test_a_refusal_is_asked_of_the_gate_each_time(steps: Steps, refused: Callable[..., None]) -> None:
    def live() -> None:
        treaty = Treaty()
        refused(treaty, treaty.draft())

    undone(steps, live)
    names = done(steps)
    undone(steps, live)
    assert names == ["apply"]


def test_what_another_hand_wrote_in_between_has_the_service_called(steps: Steps) -> None:
    def live() -> int:
        treaty = Treaty()
        draft = treaty.draft()
        Organisation.objects.filter(pk=treaty.workshop.pk).update(name="Un autre atelier")
        return journal_of(type(treaty.submit(draft))).objects.latest("pk").pk

    first, second = undone(steps, live), undone(steps, live)
    assert second > first


def test_a_situation_goes_through_steps_that_are_known_and_leads_where_they_do(steps: Steps) -> None:
    @remembered()
    def whole() -> Organisation:
        make_membership("pilot", "departement")
        return make_organisation(name="A")

    def one_by_one() -> int:
        make_membership("pilot", "departement")
        return make_organisation(name="A").pk

    known = undone(steps, one_by_one)
    names = done(steps)
    assert undone(steps, lambda: (whole().pk, make_organisation().pk))[0] == known
    assert names == ["whole", "make_organisation"]
    undone(steps, lambda: (one_by_one(), make_organisation()))
    assert names == ["whole", "make_organisation"], "what followed the whole follows its parts"


def test_a_situation_that_also_writes_by_another_hand_is_put_back_whole(steps: Steps) -> None:
    @remembered()
    def whole() -> Organisation:
        made = make_organisation(name="A")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE network_organisation SET name = 'Z'")
        return made

    def live() -> list[str]:
        whole()
        make_organisation(name="B")
        return sorted(Organisation.objects.values_list("name", flat=True))

    assert [undone(steps, live) for _ in range(2)] == [["B", "Z"]] * 2


def test_a_situation_that_fails_after_a_step_is_no_step(steps: Steps) -> None:
    @remembered()
    def whole() -> None:
        make_organisation(name="A")
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            undone(steps, whole)
    assert steps.place is None


def test_a_service_that_reads_what_a_test_gives_it_otherwise_is_called(steps: Steps) -> None:
    def live(title: str) -> str:
        treaty = Treaty()
        draft = treaty.draft()
        edit_convention(actor=treaty.manager, convention=draft, title=title, terms=treaty.terms())
        return again(draft).title

    assert [undone(steps, lambda title=title: live(title)) for title in ("Un", "Deux", "Un")] == ["Un", "Deux", "Un"]
