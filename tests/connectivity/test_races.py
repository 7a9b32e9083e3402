"""Real connections at once on the same need, the same file: one winner, a sentence for the other."""

from decimal import Decimal

import pytest

from connectivity.enums import Channel, ConnectionState
from connectivity.models import ConnectionFile, Recharge
from connectivity.services.connections import choose_connection, propose_connection, refuse_connection
from connectivity.services.lines import sell_recharge
from lifecycle.exceptions import Refused
from prescriptions.models import CodedReason, Need, Prescription
from prescriptions.services.needs import drop_need
from prescriptions.services.prescriptions import withdraw_prescription
from tests.connectivity.lines import MOBILE, Line, again, make_offer
from tests.connectivity.test_recharges import PREPAID
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
S = ConnectionState


def test_one_need_never_has_two_files() -> None:
    line = Line()
    need, actors = line.need, (line.worker, line.adviser)

    ends = at_once(*(lambda actor=actor: propose_connection(actor=actor, need=need) for actor in actors * 2))

    made = [end for end in ends if isinstance(end, ConnectionFile)]
    refused = [end for end in ends if isinstance(end, Refused)]
    assert (len(made), len(refused)) == (1, 3)
    assert all(str(one) for one in refused)
    assert Need.objects.get(pk=need.pk).state == "in_progress"
    assert need.journal.filter(verb="start").count() == 1


def test_a_line_activated_while_the_prescription_is_withdrawn_is_one_or_the_other() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    chosen = line.chosen()
    prescription, worker = line.need.prescription, line.worker
    reason = CodedReason.objects.filter(purpose="withdrawal").values_list("code", flat=True)[0]

    ends = at_once(
        lambda: line.activate(chosen),
        lambda: withdraw_prescription(
            actor=worker, prescription=Prescription.objects.get(pk=prescription.pk), reason=reason
        ),
    )

    assert sum(isinstance(end, Refused) for end in ends) == 1
    states = (again(chosen).state, Prescription.objects.get(pk=prescription.pk).state)
    assert states in ((S.ACTIVE, "fulfilled"), (S.ABANDONED, "withdrawn"))
    assert Need.objects.get(pk=line.need.pk).state == ("met" if states[0] == S.ACTIVE else "unmet")


def test_a_refusal_while_the_need_is_dropped_leaves_nothing_half_done() -> None:
    line = Line()
    agent, worker, sent = line.agent, line.worker, line.sent()

    at_once(
        lambda: refuse_connection(actor=agent, connection=sent, refusal="duplicate"),
        lambda: drop_need(actor=worker, need=Need.objects.get(pk=line.need.pk), reason="no_longer_needed"),
    )

    assert again(sent).state in (S.REFUSED, S.ABANDONED)
    assert Need.objects.get(pk=line.need.pk).state == "unmet"


def test_two_choices_at_once_leave_the_last_one_whole() -> None:
    line = Line()
    connection, offers, worker = line.proposed(), [make_offer(), make_offer()], line.worker

    ends = at_once(
        *(
            lambda offer=offer: choose_connection(actor=worker, connection=connection, offer=offer, agreement="phone")
            for offer in offers
        )
    )

    assert not [end for end in ends if isinstance(end, Refused)]
    row = again(connection)
    assert row.offer in offers
    assert row.operator == row.offer.operator
    assert row.journal.filter(verb="choose").count() == 2


def test_recharges_sold_at_once_never_pass_the_limit_of_the_month() -> None:
    line = Line(Channel.COUNTER, kind=MOBILE, offer_columns=PREPAID)
    file, adviser = line.active(), line.adviser

    ends = at_once(*(lambda: sell_recharge(actor=adviser, connection=file, amount=Decimal(3)) for _ in range(5)))

    assert sum(isinstance(end, Recharge) for end in ends) == 2
    assert all(str(end) for end in ends if isinstance(end, Refused))
    assert sorted(Recharge.objects.values_list("rank", flat=True)) == [1, 2]
