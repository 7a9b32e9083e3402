"""Where one prescribes in the demonstration: the directory, sessions, and what comes to an address, all invented."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connectivity.enums import Access, CoverageLevel
from connectivity.models import MobileCoverage, TechnologyShare
from demo.agenda import Thread
from demo.calendar import local, working_day
from demo.context import Story
from lifecycle import gate
from network.demo import DOMAIN
from network.enums import LegalNature, OrganisationKind, Role, StructureKind
from network.models import AwarenessSession, Commune, Membership, PublicService
from network.services.awareness import convene_awareness, hold_awareness, invite_structure, plan_awareness
from network.services.directory import publish_public_service

INVENTED = "Démonstration\u00a0: chiffres inventés, ne disent rien de ces communes"
HOURS = "du lundi au vendredi de 9\u00a0h à 12\u00a0h, l’après-midi sur rendez-vous"
LINE = "03 00 00 00 00"
CONFIRMED = 30
"""So many working days before the end, most structures say again that their entry is right."""
SILENT = 5
"""One structure in so many does not: its entry is to be confirmed."""
HELD, CALLED_OFF, COMING = 45, 25, 12
"""How many working days before the end sessions are held or called off; after it, the next one."""
LEVELS = (CoverageLevel.VERY_GOOD, CoverageLevel.GOOD, CoverageLevel.VERY_GOOD, CoverageLevel.LIMITED)
OPERATORS = ("Orange", "SFR")
NEW = "Association Exemple Solidaire"


def directory(story: Story) -> Thread:
    """Each structure publishes its entry when the story begins; later most say that it is right still, one leaves."""
    yield (at := local(working_day(story.first, 4), 10))
    published: list[tuple[Membership, PublicService]] = []
    seldom: PublicService | None = None
    around = _around(story)
    for (code, role), people in sorted(story.cast.people.items()):
        organisation = story.cast.organisations[code]
        if role != Role.WORKER or OrganisationKind.PRESCRIBER not in organisation.kinds:
            continue
        communes = {street.commune.pk: street.commune for street in story.cast.streets[code]}
        communes |= {commune.pk: commune for commune in around.get(code, ())}
        if organisation.commune is not None:
            communes[organisation.commune.pk] = organisation.commune
        told: dict[str, Any] = {
            "actor": people[0],
            "organisation": organisation,
            "kind": _kind(code),
            "address": organisation.address,
            "phone": organisation.phone or LINE,
            "email": f"annuaire-{code}@{DOMAIN}",
            "hours": HOURS,
            "communes": communes.values(),
            "at": at,
        }
        published.append((people[0], publish_public_service(name="Accueil social", **told)))
        seldom = seldom or publish_public_service(name="Permanence du samedi", **told)
    yield (at := local(story.back(CONFIRMED), 16))
    for rank, (actor, entry) in enumerate(published):
        if rank % SILENT:
            gate.apply(entry, "confirm", actor=actor, at=at)
    if seldom is not None:
        gate.apply(seldom, "withdraw", actor=published[0][0], at=at)


def _around(story: Story) -> dict[str, list[Commune]]:
    """The communes of an EPCI, shared among the departmental services that stand there; nobody has the others."""
    standing: dict[int, list[str]] = {}
    for code, organisation in sorted(story.cast.organisations.items()):
        if _kind(code) == StructureKind.MNS and organisation.commune is not None and organisation.commune.epci_id:
            standing.setdefault(organisation.commune.epci_id, []).append(code)
    found: dict[str, list[Commune]] = {}
    for commune in Commune.objects.in_departement().current().filter(epci__in=standing).order_by("code"):
        codes = standing[commune.epci_id]
        found.setdefault(codes[int(commune.code) % len(codes)], []).append(commune)
    return found


def _kind(code: str) -> StructureKind:
    if code.startswith("mns"):
        return StructureKind.MNS
    return StructureKind.FRANCE_SERVICES if code == "france-services" else StructureKind.CCAS


def sessions(story: Story) -> Thread:
    """One session is held, from which a structure opens its account; one is called off, one is to come."""
    pilot, guests = story.cast.pilot, [story.cast.organisations["ccas"], story.cast.organisations["mns-fourmies"]]
    commune = guests[0].commune
    assert commune is not None
    yield (at := local(story.back(HELD + 20), 11))
    others = [(NEW, f"exemple-solidaire@{DOMAIN}"), ("Mairie d’Exempleville", "")]
    held = _planned(story, commune, story.back(HELD), at)
    convene_awareness(actor=pilot, awareness=held, organisations=guests, others=others, at=at)
    yield (at := local(story.back(HELD + 4), 11))
    dropped = _planned(story, commune, story.back(CALLED_OFF), at)
    convene_awareness(actor=pilot, awareness=dropped, organisations=guests[:1], at=at)
    yield (at := local(story.back(HELD), 17))
    keys = dict(held.guests.values_list("name", "pk"))
    came = {keys[guests[0].name]: 3, keys[NEW]: 2}
    hold_awareness(actor=pilot, awareness=held, came=came, besides=[("Épicerie solidaire inventée", 1)], at=at)
    yield (at := local(working_day(story.back(HELD), 1), 10))
    newcomer = held.guests.get(name=NEW)
    given: dict[str, Any] = {"legal_nature": LegalNature.ASSOCIATION, "guest": newcomer, "at": at}
    invite_structure(actor=pilot, email=f"responsable-exemple-solidaire@{DOMAIN}", **given)
    yield (at := local(working_day(story.back(CALLED_OFF), -2), 9))
    gate.apply(dropped, "cancel", actor=pilot, reason="few", at=at)
    yield (at := local(story.back(3), 15))
    coming = _planned(story, commune, working_day(story.last, COMING), at)
    convene_awareness(actor=pilot, awareness=coming, organisations=guests, at=at)


def _planned(story: Story, commune: Commune, day: date, at: Any) -> AwarenessSession:
    return plan_awareness(
        actor=story.cast.pilot,
        commune=commune,
        starts_at=local(day, 14),
        ends_at=local(day, 16),
        place="Salle des fêtes, place de l’Exemple",
        at=at,
    )


def addresses(story: Story) -> Thread:
    """What comes to each commune, drawn from its code: fibre nearly everywhere, none in a few where nobody lives."""
    yield local(working_day(story.first, 1), 8)
    lived = {street.commune.pk for streets in story.cast.streets.values() for street in streets}
    dated = {"valid_from": story.first, "checked_on": story.first, "observed_on": story.first - timedelta(days=30)}
    shares, levels = [], []
    for commune in Commune.objects.in_departement().current().order_by("code"):
        number = int(commune.code[-3:])
        fibre = 0 if number % 31 == 0 and commune.pk not in lived else min(100, 70 + number % 36)
        for access, share in ((Access.FIBRE, fibre), (Access.FIXED_4G, 40 + number % 55)):
            given = {"commune": commune, "access": access, "share": Decimal(share), "source": INVENTED, **dated}
            shares.append(TechnologyShare(**given))
        for rank, name in enumerate(OPERATORS):
            level = LEVELS[(number + rank) % len(LEVELS)]
            given = {"commune": commune, "operator_name": name, "level": level, "source": INVENTED, **dated}
            levels.append(MobileCoverage(**given))
    TechnologyShare.objects.bulk_create(shares)
    MobileCoverage.objects.bulk_create(levels)
