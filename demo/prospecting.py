"""A dozen organisations that may give, at every stage, and what EPCI are estimated to hold: all invented."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.agenda import Thread
from demo.calendar import local, working_day
from demo.context import Story
from desk.services.reference import add_version
from donations.enums import GiveUpReason, NextStep, SizeClass
from donations.models import OrganisationCount, Prospect
from donations.services import prospects
from lifecycle import gate
from network.enums import ExchangeChannel, LegalNature, Role
from network.models import Commune, Epci, Membership
from network.services.next_step import Exchange, Then
from reference.families import families

INVENTED = "Données inventées, ne prouve rien"
PER_THOUSAND = {
    SizeClass.UNDER_10: 30,
    SizeClass.UNDER_50: 6,
    SizeClass.UNDER_250: 1.4,
    SizeClass.UNDER_1000: 0.2,
    SizeClass.OVER_1000: 0.03,
}
"""Organisations of each size for a thousand inhabitants, in round figures made up for the demonstration."""


@dataclass(frozen=True)
class Act:
    """What is done of a prospect, so many working days before the end; ``then``: the next step, so many days before
    the end when positive, after it when negative."""

    verb: str
    back: int
    said: str = ""
    devices: int = 0
    then: tuple[NextStep, int] | None = None
    channel: ExchangeChannel = ExchangeChannel.PHONE


@dataclass(frozen=True)
class Lead:
    """Somebody who may give: where, how large, whom to call, what was done. ``epci``: whose manager follows it."""

    name: str
    commune: str
    size: SizeClass
    acts: tuple[Act, ...]
    seen: int
    nature: LegalNature = LegalNature.PRIVATE
    contact: str = "Service informatique"
    epci: str = ""
    becomes: str = ""
    first: tuple[NextStep, int] | None = None


N = NextStep
VISIT, EVENT = ExchangeChannel.VISIT, ExchangeChannel.EVENT
LEADS = (
    Lead("Imprimerie Exemple", "59350", SizeClass.UNDER_50, (), seen=12, first=(N.CALL, 4)),
    Lead("Garage Démo de la Lys", "59017", SizeClass.UNDER_10, (), seen=9, first=(N.CALL, -3)),
    Lead(
        "Papeterie Spécimen",
        "59559",
        SizeClass.UNDER_250,
        (Act("note", 8, "Personne au standard", then=(N.CALL, 2)),),
        15,
    ),
    Lead(
        "Banque Exemple du Nord",
        "59350",
        SizeClass.OVER_1000,
        (Act("meet", 20, "Renouvellement du parc au printemps", then=(N.DECISION, -8), channel=VISIT),),
        60,
        epci="200093201",
    ),
    Lead(
        "Sucrerie Démo de l’Escaut",
        "59606",
        SizeClass.UNDER_250,
        (Act("meet", 15, "Rencontrée au salon", then=(N.SEND, 3), channel=EVENT),),
        40,
    ),
    Lead(
        "Mairie de Démoville",
        "59512",
        SizeClass.UNDER_250,
        (
            Act("meet", 35, "Parc à remplacer cet été", channel=VISIT),
            Act("promise", 18, devices=60, then=(N.LOT, -10)),
        ),
        70,
        nature=LegalNature.PUBLIC,
        epci="200093201",
    ),
    Lead(
        "Chaudronnerie Exemple de Sambre",
        "59392",
        SizeClass.UNDER_250,
        (Act("meet", 30, channel=VISIT), Act("promise", 10, devices=25, then=(N.LOT, 1))),
        50,
        epci="200043396",
    ),
    Lead(
        "Laboratoire Démo des Dunes",
        "59183",
        SizeClass.UNDER_50,
        (Act("meet", 110, "Nous rappelle après son déménagement"),),
        130,
    ),
    Lead(
        "Lycée Spécimen du Douaisis",
        "59178",
        SizeClass.UNDER_250,
        (Act("meet", 150, channel=VISIT), Act("promise", 120, devices=40)),
        170,
        nature=LegalNature.PUBLIC,
    ),
    Lead("Menuiserie Exemple", "59122", SizeClass.UNDER_10, (Act("meet", 90), Act("give_up", 85)), 100),
    Lead(
        "Brasserie Démo des Flandres",
        "59295",
        SizeClass.UNDER_250,
        (Act("meet", 60, channel=EVENT), Act("promise", 45, devices=10), Act("link", 40)),
        75,
        becomes="brasserie",
    ),
    Lead(
        "Lycée Exemple de l’Escaut",
        "59606",
        SizeClass.UNDER_250,
        (Act("meet", 55, channel=VISIT), Act("link", 50)),
        70,
        nature=LegalNature.PUBLIC,
        becomes="lycee",
    ),
)
"""What is done with each; « Sans nouvelles » and « A annoncé un lot » come by themselves."""


def estimates(story: Story) -> Thread:
    """How many organisations of each size each EPCI has, as the pilot writes it once."""
    yield (at := local(working_day(story.first, 2), 11))
    family = next(one for one in families() if one.model is OrganisationCount)
    today = at.date()
    for epci in Epci.objects.living().order_by("siren"):
        for size, rate in PER_THOUSAND.items():
            row = OrganisationCount(
                epci=epci,
                size=size,
                organisations=round(epci.population * rate / 1000),
                valid_from=today,
                source=INVENTED,
                checked_on=today,
            )
            add_version(family=family, row=row, by=story.cast.pilot, at=at)


def add_prospects(story: Story) -> None:
    """Each lives its life."""
    for rank, lead in enumerate(LEADS):
        story.agenda.add(_live(story, lead, rank), about=f"prospect {rank}")


def _live(story: Story, lead: Lead, rank: int) -> Iterator[datetime]:
    actor = story.cast.people[lead.epci, Role.MANAGER][0] if lead.epci else story.cast.pilot
    yield (at := _on(story, lead.seen, rank))
    row = prospects.create_prospect(
        actor=actor,
        name=lead.name,
        legal_nature=lead.nature,
        size=lead.size,
        commune=Commune.objects.get(code=lead.commune),
        contact_name=lead.contact,
        contact_phone="03 00 00 00 00",
        then=_then(story, lead.first, actor),
        at=at,
    )
    for act in lead.acts:
        yield (at := _on(story, act.back, rank))
        _do(story, row, lead, act, actor=actor, at=at)


def _do(story: Story, row: Prospect, lead: Lead, act: Act, *, actor: Membership, at: datetime) -> None:
    exchange = Exchange(at.date(), act.channel, act.said, _then(story, act.then, actor))
    match act.verb:
        case "note":
            prospects.note_prospect(actor=actor, prospect=row, exchange=exchange, at=at)
        case "meet":
            prospects.meet_prospect(actor=actor, prospect=row, exchange=exchange, at=at)
        case "promise":
            prospects.promise_prospect(actor=actor, prospect=row, exchange=exchange, devices=act.devices, at=at)
        case "give_up":
            gate.apply(row, "give_up", actor=actor, at=at, reason=GiveUpReason.NOTHING)
        case "link":
            gate.apply(row, "link", actor=actor, at=at, organisation=story.cast.organisations[lead.becomes])


def _on(story: Story, back: int, rank: int) -> datetime:
    """An instant of the morning so many working days before the end, the first day of the story at the earliest."""
    return local(max(story.back(back), story.first), 9, 5) + timedelta(minutes=7 * rank, seconds=back)


def _then(story: Story, then: tuple[NextStep, int] | None, owner: Membership) -> Then:
    if then is None:
        return Then()
    step, back = then
    return Then(step, working_day(story.last, -back), owner)
