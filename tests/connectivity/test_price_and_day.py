"""What is recorded of a line agrees with its offer and its appointment, or is confirmed: both figures are said."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import is_working_day
from connectivity.enums import (
    Channel,
    ConnectionState,
    EvidenceKind,
    LineNews,
    NewsOutcome,
    PricePeriod,
    Reliability,
)
from connectivity.line_news import said_of
from connectivity.models import ConnectionFile, LineNotice
from connectivity.readers.answers import read_answers
from connectivity.services import connections as services
from connectivity.services.answers import import_answers
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from prescriptions.enums import ContactChannel
from prescriptions.models import Household
from tests.connectivity.lines import Line, again, make_offer
from tests.connectivity.test_line_offers import change, other
from tests.pages import acting, answered, done, read
from typography.french import day, full_day

pytestmark = pytest.mark.django_db
S = ConnectionState
OWN = Channel.OWN_SUBSCRIPTION
SUNDAY = 6


def begin(line: Line, file: ConnectionFile, **given: Any) -> ConnectionFile:
    values: dict[str, Any] = {"started_on": line.today(), "monthly_price": Decimal("9.90"), "at": line.at}
    if line.channel == Channel.DESK:
        values |= {"actor": line.agent}
    else:
        values |= {
            "actor": line.worker, "evidence_kind": EvidenceKind.INVOICE, "evidence_on": line.today(),
            "evidence_reference": "F-1",
        }  # fmt: skip
    return services.activate_connection(connection=file, **values | given)


def why(refused: pytest.ExceptionInfo[Refused]) -> dict[str, str]:
    return {reason.field: reason.sentence for reasons in refused.value.reasons.values() for reason in reasons}


def page_of(file: ConnectionFile) -> str:
    return reverse("connectivity:connection_activate", args=[file.reference])


def test_a_price_above_that_of_the_offer_is_refused_with_both_figures_until_it_is_confirmed() -> None:
    line = Line(OWN)
    file = line.chosen()
    with pytest.raises(Refused) as refused:
        begin(line, file, monthly_price=Decimal("99.90"))
    told = why(refused)
    assert set(told) == {"monthly_price"}
    assert "99,90\u00a0€" in told["monthly_price"]
    assert "9,90\u00a0€ par mois" in told["monthly_price"]
    begin(line, file, monthly_price=Decimal("99.90"), price_confirmed=True)
    assert again(file).monthly_price == Decimal("99.90")
    assert again(file).journal.get(verb="activate").values["price_confirmed"] is True


@pytest.mark.parametrize("paid", ["0", "2", "9.90"])
def test_a_price_that_the_offer_says_or_under_it_asks_nothing(paid: str) -> None:
    line = Line(OWN)
    file = begin(line, line.chosen(), monthly_price=Decimal(paid))
    assert "price_confirmed" not in file.journal.get(verb="activate").values


def test_the_highest_price_of_an_offer_counts() -> None:
    wide = {"price": Decimal(2), "price_max": Decimal(5), "period": PricePeriod.RECHARGE}
    line = Line(OWN, offer_columns=wide)
    file = line.chosen()
    with pytest.raises(Refused, match="2 à 5\u00a0€ par recharge"):
        begin(line, file, monthly_price=Decimal("5.01"))
    assert begin(line, file, monthly_price=Decimal(5)).state == S.ACTIVE


def test_a_price_above_all_that_are_sold_is_confirmed_for_an_offer_that_has_none() -> None:
    make_offer(OWN, name="Internet pour tous", price=Decimal("19.99"))
    make_offer(OWN, price=Decimal(50), period=PricePeriod.RECHARGE)  # not paid each month
    line = Line(OWN, offer_columns={"price": None})
    make_offer(
        OWN,
        price=Decimal(800),
        valid_from=line.today() - timedelta(days=90),
        valid_to=line.today() - timedelta(days=60),
    )
    file = line.choose(line.proposed(), price_told=True)
    with pytest.raises(Refused) as refused:
        begin(line, file, monthly_price=Decimal(999))
    told = why(refused)
    assert set(told) == {"monthly_price"}
    assert "Vous notez 999\u00a0€, et le prix de l’offre est à confirmer" in told["monthly_price"]
    assert "Internet pour tous" in told["monthly_price"]
    assert "19,99\u00a0€ par mois" in told["monthly_price"]
    client, said = acting(line.worker), {
        "started_on": line.today(), "monthly_price": "999", "evidence_kind": "contract", "evidence_on": line.today(),
        "evidence_reference": "C-1",
    }  # fmt: skip
    assert 'name="price_confirmed"' in answered(client, page_of(file), **said)
    assert begin(line, file, monthly_price=Decimal("19.99")).state == S.ACTIVE


def test_a_price_is_as_it_is_typed_where_no_offer_has_one() -> None:
    line = Line(OWN, offer_columns={"price": None})
    assert begin(line, line.choose(line.proposed(), price_told=True), monthly_price=Decimal(300)).state == S.ACTIVE


def test_the_price_of_the_day_the_line_began_counts_as_well() -> None:
    line = Line(OWN)
    file, today = line.chosen(), line.today()
    type(line.offer).objects.filter(pk=line.offer.pk).update(valid_to=today - timedelta(days=1))
    make_offer(OWN, code=line.offer.code, price=Decimal(12), valid_from=today)
    with pytest.raises(Refused, match="12\u00a0€ par mois"):
        begin(line, file, monthly_price=Decimal(13))
    assert begin(line, file, monthly_price=Decimal(12)).state == S.ACTIVE


def test_the_page_says_it_on_the_price_and_shows_the_box_that_confirms() -> None:
    line = Line(OWN)
    file, client = line.chosen(), acting(line.worker)
    url = page_of(file)
    assert "price_confirmed" not in read(client, url)
    said = {
        "started_on": line.today(), "monthly_price": "99,90", "evidence_kind": "contract", "evidence_on": line.today(),
        "evidence_reference": "C-1",
    }  # fmt: skip
    page = answered(client, url, **said)
    assert 'href="#id_monthly_price"' in page
    assert "Vous notez 99,90\u00a0€, et l’offre coûte 9,90\u00a0€ par mois" in page
    assert 'name="price_confirmed"' in page
    assert 'name="early_confirmed"' not in page
    done(client, url, **said, price_confirmed="on")
    assert again(file).monthly_price == Decimal("99.90")


def test_a_line_that_changes_offer_is_held_to_the_price_of_the_new_one() -> None:
    line = Line(OWN)
    file, cheap = line.active(), other(price=Decimal(5))
    with pytest.raises(Refused, match="5\u00a0€ par mois") as refused:
        change(line, file, cheap, monthly_price=Decimal("15.99"), price_confirmed=False)
    assert set(why(refused)) == {"monthly_price"}
    url = reverse("connectivity:connection_change_offer", args=[file.reference])
    said = {
        "offer": cheap.pk, "agreement": "phone", "started_on": line.today(), "monthly_price": "15,99",
        "evidence_kind": "contract", "evidence_on": line.today(), "evidence_reference": "C-2",
    }  # fmt: skip
    client = acting(line.worker)
    assert "price_confirmed" not in read(client, url)
    assert 'name="price_confirmed"' in answered(client, url, **said)
    done(client, url, **said, price_confirmed="on")
    assert again(file).monthly_price == Decimal("15.99")


def test_a_line_before_its_visit_is_confirmed_by_its_operator() -> None:
    line = Line()
    file = line.scheduled()
    assert file.appointment_on is not None
    with pytest.raises(Refused) as refused:
        begin(line, file)
    told = why(refused)
    assert set(told) == {"started_on"}
    assert day(line.today()) in told["started_on"]
    assert day(file.appointment_on) in told["started_on"]
    client, said = acting(line.agent), {"started_on": line.today(), "monthly_price": "9,90"}
    assert 'name="early_confirmed"' in answered(client, page_of(file), **said)
    done(client, page_of(file), **said, early_confirmed="on")
    assert again(file).journal.get(verb="activate").values["early_confirmed"] is True


def test_a_visit_on_a_day_that_is_not_worked_is_confirmed_by_its_operator() -> None:
    line = Line()
    file, today = line.accepted(), line.today()
    sunday = next(one for one in days_from(today, 10) if one.weekday() == SUNDAY)
    for asked in (sunday, date(today.year + (today > date(today.year, 12, 24)), 12, 25)):
        with pytest.raises(Refused) as refused:
            services.schedule_connection(actor=line.agent, connection=file, appointment_on=asked)
        assert full_day(asked).capitalize() in why(refused)["appointment_on"]
    assert "est un jour férié (Noël)" in why(refused)["appointment_on"]
    client, url = acting(line.agent), reverse("connectivity:connection_schedule", args=[file.reference])
    said = {"appointment_on": sunday, "appointment_slot": "day"}
    assert 'name="day_confirmed"' not in read(client, url)
    page = answered(client, url, **said)
    assert 'name="day_confirmed"' in page
    assert "n’est pas un jour ouvré" in page
    done(client, url, **said, day_confirmed="on")
    assert again(file).journal.get(verb="schedule").values["day_confirmed"] is True


def test_a_visit_on_a_working_day_asks_nothing_and_one_of_a_file_is_confirmed_on_its_page() -> None:
    line = Line()
    file = line.accepted()
    sunday = next(one for one in days_from(line.today(), 10) if one.weekday() == SUNDAY)
    (result,) = import_answers(actor=line.agent, lines=read_answers(planned_on(file, sunday)))
    assert not result.done
    assert "(depuis un fichier\u00a0: sur la page de la demande)" in result.sentence
    worked = next(one for one in days_from(line.today(), 10) if is_working_day(one))
    (result,) = import_answers(actor=line.agent, lines=read_answers(planned_on(file, worked)))
    assert result.done
    assert "day_confirmed" not in again(file).journal.get(verb="schedule").values


def days_from(first: date, most: int) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range(1, most)]


def planned_on(file: ConnectionFile, day: date) -> bytes:
    return f"reference;reponse;date\n{file.reference};Planifier;{day:%d/%m/%Y}\n".encode()


def test_a_line_on_the_day_of_its_visit_asks_nothing() -> None:
    line = Line()
    line.circle.at = timezone.now() - timedelta(days=8)
    file = line.scheduled()
    line.later(days=7)
    assert begin(line, file).state == S.ACTIVE


def test_a_day_to_come_and_one_before_the_request_are_said_with_both_days() -> None:
    line = Line(OWN)
    file, today = line.chosen(), line.today()
    tomorrow, before = today + timedelta(days=1), today - timedelta(days=400)
    with pytest.raises(Refused) as refused:
        begin(line, file, started_on=tomorrow)
    assert day(tomorrow) in why(refused)["started_on"]
    assert day(today) in why(refused)["started_on"]
    with pytest.raises(Refused) as refused:
        begin(line, file, started_on=before, evidence_on=before)
    for name in ("started_on", "evidence_on"):
        assert day(before) in why(refused)[name]
        assert day(line.need.accepted_at) in why(refused)[name]


def test_a_file_of_answers_is_held_to_the_same_and_its_link_confirms() -> None:
    line = Line()
    file = line.accepted()
    lines = read_answers(
        f"reference;reponse;date;prix\n{file.reference};Ligne active;{line.today():%d/%m/%Y};99,90\n".encode()
    )
    (result,) = import_answers(actor=line.agent, lines=lines)
    assert not result.done
    assert "99,90\u00a0€, et l’offre coûte 9,90\u00a0€ par mois" in result.sentence
    assert "(depuis un fichier\u00a0: sur la page de la demande)" in result.sentence
    assert begin(line, file, monthly_price=Decimal("99.90"), price_confirmed=True).state == S.ACTIVE
    (result,) = import_answers(actor=line.agent, lines=lines)
    assert result.done


@pytest.mark.parametrize(
    ("offer", "told"),
    [
        ({}, False),
        ({"price": None, "reliability": Reliability.CHECK}, True),
        ({"reliability": Reliability.CHECK}, True),
    ],
    ids=["sure", "unknown", "to confirm"],
)
def test_the_worker_reads_the_price_that_runs_and_that_a_household_that_agreed_to_none_is_to_be_told(
    offer: dict[str, Any], told: bool
) -> None:
    line = Line(offer_columns=offer)
    file = line.activate(line.send(line.choose(line.proposed(), price_told=told)), monthly_price=Decimal("9.90"))
    mail = Mail.objects.get(about_machine="connection", about_pk=file.pk, subject__endswith="la ligne est active")
    assert "à 9,90\u00a0€ par mois." in mail.body
    assert ("dites-le au foyer" in mail.body) is told


TO_CONFIRM = [
    pytest.param({"price": None, "reliability": Reliability.CHECK}, "9.90", "était à confirmer", id="unknown"),
    pytest.param({"reliability": Reliability.CHECK}, "9.90", "était à confirmer", id="to confirm"),
    pytest.param({"price": Decimal("19.90")}, "9.90", "19,90\u00a0€ par mois", id="another price"),
]


@pytest.mark.parametrize(("offer", "paid", "said"), TO_CONFIRM)
def test_a_household_learns_the_price_that_nobody_could_promise_it_by_the_way_it_prefers(
    offer: dict[str, Any], paid: str, said: str
) -> None:
    written, called = Line(offer_columns=offer), Line(offer_columns=offer)
    prefers = {"contact_channel": ContactChannel.EMAIL, "email": "famille@exemple.test"}
    Household.objects.filter(pk=written.need.prescription.household_id).update(**prefers)
    written.need.prescription.household.refresh_from_db()
    for line in (written, called):
        line.activate(line.send(line.choose(line.proposed(), price_told=True)), monthly_price=Decimal(paid))

    mail = Mail.objects.get(to=[written.need.prescription.household.email], subject="Le prix de votre ligne")
    assert "9,90\u00a0€ par mois" in mail.body
    assert said in mail.body
    notices = LineNotice.objects.order_by("pk").values_list("about", "outcome")
    assert list(notices) == [(LineNews.PRICE, NewsOutcome.SENT), (LineNews.PRICE, "")]
    told = [one.body for one in Mail.objects.filter(subject__endswith="la ligne est active").order_by("pk")]
    assert "le foyer l’apprend par un message" in told[0]
    assert "dites-le au foyer" in told[1]
    assert LineNotice.objects.to_keep().get().file.need == called.need


def test_a_price_that_was_promised_is_no_news_nor_one_that_the_household_showed_itself() -> None:
    sure, own = Line(), Line(OWN, offer_columns={"price": None})
    sure.activate(sure.send(sure.choose(sure.proposed())), monthly_price=Decimal("9.90"))
    begin(own, own.choose(own.proposed(), price_told=True), monthly_price=Decimal(9))

    assert not LineNotice.objects.exists()


def test_a_price_said_of_a_line_that_does_not_work_after_all_is_to_be_told_no_more_then_told_as_it_is() -> None:
    line = Line(offer_columns={"price": None})
    file = line.activate(line.send(line.choose(line.proposed(), price_told=True)), monthly_price=Decimal("9.90"))
    gate.apply(file, "undo_activate", actor=line.agent, reason="entry")
    assert not LineNotice.objects.to_keep().exists()

    begin(line, again(file), monthly_price=Decimal("12.50"))

    notice = LineNotice.objects.to_keep().get()
    assert any("12,50\u00a0€" in sentence for sentence in said_of(notice.file, notice.about).sentences)
