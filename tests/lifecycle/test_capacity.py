"""A place that is counted: whose counter it is, and what becomes of a row that has none."""

import pytest
from django.utils import timezone

from lifecycle.evaluation import Row, judge
from lifecycle.machine import verbs_of
from lifecycle.requirements import Context
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.lifecycle.parcels.models import Depot, Parcel
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> Membership:
    return make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)


def judged(keeper: Membership, verb: str, state: str, depot: int | None, **values: object) -> list[str]:
    """The codes of what is said of one row that leads to that depot."""
    row = Row(1, state, 1, "", timezone.now(), True, {"depot_id": depot}, {}, {})
    context = Context(timezone.now(), keeper, values)
    judge(Parcel, verbs_of(Parcel)[verb], [row], context, {}, asking=True, locked=False)
    return [reason.code for reason in row.reasons]


def test_a_row_that_leads_to_no_counter_has_no_place(keeper: Membership) -> None:
    assert judged(keeper, "store", "announced", None) == ["shelf"]


def test_a_row_that_leads_to_a_counter_with_room_has_one(keeper: Membership) -> None:
    depot = Depot.objects.create(organisation=keeper.organisation, used=0, total=1)
    assert judged(keeper, "store", "announced", depot.pk) == []


def test_a_counter_that_is_not_there_has_no_room(keeper: Membership) -> None:
    assert judged(keeper, "store", "announced", 404) == ["shelf"]


def test_no_counter_given_takes_no_place_and_one_that_is_full_refuses(keeper: Membership) -> None:
    full = Depot.objects.create(organisation=keeper.organisation, used=1, total=1)
    assert judged(keeper, "carry", "stored", None, to=None) == []
    assert judged(keeper, "carry", "stored", None, to=full) == ["shelf_there"]
