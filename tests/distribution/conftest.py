"""A shelf and its convention, for the tests of a whole file."""

from collections.abc import Iterator
from contextlib import ExitStack
from copy import deepcopy

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.distribution.shelves import Shelf


@pytest.fixture(scope="module")
def stocked(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    """A shelf whose convention is in force: the circuit and its signatures, half a second, gone through once a file.

    It lives in a transaction around those of the tests, which is never committed; its files are not theirs.
    """
    with ExitStack() as around:
        with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("stocked")):
            around.enter_context(transaction.atomic())
            shelf = Shelf()
            assert shelf.convention
        yield shelf
        with django_db_blocker.unblock():
            transaction.set_rollback(True)
            around.close()


@pytest.fixture
def shelf(stocked: Shelf, db: None) -> Shelf:
    """A copy of it, which a test may change."""
    return deepcopy(stocked)
