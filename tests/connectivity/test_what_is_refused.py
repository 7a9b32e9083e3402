"""What is refused of a line and of its recharges, and what a line that is over answers a file sent twice."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectivity import followers
from connectivity.enums import Channel, ConnectionState, EndReason, Technology
from connectivity.models import ConnectionFile, ReachTold, Recharge, Transmission
from connectivity.permissions import sees_connections
from connectivity.services.answers import ALREADY, queue_rows
from connectivity.services.connections import end_connection, propose_connection
from connectivity.services.lines import amounts_of, cancel_recharge, write_line_letter
from connectivity.services.links import open_link
from connectivity.services.transmissions import transmit
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from lifecycle.previews import Outcome
from prescriptions.models import Household, HouseholdMessage, Need
from tests.connectivity.lines import MOBILE, Line, again, monday
from tests.connectivity.test_answers_in_any_order import life, several, take
from tests.connectivity.test_line_rights import ENDS, a_line, noon
from tests.connectivity.test_recharges import PREPAID, codes, prepaid, sell
from tests.prescriptions.files import Circle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]


# --- recharges


def test_a_recharge_is_not_sold_for_a_day_when_the_line_did_not_work_yet() -> None:
    line = Line(Channel.COUNTER, Circle(at=monday()), kind=MOBILE, offer_columns=PREPAID)
    chosen = line.chosen()
    line.later(days=9)
    file = line.activate(chosen)
    with pytest.raises(Refused, match="ne marchait pas encore") as refused:
        sell(line, file, sold_on=line.today() - timedelta(days=1))
    assert codes(refused) == {"sold_on"}
    assert not Recharge.objects.exists()
    assert sell(line, file).sold_on == line.today()


def test_where_the_offer_says_no_price_an_amount_stays_within_reason() -> None:
    columns = PREPAID | {"price": None, "price_max": None}
    line = Line(Channel.COUNTER, Circle(at=monday()), kind=MOBILE, offer_columns=columns)
    file = line.activate(line.choose(line.proposed(), price_told=True))
    assert amounts_of(line.offer) == ""
    for amount in ("0", "-1", "50.01"):
        with pytest.raises(Refused, match="Donnez le montant") as refused:
            sell(line, file, amount)
        assert codes(refused) == {"amount"}
    assert not Recharge.objects.exists()
    assert sell(line, file, "50").amount == Decimal(50)


def test_a_recharge_of_another_line_is_not_cancelled_through_ones_own() -> None:
    line, file = prepaid()
    other, theirs = prepaid()
    sold = sell(other, theirs)
    sold.file = file
    with pytest.raises(Unknown):
        cancel_recharge(actor=line.adviser, recharge=sold, reason="entry")
    assert Recharge.objects.get().cancelled_at is None


# --- what is told, what is sent


def test_no_letter_is_made_for_a_household_whose_address_is_unknown() -> None:
    line = a_line()
    file = line.active(entitlement_ends_on=ENDS)
    run_clock(at=noon(ENDS - timedelta(days=60)))
    Household.objects.update(address="")
    with pytest.raises(Refused) as refused:
        write_line_letter(actor=line.worker, connection=file, at=noon(ENDS - timedelta(days=59)))
    assert [reason.code for reason in refused.value.all] == ["no_address"]
    assert not HouseholdMessage.objects.exists()


def test_nothing_goes_to_an_operator_before_an_offer_is_chosen() -> None:
    file = Line().proposed()
    with pytest.raises(ValueError, match="operator of its offer"):
        transmit(file=file, at=timezone.now())
    assert not Transmission.objects.exists()


def test_of_an_offer_had_elsewhere_than_at_home_nothing_is_told_of_what_comes_there() -> None:
    line = Line(Channel.COUNTER, offer_columns={"technology": Technology.PUBLIC_ACCESS})
    assert line.chosen().state == ConnectionState.CHOSEN
    assert not ReachTold.objects.exists()


def test_without_anybody_no_file_is_seen() -> None:
    line = Line()
    line.proposed()
    assert sees_connections(None) is None
    assert not ConnectionFile.objects.visible_to(None).exists()
    assert ConnectionFile.objects.visible_to(line.worker).exists()


# --- what follows


def test_a_verb_is_refused_whole_when_the_need_does_not_follow() -> None:
    line = Line()
    need = line.need
    reason = Reason("held", "Ce besoin ne bouge pas.")

    def held(rows: Any, verb: str, **given: Any) -> Outcome:
        return Outcome(moved=[], refused={need.pk: (reason,)})

    with patch.object(followers.gate, "apply_many", held), pytest.raises(Refused) as refused:
        propose_connection(actor=line.worker, need=need)
    assert refused.value.all == [reason]
    assert not ConnectionFile.objects.exists()
    assert Need.objects.get(pk=need.pk).state == "waiting"


# --- a file of answers sent again


def test_what_a_line_that_is_over_was_told_is_known_again_and_another_price_is_not() -> None:
    line, (file,) = several(1)
    rows = life(line, file, "A1")
    take(line, rows)
    end_connection(actor=line.agent, connection=again(file), reason=EndReason.CANCELLED, at=line.at)
    assert [one.sentence for one in take(line, rows[2:])] == [ALREADY]
    (result,) = take(line, [rows[2] | {"prix": "12,00"}])
    assert not result.done
    assert result.sentence != ALREADY
    assert again(file).monthly_price == Decimal("9.90")


def test_a_request_of_which_nothing_was_told_to_the_operator_has_its_row_in_the_queue() -> None:
    line = Line()
    file = line.sent()
    with patch("connectivity.services.answers.Transmission.objects.visible_to", lambda _: Transmission.objects.none()):
        header, row = queue_rows(actor=line.agent)
    assert row == [file.reference, file.get_state_display(), *[""] * (len(header) - 2)]


def test_after_a_refusal_by_its_link_nobody_is_told_to_open_a_link_that_is_closed() -> None:
    connection = Line().sent()
    opened = open_link(connection=connection)
    assert opened is not None
    url = reverse("connectivity:link", args=[opened[1]])
    page = Client().post(url, {"answer": "refuse", "step": "answer", "refusal": "no_coverage"}).content.decode()
    assert "Réponse enregistrée" in page
    assert "rouvrir le lien" not in page
    assert Client().get(url).status_code == 410
