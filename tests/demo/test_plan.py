"""What the full demonstration is made of, told from its plan: nothing is played."""

from collections import Counter
from random import Random

import pytest

from demo.cast import WORKSHOPS
from demo.catalogue import rows
from demo.context import SLOWNESS, Story
from demo.convention_plan import deals
from demo.conventions import STEPS
from demo.drawing import Press
from demo.homes import Homes
from demo.management.commands.seed_demo import DEVICES
from demo.story import begin_story, plan
from lifecycle.references import drawn_from
from network.enums import OrganisationKind
from network.models import Commune, Epci, Organisation
from tests.demo.departements import AS_OF, load_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    load_world()
    with drawn_from(Random(59)):
        return begin_story(as_of=AS_OF, seed=59, press=Press())


def test_fifteen_hundred_devices_and_four_hundred_households_over_twelve_months(story: Story) -> None:
    lots, asks = plan(story, Homes(story.cast, story.rng), DEVICES)
    assert DEVICES <= sum(lot.size for lot in lots) < DEVICES + 80
    assert len(asks) == 400
    people = {(ask.home.person["last_name"], ask.home.person["first_name"]) for ask in asks}
    assert len(people) == len(asks)
    for days in ([lot.announced for lot in lots], [ask.opened for ask in asks]):
        assert len({(day.year, day.month) for day in days}) >= 12


def test_every_prescriber_writes_and_some_write_far_more(story: Story) -> None:
    _, asks = plan(story, Homes(story.cast, story.rng), DEVICES)
    counts = Counter(ask.prescriber for ask in asks)
    assert len(counts) == 20
    assert max(counts.values()) > 5 * min(counts.values())


def test_the_cast_is_the_one_of_a_departement(story: Story) -> None:
    def count(kind: OrganisationKind) -> int:
        return Organisation.objects.of_kind(kind).count()

    assert count(OrganisationKind.DONOR) == 12
    assert count(OrganisationKind.RECONDITIONER) == len(WORKSHOPS) == len(SLOWNESS) == 3
    assert count(OrganisationKind.PRESCRIBER) == 20
    assert Counter(story.cast.holders.values())["distributor"] == 2
    assert len(story.cast.points) > 2


def test_each_epci_has_a_convention_and_conventions_are_at_every_stage(story: Story) -> None:
    told = list(deals(story))
    assert {deal.epci for deal in told} == set(Epci.objects.values_list("siren", flat=True))
    assert {deal.until for deal in told} == set(STEPS)


def test_households_live_where_the_post_says() -> None:
    load_world()
    postcodes = {one.code: one.postcodes for one in Commune.objects.current()}
    for home in rows("homes"):
        assert home["postcode"] in postcodes[home["commune"]], home
    prescribers = {row["code"] for row in rows("organisations") if row["kinds"] == OrganisationKind.PRESCRIBER}
    assert {home["prescriber"] for home in rows("homes")} == prescribers
