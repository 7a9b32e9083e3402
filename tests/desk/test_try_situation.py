"""« Essayer une situation »: the page answers what a real file of the day would be answered; nothing is kept."""

import random
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from connectivity.enums import ConditionRule, ProofKind
from connectivity.models import OfferCondition
from connectivity.services.connections import propose_connection
from connectivity.services.offers import OfferProposal, conditions_to_show, offers_of_the_day
from connectivity.services.proofs import record_proof
from desk.situation import SituationAnswer
from lifecycle.unkept import UNKEPT
from network.models import Organisation
from prescriptions.enums import FactKind, NeedKind, NeedUse
from prescriptions.models import EligibilityRule, FactBand, Need, Prescription
from prescriptions.services.needs import ask_need
from prescriptions.services.prescriptions import evaluate
from tests.connectivity.lines import ask, close_copper, make_offer
from tests.given import load_reference
from tests.network.factories import make_membership
from tests.prescriptions.files import Circle, load_settings
from tests.prescriptions.pages import acting, read
from tests.screens import NARROW, Look, sign_in

pytestmark = pytest.mark.django_db
GONE = "n’est plus en activité"
FIXED, MOBILE = NeedKind.FIXED_CONNECTION, NeedKind.MOBILE_CONNECTION
URL = "/eligibilite/"


@pytest.fixture
def catalogue(db: None) -> None:
    """The rules, bands, prices and offers of the reference files."""
    load_settings()
    load_reference("conventions", "connectivity")


def asks_for_more() -> None:
    """Offers that ask for what those of the reference files do not."""
    for ceiling in (400, 1000):
        ask(make_offer(), ConditionRule.FAMILY_QUOTIENT, proof=ProofKind.CAF_CERTIFICATE, ceiling=Decimal(ceiling))
    both = make_offer(kinds=[FIXED, MOBILE], price=None)
    ask(both, ConditionRule.COPPER_OPEN, proof=ProofKind.NONE, fresh_days=None)
    ask(make_offer(kinds=[MOBILE]), ConditionRule.BANK_ACCOUNT, proof=ProofKind.BANK_DETAILS, fresh_days=None)


def answered(client: Client, **typed: Any) -> SituationAnswer:
    found: SituationAnswer = client.get(URL, typed).context["answer"]
    return found


def weighed(proposals: Iterable[OfferProposal]) -> list[Any]:
    return [(one.offer, one.verdict, [finding.met for finding in one.assessment.findings]) for one in proposals]


def drawn(chance: random.Random, day: date) -> dict[str, str]:
    """Facts at random: ``{kind: code of its band, or nothing}``."""
    facts = {}
    for kind in dict.fromkeys(rule.kind for rule in EligibilityRule.objects.rules_on(day)):
        bands = list(FactBand.objects.of_kind(kind, day))
        if chance.random() < 0.5:
            facts[kind] = chance.choice(bands) if bands else ""
    return facts


def filed(circle: Circle, facts: dict[str, str]) -> Prescription:
    """A real file on which these facts were noted, for two lines, accepted whatever the rules say."""
    draft = circle.empty()
    for kind, band in facts.items():
        circle.see_fact(draft, kind, band=band)
    if not facts:
        circle.see_fact(draft, FactKind.SOCIAL_SUPPORT)  # no rule looks at it, and a file holds a fact at least
    for kind in (FIXED, MOBILE):
        ask_need(actor=circle.worker, prescription=draft, kind=kind, use=NeedUse.PAPERWORK)
    circle.agree(draft)
    return circle.accept(circle.submit(draft), motive="Pour l’essai.")


def offered(circle: Circle, need: Need, shown: list[str]) -> list[Any]:
    """What the offers of the day say of a real need once these conditions were seen to hold."""
    file = propose_connection(actor=circle.worker, need=need)
    for rule, proof in set(OfferCondition.objects.filter(rule__in=shown).values_list("rule", "proof")):
        day = timezone.localdate()
        record_proof(actor=circle.worker, connection=file, rule=rule, proof=proof, dated_on=day)
    return weighed(offers_of_the_day(need=need, file=file))


@pytest.mark.parametrize("seed", range(12))
def test_the_page_answers_what_a_real_file_is_answered_that_day(client: Client, catalogue: None, seed: int) -> None:
    asks_for_more()
    chance, day, circle = random.Random(seed), timezone.localdate(), Circle()
    facts = drawn(chance, day)
    shown = [rule for rule in conditions_to_show(day) if chance.random() < 0.5]
    if chance.random() < 0.7:
        close_copper(circle.commune, day + timedelta(days=chance.choice([100, 700])))
    prescription = filed(circle, facts)

    banded = {kind: band for kind, band in facts.items() if band}
    ticked = {"fait": [kind for kind in facts if kind not in banded], "condition": shown}
    needs = {"besoin": ["computer", FIXED, MOBILE]}
    answer = answered(client, **needs, **banded, **ticked, commune=circle.commune.name)

    real = evaluate(prescription=prescription)
    assert answer.evaluation.verdict == real.verdict
    assert [(line.code, line.outcome) for line in answer.evaluation.lines] == [
        (line.code, line.outcome) for line in real.lines
    ]
    assert [(kind, weighed(proposals)) for kind, proposals in answer.offers] == [
        (NeedKind(need.kind).label, offered(circle, need, shown)) for need in prescription.needs.order_by("pk")
    ]


