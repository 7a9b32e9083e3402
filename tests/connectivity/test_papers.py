"""The sheet of the family and the file of an operator: what they say, in accessible PDF; mails in good French."""

import page
import pytest

from connectivity.enums import Channel, ConditionRule, ProofKind
from connectivity.models import ConnectionFile, ConnectionPaper
from documents.models import Document, Mail
from documents.services import open_file, render_document
from tests.connectivity.lines import Line, ask

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


@pytest.mark.parametrize("channel", Channel.values)
def test_the_sheet_of_a_family_is_one_page_with_one_thing_to_do_at_the_top(channel: str) -> None:
    line = Line(channel)
    ask(line.offer)
    ask(line.offer, ConditionRule.NO_FIXED_LINE, proof=ProofKind.DECLARATION)
    document = paper_of(line.chosen(), "family")

    assert document.values["bring"] == ["Quittance de loyer"]
    assert document.values["first_thing"]
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
    assert paper_of(scheduled, "family").values["appointment"].endswith(", dans la journée")
    assert ConnectionPaper.objects.filter(file=scheduled, kind="family").count() == 2


def test_no_mail_names_the_household_nor_breaks_a_french_space() -> None:
    line = Line(person={"contact_channel": "email"})
    assert line.agent
    line.report(line.sent())
    line.activate(line.send(ConnectionFile.objects.get()))
    household = line.need.prescription.household
    mails = Mail.objects.all()
    assert mails.count() >= 4
    for mail in mails:
        assert household.last_name not in mail.subject + mail.body
        for sign in (" :", " ;", " ?", " !"):
            assert sign not in mail.body, mail.body
