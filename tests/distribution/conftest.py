"""A shelf and its convention, for the tests of a whole file."""

import pytest
from django.core.cache import cache

from refurb.models import Device
from tests.distribution.hours import opened
from tests.distribution.shelves import Shelf


@pytest.fixture
def shelf(db: None) -> Shelf:
    """A shelf whose convention is in force."""
    shelf = Shelf()
    assert shelf.convention
    return shelf


@pytest.fixture
def device(shelf: Shelf) -> Device:
    """Put aside for a household, at a point that receives every morning."""
    opened(shelf)
    return shelf.reserved()


@pytest.fixture
def nobody_tried() -> None:
    """No year of birth was tried on the page of a household."""
    cache.clear()
