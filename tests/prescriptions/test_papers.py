"""The papers for a household: one page, accessible, in plain French, with one thing to do at the top."""

import re

import page
import pytest
from django.template.loader import render_to_string
from weasyprint import HTML

from documents.kinds import kind_of
from documents.models import Document, Mail
from documents.paper import OwnResources
from documents.services import open_file, render_document
from prescriptions.enums import ContactChannel, DropReason, PaperKind
from prescriptions.models import PrescriptionPaper
from prescriptions.services.needs import drop_need, meet_need
from tests.network.factories import make_organisation
from tests.prescriptions.files import Circle, again

pytestmark = pytest.mark.django_db


def written(document: Document, template: str) -> str:
    context = {"values": document.values, "document": document, "reference": document.values["reference"]}
    told = {"title": document.title, "identifier": document.public_code, "date": document.created_at, "created": ""}
    return render_to_string(template, context | told)


def drawn(paper: PrescriptionPaper) -> str:
    """The text of a paper, once it is proven accessible and one page long."""
    document = render_document(paper.document)
    assert page.is_pdf_compliant_bytes(open_file(document.rendered).read(), profile="ua1")
    html = written(document, document.declared_kind.template)
    assert len(HTML(string=html, url_fetcher=OwnResources()).render().pages) == 1
    body = html[html.index("<main>") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_sheet_says_what_to_do_first() -> None:
    circle = Circle(distributor=make_organisation("distributor", name="Le Comptoir", phone="03 20 00 00 00"))
    household = circle.household(contact_channel=ContactChannel.SMS, last_name="Modèle")
    needs = [("computer", "studies"), ("fixed_connection", "paperwork"), ("digital_skills", "work")]
    prescription = circle.submitted(needs, household)
    text = drawn(prescription.papers.get())
    assert text.startswith("À faire : gardez cette feuille. Le Comptoir lit votre demande. On vous envoie un SMS.")
    circle.accept(prescription)
    text = drawn(prescription.papers.first())
    assert text.startswith("À faire : prenez rendez-vous avec Le Comptoir, au 03 20 00 00 00. Apportez cette feuille.")
    for word in ("Modèle", "Ordinateur – pour les études", "Connexion fixe – pour les démarches", "pour l’emploi"):
        assert word in text
    assert prescription.reference in text
    assert "Quand un appareil ou une offre vous convient" in text


def test_the_sheet_of_who_asks_for_a_line_alone_speaks_of_no_device() -> None:
    text = drawn(Circle().accepted([("fixed_connection", "paperwork")]).papers.first())
    assert "Quand une offre vous convient, on vous la propose." in text
    assert "appareil" not in text


def test_a_sheet_frozen_before_is_drawn_as_it_was() -> None:
    document = Circle().accepted([("fixed_connection", "paperwork")]).papers.first().document
    assert "L’attente dépend des dons d’appareils." in written(document, kind_of(document.kind, 1).template)


def test_a_household_that_asks_for_everything_still_has_one_page() -> None:
    circle = Circle()
    kinds = ["computer", "smartphone", "tablet", "fixed_connection", "mobile_connection", "digital_skills"]
    assert drawn(circle.accepted([(kind, "social") for kind in kinds]).papers.first())


def test_the_closing_note_says_what_became_of_each_need() -> None:
    circle = Circle()
    need = circle.started()
    meet_need(actor=circle.worker, need=need)
    text = drawn(need.prescription.papers.get(kind=PaperKind.CLOSING))
    assert "La demande est honorée" in text
    assert "Satisfait" in text
    other = circle.accepted().needs.get()
    drop_need(actor=circle.worker, need=other, reason=DropReason.OFFER_DECLINED)
    text = drawn(other.prescription.papers.get(kind=PaperKind.CLOSING))
    assert "aucun besoin n’a pu être satisfait" in text
    assert "Abandonné : le foyer a décliné la proposition" in text


def test_no_mail_names_a_household() -> None:
    circle = Circle()
    assert circle.adviser
    household = circle.household(last_name="Innommable", email="foyer@exemple.test")
    prescription = circle.accepted(household=household)
    drop_need(actor=circle.worker, need=prescription.needs.get(), reason=DropReason.OTHER)
    assert Mail.objects.about("prescription", prescription.pk).count() == 4
    for mail in Mail.objects.all():
        assert "Innommable" not in mail.subject + mail.body
        assert again(prescription).reference in mail.subject
