"""A right said lost of the wrong line, or renewed until a wrong day: it is put right, and the household told."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import AfterLoss, Channel, LineNews, NewsOutcome, RightLoss
from connectivity.models import LineNotice
from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from prescriptions.enums import ContactChannel
from tests.connectivity.lines import Line, again
from tests.connectivity.test_line_rights import ENDS, a_line, lost, noon
from tests.pages import acting, done, read
from typography.french import written_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code for reason in refused.value.all}


def test_a_right_said_lost_on_the_wrong_line_is_kept_and_the_household_that_was_told_learns_it() -> None:
    line = a_line(ContactChannel.EMAIL)
    file = lost(line, line.active(entitlement_ends_on=ENDS), AfterLoss.FULL_PRICE, price_after=30)

    kept = gate.apply(file, "correct_right", actor=line.worker, at=line.at, entitlement_ends_on=ENDS)

    assert (kept.right_lost_at, kept.after_loss, kept.price_after, kept.entitlement_ends_on) == (None, "", None, ENDS)
    mail = Mail.objects.filter(to=[line.need.prescription.household.email]).latest("pk")
    assert f"Vous gardez votre tarif jusqu’au {written_day(ENDS)}." in mail.body
    assert "erreur" in mail.body
    run_clock(at=noon(ENDS + timedelta(days=1)))
    assert again(file).monthly_price == kept.monthly_price


def test_a_wrong_last_day_is_corrected_without_another_proof_and_recalled_again() -> None:
    line = a_line()
    file = line.active(entitlement_ends_on=ENDS + timedelta(days=365))
    page = reverse("connectivity:connection_correct_right", args=[file.reference])
    assert "Le foyer est prévenu" in read(acting(line.worker), page)
    right = {"actor": line.worker, "at": line.at}
    same = file.entitlement_ends_on
    assert codes(lambda: gate.apply(file, "correct_right", **right, entitlement_ends_on=same)) == {"right_corrected"}
    past = line.today() - timedelta(days=1)
    assert codes(lambda: gate.apply(file, "correct_right", **right, entitlement_ends_on=past)) >= {"right_to_come"}
    for other in (line.adviser, line.pilot):
        with pytest.raises((PermissionDenied, Unknown)):
            gate.apply(file, "correct_right", actor=other, at=line.at, entitlement_ends_on=ENDS)

    gate.apply(file, "correct_right", **right, entitlement_ends_on=ENDS)

    assert again(file).entitlement_ends_on == ENDS
    (told,) = LineNotice.objects.filter(file=file)
    assert (told.about, told.outcome) == (LineNews.CORRECTED, "")
    run_clock(at=noon(ENDS - timedelta(days=60)))
    told.refresh_from_db()
    assert told.outcome == NewsOutcome.OVERTAKEN
    assert LineNotice.objects.latest("pk").about == LineNews.ENDING


def test_what_has_no_term_has_no_right_to_correct_and_the_page_of_a_lost_right_names_the_way_back() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION, offer_columns={"entitlement_months": None})
    file = line.active()
    day = line.today() + timedelta(days=30)
    assert codes(lambda: gate.apply(file, "correct_right", actor=line.worker, entitlement_ends_on=day)) == {"term"}
    named = Line(Channel.OWN_SUBSCRIPTION)
    active = named.active()
    page = reverse("connectivity:connection_lose_right", args=[active.reference])
    assert "«\u00a0Corriger le droit\u00a0»" in read(acting(named.worker), page)
    url = reverse("connectivity:connection_correct_right", args=[active.reference])
    gate.apply(active, "lose_right", actor=named.worker, right_loss=RightLoss.OTHER, after_loss=AfterLoss.END)
    done(acting(named.worker), url, entitlement_ends_on=again(active).entitlement_ends_on.isoformat())
    assert again(active).right_lost_at is None


def test_what_is_corrected_year_after_year_is_no_correction_without_the_proofs_seen_again() -> None:
    line = a_line()
    file = line.active(entitlement_ends_on=ENDS)
    later = ENDS + timedelta(days=4 * 365)
    gate.apply(file, "correct_right", actor=line.worker, at=line.at, entitlement_ends_on=later)
    line.circle.at = noon(later - timedelta(days=10))
    values = {"actor": line.worker, "at": line.at, "entitlement_ends_on": later + timedelta(days=4 * 365)}
    assert codes(lambda: gate.apply(file, "correct_right", **values)) == {"within_reach"}
    day = timezone.localdate(line.at)
    shorter = gate.apply(file, "correct_right", **values | {"entitlement_ends_on": day})
    assert shorter.entitlement_ends_on == day
    assert codes(lambda: gate.apply(file, "correct_right", **values | {"entitlement_ends_on": date.min})) >= {
        "right_to_come"
    }
