"""The outbox as in production, and the templates of the tests' own papers."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection

from documents import kinds
from documents.kinds import register_kind
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.network.factories import make_membership

TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture(autouse=True)
def empty_queue(request: pytest.FixtureRequest) -> None:
    """Start with an empty queue: its tables are not Django's, so the flush after a test leaves them full."""
    mark = request.node.get_closest_marker("django_db")
    if mark is not None and mark.kwargs.get("transaction"):
        request.getfixturevalue("transactional_db")
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture
def real_outbox(settings: Any, mailoutbox: list[EmailMessage]) -> list[EmailMessage]:
    """Django's mail goes through the outbox; what really leaves is returned."""
    settings.MAILERS = {
        "default": {"BACKEND": "documents.mail_backend.OutboxBackend"},
        "delivery": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"},
    }
    return mailoutbox


@pytest.fixture
def paper_kind(settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kind of document of the tests' own."""
    settings.TEMPLATES = deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0]["DIRS"] = [*settings.TEMPLATES[0]["DIRS"], TEMPLATES]
    monkeypatch.setattr(kinds, "_kinds", {})
    register_kind("sheet", "Fiche d’essai", "tests/paper.html")
    return "sheet"


@pytest.fixture
def pilot(db: None) -> Membership:
    return make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)


@pytest.fixture
def technician(db: None) -> Membership:
    return make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
