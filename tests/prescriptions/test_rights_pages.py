"""Pages of requests to exercise a right: noted, instructed, asked by the household itself; who reads what."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from desk.views.search import FIELD
from documents.models import Mail
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.enums import HouseholdState, RightKind, RightsState
from prescriptions.models import HouseholdAccess, RightsRequest
from prescriptions.services.households import edit_household
from prescriptions.services.prescriptions import withdraw_prescription
from prescriptions.services.rights import identify_rights_request
from tests.network.factories import make_membership
from tests.pages import acting, answered, done, read
from tests.prescriptions.files import again
from tests.prescriptions.pages import STRANGERS, page_of, stranger
from tests.prescriptions.rights import Desk
from typography.french import day, written_day

pytestmark = pytest.mark.django_db


def filled(**changes: Any) -> dict[str, Any]:
    today = timezone.localdate().isoformat()
    return {"kind": "access", "requester": "person", "channel": "place", "received_on": today} | changes


def test_a_worker_notes_what_a_household_asks_and_the_officer_has_it_on_his_first_page() -> None:
    desk = Desk()
    household = desk.circle.household(last_name="Demandeuse")
    client, url = acting(desk.circle.worker), page_of(household, "household_rights")
    assert url in read(client, page_of(household, "household_detail"))
    page = answered(client, url, **filled(kind="rectification", received_on="2999-01-01", words="x\x00"))
    assert "ni dans le futur" in page or "nul" in page
    where = done(client, url, **filled(kind="rectification", words="Le 9 est faux", truth="Le 12"))
    asked = RightsRequest.objects.get()
    assert where == page_of(asked, "rights_request_detail")
    assert "Le 9 est faux" in read(client, where)

    first = read(acting(desk.officer), "/")
    assert asked.reference in first
    assert "Demandeuse" not in first
    assert asked.reference in read(client, "/")


def test_the_same_request_noted_again_leads_to_the_one_that_waits() -> None:
    desk = Desk()
    household = desk.circle.household()
    asked = desk.asked(RightKind.ACCESS, household)
    there = f'href="{page_of(asked, "rights_request_detail")}"'
    worker, officer = acting(desk.circle.worker), acting(desk.officer)
    for client, url, typed in (
        (worker, page_of(household, "household_rights"), filled()),
        (officer, reverse("prescriptions:rights_request_create"), filled(reference=household.reference)),
    ):
        page = answered(client, url, **typed)
        assert "ouvrez cette demande" in page
        assert there in page
        assert client.get(page_of(asked, "rights_request_detail")).status_code == 200
        assert there not in answered(client, url, **typed | {"kind": "erasure", "received_on": "2999-01-01"})
    assert RightsRequest.objects.count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        filled(received_on="31/02/2026"),
        filled(received_on="0001-01-01"),
        filled(received_on="9" * 4300),
        filled(kind="spite", requester="nobody", channel="page"),
        filled(kind="rectification", words="1 85 05 78 006 084 91", truth="x"),
        filled(words="x" * 5000),
        {},
    ],
)
def test_whatever_is_typed_the_page_comes_back_with_a_sentence(typed: dict[str, Any]) -> None:
    desk = Desk()
    household = desk.circle.household()
    answered(acting(desk.circle.worker), page_of(household, "household_rights"), **typed)
    assert not RightsRequest.objects.exists()


def test_the_officer_finds_a_file_by_its_reference_or_by_who_was_born_when_and_by_nothing_less() -> None:
    desk = Desk()
    household = desk.circle.household(last_name="D’Hondt", first_name="Zoé", birth_date="1984-05-12")
    client, url = acting(desk.officer), reverse("prescriptions:rights_request_create")
    person = {"last_name": "d hondt", "first_name": "ZOE", "birth_date": "1984-05-12"}
    assert "Donnez la référence" in answered(client, url, **filled(last_name="D’Hondt"))
    assert "Aucun dossier" in answered(client, url, **filled(**person | {"birth_date": "1984-05-13"}))
    assert "Aucun dossier" in answered(client, url, **filled(reference="F-0000-0000"))
    done(client, url, **filled(**person, channel="letter"))
    done(client, url, **filled(reference=household.reference.lower(), kind="erasure"))
    assert set(RightsRequest.objects.values_list("household", "kind")) == {
        (household.pk, "access"),
        (household.pk, "erasure"),
    }
    assert acting(desk.circle.worker).get(url).status_code == 403


@pytest.mark.parametrize(
    "typed",
    [{"last_name": "Autre"}, {"first_name": "Autre"}, {"birth_date": "1990-01-01"}],
    ids=["last", "first", "born"],
)
def test_a_reference_that_is_not_of_the_person_who_is_typed_is_refused_without_naming_its_household(
    typed: dict[str, str],
) -> None:
    desk = Desk()
    household = desk.circle.household(last_name="D’Hondt", first_name="Zoé", birth_date="1984-05-12")
    client, url = acting(desk.officer), reverse("prescriptions:rights_request_create")
    page = answered(client, url, **filled(reference=household.reference, **typed))
    assert "Cette référence est celle d’une autre personne" in page
    assert "Hondt" not in page
    assert "1984-05-12" not in page
    for value in (household.reference, *typed.values()):
        assert f'value="{value}"' in page
    assert not RightsRequest.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"last_name": "d hondt", "first_name": "ZOE", "birth_date": "1984-05-12"},
        {"last_name": "Zoé", "first_name": "D’Hondt"},
        {"last_name": "DHONDT"},
        {"birth_date": "1984-05-12"},
    ],
    ids=["all", "swapped", "last alone", "born alone"],
)
def test_a_reference_and_what_agrees_with_it_is_that_household(typed: dict[str, str]) -> None:
    desk = Desk()
    household = desk.circle.household(last_name="D’Hondt", first_name="Zoé", birth_date="1984-05-12")
    client, url = acting(desk.officer), reverse("prescriptions:rights_request_create")
    done(client, url, **filled(reference=household.reference, **typed))
    assert RightsRequest.objects.get().household == household


def test_the_officer_reads_the_name_until_he_answers_and_each_opening_is_logged() -> None:
    desk = Desk()
    household = desk.circle.household(last_name="Nommée-Ici")
    asked = desk.asked(RightKind.OBJECTION, household)
    client, where = acting(desk.officer), page_of(asked, "rights_request_detail")
    assert "Nommée-Ici" in read(client, where)
    assert HouseholdAccess.objects.filter(household=household, what="rights_request", actor=desk.officer).count() == 1
    done(client, page_of(asked, "rights_request_answer"), told_by="phone", reply="")
    after = read(client, where)
    assert "Nommée-Ici" not in after
    assert "tant que la demande attend sa réponse" in after
    assert client.get(page_of(household, "household_detail")).status_code == 404


def test_each_verb_is_done_from_its_page() -> None:
    desk = Desk()
    client = acting(desk.officer)

    def act(asked: RightsRequest, verb: str, **data: Any) -> RightsRequest:
        done(client, page_of(asked, f"rights_request_{verb}"), **data)
        return again(asked)

    asked = desk.asked()
    assert act(asked, "ask_identity", doubt="page", told_by="letter").state == RightsState.IDENTITY
    assert act(asked, "identify").state == RightsState.RECEIVED
    assert act(asked, "prolong", prolongation="complex", told_by="letter").prolonged_at is not None
    assert act(asked, "refuse", refusal="unfounded", told_by="letter", reply="Trois fois").state == RightsState.REFUSED
    assert act(desk.asked(), "withdraw").state == RightsState.WITHDRAWN
    corrected = desk.circle.submitted()
    correction = desk.asked(RightKind.RECTIFICATION, corrected.household)
    edit_household(actor=desk.circle.worker, household=again(corrected.household), address="9 rue Neuve")
    assert act(correction, "answer", told_by="letter", reply="").state == RightsState.ANSWERED
    erased = desk.asked(RightKind.ERASURE)
    assert client.get(page_of(erased, "rights_request_letter", "reponse")).status_code == 200
    assert act(erased, "answer", told_by="letter").state == RightsState.ANSWERED
    assert again(erased.household).state == HouseholdState.ANONYMISED
    assert "plus rien ne dit qui" in read(client, page_of(erased, "rights_request_detail"))


def test_once_the_file_is_corrected_its_worker_is_asked_no_more_and_the_officer_is_told_the_day() -> None:
    desk = Desk()
    household = desk.circle.submitted().household
    asked = desk.asked(RightKind.RECTIFICATION, household)
    worker, officer, url = acting(desk.circle.worker), acting(desk.officer), page_of(asked, "rights_request_detail")
    block = reverse("desk:block", args=["a-corriger"])
    assert asked.reference in read(worker, block)
    assert "Faites corriger le dossier" in read(officer, url)
    desk.circle.see_fact(desk.circle.empty(household), proof="Attestation de droits")
    assert asked.reference in read(worker, block), "what is seen for a prescription corrects nothing of the file"
    assert "Faites corriger le dossier" in read(officer, url)
    edit_household(actor=desk.circle.worker, household=again(household), address="9 rue Neuve")
    assert asked.reference not in read(worker, block)
    told = f"Le dossier a été corrigé le {day(timezone.localdate())}\u00a0: "
    assert f"{told}relisez-le, puis notez la réponse" in read(officer, url)
    assert f"{told}au délégué à la protection des données de répondre" in read(worker, url)
    assert "dossier corrigé le" in read(officer, "/")


def test_a_file_of_which_nothing_was_filed_is_corrected_as_well_on_request() -> None:
    desk = Desk()
    household = desk.circle.household()
    asked = desk.asked(RightKind.RECTIFICATION, household)
    edit_household(actor=desk.circle.worker, household=again(household), address="9 rue Neuve")
    assert "Le dossier a été corrigé le" in read(acting(desk.officer), page_of(asked, "rights_request_detail"))
    assert asked.reference not in read(acting(desk.circle.worker), reverse("desk:block", args=["a-corriger"]))


def test_the_page_of_an_erasure_says_what_holds_it_back_and_who_ends_it() -> None:
    desk = Desk()
    asked = desk.asked(RightKind.ERASURE, desk.circle.submitted().household)
    for page in ("rights_request_detail", "rights_request_answer"):
        said = read(acting(desk.officer), page_of(asked, page))
        assert "Une demande est en cours pour ce foyer" in said
        assert "le travailleur social du foyer. Le travailleur social le lit dans «\u00a0À faire\u00a0»." in said


def test_who_may_end_what_holds_an_erasure_back_has_it_on_his_first_page_until_it_is_ended() -> None:
    desk = Desk()
    circle, title = desk.circle, "Foyers à effacer, une fois clos ce qui est en cours"
    prescription = circle.submitted()
    asked = desk.asked(RightKind.ERASURE, prescription.household)
    worker, where = acting(circle.worker), page_of(asked, "rights_request_detail")
    assert where not in read(acting(make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)), "/")
    assert f'<a href="{reverse("desk:block", args=["a-clore"])}">{title}' in read(worker, "/")
    assert where in read(worker, reverse("desk:block", args=["a-clore"]))
    page = read(worker, where)
    assert "Voyez avec le foyer ce qui est en cours, puis mettez-y fin" in page
    assert "Une demande est en cours pour ce foyer" in page
    desk.do(asked, "ask_identity", doubt="contact", told_by="phone")
    assert where not in read(worker, reverse("desk:block", args=["a-clore"])), "nobody knows yet who asks"
    assert "le lit dans" not in read(acting(desk.officer), where)
    identify_rights_request(actor=desk.officer, rights_request=asked)
    withdraw_prescription(actor=circle.worker, prescription=prescription, reason="unreachable")
    assert where not in read(worker, reverse("desk:block", args=["a-clore"]))
    assert "Voyez avec le foyer" not in read(worker, where)


def test_letters_are_drawn_for_the_officer_alone_and_those_that_are_true_only() -> None:
    desk = Desk()
    asked = desk.asked(RightKind.ERASURE)
    client = acting(desk.officer)

    def letter(client: Any, about: str) -> int:
        return int(client.get(page_of(asked, "rights_request_letter", about)).status_code)

    assert [letter(client, about) for about in ("accuse", "reponse", "refus", "rien")] == [200, 200, 404, 404]
    assert letter(acting(desk.circle.worker), "accuse") == 403
    desk.answer(asked)
    assert letter(client, "reponse") == 404


@pytest.mark.parametrize("spelt", ["{} {} {}", "{}{}{}", "{} - {} - {}", " {}\u2013{}\u2013{} ", "{}-{}-{}"])
def test_the_number_of_a_file_is_read_however_it_is_typed(spelt: str) -> None:
    desk = Desk()
    household = desk.circle.household()  # its reference is drawn: with figures in it or none
    typed = spelt.format(*household.reference.lower().split("-"))
    client = acting(desk.officer)
    where = reverse("prescriptions:rights_request_create")
    done(client, where, **filled(reference=typed, channel="letter"))
    assert RightsRequest.objects.get().household == household
    if spelt != "{}{}{}":  # what nothing parts may be the number that a maker gave a device
        found = acting(desk.circle.worker).post(reverse("desk:search"), {FIELD: typed})
        assert found.headers.get("Location") == page_of(household, "household_detail")


def test_an_erasure_told_by_letter_waits_for_its_letter_to_be_opened_and_takes_no_words_that_nobody_reads() -> None:
    desk = Desk()
    asked = desk.asked(RightKind.ERASURE)
    client, where = acting(desk.officer), page_of(asked, "rights_request_answer")
    letter = page_of(asked, "rights_request_letter", "reponse")
    first = read(client, where)
    assert letter in first
    assert "À ajouter à la lettre" not in first
    today = timezone.localdate().isoformat()
    refused = answered(client, where, told_by="letter", told_on=today)
    assert "La lettre n’a pas été ouverte" in refused
    assert letter in refused
    assert client.get(page_of(asked, "rights_request_letter", "accuse")).status_code == 200, "that is another letter"
    assert "La lettre n’a pas été ouverte" in answered(client, where, told_by="letter", told_on=today)
    assert client.get(letter).status_code == 200
    desk.do(asked, "prolong", prolongation="complex", told_by="phone", due_on=asked.due_on + timedelta(days=60))
    assert "La lettre n’a pas été ouverte" in answered(client, where, told_by="letter", told_on=today)
    assert client.get(letter).status_code == 200
    done(client, where, told_by="letter", told_on=today)
    assert again(asked.household).state == HouseholdState.ANONYMISED


def test_the_letter_of_a_refusal_is_printed_once_it_is_noted_though_the_page_names_nobody_any_more() -> None:
    desk = Desk()
    asked = desk.asked(household=desk.circle.household(last_name="Refusée-Ici"))
    client = acting(desk.officer)
    done(client, page_of(asked, "rights_request_refuse"), refusal="exact", told_by="letter", reply="Relu avec elle")
    where = page_of(asked, "rights_request_letter", "refus")
    page = read(client, page_of(asked, "rights_request_detail"))
    assert where in page
    assert "Refusée-Ici" not in page
    assert client.get(where).status_code == 200
    assert HouseholdAccess.objects.filter(household=asked.household, what="rights_request_letter").count() == 1


@pytest.mark.parametrize(("kind", "role"), STRANGERS)
def test_nobody_else_reads_any_of_it(kind: str, role: str) -> None:
    desk = Desk()
    asked = desk.asked()
    actor: Membership = stranger(kind, role)
    if role == "dpo":
        return
    client = acting(actor)
    assert client.get("/droits/").status_code == 403
    assert client.get(page_of(asked, "rights_request_detail")).status_code == 404


def test_another_prescriber_and_the_pilot_read_none() -> None:
    desk = Desk()
    asked = desk.asked()
    for actor in (make_membership("worker", "prescriber"), desk.circle.adviser, desk.circle.pilot):
        assert acting(actor).get(page_of(asked, "rights_request_detail")).status_code == 404
    seen = RightsRequest.objects.visible_to
    assert not seen(desk.circle.pilot).exists()
    assert not seen(make_membership("manager", "departement")).exists()
    assert seen(desk.circle.manager).get() == asked


# --- the household's own page


def _sheet(desk: Desk) -> tuple[str, Any]:
    prescription = desk.circle.submitted(household=desk.circle.household(birth_date="1984-05-12"))
    return prescription.papers.get().document.public_code, prescription


def test_a_household_asks_by_its_own_page_and_nobody_has_verified_who() -> None:
    desk = Desk()
    code, prescription = _sheet(desk)
    client, url = acting(desk.officer), reverse("prescriptions:own_rights", args=[code])
    client.logout()
    assert "Lire tout ce qui est écrit sur moi" in read(client, url)
    assert (
        url
        in client.post(reverse("prescriptions:own_page", args=[code]), {"year": "1984"}, follow=True).content.decode()
    )
    wrong = client.post(url, {"year": "1985", "kind": "erasure"}, follow=True).content.decode()
    assert "Cette année ne va pas avec cette feuille" in wrong
    assert not RightsRequest.objects.exists()

    said = client.post(url, {"year": "1984", "kind": "erasure"}, follow=True)
    asked = RightsRequest.objects.get()
    assert asked.reference in said.content.decode()
    assert "no-store" in said.headers["Cache-Control"]
    assert (asked.channel, asked.received_by, asked.household) == ("page", None, prescription.household)
    assert (
        "Vous l’aviez déjà demandé"
        in client.post(url, {"year": "1984", "kind": "erasure"}, follow=True).content.decode()
    )
    assert RightsRequest.objects.count() == 1
    assert re.search("personne n’a vérifié", read(acting(desk.officer), page_of(asked, "rights_request_detail")))
    assert Mail.objects.filter(about_machine="rights_request").count() == 1


def test_a_household_says_by_its_own_page_what_is_wrong_and_reads_there_what_becomes_of_it() -> None:
    desk = Desk()
    code, _ = _sheet(desk)
    client, url = acting(desk.officer), reverse("prescriptions:own_rights", args=[code])
    client.logout()
    own, wrong = reverse("prescriptions:own_page", args=[code]), {"year": "1984", "kind": "rectification"}
    refused = client.post(url, wrong | {"words": "1 85 05 78 006 084 91"}, follow=True).content.decode()
    assert "numéro de sécurité sociale" in refused
    assert not RightsRequest.objects.exists()
    assert "vous avez demandé" not in client.post(own, {"year": "1984"}, follow=True).content.decode()

    said = client.post(url, wrong | {"words": "Je vis au 12, pas au 21."}, follow=True).content.decode()
    assert "Ce que vous avez écrit est avec votre demande" in said
    asked = RightsRequest.objects.get()
    page = client.post(own, {"year": "1984"}, follow=True).content.decode()
    assert f"demande <strong>{asked}</strong>, on vous répond au plus tard le {written_day(asked.due_on)}" in page
    assert "au 12, pas au 21" not in page, "a sheet and a year open it: who wrote is not verified"
    for reader in (desk.officer, desk.circle.worker):
        assert "au 12, pas au 21" in read(acting(reader), page_of(asked, "rights_request_detail"))


def test_what_a_household_writes_once_it_has_asked_is_kept_with_what_waits_or_it_is_told_that_it_is_not() -> None:
    desk = Desk()
    code, _ = _sheet(desk)
    client, url = acting(desk.officer), reverse("prescriptions:own_rights", args=[code])
    client.logout()
    wrong = {"year": "1984", "kind": "rectification"}
    assert "ce qui est faux et ce qui est vrai" in client.post(url, wrong, follow=True).content.decode()
    asked = RightsRequest.objects.get()

    later = client.post(url, wrong | {"words": "Je vis au 12, pas au 21."}, follow=True).content.decode()
    assert "Vous l’aviez déjà demandé" in later
    assert "Ce que vous avez écrit est ajouté à votre demande" in later
    for _ in range(2):  # sent again by a page that is read again, it is there once
        client.post(url, wrong | {"words": "Mon nom s’écrit avec deux n."}, follow=True)
    asked.refresh_from_db()
    kept = asked.words
    assert kept.startswith("Je vis au 12, pas au 21.\n\nAjouté par la page de sa demande le ")
    assert kept.count("Mon nom s’écrit avec deux n.") == 1
    for reader in (desk.officer, desk.circle.worker):
        assert "Mon nom s’écrit avec deux n." in read(acting(reader), page_of(asked, "rights_request_detail"))

    assert "Ce que vous aviez écrit est avec votre demande" in client.post(url, wrong, follow=True).content.decode()
    for number in range(4):
        said = client.post(url, wrong | {"words": f"{number} {'x' * 490}"}, follow=True).content.decode()
    assert "n’est pas ajouté à votre demande" in said
    asked.refresh_from_db()
    assert "3 xxx" not in asked.words


def test_a_comment_says_who_reads_it_and_that_the_pilot_does_not() -> None:
    desk = Desk()
    page = read(acting(desk.officer), page_of(desk.asked(), "rights_request_withdraw"))
    assert "le pilote ne la voit pas" in page
    assert "le pilote le lisent" not in page


def test_its_tries_are_counted_with_those_of_the_page_of_the_request() -> None:
    desk = Desk()
    code, _ = _sheet(desk)
    client = acting(desk.officer)
    url = reverse("prescriptions:own_rights", args=[code])
    statuses = [client.post(url, {"year": "1950", "kind": "access"}, follow=True).status_code for _ in range(6)]
    assert statuses[-1] == 429
    assert client.post(reverse("prescriptions:own_page", args=[code]), {"year": "1984"}, follow=True).status_code == 429


def test_nobody_is_offered_to_call_a_household_without_a_number_unless_it_called() -> None:
    desk = Desk()
    silent = desk.circle.household(phone="", email="foyer@exemple.test")
    for kind, channel, offered in ((RightKind.OBJECTION, "letter", False), (RightKind.RECTIFICATION, "phone", True)):
        asked = desk.asked(kind, silent, channel=channel)
        page = read(acting(desk.officer), page_of(asked, "rights_request_answer"))
        assert ("Par téléphone" in page) is offered
        assert "Par un courriel" in page
