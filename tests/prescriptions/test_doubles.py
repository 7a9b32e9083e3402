"""Files that look alike: told to who writes, compared by who sees both, answered before anything is accepted."""

import itertools
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from desk.todo.doubles import doubles as asked_of_the_pilot
from desk.todo.limits import limits_on
from lifecycle import gate
from lifecycle.exceptions import Refused
from prescriptions.enums import PrescriptionState, Resemblance
from prescriptions.models import DoubleAnswer, Household, HouseholdAccess, Prescription
from prescriptions.services.doubles import answer_double, look_elsewhere, possible_doubles
from prescriptions.services.households import edit_household
from prescriptions.services.needs import meet_need, start_need
from prescriptions.services.prescriptions import withdraw_prescription
from prescriptions.services.sets import accept_prescriptions
from prescriptions.views.identity import identity_url
from tests.costs import assert_same_queries
from tests.prescriptions.files import COMPUTER, SKILLS, Asked, Circle, again
from tests.prescriptions.pages import acting, answered, done, page_of, read

pytestmark = pytest.mark.django_db
BORN = date(1980, 3, 7)
NADIA = {"last_name": "Vandewalle", "first_name": "Nadia", "birth_date": BORN, "phone": "0699000001"}
HER = NADIA | {"last_name": "Vandewale", "phone": "0699000001"}


@pytest.fixture
def circle() -> Circle:
    return Circle()


@pytest.fixture
def beside(circle: Circle) -> Circle:
    """Another prescriber, whose files go to the same distributor."""
    return Circle(distributor=circle.distributor, commune=circle.commune)


def submitted(circle: Circle, **person: Any) -> Prescription:
    return circle.submitted(household=circle.household(**person))


def refusals(circle: Circle, prescription: Prescription) -> set[str]:
    with pytest.raises(Refused) as refused:
        circle.accept(prescription)
    return {reason.code for reason in refused.value.all}


# --- what is a possible double


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"last_name": "Nédellec"}, {"last_name": "NEDELEC"}),
        ({"last_name": "Vandewale"}, {"last_name": "Vandewalle"}),
        ({"last_name": "De Smet"}, {"last_name": "Desmet"}),
        ({"last_name": "D’Hondt"}, {"last_name": "Dhondt"}),
        ({"last_name": "Martin Petit"}, {"last_name": "Petit"}),
        ({"last_name": "Lecœur"}, {"last_name": "Lecoeur"}),
        ({}, {"birth_date": date(1980, 7, 3)}),
        ({"phone": "0699111111"}, {"phone": "+33 6 99 11 11 11", "first_name": "Ali", "birth_date": None}),
    ],
)
def test_the_same_person_written_otherwise_is_found_from_either_file(
    circle: Circle, one: dict[str, Any], other: dict[str, Any]
) -> None:
    base = {"last_name": "Essai", "first_name": "Nadia", "birth_date": BORN}
    first, second = circle.household(**base | one), circle.household(**base | other)
    for mine, theirs in ((first, second), (second, first)):
        (double,) = possible_doubles(actor=circle.worker, household=mine)
        assert double.household == theirs
        assert double.likeness == Resemblance.SOME


def test_six_hundred_namesakes_are_nobody_s_double(circle: Circle) -> None:
    for rank in range(60):
        circle.household(last_name="Martin", first_name="Marie", birth_date=date(1940 + rank, 1, 2))
    first = Household.objects.order_by("pk")[0]
    assert possible_doubles(actor=circle.worker, household=first) == []


def test_twins_are_asked_about_only_where_they_live_together(circle: Circle) -> None:
    one = circle.household(last_name="Essai", first_name="Nadia", birth_date=BORN, address="1 rue du Test")
    circle.household(last_name="Essai", first_name="Leïla", birth_date=BORN, address="8 rue du Test")
    assert possible_doubles(actor=circle.worker, household=one) == []
    twin = circle.household(last_name="Essai", first_name="Samia", birth_date=BORN, address="1, RUE du test")
    assert [double.household for double in possible_doubles(actor=circle.worker, household=one)] == [twin]


