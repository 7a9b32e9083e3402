"""A convention, on its screens: from a draft to the quota that the workshop sees."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from calendars.working_days import add_months
from conventions.enums import Party
from network.enums import OrganisationKind, Role
from tests.conventions.conventions import Treaty
from tests.documents.worker import run_worker
from tests.journeys import convention_steps as steps
from tests.journeys.visitor import Visitor, anything
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db(transaction=True)
PRICES = {"Ordinateur portable": "100", "Ordinateur fixe": "80", "Tablette": "60", "Smartphone": "50", "Écran": "20"}


@pytest.fixture
def treaty(transactional_db: None) -> Treaty:
    return Treaty()


def test_a_convention_goes_from_its_draft_through_two_rounds_to_the_quota_the_workshop_sees(
    treaty: Treaty, visit: Callable[..., Visitor]
) -> None:
    today = timezone.localdate()
    lawyer = treaty.lawyer
    _ = treaty.signatories
    manager = visit(treaty.manager)
    reference = written(treaty, manager, today)
    steps.submit_convention(manager)

    reader = visit(lawyer)
    steps.be_against(reader, "Relecture juridique")
    workshop, distributor = visit(treaty.workshop_reviewer), visit(treaty.distributor_reviewer)
    steps.be_for(workshop, "Relecture par")
    steps.be_for(distributor, "Relecture par")
    steps.answer_point(manager, reference)
    steps.submit_convention(manager)
    manager.sees("tour n° 2")

    steps.open_review(reader, "Relecture juridique")
    reader.sees("Vos points de la relecture n°\u00a01, et les réponses", "Le reconditionneur paie : article modifié.")
    reader.sees(steps.WHO_PAYS.strip())
    steps.give_opinion(reader, "Favorable : le texte peut être signé")
    steps.be_for(workshop, "Relecture par")
    steps.be_for(distributor, "Relecture par")

    steps.open_signature(manager, reference, today.isoformat())
    signed(treaty, visit)
    steps.activate(manager, reference)
    manager.sees("En vigueur")
    for paper in ("Page de signatures du", "Convention du"):
        run_worker()
        steps.opens(manager, paper)
    workshop_sees_its_quota(treaty, reference, visit)


def test_a_convention_is_written_and_submitted_without_scripts(treaty: Treaty, visit: Callable[..., Visitor]) -> None:
    """Nothing is added up while it is typed; everything is saved, and each party is asked to read."""
    _ = (treaty.lawyer, treaty.signatories)
    manager = visit(treaty.manager, careful=False, java_script_enabled=False)
    written(treaty, manager, timezone.localdate())
    steps.submit_convention(manager)
    manager.sees("En relecture")


def written(treaty: Treaty, manager: Visitor, today: date) -> str:
    """The whole draft, saved; its reference."""
    last = add_months(today, 12) - timedelta(days=1)
    reference = steps.begin_convention(
        manager,
        {"Reconditionneur": treaty.workshop.name, "Distributeur": treaty.distributor.name},
        {"Date d’effet": today.isoformat(), "Dernier jour": last.isoformat()},
    )
    named = {Party.EPCI: "de l’EPCI", Party.RECONDITIONER: "du reconditionneur", Party.DISTRIBUTOR: "du distributeur"}
    signatories = {f"Signataire {of}": f"{treaty.signatories[it].user} (signataire)" for it, of in named.items()}
    reviewers = {"Relecture juridique": f"{treaty.lawyer.user} (relecteur)"}
    steps.write_convention(manager, signatories | reviewers, PRICES | {"Ordinateur portable, année 1": "12"})
    return reference


def signed(treaty: Treaty, visit: Callable[..., Visitor]) -> None:
    """By the three parties, once the document is drawn: before that, the page says to wait."""
    epci, *others = (visit(treaty.signatories[party]) for party in Party)
    steps.open_what_is_signed(epci)
    epci.sees("Le document est en préparation.")
    run_worker()
    for signatory in (epci, *others):
        steps.sign(signatory)


def workshop_sees_its_quota(treaty: Treaty, reference: str, visit: Callable[..., Visitor]) -> None:
    """Twelve laptops, none allotted yet."""
    allots = visit(make_membership(Role.MANAGER, OrganisationKind.RECONDITIONER, treaty.workshop))
    allots.goes_to("À affecter")
    allots.reads("À affecter")
    allots.sees(reference)
    row = allots.within_main().get_by_role("row", name=anything("Ordinateur portable"))
    assert row.get_by_role("cell").all_inner_texts()[1:4] == ["0", "12", "12"]