def test_a_visitor_is_told_yes_no_or_maybe_with_the_price_and_the_age_of_each_proof(
    client: Client, catalogue: None
) -> None:
    maybe = read(client, f"{URL}?besoin=computer&besoin=fixed_connection")
    for told in (
        "Peut-être", "Une seule suffit", "attestation de droits (RSA, ASS, AAH…)",
        "ordinateur portable, 180\u00a0€ au plus",
        "15,99\u00a0€ par mois", "prix à confirmer", "6,49\u00a0€ par mois, à confirmer",
        "Attestation de la CAF ou de la MSA de moins de 90 jours à regarder", "C’est une personne qui décide",
    ):  # fmt: skip
        assert told in maybe, told
    yes = answered(client, besoin="computer", fait="minimum_income")
    assert yes.in_short == "La demande\u00a0: oui."
    no = read(client, f"{URL}?besoin=computer&reste_a_vivre=rav_450")
    assert "Parce que cette règle n’est pas remplie" in no
    assert "Une seule de ces choses" in no
    assert answered(client, besoin="computer", reste_a_vivre="rav_450").in_short == "La demande\u00a0: non."


def test_nothing_is_written_nor_kept_and_no_session_begins(client: Client, catalogue: None) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        response = client.get(URL, {"besoin": ["computer", FIXED, MOBILE], "fait": "job_seeker", "commune": "Lutèce"})
    assert {query["sql"].split()[0] for query in asked} == {"SELECT"}
    assert len(asked) < 20
    assert not client.cookies
    assert response.headers["Cache-Control"] == UNKEPT
    assert "HX-Request" in response.headers["Vary"]
    assert client.post(URL).status_code == 405


def test_a_script_is_given_the_answer_alone_with_what_is_said_aloud(client: Client, catalogue: None) -> None:
    part = client.get(URL, {"besoin": "computer"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'id="en-bref" data-hx-swap-oob="innerHTML">La demande\u00a0: peut-être.' in part
    assert "Peut-être" in part
    assert "la-commune" not in part
    several = client.get(URL, {"besoin": "computer", "commune": "zzz"}, headers={"HX-Request": "true"})
    assert 'id="la-commune" data-hx-swap-oob="true"' in several.content.decode()


@pytest.mark.parametrize(
    "typed", ["besoin=yacht", "besoin=computer&quotient_familial=qf_0", "besoin=computer&fait=nom"]
)
def test_a_code_that_is_not_of_the_day_is_said_and_breaks_nothing(client: Client, catalogue: None, typed: str) -> None:
    response = client.get(f"{URL}?{typed}")
    assert response.status_code == 200
    assert "À préciser" in response.content.decode()


def test_before_a_need_is_ticked_the_page_asks_for_one(client: Client, catalogue: None) -> None:
    assert "Cochez d’abord ce qui manque" in read(client, URL)
    assert "À préciser" not in read(client, URL)
    assert "au moins une case" in read(client, f"{URL}?fait=job_seeker")


def test_the_page_is_opened_from_the_first_pages_and_before_anything_is_written_of_a_person(client: Client) -> None:
    circle = Circle()
    assert f'href="{URL}"' in read(client, "/")
    worker = acting(circle.worker)
    assert f'href="{URL}"' in read(worker, "/")
    first = read(worker, reverse("prescriptions:prescription_create"))
    assert "Essayez la situation avant d’écrire quoi que ce soit" in first
    assert f'href="{URL}"' in first
    assert "parlez-en à un travailleur social" in read(client, f"{URL}?besoin=computer")
    assert "parlez-en à un travailleur social" not in read(worker, f"{URL}?besoin=computer")
    for kind, role in (("donor", "contact"), ("departement", "pilot")):
        assert acting(make_membership(role, kind)).get(URL).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_answer_follows_what_is_ticked_and_the_page_is_whole_at_320_pixels(open_page: Callable[..., Page]) -> None:
    circle = Circle()
    load_reference("conventions", "connectivity")
    page = open_page(viewport=NARROW)
    look = Look(page)
    look.at(URL)
    status = page.locator("#en-bref")
    page.get_by_label("Ordinateur").check()
    expect(status).to_have_text("La demande\u00a0: peut-être.")
    page.get_by_label("Demandeur d’emploi").check()
    expect(status).to_have_text("La demande\u00a0: oui.")
    page.get_by_label("Connexion fixe").check()
    expect(page.get_by_role("region", name="Réponse des règles du jour")).to_contain_text("Coup de pouce Internet")
    look.again()
    page.get_by_label("Commune", exact=True).fill("commune")
    page.get_by_label("Commune", exact=True).blur()
    page.get_by_role("radio", name=circle.commune.name).check()
    expect(page.get_by_text(f"à {circle.commune.name}")).to_be_visible()
    assert "?" not in page.url, "what is ticked stays out of the history of the browser"
    sign_in(page, circle.worker)
    look.at(f"{URL}?besoin=computer&besoin=mobile_connection&fait=minimum_income")


def test_a_visitor_is_told_that_the_operator_of_an_offer_closed() -> None:
    load_settings()
    load_reference("conventions", "connectivity")
    offer = make_offer()
    Organisation.objects.filter(pk=offer.operator_id).update(is_active=False)
    assert GONE in read(Client(), f"{URL}?besoin={FIXED}")
