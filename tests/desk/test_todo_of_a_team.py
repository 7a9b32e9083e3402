"""« À faire » where several people share the work: whose household it is, and what is not late yet."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.models import Membership
from network.services.accounts import disable_account
from network.services.memberships import close_membership
from prescriptions.services.prescriptions import remind_prescription
from tests.conventions.conventions import Treaty
from tests.desk.test_todo import block, landing, listed
from tests.network.factories import make_membership
from tests.pages import acting
from tests.prescriptions.files import Circle

pytestmark = pytest.mark.django_db


def disabled(member: Membership) -> None:
    disable_account(user=member.user)


def closed(member: Membership) -> None:
    close_membership(membership=member)


def test_a_worker_is_told_whose_household_waits_for_a_line() -> None:
    circle = Circle()
    circle.accepted([("mobile_connection", "work")])
    colleague = make_membership(Role.WORKER, Kind.PRESCRIBER, circle.prescriber)
    said = f"suivi par {circle.worker.user}"
    for who, told in ((circle.worker, False), (colleague, True), (circle.manager, True), (circle.adviser, False)):
        (line,) = block(landing(acting(who)), "connexions-a-trouver").lines
        assert (said in line.about) is told, who.role


@pytest.mark.parametrize(("email", "told"), [("foyer@exemple.test", "pas encore répondu"), ("", "pas de courriel")])
def test_a_household_that_could_not_be_asked_is_not_said_to_be_silent(email: str, told: str) -> None:
    circle = Circle()
    accepted = circle.accepted(household=circle.household(email=email))
    remind_prescription(actor=circle.worker, prescription=accepted)
    (line,) = block(landing(acting(circle.worker)), "toujours-d-actualite").lines
    assert told in line.about


def test_a_convention_signed_the_day_it_begins_is_not_late() -> None:
    treaty = Treaty()
    treaty.signed()
    shown = block(landing(acting(treaty.manager)), "a-mettre-en-vigueur")
    assert (shown.count, shown.late) == (1, 0)


@pytest.mark.parametrize("leaves", [disabled, closed])
def test_what_a_worker_who_left_followed_is_on_the_page_of_her_colleagues(leaves: Callable[[Membership], None]) -> None:
    circle = Circle()
    colleague = make_membership(Role.WORKER, Kind.PRESCRIBER, circle.prescriber)
    draft = circle.draft()
    assert block(landing(acting(colleague)), "brouillons").count == 0
    leaves(circle.worker)
    client = acting(colleague)
    response = landing(client)
    (line,) = block(response, "brouillons").lines
    assert line.title == draft.household.name
    assert listed(client.get(block(response, "brouillons").block.address)) == 1
    told = client.get(reverse("prescriptions:prescription_detail", args=[draft.reference])).content.decode()
    assert f"{circle.worker.user}, qui n’agit plus ici" in told
