"""A service that a test calls is put back where it was called before, and only if nothing that it reads is other."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone, translation

from conventions.enums import ConventionState
from conventions.models import Convention
from conventions.services.drafting import edit_convention
from lifecycle import gate, locking
from lifecycle.exceptions import Refused
from lifecycle.instants import telling_history
from lifecycle.journal import journal_of
from lifecycle.verification import verify_journals
from network.models import Organisation
from tests import remembered as module
from tests.conventions.conventions import Treaty, again
from tests.given_values import digest_of
from tests.network.factories import make_membership, make_organisation
from tests.remembered import Steps, remembered
from tests.services_as_steps import Same
from tests.test_remembered import files, rows, undone

pytestmark = pytest.mark.django_db
STATES = ("in_review", "approved", "signing", "signed", "active")


REAL = module.STEPS


@pytest.fixture
def real_steps() -> Steps:
    """Those of this process, as they are when a test begins."""
    return REAL


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

    def noting(place: Any, key: Any, *rest: Any, **options: Any) -> Any:
        names.append(getattr(key[0], "args", key)[0].__name__)
        return remember(place, key, *rest, **options)

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
        steps.take(rename, (), (organisation,), {}, exactly=True)
        return organisation.name

    assert [undone(steps, live) for _ in range(2)] == ["Autre nom"] * 2


def rename(organisation: Organisation) -> None:
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


# --- what a test says beside the arguments


def in_a_history() -> Any:
    return telling_history()


def in_english() -> Any:
    return translation.override("en")


def with_all_or_nothing() -> Any:
    return locking.all_or_nothing()


def with_a_double() -> Any:
    return mock.patch("conventions.models.convention.Convention.__str__", told_otherwise)


def told_otherwise(convention: Convention) -> str:
    return "double"


def with_words_in_a_dictionary() -> Any:
    return mock.patch.dict({"a": 1}, {"a": 2})


@pytest.mark.parametrize(
    "said", [in_a_history, in_english, with_all_or_nothing, with_a_double, with_words_in_a_dictionary]
)
def test_a_service_is_called_again_under_what_was_not_said_before(steps: Steps, said: Callable[[], Any]) -> None:
    def live(around: Any) -> int:
        treaty = Treaty()
        draft = treaty.draft()
        with around:
            return int(journal_of(type(treaty.submit(draft))).objects.latest("pk").pk)

    known = undone(steps, lambda: live(nullcontext()))
    assert undone(steps, lambda: live(nullcontext())) == known
    assert undone(steps, lambda: live(said())) > known
    assert undone(steps, lambda: live(nullcontext())) == known, "nothing of it is left"


def test_a_day_to_come_is_refused_though_a_history_told_it(steps: Steps) -> None:
    tomorrow = timezone.now().replace(microsecond=0) + timedelta(days=1)

    def live(around: Any) -> None:
        treaty = Treaty()
        draft = treaty.draft()
        with around:
            gate.apply(draft, "submit", actor=treaty.manager, at=tomorrow)

    undone(steps, lambda: live(telling_history()))
    with pytest.raises(ValueError, match="devancerait l’horloge"):
        undone(steps, lambda: live(nullcontext()))


def test_a_test_that_puts_no_double_takes_the_steps_of_the_others(real_steps: Steps) -> None:
    assert real_steps.doubles == []


def test_two_doubles_that_say_that_they_are_equal_are_two(steps: Steps) -> None:
    assert Same(Both()) != Same(Both())
    one = Both()
    assert {Same(one)} == {Same(one)}


class Both:
    """Equal to whatever it is compared with."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


def test_a_row_that_a_builder_is_given_stays_as_the_test_holds_it(steps: Steps) -> None:
    @remembered()
    def build(organisation: Organisation) -> None:
        make_membership("contact", "donor", organisation)

    def live(name: str) -> str:
        organisation = make_organisation()
        organisation.name = name
        build(organisation)
        return organisation.name

    assert [undone(steps, lambda name=name: live(name)) for name in ("Un", "Deux")] == ["Un", "Deux"]


def test_a_test_that_reads_what_is_logged_has_everything_done(
    real_steps: Steps, caplog: pytest.LogCaptureFixture
) -> None:
    assert (real_steps.allowed, real_steps.place) == (False, None)
