"""What cannot be answered gets a page: too heavy, incomprehensible, in each other's way."""

import errno
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from desk.middleware import RefusalsMiddleware
from desk.views.errors import bad_request
from documents.models import StoredFile
from documents.services import store_file
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.documents.samples import PDF
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def technician() -> Membership:
    return make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)


def promises_no_more_than_browsers_keep(page: str) -> None:
    """What speaks of a person is asked without being kept by the browser, and a chosen file never is."""
    assert "ce que vous avez tapé y est encore" not in page.lower()
    assert "Les cases qui parlent d’une personne et les fichiers choisis reviennent souvent vides" in page


def test_an_upload_heavier_than_the_site_reads_gets_its_page(technician: Membership, settings: Any) -> None:
    settings.REQUEST_MAX_BYTES = 10_000
    client = Client()
    client.force_login(technician.user)
    file = SimpleUploadedFile("scan.pdf", b"x" * 30_000)
    response = client.post("/chercher/", {"file": file})
    page = response.content.decode()
    assert response.status_code == 413
    assert "<h1>Envoi trop lourd</h1>" in page
    assert "Rien de cette demande n’a été enregistré" in page
    promises_no_more_than_browsers_keep(page)


def test_an_address_that_only_a_button_uses_is_no_blank_page(technician: Membership) -> None:
    client, address = Client(), "/courrier/7/renvoyer/"
    client.force_login(technician.user)
    response = client.get(address)
    page = response.content.decode()
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "<h1>Rien ne s’ouvre à cette adresse</h1>" in page
    assert "Rien n’a été fait" in page
    assert client.head(address).status_code == 405


def test_a_form_with_too_much_text_gets_the_same_page(technician: Membership, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    client = Client()
    client.force_login(technician.user)
    response = client.post("/chercher/", {"recherche": "x" * 5_000})
    assert response.status_code == 413
    assert "Envoi trop lourd" in response.content.decode()


def test_what_is_merely_wrong_is_a_bad_request(rf: RequestFactory) -> None:
    response = bad_request(rf.get("/"), SuspiciousOperation())
    assert response.status_code == 400
    assert "Demande incompréhensible" in response.content.decode()


@pytest.mark.parametrize("address", ["/", "/verifier/", "/chercher/"])
def test_a_site_that_is_not_this_one_is_a_bad_request_whoever_asks(technician: Membership, address: str) -> None:
    client = Client()
    client.force_login(technician.user)
    for one in (Client(), client):
        response = one.get(address, headers={"host": "evil.test"})
        assert response.status_code == 400
        assert "Demande incompréhensible" in response.content.decode()


def test_a_program_that_asks_a_site_that_is_not_this_one_is_told_in_its_own_format() -> None:
    response = Client().get("/api/v1/appareils", headers={"host": "evil.test"})
    assert (response.status_code, list(response.json())) == (400, ["erreur"])


@pytest.mark.parametrize("cause", [psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure])
def test_two_people_at_once_read_that_it_has_just_changed(rf: RequestFactory, cause: type[Exception]) -> None:
    refusals = RefusalsMiddleware(lambda request: HttpResponse())
    error = OperationalError()
    error.__cause__ = cause()
    for raised in (error, cause()):
        response = refusals.process_exception(rf.get("/"), raised)
        assert response is not None
        assert response.status_code == 409
        assert "Cela vient de changer" in response.content.decode()
        promises_no_more_than_browsers_keep(response.content.decode())


def test_another_failure_is_left_to_the_page_of_failures(rf: RequestFactory) -> None:
    def fails(request: HttpRequest) -> HttpResponse:
        raise AssertionError

    refusals: Callable[..., HttpResponse | None] = RefusalsMiddleware(fails).process_exception
    assert refusals(rf.get("/"), OperationalError()) is None
    assert refusals(rf.get("/"), ValueError()) is None


def failing(error: Exception, monkeypatch: pytest.MonkeyPatch) -> HttpResponse:
    """What a visitor reads when the first page meets this error."""

    def fails(request: HttpRequest) -> HttpResponse:
        raise error

    monkeypatch.setattr("desk.views.todo.welcome", fails)
    return Client(raise_request_exception=False).get("/")


def lost(cause: Exception) -> Exception:
    error = OperationalError("lost")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "status", "title", "wait"),
    [
        (lost(psycopg.OperationalError("refused")), 503, "La base de données est absente", "60"),
        (lost(psycopg.errors.AdminShutdown()), 503, "La base de données est absente", "60"),
        (lost(psycopg.errors.DiskFull()), 507, "Il n’y a plus de place", "600"),
        (OSError(errno.ENOSPC, "no space left"), 507, "Il n’y a plus de place", "600"),
        (ValueError("ours"), 500, "Une erreur est survenue", None),
    ],
)
def test_what_is_missing_is_said_with_what_to_do_and_when_to_come_back(
    error: Exception, status: int, title: str, wait: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = failing(error, monkeypatch)
    page = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{title}</h1>" in page
    promises_no_more_than_browsers_keep(page)
    assert response.headers.get("Retry-After") == wait
    assert response.headers["Cache-Control"] == "no-store"


def test_a_database_that_goes_before_the_page_is_reached_gets_the_same_page(
    technician: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(technician.user)
    monkeypatch.setattr("network.middleware.open_memberships", fails_as(psycopg.OperationalError("refused")))
    response = client.get("/")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")


def fails_as(cause: Exception) -> Callable[..., Any]:
    def fails(*args: Any) -> None:
        raise OperationalError("lost") from cause

    return fails


def test_a_deposit_on_a_full_disk_says_so_and_keeps_nothing(
    technician: Membership, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr("documents.storage.os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        store_file(content=PDF, name="a.pdf", by=technician)
    assert [place for place in settings.MEDIA_ROOT.rglob("*") if place.is_file()] == []
    assert not StoredFile.objects.exists()


def test_a_form_that_expired_says_where_what_was_typed_may_still_be_and_what_is_to_be_typed_again() -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "x"})
    assert response.status_code == 403
    page = response.content.decode()
    assert "seul votre navigateur l’a peut-être encore, dans la page d’avant" in page
    assert "Les cases qui parlent d’une personne reviennent souvent vides" in page
    assert "n’est pas perdu" not in page, "only the browser keeps it, and is asked to forget what speaks of people"
