"""What a workshop and its people know how to do, until when: who notes it, who reads it, what it is asked for."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from network.enums import OrganisationKind, Role, SkillKind
from network.models import Membership, Organisation, Skill, TrainingSession
from network.services.memberships import close_membership
from network.services.skills import note_skill
from refurb.enums import DeviceType
from refurb.erasers import erasure_doubt, skills_asked
from tests.desk.test_todo import block, landing
from tests.donations.scene import Scene, laptops, load_law
from tests.network.factories import make_membership, make_organisation
from tests.pages import acting, answered, done, read
from tests.refurb.devices import Bench, load_numbers

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YESTERDAY = TODAY - timedelta(days=1)
LONG_AGO = TODAY - timedelta(days=700)
BENCH = "refurb:bench"


class Shop:
    """A workshop with its manager and a technician."""

    def __init__(self, organisation: Organisation | None = None) -> None:
        self.organisation = organisation or make_organisation(OrganisationKind.RECONDITIONER)
        kind = OrganisationKind.RECONDITIONER
        self.manager = make_membership(Role.MANAGER, kind, self.organisation)
        self.technician = make_membership(Role.TECHNICIAN, kind, self.organisation)

    def note(self, kind: SkillKind, who: Membership | None = None, **given: Any) -> Skill:
        defaults: dict[str, Any] = {"actor": self.manager, "acquired_on": LONG_AGO, "source": "Certificat du fabricant"}
        return note_skill(organisation=self.organisation, kind=kind, membership=who, **defaults | given)

    def page(self, name: str = "skills") -> str:
        return reverse(f"network:{name}", args=[self.organisation.reference])


@pytest.fixture
def shop() -> Shop:
    return Shop()


def pilot() -> Membership:
    return make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)


def doubt(actor: Membership) -> str:
    """What the bench tells this person today."""
    return erasure_doubt({name: rows.count() for name, rows in skills_asked(actor, TODAY).items()})


def test_the_last_note_of_a_holder_and_a_kind_counts_and_those_of_another_do_not_take_its_place(shop: Shop) -> None:
    shop.note(SkillKind.PHONES, valid_until=YESTERDAY)
    shop.note(SkillKind.PHONES, shop.technician)
    assert [skill.membership for skill in Skill.objects.latest().in_force(TODAY)] == [shop.technician]
    assert {skill.valid_until for skill in Skill.objects.latest().of_workshops()} == {YESTERDAY}

    shop.note(SkillKind.PHONES, valid_until=TODAY)
    assert Skill.objects.latest().in_force(TODAY).count() == 2  # the last day is included
    tomorrow = TODAY + timedelta(days=1)
    assert (Skill.objects.latest().in_force(tomorrow).count(), Skill.objects.latest().over(tomorrow).count()) == (1, 1)
    assert Skill.objects.count() == 3
    with pytest.raises(DatabaseError, match="ajout"), transaction.atomic():
        Skill.objects.update(valid_until=None)

    close_membership(membership=shop.technician)
    assert Skill.objects.latest().of_people().count() == 0


def test_a_manager_notes_for_his_workshop_the_pilot_for_all_and_nobody_else(shop: Shop) -> None:
    other = Shop()
    donor = make_organisation(OrganisationKind.DONOR)
    shop.note(SkillKind.REPAIR, actor=pilot())
    for actor in (shop.technician, other.manager, make_membership(Role.MANAGER, OrganisationKind.DONOR, donor)):
        with pytest.raises(PermissionDenied):
            shop.note(SkillKind.REPAIR, actor=actor)
    with pytest.raises(ValidationError, match="atelier de reconditionnement"):
        note_skill(actor=pilot(), organisation=donor, kind=SkillKind.REPAIR, acquired_on=TODAY, source="x")
    with pytest.raises(ValidationError, match="n’agit pas dans cet atelier"):
        shop.note(SkillKind.REPAIR, other.technician)
    for wrong, said in (
        ({"acquired_on": TODAY + timedelta(days=1)}, "à venir"),
        ({"valid_until": LONG_AGO - timedelta(days=1)}, "précède"),
    ):
        with pytest.raises(ValidationError, match=said):
            shop.note(SkillKind.REPAIR, **wrong)


def test_a_session_gives_its_skill_to_who_followed_it_and_its_page_loses_nothing_typed(shop: Shop) -> None:
    client, page = acting(shop.manager), shop.page("training_record")
    typed = {
        "kind": "phones",
        "held_on": YESTERDAY.isoformat(),
        "place": "Lille",
        "organiser": "Le Hub",
        "valid_until": (TODAY + timedelta(days=365)).isoformat(),
    }
    stranger = Shop().technician
    wrong = answered(client, page, **typed, attended=[stranger.pk])
    assert "Le Hub" in wrong
    assert "Cochez au moins une personne" in answered(client, page, **typed)
    assert done(client, page, **typed, attended=[shop.technician.pk, shop.manager.pk]) == shop.page()

    session = TrainingSession.objects.get()
    assert {skill.membership for skill in session.skills.all()} == {shop.technician, shop.manager}
    said = read(client, shop.page())
    assert "Lille (Le Hub)" in said
    assert str(shop.technician.user) in said
    with pytest.raises(DatabaseError, match="ajout"), transaction.atomic():
        TrainingSession.objects.update(place="Ailleurs")


def test_the_directory_shows_what_a_workshop_knows_and_names_nobody_outside_it(shop: Shop) -> None:
    shop.note(SkillKind.TABLETS, valid_until=YESTERDAY)
    shop.note(SkillKind.PHONES, shop.technician)
    detail = reverse("network:organisation_detail", args=[shop.organisation.reference])
    stranger = acting(Shop().manager)
    name = str(shop.technician.user)

    for url in (detail, shop.page()):
        page = read(stranger, url)
        assert "Tablettes" in page
        assert "Finie le" in page
        assert name not in page
    for reader in (acting(shop.technician), acting(pilot())):
        assert name in read(reader, shop.page())
    for url in (shop.page("skill_note"), shop.page("training_record")):
        assert stranger.get(url).status_code == 403
        assert acting(shop.technician).get(url).status_code == 403
        assert acting(pilot()).get(url).status_code == 200
    donor = make_organisation(OrganisationKind.DONOR)
    assert acting(pilot()).get(reverse("network:skills", args=[donor.reference])).status_code == 404
    hidden = Shop(make_organisation(OrganisationKind.RECONDITIONER, is_active=False))
    assert stranger.get(hidden.page()).status_code == 404


def test_what_ends_soon_is_asked_of_the_manager_and_what_is_over_comes_first(shop: Shop) -> None:
    shop.note(SkillKind.REPAIR)  # never ends
    shop.note(SkillKind.PHONES, valid_until=TODAY + timedelta(days=60))
    shop.note(SkillKind.TABLETS, valid_until=TODAY + timedelta(days=61))
    shop.note(SkillKind.ERASURE_CLEAR, shop.technician, valid_until=YESTERDAY)
    Shop().note(SkillKind.PHONES, valid_until=YESTERDAY)

    shown = block(landing(acting(shop.manager)), "competences")

    assert [(line.title, line.about, line.is_late) for line in shown.lines] == [
        (str(shop.technician.user), SkillKind.ERASURE_CLEAR.label, True),
        (str(shop.organisation), "Smartphones", False),
    ]
    shop.note(SkillKind.ERASURE_CLEAR, shop.technician, valid_until=TODAY + timedelta(days=400))
    assert block(landing(acting(shop.manager)), "competences").late == 0


@pytest.mark.parametrize(
    ("kind", "ends", "said"),
    [
        (SkillKind.ERASURE_PURGE, YESTERDAY, "effacement est finie"),
        (SkillKind.PHONES, None, "aucune n’est notée pour vous"),
        (SkillKind.ERASURE_CLEAR, TODAY, ""),
        (SkillKind.ERASURE_PURGE, None, ""),
    ],
)
def test_the_bench_tells_who_is_not_known_to_erase(shop: Shop, kind: SkillKind, ends: date | None, said: str) -> None:
    assert doubt(shop.technician) == ""  # nobody notes anything there
    shop.note(SkillKind.ERASURE_PURGE)  # of the workshop itself: it asks nothing of its people
    assert doubt(shop.technician) == ""
    shop.note(kind, shop.technician, valid_until=ends)

    page = read(acting(shop.technician), reverse(BENCH))

    if said:
        assert said in page.replace("\u00a0", " ")
        assert "Vous pouvez continuer" in page
    else:
        assert "Vous pouvez continuer" not in page
    assert doubt(shop.manager) == ""  # who notes them reads them elsewhere
    assert "Vous pouvez continuer" not in read(acting(shop.manager), reverse(BENCH))


def test_one_of_two_skills_to_erase_is_enough_and_a_doubt_refuses_no_proof() -> None:
    load_numbers()
    bench = Bench()
    shop = Shop(bench.workshop.organisation)
    shop.note(SkillKind.ERASURE_CLEAR, bench.technician, valid_until=YESTERDAY)
    assert doubt(bench.technician)

    ready = bench.ready()

    assert ready.state == "ready"
    shop.note(SkillKind.ERASURE_PURGE, bench.technician)
    assert doubt(bench.technician) == ""


def test_the_pilot_who_shares_phones_reads_beside_the_choice_who_is_not_known_to_treat_them() -> None:
    load_law()
    scene = Scene(lines=(laptops(2), laptops(3, type=DeviceType.SMARTPHONE)))
    lot, other = scene.announced(), Shop()
    north = Shop(scene.north.organisation)
    client = acting(scene.pilot)
    page = reverse("donations:donation_qualify", args=[lot.reference])

    said = read(client, page).replace("\u00a0", " ")
    assert f"{scene.north.organisation} (jamais notée)" in said
    assert said.count("s’effacent et se classent autrement") == 1  # beside the phones, not beside the laptops

    north.note(SkillKind.PHONES, valid_until=YESTERDAY)
    other.note(SkillKind.PHONES, other.technician)  # one of its people knows
    said = read(client, page).replace("\u00a0", " ")
    assert f"{scene.north.organisation} (finie le" in said
    assert f"{other.organisation} (" not in said

    north.note(SkillKind.PHONES)
    assert f"{scene.north.organisation} (" not in read(client, page)


def test_a_warning_is_no_wall_and_stays_when_the_lot_is_shared_again() -> None:
    load_law()
    scene = Scene(lines=(laptops(3, type=DeviceType.TABLET),))
    lot = scene.qualified()  # to a workshop that is not known to treat tablets
    Shop()
    page = read(acting(scene.pilot), reverse("donations:donation_reassign", args=[lot.reference]))
    assert "jamais notée" in page
