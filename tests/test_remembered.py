"""What is put back is what was gone through, row for row, and only where doing it again would write the same."""

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as project
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, connections, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents.services import open_file, store_file
from lifecycle.verification import verify_journals
from network.enums import OrganisationKind, Role
from network.models import Epci, Membership, Organisation, User
from refurb.models import Device
from tests.distribution.shelves import Shelf
from tests.emptying import empty_tables
from tests.filled import Beside, are_filled, copied_out, filled_tables
from tests.given_values import NoKeyError, key_of
from tests.network.factories import make_membership, make_organisation, make_user
from tests.places import literal
from tests.remembered import Steps, from_nothing, remembered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    """Steps of the test alone: none is known."""
    fresh = Steps()
    monkeypatch.setattr("tests.remembered.STEPS", fresh)
    fresh.begin()
    yield fresh
    fresh.close()


@remembered()
def alone(name: str, **columns: Any) -> Organisation:
    return Organisation.objects.create(name=name, kinds=["donor"], legal_nature="private", **columns)


def opened(key: str) -> Session:
    return Session.objects.create(session_key=key, session_data=key, expire_date=timezone.now())


def rows() -> dict[str, list[str]]:
    """Every line of every table, less those that say who is signed in."""
    return {table: sorted(copied_out(table)[1]) for table in filled_tables()}


def files() -> dict[str, bytes]:
    root = Path(project.MEDIA_ROOT)
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def a_day_at_the_shelf() -> tuple[Shelf, Device]:
    shelf = Shelf()
    return shelf, shelf.returned()


def undone(steps: Steps, live: Any) -> Any:
    """What ``live`` answers; nothing of it stays in the database, and its files go too."""
    told = None
    with from_nothing():
        told = live()
    for path in files():
        (Path(project.MEDIA_ROOT) / path).unlink()
    return told


def test_what_is_put_back_is_every_row_and_every_file_and_its_journals_are_whole(steps: Steps) -> None:
    def live() -> tuple[Any, ...]:
        shelf, device = a_day_at_the_shelf()
        assert steps.place is not None, "every step of it is known"
        found: list[object] = []
        verify_journals(found.append)
        return rows(), files(), device.pk, shelf.adviser.pk, found

    first, again = undone(steps, live), undone(steps, live)
    assert first[4] == again[4] == []
    assert first == again


def test_a_step_that_is_known_is_not_done_again(steps: Steps) -> None:
    done = []

    @remembered()
    def step(name: str) -> Organisation:
        done.append(name)
        return make_organisation(name=name)

    assert undone(steps, lambda: step("A")).name == undone(steps, lambda: step("A")).name == "A"
    undone(steps, lambda: step("B"))
    assert done == ["A", "B"]


def test_what_follows_a_step_goes_on_from_it(steps: Steps) -> None:
    undone(steps, a_day_at_the_shelf)
    shelf, returned = a_day_at_the_shelf()
    handed_over = shelf.handed_over()
    assert handed_over.pk > returned.pk
    assert make_organisation().pk > shelf.distributor.pk
    verify_journals(pytest.fail)


def test_a_sequence_that_began_again_goes_on_after_what_is_put_back(steps: Steps) -> None:
    known = undone(steps, lambda: alone("A")).pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('network_organisation', 'id'), 1)")
    steps.begin()
    assert alone("A").pk == known
    assert make_organisation().pk > known


def test_whoever_holds_a_row_finds_it_in_the_answer(steps: Steps) -> None:
    def live() -> tuple[Organisation, Membership]:
        held = make_organisation(OrganisationKind.DONOR)
        return held, make_membership(Role.CONTACT, OrganisationKind.DONOR, held)

    undone(steps, live)
    held, contact = undone(steps, live)
    assert contact.organisation is held


@pytest.mark.parametrize("how", ["a row", "a column", "a row that is gone", "sql"])
def test_whoever_writes_something_in_between_has_the_rest_done(steps: Steps, how: str) -> None:
    undone(steps, lambda: (alone("A"), alone("B")))
    known = undone(steps, lambda: (alone("A"), alone("B")))[1].pk
    first = alone("A")
    if how == "a row":
        Organisation.objects.create(name="C", kinds=["donor"], legal_nature="private")
    elif how == "a column":
        Organisation.objects.filter(pk=first.pk).update(name="Z")
    elif how == "a row that is gone":
        opened("a").delete()
    else:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE network_organisation SET name = 'Z'")
    assert alone("B").pk != known


