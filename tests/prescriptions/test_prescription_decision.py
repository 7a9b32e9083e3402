"""The distributor reads the file: it asks for what is missing, accepts or refuses, with the rules of the day beside."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from prescriptions.against import decided_against
from prescriptions.enums import (
    DropReason,
    EligibilityVerdict,
    FactKind,
    NeedState,
    PrescriptionState,
    ReminderKind,
    RuleOutcome,
)
from prescriptions.models import Decision, EligibilityRule, Prescription
from prescriptions.services.needs import ask_need
from prescriptions.services.prescriptions import (
    accept_prescription,
    ask_completion_prescription,
    evaluate,
    refuse_prescription,
)
from prescriptions.services.trying import evaluate_supposed, suppose_facts
from tests.pages import acting, read
from tests.prescriptions.files import COMPUTER, Circle, again, load_settings
from tests.remembered import remembered

pytestmark = pytest.mark.django_db


def seen(circle: Circle, *facts: tuple[str, str]) -> Prescription:
    """A submitted prescription behind which these facts (kind, band) were seen."""
    prescription = circle.empty()
    for kind, band in facts:
        circle.see_fact(prescription, kind, band=band)
    circle.agree(prescription)
    for kind, use in COMPUTER:
        remembered()(ask_need)(actor=circle.worker, prescription=prescription, kind=kind, use=use)
    return circle.submit(prescription)


QUOTIENT_HIGH = (FactKind.QUOTIENT_FAMILIAL, "qf_more")
QUOTIENT_LOW = (FactKind.QUOTIENT_FAMILIAL, "qf_700")
LEFT_HIGH = (FactKind.RESTE_A_VIVRE, "rav_more")
LEFT_LOW = (FactKind.RESTE_A_VIVRE, "rav_150")
SUPPORT = (FactKind.SOCIAL_SUPPORT, "")


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ([LEFT_LOW], EligibilityVerdict.FAVOURABLE),
        ([QUOTIENT_LOW], EligibilityVerdict.FAVOURABLE),
        ([LEFT_HIGH, (FactKind.MINIMUM_INCOME, "")], EligibilityVerdict.FAVOURABLE),
        ([QUOTIENT_HIGH], EligibilityVerdict.TO_APPRAISE),
        ([SUPPORT], EligibilityVerdict.TO_APPRAISE),
        ([LEFT_HIGH], EligibilityVerdict.AGAINST),
        ([LEFT_HIGH, QUOTIENT_HIGH], EligibilityVerdict.AGAINST),
    ],
)
def test_the_rules_of_the_day_give_a_verdict(facts: list[tuple[str, str]], verdict: EligibilityVerdict) -> None:
    assert evaluate(prescription=seen(Circle(), *facts)).verdict == verdict


def test_asked_of_any_day_the_rules_give_the_answer_of_that_day() -> None:
    load_settings()
    change = date(2025, 1, 1)
    rule = EligibilityRule.objects.get(code="reste_a_vivre")
    EligibilityRule.objects.filter(pk=rule.pk).update(valid_to=change - timedelta(days=1))
    rule.pk, rule.at_most, rule.valid_from, rule.valid_to = None, 100, change, None
    rule.save(force_insert=True)
    before, since = EligibilityVerdict.FAVOURABLE, EligibilityVerdict.AGAINST
    for days, verdict in ((-700, before), (-1, before), (0, since), (1, since), (400, since), (-365, before)):
        day = change + timedelta(days=days)
        facts = suppose_facts(dict([LEFT_LOW]), day)
        assert evaluate_supposed(facts, day).verdict == verdict, day


def test_each_rule_says_what_it_saw() -> None:
    lines = {line.code: line for line in evaluate(prescription=seen(Circle(), QUOTIENT_HIGH)).lines}
    assert lines["quotient_familial"].outcome == RuleOutcome.NOT_MET
    assert "plus de 1 000 €" in lines["quotient_familial"].seen
    assert (lines["job_seeker"].outcome, lines["job_seeker"].outcome_label) == (RuleOutcome.UNKNOWN, "Rien de vu")


def test_the_quotient_familial_is_never_decisive() -> None:
    Circle()
    with pytest.raises(IntegrityError, match="never_on_quotient_alone"), transaction.atomic():
        EligibilityRule.objects.filter(kind=FactKind.QUOTIENT_FAMILIAL).update(decisive=True)


def test_accepting_against_the_rules_is_explained_in_writing() -> None:
    circle = Circle()
    prescription = seen(circle, LEFT_HIGH)
    for silent in ({}, {"motive": "  "}):
        with pytest.raises(Refused) as refused:
            circle.accept(prescription, **silent)
        assert [reason.code for reason in refused.value.all] == ["against_explained"]
    accepted = circle.accept(prescription, motive="Situation en cours d’évolution")
    decision = accepted.decisions.get()
    assert (decision.verdict, decision.motive) == (EligibilityVerdict.AGAINST, "Situation en cours d’évolution")
    assert decision.decided_by == circle.adviser


@pytest.mark.parametrize("facts", [[QUOTIENT_HIGH], [LEFT_LOW]])
def test_nothing_is_to_be_explained_otherwise(facts: list[tuple[str, str]]) -> None:
    circle = Circle()
    accepted = circle.accept(seen(circle, *facts))
    assert accepted.state == PrescriptionState.ACCEPTED
    (need,) = accepted.needs.all()
    assert (need.state, need.accepted_at) == (NeedState.WAITING, accepted.accepted_at)
    assert need.journal.get(verb="wait").cause_entry == accepted.journal.get(verb="accept").pk


def test_a_decision_keeps_what_the_rules_said_that_day() -> None:
    circle = Circle()
    accepted = circle.accept(seen(circle, QUOTIENT_LOW))
    EligibilityRule.objects.update(at_most=1, label="Autre règle")
    (line,) = [line for line in accepted.decisions.get().lines if line["outcome"] == "met"]
    assert line["code"] == "quotient_familial"
    assert "700" in line["label"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.update(verdict=EligibilityVerdict.AGAINST)


def test_a_set_is_accepted_but_for_those_that_lack_a_reason() -> None:
    circle = Circle()
    good, bad = seen(circle, LEFT_LOW), seen(circle, LEFT_HIGH)
    outcome = gate.apply_many(Prescription.objects.all(), "accept", actor=circle.adviser)
    assert (outcome.moved, list(outcome.refused)) == ([good.pk], [bad.pk])
    explained = {bad.pk: {"motive": "Urgence"}}
    assert gate.apply_many(Prescription.objects.all(), "accept", actor=circle.adviser, per_row=explained).moved == [
        bad.pk
    ]
    assert again(bad).decisions.get().motive == "Urgence"


def test_decisions_against_the_rules_are_counted_for_the_pilot_and_those_who_decide_and_no_one_else() -> None:
    circle, since = Circle(), timezone.now() - timedelta(days=1)
    accept_prescription(actor=circle.adviser, prescription=seen(circle, LEFT_HIGH), motive="Urgence")
    circle.accept(seen(circle, LEFT_LOW))
    expected = [("Acceptées, les règles disant non", 1, 2), ("Refusées, les règles disant oui", 0, 0)]
    page = reverse("distribution:derogation_list")
    for actor in (circle.pilot, circle.adviser):
        assert decided_against(actor, since) == expected
        assert 'les règles disant non</th><td class="text-end">1</td><td class="text-end">2</td>' in read(
            acting(actor), page
        )
    assert decided_against(Circle().adviser, since)[0][2] == 0
    assert decided_against(circle.relay, since)[0][2] == 0


def test_a_refusal_has_a_reason_of_the_list_and_a_next_step() -> None:
    circle = Circle()
    prescription = circle.submitted()
    with pytest.raises(Refused, match="motif"):
        refuse_prescription(actor=circle.adviser, prescription=prescription, reason="nonsense", next_step="x")
    with pytest.raises(Refused) as refused:
        gate.apply(prescription, "refuse", actor=circle.adviser, reason="already_served")
    assert [reason.code for reason in refused.value.all] == ["next_step"]
    done = refuse_prescription(actor=circle.adviser, prescription=prescription, reason="already_served")
    assert (done.state, done.end_reason) == (PrescriptionState.REFUSED, "already_served")
    assert "garantie" in done.decisions.get().next_step
    assert [need.drop_reason for need in done.needs.all()] == [DropReason.PRESCRIPTION_REFUSED]
    assert "déjà été équipé" in Mail.objects.about("prescription", done.pk).latest("pk").body


def test_the_quotient_familial_alone_never_refuses() -> None:
    circle = Circle()
    prescription = seen(circle, QUOTIENT_HIGH)
    with pytest.raises(Refused) as refused:
        refuse_prescription(actor=circle.adviser, prescription=prescription, reason="not_eligible")
    assert [reason.code for reason in refused.value.all] == ["refusal_grounded"]
    against = seen(circle, LEFT_HIGH, QUOTIENT_HIGH)
    assert refuse_prescription(actor=circle.adviser, prescription=against, reason="not_eligible").end_reason


def test_a_completion_says_what_is_missing_and_plans_reminders() -> None:
    circle = Circle()
    prescription = circle.submitted()
    for nothing in ({}, {"missing": [], "words": " "}, {"missing": ["nonsense"]}):
        with pytest.raises(Refused) as refused:
            ask_completion_prescription(actor=circle.adviser, prescription=prescription, **nothing)
        assert [reason.code for reason in refused.value.all] == ["missing"]
    asked = ask_completion_prescription(
        actor=circle.adviser, prescription=prescription, missing=["contact", "use"], words="Numéro coupé"
    )
    request = asked.completion_requests.get()
    assert (request.codes, request.words) == (["contact", "use"], "Numéro coupé")
    assert asked.complete_by == asked.moved_at + timedelta(days=30)
    assert [row.kind for row in asked.reminders.all()] == [ReminderKind.COMPLETE] * 2
    body = Mail.objects.about("prescription", asked.pk).latest("pk").body
    assert "L’usage prévu" in body
    assert "Numéro coupé" not in body
    again_submitted = circle.submit(circle.answer(asked))
    assert (again_submitted.state, again_submitted.complete_by) == (PrescriptionState.SUBMITTED, None)
    assert not asked.reminders.planned().exists()


def test_words_alone_may_say_what_is_missing() -> None:
    circle = Circle()
    asked = ask_completion_prescription(actor=circle.pilot, prescription=circle.submitted(), words="Voir ensemble")
    assert asked.state == PrescriptionState.INCOMPLETE


def test_the_prescriber_does_not_decide_on_its_own_file() -> None:
    circle = Circle()
    prescription = circle.submitted()
    for verb in ("accept", "refuse", "ask_completion"):
        with pytest.raises(PermissionDenied):
            gate.apply(prescription, verb, actor=circle.worker)


def test_a_document_that_is_old_is_dated_and_said_so_to_whoever_writes_and_to_whoever_decides() -> None:
    load_settings()
    circle = Circle()
    today = timezone.localdate()
    draft = circle.empty()
    circle.see_fact(draft, dated_on=date(1990, 6, 1), seen_on=date(2019, 6, 1), proof="attestation")
    writing = read(acting(circle.worker), reverse("prescriptions:prescription_situation", args=[draft.reference]))
    assert "du 1er\u00a0juin 1990, vu le" in writing
    assert "Ancien, de plus de 365 jours" in writing
    (line,) = evaluate(prescription=draft).old
    assert line.dated_on == date(1990, 6, 1)
    assert "document du 1er\u00a0juin 1990" in line.seen

    for days, told in ((365, 0), (366, 1)):
        other = circle.empty()
        circle.see_fact(other, dated_on=today - timedelta(days=days), seen_on=today)
        assert len(evaluate(prescription=other).old) == told, days