def test_what_was_erased_looks_like_nobody(circle: Circle) -> None:
    one = circle.household(**NADIA)
    two = circle.household(**NADIA)
    Household.objects.filter(pk=two.pk).update(email="")
    assert len(possible_doubles(actor=circle.worker, household=one)) == 1
    edit_household(actor=circle.worker, household=two, birth_date=None, phone="", last_name="Autre")
    assert possible_doubles(actor=circle.worker, household=one) == []


# --- told without a name to who writes


def test_who_writes_reads_that_a_file_is_followed_elsewhere_and_nothing_of_whose(
    circle: Circle, beside: Circle
) -> None:
    other = submitted(beside, **NADIA | {"email": "nadia@exemple.test", "address": "9 rue Secrète"})
    draft = circle.draft(household=circle.household(**HER))
    client = acting(circle.worker)
    for name in ("prescription_doubles", "prescription_submit"):
        page = read(client, page_of(draft, name))
        assert "Un dossier ressemblant est suivi ailleurs" in page
        assert "ressemblance" not in page.split("Un dossier ressemblant")[1].split("</div>")[0]
        household = other.household
        for kept in (
            other.reference,
            household.reference,
            str(household.prescriber),
            "Vandewalle",
            "nadia@exemple.test",
            "Secrète",
        ):
            assert kept not in page, kept
    assert circle.submit(draft).state == PrescriptionState.SUBMITTED


def test_the_step_of_the_person_leads_to_it_and_goes_on(circle: Circle, beside: Circle) -> None:
    submitted(beside, **NADIA)
    draft = circle.empty(circle.household(**NADIA))
    client, url = acting(circle.worker), page_of(draft, "prescription_person")
    typed = {"last_name": "Vandewalle", "first_name": "Nadia", "birth_date": "1980-03-07", "contact_channel": "phone"}
    assert done(client, url, **typed) == page_of(draft, "prescription_doubles")
    assert done(client, page_of(draft, "prescription_doubles")) == page_of(draft, "prescription_home")


def test_each_comparison_is_in_the_log_of_the_file_that_was_found_once_a_day(circle: Circle, beside: Circle) -> None:
    other = submitted(beside, **NADIA).household
    one = circle.household(**NADIA)
    for _ in range(3):
        assert look_elsewhere(actor=circle.worker, household=one)
    access = HouseholdAccess.objects.get(household=other, what="alike_elsewhere")
    assert access.actor == circle.worker
    assert HouseholdAccess.objects.visible_to(beside.manager).filter(pk=access.pk).exists()
    page = read(acting(beside.manager), page_of(other, "household_detail"))
    assert "sans l’ouvrir\u00a0: un autre dossier lui ressemble" in page


def test_nothing_is_told_of_a_draft_of_a_refusal_nor_of_an_archived_file(circle: Circle, beside: Circle) -> None:
    one = circle.household(**NADIA)
    draft = beside.draft(household=beside.household(**NADIA))
    assert not look_elsewhere(actor=circle.worker, household=one)
    beside.submit(draft)
    assert look_elsewhere(actor=circle.worker, household=one)
    withdraw_prescription(actor=beside.worker, prescription=draft, reason="no_longer_needed")
    assert not look_elsewhere(actor=circle.worker, household=one)
    assert HouseholdAccess.objects.filter(what="alike_elsewhere").count() == 1


def test_what_was_answered_is_told_no_more(circle: Circle, beside: Circle) -> None:
    other, own = submitted(beside, **NADIA), submitted(circle, **NADIA)
    assert look_elsewhere(actor=circle.worker, household=own.household)
    answer_double(actor=circle.adviser, household=own.household, other=other.household, same=False)
    assert not look_elsewhere(actor=circle.worker, household=own.household)


