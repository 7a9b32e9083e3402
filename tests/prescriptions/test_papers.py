"""The papers for a household: one page, accessible, in plain French, with one thing to do at the top."""

import re
from typing import Any

import page
import pytest
from django.conf import LazySettings
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from weasyprint import HTML

from documents.addresses import address_of
from documents.kinds import all_kinds, kind_of
from documents.models import Document, Mail
from documents.paper import OwnResources
from documents.services import open_file, render_document
from lifecycle.machine import verbs_of
from lifecycle.registry import Move, Moved
from network.models import Commune, Organisation
from prescriptions.enums import CodePurpose, ContactChannel, DropReason, PrescriptionPaperKind, PrescriptionState
from prescriptions.models import CodedReason, Household, Prescription, PrescriptionPaper
from prescriptions.services.households import move_household
from prescriptions.services.needs import drop_need, meet_need
from prescriptions.services.prescriptions import (
    reconsider_prescription,
    refuse_prescription,
    withdraw_prescription,
)
from prescriptions.sheets import TOLD as TOLD_BY
from prescriptions.sheets import renew_sheet
from prescriptions.telling import telling_of
from refurb.models import DistributionPoint
from tests.network.factories import make_commune, make_epci, make_organisation
from tests.prescriptions.answers import ADDRESS
from tests.prescriptions.files import Circle, again, transferred
from tests.prescriptions.told import TOLD, brought_to, promised

pytestmark = pytest.mark.django_db


def written(document: Document, template: str = "") -> str:
    address = address_of(document.public_code, document.declared_kind.opens)
    context = {"values": document.values, "document": document, "reference": document.values["reference"]}
    told = {"title": document.title, "identifier": document.public_code, "date": document.created_at}
    day = {"created": document.created_at.isoformat(), "authenticity": address}
    return render_to_string(template or document.declared_kind.template, context | told | day)


