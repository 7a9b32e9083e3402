"""Two people at once: real connections, real transactions."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from network.enums import OrganisationKind, Role
from network.models import Membership, User
from network.services.accounts import disable_account
from network.services.invitations import accept_with_new_account
from network.services.memberships import close_membership, open_membership
from tests.network.factories import PASSWORD, make_membership, make_user
from tests.network.test_invitations import invited
from tests.races import somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = 10
"""Seconds after which a step that should have come is given up."""


def second_waits_for_the_first(first: Callable[[], object], second: Callable[[], object]) -> Future[object]:
    """Do ``first`` in a transaction that stays open until ``second`` waits for it; what came of ``second``."""
    done, waiting = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                first()
                done.set()
                assert waiting.wait(WAIT)
        finally:
            done.set()
            connection.close()

    def follow() -> object:
        try:
            assert done.wait(WAIT)
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(hold)
        followed = pool.submit(follow)
        while not followed.done() and not somebody_waits():
            Event().wait(0.02)
        waiting.set()
        held.result(WAIT)
    return followed


def close(membership: Membership) -> Callable[[], object]:
    return lambda: close_membership(membership=membership)


def disable(membership: Membership) -> Callable[[], object]:
    return lambda: disable_account(user=User.objects.get(pk=membership.user_id))


@pytest.mark.parametrize(("first", "second"), [(close, close), (disable, close), (close, disable), (disable, disable)])
def test_of_two_pilots_who_leave_at_once_one_stays(
    first: Callable[[Membership], Callable[[], object]], second: Callable[[Membership], Callable[[], object]]
) -> None:
    one = make_membership("pilot", "departement")
    other = make_membership("pilot", "departement", one.organisation)
    outcome = second_waits_for_the_first(first(one), second(other))
    with pytest.raises(ValidationError, match="dernière à piloter"):
        outcome.result()
    assert list(Membership.objects.open().pilots()) == [other]


def test_a_link_opened_twice_at_once_opens_one_account() -> None:
    token = invited(make_membership("manager", "reconditioner"))

    def accept() -> object:
        return accept_with_new_account(token=token, first_name="Alix", last_name="Exemple", password=PASSWORD)

    with pytest.raises(ValidationError, match="n’ouvre plus"):
        second_waits_for_the_first(accept, accept).result()
    assert User.objects.filter(email="nouvelle@exemple.test").count() == 1


def test_a_kind_is_not_taken_away_while_a_role_opens_in_it() -> None:
    organisation = make_membership("contact", "donor").organisation
    organisation.kinds = ["donor", "epci"]
    organisation.save()
    person = make_user()

    def open_role() -> object:
        return open_membership(user=person, organisation=organisation, kind=OrganisationKind.EPCI, role=Role.REVIEWER)

    def take_away() -> object:
        return type(organisation).objects.filter(pk=organisation.pk).update(kinds=["donor"])

    outcome = second_waits_for_the_first(open_role, take_away)
    assert "network_organisation_kind_in_use" in repr(outcome.exception().__cause__.diag.constraint_name)  # type: ignore[union-attr]
    assert Membership.objects.open().filter(kind="epci").exists()
