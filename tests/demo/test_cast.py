"""Who acts in the demonstration."""

import pytest
from django.utils import timezone

from demo.cast import CALLED, gather
from network.models import Organisation
from tests.demo.departements import load_world

pytestmark = pytest.mark.django_db


def test_whoever_a_family_calls_has_a_number_that_is_nobody_s() -> None:
    load_world()
    gather(timezone.now())
    called = Organisation.objects.filter(kinds__overlap=list(CALLED))
    numbers = list(called.values_list("phone", flat=True))
    assert len(numbers) == len(set(numbers)) > 5
    assert all(number.startswith("035301") for number in numbers)
