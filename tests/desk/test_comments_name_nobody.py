"""What is typed in a comment names no household, and the pilot reads those of others with the household's name only."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from connectivity.enums import Channel
from connectivity.services.connections import abandon_connection, propose_connection, report_problem_connection
from distribution.services.derogations import ask_derogation
from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.enums import IdentityReason
from prescriptions.models import Household, Prescription
from prescriptions.services.households import open_identity
from prescriptions.services.instruction import assign_prescription
from prescriptions.services.needs import ask_need, drop_need
from prescriptions.services.prescriptions import ask_completion_prescription, refuse_prescription
from prescriptions.services.sets import accept_prescriptions
from prescriptions.services.transfers import ask_transfer
from prescriptions.unnamed import names
from tests.desk.territory import Story, story
from tests.network.factories import make_membership
from tests.pages import acting, answered, read
from tests.prescriptions.files import Circle
from tests.prescriptions.pages import page_of

HER = {"last_name": "De Smet", "first_name": "Éloïse", "phone": "06 12 34 56 78", "email": "eloise@exemple.test"}


@pytest.mark.parametrize(
    ("said", "is_named"),
    [
        ("Mme De Smet ne répond pas", True),
        ("Rappeler M. DESMET", True),
        ("eloise de smet", True),
        ("Joindre au 06.12.34.56.78", True),
        ("+33612345678", True),
        ("ELOISE@exemple.test", True),
        ("Le foyer ne répond pas", False),
        ("rien de spécial, petit retard de smet", False),
    ],
)
def test_a_name_a_number_a_mail_is_told_from_a_common_word(said: str, *, is_named: bool) -> None:
    assert names(Household(**HER), said) is is_named
    petit = Household(last_name="Petit", first_name="Ana", phone="", email="")
    assert not names(petit, "un petit écran")
    assert names(petit, "M. Petit")


@pytest.mark.parametrize(
    ("said", "is_named"),
    [
        ("Le foyer ne répond pas", False),
        ("Pas venu. Le foyer rappellera", False),
        ("Rappeler M. Le demain", True),
        ("Mme Lê est venue", True),
        ("LE ne répond pas", True),
        ("Kim Le a rappelé", True),
    ],
)
def test_a_surname_that_is_a_common_word_forbids_no_sentence_that_begins_with_it(said: str, *, is_named: bool) -> None:
    assert names(Household(last_name="Lê", first_name="Kim"), said) is is_named


@pytest.fixture
def told() -> Story:
    return story()


@pytest.mark.django_db
def test_no_verb_of_what_serves_a_household_keeps_a_comment_that_names_it(told: Story) -> None:
    circle, device = told.territory.circle, told.reserve()
    household = told.prescription.household
    Household.objects.filter(pk=household.pk).update(**HER)
    proposed = told.line.proposed()
    worker, adviser = told.territory.worker, told.territory.adviser
    for refused in (
        lambda: gate.apply(device, "release", actor=adviser, comment="Éloïse De Smet a refusé"),
        lambda: drop_need(actor=worker, need=told.computer, reason="unreachable", comment="Joindre le 0612345678"),
        lambda: gate.apply(told.prescription, "take_up", actor=circle.adviser, comment="M. De Smet"),
        lambda: abandon_connection(actor=adviser, connection=proposed, reason="gave_up", comment="Mme De Smet"),
    ):
        with pytest.raises(ValidationError, match="nomme le foyer") as caught:
            refused()
        assert set(caught.value.message_dict) == {"comment"}
    page = reverse("distribution:device_release", args=[device.reference])
    shown = answered(acting(adviser), page, comment="Mme De Smet ne vient plus")
    assert "nomme le foyer" in shown
    assert "Mme De Smet ne vient plus" in shown, "nothing that was typed is lost"


@pytest.mark.django_db
def test_what_is_noted_of_a_paper_or_of_a_decision_names_nobody_and_a_refusal_confirms_no_name() -> None:
    circle = Circle()
    filed, draft = circle.submitted(household=circle.household(**HER)), circle.draft(household=circle.household(**HER))
    with pytest.raises(ValidationError, match="nomme le foyer"):
        refuse_prescription(
            actor=circle.adviser, prescription=filed, reason="already_served", next_step="Dire à Mme De Smet"
        )
    with pytest.raises(ValidationError, match="nomme le foyer"):
        circle.see_fact(draft, note="Avis de Mme De Smet")
    gate.apply(filed, "ask_completion", actor=circle.pilot, missing=["use"], comment="De Smet\u00a0? Martin\u00a0?")
    assert filed.journal.filter(verb="ask_completion").exists(), "a pilot who reads no name finds none out so"


@pytest.mark.django_db
def test_no_reason_that_the_pilot_reads_and_no_first_comment_names_the_household(told: Story) -> None:
    territory = told.territory
    filed, draft, other = territory.circle.submitted(), territory.circle.draft(), Circle().worker.organisation
    Household.objects.update(**HER)
    waiting = Prescription.objects.filter(pk=filed.pk)
    of_it, worker, adviser = "Pour Mme De Smet", territory.worker, territory.circle.adviser
    for refused in (
        lambda: ask_derogation(actor=territory.adviser, need=told.computer, kind="emergency", reason=of_it),
        lambda: ask_completion_prescription(actor=adviser, prescription=filed, missing=["use"], words=of_it),
        lambda: accept_prescriptions(actor=adviser, prescriptions=waiting, motive=of_it),
        lambda: ask_need(actor=worker, prescription=draft, kind="smartphone", use="work", comment=of_it),
        lambda: ask_transfer(actor=worker, prescription=told.prescription, prescriber=other, comment=of_it),
        lambda: propose_connection(actor=worker, need=told.connected, comment=of_it),
    ):
        with pytest.raises(ValidationError, match="nomme le foyer"):
            refused()
    page = reverse("distribution:derogation_ask", args=[told.computer.reference])
    shown = answered(acting(territory.adviser), page, kind="emergency", reason=of_it)
    assert "nomme le foyer" in shown
    assert of_it in shown


@pytest.mark.django_db
def test_the_pages_beside_a_household_hush_too_what_others_wrote_of_it(told: Story) -> None:
    territory, written = told.territory, "mme de smet, en minuscules"
    device = told.shelf.reserve(told.device, told.computer, comment=written)
    line = territory.line(told.connected, Channel.DESK)
    stopped = report_problem_connection(actor=line.agent, connection=line.sent(), problem="name_mismatch", note=written)
    pages = (
        reverse("refurb:device_detail", args=[device.reference]),
        reverse("connectivity:connection_detail", args=[stopped.reference]),
    )
    pilot = territory.circle.pilot
    assert [page for page in pages if written in read(acting(pilot), page)] == []
    assert written in read(acting(territory.shelf.adviser), pages[0])
    open_identity(actor=pilot, household=told.prescription.household, reason=IdentityReason.COMPLAINT)
    assert [page for page in pages if written not in read(acting(pilot), page)] == []


@pytest.mark.django_db
def test_the_pilot_reads_what_others_wrote_with_the_name_and_the_prescriber_never_what_advisers_did() -> None:
    circle = Circle()
    prescription, need = circle.submitted(), "le mot de passage"
    colleague: Membership = make_membership(Role.ADVISER, OrganisationKind.DISTRIBUTOR, circle.distributor)
    assign_prescription(actor=circle.adviser, prescription=prescription, adviser=colleague, comment=need)
    page = page_of(prescription, "prescription_detail")
    assert need in read(acting(colleague), page)
    assert need not in read(acting(circle.worker), page)
    veiled = read(acting(circle.pilot), page)
    assert need not in veiled
    assert "il peut nommer le foyer" in veiled
    open_identity(actor=circle.pilot, household=prescription.household, reason=IdentityReason.COMPLAINT)
    assert need in read(acting(circle.pilot), page)