def test_who_reads_both_is_never_told_that_it_is_elsewhere(circle: Circle) -> None:
    submitted(circle, **NADIA)
    one = circle.household(**NADIA)
    for actor in (circle.worker, circle.adviser, circle.relay, circle.pilot):
        assert not look_elsewhere(actor=actor, household=one)


# --- compared before it is accepted


def test_nothing_is_accepted_before_both_were_compared(circle: Circle, beside: Circle) -> None:
    first, second = submitted(circle, **NADIA), submitted(beside, **HER)
    assert refusals(circle, first) == {"doubles"}
    assert refusals(circle, second) == {"doubles"}
    answer_double(actor=circle.adviser, household=first.household, other=second.household, same=False)
    for prescription in (first, second):
        assert circle.accept(prescription).state == PrescriptionState.ACCEPTED


def test_when_they_are_the_same_one_of_both_is_accepted(circle: Circle, beside: Circle) -> None:
    first, second = submitted(circle, **NADIA), submitted(beside, **HER)
    answer_double(actor=circle.adviser, household=first.household, other=second.household, same=True)
    circle.accept(first)
    assert refusals(circle, second) == {"need_stands"}


def test_a_file_accepted_before_the_other_came_is_compared_with_it(circle: Circle, beside: Circle) -> None:
    circle.accept(submitted(circle, **NADIA))
    assert refusals(circle, submitted(beside, **HER)) == {"doubles"}


def test_what_the_worker_said_of_two_files_that_look_a_little_alike_is_not_asked_again(circle: Circle) -> None:
    first = submitted(circle, **NADIA | {"birth_date": None})
    draft = circle.draft(household=circle.household(**HER))
    answer_double(actor=circle.worker, household=draft.household, other=first.household, same=False)
    assert circle.accept(circle.submit(draft)).state == PrescriptionState.ACCEPTED


def denied(circle: Circle, needs: Asked = COMPUTER) -> tuple[Prescription, Prescription]:
    """Two files of one prescriber that look strongly alike, of which its worker says that they are of two people."""
    first = circle.submitted(needs, circle.household(**NADIA))
    draft = circle.draft(needs, circle.household(**HER))
    answer_double(actor=circle.worker, household=draft.household, other=first.household, same=False)
    return first, circle.submit(draft)


def test_two_files_that_look_strongly_alike_are_asked_of_who_decides_whatever_the_worker_said(circle: Circle) -> None:
    first, second = denied(circle)
    assert refusals(circle, first) == refusals(circle, second) == {"doubles"}
    client, url = acting(circle.adviser), page_of(second, "prescription_compare")
    assert "Le prescripteur a répondu non" in read(client, page_of(second, "prescription_accept"))
    assert "Le prescripteur a répondu «\u00a0Pas le même foyer\u00a0»" in read(client, url)
    assert "Dites si c’est le même foyer ou non." in answered(client, url)
    done(client, url, **{f"double_{first.household_id}": "other"})
    assert DoubleAnswer.objects.count() == 2
    assert circle.accept(second).state == PrescriptionState.ACCEPTED
    assert "Il a été répondu non" in read(client, page_of(first, "prescription_accept"))


def test_a_strong_likeness_that_the_prescriber_denies_before_two_distributors_is_asked_of_the_pilot(
    circle: Circle,
) -> None:
    far = Circle(prescriber=circle.prescriber, commune=circle.commune)
    first = submitted(circle, **NADIA)
    draft = far.draft(household=far.household(**HER))
    answer_double(actor=far.worker, household=draft.household, other=first.household, same=False)
    far.submit(draft)
    assert asked_pairs() == 1
    answer_double(actor=circle.pilot, household=draft.household, other=first.household, same=False)
    assert asked_pairs() == 0


