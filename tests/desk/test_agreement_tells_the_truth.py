"""What a household is told of who reads what, held against every page, for every role."""

import pytest
from django.utils import timezone

from network.enums import ROLES_BY_KIND
from network.enums import OrganisationKind as Kind
from network.models import Membership, Organisation
from prescriptions.enums import IdentityReason
from prescriptions.readers import READERS, HouseholdFact, Reader, who_reads_what
from prescriptions.services.households import open_identity
from prescriptions.services.prescriptions import agreement_text
from tests.desk.test_walls_of_all_pages import (
    BORN,
    NAMES,
    NOTE,
    PROOF,
    STORY,
    Scenery,
    called_like_pieces_of_markup,
    read_everything,
)
from tests.network.factories import make_membership
from tests.prescriptions.files import load_settings

SIGNS: dict[HouseholdFact, tuple[str, ...]] = {
    HouseholdFact.NAME: (NAMES[0],),
    HouseholdFact.BIRTH: BORN,
    HouseholdFact.CONTACT: ("zephyrine@", "0699445566", "06 99 44 55 66", "rue des Abysses"),
    HouseholdFact.MEMBERS: ("1 adulte, 2 enfants",),
    HouseholdFact.FACTS: (PROOF,),
    HouseholdFact.STORY: (STORY,),
    HouseholdFact.PHOTO: ("Un papier envoyé en photo",),
    HouseholdFact.NOTES: (NOTE,),
}


def told_to(scenery: Scenery, reader: Membership) -> set[HouseholdFact]:
    """What every page this person may ask for says of the household."""
    needs = [need.reference for need in scenery.served.needs.all()] + [
        need.reference for need in scenery.waiting.needs.all()
    ]
    signs = SIGNS | {HouseholdFact.NEEDS: (*needs, "Ordinateur, études")}
    found: set[HouseholdFact] = set()
    for _, status, read in read_everything(scenery, reader):
        if status == 200:
            found |= {told for told, words in signs.items() if any(word in read for word in words)}
    return found


def of(scenery: Scenery, reader: Reader) -> Organisation | None:
    if reader.kind == Kind.RELAY:
        return scenery.territory.circle.relay.organisation
    if reader.reads == (HouseholdFact.NEEDS,):
        return scenery.offered.receiver
    return scenery.organisations.get(reader.kind)


@pytest.mark.django_db
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: f"{reader.kind.value}-{len(reader.reads)}")
def test_each_reader_reads_what_the_agreement_says_and_nothing_else(reader: Reader) -> None:
    made = called_like_pieces_of_markup()
    person = make_membership(reader.role, reader.kind, of(made, reader))
    assert told_to(made, person) == set(reader.reads)
    if reader.beyond:
        open_identity(actor=person, household=made.household, reason=IdentityReason.COMPLAINT)
        assert told_to(made, person) == {*reader.reads, *reader.beyond}


def test_the_text_in_force_says_these_sentences_and_names_its_controller_and_its_ground(db: None) -> None:
    load_settings()
    text = agreement_text(at=timezone.now())
    assert text is not None
    assert who_reads_what() in text.body
    for words in ("Qui en répond. Le Département du Nord", "article 6, 1, e", "retirer votre accord", "www.cnil.fr"):
        assert words in text.body
    assert "les dates des justificatifs" not in text.body


def test_every_other_role_reads_nothing_of_it_and_is_not_in_the_text() -> None:
    told = {(reader.kind, reader.role) for reader in READERS}
    silent = {(kind, role) for kind, roles in ROLES_BY_KIND.items() for role in roles} - told
    assert {kind for kind, _ in silent} >= {Kind.DONOR, Kind.RECONDITIONER, Kind.EPCI, Kind.FUNDER}
