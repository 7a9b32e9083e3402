"""The public page of a paper of a household: out of date, refused, over; never whose it is, nor why."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from documents.services import freeze_document
from prescriptions.enums import PrescriptionPaperKind
from prescriptions.models import PrescriptionPaper
from prescriptions.services.prescriptions import refuse_prescription, withdraw_prescription
from tests.pages import acting
from tests.prescriptions.files import Circle, again
from tests.prescriptions.pages import page_of
from tests.prescriptions.told import TOLD, brought_to, plain
from typography.french import written_day

pytestmark = pytest.mark.django_db
STALE = "elle n’est plus à jour"


@pytest.fixture
def circle() -> Circle:
    return Circle()


def verified(paper: PrescriptionPaper | None) -> str:
    assert paper is not None
    return plain(Client().get(reverse("documents:authenticity", args=[paper.document.public_code])))


@pytest.mark.parametrize("state", TOLD)
def test_the_last_sheet_holds_and_every_other_says_which_day_it_was_replaced(circle: Circle, state: str) -> None:
    prescription = brought_to(state, circle)
    last, *others = prescription.papers.all()
    assert STALE not in verified(last)
    for paper in others:
        told = verified(paper)
        day = written_day(last.document.created_at).replace("\u00a0", " ")
        assert f"une autre, du {day}, la remplace." in told
        assert "Document authentique" in told


def test_a_file_refused_or_over_is_said_in_a_word(circle: Circle) -> None:
    for state in ("refused", "withdrawn", "expired", "fulfilled", "closed_unmet"):
        first = brought_to(state, Circle()).papers.last()
        told = verified(first)
        assert ("a été refusée" in told) == (state == "refused")
        assert ("est terminée" in told) == (state != "refused")


def test_an_old_sheet_without_a_newer_one_says_that_its_file_is_refused(circle: Circle) -> None:
    prescription = circle.submitted()
    refused = {"reason": "not_here", "next_step": "Voir la mairie."}
    refuse_prescription(actor=circle.adviser, prescription=prescription, **refused)
    assert f"{STALE}. La demande dont elle parle a été refusée." in verified(made_before(prescription))


def made_before(prescription: Any) -> PrescriptionPaper:
    """A sheet of the sort that was made before, the last one of its request."""
    document = freeze_document(
        kind="prescription_sheet", owner=("prescription", prescription.pk), values={}, by=None, title="Fiche"
    )
    return PrescriptionPaper.objects.create(
        prescription=prescription, kind=PrescriptionPaperKind.SHEET, document=document
    )


def test_nothing_of_the_household_nor_of_the_decision_is_on_the_page(circle: Circle) -> None:
    prescription = brought_to("refused", circle)
    household = prescription.household
    for paper in prescription.papers.all():
        told = verified(paper)
        for word in (household.last_name, prescription.reference, "Ordinateur", "autre dispositif", "mairie"):
            assert word not in told


def test_the_page_of_a_household_s_sheet_leads_to_its_own_page_and_folds_the_fingerprints(circle: Circle) -> None:
    paper = circle.accepted().papers.first()
    assert paper is not None
    code = paper.document.public_code
    told = Client().get(reverse("documents:authenticity", args=[code])).content.decode()
    assert reverse("prescriptions:own_page", args=[code]) in told
    assert told.index("<summary>Vérifier soi-même") < told.index(paper.document.sha256)
    assert "<details>" in told


# --- who offers it


@pytest.mark.parametrize("who", ["worker", "adviser"])
def test_the_page_of_the_request_offers_the_sheet_of_today_first_and_keeps_the_others(circle: Circle, who: str) -> None:
    prescription = brought_to("refused", circle)
    told = plain(acting(getattr(circle, who)).get(page_of(prescription, "prescription_detail")))
    today, before = told.index("Fiche du foyer : demande refusée"), told.index("Fiche du foyer : demande déposée")
    assert today < before < told.index("remplacée depuis")
    assert told.count("remplacée depuis") == 1


def test_a_relay_does_not_read_what_was_missing(circle: Circle) -> None:
    relay = circle.relay
    prescription = brought_to("incomplete", circle)
    asked = prescription.papers.first()
    circle.accept(circle.submit(circle.answer(prescription)))
    seen = PrescriptionPaper.objects.visible_to(relay).filter(prescription=prescription)
    assert {paper.kind for paper in seen} == {PrescriptionPaperKind.FILED, PrescriptionPaperKind.ACCEPTED}
    url = page_of(prescription, "prescription_paper", asked.pk)
    assert acting(relay).get(url).status_code == 404
    assert acting(circle.worker).get(url).status_code == 200


def test_a_withdrawn_file_has_its_sheet_on_its_page(circle: Circle) -> None:
    prescription = circle.submitted()
    withdraw_prescription(actor=circle.worker, prescription=prescription, reason="unreachable")
    assert "demande abandonnée" in plain(acting(circle.worker).get(page_of(again(prescription), "prescription_detail")))
