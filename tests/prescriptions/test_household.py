"""A household's file: opened, described, moved, told apart from those that look like it, looked at."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from prescriptions.enums import HouseholdState
from prescriptions.models import DoubleAnswer, Household, HouseholdAccess, Residence
from prescriptions.parameters import DOUBLE_THRESHOLD
from prescriptions.services.doubles import answer_double, possible_doubles
from prescriptions.services.households import (
    attach_household,
    create_household,
    detach_household,
    edit_household,
    move_household,
    record_access,
)
from reference.models import Parameter
from tests.network.factories import make_commune, make_membership
from tests.prescriptions.files import Circle, again, person
from tests.reference.values import set_value

pytestmark = pytest.mark.django_db


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


def test_a_worker_opens_a_file_for_its_prescriber() -> None:
    circle = Circle()
    household = create_household(actor=circle.worker, commune=circle.commune, **person(last_name="Modèle"))
    assert (household.state, household.prescriber) == (HouseholdState.OPEN, circle.prescriber)
    assert household.last_contact_at == household.created_at
    assert Residence.objects.get(household=household).commune == circle.commune


def test_a_file_has_a_name() -> None:
    circle = Circle()
    with pytest.raises(Refused) as refused:
        circle.household(last_name="")
    assert codes(refused) == {"named"}


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (Role.CONTACT, OrganisationKind.DONOR),
        (Role.TECHNICIAN, OrganisationKind.RECONDITIONER),
        (Role.ADVISER, OrganisationKind.DISTRIBUTOR),
        (Role.PILOT, OrganisationKind.DEPARTEMENT),
    ],
)
def test_nobody_else_opens_one(role: Role, kind: OrganisationKind) -> None:
    Circle()
    with pytest.raises(PermissionDenied):
        create_household(actor=make_membership(role, kind), **person())


def test_a_file_is_described_again_by_its_prescriber_alone() -> None:
    circle = Circle()
    household = circle.household()
    edited = edit_household(actor=circle.worker, household=household, email="Nouveau@Exemple.test", adults=3)
    assert (edited.email, edited.adults) == ("nouveau@exemple.test", 3)
    with pytest.raises(Unknown):
        edit_household(actor=Circle().worker, household=household, adults=1)
    with pytest.raises(TypeError):
        edit_household(actor=circle.worker, household=household, state="archived")


def test_another_commune_is_a_move_that_live_prescriptions_follow() -> None:
    circle = Circle()
    prescription = circle.accepted()
    household, elsewhere = prescription.household, make_commune()
    edit_household(actor=circle.worker, household=household, commune=elsewhere)
    assert again(household).commune == elsewhere
    prescription, need = again(prescription), prescription.needs.get()
    assert (prescription.commune, prescription.epci) == (elsewhere, elsewhere.epci)
    assert need.epci == elsewhere.epci
    assert need.journal.get(verb="relocate").epci == elsewhere.epci
    assert household.residences.count() == 2


@pytest.mark.parametrize(
    "given",
    [
        {"moved_on": date(2026, 1, 1)},
        {"commune": "here"},
        {"commune": "here", "moved_on": "tomorrow"},
        {"commune": "here", "moved_on": date(2020, 1, 1)},
    ],
    ids=["where", "when", "to come", "before the last one"],
)
def test_a_move_says_where_and_since_when(given: dict[str, object]) -> None:
    circle = Circle()
    household = circle.household()
    values = given | ({"commune": make_commune()} if "commune" in given else {})
    if given.get("moved_on") == "tomorrow":
        values["moved_on"] = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        gate.apply(household, "move", actor=circle.worker, **values)
    assert codes(refused) <= {"commune_given", "moved_on"}
    moved = move_household(
        actor=circle.worker,
        household=household,
        commune=make_commune(),
        moved_on=timezone.localdate(),
        address="2 rue du Test",
        postcode="59000",
    )
    assert moved.address == "2 rue du Test"


def test_moves_may_be_told_for_a_set() -> None:
    circle, elsewhere = Circle(), make_commune()
    rows = [circle.household() for _ in range(3)]
    outcome = gate.apply_many(
        Household.objects.all(), "move", actor=circle.worker, commune=elsewhere, moved_on=timezone.localdate()
    )
    assert len(outcome.moved) == len(rows)
    assert Residence.objects.filter(commune=elsewhere).count() == len(rows)


# --- doubles


def test_the_same_name_alone_is_no_double() -> None:
    circle = Circle()
    one = circle.household(last_name="Martin", first_name="Camille")
    circle.household(last_name="MARTIN", first_name="Camille")
    assert possible_doubles(actor=circle.worker, household=one) == []


@pytest.mark.parametrize(
    ("columns", "signs"),
    [
        ({"birth_date": date(1990, 5, 1)}, {"double_name", "double_birth_date"}),
        ({"phone": "+33 6 99 12 34 56"}, {"double_name", "double_phone"}),
        ({"email": "camille@exemple.test"}, {"double_name", "double_email"}),
        ({"address": "3 rue de l’Été", "postcode": "59000"}, {"double_name", "double_address"}),
    ],
)
def test_one_more_thing_in_common_makes_one_with_its_reasons(columns: dict[str, object], signs: set[str]) -> None:
    circle = Circle()
    spelled = {"phone": "0699123456"} if "phone" in columns else columns
    one = circle.household(last_name="Lefèvre", first_name="Zoé", **columns)
    two = circle.household(last_name="LEFEVRE", first_name="zoe", **spelled)
    (double,) = possible_doubles(actor=circle.worker, household=one)
    assert (double.household, set(double.signs), double.answer) == (two, signs, None)
    assert double.score >= 60
    assert double.reasons


def test_a_double_is_suggested_among_what_one_may_see_only() -> None:
    circle, other = Circle(), Circle()
    same = {"last_name": "Semblable", "birth_date": date(1980, 1, 1)}
    one = circle.household(**same)
    other.household(**same)
    assert possible_doubles(actor=circle.worker, household=one) == []
    assert len(possible_doubles(actor=circle.pilot, household=one)) == 1


def test_files_look_alike_from_the_usual_threshold_on_where_no_row_says_otherwise() -> None:
    circle = Circle()
    one = circle.household(last_name="Essai", birth_date=date(1980, 1, 2), phone="0699000001")
    circle.household(last_name="Essai", birth_date=date(1980, 1, 2), phone="0699000001")
    Parameter.objects.all().delete()
    assert len(possible_doubles(actor=circle.worker, household=one)) == 1

    set_value(DOUBLE_THRESHOLD, 1000)
    assert possible_doubles(actor=circle.worker, household=one) == []


def test_an_answer_is_remembered_and_may_be_changed() -> None:
    circle = Circle()
    same = {"last_name": "Semblable", "birth_date": date(1980, 1, 1)}
    one, two = circle.household(**same), circle.household(**same)
    answer_double(actor=circle.worker, household=two, other=one, same=False)
    (double,) = possible_doubles(actor=circle.worker, household=two)
    assert double.answer is not None
    assert not double.answer.same
    answer_double(actor=circle.worker, household=two, other=one, same=True)
    assert again(two).same_as == one
    answer_double(actor=circle.worker, household=one, other=two, same=False)
    assert again(two).same_as is None
    assert [row.same for row in DoubleAnswer.objects.order_by("pk")] == [False, True, False]
    assert DoubleAnswer.objects.first().score == 70


def test_files_of_one_household_hang_from_one_file() -> None:
    circle = Circle()
    one, two, three = (circle.household() for _ in range(3))
    attach_household(actor=circle.worker, household=two, same_as=one)
    answer_double(actor=circle.worker, household=three, other=two, same=True)
    assert again(three).same_as == one
    with pytest.raises(Refused) as refused:
        attach_household(actor=circle.worker, household=one, same_as=circle.household())
    assert codes(refused) == {"nothing_attached"}
    with pytest.raises(Refused) as refused:
        attach_household(actor=circle.worker, household=two, same_as=circle.household())
    assert codes(refused) == {"not_attached"}
    answer_double(actor=circle.worker, household=one, other=circle.household(), same=True)
    assert one.attached.count() == 3
    assert answer_double(actor=circle.worker, household=three, other=two, same=True).same


def test_a_file_is_attached_to_another_one_that_is_seen() -> None:
    circle = Circle()
    household = circle.household()
    for other in (household, Circle().household()):
        with pytest.raises(Refused) as refused:
            attach_household(actor=circle.worker, household=household, same_as=other)
        assert codes(refused) == {"other_file"}
    with pytest.raises(Refused) as refused:
        detach_household(actor=circle.worker, household=household)
    assert codes(refused) == {"attached"}


def test_answers_are_for_whoever_sees_both_files() -> None:
    circle = Circle()
    one, two = circle.household(), circle.household()
    with pytest.raises(Unknown):
        answer_double(actor=Circle().worker, household=one, other=two, same=True)
    with pytest.raises(PermissionDenied):
        answer_double(actor=circle.relay, household=one, other=two, same=True)


# --- who opened it


def test_who_opened_a_file_is_logged_and_told_to_the_manager_and_the_pilot() -> None:
    circle = Circle()
    prescription = circle.accepted()
    record_access(actor=circle.adviser, household=prescription.household, what="prescription_detail")
    access = HouseholdAccess.objects.get()
    assert (access.actor, access.organisation) == (circle.adviser, circle.distributor)
    for reader in (circle.manager, circle.pilot):
        assert HouseholdAccess.objects.visible_to(reader).count() == 1
    for other in (circle.worker, circle.adviser, Circle().manager, circle.relay, None):
        assert not HouseholdAccess.objects.visible_to(other).exists()


def test_the_log_is_only_added_to() -> None:
    circle = Circle()
    record_access(actor=circle.worker, household=circle.household(), what="page")
    for attempt in (lambda: HouseholdAccess.objects.update(what="x"), lambda: HouseholdAccess.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_a_postcode_is_five_digits() -> None:
    with pytest.raises(ValidationError) as refused:
        Circle().household(postcode="5900")
    assert list(refused.value.message_dict) == ["postcode"]
