"""What a household is told of who reads what, held against every page, for every role."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from network.enums import ROLES_BY_KIND, Role
from network.enums import OrganisationKind as Kind
from network.models import Membership, Organisation
from prescriptions.enums import IdentityReason
from prescriptions.readers import READERS, HouseholdFact, Reader, who_reads_what
from prescriptions.services.households import open_identity
from prescriptions.services.prescriptions import agreement_text
from tests.desk.hostile import SHOWN
from tests.desk.test_walls_of_all_pages import (
    ANSWERED,
    ASKED,
    BORN,
    NAMES,
    NOTE,
    PROOF,
    STORY,
    UNSAID,
    Scenery,
    called_like_pieces_of_markup,
    read_everything,
)
from tests.network.factories import make_membership
from tests.prescriptions.files import load_settings

SIGNS: dict[HouseholdFact, tuple[str, ...]] = {
    HouseholdFact.NAME: (NAMES[0],),
    HouseholdFact.BIRTH: BORN,
    HouseholdFact.ADDRESS: ("rue des Abysses",),
    HouseholdFact.CONTACT: ("zephyrine@", "0699445566", "06 99 44 55 66"),
    HouseholdFact.MEMBERS: ("1 adulte, 2 enfants",),
    HouseholdFact.FACTS: (PROOF,),
    HouseholdFact.STORY: (STORY,),
    HouseholdFact.PHOTO: ("Un papier envoyé en photo",),
    HouseholdFact.NOTES: (NOTE,),
}
NEEDS = "one of its needs"
"""The sign of any reference of a need, or of its words."""
ALL_SIGNS = {*NAMES, *UNSAID, SHOWN, *(sign for signs in SIGNS.values() for sign in signs)}


@dataclass
class Read:
    """What somebody read in every page there is."""

    pages: list[tuple[str, int, frozenset[str]]]
    """``(address, status, which of the signs are in it)``."""

    @property
    def told(self) -> set[HouseholdFact]:
        """What the pages that opened say of the household; its needs are signs that the scenery gives."""
        shown = {sign for _, status, signs in self.pages if status == 200 for sign in signs}
        return {fact for fact in HouseholdFact if not shown.isdisjoint(SIGNS.get(fact, (NEEDS,)))}

    def showing(self, *signs: str) -> list[str]:
        """The addresses of what says one of these."""
        return [address for address, _, shown in self.pages if not shown.isdisjoint(signs)]

    def opened(self, start: str) -> list[str]:
        """The addresses of the pages that opened, which begin so."""
        return [address for address, status, _ in self.pages if status == 200 and address.startswith(start)]


def read_by(scenery: Scenery, person: Membership) -> Read:
    """What every page this person may ask for says of the household."""
    needs = [*scenery.served.needs.all(), *scenery.waiting.needs.all()]
    of_a_need = (*(need.reference for need in needs), "Ordinateur, études")
    pages = []
    for address, status, read in read_everything(scenery, person):
        shown = {sign for sign in ALL_SIGNS if sign in read}
        if any(sign in read for sign in of_a_need):
            shown.add(NEEDS)
        pages.append((address, status, frozenset(shown)))
    return Read(pages)


def of(scenery: Scenery, reader: Reader) -> Organisation | None:
    if reader.kind == Kind.RELAY:
        return scenery.territory.circle.relay.organisation
    if reader.reads == (HouseholdFact.NEEDS,):
        return scenery.offered.receiver
    return scenery.organisations.get(reader.kind)


def before_a_reason(scenery: Scenery, pilot: Membership) -> None:
    """Another pilot said why, and this one did more than an hour ago: neither opens anything now."""
    other = make_membership(Role.PILOT, Kind.DEPARTEMENT)
    open_identity(actor=other, household=scenery.household, reason=IdentityReason.CONTROL)
    an_hour_ago = timezone.now() - timedelta(minutes=61)
    open_identity(actor=pilot, household=scenery.household, reason=IdentityReason.CONTROL, at=an_hour_ago)


@pytest.mark.django_db
def test_each_reader_reads_what_the_agreement_says_and_nothing_else_and_its_prescriber_alone_the_story() -> None:
    """The pages that are walls for others do open: ``test_walls_of_all_pages`` is not made of wrong addresses."""
    scenery = called_like_pieces_of_markup()
    read: dict[tuple[Kind, Role], Read] = {}
    for reader in READERS:
        person = make_membership(reader.role, reader.kind, of(scenery, reader))
        if reader.beyond:
            before_a_reason(scenery, person)
        now = read_by(scenery, person)
        assert now.told == set(reader.reads), reader
        if reader.beyond:
            assert now.showing(*NAMES, *UNSAID) == []
            assert len(now.opened("! ")) > 5
            open_identity(actor=person, household=scenery.household, reason=IdentityReason.COMPLAINT)
            now = read_by(scenery, person)
            assert now.told == {*reader.reads, *reader.beyond}
        read.setdefault((reader.kind, reader.role), now)  # the first of two prescribers is the household's own

    relay = read.pop((Kind.RELAY, Role.ADVISER))
    assert relay.showing(*UNSAID) == []
    assert relay.opened("! /connexions/") == []

    mine = f"! /droits/{scenery.asked.reference}/"
    asked_of = read[Kind.DEPARTEMENT, Role.DPO]
    beyond = [*asked_of.showing(*NAMES, *UNSAID), *asked_of.opened("! ")]
    assert [address for address in beyond if not address.startswith(mine)] == [], "what he is asked"
    assert asked_of.showing(STORY) == [f"{mine}export.{kind}" for kind in ("pdf", "zip")], "what it asked itself"

    assert {kind for (kind, role), one in read.items() if one.showing(STORY) and role != Role.DPO} == {Kind.PRESCRIBER}
    told = {kind for (kind, _), one in read.items() if one.showing(ASKED, ANSWERED)}
    assert told == {Kind.PRESCRIBER, Kind.DISTRIBUTOR, Kind.DEPARTEMENT}
    named = {one: len(pages.showing(NAMES[0])) for one, pages in read.items()}
    assert all(count >= 2 for count in named.values()), named
    assert named[Kind.OPERATOR, Role.AGENT] < named[Kind.DISTRIBUTOR, Role.ADVISER], named
    shown = {address for pages in read.values() for address in pages.showing(SHOWN)}
    assert len(shown) > 50, "names do show: that none is taken for markup is not proven by empty pages"


def test_the_text_in_force_says_these_sentences_and_names_its_controller_and_its_ground(db: None) -> None:
    load_settings()
    text = agreement_text(at=timezone.now())
    assert text is not None
    assert who_reads_what() in text.body
    for words in ("Qui en répond. Le Département du Nord", "article 6, 1, e", "retirer votre accord", "www.cnil.fr"):
        assert words in text.body
    assert "les dates des justificatifs" not in text.body


@pytest.mark.django_db
def test_the_public_page_on_personal_data_names_the_same_readers_and_no_other(client: Client) -> None:
    page = unescape(client.get(reverse("desk:privacy")).content.decode())
    listed = re.findall(r"<li>(.*?)</li>", page.partition("Qui lit quoi")[2].partition("<h2>")[0])
    *told, silent = listed
    assert told == [reader.sentence for reader in READERS]
    assert silent.startswith("L’atelier, le donateur et l’intercommunalité ne vous connaissent pas")
    assert "lit votre nom pendant 60 minutes" in page
    assert all(fact.label in page for fact in HouseholdFact)


def test_every_other_role_reads_nothing_of_it_and_is_not_in_the_text() -> None:
    told = {(reader.kind, reader.role) for reader in READERS}
    silent = {(kind, role) for kind, roles in ROLES_BY_KIND.items() for role in roles} - told
    assert {kind for kind, _ in silent} >= {Kind.DONOR, Kind.RECONDITIONER, Kind.EPCI, Kind.FUNDER}
