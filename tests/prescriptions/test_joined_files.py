"""Two files of one household made one: told before, refused with who can lift it, undone, followed by what is owed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from calendars.working_days import add_months
from documents.enums import SendState
from documents.models import Sms
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from lifecycle.machine import Context
from lifecycle.verification import Fault, verify_journals
from prescriptions.enums import ErasureChannel, HouseholdState, NeedKind, NeedUse, RightKind
from prescriptions.forms.rights import OfficerRightsForm
from prescriptions.machine.household_rules import left_as_a_draft
from prescriptions.models import (
    Agreement,
    Household,
    HouseholdEntry,
    HouseholdMessage,
    Joining,
    Need,
    Prescription,
    PrescriptionEntry,
)
from prescriptions.services.doubles import answer_double, possible_doubles
from prescriptions.services.households import attach_household, record_accesses
from prescriptions.services.joining import forget_replaced, join_household, part_household
from prescriptions.services.known import all_known
from prescriptions.services.prescriptions import withdraw_prescription
from prescriptions.views.own_page import born_in
from prescriptions.views.sent_messages import messages_told_to
from tests.pages import acting, read
from tests.prescriptions.files import COMPUTER, Circle, again, person, transferred
from tests.prescriptions.rights import Desk
from tests.remembered import remembered

pytestmark = pytest.mark.django_db
PHONE = ((NeedKind.SMARTPHONE, NeedUse.WORK),)
BORN = date(1980, 3, 7)
HER = {"last_name": "Vandewalle", "first_name": "Nadia", "birth_date": BORN, "phone": "0699000001"}


@pytest.fixture
def circle() -> Circle:
    return Circle()


@pytest.fixture
def beside(circle: Circle) -> Circle:
    """Another prescriber, whose files go to the same distributor."""
    return Circle(distributor=circle.distributor, commune=circle.commune)


def two_files(circle: Circle, beside: Circle, **other: Any) -> tuple[Prescription, Prescription]:
    """A request accepted in the file that is kept, another one in the file that is left, said to be the same."""
    kept = circle.submitted(COMPUTER, household=circle.household(**person(**HER)))
    left = beside.submitted(PHONE, household=beside.household(**person(**HER | {"last_name": "Vandewale"} | other)))
    remembered()(answer_double)(actor=circle.adviser, household=left.household, other=kept.household, same=True)
    return circle.accept(kept), beside.accept(left)


def assert_whole() -> None:
    """Every journal is whole, every stamp the one that it says."""
    faults: list[Fault] = []
    verify_journals(faults.append)
    assert [fault for fault in faults if fault.machine in ("household", "prescription", "need")] == []


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


def test_what_one_file_had_is_the_other_s_and_all_is_journalled(circle: Circle, beside: Circle) -> None:
    kept, left = two_files(circle, beside, email="nadia@exemple.fr")
    agreed = Agreement.objects.get(prescription=left)
    file = join_household(actor=circle.adviser, household=left.household, kept=kept.household, taken=["email"])
    gone = Household.objects.get(pk=left.household_id)
    assert (gone.state, gone.joined_into, file.email) == (HouseholdState.JOINED, file, "nadia@exemple.fr")
    assert set(file.prescriptions.all()) == {kept, left}
    assert Agreement.objects.get(prescription__household=file, pk=agreed.pk)
    assert set(Need.objects.filter(prescription__household=file).values_list("kind", flat=True)) == {
        NeedKind.COMPUTER,
        NeedKind.SMARTPHONE,
    }
    told = HouseholdEntry.objects.filter(verb__in=("join", "take_in")).values_list("object", "verb")
    assert set(told) == {(gone.pk, "join"), (file.pk, "take_in")}
    assert PrescriptionEntry.objects.filter(object=left, verb="regroup").count() == 1
    assert_whole()


def test_who_had_access_by_a_request_reads_the_file_kept_and_nobody_else(circle: Circle, beside: Circle) -> None:
    kept, left = two_files(circle, beside)
    outside = Circle()
    before = {member.pk: Household.objects.visible_to(member).count() for member in (outside.worker, outside.adviser)}
    join_household(actor=circle.pilot, household=left.household, kept=kept.household)
    for member in (circle.worker, beside.worker, circle.adviser):
        assert Household.objects.visible_to(member).filter(pk=kept.household_id).exists()
        page = acting(member).get(
            reverse("prescriptions:household_detail", args=[left.household.reference]), follow=True
        )
        assert page.redirect_chain[0][0].endswith(f"{kept.household.reference}/")
        assert "est réuni à celui-ci" in page.content.decode()
    for member in (outside.worker, outside.adviser):
        assert Household.objects.visible_to(member).count() == before[member.pk]
        url = reverse("prescriptions:household_detail", args=[left.household.reference])
        assert acting(member).get(url).status_code == 404
    with pytest.raises(PermissionDenied):
        join_household(actor=circle.worker, household=kept.household, kept=left.household)


def test_each_refusal_says_why_and_who_can_lift_it(circle: Circle, beside: Circle) -> None:
    kept, left = two_files(circle, beside)
    twice = beside.accepted(COMPUTER)
    with pytest.raises(Refused) as refused:
        join_household(actor=circle.adviser, household=twice.household, kept=kept.household)
    assert codes(refused) == {"no_need_twice"}
    assert all(reason.lifted_by for reason in refused.value.all)
    answer_double(actor=circle.adviser, household=kept.household, other=left.household, same=False)
    with pytest.raises(Refused) as refused:
        join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    assert codes(refused) == {"not_apart"}
    answer_double(actor=circle.adviser, household=left.household, other=kept.household, same=True)
    away = Circle(prescriber=beside.prescriber, distributor=circle.distributor)
    moved = away.accepted(PHONE, household=away.household())
    with pytest.raises(Refused) as refused:
        join_household(actor=circle.adviser, household=moved.household, kept=kept.household)
    assert codes(refused) == {"same_commune"}
    with pytest.raises(Refused) as refused:
        join_household(actor=circle.adviser, household=kept.household, kept=kept.household)
    assert "kept" in codes(refused)
    join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    with pytest.raises(Refused) as refused:
        join_household(actor=circle.adviser, household=kept.household, kept=twice.household)
    assert "nothing_joined" in codes(refused)


def test_a_right_that_waits_on_either_side_is_answered_first(circle: Circle, beside: Circle) -> None:
    kept, left = two_files(circle, beside)
    Desk(circle).asked(household=kept.household)
    with pytest.raises(Refused) as refused:
        join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    assert codes(refused) == {"no_right_waits"}


def test_parted_again_all_is_where_it_was_but_for_what_came_since(circle: Circle, beside: Circle) -> None:
    kept, left = two_files(circle, beside, email="nadia@exemple.fr", first_name="Nadja")
    first = kept.household.first_name
    file = join_household(
        actor=circle.adviser, household=left.household, kept=kept.household, taken=["email", "first_name"]
    )
    since = circle.draft(PHONE[:0] or ((NeedKind.TABLET, NeedUse.SOCIAL),), household=file)
    Household.objects.filter(pk=file.pk).update(email="autre@exemple.fr")
    parted = part_household(actor=circle.adviser, household=file, left=left.household)
    assert (parted.requests, parted.columns) == ([since.reference], ["email"])
    assert (parted.kept.first_name, parted.kept.email) == (first, "autre@exemple.fr")
    assert (parted.left.state, parted.left.joined_into, parted.left.first_name) == ("open", None, "Nadja")
    assert HouseholdEntry.objects.filter(object=parted.left, verb="come_back").exists()
    assert set(parted.kept.prescriptions.all()) == {kept, since}
    assert list(parted.left.prescriptions.all()) == [left]
    assert_whole()
    join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    Joining.objects.standing().update(joined_at=timezone.now() - timedelta(days=31))
    with pytest.raises(Refused, match="délai"):
        part_household(actor=circle.adviser, household=kept.household, left=left.household)


def test_whoever_read_one_of_the_two_files_alone_does_not_part_them(circle: Circle, beside: Circle) -> None:
    kept, left = two_files(circle, beside)
    other = Circle(prescriber=circle.prescriber, commune=circle.commune)
    file = join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    other.submitted(((NeedKind.TABLET, NeedUse.SOCIAL),), household=file)
    assert Household.objects.visible_to(other.adviser).contains(file)
    with pytest.raises(Refused, match="qu’un des deux") as refused:
        part_household(actor=other.adviser, household=file, left=left.household)
    assert codes(refused) == {"both_read"}
    part_household(actor=circle.adviser, household=file, left=left.household)


def test_six_hundred_namesakes_are_proposed_to_nobody(circle: Circle) -> None:
    martin = {"last_name": "Martin", "first_name": "Nadia"}
    mine = circle.submitted(household=circle.household(**person(**martin, birth_date=BORN)))
    rows = [
        Household(prescriber=circle.prescriber, **martin, birth_date=BORN + timedelta(days=37 * rank))
        for rank in range(1, 601)
    ]
    for row in rows:
        row.set_keys()
    gate.create_many(Household, "create", rows, actor=circle.worker)
    assert possible_doubles(actor=circle.pilot, household=mine.household) == []
    page = read(acting(circle.adviser), reverse("prescriptions:household_join", args=[mine.household.reference]))
    assert "Aucun dossier que vous voyez ne ressemble" in page


def test_what_came_is_given_to_whoever_asks_and_erased_with_the_file_kept(circle: Circle, beside: Circle) -> None:
    kept = circle.submitted(COMPUTER, household=circle.household(**person(**HER)))
    left = beside.submitted(PHONE, household=beside.household(**person(last_name="Autrenom", first_name="Nadja")))
    first = kept.household.first_name
    file = join_household(actor=circle.adviser, household=left.household, kept=kept.household, taken=["first_name"])
    told = str(all_known(file))
    assert left.reference in told
    assert "Autrenom" in told
    assert f": {first}" in told, "what was replaced is held still, to be put back"
    for prescription in (kept, left):
        worker = circle.worker if prescription == kept else beside.worker
        withdraw_prescription(actor=worker, prescription=prescription, reason="no_longer_needed")
    given = {"received_on": timezone.localdate(), "channel": ErasureChannel.PLACE}
    gate.apply(file, "erase_on_request", actor=circle.pilot, **given)
    for row in Household.objects.filter(pk__in=(file.pk, left.household_id)):
        assert (row.state, row.last_name, row.phone, row.birth_date) == (HouseholdState.ANONYMISED, "", "", None)
    assert HouseholdEntry.objects.filter(object=left.household, verb="forget_joined").exists()
    assert list(Joining.objects.values_list("before", flat=True)) == [{}]
    assert_whole()


def test_it_is_read_side_by_side_chosen_line_by_line_then_done_and_undone(circle: Circle, beside: Circle) -> None:
    kept, left = two_files(circle, beside)
    client = acting(circle.adviser)
    url = reverse("prescriptions:household_join", args=[left.household.reference])
    assert f"?avec={kept.household.reference}" in read(client, url)
    chosen = f"{url}?avec={kept.household.reference}"
    page = read(client, chosen)
    assert "Vandewalle" in page
    assert "Vandewale" in page
    answer = client.post(chosen, {"take_last_name": "left"}, follow=True)
    assert "Dossiers réunis" in answer.content.decode()
    assert Household.objects.get(pk=kept.household_id).last_name == "Vandewale"
    part = reverse("prescriptions:household_part", args=[kept.household.reference])
    answer = client.post(part, {"left": left.household_id}, follow=True)
    assert "Dossiers séparés" in answer.content.decode()
    assert Household.objects.get(pk=kept.household_id).last_name == "Vandewalle"


def test_a_way_to_be_told_is_not_taken_without_what_it_takes(circle: Circle, beside: Circle) -> None:
    kept, left = two_files(circle, beside, email="nadia@exemple.fr", contact_channel="email")
    Household.objects.filter(pk=kept.household_id).update(email="autre@exemple.fr", phone="")
    Household.objects.filter(pk=left.household_id).update(email="", contact_channel="sms")
    client = acting(circle.adviser)
    url = reverse(
        "prescriptions:household_join", args=[left.household.reference], query={"avec": kept.household.reference}
    )
    taken = {"take_last_name": "left", "take_contact_channel": "left", "take_phone": "kept"}
    assert "Un SMS demande un portable" in client.post(url, taken).content.decode()
    assert "Dossiers réunis" in client.post(url, taken | {"take_phone": "left"}, follow=True).content.decode()


def test_the_birth_date_of_a_minor_is_not_taken_unless_a_judge_let_him_ask(circle: Circle, beside: Circle) -> None:
    kept, left = two_files(circle, beside)
    young = add_months(timezone.localdate(), -12 * 17)
    Household.objects.filter(pk=left.household_id).update(birth_date=young)
    join = {"actor": circle.adviser, "household": left.household, "kept": kept.household}
    with pytest.raises(ValidationError, match="18"):
        join_household(**join, taken=["birth_date"])
    assert again(left.household).state == HouseholdState.OPEN
    query = {"avec": kept.household.reference}
    url = reverse("prescriptions:household_join", args=[left.household.reference], query=query)
    taken = {"take_last_name": "kept", "take_birth_date": "left"}
    assert "La personne de référence a 18" in acting(circle.adviser).post(url, taken).content.decode()
    Household.objects.filter(pk=left.household_id).update(emancipated_on=timezone.localdate())
    with pytest.raises(ValidationError):
        join_household(**join, taken=["birth_date"])
    file = join_household(**join, taken=["birth_date", "emancipated_on"])
    assert (file.birth_date, file.emancipated_on) == (young, timezone.localdate())


def test_a_limitation_is_not_left_behind_with_a_file_that_is_joined(circle: Circle, beside: Circle) -> None:
    kept, left = two_files(circle, beside)
    desk = Desk(beside)
    desk.answer(desk.asked(RightKind.RESTRICTION, left.household))
    for gone, stays in ((left, kept), (kept, left)):
        with pytest.raises(Refused) as refused:
            join_household(actor=circle.adviser, household=gone.household, kept=stays.household)
        assert "not_restricted" in codes(refused)


def test_a_limitation_of_the_file_kept_is_not_escaped_by_parting_it(circle: Circle, beside: Circle) -> None:
    kept, left = two_files(circle, beside)
    file = join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    desk = Desk(circle)
    desk.answer(desk.asked(RightKind.RESTRICTION, file))
    with pytest.raises(Refused) as refused:
        part_household(actor=circle.adviser, household=file, left=left.household)
    assert codes(refused) == {"not_restricted"}


def test_a_right_exercised_under_the_number_of_a_joined_file_is_of_the_file_kept(
    circle: Circle, beside: Circle
) -> None:
    kept = circle.submitted(COMPUTER, household=circle.household(**person(**HER)))
    left = beside.submitted(PHONE, household=beside.household(**person(**HER)))
    file = join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    desk = Desk(beside)
    asked = desk.asked(RightKind.RESTRICTION, again(left.household))
    assert asked.household == file
    desk.answer(asked)
    with pytest.raises(Refused, match="limitation"):
        beside.accept(left)
    told = {"kind": "access", "requester": "person", "channel": "place", "received_on": timezone.localdate()}
    for whose in (
        {"reference": left.household.reference},
        {"last_name": "Vandewalle", "first_name": "Nadia", "birth_date": BORN.isoformat()},
    ):
        form = OfficerRightsForm(told | whose)
        assert form.is_valid(), form.errors
        assert form.cleaned_data["household"] == file


def test_a_draft_that_came_with_a_joined_file_is_not_erased_while_its_own_prescriber_opens_it(
    circle: Circle, beside: Circle
) -> None:
    circle.at = beside.at = timezone.now() - timedelta(days=200)
    kept = circle.draft(household=circle.household(**person(**HER)))
    left = beside.draft(PHONE, household=beside.household(**person(**HER)))
    file = join_household(actor=circle.pilot, household=left.household, kept=kept.household)
    swept = Household.objects.filter(left_as_a_draft(Context(timezone.now(), SYSTEM)))
    assert file in swept
    record_accesses(actor=beside.worker, households=[file.pk], what="prescription_detail")
    assert file not in swept.all()


def test_what_was_replaced_is_held_as_long_as_it_can_be_put_back_and_no_longer(circle: Circle, beside: Circle) -> None:
    kept = circle.submitted(COMPUTER, household=circle.household(**person(**HER)))
    left = beside.submitted(PHONE, household=beside.household(**person(last_name="Autrenom", first_name="Nadja")))
    file = join_household(actor=circle.adviser, household=left.household, kept=kept.household, taken=["last_name"])
    now = timezone.now()
    assert forget_replaced(at=now + timedelta(days=29)) == 0
    asked = Desk(circle).asked(RightKind.ACCESS, again(file))
    assert forget_replaced(at=now + timedelta(days=31)) == 0, "what is asked for is still there when it is given"
    gate.apply(asked, "withdraw", actor=circle.worker)
    assert forget_replaced(at=now + timedelta(days=31)) == 1
    parted = part_household(actor=circle.pilot, household=file, left=Household.objects.get(pk=left.household_id))
    assert parted.columns == ["last_name"], "the days were made longer since: it stays as it is, and is told"
    assert "prescriptions.forget_replaced" in {task.task.name for task in app.periodic_registry.periodic_tasks.values()}


def test_what_was_said_to_a_household_of_a_request_that_was_not_its_own_goes_with_it(
    circle: Circle, beside: Circle, settings: LazySettings
) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    by_sms = {"contact_channel": "sms", "phone": "0699887766"}
    kept = circle.submitted(COMPUTER, household=circle.household(**person(**HER | by_sms)))
    other = beside.household(**person(last_name="Autrenom", first_name="Nadja", phone="0611223344"))
    left = beside.submitted(PHONE, household=other)
    file = join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    beside.accept(again(left))
    part_household(actor=circle.pilot, household=file, left=Household.objects.get(pk=other.pk))
    assert Sms.objects.get().number
    withdraw_prescription(actor=circle.worker, prescription=again(kept), reason="no_longer_needed")
    given = {"received_on": timezone.localdate(), "channel": ErasureChannel.PLACE}
    gate.apply(again(file), "erase_on_request", actor=circle.pilot, **given)
    assert Sms.objects.get().number == ""


@pytest.mark.parametrize("by_the_clock", [True, False])
def test_a_file_kept_that_holds_a_draft_still_is_erased_with_those_joined_to_it(
    circle: Circle, beside: Circle, by_the_clock: bool
) -> None:
    circle.at = beside.at = timezone.now() - timedelta(days=200)
    kept = circle.draft(household=circle.household(**person(**HER)))
    left = beside.draft(PHONE, household=beside.household(**person(**HER)))
    file = join_household(actor=circle.pilot, household=left.household, kept=kept.household)
    if by_the_clock:
        run_clock()
    else:
        given = {"received_on": timezone.localdate(), "channel": ErasureChannel.PLACE}
        gate.apply(file, "erase_on_request", actor=circle.pilot, **given)
    for row in Household.objects.all():
        assert (row.state, row.last_name, row.phone, row.birth_date) == (HouseholdState.ANONYMISED, "", "", None)
    assert {again(kept).state, again(left).state} == {"withdrawn"}
    assert_whole()


def test_the_last_contact_of_the_two_is_that_of_the_file_kept(circle: Circle, beside: Circle) -> None:
    circle.at = timezone.now() - timedelta(days=700)
    kept = circle.household(**person(**HER))
    left = beside.submitted(PHONE, household=beside.household(**person(**HER))).household
    file = join_household(actor=circle.pilot, household=left, kept=kept)
    assert file.last_contact_at == left.last_contact_at
    assert_whole()


def test_a_request_that_came_is_transferred_without_the_file_that_another_prescriber_follows(
    circle: Circle, beside: Circle
) -> None:
    kept, left = two_files(circle, beside)
    file = join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    taker = Circle().prescriber
    assert transferred(beside, again(left), taker).prescriber == taker
    assert again(file).prescriber == circle.prescriber
    assert transferred(circle, again(kept), taker).prescriber == taker
    assert again(file).prescriber == taker


def test_what_was_written_under_the_file_that_was_left_is_withheld_and_read_with_the_file_kept(
    circle: Circle, beside: Circle
) -> None:
    kept, left = two_files(circle, beside, email="nadia@exemple.fr", contact_channel="email")
    news = HouseholdMessage.objects.get(household=left.household)
    assert news.mail is not None
    file = join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    assert len(messages_told_to(file, beside.worker)) == 1
    assert messages_told_to(file, circle.worker) == [], "walls are not moved"
    desk = Desk(circle)
    desk.answer(desk.asked(RightKind.RESTRICTION, file))
    assert again(news.mail).delivery == SendState.FAILED


def test_no_file_is_said_to_be_the_same_as_one_that_was_joined_elsewhere(circle: Circle, beside: Circle) -> None:
    kept = circle.submitted(COMPUTER, household=circle.household(**person(**HER)))
    left = beside.submitted(PHONE, household=beside.household(**person(**HER)))
    join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    third = beside.household(**person(**HER))
    with pytest.raises(Refused, match="Choisissez l’autre dossier"):
        attach_household(actor=beside.worker, household=third, same_as=again(left.household))


def test_the_sheet_of_a_request_that_came_opens_by_the_year_it_opened_by(circle: Circle, beside: Circle) -> None:
    kept = circle.submitted(COMPUTER, household=circle.household(**person(**HER | {"birth_date": None})))
    left = beside.submitted(PHONE, household=beside.household(**person(**HER)))
    file = join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    assert born_in(BORN.year, left.pk) == left
    assert born_in(BORN.year + 1, left.pk) is None
    part_household(actor=circle.adviser, household=file, left=left.household)
    assert born_in(BORN.year, kept.pk) is None
