"""Memberships: never edited, only closed and reopened."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from lifecycle.actors import SYSTEM, Actor
from network.enums import ROLES_BY_KIND, OrganisationKind, Role
from network.models import Membership, MembershipPeriod, Organisation, User
from network.permissions import acts_as
from network.services.accounts import forget_user
from network.services.memberships import close_membership, open_membership, reopen_membership
from tests.network.factories import make_membership, make_organisation, make_user
from tests.pages import acting

pytestmark = pytest.mark.django_db
JANUARY, MARCH, JUNE = (datetime(2026, month, 1, 9, tzinfo=UTC) for month in (1, 3, 6))


def refused(sql: str, *values: object) -> str:
    """The constraint by which the database refuses ``sql``."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return caught.value.__cause__.diag.constraint_name  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        "user_id = (SELECT max(id) FROM network_user)",
        "organisation_id = (SELECT max(id) FROM network_organisation)",
        "role = 'manager'",
        "kind = 'epci', role = 'reviewer'",
        "opened_at = opened_at - interval '1 day'",
    ],
)
def test_the_database_refuses_to_edit_a_membership(change: str) -> None:
    organisation = make_organisation("reconditioner", kinds=["reconditioner", "epci"])
    membership = make_membership("technician", "reconditioner", organisation)
    make_membership("agent", "operator")
    sql = f"UPDATE network_membership SET {change} WHERE id = %s"
    assert refused(sql, membership.pk) == "network_membership_frozen"


def test_the_orm_is_refused_as_well() -> None:
    membership = make_membership("technician", "reconditioner")
    membership.role = Role.MANAGER
    with pytest.raises(IntegrityError), transaction.atomic():
        membership.save()


@pytest.mark.parametrize(
    "table", ["network_user", "network_membership", "network_membershipperiod", "network_organisation"]
)
def test_people_roles_and_organisations_are_never_deleted(table: str) -> None:
    make_membership("technician", "reconditioner")
    assert refused(f"DELETE FROM {table}") == "network_never_deleted"


def test_a_kind_the_organisation_does_not_have_is_refused() -> None:
    donor = make_organisation("donor")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_membership("technician", "reconditioner", organisation=donor)


def test_a_role_without_meaning_in_its_kind_is_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_membership("technician", "donor")


def test_a_kind_in_which_people_act_is_not_taken_away() -> None:
    organisation = make_organisation("donor", kinds=["donor", "epci"])
    membership = make_membership("reviewer", "epci", organisation)
    sql = "UPDATE network_organisation SET kinds = '{donor}' WHERE id = %s"
    assert refused(sql, organisation.pk) == "network_organisation_kind_in_use"
    close_membership(membership=membership)
    Organisation.objects.filter(pk=organisation.pk).update(kinds=["donor"])
    with pytest.raises(IntegrityError), transaction.atomic():
        reopen_membership(membership=membership)


def test_closing_and_reopening_keep_the_row_and_tell_the_periods() -> None:
    pilot = make_membership("pilot", "departement")
    membership = open_membership(
        user=make_user(),
        organisation=make_organisation("donor"),
        kind=OrganisationKind.DONOR,
        role=Role.CONTACT,
        at=JANUARY,
    )
    close_membership(membership=membership, by=pilot, at=MARCH)
    assert Membership.objects.get(pk=membership.pk).closed_at == MARCH
    again = open_membership(
        user=membership.user,
        organisation=membership.organisation,
        kind=OrganisationKind.DONOR,
        role=Role.CONTACT,
        by=pilot,
        at=JUNE,
    )
    assert again.pk == membership.pk
    assert again.closed_at is None
    periods = [(p.opened_at, p.opened_by, p.closed_at, p.closed_by) for p in membership.periods.all()]
    assert periods == [(JANUARY, None, MARCH, pilot), (JUNE, pilot, None, None)]


def test_closing_twice_and_opening_twice_change_nothing() -> None:
    membership = make_membership("contact", "donor")
    reopen_membership(membership=membership)
    close_membership(membership=membership, at=JUNE.replace(year=2027))
    close_membership(membership=membership)
    assert Membership.objects.get(pk=membership.pk).closed_at == JUNE.replace(year=2027)
    assert MembershipPeriod.objects.filter(membership=membership).count() == 1


def test_a_period_is_told_in_days_of_paris() -> None:
    membership = make_membership("contact", "donor")
    period = MembershipPeriod(membership=membership, opened_at=datetime(2026, 5, 31, 22, 30, tzinfo=UTC))
    assert str(period) == "01/06/2026 – …"