def test_who_serves_a_household_reads_that_one_that_looks_strongly_alike_was_served(circle: Circle) -> None:
    first, second = denied(circle, SKILLS)
    answer_double(actor=circle.adviser, household=second.household, other=first.household, same=False)
    circle.accept(first)
    circle.accept(second)
    told, page = (
        "Un foyer qui ressemble fortement à celui-ci a déjà été servi",
        page_of(second.needs.get(), "need_detail"),
    )
    assert told not in read(acting(circle.adviser), page)
    need = start_need(actor=circle.worker, need=first.needs.get(), mediation=circle.mediation)
    meet_need(actor=circle.worker, need=need)
    read_there = read(acting(circle.adviser), page)
    assert told in read_there
    assert first.household.reference in read_there


def test_an_identity_corrected_afterwards_is_compared_as_it_is_now(circle: Circle, beside: Circle) -> None:
    submitted(circle, **NADIA)
    second = submitted(beside, **NADIA | {"last_name": "Autre", "birth_date": None, "phone": "0699222222"})
    edit_household(actor=beside.worker, household=second.household, last_name="Vandewalle", birth_date=BORN)
    assert refusals(circle, second) == {"doubles"}


def test_of_a_set_only_those_that_look_like_another_wait(circle: Circle, beside: Circle) -> None:
    first, second, alone = submitted(circle, **NADIA), submitted(beside, **HER), circle.submitted()
    outcome = accept_prescriptions(
        actor=circle.adviser, prescriptions=Prescription.objects.filter(pk__in=[first.pk, second.pk, alone.pk])
    )
    assert set(outcome.moved) == {alone.pk}
    assert set(outcome.refused) == {first.pk, second.pk}


def test_a_set_costs_the_same_whatever_looks_alike(circle: Circle, beside: Circle) -> None:
    ranks = itertools.count()

    def pairs(count: int) -> None:
        for rank in itertools.islice(ranks, count):
            person = {"last_name": "Essai", "birth_date": date(1940 + rank, 1, 2), "phone": f"06995550{rank:02}"}
            submitted(circle, **person)
            submitted(beside, **person)

    def ask() -> None:
        preview = gate.preview(Prescription.objects.all(), "accept", actor=circle.adviser)
        assert len(preview.refused) == Prescription.objects.count()

    assert_same_queries(pairs, ask, rows=5)
    assert_same_queries(pairs, lambda: asked_of_the_pilot(limits_on(timezone.now())).rows(), rows=5)  # type: ignore[operator]


def test_the_refusal_leads_whoever_decides_to_both_files_side_by_side(circle: Circle, beside: Circle) -> None:
    first = submitted(circle, **NADIA | {"email": "nadia@exemple.test"})
    second = submitted(beside, **HER | {"birth_date": date(1980, 7, 3)})
    client = acting(circle.adviser)
    url = page_of(second, "prescription_compare")
    assert url in read(client, page_of(second, "prescription_detail"))
    page = read(client, url)
    for told in ("Vandewale", "Vandewalle", "proche", "identique", "non renseigné", str(circle.prescriber)):
        assert told in page, told
    assert f"prescription {first.reference}" in page
    assert HouseholdAccess.objects.filter(household=first.household, what="prescription_compare").count() == 1
    assert "Dites si c’est le même foyer ou non." in answered(client, url)
    done(client, url, **{f"double_{first.household_id}": "other"})
    assert circle.accept(second).state == PrescriptionState.ACCEPTED
    assert "Déjà répondu" in read(client, url)


def test_the_comparison_is_for_whoever_decides(circle: Circle, beside: Circle) -> None:
    second = submitted(circle, **NADIA)
    url = page_of(second, "prescription_compare")
    assert acting(circle.worker).get(url).status_code == 403
    assert acting(circle.relay).get(url).status_code == 404
    assert acting(beside.worker).get(url).status_code == 404
    assert acting(Circle().adviser).get(url).status_code == 404
    pilot = acting(circle.pilot)
    asks = pilot.get(url)
    assert (asks.status_code, asks.headers["Location"]) == (302, f"{identity_url(second.household, 'double')}")
    done(pilot, asks.headers["Location"], reason="double")
    assert NADIA["last_name"] in read(pilot, url)


# --- where nobody else sees both


