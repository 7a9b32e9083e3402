"""How a connection file goes on and ends: renewal, end, refusal, abandon, sets of files, proofs that were seen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from connectivity.enums import (
    Channel,
    ConnectionAbandonReason,
    ConnectionState,
    EndReason,
)
from connectivity.models import ConnectionEntry, ConnectionFile
from connectivity.services import connections as services
from connectivity.services.proofs import record_proof
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from prescriptions.enums import NeedState
from prescriptions.models import Need
from prescriptions.services.households import move_household
from prescriptions.services.needs import drop_need
from prescriptions.services.revoking import revoke_prescription
from tests.connectivity.lines import Line, again, ask, make_offer
from tests.network.factories import make_commune
from tests.prescriptions.files import Circle
from typography.french import full_day

pytestmark = pytest.mark.django_db
S = ConnectionState


def state_of(need: Need) -> str:
    return str(Need.objects.get(pk=need.pk).state)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


# --- the line is active


def test_renewing_wants_a_term_proofs_seen_again_and_a_later_day() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    ask(line.offer)
    chosen = line.chosen()
    line.see(chosen)
    active = line.activate(chosen, entitlement_ends_on=line.today() + timedelta(days=30))
    later = line.today() + timedelta(days=395)
    with pytest.raises(Refused) as refused:
        services.renew_connection(actor=line.worker, connection=active, entitlement_ends_on=later)
    assert codes(refused) == {"proven_again"}
    line.see(active)
    with pytest.raises(Refused, match="après le terme actuel"):
        services.renew_connection(actor=line.worker, connection=active, entitlement_ends_on=line.today())
    with pytest.raises(PermissionDenied):
        services.renew_connection(actor=line.adviser, connection=active, entitlement_ends_on=later)
    renewed = services.renew_connection(actor=line.worker, connection=active, entitlement_ends_on=later)
    assert (renewed.state, renewed.entitlement_ends_on) == (S.ACTIVE, later)


def test_a_line_without_a_term_is_not_renewed() -> None:
    line = Line(Channel.COUNTER, offer_columns={"entitlement_months": None})
    with pytest.raises(Refused) as refused:
        services.renew_connection(
            actor=line.worker, connection=line.active(), entitlement_ends_on=line.today() + timedelta(days=9)
        )
    assert "term" in codes(refused)


@pytest.mark.parametrize("who", ["agent", "worker"])
def test_a_line_ends_with_a_reason_and_the_need_stays_met(who: str) -> None:
    line = Line()
    active = line.active()
    with pytest.raises(Refused, match="Dites pourquoi la ligne se termine"):
        services.end_connection(actor=getattr(line, who), connection=active, reason="")
    ended = services.end_connection(actor=getattr(line, who), connection=active, reason=EndReason.MOVED)
    assert (ended.state, state_of(line.need)) == (S.ENDED, NeedState.MET)


# --- the ways out


def test_a_refusal_has_a_code_and_the_need_waits_again_for_another_file() -> None:
    line = Line()
    sent = line.sent()
    for code in ("", "bad"):
        with pytest.raises(Refused, match="Dites pourquoi la demande est refusée"):
            services.refuse_connection(actor=line.agent, connection=sent, refusal=code)
    accepted_at = Need.objects.get(pk=line.need.pk).accepted_at
    services.refuse_connection(actor=line.agent, connection=sent, refusal="no_coverage")

    need = Need.objects.get(pk=line.need.pk)
    assert (need.state, need.accepted_at) == (NeedState.WAITING, accepted_at)
    assert line.proposed().state == S.PROPOSED


BEFORE_THE_LINE: list[Callable[[Line], ConnectionFile]] = [
    Line.proposed, Line.chosen, Line.sent, Line.problem, Line.accepted, Line.scheduled,
]  # fmt: skip


@pytest.mark.parametrize("prepare", BEFORE_THE_LINE, ids=lambda prepare: prepare.__name__)
def test_a_file_is_abandoned_from_any_step_and_the_need_waits_again(prepare: Callable[[Line], ConnectionFile]) -> None:
    line = Line()
    assert line.agent
    connection = prepare(line)
    with pytest.raises(Refused, match="Dites pourquoi le dossier est abandonné"):
        services.abandon_connection(actor=line.worker, connection=connection, reason="")
    abandoned = services.abandon_connection(
        actor=line.adviser, connection=connection, reason=ConnectionAbandonReason.GAVE_UP, comment="Elle a une box."
    )
    assert (abandoned.state, state_of(line.need)) == (S.ABANDONED, NeedState.WAITING)
    told = Mail.objects.filter(subject__contains="n’est plus à traiter").exists()
    assert told == (prepare in BEFORE_THE_LINE[2:])


def test_when_an_agreement_is_withdrawn_the_operator_reads_whose_visit_to_call_off_and_no_name() -> None:
    line = Line()
    assert line.agent
    file = line.scheduled()
    household = line.need.prescription.household
    revoke_prescription(actor=line.worker, prescription=line.need.prescription, channel="phone")
    mail = Mail.objects.get(subject__contains="n’est plus à traiter", to=[line.agent.user.email])
    assert file.operator_reference == "OP-77"
    assert "OP-77" in mail.body
    assert f"Annulez le raccordement prévu le {full_day(file.appointment_on)}, dans la journée." in mail.body
    assert "Détruisez" in mail.body
    assert household.last_name not in mail.body


def test_an_operator_that_answers_by_links_learns_too_that_a_request_is_off() -> None:
    line = Line()
    file = line.sent()
    services.abandon_connection(actor=line.worker, connection=file, reason=ConnectionAbandonReason.GAVE_UP)
    mail = Mail.objects.get(subject__contains="n’est plus à traiter", to=[line.operator.email])
    assert "Si un rendez-vous était prévu, annulez-le." in mail.body
    assert "Votre file" not in mail.body


@pytest.mark.parametrize("prepare", BEFORE_THE_LINE, ids=lambda prepare: prepare.__name__)
def test_a_need_that_is_dropped_takes_its_file_along(prepare: Callable[[Line], ConnectionFile]) -> None:
    line = Line()
    connection = prepare(line)
    drop_need(actor=line.worker, need=Need.objects.get(pk=line.need.pk), reason="no_longer_needed")

    assert again(connection).state == S.ABANDONED
    assert again(connection).abandon_reason == ConnectionAbandonReason.NEED_DROPPED
    assert state_of(line.need) == NeedState.UNMET
    last = ConnectionEntry.objects.filter(object=connection).order_by("-seq")[0]
    assert (last.verb, last.cause_machine) == ("abandon", "need")


def test_a_file_follows_a_household_that_moves_to_another_territory() -> None:
    line = Line()
    connection = line.chosen()
    elsewhere = make_commune()
    move_household(
        actor=line.worker,
        household=line.need.prescription.household,
        commune=elsewhere,
        moved_on=line.today(),
    )
    assert again(connection).epci == elsewhere.epci
    assert ConnectionEntry.objects.get(object=connection, verb="relocate").epci == elsewhere.epci


# --- sets


def test_a_set_moves_what_it_may_and_says_what_is_missing_on_the_rest() -> None:
    circle, offer = Circle(), make_offer()
    lines = [Line(circle=circle) for _ in range(3)]
    for line in lines:
        line.__dict__["offer"] = offer
    ready, waiting = [line.chosen() for line in lines[:2]], lines[2].proposed()

    pks = [row.pk for row in (*ready, waiting)]
    outcome = gate.apply_many(ConnectionFile.objects.filter(pk__in=pks), "send", actor=circle.worker)

    assert sorted(outcome.moved) == sorted(row.pk for row in ready)
    assert list(outcome.refused) == [waiting.pk]
    outcome = gate.apply_many(
        ConnectionFile.objects.filter(pk__in=pks), "abandon", actor=circle.worker, reason=ConnectionAbandonReason.ENTRY
    )
    assert len(outcome.moved) == 3
    assert {state_of(line.need) for line in lines} == {NeedState.WAITING}


# --- proofs


def test_a_proof_is_noted_by_whoever_serves_the_household_on_a_live_file() -> None:
    line = Line()
    connection = line.chosen()
    with pytest.raises(Refused, match="datée de demain"):
        line.see(connection, dated_on=line.today() + timedelta(days=1))
    with pytest.raises(Refused, match="ce que cette pièce montre"):
        line.see(connection, rule="wealth")
    given: dict[str, Any] = {"rule": "tenant", "proof": "rent_receipt", "dated_on": line.today()}
    with pytest.raises(Unknown):
        record_proof(actor=line.agent, connection=connection, **given)
    line.send(connection)
    with pytest.raises(PermissionDenied):
        record_proof(actor=line.agent, connection=connection, **given)
    services.abandon_connection(actor=line.worker, connection=connection, reason="gave_up")
    with pytest.raises(Refused, match="Le dossier est clos"):
        line.see(connection)
