"""« D’après ce qui est noté »: the verdict of the day beside the steps, of the request and of each offer."""

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from connectivity.enums import Channel, ConditionRule, ProofKind, Technology
from network.models import Membership
from prescriptions.enums import FactKind
from prescriptions.models import Prescription
from tests.connectivity.lines import FIXED, ask, close_copper, make_offer
from tests.prescriptions.files import Circle
from tests.prescriptions.pages import acting, page_of, read

pytestmark = pytest.mark.django_db
STEPS = ("prescription_needs", "prescription_situation", "prescription_submit")
TITLE = "D’après ce qui est noté"


def told_to(actor: Membership, prescription: Prescription) -> str:
    """The block as this actor would read it."""
    request = RequestFactory().get("/")
    request.membership = actor  # type: ignore[attr-defined]
    block = Template("{% load prescriptions %}{% noted prescription %}")
    return block.render(Context({"request": request, "prescription": prescription}))


def test_the_verdict_of_the_day_is_told_from_the_needs_on_and_follows_the_first_fact() -> None:
    circle = Circle()
    client, draft = acting(circle.worker), circle.empty()
    for step in STEPS:
        page = read(client, page_of(draft, step))
        assert TITLE in page, step
        assert "Une seule suffit" in page, step
        assert "attestation de droits (RSA, ASS, AAH…)" in page, "what would change the answer is said"
    circle.see_fact(draft, FactKind.MINIMUM_INCOME)
    for step in STEPS:
        page = read(client, page_of(draft, step))
        assert "Une règle suffit, et elle est remplie" in page, step
        assert "Bénéficiaire d’un minimum social" in page, step
        assert page.count(TITLE) == 1
    assert TITLE not in read(client, page_of(draft, "prescription_person")), "nothing is asked yet"


def test_each_offer_of_the_needs_asked_is_told_with_what_it_lacks_and_the_copper_of_the_household() -> None:
    circle = Circle()
    offer, copper = make_offer(), make_offer(Channel.OWN_SUBSCRIPTION, technology=Technology.COPPER)
    ask(offer, ConditionRule.MINIMUM_INCOME, proof=ProofKind.INCOME_CERTIFICATE, fresh_days=180)
    ask(copper, ConditionRule.COPPER_OPEN, proof=ProofKind.NONE)
    make_offer(kinds=["mobile_connection"], name="Offre mobile")
    close_copper(circle.commune, timezone.localdate() + timedelta(days=100))
    draft = circle.draft(((FIXED, "paperwork"),))
    told = told_to(circle.worker, circle.draft(()))
    assert str(offer) not in told, "no line is asked for"
    told = told_to(circle.worker, draft)
    assert str(offer) in told
    assert "Oui" in told, "a minimum income was seen"
    assert "ne se vend plus" in told, "where the household lives, before the file is submitted"
    assert "Offre mobile" not in told


def test_a_relay_reads_nothing_of_it() -> None:
    circle = Circle()
    accepted = circle.accepted()
    assert TITLE in told_to(circle.adviser, accepted)
    assert told_to(circle.relay, accepted).strip() == ""
