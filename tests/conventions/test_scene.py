"""The scene itself, which other apps rest on."""

import pytest

from conventions.enums import ConventionState
from tests.conventions.conventions import active_convention

pytestmark = pytest.mark.django_db


def test_a_convention_comes_into_force_by_every_legal_step() -> None:
    convention = active_convention(quotas={"laptop": 20, "tablet": 5})

    assert convention.state == ConventionState.ACTIVE
    assert sorted(convention.quotas.values_list("type", "year", "total", "used")) == [
        ("laptop", 1, 20, 0),
        ("tablet", 1, 5, 0),
    ]
    assert [entry.verb for entry in convention.journal.order_by("seq")] == [
        "create",
        "submit",
        "approve",
        "open_signature",
        "complete_signature",
        "activate",
    ]
