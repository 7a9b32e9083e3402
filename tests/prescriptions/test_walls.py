"""Purpose walls (domaine §6.1): who sees what of a household, model by model."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from lifecycle import gate
from lifecycle.actors import SYSTEM, Actor
from lifecycle.exceptions import Unknown
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.enums import IdentityReason
from prescriptions.models import (
    Agreement,
    CompletionAnswer,
    CompletionRequest,
    ConfirmationLink,
    Decision,
    Fact,
    Household,
    HouseholdAccess,
    HouseholdCorrection,
    Need,
    Prescription,
    PrescriptionPaper,
    Reminder,
    Residence,
    SocialStory,
)
from prescriptions.services.households import edit_household, open_identity, record_access
from prescriptions.services.prescriptions import ask_completion_prescription, remind_prescription
from tests.network.factories import make_membership, make_organisation
from tests.prescriptions.files import Circle, again
from tests.remembered import remembered

pytestmark = pytest.mark.django_db

FILE = (Household, Prescription, Need, Residence, PrescriptionPaper, Reminder)
"""Need and contact, the papers made for the household."""
INSTRUCTION = (Agreement, Fact, Decision, CompletionRequest, CompletionAnswer, HouseholdCorrection)
"""What is read to decide."""
ALL = (*FILE, *INSTRUCTION, SocialStory, HouseholdAccess, ConfirmationLink)


@pytest.fixture
def circle() -> Circle:
    """A file in which there is a row of everything."""
    circle = Circle()
    household = circle.household(email="foyer@exemple.test")
    prescription = circle.submitted(household=household, story="La situation")
    remembered()(ask_completion_prescription)(actor=circle.adviser, prescription=prescription, words="Un point")
    remembered()(edit_household)(actor=circle.worker, household=household, phone="0699000002")
    prescription = circle.accept(circle.submit(circle.answer(again(prescription))))
    remembered()(remind_prescription)(actor=circle.worker, prescription=prescription)
    remembered()(record_access)(actor=circle.adviser, household=household, what="page")
    return circle


def seen_by(actor: Actor | None) -> set[type[Any]]:
    return {model for model in ALL if model.objects.visible_to(actor).exists()}


def named_to(pilot: Membership) -> Membership:
    """A pilot to whom the household is named, for a reason: papers name it."""
    open_identity(actor=pilot, household=Household.objects.get(), reason=IdentityReason.CONTROL)
    return pilot


INSIDE: dict[str, tuple[Callable[[Circle], Actor], set[type[Any]]]] = {
    "its worker": (lambda circle: circle.worker, {*ALL} - {HouseholdAccess}),
    "its manager": (lambda circle: circle.manager, {*ALL}),
    "its adviser": (lambda circle: circle.adviser, {*FILE, *INSTRUCTION}),
    "a relay around": (lambda circle: circle.relay, {*FILE}),
    "the pilot": (lambda circle: circle.pilot, {*ALL} - {SocialStory, PrescriptionPaper}),
    "the pilot who said why": (lambda circle: named_to(circle.pilot), {*ALL} - {SocialStory}),
}


@pytest.mark.parametrize("name", INSIDE)
def test_each_sees_what_its_work_needs(circle: Circle, name: str) -> None:
    actor, expected = INSIDE[name]
    assert seen_by(actor(circle)) == expected


STRANGERS = [
    (Role.WORKER, OrganisationKind.PRESCRIBER),
    (Role.MANAGER, OrganisationKind.PRESCRIBER),
    (Role.ADVISER, OrganisationKind.DISTRIBUTOR),
    (Role.REVIEWER, OrganisationKind.DISTRIBUTOR),
    (Role.ADVISER, OrganisationKind.RELAY),
    (Role.CONTACT, OrganisationKind.DONOR),
    (Role.TECHNICIAN, OrganisationKind.RECONDITIONER),
    (Role.MANAGER, OrganisationKind.RECONDITIONER),
    (Role.MANAGER, OrganisationKind.EPCI),
    (Role.REVIEWER, OrganisationKind.EPCI),
    (Role.AGENT, OrganisationKind.OPERATOR),
    (Role.MANAGER, OrganisationKind.MEDIATION),
    (Role.OBSERVER, OrganisationKind.DEPARTEMENT),
    (Role.OBSERVER, OrganisationKind.PREFECTURE),
]


@pytest.mark.parametrize(("role", "kind"), STRANGERS, ids=[f"{role}@{kind}" for role, kind in STRANGERS])
def test_the_others_see_nothing(circle: Circle, role: Role, kind: OrganisationKind) -> None:
    stranger = make_membership(role, kind, make_organisation(kind, epci=circle.commune.epci))
    assert seen_by(stranger) == set()
    for row in (Household.objects.get(), Prescription.objects.get(), Need.objects.get()):
        for verb in gate.verbs_of(type(row)).values():
            if not verb.creates:
                with pytest.raises((PermissionDenied, Unknown)):
                    gate.apply(row, verb.name, actor=stranger)


def test_a_reviewer_of_the_distributor_itself_sees_nothing(circle: Circle) -> None:
    assert seen_by(make_membership(Role.REVIEWER, OrganisationKind.DISTRIBUTOR, circle.distributor)) == set()


def test_nobody_is_nobody(circle: Circle) -> None:
    assert seen_by(None) == set()
    assert {Household, Prescription, Need} <= seen_by(SYSTEM)


def test_a_draft_is_for_its_prescriber(circle: Circle) -> None:
    draft = circle.draft()
    for actor in (circle.adviser, circle.relay):
        assert not Prescription.objects.visible_to(actor).filter(pk=draft.pk).exists()
        assert not Household.objects.visible_to(actor).filter(pk=draft.household_id).exists()


def test_a_relay_sees_what_is_accepted_around_it(circle: Circle) -> None:
    submitted, elsewhere = circle.submitted(), Circle().accepted()
    seen = Prescription.objects.visible_to(circle.relay)
    assert not seen.filter(pk__in=(submitted.pk, elsewhere.pk)).exists()
