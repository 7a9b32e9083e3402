"""The offers of a household side by side: what they cost over a year or two, and the sheet to give."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.urls import reverse

from connectivity.enums import Access, Channel, LineGives, PricePeriod, Reliability
from connectivity.models import Offer, TechnologyShare
from connectivity.prices import cost_over
from connectivity.services.offers import offers_of_the_day
from network.enums import OrganisationKind, Role
from network.models import Organisation
from prescriptions.enums import NeedKind
from tests.connectivity.lines import DAY, Line, ask, make_offer, reach
from tests.given import load_reference
from tests.network.factories import make_membership
from tests.pages import acting, read

SURE = {"price": Decimal("15.99"), "setup_fee": Decimal(0), "entitlement_months": None}


@pytest.mark.parametrize(
    ("columns", "year", "two_years"),
    [
        (SURE, "191,88\u00a0€", "383,76\u00a0€"),
        (SURE | {"setup_fee": Decimal(49)}, "240,88\u00a0€", "432,76\u00a0€"),
        (SURE | {"setup_fee": None}, "au moins 191,88\u00a0€", "au moins 383,76\u00a0€"),
        (SURE | {"entitlement_months": 12}, "191,88\u00a0€", "383,76\u00a0€, si le droit est renouvelé"),
        (SURE | {"price_max": Decimal(20)}, "191,88 à 240\u00a0€", "383,76 à 480\u00a0€"),
        (SURE | {"price": Decimal(2), "period": PricePeriod.RECHARGE}, "24\u00a0€, à une recharge par mois", "48"),
        (SURE | {"price": None}, "None", "None"),
    ],
)
def test_a_cost_counts_fees_once_and_says_what_it_does_not_know(
    columns: dict[str, Any], year: str, two_years: str
) -> None:
    offer = Offer(**{"period": PricePeriod.MONTH, **columns})
    assert str(cost_over(offer, 12)) == year
    assert str(cost_over(offer, 24)).startswith(two_years)


def sheet(line: Line, who: object = None) -> str:
    """What the page to give says."""
    url = reverse("connectivity:comparison_sheet", args=[line.need.reference])
    answer = acting(who or line.worker).get(url)  # type: ignore[arg-type]
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    document = pypdfium2.PdfDocument(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "\n")


@pytest.mark.django_db
def test_what_is_possible_comes_first_then_the_cheapest_over_a_year_and_an_unknown_price_last() -> None:
    line = Line()
    free = {"channel": Channel.OWN_SUBSCRIPTION}
    cheap_a_month = make_offer(**free, name="Petit prix", price=Decimal(5), setup_fee=Decimal(100))
    cheap_a_year = make_offer(**free, name="Sans frais", price=Decimal(9), setup_fee=Decimal(0))
    unknown = make_offer(**free, name="Mystère", price=None, reliability=Reliability.CHECK)
    asked = make_offer(**free, name="Sous condition", price=Decimal(1))
    ask(asked)

    told = [one.offer for one in offers_of_the_day(need=line.need)]

    assert [one for one in told if one in (cheap_a_month, cheap_a_year, unknown, asked)] == [
        cheap_a_year,
        cheap_a_month,
        unknown,
        asked,
    ]


@pytest.mark.django_db
def test_a_line_that_gives_no_internet_comes_after_those_that_do_and_says_so() -> None:
    line = Line()
    reach(line.circle.commune, Access.COPPER)
    free = {"channel": Channel.OWN_SUBSCRIPTION}
    phone = make_offer(**free, name="Réduction téléphone", price=Decimal(1), technology="copper", gives="phone")
    dear = make_offer(**free, name="Internet cher", price=Decimal(30), technology="copper")
    unsure = make_offer(**free, name="Internet à voir", price=Decimal(5), technology="copper")
    ask(unsure)
    beyond = make_offer(**free, name="Internet ailleurs", price=Decimal(5), technology="fibre")
    TechnologyShare.objects.create(
        commune=line.circle.commune, access=Access.FIBRE, share=0, observed_on=DAY, valid_from=DAY, source="test",
        checked_on=DAY,
    )  # fmt: skip

    told = offers_of_the_day(need=line.need)
    ours = [one.offer for one in told if one.offer in (phone, dear, unsure, beyond)]
    assert ours == [dear, unsure, phone, beyond], "what is impossible stays last"

    client, file = acting(line.worker), line.proposed()
    page = read(client, reverse("connectivity:connection_choose", args=[file.reference]))
    assert page.count("ne répond pas à ce besoin\u00a0: le téléphone, sans Internet") == 2, "in the table, when chosen"
    assert page.count("Ne répond pas à ce besoin") == 1, "on its card"
    assert page.index(f"#offer-{unsure.pk}") < page.index(f"#offer-{phone.pk}")
    assert "Opérateur inventé – le téléphone, sans Internet" in " ".join(sheet(line).split())


@pytest.mark.django_db
def test_the_social_discount_on_the_telephone_is_known_to_give_no_internet() -> None:
    load_reference("connectivity")
    assert Offer.objects.get(code="telephonie-sociale").gives == LineGives.PHONE
    assert set(Offer.objects.exclude(code="telephonie-sociale").values_list("gives", flat=True)) == {LineGives.INTERNET}


@pytest.mark.django_db
def test_of_two_offers_as_cheap_the_one_that_costs_no_more_comes_first() -> None:
    line = Line()
    free = {"channel": Channel.OWN_SUBSCRIPTION, "price": Decimal(9)}
    unsure = make_offer(**free, name="A, frais inconnus", setup_fee=None)
    wide = make_offer(**free, name="B, de 9 à 30 €", setup_fee=Decimal(0), price_max=Decimal(30))
    sure = make_offer(**free, name="C, sans surprise", setup_fee=Decimal(0))

    told = [one.offer for one in offers_of_the_day(need=line.need)]

    assert [one for one in told if one in (unsure, wide, sure)] == [sure, wide, unsure]


@pytest.mark.django_db
def test_the_page_and_the_sheet_say_the_same_costs_and_the_sheet_names_nobody() -> None:
    line = Line()
    offer = make_offer(Channel.OWN_SUBSCRIPTION, name="Offre claire", price=Decimal("15.99"), setup_fee=None)
    ask(offer)
    household = line.need.prescription.household

    page = read(acting(line.worker), reverse("connectivity:connection_propose", args=[line.need.reference]))
    told = sheet(line)

    for said in ("moins 191,88", "383,76", "si le droit est renouvelé", "frais de mise en service à confirmer"):
        assert said in page.replace("\u00a0", " ").replace("&nbsp;", " ")
        assert said.split()[0] in told
    assert "Quittance de loyer" in told
    assert "Personne n’est payé pour recommander une offre" in " ".join(told.split())
    assert household.last_name not in told
    assert household.last_name.upper() not in told


@pytest.mark.django_db
def test_only_whoever_proposes_or_chooses_reads_the_sheet_and_its_reading_is_noted() -> None:
    line = Line()
    make_offer(Channel.OWN_SUBSCRIPTION)
    url = reverse("connectivity:comparison_sheet", args=[line.need.reference])
    before = line.need.prescription.household.accesses.count()

    assert sheet(line)
    assert line.need.prescription.household.accesses.count() == before + 1
    for stranger in (
        make_membership(Role.WORKER, OrganisationKind.PRESCRIBER),
        make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER),
        line.agent,
    ):
        assert acting(stranger).get(url).status_code in (403, 404)
    line.chosen()
    assert "Vos offres de connexion" in sheet(line)


@pytest.mark.django_db
def test_a_need_that_no_offer_answers_has_a_sheet_that_says_so() -> None:
    line = Line(kind=NeedKind.MOBILE_CONNECTION)
    make_offer(Channel.OWN_SUBSCRIPTION)
    assert "Aucune offre n’est possible aujourd’hui" in " ".join(sheet(line).split())


@pytest.mark.django_db
def test_the_sheet_says_that_the_operator_of_an_offer_closed() -> None:
    line = Line()
    assert line.offer
    Organisation.objects.filter(pk=line.operator.pk).update(is_active=False)
    assert f"{line.operator} n’est plus en activité" in " ".join(sheet(line).split())