def test_what_was_taken_back_to_a_savepoint_leads_nowhere(steps: Steps) -> None:
    undone(steps, lambda: (alone("A"), alone("B")))
    known = undone(steps, lambda: (alone("A"), alone("B")))[1].pk
    with transaction.atomic():
        alone("A")
        transaction.set_rollback(True)
    assert alone("B").pk != known
    assert list(Organisation.objects.values_list("name", flat=True)) == ["B"]


def test_in_a_database_that_is_not_empty_nothing_is_put_back(steps: Steps) -> None:
    known = undone(steps, lambda: alone("A")).pk
    Organisation.objects.create(name="C", kinds=["donor"], legal_nature="private")
    assert alone("A").pk != known


def test_under_settings_of_its_own_a_step_is_another_one(steps: Steps) -> None:
    known = undone(steps, lambda: alone("A")).pk
    with override_settings(DEMO=True):
        other = undone(steps, lambda: alone("A")).pk
        with override_settings(SITE_URL="https://autre.exemple.test"):
            assert undone(steps, lambda: alone("A")).pk not in {known, other}
        assert undone(steps, lambda: alone("A")).pk == other
    assert other != known
    assert undone(steps, lambda: alone("A")).pk == known, "the settings are those of all again"
    with override_settings(DEMO=True):
        assert undone(steps, lambda: alone("A")).pk == other
    with override_settings(DEMO=object()):
        told = [undone(steps, lambda: alone("A")).pk for _ in range(2)]
    assert len({known, other, *told}) == 4, "what is like no other is never the same"


