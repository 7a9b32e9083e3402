"""A line changes its offer and keeps its file: what it had before stays readable, as it was when chosen."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from connectivity.enums import Channel, ConnectionState, EvidenceKind, LineNews, OfferAgreement
from connectivity.models import ConnectionFile, ConnectionPaper, LineNotice, Offer
from connectivity.services.lines import change_offer_connection
from connectivity.views.line_sheet import spans_of
from documents.models import Mail
from lifecycle.exceptions import Refused, Unknown
from prescriptions.models import Need
from tests.connectivity.lines import Line, again, make_offer
from tests.pages import acting, read

pytestmark = pytest.mark.django_db
S = ConnectionState


def change(line: Line, file: ConnectionFile, offer: Offer, **given: Any) -> ConnectionFile:
    values: dict[str, Any] = {
        "actor": line.worker, "agreement": OfferAgreement.PHONE, "started_on": line.today(),
        "monthly_price": Decimal("15.99"), "evidence_kind": EvidenceKind.CONTRACT, "evidence_on": line.today(),
        "evidence_reference": "C-77",
    }  # fmt: skip
    return change_offer_connection(connection=file, offer=offer, **values | given)


def other(**columns: Any) -> Offer:
    return make_offer(Channel.OWN_SUBSCRIPTION, **{"entitlement_months": 24, "price": Decimal("15.99")} | columns)


def test_the_file_and_its_need_stay_the_offers_follow_each_other() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    file, second, third = line.active(), other(), other()
    changed = change(line, file, second)
    assert (changed.pk, changed.state, changed.offer) == (file.pk, S.ACTIVE, second)
    assert changed.entitlement_ends_on is not None
    assert Need.objects.get(pk=line.need.pk).state == "met"
    change(line, changed, third, actor=line.adviser, monthly_price=Decimal(7))
    spans = spans_of(again(file))
    assert [(one.offer, one.price) for one in spans] == [
        (third, Decimal(7)), (second, Decimal("15.99")), (line.offer, Decimal("9.90")),
    ]  # fmt: skip
    assert spans[0].until is None
    assert all(one.until == line.today() for one in spans[1:])


def test_an_offer_that_changes_afterwards_is_shown_as_it_was_when_chosen() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    file = line.active()
    former = line.offer
    Offer.objects.filter(pk=former.pk).update(valid_to=line.today() - timedelta(days=1))
    newer = make_offer(
        Channel.OWN_SUBSCRIPTION, code=former.code, name="Nom nouveau", price=Decimal(99), valid_from=line.today()
    )
    page = read(acting(line.worker), reverse("connectivity:connection_detail", args=[file.reference]))
    assert former.name in page
    assert newer.name not in page
    change(line, file, newer, monthly_price=Decimal(99))
    page = read(acting(line.worker), reverse("connectivity:connection_detail", args=[file.reference]))
    assert former.name in page
    assert newer.name in page


def test_what_is_wrong_is_refused_with_what_to_do() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    file = line.active()
    yesterday, tomorrow = line.today() - timedelta(days=1), line.today() + timedelta(days=1)
    wrong: list[tuple[Offer, dict[str, Any], str]] = [
        (line.offer, {}, "another_offer"),
        (make_offer(), {}, "without_desk"),
        (other(kinds=["mobile_connection"]), {}, "offer_kind"),
        (other(valid_to=yesterday), {}, "offer"),
        (other(), {"agreement": ""}, "agreement"),
        (other(), {"started_on": tomorrow}, "started"),
        (other(), {"started_on": yesterday}, "changed_after"),
        (other(), {"evidence_on": tomorrow}, "evidence_on"),
        (other(), {"evidence_on": yesterday}, "evidence_of_change"),
        (other(), {"evidence_kind": EvidenceKind.OPERATOR}, "evidence"),
        (other(), {"monthly_price": Decimal(-1)}, "price"),
        (other(price=None), {}, "price_told"),
    ]
    for offer, given, code in wrong:
        with pytest.raises(Refused) as refused:
            change(line, file, offer, **given)
        assert code in {reason.code for reason in refused.value.all}, code
    assert again(file).offer == line.offer


def test_who_may_not_change_an_offer() -> None:
    line = Line()
    file = line.active()
    for actor in (line.agent, line.pilot):
        with pytest.raises(PermissionDenied):
            change(line, file, other(), actor=actor)
    with pytest.raises(Unknown):
        change(line, file, other(), actor=Line().worker)


def test_the_former_operator_sees_the_line_no_more_and_the_family_is_told_with_a_new_sheet() -> None:
    line = Line(person={"contact_channel": "email"})
    file = line.active()
    assert ConnectionFile.objects.visible_to(line.agent).filter(pk=file.pk).exists()
    sheets = ConnectionPaper.objects.filter(file=file, kind="family").count()
    offer = other()
    change(line, file, offer)
    assert not ConnectionFile.objects.visible_to(line.agent).filter(pk=file.pk).exists()
    assert ConnectionPaper.objects.filter(file=file, kind="family").count() == sheets + 1
    mail = Mail.objects.get(to=[line.need.prescription.household.email], subject="Votre nouvelle offre")
    assert offer.name in mail.body
    told = LineNotice.objects.filter(file=file).order_by("pk").values_list("about", flat=True)
    assert list(told) == [LineNews.VISIT, LineNews.CHANGED]


def test_the_page_offers_what_may_follow_and_does_it() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    file, offer, desk = line.active(), other(), make_offer()
    client, url = acting(line.worker), reverse("connectivity:connection_change_offer", args=[file.reference])
    page = read(client, url)
    assert offer.name in page
    assert desk.name not in page
    data = {
        "offer": offer.pk, "agreement": "phone", "started_on": line.today(), "monthly_price": "15,99",
        "evidence_kind": "contract", "evidence_on": line.today(), "evidence_reference": "C-1",
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    assert again(file).offer == offer


def test_a_line_without_internet_is_told_as_such_among_what_may_follow() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    file = line.active()
    other(gives="phone")
    page = read(acting(line.worker), reverse("connectivity:connection_change_offer", args=[file.reference]))
    assert "ne répond pas à ce besoin\u00a0: le téléphone, sans Internet" in page


def test_where_nothing_may_follow_the_page_says_so() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    file = line.active()
    Offer.objects.exclude(pk=line.offer.pk).update(valid_to=line.today() - timedelta(days=1))
    url = reverse("connectivity:connection_change_offer", args=[file.reference])
    assert "Aucune autre offre du jour" in read(acting(line.worker), url)
