"""The postcode of a household is one of its commune's; a day of move that is refused says which days are not."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lifecycle.exceptions import Refused
from network.forms.communes import postcode_elsewhere
from network.models import Commune
from prescriptions.models import Household
from prescriptions.services.households import correct_commune_household, edit_household, move_household
from prescriptions.services.prescriptions import ask_completion_prescription
from tests.network.factories import make_commune
from tests.pages import acting, answered, done, read
from tests.prescriptions.files import Circle, again
from typography.french import day

pytestmark = pytest.mark.django_db


def page(name: str, reference: str) -> str:
    return reverse(f"prescriptions:{name}", args=[reference])


def known(household: Household) -> dict[str, str]:
    return {"last_name": household.last_name, "contact_channel": household.contact_channel, "adults": "1"}


@pytest.mark.parametrize(
    ("postcode", "address", "passes"),
    [
        ("59000", "", True),
        ("59800", "", True),
        ("", "1 rue du Port", True),
        ("59300", "1 rue du Port", False),
        ("59033", "CCAS, place de la Mairie", False),
        ("59033", "CCAS, place de la Mairie, Cedex 9", True),
        ("59033", "BP 12 – LILLE CEDEX", True),
    ],
)
def test_a_postcode_of_another_commune_is_told_unless_the_address_says_cedex(
    postcode: str, address: str, passes: bool
) -> None:
    commune = make_commune(name="Lille-Essai", postcodes=["59000", "59800"])
    told = postcode_elsewhere(postcode, commune, address)
    assert (told == "") == passes
    if told:
        assert told.startswith(f"{postcode} n’est pas un code postal de Lille-Essai\u00a0: 59000 ou 59800.")


def test_a_commune_without_a_known_postcode_and_none_at_all_let_any_pass() -> None:
    assert postcode_elsewhere("59300", make_commune(postcodes=[]), "") == ""
    assert postcode_elsewhere("59300", None, "") == ""


def test_the_postcodes_of_a_commune_that_was_merged_are_those_of_the_new_one() -> None:
    new = make_commune(name="Nouvelle-Essai", postcodes=["59100"])
    Commune.objects.filter(pk=make_commune(postcodes=["59200"]).pk).update(merged_into=new, status="merged")
    assert postcode_elsewhere("59200", new, "") == ""
    assert "59100 ou 59200" in postcode_elsewhere("59300", new, "")


def test_the_home_of_a_request_is_refused_on_the_postcode() -> None:
    circle = Circle()
    draft = circle.draft()
    url, client = page("prescription_home", draft.reference), acting(circle.worker)
    said = {"commune": circle.commune.name, "address": "1 rue du Port", "adults": "1", "children": "0"}
    told = answered(client, url, **said, postcode="59300")
    assert 'href="#id_postcode"' in told
    assert f"59300 n’est pas un code postal de {circle.commune.name}\u00a0: 59000." in told
    done(client, url, **said, postcode="59000")
    assert Household.objects.get(pk=draft.household_id).postcode == "59000"


def test_a_correction_of_something_else_leaves_an_old_postcode_alone() -> None:
    circle = Circle()
    household = circle.household()
    Household.objects.filter(pk=household.pk).update(address="1 rue du Port", postcode="59300")
    url, client = page("household_edit", household.reference), acting(circle.worker)
    said = known(household) | {"address": "1 rue du Port", "phone": "0612345678"}
    done(client, url, **said, postcode="59300")
    assert 'href="#id_postcode"' in answered(client, url, **said, postcode="59400")
    done(client, url, **said, postcode="59000")


def test_a_move_is_held_to_the_postcodes_of_the_new_commune() -> None:
    circle, there = Circle(), make_commune(postcodes=["59140"])
    household = circle.household()
    url, client = page("household_move", household.reference), acting(circle.worker)
    said = {"commune": there.name, "moved_on": timezone.localdate(), "address": "2 rue du Port"}
    assert "59140" in answered(client, url, **said, postcode="59000")
    done(client, url, **said, postcode="59140")


def test_a_day_of_move_that_is_refused_says_the_first_and_the_last_that_are_not() -> None:
    circle, there = Circle(), make_commune()
    today = timezone.localdate()
    since = today - timedelta(days=3)
    circle.at = timezone.now() - timedelta(days=40)
    household = circle.household()
    move_household(actor=circle.worker, household=household, commune=make_commune(), moved_on=since)
    url, client = page("household_move", household.reference), acting(circle.worker)
    for wrong in (today + timedelta(days=1), since - timedelta(days=1)):
        told = answered(client, url, commune=there.name, moved_on=wrong)
        assert 'href="#id_moved_on"' in told
        assert day(wrong) in told
        assert f"du {day(since)} au {day(today)}" in told
        with pytest.raises(Refused, match=f"au {day(today)}"):
            move_household(actor=circle.worker, household=household, commune=there, moved_on=wrong)
    done(client, url, commune=there.name, moved_on=since)


def test_of_a_file_opened_today_the_only_day_is_today() -> None:
    circle, today = Circle(), timezone.localdate()
    with pytest.raises(Refused, match=f"le {day(today)} seulement"):
        move_household(
            actor=circle.worker,
            household=circle.household(),
            commune=make_commune(),
            moved_on=today - timedelta(days=1),
        )


def test_a_commune_noted_by_mistake_is_put_right_until_something_is_decided_and_nobody_moved() -> None:
    circle, there = Circle(), make_commune(postcodes=["59140"])
    wrong = circle.commune.name
    prescription = circle.submitted()
    household = prescription.household
    said = {"commune": there.name, "address": "2 rue du Port", "postcode": "59140"}
    client = acting(circle.worker)
    corrected = read(client, page("household_edit", household.reference))
    assert page("household_correct_commune", household.reference) in corrected
    url = page("household_correct_commune", household.reference)
    assert f"Notée\u00a0: {wrong}" in read(client, url)
    assert "déjà notée" in answered(client, url, **said | {"commune": wrong, "postcode": "59000"})
    done(client, url, **said)
    prescription = again(prescription)
    assert (prescription.commune, prescription.epci) == (there, there.epci)
    assert prescription.journal.get(verb="submit").epci == circle.commune.epci, "what was written stays"
    home = read(client, page("household_detail", household.reference))
    assert "(corrigé le " in home
    assert wrong not in home
    assert "Déménagement" not in home.split("Chronologie")[-1]

    circle.accept(prescription)
    told = read(client, url)
    assert "elle ne se corrige plus. Déclarez un déménagement." in told
    with pytest.raises(Refused, match="ne se corrige plus"):
        correct_commune_household(actor=circle.worker, household=household, commune=circle.commune)


def test_nobody_moves_to_the_commune_where_they_live_and_their_address_is_not_lost() -> None:
    circle = Circle()
    household = circle.household(address="1 rue du Port", postcode="59000")
    url = page("household_move", household.reference)
    told = answered(acting(circle.worker), url, commune=circle.commune.name, moved_on=timezone.localdate())
    assert "Le foyer vit déjà dans cette commune\u00a0: s’il y a changé d’adresse, corrigez l’adresse" in told
    household = again(household)
    assert (household.address, household.residences.count()) == ("1 rue du Port", 1)


def test_a_correction_leaves_the_moves_before_it() -> None:
    circle, second, third = Circle(), make_commune(), make_commune()
    circle.at = timezone.now() - timedelta(days=40)
    household = circle.household()
    circle.at, since = None, timezone.localdate() - timedelta(days=9)
    move_household(actor=circle.worker, household=household, commune=second, moved_on=since)
    correct_commune_household(actor=circle.worker, household=household, commune=third)
    told = list(household.residences.told_last().values_list("commune", "since"))
    assert (told[0], told[1][0]) == ((third.pk, since), circle.commune.pk)
    assert len(told) == 2


def test_another_commune_given_while_a_request_is_completed_is_no_move_until_something_was_decided() -> None:
    circle, there, elsewhere = Circle(), make_commune(), make_commune()
    prescription = circle.submitted()
    ask_completion_prescription(actor=circle.adviser, prescription=prescription, missing=["address_seen"])
    household = edit_household(actor=circle.worker, household=again(prescription.household), commune=there)
    assert [one.commune for one in household.residences.told_last()] == [there]
    assert again(prescription).commune == there

    decided = circle.accepted(household=circle.household())
    moved = edit_household(actor=circle.worker, household=again(decided.household), commune=elsewhere)
    assert [one.commune for one in moved.residences.told_last()] == [elsewhere, circle.commune]
