"""What is claimed of a line that works holds when a limit falls, a mail fails late, a proof is of another offer."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_months
from connectivity.enums import AfterLoss, Channel, ConditionRule, LineNews, RightLoss
from connectivity.models import LineNotice, Recharge
from connectivity.parameters import RECHARGES_A_MONTH
from connectivity.services import connections as services
from connectivity.services.delays import measured
from connectivity.services.forgetting import forget_household
from connectivity.services.lines import cancel_recharge, keep_notice
from connectivity.terms import term_of
from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from prescriptions.enums import ContactChannel
from tests.connectivity.lines import Line, again, ask, monday
from tests.connectivity.test_line_offers import change, other
from tests.connectivity.test_recharges import prepaid, sell
from tests.pages import acting, answered, read
from tests.prescriptions.files import Circle
from tests.reference.values import make_value
from typography.french import written_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]


def failed() -> None:
    Mail.objects.update(delivery="failed", error="550")


def written() -> Line:
    return Line(Channel.OWN_SUBSCRIPTION, Circle(at=monday()), person={"contact_channel": ContactChannel.EMAIL})


# --- recharges


def test_a_place_freed_under_a_limit_that_fell_meanwhile_lets_nothing_more_be_sold() -> None:
    line, file = prepaid(monday())
    first, _ = sell(line, file), sell(line, file)
    cancel_recharge(actor=line.adviser, recharge=first, reason="entry", at=line.at)
    make_value(RECHARGES_A_MONTH, 1, monday().date())
    with pytest.raises(Refused, match="1 recharge ce mois-ci"):
        sell(line, file)
    assert Recharge.objects.sold().count() == 1


@pytest.mark.parametrize(
    ("amount", "day"), [("3", "0001-01-01"), ("3", "9999-12-31"), ("9" * 5000, ""), ("1e9999999", ""), ("3\0", "x\0")]
)
def test_what_is_absurd_is_told_at_its_field(amount: str, day: str) -> None:
    line, file = prepaid()
    url = reverse("connectivity:recharge_sell", args=[file.reference])
    assert "is-invalid" in answered(acting(line.adviser), url, amount=amount, sold_on=day or line.today())
    assert not Recharge.objects.exists()


def test_before_a_sale_the_page_says_what_a_recharge_costs_and_when_the_next_may_be_sold() -> None:
    line, file = prepaid()
    client, url = acting(line.adviser), reverse("connectivity:recharge_sell", args=[file.reference])
    assert "une recharge de 2" in read(client, url)
    for _ in range(2):
        sell(line, file)
    page = read(client, url)
    assert f"se vend le {written_day(add_months(line.today().replace(day=1), 1))}" in page
    assert "Noter la vente" not in page


# --- what the household is told


def test_of_two_mails_that_fail_late_only_the_last_is_to_be_told() -> None:
    line = written()
    ends = line.today() + timedelta(days=100)
    file = line.active(entitlement_ends_on=ends)
    given = {"right_loss": RightLoss.NO_PROOF, "after_loss": AfterLoss.END}
    gate.apply(file, "lose_right", actor=line.worker, at=line.at, **given)
    later = ends + timedelta(days=365)
    services.renew_connection(actor=line.worker, connection=file, entitlement_ends_on=later, at=line.at)
    failed()
    (row,) = LineNotice.objects.to_keep()
    assert row.about == LineNews.RENEWED
    page = read(acting(line.worker), reverse("connectivity:connection_detail", args=[file.reference]))
    assert "Vous gardez votre tarif" in page
    keep_notice(actor=line.worker, connection=file, at=line.at)
    assert not LineNotice.objects.to_keep().exists()


def test_while_another_offer_is_sought_nobody_is_told_that_a_lost_right_may_be_kept() -> None:
    line = written()
    ends = line.today() + timedelta(days=100)
    file = line.active(entitlement_ends_on=ends)
    ask(line.offer)
    given = {"right_loss": RightLoss.OVER_CEILING, "after_loss": AfterLoss.OTHER_OFFER}
    gate.apply(file, "lose_right", actor=line.worker, at=line.at, **given)
    run_clock(at=line.later(days=71))
    said = Mail.objects.get(subject="Votre tarif se termine bientôt").body
    assert "cherche une autre offre" in said
    assert "Pour le garder" not in said
    to_worker = Mail.objects.get(subject__contains="le droit se termine").body
    assert "une autre offre est à trouver" in to_worker
    assert "renouvel" not in to_worker


def test_who_told_what_was_overtaken_meanwhile_is_asked_to_tell_what_holds_now() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION, Circle(at=monday()))
    ends = line.today() + timedelta(days=100)
    file = line.active(entitlement_ends_on=ends)
    given = {"right_loss": RightLoss.NO_PROOF, "after_loss": AfterLoss.END}
    gate.apply(file, "lose_right", actor=line.worker, at=line.at, **given)
    client, url = acting(line.worker), reverse("connectivity:connection_detail", args=[file.reference])
    told = reverse("connectivity:connection_told", args=[file.reference])
    read_then = LineNotice.objects.get()
    assert f'name="notice" value="{read_then.pk}"' in read(client, url)
    later = ends + timedelta(days=365)
    services.renew_connection(actor=line.worker, connection=file, entitlement_ends_on=later, at=line.at)
    assert "a changé entre-temps" in client.post(told, {"notice": read_then.pk}, follow=True).content.decode()
    assert LineNotice.objects.to_keep().get().about == LineNews.RENEWED
    now = LineNotice.objects.to_keep().get()
    keep_notice(actor=line.worker, connection=file, read=str(now.pk), at=line.at)
    assert not LineNotice.objects.to_keep().exists()


def test_what_was_to_be_said_of_a_line_is_not_any_more_once_its_worker_ended_it_or_its_household_is_forgotten() -> None:
    line, other_line = written(), written()
    for one in (line, other_line):
        file = one.active(entitlement_ends_on=one.today() + timedelta(days=100))
        given = {"right_loss": RightLoss.NO_PROOF, "after_loss": AfterLoss.END}
        gate.apply(file, "lose_right", actor=one.worker, at=one.at, **given)
        if one is line:
            services.end_connection(actor=one.worker, connection=file, reason="moved", at=one.at)
        else:
            forget_household(household=one.need.prescription.household_id, at=one.at or monday())
    failed()
    assert [row.file.need for row in LineNotice.objects.to_keep()] == []


# --- fresh proof, past figures


def test_a_proof_seen_for_the_former_offer_does_not_renew_the_new_one() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION, Circle(at=monday()))
    file = line.active()
    line.later(hours=1)
    line.see(file, ConditionRule.TENANT)
    line.later(hours=1)
    offer = other()
    ask(offer)
    changed = change(line, file, offer, at=line.at)
    line.later(hours=1)
    assert changed.entitlement_ends_on is not None
    later = changed.entitlement_ends_on + timedelta(days=200)
    with pytest.raises(Refused, match="à regarder de nouveau"):
        services.renew_connection(actor=line.worker, connection=file, entitlement_ends_on=later, at=line.at)
    line.see(file, ConditionRule.TENANT)
    assert services.renew_connection(actor=line.worker, connection=file, entitlement_ends_on=later, at=line.at)


def test_a_line_that_passes_to_another_offer_leaves_its_operator_the_delay_that_was_measured() -> None:
    line = Line(circle=Circle(at=monday()))
    sent = line.sent()
    line.later(days=4)
    file = line.activate(sent)
    line.later(days=1)
    change(line, file, other(), at=line.at, monthly_price=Decimal(7))
    (found,) = measured(operator=line.operator.pk, at=line.at)
    assert found.lines == [4]


def test_no_duration_and_no_beginning_pass_the_last_year() -> None:
    offer = other()
    offer.entitlement_months = 32767
    assert term_of(offer, date.max) is None
    assert term_of(offer, date(7000, 12, 31)) is not None
    offer.entitlement_months = 0
    assert term_of(offer, date.min) is None


def test_the_term_that_the_page_leaves_is_counted_from_the_beginning_of_the_line_and_not_from_today() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION, Circle(at=timezone.now() - timedelta(days=40)))
    file = line.chosen()
    started = timezone.localdate() - timedelta(days=30)
    client, url = acting(line.worker), reverse("connectivity:connection_activate", args=[file.reference])
    form = client.get(url).context["form"]
    typed = {"started_on": started, "evidence_kind": "invoice", "evidence_on": started, "evidence_reference": "F-1"}
    shown = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    assert client.post(url, shown | typed).status_code == 302
    assert again(file).entitlement_ends_on == term_of(line.offer, started)
