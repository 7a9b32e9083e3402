"""Calls before copper closes: the pilot makes a campaign where it closes next, those who follow the households call."""

from datetime import datetime, timedelta

from django.utils import timezone

from connectivity.enums import CallResult
from connectivity.models import CampaignHousehold, CopperClosure
from connectivity.services.campaigns import create_campaign, note_call, write_script
from demo.agenda import Thread
from demo.calendar import working_day
from demo.context import Story
from network.enums import Role

CREATED = 20
"""So many working days before the end of the story."""
SCRIPT = (
    "Bonjour, je vous appelle au sujet de votre téléphone fixe ou de votre ADSL.\n"
    "Le réseau cuivre s’arrête bientôt dans votre commune\u00a0: cette ligne ne marchera plus.\n"
    "Nous pouvons chercher ensemble une offre par la fibre ou le mobile, à prix réduit."
)
MORE = "\nAvez-vous déjà reçu un courrier de votre opérateur\u00a0? Gardez-le, on le lira ensemble."
GIVES = (
    (CallResult.REACHED, "Intéressée par une offre à prix réduit."),
    (CallResult.CALL_BACK, "Au travail, plutôt le soir."),
    (CallResult.NO_ANSWER, "Messagerie pleine."),
    (CallResult.ELSEWHERE, "A déjà la fibre chez son fils."),
)


def calls(story: Story) -> Thread:
    """A campaign in the EPCI where copper closes next, whose callers have begun."""
    pilot = story.cast.people["departement", Role.PILOT][0]
    closing = CopperClosure.objects.on(story.last).filter(technical_on__gt=story.last)
    soon = closing.select_related("commune__epci").order_by("technical_on", "commune__code").first()
    if soon is None:
        return
    now = story.moment(story.back(CREATED))
    yield now
    campaign = create_campaign(
        actor=pilot,
        title=f"Fin du cuivre, {soon.commune.epci.short_name}",
        closes_by=soon.technical_on,
        script=SCRIPT,
        epci=soon.commune.epci,
        at=now,
    )
    for rank, target in enumerate(list(campaign.households.select_related("caller").order_by("pk")[: len(GIVES)])):
        now = story.moment(working_day(story.back(CREATED), 3 * (rank + 1)))
        yield now
        if rank == 1:
            write_script(actor=pilot, campaign=campaign, script=SCRIPT + MORE, at=now)
        _call(target, rank, now)


def _call(target: CampaignHousehold, rank: int, now: datetime) -> None:
    result, note = GIVES[rank]
    day = timezone.localdate(now)
    again = day + timedelta(days=30) if result == CallResult.CALL_BACK else None
    if target.caller is not None:
        note_call(actor=target.caller, target=target, result=result, next_on=again, note=note, at=now)