def drawn(paper: PrescriptionPaper) -> str:
    """The text of a paper, once it is proven accessible and one page long."""
    document = render_document(paper.document)
    assert page.is_pdf_compliant_bytes(open_file(document.rendered).read(), profile="ua1")
    html = written(document)
    assert len(HTML(string=html, url_fetcher=OwnResources()).render().pages) == 1
    body = html[html.index("<main>") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\N{NO-BREAK SPACE}", " ").split())


def current(prescription: Prescription) -> PrescriptionPaper:
    paper = prescription.papers.first()
    assert paper is not None
    return paper


# --- the sheet of each state


@pytest.mark.parametrize("state", TOLD)
def test_each_decision_gives_its_sheet_and_the_last_one_says_the_truth(state: str) -> None:
    circle = Circle()
    prescription = brought_to(state, circle)
    paper = current(prescription)
    assert paper.kind == TOLD[state][0]
    text = drawn(paper)
    assert prescription.household.name in text
    assert prescription.reference in text
    if state != "submitted":
        assert "lit votre demande" not in text
    if state != "accepted":
        assert "acceptée" not in text + paper.document.title


@pytest.mark.parametrize("state", TOLD)
def test_no_state_is_without_a_telling_and_none_asks_two_things_at_once(state: str) -> None:
    for channel in ContactChannel:
        person = {"contact_channel": channel, "email": ADDRESS, "address": "1 rue des Essais", "postcode": "59000"}
        prescription = brought_to(state, Circle())
        Household.objects.filter(pk=prescription.household_id).update(**person)
        said = " ".join((telling_of(again(prescription)).todo, *telling_of(again(prescription)).sentences))
        assert len(promised(said)) <= 1, said
        assert "rendez-vous" not in said


def test_every_state_but_the_draft_is_told() -> None:
    assert set(PrescriptionState.values) - {"draft"} == set(TOLD) - {"declined"}
    assert {verb for verb in verbs_of(Prescription) if verb not in TOLD_BY} == {
        *("create", "hand_on", "relocate", "remind"),
        *("take_up", "assign", "give_back", "regroup"),  # who holds it, and in which file, is no news for the household
    }


def test_one_is_called_by_the_way_one_prefers_if_one_can_be_reached_so() -> None:
    circle = Circle()
    letter = circle.household(contact_channel=ContactChannel.LETTER, email=ADDRESS, phone="")
    assert "on vous envoie un courriel" in drawn(current(circle.submitted(household=letter)))
    text = circle.household(contact_channel=ContactChannel.SMS)
    assert "on vous envoie un SMS" in drawn(current(circle.submitted(household=text)))


def test_a_refusal_says_why_and_what_is_proposed_without_the_words_between_colleagues() -> None:
    text = drawn(current(brought_to("refused", Circle())))
    assert "Une autre aide que celle-ci répond à votre demande." in text
    assert "Ce qui est proposé : Voir la mairie." in text
    assert "collègues" not in text


def test_a_refusal_says_to_whom_the_household_writes_if_it_does_not_agree(settings: LazySettings) -> None:
    settings.LEGAL = settings.LEGAL | {"publisher_address": "51 rue des Essais, 59000 Lille", "contact": "ici@dep.test"}
    circle = Circle()
    Organisation.objects.filter(pk=circle.distributor.pk).update(email="ecrire@distributeur.test")
    filed = circle.submitted()
    refuse_prescription(actor=circle.adviser, prescription=filed, reason="already_served")
    text = str(filed.papers.latest("pk").document.values["told"])
    assert f"{circle.distributor}" in text
    assert "ecrire@distributeur.test" in text
    assert "51 rue des Essais, 59000 Lille, ici@dep.test" in text


def test_a_household_is_told_of_a_refusal_to_itself_and_may_call_who_refused() -> None:
    rows = CodedReason.objects.filter(purpose=CodePurpose.REFUSAL)
    for word in ("foyer", "Orienter", "Vérifier", "précision"):
        assert not [row for row in rows if word in row.told or word in row.next_step], word
    circle = Circle()
    prescription = circle.submitted()
    refuse_prescription(actor=circle.adviser, prescription=prescription, reason="already_served")
    text = drawn(current(prescription))
    assert "Vous avez déjà été équipé pour ce besoin." in text
    assert "Rapportez-le au point de distribution" in text
    assert "Le distributeur solidaire" in text


def test_only_who_asked_for_a_device_is_told_to_bring_it_back() -> None:
    circle = Circle()
    for needs, is_told in (([("fixed_connection", "paperwork")], False), ([("computer", "studies")], True)):
        prescription = circle.submitted(needs)
        refuse_prescription(actor=circle.adviser, prescription=prescription, reason="already_served")
        text = drawn(current(prescription))
        assert "Ce qui est proposé" in text
        assert ("appareil" in text) is is_told
        assert ("Votre ligne ou votre accompagnement s’est arrêté ?" in text) is not is_told


def test_what_is_missing_is_listed_but_not_what_the_adviser_asks_of_the_worker() -> None:
    text = drawn(current(brought_to("incomplete", Circle())))
    assert "Un justificatif de ressources vu récemment" in text
    assert "ressemble" not in text
    assert "sonne dans le vide" not in text


def test_a_transfer_gives_a_sheet_with_the_one_to_call_from_now_on() -> None:
    circle = Circle()
    prescription = circle.accepted()
    receiver = make_organisation("prescriber", name="Le Nouveau Service", phone="0320000009")
    transferred(circle, prescription, receiver)
    text = drawn(current(prescription))
    assert "Le Nouveau Service, 03 20 00 00 09" in text
    assert circle.prescriber.name not in text


def test_a_change_of_mind_gives_the_sheet_of_an_accepted_request_again() -> None:
    circle = Circle()
    prescription = brought_to("declined", circle)
    reconsider_prescription(actor=circle.worker, prescription=prescription)
    assert current(prescription).kind == PrescriptionPaperKind.ACCEPTED


def test_a_draft_that_is_given_up_has_no_sheet() -> None:
    circle = Circle()
    draft = circle.draft()
    withdraw_prescription(actor=circle.worker, prescription=draft, reason="unreachable")
    assert not draft.papers.exists()


def test_the_sheet_says_what_was_asked_and_whom_to_call() -> None:
    circle = Circle(distributor=make_organisation("distributor", name="Le Comptoir", phone="0320000000"))
    household = circle.household(contact_channel=ContactChannel.SMS, last_name="Modèle")
    needs = [("computer", "studies"), ("fixed_connection", "paperwork"), ("digital_skills", "work")]
    prescription = circle.submitted(needs, household)
    text = drawn(current(prescription))
    assert text.startswith("À faire : gardez cette feuille. Le Comptoir lit votre demande.")
    circle.accept(prescription)
    text = drawn(current(prescription))
    assert text.startswith("À faire : gardez cette feuille. Cette feuille est pour")
    for word in ("Modèle", "Ordinateur, pour les études", "Connexion fixe, pour les démarches", "pour l’emploi"):
        assert word in text
    assert "Le Comptoir, 03 20 00 00 00" in text
    assert "Dès qu’il y a pour vous un appareil ou une offre d’internet ou de téléphone" in text


def test_the_sheet_of_who_asks_for_a_line_alone_speaks_of_no_device() -> None:
    text = drawn(current(Circle().accepted([("fixed_connection", "paperwork")])))
    assert "Dès qu’il y a pour vous une offre d’internet ou de téléphone, on vous appelle." in text
    assert "appareil" not in text


def test_a_need_that_is_served_is_told_apart() -> None:
    need = Circle().started()
    assert need.mediation.name in " ".join(telling_of(need.prescription).sentences)


def test_sheets_frozen_before_are_drawn_as_they_were() -> None:
    document = Circle().accepted([("fixed_connection", "paperwork")]).papers.first().document
    document.values |= {"accepted": True, "needs": [], "connection": True, "reached": "On vous envoie un SMS."}
    first, second = (written(document, kind_of("prescription_sheet", version).template) for version in (1, 2))
    assert "L’attente dépend des dons d’appareils." in first
    assert "Quand une offre vous convient, on vous la propose. On vous envoie un SMS." in second
    assert "prenez rendez-vous" in second
    document.values |= {"fulfilled": True, "household_reference": "F-0000-0000"}
    assert "La demande est honorée" in written(document, kind_of("prescription_closing", 1).template)


def test_a_household_that_asks_for_everything_still_has_one_page() -> None:
    circle = Circle()
    kinds = ["computer", "smartphone", "tablet", "fixed_connection", "mobile_connection", "digital_skills"]
    prescription = circle.accepted([(kind, "social") for kind in kinds])
    assert drawn(current(prescription))
    for need in prescription.needs.all():
        drop_need(actor=circle.worker, need=need, reason=DropReason.OFFER_DECLINED)
    assert drawn(current(prescription))
    closing = current(prescription).document
    for day in ("1er décembre 2026", "30 septembre 2026"):
        settled = [row | {"on": day} for row in closing.values["settled"]]
        closing.values = closing.values | {"settled": settled}
        assert len(HTML(string=written(closing), url_fetcher=OwnResources()).render().pages) == 1, day


def test_the_closing_note_says_what_became_of_each_need() -> None:
    circle = Circle()
    need = circle.started()
    meet_need(actor=circle.worker, need=need)
    paper = need.prescription.papers.get(kind=PrescriptionPaperKind.CLOSING)
    assert paper.document.title == "Votre demande est terminée"
    text = drawn(paper)
    assert "Vous avez ce que vous aviez demandé." in text
    assert "Compétences numériques Satisfait" in text
    other = circle.accepted().needs.get()
    drop_need(actor=circle.worker, need=other, reason=DropReason.OFFER_DECLINED)
    text = drawn(other.prescription.papers.get(kind=PrescriptionPaperKind.CLOSING))
    assert "Aucun besoin n’a pu être satisfait" in text
    assert "Abandonné : le foyer a décliné la proposition" in text


@pytest.mark.parametrize("state", TOLD)
def test_no_sheet_of_a_household_bears_a_fingerprint_and_its_square_opens_the_page_of_the_household(state: str) -> None:
    document = current(brought_to(state, Circle())).document
    html = written(document)
    assert document.sha256 not in html
    assert "SHA-256" not in html
    assert reverse("prescriptions:own_page", args=[document.public_code]) in html


def test_papers_have_labels_of_their_own() -> None:
    labels = [kind.label for kind in {kind.code: kind for kind in all_kinds()}.values()]
    twins = {label for label in labels if labels.count(label) > 1}
    assert not twins


# --- where a household goes


def points_of(prescription: Prescription) -> list[str]:
    return [point["name"] for point in current(prescription).document.values["points"]]


def test_a_household_goes_to_the_point_of_its_commune_not_to_the_address_of_the_distributor() -> None:
    metropole = make_epci()
    lille, roubaix, tourcoing = (make_commune(epci=metropole) for _ in range(3))
    far = make_commune()
    offices = {"address": "1 rue du Siège", "postcode": "59000", "commune": lille}
    circle = Circle(distributor=make_organisation("distributor", **offices))
    for name, commune in (("A, Lille", lille), ("B, Roubaix", roubaix), ("C, loin", far)):
        open_point(circle, name, commune)
    sheet = circle.accepted(household=circle.household(commune=roubaix))
    assert points_of(sheet) == ["B, Roubaix"]
    text = drawn(current(sheet))
    assert "Votre point de distribution :" in text
    assert "Siège" not in text
    assert points_of(circle.accepted(household=circle.household(commune=tourcoing))) == ["A, Lille", "B, Roubaix"]
    assert points_of(circle.accepted(household=circle.household(commune=make_commune()))) == []


def test_a_relay_that_serves_the_commune_comes_before_the_rest_of_the_territory() -> None:
    circle = Circle()
    epci = circle.commune.epci
    relay = make_organisation("relay")
    relay.communes_served.add(circle.commune)
    open_point(circle, "A, chez le distributeur", make_commune(epci=epci))
    open_point(circle, "B, au relais", make_commune(epci=epci), organisation=relay)
    open_point(circle, "A, au relais, ailleurs", make_commune(), organisation=relay)
    assert points_of(circle.accepted()) == ["B, au relais"]


def test_a_closed_point_and_that_of_another_distributor_are_nobody_s() -> None:
    circle = Circle()
    open_point(circle, "Fermé", circle.commune, is_active=False)
    open_point(Circle(), "Ailleurs", circle.commune)
    assert points_of(circle.accepted()) == []


def test_who_moves_has_another_sheet_only_if_the_point_is_another() -> None:
    circle = Circle()
    here, there = circle.commune, make_commune()
    open_point(circle, "Ici", here)
    open_point(circle, "Là-bas", there)
    prescription = circle.accepted()
    for commune, count in ((make_commune(epci=here.epci), 2), (there, 3)):
        move_household(
            actor=circle.worker, household=prescription.household, commune=commune, moved_on=timezone.localdate()
        )
        assert prescription.papers.count() == count
    assert points_of(prescription) == ["Là-bas"]


def open_point(circle: Circle, name: str, commune: Commune, **given: Any) -> DistributionPoint:
    place = {"address": "1 rue des Essais", "postcode": "59000", "distributor": circle.distributor}
    given = {"organisation": circle.distributor} | given
    return DistributionPoint.objects.create(name=name, commune=commune, **place | given)


# --- mails


def test_no_mail_names_a_household() -> None:
    circle = Circle()
    assert circle.adviser
    household = circle.household(last_name="Innommable", email="foyer@exemple.test")
    prescription = circle.accepted(household=household)
    drop_need(actor=circle.worker, need=prescription.needs.get(), reason=DropReason.UNREACHABLE)
    assert Mail.objects.about("prescription", prescription.pk).count() == 4
    for mail in Mail.objects.all():
        assert "Innommable" not in mail.subject + mail.body
        assert again(prescription).reference in mail.subject


@pytest.mark.parametrize("state", ["submitted", "accepted", "ended"])
def test_the_sheets_of_a_set_each_say_their_own_request_and_cost_the_same_whatever_their_number(
    state: str,
) -> None:
    circle = Circle()
    made = [getattr(circle, "accepted" if state == "ended" else state)() for _ in range(4)]
    if state == "ended":
        for prescription in made:
            drop_need(actor=circle.worker, need=prescription.needs.get(), reason=DropReason.SERVED_ELSEWHERE)

    def freeze(of: list[Prescription]) -> int:
        rows = [Moved(one.pk, "", one.state, 0) for one in of]
        move = Move("prescription", "reopen", circle.adviser, timezone.now(), None, {}, rows)
        with CaptureQueriesContext(connection) as asked:
            renew_sheet(move)
        return len(asked)

    assert freeze(made[:1]) == freeze(made[1:]) <= 9
    for prescription in made:
        values = current(prescription).document.values
        assert (values["reference"], values["name"]) == (prescription.reference, prescription.household.name)
