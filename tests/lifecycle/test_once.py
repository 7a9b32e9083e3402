"""A page that is sent twice is done once, at the same moment or later; corrected, or opened anew, it is another."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from desk.models import ApiKey
from lifecycle import once
from lifecycle.models import SentPage
from lifecycle.once import KEPT_FOR, SENT_AGAIN, UNKNOWN_END
from lifecycle.tasks import forget_sent_pages
from network.enums import OrganisationKind, Role
from network.models import Membership
from refurb.models import Part
from tests.network.factories import make_membership
from tests.pages import acting
from tests.races import at_once
from tests.refurb.devices import from_lot, load_numbers, private_lot

pytestmark = pytest.mark.django_db
BOUGHT = {"kind": "battery", "label": "45 Wh", "quantity": "2", "unit_price": "28"}


@pytest.fixture
def technician() -> Membership:
    return make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)


def url() -> str:
    return reverse("refurb:part_buy")


def opened(client: Client, address: str) -> dict[str, str]:
    """The token of a page that one opens."""
    page = client.get(address)
    assert page.status_code == 200
    return {once.TOKEN: str(page.context["csrf_token"])}


def sent(client: Client, given: dict[str, Any]) -> Any:
    return client.post(url(), given)


def told(client: Client) -> str:
    return client.get("/").content.decode().replace("&#x27;", "’")


def test_a_page_sent_twice_is_recorded_once_and_leads_where_the_first_did(technician: Membership) -> None:
    client = acting(technician)
    given = BOUGHT | opened(client, url())
    first = sent(client, given)
    told(client)
    again = sent(client, given)
    assert (first.status_code, again.status_code) == (302, 302)
    assert again.url == first.url
    assert Part.objects.count() == 1
    assert SENT_AGAIN in told(client)


def test_the_same_opened_anew_or_corrected_is_another(technician: Membership) -> None:
    client = acting(technician)
    given = BOUGHT | opened(client, url())
    sent(client, given)
    sent(client, BOUGHT | opened(client, url()))
    sent(client, given | {"quantity": "3"})
    assert Part.objects.count() == 3


def test_what_is_refused_is_shown_with_what_was_typed_and_may_be_sent_again(technician: Membership) -> None:
    client = acting(technician)
    wrong = BOUGHT | opened(client, url()) | {"quantity": ""}
    for _ in range(2):
        page = sent(client, wrong)
        assert page.status_code == 200
        assert "45 Wh" in page.content.decode()
        assert str(page.context["csrf_token"]) != wrong[once.TOKEN]
    assert not SentPage.objects.exists()
    assert sent(client, wrong | {"quantity": "2"}).status_code == 302
    assert Part.objects.count() == 1


def test_two_people_are_not_taken_for_one(technician: Membership) -> None:
    other = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER, technician.organisation)
    given = BOUGHT | opened(acting(technician), url())
    for person in (technician, other):
        assert sent(acting(person), given).status_code == 302
    assert Part.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_the_same_moment_record_one(technician: Membership) -> None:
    client = acting(technician)
    given = BOUGHT | opened(client, url())
    answers = at_once(*[lambda: sent(acting(technician), given)] * 3)
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.url for answer in answers}) == 1
    assert Part.objects.count() == 1
    assert SentPage.objects.get().answer == answers[0].url


@pytest.mark.django_db(transaction=True)
def test_two_keys_of_programs_are_not_made_by_one_page() -> None:
    manager = make_membership(Role.MANAGER, OrganisationKind.RECONDITIONER)
    address = reverse("desk:api_key_list")
    given = {"name": "GLPI"} | opened(acting(manager), address)
    answers = at_once(*[lambda: acting(manager).post(address, given)] * 2)
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert ApiKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_a_page_once_where_no_lock_is_waited_for(
    technician: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the lock of the first were lost with its connection: the digest alone stands in the way."""
    monkeypatch.setattr(once.Sending, "hold", lambda self: None)
    monkeypatch.setattr(once.Sending, "known", lambda self: None)
    given = BOUGHT | opened(acting(technician), url())
    answers = at_once(*[lambda: sent(acting(technician), given)] * 3)
    assert {answer.status_code for answer in answers} == {302}
    assert Part.objects.count() == 1


def test_an_act_that_is_undone_leaves_nothing_of_its_page(
    technician: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = acting(technician)
    client.raise_request_exception = False
    given = BOUGHT | opened(client, url())
    with monkeypatch.context() as broken:
        broken.setattr(Part.objects, "create", _fails)
        assert sent(client, given).status_code == 500
    assert not SentPage.objects.exists()
    assert sent(client, given).status_code == 302
    assert Part.objects.count() == 1


def test_whoever_lost_the_answer_is_told_to_look_first(technician: Membership) -> None:
    client = acting(technician)
    given = BOUGHT | opened(client, url())
    sent(client, given)
    SentPage.objects.update(answer="")
    assert sent(client, given).url == url()
    assert UNKNOWN_END in told(client)


def test_a_digest_says_nothing_of_what_was_sent_and_is_kept_once(technician: Membership) -> None:
    client = acting(technician)
    given = BOUGHT | opened(client, url())
    sent(client, given)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(s)::text FROM lifecycle_sentpage s")
        kept = str(cursor.fetchall())
    assert "45 Wh" not in kept
    assert given[once.TOKEN] not in kept
    with pytest.raises(IntegrityError), transaction.atomic():
        SentPage.objects.create(digest=SentPage.objects.get().digest, at=timezone.now())


def test_what_was_sent_is_forgotten_at_night_once_no_session_can_send_it_again(technician: Membership) -> None:
    now = timezone.now()
    for digest, age in (("a" * 64, KEPT_FOR + timedelta(minutes=1)), ("b" * 64, KEPT_FOR - timedelta(minutes=1))):
        SentPage.objects.create(digest=digest, at=now - age)
    forget_sent_pages(timestamp=0)
    assert [row.digest for row in SentPage.objects.all()] == ["b" * 64]
    assert "lifecycle.forget_sent_pages" in {entry.task.name for entry in app.periodic_registry.periodic_tasks.values()}


def test_what_a_script_scans_one_after_another_is_judged_by_its_machine_alone(technician: Membership) -> None:
    client = acting(technician)
    station = reverse("distribution:scan_station", args=["traiter"])
    given = {"tag": "LIL-90001"} | opened(client, station)
    for _ in range(2):
        assert "LIL-90001" in client.post(station, given | {"scripted": "1"}).content.decode()
    assert not SentPage.objects.exists()


def test_a_search_changes_nothing_and_is_done_again_as_often_as_one_likes() -> None:
    load_numbers()
    scene = private_lot()
    client, tag = acting(scene.north.technician), from_lot(scene).tag
    token = opened(client, "/")
    for address, given in (
        (reverse("desk:search"), {"recherche": tag}),
        (reverse("refurb:device_find"), {"text": tag}),
    ):
        found = [client.post(address, given | token) for _ in range(2)]
        assert [answer.status_code for answer in found] == [302, 302]
        assert found[0].url == found[1].url
        assert SENT_AGAIN not in told(client)
    assert not SentPage.objects.exists()


def test_the_lock_is_given_back_whatever_the_answer(technician: Membership) -> None:
    client = acting(technician)
    for given in (BOUGHT, BOUGHT | {"quantity": ""}):
        sent(client, given | opened(client, url()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone() == (0,)


def _fails(**given: Any) -> None:
    raise RuntimeError("the disk is full")
