"""The outbox as in production, and the templates of the tests' own papers."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage

from documents import kinds
from documents.kinds import register_kind
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.network.factories import make_membership

TEMPLATES = Path(__file__).parent / "templates"


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
