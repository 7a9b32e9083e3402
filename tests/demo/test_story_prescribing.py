"""The threads of those who prescribe and of what comes to an address, played to their end with the real cast."""

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from connectivity.models import MobileCoverage, TechnologyShare
from demo.agenda import raise_refusal
from demo.drawing import Press
from demo.prescribing import addresses, directory, sessions
from demo.story import begin_story
from lifecycle.references import drawn_from
from network.enums import AwarenessState
from network.models import AwarenessSession, Commune, Invitation, PublicService
from network.readers.territory import DATA, read_territory
from network.services.territory import load_territory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]


def test_structures_publish_sessions_are_held_and_each_commune_says_what_comes_there() -> None:
    load_territory(read_territory(DATA))
    with drawn_from(Random(1)), Press() as press:
        story = begin_story(as_of=timezone.localdate(), seed=1, press=press, refused=raise_refusal)
        for thread in (directory, sessions, addresses):
            story.agenda.add(thread(story))
        story.agenda.run(lambda now: None)

    services = PublicService.objects.in_directory()
    stale = services.to_confirm(timezone.localdate())
    assert 0 < stale.count() < services.count()
    states = set(AwarenessSession.objects.values_list("state", flat=True))
    assert states == set(AwarenessState)
    assert Invitation.objects.filter(organisation__name="Association Exemple Solidaire").exists()
    communes = Commune.objects.in_departement().current().count()
    assert TechnologyShare.objects.count() == MobileCoverage.objects.count() == 2 * communes
    assert {row.source[:13] for row in TechnologyShare.objects.all()} == {"Démonstration"}
    lived = {street.commune.pk for streets in story.cast.streets.values() for street in streets}
    nowhere = TechnologyShare.objects.filter(share=0)
    assert nowhere.exists()
    assert not nowhere.filter(commune__in=lived).exists()
    assert story.first < timezone.localdate() - timedelta(days=300)
