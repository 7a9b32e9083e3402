"""A household made anonymous is found nowhere any more; the figures and the journals have not moved."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from documents.models import Document, StoredFile
from documents.services import open_file, render_document
from lifecycle.clock import run_clock
from lifecycle.journal import journal_of
from lifecycle.machine import machines
from lifecycle.verification import Fault, verify_comments, verify_journal
from prescriptions.enums import CompletionSaid, FactKind, HouseholdState, PrescriptionState
from prescriptions.models import OWN_WORDS, Household, Need, Prescription
from prescriptions.services.completion import answer_point
from prescriptions.services.households import edit_household, move_household
from prescriptions.services.needs import drop_need, meet_need, start_need
from prescriptions.services.prescriptions import (
    ask_completion_prescription,
    remind_prescription,
    withdraw_prescription,
)
from tests.faults import but_ahead
from tests.network.factories import make_commune
from tests.prescriptions.files import PARIS, SKILLS, Circle, again

pytestmark = pytest.mark.usefixtures("days_to_come", "named_in_comments")

START = datetime(2024, 3, 1, 10, tzinfo=PARIS)
LAST, FIRST, EMAIL, PHONE, STREET = "Effaçable", "Zélie", "zelie.effacable@exemple.test", "0699887766", "des Oubliettes"
TRACES = (LAST, FIRST, "effacable", "zelie", PHONE, STREET, "oubliettes", "1987-06-05", "jamais-su")


def traces() -> Iterator[tuple[str, str]]:
    """Each table, and each stored file, where something of the household can be read."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for trace in TRACES:
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{trace}%"])
                if cursor.fetchone() != (0,):
                    yield table, trace
    papers = StoredFile.objects.filter(document__values__name__icontains=LAST)
    for file in StoredFile.objects.filter(forgotten_at=None):
        if any(trace.encode() in open_file(file).read() for trace in TRACES) or file in papers:
            yield "documents_storedfile", file.name


def known(circle: Circle) -> Household:
    """A household that is named wherever Maillon lets people write."""
    person = {"last_name": LAST, "first_name": FIRST, "email": EMAIL, "phone": PHONE, "address": f"3 rue {STREET}"}
    household = circle.household(postcode="59000", birth_date="1987-06-05", **person)
    household = again(household)
    refused = circle.draft(household=household, story=f"{FIRST} vit seule, jamais-su")
    circle.see_fact(refused, FactKind.JOB_SEEKER, proof=f"Carte de {LAST}", note=f"{FIRST} l’a montrée")
    refused = circle.submit(refused)
    ask_completion_prescription(
        actor=circle.adviser,
        prescription=refused,
        words=f"Rappeler {FIRST} {LAST}",
        comment=f"Vu avec {LAST}",
        at=circle.at,
    )
    answer_point(
        actor=circle.worker,
        prescription=refused,
        code=OWN_WORDS,
        said=CompletionSaid.CANNOT,
        words=f"{FIRST} ne répond pas",
        at=circle.at,
    )
    withdraw_prescription(
        actor=circle.worker, prescription=refused, reason="other", comment=f"{FIRST} renonce", at=circle.at
    )
    accepted = circle.accept(circle.submitted(SKILLS, household), motive=f"{FIRST} en a besoin")
    remind_prescription(actor=circle.worker, prescription=accepted, at=circle.at)
    need = start_need(
        actor=circle.worker,
        need=accepted.needs.get(),
        mediation=circle.mediation,
        comment=f"Rendez-vous de {LAST}",
        at=circle.at,
    )
    meet_need(actor=circle.worker, need=need, at=circle.at)
    move_household(
        actor=circle.worker,
        household=household,
        commune=make_commune(),
        moved_on=timezone.localdate(circle.at),
        comment=f"{FIRST} déménage",
        at=circle.at,
    )
    return household


def figures() -> list[Any]:
    """What is counted: states, territories, dates, kinds, decisions."""
    return [
        list(Prescription.objects.order_by("pk").values_list("state", "epci", "commune", "submitted_at", "end_reason")),
        list(Need.objects.order_by("pk").values_list("state", "kind", "use", "epci", "met_at", "drop_reason")),
        list(Household.objects.order_by("pk").values_list("adults", "children", "commune")),
        list(Prescription.objects.order_by("pk").values_list("decisions__verdict", "facts__kind", "facts__band")),
    ]


def journals(*verbs: str) -> list[dict[str, Any]]:
    return [
        row
        for model in machines().values()
        for row in journal_of(model)._base_manager.order_by("pk").values()
        if row["verb"] not in verbs
    ]


def erase() -> None:
    """Let the clock archive, give notice, and erase."""
    for year, month in ((2026, 3), (2027, 2), (2027, 4)):
        run_clock(at=datetime(year, month, 15, tzinfo=PARIS))


@pytest.mark.django_db(transaction=True)
def test_nothing_of_it_is_left_in_the_database_nor_in_stored_files() -> None:
    circle = Circle(at=START)
    assert circle.adviser
    household = known(circle)
    other = circle.household(last_name="Gardée", email="gardee@exemple.test")
    for document in Document.objects.all():
        render_document(document)
    assert {table for table, _ in traces()} == {
        "documents_document",
        "documents_mail",
        "documents_storedfile",
        "lifecycle_comment",
        "prescriptions_completionanswer",
        "prescriptions_completionrequest",
        "prescriptions_decision",
        "prescriptions_fact",
        "prescriptions_household",
        "prescriptions_socialstory",
    }
    papers = list(StoredFile.objects.filter(document__owner_machine="prescription").values_list("pk", flat=True))
    assert papers
    before, counted = journals(), figures()
    edit_household(actor=circle.worker, household=other, adults=2, at=START)
    counted[2][-1] = (2, *counted[2][-1][1:])

    erase()

    assert again(household).state == HouseholdState.ANONYMISED
    assert list(traces()) == []
    assert not StoredFile.objects.filter(pk__in=papers, forgotten_at=None).exists()
    assert figures() == counted
    assert journals("archive", "give_notice", "anonymise") == before
    faults: list[Fault] = []
    for model in machines().values():
        verify_journal(model, faults.append)
    verify_comments(faults.append)
    assert but_ahead(faults) == []


@pytest.mark.django_db
def test_an_anonymous_file_is_not_named_again() -> None:
    circle = Circle(at=START)
    household = circle.household()
    erase()
    assert again(household).name == "Foyer effacé"
    with pytest.raises(IntegrityError, match="ne se nomme plus"), transaction.atomic():
        Household.objects.filter(pk=household.pk).update(last_name="De retour")


@pytest.mark.django_db
def test_a_household_that_still_lives_keeps_its_names() -> None:
    circle = Circle(at=START)
    household = circle.household()
    prescription = circle.submitted(household=household)
    erase()
    assert again(household).last_name
    assert again(prescription).state == PrescriptionState.SUBMITTED


@pytest.mark.django_db
def test_a_namesake_is_left_alone() -> None:
    circle = Circle(at=START)
    circle.household(last_name=LAST, first_name=FIRST)
    circle.at = datetime(2027, 1, 1, tzinfo=PARIS)
    namesake = circle.household(last_name=LAST, first_name=FIRST)
    need = circle.accepted(household=namesake, story="La sienne").needs.get()
    drop_need(actor=circle.worker, need=need, reason="other", comment="Le sien", at=circle.at + timedelta(days=1))
    erase()
    assert again(namesake).last_name == LAST
    assert again(need.prescription).stories.get().text == "La sienne"
