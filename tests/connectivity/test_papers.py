"""The sheet of the family and the file of an operator: what they say, in accessible PDF; mails in good French."""

import re

import page
import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from connectivity.enums import Channel, ConditionRule, ProofKind
from connectivity.models import ConnectionFile, ConnectionPaper
from connectivity.services.connections import abandon_connection
from documents.addresses import address_of
from documents.kinds import standing_of
from documents.models import Document, Mail
from documents.services import open_file, render_document
from prescriptions.models import Household
from tests.connectivity.lines import Line, again, ask
from tests.pages import acting, read

pytestmark = pytest.mark.django_db(transaction=True)


def drawn(document: Document) -> tuple[int, bytes]:
    """How many pages, and the PDF, checked against PDF/UA-1."""
    rendered = render_document(document).rendered
    assert rendered is not None
    content = open_file(rendered).read()
    report = page.validate_pdf_bytes(content, profile="ua1")
    assert [failure.message for failure in report.failures] == []
    return report.document.page_count, content


def paper_of(connection: ConnectionFile, kind: str) -> Document:
    return ConnectionPaper.objects.filter(file=connection, kind=kind)[0].document


@pytest.mark.parametrize("channel", [one for one in Channel.values if one != Channel.BESIDE])
def test_the_sheet_of_a_family_is_one_page_with_one_thing_to_do_at_the_top(channel: str) -> None:
    line = Line(channel)
    ask(line.offer)
    ask(line.offer, ConditionRule.NO_FIXED_LINE, proof=ProofKind.DECLARATION)
    document = paper_of(line.chosen(), "family")

    assert document.values["bring"] == ["Quittance de loyer"]
    assert document.values["todo"] == line.offer.how_to
    assert "Exemple-" in document.values["name"]
    assert drawn(document)[0] == 1


def test_the_file_of_an_operator_says_what_its_form_asks() -> None:
    line = Line()
    document = paper_of(line.sent(), "operator")
    assert document.values["address"] == "1 rue des Essais"
    assert drawn(document)[0] == 1


def test_an_appointment_makes_the_sheet_again_with_its_date() -> None:
    line = Line()
    scheduled = line.scheduled()
    todo = paper_of(scheduled, "family").values["todo"]
    assert re.fullmatch(r"Soyez chez vous .+, dans la journée\u00a0: on vient raccorder votre logement.", todo)
    assert line.offer.how_to not in todo
    assert ConnectionPaper.objects.filter(file=scheduled, kind="family").count() == 2
    assert drawn(paper_of(scheduled, "family"))[0] == 1


def test_a_mobile_line_that_is_planned_asks_nobody_to_stay_at_home() -> None:
    line = Line(kind="mobile_connection", offer_columns={"kinds": ["mobile_connection"], "technology": "mobile"})
    todo = paper_of(line.scheduled(), "family").values["todo"]
    assert "chez vous" not in todo
    assert todo.endswith("D’ici là, vous n’avez rien à faire.")


@pytest.mark.parametrize("said", ["L’opérateur vous envoie une carte SIM.", "L’opérateur vous appelle."])
def test_the_sheet_says_what_the_offer_says_and_nothing_that_contradicts_it(said: str) -> None:
    line = Line(offer_columns={"how_to": said})
    document = paper_of(line.chosen(), "family")
    text = words_of(document)
    assert text.count("L’opérateur vous") == 1
    assert said in text
    assert "SHA-256" not in text


def without_a_phone() -> Line:
    columns = {"how_to": "L’opérateur vous appelle.", "how_to_unphoned": "L’opérateur vous écrit."}
    line = Line(offer_columns=columns, person={"contact_channel": "letter"})
    Household.objects.filter(pk=line.need.prescription.household_id).update(phone="")
    return line


def test_a_household_without_a_number_is_not_told_that_it_is_called() -> None:
    line = without_a_phone()
    chosen = line.chosen()
    text = words_of(paper_of(chosen, "family"))
    assert "L’opérateur vous écrit." in text
    assert "vous appelle" not in text
    page = read(acting(line.worker), reverse("connectivity:connection_detail", args=[chosen.reference]))
    assert "L’opérateur vous écrit." in page
    assert "vous appelle" not in page
    Household.objects.filter(pk=line.need.prescription.household_id).update(phone="06 99 44 55 77")
    line.choose(again(chosen))
    assert "L’opérateur vous appelle." in words_of(paper_of(chosen, "family"))


@pytest.mark.parametrize("page", ["choose", "send", "detail"])
def test_whoever_transmits_for_a_household_without_a_number_is_warned_before(page: str) -> None:
    line = without_a_phone()
    url = reverse(f"connectivity:connection_{page}", args=[line.chosen().reference])
    assert "Aucun téléphone n’est écrit pour ce foyer" in read(acting(line.worker), url)
    Household.objects.filter(pk=line.need.prescription.household_id).update(phone="06 99 44 55 77")
    assert "Aucun téléphone n’est écrit" not in read(acting(line.worker), url)


def test_a_sheet_and_a_file_that_are_out_of_date_say_so_without_a_name() -> None:
    line = Line()
    scheduled = line.scheduled()
    last, first = (paper.document for paper in scheduled.papers.filter(kind="family"))
    operator = paper_of(scheduled, "operator")
    assert standing_of(last.kind, last.pk) == standing_of(operator.kind, operator.pk) == ""
    assert "un autre, du" in standing_of(first.kind, first.pk)
    line.activate(scheduled)
    for document in (first, last, operator):
        assert "la ligne est ouverte." in standing_of(document.kind, document.pk)


@pytest.mark.parametrize("end", ["refused", "abandoned"])
def test_the_papers_of_a_file_that_is_closed_say_no_more_than_that(end: str) -> None:
    line = Line()
    if end == "refused":
        file = line.refused()
    else:
        file = abandon_connection(actor=line.worker, connection=line.chosen(), reason="gave_up")
    for paper in file.papers.all():
        said = standing_of(paper.document.kind, paper.document.pk)
        assert said == "Ce papier est authentique, mais il n’est plus à jour\u00a0: ce dossier de connexion est clos."


def test_the_square_of_the_sheet_opens_the_page_of_the_household_and_that_of_the_operator_does_not() -> None:
    line = Line()
    sent = line.sent()
    household = sent.need.prescription.household
    type(household).objects.filter(pk=household.pk).update(birth_date="1984-05-06")
    for kind, opens in (("family", True), ("operator", False)):
        document = paper_of(sent, kind)
        url = reverse("prescriptions:own_page", args=[document.public_code])
        assert (url in words_of(document)) == opens
        told = Client().post(url, {"year": "1984"}, follow=True).content.decode()
        assert ("suivez votre fiche de connexion" in told) == opens


def words_of(document: Document) -> str:
    address = address_of(document.public_code, document.declared_kind.opens)
    context = {"values": document.values, "document": document, "authenticity": address, "reference": ""}
    told = {"title": document.title, "identifier": "", "date": document.created_at, "created": ""}
    return render_to_string(document.declared_kind.template, context | told)


def test_no_mail_names_the_household_nor_breaks_a_french_space() -> None:
    line = Line(person={"contact_channel": "email"})
    assert line.agent
    line.report(line.sent())
    line.activate(line.send(ConnectionFile.objects.get(), "Nom corrigé."))
    household = line.need.prescription.household
    mails = Mail.objects.all()
    assert mails.count() >= 4
    for mail in mails:
        assert household.last_name not in mail.subject + mail.body
        for sign in (" :", " ;", " ?", " !"):
            assert sign not in mail.body, mail.body
