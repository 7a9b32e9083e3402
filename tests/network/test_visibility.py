"""Who sees which organisation, person and role."""

import pytest

from lifecycle.actors import SYSTEM
from network.models import Invitation, Membership, Organisation, User
from network.services.invitations import invite
from tests.network.factories import make_membership, make_organisation

pytestmark = pytest.mark.django_db


def test_the_pilot_and_the_system_see_everything() -> None:
    pilot = make_membership("pilot", "departement")
    make_organisation("donor", is_active=False)
    make_membership("contact", "donor")
    for actor in (pilot, SYSTEM):
        for model in (Organisation, User, Membership):
            assert model.objects.visible_to(actor).count() == model.objects.count()


def test_nobody_sees_nothing() -> None:
    make_membership("contact", "donor")
    for model in (Organisation, User, Membership, Invitation):
        assert not model.objects.visible_to(None).exists()


@pytest.mark.parametrize(
    ("role", "kind", "sees"),
    [
        ("contact", "donor", False),
        ("worker", "prescriber", False),
        ("adviser", "distributor", False),
        ("agent", "operator", False),
        ("technician", "reconditioner", True),
        ("reviewer", "epci", True),
        ("observer", "hub", True),
    ],
)
def test_the_list_of_donors_is_open_only_to_those_who_work_with_them(role: str, kind: str, sees: bool) -> None:
    donor = make_organisation("donor")
    workshop = make_organisation("reconditioner")
    town = make_organisation("donor", kinds=["donor", "relay"])
    retired = make_organisation("reconditioner", is_active=False)
    actor = make_membership(role, kind)
    seen = set(Organisation.objects.visible_to(actor))
    assert (donor in seen) is sees
    assert {workshop, town, actor.organisation} <= seen
    assert retired not in seen


def test_one_sees_the_people_and_roles_of_ones_own_organisation() -> None:
    actor = make_membership("technician", "reconditioner")
    colleague = make_membership("manager", "reconditioner", actor.organisation)
    make_membership("technician", "reconditioner")
    assert set(Membership.objects.visible_to(actor)) == {actor, colleague}
    assert set(User.objects.visible_to(actor)) == {actor.user, colleague.user}


def test_a_manager_sees_the_invitations_of_his_kind_and_his_people_none() -> None:
    organisation = make_organisation("donor", kinds=["donor", "epci"])
    pilot = make_membership("pilot", "departement")
    manager = make_membership("manager", "donor", organisation)
    contact = make_membership("contact", "donor", organisation)
    invite(organisation=organisation, email="a@exemple.test", kind="donor", role="contact", by=manager)
    invite(organisation=organisation, email="b@exemple.test", kind="epci", role="reviewer", by=pilot)
    assert [row.email for row in Invitation.objects.visible_to(manager)] == ["a@exemple.test"]
    assert not Invitation.objects.visible_to(contact).exists()
    assert Invitation.objects.visible_to(pilot).count() == 2
