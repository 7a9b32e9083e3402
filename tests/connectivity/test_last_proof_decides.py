"""Of each condition of an offer, the last proof decides: by its own day, then by when it was noted."""

from datetime import timedelta
from decimal import Decimal

import pytest

from connectivity.enums import Channel, ConditionRule, ConnectionState, OfferVerdict, ProofKind
from connectivity.models import Transmission
from connectivity.services.connections import renew_connection
from connectivity.services.offers import offers_of_the_day
from lifecycle.exceptions import Refused
from tests.connectivity.lines import Line, again, ask, make_offer
from tests.connectivity.test_connection_ends import codes
from tests.connectivity.test_stopped import CHOOSE, SEND, asked_first, page_of
from tests.refurb.pages import acting, read

pytestmark = pytest.mark.django_db
S = ConnectionState
NBSP = "\u00a0"


def days(line: Line, ago: int) -> dict[str, object]:
    return {"dated_on": line.today() - timedelta(days=ago)}


def test_a_condition_that_the_last_proof_denies_keeps_the_request_from_its_operator() -> None:
    line = Line()
    ask(line.offer)
    make_offer()
    connection = line.chosen()
    line.see(connection, **days(line, 12))
    line.see(connection, holds=False, **days(line, 1))

    with pytest.raises(Refused) as refused:
        line.send(connection)
    assert codes(refused) == {"conditions_met"}
    assert asked_first(connection, line.worker) == CHOOSE
    assert "elle ne remplit pas les conditions de celle-ci" in read(acting(line.worker), page_of(connection))
    assert not Transmission.objects.exists()


def test_the_day_of_a_proof_counts_before_the_hour_it_was_noted() -> None:
    line = Line()
    ask(line.offer)
    connection = line.chosen()
    line.see(connection, **days(line, 1))
    line.see(connection, holds=False, **days(line, 12))
    assert asked_first(connection, line.worker) == SEND
    assert line.send(connection).state == S.SENT


@pytest.mark.parametrize("last", [True, False])
def test_of_two_proofs_of_one_day_the_one_noted_last_decides_for_the_list_as_for_the_gate(last: bool) -> None:
    line = Line()
    ask(line.offer)
    connection = line.chosen()
    line.see(connection, holds=not last)
    line.see(connection, holds=last)
    ours = next(one for one in offers_of_the_day(need=line.need, file=connection) if one.offer == line.offer)
    assert (ours.verdict == OfferVerdict.NOT) is not last
    if last:
        assert line.send(connection).state == S.SENT
        return
    with pytest.raises(Refused, match="choisissez une autre offre"):
        line.send(connection)


def test_a_proof_held_to_another_figure_that_tells_nothing_is_passed_over() -> None:
    """Not under 500 says nothing of 700; not under 900 says no to it."""
    line = Line()
    rule, proof = ConditionRule.FAMILY_QUOTIENT, ProofKind.CAF_CERTIFICATE
    ask(line.offer, rule, proof=proof, ceiling=700)
    connection = line.chosen()
    line.see(connection, rule, proof=proof, **days(line, 9))
    line.see(connection, rule, proof=proof, holds=False, ceiling=Decimal(500))
    assert asked_first(connection, line.worker) == SEND
    line.see(connection, rule, proof=proof, holds=False, ceiling=Decimal(900))
    with pytest.raises(Refused) as refused:
        line.send(connection)
    assert codes(refused) == {"conditions_met"}


def test_a_right_that_the_last_proof_denies_is_not_renewed_and_leads_to_saying_that_it_is_lost() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    ask(line.offer)
    chosen = line.chosen()
    line.see(chosen)
    active = line.activate(chosen, entitlement_ends_on=line.today() + timedelta(days=30))
    line.see(active, **days(line, 12))
    line.see(active, holds=False, **days(line, 1))
    until = line.today() + timedelta(days=395)

    with pytest.raises(Refused) as refused:
        renew_connection(actor=line.worker, connection=active, entitlement_ends_on=until)
    assert codes(refused) == {"still_met"}
    page = read(acting(line.worker), page_of(active, "renew"))
    assert f"n’est plus remplie{NBSP}: dites que le droit est perdu" in page
    assert page_of(active, "lose_right") in page

    line.see(active)
    renew_connection(actor=line.worker, connection=active, entitlement_ends_on=until)
    assert again(active).entitlement_ends_on == until
