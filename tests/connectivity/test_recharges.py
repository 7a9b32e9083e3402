"""Recharges are sold at the counter within a month's limit, which two sales at once do not pass."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from connectivity.enums import Channel, EndReason, PricePeriod, Technology
from connectivity.models import ConnectionFile, Recharge
from connectivity.parameters import RECHARGES_A_MONTH
from connectivity.services.connections import end_connection
from connectivity.services.lines import cancel_recharge, sell_recharge
from lifecycle.exceptions import Refused, Unknown
from tests.connectivity.lines import MOBILE, Line, monday
from tests.pages import acting, answered, read
from tests.prescriptions.files import Circle
from tests.reference.values import make_value

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]
PREPAID = {
    "technology": Technology.PREPAID, "period": PricePeriod.RECHARGE, "price": Decimal(2), "price_max": Decimal(5),
    "entitlement_months": None,
}  # fmt: skip


def prepaid(at: datetime | None = None) -> tuple[Line, ConnectionFile]:
    line = Line(Channel.COUNTER, Circle(at=at), kind=MOBILE, offer_columns=PREPAID)
    return line, line.active()


def sell(line: Line, file: ConnectionFile, amount: str = "3", **given: Any) -> Recharge:
    values: dict[str, Any] = {"actor": line.adviser, "at": line.at}
    return sell_recharge(connection=file, amount=Decimal(amount), **values | given)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


def test_a_month_has_its_limit_and_the_next_begins_again() -> None:
    line, file = prepaid(monday())
    assert [sell(line, file).rank for _ in range(2)] == [1, 2]
    with pytest.raises(Refused, match="2 recharges ce mois-ci") as refused:
        sell(line, file)
    assert codes(refused) == {"limit"}
    line.later(days=31)
    assert sell(line, file).rank == 1


def test_the_limit_is_that_of_the_row_of_the_day() -> None:
    line, file = prepaid(monday())
    make_value(RECHARGES_A_MONTH, 1, monday().date())
    assert sell(line, file).most == 1
    with pytest.raises(Refused, match="1 recharge ce mois-ci"):
        sell(line, file)


def test_the_database_refuses_a_second_recharge_in_the_same_place_or_beyond_the_limit() -> None:
    line, file = prepaid()
    row = sell(line, file)
    wrong: tuple[dict[str, Any], ...] = (
        {},
        {"rank": 3},
        {"rank": 2, "month": date(2020, 1, 1)},
        {"rank": 2, "amount": 0},
    )
    for columns in wrong:
        copy = Recharge.objects.get(pk=row.pk)
        copy.pk = None
        for name, value in columns.items():
            setattr(copy, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save(force_insert=True)


def test_a_recharge_is_cancelled_the_day_it_is_noted_and_its_place_is_free_again() -> None:
    line, file = prepaid(monday())
    first, _ = sell(line, file), sell(line, file)
    with pytest.raises(Refused, match="Dites pourquoi"):
        cancel_recharge(actor=line.adviser, recharge=first, reason="", at=line.at)
    cancel_recharge(actor=line.adviser, recharge=first, reason="entry", at=line.at)
    with pytest.raises(Refused, match="déjà annulée"):
        cancel_recharge(actor=line.adviser, recharge=first, reason="entry", at=line.at)
    second = sell(line, file)
    assert second.rank == 1
    line.later(days=1)
    with pytest.raises(Refused, match="ce jour est passé"):
        cancel_recharge(actor=line.adviser, recharge=second, reason="entry", at=line.at)
    assert Recharge.objects.sold().total() == Decimal(6)


@pytest.mark.parametrize("amount", ["0", "1.99", "5.01", "-3"])
def test_an_amount_is_one_of_the_offer(amount: str) -> None:
    line, file = prepaid()
    with pytest.raises(Refused, match="de 2") as refused:
        sell(line, file, amount)
    assert codes(refused) == {"amount"}


def test_the_day_of_a_sale_is_of_this_month_and_not_before_the_line() -> None:
    line, file = prepaid(monday())
    line.later(days=9)
    for day, code in (
        (line.today() + timedelta(days=1), "sold_on"),
        (date(2027, 2, 28), "sold_on"),
        (date.max, "sold_on"),
    ):
        with pytest.raises(Refused) as refused:
            sell(line, file, sold_on=day)
        assert code in codes(refused)
    assert sell(line, file, sold_on=monday().date()).sold_on == monday().date()


def test_what_was_sold_the_last_evening_of_a_month_and_noted_after_midnight_counts_in_that_month() -> None:
    line, file = prepaid(monday())
    begun = (line.today().replace(day=1) + timedelta(days=32)).replace(day=1)
    line.later(days=(begun - line.today()).days)
    eve = begun - timedelta(days=1)
    assert [sell(line, file, sold_on=eve).month for _ in range(2)] == [eve.replace(day=1)] * 2
    with pytest.raises(Refused, match="2 recharges"):
        sell(line, file, sold_on=eve)
    assert sell(line, file).month == begun
    with pytest.raises(Refused, match="le lendemain"):
        sell(line, file, sold_on=eve - timedelta(days=1))


def test_only_a_prepaid_line_that_works_has_recharges() -> None:
    line, file = prepaid()
    end_connection(actor=line.worker, connection=file, reason=EndReason.CANCELLED)
    fixed = Line(Channel.OWN_SUBSCRIPTION)
    for one, row in ((line, file), (fixed, fixed.active())):
        with pytest.raises(Refused) as refused:
            sell(one, row)
        assert "prepaid" in codes(refused)


def test_only_an_adviser_of_the_distributor_sells() -> None:
    line, file = prepaid()
    for actor in (line.worker, line.pilot):
        with pytest.raises(PermissionDenied):
            sell(line, file, actor=actor)
    with pytest.raises(Unknown):
        sell(line, file, actor=Line().adviser)


def test_the_page_sells_tells_what_is_left_and_counts() -> None:
    line, file = prepaid()
    client, url = acting(line.adviser), reverse("connectivity:recharge_sell", args=[file.reference])
    detail = reverse("connectivity:connection_detail", args=[file.reference])
    assert "Vendre une recharge" in read(client, detail)
    assert "il en reste 2" in read(client, url)
    assert "de 2" in answered(client, url, amount="50", sold_on=line.today())
    assert client.post(url, {"amount": "4,50", "sold_on": line.today()}).status_code == 302
    page = read(client, detail)
    assert "1 ce mois-ci" in page
    row = Recharge.objects.get()
    cancel = reverse("connectivity:recharge_cancel", args=[file.reference, row.pk])
    assert cancel in page
    listed = read(client, reverse("connectivity:recharge_list"))
    assert "1 recharge</strong> pour 1 ligne, 4,50" in listed
    assert client.post(cancel, {"reason": "entry"}).status_code == 302
    assert "0 recharge</strong>" in read(client, reverse("connectivity:recharge_list"))
    assert "Erreur de saisie" in read(client, reverse("connectivity:recharge_list"), stands="cancelled")


def test_who_reads_the_recharges() -> None:
    line, file = prepaid()
    sell(line, file)
    other = Line()
    for actor, seen in ((line.worker, 1), (line.adviser, 1), (line.pilot, 1), (other.worker, 0), (other.adviser, 0)):
        assert Recharge.objects.visible_to(actor).count() == seen
    assert not Recharge.objects.visible_to(None).exists()
    assert not Recharge.objects.visible_to(Line().agent).exists()
    name = line.need.prescription.household.last_name
    assert name not in read(acting(line.pilot), reverse("connectivity:recharge_list"))
    assert name in read(acting(line.adviser), reverse("connectivity:recharge_list"))
    assert acting(Line().agent).get(reverse("connectivity:recharge_list")).status_code == 403
