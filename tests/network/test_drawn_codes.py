"""A code of three digits comes round again: none is drawn that is there, be it from a step that was put back."""

import pytest

from network.models import Arrondissement, Commune
from tests.network import factories
from tests.network.factories import make_arrondissement, make_commune

pytestmark = pytest.mark.django_db


def test_a_code_that_is_taken_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    make_arrondissement(code="007")
    commune = make_commune(code="59008")
    monkeypatch.setattr(factories, "_rank", iter(range(990_007, 2_000_000)))
    assert make_arrondissement().code != "007"
    monkeypatch.setattr(factories, "_rank", iter(range(1_000_008, 2_000_000)))
    assert make_commune().code != commune.code
    assert Arrondissement.objects.count() == Arrondissement.objects.values("code").distinct().count()
    assert Commune.objects.count() == Commune.objects.values("code").distinct().count()