def test_a_test_with_doubles_of_its_own_does_everything(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    known = undone(steps, lambda: alone("A")).pk
    steps.begin()
    monkeypatch.setattr(timezone, "now", timezone.now)
    assert alone("A").pk != known


def test_where_queries_are_counted_everything_is_done(steps: Steps) -> None:
    undone(steps, lambda: alone("A"))
    steps.begin()
    with CaptureQueriesContext(connection) as counted:
        alone("A")
    assert any(query["sql"].startswith("INSERT") for query in counted.captured_queries)


def test_on_another_day_nothing_is_put_back(steps: Steps) -> None:
    known = undone(steps, lambda: alone("A")).pk
    assert steps.day is not None
    steps.day -= timedelta(days=1)
    assert undone(steps, lambda: alone("A")).pk != known


def test_a_step_that_fails_is_no_step(steps: Steps) -> None:
    @remembered()
    def fails() -> None:
        make_organisation()
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            undone(steps, fails)
    assert steps.place is None


def test_a_row_that_a_step_changes_or_takes_away_is_so_when_it_is_put_back(steps: Steps) -> None:
    @remembered()
    def begin() -> Session:
        opened("gone")
        return opened("kept")

    @remembered()
    def change(row: Session) -> None:
        Session.objects.filter(pk="gone").delete()
        Session.objects.filter(pk=row.pk).update(session_data="changed")

    def live() -> list[Any]:
        change(begin())
        return list(Session.objects.values_list("pk", "session_data"))

    assert [undone(steps, live) for _ in range(2)] == [[("kept", "changed")]] * 2


@pytest.mark.parametrize(
    "word", ["l’un", "it's", "a\tb", "a\nb", "a\\b", "\\N", "100 %s", "a\\\\tb", "\x0b\x0c\x08\r", ""]
)
def test_any_text_is_put_back_as_it_was(steps: Steps, word: str) -> None:
    names = [undone(steps, lambda: (alone("A", address=word), Organisation.objects.get().address)[1]) for _ in range(2)]
    assert names == [word, word]


def test_a_file_is_put_back_with_its_content(steps: Steps) -> None:
    content = "données « d’essai »\n".encode()

    def live() -> bytes:
        kept = remembered()(store_file)(content=content, name="a.txt", content_type="text/plain", by=None)
        return open_file(kept).read()

    assert [undone(steps, live) for _ in range(2)] == [content, content]


def test_an_hour_that_it_is_leads_nowhere_and_one_that_is_told_does() -> None:
    with pytest.raises(NoKeyError):
        key_of([timezone.now().replace(microsecond=1)])
    told = timezone.now().replace(microsecond=0)
    assert key_of({"at": told}) == key_of({"at": told})
    assert key_of([1, "1", True]) != key_of(["1", 1, True])
    assert key_of(True) != key_of(1)
    with pytest.raises(NoKeyError):
        key_of(lambda: None)
    with pytest.raises(NoKeyError):
        key_of(Organisation(name="A"))


def test_each_life_begins_from_nothing_and_the_walls_judge_it_as_it_ends() -> None:
    forged = {"siren": "200000000", "name": "A", "short_name": "A", "population": 1, "population_year": 2022}
    with pytest.raises(IntegrityError), from_nothing():
        Epci.objects.create(arrondissement_id=0, **forged)
    assert not Epci.objects.exists()


def test_an_empty_cell_and_an_empty_text_are_two_things() -> None:
    assert (literal(r"\N"), literal("")) == ("NULL", "''")


def test_whether_rows_were_committed_is_asked_once_by_tests_that_commit_none_and_each_time_by_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beside = Beside()
    committed: list[str] = []
    asked = []

    def filled_tables() -> list[str]:
        asked.append(1)
        return list(committed)

    monkeypatch.setattr(beside, "filled_tables", filled_tables)
    beside.begin(commits=False)
    assert not beside.are_filled()
    beside.begin(commits=False)
    assert not beside.are_filled()
    assert len(asked) == 1
    beside.begin(commits=True)
    assert not beside.are_filled()
    committed.append("network_organisation")
    assert beside.are_filled()
    beside.begin(commits=False)
    assert beside.are_filled(), "what it left behind is seen"


def test_a_step_that_begins_where_a_row_was_written_before_is_not_known(steps: Steps) -> None:
    undone(steps, lambda: alone("A"))
    opened("k")
    steps.begin()
    assert are_filled(["django_session"])
    assert alone("A").pk
    assert steps.place is None


@pytest.mark.parametrize("how", ["a question", "a copy", "a savepoint", "a cursor opened before", "a row at a time"])
def test_whoever_asks_anything_finds_the_rows_of_the_steps_before(steps: Steps, how: str) -> None:
    undone(steps, lambda: (alone("A"), alone("B")))
    steps.begin()
    with connection.cursor() as opened_before:
        alone("A")
        alone("B")
        assert steps.pending is not None, "nothing was asked yet"
        if how == "a question":
            names = list(Organisation.objects.values_list("name", flat=True))
        elif how == "a row at a time":
            names = list(Organisation.objects.values_list("name", flat=True).iterator())
        elif how == "a savepoint":
            with transaction.atomic():
                names = list(Organisation.objects.values_list("name", flat=True))
                transaction.set_rollback(True)
            assert Organisation.objects.count() == 2, "the steps were taken before it"
        elif how == "a copy":
            with connection.cursor() as cursor, cursor.copy("COPY network_organisation (name) TO STDOUT") as lines:
                names = b"".join(map(bytes, lines)).decode().split()
        else:
            opened_before.execute("SELECT name FROM network_organisation")
            names = [row[0] for row in opened_before.fetchall()]
    assert sorted(names) == ["A", "B"]
    assert steps.pending is None


def test_steps_that_are_put_back_together_are_written_by_one_statement_that_is_not_counted(steps: Steps) -> None:
    undone(steps, lambda: (alone("A"), alone("B")))
    steps.begin()
    alone("A")
    alone("B")
    with CaptureQueriesContext(connection) as counted:
        assert Organisation.objects.count() == 2
    assert len(counted) == 1


def test_a_row_that_a_step_adds_and_the_next_takes_away_is_not_written_at_all(steps: Steps) -> None:
    @remembered()
    def sign_in() -> Session:
        return opened("a")

    @remembered()
    def sign_out(session: Session) -> None:
        session.delete()

    def live() -> int:
        sign_out(sign_in())
        alone("A")
        assert Organisation.objects.count() == 1
        assert steps.place is not None
        assert steps.written == steps.tables.written()
        return sum(steps.written)

    first, again = undone(steps, live), undone(steps, live)
    assert again - first == 1, "the organisation alone"


def test_the_number_of_a_row_that_is_gone_again_is_given_to_no_other(steps: Steps) -> None:
    @remembered()
    def come() -> EmailAddress:
        return EmailAddress.objects.create(user=make_user(email="a@exemple.test"), email="b@exemple.test")

    @remembered()
    def go(row: EmailAddress) -> None:
        row.delete()

    def live() -> tuple[int, int]:
        row = come()
        number = row.pk
        go(row)
        return number, EmailAddress.objects.create(user=User.objects.get(), email="c@exemple.test").pk

    undone(steps, live)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('account_emailaddress', 'id'), 1)")
    first, second = undone(steps, live)
    assert second > first


def test_the_rows_of_the_day_before_are_there_on_the_next(steps: Steps) -> None:
    undone(steps, lambda: alone("A"))
    steps.begin()
    alone("A")
    assert steps.day is not None
    steps.day -= timedelta(days=1)
    alone("B")
    assert sorted(Organisation.objects.values_list("name", flat=True)) == ["A", "B"]


