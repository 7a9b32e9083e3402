"""The catalogue of offers: all its versions are read, a source that is old is to be read again, by whom."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_months
from connectivity.enums import Channel
from connectivity.models import Offer
from connectivity.parameters import OFFER_CHECK_MONTHS
from connectivity.prices import checked_since, reliability_of
from connectivity.services.offers import offers_of_the_day
from desk.models import ReferenceAction, ReferenceChange
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from reference.families import family_of
from tests.connectivity.lines import Line, make_offer
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.reference.values import make_value

pytestmark = pytest.mark.django_db


def pilot_client() -> Client:
    return acting(make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT))


def checked(days_after_limit: int) -> Offer:
    since = checked_since(timezone.localdate())
    return make_offer(checked_on=since + timedelta(days=days_after_limit))


def test_a_source_is_old_after_six_months_unless_told_otherwise() -> None:
    today = timezone.localdate()
    assert checked_since(today) == add_months(today, -6)
    old, fresh = checked(-1), checked(0)
    family = family_of(Offer)
    found = set(family.among("a-relire", today))
    assert old in found
    assert fresh not in found
    make_value(OFFER_CHECK_MONTHS, 12, today)
    assert old not in set(family.among("a-relire", today))


def test_an_old_source_is_told_with_the_offer_and_on_the_page_of_the_pilot() -> None:
    offer = checked(-1)
    since = checked_since(timezone.localdate())
    assert reliability_of(offer, since).startswith("Source à relire")
    assert reliability_of(make_offer(reliability="check", checked_on=since), since) == "À confirmer"
    worker = acting(make_membership(Role.WORKER, OrganisationKind.PRESCRIBER))
    assert "Source à relire" in read(worker, reverse("connectivity:offer_list"))
    assert "dont la source est à relire" in read(pilot_client(), reverse("desk:home"))


def test_the_pilot_says_that_it_was_read_today_and_by_which_source() -> None:
    offer, client = checked(-1), pilot_client()
    page = reverse("connectivity:offer_detail", args=[offer.code])
    assert "Vérifiée aujourd’hui" in read(client, page)
    url = reverse("desk:reference_check", args=[family_of(Offer).slug])
    answer = client.post(url, {"row": offer.pk, "source": "Site de l’opérateur", "suite": page})
    assert answer.url == page
    offer.refresh_from_db()
    assert (offer.checked_on, offer.source) == (timezone.localdate(), "Site de l’opérateur")
    trace = ReferenceChange.objects.get()
    assert trace.action == ReferenceAction.CHECKED
    assert "Site de l’opérateur" in trace.said
    client.post(url, {"row": offer.pk, "source": "", "suite": page})
    offer.refresh_from_db()
    assert offer.source == "Site de l’opérateur"


@pytest.mark.parametrize(
    ("source", "told"),
    [("x" * 251, "Cette source est trop longue"), ("a\0b", "Cette source porte un signe qui ne s’écrit pas")],
)
def test_a_source_that_does_not_fit_is_refused_with_a_sentence(source: str, told: str) -> None:
    offer, client = checked(-1), pilot_client()
    url = reverse("desk:reference_check", args=[family_of(Offer).slug])
    shown = client.post(url, {"row": offer.pk, "source": source}, follow=True).content.decode()
    assert told in shown
    offer.refresh_from_db()
    assert offer.source == "test"


def test_every_version_of_an_offer_is_read_by_those_whose_work_it_is() -> None:
    today = timezone.localdate()
    old = make_offer(code="une-offre", price="9.00", valid_to=today - timedelta(days=1))
    make_offer(code="une-offre", price="11.00", valid_from=today)
    url = reverse("connectivity:offer_detail", args=[old.code])
    worker = acting(make_membership(Role.WORKER, OrganisationKind.PRESCRIBER))
    page = read(worker, url)
    assert page.index("11\N{NO-BREAK SPACE}€") < page.index("9\N{NO-BREAK SPACE}€")
    assert "Vérifiée aujourd’hui" not in page
    assert worker.get(reverse("connectivity:offer_detail", args=["jamais-vue"])).status_code == 404
    donor = acting(make_membership(Role.CONTACT, OrganisationKind.DONOR))
    assert donor.get(url).status_code == 403


def test_an_offer_that_is_sold_no_more_is_told_so() -> None:
    gone = make_offer(valid_to=timezone.localdate() - timedelta(days=1))
    worker = acting(make_membership(Role.WORKER, OrganisationKind.PRESCRIBER))
    assert "n’est plus proposée" in read(worker, reverse("connectivity:offer_detail", args=[gone.code]))


def test_public_access_is_shown_beside_and_is_no_line_to_choose() -> None:
    line = Line()
    beside = make_offer(Channel.BESIDE, name="Wifi de la médiathèque", technology="public", price=0)
    need = line.need
    assert beside.pk not in {one.offer.pk for one in offers_of_the_day(need=need)}
    page = read(acting(line.worker), reverse("connectivity:connection_propose", args=[need.reference]))
    assert "À côté d’une ligne" in page
    assert "Wifi de la médiathèque" in page
    file = line.proposed()
    with pytest.raises(Refused, match="ne donne pas de ligne"):
        line.choose(file, beside)
    given = acting(line.worker).get(reverse("connectivity:comparison_sheet", args=[need.reference]))
    assert given.status_code == 200


def test_a_version_to_come_is_not_told_as_that_of_today() -> None:
    today = timezone.localdate()
    offer = make_offer(valid_to=today, name="Celle d’aujourd’hui")
    make_offer(code=offer.code, valid_from=today + timedelta(days=1), name="Celle de demain")
    ahead = make_offer(valid_from=today + timedelta(days=1))
    client = pilot_client()
    page = read(client, reverse("connectivity:offer_detail", args=[offer.code]))
    assert "À partir du" in page
    assert page.count(", aujourd’hui</h3>") == 0
    assert "Celle d’aujourd’hui" in page
    assert "n’est pas encore proposée" in read(client, reverse("connectivity:offer_detail", args=[ahead.code]))
