"""A shelf and its convention, for the tests of a whole file."""

import pytest

from tests.distribution.shelves import Shelf


@pytest.fixture
def shelf(db: None) -> Shelf:
    """A shelf whose convention is in force."""
    shelf = Shelf()
    assert shelf.convention
    return shelf