@pytest.mark.parametrize("how", ["stop", "a life from nothing"])
def test_the_rows_of_the_steps_before_are_there_when_no_more_is_put_back(steps: Steps, how: str) -> None:
    undone(steps, lambda: alone("A"))
    steps.begin()
    alone("A")
    if how == "stop":
        steps.stop()
    else:
        with from_nothing():
            pass
    assert steps.pending is None
    assert Organisation.objects.get().name == "A"


def in_another_thread(act: Callable[[], Any]) -> None:
    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_in_a_test_that_commits_a_step_is_put_back_for_good(steps: Steps) -> None:
    known = [alone("A").pk, alone("B").pk]
    empty_tables()
    steps.begin()
    assert [alone("A").pk, alone("B").pk] == known
    assert not connection.in_atomic_block
    names: list[str] = []
    in_another_thread(lambda: names.extend(Organisation.objects.order_by("pk").values_list("name", flat=True)))
    assert names == ["A", "B"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "how", ["a row", "sql", "sql after another", "another thread", "another connection", "a block", "before"]
)
def test_in_a_test_that_commits_whoever_writes_something_has_the_rest_done(steps: Steps, how: str) -> None:
    alone("A")
    known = alone("B").pk
    empty_tables()
    steps.begin()
    if how == "before":
        opened("a")
    first = alone("A")
    if how == "a row":
        opened("a")
    elif how == "sql":
        with connection.cursor() as cursor:
            cursor.execute("  update network_organisation SET name = 'Z'")
    elif how == "sql after another":
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = origin; UPDATE network_organisation SET name = 'Z'")
    elif how == "another thread":
        in_another_thread(lambda: opened("a"))
    elif how == "another connection":
        other = connection.copy()
        other.cursor().execute("UPDATE network_organisation SET name = 'Z'")
        other.close()
    elif how == "a block":
        with transaction.atomic():
            Organisation.objects.filter(pk=first.pk).update(name="Z")
    assert alone("B").pk != known
    assert steps.place is None


@pytest.mark.django_db(transaction=True)
def test_in_a_test_that_commits_a_step_that_fails_leaves_nothing(steps: Steps) -> None:
    @remembered()
    def fails() -> None:
        make_organisation()
        raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert not Organisation.objects.exists()
    assert steps.place is None


@pytest.mark.django_db(transaction=True)
def test_a_step_of_a_test_that_commits_is_one_for_a_test_that_does_not(steps: Steps) -> None:
    known = alone("A").pk
    empty_tables()
    assert undone(steps, lambda: alone("A")).pk == known


@pytest.mark.django_db(transaction=True)
def test_in_a_test_that_commits_a_block_that_asks_nothing_keeps_its_steps(steps: Steps) -> None:
    alone("A")
    empty_tables()
    steps.begin()
    with transaction.atomic():
        alone("A")
    assert Organisation.objects.get().name == "A"


@pytest.mark.django_db(transaction=True)
def test_in_a_test_that_commits_a_block_begins_from_nothing_known_after_one_that_was_rolled_back(steps: Steps) -> None:
    with transaction.atomic():
        alone("A")
        transaction.set_rollback(True)
    with transaction.atomic():
        alone("B")
    assert steps.place is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["another thread writes", "something is left for the end", "the end refuses it"])
def test_in_a_test_that_commits_what_a_step_does_not_say_alone_is_not_remembered(steps: Steps, how: str) -> None:
    done = []

    @remembered()
    def step() -> None:
        done.append(how)
        if how == "another thread writes":
            in_another_thread(lambda: opened("a"))
        elif how == "something is left for the end":
            transaction.on_commit(lambda: done.append("the end"))
        else:
            EmailAddress.objects.create(user_id=1, email="a@exemple.test")
        opened("b")

    alone("A")
    for _ in range(2):
        with pytest.raises(IntegrityError) if how == "the end refuses it" else nullcontext():
            step()
        assert steps.place is None
        empty_tables()
        steps.begin()
        alone("A")
    assert done.count(how) == 2


@pytest.mark.django_db(transaction=True)
def test_whoever_looks_at_the_statements_of_a_test_that_commits_looks_no_more_afterwards(steps: Steps) -> None:
    def look(execute: Callable[..., Any], *statement: Any) -> Any:
        return execute(*statement)

    with connection.execute_wrapper(look):
        alone("A")
    assert steps.place is not None
    assert look not in connection.execute_wrappers
    steps.stop()
    assert connection.execute_wrappers == []
