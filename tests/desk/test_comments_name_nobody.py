"""What is typed in a comment names no household, and the pilot reads those of others with the household's name only."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from connectivity.services.connections import abandon_connection
from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.enums import IdentityReason
from prescriptions.models import Household
from prescriptions.services.households import open_identity
from prescriptions.services.instruction import assign_prescription
from prescriptions.services.needs import drop_need
from prescriptions.services.prescriptions import refuse_prescription
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
