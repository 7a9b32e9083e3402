"""Filing a prescription through its pages: four steps saved as one goes, doubles, summary; nothing typed is lost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from page import is_pdf_compliant_bytes
from pypdfium2 import PdfDocument

from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from network.models import Organisation
from network.services.memberships import close_membership
from prescriptions.documents import draw_agreement
from prescriptions.models import (
    Agreement,
    AgreementText,
    DoubleAnswer,
    Fact,
    Household,
    Need,
    Prescription,
    SocialStory,
)
from prescriptions.nir import SENTENCE
from prescriptions.services.households import edit_household
from prescriptions.services.prescriptions import agreement_text, ask_completion_prescription
from tests.network.factories import make_commune, make_membership, make_organisation
from tests.prescriptions.files import Circle, again
from tests.prescriptions.pages import acting, answered, done, page_of, read

pytestmark = pytest.mark.django_db
CREATE = "prescriptions:prescription_create"
NOBODY_EXAMINES = "Personne n’examine de demande chez"
NIR = "2 69 05 49 588 157 80"
PERSON = {"last_name": "Essai", "first_name": "Nadia", "phone": "0699000001", "contact_channel": "sms"}
STORY = "Hébergée chez une amie depuis le printemps."


@pytest.fixture
def circle() -> Circle:
    return Circle()


@pytest.fixture
def client(circle: Circle) -> Client:
    return acting(circle.worker)


def needs(*rows: tuple[str, str], **more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"needs-TOTAL_FORMS": len(rows), "needs-INITIAL_FORMS": 0}
    for number, (kind, use) in enumerate(rows):
        data |= {f"needs-{number}-kind": kind, f"needs-{number}-use": use}
    return data | more


def situation(**more: Any) -> dict[str, Any]:
    """Nothing but an empty row of facts, unless told."""
    text = agreement_text()
    today = timezone.localdate().isoformat()
    data = {"facts-TOTAL_FORMS": 1, "facts-INITIAL_FORMS": 0, "facts-0-seen_on": today, "given_on": today, "story": ""}
    return data | {"sha256": text.sha256 if text else ""} | more


SEEN = {"facts-0-what": "minimum_income", "facts-0-proof": "Attestation d’essai"}
AGREED = {"agreed": "on", "how": "signed"}


def test_no_child_typed_is_no_child_and_no_adult_is_asked_about_at_once(circle: Circle) -> None:
    client, draft = acting(circle.worker), circle.draft()
    home = page_of(draft, "prescription_home")
    done(client, home, commune=circle.commune.name, adults=2, children="")
    assert (again(draft).household.adults, again(draft).household.children) == (2, 0)
    page = answered(client, home, commune=circle.commune.name, adults="", children="")
    assert "Comptez au moins la personne elle-même." in page
    assert 'href="#id_adults"' in page


def test_the_distributor_that_serves_the_territory_comes_first_as_the_page_says(circle: Circle) -> None:
    draft = circle.draft()
    commune = draft.household.commune
    assert commune is not None
    last = make_organisation(OrganisationKind.DISTRIBUTOR, name="Zélés de la remise")
    last.communes_served.add(commune)
    shown = read(acting(circle.worker), page_of(draft, "prescription_submit"))
    assert "Celui qui sert ce territoire vient d’abord." in shown
    assert shown.index(f">{last} (") < shown.index(f">{circle.distributor} ("), "nobody examines in either"


def test_a_distributor_where_nobody_can_examine_is_told_before_and_after_and_refuses_nothing(
    client: Client, circle: Circle
) -> None:
    draft, beside = circle.draft(), Circle()
    page = page_of(draft, "prescription_submit")
    assert circle.adviser.pk
    assert beside.adviser.pk
    assert NOBODY_EXAMINES not in read(client, page)
    make_membership(Role.REVIEWER, OrganisationKind.DISTRIBUTOR, circle.distributor)
    with CaptureQueriesContext(connection) as before:
        read(client, page)
    close_membership(membership=circle.adviser)

    with CaptureQueriesContext(connection) as after:
        shown = read(client, page)
    assert len(after) == len(before)
    assert shown.count(NOBODY_EXAMINES) == 1, "of this one alone"
    assert f"{circle.distributor} (personne n’y examine les demandes)</option>" in shown
    assert f"{beside.distributor}</option>" in shown
    told = read(client, done(client, page, distributor=circle.distributor.pk))

    assert again(draft).distributor == circle.distributor
    assert f"{NOBODY_EXAMINES} {circle.distributor}" in told
    assert "prévenez le pilote" in told


def test_a_distributor_where_somebody_examines_is_told_as_before(client: Client, circle: Circle) -> None:
    draft = circle.draft()
    assert circle.adviser.pk

    told = read(client, done(client, page_of(draft, "prescription_submit"), distributor=circle.distributor.pk))

    assert f"Prescription {draft} déposée. La fiche pour le foyer est prête" in told
    assert "plus bas dans «\u00a0Papiers et rappels\u00a0»" in told
    assert NOBODY_EXAMINES not in told


def test_a_worker_files_a_prescription_in_four_steps(client: Client, circle: Circle) -> None:
    receiver = circle.distributor
    home = done(client, reverse(CREATE), **PERSON)
    draft = Prescription.objects.get()
    assert home == page_of(draft, "prescription_home")
    shown = read(client, home)
    assert re.search(r'name="adults" value="1"', shown)
    assert re.search(r'name="children" value="0"', shown)
    place = {"commune": circle.commune.name, "adults": 1, "children": 2}
    assert done(client, home, **place) == page_of(draft, "prescription_needs")
    asked = needs(("computer", "studies"), ("fixed_connection", "paperwork"))
    assert done(client, page_of(draft, "prescription_needs"), **asked) == page_of(draft, "prescription_situation")
    said = situation(**SEEN, **AGREED, story=STORY)
    assert done(client, page_of(draft, "prescription_situation"), **said) == page_of(draft, "prescription_submit")

    summary = read(client, page_of(draft, "prescription_submit"))
    for told in ("Nadia Essai", "Ordinateur, pour", "Attestation d’essai", "Accord donné le", circle.commune.name):
        assert told in summary, told
    assert STORY not in summary
    detail = done(client, page_of(draft, "prescription_submit"), distributor=receiver.pk)

    assert detail == page_of(draft, "prescription_detail")
    submitted = again(draft)
    assert (submitted.state, submitted.distributor) == ("submitted", receiver)
    assert set(submitted.needs.values_list("kind", "use")) == {
        ("computer", "studies"), ("fixed_connection", "paperwork"),
    }  # fmt: skip
    assert SocialStory.objects.get().text == STORY
    household = submitted.household
    assert (household.name, household.members, household.commune) == ("Nadia Essai", 3, circle.commune)
    assert "Fiche du foyer\u00a0: demande déposée" in read(client, detail)


def test_a_draft_may_be_put_aside_after_its_first_step(client: Client) -> None:
    after = done(client, reverse(CREATE), last_name="Essai", contact_channel="phone", put_aside="1")
    draft = Prescription.objects.get()
    assert after == page_of(draft, "prescription_detail")
    page = read(client, after)
    assert "À vous d’agir" in page
    assert client.get(page_of(draft, "prescription_edit")).headers["Location"] == page_of(draft, "prescription_person")


def test_each_step_that_lacks_nothing_is_marked(client: Client, circle: Circle) -> None:
    draft = circle.empty()
    page = read(client, page_of(draft, "prescription_person"))
    assert page.count("(complète)") == 2
    assert client.get(page_of(draft, "prescription_edit")).headers["Location"] == page_of(draft, "prescription_needs")
    whole = circle.draft()
    assert client.get(page_of(whole, "prescription_edit")).headers["Location"] == page_of(whole, "prescription_submit")


def test_nothing_typed_is_lost_when_the_person_has_no_name(client: Client) -> None:
    page = answered(client, reverse(CREATE), **PERSON | {"last_name": ""})
    assert 'href="#id_last_name"' in page
    for typed in ("Nadia", "0699000001"):
        assert f'value="{typed}"' in page
    assert not Household.objects.exists()


@pytest.mark.parametrize("phone", ["06 12", "06 99 00 00 0", "+33 6"])
def test_a_telephone_number_cut_short_is_refused_at_once(client: Client, phone: str) -> None:
    page = answered(client, reverse(CREATE), **PERSON | {"phone": phone})
    assert "Ce numéro est trop court" in page
    assert f'value="{phone}"' in page
    assert not Prescription.objects.exists()


@pytest.mark.parametrize("phone", ["06 99 00 00 01", "+33 6 99 00 00 01", "0032 2 123 45 67", "+352 12 34 56"])
def test_a_telephone_number_is_typed_as_one_says_it_from_abroad_too(client: Client, phone: str) -> None:
    done(client, reverse(CREATE), **PERSON | {"phone": phone, "contact_channel": "phone"})
    assert Household.objects.get().phone == phone


def test_nothing_typed_is_lost_when_a_need_has_no_use(client: Client, circle: Circle) -> None:
    draft = circle.empty()
    page = answered(client, page_of(draft, "prescription_needs"), **needs(("computer", ""), ("tablet", "social")))
    assert 'href="#id_needs-0-use"' in page
    assert '<option value="computer" selected>' in page
    assert '<option value="social" selected>' in page
    assert not Need.objects.exists()


def test_nothing_typed_is_lost_when_the_agreement_does_not_say_how(client: Client, circle: Circle) -> None:
    draft = circle.empty()
    page = answered(client, page_of(draft, "prescription_situation"), **situation(**SEEN, agreed="on", story=STORY))
    assert "Dites comment l’accord a été donné." in page
    assert "Attestation d’essai" in page
    assert STORY in page
    assert not Fact.objects.exists()
    assert not SocialStory.objects.exists()


def test_a_fact_is_not_dated_after_it_was_seen_nor_seen_tomorrow(client: Client, circle: Circle) -> None:
    draft = circle.empty()
    url = page_of(draft, "prescription_situation")
    late = {"facts-0-dated_on": "2025-02-01", "facts-0-seen_on": "2025-01-01"}
    assert "postérieur au jour où vous l’avez vu" in answered(client, url, **situation(**SEEN) | late)
    assert "dans le futur" in answered(client, url, **situation(**SEEN) | {"facts-0-seen_on": "2999-01-01"})


def test_an_agreement_to_a_text_that_changed_is_read_again(client: Client, circle: Circle) -> None:
    draft = circle.empty()
    page = answered(client, page_of(draft, "prescription_situation"), **situation(**AGREED) | {"sha256": "0" * 64})
    assert "Le texte a changé entre-temps" in page
    assert not Agreement.objects.exists()


def test_one_more_row_judges_nothing_and_keeps_what_was_typed(client: Client, circle: Circle) -> None:
    draft = circle.empty()
    page = client.post(page_of(draft, "prescription_needs"), needs(("computer", ""), add_row="1")).content.decode()
    assert "Erreur" not in page
    assert 'name="needs-1-kind"' in page
    assert '<option value="computer" selected>' in page
    page = client.post(page_of(draft, "prescription_situation"), situation(story=STORY, add_row="1")).content.decode()
    assert 'name="facts-1-what"' in page
    assert STORY in page


def test_a_need_may_be_taken_back_and_a_fact_corrected_while_writing(client: Client, circle: Circle) -> None:
    draft = circle.draft()
    need, fact = draft.needs.get(), draft.facts.get()
    done(client, page_of(draft, "prescription_needs"), **needs(("tablet", "work"), taken_back=need.pk))
    assert again(need).state == "unmet"
    assert draft.needs.get(state="asked").kind == "tablet"
    row = {"facts-0-what": "job_seeker", "facts-0-replaces": fact.pk}
    done(client, page_of(draft, "prescription_situation"), **situation(**row))
    assert Fact.objects.current().get(prescription=draft).kind == "job_seeker"


def test_the_summary_says_what_is_missing_and_leads_to_it(client: Client, circle: Circle) -> None:
    draft = circle.empty()
    page = read(client, page_of(draft, "prescription_submit"))
    for told in ("Ajoutez au moins un besoin.", "Notez au moins un justificatif vu", "son accord ne sont pas"):
        assert told in page
    assert page_of(draft, "prescription_edit") in page
    assert "Ajoutez au moins un besoin." in answered(
        client, page_of(draft, "prescription_submit"), distributor=circle.distributor.pk
    )
    assert again(draft).state == "draft"


def test_the_story_has_a_box_that_says_who_reads_it(client: Client, circle: Circle) -> None:
    draft = circle.draft(story=STORY)
    said = f"Seuls les travailleurs sociaux de {circle.prescriber} lisent ce texte"
    for name in ("prescription_situation", "prescription_story", "prescription_detail"):
        page = read(client, page_of(draft, name))
        assert said in page, name
        assert STORY in page, name
    done(client, page_of(draft, "prescription_story"), story="Autre texte.")
    assert SocialStory.objects.get().text == "Autre texte."


# --- doubles


def double(circle: Circle) -> Household:
    return circle.household(last_name="Essai", first_name="Nadia", phone="0699000001", birth_date="1980-01-02")


def test_a_file_that_looks_like_another_is_shown_with_its_score_and_reasons(client: Client, circle: Circle) -> None:
    other = double(circle)
    asked = done(client, reverse(CREATE), **PERSON | {"birth_date": "1980-01-02"})
    draft = Prescription.objects.get()
    assert asked == page_of(draft, "prescription_doubles")
    page = read(client, asked)
    for told in (other.reference, "mêmes nom et prénom", "même téléphone", "Forte ressemblance", "110 points"):
        assert told in page, told
    assert "Dites si c’est le même foyer ou non." in answered(client, asked)

    assert done(client, asked, **{f"double_{other.pk}": "other"}) == page_of(draft, "prescription_home")

    assert not DoubleAnswer.objects.get().same
    assert again(draft.household).same_as is None
    done(client, asked, **{f"double_{other.pk}": "same"})
    assert again(draft.household).same_as == other


def test_a_file_nobody_looks_like_goes_on(client: Client, circle: Circle) -> None:
    draft = circle.empty()
    assert "Aucun dossier ne ressemble à celui-ci" in read(client, page_of(draft, "prescription_doubles"))
    assert done(client, page_of(draft, "prescription_doubles")) == page_of(draft, "prescription_home")


# --- no social security number


@pytest.mark.parametrize("field", ["last_name", "first_name", "email", "phone"])
def test_no_social_security_number_enters_a_field_of_the_person(client: Client, circle: Circle, field: str) -> None:
    typed = f"{NIR.replace(' ', '')}@exemple.test" if field == "email" else NIR.replace(" ", "")
    page = answered(client, reverse(CREATE), **PERSON | {field: typed})
    assert f'href="#id_{field}"' in page
    assert SENTENCE in page
    assert not Household.objects.exists()


def test_no_social_security_number_enters_the_other_fields_about_people(client: Client, circle: Circle) -> None:
    draft = circle.empty()
    for name, data, field in (
        ("prescription_home", {"address": f"1 rue des Essais {NIR}"}, "id_address"),
        ("prescription_situation", situation(story=f"Numéro {NIR}"), "id_story"),
        ("prescription_situation", situation(**SEEN) | {"facts-0-proof": NIR}, "id_facts-0-proof"),
        ("prescription_story", {"story": NIR}, "id_story"),
    ):
        page = answered(client, page_of(draft, name), **data)
        assert f'href="#{field}"' in page, name
        assert SENTENCE in page, name
    for name in ("household_move", "household_attach", "household_edit"):
        page = answered(client, page_of(draft.household, name), comment=NIR, last_name=NIR)
        assert SENTENCE in page, name
    page = client.post(reverse("prescriptions:household_search"), {"text": NIR}).content.decode()
    assert SENTENCE in page


# --- once submitted


def test_a_submitted_prescription_does_not_change_any_more(client: Client, circle: Circle) -> None:
    submitted = circle.submitted()
    for name in ("edit", "person", "home", "needs", "situation", "doubles"):
        response = client.get(page_of(submitted, f"prescription_{name}"))
        assert response.headers["Location"] == page_of(submitted, "prescription_detail"), name


def test_what_is_asked_is_brought_and_the_file_submitted_again(client: Client, circle: Circle) -> None:
    submitted = circle.submitted()
    ask_completion_prescription(actor=circle.adviser, prescription=submitted, words="Le quotient familial d’essai.")
    page = read(client, page_of(submitted, "prescription_detail"))
    assert "Le quotient familial d’essai." in page
    assert "apportez ce qui est demandé" in page
    points = page_of(submitted, "prescription_completion")
    assert client.get(page_of(submitted, "prescription_edit")).headers["Location"] == points
    refused = answered(client, page_of(submitted, "prescription_submit"), distributor=circle.distributor.pk)
    assert f'href="{points}"' in refused
    assert done(client, page_of(submitted, "prescription_situation"), **situation(**SEEN)) == points
    assert "Attestation d’essai" in read(client, points)
    summary = page_of(submitted, "prescription_submit")
    assert done(client, points, said_1="done", words_1="Vu et noté.") == summary
    done(client, summary, distributor=circle.distributor.pk)
    assert again(submitted).state == "submitted"


def test_a_household_already_followed_begins_another_prescription(client: Client, circle: Circle) -> None:
    household = circle.household()
    page = read(client, page_of(household, "household_detail"))
    assert "Nouvelle prescription pour ce foyer" in page
    after = done(client, page_of(household, "prescription_begin"))
    assert after == page_of(household.prescriptions.get(), "prescription_person")


def test_the_communes_of_her_last_files_come_first_and_all_of_them_after(client: Client, circle: Circle) -> None:
    elsewhere = make_commune()
    for commune in (circle.commune, elsewhere, elsewhere):
        circle.draft(household=circle.household(commune=commune))
    draft = circle.empty(circle.household(commune=None))
    page = read(client, page_of(draft, "prescription_home"))
    recent = re.search(r"<legend>Vos dernières communes</legend>(.*?)</fieldset>", page, re.DOTALL)
    assert recent is not None
    assert re.findall(r'value="([^"]+)"', recent[1]) == [elsewhere.name, circle.commune.name]
    suggested = re.search(r"<datalist(.*?)</datalist>", page, re.DOTALL)
    assert suggested is not None
    assert {elsewhere.name, circle.commune.name} <= set(re.findall(r'value="([^"]+)"', suggested[1]))

    ticked = {"commune": "", "commune-parmi": circle.commune.name}
    done(client, page_of(draft, "prescription_home"), **ticked, adults="1", children="0")
    assert again(draft.household).commune == circle.commune
    page = read(client, page_of(draft, "prescription_home"))
    assert f'value="{circle.commune.name}"' in page
    assert circle.commune.epci.name in page
    assert "Vos dernières communes" not in page, "it is written: nothing is to be found"


def test_a_postcode_of_several_communes_is_answered_by_a_short_list_and_nothing_typed_is_lost(
    client: Client, circle: Circle
) -> None:
    one, other = (make_commune(postcodes=["59680"], name=name) for name in ("Beaufort-Essai", "Cerfontaine-Essai"))
    draft = circle.empty(circle.household(commune=None))
    home = page_of(draft, "prescription_home")
    page = answered(client, home, commune="59680", address="1 rue des Essais", adults="3", children="1")
    assert "cochez la commune dans la liste" in page
    for kept in (
        'value="59680"',
        'value="1 rue des Essais"',
        'value="3"',
        f'value="{one.name}"',
        other.epci.short_name,
    ):
        assert kept in page, kept
    assert again(draft.household).commune is None
    ticked = {"commune": "59680", "commune-pour": "59680", "commune-parmi": other.name}
    done(client, home, **ticked, address="1 rue des Essais", adults="3", children="1")
    assert again(draft.household).commune == other


def test_the_text_to_be_agreed_on_is_printed_with_nobody_s_name(client: Client, circle: Circle) -> None:
    url = reverse("prescriptions:agreement_sheet")
    assert url in read(client, page_of(circle.draft(), "prescription_situation"))
    printed = client.get(url)
    assert printed.headers["Content-Type"] == "application/pdf"
    paper = b"".join(printed.streaming_content)  # type: ignore[attr-defined]
    assert paper == draw_agreement(agreement_text(), circle.prescriber)  # type: ignore[arg-type]
    assert is_pdf_compliant_bytes(paper, profile="ua1")
    assert len(PdfDocument(paper)) == 1
    assert acting(circle.adviser).get(url).status_code == 403
    AgreementText.objects.update(valid_to=timezone.localdate() - timedelta(days=1))
    assert client.get(url).status_code == 404


def test_the_likeliest_distributor_is_chosen_beforehand(client: Client, circle: Circle) -> None:
    far, near = circle.distributor, Circle().distributor
    Organisation.objects.get(pk=near.pk).communes_served.add(circle.commune)
    page = read(client, page_of(circle.draft(), "prescription_submit"))
    assert f'<option value="{near.pk}" selected>' in page
    assert f'<option value="{far.pk}">' in page


def test_the_steps_cost_the_same_with_one_row_and_with_many(client: Client, circle: Circle) -> None:
    costs = []
    for count in (1, 5):
        draft = circle.draft(needs=[("computer", "studies")] * count)
        for _ in range(count):
            circle.see_fact(draft)
        for name in ("prescription_needs", "prescription_situation", "prescription_submit"):
            read(client, page_of(draft, name))
        with CaptureQueriesContext(connection) as queries:
            for name in ("prescription_needs", "prescription_situation", "prescription_submit"):
                read(client, page_of(draft, name))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_a_way_to_be_told_that_the_file_does_not_allow_is_refused_on_its_field(client: Client) -> None:
    typed = {"last_name": "Essai", "first_name": "Zoë", "email": "zoe@exemple.fr"}
    for way, said in (("sms", "Un SMS demande un portable"), ("phone", "Un appel demande un numéro")):
        page = answered(client, reverse(CREATE), **typed | {"contact_channel": way})
        assert said in page
        assert 'href="#id_contact_channel"' in page
        assert 'value="zoe@exemple.fr"' in page
    assert "Un SMS" in answered(client, reverse(CREATE), **typed | {"contact_channel": "sms", "phone": "0320000000"})
    assert not Prescription.objects.exists()
    done(client, reverse(CREATE), **typed | {"contact_channel": "letter", "put_aside": "1"})
    home = page_of(Prescription.objects.get(), "prescription_home")
    assert "Une lettre demande une adresse" in answered(client, home, adults="1")


def test_what_a_way_to_be_told_takes_is_not_taken_away_later(circle: Circle) -> None:
    household = circle.submitted(household=circle.household(email="zoe@exemple.fr", contact_channel="sms")).household
    with pytest.raises(Refused, match="Un SMS demande un portable") as refused:
        edit_household(actor=circle.worker, household=household, phone="")
    assert [reason.field for reason in refused.value.all] == ["phone"]
    edit_household(actor=circle.worker, household=household, phone="", contact_channel="email")
