"""The life of a connection file by its three channels: what each verb requires, does, and sets in motion."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from connectivity.enums import (
    NEXT_STEP,
    Channel,
    ConditionRule,
    ConnectionState,
    EvidenceKind,
    OfferAgreement,
    OfferVerdict,
    ProblemCode,
    ProofKind,
    Technology,
)
from connectivity.forms.connections import ConnectionSendForm
from connectivity.models import ConnectionFile, ConnectionPaper, ProofSeen, Transmission
from connectivity.services import connections as services
from connectivity.services.offers import offers_of_the_day
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from prescriptions.enums import ContactChannel, FactKind, NeedState
from prescriptions.models import Need
from tests.connectivity.lines import FIXED, MOBILE, Line, again, ask, close_copper, make_offer
from tests.network.factories import make_membership
from tests.prescriptions.files import Circle

pytestmark = pytest.mark.django_db
S = ConnectionState
CONFIRMED: dict[str, Any] = {"day_confirmed": True}
"""The day that is counted from today may be one that is not worked."""


def state_of(need: Need) -> str:
    return str(Need.objects.get(pk=need.pk).state)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


# --- the three channels


def test_by_the_operators_desk_a_line_becomes_active_and_meets_the_need() -> None:
    line = Line()
    connection = line.proposed()
    assert (connection.state, state_of(line.need)) == (S.PROPOSED, NeedState.IN_PROGRESS)

    sent = line.send(line.choose(connection))
    accepted = services.accept_connection(actor=line.agent, connection=sent, operator_reference=" OP-1 ")
    assert (accepted.state, accepted.operator_reference) == (S.ACCEPTED, "OP-1")
    day = line.today() + timedelta(days=3)
    scheduled = services.schedule_connection(actor=line.agent, connection=accepted, appointment_on=day, **CONFIRMED)
    active = line.activate(scheduled, entitlement_ends_on=line.today() + timedelta(days=365))

    assert (active.state, active.evidence_kind, active.evidence_reference) == (S.ACTIVE, EvidenceKind.OPERATOR, "OP-1")
    need = Need.objects.select_related("prescription").get(pk=line.need.pk)
    assert (need.state, need.prescription.state) == (NeedState.MET, "fulfilled")
    causes = {entry.verb: entry.cause_machine for entry in need.journal.all()}
    assert (causes["start"], causes["meet"]) == ("connection", "connection")


def test_by_own_subscription_the_worker_says_what_was_seen() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    active = line.active()

    assert (active.state, active.operator, active.evidence_kind) == (S.ACTIVE, None, EvidenceKind.INVOICE)
    assert state_of(line.need) == NeedState.MET
    works, before = ConnectionPaper.objects.filter(file=active, kind="family").order_by("-pk")
    assert before.document.values["todo"] == "Appelez le 0000."
    assert works.document.values["todo"].startswith("Votre ligne marche depuis")


def test_at_the_counter_the_adviser_notes_the_ticket_of_the_recharge() -> None:
    line = Line(Channel.COUNTER, kind=MOBILE, offer_columns={"technology": Technology.PREPAID})
    active = line.activate(line.chosen(), actor=line.adviser, evidence_kind=EvidenceKind.RECEIPT)

    assert (active.state, active.evidence_kind) == (S.ACTIVE, EvidenceKind.RECEIPT)
    assert state_of(line.need) == NeedState.MET


def test_an_operator_does_not_see_a_file_before_it_is_sent_nor_once_another_offer_is_chosen() -> None:
    line = Line()
    chosen = line.chosen()
    assert not ConnectionFile.objects.visible_to(line.agent).exists()
    problem = line.report(line.send(chosen))
    assert ConnectionFile.objects.visible_to(line.agent).get() == problem

    line.choose(problem, make_offer())

    assert not ConnectionFile.objects.visible_to(line.agent).exists()
    assert not Transmission.objects.visible_to(line.agent).exists()
    assert Mail.objects.filter(subject__contains="n’est plus à traiter", to=[line.agent.user.email]).exists()


# --- propose


def test_a_file_opens_for_a_need_of_connection_that_waits() -> None:
    line = Line()
    for need in (Circle().accepted().needs.get(), Circle().submitted([(FIXED, "work")]).needs.get()):
        actor = make_membership("worker", "prescriber", need.prescription.prescriber)
        with pytest.raises(Refused) as refused:
            services.propose_connection(actor=actor, need=need)
        assert "need_waits" in codes(refused)
    assert line.proposed().state == S.PROPOSED


def test_a_need_has_one_live_file() -> None:
    line = Line()
    line.proposed()
    with pytest.raises(Refused, match="Un dossier de connexion est déjà ouvert"):
        line.proposed()


def test_proposing_is_for_whoever_serves_the_household() -> None:
    line = Line()
    for stranger in (make_membership("worker", "prescriber"), make_membership("adviser", "distributor")):
        with pytest.raises(PermissionDenied):
            services.propose_connection(actor=stranger, need=line.need)
    assert services.propose_connection(actor=line.adviser, need=line.need).proposed_by == line.adviser


# --- choose


def test_choosing_wants_an_offer_of_the_day_for_this_need_and_the_households_agreement() -> None:
    line = Line()
    connection = line.proposed()
    yesterday = line.today() - timedelta(days=1)
    for offer, code in ((make_offer(valid_to=yesterday), "offer"), (make_offer(kinds=[MOBILE]), "offer_kind")):
        with pytest.raises(Refused) as refused:
            line.choose(connection, offer)
        assert codes(refused) == {code}
    for agreement in ("", "maybe"):
        with pytest.raises(Refused, match="donné son accord"):
            line.choose(connection, agreement=agreement)
    with pytest.raises(Refused, match="Choisissez une offre"):
        gate.apply(connection, "choose", actor=line.worker, agreement=OfferAgreement.PHONE)
    assert line.choose(connection).channel == Channel.DESK


def test_an_offer_by_copper_is_not_chosen_where_copper_is_sold_no_more() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION, offer_columns={"technology": Technology.COPPER})
    connection = line.proposed()
    close_copper(line.circle.commune, line.today() + timedelta(days=300))
    with pytest.raises(Refused, match="Le cuivre ne se vend plus"):
        line.choose(connection)
    assert line.choose(connection, make_offer(Channel.OWN_SUBSCRIPTION)).state == S.CHOSEN


def test_what_was_seen_for_the_prescription_counts_for_the_offer() -> None:
    line = Line()
    ask(line.offer, ConditionRule.MINIMUM_INCOME, proof=ProofKind.INCOME_CERTIFICATE)
    connection = line.send(line.chosen())

    assert connection.state == S.SENT
    assert ProofSeen.objects.get(file=connection).rule == ConditionRule.MINIMUM_INCOME
    assert line.need.prescription.facts.get().kind == FactKind.MINIMUM_INCOME


# --- send


def test_sending_wants_a_desk() -> None:
    line = Line(Channel.COUNTER)
    with pytest.raises(Refused) as refused:
        line.send(line.chosen())
    assert "desk" in codes(refused)


def test_sending_wants_each_proof_seen_and_fresh_on_the_day() -> None:
    line = Line()
    ask(line.offer)
    ask(line.offer, ConditionRule.FAMILY_QUOTIENT, proof=ProofKind.CAF_CERTIFICATE, ceiling=700, fresh_days=90)
    connection = line.chosen()
    with pytest.raises(Refused) as refused:
        line.send(connection)
    assert codes(refused) == {"proofs"}

    line.see(connection, dated_on=line.today() - timedelta(days=91))
    line.see(connection, ConditionRule.FAMILY_QUOTIENT, proof=ProofKind.CAF_CERTIFICATE, ceiling=Decimal(900))
    with pytest.raises(Refused):
        line.send(connection)
    line.see(connection, dated_on=line.today() - timedelta(days=90))
    with pytest.raises(Refused):
        line.send(connection)
    line.see(connection, ConditionRule.FAMILY_QUOTIENT, proof=ProofKind.CAF_CERTIFICATE, holds=False)
    with pytest.raises(Refused):
        line.send(connection)
    line.see(connection, ConditionRule.FAMILY_QUOTIENT, proof=ProofKind.CAF_CERTIFICATE)
    assert line.send(connection).state == S.SENT


def test_sending_wants_the_offer_still_in_force_and_an_operator_at_work() -> None:
    line = Line()
    connection = line.chosen()
    type(line.offer).objects.filter(pk=line.offer.pk).update(valid_to=line.today() - timedelta(days=1))
    type(line.operator).objects.filter(pk=line.operator.pk).update(is_active=False)
    with pytest.raises(Refused) as refused:
        line.send(connection)
    assert codes(refused) == {"offer_still", "operator"}


def test_an_offer_asked_of_an_operator_that_closed_since_is_shown_as_such_and_not_chosen() -> None:
    line = Line()
    connection = line.proposed()
    type(line.operator).objects.filter(pk=line.operator.pk).update(is_active=False)

    with pytest.raises(Refused) as refused:
        line.choose(connection)
    assert codes(refused) == {"offer_answered"}
    ours = next(one for one in offers_of_the_day(need=line.need, file=connection) if one.offer == line.offer)
    assert ours.verdict == OfferVerdict.NOT
    assert "n’est plus en activité" in ours.assessment.against[0].sentence


def test_what_a_household_takes_by_itself_is_asked_of_no_operator_closed_or_not() -> None:
    line = Line(channel=Channel.OWN_SUBSCRIPTION, offer_columns={"operator": Line().operator})
    connection = line.proposed()
    type(line.operator).objects.filter(pk=line.operator.pk).update(is_active=False)
    assert line.choose(connection).state == S.CHOSEN


def test_the_operator_is_told_what_its_form_asks_and_nothing_else() -> None:
    line = Line()
    connection = line.sent()
    told = Transmission.objects.visible_to(line.agent).get(file=connection)

    household = line.need.prescription.household
    assert (told.last_name, told.address, told.phone) == (household.last_name, household.address, household.phone)
    assert {f.name for f in Transmission._meta.get_fields()} == {
        "id", "file", "operator", "sent_at", "offer_name", "proofs_seen", "forgotten_at", *Transmission.PERSONAL,
    }  # fmt: skip
    paper = ConnectionPaper.objects.visible_to(line.agent).get()
    assert paper.kind == "operator"
    assert not {"facts", "story", "band", "income"} & paper.document.values.keys()
    assert not any(household.last_name in mail.subject + mail.body for mail in Mail.objects.all())


# --- what the operator answers


def test_a_problem_has_a_code_and_its_next_step_goes_to_the_worker() -> None:
    line = Line()
    connection = line.sent()
    for code in ("", "bad"):
        with pytest.raises(Refused, match="Dites quel est le problème"):
            line.report(connection, code)
    problem = line.report(connection, ProblemCode.NO_COVERAGE)

    assert "Choisissez une autre offre" in problem.next_step
    mail = Mail.objects.get(subject__contains="signale un problème")
    assert mail.to == [line.worker.user.email]
    assert "Choisissez une autre offre" in mail.body
    with pytest.raises(Refused, match="dites-lui ce qui a été fait"):
        line.send(problem)
    assert line.send(problem, "Box 4G demandée.").state == S.SENT


def test_accepting_wants_the_operators_reference() -> None:
    line = Line()
    with pytest.raises(Refused, match="Donnez la référence"):
        services.accept_connection(actor=line.agent, connection=line.sent(), operator_reference=" ")


def test_scheduling_wants_a_day_to_come_and_can_be_done_again() -> None:
    line = Line()
    connection = line.accepted()
    with pytest.raises(Refused, match="aujourd’hui ou plus tard"):
        services.schedule_connection(
            actor=line.agent, connection=connection, appointment_on=line.today() - timedelta(days=1), **CONFIRMED
        )
    with pytest.raises(Refused, match="moment de la journée"):
        services.schedule_connection(
            actor=line.agent,
            connection=connection,
            appointment_on=line.today(),
            appointment_slot="night",
            **CONFIRMED,
        )
    day = line.today() + timedelta(days=4)
    for later in (day, day + timedelta(days=2)):
        connection = services.schedule_connection(
            actor=line.agent, connection=connection, appointment_on=later, **CONFIRMED
        )
    assert (connection.state, connection.appointment_on) == (S.SCHEDULED, day + timedelta(days=2))


@pytest.mark.parametrize("channel", [ContactChannel.EMAIL, ContactChannel.PHONE])
def test_an_appointment_is_told_to_the_household_by_its_channel(channel: str) -> None:
    line = Line(person={"contact_channel": channel})
    line.scheduled()

    to_it = Mail.objects.filter(to=[line.need.prescription.household.email])
    assert to_it.exists() == (channel == ContactChannel.EMAIL)
    told = Mail.objects.get(subject__contains=": raccordement le", to=[line.worker.user.email])
    assert ("Prévenez la personne" in told.body) == (channel == ContactChannel.PHONE)


# --- activate


def test_a_desk_file_is_declared_active_by_its_operator_once_sent() -> None:
    line = Line()
    chosen = line.chosen()
    with pytest.raises(Unknown):
        line.activate(chosen, actor=line.agent)
    with pytest.raises(PermissionDenied):
        line.activate(line.send(chosen), actor=line.worker, evidence_kind=EvidenceKind.INVOICE)
    assert line.activate(again(chosen)).state == S.ACTIVE


def test_activating_wants_a_day_a_price_and_evidence() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    chosen = line.chosen()
    tomorrow, yesterday = line.today() + timedelta(days=1), line.today() - timedelta(days=1)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"started_on": tomorrow}, "started"),
        ({"monthly_price": Decimal(-1)}, "price"),
        ({"entitlement_ends_on": line.today()}, "ends_later"),
        ({"evidence_kind": "word"}, "evidence"),
        ({"evidence_kind": EvidenceKind.OPERATOR}, "evidence"),
        ({"evidence_reference": ""}, "evidence"),
        ({"evidence_on": tomorrow}, "evidence_on"),
        ({"started_on": yesterday}, "started_after"),
        ({"evidence_on": yesterday}, "evidence_after"),
        ({"evidence_reference": "F" * 61}, "evidence_reference_length"),
        ({"entitlement_ends_on": date.max}, "ends_in_time"),
    ]
    for given, code in wrong:
        with pytest.raises(Refused) as refused:
            line.activate(chosen, **given)
        assert codes(refused) == {code}, given
    assert line.activate(chosen, monthly_price=Decimal(0)).state == S.ACTIVE


def test_what_is_to_be_done_after_a_missed_appointment_names_the_field_in_which_it_is_written() -> None:
    label = str(ConnectionSendForm.declared_fields["answer"].label)
    assert f"«\u00a0{label}\u00a0»" in NEXT_STEP[ProblemCode.APPOINTMENT_MISSED]
