"""Rows are given by key whatever order they had, and their statement says none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lifecycle.in_order import by_key
from lifecycle.locking import locked
from tests.lifecycle.parcels.models import Depot
from tests.network.factories import make_organisation

pytestmark = pytest.mark.django_db


def test_rows_are_given_by_key_and_their_statement_says_no_order() -> None:
    owner = make_organisation()
    made = [Depot.objects.create(organisation=owner, total=total) for total in (3, 1, 2)]
    with CaptureQueriesContext(connection) as asked:
        assert by_key(Depot.objects.order_by("total")) == made
    assert "ORDER BY" not in asked[0]["sql"]


def test_rows_are_locked_in_the_order_of_their_keys_but_for_one_alone() -> None:
    owner = make_organisation()
    first, second = (Depot.objects.create(organisation=owner, total=total) for total in (2, 1))
    with CaptureQueriesContext(connection) as asked:
        assert locked(Depot.objects.order_by("total")) == [first, second]
        assert locked(Depot.objects.filter(pk=first.pk), alone=True) == [first]
    assert ["ORDER BY" in one["sql"] for one in asked] == [True, False]
