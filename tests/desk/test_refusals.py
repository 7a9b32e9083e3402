"""What cannot be answered gets a page: too heavy, incomprehensible, in each other's way."""

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
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def technician() -> Membership:
    return make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)


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
    assert "ce que vous avez tapé y est encore" in page


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


def test_another_failure_is_left_to_the_page_of_failures(rf: RequestFactory) -> None:
    def fails(request: HttpRequest) -> HttpResponse:
        raise AssertionError

    refusals: Callable[..., HttpResponse | None] = RefusalsMiddleware(fails).process_exception
    assert refusals(rf.get("/"), OperationalError()) is None
    assert refusals(rf.get("/"), ValueError()) is None


def test_a_form_that_expired_says_that_what_was_typed_is_not_lost() -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "x"})
    assert response.status_code == 403
    assert "Ce que vous avez tapé n’est pas perdu" in response.content.decode()
