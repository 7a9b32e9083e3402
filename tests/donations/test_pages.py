"""The pages of lots: who sees what, at what cost, whom a lot waits for, and its papers."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from documents.services import store_file
from donations.enums import DonationPaperKind, ReassignReason, SlipProof
from donations.models import Donation, DonationPaper
from donations.services.donations import reassign_donation
from donations.views.sheet import sheet_of
from lifecycle import gate
from network.models import Membership
from refurb.models import Device
from refurb.services.devices import receive_device
from tests.donations.scene import Scene, again, first_line, laptops, load_law, public_scene, screens
from tests.network.factories import make_membership
from tests.refurb.devices import new_tag
from tests.refurb.pages import acting, page_of, read

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"
LIST = "donations:donation_list"
ACTIONS = (
    "edit", "announce", "record_transfer", "qualify", "reassign", "decline", "schedule", "collect", "sign",
    "differences", "reconcile", "withdraw",
)  # fmt: skip


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()


def received(scene: Scene, counts: dict[int, int] | None = None) -> Donation:
    """A lot picked up, every device of it scanned at the workshop."""
    donation = scene.collected(counts)
    for device in Device.objects.filter(donation=donation, state="collected").select_related("line"):
        receive_device(actor=scene.north.technician, line=device.line, tag=new_tag())
    return donation


# --- the list


def test_each_sees_its_own_lots_in_the_list_and_the_pilot_all() -> None:
    scene, other = Scene(), Scene()
    draft, given, elsewhere = scene.draft(), scene.qualified(), other.announced()

    everything = read(acting(scene.pilot), reverse(LIST))
    assert all(lot.reference in everything for lot in (draft, given, elsewhere))
    assert scene.north.organisation.name in everything

    own = read(acting(scene.contact), reverse(LIST))
    assert draft.reference in own
    assert given.reference in own
    assert elsewhere.reference not in own
    assert "Donateur</a>" not in own

    assigned = read(acting(scene.north.technician), reverse(LIST))
    assert given.reference in assigned
    assert draft.reference not in assigned
    assert scene.donor.name in assigned


def test_the_list_says_what_was_announced_and_what_was_accepted() -> None:
    scene = Scene(lines=(laptops(8), screens(4)))
    scene.qualified(accept={0: 5})

    assert "12, dont 9 acceptés" in read(acting(scene.pilot), reverse(LIST))


def test_the_list_is_narrowed_by_state_donor_epci_and_days() -> None:
    scene, other = Scene(), Scene()
    draft, here, there = scene.draft(), scene.announced(), other.announced(
        commune=None, outside=True, pick_up_city="Arras"
    )  # fmt: skip
    client, tomorrow = acting(scene.pilot), timezone.localdate() + timedelta(days=1)

    def found(**query: str) -> set[str]:
        page = read(client, reverse(LIST), **query)
        return {lot.reference for lot in (draft, here, there) if lot.reference in page}

    assert found(state="draft") == {draft.reference}
    assert found(donor=str(other.donor.pk)) == {there.reference}
    assert found(epci=str(scene.commune.epci_id)) == {here.reference}
    assert found(epci="outside") == {there.reference}
    assert found(until=date(2020, 1, 1).isoformat()) == set()
    assert found(since=timezone.localdate().isoformat()) == {here.reference, there.reference}
    assert "Aucun lot ne répond à ces critères." in read(client, reverse(LIST), since=tomorrow.isoformat())


@pytest.mark.parametrize("sort", ["announced_at", "-announced_at", "donor", "units", "state", "reference"])
def test_the_list_is_sorted(sort: str) -> None:
    scene = Scene()
    draft, announced = scene.draft(), scene.announced()

    page = read(acting(scene.pilot), reverse(LIST), sort=sort)

    assert page.count("/lots/D-") == 2
    if "announced_at" in sort:
        newest_first = page.index(draft.reference) < page.index(announced.reference)
        assert newest_first == sort.startswith("-")


def test_an_empty_list_says_how_to_fill_it() -> None:
    scene = Scene()
    assert "Proposez-en un" in read(acting(scene.contact), reverse(LIST))
    assert "quand le Département vous le confie" in read(acting(scene.north.technician), reverse(LIST))


def test_a_role_that_follows_no_lot_is_told_so() -> None:
    scene = Scene()
    lot = scene.announced()

    page = read(acting(make_membership("observer", "epci")), reverse(LIST))

    assert "ne suit pas les lots un par un" in page
    assert lot.reference not in page


# --- one lot


def test_the_page_of_a_lot_tells_its_facts_its_lines_its_pick_ups_and_its_life() -> None:
    scene = Scene(lines=(laptops(4, model_name="Modèle inventé"), screens(2)))
    donation = scene.scheduled(accept={1: 1})

    page = read(acting(scene.pilot), page_of(donation, "donation_detail"))

    for told in (
        f"Lot {donation.reference}", "Donateur privé", "1 rue des Essais, 59000", "Modèle inventé",
        "Refus\N{NO-BREAK SPACE}: État insuffisant", f"4 pour {scene.north.organisation}", "La Navette",
        "Acte de don accepté par", "<strong>Acte de don accepté</strong>",
        "Bordereau d’enlèvement", "Lot qualifié, ligne par ligne", "Brouillon créé",
        f"?lot={donation.reference}",
    ):  # fmt: skip
        assert told in page, told


def test_who_accepted_the_deed_in_force_is_read_by_its_parties_wherever_it_is_told() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.scheduled()
    name = donation.deeds.get().accepted_by.user.get_full_name()

    for reader in (scene.contact, scene.north.manager, scene.pilot):
        client = acting(reader)
        page = read(client, page_of(donation, "donation_detail"))
        assert f"Acte de don accepté par {name}" in page
        assert name in page.partition("<strong>Acte de don accepté</strong>")[2].partition("</li>")[0]
        assert f"Accepté par {name}" in read(client, page_of(donation, "donation_accept_deed"))


def test_who_accepted_a_deed_that_holds_no_more_is_told_to_a_workshop_by_role() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.scheduled()
    deed = donation.deeds.select_related("accepted_by__user", "accepted_by__organisation").get()
    shares = {first_line(donation).pk: {scene.south.pk: 4}}
    reassign_donation(actor=scene.pilot, donation=donation, shares=shares, reason=ReassignReason.DISTANCE)

    told = {reader: sheet_of(again(donation), reader).happened for reader in (scene.south.manager, scene.pilot)}
    assert [past.who for past in told[scene.south.manager]] == [f"{deed.accepted_by.organisation} (contact)"]
    assert [past.who for past in told[scene.pilot]] == [str(deed.accepted_by)]


def test_the_page_costs_the_same_with_one_line_and_with_ten() -> None:
    small, large = Scene(lines=(laptops(1),)), Scene(lines=tuple(laptops(1) for _ in range(10)))
    costs = []
    for scene in (small, large):
        donation = scene.scheduled()
        client = acting(scene.pilot)
        read(client, page_of(donation, "donation_detail"))
        with CaptureQueriesContext(connection) as queries:
            read(client, page_of(donation, "donation_detail"))
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_a_workshop_sees_its_own_share_date_and_slip_and_not_those_of_another() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.scheduled(split=True)

    page = read(acting(scene.north.technician), page_of(donation, "donation_detail"))

    assert f"2 pour {scene.north.organisation}" in page
    assert f"2 pour {scene.south.organisation}" not in page
    theirs = DonationPaper.objects.get(workshop=scene.south.organisation)
    assert acting(scene.north.technician).get(page_of(donation, "donation_paper", theirs.pk)).status_code == 404
    their_date = scene.pick_up(donation, scene.south)
    assert acting(scene.north.technician).get(page_of(donation, "pick_up_calendar", their_date.pk)).status_code == 404


def unsigned(scene: Scene) -> Donation:
    donation = scene.scheduled()
    scene.count(donation, scene.north, proof="", signer_name="")
    return donation


def with_deed(scene: Scene) -> Donation:
    donation = scene.qualified()
    scene.accept(donation)
    return donation


def short(scene: Scene) -> Donation:
    return received(scene, {0: 2})


STEPS: list[tuple[Callable[[Scene], Donation], str, str, str]] = [
    (Scene.draft, "contact", "relisez le lot, puis annoncez-le", "En attente de l’annonce"),
    (Scene.announced, "pilot", "décidez ligne par ligne", "En attente de la décision du Département"),
    (Scene.qualified, "contact", "lisez et acceptez l’acte de don", "En attente de l’acceptation de l’acte de don"),
    (with_deed, "manager", "fixez la date de l’enlèvement", "En attente de la date d’enlèvement"),
    (Scene.scheduled, "technician", "inscrivez l’enlèvement prévu", "En attente de l’enlèvement par"),
    (unsigned, "technician", "joignez le bordereau signé", "En attente du bordereau signé"),
    (Scene.collected, "technician", "réceptionnez les appareils", "En attente de la réception de 3 appareils"),
    (short, "manager", "expliquez les écarts de comptage", "En attente du bilan de l’atelier"),
    (received, "manager", "soldez le lot", "En attente du bilan de l’atelier"),
]


@pytest.mark.parametrize(
    ("prepare", "role", "yours", "awaited"), STEPS, ids=lambda value: getattr(value, "__name__", None)
)
def test_a_lot_says_whose_turn_it_is(prepare: Callable[[Scene], Donation], role: str, yours: str, awaited: str) -> None:
    scene = Scene()
    donation = prepare(scene)
    people = {
        "contact": scene.contact, "pilot": scene.pilot,
        "technician": scene.north.technician, "manager": scene.north.manager,
    }  # fmt: skip

    assert f"À vous d’agir\N{NO-BREAK SPACE}:</strong> {yours}" in read(
        acting(people[role]), page_of(donation, "donation_detail")
    )
    other = scene.pilot if role != "pilot" else scene.contact
    waiting = read(acting(other), page_of(donation, "donation_detail"))
    if prepare is not Scene.draft:
        assert awaited in waiting
        assert "À vous d’agir" not in waiting


def test_a_workshop_that_waits_for_the_deed_reads_whose_it_is_and_is_not_sent_there() -> None:
    scene = Scene()
    donation = scene.qualified()
    manager = acting(scene.north.manager)
    for page in ("donation_detail", "donation_schedule"):
        html = read(manager, page_of(donation, page))
        assert f"Peut y remédier\N{NO-BREAK SPACE}: un contact du donateur, {donation.donor}." in html
        assert "Y remédier" not in html


def test_a_lot_shared_by_two_workshops_says_which_one_is_awaited() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.scheduled(split=True)
    scene.count(donation, scene.north)

    done = read(acting(scene.north.technician), page_of(donation, "donation_detail"))
    assert f"En attente de l’enlèvement par {scene.south.organisation}" in done
    assert "inscrivez l’enlèvement prévu" in read(acting(scene.south.technician), page_of(donation, "donation_detail"))


def test_a_difference_is_one_once_every_device_is_in() -> None:
    scene = Scene()
    on_its_way, arrived = scene.collected({0: 2}), short(scene)
    client = acting(scene.north.manager)
    assert "2 à recevoir" in read(client, page_of(on_its_way, "donation_detail"))
    assert "à expliquer" in read(client, page_of(arrived, "donation_detail"))


def test_a_draft_that_lacks_something_leads_to_its_description() -> None:
    scene = Scene()
    donation = scene.draft(pick_up_address="", commune=None)

    page = read(acting(scene.contact), page_of(donation, "donation_detail"))

    assert "complétez la description du lot" in page
    assert "Pourquoi" in page
    assert "L’adresse d’enlèvement est incomplète" in page


# --- papers


def test_whoever_sees_the_lot_opens_its_papers_and_puts_the_date_in_a_calendar() -> None:
    scene = Scene()
    donation = scene.scheduled()
    pick_up = scene.pick_up(donation, scene.north)
    slip = donation.papers.get(kind=DonationPaperKind.SLIP)
    for actor in (scene.contact, scene.pilot, scene.north.technician):
        paper = acting(actor).get(page_of(donation, "donation_paper", slip.pk))
        assert paper.headers["Content-Type"] == "application/pdf"
        assert b"".join(paper.streaming_content).startswith(b"%PDF")
        event = acting(actor).get(page_of(donation, "pick_up_calendar", pick_up.pk))
        assert event.headers["Content-Type"].startswith("text/calendar")
        assert b"BEGIN:VEVENT" in event.content
    assert acting(scene.contact).get(page_of(donation, "pick_up_signature", pick_up.pk)).status_code == 404


def test_the_signed_slip_opens_to_those_who_see_the_lot() -> None:
    scene, other = Scene(), Scene()
    donation = scene.scheduled()
    scan = store_file(content=PDF, name="bordereau.pdf", by=scene.north.technician)
    pick_up = scene.count(donation, scene.north, proof=SlipProof.SCANNED, signature=scan)
    url = page_of(donation, "pick_up_signature", pick_up.pk)

    assert b"".join(acting(scene.contact).get(url).streaming_content) == PDF
    assert acting(other.contact).get(url).status_code == 404
    assert url in read(acting(scene.contact), page_of(donation, "donation_detail"))


def test_a_slip_made_again_tells_the_former_one_apart() -> None:
    scene = Scene()
    donation = scene.scheduled()
    scene.schedule(donation, scene.north, carrier="Autre transporteur")

    page = read(acting(scene.contact), page_of(donation, "donation_detail"))

    assert page.count("remplacé depuis") == 1


def test_a_balanced_lot_gives_its_statement_and_waits_for_nothing() -> None:
    scene = Scene()
    donation = gate.apply(received(scene), "reconcile", actor=scene.north.manager)

    page = read(acting(scene.contact), page_of(donation, "donation_detail"))

    assert "Bilan du don" in page
    assert "Données du reçu fiscal" in page
    assert "Plus rien n’est attendu pour ce lot" in page


def test_a_public_lot_shows_values_and_the_decision_of_transfer() -> None:
    scene = public_scene(laptops(2, unit_value=Decimal("120.50")))
    donation = scene.announced()

    page = read(acting(scene.contact), page_of(donation, "donation_detail"))

    assert "120,50\N{NO-BREAK SPACE}€" in page
    assert "D-2026-12" in page
    assert "Noter la décision de cession" in page


# --- walls


@pytest.mark.parametrize("name", ["detail", "accept_deed", *ACTIONS])
def test_a_lot_of_others_does_not_exist(name: str) -> None:
    scene, other = Scene(), Scene()
    donation = scene.qualified()
    for stranger in (other.contact, other.north.manager, make_membership("observer", "epci")):
        assert acting(stranger).get(page_of(donation, f"donation_{name}")).status_code == 404
        assert acting(stranger).post(page_of(donation, f"donation_{name}")).status_code in (404, 405)


ALLOWED: dict[str, set[str]] = {
    "edit": {"contact", "pilot"},
    "announce": {"contact", "pilot"},
    "record_transfer": {"contact", "pilot"},
    "withdraw": {"contact", "pilot"},
    "qualify": {"pilot"},
    "decline": {"pilot"},
    "reassign": {"pilot", "manager"},
    "schedule": {"manager"},
    "collect": {"technician", "manager"},
    "sign": {"technician", "manager"},
    "differences": {"manager"},
    "reconcile": {"manager"},
}


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_that_is_not_ones_to_do_is_forbidden(name: str) -> None:
    scene = Scene()
    donation = scene.qualified()
    people: dict[str, Membership] = {
        "contact": scene.contact, "pilot": scene.pilot,
        "technician": scene.north.technician, "manager": scene.north.manager,
    }  # fmt: skip
    for role, actor in people.items():
        opened = acting(actor).get(page_of(donation, f"donation_{name}"))
        assert (opened.status_code != 403) == (role in ALLOWED[name]), (role, opened.status_code)
        if role not in ALLOWED[name]:
            assert acting(actor).post(page_of(donation, f"donation_{name}"), {"reason": "other"}).status_code == 403
    assert again(donation).state == "qualified"


def test_a_workshop_or_an_observer_proposes_no_lot() -> None:
    for actor in (Scene().north.manager, make_membership("observer", "epci")):
        assert acting(actor).get(reverse("donations:donation_create")).status_code == 403


def test_opening_a_page_changes_nothing() -> None:
    scene = Scene()
    donation = scene.scheduled()
    before = Donation.objects.filter(pk=donation.pk).values().get()
    for actor in (scene.contact, scene.pilot, scene.north.manager):
        for name in ("detail", "accept_deed", *ACTIONS):
            acting(actor).get(page_of(donation, f"donation_{name}"))
    assert Donation.objects.filter(pk=donation.pk).values().get() == before


def test_an_anonymous_is_asked_to_sign_in() -> None:
    donation = Scene().announced()
    for url in (reverse(LIST), reverse("donations:donation_create"), page_of(donation, "donation_detail")):
        assert Client().get(url).headers["Location"].startswith(reverse("account_login"))
