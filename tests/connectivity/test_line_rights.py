"""A right to a social offer: until when, told to the household, lost with what follows, or gone on at another price."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import AfterLoss, Channel, ConnectionState, EndReason, LineNews, NewsOutcome, RightLoss
from connectivity.models import ConnectionFile, LineNotice
from connectivity.services import connections as services
from connectivity.services.lines import keep_notice, write_line_letter
from documents.models import Mail, Sms
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from prescriptions.enums import ContactChannel
from prescriptions.models import Household, HouseholdMessage
from tests.connectivity.lines import Line, again, ask, monday
from tests.pages import acting, read
from tests.prescriptions.files import Circle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]
S = ConnectionState
ENDS = monday().date() + timedelta(days=100)


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001


def a_line(channel: str = ContactChannel.PHONE, **columns: Any) -> Line:
    return Line(
        Channel.OWN_SUBSCRIPTION, Circle(at=monday()), person={"contact_channel": channel}, offer_columns=columns
    )


def lost(line: Line, file: ConnectionFile, after: str = AfterLoss.END, **given: Any) -> ConnectionFile:
    values = {"right_loss": RightLoss.OVER_CEILING, "after_loss": after, "at": line.at}
    return gate.apply(file, "lose_right", actor=line.worker, **values | given)


def page_of(file: ConnectionFile, name: str) -> str:
    return reverse(f"connectivity:connection_{name}", args=[file.reference])


# --- until when


@pytest.mark.parametrize(
    ("months", "started", "ends"),
    [
        (12, date(2027, 3, 1), date(2028, 2, 29)),
        (1, date(2027, 1, 31), date(2027, 2, 27)),
        (None, date(2027, 3, 1), None),
    ],
)
def test_without_a_day_the_right_ends_when_the_rule_of_the_offer_says(
    months: int | None, started: date, ends: date | None
) -> None:
    at = noon(date(2027, 1, 4))
    line = Line(Channel.OWN_SUBSCRIPTION, Circle(at=at), offer_columns={"entitlement_months": months})
    chosen = line.chosen()
    line.circle.at = noon(date(2027, 3, 2))
    assert line.activate(chosen, started_on=started).entitlement_ends_on == ends


def test_the_day_that_the_operator_gives_is_kept() -> None:
    line = Line()
    day = line.today() + timedelta(days=40)
    assert line.active(entitlement_ends_on=day).entitlement_ends_on == day


# --- the household is told


def test_the_household_is_told_at_sixty_and_thirty_days_by_its_channel() -> None:
    written, called = a_line(ContactChannel.EMAIL), a_line()
    files = [line.active(entitlement_ends_on=ENDS) for line in (written, called)]
    ask(written.offer)
    for days in (60, 30):
        run_clock(at=noon(ENDS - timedelta(days=days)))
    mails = Mail.objects.filter(
        to=[written.need.prescription.household.email], subject="Votre tarif se termine bientôt"
    )
    assert mails.count() == 2
    assert "quittance de loyer" in mails[0].body
    assert LineNotice.objects.filter(file=files[0], outcome=NewsOutcome.SENT).count() == 2
    rows = LineNotice.objects.filter(file=files[1]).order_by("pk")
    assert [(row.about, row.outcome) for row in rows] == [
        (LineNews.ENDING, NewsOutcome.OVERTAKEN),
        (LineNews.ENDING, ""),
    ]


def test_whoever_calls_reads_what_to_say_and_says_that_it_is_done() -> None:
    line = a_line()
    file = line.active(entitlement_ends_on=ENDS)
    at = noon(ENDS - timedelta(days=60))
    run_clock(at=at)
    client = acting(line.worker)
    assert "Foyers à prévenir de leur ligne" in read(client, reverse("desk:home"))
    page = read(client, page_of(file, "detail"))
    assert "Pour le garder, voyez votre travailleur social" in page
    with pytest.raises(PermissionDenied):
        keep_notice(actor=line.pilot, connection=file, at=at)
    with pytest.raises(Unknown):
        keep_notice(actor=Line().worker, connection=file, at=at)
    assert keep_notice(actor=line.worker, connection=file, at=at).outcome == NewsOutcome.TOLD
    with pytest.raises(Refused, match="plus rien à dire"):
        keep_notice(actor=line.worker, connection=file, at=at)
    assert "Le foyer est prévenu" not in read(client, page_of(file, "detail"))


def test_a_mail_that_could_not_leave_is_to_be_told_by_somebody() -> None:
    line = a_line(ContactChannel.EMAIL)
    file = line.active(entitlement_ends_on=ENDS)
    run_clock(at=noon(ENDS - timedelta(days=60)))
    assert not LineNotice.objects.to_keep().exists()
    Mail.objects.filter(pk=LineNotice.objects.get().mail_id).update(delivery="failed", error="550")
    assert "Le courriel n’est pas parti" in read(acting(line.worker), page_of(file, "detail"))
    assert keep_notice(actor=line.worker, connection=file, at=noon(ENDS)).outcome == NewsOutcome.TOLD


def test_what_is_told_of_a_line_leaves_by_sms_or_by_a_letter_that_is_made_once(settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    line = a_line(ContactChannel.SMS)
    household = line.need.prescription.household
    Household.objects.filter(pk=household.pk).update(phone="06 99 44 55 77")
    file = line.active(entitlement_ends_on=ENDS)
    run_clock(at=noon(ENDS - timedelta(days=60)))
    (notice,) = LineNotice.objects.all()
    assert (notice.outcome, notice.mail) == (NewsOutcome.SENT, None)
    assert "Votre tarif se termine" in notice.sms.text  # type: ignore[union-attr]
    with pytest.raises(Refused, match="plus rien à dire"):
        write_line_letter(actor=line.worker, connection=file)
    Sms.objects.update(delivery="failed", error="refused")
    client = acting(line.worker)
    assert "Le SMS n’est pas parti (refusé par le service d’envoi)" in read(client, page_of(file, "detail"))
    url = reverse("connectivity:connection_letter", args=[file.reference])
    later = noon(ENDS - timedelta(days=59))
    made = [write_line_letter(actor=line.worker, connection=file, at=later) for _ in range(2)]
    assert made[0] == made[1]
    first = client.post(url, {"langue": "fr"}).headers["Location"]
    assert first == f"/connexions/{file.reference}/lettre/{made[0].pk}.pdf"
    letter = HouseholdMessage.objects.get(channel="letter").letter
    assert letter is not None
    assert any("voyez votre travailleur social" in one for one in letter.values["paragraphs"])
    assert acting(line.pilot).post(url).status_code == 403
    assert acting(line.pilot).get(first).status_code == 403
    services.renew_connection(
        actor=line.worker,
        connection=file,
        entitlement_ends_on=ENDS + timedelta(days=365),
        at=later,
    )
    assert LineNotice.objects.order_by("pk").values_list("outcome", flat=True)[0] == NewsOutcome.OVERTAKEN


def test_a_renewed_right_is_told_and_what_was_to_be_said_of_its_end_is_not_any_more() -> None:
    line = a_line()
    file = line.active(entitlement_ends_on=ENDS)
    at = noon(ENDS - timedelta(days=60))
    run_clock(at=at)
    services.renew_connection(actor=line.worker, connection=file, entitlement_ends_on=ENDS + timedelta(days=365), at=at)
    (row,) = LineNotice.objects.to_keep()
    assert row.about == LineNews.RENEWED
    assert run_clock(at=noon(ENDS + timedelta(days=1)))
    assert again(file).state == S.ACTIVE


# --- the right is lost


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"right_loss": ""}, "right_loss"),
        ({"right_loss": "mood"}, "right_loss"),
        ({"after_loss": ""}, "after_loss"),
        ({"after_loss": "magic"}, "after_loss"),
        ({"after_loss": AfterLoss.FULL_PRICE}, "price_after"),
        ({"after_loss": AfterLoss.FULL_PRICE, "price_after": Decimal(-1)}, "price_after"),
        ({"after_loss": AfterLoss.END, "price_after": Decimal(30)}, "price_after"),
    ],
)
def test_losing_a_right_wants_why_and_what_follows(given: dict[str, Any], code: str) -> None:
    line = a_line()
    with pytest.raises(Refused) as refused:
        lost(line, line.active(entitlement_ends_on=ENDS), **given)
    assert code in {reason.code for reason in refused.value.all}


def test_a_line_without_a_term_has_no_right_to_lose_and_an_adviser_does_not_say_so() -> None:
    line = a_line(entitlement_months=None)
    file = line.active()
    with pytest.raises(Refused, match="n’a pas de terme"):
        lost(line, file)
    with pytest.raises(PermissionDenied):
        gate.apply(file, "lose_right", actor=line.adviser, right_loss="other", after_loss="end")


def test_a_lost_right_is_told_then_the_line_ends_and_that_is_told_too() -> None:
    line = a_line(ContactChannel.EMAIL)
    file = lost(line, line.active(entitlement_ends_on=ENDS))
    to_it = Mail.objects.filter(to=[line.need.prescription.household.email])
    assert "s’arrête ce jour-là" in to_it.get(subject="Votre tarif change").body
    for day in (ENDS - timedelta(days=30), ENDS):
        run_clock(at=noon(day))
    assert not file.journal.filter(verb="recall_renewal").exists()
    run_clock(at=noon(ENDS + timedelta(days=1)))
    assert (again(file).state, again(file).end_reason) == (S.ENDED, EndReason.ENTITLEMENT_OVER)
    assert "droit à l’offre arrivé à son terme" in to_it.get(subject="Votre ligne est terminée").body


def test_while_another_offer_is_sought_the_end_is_still_recalled() -> None:
    line = a_line()
    file = lost(line, line.active(entitlement_ends_on=ENDS), AfterLoss.OTHER_OFFER)
    run_clock(at=noon(ENDS - timedelta(days=30)))
    assert file.journal.filter(verb="recall_renewal").count() == 1


def test_a_line_that_goes_on_at_another_price_is_not_ended_by_the_clock() -> None:
    line = a_line(ContactChannel.EMAIL)
    file = lost(line, line.active(entitlement_ends_on=ENDS), AfterLoss.FULL_PRICE, price_after=Decimal("36.99"))
    run_clock(at=noon(ENDS))
    assert again(file).monthly_price == Decimal("9.90")
    run_clock(at=noon(ENDS + timedelta(days=1)))
    row = again(file)
    assert (row.state, row.monthly_price, row.entitlement_ends_on) == (S.ACTIVE, Decimal("36.99"), None)
    assert (row.right_lost_at, row.after_loss, row.price_after) == (None, "", None)
    assert file.journal.latest("seq").verb == "go_on"
    told = Mail.objects.get(subject="Le prix de votre ligne a changé")
    assert "36,99" in told.body
    assert run_clock(at=noon(ENDS + timedelta(days=900)))
    assert again(file).state == S.ACTIVE
    page = read(acting(line.worker), page_of(file, "detail"))
    assert "Les offres de cette ligne" in page
    assert "9,90" in page


def test_a_proof_that_comes_after_all_renews_a_right_that_was_lost() -> None:
    line = a_line()
    file = lost(line, line.active(entitlement_ends_on=ENDS), AfterLoss.FULL_PRICE, price_after=Decimal(30))
    later = ENDS + timedelta(days=365)
    renewed = services.renew_connection(actor=line.worker, connection=file, entitlement_ends_on=later, at=line.at)
    assert (renewed.after_loss, renewed.price_after, renewed.right_lost_at) == ("", None, None)
    run_clock(at=noon(ENDS + timedelta(days=1)))
    assert again(file).monthly_price == Decimal("9.90")


def test_a_worker_who_ends_a_line_with_its_household_does_not_have_to_tell_it() -> None:
    line = a_line()
    file = line.active(entitlement_ends_on=ENDS)
    run_clock(at=noon(ENDS - timedelta(days=60)))
    services.end_connection(
        actor=line.worker, connection=file, reason=EndReason.MOVED, at=noon(ENDS - timedelta(days=50))
    )
    assert not LineNotice.objects.to_keep().exists()


def test_what_the_page_of_a_lost_right_asks_is_done_and_shown() -> None:
    line = a_line()
    file = line.active(entitlement_ends_on=line.today() + timedelta(days=100))
    client = acting(line.worker)
    page = client.post(page_of(file, "lose_right"), {"right_loss": "over_ceiling", "after_loss": "full_price"})
    assert "Donnez le prix que la ligne coûtera ensuite" in page.content.decode()
    data = {"right_loss": "over_ceiling", "after_loss": "full_price", "price_after": "36,99"}
    assert client.post(page_of(file, "lose_right"), data).status_code == 302
    page = read(client, page_of(file, "detail"))
    assert "La ligne continue, à un autre prix" in page
    assert "36,99" in page


def test_the_database_holds_that_a_lost_right_has_its_reason_and_what_follows() -> None:
    line = a_line()
    file = line.active(entitlement_ends_on=ENDS)
    for columns in ({"after_loss": "end"}, {"price_after": 3}, {"right_lost_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ConnectionFile.objects.filter(pk=file.pk).update(**columns)
