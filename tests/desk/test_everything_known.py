"""Whoever asks reads all that is known of him: each column of each table that leads to a household is told or named."""

import io
import json
import zipfile
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from connectivity.models import ConnectionFile
from documents.models import Document
from documents.services import queue_sms
from prescriptions.models import Household, HouseholdAccess
from prescriptions.personal_data import COMMON, all_personal_data, tables_beyond
from prescriptions.services.known import all_known
from prescriptions.services.known_taken import as_archive, as_pdf
from prescriptions.services.prescriptions import refuse_prescription, withdraw_prescription
from tests.desk.test_walls_of_all_pages import PERSON, PROOF, STORY, seen
from tests.pages import acting
from tests.prescriptions.files import Circle
from tests.prescriptions.rights import Desk
from typography.french import euros


def leading_to_a_household() -> Iterator[type[models.Model]]:
    """Every model from whose rows links lead to a household, up to where what is held of a person ends."""
    found: set[type[models.Model]] = {Household}
    while True:
        more = {
            model
            for model in apps.get_models()
            if model not in found
            and any(
                field.related_model in found and field.related_model not in tables_beyond()
                for field in model._meta.concrete_fields
                if field.is_relation
            )
        }
        if not more:
            return (yield from sorted(found, key=lambda model: model._meta.label))
        found |= more


def test_every_column_of_every_table_that_leads_to_a_household_is_given_or_named_with_its_reason() -> None:
    declared = {held.model: held for held in all_personal_data()}
    assert len(declared) > 25
    forgotten = []
    for model in leading_to_a_household():
        if model in tables_beyond():
            continue
        if model not in declared:
            forgotten.append(model._meta.label)
            continue
        held = declared[model]
        names = {field.name for field in model._meta.concrete_fields}
        said = {*held.columns, *held.apart}
        forgotten += [f"{model._meta.label}.{name}" for name in sorted(names - said - set(COMMON))]
        assert said <= names, (model, said - names)
        assert not set(held.columns) & set(held.apart), model
    assert forgotten == []
    assert all(reason for held in declared.values() for reason in held.apart.values())


def test_what_is_about_a_thing_without_a_link_to_it_is_looked_for_by_its_name_and_key() -> None:
    """Papers, mails and SMS name what they are about: a new table of that kind would be forgotten in silence."""
    loose = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name.endswith("_machine") and not model._meta.label.startswith("lifecycle.")
        if any(other.name == field.name.replace("_machine", "_pk") for other in model._meta.concrete_fields)
    }
    assert loose == {"documents.Document", "documents.Mail", "documents.Sms"}


@pytest.mark.django_db
def test_the_export_says_all_that_was_written_of_it_and_nothing_of_another() -> None:
    scenery = seen()
    circle = scenery.territory.circle
    stranger = circle.household(last_name="Étranger-Absolu", email="etranger@exemple.test")
    circle.submitted(household=stranger, story="Un récit d’ailleurs")

    about = ("appointment", scenery.appointment.pk)
    queue_sms(number=PERSON["phone"], text="On vous attend demain", about=about)
    queue_sms(number="0699000777", text="Un autre rendez-vous", about=("appointment", scenery.appointment.pk + 999))

    acting(circle.worker).get(f"/foyers/{scenery.household.reference}/")

    known = all_known(scenery.household)

    rows = [[cell.said for cell in row] for section in known.sections for row in section.rows]
    said = json.dumps(rows, ensure_ascii=False)
    assert all(value in said for name, value in PERSON.items() if name != "birth_date"), said[:2000]
    assert "Un autre rendez-vous" not in said
    for words in (
        "12\u00a0novembre 1979",
        "On vous attend demain",
        STORY,
        PROOF,
        scenery.sent.reference,
        str(scenery.line.operator),
    ):
        assert words in said, words
    assert {section.title for section in known.sections} >= {
        "Ce que vous avez confié sur votre situation",
        "Qui a ouvert votre dossier",
        "Ce qui a été transmis à un opérateur",
        "Les papiers faits pour vous, joints en entier",
    }
    assert "Étranger" not in said
    assert "ailleurs" not in said
    staff = {person.user.get_full_name() for person in (circle.worker, circle.adviser, scenery.territory.shelf.adviser)}
    assert not {name for name in staff if name in said}, "staff are told by their role"
    assert "Travailleur social, " in said
    assert "income_seen" not in said, "what was missing is said in words, as it was asked"
    assert "ce qui manquait\u00a0: Un justificatif de ressources vu récemment" in said
    prices = [
        file.monthly_price for file in ConnectionFile.objects.filter(need__prescription__household=scenery.household)
    ]
    paid = next(price for price in prices if price)
    assert f"prix payé\u00a0: {euros(paid)}" in said, "an amount is written as the pages write it"
    assert str(paid) not in said


@pytest.mark.django_db
def test_it_leaves_as_a_paper_to_read_and_as_a_file_with_every_paper_in_it(transactional_db: None) -> None:
    circle = Circle()
    prescription = circle.submitted(household=circle.household(last_name="À-Lire"))
    known = all_known(prescription.household)
    assert as_pdf(known, timezone.now()).startswith(b"%PDF")
    with zipfile.ZipFile(io.BytesIO(as_archive(known, timezone.now()))) as packed:
        papers = [name for name in packed.namelist() if name.startswith("papiers/")]
        assert len(papers) == Document.objects.filter(owner_machine="prescription").count() > 0
        assert all(packed.read(name).startswith(b"%PDF") for name in papers)
        plain = json.loads(packed.read("donnees.json"))
    (file,) = plain["contenu"]["Le dossier de votre foyer"]
    assert file["last_name"]["valeur"] == "À-Lire"


@pytest.mark.django_db
def test_the_officer_alone_takes_it_while_it_is_asked_and_each_opening_is_logged_and_kept_nowhere() -> None:
    desk = Desk()
    asked = desk.asked()
    where = f"/droits/{asked.reference}/export.pdf"
    for actor, status in ((desk.circle.worker, 403), (desk.circle.pilot, 404), (desk.circle.adviser, 404)):
        assert acting(actor).get(where).status_code == status
    response = acting(desk.officer).get(where)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    logged = HouseholdAccess.objects.filter(household=asked.household, what="rights_export")
    assert logged.get().actor == desk.officer
    erasure = desk.asked("erasure")
    assert acting(desk.officer).get(f"/droits/{erasure.reference}/export.zip").status_code == 404
    desk.answer(asked)
    assert acting(desk.officer).get(where).status_code == 404


@pytest.mark.django_db
def test_a_code_that_is_in_two_lists_is_said_in_the_words_of_the_act_that_gave_it() -> None:
    circle = Circle()
    household = circle.household()
    refused = circle.submitted(household=household)
    refuse_prescription(
        actor=circle.adviser,
        prescription=refused,
        reason="other",
        next_step="Voyez la mairie.",
        motive="Hors de portée",
    )
    left = circle.accepted(household=household)
    withdraw_prescription(actor=circle.worker, prescription=left, reason="other", comment="Sans suite")
    said = json.dumps(
        [[cell.said for cell in row] for section in all_known(household).sections for row in section.rows],
        ensure_ascii=False,
    )
    assert "motif\u00a0: Autre motif, dans la précision" in said
    assert "motif\u00a0: Autre motif, en commentaire" in said