def test_a_past_period_is_never_edited() -> None:
    membership = close_membership(membership=make_membership("contact", "donor"))
    sql = "UPDATE network_membershipperiod SET closed_at = now() WHERE membership_id = %s"
    assert refused(sql, membership.pk) == "network_membershipperiod_frozen"


def test_a_person_holds_a_role_in_an_organisation_once() -> None:
    membership = make_membership("contact", "donor")
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            user=membership.user,
            organisation=membership.organisation,
            kind="donor",
            role="contact",
            opened_at=JANUARY,
        )


def test_a_manager_closes_and_reopens_in_his_organisation_and_kind_only() -> None:
    organisation = make_organisation("donor", kinds=["donor", "prescriber"])
    manager = make_membership("manager", "donor", organisation)
    colleague = make_membership("contact", "donor", organisation)
    social_worker = make_membership("worker", "prescriber", organisation)
    stranger = make_membership("contact", "donor")
    close_membership(membership=colleague, by=manager)
    assert reopen_membership(membership=colleague, by=manager).is_open
    for other in (social_worker, stranger):
        with pytest.raises(PermissionDenied):
            close_membership(membership=other, by=manager)
    with pytest.raises(PermissionDenied):
        close_membership(membership=manager, by=colleague)


def test_a_manager_does_not_open_himself_the_door_of_another_kind() -> None:
    organisation = make_organisation("donor", kinds=["donor", "prescriber"])
    manager = make_membership("manager", "donor", organisation)
    with pytest.raises(PermissionDenied):
        open_membership(
            user=manager.user,
            organisation=organisation,
            kind=OrganisationKind.PRESCRIBER,
            role=Role.WORKER,
            by=manager,
        )
    assert not Membership.objects.filter(kind="prescriber").exists()


def test_the_last_pilot_is_not_closed() -> None:
    first = make_membership("pilot", "departement")
    observer = make_membership("observer", "departement", first.organisation)
    close_membership(membership=observer)
    with pytest.raises(ValidationError, match="dernière à piloter"):
        close_membership(membership=first)
    second = make_membership("manager", "departement", first.organisation)
    close_membership(membership=first)
    with pytest.raises(ValidationError):
        close_membership(membership=second)


def test_a_pilot_whose_account_is_disabled_does_not_count() -> None:
    pilot = make_membership("pilot", "departement")
    gone = make_membership("pilot", "departement", pilot.organisation)
    User.objects.filter(pk=gone.user_id).update(is_active=False)
    with pytest.raises(ValidationError):
        close_membership(membership=pilot)


def test_every_role_lists_each_meaningful_pair_once_and_satisfies_the_engine() -> None:
    rows = Membership.every_role()
    assert len(rows) == sum(map(len, ROLES_BY_KIND.values())) == len({(m.kind, m.role) for m in rows})
    assert all(isinstance(row, Actor) and row.pk is None for row in rows)
    assert "Technicien – Reconditionneur" in {str(row) for row in rows}


def test_acts_as_reads_the_role_at_the_kind_and_lets_the_manager_of_the_kind() -> None:
    pair = (Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
    allowed = {("technician", "reconditioner"), ("manager", "reconditioner")}
    assert {(m.role, m.kind) for m in Membership.every_role() if acts_as(m, pair)} == allowed
    assert not acts_as(None, pair)
    assert not acts_as(SYSTEM, pair)


def test_whoever_loses_a_role_is_written_to_and_not_by_closing_his_own_nor_once_forgotten() -> None:
    manager = make_membership("manager", "donor")
    person = make_membership("contact", "donor", organisation=manager.organisation)
    pilot = make_membership("pilot", "departement")
    for _ in range(2):
        close_membership(membership=person, by=manager)
    (told,) = mail.outbox
    assert told.to == [person.user.email]
    assert told.subject == f"Votre rôle dans {manager.organisation} est fermé"
    assert manager.title in str(told.body)
    assert str(manager.user) not in str(told.body)
    close_membership(membership=manager, by=manager)
    other = make_membership("contact", "donor")
    forget_user(user=other.user, by=pilot)
    assert len(mail.outbox) == 1


def test_a_role_that_is_closed_acts_no_more_in_a_session_that_was_open() -> None:
    person = make_membership("contact", "donor")
    client = acting(person)
    assert client.get("/").status_code == 200
    close_membership(membership=person)
    assert client.get("/").status_code == 403