def test_two_distributors_accept_and_the_pilot_is_asked_once_for_both(circle: Circle) -> None:
    far = Circle(commune=circle.commune)
    first, second = submitted(circle, **NADIA), submitted(far, **HER)
    circle.accept(first)
    far.accept(second)
    block = asked_of_the_pilot(limits_on(timezone.now()))
    assert callable(block.rows)
    (pair,) = block.rows()
    line = block.line(pair)
    for reference in (first.household.reference, second.household.reference):
        assert reference in line.title
    assert "Vandewal" not in line.title + line.about
    client = acting(circle.pilot)
    assert line.title in read(client, "/")
    (other,) = {first.household_id, second.household_id} - {pair[0].pk}
    assert "Vandewal" not in read(client, client.get(line.url).headers["Location"])
    done(client, identity_url(pair[0]), reason="double")
    done(client, line.url, **{f"double_{other}": "other"})
    assert block.rows() == []
    assert DoubleAnswer.objects.get().answered_by == circle.pilot


def test_the_pilot_is_not_asked_what_an_adviser_or_a_worker_can_answer(circle: Circle, beside: Circle) -> None:
    submitted(circle, **NADIA)
    submitted(beside, **HER)
    block = asked_of_the_pilot(limits_on(timezone.now()))
    assert callable(block.rows)
    assert block.rows() == []


def test_a_draft_asks_nothing_of_the_pilot(circle: Circle) -> None:
    submitted(circle, **NADIA)
    far = Circle(commune=circle.commune)
    draft = far.draft(household=far.household(**NADIA))
    block = asked_of_the_pilot(limits_on(timezone.now()))
    assert callable(block.rows)
    assert block.rows() == []
    far.submit(again(draft))
    assert len(block.rows()) == 1


# --- what would give away more


def test_an_address_a_telephone_or_an_email_cannot_be_found_out_by_typing_them(circle: Circle, beside: Circle) -> None:
    known = {"last_name": "Essai", "first_name": "Nadia", "phone": "0699000001", "email": "nadia@exemple.test"}
    submitted(beside, **known | {"address": "9 rue Secrète", "birth_date": BORN})
    for tried in ({"address": "9 rue Secrète"}, {"phone": "0699000001"}, {"email": "nadia@exemple.test"}):
        one = circle.household(last_name="Essai", first_name="Nadia", **tried)
        assert not look_elsewhere(actor=circle.worker, household=one), tried
    assert not HouseholdAccess.objects.filter(what="alike_elsewhere").exists()


def test_the_chain_of_a_draft_says_nothing_of_files_that_its_reader_may_not_see(circle: Circle, beside: Circle) -> None:
    submitted(beside, **NADIA)
    draft = circle.draft(household=circle.household(**HER))
    for name in ("prescription_detail",):
        assert "ressemble à celui-ci" not in read(acting(circle.worker), page_of(draft, name))
    assert "ressemble à celui-ci" not in read(acting(circle.worker), page_of(draft.household, "household_detail"))


def asked_pairs() -> int:
    block = asked_of_the_pilot(limits_on(timezone.now()))
    assert callable(block.rows)
    return len(block.rows())


def test_a_draft_beside_each_hides_no_pair_from_the_pilot(circle: Circle) -> None:
    far = Circle(commune=circle.commune)
    first, second = submitted(circle, **NADIA), submitted(far, **HER)
    circle.empty(first.household)
    far.empty(second.household)
    assert asked_pairs() == 1


def test_two_files_that_look_alike_once_both_are_accepted_are_asked_of_the_pilot(
    circle: Circle, beside: Circle
) -> None:
    circle.accept(submitted(circle, **NADIA))
    second = submitted(beside, **NADIA | {"last_name": "Autre", "birth_date": None, "phone": "0699222222"})
    circle.accept(second)
    assert asked_pairs() == 0
    edit_household(actor=beside.worker, household=second.household, last_name="Vandewalle", birth_date=BORN)
    assert asked_pairs() == 1
