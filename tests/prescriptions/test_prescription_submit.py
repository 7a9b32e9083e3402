"""What is missing before a prescription is submitted: each thing refuses with its sentence, and lets pass."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.utils import timezone

from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind
from prescriptions.enums import AgreementHow, DropReason, FactKind, NeedState, PrescriptionPaperKind, PrescriptionState
from prescriptions.machine import prescription_rules as rules
from prescriptions.machine.double_rules import DOUBLES_ANSWERED
from prescriptions.models import Agreement, AgreementText, Fact, Prescription, SocialStory
from prescriptions.services.doubles import answer_double
from prescriptions.services.households import edit_household
from prescriptions.services.needs import ask_need, drop_need
from prescriptions.services.prescriptions import (
    agreement_text,
    create_prescription,
    record_agreement,
    record_fact,
    submit_prescription,
    write_story,
)
from reference.dated import fingerprint
from tests.given import load_reference
from tests.network.factories import make_organisation
from tests.prescriptions.files import COMPUTER, Circle, again

pytestmark = pytest.mark.django_db

type Lacking = Callable[[Circle], Prescription]


def without_commune(circle: Circle) -> Prescription:
    return circle.draft(household=circle.household(commune=None))


def without_contact(circle: Circle) -> Prescription:
    return circle.draft(household=circle.household(phone="", address="1 rue du Test"))


def without_members(circle: Circle) -> Prescription:
    return circle.draft(household=circle.household(children=None))


def without_agreement(circle: Circle) -> Prescription:
    prescription = create_prescription(actor=circle.worker, household=circle.household(), needs=COMPUTER)
    circle.see_fact(prescription)
    return prescription


def without_facts(circle: Circle) -> Prescription:
    prescription = create_prescription(actor=circle.worker, household=circle.household(), needs=COMPUTER)
    circle.agree(prescription)
    return prescription


def without_needs(circle: Circle) -> Prescription:
    prescription = circle.draft()
    drop_need(actor=circle.worker, need=prescription.needs.get(), reason=DropReason.NO_LONGER_NEEDED)
    return prescription


def with_a_double(circle: Circle) -> Prescription:
    same = {"last_name": "Semblable", "birth_date": date(1980, 1, 1)}
    circle.household(**same)
    return circle.draft(household=circle.household(**same))


LACKING = {
    rules.RESIDENCE: without_commune,
    rules.REACHABLE: without_contact,
    rules.MEMBERS_COUNTED: without_members,
    rules.AGREEMENT_GIVEN: without_agreement,
    rules.FACTS_SEEN: without_facts,
    rules.HAS_NEEDS: without_needs,
    DOUBLES_ANSWERED: with_a_double,
}


@pytest.mark.parametrize(("rule", "lacking"), LACKING.items(), ids=[rule.code for rule in LACKING])
def test_what_is_missing_is_said(rule: Any, lacking: Lacking) -> None:
    circle = Circle()
    with pytest.raises(Refused) as refused:
        circle.submit(lacking(circle))
    assert [reason.sentence for reason in refused.value.all] == [rule.sentence]
    assert circle.submit(circle.draft()).state == PrescriptionState.SUBMITTED


def test_a_set_is_partial_and_each_row_says_what_it_lacks() -> None:
    circle = Circle()
    rows = {rule.code: lacking(circle) for rule, lacking in LACKING.items()}
    whole = circle.draft()
    outcome = gate.apply_many(Prescription.objects.all(), "submit", actor=circle.worker, distributor=circle.distributor)
    assert outcome.moved == [whole.pk]
    assert {code: [reason.code for reason in outcome.refused[row.pk]] for code, row in rows.items()} == {
        code: [code] for code in rows
    }


@pytest.mark.parametrize(
    "reached",
    [{"phone": "0699000000"}, {"email": "a@exemple.test"}, {"address": "1 rue du Test", "postcode": "59000"}],
    ids=["phone", "email", "address"],
)
def test_one_way_to_be_reached_is_enough(reached: dict[str, str]) -> None:
    circle = Circle()
    household = circle.household(**{"phone": ""} | reached)
    assert circle.submitted(household=household).state == PrescriptionState.SUBMITTED


def test_a_double_is_answered_before_submitting() -> None:
    circle = Circle()
    prescription = with_a_double(circle)
    other = circle.prescriber.households.exclude(pk=prescription.household_id).get()
    answer_double(actor=circle.worker, household=prescription.household, other=other, same=False)
    assert circle.submit(prescription).state == PrescriptionState.SUBMITTED


def test_a_prescription_goes_to_a_distributor_in_activity() -> None:
    circle = Circle()
    for receiver in (
        make_organisation(OrganisationKind.RELAY),
        make_organisation(OrganisationKind.DISTRIBUTOR, is_active=False),
    ):
        with pytest.raises(Refused) as refused:
            submit_prescription(actor=circle.worker, prescription=circle.draft(), distributor=receiver)
        assert [reason.code for reason in refused.value.all] == ["distributor"]


def test_the_only_distributor_is_the_one() -> None:
    circle = Circle()
    assert submit_prescription(actor=circle.worker, prescription=circle.draft()).distributor == circle.distributor
    make_organisation(OrganisationKind.DISTRIBUTOR)
    with pytest.raises(Refused, match="distributeur"):
        submit_prescription(actor=circle.worker, prescription=circle.draft())


def test_submitting_stamps_the_territory_and_tells_both_sides() -> None:
    circle = Circle()
    assert circle.adviser
    prescription = circle.submitted()
    assert (prescription.commune, prescription.epci) == (circle.commune, circle.commune.epci)
    assert prescription.journal.get(verb="submit").epci == circle.commune.epci
    told = Mail.objects.about("prescription", prescription.pk).values_list("to", flat=True)
    assert sorted(told) == sorted([[circle.worker.user.email], [circle.adviser.user.email]])
    assert prescription.papers.get().kind == PrescriptionPaperKind.FILED


def test_nobody_but_its_prescriber_submits_it() -> None:
    circle, prescription = Circle(), Circle().draft()
    with pytest.raises(Unknown):
        submit_prescription(actor=circle.worker, prescription=prescription, distributor=circle.distributor)
    with pytest.raises(PermissionDenied):
        submit_prescription(actor=circle.pilot, prescription=prescription, distributor=circle.distributor)


def test_a_prescription_is_created_for_an_open_file_of_ones_own() -> None:
    circle = Circle()
    with pytest.raises(PermissionDenied):
        create_prescription(actor=Circle().worker, household=circle.household())


# --- what is in it


def test_a_need_is_added_while_the_prescription_is_written() -> None:
    circle = Circle()
    prescription = circle.submitted()
    with pytest.raises(Refused) as refused:
        ask_need(actor=circle.worker, prescription=prescription, kind="tablet", use="social")
    assert [reason.code for reason in refused.value.all] == ["being_written"]
    with pytest.raises(Refused, match="déposée"):
        circle.see_fact(prescription)
    need = ask_need(actor=circle.worker, prescription=circle.draft(), kind="tablet", use="social")
    assert need.state == NeedState.ASKED


def test_the_agreement_keeps_the_exact_text_and_its_fingerprint() -> None:
    circle = Circle()
    prescription = circle.empty()
    text = agreement_text()
    assert text is not None
    with pytest.raises(Refused, match="changé"):
        record_agreement(actor=circle.worker, prescription=prescription, how=AgreementHow.SPOKEN, sha256="0" * 64)
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Refused, match="futur"):
        record_agreement(actor=circle.worker, prescription=prescription, how=AgreementHow.SPOKEN, given_on=tomorrow)
    agreement = record_agreement(
        actor=circle.worker, prescription=prescription, how=AgreementHow.SPOKEN, sha256=text.sha256
    )
    assert agreement.exact_text == text.body
    assert agreement.sha256 == text.sha256 == fingerprint(agreement.exact_text)
    assert (agreement.how, agreement.informed, agreement.recorded_by) == (AgreementHow.SPOKEN, True, circle.worker)
    assert Agreement.objects.visible_to(circle.relay).count() == 0


def test_without_a_text_in_force_nothing_is_agreed_to() -> None:
    circle = Circle()
    AgreementText.objects.filter(valid_to=None).update(valid_to=F("valid_from"))
    with pytest.raises(Refused, match="Aucun texte"):
        circle.agree(circle.empty())


def test_a_fact_is_dated_and_its_band_is_of_the_list() -> None:
    circle = Circle()
    prescription = circle.empty()
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Refused, match="futur"):
        circle.see_fact(prescription, seen_on=tomorrow)
    for band in ("", "nonsense"):
        with pytest.raises(Refused, match="tranche"):
            circle.see_fact(prescription, FactKind.QUOTIENT_FAMILIAL, band=band)
    fact = circle.see_fact(prescription, FactKind.QUOTIENT_FAMILIAL, band="qf_700", proof="Attestation CAF")
    assert (fact.at_most, fact.seen_on) == (700, timezone.localdate())
    replaced = record_fact(
        actor=circle.worker, prescription=prescription, kind=FactKind.QUOTIENT_FAMILIAL, band="qf_400", replaces=fact
    )
    assert list(Fact.objects.current()) == [replaced]


def test_the_story_stays_with_the_prescriber_that_wrote_it() -> None:
    circle = Circle()
    prescription = circle.submitted(story="Arrivée récente")
    write_story(actor=circle.worker, prescription=prescription, text="Deux enfants scolarisés")
    assert SocialStory.objects.visible_to(circle.manager).get().text == "Deux enfants scolarisés"
    for other in (circle.adviser, circle.pilot, circle.relay, Circle().worker, None):
        assert not SocialStory.objects.visible_to(other).exists()


def test_the_reference_files_may_be_loaded_again() -> None:
    first = load_reference("prescriptions")
    assert all(written.created for written in first)
    assert not any(written.created or written.changed for written in load_reference("prescriptions"))


def test_a_draft_says_nothing_of_its_territory() -> None:
    prescription = Circle().draft()
    assert (prescription.epci, prescription.distributor, again(prescription).submitted_at) == (None, None, None)


def test_a_complete_contact_may_be_added_later() -> None:
    circle = Circle()
    prescription = without_members(circle)
    edit_household(actor=circle.worker, household=prescription.household, children=0)
    assert circle.submit(prescription).state == PrescriptionState.SUBMITTED
